/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/near.h"

#include <string.h>

#include "recorder/mask/engine.h"

#define NEAR_BACK 61	/* the farthest word, and what stands before it */

/* Does word (an underscore standing for a space, _, -, or nothing) stand at
 * text?  Returns the symbols it took, 0 for no. */
static size_t
word_at(const char *text, size_t n, const char *word)
{
	size_t at = 0;

	for (; *word != '\0'; word++) {
		unsigned c = at < n ? (unsigned char)text[at] : 0;

		if (*word == '_') {
			at += c == ' ' || c == '_' || c == '-';
			continue;
		}
		if (c >= 'A' && c <= 'Z')
			c += 0x20;
		if (c != (unsigned char)*word)
			return 0;
		at++;
	}
	return at;
}

bool
near_word(const char *text, size_t n, const char *word)
{
	size_t k = word_at(text, n, word);

	return k > 0 && (k == n ||
	    !near_joined((uint8_t)text[k - 1], (uint8_t)text[k]));
}

/* 0 to 36: letters in either case, digits, anything else. */
static unsigned
code(uint8_t c)
{
	if (sym_digit(c))
		return 26u + (c - '0');
	return sym_alpha(c) ? (c | 0x20u) - 'a' : NEAR_CODES - 1;
}

static void
set_bit(uint8_t *bits, size_t i)
{
	bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << i % 8);
}

static bool
has_bit(const uint8_t *bits, size_t i)
{
	return (bits[i / 8] >> i % 8 & 1) != 0;
}

static size_t
three(unsigned a, unsigned b, unsigned c)
{
	return (a * NEAR_CODES + b) * NEAR_CODES + c;
}

/* The ways a word may begin; a _ in it may be there or not. */
static void
add_word(uint8_t *bits, const char *w)
{
	for (unsigned gap = 0; gap < 2; gap++) {
		unsigned c[3] = { NEAR_CODES - 1, NEAR_CODES - 1,
		    NEAR_CODES - 1 };
		size_t n = 0;

		for (const char *p = w; *p != '\0' && n < 3; p++)
			if (*p != '_')
				c[n++] = code((uint8_t)*p);
			else if (gap != 0)
				break;
		set_bit(bits, three(c[0], c[1], c[2]));
	}
}

void
near_prepare(struct mask_rules *r)
{
	const struct dfa *d = &r->dfa;

	memset(r->near_bits, 0, sizeof(r->near_bits));
	memset(r->near_only, 0, sizeof(r->near_only));
	r->near_words = 0;
	for (size_t i = 0; i < r->set.n; i++)
		for (const char *w = r->set.rule[i].near; *w != '\0';
		    w += strlen(w) + 1) {
			add_word(r->near_bits, w);
			if (r->near_words < NEAR_WORDS)
				r->near_word[r->near_words] = w;
			r->near_words++;
		}
	for (uint32_t q = d->accept_min; q < d->nstate; q++) {
		unsigned n, i;
		const uint16_t *acc = dfa_accepted(d, q, &n);

		for (i = 0; i < n &&
		    r->set.rule[acc[i]].near[0] != '\0'; i++)
			;
		if (i == n)
			set_bit(r->near_only, q);
	}
}

bool
near_only(const struct mask_rules *r, uint32_t state)
{
	return has_bit(r->near_only, state);
}

void
near_begin(struct near_scan *s, const struct mask *m, const uint8_t *in,
    size_t n)
{
	*s = (struct near_scan){ .m = m, .in = in, .n = n,
	    .done = -NEAR_BACK, .hit = -2 * NEAR_BACK };
}

static uint8_t
at_place(const struct near_scan *s, ptrdiff_t i)
{
	return i >= 0 ? s->in[i] : hist_last(s->m, (unsigned)(-i - 1));
}

/* May a word begin with a, b, c?  It may end at a hump, or go on. */
static bool
may_begin(const uint8_t *bits, uint8_t a, uint8_t b, uint8_t c)
{
	const unsigned other = NEAR_CODES - 1;

	if (!sym_alnum(b))
		return has_bit(bits, three(code(a), other, other));
	return has_bit(bits, three(code(a), code(b), code(c))) ||
	    (!near_joined(b, c) &&
	    has_bit(bits, three(code(a), code(b), other))) ||
	    (!near_joined(a, b) &&
	    has_bit(bits, three(code(a), other, other)));
}

/* Does a word stand at place i?  One that ends behind s->n stands before no
 * run that is asked about. */
static bool
word_here(const struct near_scan *s, ptrdiff_t i)
{
	const struct mask_rules *r = s->m->rules;
	char text[NEAR_BACK];
	uint8_t first = at_place(s, i) | 0x20;
	size_t n = 0;

	if (r->near_words > NEAR_WORDS)
		return true;
	while (n < sizeof(text) && i + (ptrdiff_t)n < (ptrdiff_t)s->n) {
		text[n] = (char)at_place(s, i + (ptrdiff_t)n);
		n++;
	}
	for (size_t k = 0; k < r->near_words; k++) {
		const char *w = r->near_word[k];

		if ((uint8_t)*w == first && near_word(text, n, w))
			return true;
	}
	return false;
}

bool
near_may(struct near_scan *s, size_t at, size_t end)
{
	ptrdiff_t from = (ptrdiff_t)at - NEAR_BACK, i = s->done;
	uint8_t last;

	i = i < from ? from : i;
	last = i > from ? at_place(s, i - 1) : 0;
	for (; i < (ptrdiff_t)end; i++) {
		uint8_t a = at_place(s, i), before = last;

		last = a;
		if (!sym_alnum(a) || near_joined(before, a))
			continue;
		if (i + 2 >= (ptrdiff_t)s->n) {
			s->hit = i; /* its end is not here yet */
			break;
		}
		if (may_begin(s->m->rules->near_bits, a, at_place(s, i + 1),
		    at_place(s, i + 2)) && word_here(s, i))
			s->hit = i;
	}
	if (s->done < i)
		s->done = i;
	return s->hit >= from;
}
