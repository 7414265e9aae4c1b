/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/residual.h"

#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "recorder/mask/tokenize.h"
#include "report/tape.h"
#include "report/view.h"
#include "schema/record_read.h"

#define ASK_BYTES ((uint64_t)256 * 1024)
#define JOIN_MAX ((size_t)2 * VIEW_COLS_MAX * VIEW_CHARS * 4)
#define SEEN 4096		/* rows of the screen that are known */

enum source { OUTPUT, ERRORS, SCREEN, INPUT, COMMAND, SOURCES };

struct scan;

/* One rule set over one source. */
struct place {
	struct scan *scan;
	enum source source;
	unsigned set;
	struct rescan *r;
};

struct scan {
	const struct residual_options *o;
	struct residual *ret;
	struct tape *t;
	struct place place[RESIDUAL_SETS][SOURCES];
	int cols;		/* of the screen */
	int64_t now_us;
	uint64_t seen[SEEN];
	bool full;		/* a new row reaches the margin */
	struct residual_hit *screen;	/* until it is known who else told */
	size_t screens;
	struct err err;		/* of what is told by callbacks */
	bool failed;
};

const char *
residual_where_name(enum residual_where w)
{
	static const char *const names[RESIDUAL_WHERES] = { "stream",
	    "screen", "input", "command" };

	return names[w];
}

/* ---- values ----------------------------------------------------------- */

static enum residual_where
where_of(enum source s)
{
	static const enum residual_where w[SOURCES] = { RESIDUAL_STREAM,
	    RESIDUAL_STREAM, RESIDUAL_SCREEN, RESIDUAL_INPUT,
	    RESIDUAL_COMMAND };

	return w[s];
}

static void
fill(struct residual_hit *to, const struct rescan_hit *h,
    const struct place *p)
{
	*to = (struct residual_hit){ .t_us = h->t_us, .len = h->len,
	    .where = where_of(p->source), .sets = 1U << p->set,
	    .masks = h->masks };
	(void)snprintf(to->rule, sizeof(to->rule), "%s", h->rule);
	(void)memcpy(to->fp, h->fp, sizeof(to->fp));
	(void)memcpy(to->text, h->text, sizeof(to->text));
	rescan_shape(h->text, to->shape);
}

static bool
same_value(const struct residual_hit *a, const struct residual_hit *b)
{
	return a->where == b->where && memcmp(a->fp, b->fp,
	    sizeof(a->fp)) == 0 && strcmp(a->rule, b->rule) == 0;
}

/* A value of the screen: once. */
static void
add_screen(struct scan *s, const struct residual_hit *h)
{
	for (size_t i = 0; i < s->screens; i++)
		if (same_value(&s->screen[i], h)) {
			s->screen[i].sets |= h->sets;
			return;
		}
	if (s->screens < RESIDUAL_SCREEN_MAX)
		s->screen[s->screens++] = *h;
	else
		s->ret->more++;
}

/* The same value, which the other set has told already? */
static struct residual_hit *
told_before(struct residual *r, const struct residual_hit *h)
{
	for (size_t i = r->n; i > 0; i--) {
		struct residual_hit *o = &r->hit[i - 1];

		if ((o->sets & h->sets) == 0 && o->t_us == h->t_us &&
		    same_value(o, h))
			return o;
	}
	return NULL;
}

static int
add(struct residual *r, const struct residual_hit *h, struct err *e)
{
	struct residual_hit *more;

	if (r->n == RESIDUAL_MAX) {
		r->more++;
		return 0;
	}
	if (r->n % 64 == 0) {
		more = reallocarray(r->hit, r->n + 64, sizeof(*more));
		if (more == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		r->hit = more;
	}
	r->hit[r->n] = *h;
	r->hit[r->n].order = r->n;
	r->n++;
	return 0;
}

static void
found(void *arg, const struct rescan_hit *h)
{
	struct place *p = arg;
	struct scan *s = p->scan;
	struct residual_hit hit, *other;

	fill(&hit, h, p);
	if (p->source == SCREEN) {
		add_screen(s, &hit);
	} else if ((other = told_before(s->ret, &hit)) != NULL) {
		other->sets |= hit.sets;
	} else if (add(s->ret, &hit, &s->err) < 0) {
		s->failed = true;
	}
	explicit_bzero(&hit, sizeof(hit));
}

/* Is this value of the screen told elsewhere, or a part of another? */
static bool
is_told(const struct scan *s, size_t k)
{
	const struct residual_hit *h = &s->screen[k];

	for (size_t i = 0; i < s->ret->n; i++)
		if (s->ret->hit[i].where == RESIDUAL_STREAM &&
		    strcmp(s->ret->hit[i].rule, h->rule) == 0 &&
		    strstr(s->ret->hit[i].text, h->text) != NULL)
			return true;
	for (size_t i = 0; i < s->screens; i++)
		if (i != k && strcmp(s->screen[i].rule, h->rule) == 0 &&
		    strlen(s->screen[i].text) > strlen(h->text) &&
		    strstr(s->screen[i].text, h->text) != NULL)
			return true;
	return false;
}

static int
by_time(const void *a, const void *b)
{
	const struct residual_hit *x = a, *y = b;

	if (x->t_us != y->t_us)
		return x->t_us < y->t_us ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* ---- sources ---------------------------------------------------------- */

static int
put(struct scan *s, enum source from, int64_t t_us, const char *p, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < RESIDUAL_SETS; i++)
		if (s->place[i][from].r != NULL && rescan_put(
		    s->place[i][from].r, t_us, p, n, e) < 0)
			return -1;
	return 0;
}

static unsigned
width_of(const char *text)
{
	size_t left = strlen(text), n;
	unsigned width = 0;
	uint32_t c;

	for (; left > 0; text += n, left -= n) {
		n = visible_char(text, left, &c);
		if (n == 0)
			n = 1;
		else
			width += glyph_width(c);
	}
	return width;
}

/* Was this row read lately?  Remembers it. */
static bool
seen_row(struct scan *s, const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	i = (size_t)(h % SEEN);
	if (s->seen[i] == h)
		return true;
	s->seen[i] = h;
	return false;
}

/* A row of the screen that is new. */
static void
row(void *arg, const char *text)
{
	struct scan *s = arg;

	s->full = s->full || width_of(text) >= (unsigned)s->cols;
	if (s->failed || seen_row(s, text))
		return;
	if (put(s, SCREEN, s->now_us, text, strlen(text), &s->err) < 0 ||
	    put(s, SCREEN, s->now_us, "\r\n", 2, &s->err) < 0)
		s->failed = true;
}

/* A row that reaches the margin may go on in the next: both as one. */
static int
join_rows(struct scan *s, struct err *e)
{
	struct buf b = BUF_INIT(JOIN_MAX);
	struct view_look look;
	int rc = 0;

	s->full = false;
	view_look(s->t->view, &look);
	for (int i = 0; i + 1 < look.rows && rc == 0; i++) {
		buf_reset(&b);
		rc = view_text(s->t->view, i, &b, e);
		if (rc < 0 || b.len == 0 || width_of(b.p) <
		    (unsigned)look.cols)
			continue;
		rc = view_text(s->t->view, i + 1, &b, e);
		if (rc == 0 && !seen_row(s, b.p) && (put(s, SCREEN,
		    s->now_us, b.p, b.len, e) < 0 || put(s, SCREEN,
		    s->now_us, "\r\n", 2, e) < 0))
			rc = -1;
	}
	buf_clear(&b);
	return rc;
}

/* What of a marker people wrote. */
static int
put_marker(struct scan *s, const struct castline *l, struct err *e)
{
	static const char *const kinds[] = { "exec", "transfer" },
	    *const names[] = { "exe", "cwd", "argv", "path", "to" };

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		json_t *o = castline_mark(l, kinds[k]);
		int rc = 0;

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) &&
		    rc == 0; i++) {
			const char *v = json_string_value(json_object_get(o,
			    names[i]));

			if (v != NULL && (put(s, COMMAND, l->t_us, v,
			    strlen(v), e) < 0 || put(s, COMMAND, l->t_us,
			    "\n", 1, e) < 0))
				rc = -1;
		}
		json_decref(o);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
take(struct scan *s, const struct castline *l, struct err *e)
{
	int cols, rows;

	if (l->code == 'o')
		return put(s, OUTPUT, l->t_us, l->text, l->n, e);
	if (l->code == 'e')
		return put(s, ERRORS, l->t_us, l->text, l->n, e);
	if (l->code == 'i')
		return put(s, INPUT, l->t_us, l->text, l->n, e);
	if (l->code == 'm')
		return put_marker(s, l, e);
	if (!castline_size(l, &cols, &rows))
		return 0;
	s->cols = cols;
	for (size_t i = 0; i < RESIDUAL_SETS; i++)
		for (int k = 0; k < SOURCES; k++)
			if ((k == OUTPUT || k == SCREEN) &&
			    s->place[i][k].r != NULL)
				rescan_resize(s->place[i][k].r,
				    (unsigned)cols);
	return 0;
}

static int
open_places(struct scan *s, struct err *e)
{
	const struct residual_options *o = s->o;

	for (unsigned i = 0; i < RESIDUAL_SETS; i++)
		for (int k = 0; k < SOURCES && o->set[i] != NULL; k++) {
			struct place *p = &s->place[i][k];
			struct rescan_options ro = { .rules = o->set[i],
			    .tags = o->tags, .key = o->key, .fn = found,
			    .tty = k == SCREEN || (k == OUTPUT &&
			    s->t->head.tty), .cols = (unsigned)s->cols,
			    .arg = p };

			*p = (struct place){ .scan = s, .source =
			    (enum source)k, .set = i };
			/* a screen that comes again is no line more */
			if (i == 0 && o->line != NULL && k != SCREEN) {
				ro.line = o->line;
				ro.line_arg = o->arg;
			}
			if (rescan_open(&ro, &p->r, e) < 0)
				return -1;
		}
	return 0;
}

static int
end_places(struct scan *s, struct err *e)
{
	for (size_t i = 0; i < RESIDUAL_SETS; i++)
		for (int k = 0; k < SOURCES; k++)
			if (s->place[i][k].r != NULL &&
			    rescan_end(s->place[i][k].r, e) < 0)
				return -1;
	return 0;
}

/* ---- all of it -------------------------------------------------------- */

static int
play(struct scan *s, struct err *e)
{
	const struct castline *l;
	uint64_t asked = 0;
	int rc;

	view_tell(s->t->view, row, s);
	if (put(s, COMMAND, 0, s->o->command, strlen(s->o->command), e) < 0 ||
	    put(s, COMMAND, 0, "\n", 1, e) < 0)
		return -1;
	while ((rc = tape_peek(s->t, &l, e)) > 0) {
		s->ret->length_us = s->now_us = l->t_us;
		if (take(s, l, e) < 0 || tape_feed(s->t, e) < 0)
			return -1;
		view_told(s->t->view);
		if (s->full && join_rows(s, e) < 0)
			return -1;
		if (s->failed) {
			*e = s->err;
			return -1;
		}
		if (s->o->go != NULL && s->t->plain - asked >= ASK_BYTES) {
			asked = s->t->plain;
			s->o->go(s->o->arg, asked);
		}
	}
	if (rc == 0)
		s->ret->closed = record_summary(s->t->reader)->closed;
	return rc;
}

/* What only the screens have shown; then in the order of time, and no value
 * is kept. */
static int
finish(struct scan *s, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < s->screens && rc == 0; i++)
		if (!is_told(s, i))
			rc = add(s->ret, &s->screen[i], e);
	if (s->ret->n > 0)
		qsort(s->ret->hit, s->ret->n, sizeof(s->ret->hit[0]),
		    by_time);
	for (size_t i = 0; i < s->ret->n; i++)
		explicit_bzero(s->ret->hit[i].text, RESCAN_TEXT);
	explicit_bzero(s->screen, s->screens * sizeof(s->screen[0]));
	return rc;
}

int
residual_scan(int fd, const struct residual_options *o,
    struct residual *ret, struct err *e)
{
	struct scan *s = calloc(1, sizeof(*s));
	struct err why = { 0 };
	int rc = -1;

	if (s != NULL) {
		s->t = calloc(1, sizeof(*s->t));
		s->screen = calloc(RESIDUAL_SCREEN_MAX, sizeof(*s->screen));
	}
	if (s == NULL || s->t == NULL || s->screen == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	s->o = o;
	s->ret = ret;
	if (lseek(fd, 0, SEEK_SET) < 0) {
		(void)err_sys(e, "seek in a recording");
		goto out;
	}
	if (tape_open(s->t, fd, e) < 0)
		goto out;
	s->cols = s->t->head.cols;
	if (open_places(s, e) < 0)
		goto out;
	rc = play(s, e);
	if (end_places(s, rc < 0 ? &why : e) < 0 ||
	    finish(s, rc < 0 ? &why : e) < 0)
		rc = -1;
out:
	for (size_t i = 0; s != NULL && i < RESIDUAL_SETS; i++)
		for (int k = 0; k < SOURCES; k++)
			rescan_close(s->place[i][k].r);
	if (s != NULL && s->t != NULL)
		tape_close(s->t);
	if (s != NULL) {
		free(s->t);
		free(s->screen);
	}
	free(s);
	return rc;
}

void
residual_clear(struct residual *r)
{
	free(r->hit);
	*r = (struct residual){ 0 };
}
