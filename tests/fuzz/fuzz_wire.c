/* SPDX-License-Identifier: BSD-2-Clause
 * What is read as a message can be sent again and reads the same. */
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	json_t *msg = wire_parse((const char *)p, n, NULL), *again;
	const char *text = NULL;
	int64_t number = 0;
	char *out;
	int flag = 0;

	if (msg == NULL)
		return 0;
	out = json_dumps(msg, JSON_COMPACT);
	again = out == NULL ? NULL : wire_parse(out, strlen(out), NULL);
	if (again == NULL || !json_equal(msg, again))
		abort();
	(void)wire_op(msg);
	if (wire_str_opt(msg, "s", 8, &text, NULL) == 0 && text != NULL &&
	    strlen(text) > 8)
		abort();
	if (wire_int_opt(msg, "i", -5, 5, &number, NULL) == 0 &&
	    (number < -5 || number > 5))
		abort();
	(void)wire_bool_opt(msg, "b", &flag, NULL);
	json_decref(again);
	json_decref(msg);
	free(out);
	return 0;
}
