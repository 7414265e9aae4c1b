/* SPDX-License-Identifier: BSD-2-Clause
 * purge.c - when retention looks for what is too old. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/log.h"

#define SECOND_US INT64_C(1000000)
#define FIRST_US (60 * SECOND_US)	/* after the start */
#define GAP_US (31 * CLOCK_DAY_US)

/* The files are the monitor's to remove. */
static void
tell_monitor(struct ledger *l, json_t *recordings)
{
	if (json_array_size(recordings) > 0)
		ledger_tell(l, json_pack("{s:s, s:O}", "op",
		    "recording.remove", "recordings", recordings));
	json_decref(recordings);
}

void
purge_start(struct ledger *l, int64_t before_us)
{
	int64_t away = clock_wall_us() - before_us, first = FIRST_US;
	struct err e = { 0 };
	json_t *gone = book_last_gone(l->book, &e);

	if (gone == NULL)
		log_line(LOG_ERR, "retention: %s", e.text);
	else
		tell_monitor(l, gone); /* we may have died before */
	if (l->retention.every_us < first)
		first = l->retention.every_us;
	l->purge_us = clock_boot_us() + first;
	if (before_us > 0 && away > GAP_US) {
		log_line(LOG_WARNING, "retention: the newest event is %lld "
		    "days old: the clock may be wrong, nothing is removed "
		    "until warrantd is started again",
		    (long long)(away / CLOCK_DAY_US));
		l->purge_us = INT64_MAX;
	}
}

/* In a transaction of its own, behind a round. */
void
purge_tick(struct ledger *l, int64_t boot_us)
{
	struct purged done = { .bodies = 0 };
	struct err e = { 0 };
	int rc;

	if (boot_us < l->purge_us || l->frozen || l->store_down)
		return;
	l->purge_us = boot_us + l->retention.every_us;
	if (book_begin(l->book, &e) < 0) {
		log_line(LOG_ERR, "retention: %s", e.text);
		return;
	}
	rc = book_purge(l->book, &l->retention, clock_wall_us(), &done, &e);
	if (rc <= 0 || book_commit(l->book, &e) < 0) {
		book_rollback(l->book);
		json_decref(done.recordings);
		if (rc != 0)
			log_line(LOG_ERR, "retention: %s", e.text);
		return;
	}
	log_line(LOG_NOTICE, "retention: the content of %zu events and %zu "
	    "recordings removed", done.bodies,
	    json_array_size(done.recordings));
	tell_monitor(l, done.recordings);
	if (done.more)
		l->purge_us = boot_us + SECOND_US;
	if (book_forget(l->book, &e) < 0)
		log_line(LOG_ERR, "retention: %s", e.text);
}
