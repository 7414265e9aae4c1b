/* SPDX-License-Identifier: BSD-2-Clause
 * names.h - a bounded list of names, such as the groups of a person.
 * in: strings from a token; out: membership, and each name in turn
 *
 * Packed into one array, so that a struct that holds one is plain, copied by
 * assignment, and of one size whatever a provider sends.  All zeros is the
 * empty set. */
#ifndef WARRANT_PAM_MODULE_NAMES_H
#define WARRANT_PAM_MODULE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define NAMES_MAX 2000		/* names */
#define NAMES_BYTES 32768	/* bytes of all, each with its NUL */
#define NAME_MAX_BYTES 255	/* bytes of one name without NUL */

struct names {
	uint32_t n;		/* names */
	uint32_t len;		/* bytes of p in use */
	char p[NAMES_BYTES];	/* name NUL name NUL ... */
};

/* Is it 1 to 255 bytes of text without control characters (U+0000 to U+001F,
 * U+007F to U+009F)?  s is valid UTF-8.  Pure. */
bool name_ok(const char *s);

/* Add a name that is ok.  0, or -1 with *e set (ERR_LIMIT) and the set
 * unchanged.  One added twice is there twice. */
int names_add(struct names *set, const char *name, struct err *e);

/* Exact, byte for byte.  Pure. */
bool names_has(const struct names *set, const char *name);

/* The first name (after == NULL) or the one behind after, in the order they
 * were added; NULL at the end.  Borrowed from set.  Pure. */
const char *names_next(const struct names *set, const char *after);

#endif
