/* SPDX-License-Identifier: BSD-2-Clause
 * test.h - what every unit test includes first. */
#ifndef WARRANT_TESTS_UNIT_TEST_H
#define WARRANT_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* WARRANT_TEST_SEED repeats a run. */
static inline unsigned
test_seed(void)
{
	const char *given = getenv("WARRANT_TEST_SEED");
	unsigned seed = given == NULL ? 1 : (unsigned)strtoul(given, NULL,
	    10);

	print_message("WARRANT_TEST_SEED=%u\n", seed);
	return seed;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
