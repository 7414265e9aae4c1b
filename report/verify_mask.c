/* SPDX-License-Identifier: BSD-2-Clause
 * verify_mask.c - do recordings still show what rules would mask?
 *
 * Each is read again with the rules that masked it, which have to find
 * nothing, and with the newest.  A value is never told: its length, its
 * letters and digits as A, a and 9, and a digest by a key of this run, by
 * which the same value is known again. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "lib/list.h"
#include "recorder/mask/maskrules.h"
#include "report/castline.h"
#include "report/recordings.h"
#include "report/report.h"
#include "report/residual.h"
#include "report/rulesets.h"
#include "report/untag.h"

#define STATUS_RESIDUAL 1
#define STATUS_UNREAD 3		/* and nothing residual in the others */

enum { SAME, NEWEST };

struct run {
	struct report *r;
	struct rulesets sets;
	struct untag_tags tags;
	uint8_t key[MASK_KEY_LEN];
	json_t *rows, *recordings, *by_rule;
	unsigned read, off, missing, unread, dirty;
	uint64_t residual;
};

static void
count_rule(json_t *by_rule, const char *rule)
{
	(void)json_object_set_new(by_rule, rule, json_integer(1 +
	    json_integer_value(json_object_get(by_rule, rule))));
}

static void
add_row(struct run *v, const struct recording_row *row,
    const struct residual_hit *h)
{
	static const char *const by[] = { "", "same", "newest", "both" };
	char at[CASTLINE_TIME_MAX], fp[2 * MASK_FP_LEN + 1];
	json_t *o = recordings_json(row);

	hex_of(h->fp, MASK_FP_LEN, fp);
	fp[8] = '\0';
	(void)json_object_set_new(o, "at", json_string(castline_time(h->t_us,
	    false, at)));
	(void)json_object_set_new(o, "rule", json_string(h->rule));
	(void)json_object_set_new(o, "where",
	    json_string(residual_where_name(h->where)));
	(void)json_object_set_new(o, "length", json_integer(h->len));
	(void)json_object_set_new(o, "shape", json_string(h->shape));
	(void)json_object_set_new(o, "value", json_string(fp));
	(void)json_object_set_new(o, "rules", json_string(by[h->sets & 3]));
	(void)json_array_append_new(v->rows, o);
	count_rule(v->by_rule, h->rule);
}

/* Its rules at hand, and the newest; one of both when they are the same. */
static int
choose_rules(struct run *v, const struct residual_head *head,
    struct residual_options *o, struct err *e)
{
	struct mask_rules *same = NULL, *newest = NULL;
	int rc = 0;

	if (head->masked)
		rc = rulesets_of(&v->sets, head->rules, head->profiles, &same,
		    e);
	if (rc < 0 || rulesets_newest(&v->sets, head->role, &newest, e) < 0)
		return -1;
	v->tags = (struct untag_tags){ .any = same == NULL };
	if (same != NULL)
		untag_learn(&v->tags, same);
	untag_learn(&v->tags, newest);
	if (same != NULL && strcmp(mask_rules_hash(same),
	    mask_rules_hash(newest)) == 0 &&
	    strcmp(mask_rules_profiles(same), mask_rules_profiles(newest)) ==
	    0)
		newest = NULL;
	o->set[SAME] = same;
	o->set[NEWEST] = newest;
	return 0;
}

/* One whose descriptor we have; what was found goes into about. */
static int
read_one(struct run *v, const struct recording_row *row, int fd,
    json_t *about, struct err *e)
{
	struct residual_options o = { .tags = &v->tags, .key = v->key,
	    .go = recordings_progress, .arg = v };
	struct residual_head head = { 0 };
	struct residual found = { 0 };
	uint64_t count = 0;
	int rc;

	if (residual_head(fd, &head, e) < 0)
		return -2;
	o.command = head.command;
	if (choose_rules(v, &head, &o, e) < 0)
		return -1;
	rc = residual_scan(fd, &o, &found, e) < 0 ? -2 : 0;
	for (size_t i = 0; i < found.n; i++)
		if (found.hit[i].masks) {
			if (o.set[NEWEST] == NULL && o.set[SAME] != NULL)
				found.hit[i].sets = 3;
			add_row(v, row, &found.hit[i]);
			count++;
		}
	count += found.more;
	v->residual += count;
	v->dirty += count > 0 ? 1 : 0;
	v->off += head.masked ? 0 : 1;
	v->missing += head.masked && o.set[SAME] == NULL ? 1 : 0;
	(void)json_object_update(about, json_pack("{s:b, s:s, s:s, s:b, s:I}",
	    "masked", head.masked, "rules", head.rules, "profiles",
	    head.profiles, "rules_at_hand", o.set[SAME] != NULL, "residual",
	    (json_int_t)count));
	residual_clear(&found);
	explicit_bzero(&head, sizeof(head));
	return rc;
}

static int
each(void *arg, const struct recording_row *row, struct err *e)
{
	struct run *v = arg;
	json_t *about = recordings_json(row);
	struct err why = { 0 };
	int fd, rc;

	fd = recordings_open(v->r, row, &why);
	rc = fd < 0 ? fd : read_one(v, row, fd, about, &why);
	io_close(&fd);
	if (rc == 0)
		v->read++;
	if (rc == -2) {
		v->unread++;
		(void)json_object_set_new(about, "unread",
		    json_string(why.text));
	}
	(void)json_object_set_new(about, "gone", json_boolean(row->gone));
	(void)json_array_append_new(v->recordings, about);
	if (rc == -1)
		*e = why;
	return rc == -1 ? -1 : 0;
}

/* ---- what is told ----------------------------------------------------- */

static void
verdict(const struct run *v, char *ret, size_t size)
{
	int n = v->residual == 0 ? snprintf(ret, size, "0 residual in %u "
	    "recording%s", v->read, v->read == 1 ? "" : "s") :
	    snprintf(ret, size, "%llu residual in %u of %u recordings",
	    (unsigned long long)v->residual, v->dirty, v->read);

	if (v->unread > 0 && n > 0 && (size_t)n < size)
		(void)snprintf(ret + n, size - (size_t)n, ", %u not read",
		    v->unread);
}

static void
tell_recordings(const struct run *v)
{
	FILE *out = v->r->out;
	const json_t *o;
	size_t i;

	json_array_foreach(v->recordings, i, o) {
		const char *id = list_str(o, "session"),
		    *why = list_str(o, "unread");

		if (why[0] != '\0')
			(void)fprintf(out, "%s was not read: %s\n", id, why);
		else if (!json_is_true(json_object_get(o, "masked")))
			(void)fprintf(out, "%s was recorded with masking "
			    "off\n", id);
		else if (!json_is_true(json_object_get(o, "rules_at_hand")))
			(void)fprintf(out, "%s was masked by rules %.12s, "
			    "which are not at hand: read with the newest "
			    "alone\n", id, list_str(o, "rules"));
	}
}

static int
tell_table(struct run *v, struct err *e)
{
	static const char *const columns[] = { "session", "SESSION", "at",
	    "AT", "person", "<PERSON", "account", "ACCOUNT", "rule", "RULE",
	    "where", "WHERE", "length", "LENGTH", "shape", "SHAPE", "value",
	    "VALUE", "rules", "RULES", NULL };
	const char *rule;
	const json_t *n;

	if (recordings_table(v->r, v->rows, columns, e) < 0)
		return -1;
	if (json_array_size(v->rows) > 0)
		(void)fputc('\n', v->r->out);
	json_object_foreach(v->by_rule, rule, n)
		(void)fprintf(v->r->out, "%s: %lld\n", rule,
		    (long long)json_integer_value(n));
	tell_recordings(v);
	return 0;
}

static int
tell(struct run *v, struct err *e)
{
	json_t *about = source_facts(v->r, e);
	char text[160];
	int rc = 0;

	if (about == NULL)
		return -1;
	verdict(v, text, sizeof(text));
	if (v->r->format == SHEET_JSON) {
		(void)json_object_set_new(about, "verdict",
		    json_string(text));
		(void)json_object_set_new(about, "residual",
		    json_integer((json_int_t)v->residual));
		(void)json_object_set(about, "by_rule", v->by_rule);
		(void)json_object_set(about, "recordings", v->recordings);
		(void)json_object_set(about, "rows", v->rows);
		rc = list_json(v->r->out, about, e);
	} else {
		source_tell(v->r, about);
		rc = tell_table(v, e);
		(void)fprintf(v->r->out, "%s\n", text);
	}
	json_decref(about);
	return rc;
}

int
report_verify_mask(struct report *r, struct err *e)
{
	const char *rules = words_value(r->words, "rules");
	struct run *v = calloc(1, sizeof(*v));
	int rc = -1;

	if (v == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	v->r = r;
	v->rows = json_array();
	v->recordings = json_array();
	v->by_rule = json_object();
	if (rules != NULL && strcmp(rules, "newest") == 0)
		rules = NULL;
	if (getrandom(v->key, sizeof(v->key), 0) != (ssize_t)sizeof(v->key))
		(void)err_sys(e, "no random key");
	else if (rulesets_open(r->config, rules, &v->sets, e) == 0)
		rc = recordings_each(r, r->words->arg, r->words->args, each,
		    v, e);
	if (rc == 0)
		rc = tell(v, e);
	if (rc == 0)
		r->status = v->residual > 0 ? STATUS_RESIDUAL :
		    v->unread > 0 ? STATUS_UNREAD : 0;
	rulesets_clear(&v->sets);
	json_decref(v->rows);
	json_decref(v->recordings);
	json_decref(v->by_rule);
	explicit_bzero(v->key, sizeof(v->key));
	free(v);
	return rc;
}
