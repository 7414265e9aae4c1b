/* SPDX-License-Identifier: BSD-2-Clause
 * command_run.h - one run of a command of command.h, for its parts.
 * in: parsed words, a link to the ledger; out: text, an exit status */
#ifndef WARRANT_LIB_COMMAND_RUN_H
#define WARRANT_LIB_COMMAND_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct command;
struct err;
struct words;

struct run {
	const struct command *c;
	const struct words *w;
	int fd;			/* to the ledger */
	int64_t now_us;
};

/* Was --json given? */
bool wants_json(const struct run *r);

/* Is it an id, whole or its beginning, of one of these kinds?  ERR_USAGE. */
int check_id(const char *id, const char *kinds, struct err *e);

/* ---- session_command.c: what runs now (ids s-...) --------------------- */

int session_list(const struct run *r, struct err *e);
int session_kill(const struct run *r, struct err *e);

/* Hands the recording that grows to warrant-replay(1). */
int session_watch(const struct run *r, struct err *e);

/* ---- review_command.c: exceptions ------------------------------------- */

int review_explain(const struct run *r, struct err *e);

/* ---- lock_command.c: persons who are locked out ----------------------- */

int lock_person(const struct run *r, struct err *e);
int unlock_person(const struct run *r, struct err *e);

/* ---- hold_command.c: programs that wait for a word (ids h-...) -------- */

/* The table of ls; *own is set to the first that the reader may decide. */
int hold_list(const struct run *r, const json_t *holds, const char **own,
    struct err *e);

/* show, approve [--session], deny of w->arg[0].  0, or -1 with *e. */
int hold_show(const struct run *r, struct err *e);
int hold_approve(const struct run *r, struct err *e);
int hold_deny(const struct run *r, struct err *e);

#endif
