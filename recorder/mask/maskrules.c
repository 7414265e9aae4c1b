/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/maskrules.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "recorder/mask/engine.h"

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
	name_profiles(&r->set, r->profiles, r->profile_names,
	    sizeof(r->profile_names));
}

static int
hash_text(EVP_MD_CTX *md, const char *text, size_t n, struct err *e)
{
	return EVP_DigestUpdate(md, text, n) == 1 ? 0 :
	    err_set(e, ERR_CRYPTO, "SHA-256 failed");
}

static int
hash_final(EVP_MD_CTX *md, char *hex, struct err *e)
{
	unsigned char d[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_DigestFinal_ex(md, d, &n) != 1 || n != 32)
		return err_set(e, ERR_CRYPTO, "SHA-256 failed");
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", d[i]);
	return 0;
}

static int
add_text(struct mask_rules *r, EVP_MD_CTX *md, const char *name,
    const char *text, size_t n, struct err *e)
{
	if (n > RULE_FILE_MAX)
		return err_set(e, ERR_CONFIG, "%s: over %d bytes", name,
		    RULE_FILE_MAX);
	return hash_text(md, text, n, e) < 0 ||
	    ruleset_parse(&r->set, name, text, n, e) < 0 ? -1 : 0;
}

static int
add_file(struct mask_rules *r, EVP_MD_CTX *md, const char *path,
    struct err *e)
{
	struct buf b = BUF_INIT(RULE_FILE_MAX);
	const char *slash = strrchr(path, '/');
	int rc = -1;

	if (io_read_file(path, &b, e) == 0)
		rc = add_text(r, md, slash != NULL ? slash + 1 : path,
		    b.p != NULL ? b.p : "", b.len, e);
	else if (e != NULL && e->code == ERR_SYSTEM)
		e->code = ERR_CONFIG;
	buf_clear(&b);
	return rc;
}

static int
is_rules(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 6 && d->d_name[0] != '.' &&
	    strcmp(d->d_name + n - 6, ".rules") == 0;
}

static int
add_folder(struct mask_rules *r, EVP_MD_CTX *md, const char *path,
    struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, is_rules, alphasort), rc = 0;

	if (n < 0)
		return err_sys(e, "%s", path);
	for (int i = 0; i < n; i++) {
		char file[4096];

		if (rc == 0 && snprintf(file, sizeof(file), "%s/%s", path,
		    list[i]->d_name) >= (int)sizeof(file))
			rc = err_set(e, ERR_CONFIG, "%s: path too long",
			    path);
		if (rc == 0)
			rc = add_file(r, md, file, e);
		free(list[i]);
	}
	free(list);
	return rc;
}

static int
add_path(struct mask_rules *r, EVP_MD_CTX *md, const char *path,
    struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		(void)err_sys(e, "%s", path);
		if (e != NULL)
			e->code = ERR_CONFIG;
		return -1;
	}
	return S_ISDIR(st.st_mode) ? add_folder(r, md, path, e) :
	    add_file(r, md, path, e);
}

/* All text is read: choose, compile, test. */
static int
finish(struct mask_rules *r, EVP_MD_CTX *md, const char *profiles,
    struct err *e)
{
	size_t ran;

	if (hash_final(md, r->hash, e) < 0)
		return -1;
	if (r->set.n == 0)
		return err_set(e, ERR_CONFIG, "no mask rules");
	if (choose_profiles(r, profiles, e) < 0 ||
	    ruleset_compile(&r->set, r->profiles, &r->dfa, e) < 0)
		return -1;
	r->all_live = true;
	prepare(r);
	return mask_rules_test(r, &ran, e);
}

static EVP_MD_CTX *
begin_hash(struct err *e)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	if (md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1)
		return md;
	EVP_MD_CTX_free(md);
	(void)err_set(e, ERR_CRYPTO, "no SHA-256");
	return NULL;
}

int
mask_rules_load(const char *const *paths, size_t n, const char *profiles,
    struct mask_rules **ret, struct err *e)
{
	struct mask_rules *r = calloc(1, sizeof(*r));
	EVP_MD_CTX *md = begin_hash(e);
	int rc = -1;

	if (r == NULL || md == NULL) {
		if (r == NULL)
			(void)err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		if (add_path(r, md, paths[i], e) < 0)
			goto out;
	rc = finish(r, md, profiles, e);
out:
	EVP_MD_CTX_free(md);
	if (rc == 0)
		*ret = r;
	else
		mask_rules_free(r);
	return rc;
}

int
mask_rules_text(const char *name, const char *text, size_t n,
    const char *profiles, struct mask_rules **ret, struct err *e)
{
	struct mask_rules *r = calloc(1, sizeof(*r));
	EVP_MD_CTX *md = begin_hash(e);
	int rc = -1;

	if (r == NULL)
		(void)err_set(e, ERR_MEMORY, "out of memory");
	else if (md != NULL && add_text(r, md, name, text, n, e) == 0)
		rc = finish(r, md, profiles, e);
	EVP_MD_CTX_free(md);
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
	ruleset_clear(&r->set);
	dfa_clear(&r->dfa);
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
