/* SPDX-License-Identifier: BSD-2-Clause
 * fuzz.h - the one function of a harness.
 * in: any bytes; out: 0, or a crash, which is a finding
 *
 * With --enable-fuzzers libFuzzer calls it; else replay.c calls it once for
 * each file of tests/fuzz/corpus/NAME and tests/data/fuzz/NAME-*, and that
 * is a test of `make check`. */
#ifndef WARRANT_TESTS_FUZZ_FUZZ_H
#define WARRANT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#endif
