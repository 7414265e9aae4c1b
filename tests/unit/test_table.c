/* SPDX-License-Identifier: BSD-2-Clause
 * Compiled rules: the same as their text, or refused; found by what the files
 * are. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/mask.h"
#include "recorder/mask/maskrules.h"
#include "recorder/mask/table.h"

static const char text[] =
    "card 4111 1111 1111 1111 and 5500-0000-0000-0004, iban DE89 3704 0044 "
    "0532 0130 00\nexport AWS_SECRET_ACCESS_KEY=abcdefghijklmnopqrstuvwxyz"
    "ABCD0123456789\npassword: hunter2hunter2 4111111111111112 1.2.3.4\n"
    "\x1b[31m4111\x1b[0m111111111111\n";

static struct mask_rules *
compiled(void)
{
	const char *path = TEST_MASK_RULES;
	struct mask_rules *r = NULL;
	struct err e = { 0 };

	if (mask_rules_compile(&path, 1, "all", &r, &e) < 0)
		fail_msg("%s", e.text);
	return r;
}

/* What comes out, a few bytes at a time. */
static struct buf
masked(const struct mask_rules *r, bool live, size_t cut)
{
	struct mask_options o = { .tty = true, .cols = 80,
	    .view = live ? MASK_LIVE : MASK_RECORD };
	struct buf out = BUF_INIT(1 << 16);
	struct mask *m = mask_new(r, &o, NULL);

	assert_non_null(m);
	for (size_t at = 0; at < sizeof(text) - 1; at += cut) {
		size_t left = sizeof(text) - 1 - at;

		assert_int_equal(mask_feed(m, text + at, left < cut ? left :
		    cut, 1, &out, NULL), 0);
	}
	assert_int_equal(mask_flush(m, &out, NULL), 0);
	mask_free(m);
	return out;
}

static void
same_as_its_text(void **state)
{
	struct buf table = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules *r = compiled(), *t = NULL;
	struct mask_rule_info a, b;
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(table_format(r, &table, &e), 0);
	if (mask_rules_table(table.p, table.len, &t, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(table_sum_ok(table.p, table.len));
	assert_string_equal(mask_rules_hash(r), mask_rules_hash(t));
	assert_string_equal(mask_rules_profiles(r), mask_rules_profiles(t));
	for (; mask_rules_info(r, n, &a); n++) {
		assert_true(mask_rules_info(t, n, &b));
		assert_string_equal(a.id, b.id);
		assert_string_equal(a.profiles, b.profiles);
		assert_int_equal(a.enabled, b.enabled);
	}
	assert_false(mask_rules_info(t, n, &b));
	for (size_t cut = 1; cut < 9; cut++) {
		struct buf x = masked(r, cut % 2 != 0, cut);
		struct buf y = masked(t, cut % 2 != 0, cut);

		assert_int_equal(x.len, y.len);
		assert_memory_equal(x.p, y.p, x.len);
		assert_null(strstr(x.p, "4111 1111 1111"));
		buf_clear(&x);
		buf_clear(&y);
	}
	mask_rules_free(t);
	mask_rules_free(r);
	buf_clear(&table);
}

/* Whatever is wrong with it, it is refused or harmless to use. */
static void
broken_ones(void **state)
{
	struct buf table = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules *r = compiled(), *t = NULL;
	unsigned refused = 0, used = 0;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(table_format(r, &table, &e), 0);
	mask_rules_free(r);
	for (size_t n = 0; n < table.len; n += table.len / 50 + 1)
		assert_int_equal(mask_rules_table(table.p, n, &t, &e), -1);
	for (size_t i = 0; i < 400; i++) {
		/* each byte of the header, then any */
		size_t at = i < 250 ? i : i * 7919 * 131 % table.len;
		char old = table.p[at];

		table.p[at] = (char)(old ^ (char)(1 + i % 255));
		if (mask_rules_table(table.p, table.len, &t, &e) == 0) {
			struct buf out = masked(t, true, 7);

			buf_clear(&out);
			mask_rules_free(t);
			assert_false(at > 512 &&
			    table_sum_ok(table.p, table.len));
			used++;
		} else {
			assert_int_equal(e.code, ERR_INPUT);
			refused++;
		}
		table.p[at] = old;
	}
	print_message("%u refused, %u used\n", refused, used);
	assert_true(refused > 40);
	buf_clear(&table);
}

static void
found_by_what_the_files_are(void **state)
{
	char dir[] = "/tmp/warrant-table-XXXXXX", file[64], path[128];
	const char *const paths[] = { dir }, *const folders[] = { dir };
	const struct timespec later[2] = { { 77, 1 }, { 77, 1 } };
	char name[TABLE_NAME_MAX], other[TABLE_NAME_MAX];
	static const char rule[] = "rule a\n tag x\n value [0-9]{8}\n";
	struct buf table = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules *r = compiled(), got;
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/a.rules", dir);
	assert_int_equal(io_replace_file(file, rule, sizeof(rule) - 1, 0644,
	    &e), 0);
	assert_int_equal(table_name(paths, 1, "pci", name, &e), 0);
	assert_int_equal(strlen(name), TABLE_NAME_LEN);
	assert_int_equal(table_name(paths, 1, "pci", other, &e), 0);
	assert_string_equal(name, other);
	assert_int_equal(table_name(paths, 1, "pci,ids", other, &e), 0);
	assert_string_not_equal(name, other);
	assert_int_equal(utimensat(AT_FDCWD, file, later, 0), 0);
	assert_int_equal(table_name(paths, 1, "pci", other, &e), 0);
	assert_string_not_equal(name, other);
	/* a table there is used, unless others may write it */
	assert_int_equal(table_load(folders, 1, name, &got, &e), 0);
	assert_int_equal(table_format(r, &table, &e), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(io_replace_file(path, table.p, table.len, 0644, &e),
	    0);
	assert_int_equal(table_load(folders, 1, name, &got, &e), 1);
	assert_int_equal(got.dfa.nstate, r->dfa.nstate);
	assert_int_equal(munmap(got.map, got.map_len), 0);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(table_load(folders, 1, name, &got, &e), 0);
	(void)unlink(path);
	(void)unlink(file);
	assert_int_equal(table_name(paths, 1, NULL, other, &e), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(table_name(paths, 1, NULL, other, &e), -1);
	mask_rules_free(r);
	buf_clear(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_its_text),
		cmocka_unit_test(broken_ones),
		cmocka_unit_test(found_by_what_the_files_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
