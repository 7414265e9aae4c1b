/* SPDX-License-Identifier: BSD-2-Clause
 * player_private.h - a player from inside: player.c plays, player_key.c does
 * what a key asks for, player_tty.c is the reader's terminal. */
#ifndef WARRANT_REPORT_PLAYER_PRIVATE_H
#define WARRANT_REPORT_PLAYER_PRIVATE_H

#include <regex.h>
#include <termios.h>

#include "lib/buf.h"
#include "report/paint.h"
#include "report/player.h"
#include "report/tape.h"

#define PLAYER_SPEED_MAX 64.0
#define PLAYER_ASKED 200	/* bytes of a word that is typed */

enum key {
	KEY_NONE = 0, KEY_LEFT = 256, KEY_RIGHT, KEY_ESCAPE
};

struct player {
	struct tape *t;
	struct player_options o;
	struct paint paint;
	struct buf out;
	struct termios was;
	int64_t pos_us;		/* what the reader has seen */
	int64_t end_us;		/* 0: not known */
	int64_t painted_ns;
	int again;		/* a key that came behind an escape */
	bool keys;		/* standard input is a terminal */
	bool paused, quit, help, ended;
	char note[PAINT_STATUS_MAX];	/* what the last key came to */
	regex_t pattern;
	bool has_pattern, found;
};

/* ---- player_tty.c: the reader's terminal ---- */
int player_tty_open(struct player *p, struct err *e);
void player_tty_close(struct player *p);

/* A key within ms, or KEY_NONE. */
int player_key_read(struct player *p, int ms);

/* Show the view, and the status line while it stands still. */
int player_show(struct player *p, struct err *e);

/* Ask for a word on the status line: false when it was given up. */
bool player_ask(struct player *p, const char *what, char ret[PLAYER_ASKED],
    struct err *e);

/* A line on the last row. */
int player_say(struct player *p, const char *text, struct err *e);

/* ---- player_key.c ---- */

/* What a key asks for: 1 when the place in the tape is another one. */
int player_key(struct player *p, int key, struct err *e);
int player_jump(struct player *p, int64_t us, enum tape_how how,
    struct err *e);

/* The status line of now.  Pure but for *p's tape. */
void player_status(const struct player *p, char *ret, size_t size);

#endif
