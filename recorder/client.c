/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-shell(8): the login shell of an enrolled account.
 *
 * It runs with the person's rights and the group warrant-rec, which has no
 * rights: the kernel then keeps the account's other processes out of it
 * (AT_SECURE, no ptrace).  It hands its terminal to the gate, starts the real
 * shell on the one it gets back, and leaves as that does. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/io.h"
#include "lib/quote.h"
#include "lib/visible.h"
#include "lib/wire.h"
#include "recorder/lobby.h"
#include "recorder/sftp_no.h"
#include "recorder/task.h"
#include "recorder/transfer.h"

#define WORD_BYTES 64	/* longer ones are not named in the record */
#define WORD_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789+-._@" /* the client may send any bytes */
#define ANSWER_MS 30000
#define CANNOT_RECORD 76
#define CANNOT_EXEC 126
#define NOT_FOUND 127
#define PATHS 8

struct client {
	const char *command;	/* NULL: a login */
	bool tty;
	int gate;		/* link */
	int outer_fd;		/* the person's, for its size and a last word */
	int signals;
	pid_t child;
	int status;		/* of the child, as by waitpid(2) */
	bool ended;
};

static int
fail(int status, const char *text)
{
	char shown[ERR_TEXT_MAX];

	if (text[0] != '\0')
		(void)fprintf(stderr, "%s%s\n", strncmp(text, "warrant",
		    7) == 0 ? "" : "warrant: ", visible(text, shown,
		    sizeof(shown)));
	return status;
}

/* ---- the real shell, in the child ------------------------------------- */

static bool
is_dangerous(const char *entry)
{
	static const char *const names[] = { "BASH_ENV=", "ENV=",
	    "SHELLOPTS=", "BASHOPTS=", "PS4=", "GCONV_PATH=",
	    "SSH_ORIGINAL_COMMAND=", "WARRANT_ROLE=" };

	if (strncmp(entry, "LD_", 3) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void
clean_environment(void)
{
	char **to = environ;

	for (char **from = environ; *from != NULL; from++)
		if (!is_dangerous(*from))
			*to++ = *from;
	*to = NULL;
}

static void
set_environment(const json_t *run, const char *shell)
{
	const char *role = "", *channel = "";

	clean_environment();
	(void)wire_str_opt(run, "role", 63, &role, NULL);
	(void)wire_str_opt(run, "channel", ID_MAX, &channel, NULL);
	(void)setenv("SHELL", shell, 1);
	(void)setenv("WARRANT_ROLE", role, 1);
	(void)setenv("WARRANT_CHANNEL", channel, 1);
}

/* Set-group-id and the outer terminal are left behind here. */
static int
take_inner(const struct client *c, const struct wire_fds *fds)
{
	sigset_t none;
	gid_t gid = getgid();

	if (setresgid(gid, gid, gid) < 0 || setsid() < 0)
		return -1;
	if (c->tty && ioctl(fds->fd[0], TIOCSCTTY, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(fds->fd[c->tty ? 0 : i], i) < 0)
			return -1;
	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	return close_range(3, ~0U, 0);
}

/* A transfer: the program itself, at the first of its usual places. */
static void
exec_transfer(const json_t *run)
{
	const json_t *argv = json_object_get(run, "argv");
	const json_t *paths = json_object_get(run, "paths");
	static char *words[TRANSFER_WORDS_MAX + 1];
	size_t n = json_array_size(argv);

	for (size_t i = 0; i < n && i < TRANSFER_WORDS_MAX; i++)
		words[i] = strdup(json_string_value(json_array_get(argv,
		    i)));
	for (size_t i = 0; i < json_array_size(paths); i++)
		(void)execv(json_string_value(json_array_get(paths, i)),
		    words);
}

static void
become(const struct client *c, const json_t *run, const struct wire_fds *fds)
{
	const char *shell = "/bin/sh", *base;
	char name[256] = "";

	(void)wire_str_opt(run, "shell", 1023, &shell, NULL);
	if (take_inner(c, fds) < 0) {
		(void)fprintf(stderr, "warrant: the terminal: %s\n",
		    strerror(errno));
		_exit(CANNOT_EXEC);
	}
	set_environment(run, shell);
	if (c->tty && ttyname_r(STDIN_FILENO, name, sizeof(name)) == 0)
		(void)setenv("SSH_TTY", name, 1);
	base = strrchr(shell, '/') == NULL ? shell : strrchr(shell, '/') + 1;
	if (json_is_array(json_object_get(run, "argv"))) {
		exec_transfer(run);
	} else if (c->command == NULL) {
		(void)snprintf(name, sizeof(name), "-%s", base);
		(void)execl(shell, name, (char *)NULL);
	} else {
		(void)execl(shell, base, "-c", c->command, (char *)NULL);
	}
	(void)fprintf(stderr, "warrant: %s: %s\n", shell, strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_EXEC);
}

/* ---- beside it -------------------------------------------------------- */

static int
send_numbers(const struct client *c, const char *op, const char *a, int x,
    const char *b, int y)
{
	json_t *msg = json_pack("{s:s, s:i}", "op", op, a, x);
	int rc;

	if (b != NULL)
		(void)json_object_set_new(msg, b, json_integer(y));
	rc = wire_send(c->gate, msg, NULL, 0, ANSWER_MS, NULL);
	json_decref(msg);
	return rc;
}

static void
on_signal(struct client *c)
{
	struct signalfd_siginfo s;
	struct winsize w;

	if (read(c->signals, &s, sizeof(s)) != sizeof(s))
		return;
	if (s.ssi_signo == SIGWINCH && c->outer_fd >= 0 &&
	    ioctl(c->outer_fd, TIOCGWINSZ, &w) == 0)
		(void)send_numbers(c, "winch", "cols", w.ws_col, "rows",
		    w.ws_row);
	if (s.ssi_signo != SIGCHLD || c->ended ||
	    waitpid(c->child, &c->status, WNOHANG) != c->child)
		return;
	c->ended = true;
	if (WIFSIGNALED(c->status))
		(void)send_numbers(c, "exit", "signal", WTERMSIG(c->status),
		    NULL, 0);
	else
		(void)send_numbers(c, "exit", "status",
		    WEXITSTATUS(c->status), NULL, 0);
}

/* As the real shell left, so does this one. */
static int
leave(const struct client *c)
{
	const struct rlimit none = { 0, 0 };
	sigset_t all;

	if (!WIFSIGNALED(c->status))
		return WEXITSTATUS(c->status);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(WTERMSIG(c->status), SIG_DFL);
	(void)sigemptyset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)raise(WTERMSIG(c->status));
	return 128 + WTERMSIG(c->status);
}

/* What a client of SFTP is told: sshd drops our standard error. */
static void
tell_sftp(const struct client *c, const char *text)
{
	char shown[ERR_TEXT_MAX];

	if (!c->tty && text[0] != '\0' && sftp_no_fits(c->command))
		sftp_no_run(STDIN_FILENO, STDOUT_FILENO, visible(text, shown,
		    sizeof(shown)));
}

/* `no`: its status and text; a why was shown by the recorder. */
static int
refused(const struct client *c, const json_t *msg)
{
	const char *text = "", *why = "";
	int64_t code = CANNOT_RECORD;

	(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
	(void)wire_str_opt(msg, "why", ERR_TEXT_MAX, &why, NULL);
	(void)wire_int_opt(msg, "code", 0, 255, &code, NULL);
	tell_sftp(c, text[0] != '\0' ? text : why);
	if (c->outer_fd >= 0 && text[0] != '\0') /* no recorder says it */
		(void)dup2(c->outer_fd, STDERR_FILENO);
	return fail((int)code, text);
}

/* The gate is dead: what it cannot record any more must not go on.  warrantd
 * does the same, with more rights; it may be dead as well. */
static int
without_gate(const struct client *c)
{
	task_kill_below(c->child);
	return CANNOT_RECORD;
}

static int
wait_for_end(struct client *c)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = c->gate, .events = POLLIN },
		    { .fd = c->signals, .events = POLLIN } };
		json_t *msg = NULL;
		int rc, status;

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return CANNOT_RECORD;
		if (p[1].revents != 0)
			on_signal(c);
		if (p[0].revents == 0)
			continue;
		rc = wire_recv(c->gate, &msg, NULL, 0, NULL);
		if (rc <= 0)
			return without_gate(c);
		status = strcmp(wire_op(msg), "no") == 0 ? refused(c, msg) :
		    -1;
		if (strcmp(wire_op(msg), "done") == 0)
			status = leave(c);
		json_decref(msg);
		if (status >= 0)
			return status;
	}
}

static int
catch_signals(struct client *c)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	/* the terminal's hang-up is the recorder's to see */
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGTSTP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return c->signals < 0 ? -1 : 0;
}

/* `run`: start the real shell on what came with it. */
static int
run(struct client *c, const json_t *msg, const struct wire_fds *fds)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fds->n != (c->tty ? 1U : 3U) || null < 0 ||
	    catch_signals(c) < 0) {
		io_close(&null);
		return fail(CANNOT_RECORD, "the gate gave no terminal");
	}
	c->outer_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	(void)fflush(NULL);
	c->child = fork();
	if (c->child < 0) {
		io_close(&null);
		return fail(CANNOT_RECORD, strerror(errno));
	}
	if (c->child == 0)
		become(c, msg, fds);
	/* nothing of ours stays on the person's terminal */
	for (int i = 0; i < 3; i++)
		(void)dup2(null, i);
	io_close(&null);
	wire_fds_close((struct wire_fds *)(uintptr_t)fds);
	(void)send_numbers(c, "started", "pid", (int)c->child, NULL, 0);
	return wait_for_end(c);
}

/* ---- before it -------------------------------------------------------- */

/* Of the first that is set; NULL when it is not a plain word. */
static const char *
env_word(const char *name, const char *second, const char *third)
{
	const char *v = getenv(name);

	if (second != NULL && (v == NULL || v[0] == '\0'))
		return env_word(second, third, NULL);
	return v != NULL && strlen(v) <= WORD_BYTES && v[strspn(v,
	    WORD_CHARS)] == '\0' ? v : NULL;
}

static int
say_hello(const struct client *c, struct err *e)
{
	const int fds[3] = { 0, 1, 2 };
	struct winsize w = { 0 };
	json_t *msg;
	int rc;

	if (c->tty)
		(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &w);
	msg = json_pack("{s:s, s:s*, s:b, s:b, s:s*, s:s*, s:s*, s:i, s:i}",
	    "op", "hello", "command", c->command, "login", c->command == NULL,
	    "tty", c->tty, "role", getenv("WARRANT_ROLE"), "term", env_word(
	    "TERM", NULL, NULL), "locale", env_word("LC_ALL", "LC_CTYPE",
	    "LANG"), "cols", (int)w.ws_col, "rows", (int)w.ws_row);
	if (msg == NULL)
		return err_set(e, ERR_INPUT, "the command is no UTF-8 text");
	rc = wire_send(c->gate, msg, fds, 3, ANSWER_MS, e);
	json_decref(msg);
	return rc;
}

/* Until the gate has said what becomes of us. */
static int
converse(struct client *c, struct err *e)
{
	for (;;) {
		struct wire_fds fds = { .n = 0 };
		const char *text = "", *op;
		json_t *msg = NULL;
		int rc;

		/* a gate that refuses us may be gone, but has said why */
		if (say_hello(c, e) < 0 && e->code != ERR_UNAVAILABLE)
			return -1;
		rc = wire_recv(c->gate, &msg, &fds, ANSWER_MS, e);
		if (rc == 0)
			return err_set(e, ERR_CANNOT_RECORD,
			    "the gate is gone");
		if (rc < 0)
			return -1;
		op = wire_op(msg);
		if (strcmp(op, "run") == 0) {
			rc = run(c, msg, &fds);
		} else if (strcmp(op, "lobby") == 0) {
			(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text,
			    NULL);
			tell_sftp(c, text);
			rc = lobby_run(c->command, c->tty, text, e);
		} else {
			rc = refused(c, msg);
		}
		json_decref(msg);
		wire_fds_close(&fds);
		if (rc != LOBBY_GO_ON)
			return rc;
		c->command = NULL;
	}
}

static int
find_gate(struct client *c, struct err *e)
{
	const char *conn = getenv("WARRANT_SESSION");
	char path[256];

	if (conn == NULL || !id_ok(conn, 'c'))
		return err_set(e, ERR_CANNOT_RECORD, "no recorded login: "
		    "pam_warrant is not in this service's PAM session stack");
	(void)snprintf(path, sizeof(path), WARRANT_RUNDIR "/gate/%s.sock",
	    conn);
	c->gate = wire_connect(path, e);
	return c->gate < 0 ? err_prefix(e, "cannot record") : 0;
}

/* With ForceCommand sshd runs us by ourselves; what was asked for is in the
 * environment. */
static const char *
command_of(int argc, char **argv)
{
	const char *last;

	if (argc < 3 || strcmp(argv[1], "-c") != 0)
		return argc == 1 ? getenv("SSH_ORIGINAL_COMMAND") : NULL;
	last = strrchr(argv[2], '/');
	last = last == NULL ? argv[2] : last + 1;
	if (strcmp(last, "warrant-shell") == 0)
		return getenv("SSH_ORIGINAL_COMMAND");
	return argv[2];
}

static int
about(const char *what)
{
	bool help = strcmp(what, "--help") == 0;

	if (strcmp(what, "--version") == 0) {
		(void)puts("warrant-shell " PACKAGE_VERSION);
		return 0;
	}
	if (!help)
		(void)fprintf(stderr, "warrant-shell: what is %s?\n",
		    quote_str(what).s);
	(void)fputs("usage: warrant-shell [-c COMMAND]\n"
	    "The login shell of a recorded account: hands the terminal to "
	    "the recorder and\nstarts the real shell.  With no grant, ask "
	    "for one:\n"
	    "  ssh HOST request --role ROLE --for LENGTH --reason WHY\n"
	    "See warrant-shell(8).\n", help ? stdout : stderr);
	return help ? 0 : err_exit_status(ERR_USAGE);
}

int
main(int argc, char **argv)
{
	struct client c = { .gate = -1, .outer_fd = -1, .signals = -1 };
	struct err e = { 0 };
	int rc;

	if (argc > 1 && (strncmp(argv[1], "--", 2) == 0 ||
	    (strcmp(argv[1], "-c") == 0) != (argc == 3)))
		return about(argv[1]);
	c.command = command_of(argc, argv);
	if (c.command != NULL && c.command[0] == '\0')
		c.command = NULL;
	c.tty = isatty(STDIN_FILENO) == 1;
	if (find_gate(&c, &e) < 0)
		return fail(CANNOT_RECORD, e.text);
	rc = lobby_is_verb(c.command == NULL ? "" : c.command) ?
	    lobby_run(c.command, c.tty, NULL, &e) : -2;
	if (rc == LOBBY_GO_ON)
		c.command = NULL;
	if (rc == -2 || rc == LOBBY_GO_ON)
		rc = converse(&c, &e);
	if (rc >= 0)
		return rc;
	return fail(e.code == ERR_UNAVAILABLE || e.code == ERR_TIMEOUT ?
	    CANNOT_RECORD : err_exit_status(e.code), e.text);
}
