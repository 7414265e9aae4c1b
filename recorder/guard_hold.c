/* SPDX-License-Identifier: BSD-2-Clause
 * guard_hold.c - what waits for a person's word.
 *
 * The caller sleeps in execve(2) until we answer.  Only a signal that ends it
 * wakes it (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV): ^C cancels.  A signal
 * that would stop it (^Z) stays pending, so we look for it and let the call
 * begin anew when the job goes on: it then finds what was decided. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/wire.h"
#include "recorder/guard.h"

#define STATUS_MAX 8192
#define SHOWN_WORDS 160		/* bytes of a command that is shown */

static void
say(struct gchannel *ch, const char *text)
{
	guard_record(ch, json_pack("{s:s, s:s}", "op", "say", "text", text));
}

/* How it ended, for the ledger: ran, lapsed, cancelled, refused. */
static void
tell_end(struct guard *g, const struct held *h, const char *why)
{
	guard_tell(g, json_pack("{s:s, s:s, s:s, s:s}", "op", "exec.unhold",
	    "channel", g->channel[h->channel].id, "hold", h->id, "why",
	    why));
}

static void
drop(struct guard *g, struct held *h)
{
	struct held **at = &g->held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	g->held_n--;
	caller_clear(&h->caller);
	free(h);
}

static struct held *
by_id(const struct guard *g, const char *id)
{
	struct held *h = g->held;

	while (h != NULL && strcmp(h->id, id) != 0)
		h = h->next;
	return h;
}

static bool
same_argv(const struct caller *a, const struct caller *b)
{
	return a->argv.len == b->argv.len && (a->argv.len == 0 ||
	    memcmp(a->argv.p, b->argv.p, a->argv.len) == 0);
}

/* The same program, words, folder and rights, on this channel. */
static struct held *
same(const struct guard *g, int channel, const struct caller *c)
{
	for (struct held *h = g->held; h != NULL; h = h->next)
		if (h->channel == channel && !h->open && !h->looked_at &&
		    h->caller.dev == c->dev && h->caller.ino == c->ino &&
		    h->caller.euid == c->euid && same_argv(&h->caller, c) &&
		    strcmp(h->caller.path, c->path) == 0 &&
		    strcmp(h->caller.cwd, c->cwd) == 0)
			return h;
	return NULL;
}

/* The words of the new call take the place of the old ones. */
static void
attach(struct held *h, struct caller *c)
{
	caller_clear(&h->caller);
	h->caller = *c;
	h->open = true;
	c->argv = (struct buf)BUF_INIT(CALLER_ARGV_MAX);
}

static void
refuse(struct guard *g, struct held *h, const char *why, const char *text)
{
	struct gchannel *ch = &g->channel[h->channel];

	/* the reason first: the shell's own complaint follows at once */
	if (text[0] != '\0')
		say(ch, text);
	if (h->open) {
		(void)caller_fail(g->listener, &h->caller, EPERM);
		guard_exec_tell(g, ch, &h->caller, "deny", false, h->id);
	}
	tell_end(g, h, why);
	drop(g, h);
}

/* It was approved: begin it, and have it looked at. */
static void
begin(struct guard *g, struct held *h)
{
	struct caller c = h->caller;

	/* the second look owns a copy; what was asked stays here */
	c.argv = (struct buf)BUF_INIT(CALLER_ARGV_MAX);
	if ((h->caller.argv.len > 0 && buf_put(&c.argv, h->caller.argv.p,
	    h->caller.argv.len, NULL) < 0) ||
	    !guard_second_begin(g, &g->channel[h->channel], &c, h->id)) {
		caller_clear(&c);
		refuse(g, h, "refused", "warrant: this program cannot be "
		    "looked at while it starts (is it being traced?), so it "
		    "may not start");
		return;
	}
	h->open = false;
	h->looked_at = !h->session; /* of those any number may start */
}

/* ---- it is asked ------------------------------------------------------ */

static void
show(struct gchannel *ch, const struct held *h, const struct rule *rule)
{
	struct buf argv = BUF_INIT(SHOWN_WORDS);
	char line[ERR_TEXT_MAX], wait[CLOCK_TEXT_MAX];

	argv_escape(&argv, h->caller.argv.p == NULL ? "" :
	    h->caller.argv.p, h->caller.argv.len);
	clock_duration_format(rule->wait_us, wait);
	/* the recorder masks what it shows */
	(void)snprintf(line, sizeof(line), "warrant: waits for approval "
	    "(%s, at most %s%s): %s%s%s", h->id, wait,
	    ch->tty ? "; ^C cancels" : "", argv.p == NULL ? "" : argv.p,
	    rule->text == NULL ? "" : " - ",
	    rule->text == NULL ? "" : rule->text);
	say(ch, line);
	buf_clear(&argv);
}

static void
deny_now(struct guard *g, struct gchannel *ch, struct caller *c,
    const char *text)
{
	say(ch, text);
	(void)caller_fail(g->listener, c, EPERM);
	guard_exec_tell(g, ch, c, "deny", false, NULL);
	caller_clear(c);
}

/* Tell the ledger; what it shows is exe by us and argv by the recorder,
 * which masks it. */
static void
ask(struct guard *g, struct gchannel *ch, const struct held *h,
    const struct rule *rule)
{
	struct buf exe = BUF_INIT(ARGV_SHOWN_MAX);
	struct buf cwd = BUF_INIT(ARGV_SHOWN_MAX);

	argv_escape(&exe, h->caller.exe, strlen(h->caller.exe) + 1);
	argv_escape(&cwd, h->caller.cwd, strlen(h->caller.cwd) + 1);
	guard_tell(g, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, "
	    "s:I}", "op", "exec.hold", "channel", ch->id, "hold", h->id,
	    "rule", rule->name == NULL ? "" : rule->name, "exe",
	    exe.p == NULL ? "" : exe.p, "cwd", cwd.p == NULL ? "" : cwd.p,
	    "uid", (json_int_t)h->caller.task.uid, "euid",
	    (json_int_t)h->caller.euid, "wait_us",
	    (json_int_t)rule->wait_us));
	guard_exec_tell(g, ch, &h->caller, "hold", false, h->id);
	buf_clear(&exe);
	buf_clear(&cwd);
}

void
guard_hold(struct guard *g, struct gchannel *ch, struct caller *c,
    const struct rule *rule)
{
	int channel = guard_channel_index(g, ch);
	struct held *h = same(g, channel, c);

	if (h != NULL) {
		attach(h, c);
		if (h->state == HELD_APPROVED)
			begin(g, h);
		return;
	}
	if (c->argv_cut || g->monitor_lost || g->held_n == GUARD_HELD) {
		deny_now(g, ch, c, c->argv_cut ? "warrant: its words cannot "
		    "be read, so nobody can approve them" : g->monitor_lost ?
		    "warrant: nobody can be asked now, so it may not start: "
		    "warrantd is away" : "warrant: too many programs wait "
		    "already");
		return;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL || id_make('h', h->id, NULL) < 0) {
		free(h);
		deny_now(g, ch, c, "warrant: out of memory");
		return;
	}
	h->channel = channel;
	h->caller = *c;
	c->argv = (struct buf)BUF_INIT(CALLER_ARGV_MAX);
	h->open = true;
	h->deadline_ns = clock_mono_ns() + rule->wait_us * 1000;
	h->next = g->held;
	g->held = h;
	g->held_n++;
	ask(g, ch, h, rule);
	show(ch, h, rule);
}

/* ---- it is decided ---------------------------------------------------- */

void
guard_hold_decided(struct guard *g, const json_t *msg)
{
	const char *id = NULL, *verdict = NULL, *text = "";
	struct held *h;

	if (wire_str(msg, "hold", ID_MAX, &id, NULL) < 0 ||
	    wire_str(msg, "verdict", 16, &verdict, NULL) < 0 ||
	    wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL) < 0 ||
	    (h = by_id(g, id)) == NULL || h->state != HELD_WAITING)
		return;
	if (strcmp(verdict, "once") != 0 && strcmp(verdict, "session") != 0) {
		refuse(g, h, "refused", text);
		return;
	}
	h->state = HELD_APPROVED;
	h->session = strcmp(verdict, "session") == 0;
	if (text[0] != '\0')
		say(&g->channel[h->channel], text);
	if (h->open)
		begin(g, h);
}

void
guard_hold_ran(struct guard *g, const char *id, bool done)
{
	struct held *h = by_id(g, id);

	if (h == NULL)
		return;
	h->looked_at = false;
	/* one that could not be started may be tried again */
	if (!done || h->session)
		return;
	tell_end(g, h, "ran");
	drop(g, h);
}

/* ---- it is left ------------------------------------------------------- */

/* Is a signal pending that would stop the task? */
static bool
to_be_stopped(pid_t pid)
{
	static const char *const lines[] = { "\nSigPnd:", "\nShdPnd:" };
	static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	struct buf b = BUF_INIT(STATUS_MAX);
	unsigned long long pending = 0;
	char file[64];

	(void)snprintf(file, sizeof(file), "/proc/%ld/status", (long)pid);
	if (io_read_file(file, &b, NULL) == 0)
		for (size_t i = 0; i < 2; i++) {
			const char *at = strstr(b.p, lines[i]);

			if (at != NULL)
				pending |= strtoull(at + strlen(lines[i]),
				    NULL, 16);
		}
	buf_clear(&b);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if ((pending & 1ULL << (stops[i] - 1)) != 0)
			return true;
	return false;
}

static bool
is_alive(const struct held *h)
{
	struct task now;

	return task_read(h->caller.task.pid, &now, NULL) == 0 &&
	    now.start == h->caller.task.start && now.state != 'Z';
}

static void
look(struct guard *g, struct held *h, int64_t now)
{
	if (h->open && !caller_waits(g->listener, &h->caller)) {
		tell_end(g, h, "cancelled");
		drop(g, h);
	} else if (h->open && to_be_stopped(h->caller.task.pid)) {
		if (caller_fail(g->listener, &h->caller, CALLER_AGAIN))
			h->open = false;
	} else if (!h->open && h->state == HELD_WAITING && !is_alive(h)) {
		tell_end(g, h, "cancelled");
		drop(g, h);
	} else if (now >= h->deadline_ns && h->state == HELD_WAITING) {
		refuse(g, h, "lapsed", "warrant: nobody has decided in time, "
		    "so it may not start");
	}
}

bool
guard_hold_tick(struct guard *g)
{
	int64_t now = clock_mono_ns();
	bool waits = false;

	for (struct held *h = g->held, *next; h != NULL; h = next) {
		next = h->next;
		if (!h->looked_at)
			look(g, h, now);
	}
	for (const struct held *h = g->held; h != NULL; h = h->next)
		waits = waits || h->state == HELD_WAITING;
	return waits;
}

void
guard_hold_drop(struct guard *g, const struct gchannel *ch)
{
	for (struct held *h = g->held, *next; h != NULL; h = next) {
		next = h->next;
		if (&g->channel[h->channel] != ch)
			continue;
		if (h->open)
			(void)caller_fail(g->listener, &h->caller, EPERM);
		tell_end(g, h, "cancelled");
		drop(g, h);
	}
}
