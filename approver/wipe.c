/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/wipe.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* In front of each piece: how long it is.  Aligned as malloc(3) aligns. */
#define HEAD _Alignof(max_align_t)
_Static_assert(HEAD >= sizeof(size_t), "no room for a length");

void *
wipe_malloc(size_t n)
{
	char *p;

	if (n > SIZE_MAX - HEAD)
		return NULL;
	p = malloc(HEAD + n);
	if (p == NULL)
		return NULL;
	memcpy(p, &n, sizeof(n));
	return p + HEAD;
}

static size_t
length(const void *p)
{
	size_t n;

	memcpy(&n, (const char *)p - HEAD, sizeof(n));
	return n;
}

void
wipe_free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, length(p));
	free((char *)p - HEAD);
}

void *
wipe_calloc(size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	p = wipe_malloc(n * size);
	if (p != NULL)
		memset(p, 0, n * size);
	return p;
}

void *
wipe_realloc(void *p, size_t n)
{
	void *more = wipe_malloc(n);

	if (more == NULL || p == NULL)
		return more;
	memcpy(more, p, length(p) < n ? length(p) : n);
	wipe_free(p);
	return more;
}

char *
wipe_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = wipe_malloc(n);

	if (p != NULL)
		memcpy(p, s, n);
	return p;
}

void
wipe_jansson(void)
{
	json_set_alloc_funcs(wipe_malloc, wipe_free);
}
