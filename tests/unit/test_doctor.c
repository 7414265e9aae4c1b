/* SPDX-License-Identifier: BSD-2-Clause
 * What warrant-check sshd finds: nothing in what the examples say, and each
 * deviation by its name. */
#include "tests/unit/test.h"

#include <string.h>

#include "lib/err.h"
#include "pam_module/doctor.h"

#define SHELL "/usr/bin/warrant-shell"

static const char good_sshd[] =
    "usepam yes\nkbdinteractiveauthentication yes\n"
    "passwordauthentication no\npermitrootlogin no\npermituserrc no\n"
    "permituserenvironment no\npermitemptypasswords no\n"
    "disableforwarding yes\nhostbasedauthentication no\n"
    "gssapiauthentication no\nlogingracetime 180\n"
    "maxstartups 60:30:200\nchrootdirectory none\n"
    "forcecommand " SHELL "\nacceptenv LANG\nacceptenv LC_*\n"
    "subsystem sftp /usr/lib/openssh/sftp-server\n"
    "authenticationmethods publickey,keyboard-interactive:pam\n";

static const char *const good_pam[] = {
	"auth [success=1 default=ignore] pam_listfile.so item=group "
	    "file=/etc/security/warrant-breakglass",
	"auth [success=done default=die] pam_warrant.so",
	"auth required pam_unix.so",
	"account required pam_nologin.so",
	"account [success=1 default=ignore] pam_listfile.so item=group",
	"account required pam_warrant.so",
	"session required pam_loginuid.so",
	"session required pam_env.so",
	"session [success=1 default=ignore] pam_listfile.so item=group",
	"session required pam_warrant.so",
	"-session optional pam_warrant.so breakglass",
	"# a comment",
	NULL
};

/* Put new in the place of old in text. */
static void
change(const char *text, const char *old, const char *new, char *ret,
    size_t size)
{
	const char *at = strstr(text, old);

	assert_non_null(at);
	(void)snprintf(ret, size, "%.*s%s%s", (int)(at - text), text, new,
	    at + strlen(old));
}

static void
sshd_settings(void **state)
{
	static const struct {
		const char *old, *new, *says;
		enum doctor_level level;
	} t[] = {
		{ "usepam yes", "usepam no", "usepam", DOCTOR_ERROR },
		{ "kbdinteractiveauthentication yes",
		    "kbdinteractiveauthentication no", "no prompt",
		    DOCTOR_ERROR },
		{ "passwordauthentication no", "passwordauthentication yes",
		    "password prompt", DOCTOR_ERROR },
		{ "permitrootlogin no", "permitrootlogin prohibit-password",
		    "root", DOCTOR_ERROR },
		{ "permituserrc no", "permituserrc yes", "~/.ssh/rc",
		    DOCTOR_ERROR },
		{ "permituserenvironment no", "permituserenvironment LANG",
		    "LD_PRELOAD", DOCTOR_ERROR },
		{ "permitemptypasswords no", "permitemptypasswords yes",
		    "without a password", DOCTOR_ERROR },
		{ "disableforwarding yes", "disableforwarding no",
		    "forwarded", DOCTOR_ERROR },
		{ "hostbasedauthentication no", "hostbasedauthentication yes",
		    "another host", DOCTOR_WARNING },
		{ "gssapiauthentication no", "gssapiauthentication yes",
		    "ticket", DOCTOR_WARNING },
		{ "authenticationmethods publickey,keyboard-interactive:pam",
		    "authenticationmethods any", "without a sign-in",
		    DOCTOR_ERROR },
		{ "authenticationmethods publickey,keyboard-interactive:pam",
		    "authenticationmethods publickey,keyboard-interactive:pam "
		    "publickey", "allows publickey:", DOCTOR_ERROR },
		{ "authenticationmethods publickey,keyboard-interactive:pam",
		    "x", "without a sign-in", DOCTOR_ERROR },
		{ "authenticationmethods publickey,keyboard-interactive:pam",
		    "authenticationmethods publickey\nauthorizedkeysfile none",
		    "allows publickey:", DOCTOR_ERROR },
		{ "authenticationmethods publickey,keyboard-interactive:pam",
		    "authenticationmethods publickey\nauthorizedkeyscommand "
		    "/usr/sbin/warrant-authkeys %u %k %t\nauthorizedkeysfile "
		    ".ssh/authorized_keys", "plain key", DOCTOR_ERROR },
		{ "authenticationmethods publickey,keyboard-interactive:pam",
		    "authenticationmethods publickey\nauthorizedkeyscommand "
		    "/usr/sbin/warrant-authkeys %u %k %t\nauthorizedkeysfile "
		    "none\ntrustedusercakeys /etc/ssh/ca", "no sign-in",
		    DOCTOR_WARNING },
		{ "forcecommand " SHELL, "forcecommand none",
		    "internal-sftp", DOCTOR_ERROR },
		{ "forcecommand " SHELL "\n", "", "not set", DOCTOR_ERROR },
		{ "chrootdirectory none", "chrootdirectory /srv", "in there",
		    DOCTOR_ERROR },
		{ "sftp /usr/lib/openssh/sftp-server", "sftp internal-sftp",
		    "no program", DOCTOR_WARNING },
		{ "logingracetime 180", "logingracetime 174", "without a word",
		    DOCTOR_ERROR },
		{ "maxstartups 60:30:200", "maxstartups 10:30:100",
		    "keep others out", DOCTOR_WARNING },
		{ "acceptenv LC_*", "acceptenv *", "dynamic linker",
		    DOCTOR_ERROR },
		{ "acceptenv LC_*", "acceptenv LD_PRELOAD", "dynamic linker",
		    DOCTOR_ERROR },
	};
	static const struct doctor_want want = { SHELL, 165 };
	struct findings all = { .n = 0 };
	char text[2048];

	(void)state;
	doctor_sshd(good_sshd, &want, &all);
	assert_int_equal(all.n, 0);
	change(good_sshd, "logingracetime 180", "logingracetime 0", text,
	    sizeof(text));
	doctor_sshd(text, &want, &all);
	assert_int_equal(all.n, 0);
	change(good_sshd, "authenticationmethods publickey,keyboard-"
	    "interactive:pam", "authenticationmethods publickey\n"
	    "authorizedkeyscommand /usr/sbin/warrant-authkeys %u %k %t\n"
	    "authorizedkeysfile none", text, sizeof(text));
	doctor_sshd(text, &want, &all);
	assert_int_equal(all.n, 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		print_message("%s\n", t[i].new);
		change(good_sshd, t[i].old, t[i].new, text, sizeof(text));
		all.n = 0;
		doctor_sshd(text, &want, &all);
		assert_int_equal(all.n, 1);
		assert_int_equal(all.f[0].level, t[i].level);
		assert_non_null(strstr(all.f[0].what, t[i].says));
		assert_true(all.f[0].fix[0] != '\0');
	}
}

/* The good stack with line i replaced by new (NULL: left out). */
static void
stack_of(size_t i, const char *new, struct pam_stack *ret)
{
	ret->n = 0;
	for (size_t k = 0; good_pam[k] != NULL; k++) {
		const char *line = k == i ? new : good_pam[k];
		struct pam_entry *p = &ret->e[ret->n];

		if (line == NULL ||
		    doctor_pam_line(line, p, NULL) == PAM_LINE_NONE)
			continue;
		(void)snprintf(p->where, sizeof(p->where), "sshd:%zu", k + 1);
		ret->n++;
	}
}

static void
pam_stacks(void **state)
{
	static const struct {
		size_t i;
		const char *line, *says;
		enum doctor_level level;
	} t[] = {
		{ 0, NULL, "no break-glass", DOCTOR_WARNING },
		{ 0, "auth [success=1 default=ignore] pam_succeed_if.so user "
		    "ingroup x", "setcred", DOCTOR_WARNING },
		{ 0, "auth sufficient pam_unix.so", "lets in by itself",
		    DOCTOR_ERROR },
		{ 1, NULL, "asked to sign in", DOCTOR_ERROR },
		{ 1, "auth sufficient pam_warrant.so", "does not count",
		    DOCTOR_ERROR },
		{ 1, "auth optional /usr/lib/pam_warrant.so",
		    "does not count", DOCTOR_ERROR },
		{ 3, "account sufficient pam_unix.so", "lets in by itself",
		    DOCTOR_ERROR },
		{ 5, NULL, "grant is looked at", DOCTOR_ERROR },
		{ 5, "account sufficient pam_warrant.so", "does not count",
		    DOCTOR_ERROR },
		{ 6, NULL, "pam_loginuid", DOCTOR_WARNING },
		{ 7, "session required pam_env.so user_readenv=1",
		    "user_readenv", DOCTOR_ERROR },
		{ 9, NULL, "nothing is recorded", DOCTOR_ERROR },
		{ 9, "session optional pam_warrant.so", "without a gate",
		    DOCTOR_ERROR },
		{ 10, NULL, "leave no record", DOCTOR_WARNING },
		{ 11, "session optional pam_env.so", "comes back",
		    DOCTOR_WARNING },
	};
	static struct pam_stack s;
	struct findings all = { .n = 0 };

	(void)state;
	stack_of(99, NULL, &s);
	doctor_pam(&s, &all);
	assert_int_equal(all.n, 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		bool found = false;

		print_message("%zu %s\n", t[i].i, t[i].line == NULL ? "-" :
		    t[i].line);
		all.n = 0;
		stack_of(t[i].i, t[i].line, &s);
		doctor_pam(&s, &all);
		for (size_t k = 0; k < all.n; k++)
			found = found || (all.f[k].level == t[i].level &&
			    strstr(all.f[k].what, t[i].says) != NULL);
		assert_true(found);
	}
	all.n = 0;
	s.n = 0;
	doctor_pam(&s, &all);
	assert_int_equal(all.n, 4);
}

static void
pam_lines(void **state)
{
	static const struct {
		const char *line;
		int want;
		const char *type, *module;
	} t[] = {
		{ "", PAM_LINE_NONE, "", "" },
		{ "  # auth required x", PAM_LINE_NONE, "", "" },
		{ "@include common-auth", PAM_LINE_INCLUDE, "",
		    "common-auth" },
		{ "AUTH include other", PAM_LINE_INCLUDE, "auth", "other" },
		{ "session substack x", PAM_LINE_INCLUDE, "session", "x" },
		{ "-auth\t[default=ignore success=1]\tpam_x.so a=b",
		    PAM_LINE_ENTRY, "auth", "pam_x.so" },
		{ "auth required", -1, "auth", "" },
		{ "login auth required pam_x.so", -1, "login", "" },
		{ "@include", -1, "", "" },
		{ "auth [success=1 pam_x.so", -1, "auth", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct pam_entry p;

		print_message("%s\n", t[i].line);
		assert_int_equal(doctor_pam_line(t[i].line, &p, NULL),
		    t[i].want);
		assert_string_equal(p.type, t[i].type);
		assert_string_equal(p.module, t[i].module);
	}
}

static void
many(void **state)
{
	struct findings all = { .n = 0 };

	(void)state;
	for (int i = 0; i < DOCTOR_FINDINGS + 5; i++)
		doctor_add(&all, DOCTOR_ERROR, "x", "y", "%d", i);
	assert_int_equal(all.n, DOCTOR_FINDINGS);
	assert_true(all.cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sshd_settings),
		cmocka_unit_test(pam_stacks),
		cmocka_unit_test(pam_lines),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
