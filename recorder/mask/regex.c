/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/regex.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"

struct parser {
	const char *s;
	size_t n, at;
	bool fold;	/* (?i) */
	int depth;
	struct regex *r;
	struct err *e;
};

static int parse_alt(struct parser *p);

static int
bad(struct parser *p, const char *why)
{
	return err_set(p->e, ERR_CONFIG, "%s", why);
}

static int
more(const struct parser *p)
{
	return p->at < p->n ? (unsigned char)p->s[p->at] : -1;
}

static int
add(struct parser *p, struct re_node node)
{
	struct regex *r = p->r;

	if (r->len == REGEX_NODES_MAX)
		return bad(p, "expression too large");
	if (r->len == r->cap) {
		int cap = r->cap == 0 ? 32 : r->cap * 2;
		struct re_node *q = realloc(r->node,
		    (size_t)cap * sizeof(*q));

		if (q == NULL)
			return err_set(p->e, ERR_MEMORY, "out of memory");
		r->node = q;
		r->cap = cap;
	}
	r->node[r->len] = node;
	return r->len++;
}

static int
add_set(struct parser *p, struct symset set)
{
	if (p->fold)
		for (unsigned c = 'a'; c <= 'z'; c++)
			if (symset_has(&set, c) ||
			    symset_has(&set, c - 0x20)) {
				symset_add(&set, c);
				symset_add(&set, c - 0x20);
			}
	return add(p, (struct re_node){ .kind = RE_SET, .set = set });
}

static void
set_range(struct symset *s, unsigned lo, unsigned hi)
{
	for (unsigned c = lo; c <= hi; c++)
		symset_add(s, c);
}

static void
set_invert(struct symset *s)
{
	struct symset all = { { 0, 0 } };

	set_range(&all, 0x20, 0x7e);
	symset_add(&all, SYM_TAB);
	symset_add(&all, SYM_OTHER);
	s->w[0] = all.w[0] & ~s->w[0];
	s->w[1] = all.w[1] & ~s->w[1];
}

static int
hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* Behind a backslash: adds to s; the single symbol it stood for, 0 when it
 * stood for a class, -1 on error. */
static int
escape(struct parser *p, struct symset *s)
{
	int c = more(p), hi, lo;

	if (c < 0)
		return bad(p, "ends in a backslash");
	p->at++;
	switch (c) {
	case 'd':
		set_range(s, '0', '9');
		return 0;
	case 'w':
		set_range(s, '0', '9');
		set_range(s, 'a', 'z');
		set_range(s, 'A', 'Z');
		symset_add(s, '_');
		return 0;
	case 's':
		symset_add(s, ' ');
		symset_add(s, SYM_TAB);
		return 0;
	case 't':
		symset_add(s, SYM_TAB);
		return SYM_TAB;
	case 'x':
		hi = hex_digit(more(p));
		p->at += hi >= 0;
		lo = hex_digit(more(p));
		p->at += lo >= 0;
		if (hi < 0 || lo < 0)
			return bad(p, "\\x wants two hexadecimal digits");
		c = hi * 16 + lo;
		if (c != SYM_TAB && (c < 0x20 || c > 0x7e))
			return bad(p, "\\x names no printable character");
		symset_add(s, (unsigned)c);
		return c;
	default:
		if (c < 0x20 || c > 0x7e || sym_alnum((unsigned)c))
			return bad(p, "unknown escape");
		symset_add(s, (unsigned)c);
		return c;
	}
}

/* One end of a range, or a class, inside []. */
static int
class_item(struct parser *p, struct symset *s)
{
	int c = more(p);

	if (c < 0)
		return bad(p, "[ is not closed");
	if (c < 0x20 || c > 0x7e)
		return bad(p, "write \\t or \\xHH, not the character itself");
	p->at++;
	if (c == '\\')
		return escape(p, s);
	if (c == '[')
		return bad(p, "[ inside a class needs a backslash");
	symset_add(s, (unsigned)c);
	return c;
}

static int
parse_class(struct parser *p)
{
	struct symset s = { { 0, 0 } };
	bool invert = false;

	if (more(p) == '^') {
		invert = true;
		p->at++;
	}
	if (more(p) == ']')
		return bad(p, "empty class");
	while (more(p) != ']') {
		int lo = class_item(p, &s), hi;

		if (lo < 0)
			return -1;
		if (more(p) != '-' || p->at + 1 >= p->n ||
		    p->s[p->at + 1] == ']')
			continue;
		p->at++;
		hi = class_item(p, &s);
		if (hi < 0)
			return -1;
		if (lo == 0 || hi == 0 || lo > hi)
			return bad(p, "not a range");
		set_range(&s, (unsigned)lo, (unsigned)hi);
	}
	p->at++;
	if (invert)
		set_invert(&s);
	if (s.w[0] == 0 && s.w[1] == 0)
		return bad(p, "empty class");
	return add_set(p, s);
}

static int
parse_group(struct parser *p)
{
	int r;

	if (more(p) == '?') {
		if (p->at + 1 >= p->n || p->s[p->at + 1] != ':')
			return bad(p, "only (?:...) is known, and (?i) at the "
			    "start");
		p->at += 2;
	}
	if (++p->depth > REGEX_DEPTH_MAX)
		return bad(p, "nested too deeply");
	r = parse_alt(p);
	p->depth--;
	if (r < 0)
		return -1;
	if (more(p) != ')')
		return bad(p, "( is not closed");
	p->at++;
	return r;
}

static int
parse_atom(struct parser *p)
{
	struct symset s = { { 0, 0 } };
	int c = more(p);

	p->at++;
	switch (c) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_class(p);
	case '.':
		set_invert(&s);
		return add_set(p, s);
	case '\\':
		return escape(p, &s) < 0 ? -1 : add_set(p, s);
	case '?': case '*': case '+': case '{':
		p->at--;
		return bad(p, "nothing to repeat");
	case ']': case '}': case '^': case '$':
		p->at--;
		return bad(p, "needs a backslash here");
	default:
		if (c < 0x20 || c > 0x7e) {
			p->at--;
			return bad(p, "only printable ASCII: write \\t or "
			    "\\xHH");
		}
		symset_add(&s, (unsigned)c);
		return add_set(p, s);
	}
}

static int
number(struct parser *p)
{
	int v = 0, digits = 0;

	while (sym_digit((unsigned)more(p)) && more(p) >= 0) {
		v = v * 10 + (more(p) - '0');
		if (v > REGEX_REPEAT_MAX)
			return bad(p, "repeat count over 256");
		p->at++;
		digits++;
	}
	return digits == 0 ? bad(p, "a number is missing in {}") : v;
}

/* {n} {m,} {m,n}: behind the { */
static int
braces(struct parser *p, int *min, int *max)
{
	*min = *max = number(p);
	if (*min < 0)
		return -1;
	if (more(p) == ',') {
		p->at++;
		*max = more(p) == '}' ? -1 : number(p);
		if (*max == -1 && more(p) != '}')
			return -1;
	}
	if (more(p) != '}')
		return bad(p, "{ is not closed");
	p->at++;
	if (*max >= 0 && *max < *min)
		return bad(p, "{m,n} with n below m");
	return 0;
}

static int
parse_repeat(struct parser *p)
{
	int r = parse_atom(p), times = 0;

	while (r >= 0) {
		int c = more(p), min = 0, max = -1;

		if (c != '?' && c != '*' && c != '+' && c != '{')
			return r;
		if (++times > 1)
			return bad(p, "repeated twice: use a group");
		p->at++;
		if (c == '?')
			max = 1;
		else if (c == '+')
			min = 1;
		else if (c == '{' && braces(p, &min, &max) < 0)
			return -1;
		r = add(p, (struct re_node){ .kind = RE_REPEAT, .left = r,
		    .min = min, .max = max });
	}
	return -1;
}

static int
parse_cat(struct parser *p)
{
	int left = -1;

	while (more(p) >= 0 && more(p) != '|' && more(p) != ')') {
		int right = parse_repeat(p);

		if (right < 0)
			return -1;
		left = left < 0 ? right :
		    add(p, (struct re_node){ .kind = RE_CAT, .left = left,
		    .right = right });
		if (left < 0)
			return -1;
	}
	return left >= 0 ? left :
	    add(p, (struct re_node){ .kind = RE_EMPTY });
}

static int
parse_alt(struct parser *p)
{
	int left = parse_cat(p);

	while (left >= 0 && more(p) == '|') {
		int right;

		p->at++;
		right = parse_cat(p);
		if (right < 0)
			return -1;
		left = add(p, (struct re_node){ .kind = RE_ALT, .left = left,
		    .right = right });
	}
	return left;
}

int
regex_parse(const char *text, size_t n, struct regex *ret, size_t *col,
    struct err *e)
{
	struct regex r = { 0 };
	struct parser p = { .s = text, .n = n, .r = &r, .e = e };

	*col = 1;
	if (n == 0)
		return err_set(e, ERR_CONFIG, "empty expression");
	if (n > REGEX_TEXT_MAX)
		return err_set(e, ERR_CONFIG, "expression over %d bytes",
		    REGEX_TEXT_MAX);
	if (n >= 4 && memcmp(text, "(?i)", 4) == 0) {
		p.fold = true;
		p.at = 4;
	}
	r.root = parse_alt(&p);
	if (r.root >= 0 && p.at < n)
		r.root = bad(&p, ") without (");
	if (r.root < 0) {
		*col = p.at + 1;
		regex_clear(&r);
		return -1;
	}
	*ret = r;
	return 0;
}

void
regex_clear(struct regex *r)
{
	free(r->node);
	*r = (struct regex){ 0 };
}

/* Children are added before their parents, so one pass upwards is enough;
 * lengths saturate well above any bound the rules know. */
#define LENGTH_CAP 100000

static int
capped(long v)
{
	return v > LENGTH_CAP ? LENGTH_CAP : (int)v;
}

static void
node_length(const struct re_node *node, const int *lo, const int *hi, int i,
    int *min, int *max)
{
	const struct re_node *n = &node[i];
	int l = n->left, r = n->right;

	*min = *max = n->kind == RE_SET;
	if (n->kind == RE_CAT) {
		*min = capped((long)lo[l] + lo[r]);
		*max = hi[l] < 0 || hi[r] < 0 ? -1 :
		    capped((long)hi[l] + hi[r]);
	} else if (n->kind == RE_ALT) {
		*min = lo[l] < lo[r] ? lo[l] : lo[r];
		*max = hi[l] < 0 || hi[r] < 0 ? -1 :
		    hi[l] > hi[r] ? hi[l] : hi[r];
	} else if (n->kind == RE_REPEAT) {
		*min = capped((long)lo[l] * n->min);
		*max = hi[l] == 0 ? 0 : n->max < 0 || hi[l] < 0 ? -1 :
		    capped((long)hi[l] * n->max);
	}
}

void
regex_length(const struct regex *r, int *shortest, int *longest)
{
	int lo[REGEX_NODES_MAX], hi[REGEX_NODES_MAX];

	for (int i = 0; i < r->len; i++)
		node_length(r->node, lo, hi, i, &lo[i], &hi[i]);
	*shortest = r->len == 0 ? 0 : lo[r->root];
	*longest = r->len == 0 ? 0 : hi[r->root];
}
