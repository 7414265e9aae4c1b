/* SPDX-License-Identifier: BSD-2-Clause
 * Any text as a PAM stack and as the output of sshd -T. */
#include <stdlib.h>
#include <string.h>

#include "pam_module/doctor.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct doctor_want want = { "/usr/bin/warrant-shell",
	    165 };
	static struct pam_stack stack;
	static struct findings all;
	char *text = malloc(n + 1), *save = NULL;

	if (text == NULL)
		return 0;
	memcpy(text, p, n);
	text[n] = '\0';
	all.n = stack.n = 0;
	doctor_sshd(text, &want, &all);
	for (char *line = strtok_r(text, "\n", &save); line != NULL &&
	    stack.n < DOCTOR_ENTRIES; line = strtok_r(NULL, "\n", &save))
		if (doctor_pam_line(line, &stack.e[stack.n], NULL) ==
		    PAM_LINE_ENTRY)
			stack.n++;
	doctor_pam(&stack, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.f[i].fix[0] == '\0' || all.f[i].what[0] == '\0')
			abort();
	free(text);
	return 0;
}
