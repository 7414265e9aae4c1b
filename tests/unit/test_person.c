/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "pam_module/identity.h"
#include "pam_module/person.h"
#include "pam_module/token.h"

static struct identity id;
static struct token_policy p;

static int
add(const char *text, struct err *e)
{
	return person_add_userinfo(text, strlen(text), &p, &id, e);
}

static int
fresh(void **state)
{
	(void)state;
	memset(&id, 0, sizeof(id));
	(void)snprintf(id.sub, sizeof(id.sub), "7");
	token_policy_init(&p);
	return 0;
}

static void
userinfo_adds(void **state)
{
	struct err e = { 0 };

	(void)state;
	(void)snprintf(id.name, sizeof(id.name), "Ann");
	assert_int_equal(add("{\"sub\":\"7\",\"name\":\"Eve\",\"email\":\"a@b\","
	    "\"email_verified\":true,\"preferred_username\":\"ann\","
	    "\"groups\":[\"x\",\"y z\",\"\"]}", &e), 0);
	assert_string_equal(id.name, "Ann"); /* the token's word stands */
	assert_string_equal(id.email, "a@b");
	assert_true(id.email_verified);
	assert_string_equal(id.username, "ann");
	assert_int_equal(id.groups.n, 2);
	assert_true(names_has(&id.groups, "y z"));
	assert_false(names_has(&id.groups, "y"));
	assert_int_equal(id.groups_dropped, 1);
	/* groups once given are not given again */
	assert_int_equal(add("{\"sub\":\"7\",\"groups\":[\"root\"]}", &e), 0);
	assert_false(names_has(&id.groups, "root"));
}

/* An address of the token is not made true by another answer. */
static void
verified_belongs_to_its_address(void **state)
{
	struct err e = { 0 };

	(void)state;
	(void)snprintf(id.email, sizeof(id.email), "boss@b");
	assert_int_equal(add("{\"sub\":\"7\",\"email\":\"a@b\","
	    "\"email_verified\":true}", &e), 0);
	assert_string_equal(id.email, "boss@b");
	assert_false(id.email_verified);
}

static void
userinfo_refused_changes_nothing(void **state)
{
	static const char *const t[] = {
		"", "{}", "[]", "{\"sub\":7}", "{\"sub\":\"8\"}",
		"{\"sub\":\"7\\u0000\"}", "{\"sub\":\"7\",\"sub\":\"7\"}",
		"{\"sub\":\"7\",\"groups\":7}", "{\"sub\":\"7\",\"name\":[]}",
		"{\"sub\":\"7\",\"email_verified\":\"true\"}",
		"{\"sub\":\"7\",\"_claim_names\":{\"groups\":\"s\"}}",
		"{\"sub\":\"7\",\"hasgroups\":true}",
		"{\"sub\":\"7\",\"email\":\"a@b\",\"groups\":{}}",
	};
	const struct identity before = id;

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };

		if (add(t[i], &e) != -1)
			fail_msg("accepted: %s", t[i]);
		assert_memory_equal(&id, &before, sizeof(id));
	}
}

static void
ten_thousand_groups(void **state)
{
	struct buf b = BUF_INIT(PERSON_USERINFO_MAX);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(buf_puts(&b, "{\"sub\":\"7\",\"groups\":[\"g0\"", &e),
	    0);
	for (int i = 1; i < 10000; i++)
		assert_int_equal(buf_printf(&b, &e, ",\"group-%d\"", i), 0);
	assert_int_equal(buf_puts(&b, "]}", &e), 0);
	assert_int_equal(person_add_userinfo(b.p, b.len, &p, &id, &e), -1);
	assert_int_equal(e.code, ERR_DENIED);
	assert_non_null(strstr(e.text, "10000 groups"));
	assert_int_equal(id.groups.n, 0);
	buf_clear(&b);
}

static void
lists_are_bounded(void **state)
{
	struct err e = { 0 };
	char name[NAME_MAX_BYTES + 2];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[NAME_MAX_BYTES] = '\0';
	assert_true(name_ok(name));
	while (names_add(&id.groups, name, &e) == 0)
		;
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(id.groups.n, NAMES_BYTES / (NAME_MAX_BYTES + 1));
	assert_true(id.groups.len <= NAMES_BYTES);
	name[NAME_MAX_BYTES] = 'n';
	name[NAME_MAX_BYTES + 1] = '\0';
	assert_false(name_ok(name));
	assert_false(name_ok(""));
	assert_false(name_ok("a\x7f"));
	assert_false(name_ok("\xc2\x85"));
	assert_true(name_ok("\xc2\xa0"));
	memset(&id.groups, 0, sizeof(id.groups));
	for (int i = 0; i < NAMES_MAX; i++)
		assert_int_equal(names_add(&id.groups, "a", &e), 0);
	assert_int_equal(names_add(&id.groups, "a", &e), -1);
	assert_null(names_next(&(struct names){ 0 }, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(userinfo_adds, fresh),
		cmocka_unit_test_setup(verified_belongs_to_its_address, fresh),
		cmocka_unit_test_setup(userinfo_refused_changes_nothing,
		    fresh),
		cmocka_unit_test_setup(ten_thousand_groups, fresh),
		cmocka_unit_test_setup(lists_are_bounded, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
