/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/decoy.h"

static void
looks_like_the_last(void **state)
{
	static const struct {
		const char *code, *uri, *complete, *issuer;
		const char *want, *want_uri, *want_complete;
	} t[] = {
		{ "", "", "", "https://a", "CCCC-CCCC", "https://a/device",
		    "" },
		{ "", "", "", "https://a/", "CCCC-CCCC", "https://a/device",
		    "" },
		{ "WDJB-MJHT", "https://a/d", "https://a/d?c=WDJB-MJHT&x",
		    "https://a", "CCCC-CCCC", "https://a/d",
		    "https://a/d?c=CCCC-CCCC&x" },
		{ "123 456", "https://a/d", "", "https://a", "111 111",
		    "https://a/d", "" },
		{ "ab-EA-9", "https://a/d", "https://a/other", "https://a",
		    "bb-BB-1", "https://a/d", "" },
	};
	uint8_t ones[USER_CODE_MAX];

	(void)state;
	memset(ones, 1, sizeof(ones));
	for (size_t i = 0; i < COUNT(t); i++) {
		struct device_code like = { .expires_s = 77,
			.interval_s = 9 }, ret;

		(void)snprintf(like.user_code, sizeof(like.user_code), "%s",
		    t[i].code);
		(void)snprintf(like.device_code, sizeof(like.device_code),
		    "secret");
		(void)snprintf(like.uri, sizeof(like.uri), "%s", t[i].uri);
		(void)snprintf(like.uri_complete, sizeof(like.uri_complete),
		    "%s", t[i].complete);
		decoy_code(&like, t[i].issuer, ones, &ret);
		assert_string_equal(ret.user_code, t[i].want);
		assert_string_equal(ret.uri, t[i].want_uri);
		assert_string_equal(ret.uri_complete, t[i].want_complete);
		assert_string_equal(ret.device_code, "");
		assert_int_equal(ret.expires_s, t[i].code[0] == '\0' ? 300 :
		    77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_like_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
