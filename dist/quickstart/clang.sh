#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build everything with clang, warnings as errors.  $1: source, $2: folder.
set -eu
rm -rf "$2"
mkdir -p "$2"
cd "$2"
"$1/configure" --quiet --enable-werror CC="${CLANG:-clang-14}"
make -s -j"$(nproc)" all
make -s -j"$(nproc)" check TESTS=
