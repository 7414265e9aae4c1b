/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"

#define ENTRY_MAX 65536	/* bytes of one passwd or group entry */
#define GROUPS_MAX 65536

bool
user_name_ok(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > USER_NAME_MAX - 1)
		return false;
	if (strchr("0123456789-", name[0]) != NULL)
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static int
fill(const struct passwd *pw, struct user *ret, struct err *e)
{
	if (strlen(pw->pw_name) >= sizeof(ret->name) ||
	    strlen(pw->pw_dir) >= sizeof(ret->home) ||
	    strlen(pw->pw_shell) >= sizeof(ret->shell))
		return err_set(e, ERR_LIMIT, "passwd entry too long");
	(void)strcpy(ret->name, pw->pw_name);
	(void)strcpy(ret->home, pw->pw_dir);
	(void)strcpy(ret->shell, pw->pw_shell);
	ret->uid = pw->pw_uid;
	ret->gid = pw->pw_gid;
	return 1;
}

static int
find(const char *name, uid_t uid, struct user *ret, struct err *e)
{
	char *room = malloc(ENTRY_MAX);
	struct passwd pw, *hit = NULL;
	int rc;

	if (room == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	rc = name != NULL ? getpwnam_r(name, &pw, room, ENTRY_MAX, &hit) :
	    getpwuid_r(uid, &pw, room, ENTRY_MAX, &hit);
	if (hit != NULL) {
		rc = fill(hit, ret, e);
	} else if (rc != 0 && rc != ENOENT && rc != ESRCH) {
		errno = rc;
		rc = err_sys(e, "cannot look up an account");
	} else {
		rc = 0;
	}
	free(room);
	return rc;
}

int
user_find(const char *name, struct user *ret, struct err *e)
{
	return find(name, 0, ret, e);
}

int
user_find_uid(uid_t uid, struct user *ret, struct err *e)
{
	return find(NULL, uid, ret, e);
}

int
user_group(const char *name, gid_t *ret, struct err *e)
{
	char *room = malloc(ENTRY_MAX);
	struct group gr, *hit = NULL;
	int rc;

	if (room == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	rc = getgrnam_r(name, &gr, room, ENTRY_MAX, &hit);
	if (hit != NULL) {
		*ret = hit->gr_gid;
		rc = 1;
	} else if (rc != 0 && rc != ENOENT && rc != ESRCH) {
		errno = rc;
		rc = err_sys(e, "cannot look up group %s", name);
	} else {
		rc = 0;
	}
	free(room);
	return rc;
}

int
user_in_group(const struct user *u, const char *group, struct err *e)
{
	gid_t want, *list;
	int n = 64, rc, found = 0;

	rc = user_group(group, &want, e);
	if (rc <= 0)
		return rc;
	for (;;) {
		int room = n;

		list = calloc((size_t)n, sizeof(*list));
		if (list == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		if (getgrouplist(u->name, u->gid, list, &n) >= 0)
			break;
		free(list);
		n = n > room ? n : room * 2;
		if (n > GROUPS_MAX)
			return err_set(e, ERR_LIMIT, "%s: too many groups",
			    u->name);
	}
	for (int i = 0; i < n; i++)
		found |= list[i] == want;
	free(list);
	return found;
}
