/* SPDX-License-Identifier: BSD-2-Clause
 * lobby.h - what a verified person without a grant can do.
 * in: the command line of the channel, or lines typed; out: an exit status
 *
 * Built-ins only, nothing is executed.  It runs in warrant-shell as the
 * account; who the person is, is known to the ledger from the process.  With
 * a terminal it asks and waits; without one it never asks, and a request
 * that is open ends with status 75 and the id on standard output. */
#ifndef WARRANT_RECORDER_LOBBY_H
#define WARRANT_RECORDER_LOBBY_H

#include <stdbool.h>

struct err;

/* A grant covers this account now: say hello to the gate again, as a login
 * shell, without the command. */
#define LOBBY_GO_ON 256

/* Is this command line "warrant VERB ...", which is ours even when a grant
 * covers?  Pure. */
bool lobby_is_verb(const char *command);

/* command: as ssh gave it, NULL for a login; "warrant " in front is taken
 * off.  text: why there is no session, shown first (may be NULL).  The exit
 * status (0 to 255), LOBBY_GO_ON, or -1 with *e. */
int lobby_run(const char *command, bool tty, const char *text,
    struct err *e);

#endif
