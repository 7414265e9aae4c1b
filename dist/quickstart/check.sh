# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2030,SC2031 # sourced by ../../quickstart
# check.sh - every test, one line each, and the totals at the end.
passed=0 failed=0 skipped=0
logs=$state/check-logs
checkdir=$state/check
prefix=/opt/warrant-check
seed=${WARRANT_TEST_SEED:-$RANDOM}
export WARRANT_TEST_SEED=$seed
began=$SECONDS

# step NAME COMMAND...: one test; its output is shown when it fails.
step() {
	local name=$1 log=$logs/${1//[^a-z0-9A-Z]/-}.log at=$SECONDS
	shift
	if "$@" >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		printf 'ok   %s (%d s)\n' "$name" $((SECONDS - at))
	else
		failed=$((failed + 1))
		printf 'FAIL %s (%d s), end of %s:\n' "$name" $((SECONDS - at)) "$log"
		tail -n 40 "$log" | sed 's/^/     | /'
	fi
}

# suite NAME COMMAND...: prints a line a test that begins with ok, FAIL(ED) or
# skip(ped), and what stands below one that failed; each is counted.
suite() {
	local name=$1 log=$logs/${1//[^a-z0-9A-Z]/-}.log at=$SECONDS status=0
	local good bad left
	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ "$status" != 77 ] || status=0 # all of it skipped, each said why
	awk -v name="$name" '
	/^(ok|FAIL|skip)[A-Za-z]* / {
		rest = 0
		if (/^FAIL/)
			rest = 30
		sub(/^[a-zA-Z]* /, "&" name ": ")
		print
		next
	}
	/^#/ { rest = 0 }
	rest-- > 0 { print "     | " $0 }' "$log"
	good=$(grep -c '^ok ' "$log" || true)
	bad=$(grep -cE '^FAIL(ED)? ' "$log" || true)
	left=$(grep -cE '^skip(ped)? ' "$log" || true)
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		bad=1
		printf 'FAIL %s ended with status %d, end of %s:\n' "$name" "$status" "$log"
	fi
	[ "$bad" = 0 ] || tail -n 40 "$log" | sed 's/^/     | /'
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
	printf '     %s: %d s\n' "$name" $((SECONDS - at))
}

# make_check NAME FOLDER TARGET...: each program of the test suite is counted.
make_check() {
	local name=$1 folder=$2 log=$logs/$1.log at=$SECONDS status=0 good bad left
	shift 2
	make -C "$folder" -j"$(nproc)" "$@" >"$log" 2>&1 </dev/null || status=$?
	good=$(sed -n 's/^# PASS: *//p' "$log" | tail -n 1)
	bad=$(sed -n 's/^# FAIL: *//p' "$log" | tail -n 1)
	left=$(sed -n 's/^# SKIP: *//p' "$log" | tail -n 1)
	if [ "$status" != 0 ] && [ "${bad:-0}" = 0 ]; then
		bad=1
	fi
	if [ "${bad:-0}" != 0 ]; then
		printf 'FAIL %s (%d s), %s:\n' "$name" $((SECONDS - at)) "$log"
		grep -E '^(FAIL|ERROR)|error:|\*\*\*' "$log" | head -n 30 | sed 's/^/     | /'
	else
		printf 'ok   %s: %s programs (%d s)\n' "$name" "${good:-0}" $((SECONDS - at))
	fi
	passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-0}))
	skipped=$((skipped + ${left:-0}))
}

# What needs processors, at low priority, while the whole-system tests wait for
# one another: its lines and totals are read by beside_end.
beside() {
	(
		passed=0 failed=0 skipped=0
		renice -n 10 -p "$BASHPID" >/dev/null
		step "lint" make -C "$checkdir" lint
		step "clang without a warning" "$top/dist/quickstart/clang.sh" \
		    "$top" "$state/clang"
		step "valgrind" "$top/dist/quickstart/valgrind.sh" "$checkdir"
		# all of it has run twice: here, what reads files of the package
		step "distcheck" make -C "$checkdir" distcheck TESTS="\
		    tests/lint/manual.py tests/mask/score.py \
		    tests/page/test_html.py tests/replay/test_replay.py \
		    tests/token/check.py tests/unit/test_cert \
		    tests/unit/test_providers tests/unit/test_record \
		    tests/unit/test_token"
		echo "$passed $failed $skipped" >"$logs/beside.totals"
	) >"$logs/beside.out" 2>&1 </dev/null &
}

beside_end() {
	local good=0 bad=1 left=0
	wait
	cat "$logs/beside.out"
	[ ! -s "$logs/beside.totals" ] ||
		read -r good bad left <"$logs/beside.totals"
	passed=$((passed + good)) failed=$((failed + bad))
	skipped=$((skipped + left))
}

# The accounts first: installing gives warrant-shell its group.
install_check() {
	"$top/dist/accounts" add || return 1
	make -C "$checkdir" -s install
}

check_main() {
	local script name
	# shellcheck disable=SC2086 # lists of words
	install_packages $build_packages $demo_packages $check_packages
	# Nothing of an earlier run, perhaps of another clone, has a say in this one.
	rm -rf "$logs" "$checkdir" "$prefix"
	mkdir -p "$logs"
	say "seed $seed (WARRANT_TEST_SEED), logs in $logs"
	say "build"
	build "$checkdir" --enable-werror --prefix="$prefix" \
	    --sysconfdir="$prefix/etc" --localstatedir="$prefix/var" \
	    --runstatedir=/run/warrant-check
	say "unit tests"
	make_check unit "$checkdir" check
	say "sanitizers, fuzzers"
	step "asan and ubsan" make -C "$checkdir" -j"$(nproc)" asan
	step "fuzz-smoke" make -C "$checkdir" -j"$(nproc)" fuzz-smoke \
	    FUZZ_SECONDS="${FUZZ_SECONDS:-3}"
	say "whole-system tests"
	step "install" install_check
	beside
	for script in "$top"/tests/session/test_*; do
		[ -x "$script" ] || continue
		name=$(basename "$script")
		suite "${name%.*}" env WARRANT_PREFIX="$prefix" \
		    WARRANT_BUILD="$checkdir" "$script"
	done
	"$top/dist/accounts" remove || true
	say "lint, clang, valgrind, distcheck: beside these"
	beside_end
	printf '\nseed %s, %d s\n' "$seed" $((SECONDS - began))
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	[ "$failed" = 0 ]
}

check_main
