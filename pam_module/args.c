/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/args.h"

#include <string.h>

#include "lib/err.h"

/* Does word say "key=/absolute/path"?  1 and *ret, 0 another key, -1. */
static int
path_of(const char *word, const char *key, const char **ret, struct err *e)
{
	size_t n = strlen(key);

	if (strncmp(word, key, n) != 0 || word[n] != '=')
		return 0;
	if (word[n + 1] != '/')
		return err_set(e, ERR_CONFIG, "%s: not an absolute path",
		    word);
	*ret = word + n + 1;
	return 1;
}

int
args_parse(int argc, const char **argv, struct args *ret, struct err *e)
{
	struct args a = { .conf = WARRANT_SYSCONFDIR "/warrant.conf",
		.rundir = WARRANT_RUNDIR };

	for (int i = 0; i < argc; i++) {
		int r = path_of(argv[i], "conf", &a.conf, e);

		if (r == 0)
			r = path_of(argv[i], "rundir", &a.rundir, e);
		if (r < 0)
			return -1;
		if (r == 1)
			continue;
		if (strcmp(argv[i], "breakglass") == 0)
			a.breakglass = true;
		else if (strcmp(argv[i], "debug") == 0)
			a.debug = true;
		else
			return err_set(e, ERR_CONFIG, "unknown word %s in "
			    "the PAM configuration; known are breakglass, "
			    "conf=FILE, debug, rundir=DIR", argv[i]);
	}
	*ret = a;
	return 0;
}
