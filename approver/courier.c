/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "approver/fetch.h"
#include "approver/issuer.h"
#include "approver/client.h"
#include "approver/signin.h"
#include "approver/wipe.h"
#include "lib/conf.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/jail.h"
#include "lib/log.h"
#include "lib/user.h"
#include "lib/wire.h"

#define IDLE_MS 60000

struct server {
	struct courier c;
	struct fetcher *fetcher;
	int listen_fd, keys_fd, monitor_fd, signal_fd;
	uid_t peer_uid;		/* beside root */
	struct client *clients[COURIER_CLIENTS_MAX];
	size_t n_clients, n_keys_clients;
};

/* The folder for cached keys becomes the working folder, so that nothing
 * above it need be open to the account. */
static int
enter_state(const char *dir, const struct user *u, struct err *e)
{
	int fd, rc = -1;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "%s", dir);
	/* the ledger's account may own the folder above: no link of its */
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", dir);
	if ((u != NULL && fchown(fd, u->uid, u->gid) < 0) || fchdir(fd) < 0)
		(void)err_sys(e, "%s", dir);
	else
		rc = 0;
	(void)close(fd);
	return rc;
}

static int
become(const struct courier_start *start, struct err *e)
{
	struct user u;
	int found;

	if (start->user == NULL || geteuid() != 0)
		return enter_state(start->state_dir, NULL, e);
	found = user_find(start->user, &u, e);
	if (found < 0)
		return -1;
	if (found == 0 || u.uid == 0)
		return err_set(e, ERR_CONFIG,
		    "account %s is missing (or is root)", start->user);
	if (enter_state(start->state_dir, &u, e) < 0)
		return -1;
	return jail_user(u.uid, u.gid, e);
}

/* What no library here needs and an intruder would.  A list of what is
 * allowed would name what each version of libc, its name service modules and
 * OpenSSL call; a courier killed for one of them would lock people out. */
static int
forbid(struct err *e)
{
	static const int calls[] = {
		SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
		SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp,
		SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
		SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
		SYS_mount, SYS_umount2, SYS_move_mount, SYS_open_tree,
		SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
		SYS_mount_setattr, SYS_pivot_root, SYS_chroot, SYS_unshare,
		SYS_setns, SYS_keyctl, SYS_add_key, SYS_request_key,
		SYS_open_by_handle_at, SYS_personality, SYS_init_module,
		SYS_finit_module, SYS_delete_module, SYS_kexec_load,
		SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl,
		SYS_syslog, SYS_settimeofday, SYS_clock_settime,
		SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname,
		SYS_setdomainname, SYS_vhangup,
	};

	return jail_deny(calls, sizeof(calls) / sizeof(calls[0]), e);
}

static int
signals_open(int *ret, struct err *e)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "sigprocmask");
	*ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret < 0 ? err_sys(e, "signalfd") : 0;
}

static int
server_open(struct server *s, const struct courier_start *start,
    struct err *e)
{
	const struct conf_section *k = conf_section(start->conf, "courier");

	s->listen_fd = start->listen_fd;
	s->keys_fd = start->keys_fd;
	s->monitor_fd = start->monitor_fd;
	s->peer_uid = getuid();
	s->c.pending_max = (size_t)conf_int(k, "pending");
	if (jail_quiet(e) < 0 || signals_open(&s->signal_fd, e) < 0 ||
	    io_set_nonblock(s->listen_fd, true, e) < 0 ||
	    (s->keys_fd >= 0 && io_set_nonblock(s->keys_fd, true, e) < 0) ||
	    pace_open(&s->c.pace, conf_int(k, "rate_source"),
	    conf_int(k, "rate_account"), conf_int(k, "rate_all"), e) < 0 ||
	    fetcher_open(&s->fetcher, e) < 0 ||
	    issuers_load(start->conf, s->fetcher, &s->c.issuers,
	    &s->c.n_issuers, e) < 0 ||
	    become(start, e) < 0)
		return -1;
	/* becoming somebody else may have made it dumpable again: prctl(2) */
	if (jail_quiet(e) < 0 || forbid(e) < 0)
		return -1;
	for (size_t i = 0; i < s->c.n_issuers; i++)
		issuer_recall(&s->c.issuers[i]);
	return 0;
}

static void
server_close(struct server *s)
{
	while (s->n_clients > 0)
		client_free(s->clients[--s->n_clients]);
	for (size_t i = 0; i < s->c.n_issuers; i++)
		issuer_cancel(&s->c.issuers[i]);
	issuers_free(s->c.issuers, s->c.n_issuers);
	pace_clear(&s->c.pace);
	fetcher_free(s->fetcher);
	io_close(&s->signal_fd);
}

static void
refuse(int fd, enum err_code code, const char *why)
{
	struct err e = { 0 };
	json_t *msg;

	(void)err_set(&e, code, "%s", why);
	msg = wire_no(&e);
	(void)wire_send(fd, msg, NULL, 0, 0, NULL);
	json_decref(msg);
	log_line(LOG_WARNING, "client refused: %s", why);
	(void)close(fd);
}

/* Why this one is not taken, or NULL. */
static const char *
objection(const struct server *s, int fd, bool keys, enum err_code *code)
{
	uid_t uid;

	*code = ERR_DENIED;
	if (wire_peer(fd, NULL, &uid, NULL, NULL) < 0 ||
	    (!keys && uid != 0 && uid != s->peer_uid))
		return "not root";
	*code = ERR_LIMIT;
	if (s->n_clients == COURIER_CLIENTS_MAX ||
	    (keys && s->n_keys_clients == COURIER_KEYS_MAX))
		return "too many clients, try again later";
	return NULL;
}

/* One new client of a socket; false when there is none. */
static bool
accept_one(struct server *s, int listen_fd)
{
	int fd = accept4(listen_fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	bool keys = listen_fd == s->keys_fd;
	enum err_code code;
	const char *why;
	struct client *cl;

	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED;
	why = objection(s, fd, keys, &code);
	if (why != NULL) {
		refuse(fd, code, why);
		return true;
	}
	cl = client_new(&s->c, fd);
	if (cl == NULL)
		return true;
	cl->keys_only = keys;
	s->n_keys_clients += keys;
	s->clients[s->n_clients++] = cl;
	return true;
}

/* New keys go to the ledger, by way of the monitor. */
static void
tell_keys(struct server *s, struct issuer *is)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char hex[2 * SHA256_DIGEST_LENGTH + 1];
	json_t *msg;

	is->keys_changed = false;
	if (s->monitor_fd < 0)
		return;
	(void)SHA256((const unsigned char *)is->keys.text,
	    strlen(is->keys.text), digest);
	hex_of(digest, sizeof(digest), hex);
	msg = json_pack("{s:s, s:s, s:I, s:s}", "op", "keys.seen", "issuer",
	    is->url, "keys", (json_int_t)is->keys.keys, "sha256", hex);
	if (wire_send(s->monitor_fd, msg, NULL, 0, 0, NULL) < 0)
		log_line(LOG_WARNING, "issuer %s: the monitor was not told "
		    "of the new keys", is->title);
	json_decref(msg);
}

/* Everything that can go on, goes on; who has gone is freed. */
static void
step_all(struct server *s)
{
	int64_t now = signin_now_ms();

	for (size_t i = 0; i < s->n_clients;) {
		struct client *cl = s->clients[i];

		if (!cl->gone)
			client_step(cl, now);
		if (!cl->gone) {
			i++;
			continue;
		}
		s->n_keys_clients -= cl->keys_only;
		client_free(cl);
		s->clients[i] = s->clients[--s->n_clients];
	}
	for (size_t i = 0; i < s->c.n_issuers; i++)
		if (s->c.issuers[i].keys_changed)
			tell_keys(s, &s->c.issuers[i]);
}

static int
until_due(const struct server *s)
{
	int64_t now = signin_now_ms(), wait = IDLE_MS;

	for (size_t i = 0; i < s->n_clients; i++) {
		int64_t due = client_due(s->clients[i]);

		if (due >= 0 && due - now < wait)
			wait = due - now;
	}
	return wait < 0 ? 0 : (int)wait;
}

/* The monitor says nothing to us; only its end counts. */
static bool
monitor_gone(const struct server *s)
{
	struct err e = { 0 };
	json_t *msg = NULL;
	int rc = wire_recv(s->monitor_fd, &msg, NULL, 0, &e);

	json_decref(msg);
	return rc == 0 || (rc < 0 && e.code != ERR_TIMEOUT &&
	    e.code != ERR_INPUT);
}

/* One turn: 1 go on, 0 the end, -1 with *e. */
static int
turn(struct server *s, struct err *e)
{
	const int fixed[] = { s->listen_fd, s->signal_fd, s->keys_fd,
		s->monitor_fd };
	enum { LISTEN, SIGNAL, KEYS, MONITOR, FIXED };
	struct fetch_wait w[COURIER_CLIENTS_MAX + FIXED];
	size_t n = s->n_clients;

	for (size_t i = 0; i < n; i++)
		w[i].fd = s->clients[i]->fd;
	for (size_t i = 0; i < FIXED; i++)
		w[n + i].fd = fixed[i]; /* -1 is never ready: poll(2) */
	if (fetcher_poll(s->fetcher, w, n + FIXED, until_due(s), e) < 0)
		return -1;
	if (w[n + SIGNAL].ready)
		return 0;
	if (w[n + MONITOR].ready && monitor_gone(s))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (w[i].ready)
			client_read(s->clients[i]);
	while (w[n + LISTEN].ready && accept_one(s, s->listen_fd))
		;
	while (w[n + KEYS].ready && accept_one(s, s->keys_fd))
		;
	step_all(s);
	return 1;
}

int
courier_main(const struct courier_start *start, struct err *e)
{
	struct server s = { .signal_fd = -1 };
	int rc;

	wipe_jansson();
	rc = server_open(&s, start, e);
	if (rc == 0)
		log_line(LOG_INFO, "courier for %zu issuers", s.c.n_issuers);
	while (rc == 0 && (rc = turn(&s, e)) == 1)
		rc = 0;
	server_close(&s);
	return rc;
}
