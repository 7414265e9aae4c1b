/* SPDX-License-Identifier: BSD-2-Clause
 * session.h - a connection begins under its exec gate, and ends.
 * in: a login id of the ledger, or break-glass; the monitor at pam.sock
 * out: this process and all its children under a gate that answers
 *
 * The order: the monitor opens the connection (conn.open) and starts
 * warrant-gate; the filter is installed here, in sshd's root process, before
 * it forks the one that becomes the account; the listener is handed over
 * (conn.gate) and never kept; only the gate's answer, GO, is success.  A
 * login inside a session (su, sudo) joins its connection instead. */
#ifndef WARRANT_PAM_MODULE_SESSION_H
#define WARRANT_PAM_MODULE_SESSION_H

#include <stdbool.h>

#include "lib/id.h"

struct account;
struct err;

struct session {
	int link;		/* to the gate, close-on-exec; -1: none */
	bool nested;		/* part of a connection that was there */
	char conn[ID_MAX];	/* c-... */
};

struct session_ask {
	const char *rundir;
	const struct account *account;
	const char *login;	/* l-...; NULL with breakglass */
	bool breakglass;
};

/* Is this process under a connection of ours already?  1 and *ret (release
 * with session_close), 0 no, -1 with *e when it is under a seccomp filter
 * and the monitor cannot be asked. */
int session_join(const struct session_ask *q, struct session *ret,
    struct err *e);

/* Open a connection.  -1 with *e: nothing may start.  When the filter was
 * installed before it failed, every execve of this process fails from here
 * on, by the kernel. */
int session_open(const struct session_ask *q, struct session *ret,
    struct err *e);

/* Say goodbye and close; s may be empty. */
void session_close(struct session *s);

#endif
