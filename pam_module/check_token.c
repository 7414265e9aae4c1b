/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-check token: the very functions of the module on one token. */
#include "pam_module/check.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/jwks.h"
#include "lib/quote.h"
#include "lib/user.h"
#include "pam_module/jws.h"
#include "pam_module/map.h"
#include "pam_module/token.h"

#define SECOND INT64_C(1000000)
#define SECONDS_MAX INT64_C(253402300799) /* end of the year 9999 */
#define MIN_UID 1000

struct options {
	const char *jwks;
	const char *user;
	bool signature_only;
	struct token_policy policy;
	struct token_request request;
};

enum {
	OPT_ACR = 1000, OPT_AUDIENCE, OPT_ISSUER, OPT_JWKS, OPT_MAX_AGE,
	OPT_NONCE, OPT_NOW, OPT_SIGNATURE_ONLY, OPT_USER
};

static const struct option long_options[] = {
	{ "acr", required_argument, NULL, OPT_ACR },
	{ "audience", required_argument, NULL, OPT_AUDIENCE },
	{ "issuer", required_argument, NULL, OPT_ISSUER },
	{ "jwks", required_argument, NULL, OPT_JWKS },
	{ "max-age", required_argument, NULL, OPT_MAX_AGE },
	{ "nonce", required_argument, NULL, OPT_NONCE },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "signature-only", no_argument, NULL, OPT_SIGNATURE_ONLY },
	{ "user", required_argument, NULL, OPT_USER },
	{ NULL, 0, NULL, 0 },
};

static int
usage(FILE *f, int status)
{
	fprintf(f, "usage: warrant-check token --jwks FILE --issuer ISS "
	    "--audience AUD\n"
	    "           [--acr A] [--max-age S] [--nonce N] [--now T] "
	    "[--user NAME]\n"
	    "       warrant-check token --jwks FILE --signature-only\n"
	    "Judges the token on standard input; see warrant-check(8).\n");
	return status;
}

/* A word of an option into a fixed array. */
static int
take_word(const char *name, const char *word, char *ret, size_t size)
{
	if (word[0] == '\0' || strlen(word) >= size)
		return check_fail(-1, "--%s must have 1 to %zu bytes", name,
		    size - 1);
	(void)snprintf(ret, size, "%s", word);
	return 0;
}

/* Whole seconds of an option, to microseconds. */
static int
take_seconds(const char *name, const char *word, int64_t *ret)
{
	char *end = NULL;
	long long v;

	errno = 0;
	v = strtoll(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end != '\0' || errno != 0 ||
	    v < 1 || v > SECONDS_MAX)
		return check_fail(-1, "--%s must be a number of seconds from "
		    "1 to %lld", name, (long long)SECONDS_MAX);
	*ret = v * SECOND;
	return 0;
}

static int
take_option(int c, const char *arg, struct options *o)
{
	struct token_policy *p = &o->policy;

	switch (c) {
	case OPT_ACR:
		p->acr.n = 1;
		return take_word("acr", arg, p->acr.word[0],
		    sizeof(p->acr.word[0]));
	case OPT_AUDIENCE:
		return take_word("audience", arg, p->client_id,
		    sizeof(p->client_id));
	case OPT_ISSUER:
		return take_word("issuer", arg, p->issuer, sizeof(p->issuer));
	case OPT_JWKS:
		o->jwks = arg;
		return 0;
	case OPT_MAX_AGE:
		return take_seconds("max-age", arg, &p->max_age_us);
	case OPT_NONCE:
		if (arg[0] == '\0')
			return check_fail(-1, "--nonce is empty");
		o->request.nonce = arg;
		o->request.nonce_rule = TOKEN_NONCE_REQUIRED;
		return 0;
	case OPT_NOW:
		return take_seconds("now", arg, &o->request.now_us);
	case OPT_SIGNATURE_ONLY:
		o->signature_only = true;
		return 0;
	case OPT_USER:
		o->user = arg;
		return 0;
	default:
		return -1;
	}
}

/* 0, or -1 when usage() is due. */
static int
take_options(int argc, char **argv, struct options *o)
{
	int c;

	token_policy_init(&o->policy);
	o->request.nonce_rule = TOKEN_NONCE_ANY;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (take_option(c, optarg, o) < 0)
			return -1;
	if (optind != argc || o->jwks == NULL)
		return -1;
	if (!o->signature_only && (o->policy.issuer[0] == '\0' ||
	    o->policy.client_id[0] == '\0'))
		return -1;
	if (o->request.now_us == 0)
		o->request.now_us = clock_wall_us();
	return 0;
}

/* The rule claim:preferred_username, with the uid the account has here; one
 * that this host does not know is taken for an ordinary one. */
static int
may_be(const char *name, const struct token_policy *p,
    const struct identity *id, struct err *e)
{
	struct map_account a = { name, MIN_UID, MIN_UID };
	struct map_rule rule;
	struct user u;

	if (user_name_ok(name) && user_find(name, &u, NULL) == 1)
		a.uid = u.uid;
	if (map_rule_parse("claim:preferred_username", p->issuer, &rule,
	    e) < 0)
		return -1;
	return map_find(&rule, 1, NULL, 0, id, &a, NULL, e);
}

static int
judge(const struct buf *token, const struct jwks *keys,
    const struct options *o, struct err *e)
{
	static struct identity id; /* large */
	const char *text = token->p == NULL ? "" : token->p;

	if (o->signature_only) {
		if (token_verify_signature(text, token->len, keys, JWA_ALL,
		    e) < 0)
			return -1;
		printf("accepted: the signature holds\n");
		return 0;
	}
	if (token_verify(text, token->len, keys, &o->policy, &o->request,
	    &id, e) < 0)
		return -1;
	if (o->user != NULL && may_be(o->user, &o->policy, &id, e) < 0)
		return -1;
	printf("accepted: sub %s, %s, kid %s\n", quote_str(id.sub).s, id.alg,
	    quote_str(id.kid).s);
	return 0;
}

/* One token and maybe the end of its line. */
static int
read_token(struct buf *b, struct err *e)
{
	if (io_read_all(STDIN_FILENO, b, e) < 0)
		return -1;
	if (b->len > 0 && b->p[b->len - 1] == '\n')
		b->p[--b->len] = '\0';
	return 0;
}

int
check_token(int argc, char **argv)
{
	struct options o = { 0 };
	struct buf token = BUF_INIT(JWS_MAX + 1);
	struct jwks keys = { 0 };
	struct err e = { 0 };
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (take_options(argc, argv, &o) < 0)
		return usage(stderr, CHECK_USAGE);
	if (jwks_read(o.jwks, &keys, &e) < 0)
		return check_fail(CHECK_UNREADABLE, "%s", e.text);
	if (read_token(&token, &e) < 0)
		status = e.code == ERR_LIMIT ?
		    check_fail(CHECK_NO, "rejected: token of more than %d "
		    "bytes", JWS_MAX) :
		    check_fail(CHECK_UNREADABLE, "standard input: %s", e.text);
	else if (judge(&token, &keys, &o, &e) < 0)
		status = check_fail(CHECK_NO, "rejected: %s", e.text);
	else
		status = CHECK_YES;
	if (fflush(stdout) != 0)
		status = CHECK_UNREADABLE;
	buf_clear(&token);
	jwks_clear(&keys);
	return status;
}
