/* SPDX-License-Identifier: BSD-2-Clause
 * lobby_wait.h - wait for the decision on a request, visibly.
 * in: the link to the ledger; out: lines, and how it ended */
#ifndef WARRANT_RECORDER_LOBBY_WAIT_H
#define WARRANT_RECORDER_LOBBY_WAIT_H

#include <signal.h>
#include <stdbool.h>

#include "lib/command.h"
#include "lib/user.h"
#include "lib/words.h"

struct err;

#define LOBBY_DENIED 77	/* exit status */

struct lobby {
	struct command c;	/* streams, and how errors are shown */
	struct words w;
	int fd;
	bool interactive;	/* a prompt, not words of ssh */
	char account[USER_NAME_MAX];
};

/* Set by SIGINT: a wait detaches, a prompt begins again. */
extern volatile sig_atomic_t lobby_interrupted;

/* Was --json given? */
bool lobby_asks_json(const struct lobby *l);

/* Wait for the end of a request.  An exit status, LOBBY_GO_ON when its grant
 * covers this account and somebody is at the terminal, 75 when detached; -1
 * with *e.  The link may be another one afterwards. */
int lobby_wait(struct lobby *l, const char *request, struct err *e);

#endif
