/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "recorder/mask/table.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/sum.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/rulepath.h"

#define MAGIC "WMASKTB2"
#define ALIGN 16		/* of each part */

struct head {
	char magic[8];
	uint8_t build[SUM_LEN];	/* what its structs and numbers mean */
	uint8_t sum[SUM_LEN];	/* of all that follows the header */
	uint64_t size;		/* of the file */
	uint32_t nrule, nallow, nprofile, profiles, default_profiles;
	uint32_t nclass, nstate, accept_min, npool;
	uint16_t start[PREV_N];
	uint8_t cls[SYM_N];
	char hash[MASK_HASH_HEX];
	char profile[RULE_PROFILES][RULE_PROFILE_MAX];
};

/* Where the parts lie: offsets from the header on. */
struct parts {
	size_t rule, allow, meta, next, pool, starts, words, end;
};

static size_t
aligned(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* Counts are below 2^32 and sizes below 2^10: nothing overflows. */
static struct parts
parts_of(const struct head *h)
{
	struct parts p;

	p.rule = aligned(sizeof(*h));
	p.allow = p.rule + aligned(h->nrule * sizeof(struct rule));
	p.meta = p.allow + aligned(h->nallow * sizeof(struct rule_allow));
	p.next = p.meta + aligned(h->nstate * sizeof(uint32_t));
	p.pool = p.next + aligned((size_t)h->nstate * h->nclass *
	    sizeof(uint16_t));
	p.starts = p.pool + aligned(h->npool * sizeof(uint16_t));
	p.words = p.starts + aligned(sizeof(struct sieve));
	p.end = p.words + aligned(sizeof(struct sieve));
	return p;
}

/* Names what a table of this build means by its bytes. */
static int
build_of(uint8_t ret[SUM_LEN], struct err *e)
{
	struct buf b = BUF_INIT(16384);
	const char *name;
	int rc = buf_printf(&b, e, "%s %s %zu %zu %zu %zu %zu", MAGIC,
	    PACKAGE_VERSION, sizeof(struct head), sizeof(struct rule),
	    sizeof(struct rule_allow), sizeof(struct check),
	    sizeof(struct sieve));

	for (size_t i = 0; rc == 0 && (name = check_name(i)) != NULL; i++)
		rc = buf_printf(&b, e, " %s", name);
	if (rc == 0)
		sum_of(b.p, b.len, ret);
	buf_clear(&b);
	return rc;
}

/* ---- its name --------------------------------------------------------- */

static int
add_file(void *arg, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, "%s", path);
	return buf_printf(arg, e, "%s %lld %llu %llu %lld.%09ld %lld.%09ld\n",
	    slash == NULL ? path : slash + 1, (long long)st.st_size,
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	    (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

int
table_name(const char *const *paths, size_t n, const char *profiles,
    char ret[TABLE_NAME_MAX], struct err *e)
{
	struct buf b = BUF_INIT(1024 * 1024);
	uint8_t sum[SUM_LEN];
	int rc = -1;

	if (build_of(sum, e) == 0 && buf_put(&b, sum, sizeof(sum), e) == 0 &&
	    rulepath_each(paths, n, add_file, &b, e) == 0 &&
	    buf_puts(&b, profiles == NULL ? "" : profiles, e) == 0) {
		rc = 0;
		sum_of(b.p, b.len, sum);
		hex_of(sum, 16, ret);
		(void)strcpy(ret + 32, ".table");
	}
	buf_clear(&b);
	return rc;
}

/* ---- made ------------------------------------------------------------- */

static void
fill_head(const struct mask_rules *r, struct head *h)
{
	const struct dfa *d = &r->dfa;

	*h = (struct head){ .magic = MAGIC, .nrule = (uint32_t)r->set.n,
	    .nallow = (uint32_t)r->set.nallow,
	    .nprofile = (uint32_t)r->set.nprofile, .profiles = r->profiles,
	    .default_profiles = r->set.default_profiles,
	    .nclass = d->nclass, .nstate = d->nstate,
	    .accept_min = d->accept_min, .npool = d->npool };
	memcpy(h->start, d->start, sizeof(h->start));
	memcpy(h->cls, d->cls, sizeof(h->cls));
	memcpy(h->hash, r->hash, sizeof(h->hash));
	memcpy(h->profile, r->set.profile, sizeof(h->profile));
}

int
table_format(const struct mask_rules *r, struct buf *b, struct err *e)
{
	const struct dfa *d = &r->dfa;
	struct head h;
	struct parts p;
	char *to;

	fill_head(r, &h);
	p = parts_of(&h);
	h.size = p.end;
	to = p.end > TABLE_SIZE_MAX ? NULL : buf_room(b, p.end, e);
	if (to == NULL)
		return err_set(e, ERR_LIMIT, "rules of more than %d bytes",
		    TABLE_SIZE_MAX);
	memset(to, 0, p.end);
	memcpy(to + p.rule, r->set.rule, r->set.n * sizeof(*r->set.rule));
	if (r->set.nallow > 0)
		memcpy(to + p.allow, r->set.allow, r->set.nallow *
		    sizeof(*r->set.allow));
	memcpy(to + p.meta, d->meta, d->nstate * sizeof(*d->meta));
	memcpy(to + p.next, d->next, (size_t)d->nstate * d->nclass *
	    sizeof(*d->next));
	memcpy(to + p.pool, d->pool, d->npool * sizeof(*d->pool));
	memcpy(to + p.starts, &r->starts, sizeof(r->starts));
	memcpy(to + p.words, &r->words, sizeof(r->words));
	if (build_of(h.build, e) < 0)
		return -1;
	sum_of(to + p.rule, p.end - p.rule, h.sum);
	memcpy(to, &h, sizeof(h));
	b->len += p.end;
	return 0;
}

/* ---- used ------------------------------------------------------------- */

static bool
ends(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

/* A bool of another value than 0 and 1 is none to the compiler. */
static bool
bools_ok(const struct rule *r)
{
	const bool *const b[] = { &r->munch, &r->block, &r->has_run,
	    &r->keep_sep, &r->timeout_release };

	for (size_t i = 0; i < sizeof(b) / sizeof(b[0]); i++)
		if (*(const unsigned char *)b[i] > 1)
			return false;
	return true;
}

static bool
rule_ok(const struct rule *r)
{
	bool ok = ends(r->id, sizeof(r->id)) &&
	    ends(r->tag, sizeof(r->tag)) &&
	    r->near[RULE_NEAR_MAX - 1] == '\0' &&
	    r->near[RULE_NEAR_MAX - 2] == '\0' &&
	    r->action <= ACTION_MASK && r->left <= BOUND_NUMBER &&
	    r->right <= BOUND_NUMBER && r->canon <= CANON_UPPER &&
	    r->nchecks >= 0 && r->nchecks <= RULE_CHECKS &&
	    r->after >= 0 && r->after <= RULE_RUN_MAX &&
	    r->keep_head >= 0 && r->keep_head <= RULE_RUN_MAX &&
	    r->keep_tail >= 0 && r->keep_tail <= RULE_RUN_MAX &&
	    r->hold_k >= 0 && r->hold_k <= RULE_RUN_MAX &&
	    r->within >= 0 && r->within < HIST_KEEP && bools_ok(r);

	for (int i = 0; ok && i < r->nchecks; i++)
		ok = r->check[i].kind >= 0 &&
		    check_name((size_t)r->check[i].kind) != NULL &&
		    ends(r->check[i].arg, sizeof(r->check[i].arg));
	return ok;
}

static bool
head_ok(const struct head *h, size_t size)
{
	bool ok = memcmp(h->magic, MAGIC, sizeof(h->magic)) == 0 &&
	    h->size == size && h->nrule > 0 && h->nrule < DFA_RULES_MAX &&
	    h->nallow <= size && h->nprofile <= RULE_PROFILES &&
	    h->nclass > 0 && h->nclass <= SYM_N && h->nstate > 0 &&
	    h->nstate <= DFA_STATES_MAX && h->accept_min <= h->nstate &&
	    h->npool <= size && ends(h->hash, sizeof(h->hash)) &&
	    parts_of(h).end == size;

	for (size_t i = 0; ok && i < PREV_N; i++)
		ok = h->start[i] < h->nstate;
	for (size_t i = 0; ok && i < SYM_N; i++)
		ok = h->cls[i] < h->nclass;
	for (size_t i = 0; ok && i < h->nprofile; i++)
		ok = ends(h->profile[i], sizeof(h->profile[i]));
	return ok;
}

/* Every state leads to a state, every list lies in the pool and names rules
 * that there are. */
static bool
dfa_ok(const struct dfa *d, uint32_t nrule)
{
	size_t n = (size_t)d->nstate * d->nclass;
	uint16_t top = 0;

	for (size_t i = 0; i < n; i++)
		top = d->next[i] > top ? d->next[i] : top;
	if (top >= d->nstate)
		return false;
	for (uint32_t s = 0; s < d->nstate; s++) {
		uint32_t at = d->meta[s];
		const uint16_t *list = d->pool + at;

		if (at > d->npool || d->npool - at < 2 ||
		    d->npool - at - 2 < (uint32_t)list[0] + list[1])
			return false;
		for (uint32_t i = 0; i < (uint32_t)list[0] + list[1]; i++)
			if ((i < list[0] ? list[2 + i] :
			    LIVE_RULE(list[2 + i])) >= nrule)
				return false;
	}
	return true;
}

static bool
set_ok(const struct ruleset *s)
{
	bool ok = true;

	for (size_t i = 0; ok && i < s->n; i++)
		ok = rule_ok(&s->rule[i]);
	for (size_t i = 0; ok && i < s->nallow; i++)
		ok = s->allow[i].rule < s->n && ends(s->allow[i].value,
		    sizeof(s->allow[i].value));
	return ok;
}

/* What the table holds, without asking whether it makes sense. */
static void
point(const char *map, const struct head *h, struct mask_rules *r)
{
	struct parts p = parts_of(h);

	*r = (struct mask_rules){ .profiles = h->profiles, .all_live = true,
	    .borrowed = true };
	r->set.rule = (struct rule *)(uintptr_t)(map + p.rule);
	r->set.n = h->nrule;
	r->set.allow = (struct rule_allow *)(uintptr_t)(map + p.allow);
	r->set.nallow = h->nallow;
	r->set.nprofile = h->nprofile;
	r->set.default_profiles = h->default_profiles;
	memcpy(r->set.profile, h->profile, sizeof(h->profile));
	memcpy(r->hash, h->hash, sizeof(h->hash));
	r->dfa = (struct dfa){ .nclass = h->nclass, .nstate = h->nstate,
	    .accept_min = h->accept_min, .npool = h->npool,
	    .meta = (const uint32_t *)(const void *)(map + p.meta),
	    .next = (const uint16_t *)(const void *)(map + p.next),
	    .pool = (const uint16_t *)(const void *)(map + p.pool) };
	memcpy(r->dfa.cls, h->cls, sizeof(h->cls));
	memcpy(r->dfa.start, h->start, sizeof(h->start));
	memcpy(&r->starts, map + p.starts, sizeof(r->starts));
	memcpy(&r->words, map + p.words, sizeof(r->words));
}

/* All but the states: those are most of it, and reading them at each start of
 * a session costs more than all the rest. */
static int
take(const void *map, size_t size, struct mask_rules *r, struct err *e)
{
	uint8_t build[SUM_LEN];
	struct mask_rules got;
	struct head h;

	if (size < sizeof(h) || size > TABLE_SIZE_MAX)
		return err_set(e, ERR_INPUT, "no table");
	memcpy(&h, map, sizeof(h));
	if (!head_ok(&h, size))
		return err_set(e, ERR_INPUT, "no table");
	if (build_of(build, e) < 0)
		return -1;
	if (memcmp(build, h.build, sizeof(build)) != 0)
		return err_set(e, ERR_INPUT, "a table of another build");
	point(map, &h, &got);
	if (!set_ok(&got.set))
		return err_set(e, ERR_INPUT, "a broken table");
	*r = got;
	return 0;
}

int
table_use(const void *map, size_t size, struct mask_rules *r, struct err *e)
{
	struct mask_rules got;

	if (take(map, size, &got, e) < 0)
		return -1;
	if (!dfa_ok(&got.dfa, (uint32_t)got.set.n))
		return err_set(e, ERR_INPUT, "a broken table");
	*r = got;
	return 0;
}

bool
table_sum_ok(const void *map, size_t size)
{
	uint8_t sum[SUM_LEN];
	struct head h;

	if (size < aligned(sizeof(h)))
		return false;
	memcpy(&h, map, sizeof(h));
	sum_of((const char *)map + aligned(sizeof(h)), size -
	    aligned(sizeof(h)), sum);
	return memcmp(sum, h.sum, sizeof(sum)) == 0;
}

/* Of root (or of ourselves, who could as well run other code), and written
 * by nobody else. */
static bool
trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & 022) == 0 &&
	    (st->st_uid == 0 || st->st_uid == geteuid()) &&
	    st->st_size > 0 && st->st_size <= TABLE_SIZE_MAX;
}

static int
load_one(const char *path, struct mask_rules *r, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	void *map = MAP_FAILED;
	struct stat st;
	int rc = -1;

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (fstat(fd, &st) < 0 || !trusted(&st))
		(void)err_set(e, ERR_CONFIG, "%s: not a file of root alone",
		    path);
	else if ((map = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_SHARED | MAP_POPULATE, fd, 0)) == MAP_FAILED)
		(void)err_sys(e, "%s", path);
	else if (take(map, (size_t)st.st_size, r, e) < 0)
		(void)err_prefix(e, "%s", path);
	else
		rc = 0;
	io_close(&fd);
	if (rc == 0) {
		r->map = map;
		r->map_len = (size_t)st.st_size;
	} else if (map != MAP_FAILED) {
		(void)munmap(map, (size_t)st.st_size);
	}
	return rc;
}

int
table_load(const char *const *folders, size_t n, const char *name,
    struct mask_rules *r, struct err *e)
{
	char path[PATH_MAX];

	(void)err_set(e, ERR_NOT_FOUND, "no table");
	for (size_t i = 0; i < n; i++)
		if (snprintf(path, sizeof(path), "%s/%s", folders[i], name) <
		    (int)sizeof(path) && load_one(path, r, e) == 0)
			return 1;
	return 0;
}
