/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/environ.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/quote.h"

#define NAME_MAX_LEN 256

/* A name ending with '*' stands for all that begin so. */
static const char *const unsafe[] = {
	"LD_*", "GLIBC_TUNABLES", "MALLOC_*", "GCONV_PATH", "GETCONF_DIR",
	"LOCPATH", "NLSPATH", "TZDIR", "HOSTALIASES", "LOCALDOMAIN",
	"RES_OPTIONS", "RESOLV_*", "NIS_PATH", "MEMUSAGE*", "PCPROFILE*",
	"BASH_ENV", "BASH_FUNC_*", "BASHOPTS", "SHELLOPTS", "ENV", "PS4",
	"PROMPT_COMMAND", "ZDOTDIR", "WARRANT_*",
};

bool
environ_unsafe(const char *name)
{
	size_t n = strcspn(name, "=");

	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		size_t len = strlen(unsafe[i]);

		if (unsafe[i][len - 1] == '*') {
			if (n >= len - 1 &&
			    strncmp(name, unsafe[i], len - 1) == 0)
				return true;
		} else if (n == len && strncmp(name, unsafe[i], n) == 0) {
			return true;
		}
	}
	return false;
}

static int
drop(pam_handle_t *pamh, const char *entry, struct err *e)
{
	char name[NAME_MAX_LEN];
	size_t n = strcspn(entry, "=");

	if (n >= sizeof(name))
		return err_set(e, ERR_LIMIT, "variable %s has a name of more "
		    "than %d bytes", quote(entry, 64).s, NAME_MAX_LEN - 1);
	memcpy(name, entry, n);
	name[n] = '\0';
	if (pam_putenv(pamh, name) != PAM_SUCCESS)
		return err_set(e, ERR_SYSTEM, "variable %s cannot be removed",
		    name);
	return 0;
}

int
environ_clean(pam_handle_t *pamh, struct err *e)
{
	char **list = pam_getenvlist(pamh);
	int rc = 0;

	if (list == NULL)
		return err_set(e, ERR_MEMORY, "no PAM environment");
	for (char **v = list; *v != NULL; v++) {
		if (rc == 0 && environ_unsafe(*v))
			rc = drop(pamh, *v, e);
		explicit_bzero(*v, strlen(*v)); /* it may hold a login id */
		free(*v);
	}
	free(list);
	return rc;
}
