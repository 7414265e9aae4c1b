/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"

#define ROLE "[role dba]\naccount = postgres\nrequest = *\napprove = leads\n"

static void
says_what_is_wrong_and_where(void **state)
{
	static const struct {
		const char *text;
		const char *want;	/* NULL: good */
	} t[] = {
		{ "", NULL },
		{ "# only a comment\n\n  ; another\n", NULL },
		{ ROLE, NULL },
		{ ROLE "max = 2h\n", NULL },
		{ ROLE "max=2h", NULL },
		{ ROLE "maxx = 2h\n",
		    "f:5:1: unknown key \"maxx\": did you mean \"max\"?" },
		{ ROLE "max = 2\n", "f:5:7: max: \"2\" is no duration" },
		{ ROLE "max = 400d\n", "f:5:7: max: 400d is outside 1m to" },
		{ ROLE "max = 1h\nmax = 2h\n",
		    "f:6:1: max is set already at f:5" },
		{ ROLE "shared = true\n", "write yes or no" },
		{ ROLE "quorum = 0\n", "no whole number of 1 to 9" },
		{ ROLE "quorum = 1x\n", "no whole number of 1 to 9" },
		{ ROLE "pipes = masked\n", "is none of mask|refuse|pass" },
		{ ROLE "mask = pci,,ids\n", "an empty word" },
		{ "[role dba]\naccount = x\n",
		    "f:1: [role dba] has no \"request\"" },
		{ "[role]\n", "f:1:6: [role] needs a name" },
		{ "[rolle dba]\n",
		    "f:1:2: unknown section [rolle]: did you mean \"role\"?" },
		{ "[login x]\n", "f:1:8: [login] takes no name" },
		{ "[role a b]\n", "is no name" },
		{ "[role dba\n", "f:1:9: a section ends with ]" },
		{ "max = 2h\n", "stands before any [section]" },
		{ "[login]\nnothing\n", "neither [section] nor key" },
		{ "[login]\r\n", "carriage return" },
		{ "[login]\nshell = bash\n", "is no absolute path" },
		{ "[issuer a]\nissuer = ftp://x\n", "is no URL" },
		{ "[host]\nname = a\033b\n", "f:2:9: control character" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct conf *c = NULL;
		struct err e = { 0 };
		int rc = conf_parse("f", t[i].text, strlen(t[i].text), &c, &e);

		if ((rc == 0) != (t[i].want == NULL) || (rc < 0 &&
		    strstr(e.text, t[i].want) == NULL))
			fail_msg("%s -> %d %s", t[i].text, rc, e.text);
		conf_free(c);
	}
}

static void
getters(void **state)
{
	static const char text[] = ROLE "max = 2h30m\nmask = pci , ids\n"
	    "[role web]\naccount = www\nrequest = *\napprove = *\n";
	const struct conf_section *dba, *web;
	struct conf *c = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conf_parse("f", text, strlen(text), &c, &e), 0);
	dba = conf_next(c, "role", NULL);
	web = conf_next(c, "role", dba);
	assert_null(conf_next(c, "role", web));
	assert_string_equal(conf_title(web), "web");
	assert_ptr_equal(conf_titled_section(c, "role", "dba"), dba);
	assert_null(conf_titled_section(c, "role", "x"));
	assert_true(conf_us(dba, "max") == INT64_C(9000) * 1000000);
	assert_true(conf_us(web, "max") == INT64_C(14400) * 1000000);
	assert_int_equal(conf_list_n(dba, "mask"), 2);
	assert_string_equal(conf_list(dba, "mask", 1), "ids");
	assert_null(conf_list(dba, "mask", 2));
	assert_false(conf_bool(web, "shared"));
	assert_string_equal(conf_where(dba, "max"), "f:5");
	assert_string_equal(conf_where(web, "max"), "default");
	assert_string_equal(conf_str(conf_section(c, "login"), "group"),
	    "warrant-users");
	conf_free(c);
}

static void
a_dump_loads_again_to_the_same(void **state)
{
	char *text = NULL, one[65], two[65];
	struct conf *c = NULL, *d = NULL;
	struct err e = { 0 };
	size_t n = 0;
	FILE *f;

	(void)state;
	assert_int_equal(conf_parse("f", ROLE, strlen(ROLE), &c, &e), 0);
	f = open_memstream(&text, &n);
	conf_dump(c, f);
	(void)fclose(f);
	if (conf_parse("dump", text, n, &d, &e) < 0)
		fail_msg("%s", e.text);
	conf_digest(c, one);
	conf_digest(d, two);
	assert_string_equal(one, two);
	assert_int_equal(strlen(one), 64);
	conf_free(c);
	conf_free(d);
	free(text);
}

static void
files_of_others_are_refused(void **state)
{
	char dir[] = "/tmp/test_conf.XXXXXX", path[64], more[64], file[80];
	struct conf *c = NULL;
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/w.conf", dir);
	(void)snprintf(more, sizeof(more), "%s/conf.d", dir);
	(void)snprintf(file, sizeof(file), "%s/10-a.conf", more);
	assert_int_equal(conf_load(path, &c, &e), -1);
	assert_int_equal(io_replace_file(path, ROLE, strlen(ROLE), 0644, &e),
	    0);
	assert_int_equal(conf_load(path, &c, &e), 0);
	conf_free(c);
	assert_int_equal(mkdir(more, 0755), 0);
	assert_int_equal(io_replace_file(file, "[login]\nwait = 60s\n", 19,
	    0644, &e), 0);
	assert_int_equal(conf_load(path, &c, &e), 0);
	assert_true(conf_us(conf_section(c, "login"), "wait") == 60000000);
	conf_free(c);
	assert_int_equal(chmod(file, 0666), 0);
	assert_int_equal(conf_load(path, &c, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "writable by group or others"));
	(void)unlink(file);
	(void)rmdir(more);
	(void)unlink(path);
	(void)rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong_and_where),
		cmocka_unit_test(getters),
		cmocka_unit_test(a_dump_loads_again_to_the_same),
		cmocka_unit_test(files_of_others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
