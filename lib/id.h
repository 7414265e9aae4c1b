/* SPDX-License-Identifier: BSD-2-Clause
 * id.h - names of things that are unique across hosts.
 * in: getrandom(2); out: "r-" and 13 characters of Crockford base32
 *
 * 65 random bits: among a million ids of one kind the chance of any two
 * being equal is below 1 in 70 million, and the store refuses the second. */
#ifndef WARRANT_LIB_ID_H
#define WARRANT_LIB_ID_H

#include <stdbool.h>
#include <stddef.h>

struct err;

#define ID_CHARS 13			/* behind the dash */
#define ID_MAX (2 + ID_CHARS + 1)	/* with kind, dash and NUL */

/* A new id of this kind: p r g h c s l u, see HACKING.md. */
int id_make(char kind, char ret[ID_MAX], struct err *e);

/* Is s a whole id of this kind (kind 0: of any)?  Pure. */
bool id_ok(const char *s, char kind);

/* Is s at least "K-" and 3 characters of an id, and all of its alphabet?
 * Such a prefix may be looked up.  Pure. */
bool id_prefix_ok(const char *s, char kind);

#endif
