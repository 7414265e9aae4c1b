/* SPDX-License-Identifier: BSD-2-Clause
 * locks.c - a person is locked out: all ends, and nothing new begins. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"

#define GRANTS_MAX 256		/* ended at a time */
#define LOCKS_SHOWN 64

static int
may_lock(const struct turn *t, struct err *e)
{
	const struct policy *p = &t->l->policy;

	if (p->lock.ways == 0)
		return err_set(e, ERR_DENIED, "nobody may lock: name the "
		    "groups in [login] lock of warrant.conf(5)");
	if (!authority_may_ask(&p->lock, peer_match(t->who, &p->lock)))
		return err_set(e, ERR_DENIED, "you are in none of the groups "
		    "of [login] lock");
	return 0;
}

/* Whom it is about: never who asks. */
static int
whom(struct turn *t, char ret[ID_MAX], struct err *e)
{
	const char *text = turn_str(t, "person");
	int rc = may_lock(t, e) < 0 ? -1 :
	    book_find_person(t->l->book, text, ret, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "'%.80s': nobody of this id, "
		    "name or address has ever signed in here; whoever shall "
		    "not begin to is taken out of the groups at the provider",
		    text);
	if (strcmp(ret, t->who->person) == 0)
		return err_set(e, ERR_DENIED, "nobody locks or unlocks "
		    "oneself");
	return 0;
}

int
locks_refuse(struct ledger *l, const char *person, struct err *e)
{
	static struct lock k;
	char by[BOOK_NAME_MAX];
	int rc = book_locked(l->book, person, &k, e);

	if (rc <= 0)
		return rc;
	if (k.by[0] == '\0') /* retention has taken who and why */
		return err_set(e, ERR_DENIED, "locked out");
	book_name(l->book, k.by, by);
	return err_set(e, ERR_DENIED, "locked out by %.*s: \"%.*s\"",
	    SAID_NAME - 1, by, SAID_MESSAGE - 1, k.message);
}

/* ---- locking ---------------------------------------------------------- */

struct ends {
	struct grant grant[GRANTS_MAX];
	size_t n;
};

static int
collect(void *arg, const struct grant *g)
{
	struct ends *ends = arg;

	if (ends->n == GRANTS_MAX)
		return 1;
	ends->grant[ends->n++] = *g;
	return 0;
}

/* What stands is revoked; the sessions under it end at once. */
static int
end_grants(struct turn *t, const char *person, const char *text,
    struct err *e)
{
	static struct ends ends;
	struct book_want w = { .person = person, .open = true };

	do {
		ends.n = 0;
		if (book_grants(t->l->book, &w, t->now_us, collect, &ends,
		    e) < 0)
			return -1;
		for (size_t i = 0; i < ends.n; i++) {
			if (book_end_grant(t->l->book, &ends.grant[i],
			    "revoked", t->who->person, turn_str(t, "message"),
			    e) < 0)
				return -1;
			(void)channels_end_grant(t->l, ends.grant[i].id,
			    "grant-revoked", text, 0);
		}
	} while (ends.n == GRANTS_MAX);
	return 0;
}

/* All connections, those in the lobby too.  How many. */
static unsigned
end_conns(struct ledger *l, const char *person, const char *text)
{
	unsigned n = 0;

	for (struct live_conn *c = l->conns; c != NULL; c = c->next) {
		if (c->ended || strcmp(c->who.person, person) != 0)
			continue;
		n++;
		ledger_tell(l, json_pack("{s:s, s:s, s:s, s:s}", "op",
		    "conn.end", "conn", c->who.conn, "why", "killed", "text",
		    text));
	}
	return n;
}

int
verb_lock(struct turn *t, json_t **answer, struct err *e)
{
	char person[ID_MAX], name[BOOK_NAME_MAX];
	char text[SAID_NAME + SAID_MESSAGE + 64];
	struct err is = { 0 };
	unsigned n;

	if (whom(t, person, e) < 0)
		return -1;
	book_name(t->l->book, person, name);
	if (locks_refuse(t->l, person, &is) < 0)
		return err_set(e, ERR_CONFLICT, "%.128s is %s already", name,
		    is.text);
	if (book_lock(t->l->book, true, person, t->who->person,
	    turn_str(t, "message"), e) < 0)
		return -1;
	(void)snprintf(text, sizeof(text), "warrant: locked out by %.*s: "
	    "\"%.*s\"", SAID_NAME - 1, t->who->name, SAID_MESSAGE - 1,
	    turn_str(t, "message"));
	if (end_grants(t, person, text, e) < 0)
		return -1;
	remember_forget(t->l->remembered, person);
	n = end_conns(t->l, person, text);
	*answer = json_pack("{s:b, s:s, s:s, s:i}", "ok", 1, "person", person,
	    "name", name, "ended", (int)n);
	return 0;
}

int
verb_unlock(struct turn *t, json_t **answer, struct err *e)
{
	char person[ID_MAX], name[BOOK_NAME_MAX];
	static struct lock k;
	int rc;

	if (whom(t, person, e) < 0)
		return -1;
	book_name(t->l->book, person, name);
	rc = book_locked(t->l->book, person, &k, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_CONFLICT, "%.128s is not locked out",
		    name);
	if (book_lock(t->l->book, false, person, t->who->person,
	    turn_str(t, "message"), e) < 0)
		return -1;
	*answer = json_pack("{s:b, s:s, s:s}", "ok", 1, "person", person,
	    "name", name);
	return 0;
}

/* ---- looking ---------------------------------------------------------- */

struct shown {
	struct ledger *l;
	json_t *list;
};

static int
show(void *arg, const struct lock *k)
{
	struct shown *s = arg;
	char name[BOOK_NAME_MAX], by[BOOK_NAME_MAX];

	book_name(s->l->book, k->person, name);
	book_name(s->l->book, k->by, by);
	(void)json_array_append_new(s->list, json_pack("{s:s, s:s, s:s, s:s, "
	    "s:I, s:s}", "person", k->person, "name", name, "by", k->by,
	    "by_name", by, "at_us", (json_int_t)k->at_us, "message",
	    k->message));
	return json_array_size(s->list) == LOCKS_SHOWN;
}

int
verb_locks(struct turn *t, json_t **answer, struct err *e)
{
	struct shown s = { .l = t->l, .list = json_array() };
	int rc = may_lock(t, e) < 0 ? -1 :
	    book_locks(t->l->book, show, &s, e);

	if (rc < 0) {
		json_decref(s.list);
		return -1;
	}
	*answer = json_pack("{s:b, s:o, s:b}", "ok", 1, "locks", s.list,
	    "more", rc);
	return 0;
}
