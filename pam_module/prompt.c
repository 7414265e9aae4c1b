/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/prompt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/quote.h"
#include "lib/visible.h"
#include "pam_module/qr.h"

#define QR_MAX 8192	/* of PROMPT_MAX; the words are far below the rest */
#define SHOWN_MAX 128	/* bytes of a name as it is shown */

/* 1 to max bytes of visible ASCII without blanks. */
static bool
graphic(const char *s, size_t max)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if (n >= max || s[n] <= 0x20 || s[n] >= 0x7f)
			return false;
	return n > 0;
}

static bool
address_ok(const char *uri)
{
	return graphic(uri, PROMPT_URI_MAX) &&
	    (strncmp(uri, "https://", 8) == 0 ||
	    strncmp(uri, "http://", 7) == 0);
}

/* The code, or nothing when it is too large: the words below need room. */
static int
put_qr(struct buf *b, const struct prompt *p, struct err *e)
{
	struct buf code = BUF_INIT(QR_MAX);
	int rc = 0;

	if (p->qr && qr_put(p->uri_complete != NULL ? p->uri_complete :
	    p->uri, &code, NULL) == 0)
		rc = buf_put(b, code.p, code.len, e);
	buf_clear(&code);
	return rc;
}

static int
put_lines(struct buf *b, const struct prompt *p, struct err *e)
{
	char account[SHOWN_MAX], host[SHOWN_MAX], rhost[SHOWN_MAX];

	if (buf_printf(b, e, "Sign in as %s on %s",
	    visible(p->account, account, sizeof(account)),
	    visible(p->host, host, sizeof(host))) < 0)
		return -1;
	if (p->rhost[0] != '\0' && buf_printf(b, e, ", from %s",
	    visible(p->rhost, rhost, sizeof(rhost))) < 0)
		return -1;
	if (buf_printf(b, e, ":\n  open  %s\n  enter %s\n", p->uri,
	    p->code) < 0)
		return -1;
	if (p->uri_complete != NULL && buf_printf(b, e, "  or    %s\n",
	    p->uri_complete) < 0)
		return -1;
	if (put_qr(b, p, e) < 0)
		return -1;
	return buf_printf(b, e, "The page must show %s.  Never enter a code "
	    "that somebody sent you.\n%s", p->code, p->enter ?
	    "Press Enter, now or after signing in: " :
	    "Waiting for your sign-in ...");
}

int
prompt_format(const struct prompt *p, char ret[PROMPT_MAX], struct err *e)
{
	struct buf b = BUF_INIT(PROMPT_MAX - 1);
	int rc = -1;

	if (!graphic(p->code, PROMPT_CODE_MAX))
		return err_set(e, ERR_INPUT, "user_code %s cannot be shown",
		    quote_str(p->code).s);
	if (!address_ok(p->uri))
		return err_set(e, ERR_INPUT, "verification_uri %s cannot be "
		    "shown", quote_str(p->uri).s);
	if (p->uri_complete != NULL && !address_ok(p->uri_complete))
		return err_set(e, ERR_INPUT, "verification_uri_complete %s "
		    "cannot be shown", quote_str(p->uri_complete).s);
	if (put_lines(&b, p, e) == 0) {
		memcpy(ret, b.p, b.len + 1);
		rc = 0;
	}
	buf_clear(&b);
	return rc;
}

/* One message to the application; *answer (malloc) may be NULL. */
static int
converse(pam_handle_t *pamh, int style, const char *text, char **answer,
    struct err *e)
{
	const struct pam_message msg = { .msg_style = style, .msg = text };
	const struct pam_message *list = &msg;
	struct pam_response *response = NULL;
	const struct pam_conv *conv = NULL;
	const void *item = NULL;
	int r;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS ||
	    item == NULL)
		return err_set(e, ERR_UNAVAILABLE, "no PAM conversation");
	conv = item;
	if (conv->conv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "no PAM conversation");
	r = conv->conv(1, &list, &response, conv->appdata_ptr);
	if (r != PAM_SUCCESS)
		return err_set(e, ERR_UNAVAILABLE, "PAM conversation: %s",
		    pam_strerror(pamh, r));
	if (response != NULL) {
		*answer = response->resp;
		free(response);
	}
	return 0;
}

static void
forget(char *answer)
{
	if (answer == NULL)
		return;
	explicit_bzero(answer, strlen(answer));
	free(answer);
}

int
prompt_ask(pam_handle_t *pamh, const char *text, struct buf *ret,
    struct err *e)
{
	char *answer = NULL;
	int rc = 0;

	if (converse(pamh, PAM_PROMPT_ECHO_OFF, text, &answer, e) < 0)
		return -1;
	if (answer != NULL && strlen(answer) > PROMPT_ANSWER_MAX)
		rc = err_set(e, ERR_INPUT, "an answer of more than %d bytes",
		    PROMPT_ANSWER_MAX);
	else if (answer != NULL)
		rc = buf_puts(ret, answer, e);
	forget(answer);
	return rc;
}

void
prompt_show(pam_handle_t *pamh, bool error, const char *text)
{
	char *answer = NULL;

	(void)converse(pamh, error ? PAM_ERROR_MSG : PAM_TEXT_INFO, text,
	    &answer, NULL);
	forget(answer);
}
