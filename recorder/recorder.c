/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-recorder(8): the options, and which of its two lives. */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/log.h"
#include "recorder/served.h"
#include "recorder/standalone.h"

#define PATHS_MAX 32
#define LAST_FD 6	/* of those warrantd gives */

static void
usage(FILE *to)
{
	(void)fputs("usage: warrant-recorder --standalone FILE [--force] "
	    "[--no-mask]\n"
	    "                        [--profile LIST] [--rules PATH]... "
	    "[--tables DIR]\n"
	    "                        [--] [COMMAND [ARG]...]\n"
	    "Records a command (else $SHELL) on a terminal or in a pipe; "
	    "secrets are masked\nbefore they are shown and kept.  For logins "
	    "warrantd(8) starts it.\n\n"
	    "  -f, --force          write over FILE\n"
	    "  -h, --help           this text\n"
	    "  -n, --no-mask        show and keep everything as it is\n"
	    "  -p, --profile LIST   mask profiles in force, or all\n"
	    "  -r, --rules PATH     mask rules: file or folder (repeatable)\n"
	    "  -s, --standalone FILE  record to FILE (FILE.cast.zst)\n"
	    "  -t, --tables DIR     compiled rules, of warrant-maskc(8)\n"
	    "  -V, --version        the version\n", to);
}

static int
alone(struct standalone *s, char *const *argv, struct err *e)
{
	static const char *const rules[] = { WARRANT_DATADIR "/mask.d" };
	static char shell[] = "/bin/sh";
	char *own[] = { getenv("SHELL"), NULL };

	if (own[0] == NULL || own[0][0] == '\0')
		own[0] = shell;
	s->argv = argv[0] == NULL ? own : argv;
	if (s->nrules == 0) {
		s->rules = rules;
		s->nrules = 1;
	}
	return standalone_run(s, e);
}

static int
served(struct err *e)
{
	for (int fd = 3; fd <= LAST_FD; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return err_set(e, ERR_USAGE, "warrantd starts this "
			    "program; by hand use --standalone FILE");
	log_open("warrant-recorder", true);
	return served_run(e);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "no-mask", no_argument, NULL, 'n' },
		{ "profile", required_argument, NULL, 'p' },
		{ "rules", required_argument, NULL, 'r' },
		{ "standalone", required_argument, NULL, 's' },
		{ "tables", required_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	const char *paths[PATHS_MAX];
	struct standalone s = { .rules = paths };
	struct err e = { 0 };
	int c, rc;

	while ((c = getopt_long(argc, argv, "+fhnp:r:s:t:V", longs, NULL)) !=
	    -1) {
		if (c == 'f') {
			s.force = true;
		} else if (c == 'n') {
			s.no_mask = true;
		} else if (c == 'p') {
			s.profiles = optarg;
		} else if (c == 'r' && s.nrules < PATHS_MAX) {
			paths[s.nrules++] = optarg;
		} else if (c == 's') {
			s.file = optarg;
		} else if (c == 't') {
			s.tables = optarg;
		} else if (c == 'h') {
			usage(stdout);
			return 0;
		} else if (c == 'V') {
			(void)printf("warrant-recorder " PACKAGE_VERSION
			    "\n");
			return 0;
		} else {
			usage(stderr);
			return err_exit_status(ERR_USAGE);
		}
	}
	rc = s.file != NULL ? alone(&s, argv + optind, &e) : served(&e);
	if (rc >= 0)
		return rc;
	(void)fprintf(stderr, "warrant-recorder: %s\n", e.text);
	return err_exit_status(e.code);
}
