/* SPDX-License-Identifier: BSD-2-Clause
 * sftp_file.h - a file or folder that an SFTP client has open.
 * in: what is asked for it, what is answered, and content in passing
 * out: what moved through it, as a fact for each direction
 *
 * Its digest grows while the content comes in the order of the file, from
 * offset 0; once it does not, why says what happened first. */
#ifndef WARRANT_RECORDER_SFTP_FILE_H
#define WARRANT_RECORDER_SFTP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sum.h"
#include "recorder/sftp.h"
#include "recorder/sftp_packet.h"

#define SFTP_HANDLE_MAX 256	/* draft, section 3 */

/* Content of one direction. */
struct sftp_flow {
	struct sum sha;		/* of the first next bytes */
	uint64_t next;
	uint64_t bytes;		/* as in struct sftp_fact */
	uint64_t asked;		/* requests without an answer */
	const char *why;	/* the digest is given up, a word of sftp.h */
	bool used;
};

struct sftp_file {
	char handle[SFTP_HANDLE_MAX];
	size_t handle_n;
	struct sftp_name path;	/* owned */
	bool folder;
	bool closing;		/* its handle means nothing from here */
	bool covers;		/* written: nothing older is left behind */
	uint32_t flags;		/* SSH_FXF_* of the open, draft 6.3 */
	struct sftp_attrs attrs;
	struct sftp_flow rd, wr;
	uint64_t eof;		/* least offset without content */
	uint64_t cut_at;	/* where the last answer was cut short */
	uint64_t names;
	bool listed;		/* all names were given */
	uint32_t status;	/* of the first failure */
};

/* Would such an open write, or make or empty a file?  Pure. */
bool sftp_flags_write(uint32_t flags);

/* path is copied; NULL without memory. */
struct sftp_file *sftp_file_new(const struct sftp_string *handle,
    const struct sftp_name *path, bool folder, uint32_t flags);
void sftp_file_free(struct sftp_file *f);

bool sftp_file_is(const struct sftp_file *f, const struct sftp_string *handle);

/* n bytes for this offset begin; crossed: an earlier one is still asked. */
void sftp_flow_begin(struct sftp_flow *w, uint64_t offset, size_t n,
    bool crossed);
/* Some of them. */
void sftp_flow_piece(struct sftp_flow *w, const void *p, size_t n);

/* A request for this much was answered. */
void sftp_file_wrote(struct sftp_file *f, uint32_t len, uint32_t status);
void sftp_file_read(struct sftp_file *f, uint64_t offset, uint32_t len,
    uint32_t got, uint32_t status);
void sftp_file_names(struct sftp_file *f, uint32_t names, uint32_t status);
/* Its size was set; fits: to what had been written at that time. */
void sftp_file_resized(struct sftp_file *f, bool fits);

/* Tell what moved.  closed: with this status, else it was open at the end. */
void sftp_file_tell(const struct sftp_file *f, bool closed, uint32_t status,
    void (*fn)(void *, const struct sftp_fact *), void *arg);

#endif
