/* SPDX-License-Identifier: BSD-2-Clause
 * Jumps: the screen after one is the screen that playing shows, or the tape
 * says that it is not sure; times as people write them. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "report/tape.h"
#include "report/view.h"
#include "schema/record.h"

#define HEADER "{\"version\":2,\"width\":20,\"height\":6,\"timestamp\":1000}\n"
#define EVENTS 60
#define LARGE 160000

/* A record of n events 10 ms apart, a frame after every few of them. */
static int
record_of(size_t n, size_t frame, void (*make)(size_t i, char *to,
    size_t size))
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct record_writer *w = NULL;
	struct record_head h;
	struct err e = { 0 };
	char line[512];

	assert_int_equal(record_writer_open(fd, &w, &e), 0);
	assert_int_equal(record_put(w, HEADER, strlen(HEADER), &e), 0);
	for (size_t i = 0; i < n; i++) {
		int at = snprintf(line, sizeof(line), "[%zu.%02zu, ", i / 100,
		    i % 100);

		make(i, line + at, sizeof(line) - (size_t)at);
		assert_int_equal(record_put(w, line, strlen(line), &e), 0);
		if (frame > 0 && i % frame == frame - 1)
			assert_int_equal(record_flush(w, true, &h, &e), 0);
	}
	assert_int_equal(record_close(w, &h, &e), 0);
	record_writer_free(w);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Each kind of thing that lasts, in turn; # is a number. */
static void
busy(size_t i, char *to, size_t size)
{
	static const char *const texts[] = {
		"\"o\", \"line #\\r\\n\"]\n",
		"\"o\", \"\\u001b[1;3#m\"]\n",
		"\"o\", \"\\u001b[2;4r\\u001b[4;1Hin #\\r\\nregion\\n\"]\n",
		"\"r\", \"#x7\"]\n",
		"\"o\", \"\xe6\xbc\xa2\xe5\xad\x97 # e\xcc\x81\"]\n",
		"\"o\", \"\\u001b[?1049h\\u001b[2J\\u001b[5;3Halt #\"]\n",
		"\"m\", \"exec {\\\"pid\\\":#}\"]\n",
		"\"o\", \"\\u001b[?25l\\u001b[H\\u001b[Lin\\u001b[4h#\"]\n",
		"\"i\", \"typed #\"]\n",
		"\"o\", \"\\u001b[4l\\u001b[?1049l\\u001b[?25h #\"]\n",
		"\"o\", \"\\u001b7\\u001b[r\\u001b8\\u001b[0m#\\r\\n\"]\n",
	};

	const char *text = texts[i % COUNT(texts)];
	size_t before = strcspn(text, "#");

	if (text[1] == 'r')
		i = i % 30 + 5;
	else if (i % COUNT(texts) == 1)
		i %= 8;
	(void)snprintf(to, size, "%.*s%zu%s", (int)before, text, i,
	    text + before + 1);
}

static void
log_line(size_t i, char *to, size_t size)
{
	(void)snprintf(to, size, "\"o\", \"%08zu \\u001b[3%zumstate\\u001b[0m"
	    "\\r\\nand more\\r\\n\"]\n", i, i % 8);
}

static struct tape *
opened(int fd)
{
	struct tape *t = calloc(1, sizeof(*t));
	struct err e = { 0 };

	assert_non_null(t);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	if (tape_open(t, fd, &e) < 0)
		fail_msg("%s", e.text);
	return t;
}

static void
closed(struct tape *t)
{
	tape_close(t);
	free(t);
}

static void
jump(struct tape *t, int64_t us, enum tape_how how)
{
	struct err e = { 0 };

	if (tape_seek(t, us, how, NULL, NULL, &e) != 1)
		fail_msg("%lld: %s", (long long)us, e.text);
}

static void
a_jump_shows_what_playing_shows(void **state)
{
	int fd = record_of(EVENTS, 7, busy);
	struct tape *jumper = opened(fd);

	(void)state;
	/* forward and back over every distance */
	for (size_t i = 0; i < EVENTS * 7; i++) {
		size_t event = i * 37 % EVENTS;
		struct tape *player = opened(fd);
		const struct castline *l;
		struct err e = { 0 };

		for (size_t k = 0; k <= event; k++) {
			assert_int_equal(tape_peek(player, &l, &e), 1);
			assert_int_equal(tape_feed(player, &e), 0);
		}
		jump(jumper, (int64_t)event * 10000 + (i % 2 ? 0 : 9999),
		    i % 3 == 0 ? TAPE_EXACT : TAPE_FAST);
		assert_true(jumper->exact);
		assert_int_equal(jumper->at_us, player->at_us);
		if (!view_same(jumper->view, player->view))
			fail_msg("event %zu", event);
		closed(player);
	}
	closed(jumper);
	(void)close(fd);
}

static void
a_far_jump_says_that_it_is_not_sure(void **state)
{
	int fd = record_of(LARGE, 0, log_line);
	struct tape *player = opened(fd), *far = opened(fd);
	int64_t end = 0;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(tape_length(far, &end, &e), 0);
	assert_int_equal(end, (LARGE - 1) * 10000);
	jump(player, end, TAPE_EXACT);
	assert_true(player->exact);
	assert_false(player->jumped);
	assert_true(player->copies >= 2);
	for (int64_t at = end; at > 0; at -= end / 7) {
		jump(player, at, TAPE_FAST);	/* by its copies */
		assert_true(player->exact);
		closed(far);
		far = opened(fd);
		jump(far, at, TAPE_FAST);
		assert_int_equal(far->exact, player->plain <= TAPE_WINDOW +
		    TAPE_SPACE);
		assert_int_equal(far->jumped, !far->exact);
		assert_int_equal(view_unknown(far->view), 0);
		assert_true(view_same(far->view, player->view));
		jump(far, at, TAPE_EXACT);
		assert_true(far->exact);
		assert_false(far->jumped);
		assert_true(view_same(far->view, player->view));
	}
	closed(player);
	closed(far);
	(void)close(fd);
}

/* Whatever is given as kept screens. */
static void
kept_screens_are_those_of_the_recording(void **state)
{
	char path[] = "/tmp/test_tape.XXXXXX";
	int fd = record_of(LARGE, 0, log_line), other = record_of(LARGE / 2,
	    0, log_line), out = mkstemp(path);
	struct tape *t = opened(fd), *player = opened(fd);
	struct buf b = BUF_INIT(1 << 24);
	struct err e = { 0 };
	int64_t end = (LARGE - 1) * INT64_C(10000);

	(void)state;
	assert_true(out >= 0);
	assert_int_equal(tape_keep(t, path, &e), 0);
	closed(t);
	assert_int_equal(io_read_file(path, &b, &e), 0);
	for (int64_t at = end; at > 0; at -= end / 7) {
		t = opened(fd);
		assert_int_equal(tape_kept(t, b.p, b.len, &e), 1);
		jump(t, at, TAPE_FAST);
		jump(player, at, TAPE_EXACT);
		assert_true(t->exact);
		assert_true(view_same(t->view, player->view));
		assert_int_equal(t->jumped, t->stored);
		jump(t, at, TAPE_EXACT);
		assert_false(t->stored || t->jumped);
		assert_true(view_same(t->view, player->view));
		closed(t);
	}
	for (size_t n = 0; n < b.len; n += n < 200 ? 1 : b.len / 64) {
		t = opened(fd);
		assert_int_equal(tape_kept(t, b.p, n, &e), 0);
		b.p[n] ^= 1;
		assert_int_equal(tape_kept(t, b.p, b.len, &e), 0);
		b.p[n] ^= 1;
		closed(t);
	}
	t = opened(other);
	assert_int_equal(tape_kept(t, b.p, b.len, &e), 0);
	closed(t);
	closed(player);
	buf_clear(&b);
	(void)unlink(path);
	(void)close(out);
	(void)close(other);
	(void)close(fd);
}

static void
programs_are_found_both_ways(void **state)
{
	int fd = record_of(EVENTS, 7, busy);
	struct tape *t = opened(fd);
	struct err e = { 0 };
	int64_t at, last = -1;
	int n = 0;

	(void)state;
	while (tape_program(t, true, NULL, NULL, &at, &e) == 1) {
		assert_int_equal(at, (6 + 11 * n) * 10000);
		jump(t, at, TAPE_FAST);
		last = at;
		n++;
	}
	assert_int_equal(n, 5);
	while (tape_program(t, false, NULL, NULL, &at, &e) == 1) {
		assert_int_equal(at, last - 11 * 10000);
		jump(t, at, TAPE_FAST);
		last = at;
		n--;
	}
	assert_int_equal(n, 1);
	closed(t);
	(void)close(fd);
}

static void
times_are_what_people_write(void **state)
{
	static const struct {
		const char *text;
		int64_t us;	/* -1: none */
	} t[] = {
		{ "0", 0 }, { "12", 12000000 }, { "12.5", 12500000 },
		{ "1.234567", 1234567 }, { "1:02", 62000000 },
		{ "0:00:12.345678", 12345678 },
		{ "1:23:45", INT64_C(5025000000) },
		{ "90:00", INT64_C(5400000000) },
		{ "1970-01-01T00:16:50Z", 10000000 },
		{ "1970-01-01T00:16:30Z", 0 },
		{ "1970-01-01T01:16:50+01:00", 10000000 },
		{ "1970-01-01", 0 }, { "today", 0 }, { "-100s", 900000000 },
		{ "now", 1000000000 }, { "-2h", 0 },
		{ "", -1 }, { "x", -1 }, { "1:60", -1 }, { "1:2:3:4", -1 },
		{ "-1", -1 }, { "1s", -1 }, { "1.2345678", -1 }, { "1:", -1 },
		{ "99999999999999999999", -1 }, { "30m", -1 },
	};
	int64_t us;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		int rc = castline_when(t[i].text, 1000 * 1000000,
		    INT64_C(2000) * 1000000, &us, &e);

		print_message("'%s'\n", t[i].text);
		assert_int_equal(rc, t[i].us < 0 ? -1 : 0);
		assert_true(rc < 0 || us == t[i].us);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jump_shows_what_playing_shows),
		cmocka_unit_test(a_far_jump_says_that_it_is_not_sure),
		cmocka_unit_test(kept_screens_are_those_of_the_recording),
		cmocka_unit_test(programs_are_found_both_ways),
		cmocka_unit_test(times_are_what_people_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
