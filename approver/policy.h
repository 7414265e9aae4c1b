/* SPDX-License-Identifier: BSD-2-Clause
 * policy.h - the roles and approvers of this host.
 * in: sections [role NAME], [approver NAME], [host], [login] of the
 * configuration; out: struct policy, checked as a whole */
#ifndef WARRANT_APPROVER_POLICY_H
#define WARRANT_APPROVER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "approver/authority.h"

struct conf;
struct conf_section;
struct err;

#define POLICY_ROLES 256
#define POLICY_LOCALS 64
#define POLICY_RULES 256
#define POLICY_RULES_TEXT 24576	/* bytes of one role's rules as JSON */
#define POLICY_HOST_MAX 256

struct role {
	const char *name;	/* all strings are borrowed from the conf */
	const char *account;
	const char *about;
	const char *approve_text;	/* the expression as written */
	struct authority_expr request, approve;
	unsigned quorum;
	int64_t max_us;		/* longest window */
	int64_t lapse_us;	/* how long a request may wait */
	const char *pipes;	/* mask, refuse, pass */
	const char *transfer;	/* deny, log, in, out */
	bool shared;
	bool reserve;		/* may use the space kept when there is no other */
	json_t *rules;		/* for the gate, rules.h; owned */
	const struct conf_section *section;	/* for mask */
};

/* [rule NAME]: who decides on what it holds. */
struct exec_rule {
	const char *name;
	const char *by_text;	/* "" the role's approvers */
	const char *say;
	struct authority_expr by;
};

/* [approver NAME]: a uid that stands for a person. */
struct local {
	const char *name;
	uid_t uid;
	const char *issuer, *sub;
	const struct conf_section *section;	/* for groups */
};

struct policy {
	struct role role[POLICY_ROLES];
	size_t roles;
	struct local local[POLICY_LOCALS];
	size_t locals;
	struct exec_rule rule[POLICY_RULES];
	size_t rules;
	char host[POLICY_HOST_MAX];
	const char *shell;
	bool lobby;		/* no_grant = lobby */
	struct authority_expr lock;	/* who may lock; no ways: nobody */
	const struct conf *conf;
	char digest[65];	/* conf_digest() */
};

/* c must outlive *ret.  -1 with *e (ERR_CONFIG, with FILE:LINE): an
 * expression that does not parse, approve = *, an account that
 * cannot be one, one uid for two approvers, uid 0. */
int policy_load(const struct conf *c, struct policy *ret, struct err *e);

/* NULL when there is none. */
const struct role *policy_role(const struct policy *p, const char *name);
const struct local *policy_local(const struct policy *p, uid_t uid);
const struct exec_rule *policy_rule(const struct policy *p,
    const char *name);

/* The rules of c into p (policy_rules.c): those of each role as the gate
 * takes them.  -1 with *e (ERR_CONFIG). */
int policy_load_rules(const struct conf *c, struct policy *p, struct err *e);

void policy_clear(struct policy *p);

#endif
