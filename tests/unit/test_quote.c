/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/quote.h"

static void
plain_and_hostile(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *want;
	} t[] = {
		{ "", 0, "\"\"" },
		{ "abc ~", 5, "\"abc ~\"" },
		{ "a\"b\\c", 5, "\"a\\x22b\\x5cc\"" },
		{ "x\n\033[1m\0y", 8, "\"x\\x0a\\x1b[1m\\x00y\"" },
		{ "\xc2\x9b\x7f", 3, "\"\\xc2\\x9b\\x7f\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_string_equal(quote(t[i].in, t[i].n).s, t[i].want);
	assert_string_equal(quote_str("k1").s, "\"k1\"");
}

static void
cut_at_256(void **state)
{
	char in[1000];

	(void)state;
	memset(in, 'a', sizeof(in));
	assert_int_equal(strlen(quote(in, 256).s), 258);
	assert_null(strstr(quote(in, 256).s, "..."));
	assert_int_equal(strlen(quote(in, 257).s), 261);
	assert_non_null(strstr(quote(in, 257).s, "...\""));
	memset(in, 1, sizeof(in));
	assert_int_equal(strlen(quote(in, 64).s), 258);
	assert_int_equal(strlen(quote(in, 1000).s), 261);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_and_hostile),
		cmocka_unit_test(cut_at_256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
