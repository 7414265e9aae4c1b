/* SPDX-License-Identifier: BSD-2-Clause
 * The canonical record: one event has one text, one text one event. */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "schema/event.h"

#define BOOT "0f6c1d0e-6a52-4c0c-9d8e-2b9f0c1a7e55"
#define HASH "0000000000000000000000000000000000000000000000000000000000000001"
#define REST "body " HASH "\n"

static const char good[] = "warrant-event/v1\nseq 1042\n"
    "time 2026-07-24T12:00:01.123456Z\nboot " BOOT " 883921004\n"
    "kind channel.open\nsession s-3k9q0w7x1y2zc\nwho p-9v8t7s6r5q4p3\n" REST;

static void
a_record_goes_both_ways(void **state)
{
	struct buf b = BUF_INIT(EVENT_RECORD_MAX);
	struct err e = { 0 };
	struct event v;

	(void)state;
	if (event_parse(good, sizeof(good) - 1, &v, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(v.seq, 1042);
	assert_int_equal(v.mono_us, 883921004);
	assert_string_equal(v.kind, "channel.open");
	assert_string_equal(v.boot, BOOT);
	assert_int_equal(event_record(&v, &b, &e), 0);
	assert_string_equal(b.p, good);
	buf_clear(&b);
}

static void
no_id_is_a_dash(void **state)
{
	static const char text[] = "warrant-event/v1\nseq 0\n"
	    "time 2026-07-24T12:00:01.000000Z\nboot " BOOT " 0\n"
	    "kind daemon.start\nsession -\nwho -\n" REST;
	struct event v;

	(void)state;
	assert_int_equal(event_parse(text, sizeof(text) - 1, &v, NULL), 0);
	assert_string_equal(v.session, "");
	assert_string_equal(v.who, "");
}

static void
other_texts_are_refused(void **state)
{
	static const struct {
		const char *was, *now;
	} change[] = {
		{ "v1", "v2" }, { "seq 1042", "seq 01042" },
		{ "seq 1042", "seq -1" }, { "seq 1042", "seq 1042 " },
		{ "seq 1042", "SEQ 1042" }, { "123456Z", "12345Z" },
		{ "123456Z", "123456+00:00" }, { "2026-07", "2026-13" },
		{ " 883921004", "  883921004" }, { " 883921004", "" },
		{ "channel.open", "channel.opened" },
		{ "channel.open", "-" }, { "s-3k9", "x-3k9" },
		{ "p-9v8", "s-9v8" }, { "0000001\n", "000000g\n" },
		{ "0000001\n", "0000001\n\n" }, { "0000001\n", "0000001" },
		{ "0f6c1d0e", "0F6C1D0E" }, { "kind", "\nkind" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(change); i++) {
		const char *at = strstr(good, change[i].was);
		char text[600];
		struct event v;
		struct err e = { 0 };

		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s",
		    (int)(at - good), good, change[i].now,
		    at + strlen(change[i].was));
		if (event_parse(text, strlen(text), &v, &e) == 0)
			fail_msg("taken: %s", change[i].now);
		assert_int_equal(e.code, ERR_INPUT);
	}
}

static void
kinds_are_in_order_and_found(void **state)
{
	const struct event_kind *k, *last = NULL;

	(void)state;
	for (size_t i = 0; (k = event_kind_at(i)) != NULL; i++) {
		if (last != NULL)
			assert_true(strcmp(last->kind, k->kind) < 0);
		assert_ptr_equal(event_kind_find(k->kind), k);
		assert_true(strlen(k->kind) < EVENT_KIND_MAX);
		last = k;
	}
	assert_null(event_kind_find("channel"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_goes_both_ways),
		cmocka_unit_test(no_id_is_a_dash),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(kinds_are_in_order_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
