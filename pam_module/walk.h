/* SPDX-License-Identifier: BSD-2-Clause
 * walk.h - how a PAM stack comes to its answer.
 * in: the control of each line (pam.conf(5)) and what its module answered
 * out: the lines that are passed over, and the answer of the whole
 *
 * As Linux-PAM 1.5 does it (libpam/pam_dispatch.c); a test walks random stacks
 * beside libpam itself. */
#ifndef WARRANT_PAM_MODULE_WALK_H
#define WARRANT_PAM_MODULE_WALK_H

struct err;

/* All zeros at the begin of a phase. */
struct walk {
	int impression;		/* 0 none yet, 1 good, -1 bad */
	int status;		/* a PAM code, with an impression */
};

#define WALK_END (-1)

/* Take the answer (a PAM code) of the line with this control: how many lines
 * behind it are passed over, or WALK_END.  -2 with *e (ERR_INPUT) for a
 * control that is none.  *did: "ok", "bad", "ignore", ... for people.  Pure. */
int walk_step(struct walk *w, const char *control, int answer,
    const char **did, struct err *e);

/* The PAM code of the whole. */
int walk_result(const struct walk *w);

/* The word of pam.conf(5) for a PAM code: "success", "auth_err". */
const char *walk_word(int code);

#endif
