/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/sftp_file.h"

#include <stdlib.h>
#include <string.h>

/* SSH_FXF_*, draft section 6.3 */
enum {
	FLAG_READ = 1, FLAG_WRITE = 2, FLAG_APPEND = 4, FLAG_CREAT = 8,
	FLAG_TRUNC = 16, FLAG_EXCL = 32
};

#define STATUS_EOF 1	/* draft, section 7 */

bool
sftp_flags_write(uint32_t flags)
{
	return (flags & (FLAG_WRITE | FLAG_APPEND | FLAG_CREAT |
	    FLAG_TRUNC)) != 0;
}

struct sftp_file *
sftp_file_new(const struct sftp_string *handle, const struct sftp_name *path,
    bool folder, uint32_t flags)
{
	struct sftp_file *f = calloc(1, sizeof(*f));
	char *copy = malloc(path->n + 1);

	if (f == NULL || copy == NULL) {
		free(f);
		free(copy);
		return NULL;
	}
	(void)memcpy(f->handle, handle->p, handle->n);
	f->handle_n = handle->n;
	(void)memcpy(copy, path->p, path->n);
	f->path = *path;
	f->path.p = copy;
	f->folder = folder;
	f->flags = flags;
	f->eof = f->cut_at = UINT64_MAX;
	sum_begin(&f->rd.sha);
	sum_begin(&f->wr.sha);
	f->covers = (flags & FLAG_TRUNC) != 0 ||
	    ((flags & FLAG_CREAT) != 0 && (flags & FLAG_EXCL) != 0);
	/* the server puts it at the end, wherever that is */
	if ((flags & FLAG_APPEND) != 0)
		f->wr.why = "append";
	return f;
}

void
sftp_file_free(struct sftp_file *f)
{
	if (f == NULL)
		return;
	free((char *)(uintptr_t)f->path.p);
	free(f);
}

bool
sftp_file_is(const struct sftp_file *f, const struct sftp_string *handle)
{
	return f->handle_n == handle->whole && !f->closing &&
	    memcmp(f->handle, handle->p, f->handle_n) == 0;
}

/* ---- content ---------------------------------------------------------- */

void
sftp_flow_begin(struct sftp_flow *w, uint64_t offset, size_t n, bool crossed)
{
	if (w->why != NULL || n == 0 || offset == w->next)
		return;
	w->why = offset < w->next ? "again" : crossed ? "order" : "hole";
}

void
sftp_flow_piece(struct sftp_flow *w, const void *p, size_t n)
{
	if (w->why != NULL)
		return;
	sum_add(&w->sha, p, n);
	w->next += n;
}

/* ---- answers ---------------------------------------------------------- */

static void
failed(struct sftp_file *f, uint32_t status)
{
	if (f->status == 0)
		f->status = status;
}

void
sftp_file_wrote(struct sftp_file *f, uint32_t len, uint32_t status)
{
	f->wr.asked--;
	if (status == 0) {
		f->wr.bytes += len;
		return;
	}
	failed(f, status);
	if (f->wr.why == NULL)
		f->wr.why = "failed";
}

void
sftp_file_read(struct sftp_file *f, uint64_t offset, uint32_t len,
    uint32_t got, uint32_t status)
{
	f->rd.asked--;
	if (status == STATUS_EOF) {
		if (offset < f->eof)
			f->eof = offset;
	} else if (status != 0) {
		failed(f, status);
	} else if (got < len) {
		f->cut_at = offset + got;
	}
}

void
sftp_file_names(struct sftp_file *f, uint32_t names, uint32_t status)
{
	f->names += names;
	if (status == STATUS_EOF)
		f->listed = true;
	else if (status != 0)
		failed(f, status);
}

void
sftp_file_resized(struct sftp_file *f, bool fits)
{
	if (fits)
		f->covers = true;
	else if (f->wr.why == NULL)
		f->wr.why = "resized";
}

/* ---- facts ------------------------------------------------------------ */

/* Read to its end?  Of a normal file an answer is short only there (draft,
 * section 6.4), so that and an end further on will do. */
static bool
read_whole(const struct sftp_file *f)
{
	return f->eof <= f->rd.next ||
	    (f->eof != UINT64_MAX && f->cut_at == f->rd.next);
}

/* What one direction adds to the fact. */
static void
content(const struct sftp_flow *w, bool closed, const char *part,
    struct sftp_fact *ret)
{
	ret->bytes = w->bytes;
	ret->why = w->why != NULL ? w->why : w->asked > 0 ? "unanswered" :
	    NULL;
	ret->digest_known = ret->why == NULL;
	if (ret->digest_known)
		sum_end(&w->sha, ret->sha256);
	if (ret->why == NULL)
		ret->why = !closed ? "open" : ret->status != 0 ? "failed" :
		    part;
	ret->whole = ret->why == NULL;
}

void
sftp_file_tell(const struct sftp_file *f, bool closed, uint32_t status,
    void (*fn)(void *, const struct sftp_fact *), void *arg)
{
	struct sftp_fact fact = { .path = f->path, .names = f->names };
	bool writes = sftp_flags_write(f->flags);

	fact.status = f->status != 0 ? f->status : status;
	fact.ok = closed && fact.status == 0;
	fact.answered = closed || fact.status != 0;
	if (f->folder) {
		fact.kind = SFTP_LIST;
		fact.why = !closed ? "open" : fact.status != 0 ? "failed" :
		    f->listed ? NULL : "end";
		fact.whole = fact.why == NULL;
		fn(arg, &fact);
		return;
	}
	fact.names = 0;
	/* opened for both and used for one: the other is told if the open
	 * alone has made or emptied the file */
	if (f->rd.used || !writes) {
		fact.kind = SFTP_READ;
		content(&f->rd, closed, read_whole(f) ? NULL : "end",
		    &fact);
		fn(arg, &fact);
	}
	if (f->wr.used || (writes && !f->rd.used) ||
	    (f->flags & (FLAG_CREAT | FLAG_TRUNC)) != 0) {
		fact.kind = SFTP_WRITE;
		fact.attrs = f->attrs;
		content(&f->wr, closed, f->covers ? NULL : "kept",
		    &fact);
		fn(arg, &fact);
	}
}
