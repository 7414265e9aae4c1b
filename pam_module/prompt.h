/* SPDX-License-Identifier: BSD-2-Clause
 * prompt.h - what a person reads and answers during a login.
 * in: the facts of a sign-in, a PAM conversation; out: text, an Enter
 *
 * ssh(1) shows an escape as text, login(1) and su(1) do not: nothing that
 * came from outside reaches the conversation unless it is printable ASCII.
 * sshd before 10.3 shows text only together with the next prompt, so all is
 * one prompt of several lines (mode enter); later ones show text at once
 * (mode info). */
#ifndef WARRANT_PAM_MODULE_PROMPT_H
#define WARRANT_PAM_MODULE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

struct buf;
struct err;

#define PROMPT_MAX 12288	/* bytes of one prompt with its NUL */
#define PROMPT_URI_MAX 1024	/* bytes of an address from a provider */
#define PROMPT_CODE_MAX 64	/* bytes of a user code */

struct prompt {
	const char *account;
	const char *host;
	const char *rhost;	/* "" when the login is local */
	const char *uri;	/* verification_uri */
	const char *uri_complete; /* verification_uri_complete or NULL */
	const char *code;	/* user_code */
	bool enter;		/* ends with a question */
	bool qr;		/* the address as a QR code too, if it fits */
};

/* The text.  -1 with *e (ERR_INPUT) when address or code are not printable
 * ASCII, too long, or the address is not http(s); account, host and rhost
 * are made visible instead.  Pure. */
int prompt_format(const struct prompt *p, char ret[PROMPT_MAX],
    struct err *e);

#define PROMPT_ANSWER_MAX 16384	/* bytes of an answer that are kept */

/* Show text and wait for the answer, which is not shown and is wiped; what
 * it was goes to *answer (empty, for at most PROMPT_ANSWER_MAX bytes).  -1
 * with *e when there is no conversation, or ERR_INPUT when it is longer. */
int prompt_ask(pam_handle_t *pamh, const char *text, struct buf *answer,
    struct err *e);

/* Show text; as an error when error.  A failure is no concern of a login. */
void prompt_show(pam_handle_t *pamh, bool error, const char *text);

#endif
