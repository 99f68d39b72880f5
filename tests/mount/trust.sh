#!/bin/sh
# Whoever can write to the tree tries to make a trusted configuration weaker.
# Each attempt must end as the one without tricks: denied.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
mkdir "$src/app" "$src/free" "$src/schemas"
echo '{"type": "object", "required": ["port"], "properties": {"port": {"type": "integer"}}}' \
	>"$work/port.json"
echo '{}' >"$src/schemas/all.json"
mkdir "$work/trusted"
cp "$work/port.json" "$work/trusted/port.json"
cat >"$work/config.yaml" <<'END'
schemas:
  - {files: ["app/**"], schema: "https://trusted.example/port.json"}
formats:
  - {files: ["app/*.conf"], format: ini}
ignore: ["free/**"]
suppress:
  - {files: ["app/known.yaml"], rules: ["schema/*"], reason: known}
END

denied() {
	! t cat "$mnt/$2" >"$work/got" 2>"$work/why" || fail "$1: $2 is served"
	[ ! -s "$work/got" ] || fail "$1: bytes came"
}
reads() { t cat "$mnt/$2" >"$work/got" || fail "$1: $2 is denied"; }

# denied_link WHAT LINK TARGET
denied_link() {
	ln -s "$3" "$src/$2"
	denied "a link: $1" "$2"
	! t readlink "$mnt/$2" >/dev/null 2>&1 || fail "a link: $1: $2 is told"
	rm "$src/$2"
}

# attempt WHAT FILE <CONTENT: it must be denied.
attempt() {
	cat >"$src/$2"
	denied "$1" "$2"
	rm "$src/$2"
}

trusting() {
	mount_source -o "$1,config=$work/config.yaml,map=https://trusted.example/=$work/trusted"
	echo 'port: 80' >"$src/app/a.yaml"
	reads 'a good file' app/a.yaml
	echo 'port: x' | attempt 'a bad one' app/b.yaml
	attempt 'a modeline: none' app/c.yaml <<'END'
# yaml-language-server: $schema=none
port: x
END
	attempt 'a modeline: its own' app/d.yaml <<'END'
# yaml-language-server: $schema=../schemas/all.json
port: x
END
	echo '{"$schema": "none", "port": "x"}' | attempt 'a key: none' app/e.json
	echo '{"$schema": "../schemas/all.json", "port": "x"}' |
		attempt 'a key: its own' app/f.json
	echo '{"$schema": "https://json-schema.org/draft/2020-12/schema", "port": "x"}' |
		attempt 'says that it is a schema' app/g.json
	printf '!x\nport: x\n' | attempt 'a tag before all of it' app/t.yaml
	printf 'port: !x eighty\n' | attempt 'a tag before a value' app/u.yaml
	mkfifo "$src/app/pipe.yaml"
	denied 'a pipe' app/pipe.yaml
	rm "$src/app/pipe.yaml"
	attempt 'in one of its documents' app/h.yaml <<'END'
port: 80
---
# yaml-language-server: $schema=none
port: x
END
	attempt 'a comment for the file' app/i.yaml <<'END'
# cfgfs: disable-file=schema/type -- trust me
port: x
END
	attempt 'a comment for the line' app/j.yaml <<'END'
port: x # cfgfs: disable-line=schema/*
END
	attempt 'another format by vim' app/k.yaml <<'END'
# vim: set filetype=dosini :
port = x
END
	attempt 'another format by emacs' app/l.json <<'END'
{"port": "x"}
// -*- mode: toml -*-
END
	attempt 'a template is nobody who was judged' app/m.yaml <<'END'
port: {{ .Values.port }}
END
	attempt 'a template in a comment' app/n.yaml <<'END'
# {{ if true }}
port: x
# {{ end }}
END
	printf 'port: 80\0x' | attempt 'binary' app/o.yaml
	printf 'port\0' | attempt 'binary, of a format by configuration' app/p.conf
	printf '[unclosed' | attempt 'content that looks like none' app/q.conf

	printf 'app/\n*\n' >"$src/.cfgfsignore"
	cat >"$src/.cfgfs.yaml" <<'END'
ignore: ["**"]
schemas: [{files: ["**"], schema: none}]
suppress: [{files: ["**"], rules: ["schema/*"]}]
baseline: .cfgfs-baseline.json
policy: [{files: ["**"], on_invalid: serve}]
map: {"https://trusted.example/": schemas}
END
	echo 'port: x' | attempt 'ignore files and a configuration' app/b.yaml
	cp "$src/schemas/all.json" "$src/schemas/port.json"
	echo 'port: x' | attempt 'another schema under that URL' app/r.yaml
	rm "$src/.cfgfsignore" "$src/.cfgfs.yaml" "$src/schemas/port.json"
	echo '{' >"$src/.cfgfs-baseline.json"
	denied 'a baseline is a file as any other' .cfgfs-baseline.json
	rm "$src/.cfgfs-baseline.json"

	# What is ignored may be served, but not under a name that is not.
	echo 'port: x' >"$src/free/x.yaml"
	reads 'ignored by the trusted one' free/x.yaml
	mv "$src/free/x.yaml" "$src/app/x.yaml"
	denied 'renamed' app/x.yaml
	mv "$src/app/x.yaml" "$src/free/x.yaml"
	ln "$src/free/x.yaml" "$src/app/hard.yaml"
	denied 'by a second name' app/hard.yaml
	rm "$src/app/hard.yaml"
	mv "$src/app" "$src/was" && mv "$src/free" "$src/app"
	denied 'by another folder' app/x.yaml
	mv "$src/app" "$src/free" && mv "$src/was" "$src/app"
	echo 'port: 1' >"$work/outside.yaml"
	denied_link 'out of the tree' app/link.yaml "$work/outside.yaml"
	denied_link 'out by steps' app/link.yaml ../../outside.yaml
	denied_link 'to what is ignored' app/link.yaml ../free/x.yaml
	echo 'port: x' >"$src/app/notes.txt"
	denied_link 'to what has no format' app/link.yaml notes.txt
	mkdir "$src/notes"
	echo 'port: x' >"$src/notes/x.yaml"
	reads 'valid where no schema is' notes/x.yaml
	denied_link 'to what has another schema' app/link.yaml ../notes/x.yaml
	rm -r "$src/notes"
	mkdir "$src/app/step"
	denied_link 'a step back behind a name' app/link.yaml step/../a.yaml
	rmdir "$src/app/step"
	mv "$src/app" "$src/was" && mv "$src/free" "$src/other"
	ln -s other "$src/app"
	denied 'a folder swapped for a link' app/x.yaml
	rm "$src/app"
	mv "$src/other" "$src/free" && mv "$src/was" "$src/app"
	ln -s a.yaml "$src/app/link.yaml"
	reads 'a link to what is judged alike' app/link.yaml
	ln -sfn "$src/app/a.yaml" "$src/app/full.yaml"
	reads 'by the full path of the tree' app/full.yaml
	echo 'port: x' >"$src/app/bad.yaml"
	ln -s bad.yaml "$src/app/to_bad.yaml"
	denied 'a link to what is denied' app/to_bad.yaml
	rm "$src/app/link.yaml" "$src/app/full.yaml" "$src/app/to_bad.yaml" \
		"$src/app/bad.yaml" "$src/app/notes.txt"

	# What the trusted one lets pass.
	echo 'port: x' >"$src/app/known.yaml"
	reads 'suppressed by the trusted one' app/known.yaml
	rm "$src/app/known.yaml"
	unmount
}
trusting on_invalid=deny
trusting on_invalid=lastgood

# Nobody is trusted: the tree's own configuration cannot take away what is
# checked without any.
echo 'a: [' >"$src/app/a.yaml"
echo 'a: 1' >"$src/app/b.yaml"
echo '**' >"$src/.cfgfsignore"
cat >"$src/.cfgfs.yaml" <<'END'
ignore: ["**"]
suppress: [{files: ["**"], rules: ["key/*"]}]
policy: [{files: ["**"], on_invalid: serve}]
END
mount_source -o on_invalid=deny
says 'it is told' "'policy' in .cfgfs.yaml is not used" "$work/err"
denied 'syntax' app/a.yaml
reads 'what is good' app/b.yaml
printf 'a: 1\na: 2\n' >"$src/app/b.yaml"
denied 'a duplicate key, suppressed by the tree' app/b.yaml
unmount

# Without patterns folders may be links, but for names that tell a format.
echo 'a: 1' >"$src/app/b.yaml"
printf '[unclosed' >"$src/app/c.conf"
ln -s app "$src/current"
ln -s app "$src/systemd"
mount_source -o on_invalid=deny
reads 'by a folder' current/b.yaml
denied 'by a folder, syntax' current/a.yaml
denied 'a folder that tells a format' systemd/c.conf
rm "$src/current" "$src/systemd" "$src/app/c.conf"
unmount

# A schema that is required is not one that the tree chooses.
mkdir "$src/any"
echo 'a: 1' >"$src/any/a.yaml"
cp "$src/.cfgfs.yaml" "$work/before.yaml"
echo 'schemas: [{files: ["any/**"], schema: schemas/all.json}]' >"$src/.cfgfs.yaml"
mount_source --require-schema -o on_invalid=deny
denied 'a required schema by the tree' any/a.yaml
unmount
mount_source --require-schema -o on_invalid=deny,trust-config
reads 'a required schema by a trusted one' any/a.yaml
unmount
echo 'schemas: [{when: {a: 1}, schema: schemas/all.json}]' >"$src/.cfgfs.yaml"
mount_source --require-schema -o on_invalid=deny
denied 'a required schema by the tree and content' any/a.yaml
unmount
cp "$work/before.yaml" "$src/.cfgfs.yaml"

# The tree's own is trusted when an option says so; other files are not.
mount_source -o on_invalid=deny,trust-config
reads 'ignored' app/a.yaml
cat >"$src/.cfgfs.yaml" <<'END'
policy:
  - {files: ["app/soft/**"], on_invalid: serve}
  - {files: ["app/narrow/*.yaml"], on_invalid: serve}
  - {files: ["app/good/**"], on_invalid: lastgood}
END
denied 'ignore files do not count' app/a.yaml
mkdir "$src/app/hidden"
ln -s ../soft/a.yaml "$src/app/hidden/a.yaml"
ln -s soft "$src/app/by"
mkdir "$src/app/narrow"
cp "$src/app/a.yaml" "$src/app/narrow/a.yaml"
ln -s narrow "$src/app/wide"
mkdir "$src/app/soft" "$src/app/good"
cp "$src/app/a.yaml" "$src/app/soft/a.yaml"
reads 'served by its policy' app/soft/a.yaml
denied 'a link to what has another policy' app/hidden/a.yaml
denied 'a link to a folder that has another policy' app/by/a.yaml
reads 'served by a narrow policy' app/narrow/a.yaml
denied 'a link to a folder with a narrow policy' app/wide/a.yaml
rm -r "$src/app/hidden" "$src/app/by" "$src/app/narrow" "$src/app/wide"
echo 'a: 1' >"$src/app/good/a.yaml"
reads 'good' app/good/a.yaml
echo 'a: [' >"$src/app/good/a.yaml"
is 'last good by its policy' "$(t cat "$mnt/app/good/a.yaml")" 'a: 1'
unmount

# A broken one says nothing: what the command line says is in force.
printf 'policy: [{files: ["**"], on_invalid: serve}]\nignore: 1\n' >"$src/.cfgfs.yaml"
mount_source -o on_invalid=deny,trust-config
denied 'under a broken configuration' app/a.yaml
unmount
echo 'nonsense: 1' >"$work/config.yaml"
"$cfgfs" mount -f -o "config=$work/config.yaml" "$src" "$mnt" >"$work/out" 2>"$work/err"
is 'a broken one from outside: exit status' $? 2
says 'why' "config.yaml:1:1: error: unknown key 'nonsense'" "$work/err"
says 'and what' 'is invalid: nothing is mounted' "$work/err"

# Policy by pattern alone protects, too.
cat >"$src/.cfgfs.yaml" <<'END'
policy:
  - {files: ["app/good/**"], on_invalid: lastgood}
END
mount_source -o trust-config
reads 'no policy' app/a.yaml
is 'last good after a restart' "$(t cat "$mnt/app/good/a.yaml")" 'a: 1'

# A worker that comes after another knows of no policy in a broken one.
echo 'policy: 3' >"$src/.cfgfs.yaml"
is 'the last good configuration' "$(t cat "$mnt/app/good/a.yaml")" 'a: 1'
kill_worker
wait "$daemon"
is 'nothing is served then' $? 2
daemon=
fails 'it is gone' is_mounted "$mnt"
