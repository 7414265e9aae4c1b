/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "approver/issuer.h"
#include "approver/signin.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define TITLE_BYTES 256

struct client *
client_new(struct courier *c, int fd)
{
	struct client *cl = calloc(1, sizeof(*cl));

	if (cl == NULL) {
		io_close(&fd);
		return NULL;
	}
	cl->fd = fd;
	cl->in = c;
	return cl;
}

static void
drop_signin(struct client *cl)
{
	if (cl->signin == NULL)
		return;
	signin_free(cl->signin);
	cl->signin = NULL;
	cl->in->pending--;
}

static void
question_clear(struct question *q)
{
	json_decref(q->id);
	explicit_bzero(q, sizeof(*q));
}

/* Send msg (stolen) as the answer to the question with this id. */
static void
send_answer(struct client *cl, json_t *id, json_t *msg)
{
	struct err e = { 0 };
	int rc;

	if (id != NULL)
		(void)json_object_set(msg, "id", id);
	rc = wire_send(cl->fd, msg, NULL, 0, 0, &e);
	json_decref(msg);
	if (rc < 0 && e.code == ERR_LIMIT) {
		msg = wire_no(&e);
		if (id != NULL)
			(void)json_object_set(msg, "id", id);
		rc = wire_send(cl->fd, msg, NULL, 0, 0, &e);
		json_decref(msg);
	}
	if (rc < 0)
		cl->gone = true;
}

static void
answer(struct client *cl, struct question *q, json_t *msg)
{
	json_t *id = q->id;

	q->id = NULL;
	question_clear(q);
	send_answer(cl, id, msg);
	json_decref(id);
}

/* What a person is told; why e has it is in the log and in reason. */
static const char *
person_text(const struct err *e)
{
	switch (e->code) {
	case ERR_DENIED:
		return "the sign-in was refused";
	case ERR_TIMEOUT:
		return "nobody signed in in time";
	case ERR_LIMIT:
	case ERR_NOT_FOUND:
	case ERR_CONFLICT:
	case ERR_INPUT:
		return e->text;
	default:
		return "the identity provider cannot be asked now";
	}
}

static json_t *
no_answer(const struct err *why)
{
	struct err e = *why;
	json_t *msg;

	(void)snprintf(e.text, sizeof(e.text), "%s", person_text(why));
	msg = wire_no(&e);
	(void)json_object_set_new(msg, "reason", json_string(why->text));
	return msg;
}

/* Whatever is wrong with a provider's answer: it is no help now. */
static json_t *
provider_failed(const struct err *why)
{
	struct err e = *why;

	if (e.code != ERR_DENIED && e.code != ERR_TIMEOUT)
		e.code = ERR_UNAVAILABLE;
	return no_answer(&e);
}

static int
find_issuer(const struct courier *c, const json_t *msg, struct issuer **ret,
    struct err *e)
{
	const char *title;

	if (wire_str(msg, "issuer", TITLE_BYTES, &title, e) < 0)
		return -1;
	for (size_t i = 0; i < c->n_issuers; i++)
		if (strcmp(c->issuers[i].title, title) == 0) {
			*ret = &c->issuers[i];
			return 0;
		}
	return err_set(e, ERR_NOT_FOUND, "no [issuer %.64s]", title);
}

static int
take_start(struct client *cl, const json_t *msg, struct err *e)
{
	const char *account, *rhost;
	struct issuer *is;

	if (find_issuer(cl->in, msg, &is, e) < 0 ||
	    wire_str(msg, "account", PACE_SOURCE_MAX - 1, &account, e) < 0 ||
	    wire_str(msg, "rhost", PACE_SOURCE_MAX - 1, &rhost, e) < 0)
		return -1;
	if (cl->signin != NULL)
		return err_set(e, ERR_CONFLICT,
		    "this link has a sign-in already");
	/* counted before the provider hears of it */
	if (cl->in->pending >= cl->in->pending_max)
		return err_set(e, ERR_LIMIT,
		    "too many sign-ins are waiting, try again later");
	if (pace_start(&cl->in->pace, rhost, account, signin_now_ms(), e) < 0)
		return -1;
	cl->signin = json_is_true(json_object_get(msg, "decoy")) ?
	    signin_decoy(is, account, rhost, e) :
	    signin_new(is, account, rhost, e);
	if (cl->signin == NULL)
		return -1;
	cl->in->pending++;
	cl->flow.ask = ASK_START;
	return 0;
}

static int
take_wait(struct client *cl, struct err *e)
{
	if (cl->signin == NULL)
		return err_set(e, ERR_CONFLICT, "no sign-in on this link");
	cl->flow.ask = ASK_WAIT;
	return 0;
}

static int
take_keys(struct client *cl, const json_t *msg, struct err *e)
{
	struct question *q = &cl->other;
	const char *kid = "";

	if (find_issuer(cl->in, msg, &q->issuer, e) < 0 ||
	    wire_str_opt(msg, "kid", sizeof(q->kid) - 1, &kid, e) < 0)
		return -1;
	(void)snprintf(q->kid, sizeof(q->kid), "%s", kid);
	q->ask = ASK_KEYS;
	return 0;
}

static int
take_userinfo(struct client *cl, const json_t *msg, struct err *e)
{
	struct question *q = &cl->other;
	const char *token;

	if (find_issuer(cl->in, msg, &q->issuer, e) < 0 ||
	    wire_str(msg, "access_token", TOKEN_MAX, &token, e) < 0)
		return -1;
	if (token[0] == '\0')
		return err_set(e, ERR_INPUT, "access_token is empty");
	for (const char *p = token; *p != '\0'; p++)
		if (*p <= 0x20 || *p > 0x7e) /* it becomes a header line */
			return err_set(e, ERR_INPUT,
			    "access_token is not printable");
	(void)snprintf(q->token, sizeof(q->token), "%s", token);
	q->ask = ASK_USERINFO;
	return 0;
}

static int
take(struct client *cl, const json_t *msg, struct err *e)
{
	const char *op = wire_op(msg);
	bool flow = strncmp(op, "device.", 7) == 0;
	struct question *q = flow ? &cl->flow : &cl->other;

	if (cl->keys_only && strcmp(op, "jwks") != 0)
		return err_set(e, ERR_DENIED, "only jwks can be asked here");
	if (q->ask != ASK_NOTHING)
		return err_set(e, ERR_CONFLICT,
		    "the last question is still open");
	if (strcmp(op, "device.start") == 0)
		return take_start(cl, msg, e);
	if (strcmp(op, "device.wait") == 0)
		return take_wait(cl, e);
	if (strcmp(op, "jwks") == 0)
		return take_keys(cl, msg, e);
	if (strcmp(op, "userinfo") == 0)
		return take_userinfo(cl, msg, e);
	return err_set(e, ERR_INPUT, "unknown op \"%.32s\"", op);
}

void
client_read(struct client *cl)
{
	struct err e = { 0 };
	json_t *msg = NULL, *id;
	struct question *q;
	int rc = wire_recv(cl->fd, &msg, NULL, 0, &e);

	if (rc == 0) {
		cl->gone = true;
		return;
	}
	if (rc < 0) {
		if (e.code == ERR_INPUT)
			send_answer(cl, NULL, wire_no(&e));
		else if (e.code != ERR_TIMEOUT)
			cl->gone = true;
		return;
	}
	id = json_object_get(msg, "id");
	if (!json_is_integer(id))
		id = NULL;
	if (take(cl, msg, &e) < 0) {
		if (e.code == ERR_LIMIT)
			log_line(LOG_NOTICE, "refused: %s", e.text);
		send_answer(cl, id, wire_no(&e));
	} else {
		q = strncmp(wire_op(msg), "device.", 7) == 0 ? &cl->flow :
		    &cl->other;
		q->id = json_incref(id);
	}
	json_decref(msg);
}

static void
answer_code(struct client *cl)
{
	const struct device_code *d = &cl->signin->code;
	json_t *msg = json_pack("{s:b, s:s, s:s, s:I, s:I}", "ok", 1,
	    "user_code", d->user_code, "verification_uri", d->uri,
	    "expires_in", (json_int_t)d->expires_s,
	    "interval", (json_int_t)d->interval_s);

	if (d->uri_complete[0] != '\0')
		(void)json_object_set_new(msg, "verification_uri_complete",
		    json_string(d->uri_complete));
	answer(cl, &cl->flow, msg);
}

static void
answer_tokens(struct client *cl)
{
	const struct token_answer *t = &cl->signin->token;
	json_t *msg = json_pack("{s:b, s:s}", "ok", 1, "id_token",
	    t->id_token);

	if (t->access_token[0] != '\0')
		(void)json_object_set_new(msg, "access_token",
		    json_string(t->access_token));
	drop_signin(cl);
	answer(cl, &cl->flow, msg);
}

static void
step_flow(struct client *cl, int64_t now_ms)
{
	struct signin *s = cl->signin;
	json_t *msg;

	if (s == NULL)
		return;
	signin_step(s, now_ms);
	if (cl->flow.ask == ASK_NOTHING)
		return;
	if (s->state == SIGNIN_FAILED) {
		msg = provider_failed(&s->why);
		drop_signin(cl);
		answer(cl, &cl->flow, msg);
	} else if (cl->flow.ask == ASK_START &&
	    (s->state == SIGNIN_POLLING || s->state == SIGNIN_DONE)) {
		answer_code(cl);
	} else if (cl->flow.ask == ASK_WAIT && s->state == SIGNIN_DONE) {
		answer_tokens(cl);
	}
}

static void
step_keys(struct client *cl)
{
	struct question *q = &cl->other;
	const struct keyset *ks;
	struct err e = { 0 };
	bool stale;

	switch (issuer_keys(q->issuer, q->kid[0] == '\0' ? NULL : q->kid,
	    &ks, &stale, &e)) {
	case NEED_WAIT:
		return;
	case NEED_READY:
		answer(cl, q, json_pack("{s:b, s:s, s:I, s:b, s:b}", "ok", 1,
		    "jwks", ks->text, "fetched_us",
		    (json_int_t)ks->fetched_us, "stale", (int)stale,
		    "checked", (int)ks->checked));
		return;
	case NEED_FAILED:
		answer(cl, q, provider_failed(&e));
		return;
	}
}

static void
userinfo_done(void *arg, const struct fetch_answer *a)
{
	struct client *cl = arg;
	struct err e = a->e;
	const char *text = a->body.len > 0 ? a->body.p : "";
	int rc = -1;

	cl->userinfo = NULL;
	if (a->status != 0)
		rc = userinfo_check(a->status, text, a->body.len, &e);
	if (rc < 0) {
		log_line(LOG_WARNING, "issuer %s: %s", cl->other.issuer->title,
		    e.text);
		answer(cl, &cl->other, provider_failed(&e));
	} else {
		answer(cl, &cl->other, json_pack("{s:b, s:s}", "ok", 1,
		    "userinfo", text));
	}
}

static void
step_userinfo(struct client *cl)
{
	struct question *q = &cl->other;
	struct fetch_request r;
	struct err e = { 0 };
	enum need need;

	if (cl->userinfo != NULL)
		return;
	need = issuer_meta(q->issuer, &e);
	if (need == NEED_WAIT)
		return;
	if (need == NEED_READY &&
	    q->issuer->meta.userinfo_endpoint[0] == '\0')
		(void)err_set(&e, ERR_UNAVAILABLE,
		    "the provider has no userinfo endpoint");
	else if (need == NEED_READY) {
		r = issuer_request(q->issuer,
		    q->issuer->meta.userinfo_endpoint, ANSWER_MAX);
		r.bearer = q->token;
		if (fetch_start(q->issuer->fetcher, &r, userinfo_done, cl,
		    &cl->userinfo, &e) == 0)
			return;
	}
	answer(cl, q, provider_failed(&e));
}

void
client_step(struct client *cl, int64_t now_ms)
{
	step_flow(cl, now_ms);
	if (cl->other.ask == ASK_KEYS)
		step_keys(cl);
	else if (cl->other.ask == ASK_USERINFO)
		step_userinfo(cl);
}

int64_t
client_due(const struct client *cl)
{
	return cl->signin == NULL ? -1 : signin_due(cl->signin);
}

void
client_free(struct client *cl)
{
	if (cl == NULL)
		return;
	fetch_cancel(cl->userinfo);
	drop_signin(cl);
	question_clear(&cl->flow);
	question_clear(&cl->other);
	io_close(&cl->fd);
	free(cl);
}
