/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/jwa.h"

#include <string.h>

#include "lib/err.h"
#include "lib/quote.h"

static const struct jwa table[] = {
	{ "RS256", JWA_KTY_RSA, NULL, NULL, "SHA256", false, 0, 1 << 0 },
	{ "RS384", JWA_KTY_RSA, NULL, NULL, "SHA384", false, 0, 1 << 1 },
	{ "RS512", JWA_KTY_RSA, NULL, NULL, "SHA512", false, 0, 1 << 2 },
	{ "PS256", JWA_KTY_RSA, NULL, NULL, "SHA256", true, 0, 1 << 3 },
	{ "PS384", JWA_KTY_RSA, NULL, NULL, "SHA384", true, 0, 1 << 4 },
	{ "PS512", JWA_KTY_RSA, NULL, NULL, "SHA512", true, 0, 1 << 5 },
	{ "ES256", JWA_KTY_EC, "P-256", "prime256v1", "SHA256", false, 32,
	    1 << 6 },
	{ "ES384", JWA_KTY_EC, "P-384", "secp384r1", "SHA384", false, 48,
	    1 << 7 },
	{ "ES512", JWA_KTY_EC, "P-521", "secp521r1", "SHA512", false, 66,
	    1 << 8 },
	{ "EdDSA", JWA_KTY_OKP, "Ed25519", "ED25519", "SHA512", false, 32,
	    1 << 9 },
};

const struct jwa *
jwa_find(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strlen(table[i].name) == n &&
		    memcmp(table[i].name, name, n) == 0)
			return &table[i];
	return NULL;
}

const struct jwa *
jwa_find_curve(const char *crv)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].crv != NULL && strcmp(table[i].crv, crv) == 0)
			return &table[i];
	return NULL;
}

int
jwa_parse_set(const char *list, uint32_t *ret, struct err *e)
{
	uint32_t set = 0;

	for (const char *p = list; *p != '\0';) {
		size_t n = strcspn(p, " \t,");
		const struct jwa *a = jwa_find(p, n);

		if (n > 0 && a == NULL)
			return err_set(e, ERR_CONFIG,
			    "%s is no signature algorithm of tokens: known "
			    "are RS256 RS384 RS512 PS256 PS384 PS512 ES256 "
			    "ES384 ES512 EdDSA", quote(p, n).s);
		if (a != NULL)
			set |= a->bit;
		p += n > 0 ? n : 1;
	}
	if (set == 0)
		return err_set(e, ERR_CONFIG, "no signature algorithm named");
	*ret = set;
	return 0;
}
