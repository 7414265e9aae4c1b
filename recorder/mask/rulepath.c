/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/rulepath.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/err.h"

static int
is_rules(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 6 && d->d_name[0] != '.' &&
	    strcmp(d->d_name + n - 6, ".rules") == 0;
}

static int
each_of_folder(const char *path, int (*fn)(void *, const char *,
    struct err *), void *arg, struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, is_rules, alphasort), rc = 0;

	if (n < 0)
		return err_sys(e, "%s", path);
	for (int i = 0; i < n; i++) {
		char file[4096];

		if (rc == 0 && snprintf(file, sizeof(file), "%s/%s", path,
		    list[i]->d_name) >= (int)sizeof(file))
			rc = err_set(e, ERR_CONFIG, "%s: path too long",
			    path);
		if (rc == 0)
			rc = fn(arg, file, e);
		free(list[i]);
	}
	free(list);
	return rc;
}

int
rulepath_each(const char *const *paths, size_t n, int (*fn)(void *,
    const char *, struct err *), void *arg, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct stat st;

		if (stat(paths[i], &st) < 0) {
			(void)err_sys(e, "%s", paths[i]);
			if (e != NULL)
				e->code = ERR_CONFIG;
			return -1;
		}
		rc = S_ISDIR(st.st_mode) ?
		    each_of_folder(paths[i], fn, arg, e) :
		    fn(arg, paths[i], e);
	}
	return rc;
}
