/* SPDX-License-Identifier: BSD-2-Clause
 * Judge every token of tests/data/token/tokens.json, which
 * tests/token/make_tokens.py made; WARRANT_TOKENS names another such file. */
#include "tests/unit/test.h"

#include <jansson.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/jwks.h"
#include "pam_module/token.h"

#define SECOND INT64_C(1000000)
#define TEXT_MAX (128 * 1024)

struct fixture {
	json_t *all;
	json_t *tokens;
	int64_t now;
	struct identity id;	/* large: not on the stack of each test */
};

static struct fixture fx;

static const char *
str(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

static void
take_list(const json_t *o, const char *name, struct token_list *ret)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(o, name), i, v)
		(void)snprintf(ret->word[ret->n++], sizeof(ret->word[0]),
		    "%s", json_string_value(v));
}

static void
take_seconds(const json_t *o, const char *name, int64_t *ret)
{
	const json_t *v = json_object_get(o, name);

	if (v != NULL)
		*ret = json_integer_value(v) * SECOND;
}

static void
policy_of(const json_t *t, struct token_policy *p, struct token_request *q)
{
	token_policy_init(p);
	(void)snprintf(p->issuer, sizeof(p->issuer), "%s",
	    str(fx.all, "issuer"));
	p->audience.n = 1;
	(void)snprintf(p->audience.word[0], sizeof(p->audience.word[0]), "%s",
	    str(fx.all, "audience"));
	(void)snprintf(p->client_id, sizeof(p->client_id), "%s",
	    str(json_object_get(t, "client_id") != NULL ? t : fx.all,
	    json_object_get(t, "client_id") != NULL ? "client_id" :
	    "audience"));
	if (json_object_get(t, "groups_claim") != NULL)
		(void)snprintf(p->groups_claim, sizeof(p->groups_claim), "%s",
		    str(t, "groups_claim"));
	if (json_object_get(t, "algs") != NULL)
		assert_int_equal(jwa_parse_set(str(t, "algs"), &p->algs,
		    NULL), 0);
	take_list(t, "trusted", &p->trusted);
	take_list(t, "acr", &p->acr);
	take_list(t, "amr", &p->amr);
	take_seconds(t, "leeway", &p->leeway_us);
	take_seconds(t, "max_age", &p->max_age_us);
	take_seconds(t, "max_lifetime", &p->max_lifetime_us);
	take_seconds(t, "max_auth_age", &p->max_auth_age_us);
	take_seconds(t, "earliest", &p->earliest_us);
	*q = (struct token_request){ .now_us = fx.now * SECOND,
		.nonce_rule = TOKEN_NONCE_ANY };
	if (strcmp(str(t, "nonce_rule"), "required") == 0)
		q->nonce_rule = TOKEN_NONCE_REQUIRED;
	if (strcmp(str(t, "nonce_rule"), "if-present") == 0)
		q->nonce_rule = TOKEN_NONCE_IF_PRESENT;
	q->nonce = json_string_value(json_object_get(t, "nonce"));
	q->access_token = json_string_value(
	    json_object_get(t, "access_token"));
}

/* The token's bytes, allocated exactly, so that a sanitizer sees more. */
static char *
text_of(const json_t *t, size_t *n)
{
	const char *s = str(t, "text");
	uint8_t *big = malloc(TEXT_MAX);
	ssize_t len = b64_decode(s, strlen(s), big, TEXT_MAX, NULL);
	char *exact;

	assert_true(len >= 0);
	exact = malloc(len > 0 ? (size_t)len : 1);
	memcpy(exact, big, (size_t)len);
	free(big);
	*n = (size_t)len;
	return exact;
}

static void
set_of(const json_t *t, struct jwks *ret)
{
	const char *name = json_object_get(t, "set") != NULL ?
	    str(t, "set") : "main";
	const char *s = str(json_object_get(fx.all, "sets"), name);
	struct err e = { 0 };

	if (jwks_parse(s, strlen(s), ret, &e) < 0)
		fail_msg("set %s: %s", name, e.text);
}

static void
compare_fields(const char *name, const json_t *want,
    const struct identity *id)
{
	const json_t *groups = json_object_get(want, "groups"), *g;
	const char *have = NULL, *key;
	const json_t *v;
	size_t i;

	json_array_foreach(groups, i, g) {
		have = names_next(&id->groups, have);
		if (have == NULL || strcmp(have, json_string_value(g)) != 0)
			fail_msg("%s: group %zu", name, i);
	}
	if (groups != NULL && id->groups.n != json_array_size(groups))
		fail_msg("%s: %u groups", name, id->groups.n);
	json_object_foreach((json_t *)(uintptr_t)want, key, v) {
		const struct {
			const char *key, *have;
		} texts[] = {
			{ "sub", id->sub }, { "username", id->username },
			{ "name", id->name }, { "alg", id->alg },
			{ "amr", id->amr },
		};

		for (i = 0; i < COUNT(texts); i++)
			if (strcmp(key, texts[i].key) == 0 &&
			    strcmp(json_string_value(v), texts[i].have) != 0)
				fail_msg("%s: %s is \"%s\"", name, key,
				    texts[i].have);
		if (strcmp(key, "email_verified") == 0)
			assert_int_equal(json_is_true(v), id->email_verified);
		if (strcmp(key, "groups_dropped") == 0)
			assert_int_equal(json_integer_value(v),
			    id->groups_dropped);
	}
}

/* Judge one; returns whether it came out as wanted. */
static bool
judge(const json_t *t)
{
	bool want = strcmp(str(t, "want"), "yes") == 0;
	struct identity *id = &fx.id;
	struct token_policy p;
	struct token_request q;
	struct jwks keys = { 0 };
	struct err e = { 0 };
	size_t n;
	char *text = text_of(t, &n);
	bool got;

	policy_of(t, &p, &q);
	set_of(t, &keys);
	memset(id, 0x5a, sizeof(*id));
	got = token_verify(text, n, &keys, &p, &q, id, &e) == 0;
	if (got && want)
		compare_fields(str(t, "name"), json_object_get(t, "expect"),
		    id);
	if (!got) /* nothing half-filled */
		for (size_t i = 0; i < sizeof(*id); i++)
			assert_int_equal(((unsigned char *)id)[i], 0x5a);
	jwks_clear(&keys);
	free(text);
	if (got == want && (got || strstr(e.text, str(t, "why")) != NULL))
		return true;
	print_message("%s: %s: %s (wanted %s %s)\n", str(t, "name"),
	    got ? "accepted" : "refused", e.text, str(t, "want"),
	    str(t, "why"));
	return false;
}

static void
every_token(void **state)
{
	size_t i, good = 0, hostile = 0, wrong = 0;
	const json_t *t;

	(void)state;
	json_array_foreach(fx.tokens, i, t) {
		if (strcmp(str(t, "want"), "yes") == 0)
			good++;
		else
			hostile++;
		if (!judge(t))
			wrong++;
	}
	print_message("%zu good and %zu hostile tokens, %zu judged wrongly\n",
	    good, hostile, wrong);
	assert_int_equal(wrong, 0);
	assert_true(good >= 25);
	assert_true(hostile >= 150);
}

static const json_t *
find(const char *name)
{
	size_t i;
	const json_t *t;

	json_array_foreach(fx.tokens, i, t)
		if (strcmp(str(t, "name"), name) == 0)
			return t;
	fail_msg("no token %s", name);
	return NULL;
}

/* Each byte of a good token changed to each of a few others: refused, and
 * never a crash. */
static void
no_byte_may_change(void **state)
{
	static const char others[] = "AB.=-_\0\n\xff";
	const json_t *t = find("alg ES256");
	struct token_policy p;
	struct token_request q;
	struct jwks keys = { 0 };
	size_t n;
	char *text = text_of(t, &n);

	(void)state;
	policy_of(t, &p, &q);
	set_of(t, &keys);
	for (size_t i = 0; i < n; i += 3) {
		char old = text[i];
		char c = others[i / 3 % (sizeof(others) - 1)];

		if (c == old)
			continue;
		text[i] = c;
		if (token_verify(text, n, &keys, &p, &q, &fx.id, NULL) == 0)
			fail_msg("byte %zu", i);
		text[i] = old;
	}
	for (size_t len = 0; len < n; len += 5)
		assert_int_equal(token_verify(text, len, &keys, &p, &q,
		    &fx.id, NULL), -1);
	assert_int_equal(token_verify(text, n, &keys, &p, &q, &fx.id, NULL),
	    0);
	jwks_clear(&keys);
	free(text);
}

static void
once_key_is_of_what_is_signed(void **state)
{
	const char *a = "aaa.bbb.ccc", *b = "aaa.bbb.ddd", *c = "aaa.bbc.ccc";
	char ka[65], kb[65], kc[65], kd[65];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(token_once_key("i", a, strlen(a), ka, &e), 0);
	assert_int_equal(token_once_key("i", b, strlen(b), kb, &e), 0);
	assert_int_equal(token_once_key("i", c, strlen(c), kc, &e), 0);
	assert_int_equal(token_once_key("j", a, strlen(a), kd, &e), 0);
	assert_string_equal(ka, kb);
	assert_string_not_equal(ka, kc);
	assert_string_not_equal(ka, kd);
	/* printf 'i\0aaa.bbb' | sha256sum */
	assert_string_equal(ka, "9dba05d5dd17d2cf8c77ffd4cea318d7"
	    "67f30d4cd1f7ae7dd224fb2febad9013");
	assert_int_equal(token_once_key("i", "abc", 3, ka, &e), -1);
}

static void
policies_that_make_no_sense(void **state)
{
	struct token_policy p;
	struct err e = { 0 };

	(void)state;
	token_policy_init(&p);
	assert_int_equal(token_policy_check(&p, &e), -1);
	(void)snprintf(p.issuer, sizeof(p.issuer), "i");
	assert_int_equal(token_policy_check(&p, &e), -1);
	(void)snprintf(p.client_id, sizeof(p.client_id), "a");
	assert_int_equal(token_policy_check(&p, &e), 0);
	p.leeway_us = 120 * SECOND;
	assert_int_equal(token_policy_check(&p, &e), 0);
	p.leeway_us = 120 * SECOND + 1;
	assert_int_equal(token_policy_check(&p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	p.leeway_us = -1;
	assert_int_equal(token_policy_check(&p, &e), -1);
	p.leeway_us = 0;
	p.algs = 0;
	assert_int_equal(token_policy_check(&p, &e), -1);
}

static void
codes_tell_a_caller_what_to_do(void **state)
{
	static const struct {
		const char *name;
		enum err_code code;
	} t[] = {
		{ "unknown kid", ERR_NOT_FOUND },
		{ "another key's signature", ERR_CRYPTO },
		{ "expired a year ago", ERR_DENIED },
		{ "form: two dots", ERR_INPUT },
		{ "groups left out by Entra ID", ERR_DENIED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		const json_t *o = find(t[i].name);
		struct token_policy p;
		struct token_request q;
		struct jwks keys = { 0 };
		struct err e = { 0 };
		size_t n;
		char *text = text_of(o, &n);

		policy_of(o, &p, &q);
		set_of(o, &keys);
		assert_int_equal(token_verify(text, n, &keys, &p, &q, &fx.id,
		    &e), -1);
		assert_int_equal(e.code, t[i].code);
		jwks_clear(&keys);
		free(text);
	}
}

static int
set_up(void **state)
{
	const char *path = getenv("WARRANT_TOKENS");
	json_error_t why;

	(void)state;
	fx.all = json_load_file(path != NULL ? path :
	    TEST_DATA "/token/tokens.json", 0, &why);
	if (fx.all == NULL)
		return -1;
	fx.tokens = json_object_get(fx.all, "tokens");
	fx.now = json_integer_value(json_object_get(fx.all, "now"));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	json_decref(fx.all);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_token),
		cmocka_unit_test(no_byte_may_change),
		cmocka_unit_test(once_key_is_of_what_is_signed),
		cmocka_unit_test(policies_that_make_no_sense),
		cmocka_unit_test(codes_tell_a_caller_what_to_do),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
