/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/digest.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "lib/err.h"

/* Fetched once: a fetch for each digest costs more than the digest. */
static const EVP_MD *
sha256(void)
{
	static EVP_MD *md;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	return md;
}

int
digest_2(const void *a, size_t an, const void *b, size_t bn,
    unsigned char ret[DIGEST_LEN], struct err *e)
{
	static EVP_MD_CTX *c;

	if (c == NULL)
		c = EVP_MD_CTX_new();
	if (c == NULL || EVP_DigestInit_ex2(c, sha256(), NULL) != 1 ||
	    (an > 0 && EVP_DigestUpdate(c, a, an) != 1) ||
	    (bn > 0 && EVP_DigestUpdate(c, b, bn) != 1) ||
	    EVP_DigestFinal_ex(c, ret, NULL) != 1)
		return err_set(e, ERR_CRYPTO, "SHA-256 failed");
	return 0;
}

int
digest_fd(int fd, unsigned char ret[DIGEST_LEN], struct err *e)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	char room[65536];
	off_t at = 0;
	int rc = -1;

	if (c == NULL || EVP_DigestInit_ex2(c, sha256(), NULL) != 1)
		goto failed;
	for (;;) {
		ssize_t r = pread(fd, room, sizeof(room), at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			rc = err_sys(e, "read");
			goto out;
		}
		if (r == 0)
			break;
		if (EVP_DigestUpdate(c, room, (size_t)r) != 1)
			goto failed;
		at += r;
	}
	if (EVP_DigestFinal_ex(c, ret, NULL) == 1)
		rc = 0;
failed:
	if (rc < 0)
		(void)err_set(e, ERR_CRYPTO, "SHA-256 failed");
out:
	EVP_MD_CTX_free(c);
	return rc;
}

static int
value_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int
digest_unhex(const char *s, unsigned char *ret, size_t n)
{
	if (strlen(s) != 2 * n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int hi = value_of(s[2 * i]), lo = value_of(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		ret[i] = (unsigned char)(hi << 4 | lo);
	}
	return 0;
}
