/* SPDX-License-Identifier: BSD-2-Clause
 * table.h - rules already compiled, to be mapped at the start of a session.
 * in: struct mask_rules made from text; out: a file, and the same again
 *
 * A table is a cache for one build: its structs as they lie in memory, behind
 * a header that names their sizes, the checks this build knows and its
 * version.  What a table was made of stands in its name (table_name): rule
 * files by size, inode and times, and the profiles; so one that is stale is
 * not found, and rules are then compiled from text as if there were none.
 *
 * Tables are taken from folders of root alone (table_load).  All the same
 * each count, offset, state and index is checked before it is used: that
 * costs a tenth of a millisecond.  The SHA-256 over it all, which costs a
 * millisecond, is left to `warrant-maskc --check'. */
#ifndef WARRANT_RECORDER_MASK_TABLE_H
#define WARRANT_RECORDER_MASK_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct mask_rules;

#define TABLE_NAME_LEN 38	/* "0123456789abcdef0123456789abcdef.table" */
#define TABLE_NAME_MAX (TABLE_NAME_LEN + 1)
#define TABLE_SIZE_MAX (64 * 1024 * 1024)

/* Where warrantd(8) and make install put them. */
#define TABLE_DIR WARRANT_RUNDIR "/mask"
#define TABLE_DIR_INSTALLED WARRANT_DATADIR "/mask.tables"

/* The name of the table of these rule files and profiles (NULL: the default
 * of the files).  -1 with *e when a file is not there. */
int table_name(const char *const *paths, size_t n, const char *profiles,
    char ret[TABLE_NAME_MAX], struct err *e);

/* The table of r; r is of text, not of a table. */
int table_format(const struct mask_rules *r, struct buf *b, struct err *e);

/* Use the size bytes at map as rules: *r points into them and owns nothing.
 * ERR_INPUT when they are no table of this build.  Pure. */
int table_use(const void *map, size_t size, struct mask_rules *r,
    struct err *e);

/* Does the SHA-256 in its header hold?  Pure. */
bool table_sum_ok(const void *map, size_t size);

/* Map the table of this name from the first folder that has it: 1, or 0 with
 * *e why there is none.  r->map then is to be unmapped.  Its states are taken
 * as they are, as the code of a program is: only root can have written them,
 * and warrant-maskc makes a table anew whose sum does not hold. */
int table_load(const char *const *folders, size_t n, const char *name,
    struct mask_rules *r, struct err *e);

#endif
