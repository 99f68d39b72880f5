#!/bin/sh
# Who may say where verdicts come from: the user, not the tree.
. "$(dirname "$0")/remote_lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
is_built
start_redis
url=$CFGFS_REMOTE
unset CFGFS_REMOTE CFGFS_REMOTE_KEY_FILE
cat >>"$src/.cfgfs.yaml" <<END
cache:
  remote:
    url: $url
    key_file: $work/key
    namespace: from-the-tree
    ttl: 2h
    read_only: false
    connect: 30s
    answer: 30s
END
CFGFS_REMOTE=off fill_clean

machine one
checks 'a tree that asks for a server'
says 'is told no' 'cache.remote of .cfgfs.yaml is ignored: untrusted' "$work/err"
is 'and nothing is sent' "$(redis dbsize)" 0
run 'explain' 0 explain "$src/web/shop.yaml"
says 'says it too' '^  shared cache  *off: untrusted' "$work/out"

machine two
run 'a tree that is trusted' 1 check --trust-config "$src"
is 'may ask' "$(redis keys 'from-the-tree:*' | wc -l)" 17
holds 'with all it says' [ "$(redis ttl "$(redis keys 'from-the-tree:*' | head -n 1)")" -le 7200 ]
machine three
run 'again' 1 check --trust-config "$src"
is 'and is given' "$(hits remote)" 17

# A configuration of the user's own.
redis flushall >/dev/null
sed 's/from-the-tree/from-outside/' "$src/.cfgfs.yaml" >"$work/config.yaml"
machine four
run 'a file outside the tree' 1 check --config "$work/config.yaml" "$src"
# The tree's own is a file like any other then.
is 'may ask' "$(redis keys 'from-outside:*' | wc -l)" 18
cp "$work/config.yaml" "$src/other.yaml"
redis flushall >/dev/null
machine five
run 'one inside of it' 1 check --config "$src/other.yaml" "$src"
is 'may not' "$(redis dbsize)" 0
says 'and is told' 'ignored: untrusted' "$work/err"
run 'one that is not there' 2 check --config "$work/none" "$src"
rm "$src/other.yaml"

# The environment counts more.
machine six
export CFGFS_REMOTE_NAMESPACE=environment
run 'the environment' 1 check --trust-config "$src"
is 'counts more' "$(redis keys 'environment:*' | wc -l)" 17
machine seven
CFGFS_REMOTE=off run 'off' 1 check --trust-config "$src"
is 'switches it off' "$(hits remote)" 0
is 'without a word' "$(wc -c <"$work/err")" 0
unset CFGFS_REMOTE_NAMESPACE

# broken WHAT TEXT: the published schema knows the key.
broken() {
	printf 'cache: {remote: {%s}}\n' "$2" >"$src/.cfgfs.yaml"
	run "$1" 2 check "$src/.cfgfs.yaml"
	says "$1" "^$src/.cfgfs.yaml:1" "$work/out"
}
broken 'no address' 'read_only: true'
broken 'a key that it does not know' 'url: redis://x, password: y'
broken 'another address' 'url: http://x'
broken 'a relative key file' 'url: redis://x, key_file: key'
broken 'no switch' 'url: redis://x, read_only: 1'
broken 'no deadline' 'url: redis://x, answer: soon'
exit 0
