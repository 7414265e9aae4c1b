#!/bin/sh
# Programs (pam_module recorder approver report) may include schema/ and
# lib/, schema/ may include lib/; never the other way, and no program includes
# another.  recorder/mask/ is a library of its own: it includes lib/ alone, and
# report/ may include it, to mask again.
# Nothing of recorder/ includes OpenSSL, which takes longer to load than all
# that a session does before its first byte: lib/sum.h.
set -eu
cd "${1:-.}"
bad=0
complain() {
	echo "layers: $1 includes $2" >&2
	bad=1
}
for file in lib/*.[ch] schema/*.[ch] pam_module/*.[ch] recorder/*.[ch] \
    recorder/mask/*.[ch] approver/*.[ch] report/*.[ch]; do
	[ -e "$file" ] || continue
	case $file in
	recorder/mask/*) allowed='recorder/mask lib' ;;
	recorder/*) allowed='recorder recorder/mask schema lib' ;;
	report/*) allowed='report recorder/mask schema lib' ;;
	lib/*) allowed='lib' ;;
	schema/*) allowed='schema lib' ;;
	*) allowed="${file%%/*} schema lib" ;;
	esac
	includes=$(sed -n 's/^#[ \t]*include "\([^"]*\)".*/\1/p' "$file")
	for header in $includes; do
		folder=${header%/*}
		[ "$header" = config.h ] && continue
		case " $allowed " in
		*" $folder "*) ;;
		*) complain "$file" "$header" ;;
		esac
	done
done
for file in recorder/*.[ch] recorder/mask/*.[ch] schema/record*.[ch]; do
	if grep -q '^#[ 	]*include <openssl/' "$file"; then
		complain "$file" OpenSSL
	fi
done
exit $bad
