/* SPDX-License-Identifier: BSD-2-Clause
 * A real store in a folder of its own: what is acknowledged is there after
 * any end, what was undone is not, what was altered is refused. */
#include "tests/unit/test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "schema/digest.h"
#include "schema/event.h"
#include "schema/sql.h"
#include "schema/store.h"

#define WHO "p-0123456789abc"
#define OTHER "p-0123456789abd"
#define RULES "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HOUR (INT64_C(3600) * 1000000)

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	(void)strcpy(dir, "/tmp/warrant-store-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "warrant.db", "warrant.db-wal",
	    "warrant.db-shm", "keys/epoch.key", "keys" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)remove(path);
	}
	return rmdir(dir);
}

static struct store *
opened(void)
{
	struct err e = { 0 };
	struct store *s = NULL;

	if (store_open(dir, "test.example", &s, &e) < 0)
		fail_msg("%s", e.text);
	return s;
}

static void
must(int rc, const struct err *e)
{
	if (rc < 0)
		fail_msg("%s", e->text);
}

static void
add_person(struct store *s, const char *id, const char *sub)
{
	struct err e = { 0 };
	char tag[DIGEST_HEX];
	unsigned char h[DIGEST_LEN];

	must(digest_2(sub, strlen(sub), NULL, 0, h, &e), &e);
	hex_of(h, sizeof(h), tag);
	must(store_begin(s, &e), &e);
	must(store_add(s, "identity.verified", NULL, id, json_pack(
	    "{s:s,s:s,s:s,s:s,s:s}", "id", id, "tag", tag, "iss",
	    "https://idp", "sub", sub, "name", sub), "person", &e), &e);
	must(store_commit(s, &e), &e);
}

static json_t *
request_body(const char *id, int64_t lapse)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:i,s:I,s:s}", "id",
	    id, "who", WHO, "host", "db1", "account", "postgres", "role",
	    "dba", "rules", RULES, "for_us", (json_int_t)HOUR, "quorum", 1,
	    "lapse_us", (json_int_t)lapse, "reason", "fix the lag");
}

static json_t *
decision_body(const char *who)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I}", "request",
	    "r-0123456789abc", "who", who, "verdict", "approve", "groups",
	    "leads", "for_us", (json_int_t)HOUR);
}

static void
an_own_approval_is_refused_and_leaves_no_trace(void **state)
{
	struct store *s = opened();
	struct err e = { 0 };
	int64_t size;

	(void)state;
	add_person(s, WHO, "ann");
	add_person(s, OTHER, "bob");
	must(store_begin(s, &e), &e);
	must(store_add(s, "request.created", NULL, WHO, request_body(
	    "r-0123456789abc", store_last_us(s) + HOUR), "request", &e), &e);
	size = store_size(s);
	must(store_mark(s, &e), &e);
	assert_int_equal(store_add(s, "decision.approve", NULL, WHO,
	    decision_body(WHO), "decision", &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	store_undo(s);
	assert_int_equal(store_size(s), size);
	must(store_mark(s, &e), &e);
	must(store_add(s, "decision.approve", NULL, OTHER,
	    decision_body(OTHER), "decision", &e), &e);
	must(store_keep(s, &e), &e);
	must(store_commit(s, &e), &e);
	store_close(s);
	s = opened(); /* the tree and its signature still hold */
	assert_int_equal(store_size(s), size + 1);
	store_close(s);
}

static void
a_row_is_what_its_event_says(void **state)
{
	static const struct {
		const char *why, *kind, *table, *body;
	} refused[] = {
		{ "not its kind", "grant.revoked", "request", "{}" },
		{ "no member", "request.withdrawn", "request_end",
		    "{\"why\":\"withdrawn\"}" },
		{ "another type", "request.withdrawn", "request_end",
		    "{\"request\":1,\"why\":\"withdrawn\"}" },
		{ "no such row", "request.withdrawn", "request_end",
		    "{\"request\":\"r-0123456789abc\",\"why\":\"withdrawn\"}" },
		{ "why of another event", "request.lapsed", "request_end",
		    "{\"request\":\"r-0123456789abc\",\"why\":\"withdrawn\"}" },
	};
	struct store *s = opened();
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		must(store_begin(s, &e), &e);
		assert_int_equal(store_add(s, refused[i].kind, NULL, NULL,
		    json_loads(refused[i].body, 0, NULL), refused[i].table,
		    &e), -1);
		store_rollback(s);
	}
	assert_int_equal(store_size(s), 0);
	store_close(s);
}

static void
epochs_follow_each_other(void **state)
{
	struct store *s = opened();
	char first[NOTE_VKEY_MAX], again[NOTE_VKEY_MAX], note[NOTE_MAX];
	struct err e = { 0 };
	int64_t n = 0;

	(void)state;
	must(store_fingerprint(s, first, &e), &e);
	for (int i = 0; i < 3; i++) {
		add_person(s, i == 0 ? WHO : i == 1 ? OTHER :
		    "p-0123456789abe", i == 0 ? "a" : i == 1 ? "b" : "c");
		must(store_next_epoch(s, &e), &e);
		must(store_next_epoch(s, &e), &e); /* nothing new: nothing */
		if (i == 1) {
			store_close(s);
			s = opened();
		}
	}
	must(sql_int(store_db(s), &n, &e,
	    "SELECT max(epoch) FROM signing_key", ""), &e);
	assert_int_equal(n, 3);
	assert_int_equal(store_checkpoint(s, note, &e), 0);
	add_person(s, "p-0123456789abf", "d");
	assert_int_equal(store_checkpoint(s, note, &e), 1);
	assert_non_null(strstr(note, "test.example\n"));
	must(store_anchored(s, "syslog", "syslog", note, &e), &e);
	must(store_fingerprint(s, again, &e), &e);
	assert_string_equal(first, again);
	store_close(s);
}

static void
a_store_that_was_altered_is_refused(void **state)
{
	static const char *const harm[] = {
		"UPDATE event SET wall_us = wall_us + 1 WHERE seq = 0",
		"UPDATE event SET who = NULL WHERE seq = 1",
		"DELETE FROM event WHERE seq = 1",
		"DELETE FROM event WHERE seq = 0",
		("INSERT INTO event SELECT 2, wall_us, boot, mono_us, kind, "
		    "session, who, body_hash FROM event WHERE seq = 1"),
		"DELETE FROM head",
		"UPDATE head SET note = replace(note, '2', '1')",
		"DELETE FROM signing_key",
		"UPDATE signing_key SET pub = randomblob(32)",
		"UPDATE meta SET v = 'other' WHERE k = 'origin'",
		"DROP TRIGGER decision_not_self",
		"PRAGMA user_version = 7",
	};

	for (size_t i = 0; i < COUNT(harm); i++) {
		struct err e = { 0 };
		char path[128];
		struct store *s = opened();
		sqlite3 *db = NULL;

		add_person(s, WHO, "ann");
		add_person(s, OTHER, "bob");
		store_close(s);
		(void)snprintf(path, sizeof(path), "%s/warrant.db", dir);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0,
		    NULL);
		assert_int_equal(sqlite3_exec(db, harm[i], NULL, NULL, NULL),
		    SQLITE_OK);
		(void)sqlite3_close(db);
		if (store_open(dir, "x", &s, &e) == 0)
			fail_msg("not refused: %s", harm[i]);
		assert_true(e.code == ERR_CRYPTO || e.code == ERR_INPUT);
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
	}
}

static void
a_copy_reads_as_the_store(void **state)
{
	struct store *s = opened();
	struct err e = { 0 };
	sqlite3 *db = NULL;
	int64_t n = 0;
	int fd;

	(void)state;
	add_person(s, WHO, "ann");
	fd = store_snapshot(s, &e);
	must(fd, &e);
	add_person(s, OTHER, "bob");
	must(store_open_copy(fd, &db, &e), &e);
	io_close(&fd);
	must(sql_int(db, &n, &e, "SELECT count(*) FROM person", ""), &e);
	assert_int_equal(n, 1);
	assert_int_equal(sql_run(db, &e, "DELETE FROM head", ""), -1);
	(void)sqlite3_close(db);
	store_close(s);
}

/* A child writes and says how far it came; it is killed at some moment. */
static void
writes_until_killed(int out)
{
	struct store *s = opened();
	struct err e = { 0 };

	for (;;) {
		uint64_t size;

		if (store_begin(s, &e) < 0 || store_add(s, "channel.exec",
		    NULL, NULL, json_pack("{s:s}", "exe", "/bin/true"), NULL,
		    &e) < 0 || store_commit(s, &e) < 0)
			_exit(1);
		size = (uint64_t)store_size(s);
		if (size % 7 == 0 && store_next_epoch(s, &e) < 0)
			_exit(1);
		if (write(out, &size, sizeof(size)) != sizeof(size))
			_exit(1);
	}
}

static void
what_was_acknowledged_survives_a_kill(void **state)
{
	unsigned wait_us = 20000;

	(void)state;
	for (int round = 0; round < 8; round++) {
		uint64_t said = 0, one;
		struct store *s;
		int p[2];
		pid_t pid;

		assert_int_equal(pipe(p), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			writes_until_killed(p[1]);
		(void)close(p[1]);
		(void)usleep(wait_us += 3777);
		(void)kill(pid, SIGKILL);
		while (read(p[0], &one, sizeof(one)) == sizeof(one))
			said = one;
		(void)close(p[0]);
		(void)waitpid(pid, NULL, 0);
		s = opened();
		assert_true((uint64_t)store_size(s) >= said);
		store_close(s);
	}
}

static void
a_second_writer_is_refused(void **state)
{
	struct store *s = opened(), *t = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(store_open(dir, "x", &t, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_own_approval_is_refused_and_leaves_no_trace, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_row_is_what_its_event_says,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(epochs_follow_each_other,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_store_that_was_altered_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_copy_reads_as_the_store,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_acknowledged_survives_a_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(a_second_writer_is_refused,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
