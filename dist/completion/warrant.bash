# SPDX-License-Identifier: BSD-2-Clause
# bash completion of warrant's commands, from what their --help says.
# shellcheck shell=bash

# The words of --help for one command; without one, the usage lines.
_warrant_help() {
	local program=$1 command=$2
	if [ -n "$command" ]; then
		"$program" --help 2>/dev/null |
		    sed -n "s/^  \(${program##*/} \)\{0,1\}$command //p"
		"$program" "$command" --help 2>/dev/null </dev/null
	else
		"$program" --help 2>/dev/null
	fi
}

_warrant() {
	local program=$1 now=${COMP_WORDS[COMP_CWORD]} command='' word words
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		-*) ;;
		*) command=$word; break ;;
		esac
	done
	case $now in
	-*)
		words=$(_warrant_help "$program" "$command" |
		    grep -oE -- '--[a-z][a-z-]*[a-z]')
		;;
	*)
		if [ -z "$command" ]; then
			words=$("$program" --help 2>/dev/null | sed -nE \
			    "s/^  (${program##*/} )?([a-z][a-z-]*)( .*)?$/\2/p")
		elif [ "${program##*/}" = approver ]; then
			# what can be decided on, watched or ended just now
			words=$({
				"$program" ls --json
				"$program" sessions --json
			} 2>/dev/null </dev/null |
			    grep -oE '"[rghs]-[0-9a-z]{13}"' | tr -d '"')
		fi
		;;
	esac
	# an id, a word or nothing: files are the default then
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$now")
}

complete -o default -F _warrant approver warrant-login warrant-report \
    warrant-check warrant-mask warrant-maskc warrant-replay warrant-recorder warrantd
