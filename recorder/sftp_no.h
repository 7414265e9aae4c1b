/* SPDX-License-Identifier: BSD-2-Clause
 * sftp_no.h - why not, to a client that speaks SFTP and hears nothing else.
 * in: the bytes of the client; out: the answers of a server that has nothing
 *
 * sshd drops what a subsystem says on standard error, so a refusal would read
 * "Connection closed".  Version 3, draft-ietf-secsh-filexfer-02: the version
 * is told at once, for a recorder may have taken the client's INIT; to all
 * that is asked the answer is SSH_FX_PERMISSION_DENIED with the reason. */
#ifndef WARRANT_RECORDER_SFTP_NO_H
#define WARRANT_RECORDER_SFTP_NO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

struct sftp_no {
	const char *text;	/* the reason, borrowed */
	uint8_t head[9];	/* length, type, id */
	size_t have;		/* bytes of it */
	uint32_t skip;		/* of the packet, behind it */
	unsigned packets;
};

/* n more bytes; what is to be answered is appended to out.  1: enough was
 * said, or it is no SFTP; 0: go on; -1 with *e.  Pure. */
int sftp_no_feed(struct sftp_no *s, const uint8_t *p, size_t n,
    struct buf *out, struct err *e);

/* Do so on two descriptors, until the client leaves or some seconds are
 * over. */
void sftp_no_run(int in, int out, const char *text);

/* Is this remote command OpenSSH's sftp-server, and no more?  Pure. */
bool sftp_no_fits(const char *command);

#endif
