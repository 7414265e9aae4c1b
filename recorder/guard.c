/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-gate(8). */
#include "config.h"

#include "recorder/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/jail.h"
#include "lib/log.h"
#include "lib/quote.h"
#include "lib/wire.h"

#define START_MS 10000
#define POLLS (5 + 2 * GUARD_CHANNELS)

void
guard_tell(struct guard *g, json_t *msg)
{
	struct err e = { 0 };

	if (!g->monitor_lost && wire_send(GUARD_MONITOR, msg, NULL, 0,
	    GUARD_SEND_MS, &e) < 0) {
		log_line(LOG_ERR, "%s: monitor: %s", g->conn, e.text);
		g->monitor_lost = true;
		g->lost_since_ns = clock_mono_ns();
	}
	json_decref(msg);
}

/* ---- the monitor ------------------------------------------------------ */

static struct gchannel *
asked(struct guard *g, const json_t *msg)
{
	int64_t chan = -1;

	if (wire_int(msg, "chan", 0, GUARD_CHANNELS - 1, &chan, NULL) < 0 ||
	    g->channel[chan].state != CHANNEL_ASKED)
		return NULL;
	return &g->channel[chan];
}

static void
on_answer(struct guard *g, const json_t *msg, struct wire_fds *fds)
{
	struct gchannel *c = asked(g, msg);
	const char *op = wire_op(msg), *text = "";
	int64_t code = GUARD_CANNOT_RECORD;
	json_t *lobby;

	if (c == NULL)
		return; /* its shell has gone meanwhile */
	(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
	if (strcmp(op, "channel.ok") == 0 && fds->n == 1) {
		fds->n = 0;
		guard_channel_ok(g, c, msg, fds->fd[0]);
	} else if (strcmp(op, "channel.lobby") == 0) {
		lobby = json_pack("{s:s, s:s}", "op", "lobby", "text", text);
		c->state = CHANNEL_LOBBY;
		for (int i = 0; i < 3; i++)
			io_close(&c->outer[i]); /* it keeps its own */
		if (wire_send(c->shell, lobby, NULL, 0, GUARD_SEND_MS,
		    NULL) < 0)
			guard_channel_free(g, c);
		json_decref(lobby);
	} else {
		(void)wire_int_opt(msg, "code", 0, 255, &code, NULL);
		guard_shell_no(c, (int)code, text);
		guard_channel_free(g, c);
	}
}

static void
on_until(struct guard *g, const json_t *msg)
{
	const char *id = NULL;
	struct gchannel *c;
	int64_t until = 0;

	if (wire_str(msg, "channel", ID_MAX, &id, NULL) < 0 ||
	    wire_int(msg, "until_us", 1, INT64_MAX, &until, NULL) < 0)
		return;
	c = guard_channel_find(g, id);
	if (c == NULL)
		return;
	c->until_us = until;
	c->until_boot_us = clock_boot_us() + until - clock_wall_us();
	if (until > g->until_us) {
		g->until_us = until;
		g->until_boot_us = c->until_boot_us;
	}
}

/* `end` and `say`, for one channel or all; `end` for what was left behind. */
static void
on_order(struct guard *g, const json_t *msg, bool end)
{
	const char *id = NULL, *why = "ended", *text = "";
	int left = 0;

	(void)wire_bool_opt(msg, "left", &left, NULL);
	(void)wire_str_opt(msg, "channel", ID_MAX, &id, NULL);
	(void)wire_str_opt(msg, "why", sizeof(g->why) - 1, &why, NULL);
	(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
	if (end && left != 0) {
		g->revoked = true; /* over once no channel is there */
		return;
	}
	if (end && id == NULL) {
		guard_end(g, why, text);
		return;
	}
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];

		if (c->id[0] == '\0' || (id != NULL && strcmp(c->id, id) !=
		    0))
			continue;
		if (end)
			guard_end_channel(g, c, why, text);
		else
			guard_record(c, json_pack("{s:s, s:s}", "op", "say",
			    "text", text));
	}
}

static void
on_monitor(struct guard *g)
{
	struct wire_fds fds = { .n = 0 };
	json_t *msg = NULL;
	struct err e = { 0 };
	int rc = wire_recv(GUARD_MONITOR, &msg, &fds, 0, &e);
	const char *op;

	if (rc < 0 && e.code == ERR_TIMEOUT)
		return;
	if (rc <= 0) {
		log_line(LOG_ERR, "%s: warrantd is gone", g->conn);
		g->monitor_lost = true;
		g->lost_since_ns = clock_mono_ns();
		return;
	}
	op = wire_op(msg);
	if (strncmp(op, "channel.", 8) == 0)
		on_answer(g, msg, &fds);
	else if (strcmp(op, "until") == 0)
		on_until(g, msg);
	else if (strcmp(op, "hold") == 0)
		guard_hold_decided(g, msg);
	else if (strcmp(op, "end") == 0 || strcmp(op, "say") == 0)
		on_order(g, msg, op[0] == 'e');
	else
		log_line(LOG_WARNING, "%s: monitor sent unknown %.40s",
		    g->conn, op);
	wire_fds_close(&fds);
	json_decref(msg);
}

/* ---- PAM -------------------------------------------------------------- */

static void
on_pam(struct guard *g)
{
	json_t *msg = NULL;
	struct err e = { 0 };
	int rc = wire_recv(GUARD_PAM, &msg, NULL, 0, &e);

	if (rc < 0 && e.code == ERR_TIMEOUT)
		return;
	if (rc <= 0 || strcmp(wire_op(msg), "conn.close") == 0)
		g->pam_closed = true; /* what was left behind is watched */
	json_decref(msg);
}

/* ---- set-up ----------------------------------------------------------- */

static int
take_start(struct guard *g, const json_t *m, struct err *e)
{
	const char *conn = NULL, *account = NULL, *rundir = NULL;
	const char *path = NULL;
	int64_t uid = 0, gid = 0, pid = 0, rec = 0, idle = 0, lost = 0;
	int64_t hung = 0;
	struct task t;
	struct stat st;

	if (wire_str(m, "conn", ID_MAX - 1, &conn, e) < 0 ||
	    wire_str(m, "account", USER_NAME_MAX - 1, &account, e) < 0 ||
	    wire_str(m, "rundir", USER_PATH_MAX - 1, &rundir, e) < 0 ||
	    wire_str(m, "shell_path", USER_PATH_MAX - 1, &path, e) < 0 ||
	    wire_int(m, "uid", 0, UINT32_MAX - 1, &uid, e) < 0 ||
	    wire_int(m, "gid", 0, UINT32_MAX - 1, &gid, e) < 0 ||
	    wire_int(m, "pid", 1, INT32_MAX, &pid, e) < 0 ||
	    wire_int(m, "rec_gid", 1, UINT32_MAX - 1, &rec, e) < 0 ||
	    wire_int(m, "idle_us", 1, INT64_MAX / 1000, &idle, e) < 0 ||
	    wire_int(m, "daemon_lost_us", 1, INT64_MAX / 1000, &lost, e) <
	    0 ||
	    wire_int(m, "hung_us", 1, INT64_MAX / 1000, &hung, e) < 0)
		return -1;
	if (stat(path, &st) < 0)
		return err_sys(e, "%s", path);
	(void)snprintf(g->conn, sizeof(g->conn), "%s", conn);
	(void)snprintf(g->account.name, sizeof(g->account.name), "%s",
	    account);
	(void)snprintf(g->rundir, sizeof(g->rundir), "%s", rundir);
	g->account.uid = (uid_t)uid;
	g->account.gid = (gid_t)gid;
	g->pid = (pid_t)pid;
	g->rec_gid = (gid_t)rec;
	g->idle_ns = idle * 1000;
	g->lost_ns = lost * 1000;
	g->hung_ns = hung * 1000;
	g->shell_dev = st.st_dev;
	g->shell_ino = st.st_ino;
	if (task_read(g->pid, &t, e) < 0)
		return -1;
	g->pid_start = t.start;
	/* one inherited from an administrator proves nothing */
	g->audit = task_audit(g->pid);
	if (g->audit == task_audit(t.ppid))
		g->audit = UINT32_MAX;
	return getrandom(g->key, sizeof(g->key), 0) ==
	    (ssize_t)sizeof(g->key) ? 0 : err_sys(e, "no random key");
}

static int
jail(struct err *e)
{
	static const int never[] = { SYS_execve, SYS_execveat, SYS_fork,
	    SYS_vfork, SYS_socket, SYS_connect, SYS_bind, SYS_listen,
	    SYS_mount, SYS_umount2, SYS_unlink, SYS_unlinkat, SYS_rename,
	    SYS_renameat, SYS_renameat2, SYS_init_module, SYS_finit_module,
	    SYS_setns, SYS_unshare, SYS_bpf, SYS_perf_event_open,
	    SYS_process_vm_writev, SYS_creat, SYS_mknod,
	    SYS_mknodat, SYS_symlink, SYS_symlinkat, SYS_link, SYS_linkat,
	    SYS_mkdir, SYS_mkdirat, SYS_rmdir, SYS_truncate };

	if (jail_quiet(e) < 0 || jail_caps(JAIL_CAP(CAP_SYS_PTRACE) |
	    JAIL_CAP(CAP_CHOWN) | JAIL_CAP(CAP_FOWNER) |
	    JAIL_CAP(CAP_KILL) | JAIL_CAP(CAP_DAC_READ_SEARCH), e) < 0)
		return -1;
	return jail_deny(never, sizeof(never) / sizeof(never[0]), e);
}

static int
take_listener(struct guard *g, struct err *e)
{
	struct wire_fds fds = { .n = 0 };
	json_t *msg = NULL, *ok;
	int rc = wire_recv(GUARD_PAM, &msg, &fds, START_MS, e);

	if (rc == 0)
		return err_set(e, ERR_UNAVAILABLE, "PAM gave up");
	if (rc < 0)
		return -1;
	if (strcmp(wire_op(msg), "conn.gate") != 0 || fds.n != 1) {
		wire_fds_close(&fds);
		json_decref(msg);
		return err_set(e, ERR_INPUT, "PAM sent no listener");
	}
	json_decref(msg);
	g->listener = fds.fd[0];
	ok = wire_ok();
	rc = wire_send(GUARD_PAM, ok, NULL, 0, GUARD_SEND_MS, e);
	json_decref(ok);
	return rc;
}

static int
set_up(struct guard *g, struct err *e)
{
	struct rlimit files = { 1024, 1024 };
	json_t *msg = NULL;
	int rc;

	for (int fd = GUARD_MONITOR; fd <= GUARD_SOCKET; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return err_set(e, ERR_USAGE, "warrantd starts this "
			    "program, nobody else");
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	rc = wire_recv(GUARD_MONITOR, &msg, NULL, START_MS, e);
	if (rc == 0)
		return err_set(e, ERR_UNAVAILABLE, "warrantd gave up");
	if (rc > 0)
		rc = strcmp(wire_op(msg), "gate.start") == 0 ?
		    take_start(g, msg, e) :
		    err_set(e, ERR_INPUT, "expected gate.start");
	json_decref(msg);
	if (rc < 0 || guard_second_open(g, e) < 0 || jail(e) < 0 ||
	    take_listener(g, e) < 0)
		return -1;
	g->ready_ns = g->idle_since_ns = g->counted_ns = clock_mono_ns();
	g->watched_ns = g->ready_ns;
	guard_tell(g, json_pack("{s:s}", "op", "gate.ready"));
	return 0;
}

/* ---- the loop --------------------------------------------------------- */

static size_t
fill(const struct guard *g, struct pollfd *p)
{
	size_t n = 0;

	p[n++] = (struct pollfd){ .fd = g->monitor_lost ? -1 : GUARD_MONITOR,
	    .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = g->pam_closed ? -1 : GUARD_PAM,
	    .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = g->ending ? -1 : GUARD_SOCKET,
	    .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = g->listener, .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = g->stops, .events = POLLIN };
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		const struct gchannel *c = &g->channel[i];
		bool used = c->state != CHANNEL_NONE;

		p[n++] = (struct pollfd){ .fd = used ? c->shell : -1,
		    .events = POLLIN };
		p[n++] = (struct pollfd){ .fd = used ? c->recorder : -1,
		    .events = (short)(json_array_size(c->queue) > 0 ?
		    POLLIN | POLLOUT : POLLIN) };
	}
	return n;
}

static int
handle(struct guard *g, const struct pollfd *p, struct err *e)
{
	const short there = POLLIN | POLLHUP | POLLERR;

	if ((p[4].revents & POLLIN) != 0)
		guard_second(g);
	if ((p[3].revents & POLLIN) != 0 && guard_exec(g, e) < 0)
		return -1;
	if ((p[3].revents & (POLLHUP | POLLERR)) != 0 &&
	    (p[3].revents & POLLIN) == 0)
		g->done = true;
	if ((p[0].revents & there) != 0)
		on_monitor(g);
	if ((p[1].revents & there) != 0)
		on_pam(g);
	if ((p[2].revents & POLLIN) != 0)
		guard_accept(g);
	for (int i = 0; i < GUARD_CHANNELS; i++) {
		struct gchannel *c = &g->channel[i];
		const struct pollfd *q = p + 5 + 2 * i;

		if (c->state != CHANNEL_NONE && c->recorder >= 0 &&
		    q[1].fd == c->recorder && (q[1].revents & POLLOUT) != 0)
			guard_record_more(c);
		if (c->state != CHANNEL_NONE && c->recorder >= 0 &&
		    q[1].fd == c->recorder && (q[1].revents & there) != 0)
			guard_recorder(g, c);
		if (c->state != CHANNEL_NONE && c->shell >= 0 &&
		    q[0].fd == c->shell && (q[0].revents & there) != 0)
			guard_shell(g, c);
	}
	return 0;
}

static bool
channels_left(const struct guard *g)
{
	for (int i = 0; i < GUARD_CHANNELS; i++)
		if (g->channel[i].state != CHANNEL_NONE)
			return true;
	return false;
}

static int
loop(struct guard *g, struct err *e)
{
	static struct pollfd p[POLLS];

	while (!g->done || channels_left(g)) {
		size_t n = fill(g, p);
		int wait = guard_tick(g);

		if (g->done)
			p[3].fd = -1;
		if (poll(p, n, wait) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, "poll");
		}
		if (handle(g, p, e) < 0)
			return -1;
	}
	return 0;
}

static int
about(const char *what)
{
	bool good = strcmp(what, "--help") == 0 ||
	    strcmp(what, "--version") == 0;

	if (!good)
		(void)fprintf(stderr, "warrant-gate: %s is not understood\n",
		    quote_str(what).s);
	(void)fputs(strcmp(what, "--version") == 0 ?
	    "warrant-gate " PACKAGE_VERSION "\n" :
	    "usage: warrant-gate --help | --version\n"
	    "warrantd(8) starts this program, one a connection; see "
	    "warrant-gate(8)\n", good ? stdout : stderr);
	return good ? 0 : err_exit_status(ERR_USAGE);
}

int
main(int argc, char **argv)
{
	static struct guard g;
	struct err e = { 0 };

	if (argc > 1)
		return about(argv[1]);
	log_open("warrant-gate", true);
	g.listener = g.stops = -1;
	if (set_up(&g, &e) < 0 || loop(&g, &e) < 0) {
		log_line(LOG_ERR, "%s: %s", g.conn[0] == '\0' ? "start" :
		    g.conn, e.text);
		return err_exit_status(e.code);
	}
	guard_exec_counts(&g);
	guard_rules_free(&g);
	guard_tell(&g, json_pack("{s:s, s:s}", "op", "conn.end", "why",
	    g.why[0] == '\0' ? "exit" : g.why));
	return 0;
}
