/* SPDX-License-Identifier: BSD-2-Clause
 * The tree against the roots that Certificate Transparency's own tests use
 * (RFC 6962, section 2.1), and against its recursive definition. */
#include "tests/unit/test.h"

#include "lib/err.h"
#include "lib/hex.h"
#include "schema/digest.h"
#include "schema/merkle.h"

static const struct {
	const char *leaf;
	size_t n;
	const char *root;
} known[] = {
	{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c"
	    "78901d3fb33738768511a30617afa01d" },
	{ "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9d"
	    "baf70ad9e621f4bd8d98662f00e3c125" },
	{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264"
	    "db0fa9b51af5e0ba159158f329e06e77" },
	{ "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398f"
	    "a2a2cf9b4ff0fdfe8b30cd95209614b7" },
	{ "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3"
	    "bca12c9aefca1612bfce4c13a86264d4" },
	{ "\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f"
	    "98dfb16fbce75277b5232a127f2087ef" },
	{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	    "ddb89be403809e325750d3d263cd7892"
	    "9c2942b7942a34b77e122c9594a74c8c" },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67"
	    "\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
	    "5dc9da79a70659a9ad559cb701ded9a2"
	    "ab9d823aad2f4960cfe370eff4604328" },
};

static void
known_roots(void **state)
{
	struct merkle m = { 0 };
	unsigned char h[MERKLE_HASH];
	char hex[DIGEST_HEX];

	(void)state;
	assert_int_equal(merkle_root(&m, h, NULL), 0);
	hex_of(h, sizeof(h), hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < COUNT(known); i++) {
		assert_int_equal(merkle_leaf(known[i].leaf, known[i].n, h,
		    NULL), 0);
		assert_int_equal(merkle_add(&m, h, NULL), 0);
		assert_int_equal(merkle_root(&m, h, NULL), 0);
		hex_of(h, sizeof(h), hex);
		assert_string_equal(hex, known[i].root);
	}
}

/* MTH of RFC 6962, word by word. */
static void
by_definition(unsigned char (*leaf)[MERKLE_HASH], size_t n,
    unsigned char ret[MERKLE_HASH])
{
	unsigned char left[MERKLE_HASH], right[MERKLE_HASH];
	size_t k = 1;

	if (n == 1) {
		memcpy(ret, leaf[0], MERKLE_HASH);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	by_definition(leaf, k, left);
	by_definition(leaf + k, n - k, right);
	assert_int_equal(merkle_node(left, right, ret, NULL), 0);
}

static void
every_size_by_the_definition(void **state)
{
	static unsigned char leaf[300][MERKLE_HASH];
	struct merkle m = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(leaf); i++) {
		unsigned char a[MERKLE_HASH], b[MERKLE_HASH];

		assert_int_equal(merkle_leaf(&i, sizeof(i), leaf[i], NULL),
		    0);
		assert_int_equal(merkle_add(&m, leaf[i], NULL), 0);
		assert_int_equal(merkle_root(&m, a, NULL), 0);
		by_definition(leaf, i + 1, b);
		assert_memory_equal(a, b, MERKLE_HASH);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_roots),
		cmocka_unit_test(every_size_by_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
