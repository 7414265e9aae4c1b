/* SPDX-License-Identifier: BSD-2-Clause
 * engine.h - the inside of a masker, for the files of this folder only.
 *
 * raw holds the bytes not yet forgotten: [0, em) have left, [em, rawlen)
 * are held.  c holds the cells (glyphs and breaks) that begin in it:
 * [0, head) are forgotten, [head, n) wait for a decision.  A cell's bytes
 * go from its off to the next cell's, so that colours and the like belong
 * to the glyph before them.  The run that is being matched begins at head
 * and has read pos cells. */
#ifndef WARRANT_RECORDER_MASK_ENGINE_H
#define WARRANT_RECORDER_MASK_ENGINE_H

#include "lib/err.h"
#include "lib/sum.h"
#include "recorder/mask/mask.h"
#include "recorder/mask/rules.h"
#include "recorder/mask/sieve.h"
#include "recorder/mask/tokenize.h"

#define CELLS_MAX  512
#define RAW_MAX	   16384
#define HIST_KEEP  64
#define HIST_MAX   256
#define TYPED_MAX  256
#define REPEAT_MAX 64	/* cells one CSI b may make */
#define OVER_MAX   16	/* glyphs struck over one cell */
#define NEAR_WORDS 1024	/* words that are told exactly; more: maybe */

enum mode { MODE_TEXT = 0, MODE_RUN, MODE_BLOCK };

enum {
	CELL_MASKED = 1,	/* left masked already, by a time-out */
	CELL_ECHO = 2,		/* the person typed it */
	CELL_MARGIN = 4,	/* a space behind the right margin */
	CELL_REPEAT = 8		/* printed by CSI b, has no glyph of its own */
};

struct cell {
	uint32_t off;	/* of its first byte in raw */
	uint16_t state;	/* of the automaton behind it */
	uint8_t sym, width, flags, over;
};

struct mask_rules {
	struct ruleset set;
	struct dfa dfa;
	uint32_t profiles;	/* in force */
	bool all_live;		/* no rule in the automaton is disabled */
	char hash[MASK_HASH_HEX];
	char profile_names[128];
	uint16_t first[PREV_N][256];	/* byte to state, for plain text */
	uint8_t cls[256];	/* byte to column */
	uint8_t prev[256];	/* byte to enum prev */
	struct sieve starts;	/* where a match may begin */
	struct sieve words;	/* where a word of near_word may */
	/* near.h: words; states that only ask for words */
	const char *near_word[NEAR_WORDS];
	size_t near_words;	/* may be more than fit */
	uint16_t near_from[SYM_N + 1];	/* first with this first character */
	uint8_t near_only[DFA_STATES_MAX / 8 + 1];
	uint8_t has_before[DFA_RULES_MAX / 8];	/* bit by rule */
	bool borrowed;		/* set and dfa lie in a table */
	void *map;		/* that table's pages, NULL: another's */
	size_t map_len;
};

/* A value whose end is not yet known, and its fingerprint. */
struct open_value {
	uint16_t rule;
	uint64_t off, end;
	unsigned cols, exposed;
	bool changed;
};

struct block {
	uint8_t state;		/* see block.c */
	uint8_t breaks;		/* in a row */
	unsigned width;		/* base64 characters of the line so far */
	unsigned full;		/* of the first line */
	bool one_line;		/* no break since the BEGIN line */
	bool last;		/* a shorter line was seen: only END may come */
};

struct mask {
	const struct mask_rules *rules;
	struct mask_options o;
	struct tok tok;
	uint64_t base;		/* raw offset of raw[0] */
	uint32_t rawlen, em, tokstart;
	uint32_t head, n, pos;
	bool pend;		/* c[n - 1] may still be struck over */
	bool over;		/* a backspace stands before the next glyph */
	bool strong;		/* what is held has begun its value */
	bool answered;		/* the person typed since the last output */
	bool inner_open;
	int timeout_rule;	/* masks the live run, or -1 */
	enum mode mode;
	struct block block;
	struct open_value open;
	int64_t fed_ns;		/* of the last bytes */
	unsigned col, row;	/* cursor: columns used, row or 0 */
	bool col_known;
	uint8_t hist[HIST_MAX];
	unsigned nhist;
	uint8_t typed[TYPED_MAX];
	unsigned ntyped;
	int64_t typed_ns;
	struct mask *inner;	/* for the text of OSC and other strings */
	struct buf *out;
	struct err err;
	bool failed;
	struct mac mac;
	uint8_t macbuf[128];
	unsigned nmacbuf;
	size_t map_len;		/* of this struct's pages */
	struct cell c[CELLS_MAX];
	uint8_t raw[RAW_MAX];
};

/* match.c: read cells [head + pos, n) that are final. */
void match_cells(struct mask *m);
/* Decide all that is held as if the text ended here. */
void match_end(struct mask *m);
/* Commit the longest valid match of the run; end: what follows the last
 * cell is not awaited.  False when there is none. */
bool match_commit(struct mask *m, bool end);
/* A rule's value begins at this cell of the run that has read len cells. */
uint32_t match_value_start(const struct mask *m, uint16_t rule,
    uint32_t len);
/* Is the rule enabled, and are its context words near? */
bool match_possible(const struct mask *m, uint16_t rule, uint32_t start);
bool rule_enabled(const struct mask *m, uint16_t rule);
/* Forget k cells from head on; their bytes must have left. */
void cells_drop(struct mask *m, uint32_t k);

/* hold.c */
/* After the bytes of a call: let go what nothing holds, and say whether the
 * rest is strong. */
void hold_settle(struct mask *m);
/* T1 or T2 has passed. */
void hold_expire(struct mask *m);

/* block.c: the lines behind a BEGIN ... PRIVATE KEY line */
void block_begin(struct mask *m, uint16_t rule);
void block_step(struct mask *m);	/* one more cell */
void block_end(struct mask *m);		/* the stream ends */
bool block_in_line(const struct mask *m);	/* a key line is held */
void block_timeout(struct mask *m);

/* rewrite.c: how a value is painted */
struct paint {
	char tag[RULE_TAG_MAX + 4];
	size_t len, at;
	bool exact_bytes;
	enum mask_style style;
};
uint32_t cell_end(const struct mask *m, uint32_t i);
void emit_to(struct mask *m, uint32_t to);
/* Emit cell i masked (what has left already is skipped); true if a byte
 * differs from the original. */
bool emit_masked(struct mask *m, uint32_t i, struct paint *p);
/* Commit cells [head, head + len) with value [vs, ve) to rule. */
void commit_value(struct mask *m, uint16_t rule, uint32_t vs, uint32_t ve,
    uint32_t len);
void report_value(struct mask *m, const struct open_value *v,
    enum mask_state state, const uint8_t fp[MASK_FP_LEN]);
void run_step(struct mask *m);
void run_end(struct mask *m);
/* Mask what is held of the value from vs on, without knowing its end. */
void mask_timeout(struct mask *m, uint16_t rule, uint32_t vs);

/* print.c: fingerprints */
void print_begin(struct mask *m, uint16_t rule);
void print_add(struct mask *m, uint16_t rule, uint8_t sym);
void print_end(struct mask *m, uint8_t fp[MASK_FP_LEN]);

void hist_push(struct mask *m, uint8_t sym);
uint8_t hist_last(const struct mask *m, unsigned back);

/* Remember the first failure; nothing more leaves. */
void mask_fail(struct mask *m, const struct err *e);

#endif
