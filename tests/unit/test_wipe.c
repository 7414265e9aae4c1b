/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/wipe.h"

static void
grows_and_shrinks(void **state)
{
	char *p = wipe_realloc(NULL, 3);

	(void)state;
	assert_non_null(p);
	memcpy(p, "ab", 3);
	p = wipe_realloc(p, 100000);
	assert_string_equal(p, "ab");
	memset(p, 'x', 100000);
	p = wipe_realloc(p, 2);
	assert_memory_equal(p, "xx", 2);
	p = wipe_realloc(p, 0);
	assert_non_null(p);
	wipe_free(p);
	wipe_free(NULL);
}

static void
callocs_zeroes(void **state)
{
	static const char zero[640];
	char *p = wipe_calloc(64, 10);

	(void)state;
	assert_memory_equal(p, zero, 640);
	assert_true((uintptr_t)p % _Alignof(max_align_t) == 0);
	wipe_free(p);
	assert_null(wipe_calloc(SIZE_MAX / 2, 3));
	assert_null(wipe_malloc(SIZE_MAX));
	p = wipe_strdup("");
	assert_string_equal(p, "");
	wipe_free(p);
}

/* What was freed does not hold its bytes any more: the same piece comes back
 * from malloc(3) at once, as glibc does, or the test has nothing to see. */
static void
frees_wiped(void **state)
{
	static const char secret[] = "a secret that must not stay behind";
	char *p = wipe_strdup(secret), *again;
	size_t n = sizeof(secret);

	(void)state;
	wipe_free(p);
	again = wipe_malloc(n);
	if (again != p) {
		wipe_free(again);
		skip();
	}
	for (size_t i = 0; i + 4 < n; i++)
		assert_memory_not_equal(again + i, secret + i, 4);
	wipe_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_shrinks),
		cmocka_unit_test(callocs_zeroes),
		cmocka_unit_test(frees_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
