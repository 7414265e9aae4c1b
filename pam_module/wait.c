/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/wait.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"

#define SLICE_MS 1000	/* a poll never sleeps longer */

int
wait_peer_parse(const char *text, struct wait_peer *ret, struct err *e)
{
	struct wait_peer p;
	size_t n = strcspn(text, " ");
	char *end;
	unsigned long port;

	if (n == 0 || n >= sizeof(p.address) || text[n] != ' ')
		return err_set(e, ERR_INPUT, "SSH_CONNECTION has no address");
	memcpy(p.address, text, n);
	p.address[n] = '\0';
	port = strtoul(text + n + 1, &end, 10);
	if (end == text + n + 1 || *end != ' ' || port == 0 || port > 65535)
		return err_set(e, ERR_INPUT, "SSH_CONNECTION has no port");
	p.port = (uint16_t)port;
	*ret = p;
	return 0;
}

static bool
same_v4(const struct wait_peer *p, const struct in_addr *a, in_port_t port)
{
	struct in_addr want;

	return inet_pton(AF_INET, p->address, &want) == 1 &&
	    want.s_addr == a->s_addr && ntohs(port) == p->port;
}

bool
wait_peer_is(const struct wait_peer *p, const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct in6_addr want;
	struct in_addr inner;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		return same_v4(p, &v4.sin_addr, v4.sin_port);
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&v6, sa, sizeof(v6));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
		memcpy(&inner, &v6.sin6_addr.s6_addr[12], sizeof(inner));
		if (same_v4(p, &inner, v6.sin6_port))
			return true;
	}
	return inet_pton(AF_INET6, p->address, &want) == 1 &&
	    IN6_ARE_ADDR_EQUAL(&want, &v6.sin6_addr) &&
	    ntohs(v6.sin6_port) == p->port;
}

static bool
is_peer(const struct wait_peer *p, int fd)
{
	struct sockaddr_storage sa;
	socklen_t n = sizeof(sa);

	memset(&sa, 0, sizeof(sa));
	return getpeername(fd, (struct sockaddr *)&sa, &n) == 0 &&
	    wait_peer_is(p, (const struct sockaddr *)&sa);
}

int
wait_find(const char *ssh_connection)
{
	struct wait_peer p;
	struct dirent *d;
	int found = -1;
	DIR *dir;

	if (ssh_connection == NULL ||
	    wait_peer_parse(ssh_connection, &p, NULL) < 0)
		return -1;
	dir = opendir("/proc/self/fd");
	if (dir == NULL)
		return -1;
	while (found < 0 && (d = readdir(dir)) != NULL) {
		char *end;
		long fd = strtol(d->d_name, &end, 10);

		if (end != d->d_name && *end == '\0' && fd >= 0 &&
		    fd < 65536 && is_peer(&p, (int)fd))
			found = (int)fd;
	}
	(void)closedir(dir);
	return found;
}

/* Milliseconds until the deadline, at most a slice, rounded up; what has
 * come already counts even after it. */
static int
slice(int64_t left_ns)
{
	int64_t ms = left_ns < 0 ? 0 : (left_ns + 999999) / 1000000;

	return ms < SLICE_MS ? (int)ms : SLICE_MS;
}

int
wait_link(int link, int peer_fd, int64_t deadline_ns, struct err *e)
{
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = link, .events = POLLIN },
			{ .fd = peer_fd, .events = POLLRDHUP },
		};
		int64_t left = deadline_ns - clock_mono_ns();
		int r;

		r = poll(p, 2, slice(left));
		if (r < 0 && errno != EINTR)
			return err_sys(e, "poll");
		if (r <= 0 && left <= 0)
			return err_set(e, ERR_TIMEOUT, "the sign-in was not "
			    "finished in time");
		if (r <= 0)
			continue;
		if ((p[1].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
			return err_set(e, ERR_UNAVAILABLE, "the client has "
			    "gone");
		if (p[0].revents != 0)
			return 0;
		if (p[1].revents != 0)
			peer_fd = -1; /* POLLNVAL: closed under our feet */
	}
}
