/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "lib/err.h"
#include "lib/io.h"

#define EVENTS_A_ROUND 64

int
loop_open(struct loop *l, struct err *e)
{
	*l = (struct loop){ .fd = epoll_create1(EPOLL_CLOEXEC) };
	if (l->fd < 0)
		return err_sys(e, "epoll_create1");
	return 0;
}

static void
bury(struct loop *l)
{
	while (l->dead != NULL) {
		struct source *s = l->dead;

		l->dead = s->next;
		if (s->gone != NULL)
			s->gone(s);
	}
}

void
loop_close(struct loop *l)
{
	bury(l);
	io_close(&l->fd);
}

int
loop_add(struct loop *l, struct source *s, uint32_t events, struct err *e)
{
	struct epoll_event v = { .events = events, .data = { .ptr = s } };

	if (epoll_ctl(l->fd, EPOLL_CTL_ADD, s->fd, &v) < 0)
		return err_sys(e, "epoll_ctl");
	s->events = events;
	s->added = true;
	s->dead = false;
	return 0;
}

void
loop_watch(struct loop *l, struct source *s, uint32_t events)
{
	struct epoll_event v = { .events = events, .data = { .ptr = s } };

	if (!s->added || s->dead || s->events == events)
		return;
	s->events = events;
	(void)epoll_ctl(l->fd, EPOLL_CTL_MOD, s->fd, &v);
}

void
loop_del(struct loop *l, struct source *s)
{
	if (!s->added || s->dead)
		return;
	(void)epoll_ctl(l->fd, EPOLL_CTL_DEL, s->fd, NULL);
	s->added = false;
	s->dead = true;
	s->next = l->dead;
	l->dead = s;
}

int
loop_round(struct loop *l, int timeout_ms, struct err *e)
{
	struct epoll_event v[EVENTS_A_ROUND];
	int n = epoll_wait(l->fd, v, EVENTS_A_ROUND, timeout_ms);

	if (n < 0 && errno != EINTR)
		return err_sys(e, "epoll_wait");
	for (int i = 0; i < n; i++) {
		struct source *s = v[i].data.ptr;

		if (!s->dead)
			s->ready(s, v[i].events);
	}
	bury(l);
	return 0;
}
