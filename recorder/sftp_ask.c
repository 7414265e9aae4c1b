/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/sftp_state.h"

#include <stdlib.h>
#include <string.h>

static struct sftp_name
sent(const struct sftp_string *t)
{
	return (struct sftp_name){ t->p, t->n, t->whole };
}

static void
put_name(char **to, struct sftp_name *name)
{
	if (name->p == NULL)
		return;
	(void)memcpy(*to, name->p, name->n);
	name->p = *to;
	*to += name->n;
}

/* One more without an answer, with the names it will be told by. */
static struct request *
ask(struct sftp *s, struct sftp_name path, struct sftp_name to)
{
	const struct sftp_packet *k = &s->in;
	size_t size = sizeof(struct request) + path.n + to.n;
	struct request *r;
	char *p;

	if (s->requests == SFTP_REQUESTS_MAX ||
	    size > SFTP_HELD_MAX - s->held) {
		(void)sftp_lose(s, "too much is asked and not answered");
		return NULL;
	}
	r = calloc(1, size);
	if (r == NULL) {
		(void)sftp_lose(s, "out of memory");
		return NULL;
	}
	r->op = k->form->op;
	r->kind = k->form->kind;
	r->id = k->id;
	r->attrs = k->attrs;
	r->path = path;
	r->to = to;
	r->size = size;
	p = r->bytes;
	put_name(&p, &r->path);
	put_name(&p, &r->to);
	*s->last = r;
	s->last = &r->next;
	s->requests++;
	s->held += size;
	return r;
}

/* A request whose first field is a handle. */
static int
ask_file(struct sftp *s)
{
	const struct sftp_packet *k = &s->in;
	struct sftp_file *f = s->written, *to = NULL;
	const struct sftp_name none = { NULL, 0, 0 };
	bool told = k->form->op == OP_FSETSTAT || k->form->op == OP_COPY;
	struct request *r;

	/* a WRITE goes where it went when its content began */
	if (k->form->op != OP_WRITE)
		f = sftp_find_file(s, &k->string[0]);
	if (k->form->op == OP_COPY)
		to = sftp_find_file(s, &k->string[1]);
	r = ask(s, told && f != NULL ? f->path : none,
	    to != NULL ? to->path : none);
	if (r == NULL)
		return -1;
	r->file = k->form->op != OP_COPY ? f : f != NULL ? to : NULL;
	r->offset = k->number[k->form->op == OP_COPY ? 1 : 0];
	r->len = k->form->op == OP_READ ? (uint32_t)k->number[1] : k->content;
	if (r->file == NULL)
		return 0;
	if (r->op == OP_READ) {
		f->rd.used = true;
		f->rd.asked++;
	} else if (r->op == OP_FSETSTAT) {
		r->fits = r->attrs.size == f->wr.next;
	} else if (r->op == OP_CLOSE) {
		f->closing = true;
	}
	return 0;
}

static int
ask_init(struct sftp *s)
{
	if (s->init)
		return sftp_lose(s, "the client began twice");
	if (s->in.number[0] < SFTP_VERSION)
		return sftp_lose(s, "the client speaks an older version");
	s->init = true;
	return 0;
}

/* A request has come whole. */
int
sftp_ask(struct sftp *s)
{
	const struct sftp_packet *k = &s->in;
	const struct sftp_name none = { NULL, 0, 0 };
	const struct request unknown = { .op = OP_OTHER, .kind = SFTP_OTHER };
	struct request *r;

	if (k->form->op == OP_INIT)
		return ask_init(s);
	if (!s->init)
		return sftp_lose(s, "a request before the client began");
	s->totals.requests++;
	if (k->form->type == 0) {
		/* sftp-server gives no answer to a type it does not know */
		sftp_tell(s, &unknown, false, 0);
		return 0;
	}
	switch (k->form->op) {
	case OP_CLOSE:
	case OP_READ:
	case OP_WRITE:
	case OP_READDIR:
	case OP_FSETSTAT:
	case OP_COPY:
		return ask_file(s);
	case OP_LOOK:
		s->totals.lookups++;
		return ask(s, none, none) != NULL ? 0 : -1;
	default:
		r = ask(s, k->strings > 0 ? sent(&k->string[0]) : none,
		    k->strings > 1 ? sent(&k->string[1]) : none);
		break;
	}
	if (r == NULL)
		return -1;
	if (r->op == OP_OPEN) {
		r->flags = (uint32_t)k->number[0];
		r->kind = sftp_flags_write(r->flags) ? SFTP_WRITE : SFTP_READ;
		if (r->kind == SFTP_READ)
			r->attrs.set = 0; /* they are for a new file */
	}
	return 0;
}

/* The content of a WRITE begins. */
int
sftp_ask_content(struct sftp *s)
{
	const struct sftp_packet *k = &s->in;
	struct sftp_file *f = sftp_find_file(s, &k->string[0]);

	s->written = f;
	if (f == NULL)
		return 0;
	f->wr.used = true;
	f->wr.asked++;
	sftp_flow_begin(&f->wr, k->number[0], k->content, false);
	return 0;
}
