/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/tokenize.h"

#include <stddef.h>
#include <string.h>

enum {
	GROUND = 0, UTF8, ESC, ESC_INTER, CSI, CSI_BAD, STRING, STRING_ESC
};

bool
tok_in_utf8(const struct tok *t)
{
	return t->state == UTF8;
}

bool
tok_in_escape(const struct tok *t)
{
	return t->state == ESC;
}

bool
tok_in_sequence(const struct tok *t)
{
	return t->state == CSI;
}

static enum tok_kind
c0(uint8_t b)
{
	switch (b) {
	case '\b':
		return TOK_BACK;
	case '\r':
		return TOK_CR;
	case '\n':
		return TOK_LF;
	case '\v': case '\f':
	case 0x18: case 0x1a:	/* CAN, SUB */
		return TOK_BREAK;
	default:
		/* BEL, NUL, SO, SI; terminals ignore the rest */
		return TOK_PASS;
	}
}

static enum tok_kind
glyph(struct tok *t)
{
	if (t->cp >= 0x80 && t->cp < 0xa0)
		return TOK_BREAK; /* C1 controls */
	t->width = (uint8_t)glyph_width(t->cp);
	return t->width == 0 ? TOK_PASS : TOK_GLYPH;
}

static enum tok_kind
ground(struct tok *t, uint8_t b)
{
	if (b == 0x1b) {
		t->state = ESC;
		t->inter = 0;
		return TOK_MORE;
	}
	if (b == '\t') {
		t->cp = '\t';
		t->width = 0;
		return TOK_GLYPH;
	}
	if (b < 0x20)
		return c0(b);
	if (b == 0x7f)
		return TOK_PASS;
	if (b < 0x7f) {
		t->cp = b;
		t->width = 1;
		return TOK_GLYPH;
	}
	if (b < 0xc2 || b > 0xf4)
		return TOK_BREAK;
	t->state = UTF8;
	t->need = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
	t->least = b < 0xe0 ? 0x80 : b < 0xf0 ? 0x800 : 0x10000;
	t->cp = b & (0x3fu >> t->need);
	return TOK_MORE;
}

static enum tok_kind
utf8(struct tok *t, uint8_t b)
{
	if ((b & 0xc0) != 0x80) {
		t->state = GROUND;
		t->again = true;
		return TOK_BREAK;
	}
	t->cp = t->cp << 6 | (b & 0x3f);
	if (--t->need > 0)
		return TOK_MORE;
	t->state = GROUND;
	if (t->cp < t->least || t->cp > 0x10ffff ||
	    (t->cp >= 0xd800 && t->cp < 0xe000))
		return TOK_BREAK;
	return glyph(t);
}

static enum tok_kind
begin_string(struct tok *t, bool bell)
{
	t->state = STRING;
	t->bell = bell;
	return TOK_STRING;
}

static enum tok_kind
escape(struct tok *t, uint8_t b)
{
	t->state = GROUND;
	if (b >= 0x20 && b <= 0x2f) {
		t->inter = b;
		t->state = ESC_INTER;
		return TOK_MORE;
	}
	switch (b) {
	case '[':
		t->state = CSI;
		t->prefix = t->inter = t->nparam = 0;
		memset(t->param, 0, sizeof(t->param));
		return TOK_MORE;
	case ']':
		return begin_string(t, true);
	case 'P': case 'X': case '^': case '_':
		return begin_string(t, false);
	case '=': case '>': case '7': case '8': case 'H': case '\\':
	case 'N': case 'O': case 'n': case 'o': case '|': case '}':
	case '~':
		return TOK_PASS;
	case 0x1b:
		t->state = ESC;
		return TOK_MORE;
	default:
		t->again = b >= 0x80;
		return TOK_BREAK;
	}
}

static enum tok_kind
escape_inter(struct tok *t, uint8_t b)
{
	if (b >= 0x20 && b <= 0x2f)
		return TOK_MORE;
	t->state = GROUND;
	if (b >= 0x7f) {
		t->again = true;
		return TOK_BREAK;
	}
	/* designation of character sets; # is DECALN and line sizes */
	return t->inter == '#' ? TOK_BREAK : TOK_PASS;
}

static unsigned
param(const struct tok *t, unsigned i)
{
	return i < sizeof(t->param) / sizeof(t->param[0]) && t->param[i] > 0 ?
	    t->param[i] : 1;
}

/* DECSET and DECRST: only a change of screen moves text. */
static enum tok_kind
private_mode(const struct tok *t)
{
	for (unsigned i = 0; i <= t->nparam && i < 8; i++)
		if (t->param[i] == 47 || t->param[i] == 1047 ||
		    t->param[i] == 1048 || t->param[i] == 1049 ||
		    t->param[i] == 3)
			return TOK_BREAK;
	return TOK_PASS;
}

static enum tok_kind
csi_final(struct tok *t, uint8_t b)
{
	if (t->inter != 0)	/* DECSCUSR and DECRQM only; not DECSTR */
		return (t->inter == ' ' && b == 'q') ||
		    (t->inter == '$' && b == 'p') ? TOK_PASS : TOK_BREAK;
	switch (b) {
	case 'm': case 'c': case 'n': case 't':
		return TOK_PASS;
	case 'h': case 'l':
		return t->prefix == '?' ? private_mode(t) : TOK_BREAK;
	case 'u':
		return t->prefix != 0 ? TOK_PASS : TOK_BREAK;
	case 's':
		return t->nparam == 0 && t->param[0] == 0 ? TOK_PASS :
		    TOK_BREAK;
	case 'K':
		return t->prefix == 0 && t->param[0] == 0 ? TOK_PASS :
		    TOK_BREAK;
	case 'H': case 'f':
		t->row = param(t, 0);
		t->col = param(t, 1);
		return t->prefix == 0 ? TOK_PLACE : TOK_BREAK;
	case 'b':
		t->count = param(t, 0);
		return t->prefix == 0 ? TOK_REPEAT : TOK_BREAK;
	default:
		return TOK_BREAK;
	}
}

static enum tok_kind
csi(struct tok *t, uint8_t b)
{
	if (b >= 0x40 && b <= 0x7e) {
		enum tok_kind k = t->state == CSI_BAD ? TOK_BREAK :
		    csi_final(t, b);

		t->state = GROUND;
		return k;
	}
	if (b == 0x7f)
		return TOK_MORE;
	if (b >= 0x80) {
		t->state = GROUND;
		t->again = true;
		return TOK_BREAK;
	}
	if (b >= 0x20 && b <= 0x2f) {
		t->inter = b;
	} else if (b >= 0x3c) {
		if (t->prefix != 0 || t->nparam != 0 || t->param[0] != 0)
			t->state = CSI_BAD;
		t->prefix = b;
	} else if (b == ';' || b == ':') {
		if (t->nparam < 255)
			t->nparam++;
	} else if (t->nparam < 8) {
		unsigned v = t->param[t->nparam] * 10u + (b - '0');

		t->param[t->nparam] = (uint16_t)(v > 9999 ? 9999 : v);
	}
	return TOK_MORE;
}

static enum tok_kind
string(struct tok *t, uint8_t b)
{
	if (b == 0x1b) {
		t->state = STRING_ESC;
		return TOK_MORE;
	}
	if ((b == '\a' && t->bell) || b == 0x18 || b == 0x1a) {
		t->state = GROUND;
		return TOK_END;
	}
	return TOK_PAYLOAD;
}

/* ESC ends a string whatever follows; ESC \ is its proper terminator. */
static enum tok_kind
string_escape(struct tok *t, uint8_t b)
{
	if (b == '\\') {
		t->state = GROUND;
		return TOK_END;
	}
	t->state = ESC;
	t->inter = 0;
	t->again = true;
	return TOK_END;
}

enum tok_kind
tok_byte(struct tok *t, uint8_t b)
{
	t->again = false;
	switch (t->state) {
	case UTF8:
		return utf8(t, b);
	case STRING:
		return string(t, b);
	case STRING_ESC:
		return string_escape(t, b);
	case ESC: case ESC_INTER: case CSI: case CSI_BAD:
		if (b == 0x18 || b == 0x1a) { /* CAN, SUB */
			t->state = GROUND;
			return TOK_BREAK;
		}
		if (b == 0x1b) {
			t->state = ESC;
			t->inter = 0;
			return TOK_MORE;
		}
		if (b < 0x20) /* executed inside the sequence */
			return c0(b) == TOK_PASS ? TOK_MORE : TOK_BREAK;
		return t->state == ESC ? escape(t, b) :
		    t->state == ESC_INTER ? escape_inter(t, b) : csi(t, b);
	default:
		return ground(t, b);
	}
}
