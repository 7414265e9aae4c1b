/* SPDX-License-Identifier: BSD-2-Clause
 * Our cells are those of libvterm, whatever a program does. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/grid.h"
#include "report/view.h"

#define ROWS 7
#define COLS 1000	/* the margin is never reached: see test_wrap */

/* %u is a small number.  Not among them: where libvterm differs from xterm,
 * which we follow (margins stop CUU and CUD and do not hinder ICH and DCH), wide
 * glyphs, of which it keeps halves, and REP, in which it may hang. */
static const char *const ops[] = {
	"a", "bc", "def", "0123456789", "\xc3\xa4", "\r",
	"\n", "\r\n", "\b", "\t", "\033[%u;%uH", "\033[%u;%uf", "\033[r\033[%u;%uH\033[2A",
	"\033[r\033[%u;%uH\033[3B", "\033[%uC", "\033[%uD", "\033[%uG", "\033[%ud", "\033[J", "\033[1J", "\033[2J", "\033[K",
	"\033[1K", "\033[2K", "\033[%uX", "\033[r\033[%u;%uH\033[2@",
	"\033[r\033[%u;%uH\033[3P", "\r\033[%uL",
	"\r\033[%uM", "\033[%uS", "\033[%uT", "\033M", "\033D", "\033E",
	"\033[2;5r", "\033[3;7r", "\033[r", "\0337", "\0338", 	"\033[4h", "\033[4l", "\033[1;7m", "\033H",
	"\r\033[%uI", "\033[%uZ", "\033[?25l",
};

static void
compare(const struct grid *g, const struct view *v, const struct buf *did)
{
	for (unsigned row = 0; row < ROWS; row++) {
		const struct view_cell *c = view_row(v, (int)row);

		for (unsigned col = 0; col < COLS; col++) {
			uint32_t ours = grid_at(g, row, col)->cp;

			if (ours != c[col].ch[0])
				fail_msg("row %u column %u: U+%04x, libvterm "
				    "U+%04x; \"%s\"", row, col, ours,
				    c[col].ch[0], did->p);
		}
	}
}

static void
one_round(unsigned count)
{
	struct buf did = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct view *v = NULL;
	struct grid g;

	assert_int_equal(view_open(ROWS, COLS, true, &v, &e), 0);
	assert_int_equal(grid_open(&g, ROWS, COLS, &e), 0);
	for (unsigned i = 0; i < count; i++) {
		const char *op = ops[(unsigned)random() %
		    (sizeof(ops) / sizeof(ops[0]))];
		unsigned a = 1 + (unsigned)random() % 9;
		unsigned b = 1 + (unsigned)random() % 24;
		size_t from = did.len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		assert_int_equal(buf_printf(&did, &e, op, a, b), 0);
#pragma GCC diagnostic pop
		if (view_put(v, did.p + from, did.len - from, &e) < 0)
			fail_msg("%s", e.text);
		for (size_t k = from; k < did.len; k++)
			grid_byte(&g, (uint8_t)did.p[k]);
		compare(&g, v, &did);
	}
	grid_close(&g);
	view_close(v);
	buf_clear(&did);
}

static void
test_cells_are_those_of_libvterm(void **state)
{
	(void)state;
	srandom(test_seed());
	for (int i = 0; i < 100; i++)
		one_round(40);
}

static void
test_wrap(void **state)
{
	static const struct {
		const char *in;
		unsigned row, col;	/* where x stands */
	} t[] = {
		{ "1234x", 0, 4 }, { "12345x", 1, 0 }, { "12345\rx", 0, 0 },
		{ "12345\nx", 1, 4 }, { "\033[?7l12345x", 0, 4 },
		{ "12345\033[3;3Hx", 2, 2 }, { "1234\xe6\xbc\xa2x", 1, 2 },
		{ "12345\0337\033[3H\0338x", 1, 0 },
		{ "\033[2;3r\033[3H12345x", 2, 0 },
		{ "\033[4hx\r12", 0, 2 }, { "12345\t\bx", 0, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct grid g;
		struct err e = { 0 };

		assert_int_equal(grid_open(&g, 4, 5, &e), 0);
		for (const char *p = t[i].in; *p != '\0'; p++)
			grid_byte(&g, (uint8_t)*p);
		if (grid_at(&g, t[i].row, t[i].col)->cp != 'x')
			fail_msg("case %zu: no x there", i);
		grid_close(&g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells_are_those_of_libvterm),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
