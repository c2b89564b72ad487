#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A firewall (the bridge, F1) takes requests through an inspector on their way
# from a client U3 to a server U1.
#
#   U3 192.0.2.3 (h3) --- p3 [br0] p1 --- 192.0.2.1 (h1) U1
#                             p2 --- (h2) U2: reads frames, sends them back
#
# The inspector is a host of its own with a program of layer 2, which stops
# frames with a forbidden word. The bridge learns addresses, but not on p2.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool socat
topology 3
addresses 1 3
ip -n "$BR" link set br0 type bridge ageing_time 30000
for i in 1 3; do
	bridge -n "$BR" fdb delete "02:00:00:00:00:0$i" dev "p$i" master
	ip -n "$BR" link set "p$i" type bridge_slave learning on
done

readonly RULES="policy set forward drop
rule add prio 1 ethertype arp accept comment arp
rule add prio 10 in p3 proto tcp dport 8080 redirect p2 comment there
rule add prio 11 in p2 out p1 proto tcp dport 8080 accept comment inspected
rule add prio 10 in p1 proto tcp sport 8080 redirect p2 comment back
rule add prio 11 in p2 out p3 proto tcp sport 8080 accept comment returned
rule add prio 20 in p3 proto tcp dport 81 reject with tcp-reset comment refused
rule add prio 20 in p3 proto tcp dport 82 drop comment dropped"

# What the inspector has passed and stopped by now
inspector_says() {
	: >"$TMP/inspect"
	kill -USR1 "$INSPECTOR"
	wait_for grep -q passed "$TMP/inspect"
	read -r _ PASSED _ STOPPED <"$TMP/inspect"
}

start_inspector() {
	ip netns exec "$(host 2)" "$BRFW_HELPERS/inspect" eth0 evil \
		>>"$TMP/inspect" 2>&1 &
	INSPECTOR=$!
	wait_for grep -q ready "$TMP/inspect"
}

test_control() {
	fw ruleset flush
	ask 3 192.0.2.1 8080
	equal "answer" "from u1 8080 hello" "$ANSWER"
	ask 3 192.0.2.1 82
	equal "answer" "from u1 82 hello" "$ANSWER"
	inspector_says
	equal "frames at the inspector" 0 "$PASSED"
}

# Each frame goes to the inspector once and comes back once.
test_redirection() {
	load_new "$RULES"
	ask 3 192.0.2.1 8080
	equal "answer" "from u1 8080 hello" "$ANSWER"
	wait_for settled
	packets there
	[ "$PACKETS" -ge 4 ]
	packets back
	[ "$PACKETS" -ge 3 ]
	expect_count dropped 0
}

# settled: nothing is on its way, and all counters agree
settled() {
	local there back

	packets there
	there=$PACKETS
	packets back
	back=$PACKETS
	expect_count inspected "$there" &&
		expect_count returned "$back" &&
		inspector_says &&
		[ "$PASSED" -eq $((there + back)) ]
}

test_content() {
	inspector_says
	equal "frames stopped" 0 "$STOPPED"
	load_new "$RULES"
	ask 3 192.0.2.1 8080 2 "hello evil"
	equal "answer" "" "$ANSWER"
	inspector_says
	[ "$STOPPED" -ge 1 ]
	ask 3 192.0.2.1 8080
	equal "answer to a harmless request" "from u1 8080 hello" "$ANSWER"
}

test_bypass_reject() {
	load_new "$RULES"
	ask 3 192.0.2.1 81
	equal "answer" "" "$ANSWER"
	contains "how it failed" "refused" "$(<"$TMP/socat")"
	expect_count refused 1
}

test_bypass_drop() {
	load_new "$RULES"
	ask 3 192.0.2.1 82 1
	equal "answer" "" "$ANSWER"
	contains "how it failed" "timed out" "$(<"$TMP/socat")"
	packets dropped
	[ "$PACKETS" -ge 1 ]
}

fdb_of() {
	FDB=$(bridge -n "$BR" fdb show brport "$1")
}

# A frame that has just come in may have moved them back.
moved() {
	ask 3 192.0.2.1 8080 1
	fdb_of p2
	[[ $FDB == *02:00:00:00:00:03* || $FDB == *02:00:00:00:00:01* ]]
}

# The reason for learning off: with it the client would move to p2.
test_learning() {
	load_new "$RULES"
	ask 3 192.0.2.1 8080
	fdb_of p3
	contains "addresses behind p3" "02:00:00:00:00:03" "$FDB"
	fdb_of p2
	[[ $FDB != *02:00:00:00:00:03* && $FDB != *02:00:00:00:00:01* ]]
	ip -n "$BR" link set p2 type bridge_slave learning on
	wait_for moved
	ip -n "$BR" link set p2 type bridge_slave learning off
}

serve 1 8080
serve 1 81
serve 1 82
start_inspector
check "without rules nothing goes through the inspector (control)" test_control
check "Redirection: request and answer go through the inspector, once" test_redirection
check "the inspector stops what it doesn't like" test_content
check "ByPass with reject: refused at once" test_bypass_reject
check "ByPass with drop: times out" test_bypass_drop
check "the bridge doesn't learn at the inspector's port" test_learning
run_checks
