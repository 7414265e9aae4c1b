/* SPDX-License-Identifier: BSD-2-Clause
 * sessions.c - what runs now: listed, watched, killed.
 *
 * A person sees the own sessions; those of a role its approvers see, watch
 * and kill.  To watch is an event before a byte is handed out, and by default
 * the person at the other end is told. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "lib/wire.h"

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

static json_t *
show(const struct turn *t, const struct live_channel *ch,
    const struct live_conn *c)
{
	unsigned held = 0;
	json_t *o;

	for (const struct live_hold *h = t->l->holds; h != NULL; h = h->next)
		held += !h->over && strcmp(h->channel, ch->id) == 0;
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, "
	    "s:I, s:I, s:i, s:b, s:b}", "session", ch->id, "conn", ch->conn,
	    "person", c->who.person, "name", c->who.name, "account",
	    c->who.account, "host", t->l->policy.host, "role", ch->role,
	    "grant", ch->grant, "tty", (int)ch->tty, "command", ch->command,
	    "opened_us", (json_int_t)ch->opened_us, "until_us",
	    (json_int_t)ch->until_us, "held", (int)held, "own",
	    (int)own(t, c), "yours_to_watch", (int)oversees(t, ch, c));
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

int
verb_sessions(struct turn *t, json_t **answer, struct err *e)
{
	size_t skip = (size_t)turn_int(t, "after"), bytes = 0;
	const struct live_conn *c;
	json_t *list = json_array();
	bool more = false;

	(void)e;
	for (struct live_channel *ch = seen(t, t->l->channels, &c);
	    ch != NULL && !more; ch = seen(t, ch->next, &c)) {
		if (skip > 0) {
			skip--;
			continue;
		}
		(void)json_array_append_new(list, show(t, ch, c));
		bytes += 1024 + strlen(ch->command);
		more = bytes > LEDGER_PAGE;
	}
	*answer = json_pack("{s:b, s:o, s:b}", "ok", 1, "sessions", list,
	    "more", (int)more);
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
	t->item->after = readers_open;
	t->item->silent = true;
	return 0;
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
