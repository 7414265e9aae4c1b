/* SPDX-License-Identifier: BSD-2-Clause
 * Main of warrant-check(8). */
#include "pam_module/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "lib/conf.h"
#include "lib/quote.h"
#include "pam_module/jwt_backend.h"

static const struct {
	const char *name;
	int (*run)(int, char **);
	const char *words;
	const char *about;
} commands[] = {
	{ "login", check_login, "[--as-if TROUBLE] [--json] ... USER",
	    "run the PAM stack for somebody, as if something were down" },
	{ "sshd", check_sshd, "[--user NAME] [--json] ...",
	    "does sshd lead everybody into a recorded session?" },
	{ "token", check_token, "--jwks FILE --issuer ISS --audience AUD ...",
	    "judge the token on standard input" },
};

int
check_fail(int status, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "warrant-check: ");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

static int
usage(FILE *f, int status)
{
	fprintf(f, "usage: warrant-check COMMAND [OPTION...]\n"
	    "       warrant-check --check-config [FILE]\n"
	    "       warrant-check --version\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(f, "  %s %s\n      %s\n", commands[i].name,
		    commands[i].words, commands[i].about);
	return status;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, CHECK_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, 0);
	if (strcmp(argv[1], "--version") == 0) {
		printf("warrant-check %s (%s)\n", PACKAGE_VERSION,
		    jwt_backend_name());
		return 0;
	}
	if (strcmp(argv[1], "--check-config") == 0 && argc <= 3)
		return conf_check(argc == 3 ? argv[2] :
		    WARRANT_SYSCONFDIR "/warrant.conf", false);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)check_fail(CHECK_USAGE, "%s: no such command or option",
	    quote_str(argv[1]).s);
	return usage(stderr, CHECK_USAGE);
}
