/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/note.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "schema/digest.h"

#define DASH "\xe2\x80\x94 "	/* EM DASH and a blank */
#define TYPE_ED25519 0x01

int
note_origin_ok(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n >= NOTE_NAME_MAX)
		return 0;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || *s == 0x7f || *s == '+')
			return 0;
	return 1;
}

static uint32_t
key_id(const char *origin, const unsigned char pub[NOTE_KEY])
{
	unsigned char text[NOTE_NAME_MAX + 2 + NOTE_KEY], h[DIGEST_LEN];
	size_t n = strlen(origin);

	memcpy(text, origin, n);
	text[n] = '\n';
	text[n + 1] = TYPE_ED25519;
	memcpy(text + n + 2, pub, NOTE_KEY);
	if (digest_2(text, n + 2 + NOTE_KEY, NULL, 0, h, NULL) < 0)
		return 0;
	return (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 |
	    (uint32_t)h[2] << 8 | h[3];
}

static int
sign(EVP_PKEY *key, const void *p, size_t n, unsigned char sig[NOTE_SIG],
    struct err *e)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = NOTE_SIG;
	int ok = c != NULL &&
	    EVP_DigestSignInit(c, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(c, sig, &len, p, n) == 1 && len == NOTE_SIG;

	EVP_MD_CTX_free(c);
	return ok ? 0 : err_set(e, ERR_CRYPTO, "cannot sign");
}

int
note_sign(const char *origin, uint64_t size, const unsigned char root[32],
    EVP_PKEY *key, const unsigned char pub[NOTE_KEY], struct buf *b,
    struct err *e)
{
	unsigned char line[4 + NOTE_SIG];
	uint32_t id = key_id(origin, pub);
	size_t from = b->len;

	if (buf_printf(b, e, "%s\n%" PRIu64 "\n", origin, size) < 0 ||
	    b64_encode(root, 32, b, e) < 0 || buf_puts(b, "\n", e) < 0 ||
	    sign(key, b->p + from, b->len - from, line + 4, e) < 0)
		return -1;
	line[0] = (unsigned char)(id >> 24);
	line[1] = (unsigned char)(id >> 16);
	line[2] = (unsigned char)(id >> 8);
	line[3] = (unsigned char)id;
	if (buf_printf(b, e, "\n" DASH "%s ", origin) < 0 ||
	    b64_encode(line, sizeof(line), b, e) < 0)
		return -1;
	return buf_puts(b, "\n", e);
}

/* The next line of *p (NUL-free text up to end) without its LF, or NULL. */
static const char *
take_line(const char **p, const char *end, size_t *n)
{
	const char *line = *p;
	const char *nl = line < end ?
	    memchr(line, '\n', (size_t)(end - line)) : NULL;

	if (nl == NULL)
		return NULL;
	*n = (size_t)(nl - line);
	*p = nl + 1;
	return line;
}

static int
parse_size(const char *s, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	if (n == 0 || n > 19 || (s[0] == '0' && n > 1))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return -1;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	*ret = v;
	return 0;
}

/* One signature line; 1 when it is the origin's own Ed25519 line. */
static int
parse_sig(const char *line, size_t n, struct note *ret, struct err *e)
{
	unsigned char raw[256];
	const char *name = line + strlen(DASH), *blank;
	ssize_t len;

	if (n <= strlen(DASH) || memcmp(line, DASH, strlen(DASH)) != 0)
		return err_set(e, ERR_INPUT, "no signature line");
	blank = memchr(name, ' ', n - strlen(DASH));
	if (blank == NULL)
		return err_set(e, ERR_INPUT, "signature line without a name");
	len = b64_decode(blank + 1, n - (size_t)(blank + 1 - line), raw,
	    sizeof(raw) - 3, e);
	if (len < 5)
		return err_set(e, ERR_INPUT, "signature is no base64");
	if (len != 4 + NOTE_SIG ||
	    strlen(ret->origin) != (size_t)(blank - name) ||
	    memcmp(name, ret->origin, (size_t)(blank - name)) != 0)
		return 0; /* somebody else's, a witness perhaps */
	ret->key_id = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 |
	    (uint32_t)raw[2] << 8 | raw[3];
	memcpy(ret->sig, raw + 4, NOTE_SIG);
	return 1;
}

static int
parse_body(const char **p, const char *end, struct note *n, struct err *e)
{
	uint8_t root[B64_DECODED_MAX(44)];
	const char *line;
	size_t len = 0;

	line = take_line(p, end, &len);
	if (line == NULL || len >= NOTE_NAME_MAX)
		return err_set(e, ERR_INPUT, "no origin line");
	memcpy(n->origin, line, len);
	if (!note_origin_ok(n->origin))
		return err_set(e, ERR_INPUT, "origin is no name");
	line = take_line(p, end, &len);
	if (line == NULL || parse_size(line, len, &n->size) < 0)
		return err_set(e, ERR_INPUT, "size is no number");
	line = take_line(p, end, &len);
	if (line == NULL || len != 44 ||
	    b64_decode(line, len, root, sizeof(root), NULL) != 32)
		return err_set(e, ERR_INPUT, "root is no 32 bytes of base64");
	memcpy(n->root, root, 32);
	return 0;
}

int
note_parse(const char *text, size_t n, struct note *ret, struct err *e)
{
	struct note out = { .size = 0 };
	const char *p = text, *end = text + n, *line;
	int own = 0;
	size_t len = 0;

	if (n > NOTE_MAX)
		return err_set(e, ERR_INPUT, "note of %zu bytes", n);
	if (memchr(text, '\0', n) != NULL)
		return err_set(e, ERR_INPUT, "note with a NUL");
	if (parse_body(&p, end, &out, e) < 0)
		return -1;
	out.signed_len = (size_t)(p - text);
	line = take_line(&p, end, &len);
	if (line == NULL || len != 0)
		return err_set(e, ERR_INPUT, "no empty line after the root");
	while (p < end) {
		struct note one = out;
		int rc;

		line = take_line(&p, end, &len);
		if (line == NULL)
			return err_set(e, ERR_INPUT, "line without its end");
		rc = parse_sig(line, len, &one, e);
		if (rc < 0)
			return -1;
		if (rc == 1 && own++ == 0)
			out = one;
	}
	if (own == 0)
		return err_set(e, ERR_INPUT, "not signed by its origin");
	*ret = out;
	return 0;
}

int
note_ed25519(const unsigned char pub[NOTE_KEY], const void *p, size_t n,
    const unsigned char sig[NOTE_SIG], struct err *e)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    pub, NOTE_KEY);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int ok = key != NULL && c != NULL &&
	    EVP_DigestVerifyInit(c, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(c, sig, NOTE_SIG, p, n) == 1;

	EVP_MD_CTX_free(c);
	EVP_PKEY_free(key);
	return ok ? 0 : err_set(e, ERR_CRYPTO, "signature does not hold");
}

int
note_verify(const char *text, const struct note *note,
    const unsigned char pub[NOTE_KEY], struct err *e)
{
	if (note->key_id != key_id(note->origin, pub))
		return err_set(e, ERR_CRYPTO, "signed by another key");
	return note_ed25519(pub, text, note->signed_len, note->sig, e);
}

void
note_vkey_format(const char *origin, const unsigned char pub[NOTE_KEY],
    char ret[NOTE_VKEY_MAX])
{
	struct buf b = BUF_INIT(NOTE_VKEY_MAX);
	unsigned char raw[1 + NOTE_KEY] = { TYPE_ED25519 };

	memcpy(raw + 1, pub, NOTE_KEY);
	(void)buf_printf(&b, NULL, "%s+%08x+", origin, key_id(origin, pub));
	(void)b64_encode(raw, sizeof(raw), &b, NULL);
	(void)snprintf(ret, NOTE_VKEY_MAX, "%s", b.p == NULL ? "" : b.p);
	buf_clear(&b);
}

int
note_vkey_parse(const char *s, char origin[NOTE_NAME_MAX],
    unsigned char pub[NOTE_KEY], struct err *e)
{
	uint8_t raw[B64_DECODED_MAX(44)];
	const char *plus = strchr(s, '+');
	char name[NOTE_NAME_MAX], back[NOTE_VKEY_MAX];

	if (plus == NULL || plus == s || (size_t)(plus - s) >= sizeof(name) ||
	    strlen(plus) != 1 + 8 + 1 + 44 || plus[9] != '+')
		return err_set(e, ERR_INPUT,
		    "no verifier key: NAME+8 hex digits+base64");
	memcpy(name, s, (size_t)(plus - s));
	name[plus - s] = '\0';
	if (!note_origin_ok(name) ||
	    b64_decode(plus + 10, 44, raw, sizeof(raw), NULL) !=
	    1 + NOTE_KEY || raw[0] != TYPE_ED25519)
		return err_set(e, ERR_INPUT, "no Ed25519 verifier key");
	note_vkey_format(name, raw + 1, back);
	if (strcmp(back, s) != 0)
		return err_set(e, ERR_INPUT,
		    "verifier key does not match its own fingerprint");
	(void)strcpy(origin, name);
	memcpy(pub, raw + 1, NOTE_KEY);
	return 0;
}
