/* SPDX-License-Identifier: BSD-2-Clause
 * arena.h - the memory of one terminal model, in one piece.
 * in: sizes; out: zeroed blocks that never move
 *
 * libvterm has no copy of its state.  When all that it allocates lies here, a
 * copy of the arena is one, and put back at the same place it is again the
 * state that it was. */
#ifndef WARRANT_REPORT_ARENA_H
#define WARRANT_REPORT_ARENA_H

#include <stddef.h>

struct arena;
struct err;

#define ARENA_MAX ((size_t)16 * 1024 * 1024)

struct arena *arena_open(struct err *e);
void arena_close(struct arena *a);

/* A zeroed block, or NULL when ARENA_MAX is used up. */
void *arena_take(struct arena *a, size_t n);
void arena_give(struct arena *a, void *p);

/* What is in use, from its first byte on; arena_put takes such a copy. */
const void *arena_bytes(const struct arena *a, size_t *n);
void arena_put(struct arena *a, const void *bytes, size_t n);

#endif
