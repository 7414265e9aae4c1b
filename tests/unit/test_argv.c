/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "recorder/argv.h"

#define B(s) (s), sizeof(s) /* the literal's own NUL ends the last word */

static void
escapes(void **state)
{
	static const struct {
		const char *block;
		size_t n;
		const char *want;
	} t[] = {
		{ "", 0, "" },
		{ B(""), "\"\"" },
		{ B("ls"), "ls" },
		{ B("ls\0-l\0"), "ls -l \"\"" },
		{ B("sh\0-c\0echo a b"), "sh -c echo\\ a\\ b" },
		{ B("a\\b"), "a\\\\b" },
		{ B("\"\""), "\\x22\\x22" },
		{ B("x\ny\033[2J\x7f"), "x\\x0ay\\x1b[2J\\x7f" },
		{ B("\xff\xfe"), "\\xff\\xfe" },
		{ B("gr\xc3\xbcn\0\xe2\x80\xae"), "gr\xc3\xbcn \\u{202e}" },
		{ B("\\x0a"), "\\\\x0a" },
		{ "cut\0off", 7, "cut off" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(ARGV_SHOWN_MAX);

		argv_escape(&b, t[i].block, t[i].n);
		print_message("%s\n", t[i].want);
		assert_string_equal(b.p == NULL ? "" : b.p, t[i].want);
		buf_clear(&b);
	}
}

static void
cuts(void **state)
{
	struct buf b = BUF_INIT(8);

	(void)state;
	argv_escape(&b, B("abcde"));
	assert_string_equal(b.p, "abcde");
	buf_reset(&b);
	argv_escape(&b, B("abcdefghij"));
	assert_string_equal(b.p, "abcde...");
	buf_reset(&b);
	argv_escape(&b, B("abc\033[x"));
	assert_string_equal(b.p, "abc...");
	buf_clear(&b);
}

static void
compares(void **state)
{
	static const struct {
		const char *path, *asked;
		size_t n;
		const char *is;
		size_t m;
		enum argv_match want;
	} t[] = {
		{ "/bin/ls", B("ls\0-l"), B("ls\0-l"), ARGV_SAME },
		{ "/bin/ls", B("ls\0-l"), B("ls\0-a"), ARGV_OTHER },
		{ "/bin/ls", B("ls\0-l"), B("ls"), ARGV_OTHER },
		{ "/bin/ls", B("ls"), B("ls\0"), ARGV_OTHER },
		{ "/bin/ls", "", 0, B(""), ARGV_SAME },
		{ "/x/s", B("s\0a"), B("/bin/sh\0/x/s\0a"), ARGV_INTERPRETED },
		{ "/x/s", B("s\0a"), B("/bin/sh\0-e\0/x/s\0a"),
		    ARGV_INTERPRETED },
		{ "/x/s", B("s"), B("/bin/sh\0/x/s"), ARGV_INTERPRETED },
		{ "/x/s", "", 0, B("/bin/sh\0/x/s"), ARGV_INTERPRETED },
		{ "/x/s", B("s\0a"), B("/x/s\0a"), ARGV_OTHER },
		{ "/x/s", B("s\0a"), B("/bin/sh\0/y/s\0a"), ARGV_OTHER },
		{ "/x/s", B("s\0a"), B("/bin/sh/x/s\0a"), ARGV_OTHER },
		{ "/x/s", B("s\0a"), B("/bin/sh\0/x/s\0b"), ARGV_OTHER },
		/* a script of a script */
		{ "/x/s", B("s\0a"), B("/bin/sh\0/y/i\0/x/s\0a"),
		    ARGV_INTERPRETED },
		/* binfmt_misc with and without flag P */
		{ "/x/j", B("j\0a"), B("/bin/java\0/x/j\0j\0a"),
		    ARGV_INTERPRETED },
		{ "/x/j", B("j\0a"), B("/bin/java\0/x/j\0k\0a"), ARGV_OTHER },
		{ "/x/s", B("s\0a"), "", 0, ARGV_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		print_message("row %zu\n", i);
		assert_int_equal(argv_compare(t[i].path, t[i].asked, t[i].n,
		    t[i].is, t[i].m), t[i].want);
	}
}

static void
digests(void **state)
{
	unsigned char key[ARGV_KEY_SIZE] = { 0 };
	char a[ARGV_DIGEST_MAX], b[ARGV_DIGEST_MAX];

	(void)state;
	/* from: printf 'ls\0-l\0' | openssl mac -digest SHA256
	 *       -macopt hexkey:00..00 HMAC */
	argv_digest(key, B("ls\0-l"), a);
	assert_string_equal(a, "31a5ee24c8c81c1bff88d1a028c4d3e2"
	    "373293b1205c9c8fcf3fa143eb7b4ce0");
	key[31] = 1;
	argv_digest(key, B("ls\0-l"), b);
	assert_string_not_equal(a, b);
}

static void
picks_words(void **state)
{
	(void)state;
	assert_int_equal(argv_count(B("a\0b\0")), 3);
	assert_int_equal(argv_count("", 0), 0);
	assert_string_equal(argv_word(B("a\0b\0"), 1), "b");
	assert_string_equal(argv_word(B("a\0b\0"), 2), "");
	assert_null(argv_word(B("a\0b\0"), 3));
	assert_null(argv_word("", 0, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(cuts),
		cmocka_unit_test(compares),
		cmocka_unit_test(digests),
		cmocka_unit_test(picks_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
