/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/rulesets.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "recorder/mask/mask.h"
#include "recorder/mask/table.h"

int
rulesets_open(const char *config, const char *given, struct rulesets *ret,
    struct err *e)
{
	const char *site;

	*ret = (struct rulesets){ .given = given };
	if (conf_load(config, &ret->conf, e) < 0)
		return -1;
	ret->path[ret->paths++] = WARRANT_DATADIR "/mask.d";
	site = conf_str(conf_section(ret->conf, "mask"), "rules");
	if (site[0] != '\0')
		ret->path[ret->paths++] = site;
	return 0;
}

void
rulesets_clear(struct rulesets *s)
{
	for (size_t i = 0; i < s->n; i++) {
		mask_rules_free(s->have[i].rules);
		buf_clear(&s->have[i].table);
	}
	conf_free(s->conf);
	*s = (struct rulesets){ 0 };
}

/* Is it known?  *ret is NULL for one that is not at hand. */
static bool
find(const struct rulesets *s, const char *hash, const char *profiles,
    struct mask_rules **ret)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->have[i].hash, hash) == 0 &&
		    strcmp(s->have[i].profiles, profiles) == 0) {
			*ret = s->have[i].rules;
			return true;
		}
	return false;
}

static int
keep(struct rulesets *s, const char *hash, const char *profiles,
    struct mask_rules *r, struct err *e)
{
	if (s->n == RULESETS_MAX) {
		mask_rules_free(r);
		return err_set(e, ERR_LIMIT, "recordings of more than %d "
		    "rule sets: choose fewer", RULESETS_MAX);
	}
	(void)snprintf(s->have[s->n].hash, sizeof(s->have[0].hash), "%s",
	    hash);
	(void)snprintf(s->have[s->n].profiles, sizeof(s->have[0].profiles),
	    "%s", profiles);
	s->have[s->n++].rules = r;
	return 0;
}

int
rulesets_newest(struct rulesets *s, const char *role,
    struct mask_rules **ret, struct err *e)
{
	char profiles[CONF_PROFILES_MAX] = "all";
	struct mask_rules *r = NULL;

	if (s->given == NULL)
		conf_profiles(s->conf, conf_titled_section(s->conf, "role",
		    role), profiles);
	if (find(s, "", profiles, ret))
		return 0;
	if ((s->given != NULL ? mask_rules_compile(&s->given, 1, profiles, &r,
	    e) : mask_rules_load(s->path, s->paths, profiles, NULL, &r, e)) <
	    0 || keep(s, "", profiles, r, e) < 0)
		return -1;
	*ret = r;
	return 0;
}

/* ---- rules of a hash -------------------------------------------------- */

static bool
fits(const struct mask_rules *r, const char *hash, const char *profiles)
{
	return strcmp(mask_rules_hash(r), hash) == 0 &&
	    strcmp(mask_rules_profiles(r), profiles) == 0;
}

/* Root alone writes tables that are used. */
static bool
trusted(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The table at path, if it is that of hash and profiles; it lies in *b. */
static bool
try_table(const char *path, const char *hash, const char *profiles,
    struct buf *b, struct mask_rules **ret)
{
	struct mask_rules *r = NULL;

	if (!trusted(path) || io_read_file(path, b, NULL) < 0 ||
	    mask_rules_table(b->p, b->len, &r, NULL) < 0) {
		buf_clear(b);
		return false;
	}
	if (table_sum_ok(b->p, b->len) && fits(r, hash, profiles)) {
		*ret = r;
		return true;
	}
	mask_rules_free(r);
	buf_clear(b);
	return false;
}

/* A table outlives its rule files until warrantd(8) starts again. */
static bool
in_tables(const char *hash, const char *profiles, struct buf *b,
    struct mask_rules **ret)
{
	static const char *const folders[] = { TABLE_DIR,
	    TABLE_DIR_INSTALLED };
	bool found = false;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		DIR *d = opendir(folders[i]);
		const struct dirent *f;

		while (d != NULL && !found && (f = readdir(d)) != NULL) {
			char path[4096];

			found = strlen(f->d_name) == TABLE_NAME_LEN &&
			    snprintf(path, sizeof(path), "%s/%s", folders[i],
			    f->d_name) < (int)sizeof(path) &&
			    try_table(path, hash, profiles, b, ret);
		}
		if (d != NULL)
			(void)closedir(d);
		if (found)
			return true;
	}
	return false;
}

int
rulesets_of(struct rulesets *s, const char *hash, const char *profiles,
    struct mask_rules **ret, struct err *e)
{
	struct buf table = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules *r = NULL;

	if (find(s, hash, profiles, ret))
		return *ret != NULL ? 1 : 0;
	if (mask_rules_load(s->path, s->paths, profiles, NULL, &r, NULL) ==
	    0 && !fits(r, hash, profiles)) {
		mask_rules_free(r);
		r = NULL;
	}
	if (r == NULL)
		(void)in_tables(hash, profiles, &table, &r);
	if (keep(s, hash, profiles, r, e) < 0) {
		buf_clear(&table);
		return -1;
	}
	s->have[s->n - 1].table = table;
	*ret = r;
	return r != NULL ? 1 : 0;
}

/* ---- a text ----------------------------------------------------------- */

int
rulesets_mask(const struct mask_rules *r, const char *p, size_t n,
    struct buf *out, struct err *e)
{
	struct mask_options o = { .view = MASK_RECORD };

	return mask_whole(r, &o, p, n, out, e);
}
