/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/id.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "lib/err.h"

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

int
id_make(char kind, char ret[ID_MAX], struct err *e)
{
	unsigned char r[ID_CHARS];

	if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return err_sys(e, "getrandom");
	ret[0] = kind;
	ret[1] = '-';
	for (size_t i = 0; i < ID_CHARS; i++)
		ret[2 + i] = alphabet[r[i] % 32];
	ret[2 + ID_CHARS] = '\0';
	return 0;
}

static bool
well_formed(const char *s, char kind, size_t min, size_t max)
{
	size_t n;

	if (s == NULL || s[0] == '\0' || s[1] != '-')
		return false;
	if (kind != 0 ? s[0] != kind : strchr("prgcsl", s[0]) == NULL)
		return false;
	n = strlen(s + 2);
	return n >= min && n <= max && strspn(s + 2, alphabet) == n;
}

bool
id_ok(const char *s, char kind)
{
	return well_formed(s, kind, ID_CHARS, ID_CHARS);
}

bool
id_prefix_ok(const char *s, char kind)
{
	return well_formed(s, kind, 3, ID_CHARS);
}
