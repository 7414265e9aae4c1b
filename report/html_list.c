/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_list.h"

#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "lib/err.h"
#include "report/html_text.h"

static int
begin(struct buf *b, const char *kind, int64_t t_us, struct err *e)
{
	char time[HTML_TIME_MAX];

	html_time(t_us, time);
	return buf_printf(b, e, "<li class=\"%s\" data-t=\"%lld\"><time>%s"
	    "</time> <code>", kind, (long long)t_us, time);
}

/* A member as text; nothing when it is none. */
static int
member(struct buf *b, const json_t *j, const char *before, const char *key,
    struct err *e)
{
	const json_t *v = json_object_get(j, key);

	if (!json_is_string(v) && !json_is_integer(v))
		return 0;
	if (buf_puts(b, before, e) < 0)
		return -1;
	return json_is_string(v) ? html_text(b, json_string_value(v),
	    json_string_length(v), e) : buf_printf(b, e, "%lld",
	    (long long)json_integer_value(v));
}

struct part {
	const char *before, *key;
};

/* Some members in their order; the last part has no key. */
static int
members(struct buf *b, const json_t *j, const struct part *p, struct err *e)
{
	for (; p->key != NULL; p++)
		if (member(b, j, p->before, p->key, e) < 0)
			return -1;
	return 0;
}

static int
put_exec(struct html_lists *l, int64_t t_us, const json_t *j, struct err *e)
{
	static const struct part more[] = { { "", "exe" }, { " in ", "cwd" },
	    { ", uid ", "euid" }, { NULL, NULL } };
	const char *what = json_string_value(json_object_get(j, "decision"));
	bool logged = what == NULL || strcmp(what, "log") == 0;
	struct buf *b = &l->commands;

	l->execs++;
	if (begin(b, logged ? "exec" : "exec other", t_us, e) < 0 ||
	    member(b, j, "", "argv", e) < 0 ||
	    buf_puts(b, "</code>", e) < 0 ||
	    (!logged && (member(b, j, " <b>", "decision", e) < 0 ||
	    buf_puts(b, "</b>", e) < 0)) ||
	    buf_puts(b, " <small>", e) < 0 || members(b, j, more, e) < 0)
		return -1;
	return buf_puts(b, "</small></li>\n", e);
}

static int
put_transfer(struct html_lists *l, int64_t t_us, const json_t *j,
    struct err *e)
{
	static const struct part what[] = { { "", "did" }, { " ", "path" },
	    { " ", "program" }, { " to ", "to" }, { NULL, NULL } };
	static const struct part more[] = { { "bytes ", "bytes" },
	    { ", SHA-256 ", "sha256" }, { NULL, NULL } };
	struct buf *b = &l->commands;

	if (begin(b, "transfer", t_us, e) < 0 ||
	    members(b, j, what, e) < 0 ||
	    buf_puts(b, "</code> <small>", e) < 0 ||
	    members(b, j, more, e) < 0)
		return -1;
	return buf_puts(b, "</small></li>\n", e);
}

static int
put_masked(struct html_lists *l, int64_t t_us, const json_t *j,
    struct err *e)
{
	static const struct part more[] = { { "", "state" },
	    { ", columns shown: ", "exposed" }, { ", view: ", "view" },
	    { ", fingerprint ", "fp" }, { NULL, NULL } };
	const char *view = json_string_value(json_object_get(j, "view"));
	bool live = view != NULL && strcmp(view, "live") == 0;
	struct buf *b = &l->masked;

	if (live)
		l->exposed++;
	else if (json_is_true(json_object_get(j, "masked")))
		l->values++;
	if (begin(b, live ? "mask live" : "mask", t_us, e) < 0 ||
	    member(b, j, "", "rule", e) < 0 ||
	    buf_puts(b, "</code> <small>", e) < 0 ||
	    members(b, j, more, e) < 0)
		return -1;
	return buf_puts(b, "</small></li>\n", e);
}

static int
put_note(struct html_lists *l, int64_t t_us, const char *text, size_t n,
    struct err *e)
{
	if (begin(&l->commands, "note", t_us, e) < 0 ||
	    html_text(&l->commands, text, n, e) < 0)
		return -1;
	return buf_puts(&l->commands, "</code></li>\n", e);
}

int
html_list_mark(struct html_lists *l, int64_t t_us, const char *text,
    size_t n, struct err *e)
{
	static const struct {
		const char *kind;
		int (*put)(struct html_lists *, int64_t, const json_t *,
		    struct err *);
	} t[] = {
		{ "exec ", put_exec },
		{ "mask ", put_masked },
		{ "transfer ", put_transfer },
	};
	static const char of_no_use[] = "foreground ";

	if (n >= sizeof(of_no_use) - 1 && memcmp(text, of_no_use,
	    sizeof(of_no_use) - 1) == 0)
		return 0;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		size_t k = strlen(t[i].kind);
		json_t *j;
		int rc;

		if (n < k || memcmp(text, t[i].kind, k) != 0)
			continue;
		j = json_loadb(text + k, n - k, JSON_ALLOW_NUL, NULL);
		if (!json_is_object(j)) {
			json_decref(j);
			break;
		}
		rc = t[i].put(l, t_us, j, e);
		json_decref(j);
		return rc;
	}
	return put_note(l, t_us, text, n, e);
}

void
html_list_clear(struct html_lists *l)
{
	buf_clear(&l->commands);
	buf_clear(&l->masked);
}
