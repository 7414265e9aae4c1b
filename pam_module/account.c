/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/account.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/quote.h"
#include "lib/visible.h"

static const char *
item(pam_handle_t *pamh, int which)
{
	const void *p = NULL;

	if (pam_get_item(pamh, which, &p) != PAM_SUCCESS || p == NULL)
		return "";
	return p;
}

static void
host_name(const struct conf *c, char ret[ACCOUNT_HOST_MAX])
{
	const char *name = conf_str(conf_section(c, "host"), "name");

	if (name[0] != '\0')
		(void)snprintf(ret, ACCOUNT_HOST_MAX, "%s", name);
	else if (gethostname(ret, ACCOUNT_HOST_MAX) < 0)
		(void)snprintf(ret, ACCOUNT_HOST_MAX, "localhost");
	ret[ACCOUNT_HOST_MAX - 1] = '\0';
}

static int
enrolled(const struct user *u, const struct conf_section *login,
    struct err *e)
{
	const char *group = conf_str(login, "group");
	int r;

	if (u->uid == 0 || (int64_t)u->uid < conf_int(login, "min_uid"))
		return err_set(e, ERR_DENIED, "%s has uid %u, below min_uid",
		    u->name, (unsigned)u->uid);
	r = user_in_group(u, group, e);
	if (r == 0)
		return err_set(e, ERR_DENIED, "%s is not in group %s",
		    u->name, group);
	if (r < 0 && e != NULL)
		e->code = ERR_UNAVAILABLE;
	return r < 0 ? -1 : 0;
}

void
account_stranger(pam_handle_t *pamh, const struct conf *c,
    struct account *ret)
{
	*ret = (struct account){ .rhost = item(pamh, PAM_RHOST),
		.service = item(pamh, PAM_SERVICE),
		.tty = item(pamh, PAM_TTY) };
	(void)visible(item(pamh, PAM_USER), ret->user.name,
	    sizeof(ret->user.name));
	host_name(c, ret->host);
}

int
account_read(pam_handle_t *pamh, const struct conf *c, struct account *ret,
    struct err *e)
{
	const char *name = item(pamh, PAM_USER);
	struct account a = { .rhost = item(pamh, PAM_RHOST),
		.service = item(pamh, PAM_SERVICE),
		.tty = item(pamh, PAM_TTY) };
	int r;

	if (!user_name_ok(name))
		return err_set(e, ERR_DENIED, "%s is no account name",
		    quote_str(name).s);
	r = user_find(name, &a.user, e);
	if (r < 0) {
		if (e != NULL)
			e->code = ERR_UNAVAILABLE;
		return -1;
	}
	if (r == 0)
		return err_set(e, ERR_DENIED, "there is no account %s", name);
	if (c != NULL && enrolled(&a.user, conf_section(c, "login"), e) < 0)
		return -1;
	if (c != NULL)
		host_name(c, a.host);
	*ret = a;
	return 0;
}
