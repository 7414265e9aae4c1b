/* SPDX-License-Identifier: BSD-2-Clause
 * A map file, and its first line as a rule.  Root is never given without the
 * word privileged in the text. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pam_module/map.h"
#include "tests/fuzz/fuzz.h"

static bool
has_word(const char *p, size_t n)
{
	for (size_t i = 0; i + 10 <= n; i++)
		if (memcmp(p + i, "privileged", 10) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct identity id = { .iss = "i", .sub = "s",
		.username = "root", .email = "e@e", .email_verified = true };
	static const struct map_account root = { "root", 0, 1000 };
	const char *text = (const char *)p;
	struct map_rule r[2] = { { .kind = MAP_FILE, .issuer = "i" } };
	char line[1024];
	size_t len = n < sizeof(line) - 1 ? n : sizeof(line) - 1, rules = 1;

	memcpy(line, p, len);
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (map_rule_parse(line, "i", &r[1], NULL) == 0)
		rules = 2;
	if (map_find(r, rules, text, n, &id, &root, NULL, NULL) == 0 &&
	    !has_word(text, n))
		abort();
	return 0;
}
