/* SPDX-License-Identifier: BSD-2-Clause
 * What is started directly was one plain list of words. */
#include <stdlib.h>
#include <string.h>

#include "recorder/transfer.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct transfer t;
	static char line[2 * TRANSFER_LINE_MAX];
	enum transfer_kind k;

	if (n >= sizeof(line))
		return 0;
	memcpy(line, p, n);
	line[n] = '\0';
	(void)transfer_mosh(line);
	k = transfer_parse(line, &t);
	if (t.argc > TRANSFER_WORDS_MAX || t.argv[t.argc] != NULL)
		abort();
	for (size_t i = 0; i < t.argc; i++)
		if (t.argv[i] < t.room || t.argv[i] + strlen(t.argv[i]) >=
		    t.room + sizeof(t.room))
			abort();
	if ((k == TRANSFER_NONE) != (t.name == NULL))
		abort();
	if (k != TRANSFER_DIRECT)
		return 0;
	if (t.paths == NULL || t.argc == 0)
		abort();
	/* outside quotes and escapes none of these may be left */
	if (strpbrk(line, "'\\") == NULL &&
	    strpbrk(line, ";&|<>()$`\"*?[]{}!\n\t\r") != NULL)
		abort();
	return 0;
}
