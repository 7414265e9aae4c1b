/* SPDX-License-Identifier: BSD-2-Clause
 * pam_warrant.c - the doors by which libpam comes in, pam_warrant(8).
 * in: a PAM transaction, mostly sshd's; out: a PAM code, a line in the log,
 * a line for the person
 *
 * Runs as root inside somebody else's process: never exits, never changes
 * what the process has set up (signals, openlog, umask), never PAM_IGNORE.
 * In sshd the phases are different processes (auth and account in one child,
 * session in its parent), so what passes between them is WARRANT_LOGIN in
 * the PAM environment, a one-time id. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_SESSION
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "lib/wire.h"
#include "pam_module/account.h"
#include "pam_module/args.h"
#include "pam_module/environ.h"
#include "pam_module/link.h"
#include "pam_module/prompt.h"
#include "pam_module/session.h"
#include "pam_module/signin.h"
#include "pam_module/token.h"

#define VAR_LOGIN "WARRANT_LOGIN"
#define VAR_SESSION "WARRANT_SESSION"
#define DATA_SESSION "warrant_session"

#define SAY_NO_ANSWER "You cannot be let in now: warrantd does not answer. " \
	"Try again, or use the break-glass account of this host."
#define SAY_CONFIG "You cannot be let in: this host is not set up rightly. " \
	"Tell its administrator, or use its break-glass account."
#define SAY_NO_SIGN_IN "No sign-in stands behind this login: allow " \
	"keyboard-interactive authentication in your client."
#define TEXT_MAX 1024	/* bytes of a text from the ledger */

struct call {
	pam_handle_t *pamh;
	bool silent;
	struct args args;
	struct conf *conf;
	struct account account;
};

/* ---- words ------------------------------------------------------------ */

static void
log_why(const struct call *c, int priority, const char *what,
    const struct err *e)
{
	/* err_set has made the text one line without control characters */
	pam_syslog(c->pamh, priority, "%s: %s", what, e->text);
}

static void
tell(const struct call *c, const char *text)
{
	if (!c->silent && text != NULL && text[0] != '\0')
		prompt_show(c->pamh, true, text);
}

static int
pam_code(const struct err *e, int denied)
{
	switch (e->code) {
	case ERR_UNAVAILABLE:
		return PAM_AUTHINFO_UNAVAIL;
	case ERR_CONFIG:
	case ERR_SYSTEM:
		return PAM_SYSTEM_ERR;
	case ERR_MEMORY:
		return PAM_BUF_ERR;
	case ERR_LIMIT:
		return denied == PAM_AUTH_ERR ? PAM_MAXTRIES : denied;
	default:
		return denied;
	}
}

/* ---- every call ------------------------------------------------------- */

static int
begin(struct call *c, pam_handle_t *pamh, int flags, int argc,
    const char **argv, struct err *e)
{
	*c = (struct call){ .pamh = pamh,
		.silent = ((unsigned)flags & PAM_SILENT) != 0 };
	return args_parse(argc, argv, &c->args, e);
}

/* The configuration, and an account that is enrolled. */
static int
load(struct call *c, struct err *e)
{
	if (conf_load(c->args.conf, &c->conf, e) < 0)
		return -1;
	return account_read(c->pamh, c->conf, &c->account, e);
}

static const char *
load_says(const struct err *e)
{
	if (e->code == ERR_DENIED)
		return TOKEN_TEXT;
	return e->code == ERR_UNAVAILABLE ? SAY_NO_ANSWER : SAY_CONFIG;
}

static int
end(struct call *c, int code)
{
	if (c->args.debug)
		pam_syslog(c->pamh, LOG_DEBUG, "answer: %s",
		    pam_strerror(c->pamh, code));
	conf_free(c->conf);
	c->conf = NULL;
	return code;
}

/* ---- auth ------------------------------------------------------------- */

static int
keep_login(const struct call *c, const char *login)
{
	char entry[sizeof(VAR_LOGIN) + ID_MAX + 1];
	int r;

	(void)snprintf(entry, sizeof(entry), "%s=%s", VAR_LOGIN, login);
	r = pam_putenv(c->pamh, entry);
	explicit_bzero(entry, sizeof(entry));
	return r;
}

/* Somebody asks for an account that is not there: the person is to see no
 * difference, if the configuration says so.  The line for them. */
static const char *
stranger(struct call *c, const struct err *why)
{
	struct signin s = { .pamh = c->pamh, .args = &c->args,
		.conf = c->conf, .account = &c->account };
	struct err e = { 0 };

	if (c->conf == NULL || why->code != ERR_DENIED ||
	    strcmp(conf_str(conf_section(c->conf, "login"), "unknown"),
	    "decoy") != 0)
		return load_says(why);
	account_stranger(c->pamh, c->conf, &c->account);
	(void)signin_decoy(&s, &e);
	return s.say;
}

PAM_EXTERN int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	struct err e = { 0 };
	struct call c;
	struct signin s;
	int r;

	if (begin(&c, pamh, flags, argc, argv, &e) < 0 ||
	    load(&c, &e) < 0) {
		log_why(&c, LOG_WARNING, "sign-in refused", &e);
		tell(&c, stranger(&c, &e));
		return end(&c, pam_code(&e, PAM_AUTH_ERR));
	}
	s = (struct signin){ .pamh = pamh, .args = &c.args, .conf = c.conf,
		.account = &c.account };
	if (signin_run(&s, &e) < 0) {
		log_why(&c, LOG_WARNING, "sign-in refused", &e);
		tell(&c, s.say);
		return end(&c, pam_code(&e, PAM_AUTH_ERR));
	}
	r = keep_login(&c, s.login);
	explicit_bzero(&s, sizeof(s));
	return end(&c, r == PAM_SUCCESS ? PAM_SUCCESS : PAM_BUF_ERR);
}

/* sshd calls this in a process that has never called authenticate, and ends
 * the login on anything but success; there are no credentials to set. */
PAM_EXTERN int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/* ---- account ---------------------------------------------------------- */

/* What the ledger says of this login: PAM_SUCCESS to grant and lobby. */
static int
check_login(const struct call *c, const char *login)
{
	json_t *answer = NULL, *msg = json_pack("{s:s, s:s, s:s, s:s, s:s}",
	    "op", "login.check", "login", login,
	    "account", c->account.user.name, "rhost", c->account.rhost,
	    "service", c->account.service);
	const char *state = "deny", *text = TOKEN_TEXT;
	char shown[TEXT_MAX];
	struct err e = { 0 };
	int code = PAM_PERM_DENIED;

	if (link_once(c->args.rundir, "ledger.sock", msg, &answer, &e) < 0) {
		log_why(c, LOG_WARNING, "login refused", &e);
		tell(c, e.code == ERR_UNAVAILABLE ? SAY_NO_ANSWER :
		    TOKEN_TEXT);
		return pam_code(&e, PAM_PERM_DENIED);
	}
	if (wire_str(answer, "state", 16, &state, &e) < 0 ||
	    wire_str_opt(answer, "text", TEXT_MAX, &text, &e) < 0)
		log_why(c, LOG_ERR, "answer of the ledger", &e);
	else if (strcmp(state, "grant") == 0 || strcmp(state, "lobby") == 0)
		code = PAM_SUCCESS;
	if (code != PAM_SUCCESS) {
		(void)visible(text, shown, sizeof(shown));
		pam_syslog(c->pamh, LOG_WARNING, "login refused: %s", shown);
		tell(c, shown);
	}
	json_decref(answer);
	return code;
}

PAM_EXTERN int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct err e = { 0 };
	const char *login;
	struct call c;

	if (begin(&c, pamh, flags, argc, argv, &e) < 0 ||
	    load(&c, &e) < 0) {
		log_why(&c, LOG_WARNING, "login refused", &e);
		tell(&c, load_says(&e));
		return end(&c, pam_code(&e, PAM_PERM_DENIED));
	}
	login = pam_getenv(pamh, VAR_LOGIN);
	if (login == NULL && signin_key_may(&(struct signin){
	    .pamh = pamh, .conf = c.conf }))
		return end(&c, PAM_SUCCESS); /* open_session looks at it */
	if (login == NULL || !id_ok(login, 'l')) {
		pam_syslog(pamh, LOG_WARNING, "login refused: no sign-in of "
		    "%s in this connection", c.account.user.name);
		tell(&c, SAY_NO_SIGN_IN);
		return end(&c, PAM_PERM_DENIED);
	}
	return end(&c, check_login(&c, login));
}

/* ---- session ---------------------------------------------------------- */

static void
forget_session(pam_handle_t *pamh, void *data, int status)
{
	struct session *s = data;

	(void)pamh;
	(void)status;
	session_close(s);
	free(s);
}

/* Has a line of this stack opened a session here, or refused one? */
static bool
session_known(const pam_handle_t *pamh)
{
	const void *data = NULL;

	return pam_get_data(pamh, DATA_SESSION, &data) == PAM_SUCCESS &&
	    data != NULL;
}

static void
mark_refused(pam_handle_t *pamh)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return;
	s->link = -1;
	if (pam_set_data(pamh, DATA_SESSION, s, forget_session) !=
	    PAM_SUCCESS)
		free(s);
}

/* Hand what was opened to PAM, and its name to the session. */
static int
keep_session(const struct call *c, const struct session *opened,
    struct err *e)
{
	char entry[sizeof(VAR_SESSION) + ID_MAX + 1];
	struct session *s = malloc(sizeof(*s));

	if (s == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	*s = *opened;
	if (pam_set_data(c->pamh, DATA_SESSION, s, forget_session) !=
	    PAM_SUCCESS) {
		free(s);
		return err_set(e, ERR_MEMORY, "no place for the session");
	}
	(void)snprintf(entry, sizeof(entry), "%s=%s", VAR_SESSION, s->conn);
	if (pam_putenv(c->pamh, entry) != PAM_SUCCESS)
		return err_set(e, ERR_MEMORY, "no place for %s", VAR_SESSION);
	return 0;
}

/* A login by key alone: its certificate is the sign-in, and what the phase
 * account asks is asked here.  sshd shows what is told beside its refusal. */
static int
login_by_key(const struct call *c, char login[ID_MAX], struct err *e)
{
	struct signin s = { .pamh = c->pamh, .args = &c->args,
		.conf = c->conf, .account = &c->account };
	int rc = -1;

	if (signin_by_key(&s, e) < 0)
		tell(c, s.say);
	else if (check_login(c, s.login) == PAM_SUCCESS)
		rc = 0;
	else
		(void)err_set(e, ERR_DENIED, "the ledger lets nobody in");
	if (rc == 0)
		memcpy(login, s.login, ID_MAX);
	explicit_bzero(&s, sizeof(s));
	return rc;
}

/* The login id: of the phase auth, or by the key. */
static int
take_login(const struct call *c, char login[ID_MAX], struct err *e)
{
	const char *l = pam_getenv(c->pamh, VAR_LOGIN);

	if (l == NULL && signin_key_may(&(struct signin){ .pamh = c->pamh,
	    .conf = c->conf }))
		return login_by_key(c, login, e);
	if (l == NULL || !id_ok(l, 'l'))
		return err_set(e, ERR_DENIED, "no sign-in in this "
		    "connection");
	(void)snprintf(login, ID_MAX, "%s", l);
	return 0;
}

/* A connection for an enrolled account that has signed in. */
static int
open_connection(struct call *c, struct session_ask *q, struct session *s,
    struct err *e)
{
	char login[ID_MAX];
	int rc;

	if (c->args.breakglass)
		return session_open(q, s, e);
	if (load(c, e) < 0 || take_login(c, login, e) < 0)
		return -1;
	q->login = login;
	rc = session_open(q, s, e);
	q->login = NULL;
	explicit_bzero(login, sizeof(login));
	return rc;
}

static int
open_session(struct call *c, struct err *e)
{
	struct session_ask q = { .rundir = c->args.rundir,
		.account = &c->account, .breakglass = c->args.breakglass };
	struct session s = { .link = -1 };
	int r;

	/* any account: root by way of sudo, one in a break-glass group */
	if (account_read(c->pamh, NULL, &c->account, e) < 0)
		return -1;
	r = session_join(&q, &s, e);
	if (r < 0 || (r == 0 && open_connection(c, &q, &s, e) < 0))
		return -1;
	if (environ_clean(c->pamh, e) < 0 || keep_session(c, &s, e) < 0) {
		session_close(&s);
		return -1;
	}
	pam_syslog(c->pamh, LOG_INFO, "%s of %s begins%s",
	    s.conn, c->account.user.name, s.nested ? " (joined)" : "");
	return 0;
}

PAM_EXTERN int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	struct err e = { 0 };
	struct call c;
	int r = begin(&c, pamh, flags, argc, argv, &e);

	/* the last line of the stack is for those whom no line before it was */
	if (r == 0 && c.args.breakglass && session_known(pamh))
		return end(&c, PAM_SUCCESS);
	if (r == 0 && open_session(&c, &e) == 0)
		return end(&c, PAM_SUCCESS);
	if (c.args.breakglass) {
		log_why(&c, LOG_ALERT, "break-glass session without a "
		    "record", &e);
		(void)environ_clean(pamh, NULL);
		return end(&c, PAM_SUCCESS);
	}
	log_why(&c, LOG_ERR, "session refused", &e);
	mark_refused(pamh);
	return end(&c, PAM_SESSION_ERR);
}

PAM_EXTERN int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	(void)flags;
	(void)argc;
	(void)argv;
	if (session_known(pamh))
		(void)pam_set_data(pamh, DATA_SESSION, NULL, NULL);
	return PAM_SUCCESS;
}
