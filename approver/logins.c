/* SPDX-License-Identifier: BSD-2-Clause
 * logins.c - verified sign-ins, and the connections they open. */
#include <stdlib.h>
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/wire.h"

/* ---- what memory holds ------------------------------------------------ */

static void
forget_login(void *arg)
{
	((struct login *)arg)->until_us = 0;
}

static void
unuse_login(void *arg)
{
	((struct login *)arg)->used = false;
}

static void
end_conn(void *arg)
{
	((struct live_conn *)arg)->ended = true;
}

static void
unend_conn(void *arg)
{
	((struct live_conn *)arg)->ended = false;
}

void
logins_sweep(struct ledger *l, int64_t now_us)
{
	for (struct login **at = &l->logins; *at != NULL;) {
		struct login *g = *at;

		if (g->until_us > now_us && !g->used) {
			at = &g->next;
			continue;
		}
		*at = g->next;
		free(g);
	}
	remember_sweep(&l->remembered, now_us);
	for (struct live_conn **at = &l->conns; *at != NULL;) {
		struct live_conn *c = *at;

		if (!c->ended) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free(c);
	}
}

struct live_conn *
conn_live(const struct ledger *l, const char *id)
{
	struct live_conn *c = l->conns;

	while (c != NULL && (c->ended || strcmp(c->who.conn, id) != 0))
		c = c->next;
	return c;
}

static struct live_conn *
add_conn(struct ledger *l, const struct who *who)
{
	struct live_conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->who = *who;
	c->next = l->conns;
	l->conns = c;
	return c;
}

/* ---- sign-ins --------------------------------------------------------- */

/* Groups one a line.  A group with a line feed in its name is none of ours:
 * no expression can name it. */
static int
join_groups(const json_t *list, char ret[BOOK_GROUPS_MAX], struct err *e)
{
	const json_t *one;
	size_t i, at = 0;

	ret[0] = '\0';
	json_array_foreach(list, i, one) {
		const char *g = json_string_value(one);
		size_t n = strlen(g);

		if (n == 0 || strchr(g, '\n') != NULL)
			continue;
		if (at + n + 2 > BOOK_GROUPS_MAX)
			return err_set(e, ERR_LIMIT, "the token names too "
			    "many groups");
		memcpy(ret + at, g, n);
		at += n;
		ret[at++] = '\n';
		ret[at] = '\0';
	}
	return 0;
}

/* A copy of a message without what is said elsewhere. */
static json_t *
rest_of(const json_t *msg, const char *const *but)
{
	json_t *body = json_copy((json_t *)(uintptr_t)msg);

	(void)json_object_del(body, "op");
	(void)json_object_del(body, "id");
	for (; *but != NULL; but++)
		(void)json_object_del(body, *but);
	return body;
}

static void
forget_remembered(void *arg)
{
	((struct remembered *)arg)->until_us = 0;
}

/* The event, its rows, and what memory holds of the sign-in in t->msg. */
static struct login *
add_login(struct turn *t, struct err *e)
{
	static const char *const said[] = { "issuer", "sub", "name", "email",
	    "account", "service", "remember_us", "rules", NULL };
	struct login *g = calloc(1, sizeof(*g));
	struct login_row row = { .account = turn_str(t, "account"),
	    .service = turn_str(t, "service"),
	    .once = turn_bool(t, "once"),
	    .until_us = t->now_us + LEDGER_LOGIN_US };
	json_t *body;

	if (g == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		return NULL;
	}
	row.id = g->id;
	body = rest_of(t->msg, said);
	if (row.once)
		(void)json_object_set_new(body, "exp_us",
		    json_integer(turn_int(t, "exp") * 1000000));
	if (id_make('l', g->id, e) < 0 || join_groups(json_object_get(t->msg,
	    "groups"), g->who.groups, e) < 0) {
		json_decref(body);
		free(g);
		return NULL;
	}
	if (book_identity(t->l->book, turn_str(t, "issuer"),
	    turn_str(t, "sub"), turn_str(t, "name"), turn_str(t, "email"),
	    &row, body, g->who.person, e) < 0) {
		free(g);
		return NULL;
	}
	g->until_us = row.until_us;
	(void)snprintf(g->who.name, sizeof(g->who.name), "%s",
	    turn_str(t, "name")[0] != '\0' ? turn_str(t, "name") :
	    turn_str(t, "sub"));
	(void)snprintf(g->who.account, sizeof(g->who.account), "%s",
	    row.account);
	(void)snprintf(g->rhost, sizeof(g->rhost), "%s",
	    turn_str(t, "rhost"));
	(void)snprintf(g->service, sizeof(g->service), "%s", row.service);
	g->next = t->l->logins;
	t->l->logins = g;
	ledger_undo(t->l, forget_login, g);
	return g;
}

static json_t *
login_answer(const struct login *g)
{
	return json_pack("{s:b, s:s, s:s}", "ok", 1, "login", g->id,
	    "person", g->who.person);
}

int
verb_login_verified(struct turn *t, json_t **answer, struct err *e)
{
	const struct login *g = add_login(t, e);
	struct remembered *r;

	if (g == NULL)
		return -1;
	if (turn_int(t, "remember_us") > 0) {
		r = remember_add(&t->l->remembered, t->msg, g->who.person,
		    t->now_us);
		if (r != NULL)
			ledger_undo(t->l, forget_remembered, r);
	}
	*answer = login_answer(g);
	return 0;
}

/* The sign-in of before once more, as an event of its own: where from and
 * which service are of now, the token is that of then. */
int
verb_login_remembered(struct turn *t, json_t **answer, struct err *e)
{
	const struct remembered *r = remember_find(t->l->remembered, t->msg,
	    t->now_us);
	struct turn again = *t;
	const struct login *g;
	json_t *msg;

	if (r == NULL)
		return err_set(e, ERR_NOT_FOUND, "nobody is remembered for "
		    "this key");
	msg = json_deep_copy(r->msg);
	(void)json_object_set_new(msg, "flow", json_string("remembered"));
	(void)json_object_set(msg, "rhost", json_object_get(t->msg,
	    "rhost"));
	(void)json_object_set(msg, "service", json_object_get(t->msg,
	    "service"));
	(void)json_object_del(msg, "once");
	(void)json_object_del(msg, "remember_us");
	(void)json_object_del(msg, "conn_pid");
	again.msg = msg;
	g = add_login(&again, e);
	if (g != NULL)
		*answer = login_answer(g);
	json_decref(msg);
	return g == NULL ? -1 : 0;
}

int
verb_login_rejected(struct turn *t, json_t **answer, struct err *e)
{
	static const char *const none[] = { NULL };

	(void)answer;
	return book_event(t->l->book, "identity.rejected", NULL, NULL,
	    rest_of(t->msg, none), e);
}

/* The sign-in of this id, for this account, unused and in time. */
static struct login *
find_login(struct turn *t, struct err *e)
{
	const char *id = turn_str(t, "login");
	struct login *g = t->l->logins;

	while (g != NULL && strcmp(g->id, id) != 0)
		g = g->next;
	if (g == NULL || g->used || g->until_us <= t->now_us) {
		(void)err_set(e, ERR_DENIED, "this sign-in is not known, was "
		    "used, or is older than 10 minutes");
		return NULL;
	}
	if (strcmp(g->who.account, turn_str(t, "account")) != 0) {
		(void)err_set(e, ERR_DENIED, "this sign-in is for another "
		    "account");
		return NULL;
	}
	return g;
}

/* Does a grant stand for this person and account just now? */
static int
seen(void *arg, const struct grant *g)
{
	const struct turn *t = arg;

	return g->from_us <= t->now_us + 1000000 && t->now_us < g->until_us &&
	    strcmp(g->host, t->l->policy.host) == 0;
}

int
verb_login_check(struct turn *t, json_t **answer, struct err *e)
{
	const struct login *g = find_login(t, e);
	struct book_want w = { .open = true };
	const char *state = "deny", *text = "";
	struct err why = { 0 };
	bool locked;
	int rc;

	if (g == NULL)
		return -1;
	w.person = g->who.person;
	w.account = g->who.account;
	locked = locks_refuse(t->l, w.person, &why) < 0;
	if (locked && why.code != ERR_DENIED) {
		*e = why;
		return -1;
	}
	rc = book_grants(t->l->book, &w, t->now_us, seen, t, e);
	if (rc < 0)
		return -1;
	if (locked)
		text = why.text;
	else if (rc == 1)
		state = "grant";
	else if (t->l->policy.lobby)
		state = "lobby";
	else
		text = "no grant covers this account: ask for one where your "
		    "requests are made, then sign in again";
	if (strcmp(state, "deny") == 0 && book_event(t->l->book,
	    "login.denied", NULL, g->who.person, json_pack("{s:s,s:s,s:s}",
	    "account", g->who.account, "rhost", g->rhost, "why",
	    locked ? "locked" : "no grant"), e) < 0)
		return -1;
	*answer = json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "state", state,
	    "text", text, "person", g->who.person);
	return 0;
}

/* ---- connections ------------------------------------------------------ */

int
verb_conn_open(struct turn *t, json_t **answer, struct err *e)
{
	static const char *const said[] = { "login", "account", "service",
	    NULL };
	struct login *g = find_login(t, e);
	struct conn_row row;
	struct live_conn *c;
	struct who who;

	if (g == NULL)
		return -1;
	who = g->who;
	if (locks_refuse(t->l, who.person, e) < 0 ||
	    id_make('c', who.conn, e) < 0)
		return -1;
	row = (struct conn_row){ .id = who.conn, .login = g->id,
	    .person = who.person, .account = who.account,
	    .service = g->service };
	if (book_add_conn(t->l->book, &row, rest_of(t->msg, said), e) < 0)
		return -1;
	c = add_conn(t->l, &who);
	if (c == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	ledger_undo(t->l, end_conn, c);
	g->used = true;
	ledger_undo(t->l, unuse_login, g);
	*answer = json_pack("{s:b, s:s, s:s, s:s, s:s, s:s}", "ok", 1,
	    "conn", who.conn, "person", who.person, "name", who.name,
	    "groups", who.groups, "account", who.account);
	return 0;
}

int
verb_conn_known(struct turn *t, json_t **answer, struct err *e)
{
	struct who who = { .person = "" };

	(void)answer;
	if (conn_live(t->l, turn_str(t, "conn")) != NULL)
		return 0;
	(void)snprintf(who.conn, sizeof(who.conn), "%s",
	    turn_str(t, "conn"));
	(void)snprintf(who.person, sizeof(who.person), "%s",
	    turn_str(t, "person"));
	(void)snprintf(who.name, sizeof(who.name), "%s",
	    turn_str(t, "name"));
	(void)snprintf(who.groups, sizeof(who.groups), "%s",
	    turn_str(t, "groups"));
	(void)snprintf(who.account, sizeof(who.account), "%s",
	    turn_str(t, "account"));
	return add_conn(t->l, &who) == NULL ? err_set(e, ERR_MEMORY,
	    "out of memory") : 0;
}

int
verb_conn_close(struct turn *t, json_t **answer, struct err *e)
{
	struct live_conn *c = conn_live(t->l, turn_str(t, "conn"));

	(void)answer;
	if (book_end_conn(t->l->book, turn_str(t, "conn"),
	    turn_str(t, "why"), e) < 0)
		return -1;
	if (c != NULL) {
		c->ended = true;
		ledger_undo(t->l, unend_conn, c);
	}
	return 0;
}

/* ---- a new monitor, or a new ledger ----------------------------------- */

static int
collect(void *arg, const char *id)
{
	return json_array_append_new(arg, json_string(id));
}

/* What the store has open and nobody runs: connections are over, recordings
 * are for the monitor to look at. */
int
verb_monitor_ready(struct turn *t, json_t **answer, struct err *e)
{
	json_t *conns = json_array(), *channels = json_array();
	const json_t *one;
	size_t i;
	int rc = -1;

	(void)answer;
	if (book_open_conns(t->l->book, collect, conns, e) != 0 ||
	    book_unsealed(t->l->book, collect, channels, e) != 0)
		goto out;
	json_array_foreach(conns, i, one)
		if (conn_live(t->l, json_string_value(one)) == NULL &&
		    book_end_conn(t->l->book, json_string_value(one), "lost",
		    e) < 0)
			goto out;
	for (i = 0; i < json_array_size(channels); i += 500) {
		json_t *some = json_array();

		for (size_t k = i; k < i + 500 &&
		    k < json_array_size(channels); k++)
			(void)json_array_append(some,
			    json_array_get(channels, k));
		ledger_tell(t->l, json_pack("{s:s, s:o}", "op", "unsealed",
		    "channels", some));
	}
	rc = 0;
out:
	json_decref(conns);
	json_decref(channels);
	return rc;
}
