/* SPDX-License-Identifier: BSD-2-Clause
 * walk.h beside libpam: random stacks of pam_debug.so, one answer each. */
#include "tests/unit/test.h"

#include <unistd.h>

#include <security/pam_appl.h>

#include "lib/err.h"
#include "pam_module/walk.h"

#define STACKS 2000
#define LINES 6

static char folder[] = "/tmp/warrant-walk-XXXXXX";

static const char *const controls[] = { "required", "requisite",
	"sufficient", "optional", "[success=1 default=ignore]",
	"[success=ok ignore=ignore default=bad]", "[default=die success=done]",
	"[success=2 auth_err=ok default=bad]", "[success=reset default=ok]",
	"[auth_err=die]", "[ignore=bad success=ok default=1]",
	"[success=done new_authtok_reqd=done default=die]" };

static const int answers[] = { PAM_SUCCESS, PAM_SUCCESS, PAM_AUTH_ERR,
	PAM_IGNORE, PAM_NEW_AUTHTOK_REQD, PAM_USER_UNKNOWN, PAM_MAXTRIES };

struct line {
	const char *control;
	int answer;
};

static int
no_talk(int n, const struct pam_message **m, struct pam_response **r,
    void *arg)
{
	(void)n;
	(void)m;
	(void)r;
	(void)arg;
	return PAM_CONV_ERR;
}

static int
by_libpam(const struct line *l, size_t n)
{
	const struct pam_conv conv = { no_talk, NULL };
	pam_handle_t *h = NULL;
	char path[128];
	FILE *f;
	int r;

	(void)snprintf(path, sizeof(path), "%s/s", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "auth %s pam_debug.so auth=%s\n", l[i].control,
		    walk_word(l[i].answer));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(pam_start_confdir("s", "nobody", &conv, folder, &h),
	    PAM_SUCCESS);
	r = pam_authenticate(h, 0);
	(void)pam_end(h, r);
	(void)unlink(path);
	return r;
}

static int
by_us(const struct line *l, size_t n)
{
	struct walk w = { 0, 0 };
	int skip = 0;

	for (size_t i = 0; i < n && skip != WALK_END; i++) {
		const char *did = NULL;
		struct err e = { 0 };

		if (skip > 0) {
			skip--;
			continue;
		}
		skip = walk_step(&w, l[i].control, l[i].answer, &did, &e);
		if (skip == -2)
			fail_msg("%s", e.text);
		assert_non_null(did);
	}
	return walk_result(&w);
}

static unsigned
chance(unsigned n)
{
	static uint64_t x = 88172645463325252U;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned)(x % n);
}

static void
beside_libpam(void **state)
{
	(void)state;
	for (int k = 0; k < STACKS; k++) {
		struct line l[LINES];
		size_t n = 1 + chance(LINES);

		for (size_t i = 0; i < n; i++)
			l[i] = (struct line){ controls[chance(COUNT(
			    controls))], answers[chance(COUNT(answers))] };
		/* a jump beyond the end is an error of the stack: in ours
		 * the last lines have none */
		for (size_t i = n < 2 ? 0 : n - 2; i < n; i++)
			l[i].control = controls[chance(4)];
		if (by_libpam(l, n) == by_us(l, n))
			continue;
		for (size_t i = 0; i < n; i++)
			print_message("auth %s %s\n", l[i].control,
			    walk_word(l[i].answer));
		fail_msg("libpam says %s, we %s", walk_word(by_libpam(l, n)),
		    walk_word(by_us(l, n)));
	}
}

static void
no_controls(void **state)
{
	static const char *const bad[] = { "", "needed", "[success=often]",
	    "[success=-1]", "[success=0]", "success=ok", "[success=1001]" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct walk w = { 0, 0 };
		const char *did;

		if (walk_step(&w, bad[i], PAM_SUCCESS, &did, NULL) != -2)
			fail_msg("taken: %s", bad[i]);
	}
	assert_string_equal(walk_word(0), "success");
	assert_string_equal(walk_word(31), "incomplete");
	assert_string_equal(walk_word(32), "unknown");
	assert_string_equal(walk_word(-1), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_libpam),
		cmocka_unit_test(no_controls),
	};
	int r;

	if (access("/lib/x86_64-linux-gnu/security/pam_debug.so", R_OK) < 0 &&
	    access("/usr/lib/security/pam_debug.so", R_OK) < 0)
		return 77; /* not a Linux-PAM of Debian */
	if (mkdtemp(folder) == NULL)
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return r;
}
