/* SPDX-License-Identifier: BSD-2-Clause
 * map.h - may this person use this account of this host?
 * in: a verified identity, the account that was asked for, the rules of the
 * administrator; out: the rule that says yes, or the reason why none does
 *
 * Rules are tried in order, the first that fits both person and account
 * counts.  All comparisons are exact, byte for byte; there are no patterns.
 * A rule belongs to one issuer, since a sub is unique only there.
 *
 *	sub=SUBJECT ACCOUNT [privileged]
 *	email=ADDRESS ACCOUNT [privileged]	email_verified must be true
 *	claim:preferred_username		equals the account; or another
 *						claim, one for each issuer
 *	map					a line of the map file
 *
 * Map file, one line each, '#' to the end of a line is a comment:
 *
 *	ISSUER SUBJECT ACCOUNT [privileged]
 *
 * Fields are separated by blanks; within one, %20 is a blank, %23 a number
 * sign and %25 a per cent sign.  Several lines may name one person (several
 * accounts) or one account (several persons).  An account of uid 0 or below
 * min_uid is given only by a rule or line with the word privileged: never
 * because of what a provider lets people call themselves. */
#ifndef WARRANT_PAM_MODULE_MAP_H
#define WARRANT_PAM_MODULE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "pam_module/identity.h"

struct err;

#define MAP_ACCOUNT_MAX 32		/* characters of an account */
#define MAP_FILE_MAX (1024 * 1024)	/* bytes of a map file */

enum map_kind {
	MAP_NONE = 0,		/* fits nobody */
	MAP_SUB,
	MAP_EMAIL,
	MAP_USERNAME,		/* claim:NAME; identity.username has it */
	MAP_FILE
};

struct map_rule {
	enum map_kind kind;
	bool privileged;
	char issuer[IDENTITY_ISS_MAX + 1];
	char value[IDENTITY_TEXT_MAX + 1];	/* sub, address, claim */
	char account[MAP_ACCOUNT_MAX + 1];	/* with sub= and email= */
};

/* The account that somebody wants to be, as passwd(5) has it. */
struct map_account {
	const char *name;	/* user_name_ok (user.h), else denied */
	uid_t uid;
	uid_t min_uid;		/* below it: system accounts */
};

/* One rule in the words above.  -1 with *e (ERR_CONFIG). Pure. */
int map_rule_parse(const char *words, const char *issuer,
    struct map_rule *ret, struct err *e);

/* Is every line of a map file well-formed?  -1 with *e (ERR_CONFIG), which
 * names the line.  Pure. */
int map_file_check(const char *text, size_t n, struct err *e);

/* 0 when a rule gives a to id, *which (may be NULL) its number from 0;
 * -1 with *e set: ERR_DENIED, or ERR_CONFIG for a bad map file.  file: the
 * text of the map file, NULL when there is none.  Pure. */
int map_find(const struct map_rule *rules, size_t n_rules, const char *file,
    size_t file_len, const struct identity *id, const struct map_account *a,
    size_t *which, struct err *e);

#endif
