/* SPDX-License-Identifier: BSD-2-Clause
 * recording.c - record files: made, opened, left over. */
#include "approver/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"

#define RESERVE (1024 * 1024)	/* bytes of disk a record begins with */
#define NAME_ROOM 48

static void
names_of(const char *id, char record[NAME_ROOM], char spool[NAME_ROOM])
{
	(void)snprintf(record, NAME_ROOM, "%s.cast.zst", id);
	(void)snprintf(spool, NAME_ROOM, "%s.spool", id);
}

int
recording_make(struct monitor *m, const char *id, int *record, int *spool,
    struct err *e)
{
	char record_name[NAME_ROOM], spool_name[NAME_ROOM];
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int64_t min_mib = conf_int(conf_section(m->conf, "record"),
	    "min_free");
	struct statvfs v;

	if (fstatvfs(m->sessions, &v) < 0)
		return err_sys(e, "fstatvfs");
	if ((int64_t)(v.f_bavail * (v.f_frsize / 512) / 2048) < min_mib)
		return err_set(e, ERR_CANNOT_RECORD,
		    "less than %lld MiB are free for recordings",
		    (long long)min_mib);
	names_of(id, record_name, spool_name);
	*record = openat(m->sessions, record_name, flags, 0600);
	if (*record < 0)
		return err_sys(e, "%s", record_name);
	if (flock(*record, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, "%s: lock", record_name);
	if (fallocate(*record, FALLOC_FL_KEEP_SIZE, 0, RESERVE) < 0 &&
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

void
recording_leftover(struct monitor *m, const char *id)
{
	struct err e = { 0 };
	int fd;

	if (!id_ok(id, 's') || channel_is_open(m, id))
		return;
	fd = recording_open(m, id, &e);
	if (fd < 0) {
		if (e.code == ERR_NOT_FOUND)
			channel_void(m, id, "there is no record of it");
		else
			log_line(LOG_ERR, "%s: %s", id, e.text);
		return;
	}
	if (flock(fd, LOCK_SH | LOCK_NB) < 0) {
		io_close(&fd); /* its recorder still writes: look later */
		return;
	}
	log_line(LOG_NOTICE, "%s: sealed as interrupted", id);
	digest_start(m, fd, json_pack("{s:s, s:s, s:s}", "op",
	    "channel.seal", "channel", id, "state", "interrupted"));
}
