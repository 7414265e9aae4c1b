/* SPDX-License-Identifier: BSD-2-Clause
 * lock_command.c - approver(1) lock and unlock. */
#include <stdio.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/command.h"
#include "lib/command_run.h"
#include "lib/err.h"
#include "lib/list.h"
#include "lib/visible.h"
#include "lib/words.h"

#define CELL 512

/* Who is locked out. */
static int
list_locks(const struct run *r, struct err *e)
{
	const json_t *locks, *k;
	json_t *answer = NULL;
	char name[CELL], by[CELL], text[CELL], when[CLOCK_TEXT_MAX];
	size_t i;
	int rc = 0;

	if (ask(r->fd, json_pack("{s:s}", "op", "locks"), &answer, e) < 0)
		return -1;
	locks = json_object_get(answer, "locks");
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else if (json_array_size(locks) == 0)
		(void)fprintf(r->c->out, "Nobody is locked out.\n");
	else
		json_array_foreach(locks, i, k) {
			clock_format(list_int(k, "at_us"), when);
			(void)fprintf(r->c->out, "%s  %s, by %s, %s: %s\n",
			    list_str(k, "person"), visible(list_str(k,
			    "name"), name, sizeof(name)), visible(list_str(k,
			    "by_name"), by, sizeof(by)), when,
			    visible(list_str(k, "message"), text,
			    sizeof(text)));
		}
	if (rc == 0 && !wants_json(r) &&
	    json_is_true(json_object_get(answer, "more")))
		(void)fprintf(r->c->out, "and more\n");
	json_decref(answer);
	return rc;
}

static int
change(const struct run *r, const char *op, struct err *e)
{
	const char *message = words_value(r->w, "message");
	json_t *answer = NULL;
	char name[CELL];
	int rc = 0;

	if (message == NULL)
		return err_set(e, ERR_USAGE, "say why: %s PERSON -m TEXT",
		    op);
	if (ask(r->fd, json_pack("{s:s, s:s, s:s}", "op", op, "person",
	    r->w->arg[0], "message", message), &answer, e) < 0)
		return -1;
	(void)visible(list_str(answer, "name"), name, sizeof(name));
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else if (json_object_get(answer, "ended") != NULL)
		(void)fprintf(r->c->out, "Locked out %s (%s); connections "
		    "ended: %d.\n", name, list_str(answer, "person"),
		    (int)list_int(answer, "ended"));
	else
		(void)fprintf(r->c->out, "Unlocked %s (%s): what was revoked "
		    "must be asked for anew.\n", name, list_str(answer,
		    "person"));
	json_decref(answer);
	return rc;
}

int
lock_person(const struct run *r, struct err *e)
{
	return r->w->args == 0 ? list_locks(r, e) : change(r, "lock", e);
}

int
unlock_person(const struct run *r, struct err *e)
{
	return change(r, "unlock", e);
}
