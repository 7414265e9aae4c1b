/* SPDX-License-Identifier: BSD-2-Clause
 * Certificates of ssh-keygen (tests/cert/make_certs.py says what is in them),
 * and every change of one byte, every cut. */
#include "tests/unit/test.h"

#include <jansson.h>

#include "lib/b64.h"
#include "lib/err.h"
#include "pam_module/cert.h"

static json_t *vectors;

static const char *
str(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static int
load(void **state)
{
	(void)state;
	vectors = json_load_file(TEST_DATA "/cert/vectors.json", 0, NULL);
	return vectors == NULL ? -1 : 0;
}

static int
unload(void **state)
{
	(void)state;
	json_decref(vectors);
	return 0;
}

/* "TYPE BASE64" as sshd writes it into SSH_AUTH_INFO_0. */
static struct auth_key
key_of(const char *text)
{
	static char info[CERT_TEXT_MAX];
	struct auth_key k = { .type = NULL };

	(void)snprintf(info, sizeof(info), "publickey %s\n"
	    "keyboard-interactive/pam\n", text);
	assert_int_equal(cert_auth_key(info, &k), 1);
	return k;
}

static void
good(void **state)
{
	const json_t *v;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(vectors, "good"), i, v) {
		const char *token = str(vectors, "token");
		struct auth_key k = key_of(str(v, "text"));
		char fingerprint[CERT_FINGERPRINT_MAX];
		struct err e = { 0 };
		struct cert c;

		if (cert_parse(&k, &c, &e) < 0)
			fail_msg("%s: %s", str(v, "kind"), e.text);
		assert_string_equal(c.type, str(v, "type"));
		assert_string_equal(c.nonce, str(v, "nonce"));
		assert_int_equal(c.token_len, strlen(token));
		assert_memory_equal(c.token, token, strlen(token));
		assert_int_equal(c.valid_after, json_integer_value(
		    json_object_get(vectors, "after")));
		assert_int_equal(c.valid_before, json_integer_value(
		    json_object_get(vectors, "before")));
		assert_int_equal(cert_fingerprint(&k, fingerprint, &e), 0);
		assert_string_equal(fingerprint, str(v, "fingerprint"));
		cert_clear(&c);
	}
	assert_int_equal(i, 5);
}

static void
bad(void **state)
{
	static const struct {
		const char *name;
		enum err_code code;
	} t[] = {
		{ "by another key", ERR_DENIED },
		{ "no token", ERR_NOT_FOUND },
		{ "empty", ERR_INPUT },
		{ "no dot", ERR_INPUT },
		{ "spare bits", ERR_INPUT },
		{ "short", ERR_INPUT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		const json_t *v = json_object_get(json_object_get(vectors,
		    "bad"), t[i].name);
		struct auth_key k = key_of(str(v, "text"));
		struct err e = { 0 };
		struct cert c;

		if (cert_parse(&k, &c, &e) == 0)
			fail_msg("%s: taken", t[i].name);
		if (e.code != t[i].code)
			fail_msg("%s: %s", t[i].name, e.text);
		assert_null(c.token);
	}
}

static int
parse_bytes(const char *type, const uint8_t *p, size_t n, struct cert *ret)
{
	struct buf text = BUF_INIT(CERT_TEXT_MAX);
	struct auth_key k = { .type = type, .type_len = strlen(type) };
	int rc;

	assert_int_equal(b64_encode(p, n, &text, NULL), 0);
	k.base64 = text.p == NULL ? "" : text.p;
	k.base64_len = text.len;
	rc = cert_parse(&k, ret, NULL);
	buf_clear(&text);
	return rc;
}

/* No cut is taken; no change of a byte gives another key. */
static void
changed(void **state)
{
	static const char type[] = "ssh-ed25519-cert-v01@openssh.com";
	const json_t *v = json_array_get(json_object_get(vectors, "good"), 0);
	struct auth_key k = key_of(str(v, "text"));
	uint8_t bytes[4096];
	ssize_t n = b64_decode(k.base64, k.base64_len, bytes, sizeof(bytes),
	    NULL);
	struct cert c, was;
	size_t taken = 0;

	(void)state;
	assert_true(n > 0);
	assert_int_equal(cert_parse(&k, &was, NULL), 0);
	for (size_t i = 0; i < (size_t)n; i++) {
		assert_int_equal(parse_bytes(type, bytes, i, &c), -1);
		bytes[i] ^= 1;
		if (parse_bytes(type, bytes, (size_t)n, &c) == 0) {
			/* what else changed is for sshd (it is signed) or
			 * the token's own signature to see */
			assert_int_equal(c.key.len, was.key.len);
			assert_memory_equal(c.key.p, was.key.p, was.key.len);
			taken++;
			cert_clear(&c);
		}
		bytes[i] ^= 1;
	}
	assert_int_equal(parse_bytes("ssh-rsa-cert-v01@openssh.com", bytes,
	    (size_t)n, &c), -1);
	assert_true(taken > 0 && taken < (size_t)n);
	cert_clear(&was);
	bytes[n] = 0;
	assert_int_equal(parse_bytes(type, bytes, (size_t)n + 1, &c), -1);
}

static void
what_sshd_says(void **state)
{
	static const struct {
		const char *info, *type;
	} t[] = {
		{ "publickey ssh-ed25519 AAAA", "ssh-ed25519" },
		{ "publickey ssh-ed25519 AAAA\n", "ssh-ed25519" },
		{ "password\npublickey ssh-rsa AAAA\n", "ssh-rsa" },
		{ "publickey a AAAA\npublickey b BBBB\n", "a" },
		{ NULL, NULL }, { "", NULL }, { "\n\n", NULL },
		{ "publickey", NULL }, { "publickey ", NULL },
		{ "publickey ssh-rsa", NULL }, { "publickey ssh-rsa ", NULL },
		{ "publickey  AAAA", NULL },
		{ "xpublickey ssh-rsa AAAA", NULL },
		{ "hostbased ssh-rsa AAAA", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct auth_key k;
		int r = cert_auth_key(t[i].info, &k);

		if (r != (t[i].type != NULL))
			fail_msg("%s", t[i].info);
		if (r == 1 && (strlen(t[i].type) != k.type_len ||
		    memcmp(k.type, t[i].type, k.type_len) != 0))
			fail_msg("%s: another type", t[i].info);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good), cmocka_unit_test(bad),
		cmocka_unit_test(changed), cmocka_unit_test(what_sshd_says),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
