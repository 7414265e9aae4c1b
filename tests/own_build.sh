#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# own_build.sh SRCDIR FOLDER OPTION... - a second build with other options in
# FOLDER below the build folder, configured once and again when ./configure
# or the options change.
# A source folder that is itself configured cannot be shared (automake refuses
# it); then the files of a release are copied to FOLDER-src first.
set -eu
source=$1 folder=$2
shift 2
if [ -f "$source/config.status" ]; then
	${MAKE:-make} -s distdir distdir="$folder-src"
	source=$PWD/$folder-src
fi
mkdir -p "$folder"
cd "$folder"
# shellcheck disable=SC3013 # dash and bash know -nt
if [ ! -f config.status ] || [ "$source/configure" -nt config.status ] ||
    [ "$(cat .options 2>/dev/null)" != "$*" ]; then
	"$source/configure" -q "$@"
	printf '%s\n' "$*" >.options
fi
