/* SPDX-License-Identifier: BSD-2-Clause
 * approver.c - main of approver(1): who waits for what, and yes or no. */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/conf.h"

static int
usage(FILE *out)
{
	(void)fputs("usage: approver [--socket PATH] [COMMAND]\n"
	    "       approver --check-config [--config FILE] | --help | "
	    "--version\n", out);
	command_usage(command_table, "approver", out);
	return out == stdout ? 0 : 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check-config", no_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "socket", required_argument, NULL, 's' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = WARRANT_SYSCONFDIR "/warrant.conf";
	struct command c = { .in = stdin, .out = stdout, .err = stderr,
	    .may_exec = true,
	    .name = "approver" };
	bool check = false;
	int o;

	(void)setlocale(LC_ALL, "");
	/* '+': options behind the command are the command's */
	while ((o = getopt_long(argc, argv, "+hV", options, NULL)) != -1)
		switch (o) {
		case 'c':
			check = true;
			break;
		case 'f':
			config = optarg;
			break;
		case 'h':
			return usage(stdout);
		case 's':
			c.socket = optarg;
			break;
		case 'V':
			(void)printf("approver (warrant) %s\n",
			    PACKAGE_VERSION);
			return 0;
		default:
			return usage(stderr);
		}
	if (check)
		return conf_check(config, false);
	c.tty = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
	return command_run(&c, (size_t)(argc - optind), argv + optind);
}
