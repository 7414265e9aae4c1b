/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"

/* RFC 4648, section 10, and the characters that differ. */
static const struct {
	const char *bytes, *std, *url;
} known[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+", "-__-" },
};

static void
known_texts_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		size_t n = strlen(known[i].bytes);
		struct buf b = BUF_INIT(64);
		struct err e = { 0 };
		uint8_t out[16];

		assert_int_equal(b64_encode(known[i].bytes, n, &b, &e), 0);
		assert_string_equal(b.p, known[i].std);
		buf_reset(&b);
		assert_int_equal(b64url_encode(known[i].bytes, n, &b, &e), 0);
		assert_string_equal(b.p, known[i].url);
		buf_clear(&b);
		assert_int_equal(b64_decode(known[i].std,
		    strlen(known[i].std), out, sizeof(out), &e), n);
		assert_memory_equal(out, known[i].bytes, n);
		assert_int_equal(b64url_decode(known[i].url,
		    strlen(known[i].url), out, sizeof(out), &e), n);
		assert_memory_equal(out, known[i].bytes, n);
	}
}

/* Each is something that a lenient decoder takes. */
static void
refuses_second_spellings(void **state)
{
	static const struct {
		const char *text;
		int url;
	} t[] = {
		{ "Zg", 0 }, { "Zg=", 0 }, { "Zg===", 0 }, { "Zh==", 0 },
		{ "Zm9=", 0 }, { "====", 0 }, { "Zm8=Zm8=", 0 },
		{ "Zm9v\n", 0 }, { " Zm9", 0 }, { "-__-", 0 }, { "Z===", 0 },
		{ "Zg==", 1 }, { "Zg=", 1 }, { "Zh", 1 }, { "Zm9", 1 },
		{ "Z", 1 }, { "Zm9vY", 1 }, { "+//+", 1 }, { "Zm9v\n", 1 },
		{ "Zm 9v", 1 }, { "Zm9v.", 1 }, { "Zm9\xc3\xa9", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		uint8_t out[16];
		ssize_t n = t[i].url ?
		    b64url_decode(t[i].text, strlen(t[i].text), out, 16, &e) :
		    b64_decode(t[i].text, strlen(t[i].text), out, 16, &e);

		if (n != -1)
			fail_msg("accepted: %s", t[i].text);
		assert_int_equal(e.code, ERR_INPUT);
	}
}

static void
nul_is_no_end(void **state)
{
	struct err e = { 0 };
	uint8_t out[16];

	(void)state;
	assert_int_equal(b64url_decode("Zm9v\0m9v", 8, out, 16, &e), -1);
}

static void
keeps_to_its_room(void **state)
{
	struct err e = { 0 };
	struct buf b = BUF_INIT(3);
	uint8_t out[4] = { 0, 0, 0, 0x5a };

	(void)state;
	assert_int_equal(b64url_decode("Zm9v", 4, out, 3, &e), 3);
	assert_int_equal(b64url_decode("Zm9vYg", 6, out, 3, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(out[3], 0x5a);
	assert_int_equal(b64url_encode("fo", 2, &b, &e), 0);
	assert_int_equal(b64url_encode("f", 1, &b, &e), -1);
	assert_string_equal(b.p, "Zm8");
	buf_clear(&b);
}

static void
all_lengths_come_back(void **state)
{
	uint8_t in[100], out[B64_DECODED_MAX(200)];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 37 + 11);
	for (size_t n = 0; n <= sizeof(in); n++) {
		struct buf b = BUF_INIT(200);
		struct err e = { 0 };

		assert_int_equal(b64url_encode(in, n, &b, &e), 0);
		assert_int_equal(b64url_decode(b.p, b.len, out, sizeof(out),
		    &e), n);
		assert_memory_equal(in, out, n);
		buf_reset(&b);
		assert_int_equal(b64_encode(in, n, &b, &e), 0);
		assert_int_equal(b64_decode(b.p, b.len, out, sizeof(out), &e),
		    n);
		assert_memory_equal(in, out, n);
		buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_both_ways),
		cmocka_unit_test(refuses_second_spellings),
		cmocka_unit_test(nul_is_no_end),
		cmocka_unit_test(keeps_to_its_room),
		cmocka_unit_test(all_lengths_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
