/* SPDX-License-Identifier: BSD-2-Clause
 * html_dict.h - numbers for texts that come again.
 * in: texts; out: 0, 1, 2.. in the order they were first seen
 *
 * Texts are told apart by SHA-256 and not kept: who was recorded chose them,
 * and must not find two with one number. */
#ifndef WARRANT_REPORT_HTML_DICT_H
#define WARRANT_REPORT_HTML_DICT_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct html_dict_slot;

struct html_dict {
	struct html_dict_slot *slot;	/* NULL at first */
	size_t slots;			/* a power of two */
	uint32_t n, max;		/* texts there are, may be */
};

/* The number of n bytes at p: 1 with *ret when they are new, 0 when they are
 * known, -1 with *e (ERR_LIMIT when there would be more than max). */
int html_dict_find(struct html_dict *d, const void *p, size_t n,
    uint32_t *ret, struct err *e);

void html_dict_clear(struct html_dict *d);

#endif
