#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every unit test under valgrind.  $1: a build folder after `make check`.
# Tests that fork into seccomp or count time are named with the reason.
set -eu
supp=$(cd "$(dirname "$0")/../.." && pwd)/tests/valgrind.supp
cd "$1"
bad=0
for test in tests/unit/test_*; do
	case $test in
	*.*) continue ;;
	*/test_jail) continue ;; # seccomp in its children ends valgrind itself
	*/test_libjwt) continue ;; # shows defects of libjwt itself
	esac
	[ -x "$test" ] || continue
	if ! VALGRIND=1 timeout 600 ./libtool --quiet --mode=execute valgrind --quiet \
	    --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
	    --suppressions="$supp" --child-silent-after-fork=yes "$test" >valgrind.log 2>&1; then
		echo "$test:"
		tail -n 30 valgrind.log
		bad=1
	fi
done
exit $bad
