/* SPDX-License-Identifier: BSD-2-Clause
 * Any bytes become lines of JSON that give the bytes back. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "recorder/cast.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = BUF_INIT(1 << 20);
	uint8_t *back = malloc(B64_DECODED_MAX(2 * n) + 4);
	const char *second;
	json_t *j;

	if (n > 50000 || back == NULL) {
		free(back);
		return 0;
	}
	if (cast_whole((const char *)p, n) > n ||
	    cast_event(&b, 1, 'o', (const char *)p, n, NULL) < 0)
		abort();
	second = (char *)memchr(b.p, '\n', b.len) + 1;
	j = json_loadb(b.p, (size_t)(second - b.p), JSON_ALLOW_NUL, NULL);
	if (j == NULL)
		abort();
	if (second == b.p + b.len) {
		const json_t *s = json_array_get(j, 2);

		if (json_string_length(s) != n ||
		    memcmp(json_string_value(s), p, n) != 0)
			abort();
	} else {
		const char *s;

		json_decref(j);
		j = json_loads(second, 0, NULL);
		s = json_string_value(json_array_get(j, 2));
		if (s == NULL || b64_decode(s, strlen(s), back,
		    B64_DECODED_MAX(2 * n) + 4, NULL) != (ssize_t)n ||
		    memcmp(back, p, n) != 0)
			abort();
	}
	json_decref(j);
	buf_clear(&b);
	free(back);
	return 0;
}
