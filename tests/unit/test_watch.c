/* SPDX-License-Identifier: BSD-2-Clause
 * The watch over a recorder: one that answers is left alone, one that hangs
 * is found, and time that nobody had counts for nobody. */
#include "tests/unit/test.h"

#include "recorder/watch.h"

#define S (INT64_C(1000) * 1000 * 1000)

static void
looks(void **state)
{
	static const struct {
		const char *name;
		int64_t passed;
		bool answers, sent;	/* before the look; after WATCH_ASK */
		enum watch_verdict want;
	} t[] = {
		{ "at first it is let be", S, false, false, WATCH_WAIT },
		{ "a third of the limit: asked, but no room for it", 2 * S,
		    false, false, WATCH_ASK },
		{ "asked again", S, false, true, WATCH_ASK },
		{ "time for an answer", S, false, false, WATCH_WAIT },
		{ "answers", S, true, false, WATCH_WAIT },
		{ "asked anew", 2 * S, false, true, WATCH_ASK },
		{ "the host stood still for an hour", 3600 * S, false, false,
		    WATCH_WAIT },
		{ "and again", 3600 * S, false, false, WATCH_WAIT },
		{ "two seconds each: four", 2 * S, false, false,
		    WATCH_WAIT },
		{ "eight", 2 * S, false, false, WATCH_WAIT },
		{ "nine: hung", S, false, false, WATCH_HUNG },
		{ "late is better than never", S, true, false, WATCH_WAIT },
	};
	struct watch w = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum watch_verdict v;

		if (t[i].answers)
			watch_answered(&w);
		v = watch_look(&w, t[i].passed, 9 * S);
		if (v != t[i].want)
			fail_msg("%s: %d, not %d", t[i].name, (int)v,
			    (int)t[i].want);
		if (t[i].sent)
			w.asked = true;
	}
}

static void
no_room_for_a_question_is_no_answer(void **state)
{
	struct watch w = { 0 };
	int n = 0;

	(void)state;
	while (watch_look(&w, S, 9 * S) != WATCH_HUNG && n < 100)
		n++;
	assert_int_equal(n, 11);	/* 3 s until it is due, and 9 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks),
		cmocka_unit_test(no_room_for_a_question_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
