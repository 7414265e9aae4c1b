/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/conf_mask.h"

#include <stdio.h>

#include "lib/conf.h"

void
conf_profiles(const struct conf *c, const struct conf_section *role,
    char ret[CONF_PROFILES_MAX])
{
	const struct conf_section *s = role;
	const char *key = "mask";
	size_t at = 0;

	if (role == NULL || conf_list_n(role, key) == 0) {
		s = conf_section(c, "mask");
		key = "profiles";
	}
	ret[0] = '\0';
	for (size_t i = 0; i < conf_list_n(s, key); i++) {
		int n = snprintf(ret + at, CONF_PROFILES_MAX - at, "%s%s",
		    i == 0 ? "" : ",", conf_list(s, key, i));

		if (n < 0 || at + (size_t)n >= CONF_PROFILES_MAX) {
			ret[at] = '\0';
			return;
		}
		at += (size_t)n;
	}
}
