/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/visible.h"

#define CELL_MAX 2048

struct table {
	struct libscols_table *t;
	size_t columns;
	bool colours;
};

bool
table_colours(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) == 1 && (no == NULL || no[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

struct table *
table_open(FILE *out, const char *const *heads, struct err *e)
{
	struct table *t = calloc(1, sizeof(*t));
	bool tty = isatty(fileno(out)) == 1;

	if (t != NULL)
		t->t = scols_new_table();
	if (t == NULL || t->t == NULL)
		goto memory;
	t->colours = table_colours(out);
	(void)scols_table_set_stream(t->t, out);
	(void)scols_table_enable_colors(t->t, t->colours);
	for (; heads[t->columns] != NULL; t->columns++) {
		const char *head = heads[t->columns];
		bool cut = head[0] == '<';

		/* a column that may be cut takes what is left of the line */
		if (scols_table_new_column(t->t, head + cut, cut ? 0.2 : 1,
		    cut && tty ? SCOLS_FL_TRUNC : 0) == NULL)
			goto memory;
	}
	return t;
memory:
	table_close(t);
	(void)err_set(e, ERR_MEMORY, "out of memory");
	return NULL;
}

int
table_row(struct table *t, const char *const *cells,
    enum table_colour colour, struct err *e)
{
	static const char *const names[] = { NULL, "green", "brown", "red" };
	struct libscols_line *line = scols_table_new_line(t->t, NULL);
	char shown[CELL_MAX];

	if (line == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < t->columns; i++)
		if (scols_line_set_data(line, i, visible(cells[i], shown,
		    sizeof(shown))) != 0)
			return err_set(e, ERR_MEMORY, "out of memory");
	if (t->colours && colour != TABLE_PLAIN)
		(void)scols_line_set_color(line, names[colour]);
	return 0;
}

int
table_print(struct table *t, struct err *e)
{
	if (scols_print_table(t->t) != 0)
		return err_set(e, ERR_SYSTEM, "cannot write the table");
	return 0;
}

void
table_close(struct table *t)
{
	if (t == NULL)
		return;
	scols_unref_table(t->t);
	free(t);
}
