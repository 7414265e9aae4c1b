/* SPDX-License-Identifier: BSD-2-Clause
 * channels.c - shells and commands under a grant: begun, told, ended. */
#include <stdlib.h>
#include <string.h>

#include "approver/ledger.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/conf_mask.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/visible.h"
#include "lib/wire.h"

#define MINUTE_US (INT64_C(60) * 1000000)
#define GRANTS_MAX 16		/* that cover one account at once */
#define LIST_ROOM 512
#define COMMAND_MAX 16384	/* bytes of a command in an event */
#define SAID_END 8U		/* in warned */

/* ---- which grant ------------------------------------------------------ */

struct choice_of_grants {
	const struct turn *t;
	const char *role;	/* "" any */
	size_t n;
	struct grant grant[GRANTS_MAX];
};

static int
consider(void *arg, const struct grant *g)
{
	struct choice_of_grants *c = arg;
	const struct role *role = policy_role(&c->t->l->policy, g->role);

	if (role == NULL || c->n == GRANTS_MAX ||
	    strcmp(role->account, g->account) != 0 ||
	    strcmp(g->host, c->t->l->policy.host) != 0 ||
	    c->t->now_us >= g->until_us ||
	    (c->role[0] != '\0' && strcmp(c->role, g->role) != 0))
		return 0;
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->grant[i].role, g->role) == 0) {
			if (g->until_us > c->grant[i].until_us)
				c->grant[i] = *g;
			return 0;
		}
	c->grant[c->n++] = *g;
	return 0;
}

/* Several roles, none named: which?  ERR_CONFIG, the status is 78. */
static int
which(const struct choice_of_grants *c, struct err *e)
{
	char list[LIST_ROOM] = "";
	size_t at = 0;

	for (size_t i = 0; i < c->n && at < sizeof(list) - 1; i++) {
		int n = snprintf(list + at, sizeof(list) - at, "%s%s",
		    i == 0 ? "" : ", ", c->grant[i].role);

		at += n < 0 ? 0 : (size_t)n;
	}
	return err_set(e, ERR_CONFIG, "you hold several roles here (%s): say "
	    "which, as in  ssh -o SetEnv=WARRANT_ROLE=%s", list,
	    c->grant[0].role);
}

/* ---- a channel begins ------------------------------------------------- */

static void
seal_live(void *arg)
{
	((struct live_channel *)arg)->sealed = true;
}

static void
unseal_live(void *arg)
{
	((struct live_channel *)arg)->sealed = false;
}

struct live_channel *
channel_live(const struct ledger *l, const char *id)
{
	struct live_channel *ch = l->channels;

	while (ch != NULL && (ch->sealed || strcmp(ch->id, id) != 0))
		ch = ch->next;
	return ch;
}

static struct live_channel *
add_live(const struct turn *t, const char *id, const char *conn,
    const char *grant, const char *role, int64_t until_us)
{
	struct live_channel *ch = calloc(1, sizeof(*ch));
	struct ledger *l = t->l;

	if (ch == NULL)
		return NULL;
	(void)snprintf(ch->id, sizeof(ch->id), "%s", id);
	(void)snprintf(ch->conn, sizeof(ch->conn), "%s", conn);
	(void)snprintf(ch->grant, sizeof(ch->grant), "%s", grant);
	(void)snprintf(ch->role, sizeof(ch->role), "%s", role);
	(void)visible(turn_str(t, "command"), ch->command,
	    sizeof(ch->command));
	ch->tty = turn_bool(t, "tty");
	ch->opened_us = turn_int(t, "opened_us");
	if (ch->opened_us == 0)
		ch->opened_us = t->now_us;
	ch->until_us = until_us;
	ch->next = l->channels;
	l->channels = ch;
	return ch;
}

/* The command as it was asked for, if there is one; cut at a whole
 * character. */
static void
put_command(const struct turn *t, json_t *o)
{
	const char *command = turn_str(t, "command");
	size_t n = strnlen(command, COMMAND_MAX);

	while (n > 0 && ((unsigned char)command[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		(void)json_object_set_new(o, "command",
		    json_stringn(command, n));
}

/* The object that stands at the head of the recording. */
static json_t *
header(const struct turn *t, const struct live_conn *c,
    const struct grant *g, const char *channel)
{
	const struct who *w = &c->who;
	json_t *h = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}",
	    "channel", channel, "connection", w->conn, "person", w->person,
	    "name", w->name, "account", w->account, "host",
	    t->l->policy.host, "role", g->role, "grant", g->id, "opened_us",
	    (json_int_t)t->now_us);

	put_command(t, h);
	return h;
}

static int
answer_open(const struct turn *t, const struct live_conn *c,
    const struct grant *g, const struct role *role, const char *channel,
    json_t **answer, struct err *e)
{
	char key[65], key_id[16], profiles[CONF_PROFILES_MAX];

	if (book_mask_key(t->l->book, key, key_id, e) < 0)
		return -1;
	conf_profiles(t->l->start->conf, role->section, profiles);
	*answer = json_pack("{s:b, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, "
	    "s:s, s:s, s:o, s:s, s:I, s:O, s:b}", "ok", 1, "channel", channel, "role",
	    g->role,
	    "grant", g->id, "until_us", (json_int_t)g->until_us, "shell",
	    t->l->policy.shell, "pipes", role->pipes, "transfer",
	    role->transfer, "profiles", profiles, "mask_key", key,
	    "mask_key_id", key_id, "header", header(t, c, g, channel),
	    "rules", conf_str(conf_section(t->l->start->conf, "mask"),
	    "rules"), "sync_us", (json_int_t)conf_us(conf_section(
	    t->l->start->conf, "record"), "sync"), "exec_rules",
	    role->rules, "reserve", role->reserve);
	return *answer == NULL ? err_set(e, ERR_MEMORY, "out of memory") : 0;
}

static json_t *
open_body(const struct turn *t)
{
	json_t *body = json_object();

	put_command(t, body);
	return body;
}

static int
open_under(struct turn *t, const struct live_conn *c, const struct grant *g,
    json_t **answer, struct err *e)
{
	const struct role *role = policy_role(&t->l->policy, g->role);
	struct live_channel *ch;
	char id[ID_MAX];
	struct channel_row row = { .id = id, .conn = c->who.conn,
	    .grant = g->id, .person = c->who.person,
	    .account = c->who.account, .role = g->role,
	    .tty = turn_bool(t, "tty") };

	if (id_make('s', id, e) < 0 ||
	    book_add_channel(t->l->book, &row, open_body(t), e) < 0 ||
	    answer_open(t, c, g, role, id, answer, e) < 0)
		return -1;
	ch = add_live(t, id, c->who.conn, g->id, g->role, g->until_us);
	if (ch == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	ledger_undo(t->l, seal_live, ch);
	return 0;
}

int
verb_channel_open(struct turn *t, json_t **answer, struct err *e)
{
	static struct choice_of_grants all;
	const struct live_conn *c = conn_live(t->l, turn_str(t, "conn"));
	struct book_want w = { .open = true };

	if (c == NULL || locks_refuse(t->l, c->who.person, e) < 0)
		return c != NULL ? -1 : err_set(e, ERR_DENIED, "this "
		    "connection is over");
	all = (struct choice_of_grants){ .t = t,
	    .role = turn_str(t, "role") };
	w.person = c->who.person;
	w.account = c->who.account;
	if (book_grants(t->l->book, &w, t->now_us, consider, &all, e) < 0)
		return -1;
	if (all.n == 1)
		return open_under(t, c, &all.grant[0], answer, e);
	if (all.n > 1)
		return which(&all, e);
	if (!t->l->policy.lobby)
		return err_set(e, ERR_DENIED, "no grant covers %s on this "
		    "host", c->who.account);
	*answer = json_pack("{s:b, s:b, s:o}", "ok", 1, "lobby", 1, "text",
	    json_sprintf("No grant covers %s on %s.  `roles' lists what you "
	    "may ask for, `request --role ROLE --for 1h --reason WHY' asks.",
	    c->who.account, t->l->policy.host));
	return 0;
}

int
verb_channel_known(struct turn *t, json_t **answer, struct err *e)
{
	(void)answer;
	if (channel_live(t->l, turn_str(t, "channel")) != NULL)
		return 0;
	return add_live(t, turn_str(t, "channel"), turn_str(t, "conn"),
	    turn_str(t, "grant"), turn_str(t, "role"),
	    turn_int(t, "until_us")) == NULL ? err_set(e, ERR_MEMORY,
	    "out of memory") : 0;
}

/* ---- what is told of it ----------------------------------------------- */

int
verb_channel_head(struct turn *t, json_t **answer, struct err *e)
{
	(void)answer;
	return book_channel_head(t->l->book, turn_str(t, "channel"),
	    turn_int(t, "length"), turn_str(t, "hash"), e);
}

int
verb_channel_seal(struct turn *t, json_t **answer, struct err *e)
{
	struct live_channel *ch = channel_live(t->l, turn_str(t, "channel"));

	(void)answer;
	if (book_channel_seal(t->l->book, turn_str(t, "channel"), t->msg, e) <
	    0)
		return -1;
	if (ch != NULL) {
		ch->sealed = true;
		ledger_undo(t->l, unseal_live, ch);
	}
	return 0;
}

/* The person of a channel or connection that is live, or NULL. */
static const char *
person_of(const struct turn *t)
{
	const char *conn = turn_str(t, "conn");
	const struct live_channel *ch = channel_live(t->l, turn_str(t, "channel"));
	const struct live_conn *c = conn_live(t->l, ch != NULL ? ch->conn :
	    conn);

	return c == NULL ? NULL : c->who.person;
}

/* An event of a channel, or of its connection when it has none. */
static int
tell(const struct turn *t, const char *kind, struct err *e)
{
	const char *session = turn_str(t, "channel"), *person = person_of(t);
	json_t *body;
	char who[ID_MAX];
	int known = 0;

	/* told late, of a connection that is over */
	if (person == NULL && session[0] != '\0')
		known = book_channel_person(t->l->book, session, who, e);
	if (known < 0)
		return -1;
	if (known > 0)
		person = who;
	body = json_copy((json_t *)(uintptr_t)t->msg);
	if (session[0] == '\0')
		session = turn_str(t, "conn");
	if (session[0] == '\0')
		return err_set(e, ERR_INPUT, "of no channel or connection");
	(void)json_object_del(body, "op");
	(void)json_object_del(body, "id");
	(void)json_object_del(body, "channel");
	(void)json_object_del(body, "conn");
	return book_event(t->l->book, kind, session, person, body, e);
}

int
verb_channel_mask(struct turn *t, json_t **answer, struct err *e)
{
	(void)answer;
	return tell(t, "channel.mask", e);
}

int
verb_channel_file(struct turn *t, json_t **answer, struct err *e)
{
	/* a client can bring that about, and then names no files */
	bool lost = strcmp(turn_str(t, "did"), "lost") == 0;

	(void)answer;
	return tell(t, lost ? "channel.unfollowed" : "channel.file", e);
}

int
verb_recorder_failed(struct turn *t, json_t **answer, struct err *e)
{
	(void)answer;
	return tell(t, "recorder.failed", e);
}

int
verb_reserve_used(struct turn *t, json_t **answer, struct err *e)
{
	(void)answer;
	return tell(t, "reserve.used", e);
}

int
verb_exec(struct turn *t, json_t **answer, struct err *e)
{
	const char *decision = turn_str(t, "decision");
	const char *kind = "channel.exec";

	(void)answer;
	if (strcmp(wire_op(t->msg), "exec.count") == 0)
		kind = "exec.count";
	else if (strcmp(decision, "deny") == 0 ||
	    strcmp(decision, "mismatch") == 0)
		kind = "exec.denied";
	if (strcmp(decision, "hold") == 0) {
		/* exec.hold has made it known; its words and event */
		hold_words(t->l, turn_str(t, "hold"), turn_str(t, "argv"));
		kind = "exec.held";
	}
	return tell(t, kind, e);
}

/* ---- time, and ends before it ----------------------------------------- */

static void
say(struct ledger *l, const struct live_channel *ch, const char *text)
{
	ledger_tell(l, json_pack("{s:s, s:s, s:s, s:s}", "op", "conn.say",
	    "conn", ch->conn, "channel", ch->id, "text", text));
}

void
channel_end(struct ledger *l, struct live_channel *ch, const char *why,
    const char *text)
{
	ch->warned |= SAID_END;
	ledger_tell(l, json_pack("{s:s, s:s, s:s, s:s, s:s}", "op",
	    "conn.end", "conn", ch->conn, "channel", ch->id, "why", why,
	    "text", text));
}

static void
warn(struct ledger *l, struct live_channel *ch, int64_t left_us)
{
	static const int minutes[] = { 1, 5, 15 };
	char text[128];

	for (unsigned i = 0; i < 3; i++) {
		if (left_us > minutes[i] * MINUTE_US)
			continue;
		if ((ch->warned & (1U << i)) != 0)
			return;
		ch->warned |= 7U & ~((1U << i) - 1);
		(void)snprintf(text, sizeof(text), "warrant: your grant ends "
		    "in %d min; to ask for more: warrant extend --for 1h "
		    "--reason WHY", (int)(left_us / MINUTE_US) + 1);
		say(l, ch, text);
		return;
	}
}

void
channels_sweep(struct ledger *l)
{
	for (struct live_channel **at = &l->channels; *at != NULL;) {
		struct live_channel *ch = *at;

		if (!ch->sealed) {
			at = &ch->next;
			continue;
		}
		*at = ch->next;
		free(ch);
	}
}

void
channels_tick(struct ledger *l, int64_t now_us)
{
	for (struct live_channel *ch = l->channels; ch != NULL;
	    ch = ch->next) {
		if (ch->sealed || (ch->warned & SAID_END) != 0)
			continue;
		if (ch->end_us != 0 && ch->end_us <= now_us)
			channel_end(l, ch, "grant-revoked",
			    "warrant: your grant was revoked");
		else if (ch->until_us <= now_us)
			channel_end(l, ch, "grant-expired",
			    "warrant: your grant is over");
		else if (ch->end_us == 0)
			warn(l, ch, ch->until_us - now_us);
	}
}

/* A connection that ran something under the grant: when nothing of it runs
 * any more, there may still be what it has left behind. */
struct left {
	struct ledger *l;
	const char *grant, *why;
};

static int
end_left(void *arg, const char *conn)
{
	const struct left *o = arg;

	for (const struct live_channel *ch = o->l->channels; ch != NULL;
	    ch = ch->next)
		if (!ch->sealed && strcmp(ch->conn, conn) == 0 &&
		    strcmp(ch->grant, o->grant) == 0)
			return 0; /* the end of that one sees to it */
	ledger_tell(o->l, json_pack("{s:s, s:s, s:b, s:s}", "op", "conn.end",
	    "conn", conn, "left", 1, "why", o->why));
	return 0;
}

unsigned
channels_end_grant(struct ledger *l, const char *grant, const char *why,
    const char *text, int64_t at_us)
{
	struct left left = { .l = l, .grant = grant, .why = why };
	struct err e = { 0 };
	unsigned n = 0;

	for (struct live_channel *ch = l->channels; ch != NULL;
	    ch = ch->next) {
		if (ch->sealed || strcmp(ch->grant, grant) != 0)
			continue;
		n++;
		if (at_us == 0) {
			channel_end(l, ch, why, text);
			continue;
		}
		ch->end_us = at_us;
		say(l, ch, text);
	}
	if (book_conns_of(l->book, grant, end_left, &left, &e) < 0)
		log_line(LOG_ERR, "%s: what it left behind: %s", grant,
		    e.text);
	return n;
}

void
channels_extend(struct ledger *l, const struct grant *g, const char *old)
{
	for (struct live_channel *ch = l->channels; ch != NULL;
	    ch = ch->next) {
		if (ch->sealed || strcmp(ch->grant, old) != 0)
			continue;
		(void)snprintf(ch->grant, sizeof(ch->grant), "%s", g->id);
		ch->until_us = g->until_us;
		ch->warned = 0;
		ledger_tell(l, json_pack("{s:s, s:s, s:s, s:I}", "op",
		    "conn.until", "conn", ch->conn, "channel", ch->id,
		    "until_us", (json_int_t)g->until_us));
		say(l, ch, "warrant: your grant was prolonged");
	}
}
