/* SPDX-License-Identifier: BSD-2-Clause
 * served_tell.c - what the monitor is told, or the spool without it. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/wire.h"
#include "recorder/served_private.h"

#define SPOOL 6
#define MOVED_TOLD 200	/* facts of a transfer, to the ledger */

/* One line for the warrantd that comes next.  Written at once, so that it is
 * whole when we are killed behind it. */
static void
spool(const json_t *msg)
{
	char *text = json_dumps(msg, JSON_COMPACT);
	struct buf line = BUF_INIT(WIRE_MAX + 1);

	if (text != NULL && buf_puts(&line, text, NULL) == 0 &&
	    buf_putc(&line, '\n', NULL) == 0)
		(void)io_write_all(SPOOL, line.p, line.len, NULL);
	buf_clear(&line);
	free(text);
}

/* Is it with the monitor?  One that has just kept us waiting for nothing is
 * not waited for. */
static bool
send_it(struct served *s, const json_t *msg, bool must)
{
	struct err e = { 0 };

	if (s->lost_ns != 0)
		return false;
	if (wire_send(SERVED_MONITOR, msg, NULL, 0, must && !s->slow ?
	    SERVED_SAY_MS : 0, &e) == 0) {
		s->slow = false;
		return true;
	}
	if (e.code == ERR_UNAVAILABLE)
		s->lost_ns = clock_mono_ns();
	s->slow = s->slow || must;
	return false;
}

/* Tell the monitor; without it the line goes to the spool. */
void
served_tell(struct served *s, json_t *msg, bool must)
{
	if (!send_it(s, msg, must) && must)
		spool(msg);
	json_decref(msg);
}

void
served_head(void *arg, const struct record_head *h)
{
	struct served *s = arg;
	char hex[2 * RECORD_HASH + 1];

	s->head = *h;
	hex_of(h->hash, RECORD_HASH, hex);
	served_tell(s, json_pack("{s:s, s:I, s:s}", "op", "head", "length",
	    (json_int_t)h->length, "hash", hex), false);
}

/* What a transfer did: the first ones singly to the ledger, all of them are in
 * the record. */
void
served_moved(void *arg, const json_t *fact)
{
	struct served *s = arg;
	json_t *msg = json_copy((json_t *)(uintptr_t)fact);
	const char *did = json_string_value(json_object_get(fact, "did"));
	bool total = did != NULL && strcmp(did, "total") == 0;

	s->moved++;
	if (msg == NULL || (!total && s->moved > MOVED_TOLD)) {
		json_decref(msg);
		return;
	}
	(void)json_object_set_new(msg, "op", json_string("file"));
	if (total)
		(void)json_object_set_new(msg, "facts", json_integer(
		    (json_int_t)s->moved - 1));
	served_tell(s, msg, true);
}

void
served_counts(struct served *s)
{
	static struct recording_count c[RECORDING_RULES];
	size_t n = recording_counts(s->relay.rec, c);

	for (size_t i = 0; i < n; i++)
		served_tell(s, json_pack("{s:s, s:s, s:I, s:I}", "op", "mask",
		    "rule", c[i].rule, "n", (json_int_t)c[i].n, "exposed",
		    (json_int_t)c[i].exposed), true);
}

void
served_tell_seal(struct served *s, const struct record_head *h)
{
	struct recording_totals t;
	char hex[2 * RECORD_HASH + 1];
	json_t *seal;

	recording_totals(s->relay.rec, &t);
	hex_of(h->hash, RECORD_HASH, hex);
	served_counts(s);
	seal = json_pack("{s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I}",
	    "op", "seal", "state", s->state, "length",
	    (json_int_t)h->length, "hash", hex, "events",
	    (json_int_t)t.events, "bytes_in", (json_int_t)t.bytes_in,
	    "bytes_out", (json_int_t)t.bytes_out, "masked",
	    (json_int_t)t.masked, "exposed", (json_int_t)t.exposed);
	if (s->end != NULL) {
		(void)json_object_del(s->end, "op");
		(void)json_object_update_missing(seal, s->end);
	}
	spool(seal); /* a monitor may die with it in its queue */
	(void)send_it(s, seal, true);
	json_decref(seal);
}
