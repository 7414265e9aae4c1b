/* SPDX-License-Identifier: BSD-2-Clause
 * guard_end.c - time, ends, killing all that is left. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "recorder/guard.h"

#define TICK_MS 1000
#define SWEEP_MS 100
#define COUNT_NS (INT64_C(10) * 1000 * 1000 * 1000)
#define GRACE_NS (INT64_C(2) * 1000 * 1000 * 1000)

struct sweep {
	struct guard *g;
	const struct gchannel *c;	/* NULL: all */
	unsigned killed;
};

/* All of the connection but sshd and the warrant-shells: those leave once
 * what they wait for is over. */
static bool
is_shell(const struct guard *g, const struct task *t)
{
	for (int i = 0; i < GUARD_CHANNELS; i++)
		if (g->channel[i].state != CHANNEL_NONE &&
		    g->channel[i].client.pid == t->pid)
			return true;
	return false;
}

static void
kill_one(void *arg, const struct task *t)
{
	struct sweep *s = arg;
	const struct gchannel *of;

	if (t->state == 'Z' || t->pid == getpid() ||
	    t->start < s->g->pid_start || !guard_owns(s->g, t))
		return;
	if (s->c != NULL) {
		if (is_shell(s->g, t) || t->ppid == s->g->pid)
			return;
		of = guard_channel_of(s->g, t);
		/* what left its parents may be of this channel: it goes */
		if (of != NULL && of != s->c)
			return;
	}
	task_kill(t);
	s->killed++;
}

static void
sweep(struct guard *g, const struct gchannel *c)
{
	struct sweep s = { .g = g, .c = c };

	/* what forks while we look is found by the next round */
	for (int i = 0; i < 5; i++) {
		s.killed = 0;
		(void)task_each(kill_one, &s, NULL);
		if (s.killed == 0)
			break;
	}
}

void
guard_end_channel(struct guard *g, struct gchannel *c, const char *why,
    const char *text)
{
	if (c->over || c->id[0] == '\0')
		return;
	log_line(LOG_NOTICE, "%s: ends: %s", c->id, why);
	c->over = true;
	g->revoked = g->revoked || strncmp(why, "grant-", 6) == 0;
	c->end_ns = clock_mono_ns() + GRACE_NS;
	guard_hold_drop(g, c);
	guard_exec_counts(g);
	if (strcmp(why, "recorder-failed") == 0)
		c->refused = GUARD_CANNOT_RECORD;
	c->state = CHANNEL_DRAINING;
	/* one that drains to a client that does not read would not end */
	guard_record(c, json_pack("{s:s, s:s, s:s}", "op", "end", "why", why,
	    "text", text));
	sweep(g, c);
}

void
guard_end(struct guard *g, const char *why, const char *text)
{
	if (g->ending)
		return;
	log_line(LOG_NOTICE, "%s: ends: %s", g->conn, why);
	g->ending = true;
	(void)snprintf(g->why, sizeof(g->why), "%s", why);
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];

		if (c->state == CHANNEL_HELLO || c->state == CHANNEL_LOBBY ||
		    c->state == CHANNEL_ASKED)
			guard_shell_no(c, GUARD_NOT_ALLOWED, text);
		else if (c->state != CHANNEL_NONE)
			guard_end_channel(g, c, why, text);
	}
	g->swept_ns = clock_mono_ns() + GRACE_NS;
}

static bool
has_channels(const struct guard *g)
{
	for (int i = 0; i < GUARD_CHANNELS; i++)
		if (g->channel[i].state != CHANNEL_NONE)
			return true;
	return false;
}

static void
check_grants(struct guard *g)
{
	int64_t wall = clock_wall_us(), boot = clock_boot_us();

	if (g->ran && !g->ending && !has_channels(g) &&
	    (wall >= g->until_us || boot >= g->until_boot_us || g->revoked))
		guard_end(g, g->revoked ? "grant-revoked" : "grant-expired",
		    ""); /* what was left behind */
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];

		if (c->state != CHANNEL_RUNNING || c->until_us == 0 ||
		    (wall < c->until_us && boot < c->until_boot_us))
			continue;
		guard_end_channel(g, c, "grant-expired",
		    "warrant: your grant is over");
	}
}

/* Channels that were told to end and have not. */
static void
check_ends(struct guard *g, int64_t now)
{
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];

		if (c->state == CHANNEL_NONE || c->end_ns == 0)
			continue;
		sweep(g, c);
		if (now < c->end_ns)
			continue;
		if (c->shell >= 0)
			task_kill(&c->client);
		if (now > c->end_ns + GRACE_NS) {
			log_line(LOG_ERR, "%s: the recorder does not end",
			    c->id);
			guard_channel_free(g, c); /* it ends by our link */
		}
	}
}

/* A connection without a channel is not for long. */
static void
check_idle(struct guard *g, int64_t now)
{
	if (has_channels(g))
		return;
	if (!g->pam_closed && now - g->idle_since_ns > g->idle_ns)
		guard_end(g, "idle", "");
}

int
guard_tick(struct guard *g)
{
	int64_t now = clock_mono_ns();
	bool soon = g->ending && !g->done;

	check_grants(g);
	check_ends(g, now);
	check_idle(g, now);
	guard_watch(g, now);
	if (now - g->counted_ns > COUNT_NS) {
		g->counted_ns = now;
		guard_exec_counts(g);
	}
	if (g->monitor_lost && now - g->lost_since_ns > g->lost_ns)
		guard_end(g, "lost", "warrant: the daemon has been "
		    "away for too long; this session ends");
	if (soon && now > g->swept_ns)
		sweep(g, NULL);
	soon = guard_hold_tick(g) || soon;
	for (int i = 0; i < GUARD_CHANNELS; i++)
		soon = soon || g->channel[i].end_ns != 0;
	return soon ? SWEEP_MS : TICK_MS;
}
