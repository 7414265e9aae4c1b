/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_dict.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "schema/digest.h"

#define SLOTS_FIRST 1024

struct html_dict_slot {
	unsigned char hash[DIGEST_LEN];
	uint32_t id;
	bool used;
};

/* Where the hash stands, or the free slot where it would. */
static struct html_dict_slot *
look(struct html_dict_slot *slot, size_t slots,
    const unsigned char hash[DIGEST_LEN])
{
	size_t at;

	(void)memcpy(&at, hash, sizeof(at));
	for (at &= slots - 1; slot[at].used; at = (at + 1) & (slots - 1))
		if (memcmp(slot[at].hash, hash, DIGEST_LEN) == 0)
			break;
	return &slot[at];
}

/* Keep half of the slots free. */
static int
grow(struct html_dict *d, struct err *e)
{
	size_t slots = d->slots == 0 ? SLOTS_FIRST : 2 * d->slots;
	struct html_dict_slot *more;

	if (d->slots > 2 * (size_t)d->n)
		return 0;
	more = calloc(slots, sizeof(*more));
	if (more == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < d->slots; i++)
		if (d->slot[i].used)
			*look(more, slots, d->slot[i].hash) = d->slot[i];
	free(d->slot);
	d->slot = more;
	d->slots = slots;
	return 0;
}

int
html_dict_find(struct html_dict *d, const void *p, size_t n, uint32_t *ret,
    struct err *e)
{
	unsigned char hash[DIGEST_LEN];
	struct html_dict_slot *s;

	if (digest_2(p, n, NULL, 0, hash, e) < 0 || grow(d, e) < 0)
		return -1;
	s = look(d->slot, d->slots, hash);
	if (s->used) {
		*ret = s->id;
		return 0;
	}
	if (d->n >= d->max)
		return err_set(e, ERR_LIMIT, "more than %u different lines or "
		    "styles", (unsigned)d->max);
	(void)memcpy(s->hash, hash, DIGEST_LEN);
	s->used = true;
	*ret = s->id = d->n++;
	return 1;
}

void
html_dict_clear(struct html_dict *d)
{
	free(d->slot);
	d->slot = NULL;
	d->slots = 0;
	d->n = 0;
}
