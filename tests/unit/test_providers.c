/* SPDX-License-Identifier: BSD-2-Clause
 * The recipes of dist/examples/providers, each with claims in the shape that
 * the provider documents, and with what must not pass. */
#include "tests/unit/test.h"

#include <jansson.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/jwa.h"
#include "pam_module/claims.h"
#include "pam_module/map.h"
#include "pam_module/policy.h"
#include "pam_module/token.h"

#define MAP_FILE "https://login.microsoftonline.com/11111111-2222-3333-" \
	"4444-555555555555/v2.0 AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ " \
	"alice\n"

static struct policy p; /* large */
static struct identity id;

static const char *
str(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static void
load_policy(const char *file)
{
	struct buf text = BUF_INIT(65536);
	struct conf *c = NULL;
	struct err e = { 0 };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", TEST_PROVIDERS, file);
	if (io_read_file(path, &text, &e) < 0 ||
	    conf_parse(file, text.p, text.len, &c, &e) < 0 ||
	    policy_from_conf(conf_next(c, "issuer", NULL), &p, &e) < 0)
		fail_msg("%s: %s", file, e.text);
	/* what judge_certificate makes of bind = audience */
	if (strcmp(conf_str(conf_next(c, "issuer", NULL), "bind"),
	    "audience") == 0) {
		p.token.audience.n = 1;
		(void)snprintf(p.token.audience.word[0],
		    sizeof(p.token.audience.word[0]), "%.200s:NONCE",
		    p.token.client_id);
	}
	conf_free(c);
	buf_clear(&text);
}

static int
judge(const json_t *one, int64_t now_us, struct err *e)
{
	const struct token_request q = { .now_us = now_us,
		.nonce_rule = TOKEN_NONCE_ANY };
	const struct map_account a = { str(one, "account"), 1000, 1000 };

	memset(&id, 0, sizeof(id));
	if (claims_read(json_object_get(one, "claims"), &p.token, &q,
	    jwa_find("RS256", 5), &id, e) < 0)
		return -1;
	return map_find(p.rules, p.n_rules, MAP_FILE, strlen(MAP_FILE), &id,
	    &a, NULL, e);
}

static void
providers(void **state)
{
	json_t *all = json_load_file(TEST_DATA "/providers/cases.json", 0,
	    NULL);
	int64_t now_us = json_integer_value(json_object_get(all, "now")) *
	    1000000;
	size_t i, k, good = 0;
	const json_t *one, *group;

	(void)state;
	assert_non_null(all);
	json_array_foreach(json_object_get(all, "cases"), i, one) {
		const char *why = str(one, "why");
		struct err e = { 0 };
		int rc;

		load_policy(str(one, "conf"));
		rc = judge(one, now_us, &e);
		if (why == NULL && rc < 0)
			fail_msg("%s: %s", str(one, "name"), e.text);
		if (why != NULL && (rc == 0 ||
		    strstr(e.text, why) == NULL))
			fail_msg("%s: not for %s: %s", str(one, "name"), why,
			    rc == 0 ? "taken" : e.text);
		good += why == NULL;
		json_array_foreach(json_object_get(one, "groups"), k, group)
			assert_true(names_has(&id.groups,
			    json_string_value(group)));
	}
	assert_int_equal(good, 6);
	assert_true(i >= 29);
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(providers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
