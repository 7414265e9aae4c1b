/* SPDX-License-Identifier: BSD-2-Clause
 * sftp_packet.h - one packet of SFTP while its bytes arrive.
 * in: bytes of one direction, in pieces of any size
 * out: its fields when all are there; content in passing
 *
 * A packet is uint32 length, byte type, uint32 id (not INIT and VERSION),
 * fields; numbers are big-endian, a string is uint32 length and bytes (draft-
 * ietf-secsh-filexfer-02, section 3).  What follows the known fields is
 * skipped.  Fields that reach beyond their packet are read all the same:
 * sftp-server reads them, does what they say, and only then leaves. */
#ifndef WARRANT_RECORDER_SFTP_PACKET_H
#define WARRANT_RECORDER_SFTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/sftp.h"

#define SFTP_PACKET_MAX (256U * 1024)	/* as in OpenSSH */
#define SFTP_NUMBERS 3
#define SFTP_STRINGS 2

enum sftp_op {
	/* requests */
	OP_INIT, OP_OPEN, OP_OPENDIR, OP_CLOSE, OP_READ, OP_WRITE, OP_READDIR,
	OP_FSETSTAT, OP_COPY,
	OP_NAMED,	/* a name or two, and a status */
	OP_LOOK,	/* changes nothing */
	OP_OTHER,
	/* answers */
	OP_VERSION, OP_STATUS, OP_HANDLE, OP_DATA, OP_NAMES, OP_ANSWER,
	OP_WRONG	/* no answer at all */
};

/* What comes in a type of packet. */
struct sftp_form {
	uint8_t type;
	const char *extension;	/* of SSH_FXP_EXTENDED, or NULL */
	enum sftp_op op;
	enum sftp_kind kind;	/* the fact it becomes, or SFTP_NONE */
	/* u uint32, q uint64, s string, a attributes, d content,
	 * x the name of an extension, whose own fields follow */
	const char *fields;
};

struct sftp_string {
	size_t n;	/* bytes kept */
	size_t whole;	/* bytes sent */
	char p[SFTP_NAME_MAX];
};

struct sftp_packet {
	/* the packet */
	const struct sftp_form *form;
	uint32_t id;
	uint64_t number[SFTP_NUMBERS];	/* of u and q, in their order */
	struct sftp_string string[SFTP_STRINGS];	/* of s and x */
	struct sftp_attrs attrs;
	uint32_t content;	/* bytes of d */
	/* how far it has come */
	const struct sftp_form *forms;	/* of this direction */
	int at;
	uint32_t left;		/* bytes of the packet still to come */
	uint64_t value;		/* of the number that is coming */
	unsigned have;		/* bytes of it */
	const char *field;	/* the next; "" when all are known */
	size_t numbers, strings;
	unsigned part;		/* of the attributes */
	bool over;		/* a field reaches beyond the packet */
	uint32_t want;		/* bytes of the string or content to come */
};

struct sftp_bytes {
	const unsigned char *p;
	size_t n;
};

enum sftp_step {
	STEP_MORE,	/* all bytes are used up */
	STEP_CONTENT,	/* content begins; the fields before it are known */
	STEP_PIECE,	/* *piece is some of it, in the bytes given */
	STEP_DONE,	/* the packet is complete */
	STEP_SHORT,	/* a field reached beyond its packet; the fields are
			 * known, if not the last is impossibly long */
	STEP_LENGTH	/* no packet has such a length */
};

void sftp_packet_requests(struct sftp_packet *k);	/* client to server */
void sftp_packet_answers(struct sftp_packet *k);

/* Take bytes from in until something is to be told.  After STEP_SHORT and
 * STEP_LENGTH there is no way on. */
enum sftp_step sftp_packet_step(struct sftp_packet *k, struct sftp_bytes *in,
    struct sftp_bytes *piece);

#endif
