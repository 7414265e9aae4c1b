/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/_pam_types.h>

#include "lib/err.h"
#include "lib/quote.h"

#define MUST_FAIL PAM_PERM_DENIED	/* what libpam says without a good one */
#define JUMPS_MAX 1000

/* pam.conf(5), in the order of the codes. */
static const char *const words[] = { "success", "open_err", "symbol_err",
	"service_err", "system_err", "buf_err", "perm_denied", "auth_err",
	"cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
	"new_authtok_reqd", "acct_expired", "session_err", "cred_unavail",
	"cred_expired", "cred_err", "no_module_data", "conv_err",
	"authtok_err", "authtok_recover_err", "authtok_lock_busy",
	"authtok_disable_aging", "try_again", "ignore", "abort",
	"authtok_expired", "module_unknown", "bad_item", "conv_again",
	"incomplete" };

static const struct {
	const char *word, *means;
} simple[] = {
	{ "required", "success=ok new_authtok_reqd=ok ignore=ignore "
	    "default=bad" },
	{ "requisite", "success=ok new_authtok_reqd=ok ignore=ignore "
	    "default=die" },
	{ "sufficient", "success=done new_authtok_reqd=done "
	    "default=ignore" },
	{ "optional", "success=ok new_authtok_reqd=ok default=ignore" },
};

const char *
walk_word(int code)
{
	return code >= 0 && code < (int)(sizeof(words) / sizeof(words[0])) ?
	    words[code] : "unknown";
}

/* The action for a word, of "a=b c=d": 1 with *ret and *len, or 0. */
static int
action_of(const char *list, const char *word, const char **ret, size_t *len)
{
	size_t n = strlen(word);

	while (*(list += strspn(list, " \t[")) != '\0' && *list != ']') {
		size_t all = strcspn(list, " \t]");

		if (all > n && strncmp(list, word, n) == 0 &&
		    list[n] == '=') {
			*ret = list + n + 1;
			*len = all - n - 1;
			return 1;
		}
		list += all;
	}
	return 0;
}

static int
take(struct walk *w, const char *action, int answer, int *skip,
    const char **did)
{
	static const char *const known[] = { "ignore", "ok", "done", "bad",
	    "die", "reset" };
	size_t i = 0;

	while (i < sizeof(known) / sizeof(known[0]) &&
	    strcmp(known[i], action) != 0)
		i++;
	*skip = 0;
	switch (i) {
	case 0:
		break;
	case 1:
	case 2:
		if (w->impression == 0 || (w->impression == 1 &&
		    w->status == PAM_SUCCESS))
			*w = (struct walk){ 1, answer };
		if (i == 2 && w->impression == 1)
			*skip = WALK_END;
		break;
	case 3:
	case 4:
		if (w->impression != -1)
			*w = (struct walk){ -1, answer == PAM_IGNORE ?
				MUST_FAIL : answer };
		if (i == 4)
			*skip = WALK_END;
		break;
	case 5:
		*w = (struct walk){ 0, 0 };
		break;
	default:
		*skip = atoi(action);
		*did = "jump";
		return *skip > 0 && *skip < JUMPS_MAX ? 0 : -1;
	}
	*did = known[i];
	return 0;
}

int
walk_step(struct walk *w, const char *control, int answer, const char **did,
    struct err *e)
{
	const char *list = control, *p = NULL;
	char action[16];
	size_t n = 0;
	int skip;

	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (strcmp(control, simple[i].word) == 0)
			list = simple[i].means;
	if (action_of(list, walk_word(answer), &p, &n) == 0 &&
	    action_of(list, "default", &p, &n) == 0) {
		p = "bad"; /* a list without a word for it */
		n = 3;
	}
	(void)snprintf(action, sizeof(action), "%.*s", (int)(n < 15 ? n : 15),
	    p);
	if ((list == control && control[0] != '[') ||
	    take(w, action, answer, &skip, did) < 0) {
		(void)err_set(e, ERR_INPUT, "%s is no control",
		    quote_str(control).s);
		return -2;
	}
	return skip;
}

int
walk_result(const struct walk *w)
{
	/* a bad one may have answered success: [success=bad] */
	if (w->impression == 0 || (w->impression == -1 &&
	    w->status == PAM_SUCCESS))
		return MUST_FAIL;
	return w->status;
}
