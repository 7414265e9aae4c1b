/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/screen.h"

#include <string.h>

#include "lib/buf.h"

enum { GROUND = 0, ESCAPE, INTERMEDIATE, SEQUENCE, STRING, STRING_ESCAPE };

#define ESC 0x1b
#define BEL 0x07

static bool
may_pass(const char *seq, size_t n)
{
	char last = seq[n - 1];

	if (memchr("cntxypq", last, 7) != NULL)
		return false;
	/* ESC [ ? 1000 h and its kin, 2004, 52: the reader's own terminal */
	return !(n > 3 && seq[2] == '?' && (seq[3] == '1' && n > 6)) &&
	    !(n > 6 && memcmp(seq + 2, "?2004", 5) == 0);
}

static int
end_sequence(struct screen *s, struct buf *out, struct err *e)
{
	bool pass = !s->text && s->n < SCREEN_SEQUENCE &&
	    may_pass(s->seq, s->n);

	s->state = GROUND;
	return pass ? buf_put(out, s->seq, s->n, e) : 0;
}

static void
keep(struct screen *s, char c)
{
	if (s->n < SCREEN_SEQUENCE)
		s->seq[s->n++] = c;
}

static void
after_escape(struct screen *s, unsigned char c)
{
	if (c == '[') {
		s->state = SEQUENCE;
	} else if (c == ']' || c == 'P' || c == '^' || c == '_' ||
	    c == 'X') {
		s->state = STRING;
	} else if (c >= 0x20 && c < 0x30) {
		s->state = INTERMEDIATE;
	}
}

/* A byte outside of sequences. */
static int
ground(struct screen *s, unsigned char c, struct buf *out, struct err *e)
{
	if (c == ESC) {
		s->state = ESCAPE;
		s->n = 0;
		keep(s, (char)c);
		return 0;
	}
	if (s->text && ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f))
		return 0;
	if (c == BEL || c == 0x05) /* ENQ makes a terminal answer */
		return 0;
	return buf_putc(out, (char)c, e);
}

static int
byte(struct screen *s, unsigned char c, struct buf *out, struct err *e)
{
	switch (s->state) {
	case ESCAPE:
		keep(s, (char)c);
		s->state = GROUND;
		after_escape(s, c);
		return s->state != GROUND || s->text || c == 'c' || c == 'Z' ?
		    0 : buf_put(out, s->seq, s->n, e);
	case INTERMEDIATE:
		keep(s, (char)c);
		return c >= 0x30 ? end_sequence(s, out, e) : 0;
	case SEQUENCE:
		keep(s, (char)c);
		if (c == ESC || c < 0x20)
			s->state = GROUND;
		return c >= 0x40 && c < 0x7f ? end_sequence(s, out, e) : 0;
	case STRING:
		if (c == BEL)
			s->state = GROUND;
		else if (c == ESC)
			s->state = STRING_ESCAPE;
		return 0;
	case STRING_ESCAPE:
		s->state = c == '\\' ? GROUND : STRING;
		return 0;
	default:
		return ground(s, c, out, e);
	}
}

int
screen_put(struct screen *s, const char *p, size_t n, struct buf *out,
    struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (byte(s, (unsigned char)p[i], out, e) < 0)
			return -1;
	return 0;
}
