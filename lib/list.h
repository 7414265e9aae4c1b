/* SPDX-License-Identifier: BSD-2-Clause
 * list.h - requests, grants and roles as people read them.
 * in: answers of approver.sock (HACKING.md); out: lines and tables
 *
 * Times are shown in local time, lengths as 2h30m; JSON output is the answer
 * itself and needs none of this. */
#ifndef WARRANT_LIB_LIST_H
#define WARRANT_LIB_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct err;

#define LIST_TEXT_MAX 64
#define LIST_ID_CHARS 8		/* characters of an id shown in tables */

/* "14:03 CET", with the date when it is not today. */
const char *list_time(int64_t us, int64_t now_us, char ret[LIST_TEXT_MAX]);

/* "3m ago", "in 57m", "now". */
const char *list_when(int64_t us, int64_t now_us, char ret[LIST_TEXT_MAX]);

/* Seconds as "2h30m". */
const char *list_length(int64_t s, char ret[LIST_TEXT_MAX]);

/* An id cut for a table; a command takes it as it stands there. */
const char *list_id(const char *id, char ret[LIST_TEXT_MAX]);

/* A string member, "" when there is none. */
const char *list_str(const json_t *o, const char *key);

/* An integer member, 0 when there is none. */
int64_t list_int(const json_t *o, const char *key);

/* A line "name value" with the value visible, a moment as "14:03 CET (in
 * 57m)"; nothing when the value is "" or the time 0. */
void list_fact(FILE *out, const char *name, const char *value);
void list_moment(FILE *out, const char *name, int64_t us, int64_t now_us);

/* The tables; each of requests, grants, roles is an array. */
int list_requests(FILE *out, const json_t *requests, int64_t now_us,
    struct err *e);
int list_grants(FILE *out, const json_t *grants, int64_t now_us,
    struct err *e);
int list_roles(FILE *out, const json_t *roles, struct err *e);

/* All that is known of one request, a line a fact. */
int list_request(FILE *out, const json_t *r, int64_t now_us, struct err *e);
int list_grant(FILE *out, const json_t *g, int64_t now_us, struct err *e);

/* One line: "dba on db1 for 2h, "INC-4711"". */
const char *list_line(const json_t *r, char *ret, size_t size);

/* Print an answer as JSON, sorted and indented, without "ok". */
int list_json(FILE *out, const json_t *answer, struct err *e);

#endif
