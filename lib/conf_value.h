/* SPDX-License-Identifier: BSD-2-Clause
 * conf_value.h - the inside of a configuration: sections and checked values.
 * in: text of a file; out: the text and what it means
 *
 * Used by conf.c, conf_parse.c and conf_value.c only. */
#ifndef WARRANT_LIB_CONF_VALUE_H
#define WARRANT_LIB_CONF_VALUE_H

#include <stdbool.h>

#include "lib/conf.h"

#define CONF_WHERE_MAX 280

struct conf_value {
	const struct conf_key *key;
	char *text;		/* as written, trimmed; owned */
	int64_t number;		/* BOOL, INT; DURATION in microseconds */
	char **words;		/* LIST; owned array of pointers into copy */
	char *copy;		/* LIST; owned */
	size_t n;
	char where[CONF_WHERE_MAX];	/* "FILE:LINE"; "" when the default */
};

#define CONF_TITLE_MAX 63

struct conf_section {
	const char *kind;		/* of conf_keys */
	char title[CONF_TITLE_MAX + 1];	/* "" when untitled */
	char where[CONF_WHERE_MAX];		/* "" while only defaults */
	struct conf_value *values;	/* one a key of kind, in table order */
	size_t n;
	struct conf_section *next;
};

struct conf {
	struct conf_section *first, *last;
};

/* NULL when there is none. */
struct conf_section *conf_find_section(const struct conf *c,
    const char *kind, const char *title);
struct conf_value *conf_find_value(const struct conf_section *s,
    const char *key);

/* Add one file's text to c; then, after the last, the defaults. */
int conf_parse_text(struct conf *c, const char *name, const char *text,
    size_t n, struct err *e);
int conf_finish(struct conf *c, struct err *e);

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
