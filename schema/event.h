/* SPDX-License-Identifier: BSD-2-Clause
 * event.h - one thing that happened, as it is hashed.
 * in: the columns of table event; out: the canonical record, the leaf
 *
 * The record is this text, LF after each line, "-" for none; no value holds a
 * control character or a blank but where one is shown:
 *
 *	warrant-event/v1
 *	seq 1042
 *	time 2026-07-24T12:00:01.123456Z
 *	boot 0f6c1d0e-6a52-4c0c-9d8e-2b9f0c1a7e55 883921004
 *	kind channel.open
 *	session s-3k9q0w7x1y2zc
 *	who p-9v8t7s6r5q4p3
 *	body 64 hex digits: SHA-256 of the salt's 16 bytes and the body's text
 *
 * The leaf of the tree is SHA-256(0x00 || record), merkle.h. */
#ifndef WARRANT_SCHEMA_EVENT_H
#define WARRANT_SCHEMA_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/id.h"

struct buf;
struct err;

#define EVENT_SALT 16
#define EVENT_HASH 32
#define EVENT_KIND_MAX 40	/* bytes of a kind and NUL */
#define EVENT_BOOT_MAX 37	/* a boot id and NUL */
#define EVENT_BODY_MAX 61440	/* bytes of a body */
#define EVENT_RECORD_MAX 512	/* bytes of a record, never reached */

struct event {
	int64_t seq;
	int64_t wall_us;	/* CLOCK_REALTIME */
	char boot[EVENT_BOOT_MAX];
	int64_t mono_us;	/* CLOCK_BOOTTIME */
	char kind[EVENT_KIND_MAX];
	char session[ID_MAX];	/* channel or connection; "" none */
	char who[ID_MAX];	/* person; "" none */
	unsigned char body_hash[EVENT_HASH];
};

/* The vocabulary: store.sql, table event_kind. */
enum event_class { CLASS_ACCESS, CLASS_COMMAND, CLASS_ADMIN, CLASS_SYSTEM };
#define EVENT_CLASSES 4

/* No body goes before it is so old, whatever the configuration says; verify
 * takes an earlier removal for what it is. */
#define EVENT_FLOOR_DAYS 90

struct event_kind {
	const char *kind;
	enum event_class class;
	int severity;		/* syslog(3) */
	bool exception;		/* shown in every report until explained */
	const char *means;	/* for a person, "signed in" */
};

/* The i-th kind in the order of names, NULL behind the last. */
const struct event_kind *event_kind_at(size_t i);
const struct event_kind *event_kind_find(const char *kind);
const char *event_class_name(enum event_class c);

/* Kept for good: the body that says what was removed, by whom and why.  Pure. */
bool event_kind_stays(const char *kind);

/* May these columns be hashed?  -1 with *e (ERR_INPUT) says which not: an
 * unknown kind, an id that is none, a time out of range. Pure. */
int event_check(const struct event *v, struct err *e);

/* Append the record of a checked event to b. Pure. */
int event_record(const struct event *v, struct buf *b, struct err *e);

/* The record back, n bytes, to an event; ERR_INPUT when it is none or not
 * written as event_record would. Pure. */
int event_parse(const char *p, size_t n, struct event *ret, struct err *e);

int event_leaf(const struct event *v, unsigned char ret[EVENT_HASH],
    struct err *e);
int event_body_hash(const unsigned char salt[EVENT_SALT], const char *body,
    size_t n, unsigned char ret[EVENT_HASH], struct err *e);

#endif
