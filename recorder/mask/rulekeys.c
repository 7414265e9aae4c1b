/* SPDX-License-Identifier: BSD-2-Clause
 * The keys of a rule, warrant-mask.conf(5). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/mask/rulefile.h"
#include "recorder/mask/rules.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool
same(const char *w, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(w, name, n) == 0;
}

/* name=NUMBER; 1 when w is that, 0 when it is not, -1 on error. */
static int
number_option(struct reader *r, const char *w, size_t n, const char *name,
    int max, int *ret)
{
	size_t m = strlen(name);
	int v = 0;

	if (n <= m || memcmp(w, name, m) != 0 || w[m] != '=')
		return 0;
	for (size_t i = m + 1; i < n; i++) {
		if (!sym_digit((unsigned char)w[i]) || v > max) {
			r->at -= n;
			return reader_bad(r, "not a number: ", w, n);
		}
		v = v * 10 + (w[i] - '0');
	}
	if (n == m + 1 || v > max) {
		r->at -= n;
		return reader_bad(r, "missing or too large: ", w, n);
	}
	*ret = v;
	return 1;
}

static int
unknown(struct reader *r, const char *w, size_t n)
{
	r->at -= n;
	return reader_bad(r, "unknown word: ", w, n);
}

static bool
good_name(const char *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!sym_alnum((unsigned char)w[i]) &&
		    strchr(".-_", w[i]) == NULL)
			return false;
	return n > 0 && sym_alpha((unsigned char)w[0]);
}

static uint32_t
profile_bit(struct reader *r, const char *w, size_t n)
{
	struct ruleset *s = r->set;

	if (n >= RULE_PROFILE_MAX || !good_name(w, n) ||
	    same(w, n, "all")) {
		r->at -= n;
		(void)reader_bad(r, "not a name for a profile: ", w, n);
		return 0;
	}
	for (size_t i = 0; i < s->nprofile; i++)
		if (same(w, n, s->profile[i]))
			return (uint32_t)1 << i;
	if (s->nprofile == RULE_PROFILES) {
		(void)reader_bad(r, "more than 16 profiles", "", 0);
		return 0;
	}
	memcpy(s->profile[s->nprofile], w, n);
	return (uint32_t)1 << s->nprofile++;
}

uint32_t
ruleset_profile(const struct ruleset *set, const char *name)
{
	for (size_t i = 0; i < set->nprofile; i++)
		if (strcmp(set->profile[i], name) == 0)
			return (uint32_t)1 << i;
	return 0;
}

int
reader_profiles(struct reader *r, uint32_t *bits)
{
	const char *w;
	size_t n;

	*bits = 0;
	while (w = reader_word(r, &n), n > 0) {
		uint32_t bit = profile_bit(r, w, n);

		if (bit == 0)
			return -1;
		*bits |= bit;
	}
	return *bits != 0 ? 0 : reader_bad(r, "a profile is missing", "", 0);
}

static struct rule *
current(struct reader *r)
{
	return &r->set->rule[r->set->n - 1];
}

static int
key_profile(struct reader *r)
{
	return reader_profiles(r, &current(r)->profiles);
}

static int
key_tag(struct reader *r)
{
	size_t n;
	const char *w = reader_word(r, &n);

	if (n >= RULE_TAG_MAX || !good_name(w, n)) {
		r->at -= n;
		return reader_bad(r, "a tag is a short name: ", w, n);
	}
	memset(current(r)->tag, 0, RULE_TAG_MAX);
	memcpy(current(r)->tag, w, n);
	return 0;
}

/* The rest of the line is an expression: checked at once, so that the
 * column is right, and kept to be joined with others by |. */
static int
expression(struct reader *r, struct buf *to)
{
	struct regex re = { 0 };
	size_t n, col = 1;

	reader_skip(r);
	n = r->n - r->at;
	while (n > 0 && is_space(r->line[r->at + n - 1]))
		n--;
	if (regex_parse(r->line + r->at, n, &re, &col, r->e) < 0) {
		r->at += col - 1;
		return reader_bad_inner(r);
	}
	regex_clear(&re);
	if (to->len > 0 && n >= 4 &&
	    memcmp(r->line + r->at, "(?i)", 4) == 0)
		return reader_bad(r, "(?i) stands on the first line only and holds "
		    "for all", "", 0);
	if ((to->len > 0 && buf_putc(to, '|', r->e) < 0) ||
	    buf_put(to, r->line + r->at, n, r->e) < 0)
		return reader_bad(r, "expression too long", "", 0);
	r->at = r->n;
	return 0;
}

static int
key_before(struct reader *r)
{
	return expression(r, &r->before);
}

static int
key_value(struct reader *r)
{
	return expression(r, &r->value);
}

static int
key_after(struct reader *r)
{
	return expression(r, &r->after);
}

static int
key_then(struct reader *r)
{
	struct regex re = { 0 };
	size_t n, col = 1;
	const char *w = reader_word(r, &n);

	if (!same(w, n, "run")) {
		r->at -= n;
		return reader_bad(r, "write: then run [class]", "", 0);
	}
	reader_skip(r);
	if (regex_parse(r->line + r->at, r->n - r->at, &re, &col, r->e) <
	    0) {
		r->at += col - 1;
		return reader_bad_inner(r);
	}
	if (re.node[re.root].kind != RE_SET) {
		regex_clear(&re);
		return reader_bad(r, "a run is one class: [a-z]", "", 0);
	}
	current(r)->has_run = true;
	current(r)->run = re.node[re.root].set;
	regex_clear(&re);
	r->at = r->n;
	return 0;
}

static int
bound(struct reader *r, enum bound *ret)
{
	static const char *const names[] = { "any", "alnum", "word", "token",
	    "host", "number" };
	size_t n;
	const char *w = reader_word(r, &n);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same(w, n, names[i])) {
			*ret = (enum bound)i;
			return 0;
		}
	r->at -= n;
	return reader_bad(r, "a bound is any, alnum, word, token, host or number, not ",
	    n > 0 ? w : "missing", n > 0 ? n : 7);
}

static int
key_bound(struct reader *r)
{
	size_t n;
	const char *w;

	if (bound(r, &current(r)->left) < 0 ||
	    bound(r, &current(r)->right) < 0)
		return -1;
	r->bounded = true;
	w = reader_word(r, &n);
	if (n == 0)
		return 0;
	if (!same(w, n, "munch"))
		return unknown(r, w, n);
	current(r)->munch = true;
	return 0;
}

static int
key_check(struct reader *r)
{
	struct rule *rule = current(r);
	const char *w;
	size_t n;

	while (w = reader_word(r, &n), n > 0) {
		if (rule->nchecks == RULE_CHECKS)
			return reader_bad(r, "more than 6 checks", "", 0);
		if (check_parse(w, n, &rule->check[rule->nchecks], r->e) <
		    0) {
			r->at -= n;
			return reader_bad_inner(r);
		}
		rule->nchecks++;
	}
	return rule->nchecks > 0 ? 0 : reader_bad(r, "a check is missing", "", 0);
}

static int
key_near(struct reader *r)
{
	struct rule *rule = current(r);
	size_t len = 0, n;
	const char *w;

	rule->within = 40;
	while (w = reader_word(r, &n), n > 0) {
		int rc = number_option(r, w, n, "within", 60, &rule->within);

		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		if (len + n + 2 > sizeof(rule->near))
			return reader_bad(r, "over 254 bytes of words", "", 0);
		for (size_t i = 0; i < n; i++) {
			char c = w[i];

			if (c == '_' ? i == 0 || i + 1 == n :
			    !islower((unsigned char)c) &&
			    !sym_digit((unsigned char)c)) {
				r->at -= n;
				return reader_bad(r, "words are of a-z, 0-9 and _: ",
				    w, n);
			}
			rule->near[len++] = c;
		}
		rule->near[len++] = '\0';
	}
	rule->near[len] = '\0';
	return len > 0 ? 0 : reader_bad(r, "a word is missing", "", 0);
}

static int
key_keep(struct reader *r)
{
	struct rule *rule = current(r);
	const char *w;
	size_t n;

	while (w = reader_word(r, &n), n > 0) {
		int rc = number_option(r, w, n, "head", 16,
		    &rule->keep_head);

		if (rc == 0)
			rc = number_option(r, w, n, "tail", 16,
			    &rule->keep_tail);
		if (rc < 0)
			return -1;
		if (rc == 0 && !same(w, n, "separators"))
			return unknown(r, w, n);
		rule->keep_sep = rule->keep_sep || rc == 0;
	}
	return 0;
}

static int
key_hold(struct reader *r)
{
	struct rule *rule = current(r);
	const char *w;
	size_t n;

	while (w = reader_word(r, &n), n > 0) {
		int rc = number_option(r, w, n, "k", 96, &rule->hold_k);

		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		if (!same(w, n, "timeout=mask") &&
		    !same(w, n, "timeout=release"))
			return unknown(r, w, n);
		rule->timeout_release = w[8] == 'r';
	}
	return rule->hold_k > 0 ? 0 :
	    reader_bad(r, "k is at least 1", "", 0);
}

/* One word of a list: its index. */
static int
one_of(struct reader *r, const char *const *names, size_t count)
{
	size_t n;
	const char *w = reader_word(r, &n);

	for (size_t i = 0; i < count; i++)
		if (same(w, n, names[i]))
			return (int)i;
	return unknown(r, w, n);
}

static int
key_action(struct reader *r)
{
	static const char *const names[] = { "off", "log", "mask" };
	int i = one_of(r, names, 3);

	if (i < 0)
		return -1;
	current(r)->action = (enum rule_action)i;
	return 0;
}

static int
key_canon(struct reader *r)
{
	static const char *const names[] = { "exact", "upper" };
	int i = one_of(r, names, 2);

	if (i < 0)
		return -1;
	current(r)->canon = (enum rule_canon)i;
	return 0;
}

static int
key_block(struct reader *r)
{
	static const char *const names[] = { "pem" };

	if (one_of(r, names, 1) < 0)
		return -1;
	current(r)->block = true;
	return 0;
}

static int
key_priority(struct reader *r)
{
	size_t n;
	const char *w = reader_word(r, &n);
	int v = 0;

	for (size_t i = 0; i < n && sym_digit((unsigned char)w[i]); i++)
		if (i == n - 1)
			v = atoi(w);
	if (n == 0 || n > 3 || v == 0) {
		r->at -= n;
		return reader_bad(r, "a priority is a number from 1 to 999", "", 0);
	}
	current(r)->priority = v;
	return 0;
}

static const struct {
	const char *name;
	bool again;	/* may stand in a rule more than once */
	int (*read)(struct reader *);
} keys[] = {
	{ "action", false, key_action },
	{ "after", true, key_after },
	{ "before", true, key_before },
	{ "block", false, key_block },
	{ "bound", false, key_bound },
	{ "canon", false, key_canon },
	{ "check", false, key_check },
	{ "hold", false, key_hold },
	{ "keep", false, key_keep },
	{ "near", false, key_near },
	{ "priority", false, key_priority },
	{ "profile", false, key_profile },
	{ "tag", false, key_tag },
	{ "then", false, key_then },
	{ "value", true, key_value },
};

const char *
rule_key_name(size_t i)
{
	return i < sizeof(keys) / sizeof(keys[0]) ? keys[i].name : NULL;
}

int
rule_key(struct reader *r, const char *w, size_t n)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t left;
		const char *rest;

		if (!same(w, n, keys[i].name))
			continue;
		if (!keys[i].again && (r->seen >> i & 1) != 0) {
			r->at -= n;
			return reader_bad(r, "given twice: ", w, n);
		}
		r->seen |= (uint32_t)1 << i;
		if (keys[i].read(r) < 0)
			return -1;
		rest = reader_word(r, &left);
		return left == 0 ? 0 : unknown(r, rest, left);
	}
	r->at -= n;
	return reader_bad(r, "unknown key: ", w, n);
}
