/* SPDX-License-Identifier: BSD-2-Clause
 * cert.h - an ID token inside an SSH certificate.
 * in: a certificate as sshd shows it, "TYPE BASE64"
 * out: the token, and what it must say to belong to the certified key
 *
 * The person makes a key, has the provider put a hash of it into an ID token,
 * and certifies the key by itself (OpenSSH, PROTOCOL.certkeys), with the
 * token in an extension:
 *
 *	oidc-token@warrant	RANDOM "." ID-TOKEN
 *	nonce of the token	base64url(SHA-256("warrant-nonce-v1" ||
 *				    public key blob || 32 random bytes))
 *
 * RANDOM is those 32 bytes in base64url.  So neither token nor certificate is
 * of use without the private key.  That the certificate's signature holds and
 * that the client has the key is sshd's to check, and it has when it hands
 * one on (%k of AuthorizedKeysCommand, SSH_AUTH_INFO_0 of PAM); that the
 * certified key is its own authority is checked here. */
#ifndef WARRANT_PAM_MODULE_CERT_H
#define WARRANT_PAM_MODULE_CERT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct err;

#define CERT_EXTENSION "oidc-token@warrant"
#define CERT_TEXT_MAX 65536	/* characters of base64 */
#define CERT_NONCE_MAX 44	/* 43 characters and a NUL */
#define CERT_TYPE_MAX 64
#define CERT_FINGERPRINT_MAX 51	/* "SHA256:", 43 characters, a NUL */

struct cert {
	struct buf blob;	/* the certificate; token points into it */
	struct buf key;		/* the certified public key, RFC 4253, 6.6 */
	char type[CERT_TYPE_MAX];	/* of that key: "ssh-ed25519" */
	const char *token;	/* not NUL-ended */
	size_t token_len;
	char nonce[CERT_NONCE_MAX];	/* what the token must say */
	uint64_t valid_after, valid_before;	/* Unix time, seconds */
};

/* A public key that a client has shown, of the text in SSH_AUTH_INFO_0. */
struct auth_key {
	const char *type, *base64;	/* borrowed, not NUL-ended */
	size_t type_len, base64_len;
};

/* -1 with *e: ERR_NOT_FOUND for what is no certificate or carries no token of
 * ours, ERR_INPUT for one that makes no sense, ERR_DENIED for one that is
 * not its own authority.  *ret is then as after cert_clear.  Pure. */
int cert_parse(const struct auth_key *k, struct cert *ret, struct err *e);

/* Wipe and free; a cert of all zeros is fine. */
void cert_clear(struct cert *c);

/* The first "publickey TYPE BASE64" line of sshd's SSH_AUTH_INFO_0: 1, or 0
 * when there is none (NULL included).  Pure. */
int cert_auth_key(const char *info, struct auth_key *ret);

/* "SHA256:..." as ssh-keygen -l prints it, of a plain key or of the key that
 * a certificate certifies; -1 with *e.  Pure. */
int cert_fingerprint(const struct auth_key *k,
    char ret[CERT_FINGERPRINT_MAX], struct err *e);

#endif
