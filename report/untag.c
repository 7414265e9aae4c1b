/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/untag.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "recorder/mask/maskrules.h"

#define BLOCK 0x2588U	/* of --style block */

static bool
listed(const struct untag_tags *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->tag[i], name) == 0)
			return true;
	return false;
}

static bool
known(const struct untag_tags *t, const char *name)
{
	size_t n = strlen(name);

	return listed(t, name) ||
	    (t->any && n >= 2 && islower((unsigned char)name[0]) &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
	    n);
}

void
untag_learn(struct untag_tags *t, const struct mask_rules *r)
{
	struct mask_rule_info info;

	for (size_t i = 0; mask_rules_info(r, i, &info); i++) {
		t->head = info.keep_head > t->head ? info.keep_head : t->head;
		t->tail = info.keep_tail > t->tail ? info.keep_tail : t->tail;
		if (info.tag[0] != '\0' && t->n < UNTAG_TAGS &&
		    !listed(t, info.tag))
			(void)snprintf(t->tag[t->n++], UNTAG_TAG_MAX, "%s",
			    info.tag);
	}
}

/* ---- the stream ------------------------------------------------------- */

static int
release(struct untag *u, struct buf *out, struct err *e)
{
	int rc = u->n == 0 ? 0 : buf_put(out, u->held, u->n, e);

	u->n = u->glyphs = 0;
	u->closed = u->gap = false;
	return rc;
}

/* A byte was held as a glyph: what does the text so far mean?  1 it is a tag,
 * 0 it may become one, -1 it is none. */
static int
read_glyph(struct untag *u, uint32_t cp)
{
	if (u->closed) {
		if (cp == '*' || cp == BLOCK)
			return 1;
		if (u->gap || cp >= 0x80 || isalnum((int)cp) || cp == '[')
			return -1;
		u->gap = true;
		return 0;
	}
	if (cp >= 0x80 || u->glyphs > UNTAG_TAG_MAX ||
	    (cp == '[' && u->glyphs > 0))
		return -1;
	u->at[u->glyphs] = u->n - 1;
	if (cp == ']') {
		u->name[u->glyphs - 1] = '\0';
		u->closed = known(u->tags, u->name);
		u->glyphs++;
		return u->closed ? 0 : -1;
	}
	if (u->glyphs > 0)
		u->name[u->glyphs - 1] = (char)cp;
	u->glyphs++;
	return 0;
}

static int
act(struct untag *u, enum tok_kind kind, struct buf *out, struct err *e)
{
	int is;

	if (kind == TOK_MORE || kind == TOK_PASS)
		return u->n < UNTAG_HELD ? 0 : release(u, out, e);
	if (kind != TOK_GLYPH)
		return release(u, out, e);
	is = read_glyph(u, u->tok.cp);
	if (is == 1)
		for (size_t i = 0; i < u->glyphs; i++)
			u->held[u->at[i]] = '*';
	if (is == -1 && u->tok.cp == '[') {
		/* another one may begin here */
		u->n--;
		if (release(u, out, e) < 0)
			return -1;
		u->held[u->n++] = '[';
		(void)read_glyph(u, '[');
		return 0;
	}
	return is == 0 && u->n < UNTAG_HELD ? 0 : release(u, out, e);
}

int
untag_put(struct untag *u, const char *p, size_t n, struct buf *out,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		enum tok_kind kind = tok_byte(&u->tok, (uint8_t)p[i]);
		bool begins = kind == TOK_GLYPH && p[i] == '[';

		while (u->tok.again) {
			if (u->glyphs > 0 && act(u, kind, out, e) < 0)
				return -1;
			kind = tok_byte(&u->tok, (uint8_t)p[i]);
			begins = kind == TOK_GLYPH && p[i] == '[';
		}
		if (u->glyphs == 0 && !begins) {
			if (buf_putc(out, p[i], e) < 0)
				return -1;
			continue;
		}
		u->held[u->n++] = p[i];
		if (act(u, kind, out, e) < 0)
			return -1;
	}
	return 0;
}

int
untag_end(struct untag *u, struct buf *out, struct err *e)
{
	return release(u, out, e);
}

/* ---- a value ---------------------------------------------------------- */

static int
alnums(const char *p, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += isalnum((unsigned char)p[i]) ? 1 : 0;
	return count;
}

bool
untag_masked(const char *value, const struct untag_tags *t)
{
	const char *first = strchr(value, '*'), *last = strrchr(value, '*');

	return first != last && alnums(value, (size_t)(first - value)) <=
	    t->head && alnums(last, strlen(last)) <= t->tail &&
	    alnums(first, (size_t)(last - first)) == 0;
}
