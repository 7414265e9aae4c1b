/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/quote.h"

static int
take_text(const struct conf_section *s, const char *key, char *ret,
    size_t size, struct err *e)
{
	const char *v = conf_str(s, key);

	if (strlen(v) >= size)
		return err_set(e, ERR_CONFIG, "%s: %s is longer than %zu "
		    "bytes", conf_where(s, key), key, size - 1);
	(void)snprintf(ret, size, "%s", v);
	return 0;
}

static int
take_list(const struct conf_section *s, const char *key,
    struct token_list *ret, struct err *e)
{
	size_t n = conf_list_n(s, key);

	if (n > TOKEN_LIST_MAX)
		return err_set(e, ERR_CONFIG, "%s: more than %d words of %s",
		    conf_where(s, key), TOKEN_LIST_MAX, key);
	for (size_t i = 0; i < n; i++) {
		const char *v = conf_list(s, key, i);

		if (strlen(v) > TOKEN_WORD_MAX)
			return err_set(e, ERR_CONFIG, "%s: word of more than "
			    "%d bytes in %s", conf_where(s, key),
			    TOKEN_WORD_MAX, key);
		(void)snprintf(ret->word[i], sizeof(ret->word[i]), "%s", v);
	}
	ret->n = n;
	return 0;
}

static int
take_algs(const struct conf_section *s, uint32_t *ret, struct err *e)
{
	uint32_t one;

	*ret = 0;
	for (size_t i = 0; i < conf_list_n(s, "algs"); i++) {
		if (jwa_parse_set(conf_list(s, "algs", i), &one, e) < 0)
			return err_prefix(e, "%s", conf_where(s, "algs"));
		*ret |= one;
	}
	return 0;
}

/* Words NAME=VALUE, both there. */
static int
take_claims(const struct conf_section *s, struct token_list *ret,
    struct err *e)
{
	if (take_list(s, "require_claims", ret, e) < 0)
		return -1;
	for (size_t i = 0; i < ret->n; i++) {
		const char *eq = strchr(ret->word[i], '=');

		if (eq == NULL || eq == ret->word[i] || eq[1] == '\0')
			return err_set(e, ERR_CONFIG, "%s: %s is not "
			    "NAME=VALUE", conf_where(s, "require_claims"),
			    quote_str(ret->word[i]).s);
	}
	return 0;
}

static int
take_token(const struct conf_section *s, struct token_policy *p,
    struct err *e)
{
	token_policy_init(p);
	p->leeway_us = conf_us(s, "leeway");
	p->max_age_us = conf_us(s, "max_age");
	p->max_lifetime_us = conf_us(s, "max_lifetime");
	/* asked of tokens only where the administrator asks */
	if (strcmp(conf_where(s, "max_auth_age"), "default") != 0)
		p->max_auth_age_us = conf_us(s, "max_auth_age");
	if (take_text(s, "issuer", p->issuer, sizeof(p->issuer), e) < 0 ||
	    take_text(s, "client_id", p->client_id, sizeof(p->client_id),
	    e) < 0 || take_text(s, "groups_claim", p->groups_claim,
	    sizeof(p->groups_claim), e) < 0 ||
	    take_list(s, "audience", &p->audience, e) < 0 ||
	    take_list(s, "trusted_audiences", &p->trusted, e) < 0 ||
	    take_list(s, "require_acr", &p->acr, e) < 0 ||
	    take_list(s, "require_amr", &p->amr, e) < 0 ||
	    take_claims(s, &p->claims, e) < 0 ||
	    take_algs(s, &p->algs, e) < 0)
		return -1;
	if (token_policy_check(p, e) < 0)
		return err_prefix(e, "%s", conf_where(s, NULL));
	return 0;
}

/* The claim of the rules claim:NAME, all of which name the same. */
static int
take_username_claim(const struct conf_section *s, struct policy *p,
    struct err *e)
{
	const char *claim = NULL;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct map_rule *r = &p->rules[i];

		if (r->kind != MAP_USERNAME)
			continue;
		if (claim != NULL && strcmp(claim, r->value) != 0)
			return err_set(e, ERR_CONFIG, "%s: claim:%s and "
			    "claim:%s: one claim names accounts",
			    conf_where(s, "username"), claim, r->value);
		claim = r->value;
		(void)snprintf(p->token.username_claim,
		    sizeof(p->token.username_claim), "%s", claim);
	}
	return 0;
}

static int
take_rules(const struct conf_section *s, struct policy *p, struct err *e)
{
	size_t n = conf_list_n(s, "username");

	if (n > POLICY_RULES_MAX)
		return err_set(e, ERR_CONFIG, "%s: more than %d rules",
		    conf_where(s, "username"), POLICY_RULES_MAX);
	for (size_t i = 0; i < n; i++)
		if (map_rule_parse(conf_list(s, "username", i),
		    p->token.issuer, &p->rules[i], e) < 0)
			return err_prefix(e, "%s", conf_where(s, "username"));
	p->n_rules = n;
	return take_username_claim(s, p, e);
}

int
policy_from_conf(const struct conf_section *issuer, struct policy *ret,
    struct err *e)
{
	struct policy *p = calloc(1, sizeof(*p));
	int rc = -1;

	if (p == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (take_token(issuer, &p->token, e) == 0 &&
	    take_rules(issuer, p, e) == 0) {
		*ret = *p;
		rc = 0;
	}
	free(p);
	return rc;
}
