/* SPDX-License-Identifier: BSD-2-Clause
 * The bytes of a certificate.  What is taken has its token within itself, a
 * nonce of 43 characters and the fingerprint of the key it certifies. */
#include <stdlib.h>
#include <string.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "pam_module/cert.h"
#include "tests/fuzz/fuzz.h"

static void
promise(int holds)
{
	if (!holds)
		abort();
}

/* The type that the bytes begin with, so that it is the same twice. */
static struct auth_key
key_of(const uint8_t *p, size_t n, const struct buf *text)
{
	struct auth_key k = { .type = "", .base64 = text->p == NULL ? "" :
		text->p, .base64_len = text->len };

	if (n > 4 && p[0] == 0 && p[1] == 0 && p[2] == 0 && n - 4 >= p[3]) {
		k.type = (const char *)p + 4;
		k.type_len = p[3];
	}
	return k;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf text = BUF_INIT(CERT_TEXT_MAX);
	char fingerprint[CERT_FINGERPRINT_MAX];
	struct auth_key k;
	struct cert c;

	if (n > CERT_TEXT_MAX / 2 || b64_encode(p, n, &text, NULL) < 0)
		return 0;
	k = key_of(p, n, &text);
	if (cert_parse(&k, &c, NULL) == 0) {
		promise(c.token >= c.blob.p && c.token + c.token_len <=
		    c.blob.p + c.blob.len);
		promise(strlen(c.nonce) == CERT_NONCE_MAX - 1);
		promise(cert_fingerprint(&k, fingerprint, NULL) == 0);
		cert_clear(&c);
	}
	(void)cert_fingerprint(&k, fingerprint, NULL);
	buf_clear(&text);
	return 0;
}
