/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/err.h"
#include "lib/strictjson.h"

static void
takes_one_object_and_no_more(void **state)
{
	static const struct {
		const char *text;
		int ok;
	} t[] = {
		{ "{}", 1 }, { " {\"a\":1} \n", 1 },
		{ "{\"a\":\"[[[[[[[[[[{{{{\"}", 1 },
		{ "{\"a\":\"\\\"[[[[[[[[\"}", 1 },
		{ "{\"a\":{\"b\":[[1]]}}", 1 },
		{ "{\"a\":{\"b\":[[[1]]]}}", 0 },
		{ "{\"\\\\\":[[[[[1]]]]]}", 0 },
		{ "", 0 }, { "[]", 0 }, { "1", 0 }, { "\"a\"", 0 },
		{ "null", 0 }, { "{} {}", 0 }, { "{},", 0 }, { "{\"a\":1,}", 0 },
		{ "{\"a\":1,\"a\":1}", 0 }, { "{\"a\":1,\"\\u0061\":2}", 0 },
		{ "{\"b\":{\"a\":1,\"a\":2}}", 0 },
		{ "{\"a\":\"\xff\"}", 0 }, { "{\"a\":\"\xc0\x80\"}", 0 },
		{ "{\"a\":\"\xed\xa0\x80\"}", 0 },
		{ "{\"a\":\"\\ud800\"}", 0 }, { "{\"a\":\"\\u0000\"}", 0 },
		{ "{\"a\\u0000b\":1}", 0 }, { "\xef\xbb\xbf{}", 0 },
		{ "{\"a\":1e999}", 0 }, { "{\"a\":99999999999999999999}", 0 },
		{ "{\"a\":01}", 0 }, { "{\"a\":+1}", 0 }, { "{'a':1}", 0 },
		{ "{\"a\":NaN}", 0 }, { "{\"a\":1}//", 0 },
		{ "{\"a\":\"x\ny\"}", 0 }, { "{\"a\":1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		json_t *o = strictjson_object(t[i].text, strlen(t[i].text), 4,
		    &e);

		if ((o != NULL) != t[i].ok)
			fail_msg("%s: %s", t[i].text, e.text);
		if (o == NULL)
			assert_int_equal(e.code, ERR_INPUT);
		json_decref(o);
	}
}

static void
nul_bytes_are_seen(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_null(strictjson_object("{}\0", 3, 4, &e));
	assert_null(strictjson_object(NULL, 0, 4, &e));
	assert_null(strictjson_object("{\"a\":\"\0\"}", 9, 4, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_object_and_no_more),
		cmocka_unit_test(nul_bytes_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
