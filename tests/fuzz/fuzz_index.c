/* SPDX-License-Identifier: BSD-2-Clause
 * The frames of any file are found or it is refused, within bounds, and a file
 * that grew is as one that was looked at once. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/record_index.h"
#include "tests/fuzz/fuzz.h"

static void
check(const struct record_index *x, size_t n)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->place[i].at >= x->place[i + 1].at ||
		    x->place[i].plain > x->place[i + 1].plain)
			abort();
	if (x->place != NULL && x->place[x->n].at > n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct record_index x = { .n = 0 }, grown = { .n = 0 };
	unsigned char hash[RECORD_HASH];
	int fd = memfd_create("record", MFD_CLOEXEC), rc;
	size_t half = n / 2;

	if (fd < 0 || write(fd, p, half) != (ssize_t)half)
		abort();
	rc = record_index_load(fd, &grown, NULL);
	if (write(fd, p + half, n - half) != (ssize_t)(n - half))
		abort();
	if (rc == 0)
		rc = record_index_load(fd, &grown, NULL);
	if (rc == 0)
		check(&grown, n);
	if (record_index_load(fd, &x, NULL) == 0) {
		check(&x, n);
		(void)record_index_hash(fd, &x, hash, NULL);
	}
	record_index_clear(&x);
	record_index_clear(&grown);
	(void)close(fd);
	return 0;
}
