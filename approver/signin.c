/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/signin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "approver/decoy.h"
#include "approver/http.h"
#include "approver/issuer.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"

#define FORM_MAX 8192
#define DECOY_MS 120	/* as a code takes, before one was seen */
#define GRANT_TYPE "urn:ietf:params:oauth:grant-type:device_code"

int64_t
signin_now_ms(void)
{
	return clock_mono_ns() / 1000000;
}

struct signin *
signin_new(struct issuer *is, const char *account, const char *source,
    struct err *e)
{
	struct signin *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		return NULL;
	}
	s->state = SIGNIN_META;
	s->issuer = is;
	(void)snprintf(s->account, sizeof(s->account), "%s", account);
	(void)snprintf(s->source, sizeof(s->source), "%s", source);
	is->signins++;
	return s;
}

struct signin *
signin_decoy(struct issuer *is, const char *account, const char *source,
    struct err *e)
{
	struct signin *s = signin_new(is, account, source, e);

	if (s == NULL)
		return NULL;
	s->state = SIGNIN_DECOY;
	s->next_ms = signin_now_ms() + (is->code_took_ms > 0 ?
	    is->code_took_ms : DECOY_MS);
	return s;
}

/* The code of a decoy, at the time a true one would be there. */
static void
show_decoy(struct signin *s, int64_t now_ms)
{
	uint8_t random[USER_CODE_MAX] = { 0 };

	if (getrandom(random, sizeof(random), 0) < 0)
		log_line(LOG_WARNING, "getrandom failed"); /* a plain decoy */
	decoy_code(&s->issuer->last_code, s->issuer->url, random, &s->code);
	s->until_ms = now_ms + s->code.expires_s * 1000;
	s->next_ms = INT64_MAX;
	s->state = SIGNIN_POLLING;
	log_line(LOG_NOTICE, "issuer %s: decoy for account %s from %s",
	    s->issuer->title, s->account, s->source);
}

static void
fail(struct signin *s)
{
	s->state = SIGNIN_FAILED;
	log_line(LOG_NOTICE, "issuer %s: no sign-in for account %s from %s: "
	    "%s", s->issuer->title, s->account, s->source, s->why.text);
}

/* POST fields to url, authenticated; what differs is put into form by the
 * caller.  Wipes form. */
static int
post(struct signin *s, const char *url, struct buf *form, fetch_done *done,
    struct err *e)
{
	struct fetch_request r = issuer_request(s->issuer, url, ANSWER_MAX);
	struct buf user = BUF_INIT(FORM_MAX), password = BUF_INIT(FORM_MAX);
	int rc = -1;

	if (issuer_authenticate(s->issuer, &r, form, &user, &password,
	    e) == 0) {
		r.form = form->p;
		rc = fetch_start(s->issuer->fetcher, &r, done, s, &s->fetch,
		    e);
	}
	buf_clear(&user);
	buf_clear(&password);
	buf_clear(form);
	return rc;
}

static const char *
body(const struct fetch_answer *a)
{
	return a->body.len > 0 ? a->body.p : "";
}

static void
code_done(void *arg, const struct fetch_answer *a)
{
	struct signin *s = arg;
	int rc = -1;

	s->fetch = NULL;
	if (a->status == 0)
		s->why = a->e;
	else
		rc = device_parse(a->status, body(a), a->body.len,
		    s->issuer->loopback, &s->code, &s->why);
	if (rc < 0) {
		fail(s);
		return;
	}
	s->issuer->last_code = s->code;
	explicit_bzero(s->issuer->last_code.device_code,
	    sizeof(s->issuer->last_code.device_code));
	s->issuer->code_took_ms = signin_now_ms() - s->asked_ms;
	s->pace.interval_ms = s->code.interval_s * 1000;
	s->until_ms = signin_now_ms() + s->code.expires_s * 1000;
	s->next_ms = signin_now_ms() + s->pace.interval_ms;
	if (s->issuer->floor_ms > s->pace.interval_ms)
		s->next_ms = signin_now_ms() + s->issuer->floor_ms;
	s->state = SIGNIN_POLLING;
	log_line(LOG_INFO, "issuer %s: sign-in for account %s from %s begun",
	    s->issuer->title, s->account, s->source);
}

static void
ask_code(struct signin *s)
{
	struct buf form = BUF_INIT(FORM_MAX);

	if (s->issuer->meta.device_endpoint[0] == '\0' ||
	    s->issuer->meta.token_endpoint[0] == '\0') {
		(void)err_set(&s->why, ERR_CONFIG, "issuer %s: the provider "
		    "has no device flow: take the word device out of flows",
		    s->issuer->title);
		fail(s);
		return;
	}
	if (http_form(&form, "scope", conf_str(s->issuer->conf, "scopes"),
	    &s->why) < 0 ||
	    post(s, s->issuer->meta.device_endpoint, &form, code_done,
	    &s->why) < 0) {
		buf_clear(&form);
		fail(s);
		return;
	}
	s->asked_ms = signin_now_ms();
	s->state = SIGNIN_ASKING;
}

static void
poll_done(void *arg, const struct fetch_answer *a)
{
	struct signin *s = arg;
	enum token_state state = TOKEN_RETRY;

	s->fetch = NULL;
	s->last = a->e;
	if (a->status != 0)
		state = token_parse(a->status, body(a), a->body.len,
		    &s->token, &s->last);
	switch (state) {
	case TOKEN_DONE:
		s->state = SIGNIN_DONE;
		log_line(LOG_INFO, "issuer %s: sign-in for account %s from "
		    "%s has its tokens", s->issuer->title, s->account,
		    s->source);
		return;
	case TOKEN_FAILED:
	case TOKEN_DENIED:
	case TOKEN_EXPIRED:
		s->why = s->last;
		fail(s);
		return;
	case TOKEN_RETRY:
		log_line(LOG_WARNING, "issuer %s: %s; asking again",
		    s->issuer->title, s->last.text);
		break;
	case TOKEN_PENDING:
	case TOKEN_SLOW_DOWN:
		s->last = (struct err){ 0 };
		break;
	}
	s->next_ms = signin_now_ms() + pace_next(&s->pace, state,
	    a->retry_after_s, &s->issuer->floor_ms);
}

static void
ask_token(struct signin *s)
{
	struct buf form = BUF_INIT(FORM_MAX);

	if (http_form(&form, "grant_type", GRANT_TYPE, &s->why) < 0 ||
	    http_form(&form, "device_code", s->code.device_code,
	    &s->why) < 0 ||
	    post(s, s->issuer->meta.token_endpoint, &form, poll_done,
	    &s->why) < 0) {
		buf_clear(&form);
		fail(s);
	}
}

static void
expire(struct signin *s)
{
	fetch_cancel(s->fetch);
	s->fetch = NULL;
	/* if the provider was silent at the end that is the better reason */
	if (s->last.code != ERR_NONE)
		s->why = s->last;
	else
		(void)err_set(&s->why, ERR_TIMEOUT,
		    "nobody signed in within %lld s",
		    (long long)s->code.expires_s);
	fail(s);
}

void
signin_step(struct signin *s, int64_t now_ms)
{
	if (s->state == SIGNIN_META) {
		switch (issuer_meta(s->issuer, &s->why)) {
		case NEED_READY:
			ask_code(s);
			break;
		case NEED_FAILED:
			fail(s);
			break;
		case NEED_WAIT:
			break;
		}
	} else if (s->state == SIGNIN_DECOY) {
		if (now_ms >= s->next_ms)
			show_decoy(s, now_ms);
	} else if (s->state == SIGNIN_POLLING) {
		if (now_ms >= s->until_ms)
			expire(s);
		else if (s->fetch == NULL && now_ms >= s->next_ms)
			ask_token(s);
	} else if (s->state == SIGNIN_DONE && now_ms >= s->until_ms) {
		explicit_bzero(&s->token, sizeof(s->token));
		(void)err_set(&s->why, ERR_TIMEOUT,
		    "signed in, but nobody asked for the tokens");
		fail(s);
	}
}

int64_t
signin_due(const struct signin *s)
{
	if (s->state == SIGNIN_DONE)
		return s->until_ms;
	if (s->state == SIGNIN_DECOY)
		return s->next_ms;
	if (s->state != SIGNIN_POLLING)
		return -1;
	if (s->fetch != NULL || s->until_ms < s->next_ms)
		return s->until_ms;
	return s->next_ms;
}

void
signin_free(struct signin *s)
{
	if (s == NULL)
		return;
	fetch_cancel(s->fetch);
	if (--s->issuer->signins == 0)
		s->issuer->floor_ms = 0;
	explicit_bzero(s, sizeof(*s));
	free(s);
}
