/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-check login: a PAM stack line by line, each with its real module.
 *
 * Each line is a transaction of its own in a folder of our own (so that its
 * answer is seen), the PAM environment is carried from one to the next, and
 * walk.h says what libpam makes of the answers.  Phases auth and account;
 * a session is not opened: it would be one. */
#include "pam_module/check_login.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <jansson.h>
#include <security/pam_appl.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "pam_module/check.h"
#include "pam_module/doctor.h"
#include "pam_module/walk.h"

#define SHOWN_MAX 4096

/* A module's PAM_IGNORE is told from its success by the line behind it: that
 * of pam_debug.so, with an answer that no module gives at a login. */
#define IGNORED PAM_CRED_UNAVAIL

enum { OPT_AS_IF = 1, OPT_FROM, OPT_HELP, OPT_JSON, OPT_PAM };

struct ask {
	const char *user, *from, *pam, *as_if;
	bool json;
	const char *folder;	/* of the service file */
	const char *service;	/* its name, which modules see */
	struct trouble trouble;
	json_t *lines;		/* of all phases, for --json */
	char **env;		/* PAM environment so far; NULL none */
};

static int
usage(FILE *f, int status)
{
	fprintf(f, "usage: warrant-check login [--as-if " TROUBLE_WORDS "]\n"
	    "           [--from ADDRESS] [--json] [--pam FILE] USER\n"
	    "Runs auth and account of sshd's PAM stack, shows each module's "
	    "answer and what\nthe person would see.  Prompts are yours to "
	    "answer: it is a real sign-in.\n");
	return status;
}

/* ---- what the person sees --------------------------------------------- */

static void
show(const struct ask *a, const char *text)
{
	char line[SHOWN_MAX];

	for (const char *p = text; *p != '\0';) {
		char part[SHOWN_MAX / 4];
		size_t n = strcspn(p, "\n");

		(void)snprintf(part, sizeof(part), "%.*s", (int)n, p);
		fprintf(a->json ? stderr : stdout, "    | %s\n",
		    visible(part, line, sizeof(line)));
		p += n + (p[n] == '\n');
	}
	(void)fflush(stdout);
}

/* A line of standard input, on a terminal without echo; NULL at its end. */
static char *
read_answer(bool echo)
{
	struct termios was, now;
	bool tty = tcgetattr(STDIN_FILENO, &was) == 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (tty && !echo) {
		now = was;
		now.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &now);
	}
	n = getline(&line, &size, stdin);
	if (tty && !echo)
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	if (n < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **resp,
    void *arg)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	if (r == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		int style = msg[i]->msg_style;

		show(arg, msg[i]->msg);
		if (style != PAM_PROMPT_ECHO_OFF &&
		    style != PAM_PROMPT_ECHO_ON)
			continue;
		r[i].resp = read_answer(style == PAM_PROMPT_ECHO_ON);
		if (r[i].resp == NULL) {
			for (int k = 0; k < i; k++)
				free(r[k].resp);
			free(r);
			return PAM_CONV_ERR;
		}
	}
	*resp = r;
	return PAM_SUCCESS;
}

/* ---- one line --------------------------------------------------------- */

/* Its words, those of pam_warrant with the folder of the trouble. */
static void
words_of(const struct ask *a, const struct pam_entry *p, char *ret,
    size_t size)
{
	char copy[sizeof(p->args)], *save = NULL;
	size_t n;

	(void)snprintf(ret, size, "%s", p->args);
	if (a->trouble.folder[0] == '\0' || !doctor_is_module(p,
	    "pam_warrant"))
		return;
	n = (size_t)snprintf(ret, size, "rundir=%s", a->trouble.folder);
	(void)snprintf(copy, sizeof(copy), "%s", p->args);
	for (char *w = strtok_r(copy, " \t", &save); w != NULL && n < size;
	    w = strtok_r(NULL, " \t", &save))
		if (strncmp(w, "rundir=", 7) != 0)
			n += (size_t)snprintf(ret + n, size - n, " %s", w);
}

static int
write_service(const struct ask *a, const struct pam_entry *p, struct err *e)
{
	char path[PATH_MAX], words[SHOWN_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", a->folder, a->service);
	f = fopen(path, "we");
	if (f == NULL)
		return err_sys(e, "%s", path);
	words_of(a, p, words, sizeof(words));
	fprintf(f, "%s [ignore=ignore success=1 new_authtok_reqd=1 "
	    "default=die] %s %s\n%s [default=die] pam_debug.so "
	    "auth=cred_unavail acct=cred_unavail\n%s [default=ok] "
	    "pam_permit.so\n", p->type, p->module, words, p->type, p->type);
	return fclose(f) == 0 ? 0 : err_sys(e, "%s", path);
}

static void
put_env(struct ask *a, pam_handle_t *h)
{
	for (char **v = a->env; v != NULL && *v != NULL; v++)
		(void)pam_putenv(h, *v);
}

static void
take_env(struct ask *a, pam_handle_t *h)
{
	for (char **v = a->env; v != NULL && *v != NULL; v++)
		free(*v);
	free(a->env);
	a->env = pam_getenvlist(h);
}

/* The PAM code that the module of this line answers, or -1. */
static int
run_line(struct ask *a, const struct pam_entry *p, struct err *e)
{
	const struct pam_conv conv = { converse, a };
	pam_handle_t *h = NULL;
	int r;

	if (write_service(a, p, e) < 0)
		return -1;
	r = pam_start_confdir(a->service, a->user, &conv, a->folder, &h);
	if (r != PAM_SUCCESS)
		return err_set(e, ERR_SYSTEM, "pam_start: %s",
		    pam_strerror(h, r));
	(void)pam_set_item(h, PAM_RHOST, a->from);
	(void)pam_set_item(h, PAM_TTY, "ssh");
	put_env(a, h);
	r = strcmp(p->type, "auth") == 0 ? pam_authenticate(h, 0) :
	    pam_acct_mgmt(h, 0);
	take_env(a, h);
	(void)pam_end(h, r);
	return r == IGNORED ? PAM_IGNORE : r;
}

/* ---- a phase ---------------------------------------------------------- */

static void
print_line(const struct ask *a, const struct pam_entry *p, int code,
    const char *did)
{
	const char *module = strrchr(p->module, '/');

	module = module == NULL ? p->module : module + 1;
	if (a->json)
		(void)json_array_append_new(a->lines, json_pack(
		    "{s:s, s:s, s:s, s:s, s:s}", "phase", p->type, "where",
		    p->where, "module", module, "answer", walk_word(code),
		    "then", did));
	else
		printf("%-8s %-24s %-20s %s -> %s\n", p->type, p->where,
		    module, walk_word(code), did);
	(void)fflush(stdout);
}

/* The answer of a phase: a PAM code, or -1. */
static int
run_phase(struct ask *a, const struct pam_stack *s, const char *type,
    struct err *e)
{
	struct walk w = { 0, 0 };
	int skip = 0;

	for (size_t i = 0; i < s->n && skip != WALK_END; i++) {
		const struct pam_entry *p = &s->e[i];
		const char *did = "";
		int code;

		if (strcmp(p->type[0] == '-' ? p->type + 1 : p->type,
		    type) != 0)
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		code = run_line(a, p, e);
		if (code < 0)
			return -1;
		skip = walk_step(&w, p->control, code, &did, e);
		if (skip == -2)
			return err_prefix(e, "%s", p->where);
		print_line(a, p, code, did);
	}
	return walk_result(&w);
}

static int
finish(const struct ask *a, const char *phase, int code)
{
	bool in = code == PAM_SUCCESS;
	json_t *all;

	if (!a->json) {
		printf("%s would %s%s%s%s\n", a->user, in ? "be let in" :
		    "be refused", in ? "" : " by ", in ? "" : phase,
		    in ? ", to a session or the lobby" : "");
		return in ? CHECK_YES : CHECK_NO;
	}
	all = json_pack("{s:s, s:s*, s:b, s:s, s:O}", "user", a->user,
	    "as_if", a->as_if, "let_in", (int)in, "answer", walk_word(code),
	    "lines", a->lines);
	(void)json_dumpf(all, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(all);
	return in ? CHECK_YES : CHECK_NO;
}

static int
run_stack(struct ask *a, const struct pam_stack *s, struct err *e)
{
	int code = run_phase(a, s, "auth", e);

	if (code < 0)
		return -1;
	if (code != PAM_SUCCESS)
		return finish(a, "auth", code);
	code = run_phase(a, s, "account", e);
	return code < 0 ? -1 : finish(a, "account", code);
}

/* ---- all of it -------------------------------------------------------- */

/* The value of a word of the first pam_warrant line, else what is built in. */
static void
module_word(const struct pam_stack *s, const char *name, const char *other,
    char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s", other);
	for (size_t i = 0; i < s->n; i++) {
		const char *at = strstr(s->e[i].args, name);

		if (at == NULL || !doctor_is_module(&s->e[i], "pam_warrant"))
			continue;
		at += strlen(name);
		(void)snprintf(ret, size, "%.*s", (int)strcspn(at, " \t"),
		    at);
		return;
	}
}

static int
make_trouble(struct ask *a, const struct pam_stack *s, struct err *e)
{
	char rundir[200], path[200];
	struct conf *c = NULL;
	bool lobby = true;

	if (a->as_if == NULL)
		return 0;
	module_word(s, "rundir=", WARRANT_RUNDIR, rundir, sizeof(rundir));
	module_word(s, "conf=", WARRANT_SYSCONFDIR "/warrant.conf", path,
	    sizeof(path));
	if (conf_load(path, &c, NULL) == 0)
		lobby = strcmp(conf_str(conf_section(c, "login"),
		    "no_grant"), "lobby") == 0;
	conf_free(c);
	return trouble_make(a->as_if, rundir, lobby, &a->trouble, e);
}

/* In a child: a module may do anything to its process. */
static int
in_child(struct ask *a, const struct pam_stack *s)
{
	struct err e = { 0 };
	int status = 0, rc;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		rc = run_stack(a, s, &e);
		if (rc < 0)
			rc = check_fail(CHECK_UNREADABLE, "%s", e.text);
		(void)fflush(stdout);
		_exit(rc);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status))
		return check_fail(CHECK_NO, "a module has ended the process "
		    "by signal %d: sshd would refuse the login",
		    pid < 0 ? 0 : WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int
run(struct ask *a, struct err *e)
{
	static struct pam_stack stack; /* large */
	char folder[] = "/tmp/warrant-check-XXXXXX", file[PATH_MAX];
	const char *slash = strrchr(a->pam, '/');
	int rc = -1;

	if (check_stack(a->pam, &stack, e) < 0)
		return -1;
	if (mkdtemp(folder) == NULL)
		return err_sys(e, "mkdtemp");
	a->folder = folder;
	a->service = slash == NULL ? a->pam : slash + 1;
	a->lines = json_array();
	if (make_trouble(a, &stack, e) == 0)
		rc = in_child(a, &stack);
	trouble_end(&a->trouble);
	json_decref(a->lines);
	(void)snprintf(file, sizeof(file), "%s/%s", folder, a->service);
	(void)unlink(file);
	(void)rmdir(folder);
	return rc;
}

int
check_login(int argc, char **argv)
{
	static const struct option options[] = {
		{ "as-if", required_argument, NULL, OPT_AS_IF },
		{ "from", required_argument, NULL, OPT_FROM },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "pam", required_argument, NULL, OPT_PAM },
		{ NULL, 0, NULL, 0 } };
	struct ask a = { .from = "127.0.0.1", .pam = "/etc/pam.d/sshd" };
	struct err e = { 0 };
	int c, rc;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case OPT_AS_IF: a.as_if = optarg; break;
		case OPT_FROM: a.from = optarg; break;
		case OPT_HELP: return usage(stdout, 0);
		case OPT_JSON: a.json = true; break;
		case OPT_PAM: a.pam = optarg; break;
		default: return usage(stderr, CHECK_USAGE);
		}
	if (optind + 1 != argc)
		return usage(stderr, CHECK_USAGE);
	a.user = argv[optind];
	if (geteuid() != 0)
		return check_fail(CHECK_UNREADABLE, "login: needs root, as "
		    "sshd has it");
	rc = run(&a, &e);
	if (rc >= 0)
		return rc;
	return check_fail(e.code == ERR_USAGE ? CHECK_USAGE :
	    CHECK_UNREADABLE, "%s", e.text);
}
