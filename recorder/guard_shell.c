/* SPDX-License-Identifier: BSD-2-Clause
 * guard_shell.c - warrant-shell: hello, hand-over, exit. */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"
#include "recorder/guard.h"

#define COMMAND_MAX 60000
#define DEVPTS_FIRST 136	/* major numbers of devpts, admin/devices */
#define DEVPTS_LAST 143

static void
say_no(int fd, int status, const char *text, const char *why)
{
	json_t *msg = json_pack("{s:s, s:i, s:s, s:s*}", "op", "no", "code",
	    status, "text", text, "why", why);

	(void)wire_send(fd, msg, NULL, 0, GUARD_SEND_MS, NULL);
	json_decref(msg);
}

void
guard_shell_no(struct gchannel *c, int status, const char *text)
{
	if (c->shell >= 0)
		say_no(c->shell, status, text == NULL ? "" : text,
		    c->why_not[0] == '\0' ? NULL : c->why_not);
}

/* ---- who connects ----------------------------------------------------- */

/* Only the program warrant-shell, started with its group, in this
 * connection. */
static int
verify(struct guard *g, int fd, struct task *ret, struct err *e)
{
	uid_t uid = 0;
	pid_t pid = 0;
	dev_t dev;
	ino_t ino;

	if (wire_peer(fd, &pid, &uid, NULL, e) < 0 ||
	    task_read(pid, ret, e) < 0 || task_exe(pid, &dev, &ino, e) < 0)
		return -1;
	if (dev != g->shell_dev || ino != g->shell_ino)
		return err_set(e, ERR_DENIED, "process %ld is no "
		    "warrant-shell", (long)pid);
	if (ret->egid != g->rec_gid)
		return err_set(e, ERR_DENIED, "warrant-shell runs without "
		    "its group: tell an administrator (chgrp warrant-rec, "
		    "chmod 2755; no nosuid mount, no no_new_privs)");
	if (uid != g->account.uid || !guard_owns(g, ret))
		return err_set(e, ERR_DENIED, "process %ld is not of this "
		    "connection", (long)pid);
	return 0;
}

void
guard_accept(struct guard *g)
{
	int fd = accept4(GUARD_SOCKET, NULL, NULL, SOCK_CLOEXEC);
	struct err e = { 0 };
	struct task t;

	if (fd < 0)
		return;
	if (verify(g, fd, &t, &e) < 0) {
		log_line(LOG_WARNING, "%s: refused: %s", g->conn, e.text);
		say_no(fd, GUARD_CANNOT_RECORD, e.text, NULL);
		io_close(&fd);
		return;
	}
	if (guard_channel_new(g, fd, &t) == NULL) {
		log_line(LOG_WARNING, "%s: too many channels", g->conn);
		say_no(fd, GUARD_CANNOT_RECORD, "too many shells and "
		    "commands on this connection: end one, or connect anew",
		    NULL);
		io_close(&fd);
	}
}

/* ---- its terminal ----------------------------------------------------- */

/* The terminal it gives is one that sshd made for the account. */
static int
check_tty(const struct guard *g, const struct gchannel *c, struct err *e)
{
	struct stat first, st;

	for (int i = 0; i < 3; i++) {
		if (fstat(c->outer[i], &st) < 0)
			return err_sys(e, "the terminal");
		if (i == 0)
			first = st;
		if (!S_ISCHR(st.st_mode) || major(st.st_rdev) <
		    DEVPTS_FIRST || major(st.st_rdev) > DEVPTS_LAST ||
		    st.st_rdev != first.st_rdev ||
		    st.st_uid != g->account.uid || isatty(c->outer[i]) != 1)
			return err_set(e, ERR_DENIED, "descriptor %d is no "
			    "terminal of %s", i, g->account.name);
	}
	return 0;
}

static int
take_tty(struct guard *g, struct gchannel *c, struct err *e)
{
	struct termios t;
	struct winsize w = { 0 };
	struct stat st;

	if (check_tty(g, c, e) < 0)
		return -1;
	if (tcgetattr(c->outer[0], &t) < 0)
		return err_sys(e, "tcgetattr");
	(void)ioctl(c->outer[0], TIOCGWINSZ, &w);
	if (openpty(&c->inner[0], &c->child[0], NULL, &t, &w) < 0)
		return err_sys(e, "openpty");
	/* nothing of the person's may write or read the outer one past us */
	if (io_set_cloexec(c->inner[0], true, e) < 0 ||
	    io_set_cloexec(c->child[0], true, e) < 0)
		return -1;
	if (fchown(c->outer[0], 0, 0) < 0 || fchmod(c->outer[0], 0600) < 0 ||
	    fstat(c->child[0], &st) < 0 ||
	    fchown(c->child[0], g->account.uid, st.st_gid) < 0 ||
	    fchmod(c->child[0], 0620) < 0)
		return err_sys(e, "the terminal's owner");
	c->tty_dev = (unsigned)st.st_rdev;
	return 0;
}

static int
make_pipes(struct gchannel *c, struct err *e)
{
	for (int i = 0; i < 3; i++) {
		int p[2];

		if (pipe2(p, O_CLOEXEC) < 0)
			return err_sys(e, "pipe");
		c->inner[i] = i == 0 ? p[1] : p[0];
		c->child[i] = i == 0 ? p[0] : p[1];
	}
	return 0;
}

int
guard_make_inner(struct guard *g, struct gchannel *c, struct err *e)
{
	return c->tty ? take_tty(g, c, e) : make_pipes(c, e);
}

/* ---- its messages ----------------------------------------------------- */

int
guard_run(struct guard *g, struct gchannel *c, struct err *e)
{
	json_t *run = json_pack("{s:s, s:s, s:s, s:s, s:b}", "op", "run",
	    "channel", c->id, "role", c->role, "shell", c->real_shell,
	    "transfer", c->transfer != NULL);
	int rc;

	if (c->transfer != NULL) {
		json_t *argv = json_array(), *paths = json_array();

		for (size_t i = 0; i < c->transfer->argc; i++)
			(void)json_array_append_new(argv,
			    json_string(c->transfer->argv[i]));
		for (size_t i = 0; c->transfer->paths[i] != NULL; i++)
			(void)json_array_append_new(paths,
			    json_string(c->transfer->paths[i]));
		(void)json_object_set_new(run, "argv", argv);
		(void)json_object_set_new(run, "paths", paths);
	}
	g->ran = true;
	rc = wire_send(c->shell, run, c->child, c->tty ? 1 : 3,
	    GUARD_SEND_MS, e);
	json_decref(run);
	for (int i = 0; i < 3; i++)
		io_close(&c->child[i]);
	return rc;
}

/* What the monitor is asked: the shell's words, our numbers. */
static json_t *
question(struct guard *g, const struct gchannel *c, struct err *e)
{
	const json_t *h = c->hello;
	const char *command = NULL, *role = "", *term = "";
	int64_t cols = 0, rows = 0;
	int login = 0;

	if (wire_str_opt(h, "command", COMMAND_MAX, &command, e) < 0 ||
	    wire_str_opt(h, "role", sizeof(c->role) - 1, &role, e) < 0 ||
	    wire_str_opt(h, "term", 64, &term, e) < 0 ||
	    wire_int_opt(h, "cols", 0, 10000, &cols, e) < 0 ||
	    wire_int_opt(h, "rows", 0, 10000, &rows, e) < 0 ||
	    wire_bool_opt(h, "login", &login, e) < 0)
		return NULL;
	return json_pack("{s:s, s:i, s:b, s:s*, s:b, s:s, s:s, s:I, s:I, "
	    "s:I}", "op", "channel.ask", "chan", guard_channel_index(g, c),
	    "tty", c->tty, "command", command, "login", login, "role",
	    role, "term", term, "cols", (json_int_t)cols, "rows",
	    (json_int_t)rows, "pid", (json_int_t)c->client.pid);
}

static int
on_hello(struct guard *g, struct gchannel *c, const json_t *msg,
    struct wire_fds *fds, struct err *e)
{
	json_t *ask;
	int tty = 0;

	if ((c->state != CHANNEL_HELLO && c->state != CHANNEL_LOBBY) ||
	    fds->n != 3 || wire_bool_opt(msg, "tty", &tty, e) < 0)
		return err_set(e, ERR_INPUT, "an unexpected hello");
	for (int i = 0; i < 3; i++)
		c->outer[i] = fds->fd[i];
	fds->n = 0;
	c->tty = tty != 0;
	json_decref(c->hello);
	c->hello = json_copy((json_t *)(uintptr_t)msg);
	if (g->monitor_lost)
		return err_set(e, ERR_UNAVAILABLE, "warrantd does not run: "
		    "nothing new can be recorded");
	if (c->tty && check_tty(g, c, e) < 0)
		return -1;
	ask = question(g, c, e);
	if (ask == NULL)
		return -1;
	c->state = CHANNEL_ASKED;
	guard_tell(g, ask);
	return 0;
}

static int
on_started(struct guard *g, struct gchannel *c, const json_t *msg,
    struct err *e)
{
	struct task t;
	int64_t pid = 0;

	if (wire_int(msg, "pid", 1, INT32_MAX, &pid, e) < 0)
		return -1;
	if (task_read((pid_t)pid, &t, NULL) == 0 &&
	    t.ppid == c->client.pid) {
		c->leader = (pid_t)pid;
		(void)guard_channel_of(g, &t);
	}
	return 0;
}

static int
on_winch(struct gchannel *c, const json_t *msg, struct err *e)
{
	int64_t cols = 0, rows = 0;

	if (wire_int(msg, "cols", 0, 10000, &cols, e) < 0 ||
	    wire_int(msg, "rows", 0, 10000, &rows, e) < 0)
		return -1;
	guard_record(c, json_pack("{s:s, s:I, s:I}", "op", "winch", "cols",
	    (json_int_t)cols, "rows", (json_int_t)rows));
	return 0;
}

static int
on_left(struct guard *g, struct gchannel *c, const json_t *msg,
    struct err *e)
{
	int64_t n = -1;
	bool by_signal = json_object_get(msg, "signal") != NULL;

	if (wire_int(msg, by_signal ? "signal" : "status", 0, 255, &n, e) <
	    0)
		return -1;
	guard_channel_left(g, c, by_signal ? "signal" : "status", (int)n);
	return 0;
}

static int
message(struct guard *g, struct gchannel *c, const json_t *msg,
    struct wire_fds *fds, struct err *e)
{
	const char *op = wire_op(msg);

	if (strcmp(op, "hello") == 0)
		return on_hello(g, c, msg, fds, e);
	if (c->state != CHANNEL_RUNNING)
		return 0; /* too late to matter */
	if (strcmp(op, "started") == 0)
		return on_started(g, c, msg, e);
	if (strcmp(op, "winch") == 0)
		return on_winch(c, msg, e);
	if (strcmp(op, "exit") == 0)
		return on_left(g, c, msg, e);
	return err_set(e, ERR_INPUT, "unknown %.40s", op);
}

void
guard_shell(struct guard *g, struct gchannel *c)
{
	struct wire_fds fds = { .n = 0 };
	struct err e = { 0 };
	json_t *msg = NULL;
	int rc = wire_recv(c->shell, &msg, &fds, 0, &e);

	if (rc < 0 && e.code == ERR_TIMEOUT)
		return;
	if (rc > 0) {
		rc = message(g, c, msg, &fds, &e);
		json_decref(msg);
		wire_fds_close(&fds);
		if (rc == 0)
			return;
		log_line(LOG_WARNING, "%s: warrant-shell %ld: %s", g->conn,
		    (long)c->client.pid, e.text);
		guard_shell_no(c, err_exit_status(e.code), e.text);
	}
	io_close(&c->shell);
	if (c->recorder >= 0)
		guard_channel_left(g, c, "signal", SIGHUP);
	else
		guard_channel_free(g, c);
}
