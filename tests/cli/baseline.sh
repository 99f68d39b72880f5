#!/bin/sh
# The life of a baseline, and the other ways to suppress findings.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
baseline=$src/.cfgfs-baseline.json

# Written, it has no effect until something names it.
run 'write: one file cannot be read at all' 1 check --write-baseline "$src"
says 'where' '^cfgfs: wrote .*/.cfgfs-baseline.json: 9 entries for 5 files$' "$work/err"
says 'what to do with it' '^  baseline: .cfgfs-baseline.json$' "$work/err"
says 'what is left' '^20 files: 17 valid, 1 invalid, 2 skipped; 1 error; 10 suppressed ' "$work/out"
is 'broken syntax is left' "$(grep -c ': error: ' "$work/out")" 1
says 'counts' '"schema/enum": 2' "$baseline"
grep -q 'syntax/' "$baseline" && fail 'broken syntax is in the baseline'
run 'nobody names it' 1 check "$src"
says 'all is shown' '^20 files: 12 valid, 6 invalid, 2 skipped; 1' "$work/out"
run 'by the command line' 1 check --baseline "$baseline" "$src"
says 'suppressed' '; 10 suppressed ' "$work/out"

# By the configuration, from the cache too.
echo 'baseline: .cfgfs-baseline.json' >>"$src/.cfgfs.yaml"
echo '{}' >"$src/web/features.json"
run 'mended' 0 check "$src"
run 'mended, from the cache' 0 check "$src"
says 'cached' '; 10 suppressed (17 from the cache' "$work/out"
is 'nothing to say' "$(cat "$work/err")" ''
run 'without' 1 check --no-suppressions "$src"
run 'json' 0 check -f json "$src"
says 'in all' '"suppressed": 10}' "$work/out"
says 'of a file' '"path": "web/admin.yaml".* "suppressed": 3,' "$work/out"
run 'explain' 0 explain "$src/web/admin.yaml"
says 'the baseline' '^  baseline *\.cfgfs-baseline\.json, 3 rules$' "$work/out"
says 'how many' '^  suppressed *3: 3 by the baseline$' "$work/out"

# One more of a rule, and all of them are shown.
cp "$src/experiment/shear.yaml" "$work/shear"
sed -i 's/^analysis_mode:.*/&\nanalysis_mode: x/' "$src/experiment/shear.yaml"
run 'a new finding' 1 check "$src"
cp "$work/shear" "$src/experiment/shear.yaml"

# What is mended is told, taken out, and does not come back.
sed -i 's/databse/database/' "$src/web/admin.yaml"
rm "$src/db/replica.ini"
run 'mended' 0 check "$src"
says 'told' "^cfgfs: 2 entries of the baseline are out of date; run 'cfgfs check --prune-baseline'" "$work/err"
run 'a part of the tree' 0 check --root "$src" "$src/web"
says 'only what was looked at' '^cfgfs: 1 entry of the baseline is out of date' "$work/err"
run 'syntax alone says nothing about schemas' 0 check -l fast "$src/deploy" --root "$src"
is 'nothing to say' "$(cat "$work/err")" ''
run 'prune' 0 check --prune-baseline "$src"
says 'told' '^cfgfs: 2 entries of .* lowered or taken out$' "$work/err"
grep -q 'replica\|additionalProperties' "$baseline" && fail 'still there'
run 'pruned' 0 check "$src"
is 'nothing to say' "$(cat "$work/err")" ''
cp "$baseline" "$work/pruned"
run 'prune again' 0 check --prune-baseline "$src"
is 'nothing changes' "$(cat "$baseline")" "$(cat "$work/pruned")"
sed -i 's/database/databse/' "$src/web/admin.yaml"
run 'back again' 1 check "$src"

# Of a part of the tree, the rest is kept.
run 'a part is written' 0 check --root "$src" --write-baseline "$src/web"
says 'the new one' 'additionalProperties' "$baseline"
says 'an old one' 'cluster.yaml' "$baseline"
grep -q 'to use it' "$work/err" && fail 'it is in use already'
sed -i 's/databse/database/' "$src/web/admin.yaml"
run 'lowered' 0 check --prune-baseline "$src"

# The same bytes whatever order; and elsewhere.
run 'elsewhere' 0 check --write-baseline="$work/other.json" "$src"
says 'how to use it' "check with --baseline '.*/other.json'" "$work/err"
is 'stable' "$(cat "$work/other.json")" "$(cat "$baseline")"
is 'permissions' "$(stat -c %a "$work/other.json")" 644
run 'outside the tree' 0 check --baseline "$work/other.json" "$src"
(cd "$work" && timeout -s KILL 60 "$cfgfs" check --baseline other.json src >out 2>err) ||
	fail 'named from the working directory'

# Broken: told with its place, and the rest is checked.
sed -i 's/"schema\/type": 1/"schema\/type": x/' "$baseline"
run 'broken' 2 check "$src"
says 'the place' '^cfgfs: .*: the baseline cannot be used: .cfgfs-baseline.json:[0-9]*:[0-9]*: ' "$work/err"
run 'broken, and pruned' 2 check --prune-baseline "$src"
run 'written anew' 0 check --write-baseline "$src"
rm "$baseline"
run 'gone' 2 check "$src"
says 'what to do' "does not exist; write it with 'cfgfs check --write-baseline'" "$work/err"
run 'both' 2 check --write-baseline --prune-baseline "$src"
run 'two trees' 2 check --write-baseline "$src" "$work"
run 'standard input' 2 check --write-baseline -
run 'contradiction' 2 check --write-baseline --no-suppressions "$src"
run 'cannot be written' 2 check --write-baseline="$work/none/x.json" "$src"
run 'and again' 0 check --write-baseline "$src"
find "$src" -name '*.json.*' | grep . && fail 'a temporary file stays'

# What a tree holds does not say what else is overwritten.
cp "$baseline" "$work/good"
rm "$baseline"
echo keep >"$work/victim"
mkdir "$work/elsewhere"
ln -s "$work/victim" "$baseline"
run 'a link out, by default' 2 check --write-baseline --root "$src" "$src"
run 'a link out, by name' 2 check --write-baseline="$baseline" "$src"
says 'why' 'leads out of the tree' "$work/err"
sed -i 's/^baseline:.*/baseline: away.json/' "$src/.cfgfs.yaml"
ln -s "$work/victim" "$src/away.json"
run 'a link out, by configuration' 2 check --write-baseline "$src"
ln -s "$work/elsewhere" "$src/away"
sed -i 's/^baseline:.*/baseline: away\/new.json/' "$src/.cfgfs.yaml"
run 'a folder that is a link out' 2 check --write-baseline "$src"
sed -i '/^baseline:/d' "$src/.cfgfs.yaml"
run 'nothing names one: the default' 2 check --write-baseline "$src"
says 'why' "cannot write .*: it leads out of the tree" "$work/err"
is 'what it leads to' "$(cat "$work/victim")" keep
is 'nothing elsewhere' "$(ls "$work/elsewhere")" ''
rm "$baseline" "$src/away" "$src/away.json"
mkfifo "$work/pipe"
run 'no file' 2 check --write-baseline="$work/pipe" "$src"
says 'why' 'it is not a regular file' "$work/err"
holds 'it is still a pipe' test -p "$work/pipe"
cp "$work/good" "$src/real.json"
ln -s real.json "$baseline"
run 'a link that stays in the tree' 0 check --write-baseline "$src"
holds 'it is still a link' test -L "$baseline"
rm "$baseline" "$src/real.json"

# Comments and configuration, and links, which are files of another kind.
rm -rf "$src"
mkdir "$src"
printf 'a: yes # cfgfs: disable-line=yaml/ambiguous\n' >"$src/a.yaml"
printf '{"a": 1, "a": 2}' >"$src/b.json"
ln -s /nowhere/at/all "$src/link"
run 'before' 1 check --fail-on warning "$src"
cat >"$src/.cfgfs.yaml" <<-'END'
	suppress:
	  - {files: ["*.json"], rules: [key/duplicate], reason: as its program wants}
	  - {files: [link], rules: ["link/*"]}
END
run 'after' 0 check --fail-on warning "$src"
says 'all three' '^4 files: 4 valid; 3 suppressed ' "$work/out"
run 'explain' 0 explain "$src/b.json"
says 'where and why' 'suppressed by .cfgfs.yaml:2 (\*.json) (as its program wants)' "$work/out"
says 'how many' 'suppressed *1: 1 by .cfgfs.yaml' "$work/out"
run 'all is shown' 1 check --no-suppressions "$src"
says 'the link' 'link: warning: .*\[link/outside\]\|link:1:1: warning' "$work/out"
sed -i 's/link\/\*/link\/dangeling/' "$src/.cfgfs.yaml"
run 'an unknown rule' 2 check "$src"
says 'the nearest' "did you mean 'link/dangling'" "$work/out"
