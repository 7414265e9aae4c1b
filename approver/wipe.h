/* SPDX-License-Identifier: BSD-2-Clause
 * wipe.h - memory that is wiped when it is given back.
 * in: sizes; out: memory for libraries that would forget to, malloc(3)
 *
 * libjansson and libcurl copy tokens and codes about; with these as their
 * allocators no copy outlives its use. */
#ifndef WARRANT_APPROVER_WIPE_H
#define WARRANT_APPROVER_WIPE_H

#include <stddef.h>

void *wipe_malloc(size_t n);
void *wipe_calloc(size_t n, size_t size);
void *wipe_realloc(void *p, size_t n);
char *wipe_strdup(const char *s);
void wipe_free(void *p);

/* Make them the allocators of libjansson: before its first use. */
void wipe_jansson(void);

#endif
