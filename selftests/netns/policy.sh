#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Policies: what happens to frames that no rule decides.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#   h3 eth0 --- p3 [br1] p4 --- eth0 h4
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2
netns_add "$(host 3)" "$(host 4)"
ip -n "$BR" link add br1 address 02:00:00:00:02:01 type bridge \
	mcast_snooping 0 forward_delay 0
ip -n "$BR" link set br1 up
port_add 3 1500 br1
port_add 4 1500 br1
frame ready tx "$(host 3):eth0" rx "$(host 4):eth0"

# test_hook HOOK FROM TO: a policy of all bridges
test_hook() {
	load
	expect_pass "$2" "$3" ip4 proto udp
	load "policy set $1 drop"
	expect_drop "$2" "$3" rule "policy:$1" ip4 proto udp
	load "policy set $1 accept" "rule add hook $1 dmac 02:02:02:02:02:02 drop"
	expect_pass "$2" "$3" rule "policy:$1" ip4 proto udp
}

# test_other_hooks HOOK: what it says at one hook it does not say elsewhere
test_other_hooks() {
	local row hook from to

	load "policy set $1 drop"
	for row in "forward h1 h2" "input h1 br0" "output br0 h2"; do
		read -r hook from to <<<"$row"
		if [ "$hook" = "$1" ]; then
			expect_drop "$from" "$to" ip4
		else
			expect_pass "$from" "$to" ip4
		fi
	done
}

test_default_accept() {
	fw ruleset flush
	fw policy show >"$TMP/out"
	equal "policies" "policy set forward accept
policy set input accept
policy set output accept" "$(<"$TMP/out")"
}

test_per_bridge() {
	load
	expect_pass h1 h2 ip4
	expect_pass h3 h4 ip4
	load "policy set bridge br0 forward drop"
	expect_drop h1 h2 rule policy:forward:br0 ip4
	expect_pass h3 h4 ip4
	load "policy set bridge br1 forward accept" "policy set forward drop"
	expect_drop h1 h2 rule policy:forward ip4
	expect_pass h3 h4 rule policy:forward:br1 ip4
}

# Found among those of other bridges; and as many as there may be, but no more
test_many_bridges() {
	local i before=() after=()

	for ((i = 0; i < 20; i++)); do
		before+=("policy set bridge a$i forward accept")
		after+=("policy set bridge z$i forward accept")
	done
	load
	load "${before[@]}" "policy set bridge br0 forward drop" "policy set bridge br1 input drop" "${after[@]}"
	expect_drop h1 h2 rule policy:forward:br0 ip4
	expect_pass h3 h4 ip4
	load "policy set forward drop" "${after[@]}" "policy set bridge br1 forward accept" "${before[@]}"
	expect_drop h1 h2 rule policy:forward ip4
	expect_pass h3 h4 rule policy:forward:br1 ip4
	# 4,096 with those of the three hooks
	for ((i = 1; i <= 4094; i++)); do
		echo "policy set bridge many$i forward drop"
	done >"$TMP/many"
	FW_ERROR=$(fw ruleset load "$TMP/many" 2>&1) && return 1
	contains "message" "many:4094:1: " "$FW_ERROR"
	contains "message" "too many bridges" "$FW_ERROR"
	expect_pass h3 h4 rule policy:forward:br1 ip4
	sed -i 4094d "$TMP/many"
	fw ruleset load "$TMP/many"
	expect_pass h1 h2 ip4
}

test_delete_falls_back() {
	load "policy set forward drop" "policy set bridge br0 forward accept"
	expect_pass h1 h2 rule policy:forward:br0 ip4
	fw policy delete bridge br0 forward
	expect_drop h1 h2 rule policy:forward ip4
	fw_refuses 1 policy delete bridge br0 forward
	fw_refuses 1 policy delete bridge br0 input
}

test_set_at_once() {
	load
	fw policy set forward drop
	expect_drop h1 h2 ip4
	fw policy set bridge br0 forward accept
	expect_pass h1 h2 ip4
	fw policy set bridge br0 forward drop
	expect_drop h1 h2 ip4
	fw policy set forward accept
	expect_drop h1 h2 ip4
	expect_pass h3 h4 ip4
}

test_bridge_to_come() {
	load "policy set bridge br9 forward drop"
	expect_pass h3 h4 ip4
	ip -n "$BR" link set br1 down
	ip -n "$BR" link set br1 name br9
	ip -n "$BR" link set br9 up
	frame ready tx "$(host 3):eth0" rx "$(host 4):eth0"
	expect_drop h3 h4 rule policy:forward:br9 ip4
	ip -n "$BR" link set br9 down
	ip -n "$BR" link set br9 name br1
	ip -n "$BR" link set br1 up
	frame ready tx "$(host 3):eth0" rx "$(host 4):eth0"
	expect_pass h3 h4 ip4
}

test_rule_before_policy() {
	load "policy set forward drop" \
		"rule add prio 4294967295 proto udp accept comment r"
	expect_pass h1 h2 rule r ip4 proto udp
	expect_drop h1 h2 rule policy:forward ip4 proto tcp
	load "policy set forward accept" \
		"rule add prio 4294967295 proto udp drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp
	expect_pass h1 h2 ip4 proto tcp
}

# The bridge's own BPDUs are never judged: closing output must not make a loop.
test_bpdus_pass() {
	load "policy set output drop"
	expect_drop br0 h2 ip4
	ip -n "$BR" link set br0 type bridge stp_state 1 hello_time 100
	wait_for bpdu_at_h2 || {
		ip -n "$BR" link set br0 type bridge stp_state 0
		return 1
	}
	ip -n "$BR" link set br0 type bridge stp_state 0
	frame ready tx "$PREFIX-h1:eth0" rx "$PREFIX-h2:eth0"
	expect_drop br0 h2 ip4
}

# Of what is sent to the addresses that bridges keep for themselves, LLDP and, while
# the bridge takes part in spanning tree, BPDUs are judged by no hook.
test_link_local() {
	load_new "policy set forward drop" "policy set input drop"
	expect_drop h1 h2 rule policy:input dmac 01:80:c2:00:00:03 ethertype 0x888e raw 01
	# flooded: to the other port, and to the host
	expect_drop h1 h2 rule policy:forward dmac 01:80:c2:00:00:00 llc
	expect_count policy:input 4
	send 2 h1 h2 dmac 01:80:c2:00:00:0e ethertype 0x88cc raw 00
	ip -n "$BR" link set br0 type bridge stp_state 1
	frame ready tx "$PREFIX-h1:eth0" rx "$PREFIX-h2:eth0"
	send 2 h1 h2 dmac 01:80:c2:00:00:00 llc
	ip -n "$BR" link set br0 type bridge stp_state 0
	frame ready tx "$PREFIX-h1:eth0" rx "$PREFIX-h2:eth0"
	expect_count policy:input 4
	expect_count policy:forward 2
}

# The packet counter of host 2 moves though nobody but the bridge sends.
bpdu_at_h2() {
	local now

	now=$(in_host 2 cat /sys/class/net/eth0/statistics/rx_packets)
	[ "$now" -gt "${BPDU_BEFORE:=$now}" ]
}

check "initially accept everywhere" test_default_accept
check "forward" test_hook forward h1 h2
check "input" test_hook input h1 br0
check "output" test_hook output br0 h2
check "forward says nothing at other hooks" test_other_hooks forward
check "input says nothing at other hooks" test_other_hooks input
check "output says nothing at other hooks" test_other_hooks output
check "a bridge's own policy goes before that of all" test_per_bridge
check "many bridges" test_many_bridges
check "deleting a bridge's policy falls back to that of all" test_delete_falls_back
check "policy set takes effect at once" test_set_at_once
check "a policy waits for a bridge of its name" test_bridge_to_come
check "any rule goes before the policy" test_rule_before_policy
check "BPDUs of the bridge pass a closed output" test_bpdus_pass
check "which link-local frames are judged" test_link_local
run_checks
