/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "report/html_page.h"

#include <string.h>

#include "lib/b64.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "report/html_text.h"
#include "schema/digest.h"

/* The first words of a page; the style at its end takes them away. */
static const char cut_text[] = "<p id=\"cut\">This page is not whole: its "
    "end is missing, or it is still loading. Make it again with "
    "warrant-replay --html.</p>\n";
static const char whole_css[] = "#cut{display:none}";

/* ---- head ------------------------------------------------------------- */

/* 'sha256-...' of what stands between two tags. */
static int
put_hash(struct buf *b, const char *text, struct err *e)
{
	unsigned char hash[DIGEST_LEN];

	if (digest_2(text, strlen(text), NULL, 0, hash, e) < 0 ||
	    buf_puts(b, " 'sha256-", e) < 0 ||
	    b64_encode(hash, sizeof(hash), b, e) < 0)
		return -1;
	return buf_puts(b, "'", e);
}

static int
put_policy(struct buf *b, struct err *e)
{
	if (buf_puts(b, "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; base-uri 'none'; form-action "
	    "'none'; require-trusted-types-for 'script'; script-src", e) < 0 ||
	    put_hash(b, html_player_js, e) < 0 ||
	    buf_puts(b, "; style-src", e) < 0 ||
	    put_hash(b, html_player_css, e) < 0 ||
	    put_hash(b, whole_css, e) < 0)
		return -1;
	return buf_puts(b, "\">\n", e);
}

/* Append a member of the header's member warrant; nothing when it has none. */
static int
put_word(struct buf *b, const json_t *header, const char *key, struct err *e)
{
	const json_t *w = json_object_get(header, "warrant");
	const json_t *s = json_object_get(w, key);

	return json_is_string(s) ? html_text(b, json_string_value(s),
	    json_string_length(s), e) : 0;
}

static int
put_title(struct buf *b, const json_t *header, struct err *e)
{
	size_t before = b->len, named;

	if (put_word(b, header, "channel", e) < 0 || (b->len == before &&
	    buf_puts(b, "recording", e) < 0) || buf_puts(b, ": ", e) < 0)
		return -1;
	named = b->len;
	if (put_word(b, header, "account", e) < 0)
		return -1;
	if (b->len == named) {
		b->len -= 2;
		return 0;
	}
	return buf_puts(b, "@", e) < 0 ? -1 : put_word(b, header, "host", e);
}

int
html_page_head(struct buf *b, const json_t *header, struct err *e)
{
	if (buf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n", e) < 0 || put_policy(b, e) < 0 ||
	    buf_puts(b, "<meta name=\"viewport\" content=\"width=device-width"
	    ", initial-scale=1\">\n<meta name=\"color-scheme\" content=\""
	    "light dark\">\n<meta name=\"generator\" content=\"warrant-replay "
	    PACKAGE_VERSION "\">\n<title>", e) < 0 ||
	    put_title(b, header, e) < 0 ||
	    buf_puts(b, "</title>\n<style>", e) < 0 ||
	    buf_puts(b, html_player_css, e) < 0 ||
	    buf_puts(b, "</style>\n</head>\n<body>\n", e) < 0)
		return -1;
	return buf_puts(b, cut_text, e);
}

/* ---- where it comes from ---------------------------------------------- */

static int
row(struct buf *b, const char *name, const char *value, struct err *e)
{
	if (value[0] == '\0')
		return 0;
	if (buf_printf(b, e, "<dt>%s</dt><dd>", name) < 0 ||
	    html_texts(b, value, e) < 0)
		return -1;
	return buf_puts(b, "</dd>\n", e);
}

static int
put_fact(struct buf *b, const char *name, const json_t *header,
    const char *key, struct err *e)
{
	size_t before = b->len, empty;

	if (buf_printf(b, e, "<dt>%s</dt><dd>", name) < 0)
		return -1;
	empty = b->len;
	if (put_word(b, header, key, e) < 0)
		return -1;
	if (b->len == empty) {
		b->len = before;
		return 0;
	}
	return buf_puts(b, "</dd>\n", e);
}

static int
put_started(struct buf *b, const json_t *header, struct err *e)
{
	const json_t *w = json_object_get(header, "warrant");
	json_int_t us = json_integer_value(json_object_get(w, "opened_us"));
	char text[CLOCK_TEXT_MAX];

	if (us == 0)
		us = json_integer_value(json_object_get(header,
		    "timestamp"));
	else
		us /= 1000000;
	if (us <= 0 || us > INT64_C(253402300799)) /* the year 9999 */
		return row(b, "Started", "the recording does not tell", e);
	clock_format(us * 1000000, text);
	(void)strcpy(strchr(text, '.'), "Z");
	return row(b, "Started (UTC)", text, e);
}

static int
put_lasted(struct buf *b, const struct html_facts *f, struct err *e)
{
	char end[HTML_TIME_MAX], from[HTML_TIME_MAX], to[HTML_TIME_MAX];

	html_time(f->end_us, end);
	html_time(f->from_us, from);
	html_time(f->to_us, to);
	if (buf_printf(b, e, "<dt>Duration</dt><dd>%s", end) < 0 ||
	    ((f->from_us > 0 || f->to_us < f->end_us) && buf_printf(b, e,
	    "; <strong>this page shows %s to %s of it</strong>", from, to) <
	    0))
		return -1;
	return buf_puts(b, "</dd>\n", e);
}

static int
put_ended(struct buf *b, const struct html_facts *f, struct err *e)
{
	if (f->status[0] != '\0')
		return row(b, "End", f->status, e);
	return row(b, "End", f->sum.closed ? "closed, without an exit status" :
	    f->broken != NULL ? "not known: see Chain" :
	    "none: it grows still, was interrupted, or was cut", e);
}

static int
put_masks(struct buf *b, const struct html_facts *f,
    const struct html_lists *l, struct err *e)
{
	const json_t *w = json_object_get(f->header, "warrant");
	const json_t *m = json_object_get(w, "mask");

	if (buf_printf(b, e, "<dt>Masked values</dt><dd>%u", l->values) < 0 ||
	    (l->exposed > 0 && buf_printf(b, e, "; %u shown in part to the "
	    "person before they were known", l->exposed) < 0) ||
	    buf_puts(b, json_is_object(m) ? "" : "; nothing was masked in "
	    "this recording", e) < 0 || buf_puts(b, "</dd>\n", e) < 0)
		return -1;
	if (!json_is_object(m))
		return 0;
	m = json_object_get(m, "profiles");
	return row(b, "Mask profiles", json_is_string(m) ?
	    json_string_value(m) : "", e);
}

static int
put_chain(struct buf *b, const struct html_facts *f, struct err *e)
{
	char hash[2 * RECORD_HASH + 1], at[HTML_TIME_MAX];

	hex_of(f->sum.hash, RECORD_HASH, hash);
	html_time(f->unproven_us, at);
	if (buf_puts(b, "<dt>Chain</dt><dd id=\"chain\">", e) < 0)
		return -1;
	if (f->broken != NULL) {
		if (buf_puts(b, "<strong class=\"bad\">BROKEN</strong>: ", e) <
		    0 || html_texts(b, f->broken, e) < 0 || buf_puts(b,
		    ". Shown is what was verified before; nothing of what "
		    "lies behind.", e) < 0)
			return -1;
	} else if (f->unproven_us >= 0) {
		if (buf_printf(b, e, "<strong class=\"bad\">not whole</strong>"
		    ": verified up to %s; what is shown behind stands in a "
		    "frame without its chain.", at) < 0)
			return -1;
	} else if (!f->sum.closed) {
		if (buf_puts(b, "<strong class=\"bad\">not whole</strong>: "
		    "verified, but the last frame is missing.", e) < 0)
			return -1;
	} else if (buf_puts(b, "<strong class=\"good\">verified</strong>: "
	    "whole, each frame chained to the one before.", e) < 0) {
		return -1;
	}
	return buf_printf(b, e, " Frames: %llu.</dd>\n<dt>Head</dt><dd><code "
	    "id=\"head\">%s</code></dd>\n", (unsigned long long)f->sum.frames,
	    hash);
}

static int
put_made(struct buf *b, const struct html_facts *f, struct err *e)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(f->made_us, text);
	(void)strcpy(strchr(text, '.'), "Z");
	if (buf_printf(b, e, "<dt>Page made (UTC)</dt><dd>%s by warrant-replay "
	    PACKAGE_VERSION "</dd>\n</dl>\n", text) < 0 ||
	    buf_puts(b, "<p class=\"note\">Verified means that the file holds "
	    "in itself. That it is the recording of this session, and the "
	    "whole of it, the ledger knows: compare the head, or see "
	    "warrant-report verify.</p>\n", e) < 0)
		return -1;
	return f->clamped ? buf_puts(b, "<p class=\"bad\">The terminal had "
	    "not 2 to 1000 columns and 1 to 500 lines: it is drawn as the "
	    "nearest that has.</p>\n", e) : 0;
}

static int
put_provenance(struct buf *b, const struct html_facts *f,
    const struct html_lists *l, struct err *e)
{
	static const struct {
		const char *name, *key;
	} t[] = {
		{ "Session", "channel" },
		{ "Person", "name" },
		{ "Person's id", "person" },
		{ "Account", "account" },
		{ "Host", "host" },
		{ "Role", "role" },
		{ "Grant", "grant" },
		{ "Connection", "connection" },
		{ "Command", "command" },
	};

	if (buf_puts(b, "<header>\n<h1>", e) < 0 ||
	    put_title(b, f->header, e) < 0 ||
	    buf_puts(b, "</h1>\n<dl id=\"provenance\">\n", e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (put_fact(b, t[i].name, f->header, t[i].key, e) < 0)
			return -1;
	if (put_started(b, f->header, e) < 0 || put_lasted(b, f, e) < 0 ||
	    put_ended(b, f, e) < 0 || put_masks(b, f, l, e) < 0 ||
	    put_chain(b, f, e) < 0 || put_made(b, f, e) < 0)
		return -1;
	return buf_puts(b, "</header>\n", e);
}

/* ---- the rest --------------------------------------------------------- */

static const char noscript[] =
    "<noscript><p class=\"note\">To play the recording the browser must run "
    "the script in this page; it loads nothing and speaks to nobody. What "
    "stands here can be read without. warrant-replay --text prints the "
    "output.</p></noscript>\n";

static const char player[] =
    "<div id=\"stage\"><div id=\"screen\" role=\"img\" aria-label=\"the "
    "terminal\"></div></div>\n"
    "<canvas id=\"bar\" tabindex=\"0\" role=\"slider\" aria-label=\"time\" "
    "aria-valuemin=\"0\"></canvas>\n"
    "<div id=\"controls\">\n"
    "<button id=\"play\" type=\"button\">Play</button>\n"
    "<output id=\"clock\"></output>\n"
    "<label>Speed <select id=\"speed\"><option>0.5<option selected>1"
    "<option>2<option>4<option>8<option>16</select></label>\n"
    "<label>Pauses <select id=\"idle\"><option value=\"0\">full"
    "<option value=\"0.5\">0.5 s<option value=\"2\" selected>2 s"
    "<option value=\"10\">10 s</select></label>\n"
    "<label>Search <input id=\"search\" type=\"search\" autocomplete=\"off\""
    " spellcheck=\"false\"></label>\n"
    "<button id=\"before\" type=\"button\">Prev</button>\n"
    "<button id=\"next\" type=\"button\">Next</button>\n"
    "<output id=\"found\"></output>\n"
    "<button id=\"keys\" type=\"button\">Keys</button>\n"
    "</div>\n"
    "<dialog id=\"help\"><h2>Keys</h2><dl>\n"
    "<dt>space</dt><dd>play, pause</dd>\n"
    "<dt>left, right</dt><dd>5 s back, on; with shift 60 s</dd>\n"
    "<dt>up, down</dt><dd>the command before, after</dd>\n"
    "<dt>, .</dt><dd>one change back, on</dd>\n"
    "<dt>+ -</dt><dd>faster, slower</dd>\n"
    "<dt>Home, End</dt><dd>to the start, the end</dd>\n"
    "<dt>/ n N</dt><dd>search; next, previous</dd>\n"
    "<dt>?</dt><dd>this</dd>\n"
    "</dl><p>#t=90 behind the page's name opens it at 90 s.</p>"
    "<button id=\"close\" type=\"button\">Close</button></dialog>\n";

static int
put_list(struct buf *b, const char *id, const char *name, unsigned n,
    const struct buf *list, struct err *e)
{
	if (buf_printf(b, e, "<section><h2>%s (%u)</h2>\n<ol id=\"%s\">\n",
	    name, n, id) < 0 || buf_put(b, list->p == NULL ? "" : list->p,
	    list->len, e) < 0)
		return -1;
	return buf_puts(b, "</ol></section>\n", e);
}

int
html_page_tail(struct buf *b, const struct html_facts *f,
    const struct html_lists *l, struct err *e)
{
	if (buf_printf(b, e, "<style>%s</style>\n", whole_css) < 0 ||
	    put_provenance(b, f, l, e) < 0 ||
	    buf_puts(b, noscript, e) < 0 ||
	    buf_printf(b, e, "<main data-from=\"%lld\" data-to=\"%lld\">\n"
	    "<div id=\"player\" hidden>\n", (long long)f->from_us,
	    (long long)f->to_us) < 0 ||
	    buf_puts(b, player, e) < 0 ||
	    buf_puts(b, "</div>\n<aside>\n", e) < 0 ||
	    put_list(b, "commands", "Commands", l->execs, &l->commands, e) <
	    0 ||
	    put_list(b, "masked", "Masked values", l->values, &l->masked,
	    e) < 0 ||
	    buf_puts(b, "</aside>\n</main>\n<script>", e) < 0 ||
	    buf_puts(b, html_player_js, e) < 0)
		return -1;
	return buf_puts(b, "</script>\n</body>\n</html>\n", e);
}
