/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

#include "lib/buf.h"
#include "lib/conf_value.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"

static int
parse_file(struct conf *c, const char *path, struct err *e)
{
	struct buf b = BUF_INIT(CONF_FILE_MAX);
	int rc = io_read_trusted(path, false, &b, e);

	if (rc == 0 && b.len > 0)
		rc = conf_parse_text(c, path, b.p, b.len, e);
	else if (rc < 0 && e != NULL)
		e->code = ERR_CONFIG;
	buf_clear(&b);
	return rc;
}

static int
is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 &&
	    strcmp(d->d_name + n - 5, ".conf") == 0;
}

static int
parse_folder(struct conf *c, const char *path, struct err *e)
{
	struct dirent **names = NULL;
	char dir[4096], file[4096 + 300];
	const char *slash = strrchr(path, '/');
	struct stat st;
	int n, rc = 0;

	(void)snprintf(dir, sizeof(dir), "%.*s/conf.d",
	    slash == NULL ? 1 : (int)(slash - path),
	    slash == NULL ? "." : path);
	if (lstat(dir, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "%s", dir);
	if (!S_ISDIR(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_CONFIG,
		    "%s: must be a folder that only its owner may write", dir);
	n = scandir(dir, &names, is_conf, alphasort);
	if (n < 0)
		return err_sys(e, "%s", dir);
	for (int i = 0; i < n; i++) {
		(void)snprintf(file, sizeof(file), "%s/%s", dir,
		    names[i]->d_name);
		if (rc == 0)
			rc = parse_file(c, file, e);
		free(names[i]);
	}
	free(names);
	return rc;
}

int
conf_load(const char *path, struct conf **ret, struct err *e)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (parse_file(c, path, e) < 0 || parse_folder(c, path, e) < 0 ||
	    conf_finish(c, e) < 0) {
		conf_free(c);
		return -1;
	}
	*ret = c;
	return 0;
}

void
conf_free(struct conf *c)
{
	struct conf_section *s, *next;

	if (c == NULL)
		return;
	for (s = c->first; s != NULL; s = next) {
		next = s->next;
		for (size_t i = 0; i < s->n; i++)
			conf_value_clear(&s->values[i]);
		free(s->values);
		free(s);
	}
	free(c);
}

const struct conf_section *
conf_section(const struct conf *c, const char *section)
{
	const struct conf_section *s = conf_find_section(c, section, "");

	if (s == NULL)
		abort(); /* not in conf_keys: a bug */
	return s;
}

const struct conf_section *
conf_titled_section(const struct conf *c, const char *section,
    const char *title)
{
	return title[0] == '\0' ? NULL : conf_find_section(c, section, title);
}

const struct conf_section *
conf_next(const struct conf *c, const char *section,
    const struct conf_section *prev)
{
	const struct conf_section *s = prev == NULL ? c->first : prev->next;

	while (s != NULL && strcmp(s->kind, section) != 0)
		s = s->next;
	return s;
}

const char *
conf_title(const struct conf_section *s)
{
	return s->title;
}

static const struct conf_value *
value(const struct conf_section *s, const char *key, unsigned types)
{
	const struct conf_value *v = conf_find_value(s, key);

	if (v == NULL || (types & 1U << v->key->type) == 0)
		abort(); /* not in conf_keys with this type: a bug */
	return v;
}

const char *
conf_str(const struct conf_section *s, const char *key)
{
	return value(s, key, 1U << CONF_STRING | 1U << CONF_PATH |
	    1U << CONF_URL | 1U << CONF_ENUM)->text;
}

int64_t
conf_int(const struct conf_section *s, const char *key)
{
	return value(s, key, 1U << CONF_INT)->number;
}

int64_t
conf_us(const struct conf_section *s, const char *key)
{
	return value(s, key, 1U << CONF_DURATION)->number;
}

bool
conf_bool(const struct conf_section *s, const char *key)
{
	return value(s, key, 1U << CONF_BOOL)->number != 0;
}

size_t
conf_list_n(const struct conf_section *s, const char *key)
{
	return value(s, key, 1U << CONF_LIST)->n;
}

const char *
conf_list(const struct conf_section *s, const char *key, size_t i)
{
	const struct conf_value *v = value(s, key, 1U << CONF_LIST);

	return i < v->n ? v->words[i] : NULL;
}

const char *
conf_where(const struct conf_section *s, const char *key)
{
	const char *where = key == NULL ? s->where :
	    value(s, key, ~0U)->where;

	return where[0] == '\0' ? "default" : where;
}

static int
dump_line(struct buf *b, const struct conf_value *v, struct err *e)
{
	return buf_printf(b, e, "%s = %s\n", v->key->key, v->text);
}

/* Sections in the order of conf_keys, so that file order does not matter. */
static int
dump(const struct conf *c, struct buf *b, struct err *e)
{
	const char *kind = "";

	for (const struct conf_key *k = conf_keys; k->section != NULL; k++) {
		if (strcmp(kind, k->section) == 0)
			continue;
		kind = k->section;
		for (const struct conf_section *s = conf_next(c, kind, NULL);
		    s != NULL; s = conf_next(c, kind, s)) {
			if (buf_printf(b, e, "[%s%s%s]\n", kind,
			    s->title[0] == '\0' ? "" : " ", s->title) < 0)
				return -1;
			for (size_t i = 0; i < s->n; i++)
				if (dump_line(b, &s->values[i], e) < 0)
					return -1;
		}
	}
	return 0;
}

void
conf_digest(const struct conf *c, char ret[65])
{
	struct buf b = BUF_INIT((size_t)16 * CONF_FILE_MAX);
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (dump(c, &b, NULL) < 0 ||
	    EVP_Digest(b.p, b.len, md, &n, EVP_sha256(), NULL) != 1)
		abort(); /* no memory for a few KiB */
	hex_of(md, n, ret);
	buf_clear(&b);
}

void
conf_dump(const struct conf *c, FILE *f)
{
	struct buf b = BUF_INIT((size_t)16 * CONF_FILE_MAX);

	if (dump(c, &b, NULL) == 0 && b.len > 0)
		(void)fwrite(b.p, 1, b.len, f);
	buf_clear(&b);
}

int
conf_check(const char *path, bool with_dump)
{
	struct conf *c = NULL;
	struct err e = { 0 };

	if (conf_load(path, &c, &e) < 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		return err_exit_status(ERR_CONFIG);
	}
	if (with_dump)
		conf_dump(c, stdout);
	else
		(void)printf("%s: ok\n", path);
	conf_free(c);
	return 0;
}
