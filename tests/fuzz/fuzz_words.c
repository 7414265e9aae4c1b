/* SPDX-License-Identifier: BSD-2-Clause
 * Any line splits and parses or is refused; what it became is safe to show,
 * and showing it a second time changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "lib/command.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "lib/words.h"
#include "tests/fuzz/fuzz.h"

static void
must_be_visible(const char *s)
{
	static char once[8 * WORDS_LINE_MAX], twice[8 * WORDS_LINE_MAX];

	(void)visible(s, once, sizeof(once));
	for (const char *c = once; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			abort();
	if (strcmp(visible(once, twice, sizeof(twice)), once) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct words w;
	char line[WORDS_LINE_MAX + 8], room[WORDS_LINE_MAX];
	char *word[WORDS_MAX + 1];
	struct err e = { 0 };
	int count;

	if (n >= sizeof(line))
		n = sizeof(line) - 1;
	memcpy(line, p, n);
	line[n] = '\0';
	must_be_visible(line);
	count = words_split(line, room, sizeof(room), word, &e);
	if (count < 0 && e.code != ERR_USAGE)
		abort();
	if (count <= 0)
		return 0;
	if (words_parse(command_table, (size_t)count, word, &w, &e) < 0) {
		if (e.code != ERR_USAGE || e.text[0] == '\0')
			abort();
		return 0;
	}
	if (w.args < w.command->min || w.args > w.command->max)
		abort();
	for (int i = 0; i < WORDS_OPTIONS; i++)
		if (w.value[i] != NULL && strlen(w.value[i]) > n)
			abort();
	return 0;
}
