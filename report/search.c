/* SPDX-License-Identifier: BSD-2-Clause
 * search.c - the text of the screen: searched, or printed. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "report/commands.h"
#include "report/tape.h"
#include "report/view.h"
#include "schema/record_read.h"

struct search {
	const struct tape *t;
	int64_t now_us;		/* of the line that is being fed */
	regex_t pattern;
	bool json;
	FILE *out;
};

static void
told(void *arg, const char *text)
{
	struct search *s = arg;
	char at[CASTLINE_TIME_MAX], shown[VIEW_COLS_MAX * 4];
	json_t *row;

	if (regexec(&s->pattern, text, 0, NULL, 0) != 0)
		return;
	(void)castline_time(s->now_us, false, at);
	if (!s->json) {
		(void)fprintf(s->out, "%s  %s\n", at, visible(text, shown,
		    sizeof(shown)));
		return;
	}
	row = json_pack("{s:s, s:s}", "at", at, "text", text);
	(void)json_dumpf(row, s->out, JSON_COMPACT);
	(void)fputc('\n', s->out);
	json_decref(row);
}

static int
compile(struct search *s, const char *pattern, struct err *e)
{
	char why[128];
	int rc = regcomp(&s->pattern, pattern, REG_EXTENDED | REG_NOSUB);

	if (rc == 0)
		return 0;
	(void)regerror(rc, &s->pattern, why, sizeof(why));
	return err_set(e, ERR_USAGE, "%.60s: no extended regular expression: "
	    "%s", pattern, why);
}

static int
play(struct tape *t, struct search *s, struct err *e)
{
	const struct castline *l;
	int rc;

	view_tell(t->view, told, s);
	while ((rc = tape_peek(t, &l, e)) > 0) {
		s->now_us = l->t_us;
		if (tape_feed(t, e) < 0)
			return -1;
		view_told(t->view);
	}
	if (rc == 0)
		castline_tell_cut(record_summary(t->reader));
	return rc;
}

int
search_print(int fd, const char *pattern, bool json, FILE *out,
    struct err *e)
{
	struct tape *t = calloc(1, sizeof(*t));
	struct search s = { .t = t, .json = json, .out = out };
	int rc;

	if (t == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (compile(&s, pattern, e) < 0) {
		free(t);
		return -1;
	}
	rc = tape_open(t, fd, e);
	if (rc == 0)
		rc = play(t, &s, e);
	tape_close(t);
	free(t);
	regfree(&s.pattern);
	return rc;
}

static int
print_rows(const struct tape *t, FILE *out, struct err *e)
{
	struct buf b = BUF_INIT(VIEW_COLS_MAX * VIEW_CHARS * 4);
	struct buf shown = BUF_INIT(VIEW_COLS_MAX * VIEW_CHARS * 16);
	struct view_look look;
	int rc = 0;

	view_look(t->view, &look);
	for (int row = 0; rc == 0 && row < look.rows; row++) {
		buf_reset(&b);
		buf_reset(&shown);
		rc = view_text(t->view, row, &b, e);
		if (rc == 0)
			rc = visible_put(&shown, b.p, b.len, e);
		if (rc == 0)
			(void)fprintf(out, "%s\n", shown.len > 0 ? shown.p :
			    "");
	}
	buf_clear(&b);
	buf_clear(&shown);
	return rc;
}

int
screen_print(struct tape *t, const char *when, FILE *out, struct err *e)
{
	int64_t us;
	int rc = castline_when(when, t->head.wall_us, clock_wall_us(), &us,
	    e);

	if (rc == 0)
		rc = tape_seek(t, us, TAPE_FAST, NULL, NULL, e);
	if (rc > 0)
		rc = print_rows(t, out, e);
	if (rc == 0 && !t->exact)
		(void)fprintf(stderr, "warrant-replay: approximate, %zu "
		    "cells of the screen are not known\n",
		    view_unknown(t->view));
	return rc;
}
