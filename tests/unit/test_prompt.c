/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/err.h"
#include "pam_module/prompt.h"

static const struct prompt plain = { .account = "alice", .host = "db1",
	.rhost = "10.1.2.3", .uri = "https://idp.example/device",
	.code = "ABCD-EFGH", .enter = true };

static void
text(void **state)
{
	char ret[PROMPT_MAX];
	struct prompt p = plain;

	(void)state;
	assert_int_equal(prompt_format(&p, ret, NULL), 0);
	assert_string_equal(ret,
	    "Sign in as alice on db1, from 10.1.2.3:\n"
	    "  open  https://idp.example/device\n"
	    "  enter ABCD-EFGH\n"
	    "The page must show ABCD-EFGH.  Never enter a code that somebody "
	    "sent you.\n"
	    "Press Enter, now or after signing in: ");
	p.rhost = "";
	p.enter = false;
	p.uri_complete = "https://idp.example/device?user_code=ABCD-EFGH";
	assert_int_equal(prompt_format(&p, ret, NULL), 0);
	assert_string_equal(ret,
	    "Sign in as alice on db1:\n"
	    "  open  https://idp.example/device\n"
	    "  enter ABCD-EFGH\n"
	    "  or    https://idp.example/device?user_code=ABCD-EFGH\n"
	    "The page must show ABCD-EFGH.  Never enter a code that somebody "
	    "sent you.\n"
	    "Waiting for your sign-in ...");
}

/* What a provider sends is refused, not shown otherwise. */
static void
refused(void **state)
{
	static const struct {
		const char *name, *uri, *complete, *code;
	} t[] = {
		{ "escape in the code", NULL, NULL, "AB\033[2JCD" },
		{ "newline in the code", NULL, NULL, "ABCD\nEFGH" },
		{ "blank in the code", NULL, NULL, "ABCD EFGH" },
		{ "no ASCII in the code", NULL, NULL, "ABCD\xc3\xa9" },
		{ "empty code", NULL, NULL, "" },
		{ "long code", NULL, NULL,
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAAAAAA" },
		{ "no scheme", "idp.example/device", NULL, NULL },
		{ "other scheme", "javascript:alert(1)", NULL, NULL },
		{ "blank in the address", "https://a/ b", NULL, NULL },
		{ "control in the address", "https://a/\rb", NULL, NULL },
		{ "C1 in the address", "https://a/\xc2\x9b" "1m", NULL, NULL },
		{ "escape in the complete address", NULL, "https://a/\033c",
		    NULL },
		{ "empty address", "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct prompt p = plain;
		char ret[PROMPT_MAX] = "untouched";
		struct err e = { 0 };

		if (t[i].uri != NULL)
			p.uri = t[i].uri;
		if (t[i].complete != NULL)
			p.uri_complete = t[i].complete;
		if (t[i].code != NULL)
			p.code = t[i].code;
		print_message("%s\n", t[i].name);
		assert_int_equal(prompt_format(&p, ret, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		assert_string_equal(ret, "untouched");
	}
}

/* Names are shown so that they move nothing. */
static void
visible_names(void **state)
{
	struct prompt p = plain;
	char ret[PROMPT_MAX];

	(void)state;
	p.account = "al\nice";
	p.host = "db\0331m";
	p.rhost = "\xe2\x80\xae" "gnp.exe";
	assert_int_equal(prompt_format(&p, ret, NULL), 0);
	assert_non_null(strstr(ret, "Sign in as al\\x0aice on db\\x1b1m, "
	    "from \\u{202e}gnp.exe:\n"));
	for (const char *s = ret; *s != '\0'; s++)
		assert_true(*s == '\n' || (*s >= 0x20 && *s < 0x7f));
}

static void
bounded(void **state)
{
	static char uri[PROMPT_URI_MAX + 2], name[8192];
	struct prompt p = plain;
	char ret[PROMPT_MAX];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	memset(uri, 'u', sizeof(uri) - 1);
	memcpy(uri, "https://", 8);
	p.account = p.host = p.rhost = name;
	p.uri = p.uri_complete = uri + 1;
	assert_int_equal(prompt_format(&p, ret, NULL), -1);
	p.uri = p.uri_complete = uri;
	assert_int_equal(prompt_format(&p, ret, NULL), -1);
	uri[PROMPT_URI_MAX] = '\0';
	assert_int_equal(prompt_format(&p, ret, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test(refused),
		cmocka_unit_test(visible_names),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
