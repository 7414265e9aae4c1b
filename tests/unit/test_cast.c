/* SPDX-License-Identifier: BSD-2-Clause
 * Lines of a recording: what is text stays text, what is none comes twice. */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/cast.h"

static void
events(void **state)
{
	static const struct {
		const char *name, *in;
		size_t n;
		const char *want;
	} t[] = {
		{ "plain", "hello", 5, "[1.500000, \"o\", \"hello\"]\n" },
		{ "controls", "a\r\n\t\x1b[0m\x7f\"\\", 11,
		    "[1.500000, \"o\", \"a\\r\\n\\t\\u001b[0m\\u007f\\\"\\\\\"]"
		    "\n" },
		{ "NUL", "a\0b", 3, "[1.500000, \"o\", \"a\\u0000b\"]\n" },
		{ "UTF-8", "\xc3\xa4", 2, "[1.500000, \"o\", \"\xc3\xa4\"]\n" },
		{ "no UTF-8", "a\xff", 2, "[1.500000, \"o\", "
		    "\"a\xef\xbf\xbd\"]\n[1.500000, \"b\", \"Yf8=\"]\n" },
		{ "nothing", "", 0, "[1.500000, \"o\", \"\"]\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(4096);
		struct err e = { 0 };

		print_message("%s\n", t[i].name);
		assert_int_equal(cast_event(&b, 1500000, 'o', t[i].in,
		    t[i].n, &e), 0);
		assert_string_equal(b.p, t[i].want);
		buf_clear(&b);
	}
}

static void
cuts(void **state)
{
	static const struct {
		const char *in;
		size_t n, want;
	} t[] = {
		{ "abc", 3, 3 },
		{ "ab\xc3", 3, 2 },
		{ "ab\xc3\xa4", 4, 4 },
		{ "a\xe2\x82", 3, 1 },
		{ "\xf0\x9f\x98", 3, 0 },
		{ "\xf0\x9f\x98\x80", 4, 4 },
		{ "a\xff", 2, 2 },		/* never the start of one */
		{ "\x80\x80\x80\x80", 4, 4 },
		{ "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_int_equal(cast_whole(t[i].in, t[i].n), t[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events),
		cmocka_unit_test(cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
