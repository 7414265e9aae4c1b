/* SPDX-License-Identifier: BSD-2-Clause
 * When lines must have left: by time, by size, to the disk. */
#include "tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lib/err.h"
#include "recorder/lines.h"
#include "recorder/syncer.h"

#define MS (INT64_C(1) * 1000 * 1000)
#define T0 (1000 * MS)

struct seen {
	int heads;
	struct record_head last;
};

static void
on_head(void *arg, const struct record_head *h)
{
	struct seen *s = arg;

	s->heads++;
	s->last = *h;
}

static void
begin(struct lines *l, int fd, struct seen *s)
{
	struct err e = { 0 };

	*l = (struct lines){ .fd = fd, .sync_ns = 4000 * MS, .head = on_head,
	    .arg = s };
	if (lines_open(l, "{\"version\":2}", T0, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(syncer_wait(l->syncer, &e), 0);
}

static void
put(struct lines *l, int64_t now, size_t n)
{
	static char text[20000];
	struct err e = { 0 };

	(void)memset(text, 'x', sizeof(text));
	assert_int_equal(lines_put(l, now, 'o', text, n, &e), 0);
	assert_int_equal(lines_give(l, now, &e), 0);
	assert_int_equal(lines_flush(l, now, &e), 0);
}

static void
a_line_is_flushed_in_time(void **state)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct seen s = { 0 };
	struct err e = { 0 };
	struct lines l;

	(void)state;
	begin(&l, fd, &s);
	assert_int_equal(lines_deadline(&l), T0 + 5000 * MS); /* its frame */
	put(&l, T0 + 10 * MS, 5);
	assert_int_equal(s.heads, 0);
	assert_int_equal(lines_deadline(&l), T0 + 110 * MS);
	assert_int_equal(lines_tick(&l, T0 + 109 * MS, &e), 0);
	assert_int_equal(s.heads, 0);
	assert_int_equal(lines_tick(&l, T0 + 110 * MS, &e), 0);
	assert_int_equal(s.heads, 1);
	assert_int_equal(lines_deadline(&l), T0 + 3010 * MS); /* the disk */
	lines_clear(&l);
	(void)close(fd);
}

static void
many_bytes_are_flushed_at_once(void **state)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct seen s = { 0 };
	struct lines l;

	(void)state;
	begin(&l, fd, &s);
	put(&l, T0, 16000);
	assert_int_equal(s.heads, 0);
	put(&l, T0, 400);
	assert_int_equal(s.heads, 1);
	assert_int_equal(l.dirty_ns, 0);
	lines_clear(&l);
	(void)close(fd);
}

static void
the_disk_has_it_in_time(void **state)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct seen s = { 0 };
	struct err e = { 0 };
	int64_t since = 0;
	struct lines l;

	(void)state;
	begin(&l, fd, &s);
	put(&l, T0 + 100 * MS, 5);
	assert_int_equal(lines_tick(&l, T0 + 200 * MS, &e), 0);
	put(&l, T0 + 3090 * MS, 5);
	assert_int_equal(lines_tick(&l, T0 + 3099 * MS, &e), 0);
	assert_int_equal(syncer_look(l.syncer, &since, &e), 0);
	assert_int_equal(since, T0);
	/* also what is not in the file yet */
	assert_true(l.dirty_ns != 0);
	assert_int_equal(lines_tick(&l, T0 + 3100 * MS, &e), 0);
	assert_int_equal(l.dirty_ns, 0);
	assert_true(syncer_look(l.syncer, &since, &e) >= 0);
	assert_int_equal(since, T0 + 3100 * MS);
	assert_int_equal(syncer_wait(l.syncer, &e), 0);
	assert_int_equal(l.unsynced_ns, 0);
	lines_clear(&l);
	(void)close(fd);
}

/* A pipe cannot be synced: what fails on the way is told, and stays told. */
static void
a_disk_that_fails_is_told(void **state)
{
	struct lines l = { .sync_ns = 4000 * MS };
	struct err e = { 0 };
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	l.fd = p[1];
	assert_int_equal(lines_open(&l, "{\"version\":2}", T0, &e), 0);
	assert_int_equal(syncer_wait(l.syncer, &e), -1);
	assert_int_equal(lines_tick(&l, T0 + MS, &e), -1);
	assert_int_equal(e.code, ERR_CANNOT_RECORD);
	assert_non_null(strstr(e.text, "cannot be synced"));
	assert_int_equal(lines_tick(&l, T0 + 2 * MS, &e), -1);
	lines_clear(&l);
	(void)close(p[0]);
	(void)close(p[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_flushed_in_time),
		cmocka_unit_test(many_bytes_are_flushed_at_once),
		cmocka_unit_test(the_disk_has_it_in_time),
		cmocka_unit_test(a_disk_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
