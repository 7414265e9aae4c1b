/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/sftp.h"

#include <stdlib.h>

#include "lib/err.h"
#include "recorder/sftp_state.h"

struct sftp *
sftp_new(void (*fn)(void *arg, const struct sftp_fact *f), void *arg,
    struct err *e)
{
	struct sftp *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		return NULL;
	}
	s->fn = fn;
	s->arg = arg;
	s->last = &s->first;
	sftp_packet_requests(&s->in);
	sftp_packet_answers(&s->out);
	return s;
}

void
sftp_free(struct sftp *s)
{
	struct request *r;

	if (s == NULL)
		return;
	while ((r = s->first) != NULL) {
		s->first = r->next;
		free(r);
	}
	while (s->n > 0)
		sftp_file_free(s->files[--s->n]);
	free(s);
}

const char *
sftp_lost(const struct sftp *s)
{
	return s->lost;
}

void
sftp_totals(const struct sftp *s, struct sftp_totals *ret)
{
	*ret = s->totals;
}

/* ---- open files ------------------------------------------------------- */

struct sftp_file *
sftp_find_file(const struct sftp *s, const struct sftp_string *handle)
{
	for (size_t i = 0; i < s->n; i++)
		if (sftp_file_is(s->files[i], handle))
			return s->files[i];
	return NULL;
}

size_t
sftp_file_size(const struct sftp_file *f)
{
	return sizeof(*f) + f->path.n;
}

/* It is told and forgotten; answers that come for it are late. */
void
sftp_finish(struct sftp *s, struct sftp_file *f, bool closed, uint32_t status)
{
	size_t i = 0;

	sftp_file_tell(f, closed, status, s->fn, s->arg);
	for (struct request *r = s->first; r != NULL; r = r->next)
		if (r->file == f) {
			r->file = NULL;
			r->late = true;
		}
	while (s->files[i] != f)
		i++;
	s->files[i] = s->files[--s->n];
	s->held -= sftp_file_size(f);
	sftp_file_free(f);
}

/* ---- the end, one way or the other ------------------------------------ */

void
sftp_tell(const struct sftp *s, const struct request *r, bool answered,
    uint32_t status)
{
	struct sftp_fact f = { .kind = r->kind, .path = r->path, .to = r->to,
	    .attrs = r->attrs, .answered = answered, .status = status,
	    .ok = answered && status == 0 };

	if (r->op == OP_COPY)
		f.bytes = r->offset;
	if (r->op == OP_READ || r->op == OP_WRITE || r->op == OP_READDIR)
		f.why = "handle";
	else if (r->op == OP_OPEN || r->op == OP_OPENDIR)
		f.why = answered ? "failed" : "unanswered";
	s->fn(s->arg, &f);
}

/* Tell what is open; without an answer it may have happened or not. */
static void
settle(struct sftp *s)
{
	struct request *r;

	s->written = NULL;
	s->read = NULL;
	while ((r = s->first) != NULL) {
		bool moves = r->op == OP_READ || r->op == OP_WRITE ||
		    r->op == OP_READDIR;

		s->first = r->next;
		if (r->kind != SFTP_NONE &&
		    !(moves && (r->file != NULL || r->late)))
			sftp_tell(s, r, false, 0);
		free(r);
	}
	s->last = &s->first;
	while (s->n > 0)
		sftp_finish(s, s->files[0], false, 0);
}

int
sftp_lose(struct sftp *s, const char *why)
{
	struct sftp_fact f = { .kind = SFTP_LOST, .why = why };

	s->lost = why;
	settle(s);
	s->fn(s->arg, &f);
	return -1;
}

/* Where a request says too little of its length, but is all there, it may
 * have been done. */
static int
lose_short(struct sftp *s, bool in)
{
	if (in && *s->in.field == '\0' && sftp_ask(s) < 0)
		return -1;
	return sftp_lose(s, "a field is longer than its packet");
}

void
sftp_end(struct sftp *s)
{
	if (s->lost == NULL && !s->ended) {
		if (s->in.over || s->out.over)
			(void)lose_short(s, false);
		else
			settle(s);
	}
	s->ended = true;
}

/* ---- bytes ------------------------------------------------------------ */

static void
piece(struct sftp *s, bool in, const struct sftp_bytes *b)
{
	struct sftp_flow *w = s->read;

	if (in)
		w = s->written != NULL ? &s->written->wr : NULL;
	if (w == NULL)
		return;
	sftp_flow_piece(w, b->p, b->n);
	if (!in)
		w->bytes += b->n;
}

static int
feed(struct sftp *s, bool in, const void *p, size_t n)
{
	struct sftp_bytes b = { p, n }, part = { NULL, 0 };
	int rc = 0;

	while (rc == 0) {
		switch (sftp_packet_step(in ? &s->in : &s->out, &b, &part)) {
		case STEP_MORE:
			return 0;
		case STEP_CONTENT:
			rc = in ? sftp_ask_content(s) : sftp_answer_content(s);
			break;
		case STEP_PIECE:
			piece(s, in, &part);
			break;
		case STEP_DONE:
			rc = in ? sftp_ask(s) : sftp_answer(s);
			break;
		case STEP_SHORT:
			rc = lose_short(s, in);
			break;
		case STEP_LENGTH:
			rc = sftp_lose(s, "a packet has an impossible length");
			break;
		}
	}
	return rc;
}

int
sftp_in(struct sftp *s, const void *p, size_t n)
{
	s->totals.bytes_in += n;
	if (s->lost != NULL || s->ended)
		return s->lost != NULL ? -1 : 0;
	return feed(s, true, p, n);
}

int
sftp_out(struct sftp *s, const void *p, size_t n)
{
	s->totals.bytes_out += n;
	if (s->lost != NULL || s->ended)
		return s->lost != NULL ? -1 : 0;
	return feed(s, false, p, n);
}
