/* SPDX-License-Identifier: BSD-2-Clause
 * identity.h - a person, as a verified token names them.
 * in: token_verify (token.h), the only maker; out: map.c, decide.c, the
 * ledger, the record of the session
 *
 * A plain struct: no pointers, fixed bounds, copied by assignment; all zeros
 * is nobody.  iss and sub together are the person (OpenID Connect Core 1.0,
 * section 2); all else is said about them.  Every string is NUL-ended, valid
 * UTF-8 and without control characters. */
#ifndef WARRANT_PAM_MODULE_IDENTITY_H
#define WARRANT_PAM_MODULE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/jwks.h"
#include "pam_module/names.h"

#define IDENTITY_ISS_MAX 512	/* bytes of an issuer, a URL */
#define IDENTITY_SUB_MAX 255	/* ASCII characters, Core 1.0 section 2 */
#define IDENTITY_TEXT_MAX 255	/* bytes of a name, an address, an acr */

struct identity {
	char iss[IDENTITY_ISS_MAX + 1];
	char sub[IDENTITY_SUB_MAX + 1];

	/* "" when the token does not say, or says what is no such name */
	char name[IDENTITY_TEXT_MAX + 1];	/* for people to read */
	char username[IDENTITY_TEXT_MAX + 1];	/* preferred_username */
	char email[IDENTITY_TEXT_MAX + 1];
	bool email_verified;
	char acr[IDENTITY_TEXT_MAX + 1];
	char amr[IDENTITY_TEXT_MAX + 1];	/* words, one space between */

	bool groups_given;	/* the claim was there, be it empty */
	unsigned groups_dropped; /* entries that are no name */
	struct names groups;

	int64_t iat_us;
	int64_t exp_us;
	int64_t auth_time_us;	/* 0: the token does not say */

	char alg[8];		/* of the signature */
	char kid[JWK_KID_MAX + 1]; /* "" when the token names no key */
	char token_hash[65];	/* hex, token_once_key of this token */
};

#endif
