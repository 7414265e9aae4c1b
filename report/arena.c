/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/arena.h"

#include <string.h>
#include <sys/mman.h>

#include "lib/err.h"

#define ALIGN 16U

/* In front of each block; next is of the list of those given back. */
struct block {
	size_t n;
	struct block *next;
};

/* At the start of the memory itself, so that a copy has it too. */
struct arena {
	size_t used;
	struct block *free;
};

_Static_assert(sizeof(struct block) % ALIGN == 0, "blocks are aligned");
_Static_assert(sizeof(struct arena) % ALIGN == 0, "so is the first");

struct arena *
arena_open(struct err *e)
{
	struct arena *a = mmap(NULL, ARENA_MAX, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	    -1, 0); /* cppcheck-suppress invalidFunctionArg */

	if (a == MAP_FAILED) {
		(void)err_sys(e, "memory for the screen");
		return NULL;
	}
	a->used = sizeof(*a);
	return a;
}

void
arena_close(struct arena *a)
{
	if (a != NULL)
		(void)munmap(a, ARENA_MAX);
}

void *
arena_take(struct arena *a, size_t n)
{
	struct block **at = &a->free, *b;

	if (n > ARENA_MAX)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	while (*at != NULL && (*at)->n != n)
		at = &(*at)->next;
	b = *at;
	if (b != NULL) {
		*at = b->next;
	} else {
		if (n + sizeof(*b) > ARENA_MAX - a->used)
			return NULL;
		b = (struct block *)(void *)((char *)a + a->used);
		a->used += sizeof(*b) + n;
		b->n = n;
	}
	b->next = NULL;
	return memset(b + 1, 0, n);
}

void
arena_give(struct arena *a, void *p)
{
	struct block *b = p;

	if (p == NULL)
		return;
	b--;
	b->next = a->free;
	a->free = b;
}

const void *
arena_bytes(const struct arena *a, size_t *n)
{
	*n = a->used;
	return a;
}

void
arena_put(struct arena *a, const void *bytes, size_t n)
{
	(void)memcpy(a, bytes, n);
}
