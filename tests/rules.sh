#!/bin/sh
# Every rule that the sources name stands in the one table, validate/rule.c,
# and every one of the table is named elsewhere.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2
table=validate/rule.c
failed=0

# What looks like a rule in the sources and is none.
is_other() {
	case $1 in
	git/config | application/json) return 0 ;;
	schema/*) grep -q "\"${1#schema/}\"" validate/schema/keyword.c ;;
	*) return 1 ;;
	esac
}

for rule in $(grep -rh --include='*.c' --exclude=rule.c . validate fs tools |
	grep -v '^#include' | grep -oE '"[a-z]+/[a-z][A-Za-z0-9-]*"' |
	tr -d '"' | sort -u); do
	grep -q "^	\"$rule\",$" $table && continue
	is_other "$rule" && continue
	echo "'$rule' is not in $table: add it there"
	failed=1
done
for rule in $(sed -n 's/^	"\([a-z]*\/[a-zA-Z0-9-]*\)",$/\1/p' $table |
	sort -u); do
	grep -rqF "\"$rule\"" --include='*.c' --exclude=rule.c validate fs \
		tools && continue
	echo "'$rule' of $table is named nowhere: take it out"
	failed=1
done
exit $failed
