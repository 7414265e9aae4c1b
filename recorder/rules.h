/* SPDX-License-Identifier: BSD-2-Clause
 * rules.h - may this program start?
 * in: a table of rules from the monitor (gate.start), facts of one execve
 * out: the first rule that fits; none means log
 *
 * Evaluated twice for each execve: on what the caller asks for, and again on
 * what the kernel really started (rules_second).  A rule on a name below the
 * privilege boundary is a guard rail: a copy of the file has another name. */
#ifndef WARRANT_RECORDER_RULES_H
#define WARRANT_RECORDER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

struct err;

#define RULES_MAX 256
#define RULE_WORDS_MAX 16
#define RULE_TEXT_MAX 200

#define RULE_WAIT_US (INT64_C(600) * 1000000)	/* when it says none */

enum rule_action {
	RULE_DENY = 0,
	RULE_HOLD,	/* until somebody has decided on it */
	RULE_LOG
};

struct rule {
	enum rule_action action;
	char *exe;	/* pattern; NULL: any program */
	char *words[RULE_WORDS_MAX];	/* patterns for argv[1], argv[2] ... */
	size_t nwords;
	int rest;	/* any further words are fine ("..." was last) */
	int any_words;	/* no argv given: words do not matter */
	long long euid;	/* -1: any */
	int64_t wait_us;	/* of a hold: no decision by then is a no */
	char *name;	/* of its section in warrant.conf(5); NULL: none */
	char *text;	/* shown to the person; NULL: none */
};

struct rules {
	struct rule *rule;
	size_t n;
};

struct rule_facts {
	const char *exe;	/* path of the file, as it is really named */
	const char *argv;	/* block of words, argv.h */
	size_t argv_len;
	uid_t euid;		/* the effective user id of the program */
	dev_t dev;		/* the file: for rules_second alone */
	ino_t ino;
	const char *path;	/* as execve(2) was given it: AT_EXECFN of
				 * getauxval(3) for what runs; "" unknown */
};

/* Array of objects {do: "log"|"deny"|"hold", exe?, argv? [..], euid?, wait_us?,
 * name?, text?}; an unknown key or a wrong type is ERR_INPUT.  exe with a slash is matched
 * against the path, else against the base name; patterns as fnmatch(3)
 * without flags, a word at a time.  *ret: rules_clear. */
int rules_parse(const json_t *j, struct rules *ret, struct err *e);
void rules_clear(struct rules *r);

/* The first rule that fits, or NULL.  Pure. */
const struct rule *rules_find(const struct rules *r,
    const struct rule_facts *f);

/* Does any rule refuse or hold?  If none does, what runs need not be looked
 * at a second time. */
bool rules_enforce(const struct rules *r);

/* May the program that the kernel has started, `is`, run, when `asked` is
 * what the caller showed before?  Without approval: if no rule refuses or
 * holds what it is.  Approved: if it is what was approved, file for file and
 * word for word, or the interpreter of that script.  Else *why says what is
 * wrong.  Pure. */
bool rules_second(const struct rules *r, bool approved,
    const struct rule_facts *asked, const struct rule_facts *is,
    const char **why);

#endif
