#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A firewall (the bridge, F1) between a client U3 and a server U1.
#
#   U3 192.0.2.3 (h3) --- p3 [br0] p1 --- 192.0.2.1 (h1) U1
#                             p2 --- 192.0.2.2 (h2) U2
#
# ByPass: a direct request that the rules forbid fails, by timeout since they
# say drop. Simple: a request to one port goes through to U1.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool socat
topology 3
addresses 1 2 3

readonly RULES="policy set bridge br0 forward drop
rule add bridge br0 prio 1 ethertype arp accept comment arp
rule add bridge br0 prio 10 in p3 out p1 daddr 192.0.2.1 proto tcp dport 9000 accept comment to
rule add bridge br0 prio 10 in p1 out p3 saddr 192.0.2.1 proto tcp sport 9000 accept comment back"

test_control() {
	fw ruleset flush
	ask 3 192.0.2.1 80
	equal "answer" "from u1 80 hello" "$ANSWER"
	ask 3 192.0.2.1 9000
	equal "answer" "from u1 9000 hello" "$ANSWER"
}

test_bypass() {
	load "$RULES"
	ask 3 192.0.2.1 80 1
	equal "answer" "" "$ANSWER"
	contains "how it failed" "timed out" "$(<"$TMP/socat")"
	packets policy:forward:br0
	[ "$PACKETS" -ge 1 ]
	expect_count to 0
}

test_simple() {
	load "$RULES"
	ask 3 192.0.2.1 9000
	equal "answer" "from u1 9000 hello" "$ANSWER"
	packets to
	[ "$PACKETS" -ge 3 ]
	packets back
	[ "$PACKETS" -ge 2 ]
}

# The open port is open to U3 only, and towards U1 only.
test_only_that_way() {
	fw ruleset flush
	ask 2 192.0.2.1 9000
	equal "answer to U2 without rules" "from u1 9000 hello" "$ANSWER"
	load "$RULES"
	ask 2 192.0.2.1 9000 1
	equal "answer to U2" "" "$ANSWER"
	expect_count to 0
	ask 3 192.0.2.1 9000
	equal "answer to U3" "from u1 9000 hello" "$ANSWER"
}

# Rules that are withdrawn cut a connection in the middle.
test_withdrawn() {
	load "$RULES"
	mkfifo "$TMP/fifo"
	server 3 socat "TCP:192.0.2.1:9000,connect-timeout=10" "PIPE:$TMP/fifo"
	local client=$!
	wait_for established
	fw rule flush
	load "policy set bridge br0 forward drop"
	packets policy:forward:br0
	local before=$PACKETS
	echo hello >"$TMP/fifo"
	wait_for policy_counts_more_than "$before"
	kill "$client"
	wait "$client" 2>/dev/null || :
}

established() {
	in_host 1 cat /proc/net/tcp /proc/net/tcp6 | grep -q ':2328 .* 01 '
}

policy_counts_more_than() {
	packets policy:forward:br0
	[ "$PACKETS" -gt "$1" ]
}

serve 1 80
serve 1 9000
check "without rules both requests are answered (control)" test_control
check "ByPass: the direct request times out" test_bypass
check "Simple: the allowed request is answered" test_simple
check "the allowed port is open to U3 only" test_only_that_way
check "withdrawn rules cut a connection" test_withdrawn
run_checks
