/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/castline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "schema/record_read.h"

#define SECOND_US INT64_C(1000000)
#define TIME_MAX_S 1e9

int
casthead_parse(const char *line, size_t n, struct casthead *ret,
    struct err *e)
{
	json_t *j = json_loadb(line, n, JSON_ALLOW_NUL, NULL);
	json_t *w = json_object_get(j, "warrant");
	json_int_t cols = json_integer_value(json_object_get(j, "width")),
	    rows = json_integer_value(json_object_get(j, "height"));
	double t = json_number_value(json_object_get(j, "timestamp"));

	if (!json_is_object(j) || t < 0 || t > 1e11) {
		json_decref(j);
		return err_set(e, ERR_INPUT, "the first line is no header of "
		    "a recording");
	}
	ret->cols = cols > 0 && cols < INT16_MAX ? (int)cols : 80;
	ret->rows = rows > 0 && rows < INT16_MAX ? (int)rows : 24;
	ret->wall_us = llround(t * (double)SECOND_US);
	ret->tty = !json_is_false(json_object_get(w, "tty"));
	json_decref(j);
	return 0;
}

int
castline_parse(const char *line, size_t n, struct castline *ret,
    struct err *e)
{
	json_t *j = json_loadb(line, n, JSON_ALLOW_NUL, NULL);
	const json_t *t = json_array_get(j, 0);
	const char *code = json_string_value(json_array_get(j, 1));
	const json_t *text = json_array_get(j, 2);
	double s = json_number_value(t);

	if (!json_is_number(t) || !(s >= 0 && s < TIME_MAX_S) ||
	    code == NULL || !json_is_string(text)) {
		json_decref(j);
		return err_set(e, ERR_INPUT, "a line that is no event");
	}
	*ret = (struct castline){ .t_us = llround(s * (double)SECOND_US),
	    .code = code[0], .text = json_string_value(text),
	    .n = json_string_length(text), .json = j };
	return 0;
}

void
castline_clear(struct castline *l)
{
	json_decref(l->json);
	*l = (struct castline){ 0 };
}

void
castline_tell_cut(const struct record_summary *s)
{
	if (!s->closed)
		(void)fprintf(stderr, "warrant-replay: the recording ends "
		    "here without its last frame: interrupted, or cut\n");
}

bool
castline_shown(const struct castline *l)
{
	return l->code == 'o' || l->code == 'e';
}

bool
castline_size(const struct castline *l, int *cols, int *rows)
{
	int end = 0;

	return l->code == 'r' && l->n < 16 && sscanf(l->text, "%5dx%5d%n",
	    cols, rows, &end) == 2 && l->text[end] == '\0' && *cols > 0 &&
	    *rows > 0;
}

json_t *
castline_mark(const struct castline *l, const char *kind)
{
	size_t n = strlen(kind);

	if (l->code != 'm' || l->n <= n + 1 ||
	    strncmp(l->text, kind, n) != 0 || l->text[n] != ' ')
		return NULL;
	return json_loadb(l->text + n + 1, l->n - n - 1, JSON_ALLOW_NUL,
	    NULL);
}

const char *
castline_time(int64_t t_us, bool short_form, char ret[CASTLINE_TIME_MAX])
{
	long long s = t_us / SECOND_US;
	int n = snprintf(ret, CASTLINE_TIME_MAX, "%lld:%02d:%02d", s / 3600,
	    (int)(s / 60 % 60), (int)(s % 60));

	if (!short_form && n > 0 && n < CASTLINE_TIME_MAX)
		(void)snprintf(ret + n, CASTLINE_TIME_MAX - (size_t)n,
		    ".%06d", (int)(t_us % SECOND_US));
	return ret;
}

/* Digits; NULL when there are none, or too many. */
static const char *
digits(const char *s, int64_t *ret)
{
	const char *from = s;

	for (*ret = 0; *s >= '0' && *s <= '9'; s++)
		*ret = s - from < 10 ? *ret * 10 + (*s - '0') : *ret;
	return s == from || s - from > 10 ? NULL : s;
}

int
castline_when(const char *s, int64_t wall_us, int64_t now_us, int64_t *ret,
    struct err *e)
{
	const char *at = digits(s, ret);
	int64_t part, unit = SECOND_US;
	int parts = 1;

	if (s[0] != '\0' && (at == NULL || *at == '-')) {
		if (clock_moment(s, now_us, ret, NULL) < 0)
			goto bad;
		*ret = *ret < wall_us ? 0 : *ret - wall_us;
		return 0;
	}
	for (; at != NULL && *at == ':' && parts < 3; parts++) {
		at = digits(at + 1, &part);
		*ret = *ret * 60 + part;
		if (part >= 60)
			at = NULL;
	}
	*ret *= SECOND_US;
	if (at != NULL && *at == '.')
		for (at++; *at >= '0' && *at <= '9' && unit > 1; at++) {
			unit /= 10;
			*ret += (*at - '0') * unit;
		}
	if (at != NULL && *at == '\0' && *ret <= (int64_t)TIME_MAX_S *
	    SECOND_US)
		return 0;
bad:
	return err_set(e, ERR_USAGE, "%.60s: no time: seconds, 1:23:45, "
	    "-2h, today, yesterday, or as 2026-11-24T12:00:00Z", s);
}
