/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/rules.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "recorder/argv.h"

static void
rule_clear(struct rule *r)
{
	free(r->exe);
	free(r->name);
	free(r->text);
	for (size_t i = 0; i < r->nwords; i++)
		free(r->words[i]);
	*r = (struct rule){ .euid = -1 };
}

void
rules_clear(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		rule_clear(&r->rule[i]);
	free(r->rule);
	*r = (struct rules){ NULL, 0 };
}

static int
copy_text(const json_t *v, const char *key, char **ret, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL || strlen(s) != json_string_length(v) ||
	    strlen(s) > RULE_TEXT_MAX)
		return err_set(e, ERR_INPUT, "%s: not a string of at most %d "
		    "bytes", key, RULE_TEXT_MAX);
	*ret = strdup(s);
	if (*ret == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	return 0;
}

static int
parse_words(const json_t *v, struct rule *r, struct err *e)
{
	size_t n = json_array_size(v);
	const char *last;

	if (!json_is_array(v) || n > RULE_WORDS_MAX)
		return err_set(e, ERR_INPUT,
		    "argv: not a list of at most %d words", RULE_WORDS_MAX);
	r->any_words = 0;
	last = n > 0 ? json_string_value(json_array_get(v, n - 1)) : NULL;
	if (last != NULL && strcmp(last, "...") == 0) {
		r->rest = 1;
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		if (copy_text(json_array_get(v, i), "argv", &r->words[i],
		    e) < 0)
			return -1;
		r->nwords = i + 1;
	}
	return 0;
}

static int
parse_action(const json_t *v, struct rule *r, struct err *e)
{
	const char *s = json_string_value(v);

	if (s != NULL && strcmp(s, "log") == 0)
		r->action = RULE_LOG;
	else if (s != NULL && strcmp(s, "deny") == 0)
		r->action = RULE_DENY;
	else if (s != NULL && strcmp(s, "hold") == 0)
		r->action = RULE_HOLD;
	else
		return err_set(e, ERR_INPUT, "do: not log, deny or hold");
	return 0;
}

static int
parse_euid(const json_t *v, struct rule *r, struct err *e)
{
	r->euid = json_integer_value(v);
	if (!json_is_integer(v) || r->euid < 0 || r->euid > UINT32_MAX)
		return err_set(e, ERR_INPUT, "euid: not a user id");
	return 0;
}

static int
parse_wait(const json_t *v, struct rule *r, struct err *e)
{
	r->wait_us = json_integer_value(v);
	if (!json_is_integer(v) || r->wait_us <= 0 ||
	    r->wait_us > INT64_MAX / 1000)
		return err_set(e, ERR_INPUT, "wait_us: not a length of time");
	return 0;
}

static int
parse_rule(const json_t *j, struct rule *r, struct err *e)
{
	const char *key;
	json_t *v;
	int rc = 0;

	*r = (struct rule){ .euid = -1, .any_words = 1,
	    .wait_us = RULE_WAIT_US };
	if (json_object_get(j, "do") == NULL)
		return err_set(e, ERR_INPUT, "do: missing");
	json_object_foreach((json_t *)(uintptr_t)j, key, v) {
		if (strcmp(key, "do") == 0)
			rc = parse_action(v, r, e);
		else if (strcmp(key, "exe") == 0)
			rc = copy_text(v, key, &r->exe, e);
		else if (strcmp(key, "argv") == 0)
			rc = parse_words(v, r, e);
		else if (strcmp(key, "euid") == 0)
			rc = parse_euid(v, r, e);
		else if (strcmp(key, "wait_us") == 0)
			rc = parse_wait(v, r, e);
		else if (strcmp(key, "name") == 0)
			rc = copy_text(v, key, &r->name, e);
		else if (strcmp(key, "text") == 0)
			rc = copy_text(v, key, &r->text, e);
		else
			rc = err_set(e, ERR_INPUT, "no such key");
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
rules_parse(const json_t *j, struct rules *ret, struct err *e)
{
	struct rules r = { NULL, 0 };
	size_t n = json_array_size(j);

	if (!json_is_array(j) || n > RULES_MAX)
		return err_set(e, ERR_INPUT,
		    "rules: not a list of at most %d", RULES_MAX);
	r.rule = calloc(n + 1, sizeof(*r.rule));
	if (r.rule == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		r.n = i + 1;
		if (parse_rule(json_array_get(j, i), &r.rule[i], e) < 0) {
			(void)err_prefix(e, "rule %zu", i + 1);
			rules_clear(&r);
			return -1;
		}
	}
	*ret = r;
	return 0;
}

static bool
exe_fits(const char *pattern, const char *exe)
{
	const char *slash = strrchr(exe, '/');

	if (pattern == NULL)
		return true;
	if (strchr(pattern, '/') == NULL && slash != NULL)
		exe = slash + 1;
	return fnmatch(pattern, exe, 0) == 0;
}

static bool
words_fit(const struct rule *r, const struct rule_facts *f)
{
	size_t n = argv_count(f->argv, f->argv_len);

	if (r->any_words)
		return true;
	n = n > 0 ? n - 1 : 0;
	if (n < r->nwords || (n > r->nwords && !r->rest))
		return false;
	for (size_t i = 0; i < r->nwords; i++)
		if (fnmatch(r->words[i], argv_word(f->argv, f->argv_len,
		    i + 1), 0) != 0)
			return false;
	return true;
}

const struct rule *
rules_find(const struct rules *r, const struct rule_facts *f)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct rule *c = &r->rule[i];

		if ((c->euid < 0 || c->euid == (long long)f->euid) &&
		    exe_fits(c->exe, f->exe) && words_fit(c, f))
			return c;
	}
	return NULL;
}

bool
rules_enforce(const struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->rule[i].action != RULE_LOG)
			return true;
	return false;
}

/* The file and the words that were approved?  A script is known by its path:
 * its interpreter reads it later, and whoever may write it decides then. */
static bool
as_approved(const struct rule_facts *asked, const struct rule_facts *is)
{
	switch (argv_compare(asked->path, asked->argv, asked->argv_len,
	    is->argv, is->argv_len)) {
	case ARGV_SAME:
		return asked->dev == is->dev && asked->ino == is->ino;
	case ARGV_INTERPRETED:
		return asked->path[0] != '\0' &&
		    strcmp(asked->path, is->path) == 0;
	case ARGV_OTHER:
	default:
		return false;
	}
}

bool
rules_second(const struct rules *r, bool approved,
    const struct rule_facts *asked, const struct rule_facts *is,
    const char **why)
{
	const struct rule *found;

	if (approved) {
		*why = "it is not what was approved";
		return asked->euid == is->euid && as_approved(asked, is);
	}
	found = rules_find(r, is);
	if (found == NULL || found->action == RULE_LOG)
		return true;
	*why = found->action == RULE_DENY ? "a rule refuses what it is" :
	    "it became what needs an approval";
	return false;
}
