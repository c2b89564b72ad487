#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may do what: without capabilities nothing, in a user namespace of one's
# own reading, and changes only when the administrator has said so (module
# parameter userns).
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool setpriv unshare
topology 1
load "rule add proto udp drop comment r"

readonly PARAMETER=/sys/module/brfw/parameters/userns

# Others may not be able to reach the tree that fwctl was built in.
chmod 755 "$TMP"
cp "$FWCTL" "$TMP/fwctl"
chmod 755 "$TMP/fwctl"

# as_nobody COMMAND...: in the namespace of the bridge, without capabilities
as_nobody() {
	ip netns exec "$BR" setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$@"
}

# as_ns_root COMMAND...: an ordinary user as root of new user and network
# namespaces
as_ns_root() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare --user --map-root-user --net "$@"
}

# refused COMMAND...: it must be a matter of permission
refused() {
	local rc=0

	FW_ERROR=$("$@" 2>&1) || rc=$?
	equal "exit status" 1 "$rc"
	contains "message" "fwctl: " "$FW_ERROR"
	[[ $FW_ERROR == *ermi* || $FW_ERROR == *CAP_NET_ADMIN* || $FW_ERROR == *root* ]] || {
		say "$FW_ERROR"
		return 1
	}
}

test_root() {
	ip netns exec "$BR" "$TMP/fwctl" rule show >"$TMP/out"
	contains "rule" '"r"' "$(sed 's/comment r$/comment "r"/; s/comment r /comment "r" /' "$TMP/out")"
}

test_nobody() {
	as_nobody true
	refused as_nobody "$TMP/fwctl" rule show
	refused as_nobody "$TMP/fwctl" info show
	refused as_nobody "$TMP/fwctl" policy show
	refused as_nobody "$TMP/fwctl" rule add proto tcp drop
	refused as_nobody "$TMP/fwctl" ruleset flush
	refused as_nobody "$TMP/fwctl" policy set forward drop
	refused as_nobody "$TMP/fwctl" counter reset
	refused as_nobody "$TMP/fwctl" zone set bridge br0 17
	refused as_nobody "$TMP/fwctl" zone delete bridge br0
	refused as_nobody "$TMP/fwctl" zone show
	nl 0 count
	equal "rules" "4 0" "$NL_REPLY"
}

need_userns() {
	as_ns_root true 2>/dev/null || skip "no user namespaces for ordinary users here"
}

# The script in the inner namespace: one call, several commands.
# shellcheck disable=SC2016 # the inner shell expands it
readonly WRITES='
"$0" rule add proto tcp drop 2>&1
echo add $?
"$0" policy set forward drop 2>&1
echo policy $?
"$0" zone set bridge br0 17 2>&1
echo zone $?
"$0" ruleset flush 2>&1
echo flush $?
"$0" rule show
echo show $?'

test_userns_reads_only() {
	need_userns
	equal "userns" N "$(sed 'y/0/N/' "$PARAMETER")"
	as_ns_root sh -c "$WRITES" "$TMP/fwctl" >"$TMP/out"
	sed 's/^/# /' "$TMP/out"
	equal "results" "add 1 policy 1 zone 1 flush 1 show 0" \
		"$(grep -E '^(add|policy|zone|flush|show) [0-9]' "$TMP/out" | xargs)"
}

# A user namespace is no way into a network namespace of somebody else.
test_userns_in_foreign_netns() {
	need_userns
	refused ip netns exec "$BR" setpriv --reuid 65534 --regid 65534 \
		--clear-groups unshare --user --map-root-user "$TMP/fwctl" rule show
	refused ip netns exec "$BR" setpriv --reuid 65534 --regid 65534 \
		--clear-groups unshare --user --map-root-user "$TMP/fwctl" \
		rule add proto tcp drop
	nl 0 count
	equal "rules" "4 0" "$NL_REPLY"
}

test_userns_allowed() {
	need_userns
	[ -w "$PARAMETER" ] || skip "the parameter userns can't be changed"
	local old

	old=$(<"$PARAMETER")
	echo 1 >"$PARAMETER"
	as_ns_root sh -c "$WRITES" "$TMP/fwctl" >"$TMP/out" || :
	echo "$old" >"$PARAMETER"
	sed 's/^/# /' "$TMP/out"
	equal "results" "add 0 policy 0 zone 0 flush 0 show 0" \
		"$(grep -E '^(add|policy|zone|flush|show) [0-9]' "$TMP/out" | xargs)"
}

# Even root of its own namespaces is bound to a lower limit.
test_userns_limit() {
	local limit own

	need_userns
	limit=$(</sys/module/brfw/parameters/max_rules_userns)
	own=$(as_ns_root "$TMP/fwctl" -j info show | tr ',{}' '\n' |
		sed -n 's/.*"max-rules": *//p')
	equal "limit of rules" "$limit" "$own"
	[ "$limit" -lt "$(</sys/module/brfw/parameters/max_rules)" ]
}

check "root may (control)" test_root
check "without capabilities nothing is allowed" test_nobody
check "a user namespace may read its own, not change it" test_userns_reads_only
check "a user namespace reaches no other network namespace" test_userns_in_foreign_netns
check "with userns=1 it may change its own" test_userns_allowed
check "its limit of rules is lower" test_userns_limit
run_checks
