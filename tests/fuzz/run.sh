#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh CORPUS FOUND SECONDS PROGRAM... - each fuzzer on its corpus.
# New inputs stay in ./fuzz-work; a crash becomes FOUND/NAME-crash-HASH, which
# `make check` replays from then on.
set -eu
corpus=$1 found=$2 seconds=$3
shift 3
mkdir -p "$found"
failed=
for program in "$@"; do
	name=${program##*/fuzz_}
	mkdir -p "fuzz-work/$name"
	dictionary=
	[ -f "$corpus/$name.dict" ] && dictionary="-dict=$corpus/$name.dict"
	if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
	    -print_final_stats=1 -artifact_prefix="$found/$name-" \
	    ${dictionary:+"$dictionary"} "fuzz-work/$name" "$corpus/$name" \
	    >"fuzz-work/$name.log" 2>&1; then
		awk -v name="$name" '
		    /stat::number_of_executed_units/ { n = $2 }
		    /stat::average_exec_per_sec/ { rate = $2 }
		    END { printf "fuzz %-12s %9d runs, %6d a second, no finding\n", name, n, rate }
		' "fuzz-work/$name.log"
	else
		failed="$failed $name"
		tail -40 "fuzz-work/$name.log"
	fi
done
[ -z "$failed" ] || {
	echo "fuzz: findings in$failed; inputs are in $found" >&2
	exit 1
}
