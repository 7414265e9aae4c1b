/* SPDX-License-Identifier: BSD-2-Clause
 * upstream.c - the monitor's link to the ledger. */
#include "approver/monitor.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "approver/proc.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define MS_NS INT64_C(1000000)
#define AGAIN_MS 2000	/* a fact that could not be stored is sent again */

struct question {
	struct question *next;
	int64_t id;
	json_t *msg;
	answer_fn *fn;		/* NULL: a fact, or nobody waits any more */
	void *arg;
	bool fact;		/* kept until the ledger said ok */
	int64_t until_ns;	/* give up then; a fact: send it again then,
				 * 0 while an answer may still come */
};

static void
send_up(struct monitor *m, const json_t *msg)
{
	struct err e = { 0 };

	/* a ledger whose queue is full has hung: it is started again */
	if (link_is_open(&m->up) &&
	    link_send(&m->up, json_incref((json_t *)(uintptr_t)msg), NULL, 0,
	    &e) < 0) {
		log_line(LOG_ERR, "link to the ledger: %s", e.text);
		link_close(&m->up);
	}
}

static struct question *
add_question(struct monitor *m, json_t *msg)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL || msg == NULL ||
	    json_object_set_new(msg, "id", json_integer(++m->next_id)) < 0) {
		json_decref(msg);
		free(q);
		return NULL;
	}
	q->id = m->next_id;
	q->msg = msg;
	if (m->last == NULL)
		m->first = q;
	else
		m->last->next = q;
	m->last = q;
	return q;
}

void
monitor_ask(struct monitor *m, json_t *msg, answer_fn *fn, void *arg)
{
	static const struct err none = { ERR_UNAVAILABLE,
	    "the ledger does not answer" };
	struct question *q = NULL;

	if (link_is_open(&m->up))
		q = add_question(m, msg);
	else
		json_decref(msg);
	if (q == NULL) {
		fn(m, arg, NULL, &none);
		return;
	}
	q->fn = fn;
	q->arg = arg;
	q->until_ns = clock_mono_ns() + MONITOR_ANSWER_MS * MS_NS;
	send_up(m, q->msg);
}

/* While the ledger is behind, gates wait too: their facts stay with them. */
static void
hold_gates(struct monitor *m, bool on)
{
	for (struct conn *c = m->conns; c != NULL; c = c->next)
		if (link_is_open(&c->gate))
			link_pause(&c->gate, on);
}

void
monitor_tell(struct monitor *m, json_t *msg)
{
	struct question *q = add_question(m, msg);

	if (q == NULL) {
		log_line(LOG_ALERT, "out of memory: a fact is lost");
		return;
	}
	q->fact = true;
	if (++m->facts == MONITOR_FACTS) {
		log_line(LOG_ERR, "%zu facts wait for the ledger",
		    m->facts);
		hold_gates(m, true);
	}
	send_up(m, q->msg);
}

void
monitor_mention(struct monitor *m, json_t *msg)
{
	send_up(m, msg);
	json_decref(msg);
}

void
monitor_forget(struct monitor *m, const void *arg)
{
	for (struct question *q = m->first; q != NULL; q = q->next)
		if (q->arg == arg && !q->fact)
			q->fn = NULL;
}

/* Unlink q, whose predecessor is prev, and free it. */
static void
drop(struct monitor *m, struct question *prev, struct question *q)
{
	if (prev == NULL)
		m->first = q->next;
	else
		prev->next = q->next;
	if (m->last == q)
		m->last = prev;
	if (q->fact && m->facts-- == MONITOR_FACTS)
		hold_gates(m, false);
	json_decref(q->msg);
	free(q);
}

/* The ledger opened something for somebody who is gone: close it again. */
static void
unwanted(struct monitor *m, const json_t *msg)
{
	const char *id = NULL;

	if (wire_str(msg, "channel", ID_MAX, &id, NULL) == 0)
		channel_void(m, id, "nobody waited for it any more");
	else if (wire_str(msg, "conn", ID_MAX, &id, NULL) == 0 &&
	    conn_find(m, id) == NULL)
		monitor_tell(m, json_pack("{s:s, s:s, s:s}", "op",
		    "conn.close", "conn", id, "why", "lost"));
}

static void
answered(struct monitor *m, const json_t *msg)
{
	const char *code = "unavailable", *text = "refused without a reason";
	struct question *prev = NULL, *q;
	struct err why = { 0 };
	int64_t id = 0;
	answer_fn *fn;
	void *arg;

	(void)wire_int_opt(msg, "id", 1, INT64_MAX, &id, NULL);
	for (q = m->first; q != NULL && q->id != id; q = q->next)
		prev = q;
	if (q == NULL || (!q->fact && q->fn == NULL)) {
		if (json_is_true(json_object_get(msg, "ok")))
			unwanted(m, msg);
		if (q != NULL)
			drop(m, prev, q);
		return;
	}
	if (!json_is_true(json_object_get(msg, "ok"))) {
		(void)wire_str_opt(msg, "code", 64, &code, NULL);
		(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
		(void)err_set(&why, err_code_of(code), "%s", text);
		if (q->fact && why.code == ERR_UNAVAILABLE) {
			q->until_ns = clock_mono_ns() + AGAIN_MS * MS_NS;
			return;
		}
		if (q->fact)
			log_line(LOG_ERR, "the ledger refused %s: %s",
			    wire_op(q->msg), text);
	}
	fn = q->fn;
	arg = q->arg;
	drop(m, prev, q);
	if (fn != NULL)
		fn(m, arg, why.code == ERR_NONE ? msg : NULL, &why);
}

/* One question at its time; true when somebody was called. */
static bool
due(struct monitor *m, struct question *prev, struct question *q)
{
	static const struct err late = { ERR_UNAVAILABLE,
	    "the ledger did not answer in time" };
	answer_fn *fn = q->fn;
	void *arg = q->arg;

	if (q->fact) {
		q->until_ns = 0;
		send_up(m, q->msg);
		return false;
	}
	drop(m, prev, q);
	if (fn != NULL)
		fn(m, arg, NULL, &late);
	return true;
}

int
upstream_tick(struct monitor *m)
{
	int64_t now = clock_mono_ns(), next = INT64_MAX;
	struct question *prev = NULL, *q = m->first;

	while (q != NULL) {
		if (q->until_ns != 0 && q->until_ns <= now) {
			if (due(m, prev, q))
				return 0; /* the list may be another now */
		} else if (q->until_ns != 0 && q->until_ns < next) {
			next = q->until_ns;
		}
		prev = q;
		q = q->next;
	}
	return next == INT64_MAX ? -1 : (int)((next - now) / MS_NS) + 1;
}

/* ---- what the ledger asks -------------------------------------------- */

static void
reply(struct monitor *m, const json_t *question, json_t *msg, int fd)
{
	json_t *id = json_object_get(question, "id");
	struct err e = { 0 };

	if (id != NULL)
		(void)json_object_set(msg, "id", id);
	if (link_send(&m->up, msg, &fd, fd >= 0 ? 1 : 0, &e) < 0)
		log_line(LOG_ERR, "link to the ledger: %s", e.text);
}

/* Is pid still the process that connected at boot_us?  Its number may have
 * been given to another one since, but not while pidfd is not readable; a
 * kernel without SO_PEERPIDFD leaves us the start time. */
static bool
same_process(pid_t pid, int64_t boot_us, const struct wire_fds *fds)
{
	int64_t tick_us = 1000000 / sysconf(_SC_CLK_TCK);
	struct proc p;

	if (fds->n == 1) {
		struct pollfd f = { .fd = fds->fd[0], .events = POLLIN };

		return poll(&f, 1, 0) == 0;
	}
	return proc_read(pid, &p, NULL) == 0 &&
	    (int64_t)p.start * tick_us <= boot_us;
}

static void
on_peer_conn(struct monitor *m, const json_t *msg, const struct wire_fds *fds)
{
	struct conn *c = NULL;
	json_t *answer = wire_ok();
	int64_t pid = 0, boot_us = 0;

	if (wire_int(msg, "pid", 1, INT32_MAX, &pid, NULL) == 0 &&
	    wire_int(msg, "boot_us", 0, INT64_MAX, &boot_us, NULL) == 0)
		c = conn_of_pid(m, (pid_t)pid);
	if (c != NULL && !same_process((pid_t)pid, boot_us, fds))
		c = NULL;
	(void)json_object_set_new(answer, "conn", c == NULL ? json_null() :
	    json_string(c->id));
	reply(m, msg, answer, -1);
}

/* conn.end, conn.say and conn.until go to the gate under its own names. */
static void
to_gate(struct monitor *m, const json_t *msg, const char *op)
{
	const char *id = NULL;
	struct conn *c = NULL;

	if (wire_str(msg, "conn", ID_MAX, &id, NULL) == 0)
		c = conn_find(m, id);
	if (c != NULL) {
		json_t *copy = json_copy((json_t *)(uintptr_t)msg);

		(void)json_object_del(copy, "id");
		(void)json_object_del(copy, "conn");
		(void)json_object_set_new(copy, "op", json_string(op));
		conn_send(c, copy, NULL, 0);
	}
	reply(m, msg, wire_ok(), -1); /* a connection that is gone is ended */
}

static void
on_recording_open(struct monitor *m, const json_t *msg)
{
	const char *id = NULL;
	struct err e = { 0 };
	int fd = -1;

	if (wire_str(msg, "channel", ID_MAX, &id, &e) == 0)
		fd = recording_open(m, id, &e);
	reply(m, msg, fd < 0 ? wire_no(&e) : wire_ok(), fd);
}

static void
on_unsealed(struct monitor *m, const json_t *msg)
{
	const json_t *list = json_object_get(msg, "channels"), *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_is_string(one))
			leftover_take(m, json_string_value(one));
	reply(m, msg, wire_ok(), -1);
}

static void
on_recording_remove(struct monitor *m, const json_t *msg)
{
	const json_t *list = json_object_get(msg, "recordings"), *one;
	const char *id;
	size_t i;

	json_array_foreach(list, i, one)
		if (wire_str(one, "channel", ID_MAX, &id, NULL) == 0)
			recording_remove(m, id);
	(void)fsync(m->sessions);
	reply(m, msg, wire_ok(), -1);
}

static void
message(struct link *l, const json_t *msg, struct wire_fds *fds)
{
	struct monitor *m = l->owner;
	const char *op = wire_op(msg);
	struct err e = { 0 };

	if (op[0] == '\0') {
		answered(m, msg);
	} else if (strcmp(op, "peer.conn") == 0) {
		on_peer_conn(m, msg, fds);
	} else if (strcmp(op, "conn.end") == 0) {
		to_gate(m, msg, "end");
	} else if (strcmp(op, "conn.say") == 0) {
		to_gate(m, msg, "say");
	} else if (strcmp(op, "conn.hold") == 0) {
		to_gate(m, msg, "hold");
	} else if (strcmp(op, "conn.until") == 0) {
		to_gate(m, msg, "until");
	} else if (strcmp(op, "recording.open") == 0) {
		on_recording_open(m, msg);
	} else if (strcmp(op, "recording.remove") == 0) {
		on_recording_remove(m, msg);
	} else if (strcmp(op, "unsealed") == 0) {
		on_unsealed(m, msg);
	} else {
		(void)err_set(&e, ERR_INPUT, "%.40s: unknown", op);
		reply(m, msg, wire_no(&e), -1);
	}
}

static void
closed(struct link *l, const struct err *why)
{
	(void)l;
	if (why != NULL)
		log_line(LOG_ERR, "link to the ledger: %s", why->text);
}

static const struct link_ops up_ops = { .message = message, .closed = closed,
    .queue_max = 2 * MONITOR_FACTS, .fds = true };

int
upstream_open(struct monitor *m, int fd, struct err *e)
{
	if (link_open(&m->up, &m->loop, fd, &up_ops, m, e) < 0)
		return -1;
	for (struct conn *c = m->conns; c != NULL; c = c->next) {
		monitor_mention(m, json_incref(c->known));
		channel_known(c);
		conn_holds_known(c);
	}
	for (struct question *q = m->first; q != NULL; q = q->next)
		if (q->fact)
			send_up(m, q->msg);
	monitor_mention(m, json_pack("{s:s}", "op", "monitor.ready"));
	return 0;
}

void
upstream_free(struct monitor *m)
{
	while (m->first != NULL)
		drop(m, NULL, m->first);
	link_close(&m->up);
}
