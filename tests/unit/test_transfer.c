/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "recorder/transfer.h"

static void
recognises(void **state)
{
	static const struct {
		const char *command;
		enum transfer_kind want;
		const char *name;
		size_t argc;
	} t[] = {
		/* as the clients send it */
		{ "/usr/lib/openssh/sftp-server", TRANSFER_DIRECT, "sftp", 1 },
		{ "scp -t f3", TRANSFER_DIRECT, "scp", 3 },
		{ "scp -r -p -f f3", TRANSFER_DIRECT, "scp", 5 },
		{ "scp -t 'a b'", TRANSFER_DIRECT, "scp", 3 },
		{ "scp -v -d -t -- -odd", TRANSFER_DIRECT, "scp", 6 },
		{ "scp -f a b", TRANSFER_DIRECT, "scp", 4 },
		{ "rsync --server -logDtprze.iLsfxCIvu . d/",
		    TRANSFER_DIRECT, "rsync", 5 },
		{ "rsync --server --sender -logDtpre.iLsfxCIvu . f1",
		    TRANSFER_DIRECT, "rsync", 6 },
		{ "rsync --server -vlogDtpre31.iLsfxCIvu --delete . d",
		    TRANSFER_DIRECT, "rsync", 6 },
		{ "rsync --server -blogDtpre.iLsfxCIvu --suffix=.b "
		    "--backup-dir old --link-dest ../x . d",
		    TRANSFER_DIRECT, "rsync", 10 },
		{ "rsync --server --sender -logDtprRe.LsfxCIvu "
		    "--files-from=- --from0 . d", TRANSFER_DIRECT,
		    "rsync", 8 },
		{ "git-upload-pack '/p'", TRANSFER_DIRECT, "git", 2 },
		{ "git-receive-pack '/p'", TRANSFER_DIRECT, "git", 2 },
		{ "git-upload-archive '/x'", TRANSFER_DIRECT, "git", 2 },
		{ "scp -t a\\ b", TRANSFER_DIRECT, "scp", 3 },
		/* begins like one */
		{ "scp -t x; bash", TRANSFER_SHELL, "scp", 2 },
		{ "scp -t x;bash", TRANSFER_SHELL, "scp", 2 },
		{ "scp -t x\nbash", TRANSFER_SHELL, "scp", 2 },
		{ "scp -t $(bash)", TRANSFER_SHELL, "scp", 2 },
		{ "scp -t `bash`", TRANSFER_SHELL, "scp", 2 },
		{ "scp -t \"x\"", TRANSFER_SHELL, "scp", 2 },
		{ "scp -f *.x", TRANSFER_SHELL, "scp", 2 },
		{ "scp -f ~/x", TRANSFER_SHELL, "scp", 2 },
		{ "scp -t x & bash", TRANSFER_SHELL, "scp", 3 },
		{ "scp -t x | bash", TRANSFER_SHELL, "scp", 3 },
		{ "scp -t x > y", TRANSFER_SHELL, "scp", 3 },
		{ "scp -S /bin/sh -t x", TRANSFER_SHELL, "scp", 5 },
		{ "scp -oProxyCommand=sh -t x", TRANSFER_SHELL, "scp", 4 },
		{ "scp -t -f x", TRANSFER_SHELL, "scp", 4 },
		{ "scp -t x y", TRANSFER_SHELL, "scp", 4 },
		{ "scp -t", TRANSFER_SHELL, "scp", 2 },
		{ "scp -f", TRANSFER_SHELL, "scp", 2 },
		{ "/tmp/scp -t x", TRANSFER_SHELL, "scp", 3 },
		{ "./scp -t x", TRANSFER_SHELL, "scp", 3 },
		{ "/tmp/sftp-server", TRANSFER_SHELL, "sftp", 1 },
		{ "sftp-server /etc", TRANSFER_SHELL, "sftp", 2 },
		{ "rsync --server --daemon .", TRANSFER_SHELL, "rsync", 4 },
		{ "rsync --server -e sh . d", TRANSFER_SHELL, "rsync", 6 },
		{ "rsync --server --rsh=sh . d", TRANSFER_SHELL, "rsync", 5 },
		{ "rsync --server -logse.iL . d", TRANSFER_SHELL, "rsync", 5 },
		{ "rsync --server -l . d --config=x", TRANSFER_SHELL,
		    "rsync", 6 },
		{ "rsync --server -l --temp-dir -x . d", TRANSFER_SHELL,
		    "rsync", 7 },
		{ "rsync --server -l --link-dest . d", TRANSFER_SHELL,
		    "rsync", 6 },
		{ "rsync --server -l . --temp-dir", TRANSFER_SHELL,
		    "rsync", 5 },
		{ "rsync --server -l --files-from=/etc/x . d",
		    TRANSFER_SHELL, "rsync", 6 },
		{ "git-upload-pack '/p' '/q'", TRANSFER_SHELL, "git", 3 },
		{ "git-upload-pack '/p", TRANSFER_SHELL, "git", 1 },
		{ "git-upload-pack --exec=sh /p", TRANSFER_SHELL, "git", 3 },
		/* is none */
		{ "", TRANSFER_NONE, NULL, 0 },
		{ "   ", TRANSFER_NONE, NULL, 0 },
		{ "id -u", TRANSFER_NONE, NULL, 2 },
		{ "scp a b:c", TRANSFER_NONE, NULL, 3 },
		{ "rsync -a a b", TRANSFER_NONE, NULL, 4 },
		{ "A=1 scp -t x", TRANSFER_NONE, NULL, 4 },
		{ "bash -c 'scp -t x'", TRANSFER_NONE, NULL, 3 },
		{ "scpx -t x", TRANSFER_NONE, NULL, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		static struct transfer got;
		enum transfer_kind k = transfer_parse(t[i].command, &got);

		print_message("%s\n", t[i].command);
		assert_int_equal(k, t[i].want);
		assert_int_equal(got.argc, t[i].argc);
		assert_null(got.argv[got.argc]);
		if (t[i].name == NULL)
			assert_null(got.name);
		else
			assert_string_equal(got.name, t[i].name);
	}
}

#define IN TRANSFER_IN
#define OUT TRANSFER_OUT
#define BOTH (TRANSFER_IN | TRANSFER_OUT)

static void
tells_which_way_files_go(void **state)
{
	static const struct {
		const char *command;
		unsigned want;
	} t[] = {
		{ "/usr/lib/openssh/sftp-server", BOTH },
		{ "/usr/lib/openssh/sftp-server -R", BOTH },
		{ "scp -t f3", IN },
		{ "scp -r -p -f f3", OUT },
		{ "scp -t -- -f", IN },		/* a file of that name */
		{ "scp -f -- -t", OUT },
		{ "rsync --server -logDtprze.iLsfxCIvu . d/", IN },
		{ "rsync --server --sender -logDtpre.iLsfxCIvu . f1", OUT },
		{ "rsync --server -l --sender . f1", OUT },
		{ "git-receive-pack '/p'", IN },
		{ "git-upload-pack '/p'", OUT },
		{ "git-upload-archive '/x'", OUT },
		/* by a shell: what was not read may turn it round */
		{ "scp -f *.x", OUT },
		{ "scp -t $(echo -f) x", BOTH },
		{ "scp -t ~/x", BOTH },
		{ "scp -t -f x", OUT },		/* scp looks at -f first */
		{ "rsync --server -l $(echo --sender) . d", BOTH },
		{ "rsync --server -logs . d", BOTH },
		{ "rsync --server --sender -l . *.x", OUT },
		{ "git-receive-pack ~/x", IN },
		{ "git-upload-pack ~/x", OUT },
		/* is none */
		{ "scp a b", 0 },
		{ "scp -- -t", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		static struct transfer got;

		(void)transfer_parse(t[i].command, &got);
		print_message("%s\n", t[i].command);
		assert_int_equal(got.ways, t[i].want);
	}
}

static void
a_word_allows_ways_and_any_other_none(void **state)
{
	static const struct {
		const char *word;
		unsigned want;
	} t[] = { { "deny", 0 }, { "log", BOTH }, { "in", IN },
		{ "out", OUT }, { "", 0 }, { "LOG", 0 }, { "inout", 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_int_equal(transfer_allowed(t[i].word), t[i].want);
}

#define SERVER "/usr/lib/openssh/sftp-server"

/* first: the word behind the program; NULL: as it was */
static void
moves_files_no_other_way_than_allowed(void **state)
{
	static const struct {
		const char *command;
		unsigned allowed;
		bool want;
		const char *first;
		size_t argc;
	} t[] = {
		{ "scp -t x", IN, true, "-t", 3 },
		{ "scp -t x", OUT, false, "-t", 3 },
		{ "scp -f x", OUT, true, "-f", 3 },
		{ "scp -f x", IN, false, "-f", 3 },
		{ "scp -f x", 0, false, "-f", 3 },
		{ "git-receive-pack x", OUT, false, "x", 2 },
		{ "git-upload-pack x", IN, false, "x", 2 },
		{ "rsync --server -l . d", OUT, false, "--server", 5 },
		{ SERVER, BOTH, true, NULL, 1 },
		{ SERVER, 0, false, NULL, 1 },
		{ SERVER, OUT, true, "-R", 2 },
		{ SERVER " -e", OUT, true, "-R", 3 },
		{ SERVER " -p read", OUT, true, "-R", 4 },
		{ SERVER, IN, true, "-p", 3 },
		{ SERVER " -P write", IN, true, "-p", 5 },
		{ SERVER " -p read", IN, false, "-p", 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		static struct transfer got;

		print_message("%s, %u\n", t[i].command, t[i].allowed);
		assert_int_equal(transfer_parse(t[i].command, &got),
		    TRANSFER_DIRECT);
		assert_int_equal(transfer_limit(&got, t[i].allowed),
		    t[i].want);
		assert_int_equal(got.argc, t[i].argc);
		assert_null(got.argv[got.argc]);
		if (t[i].first == NULL)
			assert_null(got.argv[1]);
		else
			assert_string_equal(got.argv[1], t[i].first);
	}
}

/* Of all that OpenSSH's sftp-server knows, reading is what "in" leaves out. */
static void
sftp_in_has_no_request_that_reads(void **state)
{
	static struct transfer t;

	(void)state;
	assert_int_equal(transfer_parse(SERVER, &t), TRANSFER_DIRECT);
	assert_true(transfer_limit(&t, IN));
	assert_non_null(strstr(t.argv[2], ",write,"));
	assert_null(strstr(t.argv[2], ",read,"));
	assert_null(strstr(t.argv[2], "readlink"));
	assert_true(strncmp(t.argv[2], "read", 4) != 0);
}

static void
a_list_that_is_full_is_not_limited(void **state)
{
	static char line[TRANSFER_LINE_MAX];
	static struct transfer t;
	size_t n = (size_t)snprintf(line, sizeof(line), SERVER);

	(void)state;
	for (size_t i = 1; i < TRANSFER_WORDS_MAX - 1; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, " -e");
	assert_int_equal(transfer_parse(line, &t), TRANSFER_DIRECT);
	assert_false(transfer_limit(&t, IN));	/* two words more */
	assert_int_equal(transfer_parse(line, &t), TRANSFER_DIRECT);
	assert_true(transfer_limit(&t, OUT));	/* one */
	assert_int_equal(t.argc, TRANSFER_WORDS_MAX);
}

static void
says_which_way_which_role_and_what_to_ask_for(void **state)
{
	static const struct {
		const char *command;
		unsigned allowed;
		const char *want;
	} t[] = {
		{ "scp -t x", 0, "warrant: role ops may not transfer files, "
		    "and this scp moves them in (upload); ask for a role "
		    "that moves files in (roles lists them)" },
		{ SERVER, 0, "warrant: role ops may not transfer files, and "
		    "this sftp moves them in and out; ask for a role that "
		    "moves files in or out (roles lists them)" },
		{ "git-receive-pack x", OUT, "warrant: role ops may transfer "
		    "files out (download) only, and this git may move them "
		    "in (upload); ask for a role that moves files in (roles "
		    "lists them)" },
		{ "scp -t ~/x", IN, "warrant: role ops may transfer files in "
		    "(upload) only, and this scp may move them in and out; "
		    "ask for a role that moves files both ways (roles lists "
		    "them)" },
	};
	char long_role[64];

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		static struct transfer got;
		char why[TRANSFER_WHY_MAX];

		(void)transfer_parse(t[i].command, &got);
		transfer_why(&got, t[i].allowed, "ops", why);
		assert_string_equal(why, t[i].want);
		memset(long_role, 'r', sizeof(long_role) - 1);
		long_role[sizeof(long_role) - 1] = '\0';
		transfer_why(&got, t[i].allowed, long_role, why);
		assert_string_equal(why + strlen(why) - 5, "them)");
	}
}

static void
unquotes(void **state)
{
	static struct transfer t;

	(void)state;
	assert_int_equal(transfer_parse("scp  -t 'a b'c\\ d''", &t),
	    TRANSFER_DIRECT);
	assert_string_equal(t.argv[0], "scp");
	assert_string_equal(t.argv[1], "-t");
	assert_string_equal(t.argv[2], "a bc d");
	assert_string_equal(t.paths[0], "/usr/bin/scp");
}

static void
knows_mosh(void **state)
{
	static const char *const yes[] = {
		"mosh-server 'new' '-c' '256' '-s' '-l' 'LANG=C.UTF-8'",
		"mosh-server new",
		"env LC_ALL=C.UTF-8 /usr/bin/mosh-server  new -p 60001",
		("[ -n \"$SSH_CONNECTION\" ] && printf \"\\nMOSH SSH_CONNECTION "
		    "%s\\n\" \"$SSH_CONNECTION\" ; mosh-server 'new' '-s'"),
		"'mosh-server' 'new'",
		"which mosh-server; mosh-server new",
	}, *const no[] = { "", "mosh-server", "man mosh-server", "mosh new",
		"apt install mosh-server-new", "which mosh-server; echo new",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(transfer_mosh(yes[i]));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(transfer_mosh(no[i]));
}

static void
refuses_too_much(void **state)
{
	static char line[TRANSFER_LINE_MAX + 64];
	static struct transfer t;
	size_t n;

	(void)state;
	/* one word more than fits */
	n = (size_t)snprintf(line, sizeof(line), "scp -f");
	for (size_t i = 2; i < TRANSFER_WORDS_MAX; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, " a");
	assert_int_equal(transfer_parse(line, &t), TRANSFER_DIRECT);
	assert_int_equal(t.argc, TRANSFER_WORDS_MAX);
	(void)snprintf(line + n, sizeof(line) - n, " a");
	assert_int_equal(transfer_parse(line, &t), TRANSFER_SHELL);
	/* as long as may be, and longer */
	memset(line, 'x', sizeof(line));
	memcpy(line, "scp -t ", 7);
	line[TRANSFER_LINE_MAX] = '\0';
	assert_int_equal(transfer_parse(line, &t), TRANSFER_DIRECT);
	line[TRANSFER_LINE_MAX] = 'x';
	line[TRANSFER_LINE_MAX + 1] = '\0';
	assert_int_equal(transfer_parse(line, &t), TRANSFER_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises),
		cmocka_unit_test(tells_which_way_files_go),
		cmocka_unit_test(a_word_allows_ways_and_any_other_none),
		cmocka_unit_test(moves_files_no_other_way_than_allowed),
		cmocka_unit_test(sftp_in_has_no_request_that_reads),
		cmocka_unit_test(a_list_that_is_full_is_not_limited),
		cmocka_unit_test(
		    says_which_way_which_role_and_what_to_ask_for),
		cmocka_unit_test(unquotes),
		cmocka_unit_test(knows_mosh),
		cmocka_unit_test(refuses_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
