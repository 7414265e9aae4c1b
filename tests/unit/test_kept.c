/* SPDX-License-Identifier: BSD-2-Clause
 * A screen that was kept goes on as the one that was drawn from the start,
 * cell by cell, whatever was recorded; and no recording makes libvterm fail. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/view.h"

#define RUNS 150		/* more by WARRANT_TEST_KEPT */
#define STEPS 60
#define PIECE 512

/* A seed repeats a run: WARRANT_TEST_SEED. */
static uint64_t dice;

static unsigned
roll(unsigned n)
{
	dice = dice * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(dice >> 33) % n;
}

static struct view *
opened(int rows, int cols)
{
	struct view *v = NULL;
	struct err e = { 0 };

	if (view_open(rows, cols, true, &v, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

/* ---- what a session may show ------------------------------------------ */

/* # is a number, small or not. */
static const char *const pieces[] = {
	"plain ", "words and more of them", "\r\n", "\n", "\r", "\b", "\t",
	"\v", "\x0e", "\x0f", "e\xcc\x81", "\xcc\x81", "\xcc\x81\xcc\x82",
	"\xe6\xbc\xa2\xe5\xad\x97", "\xf0\x9f\x98\x80", "\xc2", "\xe6\xbc",
	"\xa2", "\xff\xfe", "\xf4\x90\x80\x80", "\xed\xa0\x80", "lqqk#x",
	"\x1b[#m", "\x1b[#;#m", "\x1b[38;5;#m", "\x1b[48;2;#;2;3m",
	"\x1b[4:3m", "\x1b[m", "\x1b[#;#H", "\x1b[#A", "\x1b[#B", "\x1b[#C",
	"\x1b[#D", "\x1b[#G", "\x1b[#d", "\x1b[#J", "\x1b[?#J", "\x1b[#K",
	"\x1b[?#K", "\x1b[#L", "\x1b[#M", "\x1b[#P", "\x1b[#@", "\x1b[#X",
	"\x1b[#S", "\x1b[#T", "\x1b[#b", "\x1b[b", "\x1b[#Z", "\x1b[#I",
	"\x1b[#;#r", "\x1b[#r", "\x1b[r", "\x1b[#;#s", "\x1b[s", "\x1b[g",
	"\x1b[3g", "\x1bH", "\x1b" "7", "\x1b" "8", "\x1b[?1048h",
	"\x1b[?1048l", "\x1b[?1047h", "\x1b[?1047l", "\x1b[?1049h",
	"\x1b[?1049l", "\x1b[?6h", "\x1b[?6l", "\x1b[?7h", "\x1b[?7l",
	"\x1b[?25h", "\x1b[?25l", "\x1b[?5h", "\x1b[?5l", "\x1b[?69h",
	"\x1b[?69l", "\x1b[4h", "\x1b[4l", "\x1b[20h", "\x1b[20l",
	"\x1b[1\"q", "\x1b[0\"q", "\x1b(0", "\x1b(B", "\x1b)0", "\x1b)A",
	"\x1b*0", "\x1b+A", "\x1b+B", "\x1bn", "\x1bo", "\x1bN", "\x1bO",
	"\x1b~", "\x1b}", "\x1bM", "\x1b" "D", "\x1b" "E", "\x1b#8",
	"\x1b#6", "\x1b#3", "\x1b[!p", "\x1b[#'}", "\x1b[#'~", "\x1b[1;2",
	"\x1b[", "\x1b", "3m", "\x18", "\x1b]0;t", "\x07", "\x1bP$qm",
	"\x1b\\", "\x1b[#;#;#;#;#;#;#;#;#;#;#;#;#;#;#;#;#;#;#;#m", "\x1b G",
	"\x1b[6n", "\x1b[?#$p", "\x1b[99999999999999999999B", "\x1b( [x",
};

static unsigned
number(void)
{
	static const unsigned odd[] = { 0, 7, 31, 44, 80, 255, 1000, 65536 };

	return roll(8) == 0 ? odd[roll(COUNT(odd))] : roll(14);
}

static size_t
piece(char ret[PIECE])
{
	const char *from = pieces[roll(COUNT(pieces))];
	size_t n = 0;

	for (; *from != '\0'; from++)
		if (*from == '#')
			n += (size_t)snprintf(ret + n, PIECE - n, "%u",
			    number());
		else
			ret[n++] = *from;
	return n;
}

/* What is done to every view of an array. */
struct step {
	char bytes[PIECE * 4];
	size_t n;
	int rows, cols;		/* rows 0: no new size */
};

static struct step
some_step(void)
{
	struct step s = { .n = 0, .rows = 0 };

	if (roll(12) == 0) {
		s.rows = 1 + (int)roll(14);
		s.cols = 1 + (int)roll(30);
		return s;
	}
	for (unsigned i = 1 + roll(8); i > 0 && s.n < PIECE * 3; i--)
		s.n += piece(s.bytes + s.n);
	return s;
}

static void
take(struct view *v, const struct step *s)
{
	struct err e = { 0 };
	int rc = s->rows > 0 ? view_resize(v, s->rows, s->cols, &e) :
	    view_put(v, s->bytes, s->n, &e);

	if (rc < 0)
		fail_msg("%s", e.text);
}

/* ---- what holds ------------------------------------------------------- */

static int
save(struct view *v, struct buf *b)
{
	struct err e = { 0 };
	int rc;

	buf_reset(b);
	rc = view_save(v, b, &e);
	if (rc < 0)
		fail_msg("%s", e.text);
	return rc;
}

/* All that is known of both, cells of the other screen and modes too. */
static void
assert_same(struct view *a, struct view *b, unsigned run, int step)
{
	static struct buf x = BUF_INIT(1 << 22), y = BUF_INIT(1 << 22);

	if (!view_same(a, b))
		fail_msg("run %u, step %d: other cells", run, step);
	if (save(a, &x) != save(b, &y))
		fail_msg("run %u, step %d: one cannot be kept", run, step);
	if (x.len != y.len || memcmp(x.p, y.p, x.len) != 0)
		fail_msg("run %u, step %d: another state", run, step);
}

static void
kept_and_drawn_on(unsigned run, unsigned *kept, unsigned *not)
{
	struct buf b = BUF_INIT(1 << 22);
	struct view *all = opened(8, 20), *again = NULL;
	struct err e = { 0 };

	for (int i = 0; i < STEPS; i++) {
		struct step s = some_step();

		take(all, &s);
		if (again != NULL) {
			take(again, &s);
			assert_same(all, again, run, i);
		}
		if (roll(6) != 0)
			continue;
		if (save(all, &b) == 0) {
			(*not)++;
			continue;
		}
		(*kept)++;
		view_close(again);
		again = opened(1 + (int)roll(9), 1 + (int)roll(9));
		if (view_load(again, b.p, b.len, &e) < 0)
			fail_msg("run %u, step %d: %s", run, i, e.text);
		assert_same(all, again, run, i);
	}
	view_close(again);
	view_close(all);
	buf_clear(&b);
}

static void
what_was_kept_goes_on_as_what_was_drawn(void **state)
{
	const char *seed = getenv("WARRANT_TEST_SEED"),
	    *runs = getenv("WARRANT_TEST_KEPT");
	unsigned kept = 0, not = 0, n = runs == NULL ? RUNS :
	    (unsigned)strtoul(runs, NULL, 10);

	(void)state;
	dice = seed == NULL ? 20261128 : strtoull(seed, NULL, 10);
	for (unsigned run = 0; run < n; run++)
		kept_and_drawn_on(run, &kept, &not);
	print_message("%u kept, %u not\n", kept, not);
	assert_true(kept > 50 * not);
}

static void
what_is_no_copy_is_refused(void **state)
{
	struct buf b = BUF_INIT(1 << 22);
	struct view *v = opened(8, 20);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(view_put(v, "\x1b[31mred", 8, &e), 0);
	assert_int_equal(save(v, &b), 1);
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(view_load(v, b.p, n, &e), -1);
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
			(void)view_load(v, b.p, b.len, &e);
			(void)view_put(v, "x\r\n\t\x1b[5b", 8, &e);
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
		}
	assert_int_equal(view_load(v, b.p, b.len, &e), 0);
	assert_int_equal(view_row(v, 0)[0].ch[0], 'r');
	view_close(v);
	buf_clear(&b);
}

/* Each ended or hung the process. */
static void
nothing_recorded_breaks_libvterm(void **state)
{
	static char many[40000];
	static const struct {
		const char *name, *before;
		int rows, cols;
		const char *behind;
	} t[] = {
		{ "REP of nothing", "\x1b[b", 0, 0, "x" },
		{ "REP of a mark", "\x1b[5;5H\xcc\x81\x1b[9b", 0, 0, "x" },
		{ "margins that were cut", "\x1b[20;24r", 10, 80,
		    "\x1b[10;1H\n\n\n" },
		{ "sides that were cut", "\x1b[?69h\x1b[30;40s", 24, 20,
		    "\x1b[24;20H\n\n\x1b[5@" },
		{ "a cursor that was saved", "\x1b[24;80H\x1b" "7", 5, 10,
		    "\x1b" "8x\x1bH\t\x1b[Kx" },
		{ "many parameters", many, 0, 0, "x" },
	};

	(void)state;
	(void)memset(many, ';', sizeof(many) - 1);
	(void)memcpy(many, "\x1b[1", 3);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct view *v = opened(24, 80);
		struct err e = { 0 };

		print_message("%s\n", t[i].name);
		assert_int_equal(view_put(v, t[i].before,
		    strlen(t[i].before), &e), 0);
		if (t[i].rows > 0)
			assert_int_equal(view_resize(v, t[i].rows, t[i].cols,
			    &e), 0);
		assert_int_equal(view_put(v, t[i].behind,
		    strlen(t[i].behind), &e), 0);
		view_close(v);
	}
}

static void
a_long_write_cuts_no_character(void **state)
{
	static char text[9001];
	struct view *v = opened(24, 80);
	struct err e = { 0 };

	(void)state;
	text[0] = 'a';
	for (size_t i = 1; i + 3 < sizeof(text); i += 3)
		(void)memcpy(text + i, "\xe6\xbc\xa2", 3);
	assert_int_equal(view_put(v, text, sizeof(text) - 3, &e), 0);
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++)
			assert_int_not_equal(view_row(v, row)[col].ch[0],
			    0xfffd);
	view_close(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_kept_goes_on_as_what_was_drawn),
		cmocka_unit_test(what_is_no_copy_is_refused),
		cmocka_unit_test(nothing_recorded_breaks_libvterm),
		cmocka_unit_test(a_long_write_cuts_no_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
