/* SPDX-License-Identifier: BSD-2-Clause
 * authority.h - who may ask for a role, and who may give it.
 * in: group expressions of warrant.conf(5), groups of persons, their votes
 * out: verdicts; every function here is pure
 *
 * An expression is ways separated by ',' (or); a way is groups joined by '&'
 * (and).  Of a person who asks, one way must hold whole.  Of approvals, a way
 * holds when each of its groups is covered by a person of its own - nobody
 * counts for two groups - and at least quorum different persons of its
 * groups said yes.  Persons are compared by their id (issuer and subject),
 * so a second account of the same person is the same person. */
#ifndef WARRANT_APPROVER_AUTHORITY_H
#define WARRANT_APPROVER_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define AUTHORITY_GROUP_MAX 128		/* bytes of a group's name and NUL */
#define AUTHORITY_GROUPS 16		/* different groups of an expression */
#define AUTHORITY_WAYS 16
#define AUTHORITY_VOTES 64		/* decisions on one request */
#define AUTHORITY_OPEN_MAX 3		/* open requests of one person */

struct authority_expr {
	char group[AUTHORITY_GROUPS][AUTHORITY_GROUP_MAX];
	size_t groups;
	uint32_t way[AUTHORITY_WAYS];	/* bit i: group[i] */
	size_t ways;
	bool anyone;			/* "*" */
};

/* Text to expression.  "*" alone is anyone.  -1 with *e (ERR_CONFIG) on an
 * empty group, a character other than letters, digits and _ . : / @ + -, or
 * over the bounds. */
int authority_parse(const char *text, struct authority_expr *ret,
    struct err *e);

/* Which groups of x are among the n given: bit i for group[i]. */
uint32_t authority_match(const struct authority_expr *x,
    const char *const *group, size_t n);

/* May somebody with these bits ask? */
bool authority_may_ask(const struct authority_expr *x, uint32_t has);

/* One decision that was made. */
struct vote {
	const char *who;	/* person */
	uint32_t has;		/* authority_match() when it was made */
	bool approve;
	int64_t for_us;		/* approved length */
};

enum verdict { VERDICT_OPEN, VERDICT_GRANTED, VERDICT_DENIED };

struct tally {
	enum verdict verdict;
	unsigned have;		/* persons who said yes and count */
	unsigned missing;	/* persons wanted still, on the shortest way */
	int64_t for_us;		/* shortest length any of them gave */
};

/* The state of a request by these votes.  A vote of the requester, and a
 * second one of the same person, never counts; one no of a person who counts
 * denies.  for_us is at most asked_us. */
struct tally authority_tally(const struct authority_expr *x, unsigned quorum,
    const char *requester, int64_t asked_us, const struct vote *vote,
    size_t n);

/* What is asked of authority_may_decide(). */
struct choice {
	const char *requester, *decider;	/* persons */
	uint32_t has;		/* authority_match() of the decider */
	bool approve;
	int64_t asked_us;	/* length asked for */
	int64_t for_us;		/* length given; 0: as asked */
	int64_t now_us, lapse_us;	/* wall clock; lapse is exclusive */
};

/* 0, or -1 with *e: ERR_DENIED own request or no approver of this role,
 * ERR_CONFLICT lapsed, ERR_USAGE longer than asked. */
int authority_may_decide(const struct choice *c, struct err *e);

#endif
