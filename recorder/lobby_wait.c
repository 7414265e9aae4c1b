/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/lobby_wait.h"

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/list.h"
#include "lib/visible.h"
#include "lib/wire.h"
#include "recorder/lobby.h"

#define SECOND_US INT64_C(1000000)
#define LINE_ROOM 1024

volatile sig_atomic_t lobby_interrupted;

bool
lobby_asks_json(const struct lobby *l)
{
	return words_value(&l->w, "json") != NULL;
}

static void
show_waiting(const struct lobby *l, int64_t since_us)
{
	int64_t s = (clock_boot_us() - since_us) / SECOND_US;

	(void)fprintf(l->c.out, "\rwaiting %02d:%02d, Ctrl-C detaches ",
	    (int)(s / 60), (int)(s % 60));
	(void)fflush(l->c.out);
}

/* The next message about the request: 1 with *msg, 0 detached, -1. */
static int
next_news(const struct lobby *l, int64_t since_us, json_t **msg,
    struct err *e)
{
	for (;;) {
		struct err none = { 0 };
		int r;

		if (l->c.tty)
			show_waiting(l, since_us);
		r = wire_recv(l->fd, msg, NULL, 1000, &none);
		if (r > 0)
			return 1;
		if (lobby_interrupted) {
			lobby_interrupted = 0;
			return 0;
		}
		if (r == 0)
			return err_set(e, ERR_UNAVAILABLE,
			    "warrantd has gone; the request stands");
		if (none.code != ERR_TIMEOUT) {
			*e = none;
			return -1;
		}
	}
}

static void
show_progress(const struct lobby *l, const json_t *msg)
{
	const char *last = list_str(msg, "news");
	char text[LINE_ROOM];

	if (last[0] != '\0')
		(void)fprintf(l->c.out, "%s%s\n", l->c.tty ? "\r\033[K" : "",
		    visible(last, text, sizeof(text)));
}

/* Did it end well?  LOBBY_GO_ON, or an exit status. */
static int
show_end(const struct lobby *l, const json_t *msg)
{
	const char *state = list_str(msg, "state");
	const char *account = list_str(msg, "account");
	char until[LIST_TEXT_MAX], shown[LINE_ROOM];

	if (lobby_asks_json(l))
		(void)list_json(l->c.out, msg, NULL);
	if (strcmp(state, "granted") != 0) {
		(void)fprintf(l->c.err, "%s: %s\n", list_str(msg, "request"),
		    visible(list_str(msg, "text"), shown, sizeof(shown)));
		return LOBBY_DENIED;
	}
	if (!lobby_asks_json(l))
		(void)fprintf(l->c.out, "Grant %s (%s) until %s.\n",
		    list_str(msg, "grant"), list_str(msg, "role"),
		    list_time(list_int(msg, "until_us"), clock_wall_us(),
		    until));
	if (strcmp(account, l->account) == 0)
		return l->c.tty ? LOBBY_GO_ON : 0;
	if (!lobby_asks_json(l))
		(void)fprintf(l->c.out, "Now type:  ssh %s@%s\n", account,
		    visible(list_str(msg, "host"), shown, sizeof(shown)));
	return 0;
}

int
lobby_wait(struct lobby *l, const char *request, struct err *e)
{
	int64_t since = clock_boot_us();
	json_t *msg = NULL;
	int r, status;

	lobby_interrupted = 0;
	if (wire_send(l->fd, json_pack("{s:s, s:s}", "op", "wait", "request",
	    request), NULL, 0, ASK_TIMEOUT_MS, e) < 0)
		return -1;
	for (;;) {
		r = next_news(l, since, &msg, e);
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		if (json_is_false(json_object_get(msg, "ok"))) {
			(void)err_set(e, err_code_of(list_str(msg, "code")),
			    "%s", list_str(msg, "text"));
			json_decref(msg);
			return -1;
		}
		show_progress(l, msg);
		if (strcmp(list_str(msg, "state"), "pending") != 0) {
			status = show_end(l, msg);
			json_decref(msg);
			return status;
		}
		json_decref(msg);
	}
	(void)fprintf(l->c.out, "\r\033[KDetached; %s stands.  Look: "
	    "warrant status %s   Withdraw: warrant cancel %s\n", request,
	    request, request);
	/* news of it may still come on this link: a fresh one for the rest */
	io_close(&l->fd);
	l->fd = ask_connect(l->c.socket, e);
	return l->fd < 0 ? -1 : err_exit_status(ERR_PENDING);
}
