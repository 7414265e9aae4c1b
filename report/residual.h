/* SPDX-License-Identifier: BSD-2-Clause
 * residual.h - what one recording still shows of what rules would mask.
 * in: a recording, one or two rule sets; out: values, by time and place
 *
 * Read are the streams of output, the screens they make (a value may be
 * painted cell by cell), input that was echoed, and the words of programs and
 * paths of files in its markers.  A value of a screen is told once, and not at
 * all when the stream shows it too.  Lines come verified and one by one. */
#ifndef WARRANT_REPORT_RESIDUAL_H
#define WARRANT_REPORT_RESIDUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/rescan.h"

struct err;

#define RESIDUAL_SETS 2
#define RESIDUAL_MAX 10000	/* values that are told of one recording */
#define RESIDUAL_SCREEN_MAX 2000
#define RESIDUAL_COMMAND_MAX (16 * 1024 + 1)

enum residual_where {
	RESIDUAL_STREAM, RESIDUAL_SCREEN, RESIDUAL_INPUT, RESIDUAL_COMMAND,
	RESIDUAL_WHERES
};

struct residual_hit {
	int64_t t_us;
	char rule[RESCAN_RULE];
	enum residual_where where;
	unsigned len;
	size_t order;		/* of being found */
	unsigned sets;		/* bit i: by set i */
	bool masks;
	char shape[RESCAN_SHAPE];
	uint8_t fp[MASK_FP_LEN];
	char text[RESCAN_TEXT];	/* wiped at the end of the scan */
};

struct residual {
	struct residual_hit *hit;	/* by time */
	size_t n;
	uint64_t more;		/* values that found no room */
	int64_t length_us;
	bool closed;		/* the recording has its last frame */
};

/* The header of a recording. */
struct residual_head {
	bool masked;		/* false: masking was off */
	char rules[65];		/* hash */
	char profiles[128];
	char role[64];
	char command[RESIDUAL_COMMAND_MAX];	/* "" when it is a shell */
};

struct residual_options {
	const struct mask_rules *set[RESIDUAL_SETS];	/* NULL: none */
	const struct untag_tags *tags;
	const uint8_t *key;
	const char *command;	/* of the header */
	rescan_line_fn *line;	/* of set 0, may be NULL; not of screens */
	void (*go)(void *arg, uint64_t plain);	/* now and then, may be NULL */
	void *arg;
};

/* fd is read from its beginning. */
int residual_head(int fd, struct residual_head *ret, struct err *e);

/* -1 with *e: what was found before is in *ret all the same.  *ret is {0} at
 * first; residual_clear in any case. */
int residual_scan(int fd, const struct residual_options *o,
    struct residual *ret, struct err *e);
void residual_clear(struct residual *r);

const char *residual_where_name(enum residual_where w);

#endif
