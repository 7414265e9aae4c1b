/* SPDX-License-Identifier: BSD-2-Clause
 * transfer.h - is this remote command a file transfer?
 * in: the command as ssh sent it; out: which program, started how
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

struct transfer {
	const char *name;	/* "sftp", "scp", "rsync", "git"; NULL: none */
	const char *const *paths;	/* where the program may lie, NULL ends */
	char *argv[TRANSFER_WORDS_MAX + 1];	/* into room, NULL ends */
	size_t argc;
	char room[TRANSFER_LINE_MAX + 1];
};

/* *ret is filled and points into itself: do not copy it.  Pure. */
enum transfer_kind transfer_parse(const char *command, struct transfer *ret);

/* Is it what the client of mosh sends?  The screen then goes by UDP, from a
 * process that leaves the channel: there would be a shell and no record of
 * it.  No fence: in a session mosh-server is a program like others. */
bool transfer_mosh(const char *command);

#endif
