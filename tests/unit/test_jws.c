/* SPDX-License-Identifier: BSD-2-Clause
 * The worked examples of the RFCs, made by other programs than ours. */
#include "tests/unit/test.h"

#include <openssl/evp.h>

#include "lib/err.h"
#include "lib/jwks.h"
#include "pam_module/jws.h"

static const struct {
	const char *source, *key, *text;
} examples[] = {
	{ "RFC 7515, A.2, RS256",
	    "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""
	    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"
	    "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG"
	    "6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9"
	    "e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT"
	    "6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDT"
	    "W9gb54h4FRWyuXpoQ\"}]}",
	    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs"
	    "DQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetd"
	    "gtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_l"
	    "F5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZ"
	    "LgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383L"
	    "cOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9"
	    "QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe7"
	    "7Rw" },
	{ "RFC 7515, A.3, ES256",
	    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}",
	    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs"
	    "DQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L3"
	    "8VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
	    "Kg6NU1Q" },
	{ "RFC 8037, A.4, EdDSA",
	    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
	    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_"
	    "MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7s"
	    "VvpAr_MuM0KAg" },
};

static void
examples_of_the_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		const char *text = examples[i].text;
		struct jwks keys = { 0 };
		struct err e = { 0 };
		struct jws j;
		EVP_PKEY *key;

		assert_int_equal(jwks_parse(examples[i].key,
		    strlen(examples[i].key), &keys, &e), 0);
		assert_int_equal(jws_parse(text, strlen(text), JWA_ALL, &j,
		    &e), 0);
		key = jwk_key(jwks_find(&keys, NULL, j.alg, &e),
		    false, &e);
		assert_non_null(key);
		if (jws_verify(&j, key, &e) != 0)
			fail_msg("%s: %s", examples[i].source, e.text);
		j.signed_len--;
		assert_int_equal(jws_verify(&j, key, &e), -1);
		assert_int_equal(e.code, ERR_CRYPTO);
		j.signed_len++;
		j.sig[j.sig_len / 2] ^= 1;
		assert_int_equal(jws_verify(&j, key, &e), -1);
		EVP_PKEY_free(key);
		jwks_clear(&keys);
	}
}

/* RFC 7515, A.1 (HS256) and A.5 (none): no row of jwa.h, so no way in. */
static void
examples_without_a_public_key(void **state)
{
	static const char *const t[] = {
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJ"
		"leHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ij"
		"p0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		"eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODA"
		"sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		struct jws j;

		assert_int_equal(jws_parse(t[i], strlen(t[i]), JWA_ALL, &j,
		    &e), -1);
		assert_non_null(strstr(e.text, "is not allowed"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfcs),
		cmocka_unit_test(examples_without_a_public_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
