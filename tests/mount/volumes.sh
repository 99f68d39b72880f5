#!/bin/sh
# How configuration is rolled out: links of Kubernetes that are swapped, editors
# that rename over, a tree that is replaced as a whole.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
vol=$src/vol

# roll NUMBER CONTENT: as the kubelet does.
roll() {
	mkdir -p "$vol/..2026_01_01_00_00_0$1.1"
	printf '%s\n' "$2" >"$vol/..2026_01_01_00_00_0$1.1/app.yaml"
	ln -s "..2026_01_01_00_00_0$1.1" "$vol/..data_tmp"
	mv -T "$vol/..data_tmp" "$vol/..data"
	# A link that is swapped is a name, of which the kernel has to be told.
	if is_mounted "$mnt"; then t "$cfgfs" sync "$mnt" || fail 'sync'; fi
}
reads() { is "$1" "$(t cat "$mnt/$2")" "$3"; }
mkdir "$vol" "$src/s"
echo '{"required": ["name"]}' >"$src/s/app.json"
printf 'schemas:\n  - {files: ["/vol/app.yaml"], schema: s/app.json}\n' >"$src/.cfgfs.yaml"
roll 1 'name: one'
ln -s ..data/app.yaml "$vol/app.yaml"
mount_source -o on_invalid=lastgood
reads 'by both links' vol/app.yaml 'name: one'
roll 2 'name: two'
reads 'swapped' vol/app.yaml 'name: two'
is 'the pattern sees no step of the volume' \
	"$(t sed -n 's/^schema //p' "$mnt/vol/..data/app.yaml.status")" s/app.json

# What is rolled out broken is served as it was in the folder before, also when
# a folder before that is looked at meanwhile.
reads 'an old folder' vol/..2026_01_01_00_00_01.1/app.yaml 'name: one'
roll 3 'nmae: three'
reads 'rolled out broken' vol/app.yaml 'name: two'
is 'it is told' "$(t sed -n 's/^served //p' "$mnt/vol/..data/app.yaml.status")" last-good
rm -r "$vol/..2026_01_01_00_00_01.1" "$vol/..2026_01_01_00_00_02.1"
reads 'after the folder before was removed' vol/app.yaml 'name: two'
unmount
mount_source -o on_invalid=lastgood
reads 'after a restart' vol/app.yaml 'name: two'
roll 4 'name: four'
reads 'rolled out good' vol/app.yaml 'name: four'

# An editor that writes a new file and renames it over; one that moves the old
# one away first.
echo 'name: five' >"$vol/..data/new" && mv "$vol/..data/new" "$vol/..data/app.yaml"
reads 'renamed over' vol/app.yaml 'name: five'
mv "$vol/..data/app.yaml" "$vol/..data/app.yaml~"
fails 'between two renames it is not there' t test -e "$mnt/vol/app.yaml"
echo 'nmae: six' >"$vol/..data/app.yaml"
reads 'broken after it was moved away' vol/app.yaml 'name: five'

# A whole folder replaced, and back.
mkdir "$src/conf" "$src/conf.new"
echo 'a: 1' >"$src/conf/a.yaml"
echo 'b: 1' >"$src/conf/b.yaml"
echo 'a: [' >"$src/conf.new/a.yaml"
echo 'b: 2' >"$src/conf.new/b.yaml"
reads 'before' conf/a.yaml 'a: 1'
reads 'before' conf/b.yaml 'b: 1'
mv "$src/conf" "$src/conf.old" && mv "$src/conf.new" "$src/conf"
reads 'replaced, broken' conf/a.yaml 'a: 1'
reads 'replaced, good' conf/b.yaml 'b: 2'
rm "$src/conf/a.yaml"
fails 'removed' t test -e "$mnt/conf/a.yaml"
mv "$src/conf" "$src/conf.new" && mv "$src/conf.old" "$src/conf"
reads 'back' conf/b.yaml 'b: 1'

# The clock decides nothing: times far from now, and the same times as before.
touch -d 2040-01-01 "$src/conf/a.yaml"
reads 'from the future' conf/a.yaml 'a: 1'
echo 'a: [' >"$src/conf/a.yaml" && touch -d 2040-01-01 "$src/conf/a.yaml"
reads 'broken with the same time' conf/a.yaml 'a: 1'
echo 'a: 3' >"$src/conf/a.yaml" && touch -d 1971-01-01 "$src/conf/a.yaml"
reads 'good, and older than the one before' conf/a.yaml 'a: 3'
unmount
