/* SPDX-License-Identifier: BSD-2-Clause
 * courier.h - the process that speaks HTTPS: discovery, keys, device flow.
 * in: requests on its socket (HACKING.md, "courier.sock"); out: answers
 *
 * One thread, one loop, many links.  A link is one client; closing it stops
 * all that is done for it. */
#ifndef WARRANT_APPROVER_COURIER_H
#define WARRANT_APPROVER_COURIER_H

struct conf;
struct err;

#define COURIER_CLIENTS_MAX 256
#define COURIER_KEYS_MAX 64	/* of them by keys_fd */

struct courier_start {
	int listen_fd;		/* SEQPACKET, listening, close-on-exec */
	int keys_fd;		/* the same, for the question jwks alone, by
				 * whom its mode lets in; -1 */
	int monitor_fd;		/* link to the monitor; its end ends us; -1 */
	const struct conf *conf;
	const char *state_dir;	/* its last part is made (0700) if need be;
				 * keys are cached there */
	const char *user;	/* account to become when started by root;
				 * NULL: stay who we are (tests) */
};

/* Read secrets and certificates, become user, serve until SIGTERM or the end
 * of the monitor: 0.  -1 with *e when it cannot start or go on.  Clients are
 * root, or the uid that called this.  A main calls it once: it changes the
 * working folder, the signal mask and libjansson's allocators. */
int courier_main(const struct courier_start *start, struct err *e);

#endif
