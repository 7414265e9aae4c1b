/* SPDX-License-Identifier: BSD-2-Clause
 * leftover.c - what was recorded while no warrantd was there. */
#include "approver/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define MS_NS INT64_C(1000000)
#define AGAIN_MS 2000		/* a recorder that still runs: look again */
#define SPOOL_MAX (16 * 1024 * 1024)

/* ---- the spool -------------------------------------------------------- */

/* One line is one message of the recorder. */
static void
line(struct monitor *m, const char *conn, const char *channel, const char *p,
    size_t n, json_t **seal)
{
	struct err e = { 0 };
	const char *text = "";
	json_t *msg = n > WIRE_MAX ? NULL : wire_parse(p, n, &e);

	if (msg == NULL) { /* the last one of a recorder that was killed */
		log_line(LOG_WARNING, "%s: a line of its spool is no message: "
		    "%s", channel, e.text);
		return;
	}
	if (strcmp(wire_op(msg), "seal") == 0) {
		json_decref(*seal);
		*seal = json_incref(msg);
	} else if (strcmp(wire_op(msg), "failed") == 0) {
		(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
		monitor_tell(m, json_pack("{s:s, s:s, s:s}", "op",
		    "recorder.failed", "channel", channel, "text", text));
	} else if (!channel_fact(m, conn, channel, msg)) {
		log_line(LOG_WARNING, "%s: its spool has unknown %.40s",
		    channel, wire_op(msg));
	}
	json_decref(msg);
}

json_t *
spool_take(struct monitor *m, const char *conn, const char *channel)
{
	struct buf b = BUF_INIT(SPOOL_MAX);
	json_t *seal = NULL;
	struct err e = { 0 };
	char name[48];
	int fd;

	(void)snprintf(name, sizeof(name), "%s.spool", channel);
	fd = openat(m->spool, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT)
			log_line(LOG_ERR, "%s: %s", name, strerror(errno));
		return NULL;
	}
	if (io_read_all(fd, &b, &e) < 0) /* what came is told */
		log_line(LOG_ERR, "%s: %s", name, e.text);
	for (size_t at = 0; at < b.len;) {
		const char *end = memchr(b.p + at, '\n', b.len - at);
		size_t n = end == NULL ? b.len - at :
		    (size_t)(end - b.p) - at;

		line(m, conn, channel, b.p + at, n, &seal);
		at += n + 1;
	}
	buf_clear(&b);
	io_close(&fd);
	return seal;
}

/* ---- records without a seal ------------------------------------------- */

/* False: its recorder still writes. */
static bool
seal_now(struct monitor *m, const char *id)
{
	struct err e = { 0 };
	json_t *seal;
	int fd;

	if (channel_is_open(m, id))
		return true;
	fd = recording_open(m, id, &e);
	if (fd < 0) {
		if (e.code == ERR_NOT_FOUND)
			channel_void(m, id, "there is no record of it");
		else
			log_line(LOG_ERR, "%s: %s", id, e.text);
		return true;
	}
	if (flock(fd, LOCK_SH | LOCK_NB) < 0) {
		io_close(&fd);
		return false;
	}
	seal = spool_take(m, NULL, id);
	if (seal == NULL)
		seal = json_pack("{s:s}", "state", "interrupted");
	(void)json_object_set_new(seal, "op", json_string("channel.seal"));
	(void)json_object_set_new(seal, "channel", json_string(id));
	log_line(LOG_NOTICE, "%s: sealed as %s", id,
	    json_string_value(json_object_get(seal, "state")));
	digest_start(m, fd, seal);
	return true;
}

void
leftover_take(struct monitor *m, const char *id)
{
	if (!id_ok(id, 's') || seal_now(m, id))
		return;
	if (m->leftovers == NULL)
		m->leftovers = json_object();
	(void)json_object_set_new(m->leftovers, id, json_true());
	m->leftovers_at_ns = clock_mono_ns() + AGAIN_MS * MS_NS;
}

int
leftover_tick(struct monitor *m)
{
	int64_t now = clock_mono_ns();
	const char *id;
	json_t *v;
	void *next;

	if (json_object_size(m->leftovers) == 0)
		return -1;
	if (now >= m->leftovers_at_ns) {
		m->leftovers_at_ns = now + AGAIN_MS * MS_NS;
		json_object_foreach_safe(m->leftovers, next, id, v) {
			if (seal_now(m, id))
				(void)json_object_del(m->leftovers, id);
		}
	}
	return (int)((m->leftovers_at_ns - now) / MS_NS) + 1;
}
