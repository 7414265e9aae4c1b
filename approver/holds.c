/* SPDX-License-Identifier: BSD-2-Clause
 * holds.c - programs that wait for a word: told by a gate, shown, decided.
 *
 * They are in memory alone: what is held lives in a gate, and after a crash
 * of this process the monitor tells of it anew.  What happened is in events.
 * Which rule holds a program, and so who decides, is the gate's word, never
 * the recorder's: from there come the words alone, masked. */
#include <stdlib.h>
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "lib/wire.h"

static struct live_hold *
find(const struct ledger *l, const char *id)
{
	struct live_hold *h = l->holds;

	while (h != NULL && (h->over || strcmp(h->id, id) != 0))
		h = h->next;
	return h;
}

/* ---- told by the monitor ---------------------------------------------- */

static void
end_hold(void *arg)
{
	((struct live_hold *)arg)->over = true;
}

static void
again(void *arg)
{
	((struct live_hold *)arg)->over = false;
}

#define COPY(to, from) (void)snprintf(to, sizeof(to), "%s", from)

/* Of what may be longer: cut at a whole character. */
#define SHOW(to, from) (void)visible(from, to, sizeof(to))

static struct live_hold *
add(struct turn *t, const struct live_channel *ch,
    const struct live_conn *c)
{
	struct live_hold *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	COPY(h->id, turn_str(t, "hold"));
	COPY(h->channel, ch->id);
	COPY(h->conn, ch->conn);
	COPY(h->person, c->who.person);
	COPY(h->account, c->who.account);
	COPY(h->role, ch->role);
	COPY(h->rule, turn_str(t, "rule"));
	SHOW(h->exe, turn_str(t, "exe"));
	SHOW(h->cwd, turn_str(t, "cwd"));
	SHOW(h->argv, turn_str(t, "argv"));
	h->uid = turn_int(t, "uid");
	h->euid = turn_int(t, "euid");
	h->asked_us = turn_int(t, "asked_us");
	if (h->asked_us == 0)
		h->asked_us = t->now_us;
	h->lapse_us = h->asked_us + turn_int(t, "wait_us");
	h->next = t->l->holds;
	t->l->holds = h;
	ledger_undo(t->l, end_hold, h);
	return h;
}

int
verb_hold(struct turn *t, json_t **answer, struct err *e)
{
	const struct live_channel *ch = channel_live(t->l,
	    turn_str(t, "channel"));
	const struct live_conn *c = ch == NULL ? NULL :
	    conn_live(t->l, ch->conn);

	(void)answer;
	if (c == NULL || find(t->l, turn_str(t, "hold")) != NULL)
		return 0; /* over meanwhile, or known already */
	return add(t, ch, c) == NULL ?
	    err_set(e, ERR_MEMORY, "out of memory") : 0;
}

void
hold_words(struct ledger *l, const char *hold, const char *argv)
{
	struct live_hold *h = find(l, hold);

	if (h != NULL && h->argv[0] == '\0')
		SHOW(h->argv, argv);
}

int
verb_unhold(struct turn *t, json_t **answer, struct err *e)
{
	struct live_hold *h = find(t->l, turn_str(t, "hold"));
	const char *session = turn_str(t, "channel");

	(void)answer;
	if (session[0] == '\0') /* its channel is sealed by now */
		session = turn_str(t, "conn");
	if (h != NULL) {
		h->over = true;
		ledger_undo(t->l, again, h);
	}
	return book_event(t->l->book, "exec.unheld", session,
	    h == NULL ? NULL : h->person, json_pack("{s:s, s:s}", "hold",
	    turn_str(t, "hold"), "why", turn_str(t, "why")), e);
}

void
holds_sweep(struct ledger *l)
{
	for (struct live_hold **at = &l->holds; *at != NULL;) {
		struct live_hold *h = *at;

		if (!h->over && channel_live(l, h->channel) != NULL) {
			at = &h->next;
			continue;
		}
		*at = h->next;
		free(h);
	}
}

/* ---- who decides ------------------------------------------------------ */

/* The expression of the rule, else of the role; *text as written.  NULL: both
 * are gone from the configuration, so nobody can. */
static const struct authority_expr *
deciders(const struct ledger *l, const struct live_hold *h,
    const char **text)
{
	const struct exec_rule *rule = policy_rule(&l->policy, h->rule);
	const struct role *role = policy_role(&l->policy, h->role);

	*text = "(the role is gone)";
	if (rule != NULL && rule->by_text[0] != '\0') {
		*text = rule->by_text;
		return &rule->by;
	}
	if (role == NULL)
		return NULL;
	*text = role->approve_text;
	return &role->approve;
}

static bool
may_word(const struct ledger *l, const struct who *w,
    const struct live_hold *h)
{
	const char *text;
	const struct authority_expr *x = deciders(l, h, &text);

	return x != NULL && strcmp(w->person, h->person) != 0 &&
	    peer_match(w, x) != 0;
}

static bool
sees(const struct turn *t, const struct live_hold *h)
{
	return strcmp(h->person, t->who->person) == 0 ||
	    may_word(t->l, t->who, h);
}

static json_t *
show(const struct turn *t, const struct live_hold *h)
{
	const struct exec_rule *rule = policy_rule(&t->l->policy, h->rule);
	char name[BOOK_NAME_MAX];
	const char *by;
	json_t *o;

	(void)deciders(t->l, h, &by);
	book_name(t->l->book, h->person, name);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
	    "s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:b}", "hold", h->id,
	    "channel", h->channel, "person", h->person, "name", name, "role",
	    h->role, "rule", h->rule, "account", h->account, "host",
	    t->l->policy.host, "exe", h->exe, "argv", h->argv, "cwd", h->cwd,
	    "uid", (json_int_t)h->uid, "euid", (json_int_t)h->euid,
	    "asked_us", (json_int_t)h->asked_us, "lapse_us",
	    (json_int_t)h->lapse_us, "approvers", by, "state", h->decided ?
	    "decided" : "waiting", "yours_to_decide", (int)(!h->decided &&
	    may_word(t->l, t->who, h)));
	if (o != NULL && rule != NULL && rule->say[0] != '\0')
		(void)json_object_set_new(o, "say", json_string(rule->say));
	return o;
}

int
verb_holds(struct turn *t, json_t **answer, struct err *e)
{
	const char *prefix = turn_str(t, "hold");
	json_t *list = json_array();
	size_t bytes = 0;

	for (const struct live_hold *h = t->l->holds; h != NULL;
	    h = h->next) {
		if (h->over || !sees(t, h) ||
		    strncmp(h->id, prefix, strlen(prefix)) != 0)
			continue;
		(void)json_array_insert_new(list, 0, show(t, h));
		bytes += 1024 + strlen(h->exe) + strlen(h->argv) +
		    strlen(h->cwd);
		if (bytes > LEDGER_PAGE)
			break;
	}
	if (prefix[0] != '\0' && json_array_size(list) != 1) {
		int none = json_array_size(list) == 0;

		json_decref(list);
		return err_set(e, none ? ERR_NOT_FOUND : ERR_USAGE, none ?
		    "%s: nothing that waits and that you may see (over "
		    "already?)" : "%s: more than one begins so: give more "
		    "of it", prefix);
	}
	*answer = json_pack("{s:b, s:o}", "ok", 1, "holds", list);
	return 0;
}

/* ---- it is decided ---------------------------------------------------- */

static void
undecide(void *arg)
{
	((struct live_hold *)arg)->decided = false;
}

static void
unvote(void *arg)
{
	((struct live_hold *)arg)->votes--;
}

/* Is this yes enough?  How many more are wanted. */
static unsigned
missing(const struct turn *t, const struct live_hold *h)
{
	const char *text;
	const struct authority_expr *x = deciders(t->l, h, &text);
	struct vote vote[HOLD_VOTES];
	struct tally y;

	for (size_t i = 0; i < h->votes; i++)
		vote[i] = (struct vote){ .who = h->yes[i].person,
		    .has = groups_match(h->yes[i].groups, x),
		    .approve = true, .for_us = 1 };
	y = authority_tally(x, 1, h->person, 1, vote, h->votes);
	return y.verdict == VERDICT_GRANTED ? 0 :
	    y.missing > 0 ? y.missing : 1;
}

static int
vote(struct turn *t, struct live_hold *h, struct err *e)
{
	for (size_t i = 0; i < h->votes; i++)
		if (strcmp(h->yes[i].person, t->who->person) == 0)
			return err_set(e, ERR_CONFLICT, "you have approved %s "
			    "already", h->id);
	if (h->votes == HOLD_VOTES)
		return err_set(e, ERR_LIMIT, "too many decisions on %s",
		    h->id);
	COPY(h->yes[h->votes].person, t->who->person);
	COPY(h->yes[h->votes].groups, t->who->groups);
	h->votes++;
	ledger_undo(t->l, unvote, h);
	return 0;
}

static void
send_word(struct turn *t, struct live_hold *h, const char *verdict)
{
	char text[ERR_TEXT_MAX], name[SAID_NAME], message[SAID_MESSAGE];
	const char *quote;

	(void)visible(turn_str(t, "message"), message, sizeof(message));
	quote = message[0] == '\0' ? "" : "\"";
	h->decided = true;
	ledger_undo(t->l, undecide, h);
	(void)snprintf(text, sizeof(text), "warrant: %s %s it%s%s%s%s",
	    visible(t->who->name, name, sizeof(name)),
	    strcmp(verdict, "deny") == 0 ? "refused" : "approved",
	    quote[0] == '\0' ? "" : ": ", quote, message, quote);
	ledger_tell(t->l, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "op",
	    "conn.hold", "conn", h->conn, "channel", h->channel, "hold",
	    h->id, "verdict", verdict, "text", text));
}

int
verb_hold_decide(struct turn *t, json_t **answer, struct err *e)
{
	const char *id = turn_str(t, "hold");
	const char *verdict = turn_str(t, "verdict");
	bool deny = strcmp(verdict, "deny") == 0;
	struct live_hold *h = find(t->l, id);
	unsigned more = 0;

	if (!deny && strcmp(verdict, "once") != 0 &&
	    strcmp(verdict, "session") != 0)
		return err_set(e, ERR_INPUT, "verdict: once, session or "
		    "deny");
	if (h == NULL || !sees(t, h))
		return err_set(e, ERR_DENIED, "%s: nothing that waits for "
		    "your word (over already?)", id);
	if (!may_word(t->l, t->who, h))
		return err_set(e, ERR_DENIED, "%s is your own: somebody else "
		    "decides", id);
	if (h->decided)
		return err_set(e, ERR_CONFLICT, "%s is decided already", id);
	if (!deny && vote(t, h, e) < 0)
		return -1;
	if (book_event(t->l->book, deny ? "exec.refused" : "exec.approved",
	    h->channel, t->who->person, json_pack("{s:s, s:s, s:s, s:s, "
	    "s:s, s:s}", "hold", h->id, "verdict", verdict, "rule", h->rule,
	    "exe", h->exe, "argv", h->argv, "message",
	    turn_str(t, "message")), e) < 0)
		return -1;
	if (!deny)
		more = missing(t, h);
	if (more == 0)
		send_word(t, h, verdict);
	*answer = json_pack("{s:b, s:s, s:i}", "ok", 1, "hold", h->id,
	    "missing", (int)more);
	return 0;
}
