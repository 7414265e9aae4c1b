/* SPDX-License-Identifier: BSD-2-Clause
 * ask.h - a client of approver.sock (HACKING.md, "Messages").
 * in: a question; out: the ledger's answer
 *
 * Who asks is found by the ledger from the process at this end; nothing that
 * is sent here says who we are. */
#ifndef WARRANT_LIB_ASK_H
#define WARRANT_LIB_ASK_H

#include <jansson.h>

struct err;
struct wire_fds;

#define ASK_TIMEOUT_MS 15000

/* Connect to the socket at path (NULL: RUNDIR/approver.sock); a descriptor,
 * or -1 with *e (ERR_UNAVAILABLE). */
int ask_connect(const char *path, struct err *e);

/* Send msg (stolen) and wait for its answer.  0 with *answer (caller:
 * json_decref), -1 with *e taken from the answer or the link. */
int ask(int fd, json_t *msg, json_t **answer, struct err *e);

/* As ask(), for an answer with descriptors beside it (caller:
 * wire_fds_close). */
int ask_fds(int fd, json_t *msg, json_t **answer, struct wire_fds *fds,
    struct err *e);

/* As ask(), for a question whose answer holds an array at key and "more"
 * while there is more of it: asks on with "after" and joins the arrays. */
int ask_list(int fd, json_t *msg, const char *key, json_t **answer,
    struct err *e);

#endif
