/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/verified.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/wire.h"
#include "pam_module/account.h"
#include "pam_module/identity.h"
#include "pam_module/link.h"

#define US_S INT64_C(1000000)

static json_t *
groups_of(const struct identity *id)
{
	json_t *list = json_array();

	for (const char *g = names_next(&id->groups, NULL); g != NULL;
	    g = names_next(&id->groups, g))
		(void)json_array_append_new(list, json_string(g));
	return list;
}

static const char *
or_null(const char *s)
{
	return s[0] == '\0' ? NULL : s;
}

static json_t *
message(const struct account *a, const struct identity *id,
    const struct verified_how *how)
{
	json_t *msg = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, "
	    "s:s, s:s, s:s, s:s, s:s, s:I, s:s*, s:s*, s:I, s:b}",
	    "op", "login.verified",
	    "issuer", id->iss, "sub", id->sub, "name", id->name,
	    "email", id->email_verified ? id->email : "",
	    "groups", groups_of(id), "account", a->user.name,
	    "rhost", a->rhost, "service", a->service, "flow", how->flow,
	    "alg", id->alg, "kid", id->kid, "token_hash", id->token_hash,
	    "exp", (json_int_t)(id->exp_us / US_S),
	    "amr", or_null(id->amr), "acr", or_null(id->acr),
	    "conn_pid", (json_int_t)getpid(), "once", (int)how->once);

	if (msg != NULL && how->key[0] != '\0')
		(void)json_object_set_new(msg, "key",
		    json_string(how->key));
	if (msg != NULL && how->remember_us > 0) {
		(void)json_object_set_new(msg, "remember_us",
		    json_integer(how->remember_us));
		(void)json_object_set_new(msg, "rules",
		    json_string(how->rules));
	}
	return msg;
}

/* The one-time id of an answer. */
static int
take_login(const json_t *answer, char login[ID_MAX], struct err *e)
{
	const char *l = NULL;

	if (wire_str(answer, "login", ID_MAX - 1, &l, e) < 0)
		return -1;
	if (!id_ok(l, 'l'))
		return err_set(e, ERR_INPUT, "the ledger's login id is none");
	(void)snprintf(login, ID_MAX, "%s", l);
	return 0;
}

int
verified_tell(const char *rundir, const struct account *a,
    const struct identity *id, const struct verified_how *how,
    char login[ID_MAX], struct err *e)
{
	json_t *answer = NULL;
	int rc;

	if (link_once(rundir, "ledger.sock", message(a, id, how), &answer,
	    e) < 0)
		return -1;
	rc = take_login(answer, login, e);
	json_decref(answer);
	return rc;
}

int
verified_remembered(const char *rundir, const struct account *a,
    const char *key, const char *rules, char login[ID_MAX], struct err *e)
{
	json_t *answer = NULL, *msg = json_pack("{s:s, s:s, s:s, s:s, s:s, "
	    "s:s}", "op", "login.remembered", "account", a->user.name,
	    "rhost", a->rhost, "service", a->service, "key", key,
	    "rules", rules);
	int rc;

	if (link_once(rundir, "ledger.sock", msg, &answer, e) < 0)
		return e->code == ERR_NOT_FOUND ? 0 : -1;
	rc = take_login(answer, login, e) < 0 ? -1 : 1;
	json_decref(answer);
	return rc;
}

void
verified_rejected(const char *rundir, const struct account *a,
    const struct identity *id, const struct err *why)
{
	json_t *answer = NULL, *msg = json_pack("{s:s, s:s, s:s, s:s, s:s, "
	    "s:s*, s:s*}", "op", "login.rejected", "account", a->user.name,
	    "rhost", a->rhost, "service", a->service, "reason", why->text,
	    "issuer", or_null(id->iss), "sub", or_null(id->sub));

	(void)link_once(rundir, "ledger.sock", msg, &answer, NULL);
	json_decref(answer);
}
