/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "approver/link.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/wire.h"

struct side {
	struct loop loop;
	struct link link;
	int peer;
	unsigned messages, closed, gone;
	char why[ERR_TEXT_MAX];
};

static void
on_message(struct link *l, const json_t *msg, struct wire_fds *fds)
{
	struct side *s = l->owner;

	(void)fds;
	s->messages++;
	if (strcmp(wire_op(msg), "leave") == 0)
		link_close(l);
}

static void
on_closed(struct link *l, const struct err *why)
{
	struct side *s = l->owner;

	s->closed++;
	if (why != NULL)
		(void)snprintf(s->why, sizeof(s->why), "%s", why->text);
}

static void
on_gone(struct link *l)
{
	((struct side *)l->owner)->gone++;
}

static const struct link_ops ops = { .message = on_message,
    .closed = on_closed, .gone = on_gone, .queue_max = 400 };

static int
set_up(void **state)
{
	struct side *s = calloc(1, sizeof(*s));
	int pair[2];

	if (s == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair) < 0 || loop_open(&s->loop, NULL) < 0)
		return -1;
	s->peer = pair[1];
	*state = s;
	return link_open(&s->link, &s->loop, pair[0], &ops, s, NULL);
}

static int
tear_down(void **state)
{
	struct side *s = *state;

	link_close(&s->link);
	loop_close(&s->loop);
	io_close(&s->peer);
	free(s);
	return 0;
}

static json_t *
op(const char *name)
{
	return json_pack("{s:s}", "op", name);
}

static void
say(struct side *s, const char *name)
{
	json_t *m = op(name);

	assert_int_equal(wire_send(s->peer, m, NULL, 0, 0, NULL), 0);
	json_decref(m);
}

static void
passes_messages(void **state)
{
	struct side *s = *state;
	json_t *got = NULL;

	say(s, "one");
	say(s, "two");
	assert_int_equal(loop_round(&s->loop, 0, NULL), 0);
	assert_int_equal(s->messages, 2);
	assert_int_equal(link_send(&s->link, op("three"), NULL, 0, NULL), 0);
	assert_int_equal(wire_recv(s->peer, &got, NULL, 0, NULL), 1);
	assert_string_equal(wire_op(got), "three");
	json_decref(got);
}

static void
cuts_garbage(void **state)
{
	struct side *s = *state;

	say(s, "one");
	assert_int_equal(send(s->peer, "garbage", 7, 0), 7);
	say(s, "two");
	assert_int_equal(loop_round(&s->loop, 0, NULL), 0);
	assert_int_equal(s->messages, 1);
	assert_int_equal(s->closed, 1);
	assert_int_equal(s->gone, 1);
	assert_non_null(strstr(s->why, "no JSON"));
	assert_false(link_is_open(&s->link));
	assert_int_equal(link_send(&s->link, op("late"), NULL, 0, NULL), -1);
}

static void
refuses_descriptors(void **state)
{
	struct side *s = *state;
	json_t *m = op("one");

	assert_int_equal(wire_send(s->peer, m, &s->peer, 1, 0, NULL), 0);
	json_decref(m);
	assert_int_equal(loop_round(&s->loop, 0, NULL), 0);
	assert_int_equal(s->messages, 0);
	assert_int_equal(s->closed, 1);
}

static void
closes_inside_a_call(void **state)
{
	struct side *s = *state;

	say(s, "leave");
	say(s, "never read");
	assert_int_equal(loop_round(&s->loop, 0, NULL), 0);
	assert_int_equal(s->messages, 1);
	assert_int_equal(s->closed, 0);
	assert_int_equal(s->gone, 1);
}

static void
bounds_a_peer_that_does_not_read(void **state)
{
	struct side *s = *state;
	struct err e = { 0 };
	unsigned sent = 0, got = 0;
	json_t *m = NULL;

	while (link_send(&s->link, op("more"), NULL, 0, &e) == 0)
		assert_true(++sent < 100000);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(link_queued(&s->link), 400);
	/* what was taken arrives once the peer reads */
	while (got < sent) {
		if (wire_recv(s->peer, &m, NULL, 0, &e) == 1) {
			json_decref(m);
			got++;
		} else {
			assert_int_equal(loop_round(&s->loop, 100, NULL), 0);
		}
	}
	assert_int_equal(link_queued(&s->link), 0);
}

static void
pauses(void **state)
{
	struct side *s = *state;

	link_pause(&s->link, true);
	say(s, "one");
	assert_int_equal(loop_round(&s->loop, 0, NULL), 0);
	assert_int_equal(s->messages, 0);
	link_pause(&s->link, false);
	assert_int_equal(loop_round(&s->loop, 0, NULL), 0);
	assert_int_equal(s->messages, 1);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(passes_messages), T(cuts_garbage), T(refuses_descriptors),
		T(closes_inside_a_call), T(bounds_a_peer_that_does_not_read),
		T(pauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
