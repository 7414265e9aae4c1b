/* SPDX-License-Identifier: BSD-2-Clause
 * Replayed bytes: nothing that answers, titles or copies reaches the reader's
 * terminal, however it is cut. */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "report/screen.h"

static void
sequences(void **state)
{
	static const struct {
		const char *name, *in, *shown, *text;
	} t[] = {
		{ "plain", "a\r\nb", "a\r\nb", "a\nb" },
		{ "colour", "\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m",
		    "red" },
		{ "title", "x\x1b]0;evil\x07y", "xy", "xy" },
		{ "clipboard", "x\x1b]52;c;ZXZpbA==\x1b\\y", "xy", "xy" },
		{ "DCS", "x\x1bP$q\"p\x1b\\y", "xy", "xy" },
		{ "who are you", "x\x1b[cy\x1bZz", "xyz", "xyz" },
		{ "where are you", "x\x1b[6ny", "xy", "xy" },
		{ "window", "x\x1b[8;5;5ty", "xy", "xy" },
		{ "mouse", "x\x1b[?1003hy", "xy", "xy" },
		{ "paste", "x\x1b[?2004hy", "xy", "xy" },
		{ "reset", "x\x1b" "cy", "xy", "xy" },
		{ "bell", "x\x07y", "xy", "xy" },
		{ "cursor", "\x1b[?25l\x1b[2;3H", "\x1b[?25l\x1b[2;3H", "" },
		{ "charset", "\x1b(Bx", "\x1b(Bx", "x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		for (int text = 0; text < 2; text++) {
			struct screen s = { .text = text != 0 };
			struct buf b = BUF_INIT(4096);
			struct err e = { 0 };

			print_message("%s\n", t[i].name);
			for (const char *p = t[i].in; *p != '\0'; p++)
				assert_int_equal(screen_put(&s, p, 1, &b,
				    &e), 0);
			assert_string_equal(b.p == NULL ? "" : b.p,
			    text != 0 ? t[i].text : t[i].shown);
			buf_clear(&b);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
