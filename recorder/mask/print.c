/* SPDX-License-Identifier: BSD-2-Clause
 * Fingerprints: HMAC-SHA256(key, rule, NUL, canonical value), 128 bits. */
#include <string.h>

#include "recorder/mask/engine.h"

static void
drain(struct mask *m)
{
	mac_add(&m->mac, m->macbuf, m->nmacbuf);
	explicit_bzero(m->macbuf, m->nmacbuf);
	m->nmacbuf = 0;
}

void
print_begin(struct mask *m, uint16_t rule)
{
	const char *id = m->rules->set.rule[rule].id;

	mac_begin(&m->mac, m->o.key, sizeof(m->o.key));
	mac_add(&m->mac, id, strlen(id) + 1);
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
	uint8_t full[SUM_LEN];

	drain(m);
	mac_end(&m->mac, full);
	memcpy(fp, full, MASK_FP_LEN);
	explicit_bzero(full, sizeof(full));
}
