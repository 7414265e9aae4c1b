/* SPDX-License-Identifier: BSD-2-Clause
 * What masking has left: tags are none of it, values are found wherever they
 * stand, and once. */
#include "tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/mask/engine.h"
#include "report/residual.h"
#include "report/untag.h"
#include "schema/record.h"
#include "tests/unit/mask_helper.h"

#define HEADER "{\"version\":2,\"width\":40,\"height\":6,\"timestamp\":1000," \
	"\"warrant\":{\"tty\":true,\"role\":\"dba\",\"command\":\"run " \
	"4111111111111111\",\"mask\":{\"rules\":\"ab12\",\"profiles\":" \
	"\"pci\"}}}\n"

static const uint8_t key[MASK_KEY_LEN] = { 7 };

static void
learn(struct untag_tags *tags, const char *a, const char *b)
{
	*tags = (struct untag_tags){ .n = 2, .head = 4, .tail = 4 };
	(void)snprintf(tags->tag[0], UNTAG_TAG_MAX, "%s", a);
	(void)snprintf(tags->tag[1], UNTAG_TAG_MAX, "%s", b);
}

static void
tags_become_stars(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "[card]******1111", "************1111" },
		{ "a [ssn]**** b", "a ********* b" },
		{ "[card]-****-1111", "******-****-1111" },
		{ "[card]\xe2\x96\x88", "******\xe2\x96\x88" },
		{ "\033[1m[\033[0mcard]\033[31m**", "\033[1m*\033[0m*****"
		    "\033[31m**" },
		{ "[[card]**", "[******" "**" },
		{ "[ca[ssn]**", "[ca*******" },
		{ "[card] 4111", "[card] 4111" },
		{ "[card]x*", "[card]x*" },
		{ "[card]--*", "[card]--*" },
		{ "[card]\r\n**", "[card]\r\n**" },
		{ "[other]**", "[other]**" },
		{ "[card", "[card" },
		{ "[card]", "[card]" },
		{ "\033[card]**", "\033[card]**" },
		{ "[123456789012345678901234567890]**",
		    "[123456789012345678901234567890]**" },
		{ "\xff[ssn]**", "\xff*****" "**" },
	};
	static struct untag_tags tags;

	(void)state;
	learn(&tags, "card", "ssn");
	for (size_t step = 1; step < 40; step += 38)
		for (size_t i = 0; i < COUNT(t); i++) {
			struct untag u = { .tags = &tags };
			struct buf b = BUF_INIT(4096);
			size_t n = strlen(t[i].in);
			struct err e = { 0 };

			for (size_t at = 0; at < n; at += step)
				assert_int_equal(untag_put(&u, t[i].in + at,
				    n - at < step ? n - at : step, &b, &e),
				    0);
			assert_int_equal(untag_end(&u, &b, &e), 0);
			assert_string_equal(b.p, t[i].out);
			buf_clear(&b);
		}
}

static void
stars_are_no_value(void **state)
{
	static const struct {
		const char *value;
		bool masked;
	} t[] = {
		{ "************1111", true }, { "AKIA****************", true },
		{ "****-****-1111", true }, { "**", true },
		{ "*", false }, { "", false }, { "4111111111111111", false },
		{ "hunter2*", false }, { "*******11111", false },
		{ "abcde*****", false }, { "**a**", false },
		{ "**-**", true },
	};
	static struct untag_tags tags;

	(void)state;
	learn(&tags, "card", "ssn");
	for (size_t i = 0; i < COUNT(t); i++) {
		print_message("%s\n", t[i].value);
		assert_int_equal(untag_masked(t[i].value, &tags),
		    t[i].masked);
	}
}

static void
a_shape_has_no_value(void **state)
{
	static const struct {
		const char *value, *shape;
	} t[] = {
		{ "EMP-004711", "AAA-999999" }, { "aZ9!_", "aA9--" },
		{ "", "" },
		{ "123456789012345678901234", "999999999999999999999999" },
		{ "1234567890123456789012345", "9999999999999999999999.." },
	};
	char shape[RESCAN_SHAPE];

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		rescan_shape(t[i].value, shape);
		assert_string_equal(shape, t[i].shape);
	}
}

/* ---- what was masked is not found again ------------------------------- */

static void
none(void *arg, const struct rescan_hit *h)
{
	unsigned *n = arg;

	if (!h->masks)	/* a rule that only logs leaves its values */
		return;
	print_message("  %s again: %s\n", h->rule, h->text);
	(*n)++;
}

static void
masked_text_holds_nothing(void **state)
{
	struct mask_rules *rules = load_rules("all");
	static struct untag_tags tags;
	size_t ran = 0;
	unsigned n = 0;
	struct err e = { 0 };

	(void)state;
	tags = (struct untag_tags){ .n = 0 };
	untag_learn(&tags, rules);
	for (size_t i = 0; i < rules->set.ntest; i++) {
		const struct rule_test *t = &rules->set.test[i];
		struct mask_options mo = { .view = MASK_RECORD, .tty = true,
		    .cols = 200 };
		struct rescan_options o = { .rules = rules, .tags = &tags,
		    .key = key, .tty = true, .cols = 200, .fn = none,
		    .arg = &n };
		struct buf b = BUF_INIT(65536);
		struct rescan *s = NULL;
		unsigned before = n;
		struct mask *m = mask_new(rules, &mo, &e);

		assert_non_null(m);
		assert_int_equal(mask_feed(m, t->text, t->len, 0, &b, &e), 0);
		assert_int_equal(mask_flush(m, &b, &e), 0);
		assert_int_equal(rescan_open(&o, &s, &e), 0);
		if (b.len > 0)
			assert_int_equal(rescan_put(s, 0, b.p, b.len, &e), 0);
		assert_int_equal(rescan_end(s, &e), 0);
		if (n != before)
			print_message("  line %u: %s\n", t->line, b.p);
		rescan_close(s);
		mask_free(m);
		buf_clear(&b);
		ran++;
	}
	mask_rules_free(rules);
	print_message("%zu texts\n", ran);
	assert_true(ran > 300);
	assert_int_equal(n, 0);
}

/* ---- whole recordings ------------------------------------------------- */

static int
record_of(const char *const *lines)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct record_writer *w = NULL;
	struct record_head h;
	struct err e = { 0 };

	assert_int_equal(record_writer_open(fd, &w, &e), 0);
	assert_int_equal(record_put(w, HEADER, strlen(HEADER), &e), 0);
	for (; *lines != NULL; lines++)
		assert_int_equal(record_put(w, *lines, strlen(*lines), &e),
		    0);
	assert_int_equal(record_close(w, &h, &e), 0);
	record_writer_free(w);
	return fd;
}

struct heard {
	unsigned n;
	char line[256];
};

static void
hear(void *arg, const char *rule, int64_t t_us, const char *line, size_t n)
{
	struct heard *h = arg;

	assert_string_equal(rule, "emp");
	assert_true(t_us > 0);
	(void)snprintf(h->line, sizeof(h->line), "%.*s", (int)n, line);
	h->n++;
}

static struct mask_rules *
rules_of(const char *text)
{
	struct mask_rules *r = NULL;
	struct err e = { 0 };

	if (mask_rules_text("test.rules", text, strlen(text), "all", &r, &e) <
	    0)
		fail_msg("%s", e.text);
	return r;
}

#define EMP "rule emp\n  profile ids\n  tag emp\n  value EMP-\\d{6}\n" \
	"  bound alnum alnum\n  test + \"EMP-123456\"\n"
#define LINE(t, code, text) "[" t ", \"" code "\", \"" text "\"]\n"

/* Each kind of place, one by one. */
static void
values_are_found_where_they_stand(void **state)
{
	static const struct {
		const char *line[4];
		int where;	/* -1: no value */
		int64_t at_us;
	} t[] = {
		{ { LINE("1.5", "o", "is EMP-123456 now\\r\\n") },
		    RESIDUAL_STREAM, 1500000 },
		{ { LINE("1.5", "o", "is EMP-12"), LINE("2.0", "o",
		    "\\u001b[1m34\\u001b[0m56"), LINE("9.0", "o", " ") },
		    RESIDUAL_STREAM, 2000000 },
		/* from right to left */
		{ { LINE("1.0", "o", "\\u001b[2;9H56\\u001b[2;5H1234"),
		    LINE("2.0", "o", "\\u001b[2;1HEMP-") }, RESIDUAL_SCREEN,
		    2000000 },
		/* over two rows, painted one by one */
		{ { LINE("1.0", "o", "\\u001b[3;1H3456 rest"), LINE("2.0", "o",
		    "\\u001b[2;35HEMP-12") }, RESIDUAL_SCREEN, 2000000 },
		{ { LINE("3.0", "i", "EMP-123456\\r") }, RESIDUAL_INPUT,
		    3000000 },
		{ { LINE("3.0", "m", "exec {\\\"argv\\\":\\\"id EMP-123456"
		    "\\\"}") }, RESIDUAL_COMMAND, 3000000 },
		{ { LINE("1.0", "o", "[emp]***** and [emp]***** EMP-12\\r\\n"),
		    LINE("2.0", "m", "mask {\\\"rule\\\":\\\"EMP-123456\\\"}")
		    }, -1, 0 },
	};
	struct mask_rules *rules = rules_of(EMP);
	static struct untag_tags tags;

	(void)state;
	tags = (struct untag_tags){ .n = 0 };
	untag_learn(&tags, rules);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct residual_options o = { .set = { rules }, .tags = &tags,
		    .key = key, .command = "" };
		int fd = record_of(t[i].line);
		struct residual r = { 0 };
		struct err e = { 0 };

		print_message("%zu\n", i);
		assert_int_equal(residual_scan(fd, &o, &r, &e), 0);
		assert_int_equal(r.n, t[i].where < 0 ? 0 : 1);
		if (r.n == 1) {
			assert_int_equal(r.hit[0].where, t[i].where);
			assert_int_equal(r.hit[0].t_us, t[i].at_us);
			assert_int_equal(r.hit[0].len, 10);
			assert_string_equal(r.hit[0].shape, "AAA-999999");
			assert_string_equal(r.hit[0].rule, "emp");
			assert_string_equal(r.hit[0].text, "");
		}
		residual_clear(&r);
		(void)close(fd);
	}
	mask_rules_free(rules);
}

static void
two_sets_tell_a_value_once_and_lines_are_masked(void **state)
{
	static const char *const lines[] = {
		LINE("1.0", "o", "no EMP-123456 \\u001b[1mx\\r\\n"),
		LINE("2.0", "o", "and EMP-123456, EMP-654321 here\\r\\n"),
		NULL };
	struct mask_rules *a = rules_of(EMP), *b = rules_of(EMP "rule no\n"
	    "  profile ids\n  value no\n  bound alnum alnum\n"
	    "  test + \"no\"\n");
	static struct untag_tags tags;
	struct heard heard = { 0 };
	struct residual_options o = { .set = { a, b }, .tags = &tags,
	    .key = key, .command = "", .line = hear, .arg = &heard };
	int fd = record_of(lines);
	struct residual r = { 0 };
	struct err e = { 0 };

	(void)state;
	tags = (struct untag_tags){ .n = 0 };
	untag_learn(&tags, a);
	assert_int_equal(residual_scan(fd, &o, &r, &e), 0);
	assert_int_equal(r.n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(r.hit[i].rule, i == 1 ? "no" : "emp");
		assert_int_equal(r.hit[i].sets, i == 1 ? 2 : 3);
	}
	assert_memory_equal(r.hit[0].fp, r.hit[2].fp, MASK_FP_LEN);
	assert_memory_not_equal(r.hit[0].fp, r.hit[3].fp, MASK_FP_LEN);
	assert_int_equal(heard.n, 2);
	assert_string_equal(heard.line, "and [emp]*****, [emp]***** here");
	assert_true(r.closed);
	residual_clear(&r);
	(void)close(fd);
	mask_rules_free(a);
	mask_rules_free(b);
}

static void
a_header_says_what_masked(void **state)
{
	static const char *const lines[] = { NULL };
	static struct residual_head h;
	int fd = record_of(lines);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(residual_head(fd, &h, &e), 0);
	assert_true(h.masked);
	assert_string_equal(h.rules, "ab12");
	assert_string_equal(h.profiles, "pci");
	assert_string_equal(h.role, "dba");
	assert_string_equal(h.command, "run 4111111111111111");
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_become_stars),
		cmocka_unit_test(stars_are_no_value),
		cmocka_unit_test(a_shape_has_no_value),
		cmocka_unit_test(masked_text_holds_nothing),
		cmocka_unit_test(values_are_found_where_they_stand),
		cmocka_unit_test(
		    two_sets_tell_a_value_once_and_lines_are_masked),
		cmocka_unit_test(a_header_says_what_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
