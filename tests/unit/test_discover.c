/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/discover.h"
#include "lib/err.h"

static void
only_https_urls(void **state)
{
	static const struct {
		const char *url;
		int plain, loopback;
	} t[] = {
		{ "https://idp.example/a?b=c&d=%20", 1, 1 },
		{ "https://idp.example", 1, 1 },
		{ "https://[2001:db8::1]:8443/x", 1, 1 },
		{ "https://127.0.0.1:65535/", 1, 1 },
		{ "http://127.0.0.1:80/", 0, 1 },
		{ "http://[::1]/", 0, 1 },
		{ "http://localhost:8080/x", 0, 0 },
		{ "http://127.0.0.1.evil.example/", 0, 0 },
		{ "http://localhost.evil.example/", 0, 0 },
		{ "http://127.0.0.2/", 0, 0 },
		{ "http://idp.example/", 0, 0 },
		{ "HTTPS://idp.example/", 0, 0 },
		{ "ftp://idp.example/", 0, 0 },
		{ "file:///etc/passwd", 0, 0 },
		{ "javascript:alert(1)", 0, 0 },
		{ "https://", 0, 0 },
		{ "https:///path", 0, 0 },
		{ "https://:443/", 0, 0 },
		{ "https://a:/", 0, 0 },
		{ "https://a:0/", 0, 0 },
		{ "https://a:65536/", 0, 0 },
		{ "https://a:1x/", 0, 0 },
		{ "https://user@idp.example/", 0, 0 },
		{ "https://user:pw@idp.example/", 0, 0 },
		{ "http://127.0.0.1@evil.example/", 0, 0 },
		{ "https://idp.example/#f", 0, 0 },
		{ "https://idp.example/a b", 0, 0 },
		{ "https://idp.example/\n", 0, 0 },
		{ "https://idp.example/\x1b[2J", 0, 0 },
		{ "https://idp.example/\xc3\xbc", 0, 0 },
		{ "https://idp.ex\\ample/", 0, 0 },
		{ "https://[::1/", 0, 0 },
		{ "https://[]/", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };

		if ((discover_url_check("u", t[i].url, false, &e) == 0) !=
		    t[i].plain)
			fail_msg("%s: %s", t[i].url, e.text);
		if ((discover_url_check("u", t[i].url, true, &e) == 0) !=
		    t[i].loopback)
			fail_msg("loopback: %s: %s", t[i].url, e.text);
	}
}

static void
length_of_urls(void **state)
{
	char url[URL_MAX + 1], out[URL_MAX];
	struct err e = { 0 };

	(void)state;
	(void)snprintf(url, sizeof(url), "https://a/%0*d", URL_MAX - 11, 0);
	assert_int_equal(strlen(url), URL_MAX - 1);
	assert_int_equal(discover_url_check("u", url, false, &e), 0);
	assert_int_equal(discover_url(url, out, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	(void)snprintf(url, sizeof(url), "https://a/%0*d", URL_MAX - 10, 0);
	assert_int_equal(discover_url_check("u", url, false, &e), -1);
}

static void
well_known_place(void **state)
{
	char out[URL_MAX];

	(void)state;
	assert_int_equal(discover_url("https://a", out, NULL), 0);
	assert_string_equal(out,
	    "https://a/.well-known/openid-configuration");
	assert_int_equal(discover_url("https://a/t/", out, NULL), 0);
	assert_string_equal(out,
	    "https://a/t/.well-known/openid-configuration");
}

#define DOC(issuer, rest) "{\"issuer\":\"" issuer "\"," \
	"\"device_authorization_endpoint\":\"https://a/d\"," \
	"\"token_endpoint\":\"https://a/t\"," rest "}"
#define KEYS "\"jwks_uri\":\"https://b/k\""

static void
discovery_documents(void **state)
{
	static const struct {
		const char *text;
		int good;
	} t[] = {
		{ DOC("https://a", KEYS), 1 },
		{ DOC("https://a", KEYS ",\"userinfo_endpoint\":null"), 1 },
		{ DOC("https://a", KEYS
		    ",\"userinfo_endpoint\":\"https://a/u\""), 1 },
		{ DOC("https://a/", KEYS), 0 },
		{ DOC("https://A", KEYS), 0 },
		{ DOC("http://a", KEYS), 0 },
		{ DOC("https://a", "\"issuer\":\"https://b\"," KEYS), 0 },
		{ DOC("https://a", "\"jwks_uri\":\"http://a/k\""), 0 },
		{ DOC("https://a", "\"jwks_uri\":7"), 0 },
		{ DOC("https://a", "\"jwks_uri\":\"\""), 0 },
		{ DOC("https://a", "\"x\":1"), 0 },
		{ DOC("https://a", KEYS
		    ",\"userinfo_endpoint\":\"http://a/u\""), 0 },
		{ "{\"issuer\":\"https://a\"," KEYS "}", 1 },
		{ "{\"issuer\":\"https://a\"," KEYS
		    ",\"token_endpoint\":\"http://a/t\"}", 0 },
		{ DOC("https://a\\u0000b", KEYS), 0 },
		{ "[]", 0 },
		{ "", 0 },
		{ DOC("https://a", KEYS) "x", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct provider p;
		struct err e = { 0 };

		if ((discover_parse(t[i].text, strlen(t[i].text),
		    "https://a", false, &p, &e) == 0) != t[i].good)
			fail_msg("%s: %s", t[i].text, e.text);
	}
}

#define CODE(rest) "{\"device_code\":\"D\",\"user_code\":\"AB-CD\"," \
	"\"verification_uri\":\"https://a/v\"," rest "}"

static void
device_answers(void **state)
{
	static const struct {
		const char *text;
		int status;
		int64_t expires, interval;	/* 0: refused */
	} t[] = {
		{ CODE("\"expires_in\":300,\"interval\":2"), 200, 300, 2 },
		{ CODE("\"expires_in\":300"), 200, 300, 5 },
		{ CODE("\"expires_in\":99999,\"interval\":9999"), 200,
		    EXPIRES_MAX, INTERVAL_MAX },
		{ CODE("\"expires_in\":1,\"interval\":0"), 200, 1, 1 },
		/* Google's older spelling */
		{ "{\"device_code\":\"D\",\"user_code\":\"C\","
		    "\"verification_url\":\"https://a/v\",\"expires_in\":9}",
		    200, 9, 5 },
		{ CODE("\"expires_in\":300"), 400, 0, 0 },
		{ CODE("\"expires_in\":300"), 302, 0, 0 },
		{ CODE("\"expires_in\":0"), 200, 0, 0 },
		{ CODE("\"expires_in\":-1"), 200, 0, 0 },
		{ CODE("\"expires_in\":\"300\""), 200, 0, 0 },
		{ CODE("\"expires_in\":3.5"), 200, 0, 0 },
		{ CODE("\"interval\":5"), 200, 0, 0 },
		{ CODE("\"expires_in\":9,\"interval\":-5"), 200, 0, 0 },
		{ CODE("\"expires_in\":9,\"interval\":null"), 200, 0, 0 },
		{ CODE("\"expires_in\":9,\"user_code\":\"X\""), 200, 0, 0 },
		{ CODE("\"expires_in\":9,\"verification_uri_complete\":"
		    "\"javascript:x\""), 200, 0, 0 },
		{ "{\"device_code\":\"D\",\"user_code\":\"\\u001b[2J\","
		    "\"verification_uri\":\"https://a/\",\"expires_in\":9}",
		    200, 0, 0 },
		{ "{\"device_code\":\"\",\"user_code\":\"C\","
		    "\"verification_uri\":\"https://a/\",\"expires_in\":9}",
		    200, 0, 0 },
		{ "{}", 200, 0, 0 },
		{ "{\"error\":\"invalid_client\"}", 401, 0, 0 },
		{ "not json", 200, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct device_code d;
		struct err e = { 0 };
		int rc = device_parse(t[i].status, t[i].text,
		    strlen(t[i].text), false, &d, &e);

		if ((rc == 0) != (t[i].expires > 0))
			fail_msg("%s: %s", t[i].text, e.text);
		if (rc < 0)
			continue;
		assert_int_equal(d.expires_s, t[i].expires);
		assert_int_equal(d.interval_s, t[i].interval);
	}
}

static void
token_answers(void **state)
{
	static const struct {
		int status;
		const char *text;
		enum token_state want;
		enum err_code code;
	} t[] = {
		{ 200, "{\"id_token\":\"a.b.c\"}", TOKEN_DONE, ERR_NONE },
		{ 200, "{\"id_token\":\"a\",\"access_token\":\"b\","
		    "\"token_type\":\"bearer\"}", TOKEN_DONE, ERR_NONE },
		{ 200, "{\"id_token\":\"a\",\"access_token\":\"b\","
		    "\"token_type\":\"mac\"}", TOKEN_FAILED, ERR_INPUT },
		{ 200, "{\"id_token\":\"a\",\"access_token\":\"b\"}",
		    TOKEN_FAILED, ERR_INPUT },
		{ 200, "{\"access_token\":\"b\"}", TOKEN_FAILED, ERR_INPUT },
		{ 200, "{\"id_token\":\"\"}", TOKEN_FAILED, ERR_INPUT },
		{ 200, "{\"id_token\":\"a b\"}", TOKEN_FAILED, ERR_INPUT },
		{ 200, "{\"id_token\":\"a\\n\"}", TOKEN_FAILED, ERR_INPUT },
		{ 200, "{\"id_token\":7}", TOKEN_FAILED, ERR_INPUT },
		{ 200, "<html>", TOKEN_RETRY, ERR_INPUT },
		{ 200, "", TOKEN_RETRY, ERR_INPUT },
		/* an error with status 200 is no success */
		{ 200, "{\"error\":\"access_denied\"}", TOKEN_FAILED,
		    ERR_INPUT },
		{ 400, "{\"error\":\"authorization_pending\"}", TOKEN_PENDING,
		    ERR_NONE },
		{ 400, "{\"error\":\"slow_down\"}", TOKEN_SLOW_DOWN,
		    ERR_NONE },
		{ 400, "{\"error\":\"access_denied\"}", TOKEN_DENIED,
		    ERR_DENIED },
		{ 403, "{\"error\":\"authorization_declined\"}", TOKEN_DENIED,
		    ERR_DENIED },
		{ 400, "{\"error\":\"expired_token\"}", TOKEN_EXPIRED,
		    ERR_TIMEOUT },
		{ 401, "{\"error\":\"invalid_client\"}", TOKEN_FAILED,
		    ERR_UNAVAILABLE },
		{ 400, "{\"error\":\"\\u001b]0;x\"}", TOKEN_FAILED,
		    ERR_UNAVAILABLE },
		{ 400, "{}", TOKEN_FAILED, ERR_UNAVAILABLE },
		{ 400, "no", TOKEN_RETRY, ERR_INPUT },
		/* a token beside an error status is no success */
		{ 400, "{\"id_token\":\"a.b.c\"}", TOKEN_FAILED,
		    ERR_UNAVAILABLE },
		{ 201, "{\"id_token\":\"a.b.c\"}", TOKEN_FAILED,
		    ERR_UNAVAILABLE },
		{ 302, "", TOKEN_FAILED, ERR_UNAVAILABLE },
		{ 429, "", TOKEN_RETRY, ERR_UNAVAILABLE },
		{ 500, "{\"id_token\":\"a.b.c\"}", TOKEN_RETRY,
		    ERR_UNAVAILABLE },
		{ 503, "", TOKEN_RETRY, ERR_UNAVAILABLE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		static struct token_answer a;
		struct err e = { 0 };
		enum token_state got = token_parse(t[i].status, t[i].text,
		    strlen(t[i].text), &a, &e);

		if (got != t[i].want || e.code != t[i].code)
			fail_msg("%d %s: state %d, %s", t[i].status,
			    t[i].text, (int)got, e.text);
		if (strchr(e.text, '\033') != NULL)
			fail_msg("escape in: %s", e.text);
	}
}

static void
reasons_hold_no_secret(void **state)
{
	static const char *const t[] = {
		"{\"id_token\":\"SECRET\",}", "{\"id_token\":\"SECRET",
		"SECRET", "{\"id_token\":\"SECRET \"}",
		"{\"id_token\":\"a\",\"access_token\":\"SECRET\"}",
		"{\"id_token\":\"SECRET\",\"id_token\":\"b\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		static struct token_answer a;
		struct err e = { 0 };

		assert_int_not_equal(token_parse(200, t[i], strlen(t[i]), &a,
		    &e), TOKEN_DONE);
		if (strstr(e.text, "SECRET") != NULL)
			fail_msg("%s", e.text);
	}
}

static void
longest_tokens(void **state)
{
	static char text[2 * TOKEN_MAX];
	static struct token_answer a;
	struct err e = { 0 };
	int n;

	(void)state;
	n = snprintf(text, sizeof(text), "{\"id_token\":\"%0*d\"}", TOKEN_MAX,
	    1);
	assert_int_equal(token_parse(200, text, (size_t)n, &a, &e),
	    TOKEN_DONE);
	assert_int_equal(strlen(a.id_token), TOKEN_MAX);
	n = snprintf(text, sizeof(text), "{\"id_token\":\"%0*d\"}",
	    TOKEN_MAX + 1, 1);
	assert_int_equal(token_parse(200, text, (size_t)n, &a, &e),
	    TOKEN_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_urls),
		cmocka_unit_test(length_of_urls),
		cmocka_unit_test(well_known_place),
		cmocka_unit_test(discovery_documents),
		cmocka_unit_test(device_answers),
		cmocka_unit_test(token_answers),
		cmocka_unit_test(reasons_hold_no_secret),
		cmocka_unit_test(longest_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
