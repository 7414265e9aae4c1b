/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/signin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/jwks.h"
#include "lib/wire.h"
#include "pam_module/account.h"
#include "pam_module/args.h"
#include "pam_module/jws.h"
#include "pam_module/link.h"
#include "pam_module/map.h"
#include "pam_module/person.h"
#include "pam_module/policy.h"
#include "pam_module/prompt.h"
#include "pam_module/token.h"
#include "pam_module/verified.h"
#include "pam_module/wait.h"

#define SAY_COURIER "You cannot be signed in now: the sign-in service of " \
	"this host or its provider does not answer. Try again, or use the " \
	"break-glass account of this host."
#define SAY_CONFIG "You cannot be signed in: this host is not set up " \
	"rightly. Tell its administrator."
#define SAY_LIMIT "Too many sign-ins at this time: wait a minute."
#define SAY_TIME "The sign-in was not finished in time."
#define SAY_REFUSED "The sign-in was refused."
#define SAY_LEDGER "You cannot be let in now: warrantd does not answer. " \
	"Try again, or use the break-glass account of this host."

/* What is large, and what is to be wiped. */
struct work {
	const struct conf_section *issuer;
	struct policy policy;
	struct identity id;
	struct jwks keys;
	json_t *tokens;		/* answer of device.wait */
	const char *id_token;	/* of tokens */
	const char *access_token; /* of tokens, or NULL */
};

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

static int
show_code(const struct signin *s, const json_t *started, struct err *e)
{
	const struct conf_section *login = conf_section(s->conf, "login");
	struct prompt p = { .account = s->account->user.name,
		.host = s->account->host, .rhost = s->account->rhost,
		.enter = strcmp(conf_str(login, "prompt"), "enter") == 0 };
	char text[PROMPT_MAX];

	if (wire_str(started, "user_code", PROMPT_CODE_MAX, &p.code, e) < 0 ||
	    wire_str(started, "verification_uri", PROMPT_URI_MAX, &p.uri,
	    e) < 0 || wire_str_opt(started, "verification_uri_complete",
	    PROMPT_URI_MAX, &p.uri_complete, e) < 0 ||
	    prompt_format(&p, text, e) < 0)
		return -1;
	if (p.enter)
		return prompt_ask(s->pamh, text, e);
	prompt_show(s->pamh, false, text);
	return 0;
}

static int
start(const struct signin *s, const struct work *w, int fd, json_t **started,
    struct err *e)
{
	return link_ask(fd, json_pack("{s:s, s:s, s:s, s:s}", "op",
	    "device.start", "issuer", conf_title(w->issuer),
	    "account", s->account->user.name, "rhost", s->account->rhost),
	    started, e);
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

static int
device_flow(struct signin *s, struct work *w, struct err *e)
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
	    wire_str(w->tokens, "id_token", JWS_MAX, &w->id_token, e) == 0 &&
	    wire_str_opt(w->tokens, "access_token", JWS_MAX,
	    &w->access_token, e) == 0)
		rc = 0;
	json_decref(started);
	(void)close(fd);
	return rc;
}

/* ---- the token -------------------------------------------------------- */

/* The key set of the issuer; kid (may be NULL) is one it should have. */
static int
fetch_keys(const struct signin *s, struct work *w, const char *kid,
    struct err *e)
{
	json_t *msg = json_pack("{s:s, s:s, s:s*}", "op", "jwks", "issuer",
	    conf_title(w->issuer), "kid", kid), *answer = NULL;
	const char *text = NULL;
	int rc = -1;

	if (link_once(s->args->rundir, "courier.sock", msg, &answer, e) < 0)
		return -1;
	jwks_clear(&w->keys);
	if (wire_str(answer, "jwks", JWKS_TEXT_MAX, &text, e) == 0 &&
	    jwks_parse(text, strlen(text), &w->keys, e) == 0)
		rc = 0;
	json_decref(answer);
	return rc;
}

static int
verify(struct work *w, struct err *e)
{
	struct token_request q = { .now_us = clock_wall_us(),
		.nonce_rule = TOKEN_NONCE_ANY, /* RFC 8628 has none */
		.access_token = w->access_token };

	return token_verify(w->id_token, strlen(w->id_token), &w->keys,
	    &w->policy.token, &q, &w->id, e);
}

/* Token to person.  A key the set has not is asked for by name, once. */
static int
check_token(const struct signin *s, struct work *w, struct err *e)
{
	struct jws j;

	if (fetch_keys(s, w, NULL, e) < 0)
		return -1;
	if (verify(w, e) == 0)
		return 0;
	if (e->code != ERR_NOT_FOUND ||
	    jws_parse(w->id_token, strlen(w->id_token),
	    w->policy.token.algs, &j, e) < 0 || !j.has_kid)
		return -1;
	if (fetch_keys(s, w, j.kid, e) < 0)
		return -1;
	return verify(w, e);
}

/* Groups from the provider's userinfo endpoint, where the section says so. */
static int
add_groups(const struct signin *s, struct work *w, struct err *e)
{
	const char *source = conf_str(w->issuer, "groups_source");
	const char *text = NULL;
	json_t *msg, *answer = NULL;
	int rc = -1;

	if (strcmp(source, "token") == 0 ||
	    (strcmp(source, "both") == 0 && w->id.groups_given))
		return 0;
	if (strcmp(source, "userinfo") == 0) {
		w->id.groups_given = false;
		memset(&w->id.groups, 0, sizeof(w->id.groups));
	}
	if (w->access_token == NULL)
		return err_set(e, ERR_DENIED, "no access token, so that "
		    "userinfo cannot be asked for the groups");
	msg = json_pack("{s:s, s:s, s:s}", "op", "userinfo", "issuer",
	    conf_title(w->issuer), "access_token", w->access_token);
	if (link_once(s->args->rundir, "courier.sock", msg, &answer, e) < 0)
		return -1;
	if (wire_str(answer, "userinfo", WIRE_MAX, &text, e) == 0)
		rc = person_add_userinfo(text, strlen(text),
		    &w->policy.token, &w->id, e);
	json_decref(answer);
	return rc;
}

static int
map_account(const struct signin *s, const struct work *w, struct err *e)
{
	const struct conf_section *login = conf_section(s->conf, "login");
	struct map_account a = { .name = s->account->user.name,
		.uid = s->account->user.uid,
		.min_uid = (uid_t)conf_int(login, "min_uid") };
	const char *path = conf_str(w->issuer, "map_file");
	struct buf file = BUF_INIT(MAP_FILE_MAX);
	int rc = -1;

	if (path[0] == '\0' || io_read_trusted(path, false, &file, e) == 0)
		rc = map_find(w->policy.rules, w->policy.n_rules, file.p,
		    file.len, &w->id, &a, NULL, e);
	buf_clear(&file);
	return rc;
}

/* ---- all of it -------------------------------------------------------- */

static int
sign_in(struct signin *s, struct work *w, struct err *e)
{
	w->issuer = conf_next(s->conf, "issuer", NULL);
	s->say = SAY_CONFIG;
	if (w->issuer == NULL)
		return err_set(e, ERR_CONFIG, "no [issuer] in %s",
		    s->args->conf);
	if (policy_from_conf(w->issuer, &w->policy, e) < 0)
		return -1;
	if (device_flow(s, w, e) < 0) {
		s->say = courier_says(e);
		return -1;
	}
	s->say = TOKEN_TEXT; /* from here on no reason is given away */
	if (check_token(s, w, e) < 0 || add_groups(s, w, e) < 0 ||
	    map_account(s, w, e) < 0) {
		if (e->code == ERR_UNAVAILABLE)
			s->say = SAY_COURIER;
		verified_rejected(s->args->rundir, s->account, &w->id, e);
		return -1;
	}
	s->say = SAY_LEDGER;
	return verified_tell(s->args->rundir, s->account, &w->id, s->login,
	    e);
}

int
signin_run(struct signin *s, struct err *e)
{
	struct work *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL) {
		s->say = SAY_CONFIG;
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	rc = sign_in(s, w, e);
	/* nobody wipes for us: sshd ends this process without clean-up */
	link_wipe(w->tokens, "id_token");
	link_wipe(w->tokens, "access_token");
	json_decref(w->tokens);
	jwks_clear(&w->keys);
	explicit_bzero(w, sizeof(*w));
	free(w);
	return rc;
}
