/* SPDX-License-Identifier: BSD-2-Clause
 * What is shown becomes lines: which, and when they leave. */
#include "tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "recorder/recording.h"
#include "schema/record_read.h"

#define MS (INT64_C(1) * 1000 * 1000)

struct made {
	int fd, heads;
	int64_t t0;
	struct recording *r;
	struct buf show[STREAM_N];
	struct buf *shows[STREAM_N];
};

static void
on_head(void *arg, const struct record_head *h)
{
	struct made *m = arg;

	(void)h;
	m->heads++;
}

static void
begin(struct made *m)
{
	struct recording_options o = { .tty = true, .cols = 80, .rows = 24,
	    .sync_ns = 5000 * MS, .head = on_head, .arg = m,
	    .key_id = "k0" };
	struct err e = { 0 };

	*m = (struct made){ .fd = memfd_create("record", MFD_CLOEXEC) };
	for (int i = 0; i < STREAM_N; i++) {
		m->show[i] = (struct buf)BUF_INIT(RECORDING_SHOW);
		m->shows[i] = &m->show[i];
	}
	o.fd = m->fd;
	if (recording_open(&o, &m->r, &e) < 0)
		fail_msg("%s", e.text);
	m->t0 = clock_mono_ns();
}

static void
output(struct made *m, int64_t at, const char *p, size_t n)
{
	struct err e = { 0 };

	assert_int_equal(recording_output(m->r, STREAM_OUT, p, n, m->t0 + at,
	    &m->show[STREAM_OUT], &e), 0);
}

static void
tick(struct made *m, int64_t at)
{
	struct err e = { 0 };

	assert_int_equal(recording_tick(m->r, m->t0 + at, m->shows, &e), 0);
}

/* The texts of its o lines, joined by |; frees all. */
static void
end(struct made *m, const char *want)
{
	struct record_reader *r = NULL;
	struct record_head h;
	struct err e = { 0 };
	char is[256] = "";
	const char *line;
	size_t n;

	assert_int_equal(recording_close(m->r, "completed", "0", m->t0 +
	    1000 * MS, &h, &e), 0);
	recording_free(m->r);
	assert_int_equal(lseek(m->fd, 0, SEEK_SET), 0);
	assert_int_equal(record_reader_open(m->fd, &h, &r, &e), 0);
	while (record_next(r, &line, &n, &e) == 1) {
		const char *text = memmem(line, n, ", \"o\", \"", 8);

		if (text != NULL)
			(void)snprintf(is + strlen(is), sizeof(is) -
			    strlen(is), "%.*s|", (int)(line + n - 2 -
			    (text + 8)), text + 8);
	}
	assert_string_equal(is, want);
	record_reader_free(r);
	for (int i = 0; i < STREAM_N; i++)
		buf_clear(&m->show[i]);
	(void)close(m->fd);
}

static void
what_comes_together_is_one_line(void **state)
{
	struct made m;

	(void)state;
	begin(&m);
	output(&m, 0, "ab", 2);
	output(&m, 1 * MS, "cd", 2);
	output(&m, 60 * MS, "ef", 2);
	assert_string_equal(m.show[STREAM_OUT].p, "abcdef");
	end(&m, "abcd|ef|");
}

static void
one_flush_takes_all_that_waits(void **state)
{
	struct made m;

	(void)state;
	begin(&m);
	output(&m, 0, "a", 1);
	assert_int_equal(recording_deadline(m.r), m.t0 + 100 * MS);
	output(&m, 60 * MS, "b", 1);
	assert_int_equal(recording_deadline(m.r), m.t0 + 100 * MS);
	tick(&m, 99 * MS);
	assert_int_equal(m.heads, 0);
	tick(&m, 100 * MS);
	assert_int_equal(m.heads, 1);
	/* b left with a: only the disk and the frame are waited for */
	assert_true(recording_deadline(m.r) > m.t0 + 1000 * MS);
	end(&m, "a|b|");
}

static void
a_near_flush_goes_along(void **state)
{
	struct err e = { 0 };
	struct made m;

	(void)state;
	begin(&m);
	output(&m, 0, "a", 1);
	assert_int_equal(recording_settle(m.r, m.t0 + 49 * MS, &e), 0);
	assert_int_equal(m.heads, 0);
	output(&m, 50 * MS, "b\xc3", 2);
	assert_int_equal(recording_settle(m.r, m.t0 + 50 * MS, &e), 0);
	assert_int_equal(m.heads, 1);
	/* what cannot leave yet makes no flush of nothing */
	output(&m, 90 * MS, "\xc3", 1);
	assert_int_equal(recording_settle(m.r, m.t0 + 101 * MS, &e), 0);
	tick(&m, 199 * MS);
	assert_int_equal(m.heads, 2);
	end(&m, "a|b|\xef\xbf\xbd\xef\xbf\xbd|");
}

static void
half_a_character_waits_quietly(void **state)
{
	struct made m;

	(void)state;
	begin(&m);
	output(&m, 0, "x\xc3", 2);
	assert_int_equal(recording_deadline(m.r), m.t0 + 100 * MS);
	output(&m, 50 * MS, "\xa4y", 2);
	tick(&m, 150 * MS);
	end(&m, "x|\xc3\xa4y|");
	begin(&m); /* the other half never comes */
	output(&m, 0, "x\xc3", 2);
	tick(&m, 100 * MS);
	assert_int_equal(m.heads, 1);
	assert_true(recording_deadline(m.r) > m.t0 + 1000 * MS);
	end(&m, "x\xef\xbf\xbd|");
}

static void
much_is_flushed_at_once(void **state)
{
	static char many[16384];
	struct made m;

	(void)state;
	(void)memset(many, '.', sizeof(many));
	begin(&m);
	output(&m, 0, many, sizeof(many) - 1);
	assert_int_equal(m.heads, 0);
	output(&m, 0, "!", 1);
	assert_int_equal(m.heads, 1);
	recording_free(m.r);
	for (int i = 0; i < STREAM_N; i++)
		buf_clear(&m.show[i]);
	(void)close(m.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_together_is_one_line),
		cmocka_unit_test(one_flush_takes_all_that_waits),
		cmocka_unit_test(a_near_flush_goes_along),
		cmocka_unit_test(half_a_character_waits_quietly),
		cmocka_unit_test(much_is_flushed_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
