/* SPDX-License-Identifier: BSD-2-Clause
 * A screen takes any output and any size, and its copy comes back as it was;
 * any bytes are a copy, or refused.  in: what to do (bit 0: the rest is a
 * copy), rows, columns, then output, where a byte 0 is a new size. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/view.h"
#include "tests/fuzz/fuzz.h"

static void
draw(struct view *v, const uint8_t *p, size_t n)
{
	struct err e;

	while (n > 0) {
		const uint8_t *zero = memchr(p, 0, n);
		size_t k = zero == NULL ? n : (size_t)(zero - p);

		if (view_put(v, (const char *)p, k, &e) < 0)
			return;
		p += k;
		n -= k;
		if (n < 3)
			return;
		if (view_resize(v, p[1], p[2], &e) < 0)
			return;
		p += 3;
		n -= 3;
	}
}

static void
copy(struct view *v)
{
	struct buf b = BUF_INIT(1 << 26);
	struct view *again = NULL;
	struct err e;

	if (view_save(v, &b, &e) == 1) {
		if (view_open(1, 1, true, &again, &e) < 0 ||
		    view_load(again, b.p, b.len, &e) < 0 ||
		    !view_same(v, again))
			abort();
		view_close(again);
	}
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct view *v = NULL;
	struct err e;

	if (n < 3 || view_open(p[1], p[2], true, &v, &e) < 0)
		return 0;
	if ((p[0] & 1) != 0) {
		if (view_load(v, (const char *)p + 3, n - 3, &e) == 0)
			(void)view_put(v, "x\r\n\t\x1b[5b", 8, &e);
	} else {
		draw(v, p + 3, n - 3);
		copy(v);
	}
	view_close(v);
	return 0;
}
