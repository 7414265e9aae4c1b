/* SPDX-License-Identifier: BSD-2-Clause
 * The engine and its terminal tokenizer: where the bytes are cut changes
 * nothing; bytes of a terminal view keep their count of lines; memory holds.
 *
 * The first byte chooses view and kind of stream, the second the cuts. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "recorder/mask/mask.h"
#include "recorder/mask/maskrules.h"
#include "tests/fuzz/fuzz.h"

static struct mask_rules *
rules(void)
{
	static struct mask_rules *r;
	const char *path = TEST_MASK_RULES;

	if (r == NULL && mask_rules_compile(&path, 1, "all", &r, NULL) < 0)
		abort();
	return r;
}

/* All of p in pieces of at most cut bytes at one moment. */
static struct buf
masked(const uint8_t *p, size_t n, size_t cut, uint8_t mode)
{
	struct mask_options o = {
		.view = (mode & 1) != 0 ? MASK_LIVE : MASK_RECORD,
		.tty = (mode & 2) != 0, .cols = (mode & 4) != 0 ? 20 : 80,
		.style = (enum mask_style)(mode >> 3 & 1) };
	struct buf out = BUF_INIT(1 << 22);
	struct mask *m = mask_new(rules(), &o, NULL);

	if (m == NULL)
		abort();
	for (size_t at = 0; at < n; at += cut) {
		size_t part = n - at < cut ? n - at : cut;

		if (mask_feed(m, p + at, part, 1, &out, NULL) < 0)
			abort();
		if (mask_held(m) > n)
			abort();
	}
	if (mask_flush(m, &out, NULL) < 0)
		abort();
	mask_free(m);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf whole, cut;

	if (n < 3 || n > 1 << 16)
		return 0;
	whole = masked(p + 2, n - 2, n, p[0]);
	cut = masked(p + 2, n - 2, (size_t)p[1] % 17 + 1, p[0]);
	if (whole.len != cut.len ||
	    (whole.len > 0 && memcmp(whole.p, cut.p, whole.len) != 0))
		abort();
	buf_clear(&whole);
	buf_clear(&cut);
	return 0;
}
