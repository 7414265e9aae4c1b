/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/map.h"

#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "lib/quote.h"
#include "lib/user.h"

#define FIELD_MAX (IDENTITY_ISS_MAX + 1)
#define FIELDS_MAX 4

/* The fields of one line or rule. */
struct fields {
	size_t n;
	char f[FIELDS_MAX][FIELD_MAX];
};

/* %20, %23 and %25; anything else behind % is a mistake. */
static int
unescape(const char *p, char *ret)
{
	if (strncmp(p, "%20", 3) == 0)
		*ret = ' ';
	else if (strncmp(p, "%23", 3) == 0)
		*ret = '#';
	else if (strncmp(p, "%25", 3) == 0)
		*ret = '%';
	else
		return -1;
	return 0;
}

/* Split n bytes at blanks, up to a '#'. */
static int
split(const char *p, size_t n, struct fields *ret, struct err *e)
{
	size_t len = 0;
	bool inside = false;

	ret->n = 0;
	for (size_t i = 0; i < n && p[i] != '#'; i++) {
		char c = p[i];

		if (c == ' ' || c == '\t') {
			inside = false;
			continue;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return err_set(e, ERR_CONFIG, "control character");
		if (c == '%') {
			if (n - i < 3 || unescape(p + i, &c) < 0)
				return err_set(e, ERR_CONFIG,
				    "%% must be %%20, %%23 or %%25");
			i += 2;
		}
		if (!inside) {
			if (ret->n == FIELDS_MAX)
				return err_set(e, ERR_CONFIG,
				    "more than %d fields", FIELDS_MAX);
			inside = true;
			len = 0;
			ret->n++;
		}
		if (len + 1 == FIELD_MAX)
			return err_set(e, ERR_CONFIG, "field of more than %d "
			    "bytes", FIELD_MAX - 1);
		ret->f[ret->n - 1][len++] = c;
		ret->f[ret->n - 1][len] = '\0';
	}
	return 0;
}

/* ACCOUNT [privileged] from field i on. */
static int
take_account(const struct fields *f, size_t i, struct map_rule *r,
    struct err *e)
{
	if (f->n != i + 1 && f->n != i + 2)
		return err_set(e, ERR_CONFIG, "%zu fields", f->n);
	if (!user_name_ok(f->f[i]))
		return err_set(e, ERR_CONFIG, "%s is no name of an account: "
		    "small letters, digits, _ and -", quote_str(f->f[i]).s);
	if (f->n == i + 2 && strcmp(f->f[i + 1], "privileged") != 0)
		return err_set(e, ERR_CONFIG, "%s instead of privileged",
		    quote_str(f->f[i + 1]).s);
	memcpy(r->account, f->f[i], strlen(f->f[i]) + 1);
	r->privileged = f->n == i + 2;
	return 0;
}

static int
take_value(const char *s, struct map_rule *r, struct err *e)
{
	if (!name_ok(s))
		return err_set(e, ERR_CONFIG, "%s is no name of anybody",
		    quote_str(s).s);
	memcpy(r->value, s, strlen(s) + 1); /* name_ok: it fits */
	return 0;
}

int
map_rule_parse(const char *words, const char *issuer, struct map_rule *ret,
    struct err *e)
{
	struct map_rule r = { 0 };
	struct fields f;
	size_t skip;

	if (strlen(issuer) > IDENTITY_ISS_MAX)
		return err_set(e, ERR_CONFIG, "issuer too long");
	(void)snprintf(r.issuer, sizeof(r.issuer), "%s", issuer);
	if (split(words, strlen(words), &f, e) < 0)
		return err_prefix(e, "map rule");
	if (f.n == 1 && strncmp(f.f[0], "claim:", 6) == 0) {
		if (take_value(f.f[0] + 6, &r, e) < 0)
			return err_prefix(e, "map rule");
		if (strcmp(r.value, "email") == 0)
			return err_set(e, ERR_CONFIG, "map rule claim:email: "
			    "it may not be verified; write email=ADDRESS "
			    "ACCOUNT");
		r.kind = MAP_USERNAME;
		*ret = r;
		return 0;
	}
	if (f.n == 1 && strcmp(f.f[0], "map") == 0) {
		r.kind = MAP_FILE;
		*ret = r;
		return 0;
	}
	if (f.n > 0 && strncmp(f.f[0], "sub=", 4) == 0) {
		r.kind = MAP_SUB;
		skip = 4;
	} else if (f.n > 0 && strncmp(f.f[0], "email=", 6) == 0) {
		r.kind = MAP_EMAIL;
		skip = 6;
	} else {
		return err_set(e, ERR_CONFIG, "map rule %s: must be sub=, "
		    "email=, claim:NAME or map",
		    quote_str(words).s);
	}
	if (take_value(f.f[0] + skip, &r, e) < 0 ||
	    take_account(&f, 1, &r, e) < 0)
		return err_prefix(e, "map rule");
	*ret = r;
	return 0;
}

/* One line of the map file: 1 with *ret, 0 for an empty one, -1 with *e. */
static int
parse_line(const char *p, size_t n, struct map_rule *ret, struct err *e)
{
	struct map_rule r = { .kind = MAP_SUB };
	struct fields f;

	if (split(p, n, &f, e) < 0)
		return -1;
	if (f.n == 0)
		return 0;
	if (f.n < 3)
		return err_set(e, ERR_CONFIG, "must be ISSUER SUBJECT ACCOUNT "
		    "[privileged]");
	(void)snprintf(r.issuer, sizeof(r.issuer), "%s", f.f[0]);
	if (take_value(f.f[1], &r, e) < 0 || take_account(&f, 2, &r, e) < 0)
		return -1;
	*ret = r;
	return 1;
}

/* Does r, but for privilege, give the account to the person? */
static bool
fits(const struct map_rule *r, const struct identity *id,
    const struct map_account *a)
{
	if (id->iss[0] == '\0' || id->sub[0] == '\0' ||
	    strcmp(r->issuer, id->iss) != 0)
		return false;
	switch (r->kind) {
	case MAP_SUB:
		return strcmp(r->value, id->sub) == 0 &&
		    strcmp(r->account, a->name) == 0;
	case MAP_EMAIL:
		return id->email_verified && id->email[0] != '\0' &&
		    strcmp(r->value, id->email) == 0 &&
		    strcmp(r->account, a->name) == 0;
	case MAP_USERNAME:
		return strcmp(id->username, a->name) == 0;
	case MAP_NONE:
	case MAP_FILE:
		break;
	}
	return false;
}

static bool
privilege_ok(const struct map_rule *r, const struct map_account *a)
{
	return (a->uid != 0 && a->uid >= a->min_uid) || r->privileged;
}

/* Every line is read, whether or not one fitted before: 1 when a line gives
 * the account (with *weak set when it only lacks the word), 0, or -1. */
static int
scan(const char *text, size_t n, const struct identity *id,
    const struct map_account *a, bool *weak, struct err *e)
{
	size_t line = 0;
	int found = 0;

	if (n > MAP_FILE_MAX)
		return err_set(e, ERR_CONFIG, "map file of more than %d bytes",
		    MAP_FILE_MAX);
	for (size_t i = 0; i < n;) {
		const char *end = memchr(text + i, '\n', n - i);
		size_t len = end == NULL ? n - i : (size_t)(end - text) - i;
		struct map_rule r;
		int rc = parse_line(text + i, len, &r, e);

		line++;
		i += len + 1;
		if (rc < 0)
			return err_prefix(e, "map file, line %zu", line);
		if (rc == 0 || id == NULL || !fits(&r, id, a))
			continue;
		if (privilege_ok(&r, a))
			found = 1;
		else
			*weak = true;
	}
	return found;
}

int
map_file_check(const char *text, size_t n, struct err *e)
{
	bool weak = false;

	return scan(text, n, NULL, NULL, &weak, e) < 0 ? -1 : 0;
}

int
map_find(const struct map_rule *rules, size_t n_rules, const char *file,
    size_t file_len, const struct identity *id, const struct map_account *a,
    size_t *which, struct err *e)
{
	bool weak = false;

	if (!user_name_ok(a->name))
		return err_set(e, ERR_DENIED, "account %s is not one that can "
		    "be mapped", quote_str(a->name).s);
	for (size_t i = 0; i < n_rules; i++) {
		const struct map_rule *r = &rules[i];
		int yes = 0;

		if (r->kind == MAP_FILE && file != NULL &&
		    strcmp(r->issuer, id->iss) == 0)
			yes = scan(file, file_len, id, a, &weak, e);
		else if (fits(r, id, a) && privilege_ok(r, a))
			yes = 1;
		else if (fits(r, id, a))
			weak = true;
		if (yes < 0)
			return -1;
		if (yes == 0)
			continue;
		if (which != NULL)
			*which = i;
		return 0;
	}
	if (weak)
		return err_set(e, ERR_DENIED, "account %s has uid %u: only a "
		    "rule with the word privileged gives it", a->name,
		    (unsigned)a->uid);
	return err_set(e, ERR_DENIED, "no rule gives account %s to sub %s",
	    a->name, quote_str(id->sub).s);
}
