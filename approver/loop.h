/* SPDX-License-Identifier: BSD-2-Clause
 * loop.h - one epoll loop a process.
 * in: descriptors and what to call; out: calls, one after the other
 *
 * A source lives inside the struct of its owner.  loop_del() may be called
 * at any time, also for another source of the same round: its ready() is not
 * called again, and gone() is called at the end of the round, when nothing
 * can refer to it any more; the owner frees itself there. */
#ifndef WARRANT_APPROVER_LOOP_H
#define WARRANT_APPROVER_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct source;

typedef void source_fn(struct source *s, uint32_t events);
typedef void source_gone_fn(struct source *s);

struct source {
	int fd;			/* owned by the owner, -1 once deleted */
	uint32_t events;	/* EPOLLIN, EPOLLOUT; 0 is paused */
	source_fn *ready;
	source_gone_fn *gone;	/* may be NULL */
	void *owner;
	bool added, dead;
	struct source *next;	/* list of the dead of this round */
};

struct loop {
	int fd;
	struct source *dead;
};

int loop_open(struct loop *l, struct err *e);
void loop_close(struct loop *l);

/* s->fd, ready, gone and owner are filled by the caller. */
int loop_add(struct loop *l, struct source *s, uint32_t events,
    struct err *e);

/* Wait for other events from now on; 0 pauses (errors still arrive). */
void loop_watch(struct loop *l, struct source *s, uint32_t events);

/* No more calls; the descriptor is left to the caller. */
void loop_del(struct loop *l, struct source *s);

/* Wait at most timeout_ms (-1: for ever) and call what is ready.  -1 with *e
 * only when epoll itself fails. */
int loop_round(struct loop *l, int timeout_ms, struct err *e);

#endif
