/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/terminal.h"

void
terminal_raw(struct terminal *t, int fd)
{
	struct termios raw;

	if (fd < 0 || tcgetattr(fd, &t->was) < 0)
		return;
	raw = t->was;
	cfmakeraw(&raw);
	t->raw = tcsetattr(fd, TCSADRAIN, &raw) == 0;
}

void
terminal_restore(struct terminal *t, int fd)
{
	if (t->raw && fd >= 0)
		(void)tcsetattr(fd, TCSADRAIN, &t->was);
	t->raw = false;
}
