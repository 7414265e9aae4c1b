/* SPDX-License-Identifier: BSD-2-Clause
 * reserve.h - disk space that is kept for who comes when there is no other.
 * in: a folder; out: a file "reserve" in it, whose space is given back then
 *
 * Sizes are bytes. */
#ifndef WARRANT_APPROVER_RESERVE_H
#define WARRANT_APPROVER_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

struct err;

struct reserve {
	int dir;	/* the folder; borrowed */
	int64_t size;	/* 0: nothing is kept */
};

/* What an ordinary process may still write there; -1 with *e. */
int64_t reserve_free(int dir, struct err *e);

/* Make the file, unless it is there or less than spare would be left beside
 * it.  1 it is there, 0 not, -1 with *e: it cannot be made. */
int reserve_keep(const struct reserve *r, int64_t spare, struct err *e);

/* Give the space back; false when there was none. */
bool reserve_release(const struct reserve *r);

#endif
