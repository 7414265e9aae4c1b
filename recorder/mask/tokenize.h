/* SPDX-License-Identifier: BSD-2-Clause
 * tokenize.h - terminal bytes to glyphs and what is between them.
 * in: bytes, one at a time, cut anywhere; out: one token per complete glyph,
 * control or escape sequence
 *
 * The state machine of ECMA-48 as the VT500 series runs it (Paul Williams'
 * diagram), with UTF-8 instead of 8-bit controls.  It knows how a sequence
 * ends and whether it moves the cursor; it keeps no screen. */
#ifndef WARRANT_RECORDER_MASK_TOKENIZE_H
#define WARRANT_RECORDER_MASK_TOKENIZE_H

#include <stdbool.h>
#include <stdint.h>

enum tok_kind {
	TOK_MORE = 0,	/* inside a sequence: nothing yet */
	TOK_GLYPH,	/* cp and width are set; TAB is one of width 0 */
	TOK_PASS,	/* moves nothing: colours, titles, zero-width, ... */
	TOK_BACK,	/* backspace */
	TOK_CR,
	TOK_LF,
	TOK_BREAK,	/* moves the cursor, erases, or is no UTF-8 */
	TOK_PLACE,	/* CSI H: row and col are set (from 1) */
	TOK_REPEAT,	/* CSI b: the glyph before, count times more */
	TOK_STRING,	/* an OSC, DCS, APC, PM or SOS string begins */
	TOK_PAYLOAD,	/* one byte of it */
	TOK_END		/* the string's terminator is complete */
};

struct tok {
	uint8_t state;		/* enum in tokenize.c; 0 is ground */
	uint8_t need;		/* UTF-8 bytes still missing */
	uint8_t prefix, inter, nparam;
	bool bell;		/* the string may end in BEL (OSC) */
	bool again;		/* feed the same byte once more */
	uint8_t width;		/* of the glyph, columns: 0 to 2 */
	uint16_t param[8];
	uint32_t cp, least;	/* code point; smallest its length may code */
	unsigned row, col, count;
};

/* Take byte b.  When t->again is set afterwards, the token ended before b:
 * act on it, then call again with the same b. */
enum tok_kind tok_byte(struct tok *t, uint8_t b);

static inline bool
tok_ground(const struct tok *t)
{
	return t->state == 0;
}

/* Is the token so far an incomplete UTF-8 character? */
bool tok_in_utf8(const struct tok *t);

/* Is it ESC, and what follows ends it?  Is it a control sequence (ESC [) that
 * is well-formed so far? */
bool tok_in_escape(const struct tok *t);
bool tok_in_sequence(const struct tok *t);

/* Columns a character takes: 0, 1 or 2. */
unsigned glyph_width(uint32_t cp);

/* Its symbol (sym.h) after folding full-width forms, other decimal digits,
 * spaces and dashes to ASCII. */
uint8_t glyph_fold(uint32_t cp);

#endif
