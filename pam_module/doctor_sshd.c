/* SPDX-License-Identifier: BSD-2-Clause
 * What sshd -T says, setting by setting. */
#include "pam_module/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 1024
#define GRACE_SPARE_S 10	/* LoginGraceTime above [login] wait */
#define STARTUPS_MIN 20		/* each sign-in that waits is one */

void
doctor_add(struct findings *to, enum doctor_level level, const char *where,
    const char *fix, const char *fmt, ...)
{
	struct finding *f = &to->f[to->n];
	va_list ap;

	if (to->n == DOCTOR_FINDINGS) {
		to->cut = true;
		return;
	}
	f->level = level;
	(void)snprintf(f->where, sizeof(f->where), "%s", where);
	(void)snprintf(f->fix, sizeof(f->fix), "%s", fix);
	va_start(ap, fmt);
	(void)vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
	to->n++;
}

void
doctor_sshd_value(const char *text, const char *key, char *ret, size_t size)
{
	size_t n = strlen(key);

	ret[0] = '\0';
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");

		if (len > n && strncmp(p, key, n) == 0 && p[n] == ' ') {
			(void)snprintf(ret, size, "%.*s", (int)(len - n - 1),
			    p + n + 1);
			return;
		}
		p += len + (p[len] == '\n');
	}
}

/* Settings with one right value. */
static const struct {
	const char *key, *want, *fix, *why;
	enum doctor_level level;
} fixed[] = {
	{ "usepam", "yes", "UsePAM yes",
	    "nobody is asked to sign in", DOCTOR_ERROR },
	{ "kbdinteractiveauthentication", "yes",
	    "KbdInteractiveAuthentication yes",
	    "a sign-in has no prompt", DOCTOR_ERROR },
	{ "passwordauthentication", "no", "PasswordAuthentication no",
	    "a sign-in cannot be shown in a password prompt", DOCTOR_ERROR },
	{ "permitrootlogin", "no", "PermitRootLogin no",
	    "root can leave any recording", DOCTOR_ERROR },
	{ "permituserrc", "no", "PermitUserRC no",
	    "~/.ssh/rc runs before the recording", DOCTOR_ERROR },
	{ "permituserenvironment", "no", "PermitUserEnvironment no",
	    "~/.ssh/environment may set LD_PRELOAD", DOCTOR_ERROR },
	{ "permitemptypasswords", "no", "PermitEmptyPasswords no",
	    "an account without a password is open", DOCTOR_ERROR },
	{ "disableforwarding", "yes", "DisableForwarding yes",
	    "what is forwarded is neither recorded nor masked",
	    DOCTOR_ERROR },
	{ "hostbasedauthentication", "no", "HostbasedAuthentication no",
	    "another host's word is no identity", DOCTOR_WARNING },
	{ "gssapiauthentication", "no", "GSSAPIAuthentication no",
	    "a ticket may stand in for the key", DOCTOR_WARNING },
};

static void
check_fixed(const char *text, struct findings *to)
{
	char v[VALUE_MAX];

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		doctor_sshd_value(text, fixed[i].key, v, sizeof(v));
		if (v[0] == '\0' || strcmp(v, fixed[i].want) == 0)
			continue;
		doctor_add(to, fixed[i].level, "sshd", fixed[i].fix,
		    "%s is %.60s: %s", fixed[i].key, v, fixed[i].why);
	}
}

/* Every list of methods goes through PAM. */
/* Accounts that come by a certificate of warrant-login alone: is a plain key
 * kept out?  False when they are none of those. */
static bool
by_certificate(const char *text, struct findings *to)
{
	char v[VALUE_MAX];

	doctor_sshd_value(text, "authorizedkeyscommand", v, sizeof(v));
	if (strstr(v, "/warrant-authkeys ") == NULL)
		return false;
	doctor_sshd_value(text, "authorizedkeysfile", v, sizeof(v));
	if (strcmp(v, "none") != 0)
		doctor_add(to, DOCTOR_ERROR, "sshd", "AuthorizedKeysFile none",
		    "authorizedkeysfile is %.80s: with publickey alone a "
		    "plain key is let in, and turned away only when the "
		    "session begins", v);
	doctor_sshd_value(text, "trustedusercakeys", v, sizeof(v));
	if (v[0] != '\0' && strcmp(v, "none") != 0)
		doctor_add(to, DOCTOR_WARNING, "sshd",
		    "TrustedUserCAKeys none", "trustedusercakeys is %.80s: "
		    "its certificates carry no sign-in and are turned away "
		    "when the session begins", v);
	return true;
}

static void
check_methods(const char *text, struct findings *to)
{
	char v[VALUE_MAX], *list, *save = NULL;

	doctor_sshd_value(text, "authenticationmethods", v, sizeof(v));
	if (strcmp(v, "publickey") == 0 && by_certificate(text, to))
		return;
	for (list = strtok_r(v, " ", &save); list != NULL;
	    list = strtok_r(NULL, " ", &save))
		if (strstr(list, "keyboard-interactive") == NULL)
			break;
	if (list == NULL && v[0] != '\0')
		return;
	doctor_add(to, DOCTOR_ERROR, "sshd", "AuthenticationMethods "
	    "publickey,keyboard-interactive:pam", "authenticationmethods "
	    "allows %.60s: a login without a sign-in", v[0] == '\0' ? "any" :
	    list);
}

static void
check_command(const char *text, const struct doctor_want *want,
    struct findings *to)
{
	char v[VALUE_MAX], fix[DOCTOR_TEXT];

	doctor_sshd_value(text, "forcecommand", v, sizeof(v));
	if (strcmp(v, want->shell) != 0) {
		(void)snprintf(fix, sizeof(fix), "ForceCommand %s",
		    want->shell);
		doctor_add(to, DOCTOR_ERROR, "sshd", fix, "forcecommand is "
		    "%.80s: internal-sftp and other commands pass by the "
		    "login shell", v[0] == '\0' ? "not set" : v);
	}
	doctor_sshd_value(text, "chrootdirectory", v, sizeof(v));
	if (v[0] != '\0' && strcmp(v, "none") != 0)
		doctor_add(to, DOCTOR_ERROR, "sshd", "ChrootDirectory none",
		    "chrootdirectory is %.80s: warrant-shell and its sockets "
		    "are not in there", v);
	doctor_sshd_value(text, "subsystem", v, sizeof(v));
	if (strstr(v, "internal-sftp") != NULL)
		doctor_add(to, DOCTOR_WARNING, "sshd",
		    "Subsystem sftp /usr/lib/openssh/sftp-server",
		    "subsystem %.60s: it is no program, so no role can allow "
		    "it", v);
}

static void
check_limits(const char *text, const struct doctor_want *want,
    struct findings *to)
{
	char v[VALUE_MAX], fix[DOCTOR_TEXT];
	long n;

	doctor_sshd_value(text, "logingracetime", v, sizeof(v));
	n = strtol(v, NULL, 10);
	if (v[0] != '\0' && n != 0 && n < want->wait_s + GRACE_SPARE_S) {
		(void)snprintf(fix, sizeof(fix), "LoginGraceTime %" PRId64,
		    want->wait_s + GRACE_SPARE_S);
		doctor_add(to, DOCTOR_ERROR, "sshd", fix, "logingracetime is "
		    "%ld s, [login] wait %" PRId64 " s: sshd ends a sign-in "
		    "without a word", n, want->wait_s);
	}
	doctor_sshd_value(text, "maxstartups", v, sizeof(v));
	n = strtol(v, NULL, 10);
	if (v[0] != '\0' && n < STARTUPS_MIN)
		doctor_add(to, DOCTOR_WARNING, "sshd",
		    "MaxStartups 60:30:200", "maxstartups is %.40s: sign-ins "
		    "that wait soon keep others out", v);
}

/* What a client may send into the environment of the session. */
static void
check_environment(const char *text, struct findings *to)
{
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");

		if (strncmp(p, "acceptenv ", 10) == 0 && len > 10 &&
		    (p[10] == '*' || strncmp(p + 10, "LD_", 3) == 0))
			doctor_add(to, DOCTOR_ERROR, "sshd",
			    "AcceptEnv LANG LC_*", "%.*s: a client may set "
			    "what the dynamic linker obeys", (int)(len > 60 ?
			    60 : len), p);
		p += len + (p[len] == '\n');
	}
}

void
doctor_sshd(const char *text, const struct doctor_want *want,
    struct findings *to)
{
	check_fixed(text, to);
	check_methods(text, to);
	check_command(text, want, to);
	check_limits(text, want, to);
	check_environment(text, to);
}
