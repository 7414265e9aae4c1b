/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"

#define DEPTH_MAX 16

union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int) * WIRE_FDS)];
};

static int
depth_ok(const char *p, size_t n)
{
	size_t depth = 0;
	int in_string = 0;

	for (size_t i = 0; i < n; i++) {
		if (in_string) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				in_string = 0;
		} else if (p[i] == '"') {
			in_string = 1;
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > DEPTH_MAX)
				return 0;
		} else if ((p[i] == '}' || p[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return 1;
}

json_t *
wire_parse(const char *p, size_t n, struct err *e)
{
	json_error_t why;
	json_t *msg;

	if (n > WIRE_MAX || !depth_ok(p, n)) {
		(void)err_set(e, ERR_INPUT, "message too large or too deep");
		return NULL;
	}
	msg = json_loadb(p, n, JSON_REJECT_DUPLICATES, &why);
	if (msg == NULL) {
		(void)err_set(e, ERR_INPUT, "message is no JSON object: %s",
		    why.text);
		return NULL;
	}
	if (!json_is_object(msg) ||
	    (!json_is_string(json_object_get(msg, "op")) &&
	    !json_is_boolean(json_object_get(msg, "ok")))) {
		json_decref(msg);
		(void)err_set(e, ERR_INPUT, "message has neither op nor ok");
		return NULL;
	}
	return msg;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait until fd has the event or the deadline (ms, -1 none) is over. */
static int
wait_until(int fd, short events, int64_t deadline, struct err *e)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int64_t left = -1;
		int r;

		if (deadline >= 0) {
			left = deadline - now_ms();
			if (left < 0)
				left = 0;
		}
		r = poll(&p, 1, (int)left);
		if (r > 0)
			return 0;
		if (r == 0)
			return err_set(e, ERR_TIMEOUT, "no answer in time");
		if (errno != EINTR)
			return err_sys(e, "poll");
	}
}

static void
attach(struct msghdr *h, union control *c, const int *fds, size_t n)
{
	struct cmsghdr *m;

	if (n == 0)
		return;
	memset(c, 0, sizeof(*c));
	h->msg_control = c->room;
	h->msg_controllen = CMSG_SPACE(sizeof(int) * n);
	m = CMSG_FIRSTHDR(h);
	m->cmsg_level = SOL_SOCKET;
	m->cmsg_type = SCM_RIGHTS;
	m->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(m), fds, sizeof(int) * n);
}

int
wire_send(int fd, const json_t *msg, const int *fds, size_t n, int timeout_ms,
    struct err *e)
{
	int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	union control c;
	struct iovec v;
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };
	json_free_t json_free;
	char *text;
	size_t len;
	int rc = -1;

	if (n > WIRE_FDS)
		return err_set(e, ERR_LIMIT, "too many descriptors");
	text = json_dumps(msg, JSON_COMPACT);
	if (text == NULL)
		return err_set(e, ERR_MEMORY, "cannot encode message");
	len = strlen(text);
	if (len > WIRE_MAX) {
		(void)err_set(e, ERR_LIMIT, "message of %zu bytes", len);
		goto out;
	}
	v.iov_base = text;
	v.iov_len = len;
	attach(&h, &c, fds, n);
	for (;;) {
		if (sendmsg(fd, &h, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
			rc = 0;
			goto out;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN) {
			if (wait_until(fd, POLLOUT, deadline, e) < 0)
				goto out;
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			(void)err_set(e, ERR_UNAVAILABLE, "peer is gone");
		else
			(void)err_sys(e, "sendmsg");
		goto out;
	}
out:
	explicit_bzero(text, len);
	json_get_alloc_funcs(NULL, &json_free); /* a main may have set them */
	json_free(text);
	return rc;
}

static void
collect(struct msghdr *h, struct wire_fds *got)
{
	got->n = 0;
	for (struct cmsghdr *m = CMSG_FIRSTHDR(h); m != NULL;
	    m = CMSG_NXTHDR(h, m)) {
		size_t n;

		if (m->cmsg_level != SOL_SOCKET || m->cmsg_type != SCM_RIGHTS)
			continue;
		n = (m->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(m) + i * sizeof(int),
			    sizeof(fd));
			if (got->n < WIRE_FDS)
				got->fd[got->n++] = fd;
			else
				(void)close(fd);
		}
	}
}

static ssize_t
receive(int fd, char *room, size_t size, struct wire_fds *got, int *flags,
    int64_t deadline, struct err *e)
{
	union control c;
	struct iovec v = { .iov_base = room, .iov_len = size };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = c.room, .msg_controllen = sizeof(c.room) };
	bool reset = false;

	for (;;) {
		ssize_t r = recvmsg(fd, &h, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

		if (r >= 0) {
			*flags = h.msg_flags;
			collect(&h, got);
			return r;
		}
		if (errno == EINTR)
			continue;
		if (errno == ECONNRESET) {
			/* it left something of ours unread; what it said
			 * before is still in the queue */
			if (reset)
				return 0;
			reset = true;
			continue;
		}
		if (errno != EAGAIN)
			return err_sys(e, "recvmsg");
		if (wait_until(fd, POLLIN, deadline, e) < 0)
			return -1;
		h.msg_control = c.room;
		h.msg_controllen = sizeof(c.room);
	}
}

int
wire_recv(int fd, json_t **msg, struct wire_fds *fds, int timeout_ms,
    struct err *e)
{
	int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	struct wire_fds got = { .n = 0 };
	char *room = malloc(WIRE_MAX + 1);
	json_t *m = NULL;
	int flags = 0;
	ssize_t r;

	if (room == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	r = receive(fd, room, WIRE_MAX + 1, &got, &flags, deadline, e);
	if (r > 0 && (flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		(void)err_set(e, ERR_INPUT, "message cut");
	else if (r > 0 && fds == NULL && got.n > 0)
		(void)err_set(e, ERR_INPUT, "unexpected descriptors");
	else if (r > 0)
		m = wire_parse(room, (size_t)r, e);
	if (r > 0)
		explicit_bzero(room, (size_t)r);
	free(room);
	if (m == NULL)
		wire_fds_close(&got);
	if (r == 0)
		return 0;
	if (m == NULL)
		return -1;
	*msg = m;
	if (fds != NULL)
		*fds = got;
	return 1;
}

int
wire_ask(int fd, json_t *msg, const int *fds, size_t n, json_t **answer,
    struct wire_fds *got, int timeout_ms, struct err *e)
{
	const char *code = "unavailable", *text = "refused without a reason";
	json_t *m = NULL;
	int r;

	r = wire_send(fd, msg, fds, n, timeout_ms, e);
	json_decref(msg);
	if (r < 0)
		return -1;
	r = wire_recv(fd, &m, got, timeout_ms, e);
	if (r < 0)
		return -1;
	if (r == 0)
		return err_set(e, ERR_UNAVAILABLE, "peer closed the link");
	if (json_is_true(json_object_get(m, "ok"))) {
		*answer = m;
		return 0;
	}
	(void)wire_str_opt(m, "code", 64, &code, NULL);
	(void)wire_str_opt(m, "text", ERR_TEXT_MAX, &text, NULL);
	(void)err_set(e, err_code_of(code), "%s", text);
	json_decref(m);
	if (got != NULL)
		wire_fds_close(got);
	return -1;
}

static int
address(const char *path, struct sockaddr_un *a, struct err *e)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ERR_LIMIT, "%s: socket path too long", path);
	memcpy(a->sun_path, path, strlen(path) + 1);
	return 0;
}

int
wire_connect(const char *path, struct err *e)
{
	struct sockaddr_un a;
	int fd;

	if (address(path, &a, e) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, "socket");
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		(void)err_sys(e, "%s", path);
		if (e != NULL)
			e->code = ERR_UNAVAILABLE;
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
wire_listen(const char *path, mode_t mode, struct err *e)
{
	struct sockaddr_un a;
	int fd;

	if (address(path, &a, e) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, "socket");
	(void)unlink(path);
	/* fchmod before bind sets the mode the path is born with */
	if (fchmod(fd, mode) < 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    chmod(path, mode) < 0 || listen(fd, 128) < 0) {
		(void)err_sys(e, "%s", path);
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
wire_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid, struct err *e)
{
	struct ucred c;
	socklen_t n = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) < 0)
		return err_sys(e, "SO_PEERCRED");
	if (pid != NULL)
		*pid = c.pid;
	if (uid != NULL)
		*uid = c.uid;
	if (gid != NULL)
		*gid = c.gid;
	return 0;
}

json_t *
wire_ok(void)
{
	return json_pack("{s:b}", "ok", 1);
}

json_t *
wire_no(const struct err *e)
{
	return json_pack("{s:b, s:s, s:s}", "ok", 0, "code",
	    err_code_name(e->code), "text", e->text);
}

int
wire_str_opt(const json_t *msg, const char *key, size_t max, const char **ret,
    struct err *e)
{
	const json_t *v = json_object_get(msg, key);
	const char *s = json_string_value(v);

	if (v == NULL || json_is_null(v))
		return 0;
	if (s == NULL || strlen(s) != json_string_length(v) ||
	    strlen(s) > max)
		return err_set(e, ERR_INPUT,
		    "%s: not a string of at most %zu bytes", key, max);
	*ret = s;
	return 0;
}

int
wire_str(const json_t *msg, const char *key, size_t max, const char **ret,
    struct err *e)
{
	const char *s = NULL;

	if (wire_str_opt(msg, key, max, &s, e) < 0)
		return -1;
	if (s == NULL)
		return err_set(e, ERR_INPUT, "%s: missing", key);
	*ret = s;
	return 0;
}

int
wire_int_opt(const json_t *msg, const char *key, int64_t min, int64_t max,
    int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(msg, key);
	json_int_t i;

	if (v == NULL || json_is_null(v))
		return 0;
	i = json_integer_value(v);
	if (!json_is_integer(v) || i < min || i > max)
		return err_set(e, ERR_INPUT,
		    "%s: not a whole number of %lld to %lld", key,
		    (long long)min, (long long)max);
	*ret = i;
	return 0;
}

int
wire_int(const json_t *msg, const char *key, int64_t min, int64_t max,
    int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(msg, key);

	if (v == NULL || json_is_null(v))
		return err_set(e, ERR_INPUT, "%s: missing", key);
	return wire_int_opt(msg, key, min, max, ret, e);
}

int
wire_bool_opt(const json_t *msg, const char *key, int *ret, struct err *e)
{
	const json_t *v = json_object_get(msg, key);

	if (v == NULL || json_is_null(v))
		return 0;
	if (!json_is_boolean(v))
		return err_set(e, ERR_INPUT, "%s: neither true nor false",
		    key);
	*ret = json_is_true(v);
	return 0;
}

const char *
wire_op(const json_t *msg)
{
	const char *s = json_string_value(json_object_get(msg, "op"));

	return s == NULL ? "" : s;
}

void
wire_fds_close(struct wire_fds *fds)
{
	for (size_t i = 0; i < fds->n; i++)
		io_close(&fds->fd[i]);
	fds->n = 0;
}
