/* SPDX-License-Identifier: BSD-2-Clause
 * Any output becomes items of JSON.  in: columns, lines, newlines or not, then
 * output, where a byte 0 is a new size. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/html_tape.h"
#include "tests/fuzz/fuzz.h"

static void
draw(struct html_tape *t, const uint8_t *p, size_t n)
{
	struct err e;

	for (int64_t us = 1; n > 0; us++) {
		const uint8_t *zero = memchr(p, 0, n);
		size_t k = zero == NULL ? n : (size_t)(zero - p);

		if (html_tape_output(t, us, (const char *)p, k, &e) < 0)
			return;
		p += k;
		n -= k;
		if (n < 3)
			return;
		if (html_tape_resize(t, us, p[1], p[2], &e) < 0)
			return;
		p += 3;
		n -= 3;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 26);
	struct html_tape *t = NULL;
	struct err e;
	json_t *items;

	if (n < 3)
		return 0;
	if (buf_puts(&out, "[0", &e) < 0 || html_tape_open(p[0], p[1],
	    (p[2] & 1) != 0, &out, &t, &e) < 0 ||
	    html_tape_start(t, 0, &e) < 0)
		abort();
	draw(t, p + 3, n - 3);
	html_tape_free(t);
	if (out.len < (1 << 25)) {
		if (buf_puts(&out, "]", &e) < 0)
			abort();
		items = json_loadb(out.p, out.len, 0, NULL);
		if (items == NULL)
			abort();
		json_decref(items);
	}
	buf_clear(&out);
	return 0;
}
