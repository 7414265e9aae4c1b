/* SPDX-License-Identifier: BSD-2-Clause
 * The sieve lets through every place where a shape stands, and the last ones,
 * however the places fall into blocks. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "recorder/mask/sieve.h"

#define LEN 200

/* Shapes "a", "b" and so on: the letter, then a digit, then anything; behind
 * no letter or digit. */
static struct sieve *
sieve_of(unsigned letters)
{
	struct sieve_maker *k = calloc(1, sizeof(*k));
	struct sieve *s = calloc(1, sizeof(*s));

	assert_non_null(k);
	assert_non_null(s);
	for (unsigned i = 0; i < letters; i++) {
		struct sieve_shape one = { .left = 1u << PREV_OTHER,
		    .near = i % 2 != 0 };

		symset_add(&one.at[0], 'A' + i % 26 + (i >= 26 ? 32 : 0));
		for (unsigned c = '0'; c <= '9'; c++)
			symset_add(&one.at[1], c);
		for (size_t d = 2; d < SIEVE_DEPTH; d++)
			sieve_any(&one.at[d]);
		sieve_add(k, &one);
	}
	sieve_finish(k, s);
	free(k);
	return s;
}

static bool
stands(const char *text, size_t i)
{
	return sym_alpha((unsigned char)text[i]) &&
	    sym_digit((unsigned char)text[i + 1]) &&
	    (i == 0 || sym_prev((unsigned char)text[i - 1]) == PREV_OTHER);
}

static void
block_tells_places(void **state)
{
	struct sieve *s = sieve_of(52);
	char text[LEN + 1] = "";

	(void)state;
	srand(7);
	for (size_t i = 0; i < LEN; i++)
		text[i] = "ab1 Z9."[rand() % 7];
	for (size_t at = 0; at < LEN; at += 3) {
		size_t n = LEN - at, may = n < 64 ? n : 64;
		uint64_t hits = sieve_block(s, at > 0 ?
		    (uint8_t)text[at - 1] : '\n', (uint8_t *)text + at, n);

		for (size_t i = 0; i < 64; i++) {
			bool want = i < may && (stands(text, at + i) ||
			    i + SIEVE_BLOCK > n);

			assert_int_equal(hits >> i & 1, want);
		}
	}
	free(s);
}

static void
place_tells_its_buckets(void **state)
{
	static const uint8_t text[] = "B7 and more of the line";
	struct sieve *s = sieve_of(52);
	uint64_t bits = sieve_place(s, ' ', text, sizeof(text) - 1);

	(void)state;
	assert_true(bits != 0);
	assert_true((bits & ~s->near) == 0); /* B is the second */
	assert_true(sieve_place(s, 'x', text, sizeof(text) - 1) == 0);
	assert_true(sieve_place(s, 'x', text, SIEVE_DEPTH - 1) == UINT64_MAX);
	free(s);
}

static uint8_t
drawn(unsigned shape, unsigned depth)
{
	return (uint8_t)(33 + (shape * 7 + depth * shape) % 90);
}

static void
more_shapes_than_buckets_lose_none(void **state)
{
	struct sieve_maker *k = calloc(1, sizeof(*k));
	struct sieve *s = calloc(1, sizeof(*s));
	uint8_t text[SIEVE_DEPTH] = { 0 };

	(void)state;
	assert_non_null(k);
	assert_non_null(s);
	for (unsigned i = 0; i < 300; i++) {
		struct sieve_shape one = { .left = (1u << PREV_N) - 1 };

		for (unsigned d = 0; d < SIEVE_DEPTH; d++)
			symset_add(&one.at[d], drawn(i, d));
		sieve_add(k, &one);
		assert_true(k->n <= SIEVE_BUCKETS);
	}
	sieve_finish(k, s);
	for (unsigned i = 0; i < 300; i++) {
		for (unsigned d = 0; d < SIEVE_DEPTH; d++)
			text[d] = drawn(i, d);
		assert_true(sieve_place(s, 'x', text, sizeof(text)) != 0);
		assert_true(sieve_block(s, 'x', text, sizeof(text)) & 1);
	}
	free(k);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_tells_places),
		cmocka_unit_test(place_tells_its_buckets),
		cmocka_unit_test(more_shapes_than_buckets_lose_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
