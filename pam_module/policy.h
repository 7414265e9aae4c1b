/* SPDX-License-Identifier: BSD-2-Clause
 * policy.h - an [issuer NAME] section of warrant.conf(5) as a policy.
 * in: the checked section (conf.h); out: struct token_policy, map rules */
#ifndef WARRANT_PAM_MODULE_POLICY_H
#define WARRANT_PAM_MODULE_POLICY_H

#include "pam_module/map.h"
#include "pam_module/token.h"

struct conf_section;
struct err;

#define POLICY_RULES_MAX 64	/* rules of one issuer */

struct policy {
	struct token_policy token;
	size_t n_rules;
	struct map_rule rules[POLICY_RULES_MAX];	/* key username */
};

/* -1 with *e set (ERR_CONFIG, with FILE:LINE in front) and *ret as it was.
 * Large: keep a struct policy off the stack.  Pure. */
int policy_from_conf(const struct conf_section *issuer, struct policy *ret,
    struct err *e);

#endif
