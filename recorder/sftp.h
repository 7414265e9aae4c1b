/* SPDX-License-Identifier: BSD-2-Clause
 * sftp.h - what an SFTP session did, told from its bytes.
 * in: the bytes of both directions, in pieces of any size
 * out: facts: this file came, that one went, this name was changed
 *
 * Follows version 3 (draft-ietf-secsh-filexfer-02) and the extensions that
 * the file PROTOCOL of OpenSSH names, as its sftp-server(8) understands them.
 * Only looks: it changes no byte, and what it cannot follow is no reason to
 * stop a transfer.  It is then `lost`: all that was open is told as it stood,
 * SFTP_LOST is told last, and from there on bytes are only counted.  A client
 * can bring that about at will; who relies on the facts looks at sftp_lost.
 *
 * A fact is told when the server has answered; of a file, when it is closed.
 * Paths are as the client sent them: not resolved, and relative ones start in
 * a folder that is not known here.  Looking at names (stat, realpath,
 * readlink, statvfs, limits, fsync ...) is counted, not told.
 *
 * Content is hashed while it passes and never kept, so a digest needs each
 * byte to come in the order of the file, from offset 0: OpenSSH's client and
 * server do so.  Requests may be as many at once as they like; it is the
 * order of the data that counts.  It is the digest of what went through one
 * handle: whether another handle or program wrote the same file meanwhile
 * cannot be seen from here.
 *
 * Memory: a name is kept up to SFTP_NAME_MAX; at most SFTP_FILES_MAX handles,
 * SFTP_REQUESTS_MAX requests without an answer and SFTP_HELD_MAX bytes of
 * both at a time.  One more, and the observer is lost. */
#ifndef WARRANT_RECORDER_SFTP_H
#define WARRANT_RECORDER_SFTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct err;
struct sftp;

#define SFTP_NAME_MAX 4096	/* PATH_MAX of Linux */
#define SFTP_FILES_MAX 1024	/* a server's usual limit of descriptors */
/* Some clients ask for a whole file before they read the first answer, and
 * sftp-server answers up to 128 MiB ahead: 4096 answers, and two pipes full
 * of questions. */
#define SFTP_REQUESTS_MAX 16384
#define SFTP_HELD_MAX (8U << 20)
#define SFTP_SHA256 32

enum sftp_kind {
	SFTP_NONE = 0,
	SFTP_READ,	/* download: path, bytes, digest, whole */
	SFTP_WRITE,	/* upload: the same, and attributes of the open */
	SFTP_LIST,	/* names of a folder: path, names, whole */
	SFTP_RENAME,	/* path is now to */
	SFTP_REMOVE,
	SFTP_MKDIR,	/* path, attributes */
	SFTP_RMDIR,
	SFTP_LINK,	/* to is one more name of path */
	SFTP_SYMLINK,	/* to is new and points to path, of any text */
	SFTP_SETSTAT,	/* path, attributes */
	SFTP_COPY,	/* on the server, from path to to; bytes: as asked,
			 * 0 up to the end */
	SFTP_OTHER,	/* an extension not known here (path is its name), or
			 * a type of request (path is empty) */
	SFTP_LOST	/* why: what could not be followed */
};

/* Bytes as they were sent: any, also NUL and control characters; not ended
 * by a NUL.  n < whole: it was longer than SFTP_NAME_MAX. */
struct sftp_name {
	const char *p;	/* NULL: there is none */
	size_t n;	/* bytes at p */
	size_t whole;	/* bytes that were sent */
};

/* Draft, section 5; the values are those of the protocol. */
enum {
	SFTP_SET_SIZE = 1, SFTP_SET_OWNER = 2, SFTP_SET_MODE = 4,
	SFTP_SET_TIMES = 8
};

struct sftp_attrs {
	uint32_t set;	/* SFTP_SET_*: which of these were given */
	uint64_t size;	/* bytes */
	uint32_t uid, gid, mode;
	uint32_t atime, mtime;	/* seconds since the Unix epoch */
};

struct sftp_fact {
	enum sftp_kind kind;
	struct sftp_name path, to;
	struct sftp_attrs attrs;
	bool answered;	/* false: it was asked for, and may have happened */
	bool ok;	/* answered, and all of it went well */
	uint32_t status;	/* SSH_FX_*, draft section 7: the first that
				 * was a failure; 0 */
	uint64_t bytes;	/* READ: received; WRITE: acknowledged */
	uint64_t names;	/* LIST: how many */
	bool whole;	/* READ: from 0 to the end of the file; WRITE: and
			 * nothing older is left behind it; LIST: to the end */
	bool digest_known;	/* of the first `bytes` bytes of the file */
	uint8_t sha256[SFTP_SHA256];
	/* NULL, or one word: why there is no digest: order (answers crossed),
	 * hole, again (an offset came twice), append, resized, copied (by the
	 * server), failed, unanswered, crypto, handle (one the server had not
	 * given); if there is one, why it is not whole: open (never closed),
	 * end (not reached), kept (older content may follow), failed.
	 * SFTP_LOST: a sentence. */
	const char *why;
};

struct sftp_totals {
	uint64_t bytes_in, bytes_out;
	uint64_t requests;	/* that were followed */
	uint64_t lookups;	/* of them, those that are not told */
};

/* fn gets each fact, from inside the calls below; the fact and what it points
 * to live until it returns.  All algorithms are made here, so that the
 * process may be jailed afterwards.  NULL with *e (ERR_MEMORY, ERR_CRYPTO). */
struct sftp *sftp_new(void (*fn)(void *arg, const struct sftp_fact *f),
    void *arg, struct err *e);
/* Tells nothing; sftp_end comes before. */
void sftp_free(struct sftp *s);

/* n more bytes of the client (in) or of the server (out).  A request is to be
 * given before its answer: feed what is read before it is passed on.  0, or
 * -1 when the observer is lost. */
int sftp_in(struct sftp *s, const void *p, size_t n);
int sftp_out(struct sftp *s, const void *p, size_t n);

/* The session is over: what was asked and not answered, and what was not
 * closed, is told.  Bytes after this are only counted. */
void sftp_end(struct sftp *s);

/* Why it is lost (a sentence, static), or NULL. */
const char *sftp_lost(const struct sftp *s);

void sftp_totals(const struct sftp *s, struct sftp_totals *ret);

/* A fact as a JSON object, the caller's; NULL when memory is short:
 * {"did":"upload","path":"/tmp/a","ok":true,"bytes":5,"sha256":"2cf2...",
 *  "whole":true,"mode":"0644"}
 * did: download upload list rename remove mkdir rmdir link symlink setstat
 * copy other lost.  ok: null when not answered; status and error: when false.
 * path and to are safe to show (lib/visible.h); where that changed them
 * path_b64 and to_b64 hold the bytes, where they were cut path_bytes and
 * to_bytes say how long they were.  Pure. */
json_t *sftp_fact_json(const struct sftp_fact *f);

#endif
