/* SPDX-License-Identifier: BSD-2-Clause
 * ledger.c - set-up, and the round: messages, timers, commit, answers. */
#include "approver/ledger.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define SECOND_US INT64_C(1000000)
#define STEP_US (60 * SECOND_US)	/* a clock that jumps so far stepped */
#define UP_QUEUE 8192
#define LINE_MAX_BYTES 512

/* ---- what a message leaves behind until the commit -------------------- */

void
ledger_undo(struct ledger *l, void (*fn)(void *), void *arg)
{
	struct undo *u = malloc(sizeof(*u));

	if (u == NULL)
		abort(); /* memory and store would disagree from here */
	*u = (struct undo){ .next = l->undo, .fn = fn, .arg = arg };
	l->undo = u;
}

/* Down to mark, running them or not. */
static void
unwind(struct ledger *l, const struct undo *mark, bool run)
{
	while (l->undo != mark) {
		struct undo *u = l->undo;

		l->undo = u->next;
		if (run)
			u->fn(u->arg);
		free(u);
	}
}

void
ledger_tell(struct ledger *l, json_t *msg)
{
	(void)json_object_set_new(msg, "id", json_integer(++l->next_id));
	(void)json_array_append_new(l->outgoing, msg);
}

void
ledger_changed(struct ledger *l, const char *request)
{
	(void)json_array_append_new(l->changed, json_string(request));
}

void
ledger_take(struct ledger *l, struct client *c, const json_t *msg)
{
	struct item *it = calloc(1, sizeof(*it));

	if (it == NULL)
		return;
	it->client = c;
	it->msg = json_incref((json_t *)(uintptr_t)msg);
	it->fd = -1;
	if (c != NULL)
		c->items++;
	if (l->last == NULL)
		l->first = it;
	else
		l->last->next = it;
	l->last = it;
}

static void
truncate_array(json_t *a, size_t n)
{
	while (json_array_size(a) > n)
		(void)json_array_remove(a, json_array_size(a) - 1);
}

/* ---- the round -------------------------------------------------------- */

static void
serve_item(struct ledger *l, struct item *it, int64_t now_us)
{
	const struct undo *mark = l->undo;
	size_t told = json_array_size(l->outgoing);
	size_t changed = json_array_size(l->changed);
	struct turn t = { .l = l, .item = it, .client = it->client,
	    .who = it->client == NULL ? NULL : &it->client->who,
	    .msg = it->msg, .now_us = now_us };
	struct err e = { 0 };

	if (book_mark(l->book, &e) == 0 &&
	    verbs_serve(&t, &it->answer, &e) == 0 &&
	    book_keep(l->book, &e) == 0) {
		if (it->answer == NULL)
			it->answer = wire_ok();
		return;
	}
	book_undo(l->book);
	unwind(l, mark, true);
	truncate_array(l->outgoing, told);
	truncate_array(l->changed, changed);
	json_decref(it->answer);
	it->answer = wire_no(&e);
	it->after = NULL;
	it->silent = false;
}

static void
check_clock(struct ledger *l, int64_t now_us)
{
	int64_t offset = now_us - clock_boot_us();
	int64_t step = offset - l->offset_us;
	struct err e = { 0 };

	if (step < STEP_US && step > -STEP_US) {
		l->offset_us = offset; /* follow a clock that is slewed */
		if (l->frozen)
			log_line(LOG_NOTICE, "the clock is back");
		l->frozen = false;
		return;
	}
	if (l->frozen)
		return;
	l->frozen = true;
	log_line(LOG_ALERT, "the clock stepped by %lld s: no new grants "
	    "until warrantd is told to go on (SIGHUP)",
	    (long long)(step / SECOND_US));
	if (book_event(l->book, "clock.step", NULL, NULL, json_pack("{s:I}",
	    "step_us", (json_int_t)step), &e) < 0)
		log_line(LOG_ERR, "clock.step: %s", e.text);
}

static void
serve_ticks(struct ledger *l, int64_t now_us)
{
	const struct undo *mark = l->undo;
	struct err e = { 0 };

	check_clock(l, now_us);
	if (book_mark(l->book, &e) == 0 &&
	    requests_tick(l, now_us, &e) == 0 &&
	    book_keep(l->book, &e) == 0) {
		channels_tick(l, now_us);
		return;
	}
	book_undo(l->book);
	unwind(l, mark, true);
	log_line(LOG_ERR, "timers: %s", e.text);
}

static void
send_up(struct ledger *l, json_t *msg)
{
	struct err e = { 0 };

	if (link_send(&l->up, msg, NULL, 0, &e) < 0)
		log_line(LOG_ERR, "link to the monitor: %s", e.text);
}

static void
finish_item(struct ledger *l, struct item *it)
{
	struct err e = { 0 };
	json_t *id = json_object_get(it->msg, "id");

	if (it->after != NULL && it->after(l, it, &e) < 0) {
		json_decref(it->answer);
		it->answer = wire_no(&e);
		it->silent = false;
	}
	if (it->client != NULL && it->silent) {
		; /* its answer comes later */
	} else if (it->client != NULL) {
		peer_send(it->client, json_incref(it->answer), it->fd);
		it->fd = -1;
	} else if (id != NULL) {
		(void)json_object_set(it->answer, "id", id);
		send_up(l, json_incref(it->answer));
	}
	io_close(&it->fd);
}

static void
free_items(struct ledger *l)
{
	while (l->first != NULL) {
		struct item *it = l->first;

		l->first = it->next;
		if (it->client != NULL)
			peer_release(it->client);
		json_decref(it->msg);
		json_decref(it->answer);
		free(it);
	}
	l->last = NULL;
}

/* Nothing of this round was stored: everybody hears why. */
static void
fail_round(struct ledger *l, const struct err *why)
{
	unwind(l, NULL, true);
	truncate_array(l->outgoing, 0);
	truncate_array(l->changed, 0);
	if (!l->store_down)
		log_line(LOG_ALERT, "the store cannot be written: %s",
		    why->text);
	l->store_down = true;
	for (struct item *it = l->first; it != NULL; it = it->next) {
		struct err e = { .code = ERR_UNAVAILABLE };

		(void)err_set(&e, ERR_UNAVAILABLE,
		    "the store cannot be written: %.400s", why->text);
		json_decref(it->answer);
		it->answer = wire_no(&e);
		it->after = NULL;
		it->silent = false;
		finish_item(l, it);
	}
}

/* What the commit has made true goes to the monitor. */
static void
send_told(struct ledger *l)
{
	const json_t *msg;
	size_t i;

	json_array_foreach(l->outgoing, i, msg) {
		send_up(l, json_incref((json_t *)(uintptr_t)msg));
	}
	truncate_array(l->outgoing, 0);
}

static void
finish_round(struct ledger *l)
{
	if (l->store_down)
		log_line(LOG_NOTICE, "the store can be written again");
	l->store_down = false;
	unwind(l, NULL, false);
	for (struct item *it = l->first; it != NULL; it = it->next)
		finish_item(l, it);
	send_told(l);
	peer_tell_waiting(l);
	truncate_array(l->changed, 0);
}

static void
anchor(struct ledger *l)
{
	char line[LINE_MAX_BYTES];
	struct err e = { 0 };
	int r = book_anchor(l->book, line, sizeof(line), &e);

	if (r > 0)
		log_line(LOG_NOTICE, "anchor %s", line);
	else if (r < 0)
		log_line(LOG_ERR, "anchor: %s", e.text);
}

static void
next_epoch(struct ledger *l)
{
	struct err e = { 0 };

	l->epoch_us = clock_boot_us() +
	    conf_us(conf_section(l->start->conf, "store"), "epoch");
	anchor(l);
	if (book_next_epoch(l->book, &e) < 0)
		log_line(LOG_ERR, "epoch: %s", e.text);
}

static void
run_round(struct ledger *l)
{
	int64_t now = clock_wall_us(), boot = clock_boot_us();
	bool tick = boot >= l->tick_us, sealed = false;
	struct err e = { 0 };

	if (l->first == NULL && !tick)
		return;
	room_make(l);
	if (book_begin(l->book, &e) < 0) {
		fail_round(l, &e);
		free_items(l);
		l->tick_us = boot + SECOND_US;
		return;
	}
	for (struct item *it = l->first; it != NULL; it = it->next) {
		serve_item(l, it, now);
		sealed |= strcmp(wire_op(it->msg), "channel.seal") == 0;
	}
	if (tick) {
		serve_ticks(l, now);
		room_tick(l);
		l->tick_us = boot + SECOND_US;
	}
	if (book_commit(l->book, &e) < 0) {
		book_rollback(l->book);
		fail_round(l, &e);
	} else {
		finish_round(l);
		if (sealed)
			anchor(l);
		if (boot >= l->epoch_us)
			next_epoch(l);
		purge_tick(l, boot);
		send_told(l);
	}
	free_items(l);
	logins_sweep(l, now); /* no undo names them any more */
	channels_sweep(l);
	holds_sweep(l);
}

/* ---- set-up ----------------------------------------------------------- */

static void
up_message(struct link *up, const json_t *msg, struct wire_fds *fds)
{
	struct ledger *l = up->owner;

	if (wire_op(msg)[0] == '\0') {
		json_t *copy = json_copy((json_t *)(uintptr_t)msg);
		int fd = -1;

		if (fds->n == 1) { /* of a recording, for who asked */
			fd = fds->fd[0];
			fds->n = 0;
		}
		peer_answer(l, copy, fd);
		json_decref(copy);
		return;
	}
	ledger_take(l, NULL, msg);
}

static void
up_closed(struct link *up, const struct err *why)
{
	struct ledger *l = up->owner;

	log_line(LOG_NOTICE, "the monitor is gone%s%s", why == NULL ? "" :
	    ": ", why == NULL ? "" : why->text);
	l->stopping = true;
}

static const struct link_ops up_ops = { .message = up_message,
    .closed = up_closed, .queue_max = UP_QUEUE, .fds = true };

static void
on_signal(struct source *s, uint32_t events)
{
	struct ledger *l = s->owner;

	(void)events;
	l->stopping = true;
}

static int
take_signals(struct ledger *l, struct err *e)
{
	sigset_t s;

	(void)sigemptyset(&s);
	(void)sigaddset(&s, SIGTERM);
	(void)sigaddset(&s, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &s, NULL);
	l->signals = (struct source){ .fd = signalfd(-1, &s,
	    SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal, .owner = l };
	if (l->signals.fd < 0)
		return err_sys(e, "signalfd");
	return loop_add(&l->loop, &l->signals, EPOLLIN, e);
}

static int
listen_to(struct ledger *l, struct source *s, int fd, struct err *e)
{
	*s = (struct source){ .fd = fd, .ready = peer_accept, .owner = l };
	return loop_add(&l->loop, s, EPOLLIN, e);
}

/* A store that cannot be opened now is tried again: the monitor's back-off
 * starts us anew, and until then the sockets queue or refuse. */
static int
set_up(struct ledger *l, struct err *e)
{
	const struct ledger_start *s = l->start;

	if (policy_load(s->conf, &l->policy, e) < 0 ||
	    retention_load(s->conf, &l->retention, e) < 0 ||
	    loop_open(&l->loop, e) < 0 ||
	    link_open(&l->up, &l->loop, s->monitor_fd, &up_ops, l, e) < 0 ||
	    take_signals(l, e) < 0 ||
	    book_open(s->statedir, l->policy.host, &l->book, e) < 0 ||
	    listen_to(l, &l->ledger_socket, s->ledger_fd, e) < 0 ||
	    listen_to(l, &l->approver_socket, s->approver_fd, e) < 0)
		return -1;
	room_open(l);
	l->offset_us = clock_wall_us() - clock_boot_us();
	l->epoch_us = clock_boot_us() +
	    conf_us(conf_section(s->conf, "store"), "epoch");
	return 0;
}

static void
record_start(struct ledger *l)
{
	struct err e = { 0 };

	if (book_begin(l->book, &e) < 0 ||
	    book_event(l->book, "daemon.start", NULL, NULL, json_pack(
	    "{s:s, s:s}", "host", l->policy.host, "policy",
	    l->policy.digest), &e) < 0 || book_commit(l->book, &e) < 0) {
		book_rollback(l->book);
		log_line(LOG_ALERT, "the store cannot be written: %s",
		    e.text);
		l->store_down = true;
	}
}

static void
record_stop(struct ledger *l)
{
	struct err e = { 0 };

	if (book_begin(l->book, &e) < 0 ||
	    book_event(l->book, "daemon.stop", NULL, NULL, json_object(),
	    &e) < 0 || book_commit(l->book, &e) < 0) {
		book_rollback(l->book);
		log_line(LOG_ERR, "daemon.stop: %s", e.text);
	}
}

int
ledger_run(const struct ledger_start *start, struct err *e)
{
	static struct ledger l;
	struct rlimit r;
	int64_t before_us;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
	l = (struct ledger){ .start = start, .outgoing = json_array(),
	    .changed = json_array() };
	if (set_up(&l, e) < 0)
		return -1;
	before_us = book_newest_us(l.book);
	record_start(&l);
	purge_start(&l, before_us);
	send_told(&l);
	log_line(LOG_NOTICE, "ready");
	while (!l.stopping) {
		int64_t left = (l.tick_us - clock_boot_us()) / 1000 + 1;

		if (loop_round(&l.loop, left < 0 ? 0 : (int)left, e) < 0)
			return -1;
		run_round(&l);
	}
	for (struct client *c = l.clients; c != NULL; c = c->next)
		sessions_unwatch(c);
	run_round(&l); /* what has arrived is answered */
	record_stop(&l);
	next_epoch(&l);
	book_close(l.book);
	return 0;
}
