/* SPDX-License-Identifier: BSD-2-Clause
 * guard_channel.c - channels and the recorder of each. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"
#include "recorder/guard.h"

#define COMMAND_MAX 60000
#define QUEUE_MAX 16384		/* messages for one recorder */
#define DRAIN_NS (INT64_C(5) * 1000 * 1000 * 1000)

struct gchannel *
guard_channel_new(struct guard *g, int shell, const struct task *client)
{
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];

		if (c->state != CHANNEL_NONE)
			continue;
		*c = (struct gchannel){ .state = CHANNEL_HELLO,
		    .shell = shell, .recorder = -1, .client = *client,
		    .outer = { -1, -1, -1 }, .inner = { -1, -1, -1 },
		    .child = { -1, -1, -1 } };
		return c;
	}
	return NULL;
}

struct gchannel *
guard_channel_find(struct guard *g, const char *id)
{
	for (int i = 0; i < GUARD_CHANNELS; i++)
		if (g->channel[i].state != CHANNEL_NONE &&
		    strcmp(g->channel[i].id, id) == 0)
			return &g->channel[i];
	return NULL;
}

int
guard_channel_index(const struct guard *g, const struct gchannel *c)
{
	return (int)(c - g->channel);
}

/* False: it has no room just now. */
static bool
send_one(struct gchannel *c, const json_t *msg)
{
	struct err e = { 0 };

	if (c->recorder < 0 || wire_send(c->recorder, msg, NULL, 0, 0, &e) ==
	    0)
		return true;
	if (e.code == ERR_TIMEOUT)
		return false;
	log_line(LOG_ERR, "%s: recorder: %s", c->id, e.text);
	return true; /* one that is gone is seen by the loop */
}

void
guard_record(struct gchannel *c, json_t *msg)
{
	if (json_array_size(c->queue) == 0 && send_one(c, msg)) {
		json_decref(msg);
		return;
	}
	if (c->queue == NULL)
		c->queue = json_array();
	if (json_array_size(c->queue) >= QUEUE_MAX ||
	    json_array_append_new(c->queue, msg) < 0) {
		log_line(LOG_ERR, "%s: recorder: it does not read", c->id);
		c->stuck = true;
	}
}

void
guard_record_more(struct gchannel *c)
{
	size_t n = 0, all = json_array_size(c->queue);
	json_t *left;

	while (n < all && send_one(c, json_array_get(c->queue, n)))
		n++;
	if (n == 0)
		return;
	left = n < all ? json_array() : NULL;
	for (; n < all; n++)
		(void)json_array_append(left, json_array_get(c->queue, n));
	json_decref(c->queue);
	c->queue = left;
}

static void
close_fds(struct gchannel *c)
{
	for (int i = 0; i < 3; i++) {
		io_close(&c->outer[i]);
		io_close(&c->inner[i]);
		io_close(&c->child[i]);
	}
}

void
guard_channel_free(struct guard *g, struct gchannel *c)
{
	int index = guard_channel_index(g, c);

	guard_hold_drop(g, c);
	for (size_t i = 0; i < GUARD_SEEN; i++)
		if (g->seen[i].sid != 0 && g->seen[i].channel == index)
			g->seen[i].channel = -1; /* still ours, no channel */
	close_fds(c);
	io_close(&c->shell);
	io_close(&c->recorder);
	json_decref(c->hello);
	json_decref(c->queue);
	free(c->transfer);
	*c = (struct gchannel){ .state = CHANNEL_NONE, .shell = -1,
	    .recorder = -1 };
	g->idle_since_ns = clock_mono_ns();
}

/* ---- begin ------------------------------------------------------------ */

static void
why_not(struct gchannel *c, const char *text)
{
	(void)snprintf(c->why_not, sizeof(c->why_not), "%s", text);
}

/* A command of a client that copies files.  true: nothing more is to be
 * asked of it. */
static bool
judge_transfer(struct gchannel *c, enum transfer_kind kind,
    struct transfer *t)
{
	bool direct = kind == TRANSFER_DIRECT && !c->tty;

	if (direct ? !transfer_limit(t, c->ways) : (t->ways & ~c->ways) != 0)
		transfer_why(t, c->ways, c->role, c->why_not);
	else if (direct)
		c->transfer = t;
	else if (kind == TRANSFER_SHELL && !c->tty && c->mask_pipes)
		c->masked = t->name;
	return direct || c->why_not[0] != '\0';
}

/* May it run as it was asked?  Else why_not says why; a transfer that may is
 * parsed into the channel. */
static void
judge(struct gchannel *c)
{
	const char *command = NULL;
	struct transfer *t = calloc(1, sizeof(*t));
	enum transfer_kind kind;

	if (t == NULL) {
		why_not(c, "out of memory");
		return;
	}
	(void)wire_str_opt(c->hello, "command", COMMAND_MAX, &command, NULL);
	kind = command == NULL ? TRANSFER_NONE : transfer_parse(command, t);
	if (command != NULL && transfer_mosh(command))
		why_not(c, "warrant: mosh goes past the record and is "
		    "refused: use ssh");
	else if ((kind == TRANSFER_NONE || !judge_transfer(c, kind, t)) &&
	    !c->tty && c->refuse_pipes)
		why_not(c, "warrant: this role runs commands on a terminal "
		    "only: ssh -t");
	if (c->transfer != t)
		free(t);
}

/* What the kernel says of this process: for the head of the record. */
static json_t *
kernel_facts(pid_t pid)
{
	uint32_t login = task_loginuid(pid), audit = task_audit(pid);
	struct utsname u = { 0 };

	(void)uname(&u);
	return json_pack("{s:s, s:o, s:o}", "release", u.release, "loginuid",
	    login == UINT32_MAX ? json_null() : json_integer(login),
	    "audit_session", audit == UINT32_MAX ? json_null() :
	    json_integer(audit));
}

static int
start_recorder(struct guard *g, struct gchannel *c, struct err *e)
{
	json_t *start;
	int fds[6], n = 0, rc;

	if (guard_make_inner(g, c, e) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		fds[n++] = c->outer[i];
	for (int i = 0; i < (c->tty ? 1 : 3); i++)
		fds[n++] = c->inner[i];
	start = json_pack("{s:s, s:b}", "op", "start", "tty", c->tty);
	if (c->transfer != NULL)
		(void)json_object_set_new(start, "transfer",
		    json_string(c->transfer->name));
	(void)json_object_set(start, "cols", json_object_get(c->hello,
	    "cols"));
	(void)json_object_set(start, "rows", json_object_get(c->hello,
	    "rows"));
	(void)json_object_set(start, "term", json_object_get(c->hello,
	    "term"));
	(void)json_object_set(start, "locale", json_object_get(c->hello,
	    "locale"));
	(void)json_object_set_new(start, "kernel", kernel_facts(
	    c->client.pid));
	rc = wire_send(c->recorder, start, fds, (size_t)n, GUARD_SEND_MS, e);
	json_decref(start);
	for (int i = 0; i < 3; i++) { /* the recorder's are the only ones */
		io_close(&c->outer[i]);
		io_close(&c->inner[i]);
	}
	return rc;
}

static void
refuse(struct gchannel *c, int status, const char *text)
{
	c->refused = status;
	c->state = CHANNEL_REFUSED;
	for (int i = 0; i < 3; i++)
		io_close(&c->child[i]);
	guard_record(c, json_pack("{s:s, s:s, s:s}", "op", "end", "why",
	    "refused", "text", text));
}

void
guard_channel_ok(struct guard *g, struct gchannel *c, const json_t *msg,
    int link)
{
	const char *id = NULL, *role = "", *shell = NULL, *transfer = "deny";
	const char *pipes = "mask";
	struct err e = { 0 };

	c->recorder = link;
	if (wire_str(msg, "channel", ID_MAX - 1, &id, &e) == 0 &&
	    wire_str(msg, "shell", USER_PATH_MAX - 1, &shell, &e) == 0 &&
	    wire_int(msg, "until_us", 1, INT64_MAX, &c->until_us, &e) == 0 &&
	    wire_str_opt(msg, "role", sizeof(c->role) - 1, &role, &e) == 0 &&
	    wire_str_opt(msg, "transfer", 8, &transfer, &e) == 0 &&
	    wire_str_opt(msg, "pipes", 8, &pipes, &e) == 0 &&
	    guard_rules_take(g, c, json_object_get(msg, "exec_rules"),
	    &e) == 0) {
		(void)snprintf(c->id, sizeof(c->id), "%s", id);
		(void)snprintf(c->role, sizeof(c->role), "%s", role);
		(void)snprintf(c->real_shell, sizeof(c->real_shell), "%s",
		    shell);
		c->ways = transfer_allowed(transfer);
		c->refuse_pipes = strcmp(pipes, "refuse") == 0;
		c->mask_pipes = strcmp(pipes, "mask") == 0;
		c->until_boot_us = clock_boot_us() + c->until_us -
		    clock_wall_us();
		if (c->until_us > g->until_us) {
			g->until_us = c->until_us;
			g->until_boot_us = c->until_boot_us;
		}
		c->state = CHANNEL_STARTING;
		judge(c);
		if (start_recorder(g, c, &e) == 0)
			return;
	}
	log_line(LOG_ERR, "%s: channel: %s", g->conn, e.text);
	guard_shell_no(c, GUARD_CANNOT_RECORD, e.text);
	guard_channel_free(g, c);
}

/* ---- its recorder ----------------------------------------------------- */

/* A copy that is not the file must not look like one. */
static void
tell_masked(struct gchannel *c)
{
	char text[160];

	(void)snprintf(text, sizeof(text), "warrant: this %s is started by a "
	    "shell (for a pattern, ~ or an option): values in what it sends "
	    "are masked", c->masked);
	guard_record(c, json_pack("{s:s, s:s}", "op", "say", "text", text));
}

static void
on_ready(struct guard *g, struct gchannel *c)
{
	struct err e = { 0 };

	if (c->why_not[0] != '\0') {
		refuse(c, GUARD_NOT_ALLOWED, c->why_not);
		return;
	}
	c->state = CHANNEL_RUNNING;
	if (c->masked != NULL)
		tell_masked(c);
	if (guard_run(g, c, &e) < 0) {
		log_line(LOG_ERR, "%s: run: %s", c->id, e.text);
		io_close(&c->shell);
		guard_channel_left(g, c, "signal", SIGHUP);
	}
}

/* Sealed: the shell may leave. */
static void
on_sealed(struct guard *g, struct gchannel *c)
{
	json_t *done;

	if (c->refused != 0) {
		guard_shell_no(c, c->refused, NULL);
	} else if (c->over) {
		guard_shell_no(c, GUARD_NOT_ALLOWED, NULL);
	} else if (c->shell >= 0) {
		done = json_pack("{s:s}", "op", "done");
		(void)wire_send(c->shell, done, NULL, 0, GUARD_SEND_MS,
		    NULL);
		json_decref(done);
	}
	guard_exec_counts(g);
	guard_channel_free(g, c);
}

/* It died, stopped by itself (and told the person why) or hangs: nothing of
 * it may go on. */
static void
lost(struct guard *g, struct gchannel *c, const char *why, bool told)
{
	char text[160];

	(void)snprintf(text, sizeof(text), "warrant: this session cannot be "
	    "recorded any more and ends here: its recorder %s", why);
	log_line(LOG_ERR, "%s: the recorder %s", c->id, why);
	io_close(&c->recorder); /* one that wakes up again ends by this */
	guard_end_channel(g, c, "recorder-failed", "");
	guard_shell_no(c, GUARD_CANNOT_RECORD, told ? NULL : text);
	guard_exec_counts(g);
	guard_channel_free(g, c);
}

void
guard_watch(struct guard *g, int64_t now_ns)
{
	int64_t passed = now_ns - g->watched_ns;

	g->watched_ns = now_ns;
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];
		enum watch_verdict v;
		json_t *ping;

		if (c->state < CHANNEL_STARTING || c->recorder < 0)
			continue;
		v = watch_look(&c->watch, passed, g->hung_ns);
		if (v == WATCH_HUNG || c->stuck) {
			guard_tell(g, json_pack("{s:s, s:s}", "op",
			    "recorder.hung", "channel", c->id));
			lost(g, c, "does not answer", false);
		} else if (v == WATCH_ASK && json_array_size(c->queue) == 0) {
			ping = json_pack("{s:s}", "op", "ping");
			c->watch.asked = send_one(c, ping);
			json_decref(ping);
		}
	}
}

void
guard_recorder(struct guard *g, struct gchannel *c)
{
	json_t *msg = NULL;
	struct err e = { 0 };
	int rc = wire_recv(c->recorder, &msg, NULL, 0, &e);
	const char *op;

	if (rc < 0 && e.code == ERR_TIMEOUT)
		return;
	op = rc > 0 ? wire_op(msg) : "";
	if (strcmp(op, "pong") == 0) {
		watch_answered(&c->watch);
	} else if (strcmp(op, "gone") == 0) {
		if (c->state == CHANNEL_RUNNING)
			guard_end_channel(g, c, "client-gone", "");
	} else if (strcmp(op, "ready") == 0 && c->state == CHANNEL_STARTING) {
		on_ready(g, c);
	} else if (strcmp(op, "sealed") == 0 &&
	    c->state != CHANNEL_RUNNING) {
		on_sealed(g, c);
	} else {
		lost(g, c, "is gone", strcmp(op, "sealed") == 0);
	}
	json_decref(msg);
}

void
guard_channel_left(struct guard *g, struct gchannel *c, const char *key,
    int value)
{
	guard_exec_counts(g);
	guard_tell(g, json_pack("{s:s, s:s, s:i}", "op", "channel.exit",
	    "channel", c->id, key, value));
	guard_record(c, json_pack("{s:s, s:i}", "op", "leader", key, value));
	c->state = CHANNEL_DRAINING;
	for (int i = 0; i < 3; i++)
		io_close(&c->child[i]);
	if (c->shell < 0) {
		/* its parent was killed: what it started goes with it */
		guard_end_channel(g, c, "shell-lost", "");
		c->end_ns = clock_mono_ns() + DRAIN_NS;
	}
}
