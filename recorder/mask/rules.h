/* SPDX-License-Identifier: BSD-2-Clause
 * rules.h - what is masked: the rules of one session.
 * in: rule files (warrant-mask.conf(5)); out: struct mask_rules for the engine */
#ifndef WARRANT_RECORDER_MASK_RULES_H
#define WARRANT_RECORDER_MASK_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/dfa.h"
#include "recorder/mask/regex.h"
#include "recorder/mask/sym.h"
#include "recorder/mask/validate.h"

struct buf;
struct err;
struct sieve;

#define RULE_ID_MAX	 32
#define RULE_TAG_MAX	 16
#define RULE_PROFILE_MAX 16
#define RULE_PROFILES	 16	/* distinct profiles */
#define RULE_CHECKS	 6	/* of one rule */
#define RULE_NEAR_MAX	 256	/* bytes of its context words */
#define RULE_FILE_MAX	 (1024 * 1024)
#define RULE_RUN_MAX	 96	/* symbols of context, value and after */
#define MASK_HASH_HEX	 65

enum rule_action { ACTION_OFF = 0, ACTION_LOG, ACTION_MASK };

enum rule_canon { CANON_EXACT = 0, CANON_UPPER };

struct rule {
	char id[RULE_ID_MAX];
	char tag[RULE_TAG_MAX];
	uint32_t profiles;	/* bit i: profile i of the set */
	enum rule_action action;
	enum bound left, right;
	bool munch;		/* the longest match or none */
	bool block;		/* PEM: lines of base64 follow */
	bool has_run;		/* then: masked while symbols are in run */
	struct symset run;
	int after;		/* symbols behind the value, exact */
	bool keep_sep;		/* separators stay visible */
	int keep_head, keep_tail;	/* alphanumerics left visible */
	int hold_k;		/* value symbols that make a prefix strong */
	bool timeout_release;	/* at T2: show instead of mask */
	enum rule_canon canon;
	int priority;
	int nchecks;
	struct check check[RULE_CHECKS];
	char near[RULE_NEAR_MAX];	/* words, each ended by a NUL; "" ends */
	int within;
};

/* An inline test of a rule file. */
struct rule_test {
	uint16_t rule;
	bool wanted;		/* + or - */
	char *text;		/* bytes, owned */
	size_t len;
	char *masked;		/* what must come out, or NULL; owned */
	size_t masked_len;
	unsigned line;
};

/* A documented value that is never masked. */
struct rule_allow {
	uint16_t rule;
	char value[64];		/* canonical */
};

/* The expressions of one rule, needed by the compiler only. */
struct rule_source {
	struct regex before, value, after;
	unsigned line;
};

struct ruleset {
	struct rule *rule;
	struct rule_source *source;	/* parallel to rule */
	size_t n, cap;
	char profile[RULE_PROFILES][RULE_PROFILE_MAX];
	size_t nprofile;
	uint32_t default_profiles;	/* bits */
	struct rule_test *test;
	size_t ntest, captest;
	struct rule_allow *allow;
	size_t nallow, capallow;
};

/* Add the rules of one file's text to set.  name is for messages.  -1 with
 * *e "name:line:column: rule ID: why" (ERR_CONFIG); set must be cleared. */
int ruleset_parse(struct ruleset *set, const char *name, const char *text,
    size_t n, struct err *e);
void ruleset_clear(struct ruleset *set);

/* Bit of a profile by name, 0 if unknown. */
uint32_t ruleset_profile(const struct ruleset *set, const char *name);

/* Build the automaton of the rules whose profiles meet the given bits, and
 * the sieve for where they begin.  ERR_CONFIG names the rule that has too many
 * states. */
int ruleset_compile(const struct ruleset *set, uint32_t profiles,
    struct dfa *ret, struct sieve *starts, struct err *e);

#endif
