/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/command.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/command_run.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/io.h"
#include "lib/list.h"
#include "lib/visible.h"

#define LINE_ROOM 1024

const struct words_command command_table[] = {
	{ "approve", 1, 1, "ID [--for LENGTH | --session] [-m TEXT] [-y] "
	    "[--json]", "let a request happen, for what was asked or less; "
	    "or a held program",
	    { { "for", 0, WORDS_VALUE }, { "session", 0, WORDS_FLAG },
	    { "message", 'm', WORDS_TEXT }, { "yes", 'y', WORDS_FLAG },
	    { "json", 0, WORDS_FLAG } } },
	{ "deny", 1, 1, "ID -m TEXT [--json]",
	    "refuse a request or a held program",
	    { { "message", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "explain", 1, 1, "EVENT -m TEXT [--json]",
	    "say what an exception was (warrant-report exceptions)",
	    { { "message", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "help", 0, 0, "", "this list", { { NULL, 0, WORDS_FLAG } } },
	{ "kill", 1, 1, "SESSION -m TEXT [--json]", "end a session at once",
	    { { "message", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "lock", 0, 1, "[PERSON -m TEXT] [--json]",
	    "end all that a person has here and refuse anything new; "
	    "without PERSON: who is locked out",
	    { { "message", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "ls", 0, 0, "[--state pending|all] [--since TIME] [--json]",
	    "who or what waits, and which grants stand",
	    { { "state", 0, WORDS_VALUE }, { "since", 0, WORDS_VALUE },
	    { "json", 0, WORDS_FLAG } } },
	{ "revoke", 1, 1, "ID -m TEXT [--kill] [--json]",
	    "end a grant; with --kill its sessions at once",
	    { { "message", 'm', WORDS_TEXT }, { "kill", 0, WORDS_FLAG },
	    { "json", 0, WORDS_FLAG } } },
	{ "sessions", 0, 0, "[--all] [--json]",
	    "what runs now; with --all what ended in the last day",
	    { { "all", 0, WORDS_FLAG }, { "json", 0, WORDS_FLAG } } },
	{ "show", 1, 1, "ID [--json]",
	    "all about a request, a grant or a held program",
	    { { "json", 0, WORDS_FLAG } } },
	{ "unlock", 1, 1, "PERSON -m TEXT [--json]",
	    "let a person who was locked out ask again",
	    { { "message", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "watch", 1, 1, "SESSION", "see a session as it runs",
	    { { NULL, 0, WORDS_FLAG } } },
	{ "whoami", 0, 0, "[--json]", "who you are here, and why",
	    { { "json", 0, WORDS_FLAG } } },
	{ NULL, 0, 0, NULL, NULL, { { NULL, 0, WORDS_FLAG } } },
};

int
command_fail(const struct command *c, const struct err *e)
{
	char text[2 * ERR_TEXT_MAX];

	(void)fflush(c->out);
	(void)fprintf(c->err, "%s: %s\n", c->name, visible(e->text, text,
	    sizeof(text)));
	return err_exit_status(e->code);
}

bool
command_confirm(const struct command *c, const char *question)
{
	char line[16];
	size_t n;

	if (c->in == NULL || !c->tty)
		return false;
	(void)fprintf(c->out, "%s [y/N] ", question);
	(void)fflush(c->out);
	if (fgets(line, sizeof(line), c->in) == NULL)
		return false;
	n = strcspn(line, "\r\n");
	line[n] = '\0';
	return strcmp(line, "y") == 0 || strcmp(line, "Y") == 0 ||
	    strcmp(line, "yes") == 0;
}

void
command_usage(const struct words_command *table, const char *name, FILE *out)
{
	for (; table->verb != NULL; table++)
		(void)fprintf(out, "  %s%s%s%s%s\n\t%s\n", name,
		    name[0] == '\0' ? "" : " ", table->verb,
		    table->usage[0] == '\0' ? "" : " ", table->usage,
		    table->about);
}

bool
wants_json(const struct run *r)
{
	return words_value(r->w, "json") != NULL;
}

int
check_id(const char *id, const char *kinds, struct err *e)
{
	for (; *kinds != '\0'; kinds++)
		if (id_prefix_ok(id, *kinds))
			return 0;
	return err_set(e, ERR_USAGE, "'%.40s' is no such id: the first "
	    "letter, a dash and at least 3 characters", id);
}

static int
list_all(const struct run *r, const json_t *requests, const json_t *grants,
    const json_t *holds, struct err *e)
{
	FILE *out = r->c->out;
	const char *held = NULL;
	const json_t *one, *own = NULL;
	char id[LIST_TEXT_MAX];
	size_t i;

	if (json_array_size(holds) > 0) {
		if (hold_list(r, holds, &held, e) < 0)
			return -1;
		(void)fputc('\n', out);
	}
	if (json_array_size(requests) == 0)
		(void)fputs("No request waits.\n", out);
	else if (list_requests(out, requests, r->now_us, e) < 0)
		return -1;
	if (json_array_size(grants) > 0) {
		(void)fputc('\n', out);
		if (list_grants(out, grants, r->now_us, e) < 0)
			return -1;
	}
	json_array_foreach(requests, i, one)
		if (json_is_true(json_object_get(one, "yours_to_decide")) &&
		    own == NULL)
			own = one;
	if (held != NULL || own != NULL)
		(void)fprintf(out, "\nNext: %s show %s\n", r->c->name,
		    list_id(held != NULL ? held : list_str(own, "request"),
		    id));
	return 0;
}

static int
do_ls(const struct run *r, struct err *e)
{
	const char *state = words_value(r->w, "state");
	const char *since = words_value(r->w, "since");
	json_t *msg, *requests = NULL, *grants = NULL, *holds = NULL;
	int64_t since_us = 0;
	int rc = -1;

	if (state == NULL)
		state = since == NULL ? "pending" : "all";
	if (strcmp(state, "pending") != 0 && strcmp(state, "all") != 0)
		return err_set(e, ERR_USAGE, "--state is pending or all");
	if (since != NULL && clock_moment(since, r->now_us, &since_us, e) < 0)
		return -1;
	msg = json_pack("{s:s, s:s, s:I, s:s}", "op", "ls", "state", state,
	    "since_us", (json_int_t)since_us, "what", "requests");
	if (ask_list(r->fd, json_deep_copy(msg), "requests", &requests,
	    e) < 0)
		goto out;
	(void)json_object_set_new(msg, "what", json_string("grants"));
	if (ask_list(r->fd, json_incref(msg), "grants", &grants, e) < 0)
		goto out;
	if (ask(r->fd, json_pack("{s:s}", "op", "holds"), &holds, e) < 0)
		goto out;
	(void)json_object_update_missing(requests, grants);
	(void)json_object_update_missing(requests, holds);
	if (wants_json(r))
		rc = list_json(r->c->out, requests, e);
	else
		rc = list_all(r, json_object_get(requests, "requests"),
		    json_object_get(grants, "grants"),
		    json_object_get(holds, "holds"), e);
out:
	json_decref(msg);
	json_decref(requests);
	json_decref(grants);
	json_decref(holds);
	return rc;
}

static int
ask_show(const struct run *r, const char *kinds, json_t **ret, struct err *e)
{
	const char *id = r->w->arg[0];

	if (check_id(id, kinds, e) < 0)
		return -1;
	return ask(r->fd, json_pack("{s:s, s:s}", "op", "show",
	    id[0] == 'r' ? "request" : "grant", id), ret, e);
}

static int
do_show(const struct run *r, struct err *e)
{
	FILE *out = r->c->out;
	json_t *answer = NULL, *o;
	char id[LIST_TEXT_MAX];
	int rc;

	if (r->w->arg[0][0] == 'h')
		return hold_show(r, e);
	if (ask_show(r, "rg", &answer, e) < 0)
		return -1;
	if (wants_json(r)) {
		rc = list_json(out, answer, e);
	} else if ((o = json_object_get(answer, "show_request")) != NULL) {
		rc = list_request(out, o, r->now_us, e);
		if (json_is_true(json_object_get(o, "yours_to_decide")))
			(void)fprintf(out, "\nNext: %s approve %s, or: %s "
			    "deny %s -m WHY\n", r->c->name,
			    list_id(list_str(o, "request"), id), r->c->name,
			    id);
	} else {
		rc = list_grant(out, json_object_get(answer, "show_grant"),
		    r->now_us, e);
	}
	json_decref(answer);
	return rc;
}

/* --for in seconds, 0 when it is not there. */
static int
parse_for(const struct run *r, int64_t *ret, struct err *e)
{
	const char *text = words_value(r->w, "for");
	int64_t us = 0;

	if (text != NULL && clock_duration(text, &us, e) < 0)
		return -1;
	*ret = us / 1000000;
	return 0;
}

static int
confirm_approval(const struct run *r, const json_t *o, int64_t for_s,
    struct err *e)
{
	char line[LINE_ROOM], name[256], a[LIST_TEXT_MAX], b[LIST_TEXT_MAX];
	int64_t asked = list_int(o, "for_s");

	if (words_value(r->w, "yes") != NULL)
		return 0;
	if (r->c->in == NULL || !r->c->tty)
		return err_set(e, ERR_USAGE,
		    "no terminal to ask for a yes: give -y");
	(void)list_request(r->c->out, o, r->now_us, NULL);
	(void)snprintf(line, sizeof(line), "Approve %s on %s for %s, %s of "
	    "%s asked?", list_str(o, "role"), list_str(o, "host"),
	    visible(list_str(o, "name"), name, sizeof(name)),
	    list_length(for_s == 0 ? asked : for_s, a),
	    list_length(asked, b));
	if (!command_confirm(r->c, line))
		return err_set(e, ERR_USAGE, "nothing was decided");
	return 0;
}

static int
report_approval(const struct run *r, const json_t *answer, struct err *e)
{
	char until[LIST_TEXT_MAX];
	const char *grant = list_str(answer, "grant");

	if (wants_json(r)) {
		if (list_json(r->c->out, answer, e) < 0)
			return -1;
	} else if (grant[0] != '\0') {
		(void)fprintf(r->c->out, "Grant %s until %s.\n", grant,
		    list_time(list_int(answer, "until_us"), r->now_us,
		    until));
	}
	if (grant[0] == '\0')
		return err_set(e, ERR_PENDING, "your approval is kept; %d "
		    "more wanted", (int)list_int(answer, "missing"));
	return 0;
}

static int
do_approve(const struct run *r, struct err *e)
{
	const char *message = words_value(r->w, "message");
	json_t *shown = NULL, *answer = NULL, *o;
	int64_t for_s = 0;
	int rc = -1;

	if (r->w->arg[0][0] == 'h')
		return hold_approve(r, e);
	if (words_value(r->w, "session") != NULL)
		return err_set(e, ERR_USAGE, "--session is for a held "
		    "program (h-...)");
	if (parse_for(r, &for_s, e) < 0 || ask_show(r, "r", &shown, e) < 0)
		return -1;
	o = json_object_get(shown, "show_request");
	if (confirm_approval(r, o, for_s, e) < 0)
		goto out;
	if (ask(r->fd, json_pack("{s:s, s:s, s:I, s:s*, s:s}", "op",
	    "approve", "request", list_str(o, "request"), "for_s",
	    (json_int_t)for_s, "message", message, "expect",
	    list_str(o, "expect")), &answer, e) < 0)
		goto out;
	rc = report_approval(r, answer, e);
out:
	json_decref(shown);
	json_decref(answer);
	return rc;
}

static int
do_deny(const struct run *r, struct err *e)
{
	const char *message = words_value(r->w, "message");
	json_t *shown = NULL, *answer = NULL, *o;
	int rc = -1;

	if (message == NULL)
		return err_set(e, ERR_USAGE, "say why: deny ID -m TEXT");
	if (r->w->arg[0][0] == 'h')
		return hold_deny(r, e);
	if (ask_show(r, "r", &shown, e) < 0)
		return -1;
	o = json_object_get(shown, "show_request");
	if (ask(r->fd, json_pack("{s:s, s:s, s:s, s:s}", "op", "deny",
	    "request", list_str(o, "request"), "message", message, "expect",
	    list_str(o, "expect")), &answer, e) == 0) {
		rc = 0;
		if (wants_json(r))
			rc = list_json(r->c->out, answer, e);
		else
			(void)fprintf(r->c->out, "Denied %s.\n",
			    list_str(o, "request"));
	}
	json_decref(shown);
	json_decref(answer);
	return rc;
}

static int
do_revoke(const struct run *r, struct err *e)
{
	const char *message = words_value(r->w, "message");
	bool kill = words_value(r->w, "kill") != NULL;
	json_t *answer = NULL;
	int rc = 0;

	if (message == NULL)
		return err_set(e, ERR_USAGE, "say why: revoke ID -m TEXT");
	if (check_id(r->w->arg[0], "g", e) < 0 ||
	    ask(r->fd, json_pack("{s:s, s:s, s:s, s:b}", "op", "revoke",
	    "grant", r->w->arg[0], "message", message, "kill", (int)kill),
	    &answer, e) < 0)
		return -1;
	if (wants_json(r))
		rc = list_json(r->c->out, answer, e);
	else
		(void)fprintf(r->c->out, "Revoked %s; sessions ended: %d.\n",
		    list_str(answer, "grant"), (int)list_int(answer,
		    "ended"));
	json_decref(answer);
	return rc;
}

static int
do_whoami(const struct run *r, struct err *e)
{
	json_t *answer = NULL;
	char name[256];
	const char *conn;
	int rc = 0;

	if (ask(r->fd, json_pack("{s:s}", "op", "whoami"), &answer, e) < 0)
		return -1;
	if (wants_json(r)) {
		rc = list_json(r->c->out, answer, e);
	} else {
		conn = list_str(answer, "conn");
		(void)fprintf(r->c->out, "%s (%s), known by %s%s\n",
		    visible(list_str(answer, "name"), name, sizeof(name)),
		    list_str(answer, "person"), conn[0] == '\0' ?
		    "an [approver] section" : "connection ", conn);
		if (json_array_size(json_object_get(answer, "grants")) > 0)
			rc = list_grants(r->c->out, json_object_get(answer,
			    "grants"), r->now_us, e);
	}
	json_decref(answer);
	return rc;
}

static int
do_help(const struct run *r, struct err *e)
{
	(void)e;
	command_usage(command_table, r->c->name, r->c->out);
	return 0;
}

static const struct {
	const char *verb;
	int (*run)(const struct run *, struct err *);
} verbs[] = {
	{ "approve", do_approve }, { "deny", do_deny },
	{ "explain", review_explain }, { "help", do_help },
	{ "kill", session_kill }, { "lock", lock_person }, { "ls", do_ls },
	{ "revoke", do_revoke },
	{ "sessions", session_list }, { "show", do_show },
	{ "unlock", unlock_person }, { "watch", session_watch },
	{ "whoami", do_whoami },
};

int
command_run(const struct command *c, size_t n, char *const *word)
{
	static char ls[] = "ls";
	char *const none[] = { ls, NULL };
	static struct words w;
	struct run r = { .c = c, .w = &w, .fd = -1,
	    .now_us = clock_wall_us() };
	struct err e = { 0 };
	int rc = -1;

	if (words_parse(command_table, n == 0 ? 1 : n, n == 0 ? none : word,
	    &w, &e) < 0)
		return command_fail(c, &e);
	if (strcmp(w.command->verb, "help") != 0) {
		r.fd = ask_connect(c->socket, &e);
		if (r.fd < 0)
			return command_fail(c, &e);
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].verb, w.command->verb) == 0)
			rc = verbs[i].run(&r, &e);
	io_close(&r.fd);
	if (rc == 0 && fflush(c->out) != 0)
		rc = err_sys(&e, "write");
	return rc < 0 ? command_fail(c, &e) : 0;
}
