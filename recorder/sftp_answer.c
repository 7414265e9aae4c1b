/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/sftp_state.h"

#include <stdlib.h>

static int
wrong(struct sftp *s)
{
	return sftp_lose(s, "an answer that does not fit its request");
}

static struct request *
find_request(struct sftp *s, uint32_t id)
{
	struct request *r = s->first;

	while (r != NULL && r->id != id)
		r = r->next;
	return r;
}

static void
answered(struct sftp *s, struct request *r)
{
	struct request **at = &s->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	if (r->next == NULL)
		s->last = at;
	s->requests--;
	s->held -= r->size;
	free(r);
}

static int
answer_open(struct sftp *s, const struct request *r)
{
	const struct sftp_packet *k = &s->out;
	struct sftp_file *f;

	if (k->form->op == OP_STATUS && k->number[0] != 0) {
		sftp_tell(s, r, true, (uint32_t)k->number[0]);
		return 0;
	}
	if (k->form->op != OP_HANDLE ||
	    k->string[0].whole > SFTP_HANDLE_MAX)
		return wrong(s);
	if (sftp_find_file(s, &k->string[0]) != NULL)
		return sftp_lose(s, "the server gave a handle twice");
	if (s->n == SFTP_FILES_MAX ||
	    sizeof(*f) + r->path.n > SFTP_HELD_MAX - s->held)
		return sftp_lose(s, "too many files are open");
	f = sftp_file_new(&k->string[0], &r->path, r->op == OP_OPENDIR,
	    r->flags);
	if (f == NULL)
		return sftp_lose(s, "out of memory");
	f->attrs = r->attrs;
	s->held += sftp_file_size(f);
	s->files[s->n++] = f;
	return 0;
}

/* A size was set, or content put, on the server's side. */
static void
answer_changed(const struct request *r, uint32_t status)
{
	if (r->file == NULL || status != 0)
		return;
	if (r->op == OP_COPY) {
		r->file->wr.used = true;
		if (r->file->wr.why == NULL)
			r->file->wr.why = "copied";
	} else if ((r->attrs.set & SFTP_SET_SIZE) != 0) {
		sftp_file_resized(r->file, r->fits);
	}
}

/* Of a request that names a handle. */
static int
answer_file(struct sftp *s, const struct request *r)
{
	const struct sftp_packet *k = &s->out;
	enum sftp_op op = k->form->op;
	uint32_t status = op == OP_STATUS ? (uint32_t)k->number[0] : 0;
	bool gives = r->op == OP_READ || r->op == OP_READDIR;

	if (op == OP_STATUS ? gives && status == 0 :
	    op != (r->op == OP_READ ? OP_DATA : OP_NAMES) || !gives)
		return wrong(s);
	if (r->file == NULL && !r->late)
		return status != 0 ? 0 :
		    sftp_lose(s, "a handle was used before it was given");
	if (r->op == OP_FSETSTAT || r->op == OP_COPY) {
		answer_changed(r, status);
		sftp_tell(s, r, true, status);
	} else if (r->file == NULL) {
		return 0;
	} else if (r->op == OP_READ) {
		sftp_file_read(r->file, r->offset, r->len, k->content,
		    status);
	} else if (r->op == OP_WRITE) {
		sftp_file_wrote(r->file, r->len, status);
	} else if (r->op == OP_READDIR) {
		sftp_file_names(r->file, op == OP_NAMES ?
		    (uint32_t)k->number[0] : 0, status);
	} else {
		sftp_finish(s, r->file, true, status);
	}
	return 0;
}

static int
answer_version(struct sftp *s)
{
	if (!s->init || s->version)
		return sftp_lose(s, "the server began out of turn");
	if (s->out.number[0] != SFTP_VERSION)
		return sftp_lose(s, "the server speaks another version");
	s->version = true;
	return 0;
}

/* An answer has come whole. */
int
sftp_answer(struct sftp *s)
{
	const struct sftp_packet *k = &s->out;
	enum sftp_op op = k->form->op;
	struct request *r;
	int rc = 0;

	if (op == OP_VERSION)
		return answer_version(s);
	if (!s->version)
		return sftp_lose(s, "an answer before the server began");
	r = find_request(s, k->id);
	if (r == NULL || op == OP_WRONG)
		return sftp_lose(s, "an answer to nothing that was asked");
	if (r->op == OP_OPEN || r->op == OP_OPENDIR)
		rc = answer_open(s, r);
	else if (r->op == OP_LOOK)
		rc = op == OP_HANDLE || op == OP_DATA ? wrong(s) : 0;
	else if (r->op != OP_NAMED && r->op != OP_OTHER)
		rc = answer_file(s, r);
	else if (op == OP_STATUS || (op == OP_ANSWER && r->op == OP_OTHER))
		sftp_tell(s, r, true, (uint32_t)k->number[0]);
	else
		rc = wrong(s);
	if (rc == 0)
		answered(s, r);
	return rc;
}

/* DATA begins. */
int
sftp_answer_content(struct sftp *s)
{
	const struct sftp_packet *k = &s->out;
	struct request *r = find_request(s, k->id);
	bool crossed = false;

	s->read = NULL;
	if (!s->version || r == NULL)
		return sftp_lose(s, "an answer to nothing that was asked");
	if (r->op != OP_READ || k->content > r->len)
		return wrong(s);
	if (r->file == NULL)
		return 0;
	s->read = &r->file->rd;
	if (s->read->why == NULL && r->offset != s->read->next)
		for (const struct request *o = s->first; o != NULL;
		    o = o->next)
			crossed = crossed || (o->op == OP_READ &&
			    o->file == r->file && o->offset < r->offset);
	sftp_flow_begin(s->read, r->offset, k->content, crossed);
	return 0;
}
