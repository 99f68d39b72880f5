# Completion of cfgfs for bash.
_cfgfs_mount_options='on_invalid=serve on_invalid=deny on_invalid=lastgood
on_error=serve on_error=deny on_error=lastgood never_valid=deny
never_valid=serve errno=EACCES errno=EIO state= state_size= config=
trust-config level=fast level=standard coherence=auto coherence=fast coherence=strict
coherence=rehash virtual=hidden virtual=visible map= catalog= cache= cache_size= max_size=
wait= workers= warm xattr allow_other auto_unmount ro noexec'

# The word behind the last comma of a list of mount options.
_cfgfs_option_list() {
	local list=${1%"${1##*,}"} word=${1##*,} option
	compopt -o nospace
	COMPREPLY=()
	for option in $_cfgfs_mount_options; do
		[[ $option == "$word"* ]] && COMPREPLY+=("$list$option")
	done
}

_cfgfs() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local line=${COMP_LINE:0:COMP_POINT}
	line=${line##* }
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W 'mount umount check status explain ctl sync upgrade cache help --help --version' -- "$word"))
		return
	fi
	case ${COMP_WORDS[1]},$before in
	cache,cache)
		COMPREPLY=($(compgen -W 'stats verify gc clear invalidate warm export import' -- "$word"))
		return
		;;
	mount,-o | mount,= | mount,,)
		_cfgfs_option_list "$line"
		# '=' ends a word for bash: only what stands behind is replaced.
		[ "$COMP_WORDBREAKS" = "${COMP_WORDBREAKS/=/}" ] ||
			COMPREPLY=("${COMPREPLY[@]#"${line%"${line##*=}"}"}")
		return
		;;
	check,-f)
		COMPREPLY=($(compgen -W 'text concise json jsonl sarif junit tap github gitlab' -- "$word"))
		return
		;;
	check,-l) COMPREPLY=($(compgen -W 'fast standard' -- "$word")) && return ;;
	esac
	case $word in
	-*)
		local words='--help'
		case ${COMP_WORDS[1]} in
		mount) words='-f -o --help --schema-mode --dialect --map --catalog --require-schema --show-values --baseline' ;;
		check) words='-s -l -f -j --help --fail-on --schema-mode --dialect --map --catalog --require-schema --show-values --rehash --write-baseline --prune-baseline --no-suppressions --root' ;;
		esac
		COMPREPLY=($(compgen -W "$words" -- "$word"))
		;;
	*)
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$word"))
		;;
	esac
}
complete -F _cfgfs cfgfs
