/* SPDX-License-Identifier: BSD-2-Clause
 * signin_device.c - the device flow: a code for the browser, then waiting. */
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/wire.h"
#include "pam_module/account.h"
#include "pam_module/args.h"
#include "pam_module/jws.h"
#include "pam_module/link.h"
#include "pam_module/prompt.h"
#include "pam_module/qr.h"
#include "pam_module/signin_private.h"
#include "pam_module/token.h"
#include "pam_module/wait.h"

#define SAY_LIMIT "Too many sign-ins at this time: wait a minute."
#define SAY_TIME "The sign-in was not finished in time."
#define SAY_REFUSED "The sign-in was refused."
#define SAY_NO_TOKEN "This prompt takes no token: press Enter and sign in " \
	"with the code it shows."
#define TOKEN_LEAST 200	/* bytes; nobody types as many */

static const char *
courier_says(const struct err *e)
{
	switch (e->code) {
	case ERR_LIMIT:
		return SAY_LIMIT;
	case ERR_TIMEOUT:
		return SAY_TIME;
	case ERR_DENIED:
		return SAY_REFUSED;
	case ERR_CONFIG:
		return SAY_CONFIG;
	default:
		return SAY_COURIER;
	}
}

/* ---- the device flow -------------------------------------------------- */

/* The answer says nothing; one as long as this was meant to. */
static int
ask_enter(struct signin *s, const char *text, struct err *e)
{
	struct buf answer = BUF_INIT(PROMPT_ANSWER_MAX);
	int rc = prompt_ask(s->pamh, text, &answer, e);
	bool token = rc == 0 && answer.len >= TOKEN_LEAST;

	buf_clear(&answer);
	if (token)
		rc = err_set(e, ERR_INPUT, "a token was pasted at the prompt "
		    "for Enter");
	if (rc < 0 && e->code == ERR_INPUT)
		s->say = SAY_NO_TOKEN;
	return rc;
}

static int
show_code(struct signin *s, const json_t *started, struct err *e)
{
	const struct conf_section *login = conf_section(s->conf, "login");
	struct prompt p = { .account = s->account->user.name,
		.host = s->account->host, .rhost = s->account->rhost,
		.enter = strcmp(conf_str(login, "prompt"), "info") != 0,
		.qr = conf_bool(login, "qr") };
	char text[PROMPT_MAX];

	if (p.qr && !qr_can())
		pam_syslog(s->pamh, LOG_NOTICE, "qr = yes, but this build "
		    "has no libqrencode");
	if (wire_str(started, "user_code", PROMPT_CODE_MAX, &p.code, e) < 0 ||
	    wire_str(started, "verification_uri", PROMPT_URI_MAX, &p.uri,
	    e) < 0 || wire_str_opt(started, "verification_uri_complete",
	    PROMPT_URI_MAX, &p.uri_complete, e) < 0 ||
	    prompt_format(&p, text, e) < 0)
		return -1;
	if (p.enter)
		return ask_enter(s, text, e);
	prompt_show(s->pamh, false, text);
	return 0;
}

static int
start(const struct signin *s, const struct work *w, int fd, json_t **started,
    struct err *e)
{
	json_t *ask = json_pack("{s:s, s:s, s:s, s:s}", "op",
	    "device.start", "issuer", conf_title(w->j.issuer),
	    "account", s->account->user.name, "rhost", s->account->rhost);

	if (ask != NULL && w->decoy)
		(void)json_object_set_new(ask, "decoy", json_true());
	return link_ask(fd, ask, started, e);
}

/* Ask for the tokens and wait for them, as long as somebody is there. */
static int
await(const struct signin *s, struct work *w, int fd, int64_t deadline_ns,
    struct err *e)
{
	int peer = wait_find(pam_getenv(s->pamh, "SSH_CONNECTION"));
	json_t *ask = json_pack("{s:s}", "op", "device.wait");
	int rc = wire_send(fd, ask, NULL, 0, LINK_MS, e);

	json_decref(ask);
	if (rc < 0 || wait_link(fd, peer, deadline_ns, e) < 0)
		return -1;
	return link_answer(fd, &w->tokens, e);
}

/* The tokens of the provider, into w->tokens. */
static int
fetch_tokens(struct signin *s, struct work *w, const char **id_token,
    struct err *e)
{
	int64_t deadline_ns = clock_mono_ns() + 1000 *
	    conf_us(conf_section(s->conf, "login"), "wait");
	int fd = link_open(s->args->rundir, "courier.sock", e), rc = -1;
	json_t *started = NULL;

	if (fd < 0)
		return -1;
	if (start(s, w, fd, &started, e) == 0 &&
	    show_code(s, started, e) == 0 &&
	    await(s, w, fd, deadline_ns, e) == 0 &&
	    wire_str(w->tokens, "id_token", JWS_MAX, id_token, e) == 0 &&
	    wire_str_opt(w->tokens, "access_token", JWS_MAX,
	    &w->access_token, e) == 0)
		rc = 0;
	json_decref(started);
	(void)close(fd);
	return rc;
}

int
signin_device(struct signin *s, struct work *w, struct err *e)
{
	const char *id_token = NULL;

	w->flow = "device";
	w->judged = false;
	s->say = NULL;
	if (judge_first(&w->j, "device", e) < 0) {
		s->say = SAY_CONFIG;
		return err_set(e, ERR_CONFIG, "%s: %s", s->args->conf,
		    e->text);
	}
	if (fetch_tokens(s, w, &id_token, e) < 0) {
		if (s->say == NULL)
			s->say = courier_says(e);
		return -1;
	}
	w->judged = true;
	if (w->decoy) {
		s->say = TOKEN_TEXT;
		return err_set(e, ERR_DENIED, "tokens came for a decoy");
	}
	s->say = TOKEN_TEXT; /* from here on no reason is given away */
	if (judge_token(&w->j, id_token, strlen(id_token), w->access_token,
	    e) == 0)
		return 0;
	if (e->code == ERR_UNAVAILABLE)
		s->say = SAY_COURIER;
	return -1;
}
