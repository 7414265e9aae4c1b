/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/wire.h"

/* Root's (or, in a test, our own) and no place where others may put one. */
static int
folder_ok(const char *rundir, struct err *e)
{
	struct stat st;

	if (stat(rundir, &st) < 0) {
		(void)err_sys(e, "%s", rundir);
		if (e != NULL)
			e->code = ERR_UNAVAILABLE;
		return -1;
	}
	if (!S_ISDIR(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return err_set(e, ERR_CONFIG, "%s: not a folder that root "
		    "alone may write", rundir);
	return 0;
}

int
link_open(const char *rundir, const char *name, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, n;

	if (folder_ok(rundir, e) < 0)
		return -1;
	n = snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", rundir, name);
	if (n < 0 || (size_t)n >= sizeof(a.sun_path))
		return err_set(e, ERR_CONFIG, "%s/%s: path too long", rundir,
		    name);
	/* not wire_connect: on a full queue that would wait without end */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd < 0)
		return err_sys(e, "socket");
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		(void)err_sys(e, "%s", a.sun_path);
		if (e != NULL)
			e->code = ERR_UNAVAILABLE;
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
link_ask(int fd, json_t *msg, json_t **answer, struct err *e)
{
	int rc;

	if (msg == NULL)
		return err_set(e, ERR_INPUT, "message has no valid text");
	rc = wire_ask(fd, msg, NULL, 0, answer, NULL, LINK_MS, e);
	if (rc < 0 && e != NULL && e->code == ERR_TIMEOUT)
		e->code = ERR_UNAVAILABLE;
	return rc;
}

int
link_answer(int fd, json_t **answer, struct err *e)
{
	const char *code = "unavailable", *text = "refused without a reason";
	json_t *m = NULL;
	int r = wire_recv(fd, &m, NULL, LINK_MS, e);

	if (r < 0)
		return -1;
	if (r == 0)
		return err_set(e, ERR_UNAVAILABLE, "peer closed the link");
	if (json_is_true(json_object_get(m, "ok"))) {
		*answer = m;
		return 0;
	}
	(void)wire_str_opt(m, "code", 64, &code, NULL);
	(void)wire_str_opt(m, "text", ERR_TEXT_MAX, &text, NULL);
	(void)err_set(e, err_code_of(code), "%s", text);
	json_decref(m);
	return -1;
}

int
link_once(const char *rundir, const char *name, json_t *msg, json_t **answer,
    struct err *e)
{
	int fd = link_open(rundir, name, e), rc;

	if (fd < 0) {
		json_decref(msg);
		return -1;
	}
	rc = link_ask(fd, msg, answer, e);
	(void)close(fd);
	return rc;
}

void
link_wipe(json_t *msg, const char *key)
{
	const json_t *v = json_object_get(msg, key);
	const char *s = json_string_value(v);

	/* the array is jansson's own and about to be freed */
	if (s != NULL)
		explicit_bzero((char *)(uintptr_t)s, json_string_length(v));
}
