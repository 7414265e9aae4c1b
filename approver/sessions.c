/* SPDX-License-Identifier: BSD-2-Clause
 * sessions.c - what runs now: listed, watched, killed.
 *
 * A person sees the own sessions; those of a role its approvers see, watch
 * and kill.  To watch is an event before a byte is handed out, and one when
 * it ends; by default the person at the other end is told.  Of those that
 * have ended a person sees the same ones. */
#include <stdio.h>
#include <string.h>

#include "approver/ledger.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "lib/wire.h"

#define PAST_US (INT64_C(86400) * 1000000)

/* Is he an approver of the role it runs under, and not its own person? */
static bool
oversees(const struct turn *t, const struct live_channel *ch,
    const struct live_conn *c)
{
	const struct role *role = policy_role(&t->l->policy, ch->role);

	return role != NULL && strcmp(c->who.person, t->who->person) != 0 &&
	    peer_match(t->who, &role->approve) != 0;
}

static bool
own(const struct turn *t, const struct live_conn *c)
{
	return strcmp(c->who.person, t->who->person) == 0;
}

/* Those that run hold no address: it is in the event of the connection. */
static json_t *
show(const struct turn *t, const struct live_channel *ch,
    const struct live_conn *c)
{
	char rhost[BOOK_NAME_MAX];
	unsigned held = 0;
	json_t *o;

	book_conn_rhost(t->l->book, ch->conn, rhost);
	for (const struct live_hold *h = t->l->holds; h != NULL; h = h->next)
		held += !h->over && strcmp(h->channel, ch->id) == 0;
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, "
	    "s:I, s:I, s:i, s:b, s:b, s:s, s:s}", "session", ch->id, "conn",
	    ch->conn, "person", c->who.person, "name", c->who.name, "account",
	    c->who.account, "host", t->l->policy.host, "role", ch->role,
	    "grant", ch->grant, "tty", (int)ch->tty, "command", ch->command,
	    "opened_us", (json_int_t)ch->opened_us, "until_us",
	    (json_int_t)ch->until_us, "held", (int)held, "own",
	    (int)own(t, c), "yours_to_watch", (int)oversees(t, ch, c),
	    "rhost", rhost, "state", "running");
	return o;
}

/* The next live channel from ch on that the person may see, and its
 * connection. */
static struct live_channel *
seen(const struct turn *t, struct live_channel *ch,
    const struct live_conn **c)
{
	for (; ch != NULL; ch = ch->next) {
		*c = ch->sealed ? NULL : conn_live(t->l, ch->conn);
		if (*c != NULL && (own(t, *c) || oversees(t, ch, *c)))
			return ch;
	}
	return NULL;
}

static json_t *
show_past(const struct turn *t, const struct past *s, bool mine)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, "
	    "s:I, s:I, s:b, s:s, s:s}", "session", s->id, "conn", s->conn,
	    "person", s->person, "name", s->name, "account", s->account,
	    "host", t->l->policy.host, "role", s->role, "grant", s->grant,
	    "tty", (int)s->tty, "command", s->command, "opened_us",
	    (json_int_t)s->opened_us, "ended_us", (json_int_t)s->ended_us,
	    "own", (int)mine, "rhost", s->rhost, "state", s->state);
}

/* One that has ended, if the person may see it. */
static int
put_past(void *arg, const struct past *s)
{
	struct page *p = arg;
	const struct turn *t = p->t;
	const struct role *role = policy_role(&t->l->policy, s->role);
	bool mine = strcmp(s->person, t->who->person) == 0;
	int rc;

	if (!mine && (role == NULL || peer_match(t->who, &role->approve) == 0))
		return 0;
	rc = page_take(p, 1024 + strlen(s->command));
	if (rc == 1)
		(void)json_array_append_new(p->list, show_past(t, s, mine));
	return rc < 0;
}

int
verb_sessions(struct turn *t, json_t **answer, struct err *e)
{
	struct page p = { .t = t, .list = json_array(),
	    .skip = (size_t)turn_int(t, "after") };
	const struct live_conn *c;

	for (struct live_channel *ch = seen(t, t->l->channels, &c);
	    ch != NULL && !p.more; ch = seen(t, ch->next, &c))
		if (page_take(&p, 1024 + strlen(ch->command)) == 1)
			(void)json_array_append_new(p.list, show(t, ch, c));
	if (!p.more && turn_bool(t, "all") && book_past(t->l->book,
	    t->now_us - PAST_US, put_past, &p, e) < 0) {
		json_decref(p.list);
		return -1;
	}
	*answer = json_pack("{s:b, s:o, s:b}", "ok", 1, "sessions", p.list,
	    "more", (int)p.more);
	return 0;
}

/* The one session that begins so; NULL with *e. */
static struct live_channel *
find(const struct turn *t, const struct live_conn **c, struct err *e)
{
	const char *prefix = turn_str(t, "channel");
	struct live_channel *found = NULL;
	const struct live_conn *of = NULL;

	if (!id_prefix_ok(prefix, 's')) {
		(void)err_set(e, ERR_USAGE, "'%.40s' is no id of a session",
		    prefix);
		return NULL;
	}
	for (struct live_channel *ch = seen(t, t->l->channels, &of);
	    ch != NULL; ch = seen(t, ch->next, &of)) {
		if (strncmp(ch->id, prefix, strlen(prefix)) != 0)
			continue;
		if (found != NULL) {
			(void)err_set(e, ERR_USAGE, "%s: more than one begins "
			    "so: give more of it", prefix);
			return NULL;
		}
		found = ch;
		*c = of;
	}
	if (found == NULL)
		(void)err_set(e, ERR_NOT_FOUND, "%s: no session that runs and "
		    "that you may see", prefix);
	return found;
}

/* ---- watched ---------------------------------------------------------- */

static int
watch_open(struct ledger *l, struct item *it, struct err *e)
{
	struct client *c = it->client;

	(void)snprintf(c->watches, sizeof(c->watches), "%s",
	    json_string_value(json_object_get(it->msg, "channel")));
	c->watch_us = clock_boot_us();
	return readers_open(l, it, e);
}

int
verb_watch(struct turn *t, json_t **answer, struct err *e)
{
	const struct live_conn *c = NULL;
	struct live_channel *ch = find(t, &c, e);
	char text[ERR_TEXT_MAX], name[SAID_NAME];

	(void)answer;
	if (ch == NULL)
		return -1;
	if (!oversees(t, ch, c))
		return err_set(e, ERR_DENIED, "%s is your own: nothing to "
		    "watch", ch->id);
	if (t->client->watches[0] != '\0')
		return err_set(e, ERR_LIMIT, "one session at a time is "
		    "watched by a link");
	if (book_event(t->l->book, "channel.watched", ch->id,
	    t->who->person, json_pack("{s:s, s:s}", "of", c->who.person,
	    "role", ch->role), e) < 0)
		return -1;
	if (conf_bool(conf_section(t->l->start->conf, "record"),
	    "tell_watched")) {
		(void)snprintf(text, sizeof(text), "warrant: %s watches this "
		    "session", visible(t->who->name, name, sizeof(name)));
		ledger_tell(t->l, json_pack("{s:s, s:s, s:s, s:s}", "op",
		    "conn.say", "conn", ch->conn, "channel", ch->id, "text",
		    text));
	}
	/* readers_open asks for it by its whole id */
	(void)json_object_set_new(t->item->msg, "channel",
	    json_string(ch->id));
	t->item->after = watch_open;
	t->item->silent = true;
	return 0;
}

/* His look as one event.  The link is held by the program that shows it, so
 * it closes when that ends; how much there was to see is ours to say, what he
 * has looked at is not. */
void
sessions_unwatch(struct client *c)
{
	json_t *msg;

	if (c->watches[0] == '\0')
		return;
	msg = json_pack("{s:s, s:s, s:s, s:I}", "op", "watch.end", "channel",
	    c->watches, "person", c->who.person, "lasted_s",
	    (json_int_t)((clock_boot_us() - c->watch_us) / 1000000));
	ledger_take(c->l, NULL, msg);
	json_decref(msg);
	c->watches[0] = '\0';
}

int
verb_watch_end(struct turn *t, json_t **answer, struct err *e)
{
	const char *channel = turn_str(t, "channel");
	int64_t bytes = 0;

	(void)answer;
	if (book_channel_length(t->l->book, channel, &bytes, e) < 0)
		return -1;
	return book_event(t->l->book, "channel.unwatched", channel,
	    turn_str(t, "person"), json_pack("{s:I, s:I}", "lasted_s",
	    (json_int_t)turn_int(t, "lasted_s"), "bytes", (json_int_t)bytes),
	    e);
}

/* ---- killed ----------------------------------------------------------- */

int
verb_kill(struct turn *t, json_t **answer, struct err *e)
{
	const struct live_conn *c = NULL;
	struct live_channel *ch = find(t, &c, e);
	char text[ERR_TEXT_MAX], name[SAID_NAME], message[SAID_MESSAGE];

	if (ch == NULL)
		return -1;
	if (book_event(t->l->book, "channel.killed", ch->id, t->who->person,
	    json_pack("{s:s, s:s, s:s}", "of", c->who.person, "role",
	    ch->role, "message", turn_str(t, "message")), e) < 0)
		return -1;
	(void)snprintf(text, sizeof(text), "warrant: %s ended this session: "
	    "\"%s\"", visible(t->who->name, name, sizeof(name)),
	    visible(turn_str(t, "message"), message, sizeof(message)));
	channel_end(t->l, ch, "killed", text);
	*answer = json_pack("{s:b, s:s}", "ok", 1, "session", ch->id);
	return 0;
}
