/* SPDX-License-Identifier: BSD-2-Clause
 * Recordings: what was put comes back; any changed bit is seen; a file cut
 * anywhere keeps what was flushed. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "schema/record.h"
#include "schema/record_index.h"
#include "schema/record_read.h"

static int
file_of(const void *p, size_t n)
{
	int fd = memfd_create("record", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* lines, flushed after each, a frame after every third; heads of each. */
static struct buf
made(const char *const *line, size_t n, bool close_it,
    struct record_head *heads)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct record_writer *w = NULL;
	struct record_head h;
	struct err e = { 0 };
	struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(record_writer_open(fd, &w, &e), 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(record_reserve(w, 100, &e), 0);
		assert_int_equal(record_put(w, line[i], strlen(line[i]), &e),
		    0);
		assert_int_equal(record_flush(w, i % 3 == 2, &h, &e), 0);
		if (heads != NULL)
			heads[i] = h;
	}
	if (close_it)
		assert_int_equal(record_close(w, &h, &e), 0);
	record_writer_free(w);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(io_read_all(fd, &b, &e), 0);
	(void)close(fd);
	return b;
}

static const char *const lines[] = { "{\"version\": 2}\n",
    "[0.1, \"o\", \"hello\"]\n", "[0.2, \"o\", \"hello again\"]\n",
    "[0.3, \"i\", \"x\"]\n", "[0.4, \"m\", \"exec {}\"]\n" };
#define LINES (sizeof(lines) / sizeof(lines[0]))
#define TABLE (8 + 4 * 8 + 9)	/* bytes of a seek table of two pairs */

static void
what_was_put_comes_back(void **state)
{
	struct buf b = made(lines, LINES, true, NULL);
	int fd = file_of(b.p, b.len);
	struct record_reader *r = NULL;
	struct err e = { 0 };
	const char *line;
	size_t n;

	(void)state;
	assert_int_equal(record_reader_open(fd, NULL, &r, &e), 0);
	for (size_t i = 0; i < LINES; i++) {
		assert_int_equal(record_next(r, &line, &n, &e), 1);
		assert_int_equal(n + 1, strlen(lines[i]));
		assert_memory_equal(line, lines[i], n);
	}
	assert_int_equal(record_next(r, &line, &n, &e), 0);
	assert_true(record_summary(r)->closed);
	assert_int_equal(record_summary(r)->cut, 0);
	assert_int_equal(record_summary(r)->length, b.len);
	record_reader_free(r);
	(void)close(fd);
	buf_clear(&b);
}

static void
every_changed_bit_is_seen(void **state)
{
	struct buf b = made(lines, LINES, true, NULL);

	(void)state;
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct record_summary s = { 0 };
			int fd;

			b.p[i] = (char)(b.p[i] ^ (1 << bit));
			fd = file_of(b.p, b.len);
			if (record_verify(fd, NULL, &s, NULL) == 0 &&
			    s.closed && s.cut == 0)
				fail_msg("byte %zu, bit %d: not seen", i,
				    bit);
			(void)close(fd);
			b.p[i] = (char)(b.p[i] ^ (1 << bit));
		}
	buf_clear(&b);
}

static void
a_cut_file_keeps_what_was_flushed(void **state)
{
	struct record_head heads[LINES];
	struct buf b = made(lines, LINES, false, heads);

	(void)state;
	for (size_t n = 0; n <= b.len; n++) {
		struct record_summary s = { 0 };
		struct err e = { 0 };
		size_t want = 0;
		int fd = file_of(b.p, n);

		for (size_t i = 0; i < LINES; i++)
			if (heads[i].length <= n)
				want = i + 1;
		if (record_verify(fd, NULL, &s, &e) < 0)
			fail_msg("cut at %zu: %s", n, e.text);
		assert_false(s.closed);
		assert_true(s.lines >= want);
		(void)close(fd);
	}
	buf_clear(&b);
}

static void
a_head_proves_the_start(void **state)
{
	struct record_head heads[LINES];
	struct buf b = made(lines, LINES, true, heads);

	(void)state;
	for (size_t i = 0; i < LINES; i++) {
		struct record_summary s = { 0 };
		struct err e = { 0 };
		int fd = file_of(b.p, b.len);

		if (record_verify(fd, &heads[i], &s, &e) < 0)
			fail_msg("head %zu: %s", i, e.text);
		assert_true(s.head_seen);
		(void)lseek(fd, 0, SEEK_SET);
		heads[i].hash[5] ^= 1;
		assert_int_equal(record_verify(fd, &heads[i], &s, &e), -1);
		assert_int_equal(e.code, ERR_CRYPTO);
		heads[i].hash[5] ^= 1;
		(void)close(fd);
		/* a file that lost its end behind that head */
		fd = file_of(b.p, heads[i].length - 1);
		assert_int_equal(record_verify(fd, &heads[i], &s, &e), -1);
		(void)close(fd);
	}
	buf_clear(&b);
}

static void
frames_close_by_themselves(void **state)
{
	static char big[60001];
	const char *many[] = { big, big, big, big };
	struct record_summary s = { 0 };
	struct err e = { 0 };
	struct buf b;
	int fd;

	(void)state;
	(void)memset(big, 'a', sizeof(big) - 2);
	big[sizeof(big) - 2] = '\n';
	b = made(many, 4, true, NULL);
	fd = file_of(b.p, b.len);
	assert_int_equal(record_verify(fd, NULL, &s, &e), 0);
	assert_int_equal(s.lines, 4);
	assert_int_equal(s.plain, 4 * 60000);
	assert_true(s.frames >= 2);
	(void)close(fd);
	buf_clear(&b);
}

static uint32_t
u32(const char *at)
{
	uint32_t v = 0;

	for (int i = 3; i >= 0; i--)
		v = v << 8 | (unsigned char)at[i];
	return v;
}

/* Only what Zstandard Seekable Format 0.1.0 says, and none of our code. */
static void
any_seekable_reader_finds_each_frame(void **state)
{
	struct buf b = made(lines, LINES, true, NULL);
	const char *foot = b.p + b.len - 9, *entry;
	uint32_t n = u32(foot);
	size_t at = 0, got = 0;
	char all[4096], want[4096] = "";

	(void)state;
	assert_int_equal(u32(foot + 5), 0x8F92EAB1U);
	assert_int_equal(foot[4], 0);
	assert_int_equal(n, 4); /* two pairs */
	entry = foot - (size_t)8 * n;
	assert_int_equal(u32(entry - 8), 0x184D2A5EU);
	assert_int_equal(u32(entry - 4), 8 * n + 9);
	for (uint32_t i = 0; i < n; i++, entry += 8) {
		size_t plain = u32(entry + 4);

		if (plain > 0)
			assert_int_equal(ZSTD_decompress(all + got,
			    sizeof(all) - got, b.p + at, u32(entry)), plain);
		got += plain;
		at += u32(entry);
	}
	assert_int_equal(at + 8 + (size_t)8 * n + 9, b.len);
	for (size_t i = 0; i < LINES; i++)
		(void)strcat(want, lines[i]);
	assert_int_equal(got, strlen(want));
	assert_memory_equal(all, want, got);
	buf_clear(&b);
}

static void
nothing_else_may_follow(void **state)
{
	struct buf b = made(lines, LINES, true, NULL);
	size_t pairs = b.len - TABLE;
	char table[TABLE];
	struct record_summary s = { 0 };
	struct err e = { 0 };
	int fd = file_of(b.p, pairs); /* as format 1 ended */

	(void)state;
	assert_int_equal(record_verify(fd, NULL, &s, &e), 0);
	assert_true(s.closed && s.cut == 0);
	(void)close(fd);
	for (size_t n = pairs + 1; n < b.len; n++) {
		fd = file_of(b.p, n);
		assert_int_equal(record_verify(fd, NULL, &s, &e), 0);
		assert_int_equal(s.cut, n - pairs);
		(void)close(fd);
	}
	(void)memcpy(table, b.p + pairs, TABLE);
	assert_int_equal(buf_put(&b, table, TABLE, &e), 0);
	fd = file_of(b.p, b.len); /* twice */
	assert_int_equal(record_verify(fd, NULL, &s, &e), -1);
	assert_non_null(strstr(e.text, "bytes behind the last frame"));
	(void)close(fd);
	buf_clear(&b);
}

/* The file of warrant-record(5), EXAMPLES. */
static void
the_vector_of_the_manual_is_read(void **state)
{
	static const char *const want[] = {
		"{\"version\": 2, \"width\": 80, \"height\": 24}",
		"[0.002245, \"o\", \"card [card]******1111\\r\\n\"]",
		"[0.003000, \"x\", \"0\"]" };
	int fd = open(TEST_DATA "/record/card.cast.zst", O_RDONLY |
	    O_CLOEXEC);
	struct record_reader *r = NULL;
	struct err e = { 0 };
	const char *line;
	size_t n;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(record_reader_open(fd, NULL, &r, &e), 0);
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(record_next(r, &line, &n, &e), 1);
		assert_int_equal(n, strlen(want[i]));
		assert_memory_equal(line, want[i], n);
	}
	assert_int_equal(record_next(r, &line, &n, &e), 0);
	assert_true(record_summary(r)->closed);
	record_reader_free(r);
	(void)close(fd);
}

/* A walk from the end and one from the front find the same places, in a file
 * that is whole and in one that was cut anywhere. */
static void
places_are_found_in_any_file(void **state)
{
	struct buf b = made(lines, LINES, true, NULL);
	int fd = file_of(b.p, b.len);
	struct record_index whole = { 0 }, grown = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(record_index_load(fd, &whole, &e), 0);
	assert_int_equal(whole.n, 2);
	assert_false(whole.open);
	assert_int_equal(whole.place[2].at + TABLE, b.len);
	(void)close(fd);
	for (size_t n = 0; n <= b.len; n++) {
		struct record_index x = { 0 };

		fd = file_of(b.p, n);
		if (record_index_load(fd, &x, &e) < 0 ||
		    record_index_load(fd, &grown, &e) < 0)
			fail_msg("cut at %zu: %s", n, e.text);
		assert_int_equal(x.n, n < whole.place[1].at ? 0 :
		    n < whole.place[2].at ? 1 : 2);
		assert_int_equal(x.open, n < b.len && x.place[x.n].at < n);
		assert_int_equal(grown.n, x.n);
		for (size_t i = 0; i <= x.n; i++) {
			assert_int_equal(x.place[i].at, whole.place[i].at);
			assert_int_equal(x.place[i].plain,
			    whole.place[i].plain);
			assert_int_equal(grown.place[i].at, x.place[i].at);
		}
		record_index_clear(&x);
		(void)close(fd);
	}
	record_index_clear(&whole);
	record_index_clear(&grown);
	buf_clear(&b);
}

static void
a_reader_goes_on_at_any_frame(void **state)
{
	struct buf b = made(lines, LINES, true, NULL);
	struct record_index x = { 0 };
	struct record_reader *r = NULL;
	struct err e = { 0 };
	const char *line;
	size_t n;
	int fd = file_of(b.p, b.len);

	(void)state;
	assert_int_equal(record_index_load(fd, &x, &e), 0);
	assert_int_equal(record_reader_open(fd, NULL, &r, &e), 0);
	for (size_t k = x.n + 1; k-- > 0;) {
		assert_int_equal(record_reader_seek(r, &x, k, &e), 0);
		for (size_t i = k == 2 ? LINES : 3 * k; i < LINES; i++) {
			assert_int_equal(record_next(r, &line, &n, &e), 1);
			assert_memory_equal(line, lines[i], n);
		}
		assert_int_equal(record_next(r, &line, &n, &e), 0);
		assert_true(record_summary(r)->closed);
	}
	record_reader_free(r);
	(void)close(fd);
	/* any bit of the frame that is read, and of the CHAIN before it */
	for (size_t i = x.place[1].at - 32; i < b.len; i++) {
		int rc;

		b.p[i] ^= 1;
		fd = file_of(b.p, b.len);
		assert_int_equal(record_reader_open(fd, NULL, &r, &e), 0);
		rc = record_reader_seek(r, &x, 1, &e);
		if (rc == 0)
			do
				rc = record_next(r, &line, &n, &e);
			while (rc > 0);
		if (rc == 0 && record_summary(r)->closed)
			fail_msg("byte %zu: not seen", i);
		record_reader_free(r);
		(void)close(fd);
		b.p[i] ^= 1;
	}
	record_index_clear(&x);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_comes_back),
		cmocka_unit_test(every_changed_bit_is_seen),
		cmocka_unit_test(a_cut_file_keeps_what_was_flushed),
		cmocka_unit_test(a_head_proves_the_start),
		cmocka_unit_test(frames_close_by_themselves),
		cmocka_unit_test(any_seekable_reader_finds_each_frame),
		cmocka_unit_test(nothing_else_may_follow),
		cmocka_unit_test(the_vector_of_the_manual_is_read),
		cmocka_unit_test(places_are_found_in_any_file),
		cmocka_unit_test(a_reader_goes_on_at_any_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
