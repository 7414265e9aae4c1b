/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <openssl/evp.h>

#include "lib/hex.h"
#include "lib/sum.h"

#define MANY 4096	/* bytes of the text that is compared */

/* NIST, FIPS 180-4 examples. */
static const struct {
	const char *text, *sum;
} known[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
};

static void
sums_that_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		uint8_t sum[SUM_LEN];
		char hex[2 * SUM_LEN + 1];

		sum_of(known[i].text, strlen(known[i].text), sum);
		hex_of(sum, SUM_LEN, hex);
		assert_string_equal(hex, known[i].sum);
	}
}

/* RFC 4231, test cases 1, 2, 6. */
static void
macs_that_are_known(void **state)
{
	static const char long_text[] =
	    "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t b0[20], aa[131];
	const struct {
		const void *key;
		size_t n;
		const char *text, *mac;
	} t[] = {
		{ b0, sizeof(b0), "Hi There",
		    "b0344c61d8db38535ca8afceaf0bf12b"
		    "881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", 4, "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843" },
		{ aa, sizeof(aa), long_text,
		    "60e431591ee0b67f0d8a26aacbf5b77f"
		    "8e0bc6213728c5140546040f0ee37f54" },
	};

	(void)state;
	memset(b0, 0x0b, sizeof(b0));
	memset(aa, 0xaa, sizeof(aa));
	for (size_t i = 0; i < COUNT(t); i++) {
		uint8_t mac[SUM_LEN];
		char hex[2 * SUM_LEN + 1];
		struct mac m;

		mac_begin(&m, t[i].key, t[i].n);
		for (int again = 0; again < 2; again++) {
			mac_add(&m, t[i].text, strlen(t[i].text));
			mac_end(&m, mac);
			hex_of(mac, SUM_LEN, hex);
			assert_string_equal(hex, t[i].mac);
		}
	}
}

/* Both libraries agree on every length, cut anywhere, and while it grows. */
static void
as_libcrypto_computes_it(void **state)
{
	static uint8_t text[MANY];
	struct sum grows;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		text[i] = (uint8_t)(i * i >> 3 ^ i);
	sum_begin(&grows);
	for (size_t n = 0; n < MANY; n++) {
		uint8_t ours[SUM_LEN], theirs[EVP_MAX_MD_SIZE];
		size_t cut = n * 7919 % (n + 1);
		struct sum s;

		assert_int_equal(EVP_Digest(text, n, theirs, NULL,
		    EVP_sha256(), NULL), 1);
		sum_begin(&s);
		sum_add(&s, text, cut);
		sum_add(&s, text + cut, n - cut);
		sum_end(&s, ours);
		assert_memory_equal(ours, theirs, SUM_LEN);
		sum_end(&grows, ours);
		assert_memory_equal(ours, theirs, SUM_LEN);
		sum_add(&grows, text + n, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_that_are_known),
		cmocka_unit_test(macs_that_are_known),
		cmocka_unit_test(as_libcrypto_computes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
