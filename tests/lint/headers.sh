#!/bin/sh
# Each header compiles alone.  $1: top folder; the rest: compiler and flags.
set -eu
top=$1
shift
bad=0
for header in "$top"/lib/*.h "$top"/schema/*.h "$top"/pam_module/*.h \
    "$top"/recorder/*.h "$top"/recorder/mask/*.h "$top"/approver/*.h \
    "$top"/report/*.h; do
	[ -e "$header" ] || continue
	if ! printf '#include "%s"\n' "${header#"$top"/}" |
	    "$@" -I"$top" -fsyntax-only -x c - ; then
		echo "headers: ${header#"$top"/} does not compile alone" >&2
		bad=1
	fi
done
exit $bad
