/* SPDX-License-Identifier: BSD-2-Clause
 * rescan.h - values of rules in a text that is recorded already.
 * in: the text, cut anywhere, with its times; out: each value that a masker
 *     would still change, and the lines they stand in, masked
 *
 * The engine is that of the recorder in its recording view, so that colours,
 * wraps and cuts do not matter.  What masking has left (untag.h) is no value.
 * Memory is bounded whatever the length. */
#ifndef WARRANT_REPORT_RESCAN_H
#define WARRANT_REPORT_RESCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask.h"

struct err;
struct rescan;
struct untag_tags;

#define RESCAN_TEXT 128		/* of a value, at most */
#define RESCAN_LINE 4096	/* of a line, at most */
#define RESCAN_RULE 32
#define RESCAN_SHAPE 25

struct rescan_hit {
	const char *rule;
	int64_t t_us;		/* its last character was recorded then */
	unsigned len;		/* characters */
	bool masks;		/* false: the rule only logs */
	char text[RESCAN_TEXT];	/* the value, folded to ASCII: never shown */
	uint8_t fp[MASK_FP_LEN];
};

typedef void rescan_fn(void *arg, const struct rescan_hit *h);

/* A line with a value that rule masks in it (one that only logs tells no line);
 * controls are gone. */
typedef void rescan_line_fn(void *arg, const char *rule, int64_t t_us,
    const char *line, size_t n);

struct rescan_options {
	const struct mask_rules *rules;	/* these are borrowed */
	const struct untag_tags *tags;
	const uint8_t *key;	/* of fingerprints, MASK_KEY_LEN */
	bool tty;
	unsigned cols;
	rescan_fn *fn;
	void *arg;		/* of fn */
	rescan_line_fn *line;	/* may be NULL */
	void *line_arg;
};

int rescan_open(const struct rescan_options *o, struct rescan **ret,
    struct err *e);

int rescan_put(struct rescan *s, int64_t t_us, const char *p, size_t n,
    struct err *e);
void rescan_resize(struct rescan *s, unsigned cols);

/* The text ends: what was held is decided. */
int rescan_end(struct rescan *s, struct err *e);

/* Wipe and free; NULL is fine. */
void rescan_close(struct rescan *s);

/* What a value looks like: A and a for letters, 9 for digits, - for all else,
 * cut by "..".  Pure. */
void rescan_shape(const char *value, char ret[RESCAN_SHAPE]);

#endif
