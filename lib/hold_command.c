/* SPDX-License-Identifier: BSD-2-Clause
 * hold_command.c - the commands of approver(1) on programs that wait. */
#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/command.h"
#include "lib/command_run.h"
#include "lib/err.h"
#include "lib/list.h"
#include "lib/table.h"

/* The words as they were typed, or the path while they are not known. */
static const char *
words_of(const json_t *h)
{
	const char *argv = list_str(h, "argv");

	return argv[0] == '\0' ? list_str(h, "exe") : argv;
}

int
hold_list(const struct run *r, const json_t *holds, const char **own,
    struct err *e)
{
	static const char *const heads[] = { "HELD", "WHO", "ROLE", "ON",
	    "<PROGRAM", "ASKED", "LAPSES", NULL };
	struct table *t = table_open(r->c->out, heads, e);
	const json_t *h;
	int rc = -1;
	size_t i;

	if (t == NULL)
		return -1;
	json_array_foreach(holds, i, h) {
		char text[3][LIST_TEXT_MAX];
		const char *cells[] = { list_id(list_str(h, "hold"),
		    text[0]), list_str(h, "name"), list_str(h, "role"),
		    list_str(h, "host"), words_of(h),
		    list_when(list_int(h, "asked_us"), r->now_us, text[1]),
		    list_when(list_int(h, "lapse_us"), r->now_us, text[2]) };

		if (json_is_true(json_object_get(h, "yours_to_decide")) &&
		    *own == NULL)
			*own = list_str(h, "hold");
		if (table_row(t, cells, TABLE_YELLOW, e) < 0)
			goto out;
	}
	rc = table_print(t, e);
out:
	table_close(t);
	return rc;
}

static void
print_hold(const struct run *r, const json_t *h)
{
	char when[2][LIST_TEXT_MAX], uids[64];
	FILE *out = r->c->out;

	list_fact(out, "held", list_str(h, "hold"));
	list_fact(out, "state", list_str(h, "state"));
	list_fact(out, "who", list_str(h, "name"));
	list_fact(out, "person", list_str(h, "person"));
	list_fact(out, "role", list_str(h, "role"));
	list_fact(out, "account", list_str(h, "account"));
	list_fact(out, "on", list_str(h, "host"));
	list_fact(out, "program", list_str(h, "exe"));
	list_fact(out, "words", list_str(h, "argv"));
	list_fact(out, "folder", list_str(h, "cwd"));
	(void)snprintf(uids, sizeof(uids), "uid %lld, runs as uid %lld",
	    (long long)list_int(h, "uid"), (long long)list_int(h, "euid"));
	list_fact(out, "rights", uids);
	list_fact(out, "rule", list_str(h, "rule"));
	list_fact(out, "says", list_str(h, "say"));
	list_fact(out, "session", list_str(h, "channel"));
	list_fact(out, "asked", list_when(list_int(h, "asked_us"), r->now_us,
	    when[0]));
	list_fact(out, "lapses", list_when(list_int(h, "lapse_us"), r->now_us,
	    when[1]));
	list_fact(out, "decided by", list_str(h, "approvers"));
}

/* The one hold that w->arg[0] names: owned by *answer. */
static const json_t *
find(const struct run *r, json_t **answer, struct err *e)
{
	if (check_id(r->w->arg[0], "h", e) < 0 || ask(r->fd, json_pack(
	    "{s:s, s:s}", "op", "holds", "hold", r->w->arg[0]), answer, e) <
	    0)
		return NULL;
	return json_array_get(json_object_get(*answer, "holds"), 0);
}

int
hold_show(const struct run *r, struct err *e)
{
	json_t *answer = NULL;
	const json_t *h = find(r, &answer, e);
	char id[LIST_TEXT_MAX];
	int rc = 0;

	if (h == NULL)
		return -1;
	if (wants_json(r)) {
		rc = list_json(r->c->out, h, e);
	} else {
		print_hold(r, h);
		if (json_is_true(json_object_get(h, "yours_to_decide")))
			(void)fprintf(r->c->out, "\nNext: %s approve %s, or: "
			    "%s deny %s -m WHY\n", r->c->name, list_id(
			    list_str(h, "hold"), id), r->c->name, id);
	}
	json_decref(answer);
	return rc;
}

static int
decide(const struct run *r, const json_t *h, const char *verdict,
    const char *done, struct err *e)
{
	json_t *answer = NULL;
	int64_t more;
	int rc = 0;

	if (ask(r->fd, json_pack("{s:s, s:s, s:s, s:s*}", "op",
	    "hold.decide", "hold", list_str(h, "hold"), "verdict", verdict,
	    "message", words_value(r->w, "message")), &answer, e) < 0)
		return -1;
	more = list_int(answer, "missing");
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else if (more == 0)
		(void)fprintf(r->c->out, "%s %s.\n", done,
		    list_str(answer, "hold"));
	json_decref(answer);
	if (rc == 0 && more > 0)
		return err_set(e, ERR_PENDING, "your approval is kept; %d "
		    "more wanted", (int)more);
	return rc;
}

int
hold_approve(const struct run *r, struct err *e)
{
	bool session = words_value(r->w, "session") != NULL;
	json_t *answer = NULL;
	const json_t *h;
	int rc = -1;

	if (words_value(r->w, "for") != NULL)
		return err_set(e, ERR_USAGE, "a program is approved once, or "
		    "with --session as often as it is asked there: not --for "
		    "a length");
	h = find(r, &answer, e);
	if (h == NULL)
		return -1;
	if (words_value(r->w, "yes") == NULL) {
		if (r->c->in == NULL || !r->c->tty) {
			(void)err_set(e, ERR_USAGE, "no terminal to ask for "
			    "a yes: give -y");
			goto out;
		}
		print_hold(r, h);
		if (!command_confirm(r->c, session ? "Let it start, now and "
		    "again in this session?" : "Let it start?")) {
			(void)err_set(e, ERR_USAGE, "nothing was decided");
			goto out;
		}
	}
	rc = decide(r, h, session ? "session" : "once", "Approved", e);
out:
	json_decref(answer);
	return rc;
}

int
hold_deny(const struct run *r, struct err *e)
{
	json_t *answer = NULL;
	const json_t *h = find(r, &answer, e);
	int rc = h == NULL ? -1 : decide(r, h, "deny", "Denied", e);

	json_decref(answer);
	return rc;
}
