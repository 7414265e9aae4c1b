/* SPDX-License-Identifier: BSD-2-Clause
 * wait.h - wait for an answer while the person is still there.
 * in: the link to the courier, the ssh connection, a deadline
 * out: which of the three came first
 *
 * Nobody in sshd reads the connection while a module works, so that sshd
 * does not notice a client that has gone.  But the process that runs the
 * module has inherited the connection, and can. */
#ifndef WARRANT_PAM_MODULE_WAIT_H
#define WARRANT_PAM_MODULE_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/socket.h>

struct err;

/* Of "CLIENT PORT SERVER PORT" (ssh(1), SSH_CONNECTION), client and port. */
struct wait_peer {
	char address[64];
	uint16_t port;
};

/* 0, or -1 with *e (ERR_INPUT). Pure. */
int wait_peer_parse(const char *ssh_connection, struct wait_peer *ret,
    struct err *e);

/* Is a socket address this peer?  An IPv4 address inside IPv6 counts as what
 * it is.  Pure. */
bool wait_peer_is(const struct wait_peer *p, const struct sockaddr *sa);

/* The inherited descriptor (borrowed) whose peer is that of the value of
 * SSH_CONNECTION, or -1 when there is none: NULL, a login without ssh. */
int wait_find(const char *ssh_connection);

/* 0 when link is readable; -1 with *e set: ERR_TIMEOUT when deadline_ns
 * (CLOCK_MONOTONIC) is over, ERR_UNAVAILABLE when the client behind peer_fd
 * (-1: none) has gone. */
int wait_link(int link, int peer_fd, int64_t deadline_ns, struct err *e);

#endif
