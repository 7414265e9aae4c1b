/* SPDX-License-Identifier: BSD-2-Clause
 * What a masked value looks like: glyphs change, all else is copied. */
#include <string.h>

#include "lib/buf.h"
#include "recorder/mask/engine.h"

uint32_t
cell_end(const struct mask *m, uint32_t i)
{
	return i + 1 < m->n ? m->c[i + 1].off : m->rawlen;
}

static void
put(struct mask *m, const void *p, size_t n)
{
	struct err e = { 0 };

	if (!m->failed && n > 0 && buf_put(m->out, p, n, &e) < 0)
		mask_fail(m, &e);
}

void
emit_to(struct mask *m, uint32_t to)
{
	if (to <= m->em)
		return;
	put(m, m->raw + m->em, to - m->em);
	m->em = to;
}

/* One column (or byte) of mask. */
static void
put_mask(struct mask *m, struct paint *p)
{
	char c = p->at < p->len ? p->tag[p->at] : '*';

	p->at++;
	if (p->style == MASK_BLOCK && !p->exact_bytes)
		put(m, "\xe2\x96\x88", 3);
	else
		put(m, &c, 1);
}

/* Mask the glyph in raw [from, to) whose token is t. */
static bool
paint_glyph(struct mask *m, uint32_t from, uint32_t to, const struct tok *t,
    struct paint *p)
{
	size_t before = m->out->len;
	uint32_t units = p->exact_bytes ? to - from : t->width;

	for (uint32_t i = 0; i < units; i++)
		put_mask(m, p);
	m->em = to;
	return !m->failed && (m->out->len - before != to - from ||
	    memcmp(m->out->p + before, m->raw + from, to - from) != 0);
}

bool
emit_masked(struct mask *m, uint32_t i, struct paint *p)
{
	struct tok t = { 0 };
	uint32_t end = cell_end(m, i), from = m->c[i].off;
	size_t at = p->at, next = at + 1;
	bool changed = (m->c[i].flags & CELL_REPEAT) != 0;

	for (uint32_t k = from; k < end; k++) {
		enum tok_kind kind = tok_byte(&t, m->raw[k]);
		bool erased = m->raw[k] == ' ' && k + 1 < end &&
		    (m->raw[k + 1] == '\b' || m->raw[k + 1] == '\r') &&
		    k > m->c[i].off;

		if (kind == TOK_MORE)
			continue;
		if (kind == TOK_GLYPH && m->em <= from && !erased &&
		    t.cp != '\t') {
			emit_to(m, from);
			p->at = at; /* glyphs struck over share a place */
			changed |= paint_glyph(m, from, k + 1, &t, p);
			next = p->at;
		}
		from = t.again ? k : k + 1;
		k -= t.again;
	}
	emit_to(m, end);
	p->at = next;
	return changed;
}

/* Which of the value's cells stay visible: bit by bit in show. */
static void
choose_kept(const struct mask *m, const struct rule *r, uint32_t vs,
    uint32_t ve, bool *show)
{
	int left = r->keep_head, right = r->keep_tail;

	for (uint32_t i = vs; i < ve; i++) {
		uint8_t c = m->c[m->head + i].sym;

		show[i] = r->action == ACTION_LOG || r->block ||
		    (r->keep_sep && !sym_alnum(c));
		if (left > 0 && sym_alnum(c)) {
			show[i] = true;
			left--;
		}
	}
	for (uint32_t i = ve; i-- > vs && right > 0;)
		if (sym_alnum(m->c[m->head + i].sym)) {
			show[i] = true;
			right--;
		}
}

/* The tag goes where four columns of stars still follow; two are enough for
 * a run, which goes on. */
static void
choose_paint(const struct mask *m, const struct rule *r, uint32_t vs,
    uint32_t ve, const bool *show, struct paint *p)
{
	size_t cols = 0, n = strlen(r->tag);
	bool fresh = m->em <= m->c[m->head + vs].off;

	*p = (struct paint){ .exact_bytes = !m->o.tty, .style = m->o.style };
	for (uint32_t i = vs; i < ve; i++)
		if (!show[i])
			cols += m->o.tty ? m->c[m->head + i].width : 1;
	if (m->o.style != MASK_TAG || n == 0 || !fresh ||
	    cols < n + 2 + (r->has_run ? 2 : 4))
		return;
	p->tag[0] = '[';
	memcpy(p->tag + 1, r->tag, n);
	p->tag[1 + n] = ']';
	p->len = n + 2;
}

/* Count characters that were shown and should not have been. */
static unsigned
count_exposed(const struct mask *m, uint32_t vs, uint32_t ve,
    const bool *show, bool *all_echo)
{
	unsigned n = 0;

	*all_echo = true;
	for (uint32_t i = vs; i < ve; i++) {
		const struct cell *c = &m->c[m->head + i];

		if ((c->flags & CELL_ECHO) == 0)
			*all_echo = false;
		if (!show[i] && c->off < m->em &&
		    (c->flags & (CELL_MASKED | CELL_ECHO)) == 0)
			n++;
	}
	return n;
}

void
report_value(struct mask *m, const struct open_value *v,
    enum mask_state state, const uint8_t fp[MASK_FP_LEN])
{
	const struct rule *r = &m->rules->set.rule[v->rule];
	struct mask_event ev = { .rule = r->id, .off = v->off,
	    .len = v->end - v->off, .cols = v->cols, .exposed = v->exposed,
	    .keep_head = r->keep_head, .keep_tail = r->keep_tail,
	    .state = state, .masked = r->action == ACTION_MASK };

	memcpy(ev.fp, fp, sizeof(ev.fp));
	if (m->o.event != NULL && !m->failed)
		m->o.event(m->o.ctx, &ev);
}

static void
describe_value(const struct mask *m, uint16_t rule, uint32_t vs, uint32_t ve,
    struct open_value *v)
{
	*v = (struct open_value){ .rule = rule,
	    .off = m->base + m->c[m->head + vs].off,
	    .end = m->base + cell_end(m, m->head + ve - 1) };
	for (uint32_t i = vs; i < ve; i++)
		v->cols += m->o.tty ? m->c[m->head + i].width :
		    cell_end(m, m->head + i) - m->c[m->head + i].off;
}

void
commit_value(struct mask *m, uint16_t rule, uint32_t vs, uint32_t ve,
    uint32_t len)
{
	const struct rule *r = &m->rules->set.rule[rule];
	bool show[CELLS_MAX] = { false }, changed = false, echo;
	struct open_value v;
	struct paint p;
	uint8_t fp[MASK_FP_LEN];

	describe_value(m, rule, vs, ve, &v);
	choose_kept(m, r, vs, ve, show);
	v.exposed = count_exposed(m, vs, ve, show, &echo);
	emit_to(m, m->c[m->head + vs].off);
	choose_paint(m, r, vs, ve, show, &p);
	print_begin(m, rule);
	for (uint32_t i = vs; i < ve; i++) {
		uint32_t at = m->head + i;

		print_add(m, rule, m->c[at].sym);
		if ((m->c[at].flags & CELL_MASKED) != 0)
			changed = true;
		if (show[i] && (p.at == 0 || p.at >= p.len ||
		    sym_alnum(m->c[at].sym)))
			emit_to(m, cell_end(m, at));
		else
			changed |= emit_masked(m, at, &p);
	}
	v.changed = changed || v.exposed > 0 || r->action == ACTION_LOG;
	emit_to(m, cell_end(m, m->head + len - 1));
	cells_drop(m, len);
	m->open = v;
	if (r->block) {
		block_begin(m, rule);
		return;
	}
	if (r->has_run) {
		m->mode = MODE_RUN;
		return;
	}
	print_end(m, fp);
	if (v.changed && !(echo && m->o.view == MASK_LIVE))
		report_value(m, &v,
		    v.exposed > 0 ? MASK_LATE : MASK_EXACT, fp);
}

/* One cell behind the value of a run rule. */
void
run_step(struct mask *m)
{
	const struct rule *r = &m->rules->set.rule[m->open.rule];
	struct paint p = { .exact_bytes = !m->o.tty, .style = m->o.style };
	uint32_t at = m->head;
	uint8_t sym = m->c[at].sym;

	if (sym == SYM_BREAK || !symset_has(&r->run, sym)) {
		run_end(m);
		return;
	}
	if (m->c[at].over == 0)
		print_add(m, m->open.rule, sym);
	m->open.end = m->base + cell_end(m, at);
	m->open.cols += m->o.tty ? m->c[at].width :
	    cell_end(m, at) - m->c[at].off;
	if (r->action == ACTION_LOG)
		emit_to(m, cell_end(m, at));
	else if (m->em > m->c[at].off)
		m->open.exposed += (m->c[at].flags & CELL_ECHO) == 0;
	else
		m->open.changed |= emit_masked(m, at, &p);
	emit_to(m, cell_end(m, at));
	cells_drop(m, 1);
}

void
run_end(struct mask *m)
{
	uint8_t fp[MASK_FP_LEN];

	m->mode = MODE_TEXT;
	print_end(m, fp);
	if (m->open.changed)
		report_value(m, &m->open,
		    m->open.exposed > 0 ? MASK_LATE : MASK_RUN, fp);
}

void
mask_timeout(struct mask *m, uint16_t rule, uint32_t vs)
{
	struct paint p = { .exact_bytes = !m->o.tty, .style = m->o.style };
	bool show[CELLS_MAX] = { false }, echo, first = m->timeout_rule < 0;
	uint32_t ve = m->n - m->head;
	struct open_value v;
	uint8_t fp[MASK_FP_LEN];

	if (vs >= ve)
		return;
	describe_value(m, rule, vs, ve, &v);
	v.exposed = count_exposed(m, vs, ve, show, &echo);
	emit_to(m, m->c[m->head + vs].off);
	for (uint32_t i = vs; i < ve; i++) {
		struct cell *c = &m->c[m->head + i];

		if (m->em > c->off)
			continue;
		(void)emit_masked(m, m->head + i, &p);
		c->flags |= CELL_MASKED;
	}
	m->timeout_rule = rule;
	if (!first)
		return;
	print_begin(m, rule);
	for (uint32_t i = vs; i < ve; i++)
		print_add(m, rule, m->c[m->head + i].sym);
	print_end(m, fp);
	report_value(m, &v, MASK_TIMEOUT, fp);
}
