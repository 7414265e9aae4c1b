/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "report/castline.h"
#include "report/html_page.h"
#include "report/html_tape.h"
#include "report/html_text.h"

#define DATA_PART (256 * 1024)		/* a data block is about so large */
#define DATA_MAX (32 * 1024 * 1024)
#define END_MAX (4 * HTML_LIST_BYTES)

struct html {
	const struct html_options *o;
	int out;
	bool begun;		/* the head of the page is written */
	bool past;		/* behind to_us */
	bool damaged;		/* what was read is no recording from here */
	bool whole;		/* the end of the page is written */
	uint64_t written;
	int64_t from_us, to_us;	/* of the recording; to_us 0: all */
	int64_t t_us;		/* of the last line */
	json_t *header;
	struct buf held;	/* lines of a frame that is not verified yet */
	uint64_t frame;		/* its number */
	struct buf data;	/* items, not written yet */
	struct html_tape *tape;
	struct html_lists lists;
	struct html_facts facts;
};

/* ---- out -------------------------------------------------------------- */

static int
put_data(struct html *h, size_t least, struct err *e)
{
	static const char begin[] = "<script type=\"application/json\" "
	    "class=\"part\">[\n", end[] = "\n]</script>\n";

	if (h->data.len == 0 || h->data.len < least)
		return 0;
	h->written += h->data.len;
	if (h->written > HTML_PAGE_MAX)
		return err_set(e, ERR_LIMIT, "the page would be larger than "
		    "%d MiB", HTML_PAGE_MAX / 1024 / 1024);
	if (io_write_all(h->out, begin, sizeof(begin) - 1, e) < 0 ||
	    io_write_all(h->out, h->data.p, h->data.len, e) < 0 ||
	    io_write_all(h->out, end, sizeof(end) - 1, e) < 0)
		return -1;
	buf_reset(&h->data);
	return 0;
}

static int
put_head(struct html *h, struct err *e)
{
	struct buf b = BUF_INIT(END_MAX);
	int rc = html_page_head(&b, h->header, e);

	if (rc == 0)
		rc = io_write_all(h->out, b.p, b.len, e);
	buf_clear(&b);
	if (rc == 0)
		rc = html_tape_start(h->tape, h->from_us, e);
	h->begun = rc == 0;
	return rc;
}

static int
put_tail(struct html *h, struct err *e)
{
	struct buf b = BUF_INIT(END_MAX);
	int rc = put_data(h, 1, e);

	h->facts.header = h->header;
	h->facts.from_us = h->from_us;
	h->facts.end_us = h->t_us;
	h->facts.to_us = h->past ? h->to_us : h->t_us;
	h->facts.made_us = clock_wall_us();
	h->facts.clamped = html_tape_clamped(h->tape);
	if (rc == 0)
		rc = html_page_tail(&b, &h->facts, &h->lists, e);
	if (rc == 0)
		rc = io_write_all(h->out, b.p, b.len, e);
	buf_clear(&b);
	return rc;
}

/* ---- lines ------------------------------------------------------------ */

static int
size_of(const json_t *j, const char *key, int other)
{
	json_int_t n = json_integer_value(json_object_get(j, key));

	return n < 1 ? other : n > 65535 ? 65535 : (int)n;
}

/* What of it the page shows. */
static int
choose(struct html *h, const char *line, size_t n, struct err *e)
{
	const struct html_options *o = h->o;
	int64_t now_us = clock_wall_us();
	struct casthead head;

	if (casthead_parse(line, n, &head, e) < 0 || (o->from != NULL &&
	    castline_when(o->from, head.wall_us, now_us, &h->from_us, e) <
	    0) || (o->to != NULL && castline_when(o->to, head.wall_us, now_us,
	    &h->to_us, e) < 0))
		return -1;
	return o->to == NULL || h->from_us < h->to_us ? 0 :
	    err_set(e, ERR_USAGE, "--to is not behind --from, or before the "
	    "recording began");
}

static int
take_header(struct html *h, const char *line, size_t n, struct err *e)
{
	const json_t *w;

	h->header = json_loadb(line, n, JSON_ALLOW_NUL, NULL);
	if (!json_is_object(h->header))
		return err_set(e, ERR_INPUT, "the first line is no header");
	w = json_object_get(h->header, "warrant");
	if (html_tape_open(size_of(h->header, "width", 80),
	    size_of(h->header, "height", 24),
	    json_is_false(json_object_get(w, "tty")), &h->data, &h->tape,
	    e) < 0)
		return -1;
	if (choose(h, line, n, e) < 0)
		return -1;
	return h->from_us == 0 ? put_head(h, e) : 0;
}

static int
no_event(struct html *h, const char *what, struct err *e)
{
	char at[HTML_TIME_MAX];

	h->damaged = true;
	html_time(h->t_us, at);
	return err_set(e, ERR_INPUT, "behind %s: %s", at, what);
}

static int
take_size(struct html *h, const char *text, struct err *e)
{
	unsigned cols, lines;
	int end = 0;

	if (sscanf(text, "%5ux%5u%n", &cols, &lines, &end) != 2 ||
	    text[end] != '\0')
		return no_event(h, "an r line without a size", e);
	return html_tape_resize(h->tape, h->t_us, (int)cols, (int)lines, e);
}

static int
take_text(struct html *h, const struct castline *l, struct err *e)
{
	if (l->code == 'x') /* even behind the part that is shown */
		(void)snprintf(h->facts.status, sizeof(h->facts.status),
		    "%s%s", strncmp(l->text, "SIG", 3) == 0 ? "" :
		    "exit status ", l->text);
	if (h->past)
		return 0;
	if (castline_shown(l))
		return html_tape_output(h->tape, h->t_us, l->text, l->n, e);
	if (l->code == 'r')
		return take_size(h, l->text, e);
	if (l->code == 'm' && h->begun)
		return html_list_mark(&h->lists, h->t_us, l->text, l->n, e);
	return 0;
}

static int
take_event(struct html *h, const char *line, size_t n, struct err *e)
{
	struct castline l;
	struct err why = { 0 };
	int rc = -1;

	if (castline_parse(line, n, &l, &why) < 0)
		return no_event(h, why.text, e);
	if (l.t_us > h->t_us)
		h->t_us = l.t_us;
	if (h->to_us > 0 && h->t_us > h->to_us)
		h->past = true;
	if (!h->begun && h->t_us >= h->from_us && put_head(h, e) < 0)
		goto out;
	rc = take_text(h, &l, e);
	if (rc == 0)
		rc = put_data(h, DATA_PART, e);
out:
	castline_clear(&l);
	return rc;
}

/* The lines that were held are proven, or all there is: use them. */
static int
take_held(struct html *h, struct err *e)
{
	size_t at = 0;

	while (at < h->held.len) {
		const char *line = h->held.p + at;
		size_t n = strcspn(line, "\n");

		if ((h->header == NULL ? take_header(h, line, n, e) :
		    take_event(h, line, n, e)) < 0)
			return -1;
		at += n + 1;
	}
	buf_reset(&h->held);
	return 0;
}

static int
hold(struct html *h, const char *line, size_t n, struct err *e)
{
	if (memchr(line, '\0', n) != NULL)
		return no_event(h, "a line with a NUL", e);
	return buf_put(&h->held, line, n, e) < 0 ||
	    buf_puts(&h->held, "\n", e) < 0 ? -1 : 0;
}

/* ---- the whole -------------------------------------------------------- */

/* Take all lines that can be proven, then those of a last frame that is not
 * whole. */
static int
take_all(struct html *h, struct record_reader *r, struct err *e)
{
	const struct record_summary *sum = record_summary(r);
	const char *line;
	struct err why = { 0 };
	size_t n;
	int rc;

	do {
		rc = record_next(r, &line, &n, &why);
		if (sum->frames > h->frame && take_held(h, e) < 0)
			return -1;
		h->frame = sum->frames;
		if (rc > 0 && hold(h, line, n, e) < 0)
			return -1;
	} while (rc > 0);
	h->facts.sum = *sum;
	if (rc < 0) {
		h->damaged = why.code != ERR_SYSTEM && why.code != ERR_MEMORY;
		*e = why;
		return -1;
	}
	if (h->held.len > 0)
		h->facts.unproven_us = h->t_us;
	return take_held(h, e);
}

/* A limit of ours: say where, and what to do. */
static int
too_large(const struct html *h, struct err *e)
{
	struct err why = *e;
	char at[HTML_TIME_MAX];

	html_time(h->t_us, at);
	return err_set(e, ERR_LIMIT, "%.200s, at %s of the recording: take a "
	    "part of it with --from and --to", why.text, at);
}

/* What was verified before a break becomes a page all the same. */
static int
finish(struct html *h, int rc, struct err *e)
{
	struct err why = *e;

	if (rc < 0 && !h->damaged)
		return e->code == ERR_LIMIT ? too_large(h, e) : -1;
	if (rc < 0 && !h->begun)
		return -1;
	if (!h->begun)
		return h->header == NULL ?
		    err_set(e, ERR_INPUT, "the recording is empty") :
		    err_set(e, ERR_USAGE, "the recording ends before --from");
	if (rc < 0)
		h->facts.broken = why.text;
	if (put_tail(h, e) < 0)
		return e->code == ERR_LIMIT ? too_large(h, e) : -1;
	h->whole = true;
	if (rc == 0)
		castline_tell_cut(&h->facts.sum);
	return rc;
}

/* Recordings hold what nobody else may read, and evidence is not written
 * over. */
static int
open_out(const char *file, int *ret, struct err *e)
{
	*ret = STDOUT_FILENO;
	if (file == NULL)
		return isatty(STDOUT_FILENO) != 1 ? 0 :
		    err_set(e, ERR_USAGE, "a page is not for a terminal: "
		    "name a file with --out FILE");
	*ret = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*ret >= 0)
		return 0;
	return errno != EEXIST ? err_sys(e, "%.200s", file) :
	    err_set(e, ERR_USAGE, "%.200s exists: remove it, or name another",
	    file);
}

static void
html_clear(struct html *h)
{
	html_tape_free(h->tape);
	html_list_clear(&h->lists);
	buf_clear(&h->held);
	buf_clear(&h->data);
	json_decref(h->header);
}

int
html_write(int fd, const struct html_options *o, struct err *e)
{
	struct html h = { .o = o, .held = BUF_INIT(2 * RECORD_FRAME_MAX),
	    .data = BUF_INIT(DATA_MAX), .lists = HTML_LISTS_INIT,
	    .facts = { .unproven_us = -1 } };
	struct record_reader *r = NULL;
	int rc;

	if (open_out(o->file, &h.out, e) < 0)
		return -1;
	rc = record_reader_open(fd, NULL, &r, e);
	if (rc == 0)
		rc = finish(&h, take_all(&h, r, e), e);
	record_reader_free(r);
	if (o->file != NULL) {
		if (close(h.out) < 0 && rc == 0)
			rc = err_sys(e, "%.200s", o->file);
		if (!h.whole)
			(void)unlink(o->file);
	}
	html_clear(&h);
	return rc;
}
