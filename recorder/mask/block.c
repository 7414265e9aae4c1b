/* SPDX-License-Identifier: BSD-2-Clause
 * Private key blocks: RFC 7468 and RFC 1421 bodies, PuTTY's Private-Lines,
 * and the same on one line with \n or spaces between.
 *
 * Decided line by line: at most KEY_LINE characters are held before a line
 * is known to be a key's, so that a prompt after half a key survives. */
#include "recorder/mask/engine.h"

#define KEY_LINE   20	/* base64 characters that make a key line */
#define INDENT_MAX 16
#define BREAKS_MAX 6	/* CR and LF count one each */

enum {
	FIRST = 0,	/* right behind the BEGIN line */
	START,		/* at the beginning of a line */
	ESCAPED,	/* behind a backslash, on one line */
	BODY,		/* in a key line */
	HEADER		/* in a header line */
};

static bool
is_b64(uint8_t c)
{
	return sym_alnum(c) || c == '+' || c == '/' || c == '=';
}

void
block_begin(struct mask *m, uint16_t rule)
{
	m->mode = MODE_BLOCK;
	m->block = (struct block){ .state = FIRST };
	m->open.rule = rule;
	m->open.cols = 0;
	m->open.changed = false;
}

bool
block_in_line(const struct mask *m)
{
	return m->pos > 0 && m->block.width > 0;
}

/* Mask the first k waiting cells and forget them. */
static void
mask_cells(struct mask *m, uint32_t k)
{
	struct paint p = { .exact_bytes = !m->o.tty, .style = m->o.style };

	for (uint32_t i = m->head; i < m->head + k; i++) {
		struct cell *c = &m->c[i];

		if (c->over == 0)
			print_add(m, m->open.rule, c->sym);
		m->open.cols += m->o.tty ? c->width :
		    cell_end(m, i) - c->off;
		m->open.end = m->base + cell_end(m, i);
		if (c->sym == ' ' || c->sym == SYM_TAB)
			emit_to(m, cell_end(m, i));
		else if (m->em > c->off)
			m->open.exposed++;
		else
			m->open.changed |= emit_masked(m, i, &p);
		emit_to(m, cell_end(m, i));
	}
	cells_drop(m, k);
}

static void
pass_cells(struct mask *m, uint32_t k)
{
	emit_to(m, cell_end(m, m->head + k - 1));
	cells_drop(m, k);
}

/* No key line: what is held is ordinary text again. */
static void
leave(struct mask *m)
{
	uint8_t fp[MASK_FP_LEN];

	m->mode = MODE_TEXT;
	m->pos = 0;
	print_end(m, fp);
	if (m->open.changed || m->open.exposed > 0)
		report_value(m, &m->open,
		    m->open.exposed > 0 ? MASK_LATE : MASK_RUN, fp);
}

/* The line is over with its separator at head + pos. */
static void
end_line(struct mask *m)
{
	struct block *b = &m->block;

	if (b->width > 0) {
		if (m->pos > 0)
			mask_cells(m, m->pos);
		if (b->full == 0)
			b->full = b->width;
		b->last = b->width < b->full;
		b->breaks = 0;
	} else if (m->pos > 0) {
		pass_cells(m, m->pos);
	}
	b->width = 0;
	b->breaks++;
	b->state = START;
	pass_cells(m, 1);
}

static void
start_step(struct mask *m, uint8_t c)
{
	struct block *b = &m->block;

	if (c == SYM_BREAK) {
		b->one_line = false;
		if (b->breaks >= BREAKS_MAX)
			leave(m);
		else
			end_line(m);
	} else if (b->one_line && c == '\\') {
		end_line(m);
		b->state = ESCAPED;
	} else if (b->width == 0 && (c == ' ' || c == SYM_TAB) &&
	    m->pos < INDENT_MAX) {
		m->pos++;
	} else if (b->one_line && c == ' ') {
		end_line(m);
	} else if (is_b64(c) && !b->last) {
		m->pos++;
		if (++b->width >= KEY_LINE) {
			mask_cells(m, m->pos);
			b->state = BODY;
		}
	} else if (b->full == 0 && b->width > 0 && (c == ':' || c == '-')) {
		mask_cells(m, m->pos + 1);
		b->width = 0;
		b->state = HEADER;
	} else {
		leave(m);
	}
}

void
block_step(struct mask *m)
{
	struct block *b = &m->block;
	uint8_t c = m->c[m->head + m->pos].sym;

	switch (b->state) {
	case FIRST:
		if (c != SYM_BREAK && c != '\\' && c != ' ' && !is_b64(c)) {
			leave(m);
			return;
		}
		b->one_line = c != SYM_BREAK;
		b->state = START;
		start_step(m, c);
		return;
	case START:
		start_step(m, c);
		return;
	case ESCAPED:
		b->state = START;
		if (c == 'n' || c == 'r' || c == '\\')
			pass_cells(m, 1);
		else
			leave(m);
		if (c == '\\')
			b->state = ESCAPED;
		return;
	case BODY:
		if (is_b64(c)) {
			b->width++;
			mask_cells(m, 1);
		} else if (c == SYM_BREAK || (b->one_line && c == ' ')) {
			end_line(m);
		} else if (b->one_line && c == '\\') {
			end_line(m);
			b->state = ESCAPED;
		} else {
			leave(m);
		}
		return;
	default:
		if (c == SYM_BREAK)
			end_line(m);
		else
			mask_cells(m, 1);
		return;
	}
}

void
block_end(struct mask *m)
{
	if (block_in_line(m))
		mask_cells(m, m->pos);
	leave(m);
}

void
block_timeout(struct mask *m)
{
	mask_cells(m, m->pos);
	m->block.state = BODY;
	emit_to(m, m->rawlen);
}
