/* SPDX-License-Identifier: BSD-2-Clause
 * terminal.h - a terminal made raw, and made as it was. termios(3) */
#ifndef WARRANT_RECORDER_TERMINAL_H
#define WARRANT_RECORDER_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

struct terminal {
	struct termios was;
	bool raw;
};

/* Keep what fd is set to and make it raw; no terminal: nothing. */
void terminal_raw(struct terminal *t, int fd);

/* Set it back once all output is through (TCSADRAIN). */
void terminal_restore(struct terminal *t, int fd);

#endif
