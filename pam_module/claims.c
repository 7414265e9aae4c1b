/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/claims.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/jwa.h"
#include "lib/quote.h"
#include "lib/strictjson.h"
#include "pam_module/identity.h"
#include "pam_module/person.h"
#include "pam_module/token.h"

#define SECOND INT64_C(1000000)
#define TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define AUD_MAX 16

/* One check and its claim; in the order of the table below. */
struct reading {
	const json_t *claims;
	const struct token_policy *p;
	const struct token_request *q;
	const struct jwa *alg;
	struct identity *id;
};

static bool
listed(const struct token_list *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->word[i], s) == 0)
			return true;
	return false;
}

/* A token for another purpose, which the same keys may have signed. */
static int
read_kind(const struct reading *r, struct err *e)
{
	/* OpenID Connect Back-Channel Logout 1.0, section 2.4 */
	if (json_object_get(r->claims, "events") != NULL)
		return err_set(e, ERR_DENIED,
		    "events: a logout or security event token");
	return 0;
}

static int
read_iss(const struct reading *r, struct err *e)
{
	const char *s = NULL;
	int rc = strictjson_text(r->claims, "iss", &s, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "iss is missing");
	if (strcmp(s, r->p->issuer) != 0)
		return err_set(e, ERR_DENIED, "iss %s, not the issuer",
		    quote_str(s).s);
	memcpy(r->id->iss, s, strlen(s) + 1);
	return 0;
}

static int
read_sub(const struct reading *r, struct err *e)
{
	const char *s = NULL;
	int rc = strictjson_text(r->claims, "sub", &s, e);
	size_t n;

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "sub is missing");
	n = strlen(s);
	if (n == 0 || n > IDENTITY_SUB_MAX)
		return err_set(e, ERR_INPUT, "sub of %zu bytes, must be 1 to "
		    "%d", n, IDENTITY_SUB_MAX);
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e) /* Core 1.0, section 2 */
			return err_set(e, ERR_INPUT, "sub %s is not printable "
			    "ASCII", quote_str(s).s);
	memcpy(r->id->sub, s, n + 1);
	return 0;
}

/* azp, when there, is the client (Core 1.0, 3.1.3.7, 4 and 5). */
static int
check_azp(const struct reading *r, bool needed, struct err *e)
{
	const char *s = NULL;
	int rc = strictjson_text(r->claims, "azp", &s, e);

	if (rc < 0)
		return -1;
	if (rc == 0 && needed)
		return err_set(e, ERR_DENIED, "aud names several and azp is "
		    "missing");
	if (rc == 1 && strcmp(s, r->p->client_id) != 0)
		return err_set(e, ERR_DENIED, "azp %s, not our client",
		    quote_str(s).s);
	return 0;
}

static bool
our_audience(const struct token_policy *p, const char *s)
{
	if (p->audience.n == 0)
		return strcmp(s, p->client_id) == 0;
	return listed(&p->audience, s);
}

static int
read_aud(const struct reading *r, struct err *e)
{
	const json_t *v = json_object_get(r->claims, "aud"), *one;
	bool ours = false;
	size_t i;

	if (json_is_string(v)) {
		if (!our_audience(r->p, json_string_value(v)))
			return err_set(e, ERR_DENIED, "aud %s, not us",
			    quote_str(json_string_value(v)).s);
		return check_azp(r, false, e);
	}
	if (!json_is_array(v) || json_array_size(v) == 0 ||
	    json_array_size(v) > AUD_MAX)
		return err_set(e, ERR_INPUT, "aud is missing, or not a string "
		    "or list of 1 to %d", AUD_MAX);
	json_array_foreach(v, i, one) {
		const char *s = json_string_value(one);

		if (s == NULL)
			return err_set(e, ERR_INPUT, "aud: not all strings");
		if (our_audience(r->p, s))
			ours = true;
		else if (!listed(&r->p->trusted, s))
			return err_set(e, ERR_DENIED, "aud %s is neither us "
			    "nor trusted", quote_str(s).s);
	}
	if (!ours)
		return err_set(e, ERR_DENIED, "aud does not name us");
	return check_azp(r, json_array_size(v) > 1, e);
}

/* A NumericDate (RFC 7519, section 2) as whole seconds after 1970; *ret in
 * microseconds.  1, 0 when absent, or -1. */
static int
time_claim(const json_t *o, const char *name, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(o, name);
	json_int_t s;

	if (v == NULL)
		return 0;
	if (!json_is_integer(v))
		return err_set(e, ERR_INPUT, "%s is no whole number", name);
	s = json_integer_value(v);
	if (s < 1 || s > TIME_MAX)
		return err_set(e, ERR_INPUT, "%s %lld is no time of this age",
		    name, (long long)s);
	*ret = s * SECOND;
	return 1;
}

static long long
sec(int64_t us)
{
	return us / SECOND;
}

static int
read_lifetime(const struct reading *r, struct err *e)
{
	const struct token_policy *p = r->p;
	int64_t exp = 0, iat = 0, now = r->q->now_us;
	int has_exp = time_claim(r->claims, "exp", &exp, e);
	int has_iat = has_exp < 0 ? -1 :
	    time_claim(r->claims, "iat", &iat, e);

	if (has_exp < 0 || has_iat < 0)
		return -1;
	if (has_exp == 0 || has_iat == 0)
		return err_set(e, ERR_INPUT, "%s is missing",
		    has_exp == 0 ? "exp" : "iat");
	if (exp <= iat)
		return err_set(e, ERR_INPUT, "exp %lld is not after iat %lld",
		    sec(exp), sec(iat));
	if (exp <= now - p->leeway_us) /* RFC 7519, section 4.1.4 */
		return err_set(e, ERR_DENIED, "expired: exp %lld, now %lld",
		    sec(exp), sec(now));
	if (iat > now + p->leeway_us)
		return err_set(e, ERR_DENIED, "from the future: iat %lld, "
		    "now %lld", sec(iat), sec(now));
	if (p->max_age_us > 0 && iat < now - p->max_age_us)
		return err_set(e, ERR_DENIED, "too old: iat %lld, now %lld, "
		    "max_age %lld s", sec(iat), sec(now), sec(p->max_age_us));
	if (p->max_lifetime_us > 0 && exp - iat > p->max_lifetime_us)
		return err_set(e, ERR_DENIED, "lifetime of %lld s, more than "
		    "max_lifetime %lld s", sec(exp - iat),
		    sec(p->max_lifetime_us));
	r->id->exp_us = exp;
	r->id->iat_us = iat;
	return 0;
}

static int
read_nbf(const struct reading *r, struct err *e)
{
	int64_t nbf = 0;
	int rc = time_claim(r->claims, "nbf", &nbf, e);

	if (rc < 0)
		return -1;
	if (rc == 1 && nbf > r->q->now_us + r->p->leeway_us)
		return err_set(e, ERR_DENIED, "not yet valid: nbf %lld, now "
		    "%lld", sec(nbf), sec(r->q->now_us));
	return 0;
}

static int
read_auth_time(const struct reading *r, struct err *e)
{
	int64_t at = 0, now = r->q->now_us;
	int rc = time_claim(r->claims, "auth_time", &at, e);

	if (rc < 0)
		return -1;
	if (rc == 1 && at > now + r->p->leeway_us)
		return err_set(e, ERR_DENIED, "auth_time %lld is in the "
		    "future, now %lld", sec(at), sec(now));
	if (r->p->max_auth_age_us > 0 && rc == 0)
		return err_set(e, ERR_DENIED, "auth_time is missing and "
		    "max_auth_age is set");
	if (r->p->max_auth_age_us > 0 && at < now - r->p->max_auth_age_us)
		return err_set(e, ERR_DENIED, "signed in too long ago: "
		    "auth_time %lld, now %lld", sec(at), sec(now));
	r->id->auth_time_us = at;
	return 0;
}

static int
read_nonce(const struct reading *r, struct err *e)
{
	const char *s = NULL;
	int rc;

	rc = strictjson_text(r->claims, "nonce", &s, e);
	if (rc < 0)
		return -1;
	if (r->q->nonce_rule == TOKEN_NONCE_ANY)
		return 0;
	if (rc == 0 && r->q->nonce_rule == TOKEN_NONCE_IF_PRESENT)
		return 0;
	if (rc == 0 || r->q->nonce == NULL || r->q->nonce[0] == '\0')
		return err_set(e, ERR_DENIED, "nonce is missing");
	if (strlen(s) != strlen(r->q->nonce) ||
	    CRYPTO_memcmp(s, r->q->nonce, strlen(s)) != 0)
		return err_set(e, ERR_DENIED, "nonce is of another login");
	return 0;
}

/* Left half of the digest of the access token (Core 1.0, 3.1.3.6). */
static int
read_at_hash(const struct reading *r, struct err *e)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	struct buf want = BUF_INIT(128);
	const char *s = NULL;
	size_t n = 0;
	int rc = strictjson_text(r->claims, "at_hash", &s, e);
	bool same;

	if (rc <= 0 || r->q->access_token == NULL)
		return rc < 0 ? -1 : 0;
	if (EVP_Q_digest(NULL, r->alg->digest, NULL, r->q->access_token,
	    strlen(r->q->access_token), sum, &n) != 1)
		return err_set(e, ERR_CRYPTO, "digest failed");
	rc = b64url_encode(sum, n / 2, &want, e);
	same = rc == 0 && strcmp(s, want.p) == 0;
	buf_clear(&want);
	if (rc < 0)
		return -1;
	if (!same)
		return err_set(e, ERR_DENIED, "at_hash is of another access "
		    "token");
	return 0;
}

/* How the person signed in (Core 1.0 section 2, RFC 8176). */
static int
read_acr(const struct reading *r, struct err *e)
{
	const char *s = "";

	if (strictjson_text(r->claims, "acr", &s, e) < 0)
		return -1;
	if (r->p->acr.n > 0 && !listed(&r->p->acr, s))
		return err_set(e, ERR_DENIED, "acr %s is not one that is "
		    "required", quote_str(s).s);
	if (name_ok(s))
		memcpy(r->id->acr, s, strlen(s) + 1);
	return 0;
}

/* Append a word of amr as far as whole words fit. */
static void
keep_word(char *list, size_t size, const char *word)
{
	size_t have = strlen(list), n = strlen(word);

	if (!name_ok(word) || strchr(word, ' ') != NULL ||
	    have + 1 + n + 1 > size)
		return;
	if (have > 0)
		list[have++] = ' ';
	memcpy(list + have, word, n + 1);
}

static bool
in_list(const json_t *list, const char *word)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (strcmp(json_string_value(one), word) == 0)
			return true;
	return false;
}

static int
read_amr(const struct reading *r, struct err *e)
{
	const json_t *v = json_object_get(r->claims, "amr"), *one;
	size_t found = 0;
	size_t i;

	if (v != NULL && !json_is_array(v))
		return err_set(e, ERR_INPUT, "amr is no list");
	json_array_foreach(v, i, one) {
		const char *s = json_string_value(one);

		if (s == NULL)
			return err_set(e, ERR_INPUT, "amr: not all strings");
		keep_word(r->id->amr, sizeof(r->id->amr), s);
	}
	for (i = 0; i < r->p->amr.n; i++)
		found += in_list(v, r->p->amr.word[i]);
	if (found < r->p->amr.n)
		return err_set(e, ERR_DENIED, "amr has not all that are "
		    "required");
	return 0;
}

/* Is v what the administrator wrote? */
static bool
claim_is(const json_t *v, const char *want)
{
	char number[32];

	if (json_is_string(v))
		return strcmp(json_string_value(v), want) == 0;
	if (json_is_boolean(v))
		return strcmp(json_is_true(v) ? "true" : "false", want) == 0;
	if (!json_is_integer(v))
		return false;
	(void)snprintf(number, sizeof(number), "%lld",
	    (long long)json_integer_value(v));
	return strcmp(number, want) == 0;
}

static int
read_required(const struct reading *r, struct err *e)
{
	char name[TOKEN_WORD_MAX + 1];

	for (size_t i = 0; i < r->p->claims.n; i++) {
		const char *word = r->p->claims.word[i];
		size_t n = strcspn(word, "=");

		memcpy(name, word, n);
		name[n] = '\0';
		if (word[n] != '=' ||
		    !claim_is(json_object_get(r->claims, name), word + n + 1))
			return err_set(e, ERR_DENIED, "%s is not what "
			    "require_claims wants", quote_str(name).s);
	}
	return 0;
}

static int
read_person(const struct reading *r, struct err *e)
{
	if (person_texts(r->claims, r->p->username_claim, r->id, e) < 0)
		return -1;
	return person_groups(r->claims, r->p->groups_claim, r->id, e);
}

int
claims_read(const json_t *claims, const struct token_policy *p,
    const struct token_request *q, const struct jwa *alg,
    struct identity *id, struct err *e)
{
	static int (*const readings[])(const struct reading *,
	    struct err *) = {
		read_kind, read_iss, read_aud, read_sub, read_lifetime,
		read_nbf, read_auth_time, read_nonce, read_at_hash, read_acr,
		read_amr, read_required, read_person,
	};
	const struct reading r = { claims, p, q, alg, id };

	if (q->now_us < 0 || q->now_us > TIME_MAX * SECOND ||
	    q->now_us < p->earliest_us)
		return err_set(e, ERR_DENIED, "the clock of this host is "
		    "wrong: now %lld, earliest %lld", sec(q->now_us),
		    sec(p->earliest_us));
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
		if (readings[i](&r, e) < 0)
			return err_prefix(e, "token");
	return 0;
}
