# The text format of Prometheus, strictly: HELP and TYPE before the samples of
# each metric, which stand together; counters end in _total and nothing else
# does; no timestamps; no sample twice. Prints what is wrong; nothing is good.
function wrong(why) { print FILENAME ":" FNR ": " why ": " $0; bad = 1 }
BEGIN { name_form = "^[a-zA-Z_:][a-zA-Z0-9_:]*$" }
/^$/ { wrong("empty line"); next }
/^# HELP / {
	if ($3 !~ name_form || $4 == "") wrong("HELP")
	if ($3 in helped) wrong("HELP twice")
	helped[$3] = 1
	next
}
/^# TYPE / {
	if (!($3 in helped)) wrong("TYPE without HELP")
	if ($3 in type) wrong("TYPE twice")
	if (NF != 4 || $4 !~ /^(counter|gauge)$/) wrong("TYPE")
	if (($4 == "counter") != ($3 ~ /_total$/)) wrong("name of a counter")
	type[$3] = $4
	current = $3
	next
}
/^#/ { wrong("comment"); next }
{
	if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) { wrong("sample"); next }
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	if (name != current) wrong("sample away from its TYPE")
	if (name !~ /^cfgfs_/) wrong("name")
	if (rest ~ /^\{/) {
		if (!match(rest, /^\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*",?)*\}/)) {
			wrong("labels")
			next
		}
		labels = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
	} else
		labels = ""
	if (rest !~ /^ [0-9]+(\.[0-9]+)?$/) wrong("value, or a timestamp")
	if ((name labels) in seen) wrong("sample twice")
	seen[name labels] = 1
	sampled[name] = 1
}
END {
	for (name in type) if (!(name in sampled)) { print name ": no sample"; bad = 1 }
	if (NR == 0) { print "empty"; bad = 1 }
	exit bad
}
