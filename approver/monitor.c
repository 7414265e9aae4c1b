/* SPDX-License-Identifier: BSD-2-Clause
 * monitor.c - set-up, signals, the loop; starting ledger and courier. */
#include "approver/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "approver/notify.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/user.h"
#include "lib/wire.h"

#define MS_NS INT64_C(1000000)
#define BACKOFF_MS 100		/* doubled at each failure in a row */
#define BACKOFF_MAX_MS 30000
#define STEADY_NS (INT64_C(60000) * MS_NS)	/* lived that long: no failure */
#define STOP_MS 5000		/* facts may still be stored for so long */
#define PART_END_MS 10000	/* then SIGKILL */
#define KEYS_GROUP "warrant-keys" /* who may ask at keys.sock */

/* ---- parts ------------------------------------------------------------ */

static void
part_ended(struct source *s, uint32_t events)
{
	struct part *p = s->owner;
	char text[80];
	int status = 0;

	(void)events;
	(void)child_wait(&p->child, &status, NULL);
	s->fd = -1; /* child_wait() closed it, which took it out of epoll */
	s->added = false;
	if (clock_mono_ns() - p->started_ns > STEADY_NS)
		p->failures = 0;
	p->start_at_ns = clock_mono_ns() + MS_NS *
	    (p->failures >= 9 ? BACKOFF_MAX_MS : BACKOFF_MS << p->failures);
	p->failures++;
	log_line(status == 0 ? LOG_NOTICE : LOG_ERR, "%s %s", p->role,
	    child_status_text(status, text, sizeof(text)));
}

static int
part_start(struct monitor *m, struct part *p, const int *fds, size_t n,
    struct err *e)
{
	const struct monitor_start *o = m->start;
	const char *argv[] = { "warrantd", "--role", p->role, "--config",
	    o->config, "--rundir", o->rundir, "--statedir", o->statedir,
	    NULL, NULL, NULL };
	struct child_start s = { .path = o->self, .argv = argv, .fds = n };
	size_t k = 9;

	if (o->foreground)
		argv[k++] = "--foreground";
	if (o->verbose)
		argv[k] = "--verbose";
	memcpy(s.fd, fds, n * sizeof(fds[0]));
	p->started_ns = clock_mono_ns();
	if (child_start(&s, &p->child, e) < 0)
		return -1;
	p->ended = (struct source){ .fd = p->child.pidfd,
	    .ready = part_ended, .owner = p };
	if (loop_add(&m->loop, &p->ended, EPOLLIN, e) < 0) {
		child_end(&p->child);
		return -1;
	}
	return 0;
}

static int
start_ledger(struct monitor *m, struct err *e)
{
	int pair[2], fds[3], rc;

	link_close(&m->up);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "socketpair");
	fds[0] = pair[1];
	fds[1] = m->ledger_socket;
	fds[2] = m->approver_socket;
	rc = part_start(m, &m->ledger, fds, 3, e);
	io_close(&pair[1]);
	if (rc < 0) {
		io_close(&pair[0]);
		return -1;
	}
	return upstream_open(m, pair[0], e);
}

static int
start_courier(struct monitor *m, struct err *e)
{
	int pair[2], fds[3], rc;

	io_close(&m->courier_link);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "socketpair");
	fds[0] = pair[1];
	fds[1] = m->courier_socket;
	fds[2] = m->keys_socket;
	rc = part_start(m, &m->courier, fds, 3, e);
	io_close(&pair[1]);
	m->courier_link = pair[0];
	return rc;
}

/* Start what is not there and due; ms until the next one is. */
static int
parts_tick(struct monitor *m)
{
	struct {
		struct part *part;
		int (*start)(struct monitor *, struct err *);
	} t[] = { { &m->ledger, start_ledger },
	    { &m->courier, start_courier } };
	int next = -1;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct part *p = t[i].part;
		int64_t left = (p->start_at_ns - clock_mono_ns()) / MS_NS;
		struct err e = { 0 };

		if (p->child.pid != 0 || m->stopping)
			continue;
		if (left > 0) {
			if (next < 0 || left < next)
				next = (int)left + 1;
			continue;
		}
		if (t[i].start(m, &e) == 0)
			continue;
		log_line(LOG_ERR, "%s: %s", p->role, e.text);
		p->start_at_ns = clock_mono_ns() + BACKOFF_MAX_MS * MS_NS;
		next = BACKOFF_MAX_MS;
	}
	return next;
}

/* ---- set-up ----------------------------------------------------------- */

/* A folder that is there already keeps its owner and mode only if they are
 * what we would have made: else somebody else prepared it. */
static int
make_dir(int at, const char *path, mode_t mode, uid_t uid, gid_t gid,
    struct err *e)
{
	struct stat st;

	if (mkdirat(at, path, mode) == 0) {
		if (fchownat(at, path, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 ||
		    fchmodat(at, path, mode, 0) < 0)
			return err_sys(e, "%s", path);
		return 0;
	}
	if (errno != EEXIST)
		return err_sys(e, "%s", path);
	if (fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != uid ||
	    (st.st_mode & 07777) != mode)
		return err_set(e, ERR_CONFIG, "%s: not a folder of uid %u "
		    "with mode %04o", path, (unsigned)uid, (unsigned)mode);
	return 0;
}

static int
open_dir(int at, const char *path, struct err *e)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "%s", path);
	return fd;
}

static int
make_dirs(struct monitor *m, struct err *e)
{
	const char *state = m->start->statedir;
	char gates[256];
	struct user u;
	int top, rc = -1;

	if (user_find("warrant", &u, e) != 1)
		return e->code != ERR_NONE ? -1 : err_set(e, ERR_CONFIG,
		    "no account warrant: see dist/warrant.sysusers");
	(void)snprintf(gates, sizeof(gates), "%s/gate", m->start->rundir);
	if (make_dir(AT_FDCWD, m->start->rundir, 0755, 0, 0, e) < 0 ||
	    make_dir(AT_FDCWD, gates, 0755, 0, 0, e) < 0 ||
	    make_dir(AT_FDCWD, state, 0700, u.uid, u.gid, e) < 0)
		return -1;
	top = open_dir(AT_FDCWD, state, e);
	if (top < 0)
		return -1;
	if (make_dir(top, "sessions", 0700, 0, 0, e) == 0)
		m->sessions = open_dir(top, "sessions", e);
	if (m->sessions >= 0 && make_dir(m->sessions, "spool", 0700, 0, 0,
	    e) == 0)
		m->spool = open_dir(m->sessions, "spool", e);
	if (m->spool >= 0)
		rc = 0;
	io_close(&top);
	return rc;
}

/* One daemon a rundir: the lock is held as long as we live. */
static int
take_pid_file(struct monitor *m, struct err *e)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/warrantd.pid",
	    m->start->rundir);
	m->pid_file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0644);
	if (m->pid_file < 0)
		return err_sys(e, "%s", path);
	if (flock(m->pid_file, LOCK_EX | LOCK_NB) < 0)
		return err_set(e, ERR_CONFLICT, "%s: warrantd runs already",
		    path);
	if (ftruncate(m->pid_file, 0) < 0 ||
	    dprintf(m->pid_file, "%ld\n", (long)getpid()) < 0)
		return err_sys(e, "%s", path);
	return 0;
}

static int
listen_on(const struct monitor *m, const char *name, mode_t mode, int *ret,
    struct err *e)
{
	char path[256];

	*ret = notify_listen_fd(name);
	if (*ret >= 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%s.sock", m->start->rundir,
	    name);
	*ret = wire_listen(path, mode, e);
	return *ret < 0 ? -1 : 0;
}

/* For warrant-authkeys, which runs as an account of its own; without its
 * group for root alone. */
static int
open_keys_socket(struct monitor *m, struct err *e)
{
	char path[256];
	gid_t gid;

	if (listen_on(m, "keys", 0600, &m->keys_socket, e) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/keys.sock", m->start->rundir);
	if (user_group(KEYS_GROUP, &gid, NULL) != 1)
		log_line(LOG_NOTICE, "no group %s: no sign-in by certificate "
		    "before a session begins", KEYS_GROUP);
	else if (chown(path, 0, gid) < 0 || chmod(path, 0660) < 0)
		return err_sys(e, "%s", path);
	return 0;
}

static int
open_sockets(struct monitor *m, struct err *e)
{
	if (listen_on(m, "ledger", 0600, &m->ledger_socket, e) < 0 ||
	    listen_on(m, "approver", 0666, &m->approver_socket, e) < 0 ||
	    listen_on(m, "courier", 0600, &m->courier_socket, e) < 0 ||
	    open_keys_socket(m, e) < 0 ||
	    listen_on(m, "pam", 0600, &m->pam_socket.fd, e) < 0)
		return -1;
	m->pam_socket.ready = pam_accept;
	m->pam_socket.owner = m;
	return loop_add(&m->loop, &m->pam_socket, EPOLLIN, e);
}

static int
find_recorder_user(struct monitor *m, struct err *e)
{
	struct user u;
	int r = user_find("warrant-rec", &u, e);

	if (r == 0)
		return err_set(e, ERR_CONFIG,
		    "no account warrant-rec: see dist/warrant.sysusers");
	if (r < 0)
		return -1;
	if (u.uid == 0)
		return err_set(e, ERR_CONFIG, "warrant-rec is root");
	m->rec_uid = u.uid;
	m->rec_gid = u.gid;
	return 0;
}

static void
raise_limits(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

/* ---- signals ---------------------------------------------------------- */

/* SIGHUP: a configuration that is good comes into force; a bad one changes
 * nothing.  Ledger and courier start again with it, connections stay. */
static void
reload(struct monitor *m)
{
	struct conf *c = NULL;
	struct err e = { 0 };

	if (conf_load(m->start->config, &c, &e) < 0) {
		log_line(LOG_ERR, "not reloaded: %s", e.text);
		return;
	}
	conf_free(m->conf);
	m->conf = c;
	log_line(LOG_NOTICE, "configuration reloaded");
	m->ledger.failures = m->courier.failures = 0;
	if (m->ledger.child.pid != 0)
		(void)kill(m->ledger.child.pid, SIGTERM);
	if (m->courier.child.pid != 0)
		(void)kill(m->courier.child.pid, SIGTERM);
}

static void
on_signal(struct source *s, uint32_t events)
{
	struct monitor *m = s->owner;
	struct signalfd_siginfo i;

	(void)events;
	while (read(s->fd, &i, sizeof(i)) == (ssize_t)sizeof(i)) {
		if (i.ssi_signo == SIGHUP)
			reload(m);
		else
			m->stopping = true;
	}
}

static int
take_signals(struct monitor *m, struct err *e)
{
	sigset_t s;

	(void)sigemptyset(&s);
	(void)sigaddset(&s, SIGTERM);
	(void)sigaddset(&s, SIGINT);
	(void)sigaddset(&s, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &s, NULL);
	m->signals = (struct source){ .fd = signalfd(-1, &s,
	    SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal, .owner = m };
	if (m->signals.fd < 0)
		return err_sys(e, "signalfd");
	return loop_add(&m->loop, &m->signals, EPOLLIN, e);
}

/* ---- the loop --------------------------------------------------------- */

static int
sooner(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int
serve(struct monitor *m, struct err *e)
{
	while (!m->stopping) {
		int wait = sooner(parts_tick(m), upstream_tick(m));

		wait = sooner(sooner(wait, leftover_tick(m)),
		    recording_tick(m));
		if (digest_step(m))
			wait = 0;
		if (loop_round(&m->loop, wait, e) < 0)
			return -1;
	}
	return 0;
}

/* SIGTERM: what we know is stored first; then the parts end, the ledger
 * after it has committed and anchored.  Gates and recorders stay. */
static void
stop(struct monitor *m)
{
	int64_t until = clock_mono_ns() + STOP_MS * MS_NS;
	struct part *part[] = { &m->courier, &m->ledger };

	notify_send("STOPPING=1");
	loop_del(&m->loop, &m->pam_socket);
	io_close(&m->pam_socket.fd);
	while ((m->facts > 0 || m->jobs != NULL) && m->ledger.child.pid != 0 &&
	    clock_mono_ns() < until) {
		int wait = digest_step(m) ? 0 : 100;

		if (loop_round(&m->loop, wait, NULL) < 0)
			break;
	}
	if (m->facts > 0)
		log_line(LOG_ERR, "%zu facts could not be stored", m->facts);
	for (size_t i = 0; i < 2; i++) {
		until = clock_mono_ns() + PART_END_MS * MS_NS;
		if (part[i]->child.pid != 0)
			(void)kill(part[i]->child.pid, SIGTERM);
		while (part[i]->child.pid != 0 && clock_mono_ns() < until)
			if (loop_round(&m->loop, 100, NULL) < 0)
				break;
		if (part[i]->child.pid != 0)
			child_end(&part[i]->child);
	}
	log_line(LOG_NOTICE, "stopped");
}

/* The tables that recorders map (warrant-maskc(8)): without one they compile
 * the rules themselves, at each session. */
static void
compile_masks(const struct monitor *m)
{
	const char *const argv[] = { "warrant-maskc", "--quiet", "--config",
	    m->start->config, NULL };
	const struct child_start s = { .argv = argv,
	    .path = WARRANT_SBINDIR "/warrant-maskc" };
	struct child child;
	struct err e = { 0 };
	char text[80];
	int status = 0;

	if (child_start(&s, &child, &e) < 0 ||
	    child_wait(&child, &status, &e) < 0)
		log_line(LOG_WARNING, "warrant-maskc: %s", e.text);
	else if (status != 0)
		log_line(LOG_WARNING, "warrant-maskc %s: sessions will take "
		    "longer to begin, or be refused",
		    child_status_text(status, text, sizeof(text)));
}

static int
set_up(struct monitor *m, struct err *e)
{
	if (conf_load(m->start->config, &m->conf, e) < 0 ||
	    find_recorder_user(m, e) < 0 || loop_open(&m->loop, e) < 0 ||
	    take_signals(m, e) < 0 || make_dirs(m, e) < 0 ||
	    take_pid_file(m, e) < 0 || open_sockets(m, e) < 0)
		return -1;
	compile_masks(m);
	return 0;
}

int
monitor_run(const struct monitor_start *start, struct err *e)
{
	static struct monitor m;
	int rc;

	m = (struct monitor){ .start = start, .sessions = -1, .spool = -1,
	    .pid_file = -1, .ledger_socket = -1, .approver_socket = -1,
	    .courier_socket = -1, .keys_socket = -1, .courier_link = -1,
	    .ledger = { .role = "ledger" }, .courier = { .role = "courier" } };
	m.pam_socket.fd = m.signals.fd = m.up.source.fd = m.loop.fd = -1;
	raise_limits();
	(void)umask(077);
	rc = set_up(&m, e);
	if (rc == 0) {
		log_line(LOG_NOTICE, "started");
		notify_send("READY=1");
		rc = serve(&m, e);
		stop(&m);
	}
	upstream_free(&m);
	json_decref(m.leftovers);
	digest_free(&m);
	conf_free(m.conf);
	return rc;
}
