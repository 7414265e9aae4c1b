/* SPDX-License-Identifier: BSD-2-Clause
 * policy_rules.c - [rule NAME]: which programs wait, and for whom. */
#include <stdio.h>
#include <string.h>

#include "approver/policy.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/user.h"

#define WORDS_MAX 16		/* as RULE_WORDS_MAX of the gate */
#define TEXT_BYTES 200		/* as RULE_TEXT_MAX of the gate */
#define RULES_EACH 256		/* as RULES_MAX of the gate */
#define NONE "none"		/* rules = none: not even those of [gate] */

static const struct conf_section *
section_of(const struct conf *c, const char *name)
{
	const struct conf_section *s = NULL;

	while ((s = conf_next(c, "rule", s)) != NULL)
		if (strcmp(conf_title(s), name) == 0)
			return s;
	return NULL;
}

static int
check_text(const struct conf_section *s, const char *key, const char *text,
    struct err *e)
{
	if (strlen(text) <= TEXT_BYTES)
		return 0;
	return err_set(e, ERR_CONFIG, "%s: %s: more than %d bytes",
	    conf_where(s, key), key, TEXT_BYTES);
}

/* "restart * ..." as a list of words; NULL with *e. */
static json_t *
words(const struct conf_section *s, struct err *e)
{
	const char *p = conf_str(s, "args");
	json_t *list = json_array();

	for (p += strspn(p, " \t"); *p != '\0'; p += strspn(p, " \t")) {
		size_t n = strcspn(p, " \t");

		(void)json_array_append_new(list, json_stringn(p, n));
		p += n;
	}
	if (json_array_size(list) <= WORDS_MAX &&
	    check_text(s, "args", conf_str(s, "args"), e) == 0)
		return list;
	if (json_array_size(list) > WORDS_MAX)
		(void)err_set(e, ERR_CONFIG, "%s: args: more than %d words",
		    conf_where(s, "args"), WORDS_MAX);
	json_decref(list);
	return NULL;
}

/* [rule] as, an account's name: its uid; -1 for any.  -2 with *e. */
static int64_t
euid_of(const struct conf_section *s, struct err *e)
{
	const char *name = conf_str(s, "as");
	struct user u;
	int rc;

	if (name[0] == '\0')
		return -1;
	rc = user_find(name, &u, e);
	if (rc == 0)
		(void)err_set(e, ERR_CONFIG, "%s: there is no account %s",
		    conf_where(s, "as"), name);
	return rc == 1 ? (int64_t)u.uid : -2;
}

/* One object a program; they share all else. */
static int
add_rule(const struct conf_section *s, json_t *to, struct err *e)
{
	const char *say = conf_str(s, "say");
	int64_t euid = euid_of(s, e);
	json_t *argv = euid < -1 ? NULL : words(s, e);
	int rc = argv == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < conf_list_n(s, "program"); i++) {
		const char *exe = conf_list(s, "program", i);
		json_t *o;

		rc = check_text(s, "program", exe, e);
		if (rc < 0)
			break;
		o = json_pack("{s:s, s:s, s:s, s:I}", "do",
		    conf_str(s, "do"), "exe", exe, "name", conf_title(s),
		    "wait_us", (json_int_t)conf_us(s, "wait"));
		if (json_array_size(argv) > 0)
			(void)json_object_set(o, "argv", argv);
		if (euid >= 0)
			(void)json_object_set_new(o, "euid",
			    json_integer(euid));
		if (say[0] != '\0')
			(void)json_object_set_new(o, "text",
			    json_string(say));
		(void)json_array_append_new(to, o);
	}
	json_decref(argv);
	return rc;
}

static int
load_role(const struct conf *c, struct role *r, struct err *e)
{
	const struct conf_section *from = r->section, *s;
	size_t n = conf_list_n(from, "rules"), bytes;

	if (n == 0) {
		from = conf_section(c, "gate");
		n = conf_list_n(from, "rules");
	}
	r->rules = json_array();
	for (size_t i = 0; i < n; i++) {
		const char *name = conf_list(from, "rules", i);

		if (n == 1 && strcmp(name, NONE) == 0)
			break;
		s = section_of(c, name);
		if (s == NULL)
			return err_set(e, ERR_CONFIG, "%s: there is no "
			    "section [rule %s]", conf_where(from, "rules"),
			    name);
		if (add_rule(s, r->rules, e) < 0)
			return -1;
	}
	bytes = json_dumpb(r->rules, NULL, 0, JSON_COMPACT);
	if (json_array_size(r->rules) <= RULES_EACH &&
	    bytes <= POLICY_RULES_TEXT)
		return 0;
	return err_set(e, ERR_CONFIG, "%s: too many rules for one role: %zu "
	    "programs, %zu bytes", conf_where(from, "rules"),
	    json_array_size(r->rules), bytes);
}

int
policy_load_rules(const struct conf *c, struct policy *p, struct err *e)
{
	const struct conf_section *s = NULL;
	struct exec_rule *r;

	while ((s = conf_next(c, "rule", s)) != NULL) {
		if (p->rules == POLICY_RULES)
			return err_set(e, ERR_CONFIG, "%s: more than %d rules",
			    conf_where(s, NULL), POLICY_RULES);
		r = &p->rule[p->rules++];
		r->name = conf_title(s);
		r->by_text = conf_str(s, "by");
		r->say = conf_str(s, "say");
		if (check_text(s, "say", r->say, e) < 0)
			return -1;
		if (r->by_text[0] == '\0')
			continue;
		if (authority_parse(r->by_text, &r->by, e) < 0)
			return err_prefix(e, "%s: by", conf_where(s, "by"));
		if (r->by.anyone)
			return err_set(e, ERR_CONFIG, "%s: who decides must "
			    "be named groups, not *", conf_where(s, "by"));
	}
	for (size_t i = 0; i < p->roles; i++)
		if (load_role(c, &p->role[i], e) < 0)
			return -1;
	return 0;
}

const struct exec_rule *
policy_rule(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->rules; i++)
		if (strcmp(p->rule[i].name, name) == 0)
			return &p->rule[i];
	return NULL;
}

void
policy_clear(struct policy *p)
{
	for (size_t i = 0; i < p->roles; i++) {
		json_decref(p->role[i].rules);
		p->role[i].rules = NULL;
	}
}
