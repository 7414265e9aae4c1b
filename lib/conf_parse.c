/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/conf_value.h"
#include "lib/err.h"

/* Where the parser stands. */
struct at {
	struct conf *c;
	const char *file;
	unsigned line;
	struct conf_section *section;
};

static int refuse(const struct at *at, size_t column, struct err *e,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static int
refuse(const struct at *at, size_t column, struct err *e, const char *fmt,
    ...)
{
	char text[ERR_TEXT_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(e, ERR_CONFIG, "%s:%u:%zu: %s", at->file, at->line,
	    column, text);
}

static const struct conf_key *
first_key(const char *kind)
{
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++)
		if (strcmp(k->section, kind) == 0)
			return k;
	return NULL;
}

struct conf_section *
conf_find_section(const struct conf *c, const char *kind, const char *title)
{
	for (struct conf_section *s = c->first; s != NULL; s = s->next)
		if (strcmp(s->kind, kind) == 0 &&
		    strcmp(s->title, title) == 0)
			return s;
	return NULL;
}

static struct conf_section *
add_section(struct conf *c, const char *kind, const char *title)
{
	const struct conf_key *k = first_key(kind);
	struct conf_section *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->kind = k->section;
	(void)snprintf(s->title, sizeof(s->title), "%s", title);
	while (k[s->n].section != NULL && strcmp(k[s->n].section, kind) == 0)
		s->n++;
	s->values = calloc(s->n, sizeof(*s->values));
	if (s->values == NULL) {
		free(s);
		return NULL;
	}
	for (size_t i = 0; i < s->n; i++)
		s->values[i].key = &k[i];
	if (c->last != NULL)
		c->last->next = s;
	else
		c->first = s;
	c->last = s;
	return s;
}

static void
suggest_section(const char *word, char ret[80])
{
	struct conf_near near = CONF_NEAR_INIT(word);

	for (const struct conf_key *k = conf_keys; k->section != NULL; k++)
		conf_near_try(&near, k->section);
	conf_near_text(&near, ret);
}

static void
suggest_key(const struct conf_section *s, const char *word, char ret[80])
{
	struct conf_near near = CONF_NEAR_INIT(word);

	for (size_t i = 0; i < s->n; i++)
		conf_near_try(&near, s->values[i].key->key);
	conf_near_text(&near, ret);
}

/* "[kind]" or "[kind title]", cut at the brackets; line is changed. */
static int
parse_header(struct at *at, char *line, struct err *e)
{
	size_t n = strlen(line);
	char *kind = line + 1, *title, hint[80];

	if (line[n - 1] != ']')
		return refuse(at, n, e, "a section ends with ]");
	line[n - 1] = '\0';
	title = strpbrk(kind, " \t");
	if (title != NULL) {
		*title++ = '\0';
		title += strspn(title, " \t");
	}
	if (first_key(kind) == NULL) {
		suggest_section(kind, hint);
		return refuse(at, 2, e, "unknown section [%s]%s", kind, hint);
	}
	if (conf_titled(kind) && (title == NULL || *title == '\0'))
		return refuse(at, n, e, "[%s] needs a name: [%s NAME]", kind,
		    kind);
	if (!conf_titled(kind) && title != NULL)
		return refuse(at, (size_t)(title - line) + 1, e,
		    "[%s] takes no name", kind);
	if (title == NULL)
		title = kind + strlen(kind); /* "" */
	else if (strlen(title) > CONF_TITLE_MAX || !conf_name_ok(title))
		return refuse(at, (size_t)(title - line) + 1, e,
		    "\"%.40s\" is no name: letters, digits, . _ -", title);
	at->section = conf_find_section(at->c, kind, title);
	if (at->section == NULL)
		at->section = add_section(at->c, kind, title);
	if (at->section == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (at->section->where[0] == '\0')
		(void)snprintf(at->section->where, CONF_WHERE_MAX, "%s:%u",
		    at->file, at->line);
	return 0;
}

struct conf_value *
conf_find_value(const struct conf_section *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->values[i].key->key, key) == 0)
			return &s->values[i];
	return NULL;
}

/* "key = value"; line is changed, column is where it starts. */
static int
parse_setting(struct at *at, char *line, size_t column, struct err *e)
{
	char *eq = strchr(line, '='), *end, *text, hint[80];
	struct conf_value *v;
	struct err why = { 0 };

	if (eq == NULL)
		return refuse(at, column, e,
		    "neither [section] nor key = value: \"%.40s\"", line);
	if (at->section == NULL)
		return refuse(at, column, e,
		    "\"%.40s\" stands before any [section]", line);
	for (end = eq; end > line && isblank((unsigned char)end[-1]);)
		end--;
	text = eq + 1 + strspn(eq + 1, " \t");
	*end = '\0';
	v = conf_find_value(at->section, line);
	if (v == NULL) {
		suggest_key(at->section, line, hint);
		return refuse(at, column, e, "unknown key \"%.60s\"%s", line,
		    hint);
	}
	if (v->where[0] != '\0')
		return refuse(at, column, e, "%s is set already at %s", line,
		    v->where);
	if (conf_value_set(v, text, &why) < 0)
		return refuse(at, column + (size_t)(text - line), e,
		    "%s: %s", line, why.text);
	(void)snprintf(v->where, sizeof(v->where), "%s:%u", at->file,
	    at->line);
	return 0;
}

static int
parse_line(struct at *at, const char *p, size_t n, struct err *e)
{
	char line[CONF_LINE_MAX + 1];
	size_t lead;

	if (n > CONF_LINE_MAX)
		return refuse(at, CONF_LINE_MAX, e, "line too long");
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] < 0x20 && p[i] != '\t') ||
		    p[i] == 0x7f)
			return refuse(at, i + 1, e, "%s", p[i] == '\r' ?
			    "carriage return: save with Unix line ends" :
			    "control character");
	while (n > 0 && isblank((unsigned char)p[n - 1]))
		n--;
	for (lead = 0; lead < n && isblank((unsigned char)p[lead]);)
		lead++;
	if (lead == n || p[lead] == '#' || p[lead] == ';')
		return 0;
	memcpy(line, p + lead, n - lead);
	line[n - lead] = '\0';
	if (line[0] == '[')
		return parse_header(at, line, e);
	return parse_setting(at, line, lead + 1, e);
}

int
conf_parse_text(struct conf *c, const char *name, const char *text, size_t n,
    struct err *e)
{
	struct at at = { c, name, 0, NULL };
	size_t from = 0;

	while (from < n) {
		const char *nl = memchr(text + from, '\n', n - from);
		size_t len = nl == NULL ? n - from :
		    (size_t)(nl - text) - from;

		at.line++;
		if (parse_line(&at, text + from, len, e) < 0)
			return -1;
		from += len + 1;
	}
	return 0;
}

/* Untitled sections always exist; keys without a default must be set. */
int
conf_finish(struct conf *c, struct err *e)
{
	for (const struct conf_key *k = conf_keys; k->section != NULL; k++)
		if (!conf_titled(k->section) &&
		    conf_find_section(c, k->section, "") == NULL &&
		    add_section(c, k->section, "") == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
	for (struct conf_section *s = c->first; s != NULL; s = s->next)
		for (size_t i = 0; i < s->n; i++) {
			struct conf_value *v = &s->values[i];

			if (v->where[0] != '\0')
				continue;
			if (v->key->value == NULL)
				return err_set(e, ERR_CONFIG,
				    "%s: [%s %s] has no \"%s\"", s->where,
				    s->kind, s->title, v->key->key);
			if (conf_value_set(v, v->key->value, e) < 0)
				return err_prefix(e, "default of %s.%s",
				    s->kind, v->key->key);
		}
	return 0;
}

int
conf_parse(const char *name, const char *text, size_t n, struct conf **ret,
    struct err *e)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (conf_parse_text(c, name, text, n, e) < 0 ||
	    conf_finish(c, e) < 0) {
		conf_free(c);
		return -1;
	}
	*ret = c;
	return 0;
}
