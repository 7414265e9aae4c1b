/* SPDX-License-Identifier: BSD-2-Clause
 * strictjson.h - JSON from a stranger.
 * in: bytes; out: one jansson object
 *
 * What RFC 8259 leaves to taste is refused: a name given twice in one object
 * (section 4; two readers would see two documents), bytes that are no UTF-8,
 * U+0000, text behind the object, nesting deeper than the caller expects. */
#ifndef WARRANT_LIB_STRICTJSON_H
#define WARRANT_LIB_STRICTJSON_H

#include <stddef.h>

#include <jansson.h>

struct err;

/* The object in n bytes at p, nested at most depth deep ({} is 1 deep).
 * NULL with *e set (ERR_INPUT); else the caller releases it with
 * json_decref. Pure. */
json_t *strictjson_object(const char *p, size_t n, unsigned depth,
    struct err *e);

/* The string member name of o: 1 with *ret (borrowed), 0 when it is absent,
 * -1 with *e set (ERR_INPUT) when it is of another type, null included. */
int strictjson_text(const json_t *o, const char *name, const char **ret,
    struct err *e);

#endif
