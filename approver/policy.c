/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/policy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/user.h"

static int
load_expr(const struct conf_section *s, const char *key,
    struct authority_expr *ret, struct err *e)
{
	if (authority_parse(conf_str(s, key), ret, e) < 0)
		return err_prefix(e, "%s: %s", conf_where(s, key), key);
	return 0;
}

static int
load_role(const struct conf_section *s, struct role *r, struct err *e)
{
	*r = (struct role){
		.name = conf_title(s),
		.account = conf_str(s, "account"),
		.about = conf_str(s, "about"),
		.approve_text = conf_str(s, "approve"),
		.quorum = (unsigned)conf_int(s, "quorum"),
		.max_us = conf_us(s, "max"),
		.lapse_us = conf_us(s, "lapse"),
		.pipes = conf_str(s, "pipes"),
		.transfer = conf_str(s, "transfer"),
		.shared = conf_bool(s, "shared"),
		.reserve = conf_bool(s, "reserve"),
		.section = s,
	};
	if (!user_name_ok(r->account))
		return err_set(e, ERR_CONFIG, "%s: '%s' is no account name",
		    conf_where(s, "account"), r->account);
	if (load_expr(s, "request", &r->request, e) < 0 ||
	    load_expr(s, "approve", &r->approve, e) < 0)
		return -1;
	if (r->approve.anyone)
		return err_set(e, ERR_CONFIG,
		    "%s: approvers must be named groups, not *",
		    conf_where(s, "approve"));
	return 0;
}

static int
load_local(const struct policy *p, const struct conf_section *s,
    struct local *l, struct err *e)
{
	*l = (struct local){
		.name = conf_title(s),
		.uid = (uid_t)conf_int(s, "uid"),
		.issuer = conf_str(s, "issuer"),
		.sub = conf_str(s, "sub"),
		.section = s,
	};
	if (l->uid == 0)
		return err_set(e, ERR_CONFIG, "%s: root is nobody",
		    conf_where(s, "uid"));
	if (policy_local(p, l->uid) != NULL)
		return err_set(e, ERR_CONFIG,
		    "%s: uid %u stands for two persons", conf_where(s, "uid"),
		    (unsigned)l->uid);
	return 0;
}

static int
load_host(const struct conf *c, struct policy *p, struct err *e)
{
	const char *name = conf_str(conf_section(c, "host"), "name");

	if (name[0] == '\0') {
		if (gethostname(p->host, sizeof(p->host)) < 0)
			return err_sys(e, "gethostname");
		p->host[sizeof(p->host) - 1] = '\0';
		return 0;
	}
	if (strlen(name) >= sizeof(p->host))
		return err_set(e, ERR_CONFIG, "%s: too long",
		    conf_where(conf_section(c, "host"), "name"));
	(void)snprintf(p->host, sizeof(p->host), "%s", name);
	return 0;
}

/* Nobody may by default, and never everybody. */
static int
load_lock(const struct conf_section *s, struct policy *ret, struct err *e)
{
	if (conf_str(s, "lock")[0] == '\0')
		return 0;
	if (load_expr(s, "lock", &ret->lock, e) < 0)
		return -1;
	return ret->lock.anyone ? err_set(e, ERR_CONFIG, "%s: lock = * would "
	    "let anybody lock out anybody", conf_where(s, "lock")) : 0;
}

int
policy_load(const struct conf *c, struct policy *ret, struct err *e)
{
	const struct conf_section *s;

	memset(ret, 0, sizeof(*ret));
	ret->conf = c;
	conf_digest(c, ret->digest);
	if (load_host(c, ret, e) < 0)
		return -1;
	ret->shell = conf_str(conf_section(c, "login"), "shell");
	ret->lobby = strcmp(conf_str(conf_section(c, "login"), "no_grant"),
	    "lobby") == 0;
	if (load_lock(conf_section(c, "login"), ret, e) < 0)
		return -1;
	for (s = conf_next(c, "role", NULL); s != NULL;
	    s = conf_next(c, "role", s)) {
		if (ret->roles == POLICY_ROLES)
			return err_set(e, ERR_CONFIG, "%s: more than %d roles",
			    conf_where(s, NULL), POLICY_ROLES);
		if (load_role(s, &ret->role[ret->roles], e) < 0)
			return -1;
		ret->roles++;
	}
	for (s = conf_next(c, "approver", NULL); s != NULL;
	    s = conf_next(c, "approver", s)) {
		if (ret->locals == POLICY_LOCALS)
			return err_set(e, ERR_CONFIG,
			    "%s: more than %d approvers", conf_where(s, NULL),
			    POLICY_LOCALS);
		if (load_local(ret, s, &ret->local[ret->locals], e) < 0)
			return -1;
		ret->locals++;
	}
	return policy_load_rules(c, ret, e);
}

const struct role *
policy_role(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->roles; i++)
		if (strcmp(p->role[i].name, name) == 0)
			return &p->role[i];
	return NULL;
}

const struct local *
policy_local(const struct policy *p, uid_t uid)
{
	for (size_t i = 0; i < p->locals; i++)
		if (p->local[i].uid == uid)
			return &p->local[i];
	return NULL;
}
