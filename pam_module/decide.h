/* SPDX-License-Identifier: BSD-2-Clause
 * decide.h - allow, lobby or deny: the verdict on a login.
 * in: who, as which account, by which grant, on which terms, when
 * out: a verdict, its reason, what the person is told
 *
 * A function of its arguments.  Zero is deny; a caller that has not decided
 * has denied. */
#ifndef WARRANT_PAM_MODULE_DECIDE_H
#define WARRANT_PAM_MODULE_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

struct identity;

enum verdict {
	VERDICT_DENY = 0,
	VERDICT_LOBBY,		/* built-ins only: ask, wait, approve */
	VERDICT_ALLOW
};

enum decide_reason {
	DECIDE_NO_IDENTITY = 0,	/* no verified token */
	DECIDE_NOT_MAPPED,	/* the account is not this person's */
	DECIDE_STALE,		/* the sign-in is too long ago for this login */
	DECIDE_CANNOT_RECORD,	/* nothing may happen unrecorded */
	DECIDE_UNKNOWN_GRANT,	/* the ledger did not answer */
	DECIDE_NO_GRANT,
	DECIDE_NOT_YET,		/* the grant begins later */
	DECIDE_OVER,		/* the grant has ended */
	DECIDE_OTHER_PERSON,	/* the grant is somebody else's */
	DECIDE_GRANT,		/* a grant covers this moment */
	DECIDE_REASONS		/* how many there are */
};

/* What the ledger says of this person and account. */
enum decide_grant_state {
	DECIDE_GRANT_UNKNOWN = 0,	/* no answer: store, daemon, socket */
	DECIDE_GRANT_NONE,
	DECIDE_GRANT_FOUND
};

struct decide_grant {
	enum decide_grant_state state;
	char iss[513];		/* whom it was given to */
	char sub[256];
	char account[33];
	int64_t from_us;	/* first microsecond covered */
	int64_t until_us;	/* first microsecond no longer covered */
	bool revoked;
};

/* What a person without a grant gets (warrant.conf, no_grant). */
enum decide_no_grant {
	DECIDE_NO_GRANT_DENY = 0,
	DECIDE_NO_GRANT_LOBBY
};

struct decide_terms {
	enum decide_no_grant no_grant;
	bool can_record;	/* recorder, disk and key are there */
	int64_t signed_in_us;	/* when the token was verified */
	int64_t login_max_us;	/* how long that is good for; 10 min */
};

struct decision {
	enum verdict verdict;
	enum decide_reason reason;
};

/* id == NULL, or with an empty iss or sub: nobody.  mapped: map_find said
 * yes for this account.  Half-open: a grant ends at until_us.  Pure. */
struct decision decide(const struct identity *id, const char *account,
    bool mapped, const struct decide_grant *g, const struct decide_terms *t,
    int64_t now_us);

/* For the log and --json: "no-grant".  Pure. */
const char *decide_reason_name(enum decide_reason r);

/* For the person, one line without a value from outside.  Who was not
 * identified is not told why.  Pure. */
const char *decide_text(struct decision d);

#endif
