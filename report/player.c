/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/player.h"

#include <stdio.h>
#include <sys/stat.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "report/player_private.h"
#include "schema/record_read.h"

#define FOLLOW_MS 100		/* between two looks at what grows */
#define FRAME_NS ((int64_t)30 * 1000 * 1000)	/* between two paints */
#define WAIT_MS 1000
#define MS_US INT64_C(1000)

/* One look at the keys while it stands still or waits: 1 the place is
 * another one, 0 go on. */
static int
listen(struct player *p, int ms, struct err *e)
{
	int key = player_key_read(p, ms), rc;

	if (key == KEY_NONE)
		return 0;
	rc = player_key(p, key, e);
	if (rc >= 0 && !p->quit && player_show(p, e) < 0)
		rc = -1;
	return rc;
}

/* Wait until it is time for what happened at t_us: 1 the place is another
 * one, 0 it is time. */
static int
wait_for(struct player *p, int64_t t_us, struct err *e)
{
	int64_t idle = (int64_t)(p->o.idle * 1e6), from, left;
	int rc = 0;

	if (idle > 0 && t_us - p->pos_us > idle)
		p->pos_us = t_us - idle;
	if (p->paused || t_us > p->pos_us ||
	    clock_mono_ns() - p->painted_ns > FRAME_NS)
		rc = player_show(p, e);
	while (rc == 0 && !p->quit && (p->paused || p->pos_us < t_us)) {
		left = (int64_t)((double)(t_us - p->pos_us) / p->o.speed) /
		    MS_US;
		from = clock_mono_ns();
		rc = listen(p, p->paused || left > WAIT_MS ? WAIT_MS :
		    (int)left + 1, e);
		if (rc == 0 && !p->paused)
			p->pos_us += (int64_t)((double)(clock_mono_ns() -
			    from) / 1000 * p->o.speed);
	}
	return rc;
}

/* It ends here: stand still while there are keys to leave by. */
static int
at_end(struct player *p, struct err *e)
{
	int rc;

	p->ended = true;
	p->paused = p->keys && !p->o.follow;
	rc = player_show(p, e);
	if (rc < 0 || !p->paused) {
		p->quit = true;
		return rc;
	}
	while (rc == 0 && !p->quit && p->paused)
		rc = listen(p, WAIT_MS, e);
	if (rc == 0 && !p->paused)	/* space: there is no more */
		p->quit = true;
	return rc < 0 ? -1 : 0;
}

/* The record ends here for now: more may come, until somebody leaves. */
static bool
wait_for_more(void *arg)
{
	struct player *p = arg;
	struct err e;

	if (player_show(p, &e) < 0 || listen(p, FOLLOW_MS, &e) < 0)
		return false;
	return !p->quit;
}

static int
play(struct player *p, struct err *e)
{
	const struct castline *l;
	int rc = 0;

	while (rc >= 0 && !p->quit) {
		rc = tape_peek(p->t, &l, e);
		if (rc == 0)
			rc = at_end(p, e);
		else if (rc > 0) {
			rc = p->o.follow ? 0 : wait_for(p, l->t_us, e);
			if (rc == 0 && !p->quit)
				rc = tape_feed(p->t, e);
		}
	}
	return rc < 0 ? -1 : 0;
}

static void
farewell(const struct player *p)
{
	const struct record_summary *s = record_summary(p->t->reader);

	if (p->o.follow && s->closed)
		(void)fprintf(stderr, "warrant-replay: the session has "
		    "ended\n");
	else if (p->ended)
		castline_tell_cut(s);
	if (p->t->jumped)
		(void)fprintf(stderr, "warrant-replay: what was jumped over "
		    "was not verified\n");
}

int
player_run(struct tape *t, int fd, const struct player_options *o,
    struct err *e)
{
	struct player p = { .t = t, .o = *o };
	struct stat st;
	int rc = 0;

	if (o->follow)
		record_reader_wait(t->reader, wait_for_more, &p);
	else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		rc = tape_length(t, &p.end_us, e);
	if (rc == 0)
		rc = player_tty_open(&p, e);
	if (rc == 0 && o->at_us > 0)
		rc = player_jump(&p, o->at_us, TAPE_FAST, e);
	if (rc >= 0)
		rc = play(&p, e);
	player_tty_close(&p);
	if (rc == 0)
		farewell(&p);
	if (p.has_pattern)
		regfree(&p.pattern);
	return rc;
}
