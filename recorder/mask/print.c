/* SPDX-License-Identifier: BSD-2-Clause
 * Fingerprints: HMAC-SHA256(key, rule, NUL, canonical value), 128 bits. */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

#include "recorder/mask/engine.h"

static void
drain(struct mask *m)
{
	if (m->nmacbuf > 0 && !m->failed &&
	    EVP_MAC_update(m->mac, m->macbuf, m->nmacbuf) != 1)
		mask_fail(m, &(struct err){ ERR_CRYPTO, "HMAC failed" });
	explicit_bzero(m->macbuf, m->nmacbuf);
	m->nmacbuf = 0;
}

void
print_begin(struct mask *m, uint16_t rule)
{
	const char *id = m->rules->set.rule[rule].id;

	if (EVP_MAC_init(m->mac, m->o.key, sizeof(m->o.key), NULL) != 1 ||
	    EVP_MAC_update(m->mac, (const unsigned char *)id,
	    strlen(id) + 1) != 1)
		mask_fail(m, &(struct err){ ERR_CRYPTO, "HMAC failed" });
	m->nmacbuf = 0;
}

void
print_add(struct mask *m, uint16_t rule, uint8_t sym)
{
	if (m->rules->set.rule[rule].canon == CANON_UPPER) {
		if (!sym_alnum(sym))
			return;
		if (sym >= 'a')
			sym = (uint8_t)(sym - 0x20);
	}
	if (m->nmacbuf == sizeof(m->macbuf))
		drain(m);
	m->macbuf[m->nmacbuf++] = sym;
}

void
print_end(struct mask *m, uint8_t fp[MASK_FP_LEN])
{
	unsigned char full[32] = { 0 };
	size_t n = 0;

	drain(m);
	if (!m->failed &&
	    EVP_MAC_final(m->mac, full, &n, sizeof(full)) != 1)
		mask_fail(m, &(struct err){ ERR_CRYPTO, "HMAC failed" });
	memcpy(fp, full, MASK_FP_LEN);
	explicit_bzero(full, sizeof(full));
}
