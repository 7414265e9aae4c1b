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
		cmocka_unit_test(unquotes),
		cmocka_unit_test(knows_mosh),
		cmocka_unit_test(refuses_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
