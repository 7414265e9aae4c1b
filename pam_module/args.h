/* SPDX-License-Identifier: BSD-2-Clause
 * args.h - the words behind pam_warrant.so in a line of /etc/pam.d.
 * in: argc, argv of a pam_sm_ function; out: struct args, pam_warrant(8) */
#ifndef WARRANT_PAM_MODULE_ARGS_H
#define WARRANT_PAM_MODULE_ARGS_H

#include <stdbool.h>

struct err;

struct args {
	const char *conf;	/* configuration, an absolute path */
	const char *rundir;	/* where the sockets lie, an absolute path */
	bool breakglass;	/* session only: watch, never refuse */
	bool debug;
};

/* -1 with *e (ERR_CONFIG) for a word that is not known or no absolute path,
 * *ret untouched: a mistyped word must not switch anything off.  The strings
 * are borrowed from argv.  Pure. */
int args_parse(int argc, const char **argv, struct args *ret, struct err *e);

#endif
