/* SPDX-License-Identifier: BSD-2-Clause
 * check_login.h - a folder of sockets as it would be with something down.
 * in: the real folder, the trouble; out: a folder of our own
 *
 * What is not in trouble is the real thing, reached by a link; what is, is
 * answered as warrantd answers then, or by nobody. */
#ifndef WARRANT_PAM_MODULE_CHECK_LOGIN_H
#define WARRANT_PAM_MODULE_CHECK_LOGIN_H

#include <stdbool.h>

#include <sys/types.h>

struct err;

#define TROUBLE_PATH_MAX 64

struct trouble {
	char folder[TROUBLE_PATH_MAX];	/* "": none was asked for */
	pid_t server;		/* answers for who is in trouble; 0: nobody */
};

/* The words of --as-if, for usage. */
#define TROUBLE_WORDS "no-idp|no-daemon|no-store|no-grant|disk-full"

/* 0; -1 with *e, ERR_USAGE for a word that is none. */
int trouble_make(const char *word, const char *rundir, bool lobby,
    struct trouble *ret, struct err *e);

/* End the server, remove the folder. */
void trouble_end(struct trouble *t);

#endif
