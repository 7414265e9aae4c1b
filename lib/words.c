/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/words.h"

#include <stdbool.h>
#include <string.h>

#include "lib/err.h"

int
words_split(const char *line, char *room, size_t size,
    char *ret[WORDS_MAX + 1], struct err *e)
{
	size_t len = strlen(line), n = 0;
	char *save = NULL;

	if (len >= size || len >= WORDS_LINE_MAX)
		return err_set(e, ERR_USAGE, "line of more than %d bytes",
		    WORDS_LINE_MAX - 1);
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') ||
		    line[i] == 0x7f)
			return err_set(e, ERR_USAGE,
			    "control character in the line");
	memcpy(room, line, len + 1);
	for (char *w = strtok_r(room, " \t", &save); w != NULL;
	    w = strtok_r(NULL, " \t", &save)) {
		if (n == WORDS_MAX)
			return err_set(e, ERR_USAGE, "more than %d words",
			    WORDS_MAX);
		ret[n++] = w;
	}
	ret[n] = NULL;
	return (int)n;
}

const struct words_command *
words_find(const struct words_command *table, const char *verb)
{
	for (; table->verb != NULL; table++)
		if (strcmp(table->verb, verb) == 0)
			return table;
	return NULL;
}

static int
wrong(const struct words_command *c, struct err *e, const char *what,
    const char *word)
{
	return err_set(e, ERR_USAGE, "%s: %s%s; usage: %s%s%s", c->verb, what,
	    word, c->verb, c->usage[0] == '\0' ? "" : " ", c->usage);
}

static bool
is_long(const char *w)
{
	return w[0] == '-' && w[1] == '-' && strpbrk(w, " \t") == NULL;
}

/* Index of the option that the word names, -1 none.  *value: behind '='. */
static int
find_option(const struct words_command *c, const char *w, const char **value)
{
	const char *eq = strchr(w, '=');
	size_t len = eq == NULL ? strlen(w) : (size_t)(eq - w);

	*value = NULL;
	for (int i = 0; i < WORDS_OPTIONS && c->options[i].name != NULL; i++) {
		const struct words_option *o = &c->options[i];

		if (w[1] != '-') {
			if (o->letter != 0 && w[1] == o->letter && w[2] == '\0')
				return i;
		} else if (strlen(o->name) == len - 2 &&
		    strncmp(o->name, w + 2, len - 2) == 0) {
			*value = eq == NULL ? NULL : eq + 1;
			return i;
		}
	}
	return -1;
}

/* Does a text end before this word? */
static bool
ends_text(const struct words_command *c, const char *w)
{
	const char *value;

	if (is_long(w))
		return true;
	return w[0] == '-' && w[1] != '-' && find_option(c, w, &value) >= 0;
}

static int
keep(struct words *ret, const char *s, struct err *e)
{
	size_t len = strlen(s);

	if (len >= sizeof(ret->room) - ret->used)
		return err_set(e, ERR_USAGE, "%s: too long",
		    ret->command->verb);
	memcpy(ret->room + ret->used, s, len);
	ret->used += len;
	ret->room[ret->used] = '\0';
	return 0;
}

/* One pair of the same quotes around the whole goes. */
static char *
unquote(char *s)
{
	size_t n = strlen(s);

	if (n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n - 1] == s[0]) {
		s[n - 1] = '\0';
		return s + 1;
	}
	return s;
}

/* Join first (may be NULL) and the words from *at on; *at moves behind. */
static int
take_text(struct words *ret, int o, const char *first, size_t n,
    char *const *word, size_t *at, struct err *e)
{
	char *start = ret->room + ret->used;

	if (first != NULL && keep(ret, first, e) < 0)
		return -1;
	while (*at < n && !ends_text(ret->command, word[*at])) {
		if (ret->room + ret->used != start && keep(ret, " ", e) < 0)
			return -1;
		if (keep(ret, word[(*at)++], e) < 0)
			return -1;
	}
	ret->used++; /* the NUL */
	start = unquote(start);
	if (start[strspn(start, " \t")] == '\0')
		return wrong(ret->command, e, "no text behind --",
		    ret->command->options[o].name);
	ret->value[o] = start;
	return 0;
}

static int
take_option(struct words *ret, size_t n, char *const *word, size_t *at,
    struct err *e)
{
	const struct words_command *c = ret->command;
	const char *w = word[(*at)++], *value;
	int o = find_option(c, w, &value);

	if (o < 0)
		return wrong(c, e, "unknown option ", w);
	if (ret->value[o] != NULL)
		return wrong(c, e, "given twice: ", w);
	switch (c->options[o].kind) {
	case WORDS_FLAG:
		if (value != NULL)
			return wrong(c, e, "takes no value: ", w);
		ret->value[o] = "";
		return 0;
	case WORDS_TEXT:
		return take_text(ret, o, value, n, word, at, e);
	case WORDS_VALUE:
	default:
		if (value == NULL && *at < n)
			value = word[(*at)++];
		if (value == NULL || value[0] == '\0' || is_long(value))
			return wrong(c, e, "no value behind ", w);
		ret->value[o] = value;
		return 0;
	}
}

int
words_parse(const struct words_command *table, size_t n, char *const *word,
    struct words *ret, struct err *e)
{
	bool options = true;
	size_t at = 1;

	*ret = (struct words){ .command = NULL };
	if (n == 0)
		return err_set(e, ERR_USAGE, "no command");
	ret->command = words_find(table, word[0]);
	if (ret->command == NULL)
		return err_set(e, ERR_USAGE, "%.40s: no such command",
		    word[0]);
	while (at < n) {
		const char *w = word[at];

		if (options && strcmp(w, "--") == 0) {
			options = false;
			at++;
		} else if (options && w[0] == '-' && w[1] != '\0') {
			if (take_option(ret, n, word, &at, e) < 0)
				return -1;
		} else if (ret->args == ret->command->max) {
			return wrong(ret->command, e, "one word too many: ",
			    w);
		} else {
			ret->arg[ret->args++] = w;
			at++;
		}
	}
	if (ret->args < ret->command->min)
		return wrong(ret->command, e, "something is missing", "");
	return 0;
}

const char *
words_value(const struct words *w, const char *name)
{
	const struct words_option *o = w->command->options;

	for (int i = 0; i < WORDS_OPTIONS && o[i].name != NULL; i++)
		if (strcmp(o[i].name, name) == 0)
			return w->value[i];
	return NULL;
}
