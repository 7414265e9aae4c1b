/* SPDX-License-Identifier: BSD-2-Clause
 * reviews.c - exceptions, explained by somebody else. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"

static bool
approves_something(const struct turn *t)
{
	const struct policy *p = &t->l->policy;

	for (size_t i = 0; i < p->roles; i++)
		if (peer_match(t->who, &p->role[i].approve) != 0)
			return true;
	return false;
}

int
verb_explain(struct turn *t, json_t **answer, struct err *e)
{
	int64_t seq = turn_int(t, "event");

	if (!approves_something(t))
		return err_set(e, ERR_DENIED, "exceptions are explained by "
		    "those who approve a role: you approve none");
	if (book_add_review(t->l->book, seq, t->who->person,
	    turn_str(t, "message"), e) < 0)
		return -1;
	*answer = json_pack("{s:b, s:I}", "ok", 1, "event", (json_int_t)seq);
	return 0;
}
