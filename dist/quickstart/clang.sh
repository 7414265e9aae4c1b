#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build everything with clang, warnings as errors.  $1: source, $2: folder.
set -eu
mkdir -p "$2"
cd "$2"
[ -f Makefile ] || "$1/configure" --quiet --enable-werror CC="${CLANG:-clang-14}"
make -s -j"$(nproc)" all
make -s -j"$(nproc)" check TESTS=
