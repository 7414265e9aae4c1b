/* SPDX-License-Identifier: BSD-2-Clause
 * tape_private.h - looking ahead in a tape, for tape.c and tape_look.c. */
#ifndef WARRANT_REPORT_TAPE_PRIVATE_H
#define WARRANT_REPORT_TAPE_PRIVATE_H

#include "report/tape.h"

/* The last frame that begins at us or before.  The index is loaded. */
int tape_frame_of(struct tape *t, int64_t us, size_t *ret, struct err *e);

#endif
