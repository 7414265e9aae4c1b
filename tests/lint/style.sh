#!/bin/sh
# Long files and functions need a reason; unfinished work has none.
# A file with a reason says so in a line of its head: "long: WHY".
set -eu
cd "${1:-.}"
bad=0
for file in lib/*.[ch] schema/*.[ch] pam_module/*.[ch] recorder/*.[ch] \
    recorder/mask/*.[ch] approver/*.[ch] report/*.[ch]; do
	[ -e "$file" ] || continue
	lines=$(wc -l <"$file")
	if [ "$lines" -gt 500 ] && ! head -n 30 "$file" | grep -q 'long: '; then
		echo "style: $file has $lines lines" >&2
		bad=1
	fi
	awk -v file="$file" '
	/^[a-z_]+\(/ { name = $0; sub(/\(.*/, "", name); start = 0 }
	/^\{$/ { start = NR }
	/^\}$/ { if (start && NR - start > 61) {
		printf "style: %s: %s has %d lines\n", file, name,
		    NR - start - 1 >"/dev/stderr"; found = 1 }
		start = 0 }
	END { exit found }' "$file" || bad=1
done
if grep -rnIE '\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented|unimplemented' \
    lib schema pam_module recorder approver report dist tests man \
    --include='*.[ch158]' --include='*.sh' --include='*.py' \
    --include='*.mjs' --include='*.sql' --include='*.mk' |
    grep -v '^tests/lint/style.sh:'; then
	echo "style: unfinished work" >&2
	bad=1
fi
exit $bad
