/* SPDX-License-Identifier: BSD-2-Clause
 * drive.c - a PAM application for tests: does what its arguments say, in
 * order, and prints what it got.
 *
 *	drive CONFDIR SERVICE USER RHOST STEP...
 *
 * STEP: auth setcred acct open close, each printed as "STEP CODE NAME";
 * NAME=VALUE puts into the PAM environment; env prints it, with "env" in
 * front; seccomp prints the mode of this process; fds prints how many
 * descriptors are open and not close-on-exec beyond the first three; gone
 * makes the conversation fail from here on.  Every prompt is answered by
 * what is in $DRIVE_ANSWER, else "secret".  What the conversation shows is printed as "say STYLE TEXT" with
 * newlines as \n. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <security/pam_appl.h>

static bool gone;

static void
show(int style, const char *text)
{
	static const char *const name[] = { "", "prompt-off", "prompt-on",
		"error", "info" };

	printf("say %s ", style >= 1 && style <= 4 ? name[style] : "?");
	for (; *text != '\0'; text++)
		if (*text == '\n')
			printf("\\n");
		else
			putchar(*text);
	putchar('\n');
	(void)fflush(stdout);
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **resp,
    void *arg)
{
	struct pam_response *r;

	(void)arg;
	if (gone)
		return PAM_CONV_ERR;
	r = calloc((size_t)n, sizeof(*r));
	if (r == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		show(msg[i]->msg_style, msg[i]->msg);
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    msg[i]->msg_style == PAM_PROMPT_ECHO_ON)
			r[i].resp = strdup(getenv("DRIVE_ANSWER") != NULL ?
			    getenv("DRIVE_ANSWER") : "secret");
	}
	*resp = r;
	return PAM_SUCCESS;
}

static void
print_env(pam_handle_t *pamh)
{
	char **list = pam_getenvlist(pamh);

	for (char **v = list; v != NULL && *v != NULL; v++) {
		printf("env %s\n", *v);
		free(*v);
	}
	free(list);
}

static void
print_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	for (struct dirent *f; d != NULL && (f = readdir(d)) != NULL;) {
		int fd = atoi(f->d_name);

		if (f->d_name[0] != '.' && fd > 2 &&
		    (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
			n++;
	}
	if (d != NULL)
		(void)closedir(d);
	printf("fds %d\n", n);
}

static int
step(pam_handle_t *pamh, const char *what)
{
	static const struct {
		const char *name;
		int (*fn)(pam_handle_t *, int);
		int flags;
	} calls[] = {
		{ "auth", pam_authenticate, 0 },
		{ "setcred", pam_setcred, PAM_ESTABLISH_CRED },
		{ "acct", pam_acct_mgmt, 0 },
		{ "open", pam_open_session, 0 },
		{ "close", pam_close_session, 0 },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(what, calls[i].name) == 0) {
			int r = calls[i].fn(pamh, calls[i].flags);

			printf("%s %d %s\n", what, r, pam_strerror(pamh, r));
			return 0;
		}
	if (strchr(what, '=') != NULL)
		return pam_putenv(pamh, what) == PAM_SUCCESS ? 0 : -1;
	if (strcmp(what, "env") == 0)
		print_env(pamh);
	else if (strcmp(what, "seccomp") == 0)
		printf("seccomp %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	else if (strcmp(what, "fds") == 0)
		print_fds();
	else if (strcmp(what, "gone") == 0)
		gone = true;
	else
		return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conv = { .conv = converse };
	pam_handle_t *pamh = NULL;
	int r;

	if (argc < 5)
		return 2;
	r = pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh);
	if (r != PAM_SUCCESS || pam_set_item(pamh, PAM_RHOST, argv[4]) !=
	    PAM_SUCCESS) {
		fprintf(stderr, "drive: pam_start: %d\n", r);
		return 1;
	}
	for (int i = 5; i < argc; i++) {
		if (step(pamh, argv[i]) < 0) {
			fprintf(stderr, "drive: %s\n", argv[i]);
			return 2;
		}
		(void)fflush(stdout);
	}
	return pam_end(pamh, PAM_SUCCESS) == PAM_SUCCESS ? 0 : 1;
}
