/* SPDX-License-Identifier: BSD-2-Clause
 * relay COMMAND... - a terminal inside a terminal that records nothing and
 * masks nothing: what any recorder costs at least. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;

static void
restore(void)
{
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* One read, all of it written.  0 at the end. */
static int
carry(int from, int to)
{
	static char room[65536];
	ssize_t n = read(from, room, sizeof(room)), done = 0;

	while (done < n) {
		ssize_t w = write(to, room + done, (size_t)(n - done));

		if (w < 0 && errno != EINTR)
			return 0;
		done += w > 0 ? w : 0;
	}
	return n > 0;
}

int
main(int argc, char **argv)
{
	struct winsize size = { 0 };
	struct termios raw;
	int inner, status;
	pid_t child;

	if (argc < 2 || tcgetattr(STDIN_FILENO, &before) < 0)
		return 2;
	(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	child = forkpty(&inner, NULL, &before, &size);
	if (child < 0)
		return 1;
	if (child == 0) {
		(void)execvp(argv[1], argv + 1);
		_exit(127);
	}
	raw = before;
	cfmakeraw(&raw);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	(void)atexit(restore);
	for (;;) {
		struct pollfd p[2] = { { STDIN_FILENO, POLLIN, 0 },
		    { inner, POLLIN, 0 } };

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents != 0 && carry(STDIN_FILENO, inner) == 0)
			break;
		if (p[1].revents != 0 && carry(inner, STDOUT_FILENO) == 0)
			break;
	}
	(void)waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
