/* SPDX-License-Identifier: BSD-2-Clause
 * review_command.c - approver(1) explain. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/ask.h"
#include "lib/command.h"
#include "lib/command_run.h"
#include "lib/err.h"
#include "lib/list.h"
#include "lib/words.h"

int
review_explain(const struct run *r, struct err *e)
{
	const char *message = words_value(r->w, "message");
	const char *text = r->w->arg[0];
	json_t *answer = NULL;
	long long seq;
	char *end;
	int rc = 0;

	errno = 0;
	seq = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || seq < 0)
		return err_set(e, ERR_USAGE, "%.40s: no number of an event: "
		    "warrant-report exceptions lists them", text);
	if (message == NULL)
		return err_set(e, ERR_USAGE, "say what it was: explain EVENT "
		    "-m TEXT");
	if (ask(r->fd, json_pack("{s:s, s:I, s:s}", "op", "explain", "event",
	    (json_int_t)seq, "message", message), &answer, e) < 0)
		return -1;
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else
		(void)fprintf(r->c->out, "Explained event %lld.\n", seq);
	json_decref(answer);
	return rc;
}
