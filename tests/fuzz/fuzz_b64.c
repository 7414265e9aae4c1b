/* SPDX-License-Identifier: BSD-2-Clause
 * What decodes must encode to the very same text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "tests/fuzz/fuzz.h"

static void
one_text(ssize_t n, const uint8_t *out, int (*encode)(const void *, size_t,
    struct buf *, struct err *), const uint8_t *p, size_t len)
{
	struct buf b = BUF_INIT(8192);

	if (n < 0)
		return;
	if (encode(out, (size_t)n, &b, NULL) < 0 || b.len != len ||
	    (len > 0 && memcmp(b.p, p, len) != 0))
		abort();
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t out[B64_DECODED_MAX(4096)];

	if (n > 4096)
		return 0;
	one_text(b64url_decode((const char *)p, n, out, sizeof(out), NULL),
	    out, b64url_encode, p, n);
	one_text(b64_decode((const char *)p, n, out, sizeof(out), NULL),
	    out, b64_encode, p, n);
	return 0;
}
