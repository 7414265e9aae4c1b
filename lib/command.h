/* SPDX-License-Identifier: BSD-2-Clause
 * command.h - the commands of approver(1), also a built-in of the lobby.
 * in: words; a link to the ledger; streams; out: an exit status
 *
 * It lives here because two programs are it: approver and warrant-shell. */
#ifndef WARRANT_LIB_COMMAND_H
#define WARRANT_LIB_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/words.h"

struct err;

extern const struct words_command command_table[];

struct command {
	FILE *in;		/* answers to questions, NULL: ask nothing */
	FILE *out, *err;
	const char *socket;	/* path, NULL: the one of this host */
	const char *name;	/* as the reader types it: "approver" */
	bool tty;		/* a person reads and types */
	bool may_exec;		/* other programs may be started */
};

/* Run the n words (none: ls).  The exit status: 0, or that of the error,
 * which was printed to c->err: 2 usage, 3 decided meanwhile, 69 no daemon,
 * 75 wants more approvals still, 77 not allowed. */
int command_run(const struct command *c, size_t n, char *const *word);

/* Print "NAME: text" and return the exit status of *e. */
int command_fail(const struct command *c, const struct err *e);

/* Ask "question [y/N] " on c->out; true for yes.  False without c->in. */
bool command_confirm(const struct command *c, const char *question);

/* One line a command of the table. */
void command_usage(const struct words_command *table, const char *name,
    FILE *out);

#endif
