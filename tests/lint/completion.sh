#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What TAB offers, by the programs of this build.
# in: $WARRANT_BUILD (default: where we are); out: status 1 when it is wrong
build=${WARRANT_BUILD:-$PWD}
src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$build/approver:$build/report:$build/recorder:$build/pam_module:$PATH
# shellcheck source=dist/completion/warrant.bash
. "$src/dist/completion/warrant.bash"
bad=0

# offers LINE WORD...: each word is offered; !WORD: it is not.
offers() {
	local line=$1 word
	shift
	read -ra COMP_WORDS <<<"$line"
	case $line in
	*' ') COMP_WORDS+=('') ;;
	esac
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_warrant "${COMP_WORDS[0]}"
	for word in "$@"; do
		case " ${COMPREPLY[*]} $word" in
		*" ${word#!} "*" !"*) ;;
		*" $word "*) continue ;;
		*" !"*) continue ;;
		esac
		echo "completion: '$line' gives '${COMPREPLY[*]}', not $word"
		bad=1
	done
}

offers 'approver ' approve deny help ls revoke show whoami '!approver'
offers 'approver re' revoke '!approve'
offers 'approver --s' --socket
offers 'approver approve --' --for --json '!--kill'
offers 'approver revoke --k' --kill
offers 'warrant-report ' did export fingerprint verify who
offers 'warrant-report verify --' --key --json '!--csv'
offers 'warrant-report ' verify-mask rehearse exposed
offers 'warrant-report verify-mask --' --rules --since --json '!--csv'
offers 'warrant-report rehearse --' --samples --until
offers 'warrant-report who --' --since --csv
offers 'warrant-check ' sshd token
offers 'warrant-check sshd --' --pam --user '!--jwks'
offers 'warrant-check token --' --jwks --signature-only
offers 'warrant-mask --' --rules --tty
offers 'warrantd --f' --foreground
offers 'warrant-replay --i' --idle
offers 'warrant-replay --' --html --from --to --out
offers 'warrant-replay --' --at --commands --search --follow --text
exit $bad
