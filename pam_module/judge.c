/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/judge.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/quote.h"
#include "lib/user.h"
#include "lib/wire.h"
#include "pam_module/cert.h"
#include "pam_module/jws.h"
#include "pam_module/link.h"
#include "pam_module/map.h"
#include "pam_module/token.h"

#define SECOND INT64_C(1000000)

/* ---- which issuer ----------------------------------------------------- */

static bool
takes(const struct conf_section *issuer, const char *flow)
{
	for (size_t i = 0; i < conf_list_n(issuer, "flows"); i++)
		if (strcmp(conf_list(issuer, "flows", i), flow) == 0)
			return true;
	return false;
}

static const struct conf_section *
next_with(const struct conf *c, const char *flow)
{
	const struct conf_section *s = NULL;

	while ((s = conf_next(c, "issuer", s)) != NULL)
		if (takes(s, flow))
			return s;
	return NULL;
}

bool
judge_flow(const struct conf *c, const char *flow)
{
	return next_with(c, flow) != NULL;
}

int
judge_first(struct judge *j, const char *flow, struct err *e)
{
	j->issuer = next_with(j->conf, flow);
	if (j->issuer == NULL)
		return err_set(e, ERR_NOT_FOUND, "no [issuer] has flows = %s",
		    flow);
	return policy_from_conf(j->issuer, &j->policy, e);
}

/* Is it of this client, as far as its aud tells?  With bind = audience a
 * hash stands behind the client's name. */
static bool
of_client(const struct conf_section *issuer, const char *aud)
{
	const char *client = conf_str(issuer, "client_id");
	size_t n = strlen(client);

	for (size_t i = 0; i < conf_list_n(issuer, "audience"); i++)
		if (strcmp(conf_list(issuer, "audience", i), aud) == 0)
			return true;
	return strncmp(aud, client, n) == 0 &&
	    (aud[n] == '\0' || aud[n] == ':');
}

int
judge_named(struct judge *j, const char *flow, const char *token, size_t n,
    struct err *e)
{
	const struct conf_section *is = NULL, *first = NULL;
	struct token_peek peek;
	bool known = false;

	if (token_peek(token, n, &peek, e) < 0)
		return -1;
	j->issuer = NULL;
	while ((is = conf_next(j->conf, "issuer", is)) != NULL) {
		if (strcmp(conf_str(is, "issuer"), peek.iss) != 0)
			continue;
		known = true;
		if (!takes(is, flow))
			continue;
		if (first == NULL)
			first = is;
		if (j->issuer == NULL && of_client(is, peek.aud))
			j->issuer = is;
	}
	if (j->issuer == NULL)
		j->issuer = first; /* to be refused by its audience */
	if (j->issuer != NULL)
		return policy_from_conf(j->issuer, &j->policy, e);
	return err_set(e, ERR_DENIED, known ? "token of %s: its [issuer] has "
	    "not flows = %s" : "token of %s, which is no issuer of ours (%s)",
	    quote_str(peek.iss).s, flow);
}

/* ---- the token -------------------------------------------------------- */

static int
fetch_keys(struct judge *j, const char *kid, struct err *e)
{
	json_t *msg = json_pack("{s:s, s:s, s:s*}", "op", "jwks", "issuer",
	    conf_title(j->issuer), "kid", kid), *answer = NULL;
	const char *text = NULL;
	int rc = -1, checked = 0;

	if (link_once(j->rundir, j->socket, msg, &answer, e) < 0)
		return -1;
	jwks_clear(&j->keys);
	if (wire_str(answer, "jwks", JWKS_TEXT_MAX, &text, e) == 0 &&
	    wire_bool_opt(answer, "checked", &checked, e) >= 0 &&
	    jwks_parse(text, strlen(text), &j->keys, e) == 0) {
		/* who could lie here could as well make up the keys */
		j->keys.checked = checked;
		rc = 0;
	}
	json_decref(answer);
	return rc;
}

static int
verify(struct judge *j, const char *token, size_t n,
    const struct token_request *q, struct err *e)
{
	struct jws parsed;

	if (fetch_keys(j, NULL, e) < 0)
		return -1;
	if (token_verify(token, n, &j->keys, &j->policy.token, q, &j->id,
	    e) == 0)
		return 0;
	if (e->code != ERR_NOT_FOUND || jws_parse(token, n,
	    j->policy.token.algs, &parsed, e) < 0 || !parsed.has_kid)
		return -1;
	if (fetch_keys(j, parsed.kid, e) < 0)
		return -1;
	return token_verify(token, n, &j->keys, &j->policy.token, q, &j->id,
	    e);
}

int
judge_token(struct judge *j, const char *token, size_t n,
    const char *access_token, struct err *e)
{
	struct token_request q = { .now_us = clock_wall_us(),
		.nonce_rule = TOKEN_NONCE_ANY, /* RFC 8628 has none */
		.access_token = access_token };

	j->once = true;
	return verify(j, token, n, &q, e);
}

/* aud must be "CLIENT_ID:HASH" and nothing else. */
static int
bind_audience(struct token_policy *p, const struct cert *c, struct err *e)
{
	int n = snprintf(p->audience.word[0], sizeof(p->audience.word[0]),
	    "%s:%s", p->client_id, c->nonce);

	if (n < 0 || (size_t)n >= sizeof(p->audience.word[0]))
		return err_set(e, ERR_CONFIG, "client_id is too long for "
		    "bind = audience");
	p->audience.n = 1;
	p->trusted.n = 0;
	return 0;
}

int
judge_certificate(struct judge *j, const struct cert *c, int64_t now_us,
    struct err *e)
{
	struct token_request q = { .now_us = now_us,
		.nonce_rule = TOKEN_NONCE_REQUIRED, .nonce = c->nonce };
	struct token_policy *p = &j->policy.token;
	const char *bind;

	if (judge_named(j, "certificate", c->token, c->token_len, e) < 0)
		return -1;
	bind = conf_str(j->issuer, "bind");
	j->once = strcmp(bind, "none") == 0;
	if (strcmp(bind, "nonce") != 0)
		q = (struct token_request){ .now_us = now_us,
			.nonce_rule = TOKEN_NONCE_ANY };
	if (strcmp(bind, "audience") == 0 && bind_audience(p, c, e) < 0)
		return -1;
	if (!j->once)
		p->max_age_us = 0; /* good until it expires, by its key */
	if (c->valid_after > (uint64_t)((now_us + p->leeway_us) / SECOND) ||
	    c->valid_before <= (uint64_t)((now_us - p->leeway_us) / SECOND))
		return err_set(e, ERR_DENIED, "certificate is not valid now");
	return verify(j, c->token, c->token_len, &q, e);
}

/* ---- the account ------------------------------------------------------ */

int
judge_account(const struct judge *j, const struct user *u, struct err *e)
{
	const struct conf_section *login = conf_section(j->conf, "login");
	struct map_account a = { .name = u->name, .uid = u->uid,
		.min_uid = (uid_t)conf_int(login, "min_uid") };
	const char *path = conf_str(j->issuer, "map_file");
	struct buf file = BUF_INIT(MAP_FILE_MAX);
	int rc = -1;

	if (path[0] == '\0' || io_read_trusted(path, false, &file, e) == 0)
		rc = map_find(j->policy.rules, j->policy.n_rules, file.p,
		    file.len, &j->id, &a, NULL, e);
	buf_clear(&file);
	return rc;
}

static int
hash_map_files(EVP_MD_CTX *h, const struct conf *c, struct err *e)
{
	const struct conf_section *is = NULL;
	int rc = 0;

	while (rc == 0 && (is = conf_next(c, "issuer", is)) != NULL) {
		const char *path = conf_str(is, "map_file");
		struct buf file = BUF_INIT(MAP_FILE_MAX);

		if (path[0] != '\0') {
			rc = io_read_trusted(path, false, &file, e);
			if (rc == 0 && (EVP_DigestUpdate(h, "", 1) != 1 ||
			    (file.len > 0 && EVP_DigestUpdate(h, file.p,
			    file.len) != 1)))
				rc = err_set(e, ERR_CRYPTO, "SHA-256 failed");
		}
		buf_clear(&file);
	}
	return rc;
}

int
judge_rules(const struct conf *c, char ret[65], struct err *e)
{
	EVP_MD_CTX *h = EVP_MD_CTX_new();
	unsigned char sum[32];
	int rc = -1;

	conf_digest(c, ret);
	if (h == NULL || EVP_DigestInit_ex(h, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(h, ret, 64) != 1)
		(void)err_set(e, ERR_CRYPTO, "SHA-256 failed");
	else if (hash_map_files(h, c, e) == 0) {
		if (EVP_DigestFinal_ex(h, sum, NULL) == 1)
			rc = 0;
		else
			(void)err_set(e, ERR_CRYPTO, "SHA-256 failed");
	}
	if (rc == 0)
		hex_of(sum, sizeof(sum), ret);
	EVP_MD_CTX_free(h);
	return rc;
}

void
judge_clear(struct judge *j)
{
	jwks_clear(&j->keys);
	explicit_bzero(j, sizeof(*j));
}
