/* SPDX-License-Identifier: BSD-2-Clause
 * maskrules.h - rule files and tables, loaded and checked.
 * in: paths of warrant-mask.conf(5) files; out: what mask_new takes */
#ifndef WARRANT_RECORDER_MASK_MASKRULES_H
#define WARRANT_RECORDER_MASK_MASKRULES_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct mask_rules;

/* Load rules: from their table (table.h) if there is one in the folder
 * tables (NULL: none) or the usual ones, else as mask_rules_compile does. */
int mask_rules_load(const char *const *paths, size_t n, const char *profiles,
    const char *tables, struct mask_rules **ret, struct err *e);

/* Load rules from text.  Each path is a rule file or a folder (its *.rules in
 * name order).  profiles is a comma separated list, "all", or NULL for the
 * default of the files.  The tests in them are run.  0 with *ret owned by the
 * caller, -1 with *e (ERR_CONFIG "file:line:column: rule ID: why"). */
int mask_rules_compile(const char *const *paths, size_t n,
    const char *profiles, struct mask_rules **ret, struct err *e);

/* As mask_rules_compile from one text in memory. */
int mask_rules_text(const char *name, const char *text, size_t n,
    const char *profiles, struct mask_rules **ret, struct err *e);

/* From a table (table.h) in memory that outlives *ret and is aligned as by
 * malloc.  ERR_INPUT when it is none of this build. */
int mask_rules_table(const void *table, size_t n, struct mask_rules **ret,
    struct err *e);

void mask_rules_free(struct mask_rules *r);

/* SHA-256 of the rules' text as 64 hexadecimal digits. */
const char *mask_rules_hash(const struct mask_rules *r);

/* The profiles in force, comma separated. */
const char *mask_rules_profiles(const struct mask_rules *r);

/* Run every inline test; *ran counts them.  -1 with *e naming the first
 * that fails. */
int mask_rules_test(const struct mask_rules *r, size_t *ran, struct err *e);

/* One rule for a listing: false behind the last. */
struct mask_rule_info {
	const char *id, *tag;
	char profiles[128];	/* comma separated */
	const char *action;	/* "mask", "log", "off" */
	int keep_head, keep_tail;	/* characters it lets stand */
	bool enabled;		/* by the profiles in force */
};
bool mask_rules_info(const struct mask_rules *r, size_t i,
    struct mask_rule_info *ret);

/* Size of the automaton: states, bytes. */
void mask_rules_size(const struct mask_rules *r, size_t *states,
    size_t *bytes);

#endif
