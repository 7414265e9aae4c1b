/* SPDX-License-Identifier: BSD-2-Clause
 * signin_other.c - a token that the client has already: in the certificate
 * that sshd has let in, or typed in parts by a helper. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "pam_module/jws.h"
#include "pam_module/prompt.h"
#include "pam_module/signin_private.h"
#include "pam_module/token.h"

#define SAY_KEY "No sign-in stands behind this key: use a certificate of " \
	"warrant-login, or allow keyboard-interactive authentication."
#define SAY_CUT "Your ssh has cut the token at 1023 characters: give it in " \
	"parts of at most 1000, or let warrant-login answer (SSH_ASKPASS)."
#define SAY_LONG "This token is too long."

#define PARTS_MAX 16
#define PART_MAX 1000		/* bytes; more would not come whole */
#define PART_CUT 1023		/* where ssh(1) cuts */

/* ---- a certificate ---------------------------------------------------- */

int
signin_certificate(struct signin *s, struct work *w, struct err *e)
{
	struct auth_key k;

	w->flow = "certificate";
	s->say = SAY_KEY;
	if (cert_auth_key(pam_getenv(s->pamh, "SSH_AUTH_INFO_0"), &k) == 0)
		return err_set(e, ERR_NOT_FOUND, "sshd has seen no key");
	if (cert_parse(&k, &w->cert, e) < 0)
		return -1;
	w->judged = true;
	s->say = TOKEN_TEXT;
	if (judge_certificate(&w->j, &w->cert, clock_wall_us(), e) == 0)
		return 0;
	if (e->code == ERR_UNAVAILABLE)
		s->say = SAY_COURIER;
	else if (e->code == ERR_NOT_FOUND)
		e->code = ERR_DENIED; /* a key the provider has not */
	return -1;
}

/* ---- parts ------------------------------------------------------------ */

/* A part as it was typed: 0, or -1 with *e and the line for the person. */
static int
take_part(struct signin *s, struct work *w, const struct buf *part,
    struct err *e)
{
	if (part->len == PART_CUT) {
		s->say = SAY_CUT;
		return err_set(e, ERR_INPUT, "a part of %d bytes: cut by ssh",
		    PART_CUT);
	}
	s->say = SAY_LONG;
	if (part->len > PART_MAX)
		return err_set(e, ERR_INPUT, "a part of %zu bytes",
		    part->len);
	if (part->len > 0 && buf_put(&w->typed, part->p, part->len, e) < 0)
		return err_set(e, ERR_INPUT, "parts of more than %d bytes",
		    JWS_MAX);
	return 0;
}

/* One part onto w->typed: 1, 0 for the empty line that ends, -1. */
static int
ask_part(struct signin *s, struct work *w, unsigned i, struct err *e)
{
	struct buf part = BUF_INIT(PROMPT_ANSWER_MAX);
	char text[80];
	int rc;

	(void)snprintf(text, sizeof(text), "Token (ID), part %u of up to %d, "
	    "empty line ends: ", i, PARTS_MAX);
	rc = prompt_ask(s->pamh, text, &part, e);
	if (rc < 0)
		s->say = e->code == ERR_INPUT ? SAY_LONG : SAY_CONFIG;
	else if (take_part(s, w, &part, e) < 0)
		rc = -1;
	else
		rc = part.len > 0;
	buf_clear(&part);
	return rc;
}

int
signin_parts(struct signin *s, struct work *w, struct err *e)
{
	int rc = 1;

	w->flow = "parts";
	w->judged = false;
	w->typed = (struct buf)BUF_INIT(JWS_MAX);
	s->say = SAY_CONFIG;
	for (unsigned i = 1; rc > 0 && i <= PARTS_MAX; i++)
		rc = ask_part(s, w, i, e);
	if (rc < 0)
		return -1;
	if (w->typed.len == 0)
		return 1;
	w->judged = true;
	s->say = TOKEN_TEXT;
	if (judge_named(&w->j, "parts", w->typed.p, w->typed.len, e) == 0 &&
	    judge_token(&w->j, w->typed.p, w->typed.len, NULL, e) == 0)
		return 0;
	if (e->code == ERR_UNAVAILABLE)
		s->say = SAY_COURIER;
	return -1;
}
