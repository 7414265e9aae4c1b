/* SPDX-License-Identifier: BSD-2-Clause
 * rulefile.h - reading a rule file, shared by rulefile.c and rulekeys.c. */
#ifndef WARRANT_RECORDER_MASK_RULEFILE_H
#define WARRANT_RECORDER_MASK_RULEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct err;
struct ruleset;

struct reader {
	struct ruleset *set;
	const char *name;	/* of the file */
	const char *line;	/* the current one, n bytes */
	size_t n, at;
	unsigned number;
	bool in_rule;
	bool bounded;		/* the rule says where it ends */
	uint32_t seen;		/* keys of this rule */
	struct buf before, value, after;	/* their lines joined by | */
	unsigned first;		/* line of "rule" */
	struct err *e;
};

/* Set *e to "name:line:column: rule ID: why what"; returns -1. */
int reader_bad(const struct reader *r, const char *why, const char *what,
    size_t n);

/* As reader_bad, for what a helper has already said in *e. */
int reader_bad_inner(const struct reader *r);

void reader_skip(struct reader *r);

/* The next word: *n bytes at the pointer; 0 bytes at the end of the line. */
const char *reader_word(struct reader *r, size_t *n);

/* The rest of the line as names of profiles; *bits is not 0 on success. */
int reader_profiles(struct reader *r, uint32_t *bits);

/* One line of a rule that began with key w; reads it to its end. */
int rule_key(struct reader *r, const char *w, size_t n);

/* i-th key's name, NULL behind the last: for the manual and its test. */
const char *rule_key_name(size_t i);

#endif
