/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/mask.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/feed.h"

void
mask_fail(struct mask *m, const struct err *e)
{
	if (!m->failed)
		m->err = *e;
	m->failed = true;
}

/* Pages of its own: locked, and not in a core dump, where that is allowed. */
static struct mask *
new_pages(struct err *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t len = (sizeof(struct mask) + page - 1) / page * page;
	struct mask *m = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED) {
		(void)err_sys(e, "mmap");
		return NULL;
	}
	(void)mlock(m, len);
	(void)madvise(m, len, MADV_DONTDUMP);
	m->map_len = len;
	return m;
}

struct mask *
mask_new(const struct mask_rules *rules, const struct mask_options *o,
    struct err *e)
{
	struct mask *m = new_pages(e);

	if (m == NULL)
		return NULL;
	m->rules = rules;
	m->o = *o;
	m->timeout_rule = -1;
	m->col_known = true;
	if (m->o.t1_ns == 0)
		m->o.t1_ns = MASK_T1_NS;
	if (m->o.t2_ns == 0)
		m->o.t2_ns = m->o.tty ? MASK_T2_NS : MASK_T2_PIPE_NS;
	return m;
}

void
mask_free(struct mask *m)
{
	size_t len;

	if (m == NULL)
		return;
	mask_free(m->inner);
	len = m->map_len;
	explicit_bzero(m, len);
	(void)munmap(m, len);
}

static int
result(struct mask *m, struct err *e)
{
	m->out = NULL;
	if (!m->failed)
		return 0;
	if (e != NULL)
		*e = m->err;
	return -1;
}

int
mask_feed(struct mask *m, const void *in, size_t n, int64_t now_ns,
    struct buf *out, struct err *e)
{
	m->out = out;
	m->fed_ns = now_ns;
	if (n == 0)
		return result(m, e);
	feed_bytes(m, in, n);
	if (m->failed)
		return result(m, e);
	hold_settle(m);
	/* a short answer to a key is shown at once unless a value began */
	if (m->o.view == MASK_LIVE && m->answered && n <= 8 && !m->strong &&
	    m->mode == MODE_TEXT)
		emit_to(m, m->rawlen);
	m->answered = false;
	feed_compact(m);
	return result(m, e);
}

int64_t
mask_deadline(const struct mask *m)
{
	if (m->o.view == MASK_RECORD || m->failed || m->em >= m->rawlen)
		return -1;
	return m->fed_ns + (m->strong ? m->o.t2_ns : m->o.t1_ns);
}

int
mask_tick(struct mask *m, int64_t now_ns, struct buf *out, struct err *e)
{
	int64_t at = mask_deadline(m);

	m->out = out;
	if (at >= 0 && now_ns >= at) {
		hold_expire(m);
		feed_compact(m);
	}
	return result(m, e);
}

int
mask_flush(struct mask *m, struct buf *out, struct err *e)
{
	m->out = out;
	feed_end(m);
	return result(m, e);
}

void
mask_resize(struct mask *m, unsigned cols)
{
	m->o.cols = cols;
	m->col_known = false;
	m->row = 0;
}

void
mask_echo(struct mask *m, const void *typed, size_t n, int64_t now_ns)
{
	m->answered = n > 0;
	if (m->o.view != MASK_LIVE)
		return;
	if (now_ns - m->typed_ns > MASK_ECHO_NS)
		m->ntyped = 0;
	if (m->ntyped + n > TYPED_MAX) {
		m->ntyped = 0;
		return;
	}
	memcpy(m->typed + m->ntyped, typed, n);
	m->ntyped += (unsigned)n;
	m->typed_ns = now_ns;
}

size_t
mask_held(const struct mask *m)
{
	return m->rawlen - m->em + (m->inner != NULL ? mask_held(m->inner) :
	    0);
}

int
mask_whole(const struct mask_rules *rules, const struct mask_options *o,
    const char *p, size_t n, struct buf *out, struct err *e)
{
	struct mask *m = mask_new(rules, o, e);
	int rc = m == NULL || mask_feed(m, p, n, 0, out, e) < 0 ||
	    mask_flush(m, out, e) < 0 ? -1 : 0;

	mask_free(m);
	return rc;
}

const char *
mask_state_name(enum mask_state s)
{
	switch (s) {
	case MASK_EXACT:
		return "exact";
	case MASK_RUN:
		return "run";
	case MASK_LATE:
		return "late";
	case MASK_TIMEOUT:
		return "timeout";
	case MASK_SCREEN:
		return "screen";
	}
	return "unknown";
}
