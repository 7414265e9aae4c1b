/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/moved.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/hex.h"
#include "lib/sum.h"
#include "recorder/sftp.h"

struct way {
	struct sum sha;
	uint64_t bytes;
};

struct moved {
	const char *program;
	moved_fn *fn;
	void *arg;
	struct way in, out;
	struct sftp *sftp;	/* NULL: another program */
	bool failed;		/* a fact was not kept */
	struct err why;
};

static int
give(struct moved *m, json_t *fact, struct err *e)
{
	int rc = fact == NULL ? err_set(e, ERR_MEMORY, "out of memory") :
	    m->fn(m->arg, fact, e);

	json_decref(fact);
	return rc;
}

static void
on_fact(void *arg, const struct sftp_fact *f)
{
	struct moved *m = arg;

	if (give(m, sftp_fact_json(f), &m->why) < 0)
		m->failed = true;
}

int
moved_open(const char *program, moved_fn *fn, void *arg, struct moved **ret,
    struct err *e)
{
	struct moved *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	*m = (struct moved){ .program = program, .fn = fn, .arg = arg };
	sum_begin(&m->in.sha);
	sum_begin(&m->out.sha);
	if (strcmp(program, "sftp") == 0 &&
	    (m->sftp = sftp_new(on_fact, m, e)) == NULL) {
		moved_free(m);
		return -1;
	}
	*ret = m;
	return 0;
}

void
moved_free(struct moved *m)
{
	if (m == NULL)
		return;
	sftp_free(m->sftp);
	free(m);
}

static int
answer(struct moved *m, struct err *e)
{
	if (!m->failed)
		return 0;
	*e = m->why;
	return -1;
}

int
moved_bytes(struct moved *m, bool in, const char *p, size_t n,
    struct err *e)
{
	struct way *w = in ? &m->in : &m->out;

	w->bytes += n;
	sum_add(&w->sha, p, n);
	if (m->sftp != NULL) /* lost: it has said so itself */
		(void)(in ? sftp_in(m->sftp, p, n) : sftp_out(m->sftp, p, n));
	return answer(m, e);
}

static void
hex_sum(const struct way *w, char ret[2 * SUM_LEN + 1])
{
	uint8_t sum[SUM_LEN];

	sum_end(&w->sha, sum);
	hex_of(sum, SUM_LEN, ret);
}

int
moved_end(struct moved *m, struct err *e)
{
	char in[2 * SUM_LEN + 1], out[2 * SUM_LEN + 1];

	if (m->sftp != NULL)
		sftp_end(m->sftp);
	hex_sum(&m->in, in);
	hex_sum(&m->out, out);
	if (answer(m, e) < 0)
		return -1;
	return give(m, json_pack("{s:s, s:s, s:I, s:s, s:I, s:s}", "did",
	    "total", "program", m->program, "bytes_in",
	    (json_int_t)m->in.bytes, "sha256_in", in, "bytes_out",
	    (json_int_t)m->out.bytes, "sha256_out", out), e);
}
