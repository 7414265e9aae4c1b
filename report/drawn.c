/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/drawn.h"

#include <string.h>

#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define DEL 0x7f
#define RUN 4096		/* bytes of text at once */
#define INVALID "\xef\xbf\xbd"	/* U+FFFD */

enum { GROUND, CHARACTER, ESCAPE, SEQUENCE, STRING, STRING_ESCAPE, STATES };

struct drawing {
	struct drawn *f;
	drawn_fn *fn;
	void *arg;
	size_t n;
	char run[RUN];
};

/* ---- out -------------------------------------------------------------- */

static void
flush(struct drawing *d)
{
	if (d->n > 0)
		d->fn(d->arg, d->run, d->n, true);
	d->n = 0;
}

static void
text(struct drawing *d, const char *p, size_t n)
{
	if (d->n + n > RUN)
		flush(d);
	(void)memcpy(d->run + d->n, p, n);
	d->n += n;
}

static void
character(struct drawing *d, const char *p, size_t n)
{
	text(d, p, n);
	(void)memcpy(d->f->last, p, n);
	d->f->last_n = (uint8_t)n;
}

static void
control(struct drawing *d, const char *p, size_t n)
{
	flush(d);
	d->fn(d->arg, p, n, false);
}

/* ---- characters ------------------------------------------------------- */

/* Bytes that follow the first of a character; -1 when it is none. */
static int
follow(unsigned char c)
{
	return c >= 0xf5 || c < 0xc2 ? -1 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
}

/* The character in held is whole. */
static void
whole(struct drawing *d)
{
	const unsigned char *c = (const unsigned char *)d->f->held;
	bool bad = (c[0] == 0xe0 && c[1] < 0xa0) ||
	    (c[0] == 0xed && c[1] >= 0xa0) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] >= 0x90);

	d->f->state = GROUND;
	if (bad)
		character(d, INVALID, 3);
	else if (c[0] != 0xc2 || c[1] >= 0xa0) /* C1 has no width */
		character(d, d->f->held, d->f->n);
}

static void
high(struct drawing *d, char c)
{
	int n = follow((unsigned char)c);

	if (n < 0) {
		character(d, INVALID, 3);
		return;
	}
	d->f->state = CHARACTER;
	d->f->held[0] = c;
	d->f->n = 1;
	d->f->need = (uint8_t)n;
}

static void
ground(struct drawing *d, char c)
{
	d->f->state = GROUND;
	if (c == ESC) {
		d->f->state = ESCAPE;
		d->f->held[0] = c;
		d->f->n = 1;
	} else if ((unsigned char)c >= 0x80) {
		high(d, c);
	} else if ((unsigned char)c >= 0x20) {
		character(d, &c, 1);
	} else if (c != CAN && c != SUB) {
		control(d, &c, 1);
	}
}

static void
more_of_character(struct drawing *d, char c)
{
	if (((unsigned char)c & 0xc0) != 0x80) {
		character(d, INVALID, 3);
		ground(d, c);
		return;
	}
	d->f->held[d->f->n++] = c;
	if (--d->f->need == 0)
		whole(d);
}

/* ---- sequences -------------------------------------------------------- */

static void
hold(struct drawn *f, char c)
{
	if (f->n < DRAWN_HELD)
		f->held[f->n] = c;
	if (f->n <= DRAWN_HELD)
		f->n++;
}

/* How often, of the parameter of REP; 0 when it is none. */
static size_t
count_of(const char *p, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 0;
		count = count * 10 + (size_t)(p[i] - '0');
		if (count > DRAWN_REPEAT)
			count = DRAWN_REPEAT;
	}
	return count == 0 ? 1 : count;
}

/* The sequence in held with few and small parameters; its length. */
static size_t
tame(const struct drawn *f, char ret[DRAWN_HELD + DRAWN_DIGITS])
{
	size_t n = 0, digits = 0, parameters = 1;

	for (size_t i = 0; i < f->n; i++) {
		char c = f->held[i];
		bool digit = c >= '0' && c <= '9';

		digits = digit ? digits + 1 : 0;
		parameters += c == ';' || c == ':' ? 1 : 0;
		if ((digit || c == ';' || c == ':') &&
		    parameters > DRAWN_PARAMETERS)
			continue;
		if (digit && digits > DRAWN_DIGITS)
			(void)memset(ret + n - DRAWN_DIGITS, '9',
			    DRAWN_DIGITS);
		else
			ret[n++] = c;
	}
	return n;
}

static bool
is(const struct drawn *f, const char *sequence)
{
	return f->n == strlen(sequence) &&
	    memcmp(f->held, sequence, f->n) == 0;
}

static void
end_sequence(struct drawing *d, char c)
{
	struct drawn *f = d->f;
	char out[DRAWN_HELD + DRAWN_DIGITS];

	hold(f, c);
	f->state = GROUND;
	if (f->n > DRAWN_HELD)
		return;
	if (c == 'b' && f->held[1] == '[') {
		for (size_t i = count_of(f->held + 2, f->n - 3U); i > 0; i--)
			text(d, f->last, f->last_n);
		return;
	}
	control(d, out, tame(f, out));
	if (is(f, "\x1b" "8") || (c == 'l' && f->held[2] == '?'))
		control(d, "\x1b[0n", 4); /* any sequence does it */
}

/* Behind an ESC and bytes of 2/0 to 2/15. */
static void
escape(struct drawing *d, char c)
{
	struct drawn *f = d->f;

	if (c >= 0x20 && c < 0x30) {
		hold(f, c);
	} else if (f->n == 1 && c == '[') {
		hold(f, c);
		f->state = SEQUENCE;
	} else if (f->n == 1 && memchr("]PX^_", c, 5) != NULL) {
		f->state = STRING;
	} else if (f->n > 1 && memchr("]P[", c, 3) != NULL) {
		f->state = GROUND; /* libvterm takes it for a beginning */
	} else if ((unsigned char)c < 0x80) {
		end_sequence(d, c);
	} else {
		ground(d, c);
	}
}

static void
sequence(struct drawing *d, char c)
{
	if ((unsigned char)c >= 0x80)
		ground(d, c);
	else if (c < 0x40)
		hold(d->f, c);
	else
		end_sequence(d, c);
}

static void
string(struct drawing *d, char c)
{
	if (c == BEL || c == CAN || c == SUB)
		d->f->state = GROUND;
	else if (c == ESC)
		d->f->state = STRING_ESCAPE;
}

static void
one(struct drawing *d, char c)
{
	struct drawn *f = d->f;

	if (c == '\0' || c == DEL)
		return;
	if (f->state == STRING_ESCAPE) {
		f->state = c == '\\' ? GROUND : ESCAPE;
		f->held[0] = ESC;
		f->n = 1;
		if (c == '\\')
			return;
	}
	if (f->state == STRING)
		string(d, c);
	else if (f->state == GROUND)
		ground(d, c);
	else if (f->state == CHARACTER)
		more_of_character(d, c);
	else if (c == ESC || c == CAN || c == SUB)
		ground(d, c);
	else if ((unsigned char)c < 0x20)
		control(d, &c, 1);
	else if (f->state == ESCAPE)
		escape(d, c);
	else
		sequence(d, c);
}

void
drawn_put(struct drawn *f, const char *p, size_t n, drawn_fn *fn, void *arg)
{
	struct drawing d = { .f = f, .fn = fn, .arg = arg };

	for (size_t i = 0; i < n; i++)
		one(&d, p[i]);
	flush(&d);
}

bool
drawn_valid(const struct drawn *f)
{
	return f->state < STATES && f->n <= DRAWN_HELD + 1 &&
	    f->last_n <= sizeof(f->last) &&
	    (f->state != CHARACTER || (f->need >= 1 && f->n >= 1 &&
	    f->n + f->need <= 4)) &&
	    ((f->state != ESCAPE && f->state != SEQUENCE) || f->n >= 1) &&
	    (f->state != SEQUENCE || f->n >= 2);
}
