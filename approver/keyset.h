/* SPDX-License-Identifier: BSD-2-Clause
 * keyset.h - a provider's public keys, as the courier keeps them.
 * in: a JWK set (RFC 7517, section 5); out: one plain text of it, and when
 *     to ask for it again
 *
 * The courier uses no key: the module parses what it is handed (lib/jwks.h).
 * Here a set is made small and equal sets equal: keys sorted, no blanks,
 * certificates (x5c) and entries that are no objects dropped; and what a key
 * costs milliseconds to be asked is asked once, not at every login.  Times
 * are wall clock, microseconds. */
#ifndef WARRANT_APPROVER_KEYSET_H
#define WARRANT_APPROVER_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define KEYSET_TEXT_MAX (256 * 1024)	/* bytes as fetched */
#define KEYSET_PLAIN_MAX 49152		/* bytes as kept: fits one message */
#define KEYSET_KEYS_MAX 100
#define KEYSET_ETAG_MAX 257		/* with the NUL */
#define KEYSET_FRESH_MIN_US (INT64_C(60) * 1000000)
#define KEYSET_FRESH_MAX_US (INT64_C(24) * 3600 * 1000000)
#define KEYSET_FRESH_DEFAULT_US (INT64_C(3600) * 1000000)
#define KEYSET_RETRY_US (INT64_C(60) * 1000000)	/* between two requests */
#define KEYSET_FAILED_US (INT64_C(5) * 1000000)	/* while there is no set */

struct keyset {
	char *text;		/* plain form; NULL: none yet */
	size_t keys;
	bool checked;		/* by keyset_check */
	char etag[KEYSET_ETAG_MAX];	/* "" when the provider sends none */
	int64_t fetched_us;	/* last time the provider confirmed it */
	int64_t fresh_us;	/* until then it is not asked again */
	int64_t tried_us;	/* last request, successful or not; 0 never */
};

/* A fetched set to its plain form: *ret is malloced.  -1 with *e when it is
 * no key set, has no key, or is over a bound above. */
int keyset_plain(const char *text, size_t n, char **ret, size_t *keys,
    struct err *e);

/* Are the RSA keys of a set that has a text what they should be (jwks_check)?
 * Sets ks->checked; false with *e when not, or not to be told in time: the
 * module then checks for itself the key that it takes. */
bool keyset_check(struct keyset *ks, struct err *e);

/* Does the plain set have a key with this kid? */
bool keyset_has(const struct keyset *ks, const char *kid);

/* The provider confirmed the set at now: fresh for max_age_s (-1: not said),
 * clamped. */
void keyset_confirm(struct keyset *ks, int64_t max_age_s, int64_t now_us);

enum keyset_verdict {
	KEYSET_NONE = 0,	/* no set that may be used, and too early to ask */
	KEYSET_FETCH,		/* ask the provider, then judge again */
	KEYSET_USE,
	KEYSET_USE_STALE	/* the provider is down */
};

/* What to do for somebody who wants the set, or the key kid of it (NULL:
 * any).  stale_us: how long after it was fetched a set may be used. */
enum keyset_verdict keyset_judge(const struct keyset *ks, const char *kid,
    int64_t stale_us, int64_t now_us);

/* The cache file: a JSON object of issuer, etag, times and the set.  A file
 * of another issuer is refused. */
int keyset_format(const struct keyset *ks, const char *issuer, struct buf *b,
    struct err *e);
int keyset_parse(const char *text, size_t n, const char *issuer,
    struct keyset *ret, struct err *e);

void keyset_clear(struct keyset *ks);

#endif
