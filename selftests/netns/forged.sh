#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Answers and notices that aren't the kernel's. Who has CAP_NET_ADMIN in the
# namespace can send such, and that may be root of a container.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool setpriv
topology 1

# Others may not be able to reach the tree that these were built in.
chmod 755 "$TMP"
cp "$FWCTL" "$TMP/fwctl"
cp "$BRFW_HELPERS/forge" "$TMP/forge"
chmod 755 "$TMP/fwctl" "$TMP/forge"

load
fw zone set bridge br0 17
readonly ZONES="zone set bridge br0 17"

forge() {
	ip netns exec "$BR" "$TMP/forge" "$@" 2>"$TMP/forger"
}

as_nobody() {
	ip netns exec "$BR" setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$@"
}

# It floods the socket from before there is one until it is closed.
test_answers() {
	local i seen=0

	for ((i = 0; i < 50; i++)); do
		equal "zones" "$ZONES" "$(forge answers "$TMP/fwctl" zone show)"
		[[ $(<"$TMP/forger") != *"Connection refused"* ]] || seen=$((seen + 1))
	done
	say "$(<"$TMP/forger"), its socket was met $seen times"
	[ "$seen" -gt 0 ]
}

# Whatever is changed is changed.
test_change() {
	forge answers "$TMP/fwctl" zone set bridge br0 18
	equal "zones" "zone set bridge br0 18" "$(fw zone show)"
	forge answers "$TMP/fwctl" zone set bridge br0 17
	equal "zones" "$ZONES" "$(fw zone show)"
}

notices_seen() {
	[ "$(grep -c 'zones 1 ' "$TMP/events")" -ge "$1" ]
}

test_notices() {
	local monitor

	"$FWCTL" -n "$BR" monitor >"$TMP/events" 2>"$TMP/monitor" &
	monitor=$!
	wait_for listens "$monitor"
	forge notices 20
	contains "forger" "20 sent" "$(<"$TMP/forger")"
	fw zone set bridge br0 18
	fw zone set bridge br0 17
	wait_for notices_seen 2
	kill "$monitor"
	wait "$monitor" || :
	equal "lines" 4 "$(wc -l <"$TMP/events")"
	equal "forged" 0 "$(grep -c 4242 "$TMP/events" || :)"
	equal "errors" "" "$(<"$TMP/monitor")"
}

# More than the buffer of who doesn't read holds: the loss is told.
test_flood() {
	local monitor

	"$FWCTL" -n "$BR" monitor >"$TMP/events" 2>"$TMP/monitor" &
	monitor=$!
	wait_for listens "$monitor"
	kill -STOP "$monitor"
	forge notices 20000
	fw zone set bridge br0 18
	fw zone set bridge br0 17
	kill -CONT "$monitor"
	wait_for grep -q "events were lost" "$TMP/monitor"
	kill "$monitor"
	wait "$monitor" || :
	equal "forged" 0 "$(grep -c 4242 "$TMP/events" || :)"
}

# Who has no capabilities can't even send.
test_nobody() {
	as_nobody "$TMP/forge" notices 5 2>"$TMP/forger" || :
	contains "forger" "0 sent, Operation not permitted" "$(<"$TMP/forger")"
}

check "answers of another process are not believed" test_answers
check "nor do they keep a change from being made, or told" test_change
check "notices of another process are not believed" test_notices
check "a flood of them is told as a loss" test_flood
check "an ordinary user can send none" test_nobody
run_checks
