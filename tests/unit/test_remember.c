/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/remember.h"

#define HOUR (INT64_C(3600) * 1000000)

static void
networks(void **state)
{
	static const struct {
		const char *rhost, *net;
	} t[] = {
		{ "10.1.2.3", "10.1.2.0/24" },
		{ "10.1.2.255", "10.1.2.0/24" },
		{ "127.0.0.1", "127.0.0.0/24" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:DB8:1:2::", "2001:db8:1:2::/64" },
		{ "::1", "::/64" },
		{ "::ffff:10.1.2.3", "10.1.2.0/24" },
		{ "host.example", "host.example" },
		{ "10.1.2", "10.1.2" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		char net[REMEMBER_NET_MAX];

		remember_net(t[i].rhost, net);
		assert_string_equal(net, t[i].net);
	}
}

static json_t *
sign_in(const char *key, const char *account, const char *rhost,
    const char *rules, int64_t us)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I}", "key", key, "account",
	    account, "rhost", rhost, "rules", rules, "remember_us",
	    (json_int_t)us);
}

/* One sign-in, at 0, for an hour; then a question. */
static void
who_is_known(void **state)
{
	static const struct {
		const char *name, *key, *account, *rhost, *rules;
		int64_t now;
		bool known;
	} t[] = {
		{ "same", "k", "alice", "10.1.2.3", "r", 1, true },
		{ "neighbour", "k", "alice", "10.1.2.9", "r", 1, true },
		{ "last moment", "k", "alice", "10.1.2.3", "r", HOUR - 1,
		    true },
		{ "over", "k", "alice", "10.1.2.3", "r", HOUR, false },
		{ "another key", "K", "alice", "10.1.2.3", "r", 1, false },
		{ "no key", "", "alice", "10.1.2.3", "r", 1, false },
		{ "another account", "k", "bob", "10.1.2.3", "r", 1, false },
		{ "another network", "k", "alice", "10.1.3.3", "r", 1,
		    false },
		{ "other rules", "k", "alice", "10.1.2.3", "R", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct remembered *all = NULL;
		json_t *was = sign_in("k", "alice", "10.1.2.3", "r", HOUR),
		    *is = sign_in(t[i].key, t[i].account, t[i].rhost,
		    t[i].rules, 0);

		assert_non_null(remember_add(&all, was, "p-1", 0));
		if ((remember_find(all, is, t[i].now) != NULL) != t[i].known)
			fail_msg("%s", t[i].name);
		json_decref(was);
		json_decref(is);
		remember_sweep(&all, INT64_MAX);
		assert_null(all);
	}
}

static void
forgotten(void **state)
{
	struct remembered *all = NULL;
	json_t *a = sign_in("a", "alice", "10.1.2.3", "r", HOUR),
	    *b = sign_in("b", "alice", "10.1.2.3", "r", HOUR);

	(void)state;
	assert_non_null(remember_add(&all, a, "p-a", 0));
	assert_non_null(remember_add(&all, b, "p-b", 0));
	remember_forget(all, "p-a");
	assert_null(remember_find(all, a, 1));
	assert_non_null(remember_find(all, b, 1));
	/* a newer one takes the place of the older */
	assert_non_null(remember_add(&all, b, "p-c", HOUR / 2));
	assert_string_equal(remember_find(all, b, HOUR)->person, "p-c");
	remember_sweep(&all, HOUR);
	assert_non_null(all);
	assert_null(all->next);
	remember_forget(all, NULL);
	remember_sweep(&all, 0);
	assert_null(all);
	json_decref(a);
	json_decref(b);
}

/* Nobody can make it grow without end. */
static void
bounded(void **state)
{
	struct remembered *all = NULL;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < REMEMBER_MAX + 10; i++) {
		char key[16];
		json_t *m;

		(void)snprintf(key, sizeof(key), "k%d", i);
		m = sign_in(key, "alice", "10.1.2.3", "r", HOUR);
		assert_non_null(remember_add(&all, m, "p", 0));
		json_decref(m);
		remember_sweep(&all, 1);
	}
	for (const struct remembered *r = all; r != NULL; r = r->next)
		n++;
	assert_int_equal(n, REMEMBER_MAX);
	remember_sweep(&all, INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks), cmocka_unit_test(who_is_known),
		cmocka_unit_test(forgotten), cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
