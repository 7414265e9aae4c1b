/* SPDX-License-Identifier: BSD-2-Clause
 * drawn.h - of recorded output, what libvterm shall draw.
 * in: bytes, cut anywhere; out: the same in whole characters and sequences
 *
 * libvterm 0.1 trusts what it reads.  More than 16 parameters of a control
 * sequence overwrite its own pointers; REP (ECMA-48, 8.3.103) behind a
 * character without width never ends; DECRC may put the cursor outside of the
 * screen; a DECRQSS it does not know ends the process; and a character that is
 * cut between two writes becomes another one.  So it gets no control string
 * (ESC and one of ] P X ^ _, to BEL or ESC \), no C1, well-formed UTF-8 and
 * sequences in one piece, with few and small parameters; REP comes as the
 * characters themselves, and DECRC brings the cursor back in.
 * As in libvterm, NUL and DEL are nothing, CAN and SUB end what has begun,
 * another ESC begins a sequence anew, and controls within one act before it. */
#ifndef WARRANT_REPORT_DRAWN_H
#define WARRANT_REPORT_DRAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRAWN_HELD 64		/* a longer sequence is dropped */
#define DRAWN_PARAMETERS 14	/* more are cut off */
#define DRAWN_DIGITS 5		/* of one; a longer one is 99999 */
#define DRAWN_REPEAT 1024	/* of one REP */

/* Plain values, all 0 at first. */
struct drawn {
	uint8_t state;
	uint8_t n;		/* of held */
	uint8_t need;		/* bytes that the character in held lacks */
	uint8_t last_n;
	char held[DRAWN_HELD];	/* what has begun */
	char last[4];		/* the character before, for REP */
};

/* text: printable characters; else one control or sequence. */
typedef void drawn_fn(void *arg, const char *p, size_t n, bool text);

void drawn_put(struct drawn *f, const char *p, size_t n, drawn_fn *fn,
    void *arg);

/* Is f a state that drawn_put can be in?  For one that was read. */
bool drawn_valid(const struct drawn *f);

#endif
