/* SPDX-License-Identifier: BSD-2-Clause
 * What holds for every text of a rule file's tests, whatever the rule: no
 * cut and no colour changes what is masked, columns and controls stay.
 * WARRANT_TEST_SEED repeats a run. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <time.h>

#include "recorder/mask/engine.h"
#include "tests/unit/mask_helper.h"

#define TEXT_MAX 4096

static struct mask_rules *rules;
static uint32_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void
whole(struct bench *b, const char *in, size_t n, bool tty)
{
	bench_open(b, rules, MASK_RECORD, tty, tty ? 80 : 0);
	bench_feed(b, in, n, 0);
	bench_end(b);
}

static void
assert_same(const struct rule_test *t, const struct bench *a,
    const struct bench *b)
{
	bool same = a->out.len == b->out.len && a->nev == b->nev &&
	    memcmp(bench_text(a), bench_text(b), a->out.len) == 0;

	for (unsigned i = 0; same && i < a->nev; i++)
		same = strcmp(a->rule[i], b->rule[i]) == 0 &&
		    a->ev[i].off == b->ev[i].off &&
		    a->ev[i].len == b->ev[i].len;
	if (!same)
		fail_msg("line %u: %s: %.*s, not %.*s", t->line, t->text,
		    (int)b->out.len, bench_text(b), (int)a->out.len,
		    bench_text(a));
}

/* Columns of the glyphs, and the bytes of all that is none. */
static size_t
columns(const char *text, size_t n, char *rest, size_t *nrest)
{
	struct tok t = { 0 };
	size_t cols = 0, from = 0;

	*nrest = 0;
	for (size_t i = 0; i < n; i++) {
		enum tok_kind kind = tok_byte(&t, (uint8_t)text[i]);
		size_t end = t.again ? i : i + 1;

		if (kind == TOK_MORE)
			continue;
		if (kind == TOK_GLYPH)
			cols += t.width;
		else
			for (size_t k = from; k < end; k++)
				rest[(*nrest)++] = text[k];
		from = end;
		i -= t.again;
	}
	return cols;
}

static void
assert_shape(const struct rule_test *t, const char *in, size_t n,
    const struct bench *b)
{
	static char was[TEXT_MAX], is[TEXT_MAX];
	size_t nwas, nis, cols = columns(in, n, was, &nwas);

	if (columns(bench_text(b), b->out.len, is, &nis) != cols)
		fail_msg("line %u: columns: %s", t->line, bench_text(b));
	if (nwas != nis || memcmp(was, is, nis) != 0)
		fail_msg("line %u: controls: %s", t->line, bench_text(b));
}

static void
every_cut_gives_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < rules->set.ntest; i++) {
		const struct rule_test *t = &rules->set.test[i];
		struct bench a, b;

		whole(&a, t->text, t->len, true);
		for (size_t cut = 1; cut < t->len; cut++) {
			bench_open(&b, rules, MASK_RECORD, true, 80);
			bench_feed(&b, t->text, cut, 0);
			bench_feed(&b, t->text + cut, t->len - cut, 0);
			bench_end(&b);
			assert_same(t, &a, &b);
			bench_close(&b);
		}
		bench_close(&a);
	}
}

/* Put colours and links between the characters of text. */
static size_t
decorate(const struct rule_test *t, char *to)
{
	static const char *const marks[] = { "\033[31m", "\033[0m",
	    "\033[1;4m", "\033]8;;http://x/\033\\", "\033]0;t\a", "\033[K" };
	size_t n = 0;

	for (size_t i = 0; i < t->len; i++) {
		if (draw(6) == 0) {
			const char *m = marks[draw(COUNT(marks))];

			memcpy(to + n, m, strlen(m));
			n += strlen(m);
		}
		to[n++] = t->text[i];
	}
	return n;
}

static bool
plain(const struct rule_test *t)
{
	for (size_t i = 0; i < t->len; i++)
		if ((unsigned char)t->text[i] < 0x20 ||
		    (unsigned char)t->text[i] > 0x7e)
			return false;
	return t->len < 256;
}

static void
colours_change_no_match(void **state)
{
	static char in[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < rules->set.ntest; i++) {
		const struct rule_test *t = &rules->set.test[i];
		struct bench a, b;
		size_t n;

		if (!plain(t))
			continue;
		whole(&a, t->text, t->len, true);
		n = decorate(t, in);
		whole(&b, in, n, true);
		if (a.nev != b.nev)
			fail_msg("line %u: %s: %u values, not %u", t->line,
			    bench_text(&b), b.nev, a.nev);
		for (unsigned k = 0; k < a.nev; k++) {
			assert_string_equal(a.rule[k], b.rule[k]);
			assert_memory_equal(a.ev[k].fp, b.ev[k].fp,
			    MASK_FP_LEN);
			assert_int_equal(a.ev[k].cols, b.ev[k].cols);
		}
		assert_shape(t, in, n, &b);
		bench_close(&a);
		bench_close(&b);
	}
}

static void
columns_stay_and_twice_is_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < rules->set.ntest; i++) {
		const struct rule_test *t = &rules->set.test[i];
		struct bench a, b;

		whole(&a, t->text, t->len, true);
		assert_shape(t, t->text, t->len, &a);
		if (a.nev == 0)
			assert_memory_equal(bench_text(&a), t->text, t->len);
		whole(&b, bench_text(&a), a.out.len, true);
		if (a.out.len != b.out.len ||
		    memcmp(bench_text(&a), bench_text(&b), a.out.len) != 0)
			fail_msg("line %u: once %s, twice %s", t->line,
			    bench_text(&a), bench_text(&b));
		bench_close(&a);
		bench_close(&b);
		/* off a terminal bytes stay */
		whole(&a, t->text, t->len, false);
		assert_int_equal(a.out.len, t->len);
		bench_close(&a);
	}
}

/* Lines, cursor motion and pieces of values in any order, in any pieces. */
static void
random_screens_come_out_alike(void **state)
{
	static const char *const parts[] = { "4242424242424242", " ", "\r\n",
	    "\n", "\r", "\b", " \b", " \r", "_\b", "\t", "42424242", "x",
	    "password=hunter2!", "\033[3;1H", "\033[4;1H", "\033[K",
	    "\033[31m", "219-09-9999", "\xc2\xa0", "\xe6\x97\xa5", "abc def ",
	    "DE89370400440532013000", "\xff", "\033[2J" };
	static char in[TEXT_MAX];

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct rule_test t = { .text = in };
		struct bench a, b;
		size_t n = 0, count = 1 + draw(24);

		for (size_t i = 0; i < count; i++) {
			const char *p = parts[draw(COUNT(parts))];

			memcpy(in + n, p, strlen(p));
			n += strlen(p);
		}
		in[n] = '\0';
		bench_open(&a, rules, MASK_RECORD, true, 20);
		bench_feed(&a, in, n, 0);
		bench_end(&a);
		bench_open(&b, rules, MASK_RECORD, true, 20);
		for (size_t at = 0; at < n;) {
			size_t step = 1 + draw(5);

			if (step > n - at)
				step = n - at;
			bench_feed(&b, in + at, step, 0);
			at += step;
		}
		bench_end(&b);
		assert_same(&t, &a, &b);
		bench_close(&a);
		bench_close(&b);
	}
}

static int
setup(void **state)
{
	const char *given = getenv("WARRANT_TEST_SEED");

	(void)state;
	seed = given != NULL ? (uint32_t)strtoul(given, NULL, 10) :
	    (uint32_t)time(NULL);
	print_message("WARRANT_TEST_SEED=%u\n", seed);
	rules = load_rules("all");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mask_rules_free(rules);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut_gives_the_same),
		cmocka_unit_test(colours_change_no_match),
		cmocka_unit_test(columns_stay_and_twice_is_once),
		cmocka_unit_test(random_screens_come_out_alike),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
