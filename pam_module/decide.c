/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/decide.h"

#include <stddef.h>
#include <string.h>

#include "pam_module/identity.h"
#include "pam_module/token.h"

static const struct {
	const char *name;
	const char *text;	/* to the person when it denies */
	const char *lobby;	/* to the person in the lobby, or NULL */
} reasons[DECIDE_REASONS] = {
	[DECIDE_NO_IDENTITY] = { "no-identity", TOKEN_TEXT, NULL },
	[DECIDE_NOT_MAPPED] = { "not-mapped", TOKEN_TEXT, NULL },
	[DECIDE_STALE] = { "stale", "your sign-in is too long ago: log in "
	    "again", NULL },
	[DECIDE_CANNOT_RECORD] = { "cannot-record", "this host cannot record "
	    "sessions now, so that none may begin: tell its administrator",
	    NULL },
	[DECIDE_UNKNOWN_GRANT] = { "unknown-grant", "grants cannot be looked "
	    "up now: try again, or tell the administrator of this host",
	    NULL },
	[DECIDE_NO_GRANT] = { "no-grant", "no grant covers this account: ask "
	    "for one", "no grant covers this account yet: ask for one here" },
	[DECIDE_NOT_YET] = { "not-yet", "your grant has not begun",
	    "your grant has not begun" },
	[DECIDE_OVER] = { "over", "your grant has ended: ask for another",
	    "your grant has ended: ask for another here" },
	[DECIDE_OTHER_PERSON] = { "other-person", "no grant covers this "
	    "account: ask for one", NULL },
	[DECIDE_GRANT] = { "grant", "", NULL },
};

/* NO_GRANT and its kin: a door to ask at, if the host has one. */
static struct decision
without_grant(enum decide_reason why, const struct decide_terms *t)
{
	return (struct decision){
		t->no_grant == DECIDE_NO_GRANT_LOBBY ? VERDICT_LOBBY :
		    VERDICT_DENY, why };
}

static bool
same_person(const struct decide_grant *g, const struct identity *id,
    const char *account)
{
	return strcmp(g->iss, id->iss) == 0 && strcmp(g->sub, id->sub) == 0 &&
	    strcmp(g->account, account) == 0;
}

struct decision
decide(const struct identity *id, const char *account, bool mapped,
    const struct decide_grant *g, const struct decide_terms *t,
    int64_t now_us)
{
	const struct decision no = { VERDICT_DENY, DECIDE_NO_IDENTITY };

	if (id == NULL || id->iss[0] == '\0' || id->sub[0] == '\0')
		return no;
	if (!mapped || account[0] == '\0')
		return (struct decision){ VERDICT_DENY, DECIDE_NOT_MAPPED };
	if (t->signed_in_us > now_us ||
	    now_us - t->signed_in_us >= t->login_max_us)
		return (struct decision){ VERDICT_DENY, DECIDE_STALE };
	if (!t->can_record)
		return (struct decision){ VERDICT_DENY, DECIDE_CANNOT_RECORD };
	if (g == NULL || g->state == DECIDE_GRANT_UNKNOWN)
		return (struct decision){ VERDICT_DENY, DECIDE_UNKNOWN_GRANT };
	if (g->state == DECIDE_GRANT_NONE)
		return without_grant(DECIDE_NO_GRANT, t);
	if (!same_person(g, id, account)) /* a mistake of the ledger's */
		return (struct decision){ VERDICT_DENY, DECIDE_OTHER_PERSON };
	if (g->revoked || now_us >= g->until_us)
		return without_grant(DECIDE_OVER, t);
	if (now_us < g->from_us)
		return without_grant(DECIDE_NOT_YET, t);
	return (struct decision){ VERDICT_ALLOW, DECIDE_GRANT };
}

const char *
decide_reason_name(enum decide_reason r)
{
	if ((unsigned)r >= DECIDE_REASONS)
		return "unknown";
	return reasons[r].name;
}

const char *
decide_text(struct decision d)
{
	if ((unsigned)d.reason >= DECIDE_REASONS)
		return TOKEN_TEXT;
	if (d.verdict == VERDICT_LOBBY && reasons[d.reason].lobby != NULL)
		return reasons[d.reason].lobby;
	return reasons[d.reason].text;
}
