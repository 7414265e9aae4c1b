/* SPDX-License-Identifier: BSD-2-Clause
 * verify.c - is this export complete and unaltered?
 * long: one chain of reasoning, to be read from its start to its end
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

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/strictjson.h"
#include "lib/visible.h"
#include "report/report.h"
#include "schema/digest.h"
#include "schema/event.h"
#include "schema/keys.h"
#include "schema/merkle.h"
#include "schema/note.h"
#include "schema/record_read.h"

#define FILE_BYTES (1024UL * 1024 * 1024)
#define EPOCHS_MAX 1000000

struct epoch {
	unsigned char pub[NOTE_KEY];
	int64_t first_seq;
};

struct point {			/* a checkpoint to be met on the way */
	struct note note;
	int64_t epoch;
	bool met;
};

struct verify {
	struct report *r;
	int dir;
	char origin[NOTE_NAME_MAX];
	unsigned char pin[NOTE_KEY];
	struct epoch *epochs;
	size_t nepochs;
	struct point *points;
	size_t npoints;
	struct merkle tree;
	json_t *sums;		/* name: digest, taken away when seen */
	json_t *seen;		/* names of files that were read */
	json_t *seals;		/* recordings that must be there: its seal */
	json_t *open;		/* channels begun and not sealed */
	int64_t gone;		/* bodies that were removed */
	unsigned fails, warnings;
	json_t *lines;		/* with --json */
};

/* ---- what is found ---------------------------------------------------- */

static void __attribute__((format(printf, 3, 4)))
say(struct verify *v, const char *verdict, const char *fmt, ...)
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
static int
open_listed(struct verify *v, const char *name, struct err *e)
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
	digest_hex(sum, sizeof(sum), hex);
	if (want == NULL)
		say(v, "FAIL", "%s: not listed in SHA256SUMS", name);
	else if (strcmp(want, hex) != 0)
		say(v, "FAIL", "%s: its bytes are not those that were "
		    "exported", name);
	(void)json_object_del(v->sums, name);
	(void)json_object_set_new(v->seen, name, json_true());
	return fd;
}

static int
read_listed(struct verify *v, const char *name, struct buf *b,
    struct err *e)
{
	int fd = open_listed(v, name, e), rc;

	if (fd < 0)
		return -1;
	rc = io_read_all(fd, b, e);
	io_close(&fd);
	if (rc == 0 && (b->len == 0 || memchr(b->p, '\0', b->len) != NULL))
		return err_set(e, ERR_INPUT, "%s: empty, or no text", name);
	return rc < 0 ? err_prefix(e, "%s", name) : 0;
}

/* The next line of b from *at on; NULL behind the last. */
static char *
next_line(struct buf *b, size_t *at)
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
	struct buf b = BUF_INIT(FILE_BYTES);
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
		say(v, "FAIL", "SHA256SUMS: its last line is cut");
	while (rc == 0 && (line = next_line(&b, &at)) != NULL) {
		if (strlen(line) < 67 || memcmp(line + 64, "  ", 2) != 0) {
			say(v, "FAIL", "SHA256SUMS: a line that is none");
			continue;
		}
		line[64] = '\0';
		if (digest_unhex(line, sum, DIGEST_LEN) < 0 ||
		    json_object_get(v->sums, line + 66) != NULL ||
		    json_object_set_new(v->sums, line + 66,
		    json_string(line)) < 0)
			say(v, "FAIL", "SHA256SUMS: a line that is none");
	}
	buf_clear(&b);
	return rc;
}

/* ---- keys ------------------------------------------------------------- */

static int
check_endorsement(const struct verify *v, const struct epoch *k,
    int64_t start_us, const char *endorse, struct err *e)
{
	struct buf statement = BUF_INIT(1024);
	unsigned char sig[NOTE_SIG + 3];
	int rc = -1;

	if (b64_decode(endorse, strlen(endorse), sig, sizeof(sig), e) ==
	    NOTE_SIG && keys_statement(v->origin, v->nepochs, k->pub,
	    (uint64_t)k->first_seq, start_us, &statement, e) == 0)
		rc = note_ed25519(v->epochs[v->nepochs - 1].pub, statement.p,
		    statement.len, sig, e);
	buf_clear(&statement);
	return rc;
}

static int
take_key(struct verify *v, const char *line, struct err *e)
{
	unsigned char pub[NOTE_KEY + 3];
	long long epoch, first, start;
	char key[64], endorse[128], again[300];
	struct epoch k = { .first_seq = 0 }, *more;

	if (sscanf(line, "%lld %63s %lld %lld %127s", &epoch, key, &first,
	    &start, endorse) != 5 || epoch != (long long)v->nepochs ||
	    v->nepochs == EPOCHS_MAX ||
	    b64_decode(key, strlen(key), pub, sizeof(pub), e) != NOTE_KEY)
		return err_set(e, ERR_INPUT, "line %zu is none",
		    v->nepochs + 1);
	(void)snprintf(again, sizeof(again), "%lld %s %lld %lld %s", epoch,
	    key, first, start, endorse);
	if (strcmp(again, line) != 0)
		return err_set(e, ERR_INPUT, "line %zu is written otherwise",
		    v->nepochs + 1);
	(void)memcpy(k.pub, pub, NOTE_KEY);
	k.first_seq = first;
	if (epoch == 0 && (memcmp(pub, v->pin, NOTE_KEY) != 0 ||
	    strcmp(endorse, "-") != 0 || first != 0))
		return err_set(e, ERR_CRYPTO, "the first key is not the one "
		    "that was pinned (--key)");
	if (epoch > 0 && (first <= v->epochs[epoch - 1].first_seq ||
	    check_endorsement(v, &k, start, endorse, e) < 0))
		return err_set(e, ERR_CRYPTO, "the key of epoch %lld is not "
		    "endorsed by the one before", epoch);
	more = realloc(v->epochs, (v->nepochs + 1) * sizeof(*more));
	if (more == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	v->epochs = more;
	v->epochs[v->nepochs++] = k;
	return 0;
}

static int
check_keys(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	size_t at = 0;
	char *line;
	int rc = read_listed(v, "keys", &b, e);

	while (rc == 0 && (line = next_line(&b, &at)) != NULL)
		rc = take_key(v, line, e) < 0 ? err_prefix(e, "keys") : 0;
	buf_clear(&b);
	if (rc == 0)
		say(v, "ok", "signing keys (%zu): each endorsed by the one "
		    "before, the first is the pinned one", v->nepochs);
	return rc;
}

/* ---- checkpoints ------------------------------------------------------ */

/* The epoch that may sign a tree of this size. */
static int64_t
epoch_of(const struct verify *v, uint64_t size)
{
	size_t i = v->nepochs;

	while (i > 0 && (uint64_t)v->epochs[i - 1].first_seq >= size)
		i--;
	return (int64_t)i - 1;
}

static int
add_point(struct verify *v, const char *text, struct err *e)
{
	struct point p = { .met = false }, *more;

	if (note_parse(text, strlen(text), &p.note, e) < 0)
		return -1;
	if (strcmp(p.note.origin, v->origin) != 0)
		return err_set(e, ERR_CRYPTO, "it is of another ledger");
	p.epoch = epoch_of(v, p.note.size);
	if (p.epoch < 0 || note_verify(text, &p.note,
	    v->epochs[p.epoch].pub, e) < 0)
		return err_set(e, ERR_CRYPTO, "the signature over %" PRIu64
		    " events does not hold", p.note.size);
	if (v->npoints > 0 && p.note.size < v->points[v->npoints - 1].note.size)
		return err_set(e, ERR_INPUT, "checkpoints are out of order");
	more = realloc(v->points, (v->npoints + 1) * sizeof(*more));
	if (more == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	v->points = more;
	v->points[v->npoints++] = p;
	return 0;
}

static int
check_points(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(FILE_BYTES), head = BUF_INIT(NOTE_MAX);
	size_t at = 0;
	char *line;
	int rc = 0, fd = open_listed(v, "checkpoints.ndjson", e);

	if (fd < 0)
		return -1;
	rc = io_read_all(fd, &b, e);
	io_close(&fd);
	while (rc == 0 && (line = next_line(&b, &at)) != NULL) {
		json_t *j = strictjson_object(line, strlen(line), 2, e);
		const char *note = json_string_value(json_object_get(j,
		    "note"));

		rc = j == NULL ? -1 : note == NULL ? err_set(e, ERR_INPUT,
		    "no note") : add_point(v, note, e);
		json_decref(j);
		if (rc < 0)
			(void)err_prefix(e, "checkpoints.ndjson");
	}
	if (rc == 0 && read_listed(v, "checkpoint", &head, e) == 0)
		rc = add_point(v, head.p, e) < 0 ?
		    err_prefix(e, "checkpoint") : 0;
	else
		rc = -1;
	buf_clear(&b);
	buf_clear(&head);
	return rc;
}

/* The tree has grown: which checkpoints are about this size? */
static int
meet(struct verify *v, size_t *next, struct err *e)
{
	unsigned char root[MERKLE_HASH];

	while (*next < v->npoints &&
	    v->points[*next].note.size == v->tree.size) {
		struct point *p = &v->points[*next];

		if (merkle_root(&v->tree, root, e) < 0)
			return -1;
		if (memcmp(root, p->note.root, sizeof(root)) != 0)
			return err_set(e, ERR_CRYPTO, "the first %" PRIu64
			    " events are not those that were signed",
			    p->note.size);
		p->met = true;
		(*next)++;
	}
	return 0;
}

/* ---- events ----------------------------------------------------------- */

static void
note_channel(struct verify *v, const struct event *ev, const char *text)
{
	json_t *body;

	if (strcmp(ev->kind, "channel.open") == 0) {
		(void)json_object_set_new(v->open, ev->session, json_true());
		return;
	}
	if (strcmp(ev->kind, "channel.lost") == 0)
		say(v, "WARN", "%s: there is no recording: it was lost",
		    ev->session);
	if (strcmp(ev->kind, "channel.seal") != 0 &&
	    strcmp(ev->kind, "channel.lost") != 0)
		return;
	(void)json_object_del(v->open, ev->session);
	body = text == NULL ? NULL : json_loads(text, 0, NULL);
	if (strcmp(ev->kind, "channel.seal") == 0)
		(void)json_object_set_new(v->seals, ev->session,
		    body == NULL ? json_object() : json_incref(body));
	json_decref(body);
}

static int
check_body(struct verify *v, const json_t *j, const struct event *ev,
    struct err *e)
{
	const char *body = json_string_value(json_object_get(j, "body"));
	const char *salt = json_string_value(json_object_get(j, "salt"));
	unsigned char salt_bytes[EVENT_SALT], hash[EVENT_HASH];

	if (body == NULL && salt == NULL) {
		v->gone++; /* by retention: an event of its own says so */
		note_channel(v, ev, NULL);
		return 0;
	}
	if (body == NULL || salt == NULL ||
	    digest_unhex(salt, salt_bytes, sizeof(salt_bytes)) < 0)
		return err_set(e, ERR_INPUT, "its body is none");
	if (event_body_hash(salt_bytes, body, strlen(body), hash, e) < 0)
		return -1;
	if (memcmp(hash, ev->body_hash, sizeof(hash)) != 0)
		return err_set(e, ERR_CRYPTO, "its body was changed");
	note_channel(v, ev, body);
	return 0;
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

static int
check_events(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	size_t at = 0, next = 0;
	char *line;
	int rc = read_listed(v, "events.ndjson", &b, e);

	while (rc == 0 && (line = next_line(&b, &at)) != NULL) {
		rc = take_event(v, line, e);
		if (rc == 0)
			rc = meet(v, &next, e);
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
		say(v, "ok", "%" PRIu64 " events are those of %zu signed "
		    "checkpoints of %s", v->tree.size, v->npoints, v->origin);
	if (rc == 0 && v->gone > 0)
		say(v, "WARN", "the bodies of %" PRId64 " events are gone "
		    "(retention)", v->gone);
	return rc;
}

/* ---- recordings ------------------------------------------------------- */

static void
check_recording(struct verify *v, const char *id, const json_t *seal)
{
	const char *want = json_string_value(json_object_get(seal,
	    "sha256"));
	const char *state = json_string_value(json_object_get(seal,
	    "state"));
	struct record_summary s = { 0 };
	unsigned char sum[DIGEST_LEN];
	char name[80], hex[DIGEST_HEX];
	struct err e = { 0 };
	int fd;

	(void)snprintf(name, sizeof(name), "recordings/%s.cast.zst", id);
	fd = open_listed(v, name, &e);
	if (fd < 0) {
		say(v, "FAIL", "%s: the recording that was sealed is not "
		    "there", name);
		return;
	}
	if (digest_fd(fd, sum, &e) < 0)
		say(v, "FAIL", "%s: %s", name, e.text);
	digest_hex(sum, sizeof(sum), hex);
	if (want == NULL)
		say(v, "WARN", "%s: its seal is gone (retention)", id);
	else if (strcmp(want, hex) != 0)
		say(v, "FAIL", "%s: not the file that was sealed", name);
	(void)lseek(fd, 0, SEEK_SET);
	if (record_verify(fd, NULL, &s, &e) < 0)
		say(v, "FAIL", "%s: %s", name, e.text);
	else if (state != NULL && strcmp(state, "completed") == 0 &&
	    !s.closed)
		say(v, "FAIL", "%s: its end is missing", name);
	else if (state != NULL && strcmp(state, "completed") != 0)
		say(v, "WARN", "%s: sealed as %s", id, state);
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
		say(v, "ok", "%zu recordings are those that were sealed, "
		    "whole and in order", json_object_size(v->seals));
	json_object_foreach(v->open, id, seal) {
		say(v, "WARN", "%s: was still running at the export", id);
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

	while (d != NULL && (entry = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s%s%s",
		    folder[0] == '.' ? "" : folder, folder[0] == '.' ? "" :
		    "/", entry->d_name);
		if (entry->d_name[0] == '.' ||
		    strcmp(name, "SHA256SUMS") == 0 ||
		    strcmp(name, "recordings") == 0)
			continue;
		if (json_object_get(v->seen, name) == NULL)
			say(v, "FAIL", "%s: a file that belongs to nothing",
			    name);
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

	if (read_sums(v, e) == 0 && read_listed(v, "README.txt", &b, e) == 0 &&
	    check_keys(v, e) == 0 && check_points(v, e) == 0 &&
	    check_events(v, e) == 0) {
		check_recordings(v);
		check_strays(v, ".");
		check_strays(v, "recordings");
		json_object_foreach(v->sums, name, sum) {
			say(v, "FAIL", "%s: listed, and not part of the "
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
	    .seen = json_object(), .seals = json_object(), .open = json_object() };

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
		say(&v, "FAIL", "%s", e->text);
	conclude(&v);
	r->status = v.fails > 0 ? 2 : v.warnings > 0 ? 1 : 0;
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
