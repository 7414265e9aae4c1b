/* SPDX-License-Identifier: BSD-2-Clause
 * session_command.c - the commands of approver(1) on what runs now. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/command.h"
#include "lib/command_run.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/list.h"
#include "lib/table.h"
#include "lib/wire.h"
#include "lib/words.h"

/* When it will end, or when it did and how. */
static void
put_end(const json_t *s, int64_t now_us, char ret[LIST_TEXT_MAX])
{
	int64_t ended_us = list_int(s, "ended_us");
	char when[LIST_TEXT_MAX];

	if (ended_us == 0) {
		(void)list_when(list_int(s, "until_us"), now_us, ret);
		return;
	}
	(void)snprintf(ret, LIST_TEXT_MAX, "%.30s, %.20s",
	    list_when(ended_us, now_us, when), list_str(s, "state"));
}

static int
print_sessions(const struct run *r, const json_t *list, struct err *e)
{
	static const char *const heads[] = { "SESSION", "WHO", "ROLE", "ON",
	    "ACCOUNT", "FROM", "<COMMAND", "SINCE", "ENDS", "HELD", NULL };
	struct table *t = table_open(r->c->out, heads, e);
	const json_t *s;
	int rc = -1;
	size_t i;

	if (t == NULL)
		return -1;
	json_array_foreach(list, i, s) {
		char text[4][LIST_TEXT_MAX];
		const char *command = list_str(s, "command");
		const char *rhost = list_str(s, "rhost");
		int held = (int)list_int(s, "held");
		const char *cells[] = { list_id(list_str(s, "session"),
		    text[0]), list_str(s, "name"), list_str(s, "role"),
		    list_str(s, "host"), list_str(s, "account"),
		    rhost[0] != '\0' ? rhost : "-", command[0] != '\0' ?
		    command : "(shell)", list_when(list_int(s, "opened_us"),
		    r->now_us, text[1]), text[2], text[3] };

		put_end(s, r->now_us, text[2]);
		(void)snprintf(text[3], LIST_TEXT_MAX, held > 0 ? "%d" : "-",
		    held);
		if (table_row(t, cells, held > 0 ? TABLE_YELLOW :
		    TABLE_PLAIN, e) < 0)
			goto out;
	}
	rc = table_print(t, e);
out:
	table_close(t);
	return rc;
}

int
session_list(const struct run *r, struct err *e)
{
	json_t *answer = NULL;
	const json_t *list;
	bool all = words_value(r->w, "all") != NULL;
	int rc = 0;

	if (ask_list(r->fd, json_pack("{s:s, s:b}", "op", "sessions", "all",
	    (int)all), "sessions", &answer, e) < 0)
		return -1;
	list = json_object_get(answer, "sessions");
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else if (json_array_size(list) == 0)
		(void)fputs(all ? "No session runs or has ended in the last "
		    "day that you may see.\n" : "No session runs that you may "
		    "see.\n", r->c->out);
	else
		rc = print_sessions(r, list, e);
	json_decref(answer);
	return rc;
}

int
session_kill(const struct run *r, struct err *e)
{
	const char *message = words_value(r->w, "message");
	json_t *answer = NULL;
	int rc = 0;

	if (message == NULL)
		return err_set(e, ERR_USAGE, "say why: kill SESSION -m TEXT");
	if (check_id(r->w->arg[0], "s", e) < 0 || ask(r->fd, json_pack(
	    "{s:s, s:s, s:s}", "op", "kill", "channel", r->w->arg[0],
	    "message", message), &answer, e) < 0)
		return -1;
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else
		(void)fprintf(r->c->out, "Killed %s.\n",
		    list_str(answer, "session"));
	json_decref(answer);
	return rc;
}

int
session_watch(const struct run *r, struct err *e)
{
	struct wire_fds fds = { .n = 0 };
	json_t *answer = NULL;
	char path[32];
	int fd;

	if (!r->c->may_exec)
		return err_set(e, ERR_USAGE, "the lobby starts no program: "
		    "watch from a session of yours, or on the host itself");
	if (check_id(r->w->arg[0], "s", e) < 0 || ask_fds(r->fd, json_pack(
	    "{s:s, s:s}", "op", "watch", "channel", r->w->arg[0]), &answer,
	    &fds, e) < 0)
		return -1;
	json_decref(answer);
	if (fds.n != 1) {
		wire_fds_close(&fds);
		return err_set(e, ERR_UNAVAILABLE, "no recording came");
	}
	fd = fds.fd[0];
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	/* the link stays open as long as it is shown: so its end is known */
	if (fcntl(fd, F_SETFD, 0) == 0 && fcntl(r->fd, F_SETFD, 0) == 0)
		(void)execl(WARRANT_BINDIR "/warrant-replay",
		    "warrant-replay", "--follow", path, (char *)NULL);
	(void)err_sys(e, WARRANT_BINDIR "/warrant-replay");
	io_close(&fd);
	return -1;
}
