/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/list.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/table.h"
#include "lib/visible.h"

#define SECOND_US INT64_C(1000000)
#define TEXT_ROOM 2048
#define FACT_ROOM 16384	/* the words of a program are long */

const char *
list_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

int64_t
list_int(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

const char *
list_time(int64_t us, int64_t now_us, char ret[LIST_TEXT_MAX])
{
	time_t t = (time_t)(us / SECOND_US), now = (time_t)(now_us /
	    SECOND_US);
	struct tm a, b;

	if (localtime_r(&t, &a) == NULL || localtime_r(&now, &b) == NULL ||
	    strftime(ret, LIST_TEXT_MAX, a.tm_yday == b.tm_yday &&
	    a.tm_year == b.tm_year ? "%H:%M %Z" : "%Y-%m-%d %H:%M %Z",
	    &a) == 0)
		(void)snprintf(ret, LIST_TEXT_MAX, "?");
	return ret;
}

const char *
list_length(int64_t s, char ret[LIST_TEXT_MAX])
{
	if (s <= 0) {
		(void)snprintf(ret, LIST_TEXT_MAX, "0s");
		return ret;
	}
	clock_duration_format(s * SECOND_US, ret);
	return ret;
}

/* Two units are enough to read: 2h05m12s is 2h5m. */
static int64_t
rounded(int64_t s)
{
	if (s >= 86400)
		return s - s % 3600;
	if (s >= 60)
		return s - s % 60;
	return s;
}

const char *
list_when(int64_t us, int64_t now_us, char ret[LIST_TEXT_MAX])
{
	char length[LIST_TEXT_MAX];
	int64_t s = (us - now_us) / SECOND_US;

	if (s == 0)
		(void)snprintf(ret, LIST_TEXT_MAX, "now");
	else if (s > 0)
		(void)snprintf(ret, LIST_TEXT_MAX, "in %.40s",
		    list_length(rounded(s), length));
	else
		(void)snprintf(ret, LIST_TEXT_MAX, "%.40s ago",
		    list_length(rounded(-s), length));
	return ret;
}

const char *
list_id(const char *id, char ret[LIST_TEXT_MAX])
{
	(void)snprintf(ret, LIST_TEXT_MAX, "%.*s", LIST_ID_CHARS, id);
	return ret;
}

static enum table_colour
colour_of(const char *state)
{
	if (strcmp(state, "granted") == 0 || strcmp(state, "active") == 0)
		return TABLE_GREEN;
	if (strcmp(state, "pending") == 0)
		return TABLE_YELLOW;
	if (strcmp(state, "denied") == 0 || strcmp(state, "revoked") == 0)
		return TABLE_RED;
	return TABLE_PLAIN;
}

static const char *
needs(const json_t *r, char ret[LIST_TEXT_MAX])
{
	int64_t have = list_int(r, "have");

	if (strcmp(list_str(r, "state"), "pending") != 0)
		(void)snprintf(ret, LIST_TEXT_MAX, "-");
	else if (have == 0)
		(void)snprintf(ret, LIST_TEXT_MAX, "%d",
		    (int)list_int(r, "missing"));
	else
		(void)snprintf(ret, LIST_TEXT_MAX, "%d (%d so far)",
		    (int)list_int(r, "missing"), (int)have);
	return ret;
}

int
list_requests(FILE *out, const json_t *requests, int64_t now_us,
    struct err *e)
{
	static const char *const heads[] = { "ID", "WHO", "ROLE", "ON", "FOR",
	    "<REASON", "ASKED", "STATE", "NEEDS", "LAPSES", NULL };
	struct table *t = table_open(out, heads, e);
	const json_t *r;
	int rc = -1;
	size_t i;

	if (t == NULL)
		return -1;
	json_array_foreach(requests, i, r) {
		char text[5][LIST_TEXT_MAX];
		const char *state = list_str(r, "state");
		const char *cells[] = { list_id(list_str(r, "request"),
		    text[0]), list_str(r, "name"), list_str(r, "role"),
		    list_str(r, "host"), list_length(list_int(r, "for_s"),
		    text[1]), list_str(r, "reason"),
		    list_when(list_int(r, "asked_us"), now_us, text[2]),
		    state, needs(r, text[3]),
		    strcmp(state, "pending") != 0 ? "-" :
		    list_when(list_int(r, "lapse_us"), now_us, text[4]) };

		if (table_row(t, cells, colour_of(state), e) < 0)
			goto out;
	}
	rc = table_print(t, e);
out:
	table_close(t);
	return rc;
}

int
list_grants(FILE *out, const json_t *grants, int64_t now_us, struct err *e)
{
	static const char *const heads[] = { "GRANT", "WHO", "ROLE", "ON",
	    "ACCOUNT", "FROM", "UNTIL", "STATE", NULL };
	struct table *t = table_open(out, heads, e);
	const json_t *g;
	int rc = -1;
	size_t i;

	if (t == NULL)
		return -1;
	json_array_foreach(grants, i, g) {
		char text[3][LIST_TEXT_MAX];
		const char *cells[] = { list_id(list_str(g, "grant"),
		    text[0]), list_str(g, "name"), list_str(g, "role"),
		    list_str(g, "host"), list_str(g, "account"),
		    list_time(list_int(g, "from_us"), now_us, text[1]),
		    list_time(list_int(g, "until_us"), now_us, text[2]),
		    list_str(g, "state") };

		if (table_row(t, cells, colour_of(list_str(g, "state")),
		    e) < 0)
			goto out;
	}
	rc = table_print(t, e);
out:
	table_close(t);
	return rc;
}

/* Which way a role may move them (warrant.conf(5), transfer). */
static const char *
files_of(const char *transfer)
{
	return strcmp(transfer, "log") == 0 ? "in, out" :
	    strcmp(transfer, "deny") == 0 ? "-" : transfer;
}

int
list_roles(FILE *out, const json_t *roles, struct err *e)
{
	static const char *const heads[] = { "ROLE", "<WHAT YOU GET",
	    "ACCOUNT", "FILES", "AT MOST", "APPROVED BY", "NOW", NULL };
	struct table *t = table_open(out, heads, e);
	const json_t *r;
	int rc = -1;
	size_t i;

	if (t == NULL)
		return -1;
	json_array_foreach(roles, i, r) {
		char length[LIST_TEXT_MAX], by[TEXT_ROOM];
		const char *cells[] = { list_str(r, "role"),
		    list_str(r, "about"), list_str(r, "account"),
		    files_of(list_str(r, "transfer")),
		    list_length(list_int(r, "max_s"), length), by,
		    list_str(r, "now") };

		(void)snprintf(by, sizeof(by), "%d of %s",
		    (int)list_int(r, "quorum"), list_str(r, "approvers"));
		if (table_row(t, cells, TABLE_PLAIN, e) < 0)
			goto out;
	}
	rc = table_print(t, e);
out:
	table_close(t);
	return rc;
}

const char *
list_line(const json_t *r, char *ret, size_t size)
{
	char length[LIST_TEXT_MAX], host[256], reason[TEXT_ROOM];

	(void)snprintf(ret, size, "%s on %s for %s, \"%s\"",
	    list_str(r, "role"), visible(list_str(r, "host"), host,
	    sizeof(host)), list_length(list_int(r, "for_s"), length),
	    visible(list_str(r, "reason"), reason, sizeof(reason)));
	return ret;
}

void
list_fact(FILE *out, const char *name, const char *value)
{
	static char shown[FACT_ROOM];

	if (value[0] != '\0')
		(void)fprintf(out, "%-10s %s\n", name, visible(value, shown,
		    sizeof(shown)));
}

void
list_moment(FILE *out, const char *name, int64_t us, int64_t now_us)
{
	char at[LIST_TEXT_MAX], when[LIST_TEXT_MAX];

	if (us != 0)
		(void)fprintf(out, "%-10s %s (%s)\n", name, list_time(us,
		    now_us, at), list_when(us, now_us, when));
}

static void
decisions(FILE *out, const json_t *list, int64_t now_us)
{
	const json_t *d;
	size_t i;

	json_array_foreach(list, i, d) {
		char at[LIST_TEXT_MAX], length[LIST_TEXT_MAX];
		char name[256], text[TEXT_ROOM];
		const char *message = list_str(d, "message");

		(void)fprintf(out, "%-10s %s by %s at %s",
		    i == 0 ? "decided" : "", list_str(d, "verdict"),
		    visible(list_str(d, "name"), name, sizeof(name)),
		    list_time(list_int(d, "at_us"), now_us, at));
		if (strcmp(list_str(d, "verdict"), "approve") == 0)
			(void)fprintf(out, " for %s", list_length(list_int(d,
			    "for_s"), length));
		if (message[0] != '\0')
			(void)fprintf(out, ": \"%s\"", visible(message, text,
			    sizeof(text)));
		(void)fputc('\n', out);
	}
}

int
list_request(FILE *out, const json_t *r, int64_t now_us, struct err *e)
{
	char length[LIST_TEXT_MAX], need[LIST_TEXT_MAX + 300];

	list_fact(out, "request", list_str(r, "request"));
	list_fact(out, "state", list_str(r, "state"));
	list_fact(out, "who", list_str(r, "name"));
	list_fact(out, "person", list_str(r, "person"));
	list_fact(out, "role", list_str(r, "role"));
	list_fact(out, "account", list_str(r, "account"));
	list_fact(out, "on", list_str(r, "host"));
	list_fact(out, "for", list_length(list_int(r, "for_s"), length));
	list_fact(out, "reason", list_str(r, "reason"));
	list_fact(out, "ticket", list_str(r, "ticket"));
	list_moment(out, "asked", list_int(r, "asked_us"), now_us);
	if (strcmp(list_str(r, "state"), "pending") == 0) {
		list_moment(out, "lapses", list_int(r, "lapse_us"), now_us);
		(void)snprintf(need, sizeof(need), "%d more of %.256s",
		    (int)list_int(r, "missing"), list_str(r, "approvers"));
		list_fact(out, "needs", need);
	}
	decisions(out, json_object_get(r, "decisions"), now_us);
	list_fact(out, "grant", list_str(r, "grant"));
	list_moment(out, "until", list_int(r, "until_us"), now_us);
	return ferror(out) ? err_sys(e, "write") : 0;
}

int
list_grant(FILE *out, const json_t *g, int64_t now_us, struct err *e)
{
	list_fact(out, "grant", list_str(g, "grant"));
	list_fact(out, "state", list_str(g, "state"));
	list_fact(out, "who", list_str(g, "name"));
	list_fact(out, "person", list_str(g, "person"));
	list_fact(out, "role", list_str(g, "role"));
	list_fact(out, "account", list_str(g, "account"));
	list_fact(out, "on", list_str(g, "host"));
	list_fact(out, "request", list_str(g, "request"));
	list_moment(out, "from", list_int(g, "from_us"), now_us);
	list_moment(out, "until", list_int(g, "until_us"), now_us);
	return ferror(out) ? err_sys(e, "write") : 0;
}

int
list_json(FILE *out, const json_t *answer, struct err *e)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)answer);
	int r;

	(void)json_object_del(copy, "ok");
	r = json_dumpf(copy, out, JSON_INDENT(2) | JSON_SORT_KEYS |
	    JSON_ENSURE_ASCII);
	json_decref(copy);
	if (r < 0 || fputc('\n', out) == EOF)
		return err_set(e, ERR_SYSTEM, "cannot write");
	return 0;
}
