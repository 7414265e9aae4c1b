/* SPDX-License-Identifier: BSD-2-Clause
 * conf_value.h - one value of the configuration, checked by its key's type.
 * in: text of a file; out: the text and what it means (used by conf.c only) */
#ifndef WARRANT_LIB_CONF_VALUE_H
#define WARRANT_LIB_CONF_VALUE_H

#include <stdbool.h>

#include "lib/conf.h"

struct conf_value {
	const struct conf_key *key;
	char *text;		/* as written, trimmed; owned */
	int64_t number;		/* BOOL, INT; DURATION in microseconds */
	char **words;		/* LIST; owned array of pointers into copy */
	char *copy;		/* LIST; owned */
	size_t n;
	char where[280];	/* "FILE:LINE"; "" when the default */
};

/* Check text against v->key and keep it; -1 with *e saying what is wrong and
 * what is right, v unchanged. */
int conf_value_set(struct conf_value *v, const char *text, struct err *e);
void conf_value_clear(struct conf_value *v);

/* Letters, digits, dot, underscore, dash; not empty, no leading dash. */
bool conf_name_ok(const char *s);

/* The nearest of some words to one that is unknown: "did you mean". */
struct conf_near {
	const char *word, *best;
	size_t distance;
};
#define CONF_NEAR_INIT(w) { (w), NULL, 3 }
void conf_near_try(struct conf_near *near, const char *candidate);
void conf_near_text(const struct conf_near *near, char ret[80]);

#endif
