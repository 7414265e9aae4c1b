/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"

static void
grows_to_its_maximum(void **state)
{
	struct buf b = BUF_INIT(1000);
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_putc(&b, (char)('a' + i % 26), &e), 0);
	assert_int_equal(b.len, 1000);
	assert_int_equal(buf_putc(&b, 'x', &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(b.len, 1000);
	assert_int_equal(b.p[999], 'a' + 999 % 26);
	assert_int_equal(b.p[1000], '\0');
	buf_clear(&b);
}

static void
prints_and_drops(void **state)
{
	struct buf b = BUF_INIT(64);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(buf_printf(&b, &e, "%d-%s", 42, "abc"), 0);
	assert_string_equal(b.p, "42-abc");
	buf_drop(&b, 3);
	assert_string_equal(b.p, "abc");
	buf_drop(&b, 99);
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_printf(&b, &e, "%0100d", 1), -1);
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void
errors_hold_no_control_characters(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, ERR_INPUT, "a%sb", "\n\033[31m"), -1);
	assert_string_equal(e.text, "a??[31mb");
	assert_int_equal(err_prefix(&e, "file"), -1);
	assert_string_equal(e.text, "file: a??[31mb");
	assert_int_equal(e.code, ERR_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_its_maximum),
		cmocka_unit_test(prints_and_drops),
		cmocka_unit_test(errors_hold_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
