/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/ask.h"

#include "lib/err.h"
#include "lib/wire.h"

#define PAGES_MAX 10000

int
ask_connect(const char *path, struct err *e)
{
	int fd = wire_connect(path == NULL ? WARRANT_RUNDIR "/approver.sock" :
	    path, e);

	if (fd < 0)
		return err_prefix(e, "warrantd does not answer");
	return fd;
}

int
ask(int fd, json_t *msg, json_t **answer, struct err *e)
{
	return wire_ask(fd, msg, NULL, 0, answer, NULL, ASK_TIMEOUT_MS, e);
}

int
ask_fds(int fd, json_t *msg, json_t **answer, struct wire_fds *fds,
    struct err *e)
{
	return wire_ask(fd, msg, NULL, 0, answer, fds, ASK_TIMEOUT_MS, e);
}

int
ask_list(int fd, json_t *msg, const char *key, json_t **answer, struct err *e)
{
	json_t *all = NULL, *page = NULL;
	int rc = -1;

	for (int i = 0; i < PAGES_MAX; i++) {
		json_t *list, *first = json_object_get(all, key);

		if (ask(fd, json_incref(msg), &page, e) < 0)
			goto out;
		list = json_object_get(page, key);
		if (!json_is_array(list)) {
			(void)err_set(e, ERR_INPUT, "no %s in the answer", key);
			goto out;
		}
		if (all == NULL)
			all = json_incref(page);
		else if (json_array_extend(first, list) < 0)
			goto memory;
		if (!json_is_true(json_object_get(page, "more")) ||
		    json_array_size(list) == 0)
			break;
		if (json_object_set_new(msg, "after", json_integer(
		    (json_int_t)json_array_size(json_object_get(all,
		    key)))) < 0)
			goto memory;
		json_decref(page);
		page = NULL;
	}
	(void)json_object_del(all, "more");
	*answer = all;
	all = NULL;
	rc = 0;
	goto out;
memory:
	(void)err_set(e, ERR_MEMORY, "out of memory");
out:
	json_decref(page);
	json_decref(all);
	json_decref(msg);
	return rc;
}
