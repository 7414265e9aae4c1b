/* SPDX-License-Identifier: BSD-2-Clause
 * sftp_state.h - what the observer of SFTP remembers; for its parts alone.
 * in: packets; out: requests without an answer, open files, facts
 *
 * sftp.c feeds and ends, sftp_ask.c takes what the client asks, sftp_answer.c
 * what the server answers. */
#ifndef WARRANT_RECORDER_SFTP_STATE_H
#define WARRANT_RECORDER_SFTP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/sftp.h"
#include "recorder/sftp_file.h"
#include "recorder/sftp_packet.h"

#define SFTP_VERSION 3

/* Asked, and not answered yet. */
struct request {
	struct request *next;
	enum sftp_op op;
	enum sftp_kind kind;
	uint32_t id;
	struct sftp_file *file;	/* borrowed; NULL: none, or not known */
	bool late;		/* it was closed meanwhile */
	bool fits;		/* a size that is just what was written */
	uint64_t offset;	/* COPY: how many bytes */
	uint32_t len;
	uint32_t flags;
	struct sftp_attrs attrs;
	struct sftp_name path, to;	/* into bytes */
	size_t size;		/* of all this */
	char bytes[];
};

struct sftp {
	void (*fn)(void *arg, const struct sftp_fact *f);
	void *arg;
	struct sftp_packet in, out;
	bool init, version, ended;
	const char *lost;
	struct request *first, **last;	/* in the order they were asked */
	size_t requests;
	size_t held;		/* bytes of requests and files */
	struct sftp_file *files[SFTP_FILES_MAX];
	size_t n;
	struct sftp_file *written;	/* where the WRITE that is passing
					 * goes, or NULL */
	struct sftp_flow *read;	/* the same for DATA */
	struct sftp_totals totals;
};

/* sftp.c: the open file of that handle; not one that is being closed. */
struct sftp_file *sftp_find_file(const struct sftp *s,
    const struct sftp_string *handle);
size_t sftp_file_size(const struct sftp_file *f);
/* Tell it and forget it; answers that still come for it are late. */
void sftp_finish(struct sftp *s, struct sftp_file *f, bool closed,
    uint32_t status);
/* Tell what a request came to. */
void sftp_tell(const struct sftp *s, const struct request *r, bool answered,
    uint32_t status);
/* why is static.  Every request and file is gone then.  Returns -1. */
int sftp_lose(struct sftp *s, const char *why);

/* A packet has come whole, or its content begins; 0, or -1 when lost. */
int sftp_ask(struct sftp *s);
int sftp_ask_content(struct sftp *s);
int sftp_answer(struct sftp *s);
int sftp_answer_content(struct sftp *s);

#endif
