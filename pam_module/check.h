/* SPDX-License-Identifier: BSD-2-Clause
 * check.h - warrant-check(8): would this login be let in, and why?
 * in: argv of a sub-command; out: its exit status
 *
 * A sub-command is one file check_NAME.c and one row of the table in
 * check.c.  It may print: each is a main of its own. */
#ifndef WARRANT_PAM_MODULE_CHECK_H
#define WARRANT_PAM_MODULE_CHECK_H

enum {
	CHECK_YES = 0,		/* accepted, nothing found */
	CHECK_NO = 1,		/* rejected, something found */
	CHECK_USAGE = 2,
	CHECK_UNREADABLE = 78	/* what it was to judge cannot be read */
};

struct err;
struct pam_stack;

/* argv[0] is the name of the sub-command. */
int check_login(int argc, char **argv);
int check_token(int argc, char **argv);
int check_sshd(int argc, char **argv);

/* The lines of a file below /etc/pam.d and of all it includes, in order.  -1
 * with *e. */
int check_stack(const char *path, struct pam_stack *s, struct err *e);

/* "warrant-check: " and the words to standard error; returns status. */
int check_fail(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
