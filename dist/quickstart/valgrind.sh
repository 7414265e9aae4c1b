#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every second unit test by $WARRANT_TEST_SEED, or all with $WARRANT_SOAK, under
# valgrind, as many at a time as there are processors.
# $1: a build folder after `make check`; with $2, that test alone.
# Tests that fork into seccomp or count time are named with the reason.
set -eu
if [ $# = 1 ]; then
	cd "$1"
	for test in tests/unit/test_*; do
		case $test in
		*.*) continue ;;
		*/test_jail | */test_captured) continue ;; # seccomp in their children ends valgrind itself
		*/test_libjwt) continue ;; # shows defects of libjwt itself
		esac
		[ ! -x "$test" ] || printf '%s\n' "$test"
	done | awk -v seed="${WARRANT_TEST_SEED:-1}" -v all="${WARRANT_SOAK:-}" \
	    'all != "" || (NR + seed) % 2 == 0' | xargs -n 1 -P "$(nproc)" "$0" "$PWD"
	exit
fi
supp=$(cd "$(dirname "$0")/../.." && pwd)/tests/valgrind.supp
cd "$1"
log=$2.valgrind
if ! VALGRIND=1 timeout 600 ./libtool --quiet --mode=execute valgrind --quiet \
    --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
    --suppressions="$supp" --child-silent-after-fork=yes "$2" >"$log" 2>&1; then
	echo "$2:"
	tail -n 30 "$log"
	exit 1
fi
rm -f "$log"
