/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "recorder/sftp_no.h"

#define INIT "\0\0\0\5\1\0\0\0\3"
#define REALPATH "\0\0\0\12\20\1\2\3\4\0\0\0\1."
#define DENIED "\0\0\0\25\145\1\2\3\4\0\0\0\3\0\0\0\2no\0\0\0\2en"
#define S(text) { text, sizeof(text) - 1 }

struct bytes {
	const char *p;
	size_t n;
};

static int
feed(const struct bytes *in, size_t piece, struct buf *out)
{
	struct sftp_no s = { .text = "no" };
	int rc = 0;

	for (size_t at = 0; at < in->n && rc == 0; at += piece)
		rc = sftp_no_feed(&s, (const uint8_t *)in->p + at,
		    in->n - at < piece ? in->n - at : piece, out, NULL);
	return rc;
}

static void
answers_are_the_same_however_it_is_cut(void **state)
{
	static const struct {
		struct bytes in, out;
		int rc;
	} t[] = {
		{ S(""), S(""), 0 },
		{ S(INIT), S(""), 0 },
		{ S(INIT REALPATH), S(DENIED), 0 },
		{ S(INIT REALPATH REALPATH), S(DENIED DENIED), 0 },
		/* INIT with extension data of its own */
		{ S("\0\0\0\11\1\0\0\0\3abcd" REALPATH), S(DENIED), 0 },
		{ S("\0\0\0\1\1" REALPATH), S(DENIED), 0 },
		{ S(REALPATH), S(DENIED), 0 },		/* INIT was taken */
		{ S(INIT INIT), S(""), 1 },	/* twice */
		{ S("\0\0\0\0\1"), S(""), 1 },		/* no type in it */
		{ S(INIT "\0\0\0\4\20\1\2\3\4"), S(""), 1 },
		{ S("\377\377\377\377\1"), S(""), 1 },
		{ S("SSH-2.0-x\r\n"), S(""), 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (size_t piece = 1; piece < 40; piece++) {
			struct buf out = BUF_INIT(4096);

			assert_int_equal(feed(&t[i].in, piece, &out),
			    t[i].rc);
			assert_int_equal(out.len, t[i].out.n);
			if (out.len > 0)
				assert_memory_equal(out.p, t[i].out.p,
				    out.len);
			buf_clear(&out);
		}
}

static void
it_does_not_answer_for_ever(void **state)
{
	struct sftp_no s = { .text = "no" };
	struct buf out = BUF_INIT(64 * 1024);
	int rc = sftp_no_feed(&s, (const uint8_t *)INIT, sizeof(INIT) - 1,
	    &out, NULL), n = 0;

	(void)state;
	while (rc == 0 && n++ < 1000)
		rc = sftp_no_feed(&s, (const uint8_t *)REALPATH,
		    sizeof(REALPATH) - 1, &out, NULL);
	assert_int_equal(rc, 1);
	buf_clear(&out);
}

static void
which_commands(void **state)
{
	(void)state;
	assert_true(sftp_no_fits("sftp-server"));
	assert_true(sftp_no_fits("/usr/lib/openssh/sftp-server"));
	assert_false(sftp_no_fits(NULL));
	assert_false(sftp_no_fits(""));
	assert_false(sftp_no_fits("not-sftp-server"));
	assert_false(sftp_no_fits("sftp-server; id"));
	assert_false(sftp_no_fits("cat sftp-server"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_the_same_however_it_is_cut),
		cmocka_unit_test(it_does_not_answer_for_ever),
		cmocka_unit_test(which_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
