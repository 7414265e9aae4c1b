/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/authority.h"

#include <ctype.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"

static bool
name_char(char c)
{
	return isalnum((unsigned char)c) != 0 ||
	    (c != '\0' && strchr("_.:/@+-", c) != NULL);
}

/* Bit of the group of len bytes at s, added when it is new. */
static int
add_group(struct authority_expr *x, const char *s, size_t len, uint32_t *bit,
    struct err *e)
{
	size_t i;

	if (len == 0)
		return err_set(e, ERR_CONFIG, "a group is missing");
	if (len >= AUTHORITY_GROUP_MAX)
		return err_set(e, ERR_CONFIG, "group name too long");
	for (i = 0; i < x->groups; i++)
		if (strlen(x->group[i]) == len &&
		    memcmp(x->group[i], s, len) == 0)
			break;
	if (i == AUTHORITY_GROUPS)
		return err_set(e, ERR_CONFIG, "more than %d groups",
		    AUTHORITY_GROUPS);
	if (i == x->groups) {
		memcpy(x->group[i], s, len);
		x->group[i][len] = '\0';
		x->groups++;
	}
	*bit = UINT32_C(1) << i;
	return 0;
}

int
authority_parse(const char *text, struct authority_expr *ret, struct err *e)
{
	struct authority_expr x = { .groups = 0 };
	const char *s = text + strspn(text, " \t");
	uint32_t way = 0, bit = 0;

	if (s[0] == '*' && s[1 + strspn(s + 1, " \t")] == '\0') {
		x.anyone = true;
		*ret = x;
		return 0;
	}
	for (;;) {
		const char *end;

		s += strspn(s, " \t");
		for (end = s; name_char(*end); end++)
			;
		if (add_group(&x, s, (size_t)(end - s), &bit, e) < 0)
			return -1;
		way |= bit;
		s = end + strspn(end, " \t");
		if (*s != '&' && *s != ',' && *s != '\0')
			return err_set(e, ERR_CONFIG,
			    "unexpected '%c' in a group expression", *s);
		if (*s != '&') {
			if (x.ways == AUTHORITY_WAYS)
				return err_set(e, ERR_CONFIG,
				    "more than %d ways", AUTHORITY_WAYS);
			x.way[x.ways++] = way;
			way = 0;
		}
		if (*s++ == '\0')
			break;
	}
	*ret = x;
	return 0;
}

uint32_t
authority_match(const struct authority_expr *x, const char *const *group,
    size_t n)
{
	uint32_t has = 0;

	for (size_t i = 0; i < x->groups; i++)
		for (size_t k = 0; k < n; k++)
			if (strcmp(x->group[i], group[k]) == 0)
				has |= UINT32_C(1) << i;
	return has;
}

bool
authority_may_ask(const struct authority_expr *x, uint32_t has)
{
	if (x->anyone)
		return true;
	for (size_t i = 0; i < x->ways; i++)
		if ((has & x->way[i]) == x->way[i])
			return true;
	return false;
}

/* Votes for one way, and who covers which group of it. */
struct cover {
	const struct vote *vote[AUTHORITY_VOTES];
	size_t n;
	int by[AUTHORITY_GROUPS];	/* index of a vote, -1: nobody */
};

/* Give group g a person of its own, moving others (augmenting path). */
static bool
cover_group(struct cover *c, uint32_t way, unsigned g, uint64_t *tried)
{
	for (size_t v = 0; v < c->n; v++) {
		int old = -1;

		if ((*tried >> v & 1) != 0 || (c->vote[v]->has >> g & 1) == 0)
			continue;
		*tried |= UINT64_C(1) << v;
		for (int k = 0; k < AUTHORITY_GROUPS; k++)
			if (c->by[k] == (int)v)
				old = k;
		if (old < 0 || cover_group(c, way, (unsigned)old, tried)) {
			c->by[g] = (int)v;
			return true;
		}
	}
	return false;
}

/* How many persons this way still wants. */
static unsigned
missing_of(struct cover *c, uint32_t way, unsigned quorum)
{
	unsigned uncovered = 0;

	for (int g = 0; g < AUTHORITY_GROUPS; g++)
		c->by[g] = -1;
	for (unsigned g = 0; g < AUTHORITY_GROUPS; g++) {
		uint64_t tried = 0;

		if ((way >> g & 1) != 0 && !cover_group(c, way, g, &tried))
			uncovered++;
	}
	if (c->n < quorum && quorum - (unsigned)c->n > uncovered)
		return quorum - (unsigned)c->n;
	return uncovered;
}

static bool
counts(const char *requester, const struct vote *vote, size_t i)
{
	if (vote[i].has == 0 || strcmp(vote[i].who, requester) == 0)
		return false;
	for (size_t k = 0; k < i; k++)
		if (strcmp(vote[k].who, vote[i].who) == 0)
			return false;
	return true;
}

struct tally
authority_tally(const struct authority_expr *x, unsigned quorum,
    const char *requester, int64_t asked_us, const struct vote *vote,
    size_t n)
{
	struct tally t = { VERDICT_OPEN, 0, UINT32_MAX, asked_us };

	if (n > AUTHORITY_VOTES)
		n = AUTHORITY_VOTES;
	for (size_t i = 0; i < n; i++) {
		if (!counts(requester, vote, i))
			continue;
		if (!vote[i].approve) {
			t.verdict = VERDICT_DENIED;
			continue;
		}
		t.have++;
		if (vote[i].for_us < t.for_us)
			t.for_us = vote[i].for_us;
	}
	for (size_t w = 0; w < x->ways; w++) {
		struct cover c = { .n = 0 };
		unsigned missing;

		for (size_t i = 0; i < n; i++)
			if (vote[i].approve && (vote[i].has & x->way[w]) &&
			    counts(requester, vote, i))
				c.vote[c.n++] = &vote[i];
		missing = missing_of(&c, x->way[w], quorum);
		if (missing < t.missing)
			t.missing = missing;
	}
	if (t.verdict == VERDICT_OPEN && t.missing == 0 && t.for_us > 0)
		t.verdict = VERDICT_GRANTED;
	return t;
}

int
authority_may_decide(const struct choice *c, struct err *e)
{
	char asked[CLOCK_TEXT_MAX];

	if (strcmp(c->requester, c->decider) == 0)
		return err_set(e, ERR_DENIED,
		    "this is your own request: another person must decide");
	if (c->has == 0)
		return err_set(e, ERR_DENIED,
		    "you are not among the approvers of this role");
	if (c->now_us >= c->lapse_us)
		return err_set(e, ERR_CONFLICT, "the request has lapsed");
	if (c->approve && c->for_us > c->asked_us) {
		clock_duration_format(c->asked_us, asked);
		return err_set(e, ERR_USAGE,
		    "longer than asked: %s is the most", asked);
	}
	if (c->approve && c->for_us < 0)
		return err_set(e, ERR_USAGE, "no such length");
	return 0;
}
