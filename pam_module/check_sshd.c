/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-check sshd: reads, asks doctor.h, prints. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <inttypes.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/user.h"
#include "pam_module/check.h"
#include "pam_module/doctor.h"

#define SSHD_OUTPUT_MAX (256 * 1024)
#define PAM_FILE_MAX (256 * 1024)
#define SHELL WARRANT_BINDIR "/warrant-shell"

enum { OPT_CONFIG = 1, OPT_HELP, OPT_JSON, OPT_PAM, OPT_SSHD, OPT_SSHD_CONFIG,
	OPT_USER };

struct options {
	const char *config, *sshd, *sshd_config, *pam, *user;
	bool json;
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "pam", required_argument, NULL, OPT_PAM },
	{ "sshd", required_argument, NULL, OPT_SSHD },
	{ "sshd-config", required_argument, NULL, OPT_SSHD_CONFIG },
	{ "user", required_argument, NULL, OPT_USER },
	{ NULL, 0, NULL, 0 },
};

static int
usage(FILE *f, int status)
{
	fprintf(f, "usage: warrant-check sshd [--config FILE] [--json] "
	    "[--pam FILE] [--sshd PATH]\n"
	    "           [--sshd-config FILE] [--user NAME]\n"
	    "Names what lets a login pass by a recorded session, with the "
	    "line to change.\n");
	return status;
}

/* ---- sshd ------------------------------------------------------------- */

static void
exec_sshd(const struct options *o, int out)
{
	char spec[128];
	const char *argv[8] = { o->sshd, "-T" };
	int n = 2;

	if (o->sshd_config != NULL) {
		argv[n++] = "-f";
		argv[n++] = o->sshd_config;
	}
	if (o->user != NULL) {
		(void)snprintf(spec, sizeof(spec),
		    "user=%s,host=localhost,addr=127.0.0.1", o->user);
		argv[n++] = "-C";
		argv[n++] = spec;
	}
	(void)dup2(out, STDOUT_FILENO);
	(void)execv(o->sshd, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* What it is configured for, as it sees it itself. */
static int
ask_sshd(const struct options *o, struct buf *b, struct err *e)
{
	int p[2], rc, status = 0;
	pid_t child;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	child = fork();
	if (child == 0)
		exec_sshd(o, p[1]);
	(void)close(p[1]);
	rc = child < 0 ? err_sys(e, "fork") : io_read_all(p[0], b, e);
	(void)close(p[0]);
	if (child > 0)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return err_set(e, ERR_UNAVAILABLE, "%s -T failed%s", o->sshd,
		    geteuid() == 0 ? "" : ": it needs root");
	return rc;
}

/* ---- files and accounts ----------------------------------------------- */

static void
check_shell(struct findings *to)
{
	gid_t gid = 0;
	struct stat st;

	if (stat(SHELL, &st) < 0) {
		doctor_add(to, DOCTOR_ERROR, SHELL, "make install", "%s",
		    strerror(errno));
		return;
	}
	if (user_group("warrant-rec", &gid, NULL) != 1 || st.st_gid != gid ||
	    (st.st_mode & (S_ISGID | 0777)) != (S_ISGID | 0755) ||
	    st.st_uid != 0)
		doctor_add(to, DOCTOR_ERROR, SHELL,
		    "chown root:warrant-rec " SHELL "; chmod 2755 " SHELL,
		    "mode %o of %u:%u: the gate refuses it",
		    (unsigned)(st.st_mode & 07777), (unsigned)st.st_uid,
		    (unsigned)st.st_gid);
}

static bool
has_password(const char *name)
{
	char room[4096];
	struct spwd own, *s = NULL;

	return getspnam_r(name, &own, room, sizeof(room), &s) == 0 &&
	    s != NULL && s->sp_pwdp[0] != '\0' &&
	    strchr("!*", s->sp_pwdp[0]) == NULL;
}

static bool
member_may(const char *group)
{
	static char room[65536];
	struct group own, *g = NULL;
	bool found = false;

	if (getgrnam_r(group, &own, room, sizeof(room), &g) != 0 || g == NULL)
		return false;
	for (char **m = g->gr_mem; *m != NULL; m++)
		found = found || has_password(*m);
	return found;
}

/* Does a member of one of the groups in this list have a local password? */
static bool
somebody_may(const char *path)
{
	struct buf b = BUF_INIT(PAM_FILE_MAX);
	bool found = false;
	char *save = NULL;

	if (io_read_file(path, &b, NULL) == 0 && b.p != NULL)
		for (char *n = strtok_r(b.p, "\n", &save); n != NULL &&
		    !found; n = strtok_r(NULL, "\n", &save))
			found = member_may(n);
	buf_clear(&b);
	return found;
}

static void
check_members(const struct pam_stack *s, struct findings *to)
{
	const struct pam_entry *p = doctor_breakglass(s);
	const char *file = p == NULL ? NULL : strstr(p->args, "file=");
	char path[256];
	struct stat st;

	if (file == NULL || !doctor_is_module(p, "pam_listfile"))
		return;
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(file + 5,
	    " \t"), file + 5);
	if (stat(path, &st) == 0 && (st.st_mode & 022) != 0)
		doctor_add(to, DOCTOR_ERROR, path, "chmod go-w", "others may "
		    "write it, and so pass by every grant");
	if (geteuid() == 0 && strstr(p->args, "item=group") != NULL &&
	    !somebody_may(path))
		doctor_add(to, DOCTOR_WARNING, path, "usermod -aG GROUP NAME; "
		    "passwd NAME", "no group of it has a member with a local "
		    "password: nobody can break the glass");
}

/* ---- the answer ------------------------------------------------------- */

static int
print_json(const struct findings *all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < all->n; i++)
		(void)json_array_append_new(list, json_pack(
		    "{s:s, s:s, s:s, s:s}", "level", all->f[i].level ==
		    DOCTOR_ERROR ? "error" : "warning", "where",
		    all->f[i].where, "what", all->f[i].what, "fix",
		    all->f[i].fix));
	(void)json_dumpf(list, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(list);
	return 0;
}

static int
print_all(const struct findings *all, bool json)
{
	size_t errors = 0;

	for (size_t i = 0; i < all->n; i++)
		errors += all->f[i].level == DOCTOR_ERROR;
	if (json)
		(void)print_json(all);
	for (size_t i = 0; !json && i < all->n; i++)
		(void)printf("%-7s %s: %s\n        fix: %s\n",
		    all->f[i].level == DOCTOR_ERROR ? "error" : "warning",
		    all->f[i].where, all->f[i].what, all->f[i].fix);
	if (!json)
		(void)printf("%zu errors, %zu warnings%s\n", errors,
		    all->n - errors, all->cut ? ", and more" : "");
	return errors > 0 ? CHECK_NO : CHECK_YES;
}

static int
take_options(int argc, char **argv, struct options *o)
{
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case OPT_CONFIG: o->config = optarg; break;
		case OPT_JSON: o->json = true; break;
		case OPT_PAM: o->pam = optarg; break;
		case OPT_SSHD: o->sshd = optarg; break;
		case OPT_SSHD_CONFIG: o->sshd_config = optarg; break;
		case OPT_USER: o->user = optarg; break;
		default: return -1;
		}
	return optind == argc ? 0 : -1;
}

static int
examine(const struct options *o, struct findings *all, struct err *e)
{
	static struct pam_stack stack; /* large */
	struct doctor_want want = { .shell = SHELL };
	struct buf out = BUF_INIT(SSHD_OUTPUT_MAX);
	struct conf *conf = NULL;
	int rc = -1;

	if (conf_load(o->config, &conf, e) < 0)
		goto out;
	want.wait_s = conf_us(conf_section(conf, "login"), "wait") / 1000000;
	if (ask_sshd(o, &out, e) < 0 || check_stack(o->pam, &stack, e) < 0)
		goto out;
	doctor_sshd(out.p == NULL ? "" : out.p, &want, all);
	doctor_pam(&stack, all);
	check_shell(all);
	check_members(&stack, all);
	rc = 0;
out:
	conf_free(conf);
	buf_clear(&out);
	return rc;
}

int
check_sshd(int argc, char **argv)
{
	static struct findings all; /* large */
	struct options o = { .config = WARRANT_SYSCONFDIR "/warrant.conf",
	    .sshd = "/usr/sbin/sshd", .pam = "/etc/pam.d/sshd" };
	struct err e = { 0 };

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (take_options(argc, argv, &o) < 0)
		return usage(stderr, CHECK_USAGE);
	if (examine(&o, &all, &e) < 0)
		return check_fail(CHECK_UNREADABLE, "%s", e.text);
	return print_all(&all, o.json);
}
