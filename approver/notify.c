/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/io.h"

#define LISTEN_FIRST 3

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof(a.sun_path))
		return;
	memcpy(a.sun_path, path, len);
	if (path[0] == '@') /* abstract */
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&a,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	io_close(&fd);
}

int
notify_listen_fd(const char *name)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	const char *at = getenv("LISTEN_FDNAMES");
	size_t len = strlen(name);

	if (pid == NULL || n == NULL || at == NULL ||
	    strtol(pid, NULL, 10) != (long)getpid())
		return -1;
	for (long i = 0; i < strtol(n, NULL, 10); i++) {
		const char *end = strchr(at, ':');
		size_t this = end == NULL ? strlen(at) : (size_t)(end - at);

		if (this == len && memcmp(at, name, len) == 0) {
			int fd = LISTEN_FIRST + (int)i;

			if (io_set_cloexec(fd, true, NULL) < 0 ||
			    io_set_nonblock(fd, true, NULL) < 0)
				return -1;
			return fd;
		}
		if (end == NULL)
			break;
		at = end + 1;
	}
	return -1;
}
