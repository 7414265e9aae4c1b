/* SPDX-License-Identifier: BSD-2-Clause
 * verify_gone.c - is what is not there named by a run that removed it?
 *
 * A run is a signed event whose body is kept for good, so a body or file that
 * somebody took away is not covered by any. */
#include "report/verify_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"

#define SHOWN 10	/* of a kind, then their number */

/* Room for one more behind n of this size: doubled at each power of two. */
static void *
grow(void *p, size_t n, size_t size, struct err *e)
{
	void *more = p;

	if ((n & (n - 1)) == 0)
		more = realloc(p, (n == 0 ? 1 : 2 * n) * size);
	if (more == NULL)
		(void)err_set(e, ERR_MEMORY, "out of memory");
	return more;
}

int
verify_gone_body(struct verify *v, const struct event *ev, struct err *e)
{
	struct verify_gone *g = &v->gone;
	struct verify_body *more = grow(g->body, g->bodies, sizeof(*more), e);

	if (more == NULL)
		return -1;
	g->body = more;
	g->body[g->bodies++] = (struct verify_body){ .seq = ev->seq,
	    .wall_us = ev->wall_us, .stays = event_kind_stays(ev->kind) };
	return 0;
}

static int
take_range(struct verify_gone *g, const struct event *ev, const json_t *pair,
    struct err *e)
{
	const json_t *lo = json_array_get(pair, 0);
	const json_t *hi = json_array_get(pair, 1);
	struct verify_range *more;

	if (json_array_size(pair) != 2 || !json_is_integer(lo) ||
	    !json_is_integer(hi) || json_integer_value(lo) < 0 ||
	    json_integer_value(hi) < json_integer_value(lo) ||
	    json_integer_value(hi) >= ev->seq)
		return err_set(e, ERR_INPUT, "a range that is none");
	more = grow(g->range, g->ranges, sizeof(*more), e);
	if (more == NULL)
		return -1;
	g->range = more;
	g->range[g->ranges++] = (struct verify_range){
	    .lo = json_integer_value(lo), .hi = json_integer_value(hi),
	    .seq = ev->seq, .wall_us = ev->wall_us,
	    .erasure = strcmp(ev->kind, "erase.run") == 0 };
	return 0;
}

int
verify_gone_run(struct verify *v, const struct event *ev, const json_t *body,
    struct err *e)
{
	struct verify_gone *g = &v->gone;
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(body, "ranges"), i, one)
		if (take_range(g, ev, one, e) < 0)
			return -1;
	json_array_foreach(json_object_get(body, "recordings"), i, one) {
		const char *id = json_string_value(json_object_get(one,
		    "channel"));
		json_t *sha = json_object_get(one, "sha256");

		if (id == NULL || !json_is_string(sha))
			return err_set(e, ERR_INPUT, "a recording that is "
			    "none");
		(void)json_object_set(g->recordings, id, sha);
	}
	g->runs++;
	return 0;
}

/* The run that says it removed this body, NULL when none does.  Ranges are
 * sorted and no two hold the same event. */
static const struct verify_range *
run_of(const struct verify_gone *g, const struct verify_body *b)
{
	size_t lo = 0, hi = g->ranges; /* the last that begins by then */

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (g->range[mid].lo <= b->seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && b->seq <= g->range[lo - 1].hi && !b->stays ?
	    &g->range[lo - 1] : NULL;
}

static int
by_lo(const void *a, const void *b)
{
	const struct verify_range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo ? 1 : 0;
}

void
verify_gone(struct verify *v)
{
	struct verify_gone *g = &v->gone;
	size_t taken = 0, early = 0;

	if (g->ranges > 0)
		qsort(g->range, g->ranges, sizeof(*g->range), by_lo);
	for (size_t i = 0; i < g->bodies; i++) {
		const struct verify_body *b = &g->body[i];
		const struct verify_range *by = run_of(g, b);

		if (by == NULL && ++taken <= SHOWN)
			verify_say(v, "FAIL", "event %" PRId64 ": its body was "
			    "taken away: no run of retention names it", b->seq);
		if (by != NULL && !by->erasure && by->wall_us - b->wall_us <
		    EVENT_FLOOR_DAYS * CLOCK_DAY_US && ++early <= SHOWN)
			verify_say(v, "FAIL", "event %" PRId64 ": its body was "
			    "removed by event %" PRId64 " before it was %d "
			    "days old", b->seq, by->seq, EVENT_FLOOR_DAYS);
	}
	if (taken > SHOWN || early > SHOWN)
		verify_say(v, "FAIL", "... of %zu bodies taken away, and %zu "
		    "removed too early", taken, early);
	if (g->bodies > taken + early)
		verify_say(v, "ok", "the bodies of %zu events were removed by "
		    "retention: %zu signed runs name them",
		    g->bodies - taken - early, g->runs);
}

void
verify_gone_clear(struct verify *v)
{
	free(v->gone.body);
	free(v->gone.range);
	json_decref(v->gone.recordings);
}
