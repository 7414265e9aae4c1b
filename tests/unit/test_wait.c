/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "pam_module/wait.h"

#define MS INT64_C(1000000)

static void
parses(void **state)
{
	static const struct {
		const char *text;
		const char *address;	/* NULL: refused */
		int port;
	} t[] = {
		{ "10.1.2.3 50022 10.1.2.4 22", "10.1.2.3", 50022 },
		{ "fe80::1%eth0 1 ::1 22", "fe80::1%eth0", 1 },
		{ "::1 65535 ::1 22", "::1", 65535 },
		{ "", NULL, 0 }, { "10.1.2.3", NULL, 0 },
		{ "10.1.2.3 ", NULL, 0 }, { "10.1.2.3 x 1 2", NULL, 0 },
		{ "10.1.2.3 0 1 2", NULL, 0 }, { " 5 1 2", NULL, 0 },
		{ "10.1.2.3 65536 1 2", NULL, 0 },
		{ "10.1.2.3 22", NULL, 0 }, { "UNKNOWN 22x a 1", NULL, 0 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaa 22 b 1", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct wait_peer p;
		int rc = wait_peer_parse(t[i].text, &p, NULL);

		print_message("%s\n", t[i].text);
		assert_int_equal(rc, t[i].address == NULL ? -1 : 0);
		if (rc == 0) {
			assert_string_equal(p.address, t[i].address);
			assert_int_equal(p.port, t[i].port);
		}
	}
}

static bool
is_v6(const char *peer, uint16_t port, const char *address)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6,
		.sin6_port = htons(2222) };
	struct wait_peer p = { .port = port };

	snprintf(p.address, sizeof(p.address), "%s", peer);
	assert_int_equal(inet_pton(AF_INET6, address, &sa.sin6_addr), 1);
	return wait_peer_is(&p, (struct sockaddr *)&sa);
}

static void
compares(void **state)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(2222) };
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct wait_peer p = { "10.1.2.3", 2222 };

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "10.1.2.3", &v4.sin_addr), 1);
	assert_true(wait_peer_is(&p, (struct sockaddr *)&v4));
	assert_false(wait_peer_is(&p, &local));
	p.port = 2223;
	assert_false(wait_peer_is(&p, (struct sockaddr *)&v4));
	p = (struct wait_peer){ "10.1.2.4", 2222 };
	assert_false(wait_peer_is(&p, (struct sockaddr *)&v4));
	assert_true(is_v6("10.1.2.3", 2222, "::ffff:10.1.2.3"));
	assert_false(is_v6("10.1.2.3", 2222, "::fffe:10.1.2.3"));
	assert_false(is_v6("10.1.2.3", 2222, "::10.1.2.3"));
	assert_true(is_v6("2001:db8::1", 2222, "2001:db8:0::1"));
	assert_true(is_v6("2001:DB8:0:0::1", 2222, "2001:db8::1"));
	assert_false(is_v6("2001:db8::1", 2221, "2001:db8::1"));
	assert_false(is_v6("2001:db8::2", 2222, "2001:db8::1"));
}

/* A connection on loopback: fd[0] ours, fd[1] the client's, and the text
 * sshd would put into SSH_CONNECTION. */
static void
connection(int fd[2], char *text, size_t size)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(l, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &n), 0);
	fd[1] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd[1], (struct sockaddr *)&a, n), 0);
	fd[0] = accept(l, NULL, NULL);
	assert_int_equal(getsockname(fd[1], (struct sockaddr *)&a, &n), 0);
	snprintf(text, size, "127.0.0.1 %d 127.0.0.1 22", ntohs(a.sin_port));
	close(l);
}

static void
waits(void **state)
{
	int fd[2], link[2];
	struct err e = { 0 };
	int64_t soon;
	char text[64];

	(void)state;
	connection(fd, text, sizeof(text));
	assert_int_equal(wait_find(text), fd[0]);
	assert_int_equal(wait_find("127.0.0.1 1 127.0.0.1 22"), -1);
	assert_int_equal(wait_find("nonsense"), -1);
	assert_int_equal(wait_find(NULL), -1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, link), 0);

	soon = clock_mono_ns() + 50 * MS;
	assert_int_equal(wait_link(link[0], fd[0], soon, &e), -1);
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_true(clock_mono_ns() >= soon);
	/* bytes of the client are no answer and no goodbye */
	assert_int_equal(write(fd[1], "x", 1), 1);
	soon = clock_mono_ns() + 50 * MS;
	assert_int_equal(wait_link(link[0], fd[0], soon, &e), -1);
	assert_int_equal(e.code, ERR_TIMEOUT);
	/* an answer counts, even one that was there when time was up */
	assert_int_equal(write(link[1], "x", 1), 1);
	assert_int_equal(wait_link(link[0], fd[0], 0, &e), 0);
	assert_int_equal(wait_link(link[0], -1, 0, &e), 0);
	/* a client that has gone is told apart, and at once */
	close(fd[1]);
	soon = clock_mono_ns();
	assert_int_equal(wait_link(link[0], fd[0], soon + 9000 * MS, &e), -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_string_equal(e.text, "the client has gone");
	assert_true(clock_mono_ns() - soon < 2000 * MS);
	/* the courier's end closed: the caller reads and sees */
	close(link[1]);
	assert_int_equal(wait_link(link[0], -1, soon + 9000 * MS, &e), 0);
	close(link[0]);
	close(fd[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(compares),
		cmocka_unit_test(waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
