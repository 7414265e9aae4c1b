/* SPDX-License-Identifier: BSD-2-Clause
 * Properties of the masker: nothing depends on how bytes are cut, nothing
 * but values changes, and time does what masking S3 says. */
#include "tests/unit/test.h"

#include "tests/unit/mask_helper.h"

static struct mask_rules *rules, *all;

/* Lines a terminal shows, with what must come out (recording, 80 columns). */
static const struct {
	const char *in, *want;
} lines[] = {
	{ "card 4242424242424242 ok\r\n", "card [card]******4242 ok\r\n" },
	{ "\033[31m4242\033[0m4242\033[1m42424242\033[m\r\n",
	    "\033[31m[car\033[0md]**\033[1m****4242\033[m\r\n" },
	{ "a\033[K4242\033[K424242424242\033[K",
	    "a\033[K4242\033[K424242424242\033[K" },
	{ "=\033[01;31m\033[K4242\033[m\033[K424242424242\r\n",
	    "=\033[01;31m\033[K[car\033[m\033[Kd]******4242\r\n" },
	{ "\033]8;;http://x/\033\\4242424242424242\033]8;;\033\\\r\n",
	    "\033]8;;http://x/\033\\[card]******4242\033]8;;\033\\\r\n" },
	{ "\033]0;card 4242424242424242\a$ ",
	    "\033]0;card [card]******4242\a$ " },
	{ "\xef\xbc\x94\xef\xbc\x92" "42424242424242\n",
	    "[card]********4242\n" },
	{ "4242\xc2\xa0" "4242\xc2\xa0" "4242\xc2\xa0" "4242\n",
	    "[card]***\xc2\xa0****\xc2\xa0" "4242\n" },
	{ "42\xe2\x80\x8b" "42424242424242\n", "[c\xe2\x80\x8b" "ard]******4242\n" },
	{ "4\b42\b24\b42\b2424242424242\n",
	    "[\b[c\bca\bar\brd]******4242\n" },
	{ "_\b4_\b2_\b4_\b2" "424242424242\n",
	    "[\b[c\bca\bar\brd]******4242\n" },
	/* an underscore in a run may underline, or end it */
	{ "FLWSECK_TEST-_\bb_\bc_\b8_\bf_\bc_\b3_\b4_\b6_\b0_\b9_\b9_"
	    "\b1_\b2_\b3_\b9_\b4_\b8_\b0_\b7_\b3_\b6_\b5_\b4_\b3_\b8_\b"
	    "9_\b9_\b9_\b1_\ba_\b5_\b8_\b-_\bX z\n",
	    "FLWSECK_TEST-[\b[f\bfl\blu\but\btt\bte\ber\br]\b]*\b**\b**"
	    "\b**\b**\b**\b**\b**\b**\b**\b**\b**\b**\b**\b**\b**\b**\b"
	    "**\b**\b**\b**\b**\b**\b**\b**\b* z\n" },
	{ "FLWSECK_TEST-bc8fc346099123948073654389991a58-X_b _c\n",
	    "FLWSECK_TEST-[flutter]*************************_b _c\n" },
	{ "| 4242-4242-4242-4242 | \xe2\x94\x82\n",
	    "| [card]***-****-4242 | \xe2\x94\x82\n" },
	{ "caf\xc3\xa9 4242424242424242 \xe6\x97\xa5\n",
	    "caf\xc3\xa9 [card]******4242 \xe6\x97\xa5\n" },
	{ "DE89 3704 0044 0532 0130 00\n", "[iban]*** **** **** **30 00\n" },
	{ "SSN 219-09-9999, x\n", "SSN ***-**-9999, x\n" },
	{ "\"password\": \"hunter2 and 3\"\n",
	    "\"password\": \"[secret]*****\"\n" },
	{ "TOKEN=abcdef0123456789abcdef\n", "TOKEN=[secret]**************\n" },
	{ "AKIAQYLPMN5HHHFPZAM2\n", "AKIA[aws]***********\n" },
	{ "x\xff" "4242424242424242\xfe\n", "x\xff[card]******4242\xfe\n" },
	{ "4242424242424242", "[card]******4242" },
	{ "_4242424242424242 ", "_[card]******4242 " },
	{ "42\r\n42424242424242\r\n", "42\r\n42424242424242\r\n" },
	{ "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0BAQ\r\n"
	    "AAAA\r\n-----END PRIVATE KEY-----\r\n",
	    "-----BEGIN PRIVATE KEY-----\r\n**************************\r\n"
	    "****\r\n-----END PRIVATE KEY-----\r\n" },
	{ "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0BAQ\r\n"
	    "root@web01:~# ls\r\n",
	    "-----BEGIN PRIVATE KEY-----\r\n**************************\r\n"
	    "root@web01:~# ls\r\n" },
	{ "\033P1$r4242424242424242\033\\z", "\033P1$r4242424242424242\033\\z" },
	{ "\033[12;1H4242424242424242\033[13;1H",
	    "\033[12;1H[card]******4242\033[13;1H" },
	{ "1\033[15b 4\033[2b", "1\033[15b 4\033[2b" },
};

static void
as_given(const struct mask_rules *r, const char *in, size_t n, size_t step,
    size_t cut, struct bench *b)
{
	bench_open(b, r, MASK_RECORD, true, 80);
	if (cut > 0 && cut < n) {
		bench_feed(b, in, cut, 0);
		bench_feed(b, in + cut, n - cut, 0);
	} else {
		for (size_t at = 0; at < n; at += step)
			bench_feed(b, in + at, n - at < step ? n - at : step,
			    0);
	}
	bench_end(b);
}

static void
same_events(const struct bench *a, const struct bench *b)
{
	assert_int_equal(a->nev, b->nev);
	for (unsigned i = 0; i < a->nev; i++) {
		assert_string_equal(a->rule[i], b->rule[i]);
		assert_int_equal(a->ev[i].off, b->ev[i].off);
		assert_int_equal(a->ev[i].len, b->ev[i].len);
		assert_memory_equal(a->ev[i].fp, b->ev[i].fp, MASK_FP_LEN);
	}
}

static void
lines_come_out_as_wanted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct bench b;

		as_given(rules, lines[i].in, strlen(lines[i].in), 65536, 0,
		    &b);
		if (strcmp(bench_text(&b), lines[i].want) != 0)
			print_error("line %zu: %s\n", i, bench_text(&b));
		assert_string_equal(bench_text(&b), lines[i].want);
		bench_close(&b);
	}
}

static void
no_cut_changes_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		size_t n = strlen(lines[i].in);
		struct bench whole, b;

		as_given(rules, lines[i].in, n, 65536, 0, &whole);
		for (size_t cut = 0; cut < n; cut++) {
			as_given(rules, lines[i].in, n, 1, cut, &b);
			if (strcmp(bench_text(&b), bench_text(&whole)) != 0)
				print_error("line %zu cut %zu\n", i, cut);
			assert_string_equal(bench_text(&b),
			    bench_text(&whole));
			same_events(&whole, &b);
			bench_close(&b);
		}
		bench_close(&whole);
	}
}

static void
masking_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct bench b;

		as_given(rules, lines[i].want, strlen(lines[i].want), 65536,
		    0, &b);
		assert_string_equal(bench_text(&b), lines[i].want);
		assert_int_equal(b.nev, 0);
		bench_close(&b);
	}
}

static uint32_t
next_random(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

/* Random bytes, without digits so that no rule can fire by chance; in
 * random pieces. */
static void
random_bytes_pass(void **state)
{
	size_t n = 10 * 1024 * 1024, at = 0;
	char *in = malloc(n);
	struct bench b;
	uint32_t s = 1;

	(void)state;
	assert_non_null(in);
	for (size_t i = 0; i < n; i++) {
		in[i] = (char)next_random(&s);
		if ((in[i] >= '0' && in[i] <= '9') || in[i] == '=' ||
		    in[i] == ':')
			in[i] = ' ';
	}
	bench_open(&b, rules, MASK_LIVE, true, 80);
	while (at < n) {
		size_t step = next_random(&s) % 5000 + 1;

		if (step > n - at)
			step = n - at;
		bench_feed(&b, in + at, step, 0);
		at += step;
	}
	bench_end(&b);
	assert_int_equal(b.out.len, n);
	assert_memory_equal(b.out.p, in, n);
	assert_int_equal(b.nev, 0);
	bench_close(&b);
	free(in);
}

static void
off_a_terminal_bytes_stay(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct bench b;

		bench_open(&b, rules, MASK_RECORD, false, 0);
		bench_feed(&b, lines[i].in, strlen(lines[i].in), 0);
		bench_end(&b);
		assert_int_equal(b.out.len, strlen(lines[i].in));
		bench_close(&b);
	}
}

static void
time_rules(void **state)
{
	struct bench b;

	(void)state;
	/* a prompt is released after T1, never masked */
	bench_open(&b, rules, MASK_LIVE, true, 80);
	bench_feed(&b, "Password: ", 10, 0);
	assert_int_equal(mask_deadline(b.m), 2 * MS);
	assert_int_equal(mask_tick(b.m, 2 * MS, &b.out, &b.e), 0);
	assert_string_equal(bench_text(&b), "Password: ");
	assert_int_equal(mask_deadline(b.m), -1);
	bench_close(&b);

	/* a number that is no card yet: 2 ms, then 250 ms, then stars */
	bench_open(&b, rules, MASK_LIVE, true, 80);
	bench_feed(&b, "424242", 6, 0);
	assert_int_equal(mask_deadline(b.m), 2 * MS);
	assert_int_equal(mask_tick(b.m, 1 * MS, &b.out, &b.e), 0);
	assert_int_equal(b.out.len, 0);
	assert_int_equal(mask_tick(b.m, 2 * MS, &b.out, &b.e), 0);
	assert_string_equal(bench_text(&b), "424242");
	bench_feed(&b, "42", 2, 10 * MS);
	assert_int_equal(mask_deadline(b.m), 260 * MS);
	assert_int_equal(mask_tick(b.m, 260 * MS, &b.out, &b.e), 0);
	assert_string_equal(bench_text(&b), "424242**");
	assert_int_equal(b.nev, 1);
	assert_int_equal(b.ev[0].state, MASK_TIMEOUT);
	bench_feed(&b, "42", 2, 600 * MS);
	assert_string_equal(bench_text(&b), "424242****");
	bench_feed(&b, "424242 x", 8, 900 * MS);
	bench_end(&b);
	assert_string_equal(bench_text(&b), "424242******4242 x");
	assert_int_equal(b.nev, 2);
	assert_int_equal(b.ev[1].state, MASK_LATE);
	assert_int_equal(b.ev[1].exposed, 6);
	bench_close(&b);
}

/* One byte each gap, ticking when it is asked for. */
static void
drip(struct bench *b, const char *in, int64_t gap)
{
	int64_t now = 0, at;

	for (; *in != '\0'; in++, now += gap) {
		while ((at = mask_deadline(b->m)) >= 0 && at <= now)
			assert_int_equal(mask_tick(b->m, at, &b->out, &b->e),
			    0);
		bench_feed(b, in, 1, now);
	}
	while ((at = mask_deadline(b->m)) >= 0)
		assert_int_equal(mask_tick(b->m, at, &b->out, &b->e), 0);
}

static void
slow_drips(void **state)
{
	static const struct {
		int64_t gap_ms;
		const char *in, *want;
	} t[] = {
		{ 50, "4242424242424242 x", "424242******4242 x" },
		{ 400, "4242424242424242 x", "424242********** x" },
		{ 50, "219-09-9999 x", "219-**-9999 x" },
		{ 400, "219-09-9999 x", "219-******* x" },
		{ 50, "DE89370400440532013000 x", "DE89370***********3000 x" },
		{ 1, "4242424242424242 x", "[card]******4242 x" },
		{ 400, "1234567 hello", "1234567 hello" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct bench b;

		bench_open(&b, rules, MASK_LIVE, true, 80);
		drip(&b, t[i].in, t[i].gap_ms * MS);
		assert_string_equal(bench_text(&b), t[i].want);
		bench_close(&b);
		/* the recording does not know about time */
		bench_open(&b, rules, MASK_RECORD, true, 80);
		drip(&b, "4242424242424242 x", t[i].gap_ms * MS);
		bench_end(&b);
		assert_string_equal(bench_text(&b), "[card]******4242 x");
		bench_close(&b);
	}
}

static void
echo_is_not_held(void **state)
{
	const char *typed = "4242424242424242 ";
	struct bench b;

	(void)state;
	bench_open(&b, rules, MASK_LIVE, true, 80);
	bench_feed(&b, "$ ", 2, 0);
	for (size_t i = 0; typed[i] != '\0'; i++) {
		mask_echo(b.m, typed + i, 1, 0);
		bench_feed(&b, typed + i, 1, 0);
		assert_int_equal(b.out.len, 2 + i + 1);
	}
	assert_string_equal(bench_text(&b), "$ 4242424242424242 ");
	assert_int_equal(b.nev, 0);
	/* what the program says itself is masked */
	bench_feed(&b, "4242424242424242 ", 17, 0);
	assert_string_equal(bench_text(&b),
	    "$ 4242424242424242 [card]******4242 ");
	bench_close(&b);

	bench_open(&b, rules, MASK_RECORD, true, 80);
	mask_echo(b.m, typed, strlen(typed), 0);
	bench_feed(&b, typed, strlen(typed), 0);
	assert_string_equal(bench_text(&b), "[card]******4242 ");
	bench_close(&b);
}

static void
soft_wraps_do_not_cut(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = { /* ten columns */
		/* autowrap */
		{ "ab 4242424242424242\r\n", "ab [card]******4242\r\n" },
		/* less */
		{ "ab 4242424 \b242424242\r\n", "ab [card]* \b*****4242\r\n" },
		/* readline */
		{ "ab 4242424 \r242424242\r\n", "ab [card]* \r*****4242\r\n" },
		/* vim */
		{ "\033[3;1Hab 4242424\033[4;1H242424242\033[5;1H",
		    "\033[3;1Hab [card]*\033[4;1H*****4242\033[5;1H" },
		/* two rows further is another text */
		{ "\033[3;1Hab 4242424\033[5;1H242424242\033[6;1H",
		    "\033[3;1Hab 4242424\033[5;1H242424242\033[6;1H" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		for (size_t cut = 0; cut < strlen(t[i].in); cut++) {
			struct bench b;

			bench_open(&b, rules, MASK_RECORD, true, 10);
			bench_feed(&b, t[i].in, cut, 0);
			bench_feed(&b, t[i].in + cut, strlen(t[i].in) - cut,
			    0);
			bench_end(&b);
			assert_string_equal(bench_text(&b), t[i].want);
			bench_close(&b);
		}
}

static void
long_line_is_linear_and_bounded(void **state)
{
	size_t n = 5 * 1024 * 1024;
	char *in = malloc(n);
	struct bench b;

	(void)state;
	assert_non_null(in);
	for (size_t i = 0; i < n; i++)
		in[i] = (char)('a' + i % 25);
	memcpy(in, "token=12345", 11);
	bench_open(&b, rules, MASK_LIVE, false, 0);
	for (size_t at = 0; at < n; at += 4096)
		bench_feed(&b, in + at, 4096, 0);
	assert_true(mask_held(b.m) < 100);
	bench_end(&b);
	assert_int_equal(b.out.len, n);
	assert_int_equal(b.nev, 1);
	assert_int_equal(b.ev[0].len, n - 6);
	assert_null(memchr(b.out.p + 14, 'b', n - 14));
	bench_close(&b);
	free(in);
}

static int
setup(void **state)
{
	(void)state;
	rules = load_rules(NULL);
	all = load_rules("all");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mask_rules_free(rules);
	mask_rules_free(all);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_out_as_wanted),
		cmocka_unit_test(no_cut_changes_anything),
		cmocka_unit_test(masking_twice_changes_nothing),
		cmocka_unit_test(random_bytes_pass),
		cmocka_unit_test(off_a_terminal_bytes_stay),
		cmocka_unit_test(time_rules),
		cmocka_unit_test(slow_drips),
		cmocka_unit_test(echo_is_not_held),
		cmocka_unit_test(soft_wraps_do_not_cut),
		cmocka_unit_test(long_line_is_linear_and_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
