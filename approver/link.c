/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lib/err.h"
#include "lib/io.h"
#include "lib/wire.h"

#define MESSAGES_A_TURN 16	/* then others get theirs */

struct link_out {
	struct link_out *next;
	json_t *msg;
	struct wire_fds fds;
};

static void
drop_first(struct link *l)
{
	struct link_out *o = l->first;

	l->first = o->next;
	if (l->first == NULL)
		l->last = NULL;
	l->queued--;
	json_decref(o->msg);
	wire_fds_close(&o->fds);
	free(o);
}

static void
watch(struct link *l)
{
	uint32_t events = l->paused ? 0 : EPOLLIN;

	loop_watch(l->loop, &l->source,
	    l->queued > 0 ? events | EPOLLOUT : events);
}

void
link_close(struct link *l)
{
	if (!link_is_open(l))
		return;
	while (l->first != NULL)
		drop_first(l);
	loop_del(l->loop, &l->source);
	io_close(&l->source.fd);
}

static void
cut(struct link *l, const struct err *why)
{
	if (!link_is_open(l))
		return;
	link_close(l);
	if (l->ops->closed != NULL)
		l->ops->closed(l, why);
}

/* Send what waits; -1 when the link was cut. */
static int
flush(struct link *l)
{
	while (l->first != NULL) {
		struct err e = { 0 };

		if (wire_send(l->source.fd, l->first->msg, l->first->fds.fd,
		    l->first->fds.n, 0, &e) == 0) {
			drop_first(l);
			continue;
		}
		if (e.code == ERR_TIMEOUT)
			break;
		cut(l, e.code == ERR_UNAVAILABLE ? NULL : &e);
		return -1;
	}
	watch(l);
	return 0;
}

static void
receive(struct link *l)
{
	for (int i = 0; i < MESSAGES_A_TURN && link_is_open(l) && !l->paused;
	    i++) {
		struct wire_fds fds = { .n = 0 };
		struct err e = { 0 };
		json_t *msg = NULL;
		int r;

		r = wire_recv(l->source.fd, &msg, l->ops->fds ? &fds : NULL, 0,
		    &e);
		if (r < 0 && e.code == ERR_TIMEOUT)
			return;
		if (r <= 0) {
			cut(l, r < 0 ? &e : NULL);
			return;
		}
		l->ops->message(l, msg, &fds);
		wire_fds_close(&fds);
		json_decref(msg);
	}
}

static void
ready(struct source *s, uint32_t events)
{
	struct link *l = s->owner;

	if ((events & EPOLLOUT) != 0 && flush(l) < 0)
		return;
	if ((events & EPOLLIN) != 0 && !l->paused)
		receive(l);
	else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		cut(l, NULL);
}

static void
gone(struct source *s)
{
	struct link *l = s->owner;

	if (l->ops->gone != NULL)
		l->ops->gone(l);
}

int
link_open(struct link *l, struct loop *loop, int fd,
    const struct link_ops *ops, void *owner, struct err *e)
{
	*l = (struct link){ .loop = loop, .ops = ops, .owner = owner };
	l->source = (struct source){ .fd = fd, .ready = ready, .gone = gone,
	    .owner = l };
	if (loop_add(loop, &l->source, EPOLLIN, e) < 0) {
		io_close(&l->source.fd);
		return -1;
	}
	return 0;
}

static int
refuse(json_t *msg, const int *fds, size_t n, struct err *e, enum err_code c,
    const char *text)
{
	json_decref(msg);
	for (size_t i = 0; i < n; i++) {
		int fd = fds[i];

		io_close(&fd);
	}
	return err_set(e, c, "%s", text);
}

int
link_send(struct link *l, json_t *msg, const int *fds, size_t n,
    struct err *e)
{
	struct link_out *o;

	if (!link_is_open(l))
		return refuse(msg, fds, n, e, ERR_UNAVAILABLE,
		    "peer is gone");
	if (msg == NULL || n > WIRE_FDS)
		return refuse(msg, fds, n, e, ERR_MEMORY, "no message");
	if (l->queued >= l->ops->queue_max)
		return refuse(msg, fds, n, e, ERR_LIMIT,
		    "peer does not read its messages");
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return refuse(msg, fds, n, e, ERR_MEMORY, "out of memory");
	o->msg = msg;
	if (n > 0)
		memcpy(o->fds.fd, fds, n * sizeof(fds[0]));
	o->fds.n = n;
	if (l->last == NULL)
		l->first = o;
	else
		l->last->next = o;
	l->last = o;
	l->queued++;
	/* sent at once when it may: flush() could cut the link inside a call
	 * of its owner, so a failure is left to the next round */
	if (l->queued == 1 && wire_send(l->source.fd, msg, o->fds.fd,
	    o->fds.n, 0, NULL) == 0)
		drop_first(l);
	watch(l);
	return 0;
}

void
link_pause(struct link *l, bool on)
{
	l->paused = on;
	watch(l);
}

bool
link_is_open(const struct link *l)
{
	return l->source.fd >= 0 && l->source.added;
}

size_t
link_queued(const struct link *l)
{
	return l->queued;
}
