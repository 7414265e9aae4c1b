/* SPDX-License-Identifier: BSD-2-Clause
 * A rule file of a stranger is compiled within its bounds or refused with a
 * place; what compiles can be used. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/mask/mask.h"
#include "recorder/mask/maskrules.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char text[] = "card 4111 1111 1111 1111 key=hunter2\n";
	struct mask_options o = { .view = MASK_RECORD };
	struct buf out = BUF_INIT(1 << 16);
	struct mask_rules *r = NULL;
	struct err e = { 0 };
	struct mask *m;

	if (mask_rules_text("fuzz", (const char *)p, n, "all", &r, &e) < 0) {
		if (e.text[0] == '\0' || strchr(e.text, '\n') != NULL)
			abort();
		return 0;
	}
	m = mask_new(r, &o, NULL);
	if (m == NULL ||
	    mask_feed(m, text, sizeof(text) - 1, 1, &out, NULL) < 0 ||
	    mask_flush(m, &out, NULL) < 0)
		abort();
	mask_free(m);
	mask_rules_free(r);
	buf_clear(&out);
	return 0;
}
