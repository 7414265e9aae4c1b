/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/retention.h"
#include "lib/conf.h"
#include "lib/err.h"

#define DAY INT64_C(86400000000)

static int
take(const char *text, struct retention *r, struct err *e)
{
	struct conf *c = NULL;
	int rc = conf_parse("t", text, strlen(text), &c, e);

	if (rc == 0)
		rc = retention_load(c, r, e);
	conf_free(c);
	return rc;
}

static void
what_a_preset_keeps(void **state)
{
	static const struct {
		const char *text;
		int64_t recordings, command, access, admin, system;
	} t[] = {
		{ "", 365, 365, 1095, 1095, 365 },
		{ "preset = pci\n", 365, 365, 365, 365, 365 },
		{ "preset = hipaa\n", 365, 2190, 2190, 2190, 2190 },
		{ "preset = custom\n", 365, 365, 365, 365, 365 },
		{ "preset = custom\nrecordings = 90d\n", 90, 365, 365, 365,
		    365 },
		{ "preset = custom\naccess = 13w\n", 365, 365, 91, 365, 365 },
		{ "command = 366d\n", 365, 366, 1095, 1095, 365 },
		{ "system = preset\nadmin = 1095d\n", 365, 365, 1095, 1095,
		    365 },
	};
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct retention r;
		char text[200];

		(void)snprintf(text, sizeof(text), "[retention]\n%s",
		    t[i].text);
		assert_int_equal(take(text, &r, &e), 0);
		assert_int_equal(r.recordings_us, t[i].recordings * DAY);
		assert_int_equal(r.keep_us[CLASS_COMMAND],
		    t[i].command * DAY);
		assert_int_equal(r.keep_us[CLASS_ACCESS], t[i].access * DAY);
		assert_int_equal(r.keep_us[CLASS_ADMIN], t[i].admin * DAY);
		assert_int_equal(r.keep_us[CLASS_SYSTEM], t[i].system * DAY);
	}
}

static void
what_is_refused(void **state)
{
	static const char *const t[] = { "command = 364d", "access = 1094d",
		"preset = custom\nrecordings = 89d", "system = forever",
		"preset = hipaa\naccess = 1095d", "preset = none",
		"recordings = 400", "admin = -1d" };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = { 0 };
		struct retention r;
		char text[200];

		(void)snprintf(text, sizeof(text), "[retention]\n%s\n", t[i]);
		assert_int_equal(take(text, &r, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_preset_keeps),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
