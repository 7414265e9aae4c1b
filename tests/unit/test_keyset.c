/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/keyset.h"
#include "lib/buf.h"
#include "lib/err.h"

#define S INT64_C(1000000)
#define T (1000000 * S)		/* some time */

static void
plain_form(void **state)
{
	static const struct {
		const char *text, *want;	/* NULL: refused */
	} t[] = {
		{ "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\"}]}",
		    "{\"keys\":[{\"kid\":\"a\",\"kty\":\"RSA\"}]}" },
		{ " {\"x\":1, \"keys\" : [ 7, {\"b\":1,\"a\":2,\"x5c\":[]}, "
		    "null, {\"x5u\":\"u\",\"x5t\":\"t\",\"x5t#S256\":\"v\"} ]}",
		    "{\"keys\":[{\"a\":2,\"b\":1},{}]}" },
		{ "{\"keys\":[]}", NULL },
		{ "{\"keys\":[1]}", NULL },
		{ "{\"keys\":{}}", NULL },
		{ "{}", NULL },
		{ "[]", NULL },
		{ "", NULL },
		{ "{\"keys\":[{\"a\":1,\"a\":2}]}", NULL },
		{ "{\"keys\":[{\"a\":1}],\"keys\":[]}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		char *got = NULL;
		size_t n;
		int rc = keyset_plain(t[i].text, strlen(t[i].text), &got, &n,
		    &e);

		if ((rc == 0) != (t[i].want != NULL))
			fail_msg("%s: %s", t[i].text, e.text);
		if (rc == 0)
			assert_string_equal(got, t[i].want);
		free(got);
	}
}

static int
many_keys(size_t keys, size_t bytes_each)
{
	struct buf b = BUF_INIT(2 * KEYSET_TEXT_MAX);
	char *got = NULL;
	size_t n = 0;
	int rc;

	(void)buf_puts(&b, "{\"keys\":[", NULL);
	for (size_t i = 0; i < keys; i++)
		(void)buf_printf(&b, NULL, "%s{\"n\":\"%0*d\"}",
		    i == 0 ? "" : ",", (int)bytes_each - 8, 1);
	(void)buf_puts(&b, "]}", NULL);
	rc = keyset_plain(b.p, b.len, &got, &n, NULL);
	if (rc == 0)
		assert_int_equal(n, keys);
	free(got);
	buf_clear(&b);
	return rc;
}

static void
bounds(void **state)
{
	(void)state;
	assert_int_equal(many_keys(100, 400), 0);
	assert_int_equal(many_keys(101, 100), -1);
	assert_int_equal(many_keys(1, KEYSET_PLAIN_MAX - 11), 0);
	assert_int_equal(many_keys(1, KEYSET_PLAIN_MAX - 10), -1);
	assert_int_equal(many_keys(1, KEYSET_TEXT_MAX), -1);
}

static void
when_to_ask(void **state)
{
	static char text[] = "{\"keys\":[{\"kid\":\"a\"}]}";
	const int64_t stale = 3600 * S;
	const struct {
		const char *name;
		bool have;
		int64_t fetched, fresh, tried;
		const char *kid;
		enum keyset_verdict want;
	} t[] = {
		{ "never asked", false, 0, 0, 0, NULL, KEYSET_FETCH },
		{ "just failed", false, 0, 0, T - 4 * S, NULL, KEYSET_NONE },
		{ "failed 5 s ago", false, 0, 0, T - 5 * S, "a",
		    KEYSET_FETCH },
		{ "fresh", true, T - 9 * S, T + 9 * S, T - 9 * S, NULL,
		    KEYSET_USE },
		{ "fresh, known", true, T - 99 * S, T + 9 * S, T - 99 * S,
		    "a", KEYSET_USE },
		{ "fresh, unknown, asked 59 s ago", true, T - 59 * S,
		    T + 9 * S, T - 59 * S, "b", KEYSET_USE },
		{ "fresh, unknown, asked 60 s ago", true, T - 60 * S,
		    T + 9 * S, T - 60 * S, "b", KEYSET_FETCH },
		{ "unknown after a failed request", true, T - 300 * S,
		    T + 9 * S, T - 1 * S, "b", KEYSET_USE },
		{ "old", true, T - 300 * S, T, T - 300 * S, "a",
		    KEYSET_FETCH },
		{ "old, provider down", true, T - 3600 * S, T, T - 1 * S,
		    "a", KEYSET_USE_STALE },
		{ "too old, provider down", true, T - 3600 * S - 1, T,
		    T - 1 * S, "a", KEYSET_NONE },
		{ "from the future: the clock was set back", true, T + 9 * S,
		    T + 99 * S, T + 9 * S, "a", KEYSET_FETCH },
		{ "the same, provider down", true, T + 9 * S, T + 99 * S,
		    T - 1 * S, "a", KEYSET_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct keyset ks = {
			.text = t[i].have ? text : NULL,
			.fetched_us = t[i].fetched,
			.fresh_us = t[i].fresh,
			.tried_us = t[i].tried,
		};

		if (keyset_judge(&ks, t[i].kid, stale, T) != t[i].want)
			fail_msg("%s", t[i].name);
	}
}

static void
freshness_is_clamped(void **state)
{
	static const int64_t t[][2] = {
		{ -1, 3600 }, { 0, 60 }, { 59, 60 }, { 300, 300 },
		{ 86400, 86400 }, { INT32_MAX, 86400 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct keyset ks = { 0 };

		keyset_confirm(&ks, t[i][0], T);
		assert_int_equal(ks.fetched_us, T);
		assert_int_equal(ks.fresh_us, T + t[i][1] * S);
	}
}

#define BAD_TAG "{\"issuer\":\"https://a\",\"etag\":\"x\\r\\nEvil: 1\"," \
	"\"fetched_us\":1,\"fresh_us\":2,\"jwks\":\"{\\\"keys\\\":[{}]}\"}"

static void
cache_file(void **state)
{
	struct keyset ks = { .etag = "W/\"x\"" }, back = { 0 };
	struct buf b = BUF_INIT(100000);
	struct err e = { 0 };
	const char *set = "{\"keys\":[{\"kid\":\"a\\\"\"}]}";

	(void)state;
	assert_int_equal(keyset_plain(set, strlen(set), &ks.text, &ks.keys,
	    &e), 0);
	keyset_confirm(&ks, 300, T);
	assert_int_equal(keyset_format(&ks, "https://a", &b, &e), 0);
	assert_int_equal(keyset_parse(b.p, b.len, "https://b", &back, &e),
	    -1);
	assert_int_equal(keyset_parse(b.p, b.len - 2, "https://a", &back,
	    &e), -1);
	assert_null(back.text);
	assert_int_equal(keyset_parse(b.p, b.len, "https://a", &back, &e), 0);
	assert_string_equal(back.text, ks.text);
	assert_string_equal(back.etag, ks.etag);
	assert_int_equal(back.fetched_us, T);
	assert_int_equal(back.fresh_us, T + 300 * S);
	assert_int_equal(back.tried_us, 0);
	assert_int_equal(keyset_parse(BAD_TAG, strlen(BAD_TAG), "https://a",
	    &back, &e), -1);
	assert_true(keyset_has(&back, "a\""));
	assert_false(keyset_has(&back, "a"));
	keyset_clear(&ks);
	keyset_clear(&back);
	buf_clear(&b);
}

/* The module is told so, and checks for itself what was not. */
static void
what_was_checked(void **state)
{
	static char good[] = "{\"keys\":[{\"crv\":\"Ed25519\",\"kty\":\"OKP\","
	    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";
	static char none[] = "{\"keys\":[{}]}";
	struct keyset ks = { .text = good };
	struct err e = { 0 };

	(void)state;
	assert_true(keyset_check(&ks, &e));
	assert_true(ks.checked);
	ks.text = none;
	assert_false(keyset_check(&ks, &e));
	assert_false(ks.checked);
	assert_int_equal(e.code, ERR_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_form),
		cmocka_unit_test(bounds),
		cmocka_unit_test(when_to_ask),
		cmocka_unit_test(freshness_is_clamped),
		cmocka_unit_test(cache_file),
		cmocka_unit_test(what_was_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
