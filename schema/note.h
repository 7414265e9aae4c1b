/* SPDX-License-Identifier: BSD-2-Clause
 * note.h - signed checkpoints and the key that verifies them.
 * in: origin, tree size, root; out: text that any C2SP tool reads
 *
 * C2SP signed-note and tlog-checkpoint: three lines (origin, size in decimal,
 * base64 root), an empty line, signature lines "EM-DASH name base64(id ||
 * signature)" with id the first 4 bytes of SHA-256(name LF 0x01 public key),
 * type 0x01 being Ed25519 (RFC 8032).  The verifier key of a log is
 * "name+hex id+base64(0x01 || public key)". */
#ifndef WARRANT_SCHEMA_NOTE_H
#define WARRANT_SCHEMA_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

struct buf;
struct err;

#define NOTE_NAME_MAX 256	/* bytes of an origin and NUL */
#define NOTE_KEY 32
#define NOTE_SIG 64
#define NOTE_MAX 4096		/* bytes of a note */
#define NOTE_VKEY_MAX (NOTE_NAME_MAX + 1 + 8 + 1 + 44 + 1)

struct note {
	char origin[NOTE_NAME_MAX];
	uint64_t size;
	unsigned char root[32];
	size_t signed_len;	/* bytes of the text that are signed */
	uint32_t key_id;	/* of the first Ed25519 line of this origin */
	unsigned char sig[NOTE_SIG];
};

/* No blank, no '+', no control character, 1 to NOTE_NAME_MAX - 1 bytes. */
int note_origin_ok(const char *s);

/* Append the whole note, signed with the Ed25519 key, to b. */
int note_sign(const char *origin, uint64_t size, const unsigned char root[32],
    EVP_PKEY *key, const unsigned char pub[NOTE_KEY], struct buf *b,
    struct err *e);

/* Text to struct; ERR_INPUT with the reason.  Does not verify. Pure. */
int note_parse(const char *text, size_t n, struct note *ret, struct err *e);

/* Does the note's signature hold under pub?  text as given to note_parse.
 * -1 with *e (ERR_CRYPTO). */
int note_verify(const char *text, const struct note *note,
    const unsigned char pub[NOTE_KEY], struct err *e);

/* The verifier key as text, and back. */
void note_vkey_format(const char *origin, const unsigned char pub[NOTE_KEY],
    char ret[NOTE_VKEY_MAX]);
int note_vkey_parse(const char *s, char origin[NOTE_NAME_MAX],
    unsigned char pub[NOTE_KEY], struct err *e);

/* Ed25519 over n bytes: 0 when it holds, -1 with *e (ERR_CRYPTO). */
int note_ed25519(const unsigned char pub[NOTE_KEY], const void *p, size_t n,
    const unsigned char sig[NOTE_SIG], struct err *e);

#endif
