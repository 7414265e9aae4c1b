/* SPDX-License-Identifier: BSD-2-Clause
 * recordings.h - each recording that a report is asked to read.
 * in: a report's choice, the ids of its words; out: sessions, one by one */
#ifndef WARRANT_REPORT_RECORDINGS_H
#define WARRANT_REPORT_RECORDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct err;
struct report;

struct recording_row {
	const char *id, *person, *account, *address;
	int64_t from_us;
	const char *state;	/* of its seal, "" while it runs */
	bool gone;		/* no file: removed by retention, or lost */
};

/* fn is called in the order of beginnings; -1 ends it.  -1 with *e, also when
 * a session among ids (n; 0: all) is none.  How far it is is shown. */
int recordings_each(struct report *r, const char *const *ids, size_t n,
    int (*fn)(void *arg, const struct recording_row *row, struct err *e),
    void *arg, struct err *e);

/* Its descriptor; -1 with *e, or -2 when it cannot be read here, with why in
 * *e: no reason to give up the others. */
int recordings_open(struct report *r, const struct recording_row *row,
    struct err *e);

/* "session", "person", "account", "from" as the members of a row. */
json_t *recordings_json(const struct recording_row *row);

/* So many bytes of the recording that fn has are read (residual.h, go). */
void recordings_progress(void *unused, uint64_t plain);

/* Rows of JSON as a table: columns are pairs of a member's name and its head
 * and end with NULL. */
int recordings_table(struct report *r, const json_t *rows,
    const char *const *columns, struct err *e);

#endif
