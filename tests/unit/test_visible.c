/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/visible.h"

static void
shows(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ "", "" },
		{ "fix the lag", "fix the lag" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
		    "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\033[2J\r\n\t\x7f", "\\x1b[2J\\x0d\\x0a\\x09\\x7f" },
		{ "\xc2\x9b""31m", "\\xc2\\x9b31m" },
		{ "\x9b", "\\x9b" },
		{ "a\xe2\x80\xae""b", "a\\u{202e}b" },
		{ "\xe2\x80\x8b", "\\u{200b}" },
		{ "\xef\xbb\xbf", "\\u{feff}" },
		{ "\xf3\xa0\x81\x81", "\\u{e0041}" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xe2\x82", "\\xe2\\x82" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(256);
		char room[256];

		print_message("%s\n", t[i].want);
		assert_int_equal(visible_put(&b, t[i].in, strlen(t[i].in),
		    NULL), 0);
		assert_string_equal(b.p == NULL ? "" : b.p, t[i].want);
		assert_string_equal(visible(t[i].in, room, sizeof(room)),
		    t[i].want);
		buf_clear(&b);
	}
}

static void
cuts_at_whole_characters(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *want;
	} t[] = {
		{ "abcdefgh", 9, "abcdefgh" },
		{ "abcdefgh", 8, "abcd..." },
		{ "abcdefgh", 4, "..." },
		{ "abc", 4, "abc" },
		{ "\xe2\x82\xac\xe2\x82\xac", 6, "..." },
		{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 9,
		    "\xe2\x82\xac..." },
		{ "ab\033\033", 9, "ab..." },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		char room[16];

		memset(room, 'z', sizeof(room));
		assert_string_equal(visible(t[i].in, room, t[i].size),
		    t[i].want);
		assert_int_equal(room[t[i].size], 'z');
	}
}

static void
a_character_both_ways(void **state)
{
	char bytes[4];
	uint32_t got;

	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = visible_utf8(c, bytes);

		if (c >= 0xd800 && c < 0xe000)
			continue; /* no character: RFC 3629, section 3 */
		assert_int_equal(visible_char(bytes, n, &got), n);
		assert_int_equal(got, c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows),
		cmocka_unit_test(cuts_at_whole_characters),
		cmocka_unit_test(a_character_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
