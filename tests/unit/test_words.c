/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/err.h"
#include "lib/words.h"

static const struct words_command table[] = {
	{ "request", 0, 0, "--role R --for D --reason TEXT", "ask",
	    { { "role", 0, WORDS_VALUE }, { "for", 0, WORDS_VALUE },
	    { "reason", 'm', WORDS_TEXT }, { "json", 0, WORDS_FLAG } } },
	{ "approve", 1, 1, "ID [-m TEXT] [-y]", "say yes",
	    { { "message", 'm', WORDS_TEXT }, { "yes", 'y', WORDS_FLAG } } },
	{ "roles", 0, 0, "", "list", { { "json", 0, WORDS_FLAG } } },
	{ NULL, 0, 0, NULL, NULL, { { NULL, 0, WORDS_FLAG } } },
};

static void
parses(void **state)
{
	static const struct {
		const char *line;
		const char *arg0, *role, *length, *text, *flag;
	} t[] = {
		{ "request --role dba --for 2h --reason fix the lag",
		    NULL, "dba", "2h", "fix the lag", NULL },
		{ "request --reason fix the lag --role=dba --for=2h --json",
		    NULL, "dba", "2h", "fix the lag", "" },
		{ "request -m it's  only\ta --json", NULL, NULL, NULL,
		    "it's only a", "" },
		{ "request --reason \"fix the lag\" --for 1h", NULL, NULL,
		    "1h", "fix the lag", NULL },
		{ "request --reason \"fix\" or 'break'", NULL, NULL, NULL,
		    "\"fix\" or 'break'", NULL },
		{ "request --reason=INC-4711 replica -1 lag", NULL, NULL,
		    NULL, "INC-4711 replica -1 lag", NULL },
		{ "approve r-abc -m read only please -y", "r-abc", NULL,
		    NULL, "read only please", "" },
		{ "approve -y r-abc", "r-abc", NULL, NULL, NULL, "" },
		{ "approve -- -r", "-r", NULL, NULL, NULL, NULL },
		{ "roles", NULL, NULL, NULL, NULL, NULL },
	};
	static struct words w;
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		char room[WORDS_LINE_MAX], *word[WORDS_MAX + 1];
		struct err e = { 0 };
		const char *got[4];
		int n;

		print_message("%s\n", t[i].line);
		n = words_split(t[i].line, room, sizeof(room), word, &e);
		assert_true(n > 0);
		if (words_parse(table, (size_t)n, word, &w, &e) < 0)
			fail_msg("%s", e.text);
		got[0] = words_value(&w, "role");
		got[1] = words_value(&w, "for");
		got[2] = words_value(&w, "reason");
		if (got[2] == NULL)
			got[2] = words_value(&w, "message");
		got[3] = words_value(&w, "json");
		if (got[3] == NULL)
			got[3] = words_value(&w, "yes");
		for (int k = 0; k < 4; k++) {
			const char *want[] = { t[i].role, t[i].length,
			    t[i].text, t[i].flag };

			if (want[k] == NULL)
				assert_null(got[k]);
			else
				assert_string_equal(got[k], want[k]);
		}
		if (t[i].arg0 != NULL)
			assert_string_equal(w.arg[0], t[i].arg0);
		else
			assert_int_equal(w.args, 0);
	}
}

static void
refuses(void **state)
{
	static const struct {
		const char *line, *why;
	} t[] = {
		{ "frob", "frob: no such command" },
		{ "roles now", "roles: one word too many: now; usage: roles" },
		{ "approve", "approve: something is missing; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 --force", "approve: unknown option --force; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 -x", "approve: unknown option -x; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 -yx", "approve: unknown option -yx; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 -y -y", "approve: given twice: -y; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 --yes=no", "approve: takes no value: --yes=no; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 -m", "approve: no text behind --message; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "approve r-1 -m ''", "approve: no text behind --message; "
		    "usage: approve ID [-m TEXT] [-y]" },
		{ "request --role", "request: no value behind --role; "
		    "usage: request --role R --for D --reason TEXT" },
		{ "request --role --for 2h", "request: no value behind --role;"
		    " usage: request --role R --for D --reason TEXT" },
		{ "request --reason a --rol dba", "request: unknown option "
		    "--rol; usage: request --role R --for D --reason TEXT" },
	};
	static struct words w;
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		char room[WORDS_LINE_MAX], *word[WORDS_MAX + 1];
		struct err e = { 0 };
		int n = words_split(t[i].line, room, sizeof(room), word, &e);

		print_message("%s\n", t[i].line);
		assert_true(n > 0);
		assert_int_equal(words_parse(table, (size_t)n, word, &w, &e),
		    -1);
		assert_int_equal(e.code, ERR_USAGE);
		assert_string_equal(e.text, t[i].why);
	}
}

static void
splits_within_bounds(void **state)
{
	char room[WORDS_LINE_MAX], *word[WORDS_MAX + 1];
	char line[WORDS_LINE_MAX + 2];
	struct err e = { 0 };
	(void)state;

	assert_int_equal(words_split(" \t ", room, sizeof(room), word, &e), 0);
	assert_null(word[0]);
	assert_int_equal(words_split("a\033[2Jb", room, sizeof(room), word,
	    &e), -1);
	memset(line, 'a', sizeof(line));
	line[WORDS_LINE_MAX] = '\0';
	assert_int_equal(words_split(line, room, sizeof(room), word, &e), -1);
	line[WORDS_LINE_MAX - 1] = '\0';
	assert_int_equal(words_split(line, room, sizeof(room), word, &e), 1);
	for (int i = 0; i < 2 * WORDS_MAX; i++)
		line[i] = i % 2 == 0 ? 'a' : ' ';
	line[2 * WORDS_MAX] = '\0';
	assert_int_equal(words_split(line, room, sizeof(room), word, &e),
	    WORDS_MAX);
	memcpy(line + 2 * WORDS_MAX, "a", 2);
	assert_int_equal(words_split(line, room, sizeof(room), word, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(splits_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
