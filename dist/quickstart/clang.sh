#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build what is installed with clang, warnings as errors, as fast as that goes;
# the fuzzers are built by clang anyway.  $1: source, $2: folder.
set -eu
rm -rf "$2"
mkdir -p "$2"
cd "$2"
"$1/configure" --quiet --enable-werror CC="${CLANG:-clang-14}" CFLAGS=-O1
make -s -j"$(nproc)" all
