/* SPDX-License-Identifier: BSD-2-Clause
 * What would libjwt alone have said?  The key of the token's kid as PEM,
 * jwt_decode, then iss, aud and exp by its getters, as its manual shows it.
 * The figure is the reason for jws.h; the test is that a good token of an
 * algorithm it knows is never refused for what libjwt says. */
#include "tests/unit/test.h"

#include <stdbool.h>

#include <jansson.h>
#include <jwt.h>

#include "config.h"
#include "lib/b64.h"

#ifndef HAVE_JWT_CHECKER

#define TEXT_MAX (128 * 1024)

static json_t *all;

static const char *
str(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

/* The key that a naive program would take; NULL when it would find none. */
static const char *
pem_of(const json_t *t)
{
	const char *kid = json_object_get(t, "kid") != NULL ? str(t, "kid") :
	    str(t, "naive_kid");

	return json_string_value(json_object_get(json_object_get(all, "pems"),
	    kid));
}

static bool
decodes(const json_t *t, bool claims)
{
	static uint8_t text[TEXT_MAX];
	const char *s = str(t, "text"), *pem = pem_of(t);
	ssize_t n = b64_decode(s, strlen(s), text, sizeof(text) - 1, NULL);
	jwt_t *jwt = NULL;
	const char *iss, *aud;
	bool ok;
	long exp;

	assert_true(n >= 0);
	text[n] = '\0';
	if (pem == NULL || jwt_decode(&jwt, (const char *)text,
	    (const unsigned char *)pem, (int)strlen(pem)) != 0)
		return false;
	iss = jwt_get_grant(jwt, "iss");
	aud = jwt_get_grant(jwt, "aud");
	exp = jwt_get_grant_int(jwt, "exp");
	ok = !claims || (iss != NULL && aud != NULL &&
	    strcmp(iss, str(all, "issuer")) == 0 &&
	    strcmp(aud, str(all, "audience")) == 0 &&
	    !(exp != 0 && exp <= json_integer_value(json_object_get(all,
	    "now"))));
	jwt_free(jwt);
	return ok;
}

static void
libjwt_alone(void **state)
{
	unsigned good = 0, refused = 0, hostile = 0, accepted = 0;
	const json_t *t;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(all, "tokens"), i, t) {
		if (strcmp(str(t, "want"), "yes") == 0) {
			good++;
			refused += !decodes(t, true);
		} else {
			hostile++;
			accepted += decodes(t, true);
		}
	}
	print_message("libjwt alone: %u of %u hostile tokens accepted, %u of "
	    "%u good ones refused\n", accepted, hostile, refused, good);
	assert_true(hostile > 150);
}

static void
its_refusals_are_never_of_good_tokens(void **state)
{
	const json_t *t;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(all, "tokens"), i, t) {
		const char *alg = str(json_object_get(t, "expect"), "alg");

		if (alg[0] == '\0' || jwt_str_alg(alg) == JWT_ALG_INVAL)
			continue;
		if (!decodes(t, false))
			fail_msg("%s", str(t, "name"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libjwt_alone),
		cmocka_unit_test(its_refusals_are_never_of_good_tokens),
	};
	int rc;

	all = json_load_file(TEST_DATA "/token/tokens.json", 0, NULL);
	if (all == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(all);
	return rc;
}

#else

int
main(void)
{
	return 77; /* jwt_decode is gone: skipped */
}

#endif
