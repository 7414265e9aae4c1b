/* SPDX-License-Identifier: BSD-2-Clause
 * A recording of any bytes is read to its end or refused, within bounds. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/record_read.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct record_summary s = { 0 };
	struct record_head head = { .length = n / 2 };
	int fd = memfd_create("record", MFD_CLOEXEC);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		abort();
	(void)lseek(fd, 0, SEEK_SET);
	if (record_verify(fd, NULL, &s, NULL) == 0 && s.length != n)
		abort();
	(void)lseek(fd, 0, SEEK_SET);
	(void)record_verify(fd, &head, &s, NULL);
	(void)close(fd);
	return 0;
}
