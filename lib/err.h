/* SPDX-License-Identifier: BSD-2-Clause
 * err.h - why something failed.
 * in: the place that knows the cause; out: the one caller that can act
 *
 * A function that can fail takes a struct err owned by its caller, sets it
 * once and returns -1.  Nothing below a main or a pam_sm_ function logs. */
#ifndef WARRANT_LIB_ERR_H
#define WARRANT_LIB_ERR_H

#define ERR_TEXT_MAX 512

/* What kind of failure: decides exit codes and PAM codes, never the wording.
 * ERR_NONE is zero so that an untouched struct err is no error. */
enum err_code {
	ERR_NONE = 0,
	ERR_USAGE,		/* the caller's words are wrong: exit 2 */
	ERR_CONFIG,		/* configuration unreadable or wrong: exit 78 */
	ERR_INPUT,		/* bytes from outside are malformed */
	ERR_DENIED,		/* a security decision said no: exit 77 */
	ERR_PENDING,		/* a human has still to decide: exit 75 */
	ERR_CANNOT_RECORD,	/* nothing may be shown unrecorded: exit 76 */
	ERR_NOT_FOUND,
	ERR_CONFLICT,		/* decided meanwhile, used already */
	ERR_TIMEOUT,
	ERR_UNAVAILABLE,	/* a daemon or provider does not answer */
	ERR_LIMIT,		/* over a stated bound */
	ERR_CRYPTO,		/* a signature or digest does not hold */
	ERR_SYSTEM,		/* errno is in the text */
	ERR_MEMORY
};

struct err {
	enum err_code code;
	char text[ERR_TEXT_MAX];	/* one line, no control characters */
};

/* Set e (NULL is allowed) and return -1.  Control characters in the result
 * are replaced by '?', so text from outside cannot forge a log line. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set with ERR_SYSTEM and ": strerror(errno)" added. */
int err_sys(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "prefix: " in front of what e says already; returns -1. */
int err_prefix(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* sysexits-like exit status of a code, see the table in warrant(7). */
int err_exit_status(enum err_code code);

/* Stable lower-case name of a code, for --json. */
const char *err_code_name(enum err_code code);

/* The code of such a name; ERR_UNAVAILABLE for one we do not know. */
enum err_code err_code_of(const char *name);

#endif
