/* SPDX-License-Identifier: BSD-2-Clause
 * rulesets.h - the mask rules that are at hand for a report.
 * in: warrant.conf(5), rule files, tables (warrant-maskc(8)); out: rules of a
 *     hash, the newest, those an auditor names; each loaded once */
#ifndef WARRANT_REPORT_RULESETS_H
#define WARRANT_REPORT_RULESETS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/conf_mask.h"

struct conf;
struct err;
struct mask_rules;

#define RULESETS_MAX 32		/* kinds that one run needs */

struct rulesets {
	struct conf *conf;
	const char *path[2];	/* the newest: shipped, of the site */
	size_t paths;
	const char *given;	/* instead of these, or NULL */
	struct {
		char hash[65];	/* "": the newest */
		char profiles[CONF_PROFILES_MAX];
		struct mask_rules *rules;	/* NULL: not at hand */
		struct buf table;	/* that rules lie in */
	} have[RULESETS_MAX];
	size_t n;
};

/* given: a file or folder, whose profiles are all in force; NULL: those that
 * sessions get now by the configuration.  *ret: rulesets_clear, in any
 * case. */
int rulesets_open(const char *config, const char *given, struct rulesets *ret,
    struct err *e);
void rulesets_clear(struct rulesets *s);

/* What a session of this role would be masked by now.  Borrowed. */
int rulesets_newest(struct rulesets *s, const char *role,
    struct mask_rules **ret, struct err *e);

/* The rules of this hash with these profiles: 1, 0 when they are not at hand.
 * Borrowed. */
int rulesets_of(struct rulesets *s, const char *hash, const char *profiles,
    struct mask_rules **ret, struct err *e);

/* A whole text with what r masks in it masked. */
int rulesets_mask(const struct mask_rules *r, const char *p, size_t n,
    struct buf *out, struct err *e);

#endif
