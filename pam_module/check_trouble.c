/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"
#include "lib/wire.h"
#include "pam_module/check_login.h"

#define ASK_MS 30000
#define LINKS 16

/* What each trouble does to a socket: served by us, or nobody there. */
static const struct kind {
	const char *word, *served;
	bool gone;		/* no socket at all */
	const char *code, *text;
} kinds[] = {
	{ "no-idp", "courier.sock", false, "unavailable",
	    "the identity provider cannot be asked now" },
	{ "no-daemon", NULL, true, NULL, NULL },
	{ "no-store", "ledger.sock", false, "unavailable",
	    "the store cannot be written: attempt to write a readonly "
	    "database" },
	{ "no-grant", "ledger.sock", false, NULL, NULL },
	{ "disk-full", "ledger.sock", false, "unavailable",
	    "the store cannot be written: database or disk is full" },
};

static const char *const sockets[] = { "courier.sock", "ledger.sock",
	"pam.sock" };

struct server {
	const struct kind *kind;
	char real[256];		/* the socket that is passed on to */
	bool lobby;
	int listen_fd;
	int link[LINKS];	/* of clients; -1 free */
};

/* ---- the other side of the socket ------------------------------------- */

static json_t *
no_grant(const struct server *s)
{
	return json_pack("{s:b, s:s, s:s}", "ok", 1, "state", s->lobby ?
	    "lobby" : "deny", "text", s->lobby ? "" : "no grant covers this "
	    "account: ask for one where your requests are made, then sign in "
	    "again");
}

/* The real daemon's answer to msg. */
static json_t *
pass_on(const struct server *s, const json_t *msg)
{
	json_t *answer = NULL;
	struct err e = { 0 };
	int fd = wire_connect(s->real, &e);

	if (fd < 0 || wire_send(fd, msg, NULL, 0, ASK_MS, &e) < 0 ||
	    wire_recv(fd, &answer, NULL, ASK_MS, &e) <= 0)
		answer = wire_no(&e);
	io_close(&fd);
	return answer;
}

static void
answer_one(struct server *s, int *link)
{
	json_t *msg = NULL, *answer;
	int r = wire_recv(*link, &msg, NULL, 0, NULL);

	if (r <= 0) {
		io_close(link);
		return;
	}
	if (s->kind->code != NULL)
		answer = json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "code",
		    s->kind->code, "text", s->kind->text, "reason",
		    s->kind->text);
	else if (strcmp(wire_op(msg), "login.check") == 0)
		answer = no_grant(s);
	else
		answer = pass_on(s, msg);
	(void)wire_send(*link, answer, NULL, 0, ASK_MS, NULL);
	json_decref(answer);
	json_decref(msg);
}

static void
take_link(struct server *s)
{
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < LINKS; i++)
		if (s->link[i] < 0) {
			s->link[i] = fd;
			return;
		}
	io_close(&fd);
}

static void
serve(struct server *s)
{
	struct pollfd p[LINKS + 1];

	for (size_t i = 0; i < LINKS; i++)
		s->link[i] = -1;
	for (;;) {
		for (size_t i = 0; i < LINKS; i++)
			p[i] = (struct pollfd){ s->link[i], POLLIN, 0 };
		p[LINKS] = (struct pollfd){ s->listen_fd, POLLIN, 0 };
		if (poll(p, LINKS + 1, -1) < 0 && errno != EINTR)
			return;
		for (size_t i = 0; i < LINKS; i++)
			if (p[i].revents != 0)
				answer_one(s, &s->link[i]);
		if (p[LINKS].revents != 0)
			take_link(s);
	}
}

/* ---- the folder ------------------------------------------------------- */

static int
start_server(const struct kind *k, const char *rundir, bool lobby,
    struct trouble *t, struct err *e)
{
	struct server s = { .kind = k, .lobby = lobby };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", t->folder, k->served);
	(void)snprintf(s.real, sizeof(s.real), "%s/%s", rundir, k->served);
	s.listen_fd = wire_listen(path, 0600, e);
	if (s.listen_fd < 0)
		return -1;
	t->server = fork();
	if (t->server == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(&s);
		_exit(0);
	}
	io_close(&s.listen_fd);
	return t->server < 0 ? err_sys(e, "fork") : 0;
}

static int
link_rest(const struct kind *k, const char *rundir, const struct trouble *t,
    struct err *e)
{
	char from[256], to[256];

	for (size_t i = 0; !k->gone &&
	    i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		if (k->served != NULL && strcmp(k->served, sockets[i]) == 0)
			continue;
		(void)snprintf(from, sizeof(from), "%s/%s", rundir,
		    sockets[i]);
		(void)snprintf(to, sizeof(to), "%s/%s", t->folder,
		    sockets[i]);
		if (symlink(from, to) < 0)
			return err_sys(e, "%s", to);
	}
	return 0;
}

int
trouble_make(const char *word, const char *rundir, bool lobby,
    struct trouble *ret, struct err *e)
{
	const struct kind *k = NULL;

	*ret = (struct trouble){ .server = 0 };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, word) == 0)
			k = &kinds[i];
	if (k == NULL)
		return err_set(e, ERR_USAGE, "--as-if: one of "
		    TROUBLE_WORDS);
	(void)snprintf(ret->folder, sizeof(ret->folder),
	    "/tmp/warrant-check-XXXXXX");
	if (mkdtemp(ret->folder) == NULL) {
		ret->folder[0] = '\0';
		return err_sys(e, "mkdtemp");
	}
	if (link_rest(k, rundir, ret, e) == 0 && (k->served == NULL ||
	    start_server(k, rundir, lobby, ret, e) == 0))
		return 0;
	trouble_end(ret);
	return -1;
}

void
trouble_end(struct trouble *t)
{
	const struct dirent *d;
	DIR *dir;

	if (t->server > 0) {
		(void)kill(t->server, SIGKILL);
		(void)waitpid(t->server, NULL, 0);
	}
	dir = t->folder[0] == '\0' ? NULL : opendir(t->folder);
	while (dir != NULL && (d = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), d->d_name, 0);
	if (dir != NULL) {
		(void)closedir(dir);
		(void)rmdir(t->folder);
	}
	t->server = 0;
	t->folder[0] = '\0';
}
