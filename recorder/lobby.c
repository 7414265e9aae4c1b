/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/lobby.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/command.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/io.h"
#include "lib/list.h"
#include "lib/user.h"
#include "lib/visible.h"
#include "lib/wire.h"
#include "lib/words.h"
#include "recorder/lobby_wait.h"

#define SECOND_US INT64_C(1000000)
#define LINE_ROOM 1024

static const struct words_command table[] = {
	{ "approver", 0, 0, "[COMMAND]", "decide on the requests of others",
	    { { NULL, 0, WORDS_FLAG } } },
	{ "cancel", 1, 1, "ID", "withdraw a request of yours",
	    { { NULL, 0, WORDS_FLAG } } },
	{ "exit", 0, 0, "", "leave", { { NULL, 0, WORDS_FLAG } } },
	{ "extend", 0, 1, "[GRANT] --for LENGTH --reason TEXT",
	    "ask for more time", { { "for", 0, WORDS_VALUE },
	    { "reason", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "help", 0, 0, "", "this list", { { NULL, 0, WORDS_FLAG } } },
	{ "request", 0, 0, "--role ROLE --for LENGTH --reason TEXT "
	    "[--ticket T] [--wait|--nowait] [--json]", "ask for a role",
	    { { "role", 0, WORDS_VALUE }, { "for", 0, WORDS_VALUE },
	    { "reason", 'm', WORDS_TEXT }, { "ticket", 0, WORDS_VALUE },
	    { "wait", 0, WORDS_FLAG }, { "nowait", 0, WORDS_FLAG },
	    { "json", 0, WORDS_FLAG } } },
	{ "roles", 0, 0, "[--json]", "what you may ask for",
	    { { "json", 0, WORDS_FLAG } } },
	{ "status", 0, 1, "[ID] [--wait] [--json]",
	    "your requests, or all about one",
	    { { "wait", 0, WORDS_FLAG }, { "json", 0, WORDS_FLAG } } },
	{ "whoami", 0, 0, "[--json]", "who you are here, and why",
	    { { "json", 0, WORDS_FLAG } } },
	{ NULL, 0, 0, NULL, NULL, { { NULL, 0, WORDS_FLAG } } },
};

static void
on_interrupt(int sig)
{
	(void)sig;
	lobby_interrupted = 1;
}

/* ---- asking ----------------------------------------------------------- */

/* One line of an answer, without blanks around it; NULL: none came. */
static const char *
ask_person(struct lobby *l, const char *question, char *room, size_t size)
{
	char *s = room;

	(void)fprintf(l->c.out, "%s ", question);
	(void)fflush(l->c.out);
	if (fgets(room, (int)size, l->c.in) == NULL) {
		clearerr(l->c.in);
		return NULL;
	}
	s[strcspn(s, "\r\n")] = '\0';
	s += strspn(s, " \t");
	for (size_t n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
		s[n - 1] = '\0';
	return s[0] == '\0' ? NULL : s;
}

struct wish {
	const char *role, *length, *reason, *ticket;
	char room[3][LINE_ROOM];
};

/* What the words leave open is asked, when somebody is there to answer. */
static int
complete(struct lobby *l, struct wish *w, struct err *e)
{
	json_t *roles = NULL;

	if (l->c.tty && (w->role == NULL || w->reason == NULL)) {
		if (ask_list(l->fd, json_pack("{s:s}", "op", "roles"),
		    "roles", &roles, e) < 0)
			return -1;
		if (w->role == NULL && list_roles(l->c.out,
		    json_object_get(roles, "roles"), NULL) == 0)
			w->role = ask_person(l, "Role?", w->room[0],
			    LINE_ROOM);
		json_decref(roles);
		if (w->role != NULL && w->reason == NULL)
			w->reason = ask_person(l, "Reason?", w->room[1],
			    LINE_ROOM);
		if (w->reason != NULL && w->length == NULL)
			w->length = ask_person(l, "How long? [1h]",
			    w->room[2], LINE_ROOM);
		if (w->length == NULL)
			w->length = "1h";
	}
	if (w->role == NULL || w->reason == NULL || w->length == NULL)
		return err_set(e, ERR_USAGE, "give --role, --for and "
		    "--reason; roles lists what you may ask for");
	return 0;
}

static int
after_request(struct lobby *l, const json_t *answer, struct err *e)
{
	const char *id = list_str(answer, "request");
	bool wait = words_value(&l->w, "wait") != NULL ||
	    (l->c.tty && words_value(&l->w, "nowait") == NULL);
	char line[LINE_ROOM], lapse[LIST_TEXT_MAX];
	int status;

	if (lobby_asks_json(l)) {
		if (!wait && list_json(l->c.out, answer, e) < 0)
			return -1;
	} else {
		(void)fprintf(l->c.out, "Request %s: %s.\nWanted: %d of %s.  "
		    "Waits until %s.\n", id, list_line(answer, line,
		    sizeof(line)), (int)list_int(answer, "missing"),
		    list_str(answer, "approvers"),
		    list_time(list_int(answer, "lapse_us"), clock_wall_us(),
		    lapse));
		(void)fflush(l->c.out);
	}
	if (!wait)
		return err_exit_status(ERR_PENDING);
	status = lobby_wait(l, id, e);
	return status;
}

static int
do_request(struct lobby *l, struct err *e)
{
	static struct wish w;
	json_t *answer = NULL;
	int64_t us = 0;
	int rc;

	w.role = words_value(&l->w, "role");
	w.length = words_value(&l->w, "for");
	w.reason = words_value(&l->w, "reason");
	w.ticket = words_value(&l->w, "ticket");
	if (w.role == NULL)
		w.role = getenv("WARRANT_ROLE");
	if (w.reason == NULL)
		w.reason = getenv("WARRANT_REASON");
	if (w.ticket == NULL)
		w.ticket = getenv("WARRANT_TICKET");
	if (complete(l, &w, e) < 0 || clock_duration(w.length, &us, e) < 0)
		return -1;
	if (ask(l->fd, json_pack("{s:s, s:s, s:I, s:s, s:s*}", "op",
	    "request", "role", w.role, "for_s", (json_int_t)(us / SECOND_US),
	    "reason", w.reason, "ticket", w.ticket), &answer, e) < 0)
		return -1;
	rc = after_request(l, answer, e);
	json_decref(answer);
	return rc;
}

static int
do_extend(struct lobby *l, struct err *e)
{
	const char *length = words_value(&l->w, "for");
	const char *reason = words_value(&l->w, "reason");
	json_t *answer = NULL;
	int64_t us = 0;
	int rc;

	if (length == NULL || reason == NULL)
		return err_set(e, ERR_USAGE, "give --for and --reason");
	if (clock_duration(length, &us, e) < 0)
		return -1;
	if (ask(l->fd, json_pack("{s:s, s:s*, s:I, s:s}", "op", "extend",
	    "grant", l->w.args > 0 ? l->w.arg[0] : NULL, "for_s",
	    (json_int_t)(us / SECOND_US), "reason", reason), &answer, e) < 0)
		return -1;
	rc = after_request(l, answer, e);
	json_decref(answer);
	return rc;
}

/* ---- looking ---------------------------------------------------------- */

static int
do_roles(struct lobby *l, struct err *e)
{
	json_t *answer = NULL;
	int rc;

	if (ask_list(l->fd, json_pack("{s:s}", "op", "roles"), "roles",
	    &answer, e) < 0)
		return -1;
	rc = lobby_asks_json(l) ? list_json(l->c.out, answer, e) :
	    list_roles(l->c.out, json_object_get(answer, "roles"), e);
	json_decref(answer);
	return rc;
}

static int
do_status(struct lobby *l, struct err *e)
{
	const char *id = l->w.args > 0 ? l->w.arg[0] : NULL;
	int64_t now = clock_wall_us();
	json_t *answer = NULL, *list, *r;
	size_t i;
	int rc = 0;

	if (id != NULL && !id_prefix_ok(id, 'r'))
		return err_set(e, ERR_USAGE, "'%.40s' is no request", id);
	if (ask_list(l->fd, json_pack("{s:s, s:s*}", "op", "status",
	    "request", id), "requests", &answer, e) < 0)
		return -1;
	list = json_object_get(answer, "requests");
	if (id != NULL && words_value(&l->w, "wait") != NULL &&
	    json_array_size(list) == 1) {
		rc = lobby_wait(l, list_str(json_array_get(list, 0),
		    "request"), e);
	} else if (lobby_asks_json(l)) {
		rc = list_json(l->c.out, answer, e);
	} else if (json_array_size(list) == 0) {
		(void)fputs("You have asked for nothing.\n", l->c.out);
	} else if (id == NULL) {
		rc = list_requests(l->c.out, list, now, e);
	} else {
		json_array_foreach(list, i, r)
			(void)list_request(l->c.out, r, now, e);
	}
	json_decref(answer);
	return rc;
}

static int
do_cancel(struct lobby *l, struct err *e)
{
	json_t *answer = NULL;

	if (!id_prefix_ok(l->w.arg[0], 'r'))
		return err_set(e, ERR_USAGE, "'%.40s' is no request",
		    l->w.arg[0]);
	if (ask(l->fd, json_pack("{s:s, s:s}", "op", "cancel", "request",
	    l->w.arg[0]), &answer, e) < 0)
		return -1;
	(void)fprintf(l->c.out, "Withdrawn %s.\n", list_str(answer,
	    "request"));
	json_decref(answer);
	return 0;
}

static int
do_help(struct lobby *l, struct err *e)
{
	(void)e;
	command_usage(table, l->interactive ? "" : "warrant", l->c.out);
	return 0;
}

static int
do_approver(struct lobby *l, size_t n, char *const *word)
{
	struct command c = l->c;

	c.name = "approver";
	return command_run(&c, n - 1, word + 1);
}

static const struct {
	const char *verb;
	int (*run)(struct lobby *, struct err *);
} verbs[] = {
	{ "cancel", do_cancel }, { "extend", do_extend }, { "help", do_help },
	{ "request", do_request }, { "roles", do_roles },
	{ "status", do_status },
};

/* One command: exit status or LOBBY_GO_ON; errors are shown here. */
static int
run_words(struct lobby *l, size_t n, char *const *word)
{
	struct err e = { 0 };
	int rc = -1;

	if (strcmp(word[0], "approver") == 0)
		return do_approver(l, n, word);
	if (strcmp(word[0], "whoami") == 0)
		return command_run(&l->c, n, word);
	if (words_parse(table, n, word, &l->w, &e) < 0)
		return command_fail(&l->c, &e);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].verb, word[0]) == 0)
			rc = verbs[i].run(l, &e);
	(void)fflush(l->c.out);
	return rc < 0 ? command_fail(&l->c, &e) : rc;
}

/* Does a grant cover the account we logged in to? */
static bool
covered(struct lobby *l)
{
	json_t *answer = NULL;
	const json_t *g;
	bool yes = false;
	size_t i;

	if (ask(l->fd, json_pack("{s:s}", "op", "whoami"), &answer, NULL) < 0)
		return false;
	json_array_foreach(json_object_get(answer, "grants"), i, g)
		if (strcmp(list_str(g, "account"), l->account) == 0)
			yes = true;
	json_decref(answer);
	return yes;
}

static int
prompt(struct lobby *l)
{
	char line[WORDS_LINE_MAX], room[WORDS_LINE_MAX];
	char *word[WORDS_MAX + 1];
	struct err e = { 0 };
	int n, status;

	for (;;) {
		if (covered(l))
			return LOBBY_GO_ON;
		(void)fputs("warrant> ", l->c.out);
		(void)fflush(l->c.out);
		if (fgets(line, sizeof(line), l->c.in) == NULL) {
			(void)fputc('\n', l->c.out);
			if (!lobby_interrupted)
				return 0;
			lobby_interrupted = 0;
			clearerr(l->c.in);
			continue;
		}
		line[strcspn(line, "\r\n")] = '\0';
		n = words_split(line, room, sizeof(room), word, &e);
		if (n < 0)
			(void)command_fail(&l->c, &e);
		if (n <= 0)
			continue;
		if (strcmp(word[0], "exit") == 0 ||
		    strcmp(word[0], "logout") == 0)
			return 0;
		status = run_words(l, (size_t)n, word);
		if (status == LOBBY_GO_ON)
			return status;
		if (l->fd < 0) {
			l->fd = ask_connect(l->c.socket, &e);
			if (l->fd < 0)
				return command_fail(&l->c, &e);
		}
	}
}

static const char *
without_prefix(const char *command)
{
	static const char prefix[] = "warrant";
	size_t n = sizeof(prefix) - 1;

	command += strspn(command, " \t");
	if (strncmp(command, prefix, n) == 0 &&
	    (command[n] == ' ' || command[n] == '\t' || command[n] == '\0'))
		return command + n;
	return command;
}

bool
lobby_is_verb(const char *command)
{
	char room[WORDS_LINE_MAX], *word[WORDS_MAX + 1];
	const char *rest = without_prefix(command);

	if (rest == command + strspn(command, " \t"))
		return false;
	return words_split(rest, room, sizeof(room), word, NULL) > 0 &&
	    words_find(table, word[0]) != NULL;
}

static int
run_command(struct lobby *l, const char *command, const char *text)
{
	char room[WORDS_LINE_MAX], *word[WORDS_MAX + 1];
	struct err e = { 0 };
	char shown[LINE_ROOM];
	int n = words_split(without_prefix(command), room, sizeof(room), word,
	    &e);

	if (n > 0 && words_find(table, word[0]) != NULL)
		return run_words(l, (size_t)n, word);
	(void)fprintf(l->c.err, "warrant: %s\n", text == NULL ?
	    "no such built-in: try help" : visible(text, shown,
	    sizeof(shown)));
	return LOBBY_DENIED;
}

int
lobby_run(const char *command, bool tty, const char *text, struct err *e)
{
	static struct lobby l;
	struct sigaction act = { .sa_handler = on_interrupt }, old;
	struct user u;
	char shown[LINE_ROOM];
	int status;

	l = (struct lobby){ .fd = -1, .interactive = command == NULL,
	    .c = { .in = tty ? stdin : NULL, .out = stdout, .err = stderr,
	    .name = "warrant", .tty = tty } };
	if (user_find_uid(getuid(), &u, e) != 1)
		return e->code != ERR_NONE ? -1 : err_set(e, ERR_NOT_FOUND,
		    "uid %u has no account", (unsigned)getuid());
	(void)snprintf(l.account, sizeof(l.account), "%s", u.name);
	if (command == NULL && !tty) {
		(void)fprintf(stderr, "warrant: %s\n", text == NULL ?
		    "no grant" : visible(text, shown, sizeof(shown)));
		return LOBBY_DENIED;
	}
	l.fd = ask_connect(l.c.socket, e);
	if (l.fd < 0)
		return -1;
	if (tty)
		(void)sigaction(SIGINT, &act, &old);
	if (command != NULL) {
		status = run_command(&l, command, text);
	} else {
		if (text != NULL)
			(void)fprintf(stdout, "%s\n", visible(text, shown,
			    sizeof(shown)));
		(void)fputs("help lists what you can do here; request asks "
		    "for a role.\n", stdout);
		status = prompt(&l);
	}
	if (tty)
		(void)sigaction(SIGINT, &old, NULL);
	io_close(&l.fd);
	return status;
}
