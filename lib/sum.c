/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sum.h"

void
sum_begin(struct sum *s)
{
	sha256_init(&s->sha);
}

void
sum_add(struct sum *s, const void *p, size_t n)
{
	sha256_update(&s->sha, n, p);
}

void
sum_end(const struct sum *s, uint8_t ret[SUM_LEN])
{
	struct sha256_ctx copy = s->sha;

	sha256_digest(&copy, SUM_LEN, ret);
}

void
sum_of(const void *p, size_t n, uint8_t ret[SUM_LEN])
{
	struct sum s;

	sum_begin(&s);
	sum_add(&s, p, n);
	sum_end(&s, ret);
}

void
mac_begin(struct mac *m, const void *key, size_t n)
{
	hmac_sha256_set_key(&m->hmac, n, key);
}

void
mac_add(struct mac *m, const void *p, size_t n)
{
	hmac_sha256_update(&m->hmac, n, p);
}

void
mac_end(struct mac *m, uint8_t ret[SUM_LEN])
{
	hmac_sha256_digest(&m->hmac, SUM_LEN, ret);
}
