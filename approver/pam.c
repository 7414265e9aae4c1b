/* SPDX-License-Identifier: BSD-2-Clause
 * pam.c - links of the PAM module until their connection is open. */
#include "approver/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define ACCEPTS_A_TURN 16

/* A PAM link until its connection is open; a nested one until it closes. */
struct pam {
	struct monitor *m;
	struct pam *next;
	struct link link;
	pid_t pid;
	json_t *open;	/* conn.open, while the ledger is asked */
	bool asked, nested;
};

static void
pam_gone(struct link *l)
{
	struct pam *p = l->owner, **at = &p->m->pams;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->m->pam_count--;
	monitor_forget(p->m, p);
	json_decref(p->open);
	free(p);
}

static void
pam_closed(struct link *l, const struct err *why)
{
	struct pam *p = l->owner;

	if (why != NULL)
		log_line(LOG_WARNING, "pam.sock: process %ld is cut: %s",
		    (long)p->pid, why->text);
	monitor_forget(p->m, p);
}

static void
pam_refuse(struct pam *p, const struct err *why)
{
	log_line(LOG_WARNING, "pam.sock: process %ld is refused: %s",
	    (long)p->pid, why->text);
	(void)link_send(&p->link, wire_no(why), NULL, 0, NULL);
	link_close(&p->link);
}

static json_t *
pam_answer(const json_t *known)
{
	json_t *msg = wire_ok();

	(void)json_object_set(msg, "conn", json_object_get(known, "conn"));
	(void)json_object_set(msg, "person", json_object_get(known,
	    "person"));
	(void)json_object_set(msg, "name", json_object_get(known, "name"));
	return msg;
}

/* The ledger has opened the connection, or said why not. */
static void
pam_opened(struct monitor *m, void *arg, const json_t *msg,
    const struct err *why)
{
	struct pam *p = arg;
	struct err e = { 0 };
	struct conn *c;

	(void)m;
	if (msg == NULL) {
		pam_refuse(p, why);
		return;
	}
	c = conn_make(p->m, p->pid, p->open, msg, &e);
	if (c == NULL) {
		pam_refuse(p, &e);
		return;
	}
	if (conn_start(c, p->link.source.fd, p->open, &e) < 0) {
		(void)snprintf(c->why, sizeof(c->why), "gate-failed");
		pam_refuse(p, &e);
		conn_settle(c); /* now, or when the gate has ended */
		return;
	}
	log_line(LOG_INFO, "%s: open", c->id);
	/* the link is the gate's now: answer on our copy and let it go */
	if (wire_send(p->link.source.fd, pam_answer(c->known), NULL, 0, 0,
	    &e) < 0)
		log_line(LOG_WARNING, "%s: PAM link: %s", c->id, e.text);
	link_close(&p->link);
}

/* From inside a gate (su, sudo): the connection stands already. */
static void
pam_nested(struct pam *p, const char *id)
{
	struct conn *c = conn_find(p->m, id);
	struct err e = { 0 };

	if (c == NULL || conn_of_pid(p->m, p->pid) != c) {
		(void)err_set(&e, ERR_DENIED,
		    "process %ld is not of connection %.20s", (long)p->pid,
		    id);
		pam_refuse(p, &e);
		return;
	}
	p->nested = true;
	if (link_send(&p->link, pam_answer(c->known), NULL, 0, &e) < 0)
		link_close(&p->link);
}

static void
pam_message(struct link *l, const json_t *msg, struct wire_fds *fds)
{
	struct pam *p = l->owner;
	const char *nested = NULL;
	struct err e = { 0 };
	json_t *question;

	(void)fds;
	if (p->nested && strcmp(wire_op(msg), "conn.close") == 0) {
		link_close(l);
		return;
	}
	if (p->asked || strcmp(wire_op(msg), "conn.open") != 0 ||
	    wire_str_opt(msg, "nested", ID_MAX, &nested, &e) < 0) {
		(void)err_set(&e, ERR_INPUT, "%.40s: unexpected",
		    wire_op(msg));
		pam_refuse(p, &e);
		return;
	}
	p->asked = true;
	if (nested != NULL) {
		pam_nested(p, nested);
		return;
	}
	if (p->m->stopping || p->m->conn_count >= MONITOR_CONNS) {
		(void)err_set(&e, ERR_UNAVAILABLE, p->m->stopping ?
		    "warrantd is stopping" : "too many connections");
		pam_refuse(p, &e);
		return;
	}
	link_pause(l, true); /* what follows is for the gate */
	question = json_copy((json_t *)(uintptr_t)msg);
	(void)json_object_set_new(question, "pid",
	    json_integer((json_int_t)p->pid));
	p->open = json_incref(question);
	monitor_ask(p->m, question, pam_opened, p);
}

static const struct link_ops pam_ops = { .message = pam_message,
    .closed = pam_closed, .gone = pam_gone, .queue_max = 8 };

static void
pam_add(struct monitor *m, int fd)
{
	struct err e = { 0 };
	struct pam *p;
	uid_t uid = (uid_t)-1;
	pid_t pid = 0;

	if (wire_peer(fd, &pid, &uid, NULL, &e) < 0 || uid != 0 ||
	    m->pam_count >= MONITOR_PAMS) {
		log_line(LOG_WARNING, "pam.sock: uid %u, process %ld: "
		    "refused", (unsigned)uid, (long)pid);
		io_close(&fd);
		return;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL || link_open(&p->link, &m->loop, fd, &pam_ops, p,
	    &e) < 0) {
		if (p == NULL)
			io_close(&fd);
		free(p);
		return;
	}
	p->m = m;
	p->pid = pid;
	p->next = m->pams;
	m->pams = p;
	m->pam_count++;
}

void
pam_accept(struct source *s, uint32_t events)
{
	struct monitor *m = s->owner;

	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		pam_add(m, fd);
	}
}
