/* SPDX-License-Identifier: BSD-2-Clause
 * The rule file, warrant-mask.conf(5): lines to a struct ruleset. */
#include "recorder/mask/rulefile.h"

#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "recorder/mask/rules.h"

static const char *
rule_name(const struct reader *r)
{
	return r->in_rule ? r->set->rule[r->set->n - 1].id : "";
}

int
reader_bad(const struct reader *r, const char *why, const char *what, size_t n)
{
	return err_set(r->e, ERR_CONFIG, "%s:%u:%zu: %s%s%s%s%.*s", r->name,
	    r->number, r->at + 1, r->in_rule ? "rule " : "", rule_name(r),
	    r->in_rule ? ": " : "", why, (int)(n > 80 ? 80 : n),
	    n > 0 ? what : "");
}

int
reader_bad_inner(const struct reader *r)
{
	struct err inner = *r->e;

	return inner.code != ERR_CONFIG ? -1 :
	    reader_bad(r, "", inner.text, strlen(inner.text));
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

void
reader_skip(struct reader *r)
{
	while (r->at < r->n && is_space(r->line[r->at]))
		r->at++;
}

const char *
reader_word(struct reader *r, size_t *n)
{
	const char *w;

	reader_skip(r);
	w = r->line + r->at;
	*n = 0;
	while (r->at + *n < r->n && !is_space(w[*n]))
		++*n;
	r->at += *n;
	return w;
}

static bool
same(const char *w, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(w, name, n) == 0;
}

/* Room for one more of *n things of this size at *p. */
static int
room(void **p, size_t n, size_t *cap, size_t size, struct err *e)
{
	void *q;

	if (n < *cap)
		return 0;
	q = realloc(*p, (*cap == 0 ? 16 : *cap * 2) * size);
	if (q == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	*p = q;
	*cap = *cap == 0 ? 16 : *cap * 2;
	return 0;
}

static int
find_rule(const struct ruleset *s, const char *w, size_t n)
{
	for (size_t i = 0; i < s->n; i++)
		if (same(w, n, s->rule[i].id))
			return (int)i;
	return -1;
}

/* "rule ID": begin it with the defaults. */
static int
begin_rule(struct reader *r)
{
	struct ruleset *s = r->set;
	size_t n, left, cap = s->cap;
	const char *w = reader_word(r, &n);

	if (n == 0 || n >= RULE_ID_MAX || !sym_alpha((unsigned char)w[0])) {
		r->at -= n;
		return reader_bad(r, "a rule needs a name of at most 31 "
		    "characters", "", 0);
	}
	for (size_t i = 0; i < n; i++)
		if (!sym_alnum((unsigned char)w[i]) &&
		    strchr("._-", w[i]) == NULL) {
			r->at -= n;
			return reader_bad(r, "not a name: ", w, n);
		}
	if (find_rule(s, w, n) >= 0) {
		r->at -= n;
		return reader_bad(r, "this rule exists already: ", w, n);
	}
	if (s->n == DFA_RULES_MAX)
		return reader_bad(r, "more than 4096 rules", "", 0);
	if (room((void **)&s->rule, s->n, &cap, sizeof(*s->rule), r->e) <
	    0 || room((void **)&s->source, s->n, &s->cap,
	    sizeof(*s->source), r->e) < 0)
		return -1;
	s->rule[s->n] = (struct rule){ .action = ACTION_MASK,
	    .left = BOUND_ALNUM, .right = BOUND_ALNUM, .hold_k = 8 };
	s->source[s->n] = (struct rule_source){ .line = r->number };
	memcpy(s->rule[s->n].id, w, n);
	s->n++;
	r->in_rule = true;
	r->bounded = false;
	r->first = r->number;
	r->seen = 0;
	(void)reader_word(r, &left);
	return left == 0 ? 0 : reader_bad(r, "nothing may follow the name",
	    "", 0);
}

static int
parse_part(struct reader *r, struct buf *text, struct regex *ret)
{
	size_t col;

	if (text->len == 0)
		return 0;
	if (regex_parse(text->p, text->len, ret, &col, r->e) < 0)
		return reader_bad_inner(r);
	buf_reset(text);
	return 0;
}

/* What can only be said when all lines of the rule are known. */
static int
check_rule(struct reader *r, struct rule *rule, struct rule_source *s)
{
	int lo[3], hi[3];

	regex_length(&s->before, &lo[0], &hi[0]);
	regex_length(&s->value, &lo[1], &hi[1]);
	regex_length(&s->after, &lo[2], &hi[2]);
	r->at = 0;
	if (s->value.len == 0 || lo[1] == 0)
		return reader_bad(r, s->value.len == 0 ?
		    "has no value" : "its value may be empty", "", 0);
	if (hi[0] < 0 || hi[1] < 0 || hi[2] < 0 ||
	    hi[0] + hi[1] + hi[2] > RULE_RUN_MAX)
		return reader_bad(r, "longer than 96 characters: use {m,n} "
		    "and then run", "", 0);
	if (lo[2] != hi[2])
		return reader_bad(r, "after must have one length", "", 0);
	if (hi[2] > 0 && (rule->has_run || rule->block))
		return reader_bad(r, "after and then exclude each other", "",
		    0);
	if (rule->has_run && rule->block)
		return reader_bad(r, "then and block exclude each other", "",
		    0);
	if (rule->has_run && rule->keep_tail > 0)
		return reader_bad(r, "a run has no tail to keep", "", 0);
	if (rule->profiles == 0)
		return reader_bad(r, "has no profile", "", 0);
	rule->after = hi[2];
	if (rule->has_run && !r->bounded)
		rule->right = BOUND_ANY; /* the run goes on from there */
	return 0;
}

static int
end_rule(struct reader *r)
{
	struct ruleset *s = r->set;
	struct rule *rule;
	struct rule_source *src;
	unsigned number = r->number;

	if (!r->in_rule)
		return 0;
	rule = &s->rule[s->n - 1];
	src = &s->source[s->n - 1];
	r->number = r->first;
	if (parse_part(r, &r->before, &src->before) < 0 ||
	    parse_part(r, &r->value, &src->value) < 0 ||
	    parse_part(r, &r->after, &src->after) < 0 ||
	    check_rule(r, rule, src) < 0)
		return -1;
	r->number = number;
	r->in_rule = false;
	return 0;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape behind a backslash at line[at]; -1 if there is none such. */
static int
escape(struct reader *r)
{
	static const char from[] = "ntreb\"\\";
	static const char to[] = "\n\t\r\033\b\"\\";
	const char *k;

	if (r->at >= r->n)
		return -1;
	if (r->line[r->at] == 'x' && r->at + 2 < r->n &&
	    hex(r->line[r->at + 1]) >= 0 && hex(r->line[r->at + 2]) >= 0) {
		r->at += 3;
		return hex(r->line[r->at - 2]) * 16 + hex(r->line[r->at - 1]);
	}
	k = strchr(from, r->line[r->at]);
	if (k == NULL || *k == '\0')
		return -1;
	r->at++;
	return (unsigned char)to[k - from];
}

/* "text with \n \t \r \e \b \xHH \" \\" */
static int
quoted(struct reader *r, char **ret, size_t *len)
{
	struct buf b = BUF_INIT(8192);

	reader_skip(r);
	if (r->at >= r->n || r->line[r->at] != '"')
		return reader_bad(r, "a text in \"\" is missing", "", 0);
	r->at++;
	while (r->at < r->n && r->line[r->at] != '"') {
		int c = (unsigned char)r->line[r->at++];

		if (c == '\\')
			c = escape(r);
		if (c < 0) {
			buf_clear(&b);
			return reader_bad(r, "unknown escape", "", 0);
		}
		if (buf_putc(&b, (char)c, r->e) < 0) {
			buf_clear(&b);
			return reader_bad(r, "text too long", "", 0);
		}
	}
	if (r->at >= r->n || b.len == 0) {
		buf_clear(&b);
		return reader_bad(r, r->at >= r->n ? "\" is not closed" :
		    "empty text", "", 0);
	}
	r->at++;
	*ret = b.p; /* the caller owns it */
	*len = b.len;
	return 0;
}

/* test + "text" => "masked", test - "text" */
static int
read_test(struct reader *r)
{
	struct ruleset *s = r->set;
	size_t n;
	const char *w = reader_word(r, &n);
	struct rule_test t = { .rule = (uint16_t)(s->n - 1),
	    .line = r->number, .wanted = same(w, n, "+") };

	if (!t.wanted && !same(w, n, "-")) {
		r->at -= n;
		return reader_bad(r, "a test is + or -", "", 0);
	}
	if (room((void **)&s->test, s->ntest, &s->captest, sizeof(*s->test),
	    r->e) < 0 || quoted(r, &t.text, &t.len) < 0)
		return -1;
	s->test[s->ntest++] = t;
	w = reader_word(r, &n);
	if (n == 0)
		return 0;
	if (!t.wanted || !same(w, n, "=>")) {
		r->at -= n;
		return reader_bad(r, "unknown word: ", w, n);
	}
	return quoted(r, &s->test[s->ntest - 1].masked,
	    &s->test[s->ntest - 1].masked_len);
}

/* allow RULE VALUE */
static int
read_allow(struct reader *r)
{
	struct ruleset *s = r->set;
	struct rule_allow a = { 0 };
	size_t n, m = 0;
	const char *w = reader_word(r, &n);
	int rule = find_rule(s, w, n);

	if (rule < 0) {
		r->at -= n;
		return reader_bad(r, "no such rule so far: ", w, n);
	}
	w = reader_word(r, &n);
	for (size_t i = 0; i < n && m + 1 < sizeof(a.value); i++)
		if (s->rule[rule].canon == CANON_EXACT)
			a.value[m++] = w[i];
		else if (sym_alnum((unsigned char)w[i]))
			a.value[m++] = (char)(w[i] >= 'a' ? w[i] - 0x20 :
			    w[i]);
	if (m == 0 || m + 1 == sizeof(a.value)) {
		r->at -= n;
		return reader_bad(r, "a value of 1 to 62 characters is "
		    "missing", "", 0);
	}
	a.rule = (uint16_t)rule;
	if (room((void **)&s->allow, s->nallow, &s->capallow,
	    sizeof(*s->allow), r->e) < 0)
		return -1;
	s->allow[s->nallow++] = a;
	(void)reader_word(r, &n);
	return n == 0 ? 0 : reader_bad(r, "one value a line", "", 0);
}

/* profile default = a b c: the last file that says so wins */
static int
read_default(struct reader *r)
{
	size_t n, m;
	const char *w = reader_word(r, &n), *eq = reader_word(r, &m);

	if (!same(w, n, "default") || !same(eq, m, "="))
		return reader_bad(r, "write: profile default = NAME ...", "",
		    0);
	return reader_profiles(r, &r->set->default_profiles);
}

static int
read_line(struct reader *r)
{
	bool indented = r->n > 0 && (r->line[0] == ' ' || r->line[0] == '\t');
	size_t n;
	const char *w;

	r->at = 0;
	w = reader_word(r, &n);
	if (n == 0 || w[0] == '#')
		return 0;
	if (memchr(r->line, '\0', r->n) != NULL)
		return reader_bad(r, "a NUL in the line", "", 0);
	if (indented && r->in_rule)
		return same(w, n, "test") ? read_test(r) :
		    rule_key(r, w, n);
	r->at -= n;
	if (indented)
		return reader_bad(r, "an indented line outside a rule", "",
		    0);
	if (end_rule(r) < 0)
		return -1;
	r->at = n;
	if (same(w, n, "rule"))
		return begin_rule(r);
	if (same(w, n, "allow"))
		return read_allow(r);
	if (same(w, n, "profile"))
		return read_default(r);
	r->at = 0;
	return reader_bad(r, "unknown word: ", w, n);
}

int
ruleset_parse(struct ruleset *set, const char *name, const char *text,
    size_t n, struct err *e)
{
	struct err own = { 0 };
	struct reader r = { .set = set, .name = name,
	    .e = e != NULL ? e : &own, .before = BUF_INIT(REGEX_TEXT_MAX),
	    .value = BUF_INIT(REGEX_TEXT_MAX),
	    .after = BUF_INIT(REGEX_TEXT_MAX) };
	int rc = 0;

	while (n > 0 && rc == 0) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl == NULL ? n : (size_t)(nl - text);

		r.number++;
		r.line = text;
		r.n = len > 0 && text[len - 1] == '\r' ? len - 1 : len;
		rc = read_line(&r);
		len += nl != NULL;
		text += len;
		n -= len;
	}
	if (rc == 0)
		rc = end_rule(&r);
	buf_clear(&r.before);
	buf_clear(&r.value);
	buf_clear(&r.after);
	return rc;
}

void
ruleset_clear(struct ruleset *set)
{
	for (size_t i = 0; set->source != NULL && i < set->n; i++) {
		regex_clear(&set->source[i].before);
		regex_clear(&set->source[i].value);
		regex_clear(&set->source[i].after);
	}
	for (size_t i = 0; i < set->ntest; i++) {
		free(set->test[i].text);
		free(set->test[i].masked);
	}
	free(set->rule);
	free(set->source);
	free(set->test);
	free(set->allow);
	*set = (struct ruleset){ 0 };
}
