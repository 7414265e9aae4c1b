/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/conf_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"

#define WORD_MAX 40	/* longest key or section name + some */

static int
set_int(const struct conf_key *k, const char *text, int64_t *ret,
    struct err *e)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 ||
	    v < k->min || v > k->max)
		return err_set(e, ERR_CONFIG,
		    "\"%.40s\" is no whole number of %lld to %lld", text,
		    (long long)k->min, (long long)k->max);
	*ret = v;
	return 0;
}

static int
set_duration(const struct conf_key *k, const char *text, int64_t *ret,
    struct err *e)
{
	char min[CLOCK_TEXT_MAX], max[CLOCK_TEXT_MAX];
	int64_t us;

	if (k->min == 0 && strcmp(text, "0s") == 0) {
		*ret = 0; /* off; else a duration is never empty */
		return 0;
	}
	if (clock_duration(text, &us, e) < 0)
		return -1;
	if (us < k->min * 1000000 || us > k->max * 1000000) {
		clock_duration_format(k->min * 1000000, min);
		clock_duration_format(k->max * 1000000, max);
		return err_set(e, ERR_CONFIG, "%s is outside %s to %s", text,
		    min, max);
	}
	*ret = us;
	return 0;
}

static bool
is_choice(const char *choices, const char *text)
{
	size_t n = strlen(text);

	for (const char *c = choices; n > 0 && c != NULL;) {
		size_t len = strcspn(c, "|");

		if (len == n && strncmp(c, text, n) == 0)
			return true;
		c = c[len] == '|' ? c + len + 1 : NULL;
	}
	return false;
}

/* Cut copy into words at commas; -1 when one is empty. */
static int
split(char *copy, char **words, size_t *n)
{
	char *p = copy;

	*n = 0;
	if (*p == '\0')
		return 0;
	for (;;) {
		char *comma = strchr(p, ','), *end;

		if (comma != NULL)
			*comma = '\0';
		p += strspn(p, " \t");
		for (end = p + strlen(p);
		    end > p && isblank((unsigned char)end[-1]);)
			*--end = '\0';
		if (*p == '\0')
			return -1;
		words[(*n)++] = p;
		if (comma == NULL)
			return 0;
		p = comma + 1;
	}
}

static int
set_list(struct conf_value *v, const char *text, struct err *e)
{
	size_t most = 2, n = 0;
	char **words;
	char *copy;

	for (const char *p = text; *p != '\0'; p++)
		most += *p == ',';
	words = calloc(most, sizeof(*words));
	copy = strdup(text);
	if (words == NULL || copy == NULL) {
		free(words);
		free(copy);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	if (split(copy, words, &n) < 0) {
		free(words);
		free(copy);
		return err_set(e, ERR_CONFIG,
		    "an empty word in the list \"%.60s\"", text);
	}
	v->words = words;
	v->copy = copy;
	v->n = n;
	return 0;
}

static int
check_words(struct conf_value *v, struct err *e)
{
	for (size_t i = 0; v->key->choices != NULL && i < v->n; i++) {
		if (is_choice(v->key->choices, v->words[i]))
			continue;
		(void)err_set(e, ERR_CONFIG, "\"%.40s\" is none of %s",
		    v->words[i], v->key->choices);
		conf_value_clear(v);
		return -1;
	}
	return 0;
}

static int
check(struct conf_value *v, const char *text, struct err *e)
{
	const struct conf_key *k = v->key;

	switch (k->type) {
	case CONF_STRING:
		if (text[0] == '\0' && k->value == NULL)
			return err_set(e, ERR_CONFIG, "may not be empty");
		return 0;
	case CONF_PATH:
		return text[0] == '/' ? 0 : err_set(e, ERR_CONFIG,
		    "\"%.60s\" is no absolute path", text);
	case CONF_URL:
		if ((strncmp(text, "https://", 8) == 0 && text[8] != '\0') ||
		    (strncmp(text, "http://", 7) == 0 && text[7] != '\0'))
			return 0;
		return err_set(e, ERR_CONFIG,
		    "\"%.60s\" is no URL: https://...", text);
	case CONF_BOOL:
		v->number = strcmp(text, "yes") == 0;
		if (v->number || strcmp(text, "no") == 0)
			return 0;
		return err_set(e, ERR_CONFIG, "\"%.40s\": write yes or no",
		    text);
	case CONF_DURATION:
		return set_duration(k, text, &v->number, e);
	case CONF_INT:
		return set_int(k, text, &v->number, e);
	case CONF_LIST:
		return set_list(v, text, e) < 0 ? -1 : check_words(v, e);
	case CONF_ENUM:
		return is_choice(k->choices, text) ? 0 : err_set(e,
		    ERR_CONFIG, "\"%.40s\" is none of %s", text, k->choices);
	}
	return err_set(e, ERR_CONFIG, "unknown type");
}

int
conf_value_set(struct conf_value *v, const char *text, struct err *e)
{
	struct conf_value fresh = { .key = v->key };

	if (check(&fresh, text, e) < 0)
		return -1;
	fresh.text = strdup(text);
	if (fresh.text == NULL) {
		conf_value_clear(&fresh);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	conf_value_clear(v);
	*v = fresh;
	return 0;
}

void
conf_value_clear(struct conf_value *v)
{
	free(v->text);
	free(v->words);
	free(v->copy);
	v->text = NULL;
	v->words = NULL;
	v->copy = NULL;
	v->n = 0;
}

bool
conf_name_ok(const char *s)
{
	if (*s == '\0' || *s == '-' || *s == '.')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("._-", *s) == NULL)
			return false;
	return true;
}

/* Levenshtein distance of two short words; longer ones are far apart. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], n = strlen(a), m = strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			corner = row[j];
			row[j] = best;
		}
	}
	return row[m];
}

void
conf_near_try(struct conf_near *near, const char *candidate)
{
	size_t d = distance(near->word, candidate);

	if (d < near->distance) {
		near->distance = d;
		near->best = candidate;
	}
}

void
conf_near_text(const struct conf_near *near, char ret[80])
{
	ret[0] = '\0';
	if (near->best != NULL)
		(void)snprintf(ret, 80, ": did you mean \"%s\"?", near->best);
}
