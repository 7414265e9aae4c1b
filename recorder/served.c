/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/served.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "lib/wire.h"
#include "recorder/served_private.h"

#define GATE 4
#define RECORD 5
#define START_MS 30000
#define COUNTS_NS (INT64_C(10) * 1000 * 1000 * 1000)
#define TEXT_MAX 16384

/* ---- from the gate ---------------------------------------------------- */

/* An exec: a marker with its argv masked; some go to the ledger singly. */
static int
on_exec(struct served *s, const json_t *msg, struct err *e)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)msg);
	struct buf argv = BUF_INIT(TEXT_MAX);
	const char *text = "";
	char *line = NULL;
	int rc = -1;

	(void)json_object_del(copy, "op");
	(void)json_object_del(copy, "tell");
	if (wire_str_opt(msg, "argv", TEXT_MAX, &text, e) < 0 ||
	    recording_mask_text(s->relay.rec, text, strlen(text), &argv,
	    e) < 0)
		goto out;
	(void)json_object_set_new(copy, "argv", json_stringn(
	    argv.p == NULL ? "" : argv.p, argv.len));
	line = json_dumps(copy, JSON_COMPACT);
	if (line == NULL) {
		(void)err_set(e, ERR_INPUT, "an exec that is no JSON");
		goto out;
	}
	rc = recording_mark(s->relay.rec, "exec", line, clock_mono_ns(), e);
	if (json_is_true(json_object_get(msg, "tell"))) {
		(void)json_object_set_new(copy, "op",
		    json_string("exec.event"));
		served_tell(s, json_incref(copy), true);
	}
out:
	free(line);
	json_decref(copy);
	buf_clear(&argv);
	return rc;
}

static int
on_winch(struct served *s, const json_t *msg, struct err *e)
{
	struct winsize w = { 0 };
	int64_t cols = 0, rows = 0;

	if (wire_int(msg, "cols", 0, 10000, &cols, e) < 0 ||
	    wire_int(msg, "rows", 0, 10000, &rows, e) < 0)
		return -1;
	w.ws_col = (unsigned short)cols;
	w.ws_row = (unsigned short)rows;
	if (s->relay.tty && s->relay.inner[0] >= 0)
		(void)ioctl(s->relay.inner[0], TIOCSWINSZ, &w);
	return recording_resize(s->relay.rec, w.ws_col, w.ws_row,
	    clock_mono_ns(), e);
}

static int
on_text(struct served *s, const char *kind, const json_t *msg,
    struct err *e)
{
	char plain[4 * ERR_TEXT_MAX]; /* names and messages are others' */
	struct buf shown = BUF_INIT(2 * sizeof(plain));
	const char *text = "";
	int rc = 0;

	if (wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, e) < 0)
		return -1;
	(void)visible(text, plain, sizeof(plain));
	if (text[0] != '\0') /* it may name a command that waits */
		rc = recording_mask_text(s->relay.rec, plain, strlen(plain),
		    &shown, e);
	if (rc == 0 && shown.len > 0)
		rc = relay_say(&s->relay, kind, shown.p, e);
	buf_clear(&shown);
	return rc;
}

/* One word to the gate; false when it has no room just now. */
static bool
say(const char *op)
{
	json_t *msg = json_pack("{s:s}", "op", op);
	bool sent = wire_send(GATE, msg, NULL, 0, 0, NULL) == 0;

	json_decref(msg);
	return sent;
}

static int
gate_message(struct served *s, const json_t *msg, struct err *e)
{
	const char *op = wire_op(msg);

	if (strcmp(op, "exec") == 0)
		return on_exec(s, msg, e);
	if (strcmp(op, "winch") == 0)
		return on_winch(s, msg, e);
	if (strcmp(op, "say") == 0)
		return on_text(s, "say", msg, e);
	if (strcmp(op, "ping") == 0) {
		(void)say("pong"); /* who reads no answer waits for none */
		return 0;
	}
	if (strcmp(op, "leader") == 0) {
		json_decref(s->end);
		s->end = json_copy((json_t *)(uintptr_t)msg);
		s->relay.leader_gone = true;
		return 0;
	}
	if (strcmp(op, "end") == 0) {
		s->relay.stop = true;
		return on_text(s, "end", msg, e);
	}
	return err_set(e, ERR_INPUT, "the gate sent unknown %.40s", op);
}

static int
on_gate(struct relay *r, void *arg, struct err *e)
{
	struct served *s = arg;
	json_t *msg = NULL;
	int rc;

	for (;;) {
		rc = wire_recv(GATE, &msg, NULL, 0, e);
		if (rc < 0 && e->code == ERR_TIMEOUT)
			return 0;
		if (rc < 0 && e->code != ERR_UNAVAILABLE)
			return -1;
		if (rc <= 0) { /* the gate is dead: nothing may go on */
			s->state = "interrupted";
			r->watch[1].fd = -1;
			r->stop = true;
			return 0;
		}
		rc = gate_message(s, msg, e);
		json_decref(msg);
		if (rc < 0)
			return -1;
	}
}

static int
on_monitor(struct relay *r, void *arg, struct err *e)
{
	struct served *s = arg;
	json_t *msg = NULL;
	struct err why = { 0 };
	int rc = wire_recv(SERVED_MONITOR, &msg, NULL, 0, &why);

	(void)e;
	if (rc > 0) {
		json_decref(msg); /* it has nothing to say now */
	} else if (rc == 0 || why.code != ERR_TIMEOUT) {
		r->watch[0].fd = -1;
		if (s->lost_ns == 0)
			s->lost_ns = clock_mono_ns();
	}
	return 0;
}

static int
on_tick(struct relay *r, void *arg, int64_t now_ns, struct err *e)
{
	struct served *s = arg;

	(void)e;
	/* without a terminal nothing hangs up on the job */
	if (r->hangup && !r->tty && !s->told_gone)
		s->told_gone = say("gone");
	if (now_ns - s->counted_ns >= COUNTS_NS) {
		s->counted_ns = now_ns;
		served_counts(s);
	}
	return 0;
}

/* ---- begin and end ---------------------------------------------------- */

static int
key_of(const json_t *record, uint8_t key[MASK_KEY_LEN], struct err *e)
{
	const char *hex = NULL;

	if (wire_str(record, "mask_key", 2 * MASK_KEY_LEN, &hex, e) < 0)
		return -1;
	for (size_t i = 0; i < MASK_KEY_LEN; i++) {
		unsigned v;

		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return err_set(e, ERR_INPUT, "mask_key is no key");
		key[i] = (uint8_t)v;
	}
	return 0;
}

static int
take_fds(struct served *s, struct err *e)
{
	size_t want = s->relay.tty ? 4 : 6;

	if (s->fds.n != want)
		return err_set(e, ERR_INPUT, "start with %zu descriptors",
		    s->fds.n);
	for (size_t i = 0; i < 3; i++)
		s->relay.outer[i] = s->fds.fd[i];
	for (size_t i = 3; i < want; i++)
		s->relay.inner[i - 3] = s->fds.fd[i];
	s->fds.n = 0;
	return 0;
}

static int
load_rules(struct served *s, struct err *e)
{
	const char *paths[2] = { WARRANT_DATADIR "/mask.d", "" };
	const char *profiles = NULL;

	if (wire_str_opt(s->record, "rules", 4096, &paths[1], e) < 0 ||
	    wire_str(s->record, "profiles", 1024, &profiles, e) < 0)
		return -1;
	return mask_rules_load(paths, paths[1][0] == '\0' ? 1 : 2, profiles,
	    NULL, &s->rules, e);
}

static int
open_recording(struct served *s, struct err *e)
{
	const json_t *header = json_object_get(s->record, "header");
	struct recording_options o = { .fd = RECORD, .tty = s->relay.tty,
	    .rules = s->rules, .header = header, .head = served_head,
	    .moved = served_moved, .arg = s,
	    .kernel = json_object_get(s->start, "kernel") };
	const char *pipes = "mask";
	int64_t cols = 0, rows = 0, sync_us = 5000000;

	if (wire_str(s->record, "mask_key_id", 32, &o.key_id, e) < 0 ||
	    wire_str_opt(s->record, "pipes", 16, &pipes, e) < 0 ||
	    wire_str_opt(s->start, "term", 64, &o.term, e) < 0 ||
	    wire_str_opt(s->start, "locale", 64, &o.locale, e) < 0 ||
	    wire_int_opt(s->record, "sync_us", 1, 60000000, &sync_us, e) <
	    0 ||
	    wire_int_opt(s->start, "cols", 0, 10000, &cols, e) < 0 ||
	    wire_int_opt(s->start, "rows", 0, 10000, &rows, e) < 0 ||
	    wire_str_opt(s->start, "transfer", 16, &o.transfer, e) < 0 ||
	    key_of(s->record, o.key, e) < 0)
		return -1;
	o.show_all = !s->relay.tty && strcmp(pipes, "pass") == 0;
	o.cols = (unsigned)cols;
	o.rows = (unsigned)rows;
	o.sync_ns = sync_us * 1000;
	return recording_open(&o, &s->relay.rec, e);
}

static int
begin(struct served *s, struct err *e)
{
	int tty = 0;
	json_t *ready;
	int rc;

	if (wire_recv(SERVED_MONITOR, &s->record, NULL, START_MS, e) != 1 ||
	    load_rules(s, e) < 0 ||
	    wire_recv(GATE, &s->start, &s->fds, START_MS, e) != 1 ||
	    wire_bool_opt(s->start, "tty", &tty, e) < 0)
		return e->code == ERR_NONE ? err_set(e, ERR_UNAVAILABLE,
		    "the channel was given up") : -1;
	s->relay.tty = tty != 0;
	if (take_fds(s, e) < 0 || open_recording(s, e) < 0 ||
	    relay_open(&s->relay, e) < 0 || served_jail(e) < 0)
		return -1;
	s->relay.watch[0] = (struct relay_watch){ SERVED_MONITOR, on_monitor };
	s->relay.watch[1] = (struct relay_watch){ GATE, on_gate };
	s->relay.arg = s;
	s->relay.tick = on_tick;
	s->counted_ns = clock_mono_ns();
	if (s->relay.tty)
		terminal_raw(&s->terminal, s->relay.outer[0]);
	ready = json_pack("{s:s}", "op", "ready");
	rc = wire_send(GATE, ready, NULL, 0, SERVED_SAY_MS, e);
	json_decref(ready);
	return rc;
}

static const char *
status_text(const struct served *s, char *ret, size_t size)
{
	int64_t n = 0;

	if (s->end == NULL)
		return NULL;
	if (json_object_get(s->end, "signal") != NULL &&
	    wire_int(s->end, "signal", 1, NSIG, &n, NULL) == 0) {
		const char *name = sigabbrev_np((int)n);

		(void)snprintf(ret, size, "SIG%s", name == NULL ? "?" : name);
		return ret;
	}
	if (wire_int(s->end, "status", 0, 255, &n, NULL) < 0)
		return NULL;
	(void)snprintf(ret, size, "%lld", (long long)n);
	return ret;
}

/* The last line a person sees of a session that cannot be recorded. */
static void
say_why(const struct served *s, const struct err *why)
{
	int to = s->relay.outer[s->relay.tty ? 1 : 2];
	char line[ERR_TEXT_MAX + 100];
	int n = snprintf(line, sizeof(line), "%swarrant: this session cannot "
	    "be recorded any more and ends here: %s%s\n",
	    s->relay.tty ? "\r\n" : "", why->text, s->relay.tty ? "\r" : "");

	if (to >= 0 && n > 0)
		(void)!write(to, line, (size_t)n);
}

/* It cannot be recorded: say so everywhere.  What was shown is kept, or what
 * still waits is not shown. */
static void
give_up(struct served *s, const struct err *why)
{
	struct record_head h = s->head;
	struct err e = { 0 };

	if (s->relay.rec != NULL && recording_salvage(s->relay.rec,
	    why->text, clock_mono_ns(), &h, &e) < 0)
		relay_drop(&s->relay);
	relay_flush(&s->relay);
	say_why(s, why);
	served_tell(s, json_pack("{s:s, s:s}", "op", "failed", "text", why->text),
	    true);
	if (s->relay.rec != NULL) {
		s->state = "truncated";
		served_tell_seal(s, &h);
	}
}

static void
seal(struct served *s, struct err *e, int *rc)
{
	struct record_head h = { 0 };
	char text[32];
	json_t *msg;

	if (*rc == 0)
		*rc = recording_close(s->relay.rec, s->state, status_text(s,
		    text, sizeof(text)), clock_mono_ns(), &h, e);
	if (*rc == 0)
		served_tell_seal(s, &h);
	else
		give_up(s, e);
	relay_flush(&s->relay);
	if (s->relay.tty)
		terminal_restore(&s->terminal, s->relay.outer[1]);
	msg = json_pack("{s:s, s:s}", "op", "sealed", "state", s->state);
	(void)wire_send(GATE, msg, NULL, 0, SERVED_SAY_MS, NULL);
	json_decref(msg);
}

int
served_run(struct err *e)
{
	struct served s = { .state = "completed", .relay = {
	    .outer = { -1, -1, -1 }, .inner = { -1, -1, -1 } } };
	int rc;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);	/* EFBIG tells as much */
	for (int i = 0; i < RELAY_WATCH; i++)
		s.relay.watch[i].fd = -1;
	rc = begin(&s, e);
	if (rc == 0)
		rc = relay_run(&s.relay, e);
	if (s.relay.rec != NULL)
		seal(&s, e, &rc);
	else
		give_up(&s, e);
	relay_close(&s.relay);
	recording_free(s.relay.rec);
	mask_rules_free(s.rules);
	wire_fds_close(&s.fds);
	json_decref(s.record);
	json_decref(s.start);
	json_decref(s.end);
	return rc;
}
