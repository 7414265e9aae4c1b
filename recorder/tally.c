/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/tally.h"

#include <stdio.h>
#include <string.h>

struct recording_count *
tally_of(struct tally *t, const char *rule)
{
	struct recording_count *c;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->count[i].rule, rule) == 0)
			return &t->count[i];
	if (t->n == RECORDING_RULES)
		return &t->count[RECORDING_RULES - 1];
	c = &t->count[t->n++];
	*c = (struct recording_count){ .n = 0 };
	(void)snprintf(c->rule, sizeof(c->rule), "%s", rule);
	return c;
}

size_t
tally_take(struct tally *t, struct recording_count ret[RECORDING_RULES])
{
	size_t n = t->n;

	(void)memcpy(ret, t->count, n * sizeof(ret[0]));
	t->n = 0;
	return n;
}
