/* SPDX-License-Identifier: BSD-2-Clause
 * Cut in two anywhere, it is answered alike, and never without an end. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "recorder/sftp_no.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sftp_no one = { .text = "no" }, two = one;
	struct buf a = BUF_INIT(64 * 1024), b = BUF_INIT(64 * 1024);
	size_t cut = n == 0 ? 0 : p[n - 1] % n;
	int rc = sftp_no_feed(&one, p, n, &a, NULL);
	int again = sftp_no_feed(&two, p, cut, &b, NULL);

	if (again == 0)
		again = sftp_no_feed(&two, p + cut, n - cut, &b, NULL);
	if (rc < 0 || rc != again || a.len != b.len ||
	    (a.len > 0 && memcmp(a.p, b.p, a.len) != 0))
		abort();
	buf_clear(&a);
	buf_clear(&b);
	return 0;
}
