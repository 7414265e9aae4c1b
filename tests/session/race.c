/* SPDX-License-Identifier: BSD-2-Clause
 * race.c - shows the gate one program and tries to start another.
 *
 *	race thread|shared|writev TRIES FILE	/bin/true is shown, unlink(1) meant
 *	race absent TRIES FILE			a file that is not there is shown
 *	race late MS FILE			the same once, MS after the call
 *
 * in: a folder where FILE may be made; out: "tries N won N caught N": won is
 * how often FILE was gone, caught how often a signal ended the attempt.
 * Words are changed from another thread, by another process in shared memory,
 * and by process_vm_writev(2). */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHOWN "/bin/true"
#define ABSENT "/bin/no-such-file"
#define MEANT "/usr/bin/unlink"
#define SWEEP_NS 400000		/* longest delay that is tried */

static struct {
	char path[64];
	atomic_int go;
} *at;				/* shared with what this process forks */

static long delay_ns;

static void
change(void)
{
	struct timespec begin, now;

	while (atomic_load(&at->go) == 0)
		;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec -
	    begin.tv_nsec < delay_ns);
}

static void *
thread(void *arg)
{
	change();
	memcpy(arg, MEANT, sizeof(MEANT));
	return NULL;
}

/* The words of the victim: its own memory, at the same place in both. */
static char path[64], *words[] = { path, NULL, NULL };

/* Does another thread of the victim change its words? */
static bool
by_thread(const char *mode)
{
	return strcmp(mode, "shared") != 0 && strcmp(mode, "writev") != 0;
}

static void
victim(const char *mode, char *file)
{
	const char *begin = strcmp(mode, "absent") == 0 ? ABSENT : SHOWN;
	char *shown = strcmp(mode, "shared") == 0 ? at->path : path;
	pthread_t t;

	words[0] = shown;
	words[1] = file;
	memcpy(shown, begin, strlen(begin) + 1);
	if (by_thread(mode) && pthread_create(&t, NULL, thread, shown) != 0)
		_exit(3);
	atomic_store(&at->go, 1);
	(void)execve(shown, words, environ);
	_exit(2);
}

static void
attack(const char *mode, pid_t pid)
{
	char meant[] = MEANT;
	struct iovec here = { meant, sizeof(meant) };
	struct iovec there = { path, sizeof(meant) };

	if (by_thread(mode))
		return;
	change();
	if (strcmp(mode, "shared") == 0)
		memcpy(at->path, MEANT, sizeof(MEANT));
	else
		(void)process_vm_writev(pid, &here, 1, &there, 1, 0);
}

static void
try(const char *mode, char *file, unsigned *won, unsigned *caught)
{
	int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), status = 0;
	pid_t pid;

	(void)close(fd);
	atomic_store(&at->go, 0);
	pid = fork();
	if (pid == 0)
		victim(mode, file);
	attack(mode, pid);
	(void)waitpid(pid, &status, 0);
	*caught += WIFSIGNALED(status) ? 1 : 0;
	if (access(file, F_OK) < 0)
		++*won;
}

int
main(int argc, char **argv)
{
	bool late = argc == 4 && strcmp(argv[1], "late") == 0;
	unsigned won = 0, caught = 0;
	int tries;

	if (argc != 4)
		return 2;
	tries = late ? 1 : atoi(argv[2]);
	at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE, MAP_SHARED |
	    MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return 1;
	for (int i = 0; i < tries; i++) {
		delay_ns = late ? atol(argv[2]) * 1000000 :
		    (long)i * SWEEP_NS / tries;
		try(argv[1], argv[3], &won, &caught);
	}
	printf("tries %d won %u caught %u\n", tries, won, caught);
	return 0;
}
