/* SPDX-License-Identifier: BSD-2-Clause
 * record_chain.c - the skippable frame that carries the chain. */
#include <string.h>

#include "lib/err.h"
#include "schema/record_private.h"

#define SKIPPABLE 0x184D2A57U	/* RFC 8878, section 3.1.2 */
#define PAYLOAD (RECORD_CHAIN - 8)
#define NAME "WCH1"
#define TAG "warrant-record-1"

static void
put(unsigned char *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t
get(const unsigned char *p, unsigned n)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

void
record_chain_format(const struct record_chain *c,
    unsigned char ret[RECORD_CHAIN])
{
	put(ret, SKIPPABLE, 4);
	put(ret + 4, PAYLOAD, 4);
	(void)memcpy(ret + 8, NAME, 4);
	put(ret + 12, c->flags, 4);
	put(ret + 16, c->seq, 8);
	put(ret + 24, c->plain, 4);
	put(ret + 28, c->data, 4);
	(void)memcpy(ret + 32, c->sum, RECORD_SUM);
	(void)memcpy(ret + 40, c->hash, RECORD_HASH);
}

int
record_chain_parse(const unsigned char p[RECORD_CHAIN],
    struct record_chain *ret, struct err *e)
{
	if (get(p, 4) != SKIPPABLE || get(p + 4, 4) != PAYLOAD ||
	    memcmp(p + 8, NAME, 4) != 0)
		return err_set(e, ERR_INPUT, "no chain behind a frame");
	ret->flags = (uint32_t)get(p + 12, 4);
	ret->seq = get(p + 16, 8);
	ret->plain = (uint32_t)get(p + 24, 4);
	ret->data = (uint32_t)get(p + 28, 4);
	(void)memcpy(ret->sum, p + 32, RECORD_SUM);
	(void)memcpy(ret->hash, p + 40, RECORD_HASH);
	return 0;
}

/* ---- hashes ----------------------------------------------------------- */

int
record_sum_open(struct record_sum *s, struct err *e)
{
	s->lines = EVP_MD_CTX_new();
	s->data = EVP_MD_CTX_new();
	s->copy = EVP_MD_CTX_new();
	if (s->lines != NULL && s->data != NULL && s->copy != NULL &&
	    EVP_DigestInit_ex(s->lines, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestInit_ex(s->data, EVP_sha256(), NULL) == 1)
		return 0;
	record_sum_close(s);
	return err_set(e, ERR_CRYPTO, "SHA-256 cannot start");
}

void
record_sum_close(struct record_sum *s)
{
	EVP_MD_CTX_free(s->lines);
	EVP_MD_CTX_free(s->data);
	EVP_MD_CTX_free(s->copy);
	*s = (struct record_sum){ NULL, NULL, NULL };
}

static int
add(EVP_MD_CTX *c, const void *p, size_t n, struct err *e)
{
	return EVP_DigestUpdate(c, p, n) == 1 ? 0 :
	    err_set(e, ERR_CRYPTO, "SHA-256");
}

int
record_sum_begin(struct record_sum *s,
    const unsigned char before[RECORD_HASH], uint64_t seq, struct err *e)
{
	unsigned char number[8];

	put(number, seq, 8);
	if (EVP_DigestInit_ex(s->lines, NULL, NULL) != 1 ||
	    EVP_DigestInit_ex(s->data, NULL, NULL) != 1)
		return err_set(e, ERR_CRYPTO, "SHA-256");
	if (add(s->lines, TAG, sizeof(TAG) - 1, e) < 0 ||
	    add(s->lines, before, RECORD_HASH, e) < 0)
		return -1;
	return add(s->lines, number, sizeof(number), e);
}

int
record_sum_lines(struct record_sum *s, const void *p, size_t n,
    struct err *e)
{
	return add(s->lines, p, n, e);
}

int
record_sum_data(struct record_sum *s, const void *p, size_t n, struct err *e)
{
	return add(s->data, p, n, e);
}

int
record_sum_hash(struct record_sum *s, uint32_t plain, uint32_t flags,
    unsigned char ret[RECORD_HASH], struct err *e)
{
	unsigned char end[8];

	put(end, plain, 4);
	put(end + 4, flags, 4);
	if (EVP_MD_CTX_copy_ex(s->copy, s->lines) != 1 ||
	    EVP_DigestUpdate(s->copy, end, sizeof(end)) != 1 ||
	    EVP_DigestFinal_ex(s->copy, ret, NULL) != 1)
		return err_set(e, ERR_CRYPTO, "SHA-256");
	return 0;
}

int
record_sum_end_data(struct record_sum *s, unsigned char ret[RECORD_SUM],
    struct err *e)
{
	unsigned char whole[EVP_MAX_MD_SIZE];

	if (EVP_DigestFinal_ex(s->data, whole, NULL) != 1)
		return err_set(e, ERR_CRYPTO, "SHA-256");
	(void)memcpy(ret, whole, RECORD_SUM);
	return 0;
}
