/* SPDX-License-Identifier: BSD-2-Clause
 * table.h - rows for people: aligned, cut to the terminal, never raw bytes.
 * in: cells of any text; out: a table on a stream (libsmartcols)
 *
 * Each cell passes visible().  On a terminal the last column but those
 * marked may be cut to the width; elsewhere nothing is cut.  Colours appear
 * only on a terminal and without NO_COLOR (no-color.org). */
#ifndef WARRANT_LIB_TABLE_H
#define WARRANT_LIB_TABLE_H

#include <stdbool.h>
#include <stdio.h>

struct err;
struct table;

#define TABLE_COLUMNS 12

enum table_colour { TABLE_PLAIN, TABLE_GREEN, TABLE_YELLOW, TABLE_RED };

/* heads ends with NULL; a head that begins with '<' may be cut (the sign is
 * not shown). */
struct table *table_open(FILE *out, const char *const *heads, struct err *e);

/* One cell a head. */
int table_row(struct table *t, const char *const *cells,
    enum table_colour colour, struct err *e);

int table_print(struct table *t, struct err *e);
void table_close(struct table *t);

/* Is this stream a terminal that likes colours? */
bool table_colours(FILE *out);

#endif
