/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/near.h"

#include <stdlib.h>
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

/* Bit i: the word may go on with its character i.  A _ may be left out. */
static uint64_t
with_gaps(const char *w, uint64_t at)
{
	for (unsigned i = 0; i < 63 && w[i] != '\0'; i++)
		if (w[i] == '_' && (at >> i & 1) != 0)
			at |= (uint64_t)1 << (i + 1);
	return at;
}

static void
add_char(struct symset *s, unsigned char c)
{
	symset_add(s, c == '_' ? ' ' : c);
	symset_add(s, c == '_' ? '-' : c);
	symset_add(s, sym_alpha(c) ? c & ~0x20u : c);
}

/* What may stand at its first places. */
static struct sieve_shape
shape_of(const char *w)
{
	struct sieve_shape s = { .left = (1u << PREV_N) - 1 };
	uint64_t at = 1;
	size_t len = strlen(w);

	for (size_t d = 0; d < SIEVE_DEPTH; d++) {
		at = with_gaps(w, at);
		if (len > 62 || (at >> len & 1) != 0) {
			sieve_any(&s.at[d]);
			continue;
		}
		for (size_t i = 0; i < len; i++)
			if ((at >> i & 1) != 0)
				add_char(&s.at[d], (unsigned char)w[i]);
		at <<= 1;
	}
	return s;
}

static bool
known(const struct mask_rules *r, const char *w)
{
	for (size_t i = 0; i < r->near_words && i < NEAR_WORDS; i++)
		if (strcmp(r->near_word[i], w) == 0)
			return true;
	return false;
}

static int
by_first(const void *a, const void *b)
{
	return **(const char *const *)a - **(const char *const *)b;
}

/* Each word once, by its first character. */
static void
list_words(struct mask_rules *r)
{
	size_t n = 0;

	r->near_words = 0;
	for (size_t i = 0; i < r->set.n; i++)
		for (const char *w = r->set.rule[i].near; *w != '\0';
		    w += strlen(w) + 1) {
			const char *first = w + strspn(w, "_");

			if (*first == '\0' || known(r, first))
				continue;
			if (r->near_words < NEAR_WORDS)
				r->near_word[r->near_words] = first;
			r->near_words++;
		}
	if (r->near_words > NEAR_WORDS)
		return;
	qsort(r->near_word, r->near_words, sizeof(r->near_word[0]), by_first);
	for (size_t c = 0; c <= SYM_N; c++) {
		while (n < r->near_words &&
		    (unsigned char)r->near_word[n][0] < c)
			n++;
		r->near_from[c] = (uint16_t)n;
	}
}

int
near_compile(struct mask_rules *r, struct err *e)
{
	struct sieve_maker *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	list_words(r);
	for (size_t i = 0; i < r->near_words && i < NEAR_WORDS; i++) {
		struct sieve_shape s = shape_of(r->near_word[i]);

		sieve_add(k, &s);
	}
	sieve_finish(k, &r->words);
	free(k);
	return 0;
}

void
near_prepare(struct mask_rules *r)
{
	const struct dfa *d = &r->dfa;

	memset(r->near_only, 0, sizeof(r->near_only));
	list_words(r);
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

/* Does a word stand at place i?  One that ends behind s->n stands before no
 * run that is asked about. */
static bool
word_here(const struct near_scan *s, ptrdiff_t i)
{
	const struct mask_rules *r = s->m->rules;
	char text[NEAR_BACK];
	uint8_t c = at_place(s, i);
	size_t n = 0;

	while (n < sizeof(text) && i + (ptrdiff_t)n < (ptrdiff_t)s->n) {
		text[n] = (char)at_place(s, i + (ptrdiff_t)n);
		n++;
	}
	c = (uint8_t)(sym_alpha(c) ? c | 0x20u : c & (SYM_N - 1u));
	for (size_t k = r->near_from[c]; k < r->near_from[c + 1]; k++)
		if (near_word(text, n, r->near_word[k]))
			return true;
	return false;
}

/* Note the word at place i, if one begins there. */
static void
look(struct near_scan *s, ptrdiff_t i)
{
	if (!near_joined(at_place(s, i - 1), at_place(s, i)) &&
	    word_here(s, i))
		s->hit = i;
}

bool
near_may(struct near_scan *s, size_t at, size_t end)
{
	const struct sieve *words = &s->m->rules->words;
	ptrdiff_t from = (ptrdiff_t)at - NEAR_BACK, to = (ptrdiff_t)end;
	ptrdiff_t i = s->done < from ? from : s->done;

	if (s->m->rules->near_words > NEAR_WORDS)
		return true;
	for (; i < 0 && i < to; i++)
		if (words->at[at_place(s, i)][0] != 0)
			look(s, i);
	for (; i < to; i += 64) {
		uint64_t hits = sieve_block(words, at_place(s, i - 1),
		    s->in + i, s->n - (size_t)i);

		for (; hits != 0; hits &= hits - 1)
			look(s, i + __builtin_ctzll(hits));
	}
	if (s->done < i)
		s->done = i;
	return s->hit >= from;
}
