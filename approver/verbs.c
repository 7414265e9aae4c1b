/* SPDX-License-Identifier: BSD-2-Clause
 * verbs.c - the table of questions. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"
#include "lib/wire.h"

#define FIELDS 22
#define YEAR_S (INT64_C(366) * 86400)

enum asker {
	FROM_PAM,	/* root, by ledger.sock */
	FROM_MONITOR,
	FROM_PERSON,	/* approver.sock, and we know who */
	FROM_PEER	/* approver.sock, anybody: the function decides */
};

enum field_type { TEXT, NUMBER, TRUTH, LIST };

struct field {
	const char *key;
	enum field_type type;
	int64_t max;	/* bytes of a text, value of a number */
	bool needed;
};

struct verb {
	const char *op;
	enum asker asker;
	verb_fn *fn;
	struct field field[FIELDS];
};

#define ID_TEXT (ID_MAX - 1)
#define NAME_TEXT (BOOK_NAME_MAX - 1)
#define REASON_TEXT 512

static const struct verb verbs[] = {
	/* ledger.sock */
	{ "login.verified", FROM_PAM, verb_login_verified, {
	    { "issuer", TEXT, 1024, true }, { "sub", TEXT, 255, true },
	    { "name", TEXT, NAME_TEXT, false },
	    { "email", TEXT, NAME_TEXT, false },
	    { "groups", LIST, 256, false },
	    { "account", TEXT, 32, true }, { "rhost", TEXT, NAME_TEXT, false },
	    { "service", TEXT, 64, true }, { "flow", TEXT, 32, true },
	    { "alg", TEXT, 16, true }, { "kid", TEXT, NAME_TEXT, false },
	    { "token_hash", TEXT, 64, true },
	    { "exp", NUMBER, INT64_MAX, true },
	    { "acr", TEXT, NAME_TEXT, false },
	    { "once", TRUTH, 0, false }, { "key", TEXT, 64, false },
	    { "remember_us", NUMBER, YEAR_S * 1000000, false },
	    { "rules", TEXT, 64, false },
	    { "conn_pid", NUMBER, INT32_MAX, false } } },
	{ "login.remembered", FROM_PAM, verb_login_remembered, {
	    { "account", TEXT, 32, true }, { "rhost", TEXT, NAME_TEXT, true },
	    { "service", TEXT, 64, true }, { "key", TEXT, 64, true },
	    { "rules", TEXT, 64, true } } },
	{ "login.rejected", FROM_PAM, verb_login_rejected, {
	    { "account", TEXT, 64, false }, { "rhost", TEXT, NAME_TEXT, false },
	    { "service", TEXT, 64, false }, { "reason", TEXT, 512, true },
	    { "issuer", TEXT, 1024, false }, { "sub", TEXT, 255, false } } },
	{ "login.check", FROM_PAM, verb_login_check, {
	    { "login", TEXT, ID_TEXT, true }, { "account", TEXT, 32, true },
	    { "rhost", TEXT, NAME_TEXT, false },
	    { "service", TEXT, 64, false } } },

	/* the monitor */
	{ "conn.open", FROM_MONITOR, verb_conn_open, {
	    { "login", TEXT, ID_TEXT, true }, { "account", TEXT, 32, true },
	    { "uid", NUMBER, UINT32_MAX, true },
	    { "rhost", TEXT, NAME_TEXT, false },
	    { "service", TEXT, 64, false }, { "tty", TEXT, 64, false },
	    { "pid", NUMBER, INT32_MAX, true },
	    { "audit_session", NUMBER, UINT32_MAX, false },
	    { "loginuid", NUMBER, UINT32_MAX, false } } },
	{ "conn.known", FROM_MONITOR, verb_conn_known, {
	    { "conn", TEXT, ID_TEXT, true },
	    { "person", TEXT, ID_TEXT, true },
	    { "name", TEXT, NAME_TEXT, true },
	    { "groups", TEXT, BOOK_GROUPS_MAX - 1, true },
	    { "account", TEXT, 32, true } } },
	{ "conn.close", FROM_MONITOR, verb_conn_close, {
	    { "conn", TEXT, ID_TEXT, true }, { "why", TEXT, 32, true } } },
	{ "channel.open", FROM_MONITOR, verb_channel_open, {
	    { "conn", TEXT, ID_TEXT, true }, { "tty", TRUTH, 0, false },
	    { "command", TEXT, 32768, false },
	    { "role", TEXT, NAME_TEXT, false } } },
	{ "channel.known", FROM_MONITOR, verb_channel_known, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "conn", TEXT, ID_TEXT, true }, { "grant", TEXT, ID_TEXT, true },
	    { "role", TEXT, NAME_TEXT, true },
	    { "command", TEXT, 32768, false }, { "tty", TRUTH, 0, false },
	    { "opened_us", NUMBER, INT64_MAX, false },
	    { "until_us", NUMBER, INT64_MAX, true } } },
	{ "channel.head", FROM_MONITOR, verb_channel_head, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "length", NUMBER, INT64_MAX, true },
	    { "hash", TEXT, 64, true } } },
	{ "channel.mask", FROM_MONITOR, verb_channel_mask, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "rule", TEXT, 64, true }, { "n", NUMBER, INT64_MAX, true },
	    { "exposed", NUMBER, INT64_MAX, false },
	    { "profile", TEXT, 64, false } } },
	{ "channel.file", FROM_MONITOR, verb_channel_file, {
	    { "channel", TEXT, ID_TEXT, true }, { "did", TEXT, 16, true } } },
	{ "watch.end", FROM_MONITOR, verb_watch_end, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "person", TEXT, ID_TEXT, true },
	    { "lasted_s", NUMBER, INT64_MAX, true } } },
	{ "channel.seal", FROM_MONITOR, verb_channel_seal, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "state", TEXT, 16, true }, { "sha256", TEXT, 64, true },
	    { "size", NUMBER, INT64_MAX, true } } },
	{ "recorder.failed", FROM_MONITOR, verb_recorder_failed, {
	    { "channel", TEXT, ID_TEXT, true }, { "text", TEXT, 512, true } } },
	{ "reserve.used", FROM_MONITOR, verb_reserve_used, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "bytes", NUMBER, INT64_MAX, true } } },
	{ "exec.count", FROM_MONITOR, verb_exec, {
	    { "conn", TEXT, ID_TEXT, true },
	    { "channel", TEXT, ID_TEXT, false },
	    { "count", NUMBER, INT64_MAX, true },
	    { "digest", TEXT, 128, true } } },
	{ "exec.event", FROM_MONITOR, verb_exec, {
	    { "conn", TEXT, ID_TEXT, false },
	    { "channel", TEXT, ID_TEXT, false } } },
	{ "exec.hold", FROM_MONITOR, verb_hold, {
	    { "conn", TEXT, ID_TEXT, true },
	    { "channel", TEXT, ID_TEXT, true },
	    { "hold", TEXT, ID_TEXT, true }, { "rule", TEXT, 64, true },
	    { "exe", TEXT, 16384, true }, { "cwd", TEXT, 16384, true },
	    { "argv", TEXT, 16384, false },
	    { "uid", NUMBER, UINT32_MAX, true },
	    { "euid", NUMBER, UINT32_MAX, true },
	    { "asked_us", NUMBER, INT64_MAX, false },
	    { "wait_us", NUMBER, INT64_MAX / 2, true } } },
	{ "exec.unhold", FROM_MONITOR, verb_unhold, {
	    { "conn", TEXT, ID_TEXT, true },
	    { "channel", TEXT, ID_TEXT, false },
	    { "hold", TEXT, ID_TEXT, true }, { "why", TEXT, 32, true } } },
	{ "monitor.ready", FROM_MONITOR, verb_monitor_ready, {
	    { NULL, TEXT, 0, false } } },

	/* approver.sock */
	{ "whoami", FROM_PERSON, verb_whoami, { { NULL, TEXT, 0, false } } },
	{ "roles", FROM_PERSON, verb_roles, {
	    { "after", NUMBER, INT32_MAX, false } } },
	{ "request", FROM_PERSON, verb_request, {
	    { "role", TEXT, NAME_TEXT, true },
	    { "for_s", NUMBER, YEAR_S, true },
	    { "reason", TEXT, REASON_TEXT, true },
	    { "ticket", TEXT, BOOK_TICKET_MAX - 1, false } } },
	{ "extend", FROM_PERSON, verb_extend, {
	    { "grant", TEXT, ID_TEXT, false },
	    { "for_s", NUMBER, YEAR_S, true },
	    { "reason", TEXT, REASON_TEXT, true } } },
	{ "status", FROM_PERSON, verb_status, {
	    { "request", TEXT, ID_TEXT, false },
	    { "after", NUMBER, INT32_MAX, false } } },
	{ "cancel", FROM_PERSON, verb_cancel, {
	    { "request", TEXT, ID_TEXT, true } } },
	{ "wait", FROM_PERSON, verb_wait, {
	    { "request", TEXT, ID_TEXT, true } } },
	{ "ls", FROM_PERSON, verb_ls, {
	    { "state", TEXT, 16, false },
	    { "since_us", NUMBER, INT64_MAX, false },
	    { "what", TEXT, 16, false },
	    { "after", NUMBER, INT32_MAX, false } } },
	{ "show", FROM_PERSON, verb_show, {
	    { "request", TEXT, ID_TEXT, false },
	    { "grant", TEXT, ID_TEXT, false } } },
	{ "approve", FROM_PERSON, verb_approve, {
	    { "request", TEXT, ID_TEXT, true },
	    { "for_s", NUMBER, YEAR_S, false },
	    { "message", TEXT, REASON_TEXT, false },
	    { "expect", TEXT, 64, false } } },
	{ "deny", FROM_PERSON, verb_deny, {
	    { "request", TEXT, ID_TEXT, true },
	    { "message", TEXT, REASON_TEXT, true },
	    { "expect", TEXT, 64, false } } },
	{ "explain", FROM_PERSON, verb_explain, {
	    { "event", NUMBER, INT64_MAX, true },
	    { "message", TEXT, REASON_TEXT, true } } },
	{ "sessions", FROM_PERSON, verb_sessions, {
	    { "after", NUMBER, INT32_MAX, false },
	    { "all", TRUTH, 0, false } } },
	{ "watch", FROM_PERSON, verb_watch, {
	    { "channel", TEXT, ID_TEXT, true } } },
	{ "kill", FROM_PERSON, verb_kill, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "message", TEXT, REASON_TEXT, true } } },
	{ "holds", FROM_PERSON, verb_holds, {
	    { "hold", TEXT, ID_TEXT, false } } },
	{ "hold.decide", FROM_PERSON, verb_hold_decide, {
	    { "hold", TEXT, ID_TEXT, true },
	    { "verdict", TEXT, 16, true },
	    { "message", TEXT, REASON_TEXT, false } } },
	{ "lock", FROM_PERSON, verb_lock, {
	    { "person", TEXT, NAME_TEXT, true },
	    { "message", TEXT, REASON_TEXT, true } } },
	{ "locks", FROM_PERSON, verb_locks, { { NULL, TEXT, 0, false } } },
	{ "unlock", FROM_PERSON, verb_unlock, {
	    { "person", TEXT, NAME_TEXT, true },
	    { "message", TEXT, REASON_TEXT, true } } },
	{ "revoke", FROM_PERSON, verb_revoke, {
	    { "grant", TEXT, ID_TEXT, true },
	    { "message", TEXT, REASON_TEXT, true },
	    { "kill", TRUTH, 0, false } } },
	{ "snapshot", FROM_PEER, verb_snapshot, {
	    { "for", TEXT, 4096, true } } },
	{ "recording", FROM_PEER, verb_recording, {
	    { "channel", TEXT, ID_TEXT, true },
	    { "for", TEXT, 4096, true } } },
};

static int
check_list(const json_t *list, const char *key, int64_t max, struct err *e)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(list))
		return err_set(e, ERR_INPUT, "%s: not a list", key);
	json_array_foreach(list, i, one)
		if (!json_is_string(one) ||
		    json_string_length(one) > (size_t)max ||
		    strlen(json_string_value(one)) !=
		    json_string_length(one))
			return err_set(e, ERR_INPUT, "%s: not a list of "
			    "texts", key);
	return 0;
}

static int
check_field(const struct field *f, const json_t *msg, struct err *e)
{
	const json_t *v = json_object_get(msg, f->key);
	const char *text = NULL;
	int64_t number = 0;
	int truth = 0;

	if (v == NULL || json_is_null(v))
		return f->needed ? err_set(e, ERR_INPUT, "%s: missing",
		    f->key) : 0;
	switch (f->type) {
	case TEXT:
		return wire_str(msg, f->key, (size_t)f->max, &text, e);
	case NUMBER:
		return wire_int(msg, f->key, 0, f->max, &number, e);
	case TRUTH:
		return wire_bool_opt(msg, f->key, &truth, e);
	case LIST:
	default:
		return check_list(v, f->key, f->max, e);
	}
}

static int
check_asker(const struct verb *v, const struct turn *t, struct err *e)
{
	const struct client *c = t->client;
	bool ok = false;

	switch (v->asker) {
	case FROM_MONITOR:
		ok = c == NULL;
		break;
	case FROM_PAM:
		ok = c != NULL && c->kind == CLIENT_PAM;
		break;
	case FROM_PEER:
		ok = c != NULL && c->kind == CLIENT_PERSON;
		break;
	case FROM_PERSON:
		ok = c != NULL && c->kind == CLIENT_PERSON;
		if (ok && c->uid == 0)
			return err_set(e, ERR_DENIED, "root is nobody: ask "
			    "as yourself, in your own login");
		if (ok && c->who.person[0] == '\0')
			return err_set(e, ERR_DENIED, "this process belongs "
			    "to no verified login: nobody is asking");
		break;
	}
	return ok ? 0 : err_set(e, ERR_INPUT, "%s: not on this link", v->op);
}

int
verbs_serve(struct turn *t, json_t **answer, struct err *e)
{
	const char *op = wire_op(t->msg);
	const struct verb *v = NULL;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].op, op) == 0)
			v = &verbs[i];
	if (v == NULL)
		return err_set(e, ERR_INPUT, "%.40s: unknown", op);
	if (check_asker(v, t, e) < 0)
		return -1;
	for (size_t i = 0; i < FIELDS && v->field[i].key != NULL; i++)
		if (check_field(&v->field[i], t->msg, e) < 0)
			return -1;
	/* who is locked out neither asks nor decides */
	if (v->asker == FROM_PERSON &&
	    locks_refuse(t->l, t->client->who.person, e) < 0)
		return -1;
	return v->fn(t, answer, e);
}

const char *
turn_str(const struct turn *t, const char *key)
{
	const char *s = json_string_value(json_object_get(t->msg, key));

	return s == NULL ? "" : s;
}

int64_t
turn_int(const struct turn *t, const char *key)
{
	return json_integer_value(json_object_get(t->msg, key));
}

bool
turn_bool(const struct turn *t, const char *key)
{
	return json_is_true(json_object_get(t->msg, key));
}

int
page_take(struct page *p, size_t bytes)
{
	if (p->skip > 0) {
		p->skip--;
		return 0;
	}
	p->more = p->bytes > LEDGER_PAGE;
	if (p->more)
		return -1;
	p->bytes += bytes;
	return 1;
}
