/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/hex.h"

void
hex_of(const unsigned char *p, size_t n, char *ret)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*ret++ = digit[p[i] >> 4];
		*ret++ = digit[p[i] & 15];
	}
	*ret = '\0';
}
