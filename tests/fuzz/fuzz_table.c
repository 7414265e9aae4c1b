/* SPDX-License-Identifier: BSD-2-Clause
 * A table of compiled rules with bytes changed: refused, or safe to use.
 *
 * The input is a list of changes to the table of the shipped rules: four
 * bytes where (modulo its size), one byte what. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/mask/mask.h"
#include "recorder/mask/maskrules.h"
#include "recorder/mask/table.h"
#include "tests/fuzz/fuzz.h"

#define CHANGE 5

static struct buf
whole(void)
{
	const char *path = TEST_MASK_RULES;
	struct buf b = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules *r = NULL;

	if (mask_rules_compile(&path, 1, "all", &r, NULL) < 0 ||
	    table_format(r, &b, NULL) < 0)
		abort();
	mask_rules_free(r);
	return b;
}

static void
use(const struct mask_rules *r)
{
	static const char text[] = "card 4111 1111 1111 1111 key=hunter2 "
	    "AKIAABCDEFGHIJKLMNOP\x1b[1mDE89370400440532013000\n";
	struct mask_options o = { .view = MASK_LIVE, .tty = true,
		.cols = 80 };
	struct buf out = BUF_INIT(1 << 16);
	struct mask *m = mask_new(r, &o, NULL);

	if (m == NULL)
		abort();
	(void)mask_feed(m, text, sizeof(text) - 1, 1, &out, NULL);
	(void)mask_flush(m, &out, NULL);
	mask_free(m);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct buf table;
	static char *copy;
	struct mask_rules *r = NULL;
	struct err e = { 0 };

	if (table.p == NULL) {
		table = whole();
		copy = malloc(table.len);
		if (copy == NULL)
			abort();
	}
	memcpy(copy, table.p, table.len);
	for (size_t i = 0; i + CHANGE <= n; i += CHANGE) {
		uint32_t at;

		memcpy(&at, p + i, sizeof(at));
		copy[at % table.len] = (char)p[i + 4];
	}
	if (mask_rules_table(copy, table.len, &r, &e) < 0) {
		if (e.text[0] == '\0')
			abort();
		return 0;
	}
	use(r);
	mask_rules_free(r);
	return 0;
}
