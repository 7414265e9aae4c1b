/* SPDX-License-Identifier: BSD-2-Clause
 * verify.c - is this export complete and unaltered?
 *
 * Everything follows from one pinned key: it signs or endorses what signs
 * the head, the head is the root of all events, an event names the digest of
 * its body, a seal's body names the digest of a recording. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/visible.h"
#include "report/verify_private.h"
#include "schema/digest.h"
#include "schema/record_read.h"

/* ---- what is found ---------------------------------------------------- */

void
verify_say(struct verify *v, const char *verdict, const char *fmt, ...)
{
	char text[700], shown[900];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->fails += strcmp(verdict, "FAIL") == 0 ? 1 : 0;
	v->warnings += strcmp(verdict, "WARN") == 0 ? 1 : 0;
	(void)visible(text, shown, sizeof(shown));
	if (v->lines != NULL)
		(void)json_array_append_new(v->lines, json_pack("{s:s, s:s}",
		    "verdict", verdict, "text", shown));
	else
		(void)fprintf(v->r->out, "%-4s  %s\n", verdict, shown);
}

/* ---- files ------------------------------------------------------------ */

/* The whole file; its digest is compared with SHA256SUMS. */
int
verify_open(struct verify *v, const char *name, struct err *e)
{
	const char *want = json_string_value(json_object_get(v->sums, name));
	unsigned char sum[DIGEST_LEN];
	char hex[DIGEST_HEX];
	int fd = openat(v->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_sys(e, "%s", name);
	if (digest_fd(fd, sum, e) < 0) {
		io_close(&fd);
		return -1;
	}
	hex_of(sum, sizeof(sum), hex);
	if (want == NULL)
		verify_say(v, "FAIL", "%s: not listed in SHA256SUMS", name);
	else if (strcmp(want, hex) != 0)
		verify_say(v, "FAIL", "%s: its bytes are not those that were "
		    "exported", name);
	(void)json_object_del(v->sums, name);
	(void)json_object_set_new(v->seen, name, json_true());
	return fd;
}

int
verify_read(struct verify *v, const char *name, struct buf *b,
    struct err *e)
{
	int fd = verify_open(v, name, e), rc;

	if (fd < 0)
		return -1;
	rc = io_read_all(fd, b, e);
	io_close(&fd);
	if (rc == 0 && (b->len == 0 || memchr(b->p, '\0', b->len) != NULL))
		return err_set(e, ERR_INPUT, "%s: empty, or no text", name);
	return rc < 0 ? err_prefix(e, "%s", name) : 0;
}

/* The next line of b from *at on; NULL behind the last. */
char *
verify_line(struct buf *b, size_t *at)
{
	char *line = b->p + *at, *nl;

	if (*at >= b->len)
		return NULL;
	nl = memchr(line, '\n', b->len - *at);
	if (nl == NULL)
		nl = b->p + b->len;
	*nl = '\0';
	*at = (size_t)(nl - b->p) + 1;
	return line;
}

static int
read_sums(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(VERIFY_FILE);
	int fd = openat(v->dir, "SHA256SUMS", O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW);
	unsigned char sum[DIGEST_LEN];
	char *line;
	size_t at = 0;
	int rc;

	if (fd < 0)
		return err_sys(e, "SHA256SUMS: is this an export?");
	rc = io_read_all(fd, &b, e);
	io_close(&fd);
	if (rc == 0 && b.len > 0 && b.p[b.len - 1] != '\n')
		verify_say(v, "FAIL", "SHA256SUMS: its last line is cut");
	while (rc == 0 && (line = verify_line(&b, &at)) != NULL) {
		if (strlen(line) < 67 || memcmp(line + 64, "  ", 2) != 0) {
			verify_say(v, "FAIL", "SHA256SUMS: no line of one");
			continue;
		}
		line[64] = '\0';
		if (digest_unhex(line, sum, DIGEST_LEN) < 0 ||
		    json_object_get(v->sums, line + 66) != NULL ||
		    json_object_set_new(v->sums, line + 66,
		    json_string(line)) < 0)
			verify_say(v, "FAIL", "SHA256SUMS: no line of one");
	}
	buf_clear(&b);
	return rc;
}

/* ---- recordings ------------------------------------------------------- */

/* There is no file: a run of retention must have removed the one that was
 * sealed. */
static bool
was_removed(struct verify *v, const char *id, const char *want)
{
	const char *gone = json_string_value(json_object_get(
	    v->gone.recordings, id));

	return gone != NULL && (want == NULL || strcmp(want, gone) == 0);
}

/* fd is at the file's start. */
static void
check_digest(struct verify *v, const char *name, int fd, const char *want)
{
	unsigned char sum[DIGEST_LEN];
	char hex[DIGEST_HEX];
	struct err e = { 0 };

	if (want == NULL) {
		/* retention takes a seal's body only with its recording */
		verify_say(v, "FAIL", "%s: nothing says which file was "
		    "sealed", name);
		return;
	}
	if (digest_fd(fd, sum, &e) < 0) {
		verify_say(v, "FAIL", "%s: %s", name, e.text);
		return;
	}
	hex_of(sum, sizeof(sum), hex);
	if (strcmp(want, hex) != 0)
		verify_say(v, "FAIL", "%s: not the file that was sealed", name);
	(void)lseek(fd, 0, SEEK_SET);
}

/* The file is hashed by the monitor, the end of its chain is the recorder's
 * word: both are sealed and have to agree. */
static bool
ends_so(const json_t *seal, const unsigned char last[RECORD_HASH])
{
	const char *want = json_string_value(json_object_get(seal, "hash"));
	char hex[2 * RECORD_HASH + 1];

	hex_of(last, RECORD_HASH, hex);
	return want == NULL || strcmp(want, hex) == 0;
}

static void
check_recording(struct verify *v, const char *id, const json_t *seal)
{
	const char *want = json_string_value(json_object_get(seal,
	    "sha256"));
	const char *state = json_string_value(json_object_get(seal,
	    "state"));
	struct record_summary s = { 0 };
	struct err e = { 0 };
	char name[80];
	int fd;

	(void)snprintf(name, sizeof(name), "recordings/%s.cast.zst", id);
	fd = verify_open(v, name, &e);
	if (fd < 0 && was_removed(v, id, want)) {
		v->removed++;
		return;
	}
	if (fd < 0) {
		verify_say(v, "FAIL", "%s: the recording that was sealed is "
		    "not there", name);
		return;
	}
	if (was_removed(v, id, want))
		verify_say(v, "FAIL", "%s: retention removed it, and here it "
		    "is", name);
	check_digest(v, name, fd, want);
	if (record_verify(fd, NULL, &s, &e) < 0)
		verify_say(v, "FAIL", "%s: %s", name, e.text);
	else if (state != NULL && strcmp(state, "completed") == 0 &&
	    !s.closed)
		verify_say(v, "FAIL", "%s: its end is missing", name);
	else if (state != NULL && strcmp(state, "completed") != 0)
		verify_say(v, "WARN", "%s: sealed as %s", id, state);
	else if (!ends_so(seal, s.hash))
		verify_say(v, "FAIL", "%s: its chain does not end as it was "
		    "sealed", name);
	io_close(&fd);
}

static void
check_recordings(struct verify *v)
{
	const char *id;
	json_t *seal;
	unsigned fails = v->fails;

	json_object_foreach(v->seals, id, seal) {
		check_recording(v, id, seal);
	}
	if (fails == v->fails)
		verify_say(v, "ok", "%zu recordings are those that were "
		    "sealed, whole and in order; %zu more were removed by retention",
		    json_object_size(v->seals) - v->removed, v->removed);
	json_object_foreach(v->open, id, seal) {
		verify_say(v, "WARN", "%s: was still running at the export",
		    id);
	}
}

/* What nobody has asked for: files of no use, or hidden evidence. */
static void
check_strays(struct verify *v, const char *folder)
{
	int fd = openat(v->dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	char name[300];

	if (d == NULL)
		verify_say(v, "FAIL", "%s: a folder that cannot be read: %s",
		    folder, strerror(errno));
	while (d != NULL && (entry = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s%s%s",
		    folder[0] == '.' ? "" : folder, folder[0] == '.' ? "" :
		    "/", entry->d_name);
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    strcmp(name, "SHA256SUMS") == 0 ||
		    strcmp(name, "recordings") == 0)
			continue;
		if (json_object_get(v->seen, name) == NULL)
			verify_say(v, "FAIL", "%s: a file that belongs to "
			    "nothing", name);
	}
	if (d != NULL)
		(void)closedir(d);
	else
		io_close(&fd);
}

static int
check_all(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(64 * 1024);
	const char *name;
	json_t *sum;
	int rc = -1;

	if (read_sums(v, e) == 0 && verify_read(v, "README.txt", &b, e) == 0 &&
	    verify_keys(v, e) == 0 && verify_points(v, e) == 0 &&
	    verify_events(v, e) == 0) {
		check_recordings(v);
		check_strays(v, ".");
		check_strays(v, "recordings");
		json_object_foreach(v->sums, name, sum) {
			verify_say(v, "FAIL", "%s: listed, and not part of the "
			    "export", name);
		}
		rc = 0;
	}
	buf_clear(&b);
	return rc;
}

static void
conclude(const struct verify *v)
{
	const char *text = v->fails > 0 ? "FAIL: this export was altered or "
	    "is not complete" : v->warnings > 0 ?
	    "complete and unaltered, with the warnings above" :
	    "complete and unaltered";

	if (v->lines == NULL) {
		(void)fprintf(v->r->out, "%s\n", text);
		return;
	}
	json_t *all = json_pack("{s:s, s:i, s:i, s:O}", "result",
	    v->fails > 0 ? "fail" : v->warnings > 0 ? "warning" : "ok",
	    "failures", (int)v->fails, "warnings", (int)v->warnings,
	    "lines", v->lines);
	(void)json_dumpf(all, v->r->out, JSON_INDENT(2));
	(void)fputc('\n', v->r->out);
	json_decref(all);
}

int
report_verify(struct report *r, struct err *e)
{
	const char *key = words_value(r->words, "key");
	struct verify v = { .r = r, .dir = -1, .sums = json_object(),
	    .seen = json_object(), .seals = json_object(),
	    .open = json_object(), .gone.recordings = json_object() };

	r->status = 3; /* unreadable, until it was read */
	if (key == NULL)
		return err_set(e, ERR_USAGE, "verify needs --key KEY, the "
		    "one written down when the host was set up "
		    "(warrant-report fingerprint)");
	if (note_vkey_parse(key, v.origin, v.pin, e) < 0)
		return err_prefix(e, "--key");
	v.dir = open(r->words->arg[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v.dir < 0)
		return err_sys(e, "%.200s", r->words->arg[0]);
	if (r->format == SHEET_JSON)
		v.lines = json_array();
	if (check_all(&v, e) < 0)
		verify_say(&v, "FAIL", "%s", e->text);
	conclude(&v);
	r->status = v.fails > 0 ? 2 : v.warnings > 0 ? 1 : 0;
	verify_gone_clear(&v);
	free(v.points);
	free(v.epochs);
	json_decref(v.sums);
	json_decref(v.seen);
	json_decref(v.seals);
	json_decref(v.open);
	json_decref(v.lines);
	io_close(&v.dir);
	return 0;
}
