/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/names.h"

#include <string.h>

#include "lib/err.h"

bool
name_ok(const char *s)
{
	size_t n = strnlen(s, NAME_MAX_BYTES + 1);

	if (n == 0 || n > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0)
			return false; /* U+0080 to U+009F in UTF-8 */
	}
	return true;
}

int
names_add(struct names *set, const char *name, struct err *e)
{
	size_t n = strlen(name) + 1;

	if (set->n == NAMES_MAX || n > sizeof(set->p) - set->len)
		return err_set(e, ERR_LIMIT,
		    "more than %d names or %d bytes of names", NAMES_MAX,
		    NAMES_BYTES);
	memcpy(set->p + set->len, name, n);
	set->len += (uint32_t)n;
	set->n++;
	return 0;
}

const char *
names_next(const struct names *set, const char *after)
{
	const char *p = after == NULL ? set->p : after + strlen(after) + 1;

	return p < set->p + set->len ? p : NULL;
}

bool
names_has(const struct names *set, const char *name)
{
	for (const char *p = names_next(set, NULL); p != NULL;
	    p = names_next(set, p))
		if (strcmp(p, name) == 0)
			return true;
	return false;
}
