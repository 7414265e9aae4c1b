/* SPDX-License-Identifier: BSD-2-Clause
 * doctor.h - does sshd with its PAM stack lead everybody into a recorded
 * session, and the break-glass group out of any trouble?
 * in: what `sshd -T` prints, the lines of a PAM stack; out: findings, each
 * with the line to change
 *
 * Pure: no file, no process.  Sources: sshd_config(5), pam.conf(5), and the
 * ways around a recorder that the session tests try. */
#ifndef WARRANT_PAM_MODULE_DOCTOR_H
#define WARRANT_PAM_MODULE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define DOCTOR_FINDINGS 64
#define DOCTOR_TEXT 256
#define DOCTOR_ENTRIES 256	/* lines of a PAM stack */

enum doctor_level { DOCTOR_WARNING = 1, DOCTOR_ERROR };

struct finding {
	enum doctor_level level;
	char where[DOCTOR_TEXT];	/* a file, or "sshd" */
	char what[DOCTOR_TEXT];
	char fix[DOCTOR_TEXT];		/* the line as it should be */
};

struct findings {
	struct finding f[DOCTOR_FINDINGS];
	size_t n;
	bool cut;		/* there were more */
};

/* Add one; all texts are cut to size. */
void doctor_add(struct findings *to, enum doctor_level level,
    const char *where, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* What the settings must agree with. */
struct doctor_want {
	const char *shell;	/* path of warrant-shell */
	int64_t wait_s;		/* [login] wait */
};

/* text: lines "keyword value", as sshd -T prints them. */
void doctor_sshd(const char *text, const struct doctor_want *want,
    struct findings *to);

/* The value of a keyword (lower case) in that text, "" when there is none;
 * cut to size. */
void doctor_sshd_value(const char *text, const char *key, char *ret,
    size_t size);

/* One line of a stack. */
struct pam_entry {
	char type[12];		/* auth account session password */
	char control[128];	/* required, or [success=1 default=ignore] */
	char module[128];	/* as written */
	char args[512];
	char where[128];	/* FILE:LINE */
};

struct pam_stack {
	struct pam_entry e[DOCTOR_ENTRIES];
	size_t n;
};

enum pam_line {
	PAM_LINE_NONE = 0,	/* empty, a comment */
	PAM_LINE_ENTRY,
	PAM_LINE_INCLUDE	/* module is the file; type "" for all types */
};

/* One logical line; -1 with *e (ERR_INPUT) when it is no line of pam.conf(5).
 * ret->where is the caller's. */
int doctor_pam_line(const char *line, struct pam_entry *ret, struct err *e);

void doctor_pam(const struct pam_stack *s, struct findings *to);

/* The entry that lets the break-glass group pass by the module, or NULL. */
const struct pam_entry *doctor_breakglass(const struct pam_stack *s);

/* Is this the module of that name ("pam_env"), whatever its folder? */
bool doctor_is_module(const struct pam_entry *p, const char *name);

#endif
