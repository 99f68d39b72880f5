#!/bin/sh
# Schemas by URL and by file name on a mount, and their changes.
. "$(dirname "$0")/lib.sh"
site=https://www.schemastore.org
mkdir "$work/store" "$work/more"
cat >"$work/store/catalog.json" <<END
{"schemas": [{"name": "App", "url": "$site/app.json", "fileMatch": ["app.yaml"]}]}
END
echo '{"properties": {"port": {"type": "integer"}}}' >"$work/store/app.json"
echo '{"required": ["name"]}' >"$work/more/a.json"
echo 'port: eighty' >"$src/app.yaml"
echo '{"$schema": "https://example.com/a.json"}' >"$src/named.json"
state() { settle; t cat "$mnt/$1" >/dev/null; t sed -n 's/^state //p' "$mnt/$1.status"; }

# The daemon works in another directory than the one that names them.
cd "$work" || exit 1
mount_source -o catalog=store --map https://example.com/=more
is 'by name' "$(state app.yaml)" invalid
is 'its schema' "$(t sed -n 's/^schema //p' "$mnt/app.yaml.status")" "$site/app.json"
is 'by URL' "$(state named.json)" invalid
echo '{}' >"$work/store/app.json"
is 'the schema was edited' "$(state app.yaml)" valid
rm "$work/more/a.json"
is 'the mapped file is gone' "$(state named.json)" error
echo '{}' >"$work/more/a.json"
is 'and back' "$(state named.json)" valid
rm "$work/store/app.json" && mkdir "$work/store/deep"
echo '{"required": ["x"]}' >"$work/store/deep/app.json"
is 'the schema was moved' "$(state app.yaml)" invalid
echo '{"schemas": []}' >"$work/store/catalog.json"
is 'the catalog names it no more' "$(state app.yaml)" valid
echo '{' >"$work/store/catalog.json"
is 'a broken catalog' "$(state app.yaml)" valid
is 'is told' "$(status config)" invalid
unmount

fails 'a folder without a catalog' t "$cfgfs" mount -f --catalog "$work/more" "$src" "$mnt" 2>"$work/err"
fails 'a map of no folder' t "$cfgfs" mount -f -o map=https://x/ "$src" "$mnt" 2>"$work/err"
holds 'what is wrong is told' grep -q 'URLPREFIX=DIR' "$work/err"
