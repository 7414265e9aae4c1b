/* SPDX-License-Identifier: BSD-2-Clause
 * conn.c - connections: whose process, and the gate of each. */
#include "approver/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "approver/proc.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/user.h"
#include "lib/wire.h"

#define GATE_QUEUE 4096
#define SWEEPS 20	/* what forks while we look is found by the next */

/* ---- whose process ---------------------------------------------------- */

struct conn *
conn_find(struct monitor *m, const char *id)
{
	struct conn *c = m->conns;

	while (c != NULL && strcmp(c->id, id) != 0)
		c = c->next;
	return c;
}

struct conn *
conn_of_pid(struct monitor *m, pid_t pid)
{
	struct conn *found = NULL;
	struct proc p;

	if (proc_read(pid, &p, NULL) < 0)
		return NULL;
	for (struct conn *c = m->conns; c != NULL; c = c->next)
		if (p.session != PROC_NO_SESSION && c->session == p.session) {
			if (found != NULL)
				return NULL; /* cannot be: refuse to guess */
			found = c;
		}
	for (struct conn *c = m->conns; c != NULL && found == NULL;
	    c = c->next)
		if (proc_descends(pid, c->pid))
			found = c;
	return found;
}

/* The audit session of a login that pam_loginuid made for it alone.  One
 * that its parent has as well was only inherited (an administrator's, who
 * started sshd by hand) and proves nothing. */
static uint32_t
own_session(pid_t pid)
{
	struct proc p, parent;

	if (proc_read(pid, &p, NULL) < 0 || p.ppid == 0 ||
	    proc_read(p.ppid, &parent, NULL) < 0 ||
	    p.session == parent.session)
		return PROC_NO_SESSION;
	return p.session;
}

/* ---- without its gate ------------------------------------------------- */

struct sweep {
	const struct conn *c;
	unsigned killed;
};

/* All but sshd and the process it speaks to the client with. */
static void
sweep_one(void *arg, pid_t pid, const struct proc *p)
{
	struct sweep *s = arg;
	const struct conn *c = s->c;
	bool in_session = c->session != PROC_NO_SESSION &&
	    p->session == c->session;

	if (pid == c->pid || p->ppid == c->pid || p->start < c->start ||
	    p->state == 'Z' || (!in_session && proc_descends(pid, c->pid) ==
	    0))
		return;
	proc_kill(pid, p->start);
	s->killed++;
}

/* The gate has died: nothing of its connection can be recorded any more. */
static void
sweep(const struct conn *c)
{
	struct sweep s = { .c = c };
	unsigned all = 0;

	for (int i = 0; i < SWEEPS; i++) {
		s.killed = 0;
		proc_each(sweep_one, &s);
		all += s.killed;
		if (s.killed == 0)
			break;
	}
	log_line(LOG_ERR, "%s: without its gate: %u processes killed", c->id,
	    all);
}

/* ---- the gate --------------------------------------------------------- */

static void
conn_free(struct conn *c)
{
	struct conn **at = &c->m->conns;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->m->conn_count--;
	json_decref(c->known);
	json_decref(c->holds);
	free(c);
}

static void
socket_path(const struct conn *c, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s/gate/%s.sock", c->m->start->rundir,
	    c->id);
}

void
conn_settle(struct conn *c)
{
	char path[256];

	if (c->child.pid != 0 || c->channels != NULL || c->pins > 0)
		return;
	socket_path(c, path, sizeof(path));
	(void)unlink(path);
	monitor_tell(c->m, json_pack("{s:s, s:s, s:s}", "op", "conn.close",
	    "conn", c->id, "why", c->why[0] == '\0' ? "lost" : c->why));
	log_line(LOG_INFO, "%s: closed (%s)", c->id,
	    c->why[0] == '\0' ? "lost" : c->why);
	conn_free(c);
}

void
conn_send(struct conn *c, json_t *msg, const int *fds, size_t n)
{
	struct err e = { 0 };

	if (link_send(&c->gate, msg, fds, n, &e) < 0) {
		log_line(LOG_ERR, "%s: gate: %s", c->id, e.text);
		link_close(&c->gate); /* it ends itself and all it holds */
	}
}

/* Facts of the gate go to the ledger with our own connection id on them. */
static void
pass_on(struct conn *c, const json_t *msg)
{
	json_t *copy;
	const char *channel = NULL;
	struct err e = { 0 };

	if (wire_str_opt(msg, "channel", ID_MAX, &channel, &e) < 0) {
		log_line(LOG_WARNING, "%s: %s: %s", c->id, wire_op(msg),
		    e.text);
		return;
	}
	copy = json_copy((json_t *)(uintptr_t)msg);
	if (channel != NULL && !channel_is_of(c, channel))
		(void)json_object_del(copy, "channel"); /* sealed by now */
	(void)json_object_set_new(copy, "conn", json_string(c->id));
	monitor_tell(c->m, copy);
}

/* Kept until it is over: a ledger that starts anew knows of none. */
static void
keep_hold(struct conn *c, const json_t *msg)
{
	const char *id = NULL;
	json_t *copy;

	if (wire_str(msg, "hold", ID_MAX, &id, NULL) < 0 || !id_ok(id, 'h'))
		return;
	if (strcmp(wire_op(msg), "exec.unhold") == 0) {
		(void)json_object_del(c->holds, id);
		return;
	}
	copy = json_copy((json_t *)(uintptr_t)msg);
	(void)json_object_set_new(copy, "conn", json_string(c->id));
	(void)json_object_set_new(copy, "asked_us",
	    json_integer(clock_wall_us()));
	if (c->holds == NULL)
		c->holds = json_object();
	(void)json_object_set_new(c->holds, id, copy);
}

void
conn_hold_words(struct conn *c, const json_t *event)
{
	const char *id = json_string_value(json_object_get(event, "hold"));
	json_t *kept = id == NULL ? NULL : json_object_get(c->holds, id);

	if (kept != NULL && json_object_get(kept, "argv") == NULL)
		(void)json_object_set(kept, "argv", json_object_get(event,
		    "argv"));
}

void
conn_holds_known(const struct conn *c)
{
	const char *id;
	json_t *msg;

	json_object_foreach(c->holds, id, msg) {
		monitor_mention(c->m, json_deep_copy(msg));
	}
}

static void
gate_message(struct link *l, const json_t *msg, struct wire_fds *fds)
{
	struct conn *c = l->owner;
	const char *op = wire_op(msg), *why = NULL;

	(void)fds;
	if (strcmp(op, "channel.ask") == 0) {
		channel_ask(c, msg);
	} else if (strcmp(op, "exec.count") == 0 ||
	    strcmp(op, "exec.event") == 0) {
		pass_on(c, msg);
	} else if (strcmp(op, "exec.hold") == 0 ||
	    strcmp(op, "exec.unhold") == 0) {
		keep_hold(c, msg);
		pass_on(c, msg);
	} else if (strcmp(op, "channel.exit") == 0) {
		channel_exit(c, msg);
	} else if (strcmp(op, "recorder.hung") == 0) {
		channel_hung(c, msg);
	} else if (strcmp(op, "gate.ready") == 0) {
		log_line(LOG_DEBUG, "%s: gate is ready", c->id);
	} else if (strcmp(op, "conn.end") == 0) {
		if (wire_str_opt(msg, "why", sizeof(c->why) - 1, &why,
		    NULL) == 0 && why != NULL && c->why[0] == '\0')
			(void)snprintf(c->why, sizeof(c->why), "%s", why);
	} else {
		log_line(LOG_WARNING, "%s: gate sent unknown %.40s", c->id,
		    op);
	}
}

static void
gate_closed(struct link *l, const struct err *why)
{
	struct conn *c = l->owner;

	if (why != NULL)
		log_line(LOG_ERR, "%s: gate: %s", c->id, why->text);
}

static void
gate_gone(struct link *l)
{
	struct conn *c = l->owner;

	c->pins--;
	conn_settle(c);
}

static const struct link_ops gate_ops = { .message = gate_message,
    .closed = gate_closed, .gone = gate_gone, .queue_max = GATE_QUEUE };

static void
gate_ended_gone(struct source *s)
{
	struct conn *c = s->owner;

	c->pins--;
	conn_settle(c);
}

static void
gate_ended(struct source *s, uint32_t events)
{
	struct conn *c = s->owner;
	char text[80];
	int status = 0;

	(void)events;
	if (link_is_open(&c->gate)) {
		/* what it said last is read before it is buried */
		link_pause(&c->gate, false);
		c->gate.source.ready(&c->gate.source, EPOLLIN);
		if (link_is_open(&c->gate))
			return;
	}
	loop_del(&c->m->loop, s);
	if (child_wait(&c->child, &status, NULL) == 0 && status != 0)
		log_line(LOG_ERR, "%s: warrant-gate %s", c->id,
		    child_status_text(status, text, sizeof(text)));
	if (c->why[0] == '\0') {
		(void)snprintf(c->why, sizeof(c->why), "gate-failed");
		sweep(c);
	}
	link_close(&c->gate);
}

static json_t *
gate_start_message(const struct conn *c, const json_t *open)
{
	const struct monitor *m = c->m;
	const struct conf_section *gate = conf_section(m->conf, "gate");
	const char *account = "";
	struct user u;
	char path[256];
	gid_t gid = (gid_t)-1;

	(void)wire_str_opt(open, "account", USER_NAME_MAX, &account, NULL);
	if (user_find(account, &u, NULL) == 1)
		gid = u.gid;
	(void)snprintf(path, sizeof(path), "%s/warrant-shell",
	    WARRANT_BINDIR);
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:I, "
	    "s:I, s:I, s:I}", "op", "gate.start", "conn", c->id,
	    "account", account, "uid", (json_int_t)c->uid,
	    "gid", (json_int_t)gid, "pid", (json_int_t)c->pid,
	    "rundir", m->start->rundir, "shell_path", path,
	    "rec_gid", (json_int_t)m->rec_gid,
	    "idle_us", (json_int_t)conf_us(gate, "idle"),
	    "daemon_lost_us", (json_int_t)conf_us(gate, "daemon_lost"),
	    "hung_us", (json_int_t)conf_us(gate, "recorder_hung"));
}

int
conn_start(struct conn *c, int pam_fd, const json_t *open, struct err *e)
{
	struct monitor *m = c->m;
	const char *const argv[] = { "warrant-gate", NULL };
	char path[256], program[256];
	struct child_start s = { .path = program, .argv = argv, .fds = 3 };
	int pair[2] = { -1, -1 }, listening = -1, rc = -1;

	socket_path(c, path, sizeof(path));
	(void)snprintf(program, sizeof(program), "%s/warrant-gate",
	    m->start->libexecdir);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		(void)err_sys(e, "socketpair");
		goto out;
	}
	listening = wire_listen(path, 0666, e);
	if (listening < 0)
		goto out;
	s.fd[0] = pair[1];
	s.fd[1] = pam_fd;
	s.fd[2] = listening;
	if (child_start(&s, &c->child, e) < 0)
		goto out;
	c->ended = (struct source){ .fd = c->child.pidfd,
	    .ready = gate_ended, .gone = gate_ended_gone, .owner = c };
	if (loop_add(&m->loop, &c->ended, EPOLLIN, e) < 0) {
		child_end(&c->child);
		goto out;
	}
	c->pins++;
	rc = link_open(&c->gate, &m->loop, pair[0], &gate_ops, c, e);
	pair[0] = -1; /* link_open owns it; without it the gate ends */
	if (rc < 0)
		goto out;
	c->pins++;
	conn_send(c, gate_start_message(c, open), NULL, 0);
out:
	io_close(&pair[0]);
	io_close(&pair[1]);
	io_close(&listening);
	return rc;
}

struct conn *
conn_make(struct monitor *m, pid_t pid, const json_t *open,
    const json_t *answer, struct err *e)
{
	const char *id = NULL;
	struct conn *c;
	struct proc p;
	int64_t uid = 0;

	if (wire_str(answer, "conn", ID_MAX, &id, e) < 0 ||
	    wire_int(open, "uid", 0, UINT32_MAX - 1, &uid, e) < 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL || !id_ok(id, 'c') || conn_find(m, id) != NULL) {
		free(c);
		(void)err_set(e, ERR_UNAVAILABLE, "no connection id");
		return NULL;
	}
	c->m = m;
	c->pid = pid;
	c->uid = (uid_t)uid;
	c->session = own_session(pid);
	if (proc_read(pid, &p, NULL) == 0)
		c->start = p.start;
	(void)snprintf(c->id, sizeof(c->id), "%s", id);
	c->known = json_copy((json_t *)(uintptr_t)answer);
	(void)json_object_del(c->known, "ok");
	(void)json_object_del(c->known, "id");
	(void)json_object_set_new(c->known, "op", json_string("conn.known"));
	c->next = m->conns;
	m->conns = c;
	m->conn_count++;
	return c;
}
