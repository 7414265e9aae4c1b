/* SPDX-License-Identifier: BSD-2-Clause
 * notify.h - what a service manager wants to hear and hands over.
 * in: NOTIFY_SOCKET, LISTEN_FDS, LISTEN_FDNAMES (sd_notify(3),
 * sd_listen_fds(3)); out: datagrams, descriptors
 *
 * Without a service manager all of it does nothing. */
#ifndef WARRANT_APPROVER_NOTIFY_H
#define WARRANT_APPROVER_NOTIFY_H

/* Send one state, such as "READY=1" or "STATUS=text". */
void notify_send(const char *state);

/* The listening descriptor of this name (close-on-exec), or -1. */
int notify_listen_fd(const char *name);

#endif
