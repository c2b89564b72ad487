#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packet and byte counters are exact.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3 9000

# Bytes count the MAC header and tags but no FCS. 14 + 20 + 8 = 42 bytes come
# before the payload of UDP over IPv4.
test_bytes() {
	load_new "rule add proto udp accept comment r"
	expect_pass h1 h2 rule r ip4 proto udp payload 18
	expect_count r 2 120
	expect_pass h1 h2 rule r ip4 proto udp payload 1000
	expect_count r 4 $((120 + 2 * 1042))
	expect_pass h1 h2 rule r vlan 10 ip4 proto udp payload 18
	expect_count r 6 $((120 + 2 * 1042 + 2 * 64))
	expect_pass h1 h2 rule r ip6 proto udp payload 6000
	expect_count r 8 $((120 + 2 * 1042 + 2 * 64 + 2 * 6062))
}

test_bytes_in_band_tags() {
	load_new "rule add accept comment r"
	expect_pass h1 h2 rule r vlan 10 vlan 20 ip4 proto udp payload 18
	expect_count r 2 $((2 * 68))
	load_new "rule add hook output accept comment r"
	expect_pass br0 h2 rule r vlan 10 ip4 proto udp payload 18
	expect_count r 2 $((2 * 64))
}

test_drop_bytes() {
	load_new "rule add proto udp drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp payload 18
	expect_count r 2 120
}

test_many() {
	load_new "rule add proto udp accept comment r"
	expect_pass h1 h2 rule r count 500 ip4 proto udp payload 18
	expect_count r 500 $((500 * 60))
}

test_policy() {
	load_new "policy set forward drop"
	expect_drop h1 h2 rule policy:forward ip4 proto udp payload 18
	expect_count policy:forward 2 120
	load_new "policy set bridge br0 forward accept" "rule add proto tcp drop"
	expect_pass h1 h2 rule policy:forward:br0 ip4 proto udp payload 18
	expect_count policy:forward:br0 2 120
	expect_count policy:forward 0 0
}

test_input_output() {
	load_new "rule add hook input accept comment i" \
		"rule add hook output accept comment o"
	expect_pass h1 br0 rule i ip4 proto udp payload 18
	expect_count i 2 120
	expect_count o 0
	expect_pass br0 h1 rule o ip4 proto udp payload 18
	expect_count o 2 120
	expect_count i 2 120
}

# A flooded frame is judged once for each egress port.
test_flood() {
	load_new "rule add out p2 accept comment two" "rule add out p3 accept comment three" \
		"rule add hook input accept comment in"
	frame check tx "$PREFIX-h1:eth0" rx "$PREFIX-h2:eth0" \
		rx "$PREFIX-h3:eth0" dmac ff:ff:ff:ff:ff:ff ip4 proto udp
	equal "copies" "seen 2 2" "$FRAME_REPLY"
	expect_count two 2
	expect_count three 2
	expect_count in 2
	load_new "rule add accept comment all"
	expect_pass h1 h2 dmac ff:ff:ff:ff:ff:ff ip4 proto udp
	expect_count all 4
}

# A super-packet counts its segments: 6000 bytes in segments of 1000 are 6, and
# each would have its own headers on a wire, but bytes are those of the packet.
# What comes by veth knows how many it is.
test_gso() {
	load_new "rule add proto tcp accept comment r"
	expect all h1 h2 count 1 ip4 proto tcp payload 6000 gso 1000
	expect_count r 6
	expect all h1 h2 count 1 ip4 proto tcp payload 6001 gso 1000
	expect_count r 13
	expect all h1 h2 count 1 ip6 proto tcp payload 2500 gso 1000
	expect_count r 16
}

# A virtual machine doesn't say how many.
test_gso_tap() {
	[ -c /dev/net/tun ] || modprobe tun 2>/dev/null || skip "needs tun"
	frame tap "$BR:t0"
	ip -n "$BR" link set t0 master br0 up
	frame ready tx "$BR:t0" rx "$(host 2):eth0"
	load_new "rule add in t0 proto tcp accept comment t"
	expect all t0 h2 count 1 ip4 proto tcp payload 6000 gso 1000
	expect_count t 6
	expect all t0 h2 count 1 ip4 proto tcp payload 6001 gso 1000
	expect_count t 13
	expect all t0 h2 count 1 ip6 proto tcp payload 2500 gso 1000
	expect_count t 16
	expect_pass t0 h2 rule t ip4 proto tcp
	frame close
}

test_reset_one() {
	load_new "rule add proto udp accept comment u" "rule add proto tcp accept comment t"
	expect_pass h1 h2 rule u ip4 proto udp
	expect_pass h1 h2 rule t ip4 proto tcp
	nl 0 stats u
	fw counter reset handle "${NL_REPLY##* }"
	expect_count u 0 0
	expect_count t 2
	expect_pass h1 h2 rule u ip4 proto udp
	expect_count u 2
	fw_refuses 1 counter reset handle 999999
}

test_reset_all() {
	load_new "rule add proto udp accept comment u" "policy set bridge br0 forward drop"
	expect_pass h1 h2 rule u ip4 proto udp
	expect_drop h1 h2 rule policy:forward:br0 ip4 proto tcp
	nl 0 gen
	local gen=$NL_REPLY
	fw counter reset
	expect_count u 0 0
	expect_count policy:forward:br0 0 0
	nl 0 gen
	equal "generation" "$gen" "$NL_REPLY"
}

test_shown() {
	load_new "rule add proto udp accept comment u" "policy set forward drop"
	expect_pass h1 h2 rule u ip4 proto udp payload 18
	expect_drop h1 h2 ip4 proto tcp payload 18
	contains "rule show" "packets 2 bytes 120" \
		"$(fw -s rule show | grep '"u"\|comment u')"
	contains "policy show" "packets 2 bytes 144" \
		"$(fw -s policy show | grep ' forward ')"
	contains "JSON" '"packets":2,"bytes":120' \
		"$(fw -j -s rule show | tr -d ' \n')"
}

# Nothing is lost when frames of several processors meet in one rule.
test_parallel() {
	local i pid pids=() from=(0 h1 h2 h3)

	load_new "rule add proto udp accept comment r"
	for i in 1 2 3; do
		"$BRFW_HELPERS/frame" flood tx "$PREFIX-${from[i]}:eth0" \
			rx "$PREFIX-h$((i % 3 + 1)):eth0" rounds 50 count 16 \
			ip4 proto udp sport "$i" >"$TMP/flood$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	cat "$TMP"/flood? >"$TMP/floods"
	equal "floods" "flood 800 800
flood 800 800
flood 800 800" "$(<"$TMP/floods")"
	expect_count r 2400
}

check "packets and bytes of a rule" test_bytes
check "bytes with tags inside the frame" test_bytes_in_band_tags
check "a rule that drops counts too" test_drop_bytes
check "500 frames" test_many
check "policies" test_policy
check "input and output" test_input_output
check "a flooded frame counts once for each port" test_flood
check "a GSO packet counts its segments" test_gso
check "a GSO packet of a virtual machine" test_gso_tap
check "reset of one rule" test_reset_one
check "reset of all, which is no commit" test_reset_all
check "counters as fwctl shows them" test_shown
check "three senders at a time" test_parallel
run_checks
