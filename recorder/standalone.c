/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "recorder/standalone.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "recorder/relay.h"
#include "recorder/terminal.h"

#define SYNC_NS (INT64_C(5) * 1000 * 1000 * 1000)
#define CANNOT_EXEC 127

struct alone {
	struct relay relay;
	pid_t child;
	int status;		/* as of waitpid(2) */
	struct winsize size;
	int child_fd[3];	/* what the child gets; -1 with a terminal */
	int slave;
	int go;			/* a byte here lets the child begin */
};

static int
on_signal(struct relay *r, void *arg, struct err *e)
{
	struct alone *a = arg;
	struct signalfd_siginfo s;

	if (read(r->watch[0].fd, &s, sizeof(s)) != sizeof(s))
		return 0;
	if (s.ssi_signo == SIGWINCH) {
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &a->size) < 0 ||
		    r->inner[0] < 0)
			return 0;
		(void)ioctl(r->inner[0], TIOCSWINSZ, &a->size);
		return recording_resize(r->rec, a->size.ws_col,
		    a->size.ws_row, clock_mono_ns(), e);
	}
	if (s.ssi_signo != SIGCHLD) {
		r->stop = true;
		return 0;
	}
	if (waitpid(a->child, &a->status, WNOHANG) == a->child) {
		a->child = 0;
		r->leader_gone = true;
	}
	return 0;
}

/* A description of our own, so that making it non-blocking does not change
 * the one the caller shares with us. */
static int
own_copy(int fd)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_WRONLY };
	char path[32];
	struct stat st;
	int own;

	/* a file is never waited for, and its offset is the caller's */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fcntl(fd, F_DUPFD_CLOEXEC, 3);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, modes[fd] | O_CLOEXEC | O_NOCTTY);
	/* cppcheck-suppress resourceLeak ; it is what we return */
	return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int
open_pipes(struct alone *a, struct err *e)
{
	for (int i = 0; i < 3; i++) {
		int p[2];

		if (pipe2(p, O_CLOEXEC) < 0)
			return err_sys(e, "pipe");
		a->relay.inner[i] = i == 0 ? p[1] : p[0];
		a->child_fd[i] = i == 0 ? p[0] : p[1];
	}
	return 0;
}

static int
open_pty(struct alone *a, struct err *e)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &t) < 0 ||
	    ioctl(STDIN_FILENO, TIOCGWINSZ, &a->size) < 0)
		return err_sys(e, "the terminal");
	if (openpty(&a->relay.inner[0], &a->slave, NULL, &t, &a->size) < 0)
		return err_sys(e, "openpty");
	return io_set_cloexec(a->relay.inner[0], true, e);
}

/* The child: begins when we are ready to record, or never. */
static void
become(const struct alone *a, int go, char *const *argv)
{
	sigset_t none;
	char byte;

	if (read(go, &byte, 1) != 1)
		_exit(CANNOT_EXEC);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (a->slave >= 0) {
		if (login_tty(a->slave) < 0)
			_exit(CANNOT_EXEC);
	} else {
		for (int i = 0; i < 3; i++)
			if (dup2(a->child_fd[i], i) < 0)
				_exit(CANNOT_EXEC);
	}
	(void)execvp(argv[0], argv);
	(void)dprintf(STDERR_FILENO, "warrant-recorder: %s: %s\n", argv[0],
	    strerror(errno));
	_exit(CANNOT_EXEC);
}

/* It is forked while this process is small: a copy of what the recording
 * needs costs a page fault for each page that is used again. */
static int
make_child(struct alone *a, char *const *argv, struct err *e)
{
	int go[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	a->child = fork();
	if (a->child == 0) {
		io_close(&go[1]);
		become(a, go[0], argv);
	}
	io_close(&go[0]);
	a->go = go[1];
	return a->child < 0 ? err_sys(e, "fork") : 0;
}

static int
start_child(struct alone *a, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	a->relay.watch[0].fd = signalfd(-1, &set, SFD_CLOEXEC |
	    SFD_NONBLOCK);
	if (a->relay.watch[0].fd < 0)
		return err_sys(e, "signalfd");
	a->relay.watch[0].ready = on_signal;
	if (io_write_all(a->go, "", 1, e) < 0)
		return -1;
	io_close(&a->go);
	io_close(&a->slave);
	for (int i = 0; i < 3; i++)
		io_close(&a->child_fd[i]);
	return 0;
}

static int
open_recording(struct alone *a, const struct standalone *s, int fd,
    struct mask_rules **rules, struct err *e)
{
	struct recording_options o = { .fd = fd, .tty = a->relay.tty,
	    .key_id = "k0", .cols = a->size.ws_col, .rows = a->size.ws_row,
	    .sync_ns = SYNC_NS, .term = getenv("TERM"),
	    .command = s->argv[0] };

	if (!s->no_mask) {
		if (mask_rules_load(s->rules, s->nrules, s->profiles,
		    s->tables, rules, e) < 0)
			return -1;
		o.rules = *rules;
	}
	/* the kernel's bytes: OpenSSL's generator takes 1 ms to begin */
	if (getrandom(o.key, sizeof(o.key), 0) != (ssize_t)sizeof(o.key))
		return err_sys(e, "getrandom");
	return recording_open(&o, &a->relay.rec, e);
}

static const char *
status_text(int status, char *ret, size_t size)
{
	if (WIFSIGNALED(status))
		(void)snprintf(ret, size, "SIG%s",
		    sigabbrev_np(WTERMSIG(status)));
	else
		(void)snprintf(ret, size, "%d", WEXITSTATUS(status));
	return ret;
}

static int
run(struct alone *a, const struct standalone *s, int fd, struct err *e)
{
	struct mask_rules *rules = NULL;
	struct record_head head;
	struct err lost = { 0 };
	struct terminal terminal = { .raw = false };
	char text[32];
	int rc = -1, tty;

	if ((a->relay.tty ? open_pty(a, e) : open_pipes(a, e)) < 0 ||
	    make_child(a, s->argv, e) < 0 || open_recording(a, s, fd, &rules, e) < 0)
		goto out;
	for (int i = 0; i < 3; i++)
		a->relay.outer[i] = own_copy(i);
	if (relay_open(&a->relay, e) < 0 || start_child(a, e) < 0)
		goto out;
	if (a->relay.tty)
		terminal_raw(&terminal, STDIN_FILENO);
	rc = relay_run(&a->relay, e);
	if (rc < 0 && recording_salvage(a->relay.rec, e->text,
	    clock_mono_ns(), &head, &lost) < 0)
		relay_drop(&a->relay); /* it would be shown unrecorded */
	tty = a->relay.tty;
	relay_flush(&a->relay);
	relay_close(&a->relay); /* hangs up on what still runs */
	if (a->child != 0 && rc < 0)
		(void)kill(a->child, SIGKILL);
	if (a->child > 0)
		(void)waitpid(a->child, &a->status, 0);
	a->child = 0;
	if (rc == 0)
		rc = recording_close(a->relay.rec, "completed", status_text(
		    a->status, text, sizeof(text)), clock_mono_ns(), &head,
		    e);
	if (tty)
		terminal_restore(&terminal, STDIN_FILENO);
out:
	io_close(&a->go); /* a child that has not begun never will */
	if (a->child > 0)
		(void)waitpid(a->child, NULL, 0);
	relay_close(&a->relay);
	recording_free(a->relay.rec);
	mask_rules_free(rules);
	return rc;
}

int
standalone_run(const struct standalone *s, struct err *e)
{
	struct alone a = { .slave = -1, .go = -1, .child_fd = { -1, -1, -1 },
	    .relay = { .outer = { -1, -1, -1 }, .inner = { -1, -1, -1 } } };
	int fd = open(s->file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    (s->force ? O_TRUNC : O_EXCL), 0600);
	int rc;

	if (fd < 0 && errno == EEXIST)
		return err_set(e, ERR_USAGE, "%s exists: give another name, "
		    "or --force to write over it", s->file);
	if (fd < 0)
		return err_sys(e, "%s", s->file);
	(void)signal(SIGXFSZ, SIG_IGN);	/* EFBIG tells as much */
	for (int i = 0; i < RELAY_WATCH; i++)
		a.relay.watch[i].fd = -1;
	a.relay.arg = &a;
	a.relay.tty = isatty(STDIN_FILENO) == 1 &&
	    isatty(STDOUT_FILENO) == 1;
	rc = run(&a, s, fd, e);
	io_close(&a.relay.watch[0].fd);
	io_close(&fd);
	if (rc < 0)
		return -1;
	return WIFSIGNALED(a.status) ? 128 + WTERMSIG(a.status) :
	    WEXITSTATUS(a.status);
}
