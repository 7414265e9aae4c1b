/* SPDX-License-Identifier: BSD-2-Clause
 * Checkpoints: what is signed verifies, what is changed does not, what is
 * written in another form is refused. */
#include "tests/unit/test.h"

#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "schema/keys.h"
#include "schema/note.h"

static struct keys key = KEYS_INIT;
static char path[64];

static int
setup(void **state)
{
	struct keys fresh = KEYS_INIT;
	struct err e = { 0 };
	int fd;

	(void)state;
	(void)strcpy(path, "/tmp/warrant-key-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	(void)close(fd);
	if (keys_open(&key, path, &e) < 0 ||
	    keys_make(&key, 0, &fresh, &e) < 0)
		return -1;
	return keys_take(&key, &fresh, &e);
}

static int
teardown(void **state)
{
	(void)state;
	keys_close(&key);
	return unlink(path);
}

static struct buf
signed_note(uint64_t size)
{
	struct buf b = BUF_INIT(NOTE_MAX);
	unsigned char root[32] = { 1, 2, 3 };
	struct err e = { 0 };

	if (note_sign("db1.example", size, root, key.key, key.pub, &b, &e) <
	    0)
		fail_msg("%s", e.text);
	return b;
}

static void
what_is_signed_verifies(void **state)
{
	struct buf b = signed_note(1042);
	struct err e = { 0 };
	struct note n;

	(void)state;
	assert_int_equal(note_parse(b.p, b.len, &n, &e), 0);
	assert_string_equal(n.origin, "db1.example");
	assert_int_equal(n.size, 1042);
	assert_int_equal(n.root[2], 3);
	assert_int_equal(note_verify(b.p, &n, key.pub, &e), 0);
	buf_clear(&b);
}

static void
any_changed_byte_is_seen(void **state)
{
	struct buf b = signed_note(7);

	(void)state;
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct note n;

			b.p[i] = (char)(b.p[i] ^ (1 << bit));
			assert_true(note_parse(b.p, b.len, &n, NULL) < 0 ||
			    note_verify(b.p, &n, key.pub, NULL) < 0);
			b.p[i] = (char)(b.p[i] ^ (1 << bit));
		}
	buf_clear(&b);
}

static void
other_forms_are_refused(void **state)
{
	static const char *const none[] = {
		"", "\n", "a\n", "a\n1\n", "a\n1\nAAAA\n\n",
		"a b\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"a\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		struct err e = { 0 };
		struct note n;

		assert_int_equal(note_parse(none[i], strlen(none[i]), &n, &e),
		    -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
}

static void
a_verifier_key_goes_both_ways(void **state)
{
	char text[NOTE_VKEY_MAX], origin[NOTE_NAME_MAX];
	unsigned char pub[NOTE_KEY];
	struct err e = { 0 };

	(void)state;
	note_vkey_format("db1.example", key.pub, text);
	assert_int_equal(note_vkey_parse(text, origin, pub, &e), 0);
	assert_string_equal(origin, "db1.example");
	assert_memory_equal(pub, key.pub, NOTE_KEY);
	for (size_t i = 0; i < strlen(text); i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(note_vkey_parse(text, origin, pub, &e), -1);
		text[i] = was;
	}
}

static void
the_old_key_is_gone_from_the_file(void **state)
{
	unsigned char before[128], after[128];
	struct keys fresh = KEYS_INIT;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(pread(key.fd, before, sizeof(before), 0), 128);
	assert_int_equal(keys_make(&key, 1, &fresh, &e), 0);
	assert_int_equal(keys_take(&key, &fresh, &e), 0);
	assert_int_equal(pread(key.fd, after, sizeof(after), 0), 128);
	assert_null(memmem(after, sizeof(after), before + 16, 32));
	assert_int_equal(keys_load(&key, 0, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_verifies),
		cmocka_unit_test(any_changed_byte_is_seen),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(a_verifier_key_goes_both_ways),
		cmocka_unit_test(the_old_key_is_gone_from_the_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
