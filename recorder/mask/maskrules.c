/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/maskrules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/sum.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/near.h"
#include "recorder/mask/rulepath.h"
#include "recorder/mask/table.h"

/* Which profiles are in force, by name. */
static int
choose_profiles(struct mask_rules *r, const char *names, struct err *e)
{
	uint32_t all = 0;

	for (size_t i = 0; i < r->set.nprofile; i++)
		all |= (uint32_t)1 << i;
	r->profiles = r->set.default_profiles != 0 ?
	    r->set.default_profiles : all;
	if (names == NULL)
		return 0;
	if (strcmp(names, "all") == 0) {
		r->profiles = all;
		return 0;
	}
	r->profiles = 0;
	while (*names != '\0') {
		char one[RULE_PROFILE_MAX] = "";
		size_t n = strcspn(names, ", ");
		uint32_t bit = 0;

		if (n > 0 && n < sizeof(one)) {
			memcpy(one, names, n);
			bit = ruleset_profile(&r->set, one);
		}
		if (n > 0 && bit == 0)
			return err_set(e, ERR_CONFIG, "unknown profile %.*s",
			    (int)(n > 40 ? 40 : n), names);
		r->profiles |= bit;
		names += n;
		names += *names != '\0';
	}
	return r->profiles != 0 ? 0 :
	    err_set(e, ERR_CONFIG, "no profile named");
}

static void
name_profiles(const struct ruleset *set, uint32_t bits, char *to, size_t n)
{
	size_t at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < set->nprofile; i++)
		if ((bits >> i & 1) != 0 && at < n)
			at += (size_t)snprintf(to + at, n - at, "%s%s",
			    at > 0 ? "," : "", set->profile[i]);
}

/* Which rules have a part before their value. */
static void
note_before(struct mask_rules *r)
{
	const struct dfa *d = &r->dfa;

	for (uint32_t q = 0; q < d->nstate; q++) {
		unsigned n;
		const uint16_t *live = dfa_live(d, q, &n);

		for (unsigned i = 0; i < n; i++) {
			uint16_t rule = LIVE_RULE(live[i]);

			if ((live[i] & LIVE_BEFORE) != 0)
				r->has_before[rule / 8] |=
				    (uint8_t)(1u << rule % 8);
		}
	}
}

/* The tables of the fast way. */
static void
prepare(struct mask_rules *r)
{
	const struct dfa *d = &r->dfa;

	for (unsigned b = 0; b < 256; b++) {
		unsigned sym = b == '\r' ? SYM_BREAK :
		    b < SYM_N ? b : SYM_OTHER;

		r->cls[b] = d->cls[sym];
		r->prev[b] = (uint8_t)sym_prev(sym);
		for (unsigned p = 0; p < PREV_N; p++)
			r->first[p][b] = dfa_step(d, d->start[p],
			    (uint8_t)sym);
	}
	note_before(r);
	near_prepare(r);
	name_profiles(&r->set, r->profiles, r->profile_names,
	    sizeof(r->profile_names));
}

static int
add_text(struct mask_rules *r, struct sum *sum, const char *name,
    const char *text, size_t n, struct err *e)
{
	if (n > RULE_FILE_MAX)
		return err_set(e, ERR_CONFIG, "%s: over %d bytes", name,
		    RULE_FILE_MAX);
	sum_add(sum, text, n);
	return ruleset_parse(&r->set, name, text, n, e);
}

/* What the files are read into. */
struct reading {
	struct mask_rules *r;
	struct sum sum;
};

static int
add_file(void *arg, const char *path, struct err *e)
{
	struct reading *to = arg;
	struct buf b = BUF_INIT(RULE_FILE_MAX);
	const char *slash = strrchr(path, '/');
	int rc = -1;

	if (io_read_file(path, &b, e) == 0)
		rc = add_text(to->r, &to->sum, slash != NULL ? slash + 1 : path,
		    b.p != NULL ? b.p : "", b.len, e);
	else if (e != NULL && e->code == ERR_SYSTEM)
		e->code = ERR_CONFIG;
	buf_clear(&b);
	return rc;
}

/* All text is read: choose, compile, test. */
static int
finish(struct mask_rules *r, const struct sum *sum, const char *profiles,
    struct err *e)
{
	uint8_t whole[SUM_LEN];
	size_t ran;

	sum_end(sum, whole);
	hex_of(whole, SUM_LEN, r->hash);
	if (r->set.n == 0)
		return err_set(e, ERR_CONFIG, "no mask rules");
	if (choose_profiles(r, profiles, e) < 0 ||
	    ruleset_compile(&r->set, r->profiles, &r->dfa, &r->starts, e) <
	    0 || near_compile(r, e) < 0)
		return -1;
	r->all_live = true;
	prepare(r);
	return mask_rules_test(r, &ran, e);
}

int
mask_rules_compile(const char *const *paths, size_t n, const char *profiles,
    struct mask_rules **ret, struct err *e)
{
	struct reading to = { .r = calloc(1, sizeof(*to.r)) };
	int rc = -1;

	sum_begin(&to.sum);
	if (to.r == NULL)
		(void)err_set(e, ERR_MEMORY, "out of memory");
	else if (rulepath_each(paths, n, add_file, &to, e) == 0)
		rc = finish(to.r, &to.sum, profiles, e);
	if (rc == 0)
		*ret = to.r;
	else
		mask_rules_free(to.r);
	return rc;
}

int
mask_rules_load(const char *const *paths, size_t n, const char *profiles,
    const char *tables, struct mask_rules **ret, struct err *e)
{
	const char *const folders[] = { TABLE_DIR, TABLE_DIR_INSTALLED,
	    tables };
	size_t count = tables == NULL ? 2 : 3;
	struct mask_rules *r = calloc(1, sizeof(*r));
	char name[TABLE_NAME_MAX];

	if (r == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (table_name(paths, n, profiles, name, NULL) == 0 &&
	    table_load(folders, count, name, r, NULL) == 1) {
		prepare(r);
		*ret = r;
		return 0;
	}
	free(r);
	return mask_rules_compile(paths, n, profiles, ret, e);
}

int
mask_rules_table(const void *table, size_t n, struct mask_rules **ret,
    struct err *e)
{
	struct mask_rules *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (table_use(table, n, r, e) < 0) {
		free(r);
		return -1;
	}
	prepare(r);
	*ret = r;
	return 0;
}

int
mask_rules_text(const char *name, const char *text, size_t n,
    const char *profiles, struct mask_rules **ret, struct err *e)
{
	struct mask_rules *r = calloc(1, sizeof(*r));
	struct sum sum;
	int rc = -1;

	sum_begin(&sum);
	if (r == NULL)
		(void)err_set(e, ERR_MEMORY, "out of memory");
	else if (add_text(r, &sum, name, text, n, e) == 0)
		rc = finish(r, &sum, profiles, e);
	if (rc == 0)
		*ret = r;
	else
		mask_rules_free(r);
	return rc;
}

void
mask_rules_free(struct mask_rules *r)
{
	if (r == NULL)
		return;
	if (r->map != NULL)
		(void)munmap(r->map, r->map_len);
	if (!r->borrowed) {
		ruleset_clear(&r->set);
		dfa_clear(&r->dfa);
	}
	free(r);
}

const char *
mask_rules_hash(const struct mask_rules *r)
{
	return r->hash;
}

const char *
mask_rules_profiles(const struct mask_rules *r)
{
	return r->profile_names;
}

bool
mask_rules_info(const struct mask_rules *r, size_t i,
    struct mask_rule_info *ret)
{
	static const char *const actions[] = { "off", "log", "mask" };
	const struct rule *rule;

	if (i >= r->set.n)
		return false;
	rule = &r->set.rule[i];
	*ret = (struct mask_rule_info){ .id = rule->id, .tag = rule->tag,
	    .action = actions[rule->action],
	    .keep_head = rule->keep_head, .keep_tail = rule->keep_tail,
	    .enabled = (rule->profiles & r->profiles) != 0 &&
	    rule->action != ACTION_OFF };
	name_profiles(&r->set, rule->profiles, ret->profiles,
	    sizeof(ret->profiles));
	return true;
}

void
mask_rules_size(const struct mask_rules *r, size_t *states, size_t *bytes)
{
	const struct dfa *d = &r->dfa;

	*states = d->nstate;
	*bytes = (size_t)d->nstate * (d->nclass * sizeof(*d->next) +
	    sizeof(*d->meta)) + d->npool * sizeof(*d->pool);
}
