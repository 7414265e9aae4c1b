/* SPDX-License-Identifier: BSD-2-Clause
 * vt.h - questions to libvterm, and new sizes without its faults.
 * in: a terminal of libvterm 0.1, drawn_put's output gone before
 *
 * Its answers go nowhere but to vt_ask.  When a screen shrinks, libvterm
 * keeps margins that end before they begin, and copies with a negative size
 * at the next line feed: vt_resize opens them, as most terminals do. */
#ifndef WARRANT_REPORT_VT_H
#define WARRANT_REPORT_VT_H

#include <stdbool.h>
#include <stddef.h>

#include <vterm.h>

#define VT_ANSWER 64

struct vt_margins {
	int top, bottom, left, right;	/* from 0, half open */
};

/* Bytes that are ours; answers are dropped. */
void vt_put(VTerm *vt, const char *p, size_t n);
void vt_puts(VTerm *vt, const char *text);
void vt_printf(VTerm *vt, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* From now on answers are dropped. */
void vt_quiet(VTerm *vt);

/* Is this DEC private mode set (DECRQM)? */
bool vt_mode(VTerm *vt, int mode);

/* Those that hold, or would with DECLRMM (?69).  false: libvterm is another
 * one, and does not tell. */
bool vt_margins(VTerm *vt, struct vt_margins *ret);

void vt_resize(VTerm *vt, int rows, int cols);

#endif
