/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/signin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/wire.h"
#include "pam_module/account.h"
#include "pam_module/args.h"
#include "pam_module/link.h"
#include "pam_module/person.h"
#include "pam_module/signin_private.h"
#include "pam_module/token.h"
#include "pam_module/verified.h"

#define SAY_USED "This token has been used: get a new one."

/* ---- after the token -------------------------------------------------- */

/* Groups from the provider's userinfo endpoint, where the section says so. */
static int
add_groups(const struct signin *s, struct work *w, struct err *e)
{
	const char *source = conf_str(w->j.issuer, "groups_source");
	const char *text = NULL;
	json_t *msg, *answer = NULL;
	int rc = -1;

	if (strcmp(source, "token") == 0 ||
	    (strcmp(source, "both") == 0 && w->j.id.groups_given))
		return 0;
	if (strcmp(source, "userinfo") == 0) {
		w->j.id.groups_given = false;
		memset(&w->j.id.groups, 0, sizeof(w->j.id.groups));
	}
	if (w->access_token == NULL)
		return err_set(e, ERR_DENIED, "no access token comes by the "
		    "flow %s, so that userinfo cannot be asked for the "
		    "groups", w->flow);
	msg = json_pack("{s:s, s:s, s:s}", "op", "userinfo", "issuer",
	    conf_title(w->j.issuer), "access_token", w->access_token);
	if (link_once(s->args->rundir, "courier.sock", msg, &answer, e) < 0)
		return -1;
	if (wire_str(answer, "userinfo", WIRE_MAX, &text, e) == 0)
		rc = person_add_userinfo(text, strlen(text),
		    &w->j.policy.token, &w->j.id, e);
	json_decref(answer);
	return rc;
}

/* The ledger hears of it, and says whether the token was used before. */
static int
tell(struct signin *s, struct work *w, struct err *e)
{
	char rules[65];
	struct verified_how how = { .flow = w->flow, .once = w->j.once,
		.key = w->key };

	s->say = SAY_LEDGER;
	if (w->key[0] != '\0' && strcmp(w->flow, "certificate") != 0 &&
	    conf_us(w->j.issuer, "remember") > 0 &&
	    judge_rules(s->conf, rules, NULL) == 0) {
		how.remember_us = conf_us(w->j.issuer, "remember");
		how.rules = rules;
	}
	if (verified_tell(s->args->rundir, s->account, &w->j.id, &how,
	    s->login, e) == 0)
		return 0;
	if (e->code == ERR_CONFLICT)
		s->say = SAY_USED;
	return -1;
}

/* The person is known: groups, account, ledger. */
static int
accept(struct signin *s, struct work *w, struct err *e)
{
	if (add_groups(s, w, e) < 0 ||
	    judge_account(&w->j, &s->account->user, e) < 0) {
		s->say = e->code == ERR_UNAVAILABLE ? SAY_COURIER :
		    TOKEN_TEXT;
		return -1;
	}
	return tell(s, w, e);
}

/* ---- which flow ------------------------------------------------------- */

static void
look_at_key(const struct signin *s, struct work *w)
{
	struct auth_key k;

	if (cert_auth_key(pam_getenv(s->pamh, "SSH_AUTH_INFO_0"), &k) == 1 &&
	    cert_fingerprint(&k, w->key, NULL) < 0)
		w->key[0] = '\0';
}

/* The token of a certificate that sshd has accepted: 1 when it holds, 0 when
 * the person is to be asked. */
static int
try_certificate(struct signin *s, struct work *w, struct err *e)
{
	if (!judge_flow(s->conf, "certificate"))
		return 0;
	if (signin_certificate(s, w, e) == 0)
		return 1;
	if (e->code != ERR_NOT_FOUND)
		pam_syslog(s->pamh, LOG_NOTICE, "certificate not taken, the "
		    "person is asked: %s", e->text);
	return 0;
}

/* 1 with s->login when the ledger remembers this key, else 0: not asking for
 * a sign-in needs a yes, all else asks for one. */
static int
remembered(struct signin *s, const struct work *w)
{
	const struct conf_section *is = NULL;
	char rules[65];
	bool any = false;
	struct err e;

	while ((is = conf_next(s->conf, "issuer", is)) != NULL)
		any = any || conf_us(is, "remember") > 0;
	return any && w->key[0] != '\0' &&
	    judge_rules(s->conf, rules, &e) == 0 &&
	    verified_remembered(s->args->rundir, s->account, w->key, rules,
	    s->login, &e) == 1;
}

static int
ask_person(struct signin *s, struct work *w, struct err *e)
{
	const char *prompt = conf_str(conf_section(s->conf, "login"),
	    "prompt");
	int r = 1;

	if (strcmp(prompt, "token") == 0 && judge_flow(s->conf, "parts"))
		r = signin_parts(s, w, e);
	return r == 1 ? signin_device(s, w, e) : r;
}

/* What a flow came to: account, ledger, and an event either way. */
static int
finish(struct signin *s, struct work *w, int r, struct err *e)
{
	if (r == 0 && accept(s, w, e) == 0)
		return 0;
	if (w->judged)
		verified_rejected(s->args->rundir, s->account, &w->j.id, e);
	return -1;
}

static int
by_person(struct signin *s, struct work *w, struct err *e)
{
	look_at_key(s, w);
	if (try_certificate(s, w, e) == 1)
		return finish(s, w, 0, e);
	if (remembered(s, w))
		return 0;
	return finish(s, w, ask_person(s, w, e), e);
}

static int
by_key(struct signin *s, struct work *w, struct err *e)
{
	look_at_key(s, w);
	return finish(s, w, signin_certificate(s, w, e), e);
}

/* ---- all of it -------------------------------------------------------- */

static int
run(struct signin *s, int (*how)(struct signin *, struct work *,
    struct err *), struct err *e)
{
	struct work *w = calloc(1, sizeof(*w));
	int rc;

	s->say = SAY_CONFIG;
	if (w == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	w->j.rundir = s->args->rundir;
	w->j.socket = "courier.sock";
	w->j.conf = s->conf;
	rc = how(s, w, e);
	/* nobody wipes for us: sshd ends this process without clean-up */
	link_wipe(w->tokens, "id_token");
	link_wipe(w->tokens, "access_token");
	json_decref(w->tokens);
	buf_clear(&w->typed);
	cert_clear(&w->cert);
	judge_clear(&w->j);
	explicit_bzero(w, sizeof(*w));
	free(w);
	return rc;
}

int
signin_run(struct signin *s, struct err *e)
{
	return run(s, by_person, e);
}

static int
decoy(struct signin *s, struct work *w, struct err *e)
{
	w->decoy = true;
	return signin_device(s, w, e);
}

int
signin_decoy(struct signin *s, struct err *e)
{
	return run(s, decoy, e) < 0 ? -1 :
	    err_set(e, ERR_DENIED, "a decoy was signed in");
}

int
signin_by_key(struct signin *s, struct err *e)
{
	return run(s, by_key, e);
}

bool
signin_key_may(const struct signin *s)
{
	/* sshd alone says so; a client cannot set it in this phase */
	return pam_getenv(s->pamh, "SSH_CONNECTION") != NULL &&
	    judge_flow(s->conf, "certificate");
}
