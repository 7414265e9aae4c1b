/* SPDX-License-Identifier: BSD-2-Clause
 * player_tty.c - the reader's terminal: keys from it, the screen on it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "report/player_private.h"

#define ESC 0x1b
#define SEQUENCE_MS 50		/* an escape alone, or the first of a key */
#define OUT_MAX (64 * 1024 * 1024)

static const char enter[] = "\x1b[0m\x1b[?7l";
static const char leave[] = "\x1b[0m\x1b[?7h\x1b[?25h";

static int
flush(struct player *p, struct err *e)
{
	int rc = io_write_all(STDOUT_FILENO, p->out.p, p->out.len, e);

	buf_reset(&p->out);
	return rc;
}

/* The size of the terminal now: begin anew when it is another. */
static int
fit(struct player *p, struct err *e)
{
	struct winsize w = { .ws_row = 0 };
	int rows = 24, cols = 80;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 &&
	    w.ws_col > 0) {
		rows = w.ws_row;
		cols = w.ws_col;
	}
	if (p->paint.shown != NULL && p->paint.rows == rows &&
	    p->paint.cols == cols)
		return 0;
	paint_close(&p->paint);
	return paint_open(&p->paint, rows, cols, e);
}

int
player_tty_open(struct player *p, struct err *e)
{
	struct termios t;

	p->out = (struct buf)BUF_INIT(OUT_MAX);
	if (fit(p, e) < 0)
		return -1;
	/* what stood there goes up into the terminal's own history */
	for (int i = 0; i < p->paint.rows; i++)
		if (buf_putc(&p->out, '\n', e) < 0)
			return -1;
	if (buf_put(&p->out, enter, sizeof(enter) - 1, e) < 0 ||
	    flush(p, e) < 0)
		return -1;
	if (isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &p->was) < 0)
		return 0;
	t = p->was;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	t.c_iflag &= ~(tcflag_t)ICRNL;
	p->keys = tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0;
	return 0;
}

void
player_tty_close(struct player *p)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s\x1b[%d;1H\r\n", leave,
	    p->paint.rows);

	if (p->keys)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &p->was);
	if (p->paint.shown != NULL)
		(void)io_write_all(STDOUT_FILENO, text, (size_t)n, NULL);
	paint_close(&p->paint);
	buf_clear(&p->out);
}

static int
byte_within(struct player *p, int ms)
{
	struct pollfd in = { .fd = p->keys ? STDIN_FILENO : -1,
	    .events = POLLIN };
	unsigned char c;
	int again = p->again;

	p->again = 0;
	if (again > 0)
		return again;
	if (poll(&in, 1, ms) <= 0)
		return -1;
	if (read(STDIN_FILENO, &c, 1) == 1)
		return c;
	p->quit = true;		/* the terminal is gone */
	return -1;
}

int
player_key_read(struct player *p, int ms)
{
	int c = byte_within(p, ms), n = 0;

	if (c < 0)
		return KEY_NONE;
	if (c != ESC)
		return c;
	c = byte_within(p, SEQUENCE_MS);
	if (c != '[' && c != 'O') {
		p->again = c;
		return KEY_ESCAPE;
	}
	do
		c = byte_within(p, SEQUENCE_MS);
	while (c >= 0 && c < 0x40 && ++n < 16);
	return c == 'D' ? KEY_LEFT : c == 'C' ? KEY_RIGHT : KEY_NONE;
}

int
player_say(struct player *p, const char *text, struct err *e)
{
	if (paint_status(&p->paint, text, &p->out, e) < 0)
		return -1;
	return flush(p, e);
}

int
player_show(struct player *p, struct err *e)
{
	char status[PAINT_STATUS_MAX];

	if (fit(p, e) < 0 ||
	    paint_put(&p->paint, p->t->view, &p->out, e) < 0)
		return -1;
	p->painted_ns = clock_mono_ns();
	if (!p->paused)
		return flush(p, e);
	player_status(p, status, sizeof(status));
	return player_say(p, status, e);
}

bool
player_ask(struct player *p, const char *what, char ret[PLAYER_ASKED],
    struct err *e)
{
	char line[PLAYER_ASKED + 64];
	size_t n = 0;
	int c;

	do {
		ret[n] = '\0';
		(void)snprintf(line, sizeof(line), "%s%s_", what, ret);
		if (player_say(p, line, e) < 0)
			return false;
		c = player_key_read(p, -1);
		if (c == 0x7f || c == '\b')
			n -= n > 0 ? 1 : 0;
		else if (c >= ' ' && c < 256 && n + 1 < PLAYER_ASKED)
			ret[n++] = (char)c;
	} while (!p->quit && c != '\r' && c != '\n' && c != KEY_ESCAPE &&
	    c != 3);
	ret[n] = '\0';
	return !p->quit && (c == '\r' || c == '\n');
}
