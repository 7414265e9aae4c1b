/* SPDX-License-Identifier: BSD-2-Clause
 * rehearse.c - what new mask rules would have hidden in past recordings.
 *
 * Samples are lines with the values of the new rules masked, and those of the
 * rules of this host too. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/list.h"
#include "lib/visible.h"
#include "recorder/mask/maskrules.h"
#include "report/castline.h"
#include "report/recordings.h"
#include "report/report.h"
#include "report/residual.h"
#include "report/rulesets.h"
#include "report/untag.h"

#define SAMPLES 5		/* of a rule, unless --samples says */
#define SAMPLES_MAX 1000
#define SAMPLE_MAX 100		/* bytes shown of a line */
#define SAMPLE_BEFORE 50	/* of them before what is masked */
#define PAST_US (30 * CLOCK_DAY_US)

struct run {
	struct report *r;
	struct rulesets sets;
	struct mask_rules *rules, *newest;
	struct untag_tags tags;
	uint8_t key[MASK_KEY_LEN];
	json_t *by_rule, *by_session, *samples, *seen;
	const struct recording_row *row;	/* that is read */
	long each;		/* samples of a rule */
	unsigned read, unread;
	uint64_t values;
};

/* ---- samples ---------------------------------------------------------- */

/* The part of a masked line around its first star, on whole characters. */
static void
part(const char *p, size_t n, size_t *from, size_t *len)
{
	const char *star = n == 0 ? NULL : memchr(p, '*', n);
	size_t at = star == NULL ? 0 : (size_t)(star - p), end;

	*from = at > SAMPLE_BEFORE ? at - SAMPLE_BEFORE : 0;
	while (*from < n && ((unsigned char)p[*from] & 0xc0) == 0x80)
		(*from)++;
	end = n - *from > SAMPLE_MAX ? *from + SAMPLE_MAX : n;
	while (end < n && end > *from &&
	    ((unsigned char)p[end] & 0xc0) == 0x80)
		end--;
	*len = end - *from;
}

/* How many samples of this rule there are; one more when add. */
static long
count(json_t *seen, const char *rule, bool add)
{
	long n = (long)json_integer_value(json_object_get(seen, rule));

	if (add)
		(void)json_object_set_new(seen, rule, json_integer(n + 1));
	return n;
}

static void
add_sample(struct run *v, const char *rule, int64_t t_us, const char *text)
{
	char at[CASTLINE_TIME_MAX];
	const json_t *old;
	json_t *o;
	size_t i;

	json_array_foreach(v->samples, i, old)
		if (strcmp(list_str(old, "rule"), rule) == 0 &&
		    strcmp(list_str(old, "line"), text) == 0)
			return;
	(void)count(v->seen, rule, true);
	o = recordings_json(v->row);
	(void)json_object_set_new(o, "at", json_string(castline_time(t_us,
	    false, at)));
	(void)json_object_set_new(o, "rule", json_string(rule));
	(void)json_object_set_new(o, "line", json_string(text));
	(void)json_array_append_new(v->samples, o);
}

static void
line(void *arg, const char *rule, int64_t t_us, const char *p, size_t n)
{
	struct run *v = arg;
	struct buf masked = BUF_INIT(8 * RESCAN_LINE),
	    shown = BUF_INIT(8 * SAMPLE_MAX);
	size_t from, len;

	if (n == 0 || count(v->seen, rule, false) >= v->each)
		return;
	if (rulesets_mask(v->newest, p, n, &masked, NULL) == 0) {
		part(masked.p, masked.len, &from, &len);
		if (visible_put(&shown, masked.p + from, len, NULL) == 0 &&
		    shown.len > 0)
			add_sample(v, rule, t_us, shown.p);
	}
	buf_clear(&masked);
	buf_clear(&shown);
}

/* ---- one recording ---------------------------------------------------- */

static void
add_rule(json_t *by_rule, const char *rule, const char *session)
{
	json_t *o = json_object_get(by_rule, rule);

	if (o == NULL) {
		o = json_pack("{s:s, s:i, s:i, s:s}", "rule", rule, "values",
		    0, "sessions", 0, "last", "");
		(void)json_object_set_new(by_rule, rule, o);
	}
	(void)json_object_set_new(o, "values", json_integer(1 +
	    list_int(o, "values")));
	if (strcmp(list_str(o, "last"), session) == 0)
		return;
	(void)json_object_set_new(o, "last", json_string(session));
	(void)json_object_set_new(o, "sessions", json_integer(1 +
	    list_int(o, "sessions")));
}

static int
read_one(struct run *v, int fd, struct err *e)
{
	struct residual_options o = { .tags = &v->tags, .key = v->key,
	    .set = { v->rules }, .line = line, .go = recordings_progress,
	    .arg = v };
	struct residual_head head = { 0 };
	struct residual found = { 0 };
	uint64_t n;
	int rc = residual_head(fd, &head, e);
	json_t *about;

	if (rc < 0)
		return -2;
	if (rulesets_newest(&v->sets, head.role, &v->newest, e) < 0)
		return -1;
	untag_learn(&v->tags, v->newest);
	o.command = head.command;
	rc = residual_scan(fd, &o, &found, e) < 0 ? -2 : 0;
	for (size_t i = 0; i < found.n; i++)
		add_rule(v->by_rule, found.hit[i].rule, v->row->id);
	n = found.n + found.more;
	v->values += n;
	if (n > 0) {
		about = recordings_json(v->row);
		(void)json_object_set_new(about, "values",
		    json_integer((json_int_t)n));
		(void)json_array_append_new(v->by_session, about);
	}
	residual_clear(&found);
	explicit_bzero(&head, sizeof(head));
	return rc;
}

static int
each(void *arg, const struct recording_row *row, struct err *e)
{
	struct run *v = arg;
	int fd, rc;

	v->row = row;
	fd = recordings_open(v->r, row, e);
	rc = fd < 0 ? fd : read_one(v, fd, e);
	io_close(&fd);
	if (rc == 0)
		v->read++;
	if (rc == -2) {
		v->unread++;
		(void)fprintf(stderr, "warrant-report: %s was not read: %s\n",
		    row->id, e->text);
	}
	return rc == -1 ? -1 : 0;
}

/* ---- what is told ----------------------------------------------------- */

static json_t *
rules_list(const struct run *v)
{
	json_t *list = json_array(), *o;
	const char *rule;

	json_object_foreach(v->by_rule, rule, o) {
		(void)json_object_del(o, "last");
		(void)json_array_append(list, o);
	}
	return list;
}

static int
tell_tables(struct run *v, const json_t *rules, struct err *e)
{
	static const char *const by_rule[] = { "rule", "RULE", "values",
	    "VALUES", "sessions", "SESSIONS", NULL };
	static const char *const by_session[] = { "session", "SESSION",
	    "from", "FROM", "person", "<PERSON", "account", "ACCOUNT",
	    "values", "VALUES", NULL };
	static const char *const samples[] = { "session", "SESSION", "at",
	    "AT", "rule", "RULE", "line", "<LINE, MASKED", NULL };

	if (v->values > 0) {
		if (recordings_table(v->r, rules, by_rule, e) < 0)
			return -1;
		(void)fputc('\n', v->r->out);
		if (recordings_table(v->r, v->by_session, by_session, e) < 0)
			return -1;
		(void)fputc('\n', v->r->out);
	}
	if (json_array_size(v->samples) > 0) {
		if (recordings_table(v->r, v->samples, samples, e) < 0)
			return -1;
		(void)fputc('\n', v->r->out);
	}
	(void)fprintf(v->r->out, "%llu value%s would have been masked in %zu "
	    "of %u recordings\n", (unsigned long long)v->values,
	    v->values == 1 ? "" : "s", json_array_size(v->by_session),
	    v->read);
	return 0;
}

static int
tell(struct run *v, struct err *e)
{
	json_t *about = source_facts(v->r, e), *rules = rules_list(v);
	int rc = -1;

	if (about != NULL && v->r->format == SHEET_JSON) {
		(void)json_object_set_new(about, "values",
		    json_integer((json_int_t)v->values));
		(void)json_object_set_new(about, "read",
		    json_integer(v->read));
		(void)json_object_set_new(about, "unread",
		    json_integer(v->unread));
		(void)json_object_set(about, "by_rule", rules);
		(void)json_object_set(about, "by_session", v->by_session);
		(void)json_object_set(about, "samples", v->samples);
		rc = list_json(v->r->out, about, e);
	} else if (about != NULL) {
		source_tell(v->r, about);
		rc = tell_tables(v, rules, e);
	}
	json_decref(rules);
	json_decref(about);
	return rc;
}

static int
samples_asked(const struct report *r, long *ret, struct err *e)
{
	const char *text = words_value(r->words, "samples");
	char *end;

	*ret = SAMPLES;
	if (text == NULL)
		return 0;
	*ret = strtol(text, &end, 10);
	if (*end != '\0' || *ret < 0 || *ret > SAMPLES_MAX)
		return err_set(e, ERR_USAGE, "--samples %.20s: a number up "
		    "to %d", text, SAMPLES_MAX);
	return 0;
}

int
report_rehearse(struct report *r, struct err *e)
{
	struct run *v = calloc(1, sizeof(*v));
	int rc = -1;

	if (v == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	*v = (struct run){ .r = r, .by_rule = json_object(),
	    .by_session = json_array(), .samples = json_array(),
	    .seen = json_object(), .tags = { .any = true } };
	if (words_value(r->words, "since") == NULL)
		r->since_us = clock_wall_us() - PAST_US;
	if (getrandom(v->key, sizeof(v->key), 0) != (ssize_t)sizeof(v->key))
		(void)err_sys(e, "no random key");
	else if (samples_asked(r, &v->each, e) == 0 &&
	    mask_rules_compile(&r->words->arg[0], 1, "all", &v->rules, e) ==
	    0 && rulesets_open(r->config, NULL, &v->sets, e) == 0) {
		untag_learn(&v->tags, v->rules);
		rc = recordings_each(r, NULL, 0, each, v, e);
	}
	if (rc == 0)
		rc = tell(v, e);
	if (rc == 0 && v->unread > 0)
		r->status = 3;
	rulesets_clear(&v->sets);
	mask_rules_free(v->rules);
	json_decref(v->by_rule);
	json_decref(v->by_session);
	json_decref(v->samples);
	json_decref(v->seen);
	explicit_bzero(v->key, sizeof(v->key));
	free(v);
	return rc;
}
