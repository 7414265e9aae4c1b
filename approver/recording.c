/* SPDX-License-Identifier: BSD-2-Clause
 * recording.c - record files: made, opened, removed. */
#include "approver/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "approver/reserve.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"

#define FIRST (1024 * 1024)	/* bytes of disk a record begins with */
#define RESERVE_MS 10000	/* is there space for the reserve again? */
#define NAME_ROOM 48

static void
names_of(const char *id, char record[NAME_ROOM], char spool[NAME_ROOM])
{
	(void)snprintf(record, NAME_ROOM, "%s.cast.zst", id);
	(void)snprintf(spool, NAME_ROOM, "%s.spool", id);
}

static int64_t
megabytes(const struct monitor *m, const char *key)
{
	return conf_int(conf_section(m->conf, "record"), key) * 1024 * 1024;
}

static struct reserve
reserve_of(const struct monitor *m)
{
	return (struct reserve){ .dir = m->sessions,
	    .size = megabytes(m, "reserve") };
}

int
recording_tick(struct monitor *m)
{
	struct reserve r = reserve_of(m);
	struct err e = { 0 };
	int rc;

	if (m->reserved)
		return -1;
	rc = reserve_keep(&r, megabytes(m, "min_free"), &e);
	if (rc < 0)
		log_line(LOG_ERR, "recordings: %s", e.text);
	m->reserved = rc == 1;
	return m->reserved ? -1 : RESERVE_MS;
}

/* Is there space?  When there is none, last may take what was kept.  The
 * bytes its record begins with, or -1 with *e. */
static int64_t
room_for(struct monitor *m, const char *id, bool last, struct err *e)
{
	int64_t least = megabytes(m, "min_free");
	int64_t room = reserve_free(m->sessions, e);
	struct reserve r = reserve_of(m);

	if (room < 0)
		return -1;
	if (!m->reserved) /* what makes it up is nobody's */
		least += r.size;
	if (room >= least)
		return FIRST;
	if (!last)
		return err_set(e, ERR_CANNOT_RECORD, "less than %lld MiB are "
		    "free for recordings on this host: somebody whose role "
		    "has reserve = yes, or break-glass, must make room",
		    (long long)(least / 1024 / 1024));
	if (room >= r.size || !reserve_release(&r))
		return FIRST;
	m->reserved = false;
	log_line(LOG_ALERT, "%s: no space is left for recordings: it takes "
	    "the reserve", id);
	monitor_tell(m, json_pack("{s:s, s:s, s:I}", "op", "reserve.used",
	    "channel", id, "bytes", (json_int_t)r.size));
	/* half of it is its own at once, before anybody else fills it */
	return r.size / 2 > FIRST ? r.size / 2 : FIRST;
}

int
recording_make(struct monitor *m, const char *id, bool last, int *record,
    int *spool, struct err *e)
{
	char record_name[NAME_ROOM], spool_name[NAME_ROOM];
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int64_t first = room_for(m, id, last, e);

	if (first < 0)
		return -1;
	names_of(id, record_name, spool_name);
	*record = openat(m->sessions, record_name, flags, 0600);
	if (*record < 0)
		return err_sys(e, "%s", record_name);
	if (flock(*record, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, "%s: lock", record_name);
	if (fallocate(*record, FALLOC_FL_KEEP_SIZE, 0, first) < 0 &&
	    errno != EOPNOTSUPP)
		return err_sys(e, "%s", record_name);
	*spool = openat(m->spool, spool_name, flags | O_APPEND, 0600);
	if (*spool < 0)
		return err_sys(e, "%s", spool_name);
	return fsync(m->sessions) < 0 ? err_sys(e, "fsync") : 0;
}

int
recording_open(struct monitor *m, const char *id, struct err *e)
{
	char record_name[NAME_ROOM], spool_name[NAME_ROOM];
	int fd;

	if (!id_ok(id, 's'))
		return err_set(e, ERR_INPUT, "no channel id");
	names_of(id, record_name, spool_name);
	fd = openat(m->sessions, record_name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, "%s: no recording here", id);
	if (fd < 0)
		return err_sys(e, "%s", record_name);
	return fd;
}

/* What retention removes: told after it stands in the ledger. */
void
recording_remove(struct monitor *m, const char *id)
{
	char record_name[NAME_ROOM], spool_name[NAME_ROOM];

	if (!id_ok(id, 's') || channel_is_open(m, id))
		return;
	names_of(id, record_name, spool_name);
	if (unlinkat(m->sessions, record_name, 0) == 0)
		log_line(LOG_NOTICE, "%s: removed by retention", record_name);
	else if (errno != ENOENT)
		log_line(LOG_ERR, "%s: %s", record_name, strerror(errno));
	(void)unlinkat(m->spool, spool_name, 0);
}
