/* SPDX-License-Identifier: BSD-2-Clause
 * words.h - a command of words and options, as approver and the lobby take it.
 * in: the words of argv, or a line (typed, or joined by ssh); a table of
 * commands; out: which command, its arguments, its options
 *
 * ssh joins the words of a remote command and loses the quotes around them.
 * So an option of kind WORDS_TEXT (--reason, -m) takes every word up to the
 * next one that looks like an option: one that begins with "--" and has no
 * blank in it, or a short option of the same command.  One pair of quotes
 * around the whole text is taken off.  A word "--" ends the options. */
#ifndef WARRANT_LIB_WORDS_H
#define WARRANT_LIB_WORDS_H

#include <stddef.h>

struct err;

#define WORDS_MAX 256		/* words of one line */
#define WORDS_LINE_MAX 4096	/* bytes of one line */
#define WORDS_ARGS 16		/* arguments of one command */
#define WORDS_OPTIONS 8		/* options of one command */

enum words_kind {
	WORDS_FLAG,	/* --json */
	WORDS_VALUE,	/* --for 2h, --for=2h */
	WORDS_TEXT	/* --reason fix the lag */
};

struct words_option {
	const char *name;	/* without the dashes */
	char letter;		/* 0: none */
	enum words_kind kind;
};

/* A table of these ends with verb == NULL. */
struct words_command {
	const char *verb;
	size_t min, max;	/* arguments */
	const char *usage;	/* what follows the verb */
	const char *about;	/* one line */
	struct words_option options[WORDS_OPTIONS];	/* NULL name ends */
};

struct words {
	const struct words_command *command;
	const char *arg[WORDS_ARGS];	/* borrowed from the words given */
	size_t args;
	const char *value[WORDS_OPTIONS];	/* "" of a flag; NULL: absent */
	char room[2 * WORDS_LINE_MAX];	/* what value points into */
	size_t used;
};

/* Split at blanks and tabs; no quotes, no escapes, so that an apostrophe in a
 * reason is nothing special.  room (of size bytes) is where the words go.
 * The count (ret[count] is NULL), or -1 with *e: ERR_USAGE when the line is
 * too long, has too many words or a control character.  Pure. */
int words_split(const char *line, char *room, size_t size,
    char *ret[WORDS_MAX + 1], struct err *e);

/* Parse n words, the first being a verb of the table.  *ret is filled and
 * points into the words and into itself: do not copy it.  -1 with *e
 * (ERR_USAGE), whose text names the usage.  Pure. */
int words_parse(const struct words_command *table, size_t n,
    char *const *word, struct words *ret, struct err *e);

/* The command of this verb, or NULL.  Pure. */
const struct words_command *words_find(const struct words_command *table,
    const char *verb);

/* The value of an option, NULL when absent.  Pure. */
const char *words_value(const struct words *w, const char *name);

#endif
