/* SPDX-License-Identifier: BSD-2-Clause
 * link.h - a message link in a loop: never blocks, bounded both ways.
 * in: a SEQPACKET descriptor; out: one call a message (lib/wire.h)
 *
 * What cannot be sent at once waits in a queue of at most queue_max
 * messages; a peer that lets it run over is cut.  A message that is no
 * message cuts the peer as well: closed() then gets the reason. */
#ifndef WARRANT_APPROVER_LINK_H
#define WARRANT_APPROVER_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "approver/loop.h"

struct err;
struct link;
struct link_out;
struct wire_fds;

struct link_ops {
	/* msg is borrowed; descriptors not taken out of fds are closed. */
	void (*message)(struct link *l, const json_t *msg,
	    struct wire_fds *fds);
	/* The peer is gone (why NULL) or was cut; not after link_close(). */
	void (*closed)(struct link *l, const struct err *why);
	/* End of the round after the link was closed: free the owner. */
	void (*gone)(struct link *l);
	size_t queue_max;
	bool fds;	/* may messages bring descriptors? */
};

struct link {
	struct source source;
	struct loop *loop;
	const struct link_ops *ops;
	void *owner;
	struct link_out *first, *last;
	size_t queued;
	bool paused;
};

/* fd is owned by the link from here, also on failure. */
int link_open(struct link *l, struct loop *loop, int fd,
    const struct link_ops *ops, void *owner, struct err *e);

/* msg is stolen, descriptors are closed once sent or given up.  -1 with *e
 * when the link is closed or its queue is full; the caller cuts it. */
int link_send(struct link *l, json_t *msg, const int *fds, size_t n,
    struct err *e);

/* Read no more until resumed. */
void link_pause(struct link *l, bool on);

bool link_is_open(const struct link *l);

/* Messages that wait. */
size_t link_queued(const struct link *l);

/* Close; what waits is dropped.  gone() follows, closed() does not. */
void link_close(struct link *l);

#endif
