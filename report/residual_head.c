/* SPDX-License-Identifier: BSD-2-Clause
 * residual_head.c - by what a recording was masked. */
#include <stdio.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/err.h"
#include "report/residual.h"
#include "schema/record_read.h"

static void
copy(const json_t *o, const char *name, char *ret, size_t size)
{
	const char *v = json_string_value(json_object_get(o, name));

	(void)snprintf(ret, size, "%s", v == NULL ? "" : v);
}

int
residual_head(int fd, struct residual_head *ret, struct err *e)
{
	struct record_reader *r = NULL;
	const json_t *w, *mask;
	json_t *j = NULL;
	const char *line;
	size_t n;
	int rc = -1;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "seek in a recording");
	if (record_reader_open(fd, NULL, &r, e) == 0)
		rc = record_next(r, &line, &n, e);
	if (rc == 0)
		(void)err_set(e, ERR_INPUT, "nothing is recorded there");
	if (rc == 1)
		j = json_loadb(line, n, JSON_ALLOW_NUL, NULL);
	record_reader_free(r);
	if (rc != 1)
		return -1;
	w = json_object_get(j, "warrant");
	mask = json_object_get(w, "mask");
	*ret = (struct residual_head){ .masked = json_is_object(mask) };
	copy(mask, "rules", ret->rules, sizeof(ret->rules));
	copy(mask, "profiles", ret->profiles, sizeof(ret->profiles));
	copy(w, "role", ret->role, sizeof(ret->role));
	copy(w, "command", ret->command, sizeof(ret->command));
	json_decref(j);
	return 0;
}
