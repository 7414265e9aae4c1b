/* SPDX-License-Identifier: BSD-2-Clause
 * verify_chain.c - keys and the checkpoints they signed. */
#include "report/verify_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/strictjson.h"
#include "schema/keys.h"

#define EPOCHS_MAX 1000000

/* ---- keys ------------------------------------------------------------- */

static int
check_endorsement(const struct verify *v, const struct verify_epoch *k,
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
	struct verify_epoch k = { .first_seq = 0 }, *more;

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

int
verify_keys(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(VERIFY_FILE);
	size_t at = 0;
	char *line;
	int rc = verify_read(v, "keys", &b, e);

	while (rc == 0 && (line = verify_line(&b, &at)) != NULL)
		rc = take_key(v, line, e) < 0 ? err_prefix(e, "keys") : 0;
	buf_clear(&b);
	if (rc == 0)
		verify_say(v, "ok", "signing keys (%zu): each endorsed by the "
		    "one before, the first is the pinned one", v->nepochs);
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
	struct verify_point p = { .met = false }, *more;

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

int
verify_points(struct verify *v, struct err *e)
{
	struct buf b = BUF_INIT(VERIFY_FILE), head = BUF_INIT(NOTE_MAX);
	size_t at = 0;
	char *line;
	int rc = 0, fd = verify_open(v, "checkpoints.ndjson", e);

	if (fd < 0)
		return -1;
	rc = io_read_all(fd, &b, e);
	io_close(&fd);
	while (rc == 0 && (line = verify_line(&b, &at)) != NULL) {
		json_t *j = strictjson_object(line, strlen(line), 2, e);
		const char *note = json_string_value(json_object_get(j,
		    "note"));

		rc = j == NULL ? -1 : note == NULL ? err_set(e, ERR_INPUT,
		    "no note") : add_point(v, note, e);
		json_decref(j);
		if (rc < 0)
			(void)err_prefix(e, "checkpoints.ndjson");
	}
	if (rc == 0 && verify_read(v, "checkpoint", &head, e) == 0)
		rc = add_point(v, head.p, e) < 0 ?
		    err_prefix(e, "checkpoint") : 0;
	else
		rc = -1;
	buf_clear(&b);
	buf_clear(&head);
	return rc;
}

/* The tree has grown: which checkpoints are about this size? */
int
verify_meet(struct verify *v, size_t *next, struct err *e)
{
	unsigned char root[MERKLE_HASH];

	while (*next < v->npoints &&
	    v->points[*next].note.size == v->tree.size) {
		struct verify_point *p = &v->points[*next];

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
