/* SPDX-License-Identifier: BSD-2-Clause
 * report.h - what the commands of warrant-report(1) share.
 * in: words, a store to read; out: a sheet or lines, an exit status
 *
 *	report.c     main, options, which command
 *	source.c     where the store comes from, what the reader must know
 *	sheet.c      rows as table, CSV, JSON
 *	who.c        who, grants, masked: one query each
 *	did.c        one session, told in order
 *	export.c     the evidence as a folder
 *	verify.c     is such a folder whole and unaltered?
 *	recordings.c each recording that is asked for
 *	verify_mask.c rehearse.c exposed.c  what is to be read in them */
#ifndef WARRANT_REPORT_REPORT_H
#define WARRANT_REPORT_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <sqlite3.h>

#include "lib/words.h"
#include "report/sheet.h"

struct err;

struct report {
	FILE *out;
	const struct words *words;	/* the command and its options */
	const char *line;		/* as typed, for the ledger's event */
	const char *socket;		/* NULL: of this host */
	const char *store;		/* a file to read instead, or NULL */
	const char *config;		/* warrant.conf */
	enum sheet_format format;
	const char *person, *account;	/* NULL: any */
	int64_t since_us, until_us;	/* [since, until) */
	sqlite3 *db;
	int status;			/* of the program when it did its work */
};

/* Open the store: a copy from the ledger, who writes down that we read, or
 * r->store. */
int source_open(struct report *r, struct err *e);

/* A recording's descriptor from the ledger, for reading. */
int source_recording(struct report *r, const char *channel, struct err *e);

/* Which ledger, how many events, until when; how much of it is gone or
 * unexplained.  The caller releases it. */
json_t *source_facts(struct report *r, struct err *e);

/* The same for people, before a table. */
void source_tell(struct report *r, const json_t *facts);

/* Run a query whose parameters ?1 to ?4 are since, until, person, account,
 * and print it. */
int report_sheet(struct report *r, const char *sql,
    const struct sheet_column *columns, struct err *e);

/* What of a query is asked for, by these parameters: ?3 is a name, an e-mail
 * address, a subject or an id of p; ?4 an account. */
#define CHOSEN(when, p, account) \
	when " >= ?1 AND " when " < ?2 AND (?4 IS NULL OR " account \
	" = ?4) AND (?3 IS NULL OR ?3 IN (" p ".id, " p ".name, " p \
	".email, " p ".sub) OR " p ".id LIKE ?3 || '%')"

/* 0 or -1 with *e. */
typedef int report_fn(struct report *r, struct err *e);
extern report_fn report_who, report_grants, report_masked, report_did,
    report_exceptions, report_exposed, report_files, report_fingerprint,
    report_rehearse, report_retention, report_export, report_verify,
    report_verify_mask;

#endif
