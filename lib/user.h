/* SPDX-License-Identifier: BSD-2-Clause
 * user.h - accounts and groups of this host.
 * in: getpwnam_r(3), getgrnam_r(3); out: numbers and bounded strings */
#ifndef WARRANT_LIB_USER_H
#define WARRANT_LIB_USER_H

#include <stdbool.h>
#include <sys/types.h>

struct err;

#define USER_NAME_MAX 33	/* login name: 32 bytes and a NUL */
#define USER_PATH_MAX 1024

struct user {
	char name[USER_NAME_MAX];
	uid_t uid;
	gid_t gid;
	char home[USER_PATH_MAX];
	char shell[USER_PATH_MAX];
};

/* ^[a-z_][a-z0-9_-]{0,31}$: the only names warrant deals with.  Pure. */
bool user_name_ok(const char *name);

/* 1 and *ret filled, 0 when there is no such account, -1 with *e when the
 * name service cannot be asked. */
int user_find(const char *name, struct user *ret, struct err *e);
int user_find_uid(uid_t uid, struct user *ret, struct err *e);

/* 1 and *ret, 0 no such group, -1. */
int user_group(const char *name, gid_t *ret, struct err *e);

/* Is the account in this group, by primary gid or by membership?  1, 0 (also
 * when there is no such group), -1. */
int user_in_group(const struct user *u, const char *group, struct err *e);

#endif
