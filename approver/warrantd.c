/* SPDX-License-Identifier: BSD-2-Clause
 * warrantd.c - main: the monitor, or with --role one of its parts. */
#include "config.h"

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "approver/courier.h"
#include "approver/ledger.h"
#include "approver/monitor.h"
#include "approver/policy.h"
#include "approver/retention.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/jail.h"
#include "lib/log.h"
#include "lib/user.h"

struct options {
	struct monitor_start start;
	const char *role;
	bool check;
};

static int
usage(FILE *out)
{
	(void)fputs("usage: warrantd [--foreground] [--verbose] "
	    "[--config FILE]\n"
	    "                [--libexecdir DIR] [--rundir DIR] "
	    "[--statedir DIR]\n"
	    "       warrantd --check-config [--config FILE]\n"
	    "       warrantd --help | --version\n", out);
	return out == stdout ? 0 : 2;
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "check-config", no_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{ "foreground", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ "libexecdir", required_argument, NULL, 'l' },
		{ "role", required_argument, NULL, 'r' },
		{ "rundir", required_argument, NULL, 'R' },
		{ "statedir", required_argument, NULL, 'S' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "hvV", options, NULL)) != -1)
		switch (c) {
		case 'c': o->check = true; break;
		case 'f': o->start.config = optarg; break;
		case 'F': o->start.foreground = true; break;
		case 'l': o->start.libexecdir = optarg; break;
		case 'r': o->role = optarg; break;
		case 'R': o->start.rundir = optarg; break;
		case 'S': o->start.statedir = optarg; break;
		case 'v': o->start.verbose = true; break;
		case 'V':
			(void)printf("warrantd (warrant) %s\n",
			    PACKAGE_VERSION);
			return 0;
		case 'h': return usage(stdout);
		default: return usage(stderr);
		}
	return optind < argc ? usage(stderr) : -1;
}

/* The values of the file and what roles make of them. */
static int
check(const char *path)
{
	static struct policy p;
	struct retention keep;
	struct conf *c = NULL;
	struct err e = { 0 };
	int status = 0;

	if (conf_load(path, &c, &e) < 0 || policy_load(c, &p, &e) < 0 ||
	    retention_load(c, &keep, &e) < 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		status = err_exit_status(e.code);
	} else {
		(void)printf("%s: ok\n", path);
	}
	policy_clear(&p);
	conf_free(c);
	return status;
}

/* What a part got from the monitor: 3 the link, 4 and 5 its sockets. */
static int
run_ledger(const struct options *o, const struct conf *c, struct err *e)
{
	const struct ledger_start s = { .conf = c,
	    .statedir = o->start.statedir, .monitor_fd = 3, .ledger_fd = 4,
	    .approver_fd = 5 };
	struct user u;
	int r = user_find("warrant", &u, e);

	if (r == 0)
		return err_set(e, ERR_CONFIG, "no account warrant");
	if (r < 0 || jail_user(u.uid, u.gid, e) < 0 || jail_quiet(e) < 0)
		return -1;
	return ledger_run(&s, e);
}

static int
run_courier(const struct options *o, const struct conf *c, struct err *e)
{
	char dir[PATH_MAX];
	const struct courier_start s = { .listen_fd = 4, .keys_fd = 5,
	    .monitor_fd = 3,
	    .conf = c, .state_dir = dir, .user = "warrant-net" };

	(void)snprintf(dir, sizeof(dir), "%s/courier", o->start.statedir);
	return courier_main(&s, e);
}

static int
run_part(const struct options *o, struct err *e)
{
	bool ledger = strcmp(o->role, "ledger") == 0;
	struct conf *c = NULL;
	int rc;

	if (!ledger && strcmp(o->role, "courier") != 0)
		return err_set(e, ERR_USAGE, "%.20s: no such role", o->role);
	for (int fd = 3; fd <= 5; fd++)
		if (io_set_cloexec(fd, true, e) < 0)
			return -1;
	if (conf_load(o->start.config, &c, e) < 0)
		return -1;
	rc = ledger ? run_ledger(o, c, e) : run_courier(o, c, e);
	conf_free(c);
	return rc;
}

static int
run_monitor(struct options *o, struct err *e)
{
	static char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (geteuid() != 0)
		return err_set(e, ERR_USAGE, "must be started by root");
	if (n <= 0)
		return err_sys(e, "/proc/self/exe");
	self[n] = '\0';
	o->start.self = self;
	/* the parts know the file by its whole path, wherever they are */
	if (o->start.config[0] != '/')
		return err_set(e, ERR_USAGE, "--config: give a whole path");
	if (!o->start.foreground && daemon(0, 0) < 0)
		return err_sys(e, "daemon");
	if (jail_quiet(e) < 0)
		return -1;
	return monitor_run(&o->start, e);
}

int
main(int argc, char **argv)
{
	static char ident[32];
	struct options o = { .start = {
	    .config = WARRANT_SYSCONFDIR "/warrant.conf",
	    .rundir = WARRANT_RUNDIR, .statedir = WARRANT_STATEDIR,
	    .libexecdir = WARRANT_LIBEXECDIR } };
	struct err e = { 0 };
	int rc = parse(argc, argv, &o);

	if (rc >= 0)
		return rc;
	if (o.check)
		return check(o.start.config);
	(void)snprintf(ident, sizeof(ident), "warrantd%s%.20s",
	    o.role == NULL ? "" : "-", o.role == NULL ? "" : o.role);
	log_open(ident, o.start.foreground);
	log_verbose(o.start.verbose);
	rc = o.role != NULL ? run_part(&o, &e) : run_monitor(&o, &e);
	if (rc == 0)
		return 0;
	log_line(LOG_ERR, "%s", e.text);
	if (o.role == NULL && !o.start.foreground)
		(void)fprintf(stderr, "warrantd: %s\n", e.text);
	return err_exit_status(e.code);
}
