#!/bin/sh
# Every file that HACKING.md names exists, and every key of the configuration
# stands in warrant.conf(5).
set -eu
cd "${1:-.}"
bad=0
files=$(sed -n 's/`/\n/gp' HACKING.md | grep -E '^[a-z_/]+\.(c|h|sh|py|sql|md|mk)$' |
    sort -u)
for file in $files; do
	case $file in
	*/*) [ -e "$file" ] && continue ;;
	*) [ -n "$(find lib schema pam_module recorder approver report tests man \
	    dist -name "$file" -print -quit 2>/dev/null)" ] && continue
	   [ -e "$file" ] && continue ;;
	esac
	echo "names: HACKING.md names $file, which does not exist" >&2
	bad=1
done
sed -n 's/^\t{ "\([a-z]*\)", "\([a-z_]*\)", CONF_.*/\1 \2/p' lib/conf_keys.c |
while read -r section key; do
	grep -q "^\.It Ic $key\$" man/warrant.conf.5 ||
	    grep -q "^\.It Ic $key " man/warrant.conf.5 || {
		echo "names: warrant.conf(5) does not describe $section.$key" >&2
		exit 1
	}
done || bad=1
exit $bad
