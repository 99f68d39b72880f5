#!/bin/sh
# coherence=fast: the kernel keeps what it was told and asks for nothing, and
# once an edit is synced nobody sees what was before, by whichever means the
# edits are told and whatever the kernel can do.
. "$(dirname "$0")/lib.sh"

content() { settle; is "$1" "$(t cat "$mnt/$2")" "$(cat "$src/$2")"; }
listing() { settle; is "$1" "$(t ls -a "$mnt/$2")" "$(ls -a "$src/$2")"; }
facts() { settle; is "$1" "$(t stat -c '%s %a %Y %F %i' "$mnt/$2")" "$(stat -c '%s %a %Y %F %i' "$src/$2")"; }
gone() { settle; fails "$1" t test -e "$mnt/$2"; }

make_source() {
	mkdir -p "$src/d/deep"
	for i in 1 2 3; do echo "{\"i\": $i}" >"$src/d/$i.json"; done
	echo '{"deep": 1}' >"$src/d/deep/x.json"
	ln -s d/1.json "$src/link"
}

# Each edit is looked at before, so that the kernel has something to forget.
edit_files() {
	content 'as it was' d/1.json
	echo '{"i": 7}' >"$src/d/1.json"
	content 'in place' d/1.json
	echo '{"i": 8}' >"$src/new" && mv "$src/new" "$src/d/1.json"
	content 'renamed over' d/1.json
	facts 'its facts' d/1.json
	printf '[%05000d]' 0 >"$src/d/1.json"
	content 'grown' d/1.json
	echo '[]' >"$src/d/1.json"
	content 'shrunk' d/1.json
	facts 'its facts then' d/1.json
	touch -d 2001-01-01 "$src/d/1.json"
	facts 'an old file' d/1.json
	echo '[1]' >"$src/new" && touch -r "$src/d/1.json" "$src/new" && cat "$src/new" >"$src/d/1.json" &&
		touch -r "$src/new" "$src/d/1.json" && rm "$src/new"
	content 'with its old time' d/1.json
	t "$helper" store "$src/d/1.json" '[2'
	content 'stored through a mapping' d/1.json
	chmod 600 "$src/d/1.json"
	facts 'another mode' d/1.json
	mv "$src/d/1.json" "$src/swap" && mv "$src/d/2.json" "$src/d/1.json" && mv "$src/swap" "$src/d/2.json"
	content 'swapped, one' d/1.json
	content 'swapped, the other' d/2.json
	rm "$src/d/2.json"
	gone 'removed' d/2.json
	listing 'without the removed one' d
}

edit_names() {
	gone 'not there yet' d/new.json
	echo '{"new": 1}' >"$src/d/new.json"
	content 'there now' d/new.json
	listing 'a new name' d
	# A name that was never looked up, in a listing that was kept.
	listing 'once more' d
	echo 1 >"$src/d/unseen.json"
	listing 'a name nobody looked up' d
	gone 'no status of what is not there' d/late.json.status
	echo 1 >"$src/d/late.json"
	settle
	holds 'a status of what is there' t test -e "$mnt/d/late.json.status"
	content 'through a link' link
	ln -sf d/3.json "$src/link"
	content 'the link leads elsewhere' link
	rm "$src/d/new.json" && mkdir "$src/d/new.json"
	facts 'a folder where a file was' d/new.json
	rmdir "$src/d/new.json" && echo 2 >"$src/d/new.json"
	content 'a file where a folder was' d/new.json
	facts 'the folder' d
	chmod 700 "$src/d"
	facts 'another mode of the folder' d
}

edit_folders() {
	content 'deep' d/deep/x.json
	mv "$src/d/deep" "$src/d/moved"
	gone 'the old path' d/deep/x.json
	content 'the new path' d/moved/x.json
	echo '{"deep": 2}' >"$src/d/moved/x.json"
	content 'an edit by the new path' d/moved/x.json
	mkdir "$src/d/deep" && echo '{"other": 1}' >"$src/d/deep/x.json"
	content 'another folder of that name' d/deep/x.json
	mv "$src/d/deep" "$src/t" && mv "$src/d/moved" "$src/d/deep" && mv "$src/t" "$src/d/moved"
	content 'folders swapped, one' d/deep/x.json
	content 'folders swapped, the other' d/moved/x.json
	echo '{"deep": 3}' >"$src/d/deep/x.json"
	content 'an edit after the swap' d/deep/x.json
	# Away, changed meanwhile, and back, while somebody has the file open.
	exec 3<"$mnt/d/deep/x.json"
	mv "$src/d/deep" "$work/away"
	settle
	echo '{"deep": 4}' >"$work/away/x.json"
	mv "$work/away" "$src/d/deep"
	content 'a folder that was away' d/deep/x.json
	exec 3<&-
	mv "$src/d" "$src/e"
	gone 'the parent has gone' d/deep/x.json
	content 'by its new name' e/deep/x.json
	mv "$src/e" "$src/d"
}

edit_links() {
	[ -e "$src/d/3.json" ] || fail 'no file to link'
	content 'one name' d/3.json
	ln "$src/d/3.json" "$work/outside"
	ln "$src/d/3.json" "$src/d/second.json"
	content 'a second name' d/second.json
	echo '{"by": "the second"}' >"$src/d/second.json"
	content 'an edit by the second name' d/3.json
	echo '{"from": "outside"}' >"$work/outside"
	content 'an edit by a name outside' d/3.json
	rm "$work/outside" "$src/d/second.json"
}

# What no event told of: everything is asked for again.
lose_events() {
	content 'before' d/1.json
	echo '[3]' >"$src/d/1.json"
	t "$cfgfs" sync --all "$mnt" || fail 'sync --all failed'
	is 'after all was forgotten' "$(t cat "$mnt/d/1.json")" '[3]'
	echo '[4]' >"$src/d/1.json"
	content 'it is watched again' d/1.json
	is 'who works there stays' "$(cd "$mnt/d" && "$cfgfs" sync --all "$mnt" &&
		t test -e "$mnt/d/1.json" && pwd -P)" "$mnt/d"
}

# The last verdict is of what was read last.
edit_rules() {
	echo 'port: eighty' >"$src/app.yaml"
	state() { settle; t cat "$mnt/app.yaml" >/dev/null; t sed -n 's/^state //p' "$mnt/app.yaml.status"; }
	is 'no rule' "$(state)" valid
	echo '{"properties": {"port": {"type": "integer"}}}' >"$src/s.json"
	printf 'schemas:\n  - {files: [app.yaml], schema: s.json}\n' >"$src/.cfgfs.yaml"
	is 'a configuration' "$(state)" invalid
	echo '{}' >"$src/s.json"
	is 'its schema has changed' "$(state)" valid
	rm "$src/.cfgfs.yaml"
}

# check_all [OPTION...]
check_all() {
	make_source
	mount_source "$@"
	is 'the mode' "$(status coherence)" fast
	edit_files
	edit_names
	edit_folders
	edit_links
	lose_events
	edit_rules
	is 'nothing is unwatched' "$(status unwatched)" 0
	unmount
	rm -rf "$src"
	mkdir "$src"
}

check_all
for without in no_open,readdirplus epoch no_open,epoch,expire; do
	export CFGFS_WITHOUT=$without
	check_all
done
if [ "$(id -u)" = 0 ]; then
	export CFGFS_WITHOUT=inotify
	check_all
fi

# What is used is told, and what is switched off is not.
echo 1 >"$src/a.json"
export CFGFS_WITHOUT=no_open,epoch
mount_source
is 'switched off' "$(status feature.no_open) $(status feature.epoch)" '0 0'
unmount
export CFGFS_WITHOUT=inotify,fanotify
mount_source
is 'no means to watch' "$(status coherence)" strict
is 'why' "$(status coherence.reason)" 'changes of the source cannot be watched here'
unmount
unset CFGFS_WITHOUT

# The kernel asks once, and never again.
mkdir "$src/d"
echo '{"a": 1}' >"$src/d/a.json"
mount_source -o debug
[ "$(status feature.no_open)" = 1 ] || exit 0
asked() { grep -cE "opcode: $1" "$work/err"; }
t cat "$mnt/d/a.json" "$mnt/d/a.json" >/dev/null
t ls -l "$mnt/d" >/dev/null
t test -e "$mnt/d/none" && fail 'there is no such file'
before=$(asked '.*')
t cat "$mnt/d/a.json" >/dev/null
t ls -l "$mnt/d" >/dev/null
t test -e "$mnt/d/none" && fail 'there is no such file'
is 'nothing is asked again' "$(asked '.*')" "$before"
# A listing brings the attributes: the folder alone is looked up.
mkdir "$src/many"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i >"$src/many/$i.json"; done
settle
before=$(asked LOOKUP)
is 'a listing with attributes' "$(t ls -l "$mnt/many" | awk '{print $1, $5, $9}')" \
	"$(ls -l "$src/many" | awk '{print $1, $5, $9}')"
is 'look-ups for it' $(($(asked LOOKUP) - before)) 1
is 'openings are asked for once' "$(asked 'OPEN ') $(asked 'OPENDIR')" '1 1'
unmount
