/* SPDX-License-Identifier: BSD-2-Clause
 * A configuration that loads must dump to one that loads to the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct conf *c = NULL, *again = NULL;
	struct err e = { 0 };
	char *text = NULL, one[65], two[65];
	size_t len = 0;
	FILE *f;

	if (conf_parse("f", (const char *)p, n, &c, &e) < 0) {
		if (e.code != ERR_CONFIG || e.text[0] == '\0')
			abort();
		return 0;
	}
	f = open_memstream(&text, &len);
	if (f == NULL)
		abort();
	conf_dump(c, f);
	(void)fclose(f);
	if (conf_parse("dump", text, len, &again, &e) < 0)
		abort();
	conf_digest(c, one);
	conf_digest(again, two);
	if (strcmp(one, two) != 0)
		abort();
	conf_free(c);
	conf_free(again);
	free(text);
	return 0;
}
