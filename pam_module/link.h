/* SPDX-License-Identifier: BSD-2-Clause
 * link.h - the module's questions to warrantd.
 * in: the folder of the sockets, a message of HACKING.md "Messages"
 * out: its answer, or why there is none, within 2 s
 *
 * A socket that is not root's own is refused: who can put one there would
 * be asked whether a login is right. */
#ifndef WARRANT_PAM_MODULE_LINK_H
#define WARRANT_PAM_MODULE_LINK_H

#include <jansson.h>

struct err;

#define LINK_MS 2000	/* for each answer that no person waits for */

/* Connect to RUNDIR/name.  A descriptor, close-on-exec, or -1 with *e
 * (ERR_UNAVAILABLE when nobody listens or the queue is full). */
int link_open(const char *rundir, const char *name, struct err *e);

/* Ask on an open link: msg is stolen, *answer is the caller's. */
int link_ask(int fd, json_t *msg, json_t **answer, struct err *e);

/* The answer to what was asked before, when link is readable.  As link_ask. */
int link_answer(int fd, json_t **answer, struct err *e);

/* One question on a link of its own. */
int link_once(const char *rundir, const char *name, json_t *msg,
    json_t **answer, struct err *e);

/* Overwrite the string that msg has under key, if any: jansson frees without
 * wiping. */
void link_wipe(json_t *msg, const char *key);

#endif
