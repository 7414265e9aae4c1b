/* SPDX-License-Identifier: BSD-2-Clause
 * Run a harness over its corpus and over what once crashed it: the main of
 * fuzz_NAME where libFuzzer is absent.  With arguments: over these files. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX_BYTES (16U << 20)

static unsigned ran;

static int
run_file(const char *path)
{
	struct buf b = BUF_INIT(FILE_MAX_BYTES);
	struct err e = { 0 };
	uint8_t *exact; /* so that a sanitizer sees the first byte too far */

	if (io_read_file(path, &b, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	exact = malloc(b.len > 0 ? b.len : 1);
	if (exact == NULL)
		return -1;
	if (b.len > 0)
		memcpy(exact, b.p, b.len);
	(void)LLVMFuzzerTestOneInput(exact, b.len);
	free(exact);
	buf_clear(&b);
	ran++;
	return 0;
}

/* Each file of folder whose name starts with prefix. */
static int
run_folder(const char *folder, const char *prefix)
{
	DIR *d = opendir(folder);
	const struct dirent *f;
	int rc = 0;

	if (d == NULL)
		return errno == ENOENT ? 0 : -1;
	while (rc == 0 && (f = readdir(d)) != NULL) {
		char path[4096];

		if (f->d_name[0] == '.' ||
		    strncmp(f->d_name, prefix, strlen(prefix)) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    f->d_name);
		rc = run_file(path);
	}
	(void)closedir(d);
	return rc;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = strstr(slash != NULL ? slash : argv[0], "fuzz_");
	char corpus[4096], prefix[256];

	for (int i = 1; i < argc; i++)
		if (run_file(argv[i]) < 0)
			return 1;
	if (argc > 1)
		return 0;
	if (name == NULL)
		return 2;
	name += strlen("fuzz_");
	(void)snprintf(corpus, sizeof(corpus), "%s/%s", FUZZ_CORPUS, name);
	(void)snprintf(prefix, sizeof(prefix), "%s-", name);
	if (run_folder(corpus, "") < 0 ||
	    run_folder(TEST_DATA "/fuzz", prefix) < 0)
		return 1;
	printf("%s: %u files\n", name, ran);
	return ran > 0 ? 0 : 1; /* a harness without a corpus is a mistake */
}
