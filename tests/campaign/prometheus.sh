#!/bin/sh
# Debian's prometheus, running from a mount with on_invalid=lastgood: its
# configuration is edited in the source, a third of the edits broken (syntax,
# schema), and reloaded by SIGHUP after each.
#
#   sh tests/campaign/prometheus.sh BUILD [EDITS]
#
# Every reload must succeed, with the newest valid version. Needs root or
# fusermount3, curl, and prometheus: in the PATH, or $PROMETHEUS (apt-get
# download prometheus; dpkg-deb -x). Not part of the tests: it is 100 MB.
CFGFS=$(realpath "${1:?usage: prometheus.sh BUILD [EDITS]}")/tools/cfgfs
HELPER=none
export CFGFS HELPER
here=$(dirname "$(realpath "$0")")
# What is sourced looks for its neighbours beside this script.
case $0 in
/*) ;;
*) exec sh "$here/prometheus.sh" "$@" ;;
esac
. "$here/../mount/lib.sh"
edits=${2:-1000}
prometheus=${PROMETHEUS:-prometheus}
command -v "$prometheus" >/dev/null && command -v curl >/dev/null || {
	echo 'skipped: no prometheus or no curl' >&2
	exit 77
}
export XDG_STATE_HOME="$work/state"
port=$((20000 + $$ % 20000))
address=127.0.0.1:$port

mkdir "$src/s"
cat >"$src/s/prometheus.json" <<'END'
{"type": "object", "required": ["global"], "additionalProperties": false,
 "properties": {
  "global": {"type": "object", "additionalProperties": false, "properties": {
   "scrape_interval": {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"},
   "external_labels": {"type": "object", "additionalProperties": {"type": "string"}}}},
  "scrape_configs": {"type": "array", "items": {"type": "object", "required": ["job_name"]}}}}
END
printf 'schemas:\n  - {files: ["prometheus.yml"], schema: s/prometheus.json}\n' >"$src/.cfgfs.yaml"

# config NUMBER [INTERVAL [MORE]]
config() {
	printf 'global:\n  scrape_interval: %s\n  external_labels:\n    edit: "n%d"\n%s\n' \
		"${2:-1h}" "$1" "${3:-}"
}
config 0 >"$src/prometheus.yml"
mount_source -o on_invalid=lastgood
"$prometheus" --config.file="$mnt/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
	--web.listen-address=$address >"$work/log" 2>&1 &
service=$!
trap 'kill $service 2>/dev/null; clean_up' EXIT
metric() { curl -s "http://$address/metrics" | sed -n "s/^$1 //p"; }
is_up() { [ "$(metric prometheus_config_last_reload_successful)" = 1 ]; }
until_holds 'prometheus is up' is_up

loads() { grep -c 'Loading configuration file' "$work/log"; }
dones() { grep -c 'Completed loading of configuration file\|Error loading config' "$work/log"; }
has_loaded() { [ "$(dones)" -ge "$1" ]; }
edit=0
good=0
while [ $edit -lt "$edits" ]; do
	edit=$((edit + 1))
	case $((edit % 12)) in
	3) config $edit | sed 's/"n/"n"/' >"$src/prometheus.yml" ;;
	6) config $edit hourly >"$src/prometheus.yml" ;;
	9) config $edit 1h 'scrape_configs: [{}]' >"$src/new" && mv "$src/new" "$src/prometheus.yml" ;;
	0) config $edit | head -c 40 >"$src/prometheus.yml" ;;
	1 | 2 | 4) good=$edit && config $edit >"$src/prometheus.yml" ;;
	*) good=$edit && config $edit >"$src/new" && mv "$src/new" "$src/prometheus.yml" ;;
	esac
	before=$(dones)
	kill -HUP $service
	until_holds "reload $edit" has_loaded $((before + 1))
	now=$(curl -s "http://$address/api/v1/status/config" | sed -n 's/.*edit: *\(n[0-9]*\).*/\1/p')
	is "after edit $edit" "$now" "n$good"
done
fails 'a reload failed' grep -q 'Error loading config' "$work/log"
echo "$edits edits, $(loads) loads, none failed, $(status cache.misses) contents judged"
kill $service
wait $service
trap clean_up EXIT
unmount
