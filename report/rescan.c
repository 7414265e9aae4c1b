/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/rescan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/mask/tokenize.h"
#include "report/screen.h"
#include "report/untag.h"

#define PIECE 4096
#define RAW_KEEP (64 * 1024)	/* more than a masker holds */
#define RAW_MOST (256 * 1024)
#define OUT_MOST (1024 * 1024)
#define TIMES 1024
#define MARKS 64		/* values in one piece whose lines are told */
#define BLOCK 0x2588U

struct rescan {
	struct rescan_options o;
	struct mask *m;
	struct untag untag;
	struct buf text;	/* of one call, behind untag */
	struct buf raw;		/* the last bytes the masker took */
	uint64_t raw_at;	/* of its first byte */
	struct {
		uint64_t off;
		int64_t t_us;
	} time[TIMES];		/* when raw bytes came, a ring */
	size_t times;
	struct buf out;		/* masked */
	struct {
		size_t at;	/* of out */
		char rule[RESCAN_RULE];
		int64_t t_us;
	} mark[MARKS];
	size_t marks;
	struct screen strip;
	struct buf line;
	char line_rule[RESCAN_RULE];	/* of the first value in it, or "" */
	int64_t line_us;
};

void
rescan_shape(const char *value, char ret[RESCAN_SHAPE])
{
	size_t i;

	for (i = 0; i < RESCAN_SHAPE - 1 && value[i] != '\0'; i++) {
		unsigned char c = (unsigned char)value[i];

		ret[i] = isdigit(c) ? '9' : isupper(c) ? 'A' :
		    islower(c) ? 'a' : '-';
	}
	ret[i] = '\0';
	if (value[i] != '\0')
		(void)memcpy(ret + i - 2, "..", 2);
}

/* ---- what the masker tells -------------------------------------------- */

static int64_t
time_at(const struct rescan *s, uint64_t off)
{
	size_t least = s->times > TIMES ? s->times - TIMES : 0, i = s->times;

	while (i > least + 1 && s->time[(i - 1) % TIMES].off > off)
		i--;
	return s->times == 0 ? 0 : s->time[(i - 1) % TIMES].t_us;
}

/* The glyphs of raw bytes [off, off + len) as ASCII; their count. */
static unsigned
glyphs_of(const struct rescan *s, uint64_t off, uint64_t len,
    char ret[RESCAN_TEXT])
{
	struct tok t = { 0 };
	unsigned n = 0;

	ret[0] = '\0';
	if (off < s->raw_at)
		return 0;
	for (uint64_t i = off - s->raw_at; i < off - s->raw_at + len &&
	    i < s->raw.len; i++) {
		enum tok_kind kind;
		uint8_t c;

		do {
			kind = tok_byte(&t, (uint8_t)s->raw.p[i]);
			if (kind != TOK_GLYPH)
				continue;
			c = t.cp == BLOCK ? '*' : glyph_fold(t.cp);
			if (n + 1 < RESCAN_TEXT) {
				ret[n] = (char)(c < 0x20 || c > 0x7e ? '?' :
				    c);
				ret[n + 1] = '\0';
			}
			n++;
		} while (t.again);
	}
	return n;
}

static void
found(void *arg, const struct mask_event *ev)
{
	struct rescan *s = arg;
	struct rescan_hit h = { .rule = ev->rule, .masks = ev->masked,
	    .t_us = time_at(s, ev->off + ev->len - 1) };

	h.len = glyphs_of(s, ev->off, ev->len, h.text);
	(void)memcpy(h.fp, ev->fp, sizeof(h.fp));
	if (h.len == 0)
		h.len = ev->cols;
	if (untag_masked(h.text, s->o.tags))
		return;
	if (ev->masked && s->marks < MARKS) {
		s->mark[s->marks].at = s->out.len;
		(void)snprintf(s->mark[s->marks].rule, RESCAN_RULE, "%s",
		    ev->rule);
		s->mark[s->marks++].t_us = h.t_us;
	}
	s->o.fn(s->o.arg, &h);
	explicit_bzero(h.text, sizeof(h.text));
}

/* ---- lines that are told ---------------------------------------------- */

static void
end_line(struct rescan *s, size_t n)
{
	if (s->line_rule[0] != '\0')
		s->o.line(s->o.line_arg, s->line_rule, s->line_us,
		    s->line.p, n);
	s->line_rule[0] = '\0';
}

/* Masked bytes as text, by lines. */
static int
put_lines(struct rescan *s, const char *p, size_t n, struct err *e)
{
	const char *nl;

	while (n > 0) {
		size_t k = n < RESCAN_LINE / 4 ? n : RESCAN_LINE / 4;

		if (screen_put(&s->strip, p, k, &s->line, e) < 0)
			return -1;
		p += k;
		n -= k;
		while (s->line.len > 0 && (nl = memchr(s->line.p, '\n',
		    s->line.len)) != NULL) {
			size_t len = (size_t)(nl - s->line.p);

			end_line(s, len);
			buf_drop(&s->line, len + 1);
		}
		if (s->line.len > RESCAN_LINE && n > 0) {
			end_line(s, s->line.len);
			buf_reset(&s->line);
		}
	}
	return 0;
}

static int
take_out(struct rescan *s, struct err *e)
{
	size_t at = 0;

	for (size_t i = 0; s->o.line != NULL && i < s->marks; i++) {
		if (put_lines(s, s->out.p + at, s->mark[i].at - at, e) < 0)
			return -1;
		at = s->mark[i].at;
		if (s->line_rule[0] == '\0') {
			(void)memcpy(s->line_rule, s->mark[i].rule,
			    RESCAN_RULE);
			s->line_us = s->mark[i].t_us;
		}
	}
	if (s->o.line != NULL && s->out.len > at &&
	    put_lines(s, s->out.p + at, s->out.len - at, e) < 0)
		return -1;
	s->marks = 0;
	buf_reset(&s->out);
	return 0;
}

/* ---- text in ---------------------------------------------------------- */

static int
feed(struct rescan *s, int64_t t_us, struct err *e)
{
	size_t n = s->text.len;

	for (size_t at = 0; at < n; at += PIECE) {
		size_t k = n - at < PIECE ? n - at : PIECE;
		uint64_t off = s->raw_at + s->raw.len;

		s->time[s->times % TIMES].off = off;
		s->time[s->times++ % TIMES].t_us = t_us;
		if (s->raw.len + k > RAW_MOST) {
			s->raw_at += s->raw.len - RAW_KEEP;
			buf_drop(&s->raw, s->raw.len - RAW_KEEP);
		}
		if (buf_put(&s->raw, s->text.p + at, k, e) < 0 ||
		    mask_feed(s->m, s->text.p + at, k, t_us * 1000, &s->out,
		    e) < 0 || take_out(s, e) < 0)
			return -1;
	}
	buf_reset(&s->text);
	return 0;
}

int
rescan_put(struct rescan *s, int64_t t_us, const char *p, size_t n,
    struct err *e)
{
	while (n > 0) {
		size_t k = n < PIECE ? n : PIECE;

		if (untag_put(&s->untag, p, k, &s->text, e) < 0 ||
		    feed(s, t_us, e) < 0)
			return -1;
		p += k;
		n -= k;
	}
	return 0;
}

void
rescan_resize(struct rescan *s, unsigned cols)
{
	mask_resize(s->m, cols);
}

int
rescan_end(struct rescan *s, struct err *e)
{
	int64_t t_us = s->times == 0 ? 0 :
	    s->time[(s->times - 1) % TIMES].t_us;

	if (untag_end(&s->untag, &s->text, e) < 0 || feed(s, t_us, e) < 0 ||
	    mask_flush(s->m, &s->out, e) < 0 || take_out(s, e) < 0)
		return -1;
	end_line(s, s->line.len);
	buf_reset(&s->line);
	return 0;
}

int
rescan_open(const struct rescan_options *o, struct rescan **ret,
    struct err *e)
{
	struct rescan *s = calloc(1, sizeof(*s));
	struct mask_options mo = { .view = MASK_RECORD, .tty = o->tty,
	    .cols = o->cols, .event = found, .ctx = s };

	if (s == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	s->o = *o;
	s->untag.tags = o->tags;
	s->strip.text = true;
	s->text = (struct buf)BUF_INIT(2 * PIECE + UNTAG_HELD);
	s->raw = (struct buf)BUF_INIT(RAW_MOST + PIECE);
	s->out = (struct buf)BUF_INIT(OUT_MOST);
	s->line = (struct buf)BUF_INIT(2 * RESCAN_LINE);
	(void)memcpy(mo.key, o->key, sizeof(mo.key));
	s->m = mask_new(o->rules, &mo, e);
	explicit_bzero(mo.key, sizeof(mo.key));
	if (s->m == NULL) {
		rescan_close(s);
		return -1;
	}
	*ret = s;
	return 0;
}

void
rescan_close(struct rescan *s)
{
	if (s == NULL)
		return;
	mask_free(s->m);
	buf_clear(&s->text);
	buf_clear(&s->raw);
	buf_clear(&s->out);
	buf_clear(&s->line);
	explicit_bzero(s, sizeof(*s));
	free(s);
}
