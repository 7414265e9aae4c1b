/* SPDX-License-Identifier: BSD-2-Clause
 * The screen of a recording: what a copy of it shows is what playing shows,
 * and so does the reader's terminal. */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "report/arena.h"
#include "report/paint.h"
#include "report/view.h"

#define ROWS 6
#define COLS 20

/* What happens on a screen, in order; SIZE ends a write by a new size. */
#define SIZE(rows, cols) { NULL, rows, cols }
static const struct part {
	const char *text;
	int rows, cols;
} parts[] = {
	{ "plain\r\nlines\r\n", 0, 0 },
	{ "\x1b[1;31mred \x1b[44mon blue\x1b[0m\tand\x1b[38;5;208m 256\r\n",
	    0, 0 },
	{ "\x1b[38;2;1;2;3;4;7mtrue\x1b[m colour\r\n", 0, 0 },
	{ "wide \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x98\x80 e\xcc\x81", 0, 0 },
	{ "\xc2", 0, 0 },
	{ "\xb5\xc2\x9b", 0, 0 },
	{ "\xe6\xbc", 0, 0 },	/* a character in two writes */
	{ "\xa2\x1b[3", 0, 0 },	/* a sequence, too */
	{ "2mgreen\x1b[2;5r\x1b[5;1H\n\nscrolled in a region", 0, 0 },
	{ "\x1b[3;3H\x1bM\x1bM\x1bMback\x1b[2L\x1b[1M\x1b[4P\x1b[2@", 0, 0 },
	{ "\x1b[4hinsert\x1b[4l\x1b[?7lno wrap at all in this line", 0, 0 },
	{ "\x1b[?7h\x1b[r\x1b""7\x1b[?1049h\x1b[2J\x1b[Halternate", 0, 0 },
	{ "\x1b[?25l\x1b[6;20HX\x1b[1;1H\x1b[1J\x1b[?5h", 0, 0 },
	SIZE(4, 12),
	{ "\x1b[?6h\x1b[2;3rorigin\r\na\r\nb\r\nc\x1b[?6l", 0, 0 },
	SIZE(9, 30),
	{ "\x1b[r\x1b[?1049l\x1b[?25h\x1b[?5l back in the normal one", 0, 0 },
	{ "\x1b(0lqqk\x1b(B\x0e\x0f\r\x1b[2K\x1b[3g\x1bH\t\tx", 0, 0 },
	{ "\xe6\xbc\xa2\x1b[2D.\x1b[1Cy\r\n1\r\n2\r\n3\r\n4\r\n5\r\n6", 0, 0 },
	SIZE(3, 10),
	{ "\x1b" "c\x1b#8\x1b[?1047hend\x1b]0;title\x07\x1b[6n\x1b[c", 0, 0 },
};

static struct view *
opened(void)
{
	struct view *v = NULL;
	struct err e = { 0 };

	if (view_open(ROWS, COLS, true, &v, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

static void
play(struct view *v, const struct part *p)
{
	struct err e = { 0 };
	int rc = p->text == NULL ? view_resize(v, p->rows, p->cols, &e) :
	    view_put(v, p->text, strlen(p->text), &e);

	if (rc < 0)
		fail_msg("%s", e.text);
}

static char *
row_text(const struct view *v, int row)
{
	static struct buf b = BUF_INIT(4096);
	struct err e;

	buf_reset(&b);
	assert_int_equal(buf_puts(&b, "", &e), 0);
	assert_int_equal(view_text(v, row, &b, &e), 0);
	return b.p == NULL ? (char *)(uintptr_t)"" : b.p;
}

static void
cells_are_what_was_written(void **state)
{
	struct view *v = opened();
	const struct view_cell *c;
	struct view_look look;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		play(v, &parts[i]);
	view_look(v, &look);
	assert_int_equal(look.row, 5);
	assert_int_equal(look.col, 14);
	assert_string_equal(row_text(v, 0), "plain");
	assert_string_equal(row_text(v, 2), "red on blue     and");
	assert_string_equal(row_text(v, 5),
	    "wide \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x98\x80 e\xcc\x81");
	c = view_row(v, 2);
	assert_int_equal(c[0].fg, VIEW_INDEXED | 1);
	assert_int_equal(c[0].bg, VIEW_DEFAULT);
	assert_int_equal(c[0].attrs, VIEW_BOLD);
	assert_int_equal(c[4].bg, VIEW_INDEXED | 4);
	c = view_row(v, 5);
	assert_int_equal(c[5].width, 2);
	assert_int_equal(c[6].width, 0);
	assert_int_equal(c[13].ch[1], 0x301);
	view_close(v);
}

static void
a_copy_is_the_same_at_every_part(void **state)
{
	struct view *played = opened(), *jumped = opened();
	struct buf copy[COUNT(parts)];
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		copy[i] = (struct buf)BUF_INIT(1 << 20);
		assert_int_equal(view_save(jumped, &copy[i], &e), 1);
		play(jumped, &parts[i]);
	}
	for (size_t i = COUNT(parts); i-- > 0;) {
		struct view *fresh = opened();

		assert_int_equal(view_load(jumped, copy[i].p, copy[i].len,
		    &e), 0);
		for (size_t k = 0; k < i; k++)
			play(fresh, &parts[k]);
		if (!view_same(fresh, jumped))
			fail_msg("part %zu", i);
		for (size_t k = i; k < COUNT(parts); k++) {
			play(fresh, &parts[k]);
			play(jumped, &parts[k]);
			if (!view_same(fresh, jumped))
				fail_msg("part %zu from %zu", k, i);
		}
		view_close(fresh);
		buf_clear(&copy[i]);
	}
	view_close(played);
	view_close(jumped);
}

/* As the reader's terminal another view: the same cells, whatever stood there
 * before. */
static void
a_terminal_shows_what_the_view_holds(void **state)
{
	struct view *v = opened(), *terminal = NULL;
	struct buf out = BUF_INIT(1 << 20);
	struct paint p;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(view_open(9, 30, true, &terminal, &e), 0);
	assert_int_equal(view_put(terminal, "rubbish", 7, &e), 0);
	assert_int_equal(paint_open(&p, 9, 30, &e), 0);
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct view_look a, b;

		play(v, &parts[i]);
		if (i % 3 == 1)
			assert_int_equal(paint_status(&p, "status \x1b[2J",
			    &out, &e), 0);
		assert_int_equal(paint_put(&p, v, &out, &e), 0);
		assert_int_equal(view_put(terminal, out.p, out.len, &e), 0);
		buf_reset(&out);
		view_look(v, &a);
		view_look(terminal, &b);
		assert_int_equal(a.cursor, b.cursor);
		assert_true(!a.cursor || (a.row == b.row && a.col == b.col));
		for (int row = 0; row < 9; row++) {
			char want[4096] = "";

			if (row < a.rows)
				(void)snprintf(want, sizeof(want), "%s",
				    row_text(v, row));
			if (strcmp(row_text(terminal, row), want) != 0)
				fail_msg("part %zu row %d: %s, not %s", i,
				    row, row_text(terminal, row), want);
			for (int col = 0; row < a.rows && col < a.cols; col++)
				assert_int_equal(view_row(v, row)[col].bg,
				    view_row(terminal, row)[col].bg);
		}
	}
	paint_close(&p);
	buf_clear(&out);
	view_close(v);
	view_close(terminal);
}

/* Only places, colours and characters: whatever was recorded. */
static void
nothing_recorded_reaches_the_terminal(void **state)
{
	static const char evil[] = "\x1b]0;title\x07\x1b]52;c;eA==\x1b\\\x1b[c"
	    "\x1b[6n\x1bP$q\"p\x1b\\\x1b[?1003h\x1b[8;5;5t\x05\x07"
	    "\xc2\x9b" "6n\x1b_apc\x1b\\";
	struct view *v = opened();
	struct buf out = BUF_INIT(1 << 20);
	struct paint p;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(view_put(v, evil, sizeof(evil) - 1, &e), 0);
	assert_int_equal(paint_open(&p, ROWS, COLS, &e), 0);
	assert_int_equal(paint_put(&p, v, &out, &e), 0);
	for (size_t i = 0; i < out.len; i++) {
		size_t k = i + 2;

		assert_true((unsigned char)out.p[i] >= 0x20 ||
		    out.p[i] == 0x1b);
		assert_true(i == 0 || (unsigned char)out.p[i - 1] != 0xc2 ||
		    (unsigned char)out.p[i] >= 0xa0);
		if (out.p[i] != 0x1b)
			continue;
		assert_int_equal(out.p[i + 1], '[');
		while (out.p[k] != '\0' && strchr("0123456789;?",
		    out.p[k]) != NULL)
			k++;
		assert_non_null(strchr("HJmhl", out.p[k]));
		if (strchr("hl", out.p[k]) != NULL)
			assert_memory_equal(out.p + i + 2, "?25", 3);
	}
	paint_close(&p);
	buf_clear(&out);
	view_close(v);
}

/* However they are cut. */
static void
control_strings_show_nothing(void **state)
{
	static const char in[] = "a\x1bP$q\"p\x1b\\b\x1b]0;t\x07" "c\x1b^pm"
	    "\x1b\\d\x1b_apc\x18" "e\x1bXsos\x1b[31mf\x1b]8;;u\x1b\\g";
	struct err e = { 0 };

	(void)state;
	for (size_t cut = 1; cut < sizeof(in) - 1; cut++) {
		struct view *v = opened();

		for (size_t i = 0, n; i < sizeof(in) - 1; i += n) {
			n = sizeof(in) - 1 - i < cut ? sizeof(in) - 1 - i :
			    cut;
			assert_int_equal(view_put(v, in + i, n, &e), 0);
		}
		assert_string_equal(row_text(v, 0), "abcdefg");
		assert_int_equal(view_row(v, 0)[5].fg, VIEW_INDEXED | 1);
		view_close(v);
	}
}

static void
a_view_that_began_late_knows_what_it_does_not(void **state)
{
	struct view *v = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(view_open(ROWS, COLS, false, &v, &e), 0);
	assert_int_equal(view_unknown(v), ROWS * COLS);
	assert_int_equal(view_put(v, "abc\x1b[K\r\n", 8, &e), 0);
	assert_int_equal(view_unknown(v), (ROWS - 1) * COLS);
	assert_int_equal(view_put(v, "\n\n\n\n\n\n", 6, &e), 0);
	assert_int_equal(view_unknown(v), (ROWS - 2) * COLS);
	assert_int_equal(view_put(v, "\x1b[2J", 4, &e), 0);
	assert_int_equal(view_unknown(v), 0);
	view_close(v);
}

static void
count_line(void *arg, const char *text)
{
	struct buf *b = arg;
	struct err e;

	assert_int_equal(buf_printf(b, &e, "%s|", text), 0);
}

static void
each_new_row_is_told_once(void **state)
{
	static const struct part t[] = {
		{ "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9", 0, 0 },
		{ "\x1b[1;1H\x1b[32mfour\x1b[K", 0, 0 },
		{ "\x1b[2Jnew", 0, 0 },
	};
	static const char *const want[] = {
		"1|2|3|4|5|6|7|8|9|", "four|", "    new|",
	};
	struct buf b = BUF_INIT(4096);
	struct view *v = opened();

	(void)state;
	view_tell(v, count_line, &b);
	for (size_t i = 0; i < COUNT(t); i++) {
		play(v, &t[i]);
		view_told(v);
		view_told(v);
		assert_string_equal(b.p, want[i]);
		buf_reset(&b);
	}
	buf_clear(&b);
	view_close(v);
}

/* A character with more marks than there is memory for ends in words. */
static void
no_flood_of_marks_takes_all_memory(void **state)
{
	static char marks[1 << 16];
	struct view *v = opened();
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(marks); i += 2)
		(void)memcpy(marks + i, "\xcc\x81", 2);
	assert_int_equal(view_put(v, "e", 1, &e), 0);
	while (n < 2 * ARENA_MAX && view_put(v, marks, sizeof(marks), &e) ==
	    0)
		n += sizeof(marks);
	if (n < 2 * ARENA_MAX) {
		assert_int_equal(e.code, ERR_LIMIT);
		assert_int_equal(view_put(v, "x", 1, &e), -1);
	}
	view_close(v);
}

static void
sizes_out_of_bounds_are_cut(void **state)
{
	static const struct {
		int rows, cols, want_rows, want_cols;
	} t[] = {
		{ 0, 0, 24, 80 }, { -5, 3, 24, 3 }, { 30000, 30000,
		    VIEW_CELLS_MAX / VIEW_COLS_MAX, VIEW_COLS_MAX },
		{ 30000, 100, VIEW_ROWS_MAX, 100 }, { 1, 1, 1, 1 },
	};
	struct view_look look;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct view *v = NULL;

		assert_int_equal(view_open(t[i].rows, t[i].cols, true, &v,
		    &e), 0);
		assert_int_equal(view_put(v, "\xe6\xbc\xa2x\r\ny", 7, &e), 0);
		view_look(v, &look);
		assert_int_equal(look.rows, t[i].want_rows);
		assert_int_equal(look.cols, t[i].want_cols);
		view_close(v);
		v = opened();
		assert_int_equal(view_resize(v, t[i].rows, t[i].cols, &e), 0);
		view_look(v, &look);
		assert_int_equal(look.rows, t[i].want_rows);
		assert_int_equal(look.cols, t[i].want_cols);
		view_close(v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_what_was_written),
		cmocka_unit_test(a_copy_is_the_same_at_every_part),
		cmocka_unit_test(a_terminal_shows_what_the_view_holds),
		cmocka_unit_test(nothing_recorded_reaches_the_terminal),
		cmocka_unit_test(control_strings_show_nothing),
		cmocka_unit_test(
		    a_view_that_began_late_knows_what_it_does_not),
		cmocka_unit_test(each_new_row_is_told_once),
		cmocka_unit_test(no_flood_of_marks_takes_all_memory),
		cmocka_unit_test(sizes_out_of_bounds_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
