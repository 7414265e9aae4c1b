/* SPDX-License-Identifier: BSD-2-Clause
 * account.h - which account is asked for, from where, and is it enrolled?
 * in: the items of a PAM transaction, passwd(5), group(5), warrant.conf(5)
 * out: struct account */
#ifndef WARRANT_PAM_MODULE_ACCOUNT_H
#define WARRANT_PAM_MODULE_ACCOUNT_H

#include <security/pam_modules.h>

#include "lib/user.h"

struct conf;
struct err;

#define ACCOUNT_HOST_MAX 256

struct account {
	struct user user;
	const char *rhost;	/* "" for a local login; borrowed from PAM */
	const char *service;	/* borrowed from PAM */
	const char *tty;	/* "" when there is none; borrowed from PAM */
	char host[ACCOUNT_HOST_MAX];	/* this host's name */
};

/* -1 with *e set: ERR_DENIED for an account that does not exist, has a name
 * or uid that warrant does not deal with, or is not in the group of the key
 * group of [login]; ERR_UNAVAILABLE when the name service does not answer.
 * With c == NULL the last of these is not looked at, and host stays "". */
int account_read(pam_handle_t *pamh, const struct conf *c,
    struct account *ret, struct err *e);

/* Who asks for an account that account_read denies: the name as it can be
 * shown, cut to size, and where from; uid and home stay zero. */
void account_stranger(pam_handle_t *pamh, const struct conf *c,
    struct account *ret);

#endif
