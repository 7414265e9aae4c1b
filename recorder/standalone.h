/* SPDX-License-Identifier: BSD-2-Clause
 * standalone.h - record a command as an ordinary user, as script(1) does.
 * in: a file name, a command; out: the record, the command's exit status
 *
 * The same relay, maskers and file as of a login, without gate and ledger:
 * for trying, testing and measuring.  Mask events carry a random key, k0. */
#ifndef WARRANT_RECORDER_STANDALONE_H
#define WARRANT_RECORDER_STANDALONE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct standalone {
	const char *file;
	const char *const *rules;	/* paths of mask rules */
	size_t nrules;
	const char *profiles;	/* NULL: default */
	const char *tables;	/* folder of compiled rules, or NULL */
	bool no_mask, force;
	char *const *argv;	/* NULL ends */
};

/* The exit status (128 + signal), or -1 with *e. */
int standalone_run(const struct standalone *s, struct err *e);

#endif
