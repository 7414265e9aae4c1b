/* SPDX-License-Identifier: BSD-2-Clause
 * verify_events.c - the events, each with its body. */
#include "report/verify_private.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/strictjson.h"
#include "schema/digest.h"

#define BODY_DEPTH 8

/* What the recordings are held against. */
static void
note_channel(struct verify *v, const struct event *ev, const json_t *body)
{
	if (strcmp(ev->kind, "channel.open") == 0) {
		(void)json_object_set_new(v->open, ev->session, json_true());
		return;
	}
	if (strcmp(ev->kind, "channel.lost") == 0)
		verify_say(v, "WARN", "%s: there is no recording: it was lost",
		    ev->session);
	if (strcmp(ev->kind, "channel.seal") != 0 &&
	    strcmp(ev->kind, "channel.lost") != 0)
		return;
	(void)json_object_del(v->open, ev->session);
	if (strcmp(ev->kind, "channel.seal") != 0)
		return;
	if (json_object_get(v->seals, ev->session) != NULL)
		verify_say(v, "FAIL", "%s: sealed twice", ev->session);
	(void)json_object_set_new(v->seals, ev->session, body == NULL ?
	    json_object() : json_deep_copy(body));
}

static int
use_body(struct verify *v, const struct event *ev, const char *text,
    struct err *e)
{
	bool run = strcmp(ev->kind, "purge.run") == 0 ||
	    strcmp(ev->kind, "erase.run") == 0;
	json_t *body = NULL;
	int rc = 0;

	if (run || strcmp(ev->kind, "channel.seal") == 0) {
		body = strictjson_object(text, strlen(text), BODY_DEPTH, e);
		rc = body == NULL ? -1 : 0;
	}
	if (rc == 0)
		note_channel(v, ev, body);
	if (rc == 0 && run)
		rc = verify_gone_run(v, ev, body, e);
	json_decref(body);
	return rc;
}

static int
check_body(struct verify *v, const json_t *j, const struct event *ev,
    struct err *e)
{
	const char *body = json_string_value(json_object_get(j, "body"));
	const char *salt = json_string_value(json_object_get(j, "salt"));
	unsigned char salt_bytes[EVENT_SALT], hash[EVENT_HASH];

	if (body == NULL && salt == NULL) {
		note_channel(v, ev, NULL);
		return verify_gone_body(v, ev, e);
	}
	if (body == NULL || salt == NULL ||
	    digest_unhex(salt, salt_bytes, sizeof(salt_bytes)) < 0)
		return err_set(e, ERR_INPUT, "its body is none");
	if (event_body_hash(salt_bytes, body, strlen(body), hash, e) < 0)
		return -1;
	if (memcmp(hash, ev->body_hash, sizeof(hash)) != 0)
		return err_set(e, ERR_CRYPTO, "its body was changed");
	return use_body(v, ev, body, e);
}

static int
take_event(struct verify *v, const char *line, struct err *e)
{
	json_t *j = strictjson_object(line, strlen(line), 2, e);
	const char *record = json_string_value(json_object_get(j, "record"));
	unsigned char leaf[EVENT_HASH];
	struct event ev;
	int rc = -1;

	if (j != NULL && record == NULL)
		(void)err_set(e, ERR_INPUT, "no record");
	if (record != NULL && event_parse(record, strlen(record), &ev, e) ==
	    0) {
		if (ev.seq != (int64_t)v->tree.size)
			(void)err_set(e, ERR_CRYPTO, "it is event %" PRId64
			    ": one is missing or doubled", ev.seq);
		else if (check_body(v, j, &ev, e) == 0 &&
		    event_leaf(&ev, leaf, e) == 0)
			rc = merkle_add(&v->tree, leaf, e);
	}
	json_decref(j);
	return rc;
}

int
verify_events(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(VERIFY_FILE);
	size_t at = 0, next = 0;
	char *line;
	int rc = verify_read(v, "events.ndjson", &b, e);

	while (rc == 0 && (line = verify_line(&b, &at)) != NULL) {
		rc = take_event(v, line, e);
		if (rc == 0)
			rc = verify_meet(v, &next, e);
		if (rc < 0)
			(void)err_prefix(e, "events.ndjson: event %" PRIu64,
			    v->tree.size);
	}
	buf_clear(&b);
	if (rc == 0 && (next != v->npoints || v->npoints == 0 ||
	    v->points[v->npoints - 1].note.size != v->tree.size))
		rc = err_set(e, ERR_CRYPTO, "events.ndjson: %" PRIu64
		    " events, but another number was signed", v->tree.size);
	if (rc == 0)
		verify_say(v, "ok", "%" PRIu64 " events are those of %zu "
		    "signed checkpoints of %s", v->tree.size, v->npoints, v->origin);
	if (rc == 0)
		verify_gone(v);
	return rc;
}
