# SPDX-License-Identifier: BSD-2-Clause
# start.sh - the demonstration: build, install, show, leave it running.
# Sourced by quickstart, which sets these.
# shellcheck shell=bash disable=SC2154
demodir=$state/demo-build demoprefix=/opt/warrant-demo
demo_log=$state/demo.log demo_pid=$state/demo.pid demo_idp=$state/demo.idp

stop_main() {
	local pid
	if [ -f "$demo_pid" ]; then
		pid=$(cat "$demo_pid")
		kill "$pid" 2>/dev/null || true
		for _ in $(seq 100); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	fi
	"$top/dist/accounts" remove 2>/dev/null || true
	rm -rf "$demoprefix" "$demo_pid" "$demo_idp" /run/warrant-demo
	[ "${1-}" = quiet ] || echo "quickstart: the demonstration is gone" \
	    "(packages and $demodir stay)"
}

start_main() {
	local tail_pid
	# shellcheck disable=SC2086 # lists of words
	install_packages $build_packages $demo_packages vim-tiny
	stop_main quiet
	say "build and install below $demoprefix"
	build "$demodir" --prefix="$demoprefix" \
	    --sysconfdir="$demoprefix/etc" --localstatedir="$demoprefix/var" \
	    --runstatedir=/run/warrant-demo
	"$top/dist/accounts" add
	make -C "$demodir" -s install >"$state/demo-install.log" 2>&1 ||
	    die "make install failed, see $state/demo-install.log"
	: >"$demo_log"
	WARRANT_BUILD=$demodir WARRANT_PREFIX=$demoprefix setsid \
	    "$top/dist/quickstart/demo.py" "$demo_idp" \
	    </dev/null >"$demo_log" 2>&1 &
	echo $! >"$demo_pid"
	trap 'stop_main; exit 130' INT TERM
	tail -n +1 -f --pid=$! "$demo_log" &
	tail_pid=$!
	until grep -q '^== ready' "$demo_log"; do
		kill -0 "$(cat "$demo_pid")" 2>/dev/null || {
			sleep 1
			stop_main quiet
			die "the demonstration failed, see $demo_log"
		}
		sleep 0.2
	done
	sleep 1
	kill $tail_pid 2>/dev/null || true
	trap - INT TERM
}

sign_in_main() {
	[ -f "$demo_idp" ] || die "no demonstration is running: sudo ./quickstart"
	[ $# = 2 ] || die "usage: ./quickstart sign-in CODE PERSON"
	"$top/dist/quickstart/demo.py" sign-in "$demo_idp" "$1" "$2"
}
