/* SPDX-License-Identifier: BSD-2-Clause
 * guard_exec.c - what may start, and who is told of it.
 *
 * Until a channel runs, only warrant-shell may start (and helpers that sshd's
 * root process starts itself).  Then everything may, and is recorded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "recorder/guard.h"

#define LOOSE_SINGLY 100	/* execs of no channel told one by one */
#define ANCESTORS 64

/* ---- whose ------------------------------------------------------------ */

/* Where its session is remembered, or -1.  A number may be of a session that
 * came later: its leader then started after the process seen in it first. */
static int
seen_of(const struct guard *g, const struct task *t)
{
	size_t n = g->seen_n < GUARD_SEEN ? g->seen_n : GUARD_SEEN;
	struct task leader;

	for (size_t i = 0; i < n; i++) {
		const struct seen *s = &g->seen[i];

		if (s->sid == 0 || s->sid != t->sid)
			continue;
		if (t->start < g->pid_start ||
		    (task_read(s->sid, &leader, NULL) == 0 &&
		    leader.start > s->start))
			return -1;
		return (int)i;
	}
	return -1;
}

static struct gchannel *
by_session(struct guard *g, const struct task *t)
{
	int at = seen_of(g, t);

	return at < 0 || g->seen[at].channel < 0 ? NULL :
	    &g->channel[g->seen[at].channel];
}

static void
remember(struct guard *g, const struct task *t, int channel)
{
	int at = seen_of(g, t);

	if (at >= 0) {
		g->seen[at].channel = channel;
		return;
	}
	for (size_t i = 0; i < GUARD_SEEN; i++)
		if (g->seen[i].sid == t->sid)
			g->seen[i] = (struct seen){ 0 }; /* used again */
	g->seen[g->seen_n++ % GUARD_SEEN] = (struct seen){ .sid = t->sid,
	    .start = t->start, .channel = channel };
}

/* By what is above it: the warrant-shell that started it. */
static struct gchannel *
by_parent(struct guard *g, const struct task *t)
{
	struct task up = *t;

	for (int i = 0; i < ANCESTORS && up.pid > 1; i++) {
		for (int k = 0; k < GUARD_CHANNELS; k++) {
			struct gchannel *c = &g->channel[k];

			if (c->state != CHANNEL_NONE && c->id[0] != '\0' &&
			    up.pid == c->client.pid && up.pid != t->pid)
				return c;
		}
		if (up.pid == g->pid || task_read(up.ppid, &up, NULL) < 0)
			return NULL;
	}
	return NULL;
}

struct gchannel *
guard_channel_of(struct guard *g, const struct task *t)
{
	struct gchannel *c = by_parent(g, t);

	for (int i = 0; i < GUARD_CHANNELS && c == NULL; i++)
		if (g->channel[i].state != CHANNEL_NONE && t->tty != 0 &&
		    g->channel[i].tty_dev == t->tty)
			c = &g->channel[i];
	if (c == NULL)
		c = by_session(g, t);
	if (c != NULL && c->state != CHANNEL_NONE)
		remember(g, t, guard_channel_index(g, c));
	return c != NULL && c->state != CHANNEL_NONE ? c : NULL;
}

bool
guard_owns(const struct guard *g, const struct task *t)
{
	if (t->pid == g->pid)
		return false;
	if (g->audit != UINT32_MAX && task_audit(t->pid) == g->audit)
		return true;
	return seen_of(g, t) >= 0 || task_descends(t, g->pid);
}

/* ---- may it ----------------------------------------------------------- */

static bool
is_warrant_shell(const struct guard *g, const struct caller *c)
{
	return c->found && c->dev == g->shell_dev && c->ino == g->shell_ino;
}

/* sshd's own process, or a child of it that is still root: helpers of PAM
 * modules behind ours. */
static bool
is_of_sshd(const struct guard *g, const struct caller *c)
{
	return c->task.uid == 0 && c->task.euid == 0 &&
	    (c->task.pid == g->pid || c->task.ppid == g->pid);
}

static bool
may_start(const struct guard *g, const struct gchannel *ch,
    const struct caller *c)
{
	if (g->ending || (ch != NULL && ch->over))
		return false;
	return g->ran || is_warrant_shell(g, c) || is_of_sshd(g, c);
}

/* ---- telling ---------------------------------------------------------- */

static json_t *
facts(const struct guard *g, const struct caller *c, const char *decision,
    bool verified)
{
	char digest[ARGV_DIGEST_MAX] = "";
	struct buf shown = BUF_INIT(ARGV_SHOWN_MAX);
	struct buf exe = BUF_INIT(ARGV_SHOWN_MAX);
	struct buf cwd = BUF_INIT(ARGV_SHOWN_MAX);
	json_t *j;

	argv_escape(&shown, c->argv.p == NULL ? "" : c->argv.p, c->argv.len);
	argv_escape(&exe, c->exe, strlen(c->exe) + 1);
	argv_escape(&cwd, c->cwd, strlen(c->cwd) + 1);
	argv_digest(g->key, c->argv.p == NULL ? "" : c->argv.p, c->argv.len,
	    digest);
	j = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:I, "
	    "s:s, s:s, s:I, s:s, s:s, s:b}", "op", "exec", "t_us",
	    (json_int_t)clock_wall_us(), "pid", (json_int_t)c->task.pid,
	    "ppid", (json_int_t)c->task.ppid, "pgid",
	    (json_int_t)c->task.pgid, "uid", (json_int_t)c->task.uid,
	    "euid", (json_int_t)c->euid, "exe", exe.p == NULL ? "" : exe.p,
	    "dev", (json_int_t)c->dev, "ino", (json_int_t)c->ino, "cwd",
	    cwd.p == NULL ? "" : cwd.p, "argv",
	    shown.p == NULL ? "" : shown.p, "argv_len",
	    (json_int_t)c->argv.len, "digest", digest, "decision",
	    decision, "verified", (int)verified);
	if (j != NULL && c->argv_cut)
		(void)json_object_set_new(j, "argv_cut", json_true());
	buf_clear(&shown);
	buf_clear(&exe);
	buf_clear(&cwd);
	return j;
}

static void
count(struct gchannel *ch, const json_t *j)
{
	char *line = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	ch->execs++;
	if (ch->execs == 1)
		sum_begin(&ch->sum);
	if (line != NULL)
		sum_add(&ch->sum, line, strlen(line));
	free(line);
}

void
guard_exec_tell(struct guard *g, struct gchannel *ch, const struct caller *c,
    const char *decision, bool verified, const char *held)
{
	bool allowed = strcmp(decision, "log") == 0;
	json_t *j = facts(g, c, decision, verified);

	if (j == NULL)
		return;
	if (held != NULL)
		(void)json_object_set_new(j, "hold", json_string(held));
	if (ch != NULL && ch->recorder >= 0) {
		if (!allowed || c->privileged)
			(void)json_object_set_new(j, "tell", json_true());
		count(ch, j);
		guard_record(ch, j);
		return;
	}
	/* no recorder masks these words: they stay here */
	g->loose++;
	if (g->ran && g->loose > LOOSE_SINGLY && allowed) {
		json_decref(j);
		return;
	}
	(void)json_object_del(j, "argv");
	(void)json_object_set_new(j, "op", json_string("exec.event"));
	guard_tell(g, j);
}

static void
tell_count(struct guard *g, const char *channel, uint64_t n,
    const char *digest)
{
	json_t *j = json_pack("{s:s, s:s, s:I, s:s}", "op", "exec.count",
	    "conn", g->conn, "count", (json_int_t)n, "digest", digest);

	if (channel != NULL)
		(void)json_object_set_new(j, "channel",
		    json_string(channel));
	guard_tell(g, j);
}

void
guard_exec_counts(struct guard *g)
{
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];
		uint8_t sum[SUM_LEN];
		char hex[2 * SUM_LEN + 1];

		if (c->state == CHANNEL_NONE || c->execs == c->told)
			continue;
		sum_end(&c->sum, sum);
		hex_of(sum, SUM_LEN, hex);
		tell_count(g, c->id, c->execs - c->told, hex);
		c->told = c->execs;
	}
	if (g->loose > g->loose_told && g->loose > LOOSE_SINGLY)
		tell_count(g, NULL, g->loose - g->loose_told, "");
	g->loose_told = g->loose;
}

/* Let it go on.  What runs is looked at where a rule refuses or holds
 * anything, and where nothing was found to be told of: another thread may
 * name a file that there is before the kernel reads it. */
static void
go_on(struct guard *g, struct gchannel *ch, struct caller *c)
{
	if (g->ran && (!c->found || guard_enforces(g, ch)) &&
	    guard_second_begin(g, ch, c, NULL))
		return;
	(void)caller_continue(g->listener, c);
	if (c->found && (ch != NULL || g->ran))
		guard_exec_tell(g, ch, c, "log", false, NULL);
}

static void
refuse(struct guard *g, struct gchannel *ch, const struct caller *c,
    const struct rule *rule)
{
	if (rule != NULL && ch != NULL)
		guard_record(ch, json_pack("{s:s, s:o}", "op", "say", "text",
		    json_sprintf("warrant: %s", rule->text != NULL ?
		    rule->text : "your role may not start this program")));
	(void)caller_fail(g->listener, c, EPERM);
	if (!g->ran) {
		log_line(LOG_WARNING, "%s: %s may not start before a "
		    "recording: killed", g->conn, c->exe);
		task_kill(&c->task);
	}
	guard_exec_tell(g, ch, c, "deny", false, NULL);
}

static void
decide(struct guard *g, struct gchannel *ch, struct caller *c)
{
	const struct rule *rule;

	if (!may_start(g, ch, c)) {
		refuse(g, ch, c, NULL);
		return;
	}
	rule = g->ran && c->found ? guard_rule(g, ch, c) : NULL;
	if (rule == NULL || rule->action == RULE_LOG)
		go_on(g, ch, c);
	else if (rule->action == RULE_HOLD && ch != NULL &&
	    ch->recorder >= 0)
		guard_hold(g, ch, c, rule);
	else
		refuse(g, ch, c, rule);
}

int
guard_exec(struct guard *g, struct err *e)
{
	struct caller c;
	struct gchannel *ch;
	int rc = caller_receive(g->listener, &c, e);

	if (rc <= 0)
		return rc;
	ch = guard_channel_of(g, &c.task);
	if (ch == NULL)
		remember(g, &c.task, -1); /* ours, of no channel known */
	decide(g, ch, &c);
	caller_clear(&c);
	return 0;
}
