/* SPDX-License-Identifier: BSD-2-Clause
 * Checksums of crypto currencies. */
#include <string.h>

#include "lib/sum.h"
#include "recorder/mask/validate.h"

#define B58_BYTES 96

/* The big number in base 58, big endian and to the right of out. */
static bool
b58_decode(const char *v, size_t n, uint8_t out[B58_BYTES])
{
	static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefgh"
	    "ijkmnopqrstuvwxyz";

	memset(out, 0, B58_BYTES);
	for (size_t i = 0; i < n; i++) {
		const char *at = strchr(digits, v[i]);
		unsigned carry;

		if (at == NULL || *at == '\0')
			return false;
		carry = (unsigned)(at - digits);
		for (size_t k = B58_BYTES; k-- > 0;) {
			carry += out[k] * 58u;
			out[k] = (uint8_t)carry;
			carry >>= 8;
		}
	}
	return true;
}

/* Is the length of what v codes len, and its end the double SHA-256 of the
 * rest? */
static bool
b58_holds(const uint8_t *bytes, size_t len)
{
	const uint8_t *p = &bytes[B58_BYTES - len];
	uint8_t once[SUM_LEN], twice[SUM_LEN];

	for (const uint8_t *q = bytes; q < p; q++)
		if (*q != 0)
			return false;
	sum_of(p, len - 4, once);
	sum_of(once, sizeof(once), twice);
	return memcmp(twice, p + len - 4, 4) == 0;
}

/* Base58Check: an address (25 bytes), a private key (37 or 38). */
bool
valid_base58(const char *v, size_t n)
{
	uint8_t bytes[B58_BYTES];

	return b58_decode(v, n, bytes) && (b58_holds(bytes, 25) ||
	    b58_holds(bytes, 37) || b58_holds(bytes, 38));
}

/* BIP 173 (bech32) and BIP 350 (bech32m). */
bool
valid_bech32(const char *v, size_t n)
{
	static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	static const uint32_t gen[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
	    0x3d4233dd, 0x2a1462b3 };
	/* the human-readable part bc, expanded */
	uint8_t text[128] = { 3, 3, 0, 2, 3 };
	uint32_t sum = 1;
	size_t len = 5;

	if (n < 14 || n > 90)
		return false;
	for (size_t i = 3; i < n; i++) {
		int c = v[i] >= 'A' && v[i] <= 'Z' ? v[i] + 0x20 : v[i];
		const char *at = strchr(digits, c);

		if (at == NULL || *at == '\0')
			return false;
		text[len++] = (uint8_t)(at - digits);
	}
	for (size_t i = 0; i < len; i++) {
		uint32_t top = sum >> 25;

		sum = (sum & 0x1ffffff) << 5 ^ text[i];
		for (int k = 0; k < 5; k++)
			if ((top >> k & 1) != 0)
				sum ^= gen[k];
	}
	return sum == 1 || sum == 0x2bc830a3;
}
