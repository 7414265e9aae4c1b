/* SPDX-License-Identifier: BSD-2-Clause
 * transfer.h - is this remote command a file transfer?
 * in: the command as ssh sent it
 * out: which program, started how, and which way files go
 *
 * sftp, scp, rsync and git start a known program on the server.  Such a
 * program may be started directly, without a shell, and then its stream is
 * counted and hashed instead of recorded.  That is an exemption from the
 * record, so it is given only to a command that parses as one plain list of
 * words without any character of the shell's, whose program is named in the
 * table by its bare name or its usual path, and whose options are all known;
 * never by a prefix ("scp -t x; bash" is an ordinary command). */
#ifndef WARRANT_RECORDER_TRANSFER_H
#define WARRANT_RECORDER_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#define TRANSFER_LINE_MAX 4096
#define TRANSFER_WORDS_MAX 128

enum transfer_kind {
	TRANSFER_NONE = 0,	/* an ordinary command */
	TRANSFER_SHELL,		/* begins like a transfer, but must not be
				 * started directly: it is recorded as any
				 * command is, and refused by transfer=deny */
	TRANSFER_DIRECT		/* start path with these words, no shell */
};

/* Which way files go, as the person sees it; a set. */
enum {
	TRANSFER_IN = 1,	/* into the host: an upload */
	TRANSFER_OUT = 2	/* out of it: a download */
};
#define TRANSFER_WHY_MAX 320

struct transfer {
	const char *name;	/* "sftp", "scp", "rsync", "git"; NULL: none */
	unsigned ways;	/* it may move files these ways */
	const char *const *paths;	/* where the program may lie, NULL ends */
	char *argv[TRANSFER_WORDS_MAX + 1];	/* into room, NULL ends */
	size_t argc;
	char room[TRANSFER_LINE_MAX + 1];
};

/* *ret is filled and points into itself: do not copy it.  Pure. */
enum transfer_kind transfer_parse(const char *command, struct transfer *ret);

/* What a role allows: its word in warrant.conf(5), deny, log, in or out.  Of
 * any other word nothing.  Pure. */
unsigned transfer_allowed(const char *word);

/* See to it that t, which is to be started directly, moves files no other way
 * than the allowed ones: sftp-server(8) is told so by its options.  false: it
 * must not run.  The answer of sftp-server is then "Permission denied"; names
 * of files can still be listed.  Pure. */
bool transfer_limit(struct transfer *t, unsigned allowed);

/* Why not, for the person: which way it goes and which are allowed, the role
 * and what to ask for. */
void transfer_why(const struct transfer *t, unsigned allowed,
    const char *role, char ret[TRANSFER_WHY_MAX]);

/* Is it what the client of mosh sends?  The screen then goes by UDP, from a
 * process that leaves the channel: there would be a shell and no record of
 * it.  No fence: in a session mosh-server is a program like others. */
bool transfer_mosh(const char *command);

#endif
