/* SPDX-License-Identifier: BSD-2-Clause
 * A page of a recording: nothing recorded is markup, lines become runs once,
 * and frames give back each screen. */
#include "tests/unit/test.h"

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/html_dict.h"
#include "report/drawn.h"
#include "report/html_list.h"
#include "report/html_rows.h"
#include "report/html_tape.h"
#include "report/html_text.h"

static void
text_is_no_markup(void **state)
{
	static const struct {
		const char *name, *in, *want;
	} t[] = {
		{ "plain", "ls -l", "ls -l" },
		{ "end of script", "</script>", "&lt;/script&gt;" },
		{ "comment", "<!--", "&lt;!--" },
		{ "attribute", "\" x='&", "&quot; x=&#39;&amp;" },
		{ "escape", "a\x1b[31m", "a\\x1b[31m" },
		{ "turns round", "a\xe2\x80\xae" "b", "a\\u{202e}b" },
		{ "no UTF-8", "a\xff", "a\\xff" },
		{ "UTF-8", "\xc3\xa9\xe6\x97\xa5", "\xc3\xa9\xe6\x97\xa5" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(4096);

		print_message("%s\n", t[i].name);
		assert_int_equal(html_texts(&b, t[i].in, NULL), 0);
		assert_string_equal(b.p, t[i].want);
		buf_clear(&b);
	}
}

static void
data_is_no_markup(void **state)
{
	static const struct {
		uint32_t in;
		const char *want;
	} t[] = {
		{ 'a', "a" }, { '<', "\\u003c" }, { '>', "\\u003e" },
		{ '&', "\\u0026" }, { '\'', "\\u0027" }, { '"', "\\u0022" },
		{ '\\', "\\u005c" }, { 0x2028, "\\u2028" },
		{ 0x2029, "\\u2029" }, { 0, "\xef\xbf\xbd" },
		{ 0x1b, "\xef\xbf\xbd" }, { 0x7f, "\xef\xbf\xbd" },
		{ 0x9b, "\xef\xbf\xbd" }, { 0xd800, "\xef\xbf\xbd" },
		{ 0x110000, "\xef\xbf\xbd" }, { 0xe9, "\xc3\xa9" },
		{ 0x65e5, "\xe6\x97\xa5" }, { 0x1f600, "\xf0\x9f\x98\x80" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(64);

		assert_int_equal(html_json_char(&b, t[i].in, NULL), 0);
		assert_string_equal(b.p, t[i].want);
		buf_clear(&b);
	}
}

static void
times(void **state)
{
	static const struct {
		int64_t us;
		const char *want;
	} t[] = {
		{ -5, "0:00.0" }, { 0, "0:00.0" }, { 99999, "0:00.0" },
		{ 100000, "0:00.1" }, { 59999999, "0:59.9" },
		{ 60000000, "1:00.0" }, { 3600000000, "1:00:00.0" },
		{ 36061500000, "10:01:01.5" },
	};
	char got[HTML_TIME_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		html_time(t[i].us, got);
		assert_string_equal(got, t[i].want);
	}
}

/* Many texts, so that the table grows; then all of them again. */
static void
each_text_has_one_number(void **state)
{
	struct html_dict d = { .max = 5000 };
	struct err e = { 0 };
	uint32_t id;

	(void)state;
	for (int again = 0; again < 2; again++)
		for (uint32_t i = 0; i < 5000; i++) {
			assert_int_equal(html_dict_find(&d, &i, sizeof(i),
			    &id, &e), again == 0 ? 1 : 0);
			assert_int_equal(id, i);
		}
	assert_int_equal(html_dict_find(&d, "new", 3, &id, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	html_dict_clear(&d);
}

/* What a terminal of so many columns and lines tells of this output. */
static void
tell(struct buf *b, int cols, int lines, const char *s)
{
	struct html_tape *t = NULL;
	struct err e = { 0 };

	assert_int_equal(html_tape_open(cols, lines, false, b, &t, &e), 0);
	assert_int_equal(html_tape_start(t, 0, &e), 0);
	assert_int_equal(html_tape_output(t, 1, s, strlen(s), &e), 0);
	html_tape_free(t);
}

static void
lines_become_runs(void **state)
{
	static const struct {
		const char *name, *in, *row;
	} t[] = {
		{ "text", "ab", "[\"r\",[[0,2,0,\"ab\"]]]" },
		{ "markup", "</", "[\"r\",[[0,2,0,\"\\u003c/\"]]]" },
		{ "a blank end", "  a  ", "[\"r\",[[0,3,0,\"  a\"]]]" },
		{ "a blank inside", "a b", "[\"r\",[[0,3,0,\"a b\"]]]" },
		{ "colour", "\x1b[31ma", "[\"s\",1,-1,0]" },
		{ "of 256", "\x1b[48;5;200ma", "[\"s\",-1,200,0]" },
		{ "true", "\x1b[38;2;1;2;255ma", "[\"s\",\"#0102ff\",-1,0]" },
		{ "bold", "\x1b[1ma", "[\"s\",-1,-1,1]" },
		{ "all of them", "\x1b[1;3;4;5;7;9ma", "[\"s\",-1,-1,63]" },
		{ "a coloured blank stays", "\x1b[44m \x1b[0m",
		    "[\"r\",[[0,1,0,\" \"]]]" },
		{ "a blank takes the colour before", "\x1b[31ma \x1b[0mb",
		    "[\"r\",[[0,2,0,\"a \"],[2,1,1,\"b\"]]]" },
		{ "wide", "a\xe6\x97\xa5" "b",
		    "[[0,1,0,\"a\"],[1,2,0,\"\xe6\x97\xa5\"],[3,1,0,\"b\"]]" },
		{ "combining", "ae\xcc\x81" "b",
		    "[[0,1,0,\"a\"],[1,1,0,\"e\xcc\x81\"],[2,1,0,\"b\"]]" },
		{ "turns round", "a\xe2\x80\xae" "b",
		    "[[0,1,0,\"a\",\"U+202E\"],[1,1,0,\"b\"]]" },
		{ "isolates", "a\xe2\x81\xa6" "b", "\"U+2066\"]" },
		{ "no UTF-8", "a\xff" "b", "a\xef\xbf\xbd" "b" },
		{ "a link is its text",
		    "\x1b]8;;http://x/\x1b\\l\x1b]8;;\x1b\\", "[[0,1,0,\"l\"]]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(1 << 16);

		print_message("%s\n", t[i].name);
		tell(&b, 10, 3, t[i].in);
		assert_non_null(strstr(b.p, t[i].row));
		buf_clear(&b);
	}
}

static void
append(void *arg, const char *p, size_t n, bool text)
{
	struct err e;

	(void)text;
	assert_int_equal(buf_put(arg, p, n, &e), 0);
}

static void
libvterm_reads_what_it_can_take(void **state)
{
	static const struct {
		const char *name, *in, *want;
	} t[] = {
		{ "sequences stay", "a\x1b[1m\x1b(Bb\x1b" "7", "a\x1b[1m\x1b(Bb"
		    "\x1b" "7" },
		{ "title", "a\x1b]0;t\x07" "b", "ab" },
		{ "DCS", "a\x1bP$qr\x1b\\b", "ab" },
		{ "others", "\x1bXa\x1b\\\x1b^b\x1b\\\x1b_c\x1b\\d", "d" },
		{ "cancelled", "\x1bPa\x18" "b", "b" },
		{ "begun anew", "\x1bPa\x1b[1mb", "\x1b[1mb" },
		{ "another string", "\x1bPa\x1b]b\x07" "c", "c" },
		{ "a control between", "\x1b\nPa\x1b\\b", "\nb" },
		{ "nothing between", "\x1b\x7fPa\x1b\\b", "b" },
		{ "two escapes", "\x1b\x1bPa\x1b\\b", "b" },
		{ "no end", "a\x1bPb", "a" },
		{ "an escape that would begin a string", "\x1b(Pa", "a" },
		{ "C1", "a\xc2\x80" "b\xc2\x9f" "c", "abc" },
		{ "its neighbours", "\xc2\xa0\xc3\x80", "\xc2\xa0\xc3\x80" },
		{ "C1 behind an escape", "\x1b\xc2\x90" "b", "b" },
		{ "half a C1", "\xc2\x1b[1ma", "\xef\xbf\xbd\x1b[1ma" },
		{ "no UTF-8", "\xff\xed\xa0\x80" "a", "\xef\xbf\xbd"
		    "\xef\xbf\xbd" "a" },
		{ "REP", "a\xc3\xa9\x1b[2b\x1b[mb", "a\xc3\xa9\xc3\xa9"
		    "\xc3\xa9\x1b[mb" },
		{ "REP of nothing", "\x1b[b\x1b[?3bx", "x" },
		{ "a sequence in pieces", "a\x1b[3\n1;", "a\n" },
		{ "cancelled, too", "\x1b[31\x18m", "m" },
		{ "a large number", "\x1b[1;1234567m", "\x1b[1;99999m" },
		{ "many parameters", "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15"
		    ";16m", "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14m" },
		{ "too long a sequence", "\x1b[                              "
		    "                                     ma", "a" },
		{ "a cursor comes back in", "\x1b" "8\x1b[?1049l", "\x1b" "8"
		    "\x1b[0n\x1b[?1049l\x1b[0n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		for (size_t cut = 1; cut < 8; cut++) {
			struct drawn f = { .n = 0 };
			size_t n = strlen(t[i].in);
			struct buf got = BUF_INIT(4096);

			print_message("%s, by %zu\n", t[i].name, cut);
			for (size_t j = 0; j < n; j += cut)
				drawn_put(&f, t[i].in + j, n - j < cut ?
				    n - j : cut, append, &got);
			assert_string_equal(got.p, t[i].want);
			assert_true(drawn_valid(&f));
			buf_clear(&got);
		}
}

static void
pieces(void **state)
{
	static const struct {
		const char *in;
		int cols, lines;
		size_t want;
	} t[] = {
		{ "", 80, 24, 0 }, { "abc", 80, 24, 3 },
		{ "a\nb\nc\nd\n", 80, 4, 4 }, { "\n\n\n", 80, 1, 1 },
		{ "abcdefgh", 3, 4, 6 }, { "abcdefgh", 1, 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_int_equal(html_tape_piece(t[i].in, strlen(t[i].in),
		    t[i].cols, t[i].lines), t[i].want);
}

static void
scrolled(void **state)
{
	static const struct {
		uint32_t was[4], now[4];
		int want;
	} t[] = {
		{ { 1, 2, 3, 4 }, { 1, 2, 3, 4 }, 0 },
		{ { 1, 2, 3, 4 }, { 2, 3, 4, 5 }, 1 },
		{ { 1, 2, 3, 4 }, { 4, 5, 6, 7 }, 3 },
		{ { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, 0 },
		{ { 1, 2, 3, 4 }, { 1, 9, 3, 4 }, 0 },
		{ { 1, 2, 3, 4 }, { 3, 4, 0, 0 }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_int_equal(html_tape_up(t[i].was, t[i].now, 4),
		    t[i].want);
}

/* As report/player.js does: apply the frames; return how many there were,
 * with the numbers of the last screen, and how many were whole. */
static size_t
apply(const struct buf *b, size_t lines, json_int_t *screen, size_t *keys)
{
	struct buf text = BUF_INIT(1 << 22);
	size_t n = 0, i, y;
	json_t *j, *item;

	assert_int_equal(buf_printf(&text, NULL, "[%s]", b->p), 0);
	j = json_loads(text.p, 0, NULL);
	assert_non_null(j);
	*keys = 0;
	json_array_foreach(j, i, item) {
		const char *kind = json_string_value(json_array_get(item, 0));
		json_t *a;
		size_t up;

		if (kind[0] == 'k') {
			a = json_array_get(item, 6);
			for (y = 0; y < lines; y++)
				screen[y] = json_integer_value(
				    json_array_get(a, y));
			++*keys;
			n++;
		} else if (kind[0] == 'f') {
			up = (size_t)json_integer_value(json_array_get(item,
			    4));
			for (y = 0; y < lines; y++)
				screen[y] = y + up < lines ?
				    screen[y + up] : 0;
			a = json_array_get(item, 5);
			for (y = 0; y < json_array_size(a); y += 2)
				screen[json_integer_value(json_array_get(a,
				    y))] = json_integer_value(
				    json_array_get(a, y + 1));
			n++;
		}
	}
	json_decref(j);
	buf_clear(&text);
	return n;
}

/* After each output the frames so far give the screen that a fresh look at
 * the whole of it gives. */
static void
frames_give_back_the_screen(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct html_tape *t = NULL;
	json_int_t by_frames[6], whole[6];
	struct err e = { 0 };
	size_t n, keys;

	(void)state;
	assert_int_equal(html_tape_open(20, 6, false, &b, &t, &e), 0);
	assert_int_equal(html_tape_start(t, 0, &e), 0);
	for (int i = 0; i < 3 * HTML_KEY_EVERY; i++) {
		char s[64];

		(void)snprintf(s, sizeof(s), i % 7 == 3 ? "\x1b[%d;%dHx%d" :
		    i % 11 == 5 ? "\x1b[2J\x1b[%d;%dH%d" : "\x1b[6;1H\r\n"
		    "l%d %d %d", i % 6 + 1, i % 19 + 1, i);
		assert_int_equal(html_tape_output(t, i, s, strlen(s), &e),
		    0);
	}
	n = apply(&b, 6, by_frames, &keys);
	assert_true(n >= 3 * HTML_KEY_EVERY);
	assert_in_range(keys, 3, 2 + n / HTML_KEY_EVERY);
	/* the same size again: the whole screen, from the terminal itself */
	assert_int_equal(html_tape_resize(t, 1000, 20, 6, &e), 0);
	assert_int_equal(apply(&b, 6, whole, &keys), n + 1);
	assert_memory_equal(by_frames, whole, sizeof(whole));
	html_tape_free(t);
	buf_clear(&b);
}

/* 4000 lines in one output: each of them is a row, and known once. */
static void
no_line_scrolls_by_unseen(void **state)
{
	struct buf b = BUF_INIT(1 << 22), in = BUF_INIT(1 << 20);

	(void)state;
	for (int again = 0; again < 2; again++)
		for (int i = 0; i < 4000; i++)
			assert_int_equal(buf_printf(&in, NULL,
			    "line %d.\r\n", i), 0);
	tell(&b, 80, 24, in.p);
	for (int i = 0; i < 4000; i++) {
		char row[32], *at;

		(void)snprintf(row, sizeof(row), "\"line %d.\"", i);
		at = strstr(b.p, row);
		assert_non_null(at);
		assert_null(strstr(at + 1, row));
	}
	buf_clear(&b);
	buf_clear(&in);
}

static void
sizes_are_bounded(void **state)
{
	static const struct {
		int cols, lines;
		bool clamped;
		const char *want;
	} t[] = {
		{ 0, 0, false, "[\"k\",0,80,24," },
		{ -1, 5, false, "[\"k\",0,80,5," },
		{ 2, 1, false, "[\"k\",0,2,1," },
		{ 1, 1, true, "[\"k\",0,2,1," },
		{ 1000, 500, false, "[\"k\",0,1000,500," },
		{ 65535, 65535, true, "[\"k\",0,1000,500," },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b = BUF_INIT(1 << 20);
		struct html_tape *tape = NULL;
		struct err e = { 0 };

		assert_int_equal(html_tape_open(t[i].cols, t[i].lines, true,
		    &b, &tape, &e), 0);
		assert_int_equal(html_tape_start(tape, 0, &e), 0);
		assert_non_null(strstr(b.p, t[i].want));
		assert_int_equal(html_tape_clamped(tape), t[i].clamped);
		html_tape_free(tape);
		buf_clear(&b);
	}
}

static void
without_a_terminal_newlines_return(void **state)
{
	struct buf b = BUF_INIT(1 << 16);
	struct html_tape *t = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(html_tape_open(10, 4, true, &b, &t, &e), 0);
	assert_int_equal(html_tape_start(t, 0, &e), 0);
	assert_int_equal(html_tape_output(t, 1, "ab\nc", 4, &e), 0);
	assert_non_null(strstr(b.p, "[[0,1,0,\"c\"]]"));
	html_tape_free(t);
	buf_clear(&b);
}

static void
markers_become_lists(void **state)
{
	static const struct {
		const char *name, *in, *commands, *masked;
	} t[] = {
		{ "exec", "exec {\"argv\":\"a <b>\",\"exe\":\"/x\",\"cwd\":"
		    "\"/\",\"euid\":0,\"decision\":\"log\"}",
		    "<li class=\"exec\" data-t=\"1500000\"><time>0:01.5</time> "
		    "<code>a &lt;b&gt;</code> <small>/x in /, uid 0</small>"
		    "</li>\n", "" },
		{ "refused", "exec {\"argv\":\"a\",\"decision\":\"deny\"}",
		    "<li class=\"exec other\" data-t=\"1500000\"><time>0:01.5"
		    "</time> <code>a</code> <b>deny</b> <small></small></li>\n",
		    "" },
		{ "mask", "mask {\"rule\":\"card\",\"masked\":true,\"state\":"
		    "\"valid\",\"exposed\":0}", "", "<li class=\"mask\" "
		    "data-t=\"1500000\"><time>0:01.5</time> <code>card</code> "
		    "<small>valid, columns shown: 0</small></li>\n" },
		{ "foreground", "foreground 7", "", "" },
		{ "said", "say <hello>", "<li class=\"note\" data-t=\"1500000\""
		    "><time>0:01.5</time> <code>say &lt;hello&gt;</code></li>"
		    "\n", "" },
		{ "no object", "exec [1]", "<li class=\"note\" data-t="
		    "\"1500000\"><time>0:01.5</time> <code>exec [1]</code>"
		    "</li>\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct html_lists l = HTML_LISTS_INIT;

		print_message("%s\n", t[i].name);
		assert_int_equal(html_list_mark(&l, 1500000, t[i].in,
		    strlen(t[i].in), NULL), 0);
		assert_string_equal(l.commands.len == 0 ? "" : l.commands.p,
		    t[i].commands);
		assert_string_equal(l.masked.len == 0 ? "" : l.masked.p,
		    t[i].masked);
		html_list_clear(&l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_no_markup),
		cmocka_unit_test(data_is_no_markup),
		cmocka_unit_test(times),
		cmocka_unit_test(each_text_has_one_number),
		cmocka_unit_test(lines_become_runs),
		cmocka_unit_test(libvterm_reads_what_it_can_take),
		cmocka_unit_test(pieces),
		cmocka_unit_test(scrolled),
		cmocka_unit_test(frames_give_back_the_screen),
		cmocka_unit_test(no_line_scrolls_by_unseen),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(without_a_terminal_newlines_return),
		cmocka_unit_test(markers_become_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
