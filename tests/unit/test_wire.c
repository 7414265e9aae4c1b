/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"
#include "lib/wire.h"

static void
parses_only_messages(void **state)
{
	static const struct {
		const char *text;
		int good;
	} t[] = {
		{ "{\"op\":\"x\"}", 1 },
		{ "{\"ok\":false}", 1 },
		{ "{\"op\":1}", 0 },
		{ "{\"op\":\"x\",\"op\":\"y\"}", 0 },
		{ "[]", 0 },
		{ "", 0 },
		{ "{\"op\":\"x\"} trailing", 0 },
		{ "{\"op\":\"\xff\"}", 0 },
		{ "{\"op\":\"a\",\"b\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", 0 },
		{ "{\"op\":\"a\",\"b\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		json_t *m = wire_parse(t[i].text, strlen(t[i].text), &e);

		if ((m != NULL) != t[i].good)
			fail_msg("%s", t[i].text);
		if (m == NULL)
			assert_int_equal(e.code, ERR_INPUT);
		json_decref(m);
	}
}

static void
carries_descriptors(void **state)
{
	struct wire_fds got = { .n = 0 };
	struct err e = { 0 };
	int s[2], null = open("/dev/null", O_RDONLY);
	json_t *m = json_pack("{s:s, s:I}", "op", "hello", "n", (json_int_t)7);
	json_t *back = NULL;
	int64_t n = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
	assert_int_equal(wire_send(s[0], m, &null, 1, 100, &e), 0);
	assert_int_equal(wire_recv(s[1], &back, &got, 100, &e), 1);
	assert_string_equal(wire_op(back), "hello");
	assert_int_equal(wire_int(back, "n", 0, 10, &n, &e), 0);
	assert_int_equal(n, 7);
	assert_int_equal(wire_int(back, "n", 0, 6, &n, &e), -1);
	assert_int_equal(wire_int(back, "none", 0, 6, &n, &e), -1);
	assert_int_equal(got.n, 1);
	assert_true((fcntl(got.fd[0], F_GETFD) & FD_CLOEXEC) != 0);
	wire_fds_close(&got);
	json_decref(back);
	/* a message with descriptors nobody asked for is refused, not leaked */
	assert_int_equal(wire_send(s[0], m, &null, 1, 100, &e), 0);
	assert_int_equal(wire_recv(s[1], &back, NULL, 100, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	json_decref(m);
	assert_int_equal(wire_recv(s[1], &back, NULL, 10, &e), -1);
	assert_int_equal(e.code, ERR_TIMEOUT);
	(void)close(s[0]);
	assert_int_equal(wire_recv(s[1], &back, NULL, 10, &e), 0);
	(void)close(s[1]);
	(void)close(null);
}

static void
a_refusal_becomes_the_error(void **state)
{
	struct err no = { ERR_DENIED, "no grant" }, e = { 0 };
	json_t *m = wire_no(&no), *answer = NULL;
	int s[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
	assert_int_equal(wire_send(s[1], m, NULL, 0, 100, &e), 0);
	assert_int_equal(wire_ask(s[0], json_pack("{s:s}", "op", "x"), NULL, 0,
	    &answer, NULL, 100, &e), -1);
	assert_int_equal(e.code, ERR_DENIED);
	assert_string_equal(e.text, "no grant");
	json_decref(m);
	(void)close(s[0]);
	(void)close(s[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_only_messages),
		cmocka_unit_test(carries_descriptors),
		cmocka_unit_test(a_refusal_becomes_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
