/* SPDX-License-Identifier: BSD-2-Clause
 * book.h - what the ledger process reads from and writes to the store.
 * in: facts with their moment; out: rows, each under its event, in one
 * transaction that ends with a signed checkpoint (schema/)
 *
 * All functions but the book_find ones and lists belong between book_begin()
 * and book_commit().  book_mark() and book_undo() make one message of a
 * batch vanish when it fails.  Everything here fails with ERR_UNAVAILABLE
 * when the store cannot be read or written, and says why. */
#ifndef WARRANT_APPROVER_BOOK_H
#define WARRANT_APPROVER_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/id.h"

struct book;
struct err;

#define BOOK_NAME_MAX 256	/* persons, roles, hosts, accounts */
#define BOOK_TEXT_MAX 1024	/* reasons and messages */
#define BOOK_TICKET_MAX 128
#define BOOK_GROUPS_MAX 4096	/* groups of a person, one a line */
#define BOOK_PAST_COMMAND 256	/* of a command that is listed, visible */
#define BOOK_VOTES 64

/* ---- the store itself ------------------------------------------------- */

/* Open or make the store in this folder; origin names the log (the host). */
int book_open(const char *statedir, const char *origin, struct book **ret,
    struct err *e);
void book_close(struct book *b);

int book_begin(struct book *b, struct err *e);
int book_mark(struct book *b, struct err *e);	/* a message begins */
int book_keep(struct book *b, struct err *e);	/* it went well */
void book_undo(struct book *b);			/* it never was */

/* Sign and commit; what is not committed is rolled back. */
int book_commit(struct book *b, struct err *e);
void book_rollback(struct book *b);

/* New events since the last anchor?  The signed head, for syslog: a line of
 * "origin size root signature" in ret.  1, 0 nothing new, -1. */
int book_anchor(struct book *b, char *ret, size_t size, struct err *e);

/* Seal this epoch and begin the next (schema: forward-secure keys); outside
 * of a transaction. */
int book_next_epoch(struct book *b, struct err *e);

/* Key of masking marks: 32 bytes in hex, and its name. */
int book_mask_key(struct book *b, char key[65], char id[16], struct err *e);

/* An unlinked read-only copy of the store, by descriptor, or -1; outside of
 * a transaction. */
int book_snapshot(struct book *b, struct err *e);

/* This person explains the exception that event seq is.  ERR_NOT_FOUND no
 * exception, ERR_CONFLICT it was explained, ERR_DENIED it is about that
 * person. */
int book_add_review(struct book *b, int64_t seq, const char *who,
    const char *text, struct err *e);

/* Remove what is older than k says from the store, as far as one event can
 * name it: 1 and what was removed (recordings: an array of objects with
 * channel, the caller's), 0 nothing is, -1. */
struct retention;
struct purged {
	size_t bodies;
	json_t *recordings;
	bool more;		/* there is more: look again soon */
};

int book_purge(struct book *b, const struct retention *k, int64_t now_us,
    struct purged *ret, struct err *e);

/* The recordings of the last such run, as above; NULL with *e. */
json_t *book_last_gone(struct book *b, struct err *e);

/* What was removed leaves the write-ahead log, too; outside of a
 * transaction. */
int book_forget(struct book *b, struct err *e);

/* When the newest event was, 0 without any. */
int64_t book_newest_us(struct book *b);

/* An event without a row: body is stolen; conn or channel id, and person,
 * may be NULL. */
int book_event(struct book *b, const char *kind, const char *session,
    const char *who, json_t *body, struct err *e);

/* ---- persons ---------------------------------------------------------- */

/* The sign-in that a verified token becomes: opens one connection. */
struct login_row {
	const char *id;		/* l- */
	const char *account, *service;
	int64_t until_us;
	bool once;		/* body has token_hash and exp_us, a row of
				 * their own that can be made only once */
};

/* What a verified token said; body (stolen) is the rest of the event.  The
 * person of issuer and sub, made if new, goes to ret.  -1 with *e,
 * ERR_CONFLICT when a token that is good once was used before. */
int book_identity(struct book *b, const char *issuer, const char *sub,
    const char *name, const char *email, const struct login_row *login,
    json_t *body, char ret[ID_MAX], struct err *e);

/* The person, made without an event of verification if new ([approver]). */
int book_local_person(struct book *b, const char *issuer, const char *sub,
    const char *name, char ret[ID_MAX], struct err *e);

/* Name of a person, its id when there is none; never fails. */
void book_name(struct book *b, const char *person,
    char ret[BOOK_NAME_MAX]);

/* The one person of this id (or its beginning), name or mail address: 1, 0
 * none, -1 with *e (ERR_USAGE: several). */
int book_find_person(struct book *b, const char *text, char ret[ID_MAX],
    struct err *e);

/* ---- persons who are locked out (book_lock.c) ------------------------- */

struct lock {
	char person[ID_MAX], by[ID_MAX];	/* by: "" no longer kept */
	char message[BOOK_TEXT_MAX];
	int64_t at_us;
};

int book_lock(struct book *b, bool locked, const char *person,
    const char *by, const char *message, struct err *e);

/* Is the person locked out?  1 and how, 0, -1. */
int book_locked(struct book *b, const char *person, struct lock *ret,
    struct err *e);

/* All who are, the newest first, as request_fn below. */
typedef int lock_fn(void *arg, const struct lock *l);
int book_locks(struct book *b, lock_fn *fn, void *arg, struct err *e);

/* ---- requests, decisions, grants -------------------------------------- */

struct request {
	char id[ID_MAX], person[ID_MAX];
	char role[BOOK_NAME_MAX], account[BOOK_NAME_MAX], host[BOOK_NAME_MAX];
	char reason[BOOK_TEXT_MAX], ticket[BOOK_TICKET_MAX];
	char extends[ID_MAX];	/* grant, "" none */
	int64_t for_us, asked_us, lapse_us;
	unsigned quorum;	/* persons wanted, at least 1 */
	char state[16];		/* pending granted denied lapsed cancelled */
	char grant[ID_MAX];	/* when granted */
};

struct decision {
	char person[ID_MAX];
	bool approve;
	int64_t for_us, at_us;
	char message[BOOK_TEXT_MAX];
	char groups[BOOK_GROUPS_MAX];	/* of the person then, one a line */
};

struct grant {
	char id[ID_MAX], request[ID_MAX], person[ID_MAX];
	char role[BOOK_NAME_MAX], account[BOOK_NAME_MAX], host[BOOK_NAME_MAX];
	int64_t from_us, until_us;
	char state[16];		/* active, or why it ended */
	int64_t ended_us;
};

/* Find by id or its beginning: 1, 0 none, -1 with *e (ERR_USAGE when more
 * than one begins so). */
int book_request(struct book *b, const char *id, struct request *ret,
    struct err *e);
int book_grant(struct book *b, const char *id, struct grant *ret,
    struct err *e);

int book_add_request(struct book *b, const struct request *r,
    const char *policy, struct err *e);
/* why: cancelled or lapsed. */
int book_end_request(struct book *b, const struct request *r,
    const char *why, struct err *e);

/* Decisions on a request, in their order; the count. */
int book_decisions(struct book *b, const char *request,
    struct decision ret[BOOK_VOTES], struct err *e);
int book_add_decision(struct book *b, const struct request *r,
    const struct decision *d, struct err *e);

int book_add_grant(struct book *b, const struct grant *g,
    const char *policy, struct err *e);
/* why: expired, revoked (who did, and with which words) or replaced. */
int book_end_grant(struct book *b, const struct grant *g, const char *why,
    const char *who, const char *message, struct err *e);

/* Lists call fn for each row until it returns other than 0: newest first,
 * skipping the first skip.  What fn returned, 0 at the end, -1 with *e. */
typedef int request_fn(void *arg, const struct request *r);
typedef int grant_fn(void *arg, const struct grant *g);

struct book_want {
	const char *person;	/* NULL: anybody */
	const char *account;	/* NULL: any */
	bool open;		/* pending requests, active grants alone */
	int64_t since_us;
	size_t skip;
};

int book_requests(struct book *b, const struct book_want *w, int64_t now_us,
    request_fn *fn, void *arg, struct err *e);
int book_grants(struct book *b, const struct book_want *w, int64_t now_us,
    grant_fn *fn, void *arg, struct err *e);

/* The next request that waited too long, the next grant whose time is over,
 * and neither is written down as ended: 1, 0 none, -1. */
int book_lapsed(struct book *b, int64_t now_us, struct request *ret,
    struct err *e);
int book_expired(struct book *b, int64_t now_us, struct grant *ret,
    struct err *e);

/* ---- connections and channels ----------------------------------------- */

struct conn_row {
	const char *id, *login, *person, *account, *service;
};

/* body (stolen, may be NULL) is the rest of the event: rhost, tty, pid. */
int book_add_conn(struct book *b, const struct conn_row *r, json_t *body,
    struct err *e);
int book_end_conn(struct book *b, const char *id, const char *why,
    struct err *e);

struct channel_row {
	const char *id, *conn, *grant, *person, *account, *role;
	bool tty;
};

int book_add_channel(struct book *b, const struct channel_row *r,
    json_t *body, struct err *e);

/* The newest head of a running record; no event. */
int book_channel_head(struct book *b, const char *id, int64_t length,
    const char *hash, struct err *e);

/* Whose channel it is or was: 1, 0 unknown, -1. */
int book_channel_person(struct book *b, const char *id, char ret[ID_MAX],
    struct err *e);

/* Bytes of its recording, as last told; 0 when none were. */
int book_channel_length(struct book *b, const char *id, int64_t *ret,
    struct err *e);

/* Where the connection came from; "" when it is not known. */
void book_conn_rhost(struct book *b, const char *conn,
    char ret[BOOK_NAME_MAX]);

/* A channel that has ended. */
struct past {
	char id[ID_MAX], conn[ID_MAX], grant[ID_MAX], person[ID_MAX];
	char name[BOOK_NAME_MAX], account[BOOK_NAME_MAX], role[BOOK_NAME_MAX];
	char rhost[BOOK_NAME_MAX], command[BOOK_PAST_COMMAND];	/* "" a shell */
	char state[16];		/* as the seal has it */
	bool tty;
	int64_t opened_us, ended_us;
};
typedef int past_fn(void *arg, const struct past *p);

/* Those that ended since then, the last one first, while fn returns 0.  What
 * fn said, or -1. */
int book_past(struct book *b, int64_t since_us, past_fn *fn, void *arg,
    struct err *e);

/* Seal: msg is the monitor's channel.seal.  0 also when it is sealed. */
int book_channel_seal(struct book *b, const char *id, const json_t *msg,
    struct err *e);

/* Ids of channels without a seal, and of connections without an end. */
typedef int id_fn(void *arg, const char *id);
int book_unsealed(struct book *b, id_fn *fn, void *arg, struct err *e);
int book_open_conns(struct book *b, id_fn *fn, void *arg, struct err *e);
/* Of the latter those that ran something under the grant, or under one that
 * it prolonged. */
int book_conns_of(struct book *b, const char *grant, id_fn *fn, void *arg,
    struct err *e);

#endif
