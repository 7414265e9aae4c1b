/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/retention.h"

#include <string.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"

#define YEAR 365
#define WHAT 5

/* Days that may not be less; without a word of the site it is those, and a
 * year at least.  What a law or standard asks for is in warrant.conf(5). */
static const struct preset {
	const char *name;
	int64_t least[WHAT];
} presets[] = {
	/* recordings, command, access, admin, system */
	{ "iso27001", { YEAR, YEAR, 3 * YEAR, 3 * YEAR, YEAR } },
	{ "pci", { YEAR, YEAR, YEAR, YEAR, YEAR } },
	{ "hipaa", { YEAR, 6 * YEAR, 6 * YEAR, 6 * YEAR, 6 * YEAR } },
	{ "custom", { EVENT_FLOOR_DAYS, EVENT_FLOOR_DAYS, EVENT_FLOOR_DAYS,
	    EVENT_FLOOR_DAYS, EVENT_FLOOR_DAYS } },
};

static const char *const keys[WHAT] = { "recordings", "command", "access",
	"admin", "system" };

static const struct preset *
find(const char *name)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}

static int
length(const struct conf_section *s, const struct preset *p, int i,
    int64_t *ret, struct err *e)
{
	const char *text = conf_str(s, keys[i]);

	if (strcmp(text, "preset") == 0) {
		*ret = (p->least[i] < YEAR ? YEAR : p->least[i]) *
		    CLOCK_DAY_US;
		return 0;
	}
	if (clock_duration(text, ret, NULL) < 0)
		return err_set(e, ERR_CONFIG, "[retention] %s = %.40s: no "
		    "length: write 400d or 60w, or preset", keys[i], text);
	if (*ret < p->least[i] * CLOCK_DAY_US)
		return err_set(e, ERR_CONFIG, "[retention] %s = %.40s: preset "
		    "%s keeps %lld days at least", keys[i], text, p->name,
		    (long long)p->least[i]);
	return 0;
}

int
retention_load(const struct conf *c, struct retention *ret, struct err *e)
{
	const struct conf_section *s = conf_section(c, "retention");
	const struct preset *p = find(conf_str(s, "preset"));
	int64_t us[WHAT];

	if (p == NULL)
		return err_set(e, ERR_CONFIG, "[retention] preset");
	for (int i = 0; i < WHAT; i++)
		if (length(s, p, i, &us[i], e) < 0)
			return -1;
	*ret = (struct retention){ .recordings_us = us[0],
	    .every_us = conf_us(s, "every") };
	ret->keep_us[CLASS_COMMAND] = us[1];
	ret->keep_us[CLASS_ACCESS] = us[2];
	ret->keep_us[CLASS_ADMIN] = us[3];
	ret->keep_us[CLASS_SYSTEM] = us[4];
	return 0;
}
