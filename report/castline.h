/* SPDX-License-Identifier: BSD-2-Clause
 * castline.h - one line of a recording, warrant-record(5).
 * in: its bytes; out: when, what kind, which text */
#ifndef WARRANT_REPORT_CASTLINE_H
#define WARRANT_REPORT_CASTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct err;
struct record_summary;

struct casthead {
	int cols, rows;
	int64_t wall_us;	/* when it began */
	bool tty;
};

struct castline {
	int64_t t_us;		/* since it began */
	char code;		/* o, e, i, b, r, x, m */
	const char *text;	/* n bytes, in json */
	size_t n;
	json_t *json;
};

/* The first line, and every other one.  -1 with *e (ERR_INPUT). */
int casthead_parse(const char *line, size_t n, struct casthead *ret,
    struct err *e);
int castline_parse(const char *line, size_t n, struct castline *ret,
    struct err *e);
void castline_clear(struct castline *l);

/* On standard error, for a record that was read to its end: is that the end of
 * a whole one? */
void castline_tell_cut(const struct record_summary *s);

/* Is it output that the person saw? */
bool castline_shown(const struct castline *l);

/* The size of an r line; false when it is none. */
bool castline_size(const struct castline *l, int *cols, int *rows);

/* The object of a marker of this kind ("exec"), for json_decref; NULL when it
 * is another line. */
json_t *castline_mark(const struct castline *l, const char *kind);

#define CASTLINE_TIME_MAX 32

/* H:MM:SS.UUUUUU, or with short_form H:MM:SS. */
const char *castline_time(int64_t t_us, bool short_form,
    char ret[CASTLINE_TIME_MAX]);

/* What a person gives for a place in a record that began at wall_us: seconds
 * or [H:]MM:SS from there, each with a fraction, or a moment (clock_moment; a
 * length has its sign here, "30m" might be meant from the beginning);
 * microseconds since the record began.  Pure; -1 with *e (ERR_USAGE). */
int castline_when(const char *s, int64_t wall_us, int64_t now_us,
    int64_t *ret, struct err *e);

#endif
