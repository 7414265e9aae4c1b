/* SPDX-License-Identifier: BSD-2-Clause
 * player_key.c - what a key of the player does. */
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "report/player_private.h"
#include "report/view.h"

#define SKIP_US (INT64_C(10) * 1000 * 1000)
#define TELL_NS ((int64_t)100 * 1000 * 1000)	/* between two "12%" */
#define CTRL_C 3

const char player_keys[] =
    "space pause  + - speed  < > 10 s  [ ] program  / n search  g time  "
    "G end  R exact  q leave";

void
player_status(const struct player *p, char *ret, size_t size)
{
	char at[CASTLINE_TIME_MAX], end[CASTLINE_TIME_MAX];
	size_t unknown = view_unknown(p->t->view);
	char how[128] = "";

	if (p->help) {
		(void)snprintf(ret, size, "%s", player_keys);
		return;
	}
	if (!p->t->exact && unknown > 0)
		(void)snprintf(how, sizeof(how), "  APPROXIMATE, %zu cells "
		    "unknown: R plays it from the start", unknown);
	else if (!p->t->exact)
		(void)snprintf(how, sizeof(how), "  APPROXIMATE: R plays it "
		    "from the start");
	(void)snprintf(ret, size, "%s %s%s%s%s%s%s%s", p->ended ? "end" :
	    "paused", castline_time(p->pos_us, true, at), p->end_us > 0 ?
	    " / " : "", p->end_us > 0 ? castline_time(p->end_us, true, end) :
	    "", how, p->note[0] != '\0' ? "  " : "", p->note,
	    p->note[0] == '\0' && p->t->exact ? "  ? for keys" : "");
}

/* ---- what takes long -------------------------------------------------- */

struct progress {
	struct player *p;
	const char *what;
	int64_t told_ns;
};

/* Any key stops it. */
static bool
go_on(void *arg, double done)
{
	struct progress *g = arg;
	int64_t now = clock_mono_ns();
	char text[128];

	if (player_key_read(g->p, 0) != KEY_NONE || g->p->quit)
		return false;
	if (now - g->told_ns < TELL_NS)
		return true;
	g->told_ns = now;
	(void)snprintf(text, sizeof(text), "%s: %.0f%%, any key stops",
	    g->what, done * 100);
	return player_say(g->p, text, NULL) == 0;
}

static struct progress
progress(struct player *p, const char *what)
{
	return (struct progress){ p, what, clock_mono_ns() };
}

int
player_jump(struct player *p, int64_t us, enum tape_how how, struct err *e)
{
	struct progress g = progress(p, "playing from the start");
	int rc;

	us = us < 0 ? 0 : us;
	rc = tape_seek(p->t, us, how, go_on, &g, e);
	if (rc < 0)
		return -1;
	p->ended = false;
	p->pos_us = rc > 0 && (p->end_us == 0 || us < p->end_us) ? us :
	    p->t->at_us;
	if (rc == 0)
		(void)snprintf(p->note, sizeof(p->note), "stopped on the way");
	return 1;
}

static int
program(struct player *p, bool forward, struct err *e)
{
	struct progress g = progress(p, "looking for a program");
	int64_t at;
	int rc = tape_program(p->t, forward, go_on, &g, &at, e);

	if (rc == 0)
		(void)snprintf(p->note, sizeof(p->note), "no program is "
		    "started %s", forward ? "later" : "before");
	return rc <= 0 ? rc : player_jump(p, at, TAPE_FAST, e);
}

/* ---- search ----------------------------------------------------------- */

static void
match(void *arg, const char *text)
{
	struct player *p = arg;

	if (p->found || regexec(&p->pattern, text, 0, NULL, 0) != 0)
		return;
	p->found = true;
	(void)snprintf(p->note, sizeof(p->note), "found: %.300s", text);
}

static void
ignore(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static int
search(struct player *p, struct err *e)
{
	struct progress g = progress(p, "searching");
	const struct castline *l;
	struct view *v = p->t->view;
	double all = (double)(p->end_us > 0 ? p->end_us : 1);
	uint64_t asked = p->t->plain;
	int rc = 0;

	p->found = false;
	view_tell(v, ignore, NULL);
	view_told(v);		/* what stands there is no news */
	view_tell(v, match, p);
	while (!p->found && (rc = tape_peek(p->t, &l, e)) > 0) {
		rc = tape_feed(p->t, e);
		view_told(v);
		if (rc < 0 || (p->t->plain - asked > 64 * 1024 &&
		    !go_on(&g, (double)p->t->at_us / all)))
			break;
		asked = p->t->plain;
	}
	view_tell(v, NULL, NULL);
	if (rc < 0)
		return -1;
	p->pos_us = p->t->at_us;
	p->paused = true;
	if (!p->found)
		(void)snprintf(p->note, sizeof(p->note), "not found to here");
	return 1;
}

static int
ask_search(struct player *p, struct err *e)
{
	char text[PLAYER_ASKED];

	if (!player_ask(p, "/", text, e) || text[0] == '\0')
		return 0;
	if (p->has_pattern)
		regfree(&p->pattern);
	p->has_pattern = regcomp(&p->pattern, text, REG_EXTENDED |
	    REG_NOSUB) == 0;
	if (p->has_pattern)
		return search(p, e);
	(void)snprintf(p->note, sizeof(p->note), "%.100s: no regular "
	    "expression", text);
	return 0;
}

static int
ask_time(struct player *p, struct err *e)
{
	char text[PLAYER_ASKED];
	struct err why = { 0 };
	int64_t us;

	if (!player_ask(p, "go to (seconds, 1:23:45): ", text, e) ||
	    text[0] == '\0')
		return 0;
	if (castline_when(text, p->t->head.wall_us, clock_wall_us(), &us,
	    &why) == 0)
		return player_jump(p, us, TAPE_FAST, e);
	(void)snprintf(p->note, sizeof(p->note), "%.200s", why.text);
	return 0;
}

/* ---- keys ------------------------------------------------------------- */

static int
move(struct player *p, int key, struct err *e)
{
	switch (key) {
	case KEY_LEFT:
	case '<':
		return player_jump(p, p->pos_us - SKIP_US, TAPE_FAST, e);
	case KEY_RIGHT:
	case '>':
		return player_jump(p, p->pos_us + SKIP_US, TAPE_FAST, e);
	case '[':
	case ']':
		return program(p, key == ']', e);
	case '/':
		return ask_search(p, e);
	case 'n':
	case 'N':
		return p->has_pattern ? search(p, e) : 0;
	case 'g':
		return ask_time(p, e);
	case 'G':
		return player_jump(p, p->end_us, TAPE_FAST, e);
	case 'R':
		return player_jump(p, p->pos_us, TAPE_EXACT, e);
	default:
		return 0;
	}
}

int
player_key(struct player *p, int key, struct err *e)
{
	p->note[0] = '\0';
	p->help = key == '?' && !p->help;
	switch (key) {
	case '?':
		p->paused = true;
		break;
	case ' ':
		p->paused = !p->paused;
		break;
	case '+':
	case '=':
		p->o.speed *= p->o.speed < PLAYER_SPEED_MAX ? 2 : 1;
		break;
	case '-':
		p->o.speed /= p->o.speed > 1 / PLAYER_SPEED_MAX ? 2 : 1;
		break;
	case 'q':
	case CTRL_C:
		p->quit = true;
		break;
	default:	/* what grows is only watched */
		return p->o.follow ? 0 : move(p, key, e);
	}
	return 0;
}
