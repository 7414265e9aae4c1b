/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/syncer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"

#define STACK ((size_t)64 * 1024)

struct syncer {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;	/* of what follows */
	pthread_cond_t changed;
	bool up, wanted, end;
	int failed;		/* errno of the first failure */
	int64_t since_ns;
};

static void *
work(void *arg)
{
	struct syncer *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	s->up = true;
	(void)pthread_cond_broadcast(&s->changed);
	while (!s->end || s->wanted) {
		int failed = 0;

		if (!s->wanted) {
			(void)pthread_cond_wait(&s->changed, &s->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&s->lock);
		if (fdatasync(s->fd) < 0)
			failed = errno;
		(void)pthread_mutex_lock(&s->lock);
		if (s->failed == 0)
			s->failed = failed;
		s->wanted = false;
		(void)pthread_cond_broadcast(&s->changed);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Signals are the poll loop's. */
static int
start_thread(struct syncer *s)
{
	pthread_attr_t attr;
	sigset_t all, was;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &was);
	rc = pthread_attr_init(&attr);
	if (rc == 0) {
		(void)pthread_attr_setstacksize(&attr, STACK);
		rc = pthread_create(&s->thread, &attr, work, s);
		(void)pthread_attr_destroy(&attr);
	}
	(void)pthread_sigmask(SIG_SETMASK, &was, NULL);
	return rc;
}

int
syncer_open(int fd, struct syncer **ret, struct err *e)
{
	struct syncer *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	s->fd = fd;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->changed, NULL);
	errno = start_thread(s);
	if (errno != 0) {
		(void)err_sys(e, "no thread to sync the record");
		free(s);
		return -1;
	}
	/* what a thread asks of the kernel at its start is behind it */
	(void)pthread_mutex_lock(&s->lock);
	while (!s->up)
		(void)pthread_cond_wait(&s->changed, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
	*ret = s;
	return 0;
}

void
syncer_free(struct syncer *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->end = true;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_join(s->thread, NULL);
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

void
syncer_start(struct syncer *s, int64_t now_ns)
{
	(void)pthread_mutex_lock(&s->lock);
	s->wanted = true;
	s->since_ns = now_ns;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
}

/* The lock is held. */
static int
answer(const struct syncer *s, struct err *e)
{
	if (s->failed == 0)
		return s->wanted ? 1 : 0;
	errno = s->failed;
	return err_sys(e, "the record cannot be synced");
}

int
syncer_look(struct syncer *s, int64_t *since_ns, struct err *e)
{
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	*since_ns = s->since_ns;
	rc = answer(s, e);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int
syncer_wait(struct syncer *s, struct err *e)
{
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	while (s->wanted && s->failed == 0)
		(void)pthread_cond_wait(&s->changed, &s->lock);
	rc = answer(s, e);
	(void)pthread_mutex_unlock(&s->lock);
	return rc < 0 ? -1 : 0;
}
