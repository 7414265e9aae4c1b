/* SPDX-License-Identifier: BSD-2-Clause
 * old_store.c - a store with sessions of long ago, for test_retention.py.
 * in: a state folder, then DAYS FILE for each session, the oldest first, with
 * an h behind the days when it is under legal hold; out: the store, written by
 * the ledger's own code under a clock that was then, and a line with the id
 * of each session
 *
 * clock_gettime() of this program stands before that of libc. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "approver/book_private.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "schema/digest.h"
#include "schema/record_read.h"

#define HOUR_US (INT64_C(3600) * 1000 * 1000)

static long days_ago;

int
clock_gettime(clockid_t id, struct timespec *ret)
{
	long rc = syscall(SYS_clock_gettime, id, ret);

	if (rc == 0 && id == CLOCK_REALTIME)
		ret->tv_sec -= days_ago * 86400;
	return (int)rc;
}

static int
add_grant(struct book *b, const char *asks, const char *decides,
    struct grant *ret, struct err *e)
{
	static const char digest[] = "0000000000000000000000000000000000000000"
	    "000000000000000000000000";
	int64_t now = clock_wall_us();
	struct request r = { .role = "dba", .account = "alice", .host = "old",
	    .reason = "long ago", .for_us = HOUR_US, .quorum = 1,
	    .lapse_us = now + HOUR_US };
	struct decision d = { .approve = true, .for_us = HOUR_US };

	*ret = (struct grant){ .role = "dba", .account = "alice",
	    .host = "old", .from_us = now, .until_us = now + HOUR_US };
	(void)snprintf(r.person, sizeof(r.person), "%s", asks);
	(void)snprintf(d.person, sizeof(d.person), "%s", decides);
	(void)snprintf(ret->person, sizeof(ret->person), "%s", asks);
	if (id_make('r', r.id, e) < 0 || id_make('g', ret->id, e) < 0)
		return -1;
	(void)snprintf(ret->request, sizeof(ret->request), "%s", r.id);
	return book_add_request(b, &r, digest, e) < 0 ||
	    book_add_decision(b, &r, &d, e) < 0 ||
	    book_add_grant(b, ret, digest, e) < 0 ? -1 : 0;
}

/* The seal of this file, as the monitor would send it. */
static json_t *
seal_of(const char *file, struct err *e)
{
	unsigned char sum[DIGEST_LEN];
	char hex[DIGEST_HEX], chain[2 * RECORD_HASH + 1];
	struct record_summary s;
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || digest_fd(fd, sum, e) < 0) {
		(void)err_sys(e, "%s", file);
		return NULL;
	}
	if (lseek(fd, 0, SEEK_SET) != 0 || record_verify(fd, NULL, &s, e) < 0)
		return NULL;
	(void)close(fd);
	hex_of(sum, sizeof(sum), hex);
	hex_of(s.hash, sizeof(s.hash), chain);
	return json_pack("{s:s, s:s, s:s, s:I}", "state", "completed",
	    "sha256", hex, "hash", chain, "size", (json_int_t)st.st_size);
}

static int
add_hold(struct book *b, const char *channel, const char *who, struct err *e)
{
	char id[ID_MAX];

	return id_make('h', id, e) < 0 ? -1 : store_add(b->store,
	    "hold.placed", channel, who, json_pack("{s:s, s:s, s:s, s:s}",
	    "id", id, "scope", "channel", "ref", channel, "who", who),
	    "hold", e);
}

static int
add_session(struct book *b, const char *file, bool held, struct err *e)
{
	struct login_row login = { .account = "alice", .service = "sshd",
	    .until_us = clock_wall_us() + HOUR_US };
	char l[ID_MAX], c[ID_MAX], s[ID_MAX], alice[ID_MAX], bob[ID_MAX];
	struct conn_row conn = { .id = c, .login = l, .person = alice,
	    .account = "alice", .service = "sshd" };
	struct channel_row channel = { .id = s, .conn = c, .person = alice,
	    .account = "alice", .role = "dba" };
	json_t *seal = seal_of(file, e);
	struct grant g;
	int rc = -1;

	login.id = l;
	if (seal != NULL && id_make('l', l, e) == 0 &&
	    id_make('c', c, e) == 0 && id_make('s', s, e) == 0 &&
	    book_identity(b, "https://id.example", "alice", "Alice", "",
	    &login, json_object(), alice, e) == 0 &&
	    book_local_person(b, "https://id.example", "bob", "Bob", bob,
	    e) == 0 && add_grant(b, alice, bob, &g, e) == 0 &&
	    book_add_conn(b, &conn, NULL, e) == 0) {
		channel.grant = g.id;
		rc = book_add_channel(b, &channel, json_pack("{s:s}",
		    "command", "an old command"), e) < 0 ||
		    book_channel_seal(b, s, seal, e) < 0 ||
		    book_end_conn(b, c, "exit", e) < 0 ||
		    book_end_grant(b, &g, "revoked", bob, "", e) < 0 ||
		    (held && add_hold(b, s, bob, e) < 0) ? -1 : 0;
	}
	json_decref(seal);
	if (rc == 0)
		(void)puts(s);
	return rc;
}

int
main(int argc, char **argv)
{
	struct book *b = NULL;
	struct err e = { 0 };
	int rc = 0;

	if (argc < 4 || argc % 2 != 0) {
		(void)fputs("usage: old_store STATEDIR DAYS FILE...\n",
		    stderr);
		return 2;
	}
	days_ago = strtol(argv[2], NULL, 10);
	rc = book_open(argv[1], "old", &b, &e);
	for (int i = 2; i < argc && rc == 0; i += 2) {
		char *end;

		days_ago = strtol(argv[i], &end, 10);
		if (book_begin(b, &e) < 0 || add_session(b, argv[i + 1],
		    *end == 'h', &e) < 0 || book_commit(b, &e) < 0 ||
		    book_next_epoch(b, &e) < 0)
			rc = -1;
	}
	book_close(b);
	if (rc < 0)
		(void)fprintf(stderr, "old_store: %s\n", e.text);
	return rc < 0 ? 1 : 0;
}
