/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/cert.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "lib/b64.h"
#include "lib/err.h"

#define USER_CERT 1		/* SSH2_CERT_TYPE_USER */
#define RANDOM_TEXT 43		/* 32 bytes in base64url */
#define RANDOM_BYTES 32
#define HASH_BYTES 32
#define NONCE_PREFIX "warrant-nonce-v1"

/* Type of a certificate, of the key in it, and how many strings (RFC 4251,
 * section 5; an mpint is written as one) that key is after its type. */
static const struct kind {
	const char *cert, *key;
	unsigned fields;
} kinds[] = {
	{ "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1 },
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    "ecdsa-sha2-nistp256", 2 },
	{ "ecdsa-sha2-nistp384-cert-v01@openssh.com",
	    "ecdsa-sha2-nistp384", 2 },
	{ "ecdsa-sha2-nistp521-cert-v01@openssh.com",
	    "ecdsa-sha2-nistp521", 2 },
	{ "ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2 },
	{ "sk-ssh-ed25519-cert-v01@openssh.com",
	    "sk-ssh-ed25519@openssh.com", 2 },
	{ "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    "sk-ecdsa-sha2-nistp256@openssh.com", 3 },
};

struct bytes {
	const uint8_t *p;
	size_t n;
};

static int
short_of(const char *what, struct err *e)
{
	return err_set(e, ERR_INPUT, "certificate: ends within its %s", what);
}

/* Cut n bytes off the front. */
static int
cut(struct bytes *from, size_t n, struct bytes *ret, const char *what,
    struct err *e)
{
	if (n > from->n)
		return short_of(what, e);
	*ret = (struct bytes){ from->p, n };
	from->p += n;
	from->n -= n;
	return 0;
}

static uint64_t
big_endian(const struct bytes *b)
{
	uint64_t v = 0;

	for (size_t i = 0; i < b->n; i++)
		v = v << 8 | b->p[i];
	return v;
}

static int
cut_number(struct bytes *from, size_t n, uint64_t *ret, const char *what,
    struct err *e)
{
	struct bytes b = { NULL, 0 };

	if (cut(from, n, &b, what, e) < 0)
		return -1;
	*ret = big_endian(&b);
	return 0;
}

static int
cut_string(struct bytes *from, struct bytes *ret, const char *what,
    struct err *e)
{
	uint64_t n;

	if (cut_number(from, 4, &n, what, e) < 0)
		return -1;
	return cut(from, (size_t)n, ret, what, e);
}

static bool
is(const struct bytes *b, const char *text)
{
	return b->n == strlen(text) && memcmp(b->p, text, b->n) == 0;
}

static int
put_string(struct buf *b, const char *text, struct err *e)
{
	size_t n = strlen(text);
	const uint8_t len[4] = { 0, 0, (uint8_t)(n >> 8), (uint8_t)n };

	return buf_put(b, len, sizeof(len), e) < 0 ? -1 :
	    buf_put(b, text, n, e);
}

/* ---- the parts of a certificate --------------------------------------- */

static int
decode(const struct auth_key *k, struct buf *ret, struct err *e)
{
	size_t room = B64_DECODED_MAX(k->base64_len);
	char *p;
	ssize_t n;

	if (k->base64_len > CERT_TEXT_MAX)
		return err_set(e, ERR_INPUT, "certificate of more than %d "
		    "characters", CERT_TEXT_MAX);
	*ret = (struct buf)BUF_INIT(room);
	p = buf_room(ret, room, e);
	if (p == NULL)
		return -1;
	n = b64_decode(k->base64, k->base64_len, (uint8_t *)p, room, e);
	if (n < 0)
		return err_prefix(e, "certificate");
	ret->len = (size_t)n;
	return 0;
}

static const struct kind *
kind_of(const struct bytes *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is(type, kinds[i].cert))
			return &kinds[i];
	return NULL;
}

/* Type and nonce are read; what follows is the key, taken as it stands. */
static int
read_key(struct bytes *b, const struct kind *k, struct cert *c,
    struct err *e)
{
	const uint8_t *from = b->p;
	struct bytes field;

	for (unsigned i = 0; i < k->fields; i++)
		if (cut_string(b, &field, "key", e) < 0)
			return -1;
	c->key = (struct buf)BUF_INIT(CERT_TEXT_MAX);
	(void)snprintf(c->type, sizeof(c->type), "%s", k->key);
	return put_string(&c->key, k->key, e) < 0 ? -1 :
	    buf_put(&c->key, from, (size_t)(b->p - from), e);
}

/* The value of our extension: 1, 0 not there, -1. */
static int
find_extension(struct bytes list, struct bytes *ret, struct err *e)
{
	int found = 0;

	while (list.n > 0) {
		struct bytes name, data;

		if (cut_string(&list, &name, "extensions", e) < 0 ||
		    cut_string(&list, &data, "extensions", e) < 0)
			return -1;
		if (!is(&name, CERT_EXTENSION))
			continue;
		if (found == 1)
			return err_set(e, ERR_INPUT, "certificate: "
			    CERT_EXTENSION " twice");
		if (cut_string(&data, ret, "token", e) < 0)
			return -1;
		if (data.n != 0)
			return err_set(e, ERR_INPUT, "certificate: bytes "
			    "behind its token");
		found = 1;
	}
	return found;
}

/* Serial to the end.  *value: of our extension. */
static int
read_rest(struct bytes *b, struct cert *c, struct bytes *value,
    struct err *e)
{
	struct bytes id, principals, options, extensions, reserved, authority,
	    signature;
	uint64_t serial, type;
	int found;

	if (cut_number(b, 8, &serial, "serial", e) < 0 ||
	    cut_number(b, 4, &type, "type", e) < 0 ||
	    cut_string(b, &id, "key id", e) < 0 ||
	    cut_string(b, &principals, "principals", e) < 0 ||
	    cut_number(b, 8, &c->valid_after, "validity", e) < 0 ||
	    cut_number(b, 8, &c->valid_before, "validity", e) < 0 ||
	    cut_string(b, &options, "critical options", e) < 0 ||
	    cut_string(b, &extensions, "extensions", e) < 0 ||
	    cut_string(b, &reserved, "reserved field", e) < 0 ||
	    cut_string(b, &authority, "signature key", e) < 0 ||
	    cut_string(b, &signature, "signature", e) < 0)
		return -1;
	if (b->n != 0)
		return err_set(e, ERR_INPUT, "certificate: %zu bytes behind "
		    "its end", b->n);
	found = find_extension(extensions, value, e);
	if (found == 0)
		return err_set(e, ERR_NOT_FOUND, "certificate without "
		    CERT_EXTENSION);
	if (found < 0)
		return -1;
	if (type != USER_CERT)
		return err_set(e, ERR_DENIED, "not a user's certificate");
	if (authority.n != c->key.len ||
	    CRYPTO_memcmp(authority.p, c->key.p, authority.n) != 0)
		return err_set(e, ERR_DENIED, "certificate by another key "
		    "than its own");
	return 0;
}

static int
hash_nonce(struct cert *c, const uint8_t random[RANDOM_BYTES], struct err *e)
{
	EVP_MD_CTX *h = EVP_MD_CTX_new();
	unsigned char sum[HASH_BYTES];
	struct buf text = BUF_INIT(CERT_NONCE_MAX - 1);
	int rc = -1;

	if (h == NULL || EVP_DigestInit_ex(h, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(h, NONCE_PREFIX, strlen(NONCE_PREFIX)) != 1 ||
	    EVP_DigestUpdate(h, c->key.p, c->key.len) != 1 ||
	    EVP_DigestUpdate(h, random, RANDOM_BYTES) != 1 ||
	    EVP_DigestFinal_ex(h, sum, NULL) != 1)
		(void)err_set(e, ERR_CRYPTO, "SHA-256 failed");
	else if (b64url_encode(sum, sizeof(sum), &text, e) == 0) {
		memcpy(c->nonce, text.p, text.len + 1);
		rc = 0;
	}
	EVP_MD_CTX_free(h);
	buf_clear(&text);
	return rc;
}

/* RANDOM "." ID-TOKEN */
static int
read_value(struct cert *c, const struct bytes *value, struct err *e)
{
	uint8_t random[B64_DECODED_MAX(RANDOM_TEXT)];
	const char *text = (const char *)value->p;

	if (value->n <= RANDOM_TEXT || text[RANDOM_TEXT] != '.' ||
	    b64url_decode(text, RANDOM_TEXT, random, sizeof(random), NULL) !=
	    RANDOM_BYTES)
		return err_set(e, ERR_INPUT, "certificate: " CERT_EXTENSION
		    " does not begin with 32 bytes in base64url and a dot");
	c->token = text + RANDOM_TEXT + 1;
	c->token_len = value->n - RANDOM_TEXT - 1;
	return hash_nonce(c, random, e);
}

static int
parse(const struct auth_key *a, struct cert *c, struct err *e)
{
	struct bytes b, type, nonce, value = { NULL, 0 };
	const struct kind *k;

	if (decode(a, &c->blob, e) < 0)
		return -1;
	b = (struct bytes){ (const uint8_t *)c->blob.p, c->blob.len };
	if (cut_string(&b, &type, "type", e) < 0)
		return -1;
	k = kind_of(&type);
	if (k == NULL)
		return err_set(e, ERR_NOT_FOUND, "no certificate of a kind "
		    "we know");
	if (strlen(k->cert) != a->type_len ||
	    memcmp(k->cert, a->type, a->type_len) != 0)
		return err_set(e, ERR_INPUT, "certificate: two types");
	if (cut_string(&b, &nonce, "nonce", e) < 0 ||
	    read_key(&b, k, c, e) < 0 || read_rest(&b, c, &value, e) < 0)
		return -1;
	return read_value(c, &value, e);
}

int
cert_parse(const struct auth_key *k, struct cert *ret, struct err *e)
{
	*ret = (struct cert){ .token = NULL };
	if (parse(k, ret, e) == 0)
		return 0;
	cert_clear(ret);
	return -1;
}

void
cert_clear(struct cert *c)
{
	buf_clear(&c->blob);
	buf_clear(&c->key);
	explicit_bzero(c, sizeof(*c));
}

/* ---- what sshd says --------------------------------------------------- */

/* The word at *p of at most to end; moves *p behind it and its blank. */
static struct bytes
word(const char **p, const char *end)
{
	const char *from = *p, *blank = memchr(from, ' ',
	    (size_t)(end - from));

	*p = blank == NULL ? end : blank + 1;
	return (struct bytes){ (const uint8_t *)from,
	    (size_t)((blank == NULL ? end : blank) - from) };
}

int
cert_auth_key(const char *info, struct auth_key *ret)
{
	while (info != NULL && *info != '\0') {
		const char *end = info + strcspn(info, "\n"), *p = info;
		struct bytes method = word(&p, end), type = word(&p, end),
		    base64 = word(&p, end);

		if (is(&method, "publickey") && type.n > 0 && base64.n > 0) {
			*ret = (struct auth_key){
				.type = (const char *)type.p,
				.type_len = type.n,
				.base64 = (const char *)base64.p,
				.base64_len = base64.n };
			return 1;
		}
		info = *end == '\n' ? end + 1 : NULL;
	}
	return 0;
}

static int
print_fingerprint(const void *p, size_t n, char ret[CERT_FINGERPRINT_MAX],
    struct err *e)
{
	unsigned char sum[HASH_BYTES];
	struct buf text = BUF_INIT(CERT_FINGERPRINT_MAX);
	size_t len = 0;
	int rc = -1;

	if (EVP_Digest(p, n, sum, NULL, EVP_sha256(), NULL) != 1)
		(void)err_set(e, ERR_CRYPTO, "SHA-256 failed");
	else if (b64_encode(sum, sizeof(sum), &text, e) == 0) {
		len = strcspn(text.p, "="); /* without padding: ssh-keygen */
		(void)snprintf(ret, CERT_FINGERPRINT_MAX, "SHA256:%.*s",
		    (int)len, text.p);
		rc = 0;
	}
	buf_clear(&text);
	return rc;
}

int
cert_fingerprint(const struct auth_key *k, char ret[CERT_FINGERPRINT_MAX],
    struct err *e)
{
	struct bytes b, type, nonce;
	struct cert c = { .token = NULL };
	const struct kind *kind;
	int rc = -1;

	if (decode(k, &c.blob, e) < 0)
		goto out;
	b = (struct bytes){ (const uint8_t *)c.blob.p, c.blob.len };
	if (cut_string(&b, &type, "type", e) < 0)
		goto out;
	kind = kind_of(&type);
	if (kind == NULL)
		rc = print_fingerprint(c.blob.p, c.blob.len, ret, e);
	else if (cut_string(&b, &nonce, "nonce", e) == 0 &&
	    read_key(&b, kind, &c, e) == 0)
		rc = print_fingerprint(c.key.p, c.key.len, ret, e);
out:
	cert_clear(&c);
	return rc;
}
