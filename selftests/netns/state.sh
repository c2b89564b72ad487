#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Conditions on the state of connections.
#
#   h1 192.0.2.1 --- p1 [br0] p2 --- 192.0.2.2 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool socat nstat
topology 2
addresses 1 2

readonly BACK4="ip4 saddr 198.51.100.2 daddr 192.0.2.1"
readonly BACK6="ip6 saddr 2001:db8:ffff::2 daddr 2001:db8::1"
# ICMP port unreachable, about UDP from 192.0.2.1 port 40000
readonly UNREACHABLE="ethertype 0x0800 raw 450000381234000040017c5ac6336402c00002010303c460000000004500002e1234000040117c54c0000201c63364029c409c41001a0000"
readonly -a STATES=(new established related invalid untracked)

# One rule for each state, so that the counters tell which it was
load_states() {
	local state
	local -a rules=("policy set forward drop")

	for state in "${STATES[@]}"; do
		rules+=("rule add state $state accept comment $state")
	done
	load_new "${rules[@]}"
}

# is STATE FROM TO WORDS...: one frame, which must be in that state
is() {
	expect_pass "$2" "$3" rule "$1" count 1 "${@:4}"
}

entries() {
	ENTRIES=$(ip netns exec "$BR" cat /proc/sys/net/netfilter/nf_conntrack_count)
}

# Before any other test: nothing has been tracked yet.
test_off() {
	fw ruleset flush
	ip netns exec "$BR" test -e /proc/sys/net/netfilter/nf_conntrack_count ||
		skip "no nf_conntrack_count in the namespace"
	load_new "rule add proto udp accept comment u"
	expect_pass h1 h2 rule u ip4 proto udp
	entries
	equal "entries without a rule on state" 0 "$ENTRIES"
	load_states
	is new h1 h2 ip4 proto udp sport 1
	entries
	equal "entries with such a rule" 1 "$ENTRIES"
	load_new "rule add proto udp accept comment u"
	expect_pass h1 h2 rule u ip4 proto udp sport 2
	expect_pass h1 h2 rule u ip4 proto udp sport 3
	entries
	[ "$ENTRIES" -le 1 ]
	load_states
	is new h1 h2 ip4 proto udp sport 4
	entries
	[ "$ENTRIES" -ge 1 ]
}

# shellcheck disable=SC2086 # frames are words
test_udp() {
	load_states
	is new h1 h2 ip4 proto udp
	is new h1 h2 ip4 proto udp
	is established h2 h1 $BACK4 proto udp sport 40001 dport 40000
	is established h1 h2 ip4 proto udp
	is new h2 h1 $BACK4 proto udp sport 40001 dport 40007
	is new h1 h2 ip6 proto udp
	is established h2 h1 $BACK6 proto udp sport 40001 dport 40000
	is established h1 h2 mode ring ip6 proto udp
}

# shellcheck disable=SC2086
test_tcp() {
	local back

	load_states
	back="$BACK4 proto tcp sport 40001 dport 40000 payload 0"
	is new h1 h2 ip4 proto tcp flags syn seq 1000 payload 0
	is established h2 h1 $back flags syn,ack seq 5000 ack 1001
	is established h1 h2 ip4 proto tcp flags ack seq 1001 ack 5001 payload 0
	is established h1 h2 ip4 proto tcp flags ack,psh seq 1001 ack 5001 payload 9
	is invalid h1 h2 ip4 proto tcp flags syn,fin sport 7
	is invalid h1 h2 ip4 proto tcp flags ack seq 900000000 ack 5001 payload 0
	is invalid h1 h2 ip6 proto tcp flags syn,fin sport 7
	is invalid h1 h2 vlan 7 ip6 proto tcp flags syn,fin sport 7
}

# shellcheck disable=SC2086
test_icmp() {
	load_states
	is new h1 h2 ip4 proto icmp icmp-type 8
	is established h2 h1 $BACK4 proto icmp icmp-type 0
	is invalid h1 h2 ip4 proto icmp icmp-type 0
	is new h1 h2 ip6 proto icmpv6 icmp-type 128
	is established h2 h1 $BACK6 proto icmpv6 icmp-type 129
	is invalid h1 h2 ip6 proto icmpv6 icmp-type 129
	expect_pass h1 h2 count 1 ip4 proto udp
	is related h2 h1 $UNREACHABLE
	is invalid h2 h1 ${UNREACHABLE/9c409c41/9c409c99}
}

# What the kernel doesn't track is not invalid.
test_untracked() {
	load_states
	is untracked h1 h2 arp
	is untracked h1 h2 llc
	is untracked h1 h2 ethertype 0x8847 raw 00064140
	is untracked h1 h2 pppoe 5 ip4 proto udp
	is untracked h1 h2 vlan 7 pppoe 5 ip6 proto udp
	is untracked h1 h2 snap ip4 proto udp
	is untracked h1 h2 vlan 7 vlan 8 ip4 proto udp
	is untracked h1 h2 svlan 7 vlan 8 ip6 proto tcp flags syn
	is untracked h1 h2 ip6 proto icmpv6 icmp-type 135
	is new h1 h2 vlan 7 ip4 proto udp sport 100
	is new h1 h2 svlan 7 ip6 proto udp sport 100
}

# shellcheck disable=SC2086
test_lists() {
	load_new "policy set forward drop" \
		"rule add state new,untracked accept comment a" \
		"rule add not state invalid,related accept comment b"
	is a h1 h2 ip4 proto udp sport 200
	is a h1 h2 arp
	is b h2 h1 $BACK4 proto udp sport 40001 dport 200
	expect_drop h1 h2 rule policy:forward ip4 proto icmp icmp-type 0
}

# Fragments are put together for conditions on state: that has to be said.
test_fragments() {
	load_new "policy set forward drop" "rule add proto udp frag none accept comment whole" \
		"rule add proto udp frag first accept comment first"
	is first h1 h2 ip4 mf proto udp
	is whole h1 h2 ip4 proto udp
	info warnings
	equal "warnings" none "$INFO"
	[[ $(fw rule show) != *problem* ]]
	FW_ERROR=$(fw rule add state established accept 2>&1 >/dev/null)
	contains "warning" "fwctl: rule add: warning: conditions on" "$FW_ERROR"
	info warnings
	equal "warnings" frag-with-state "$INFO"
	fw rule show >"$TMP/rules"
	equal "rules with a problem" 2 \
		"$(grep -c "frag .*problem: it finds whole packets" "$TMP/rules")"
	equal "problems" 2 "$(grep -c problem "$TMP/rules")"
	expect_drop h1 h2 count 1 ip4 mf proto udp sport 300
	expect_count first 1
	FW_ERROR=$(fw ruleset save | fw ruleset check - 2>&1)
	contains "warning" "fwctl: ruleset check: warning: " "$FW_ERROR"
	FW_ERROR=$(fw ruleset save | fw ruleset load - 2>&1)
	contains "warning" "fwctl: ruleset load: warning: " "$FW_ERROR"
	FW_ERROR=$(fw rule add proto tcp drop 2>&1 >/dev/null)
	equal "warning about another rule" "" "$FW_ERROR"
}

# A connection may be begun from one side only.
test_real() {
	load_new "policy set forward drop" "rule add ethertype arp accept" \
		"rule add state established,related accept comment est" \
		"rule add in p1 proto tcp dport 9000 state new accept comment new"
	ask 1 192.0.2.2 9000
	equal "answer" "from u2 9000 hello" "$ANSWER"
	expect_count new 1
	packets est
	[ "$PACKETS" -ge 5 ]
	ask 2 192.0.2.1 9000 1
	equal "answer to the other side" "" "$ANSWER"
	contains "how it failed" "timed out" "$(<"$TMP/socat")"
	expect_count new 1
}

# udp_ask ADDRESS PORT TEXT: ANSWER = what comes back, or what went wrong
udp_ask() {
	local client

	printf '%s\n' "$3" >"$TMP/text"
	: >"$TMP/answer"
	in_host 1 socat -b 4000 -t 20 - "UDP:$1:$2,shut-none" \
		<"$TMP/text" >"$TMP/answer" 2>&1 &
	client=$!
	wait_for test -s "$TMP/answer"
	kill "$client" 2>/dev/null || :
	wait "$client" || :
	ANSWER=$(<"$TMP/answer")
}

# A flow of UDP, and the host's own error about a port where nobody listens.
test_real_udp() {
	local daddr

	for daddr in 192.0.2.2 "[2001:db8::2]"; do
		load_new "policy set forward drop" "rule add ethertype arp accept" \
			"rule add state untracked proto icmpv6 accept" \
			"rule add prio 5 state established accept comment est" \
			"rule add prio 5 state related accept comment rel" \
			"rule add prio 5 state invalid accept comment inv" \
			"rule add in p1 proto udp dport 9001-9002 state new accept comment new"
		udp_ask "$daddr" 9001 hello
		equal "answer of $daddr" "hello" "$ANSWER"
		expect_count new 1
		expect_count est 1
		# Refused, since the error passes.
		udp_ask "$daddr" 9002 hello
		contains "what the client hears" "refused" "$ANSWER"
		expect_count new 2
		expect_count rel 1
		expect_count inv 0
	done
}

# Echo begins from one side only, and is answered.
test_real_icmp() {
	load_new "policy set forward drop" "rule add ethertype arp accept" \
		"rule add state untracked proto icmpv6 accept comment nd" \
		"rule add state established accept comment est" \
		"rule add in p1 proto icmp state new accept comment new" \
		"rule add in p1 proto icmpv6 state new accept comment new6"
	in_host 1 ping -q -c 2 -i 0.2 -W 10 192.0.2.2 >/dev/null
	in_host 1 ping -q -c 2 -i 0.2 -W 10 2001:db8::2 >/dev/null
	packets new
	[ "$PACKETS" -ge 1 ]
	packets new6
	[ "$PACKETS" -ge 1 ]
	packets est
	[ "$PACKETS" -ge 4 ]
	expect_count policy:forward 0
	in_host 2 ping -q -c 1 -W 1 192.0.2.1 >"$TMP/ping" || :
	contains "ping from the other side" "100% packet loss" "$(<"$TMP/ping")"
	expect_count policy:forward 1
	in_host 2 ping -q -c 1 -W 1 2001:db8::1 >"$TMP/ping" || :
	contains "ping from the other side" "100% packet loss" "$(<"$TMP/ping")"
	expect_count policy:forward 2
}

# Fragments are seen as such, or, with rules on state, as the whole packet.
test_defragmented() {
	local to

	for to in 192.0.2.2 2001:db8::2; do
		load_new "rule add prio 10 frag first accept comment first" \
			"rule add prio 10 frag later accept comment later" \
			"rule add prio 20 length 3008-3048 accept comment whole"
		in_host 1 ping -q -c 1 -W 10 -s 3000 "$to" >/dev/null
		expect_count first 2
		expect_count later 4
		expect_count whole 0
		load_new "rule add prio 10 frag first accept comment first" \
			"rule add prio 10 frag later accept comment later" \
			"rule add prio 20 length 3008-3048 state new accept comment whole" \
			"rule add prio 21 length 3008-3048 state established accept comment back"
		in_host 1 ping -q -c 1 -W 10 -s 3000 "$to" >/dev/null
		expect_count first 0
		expect_count later 0
		expect_count whole 1
		expect_count back 1
	done
	# Later fragments have ports then.
	load_new "policy set forward drop" "rule add ethertype arp accept" \
		"rule add state untracked proto icmpv6 accept" \
		"rule add state established accept" \
		"rule add proto udp dport 9001 state new accept comment u"
	udp_ask 192.0.2.2 9001 "$(printf '%3000s' x)"
	equal "bytes that came back" 3000 ${#ANSWER}
	expect_count u 1
}

# RECEIVED by host 1, of IPv4 and before it puts fragments together; no ARP, which a
# neighbour may send at any time
received() {
	read -r _ RECEIVED _ < <(in_host 1 nstat --ignore --noupdate --zero IpInReceives | tail -n 1)
}

# Who sends small fragments gets one answer, not one in fragments as small.
test_answer_whole() {
	local before

	load_new "rule add proto udp length 500-1000 dport 9002 state new reject comment r" \
		"rule add proto icmp accept comment i"
	in_host 1 ping -q -c 1 -W 10 192.0.2.2 >/dev/null
	expect_count i 2
	ip -n "$(host 1)" route add 192.0.2.2 dev eth0 mtu 200
	received
	before=$RECEIVED
	head -c 600 /dev/zero | in_host 1 socat -b 1000 -t 10 - UDP4:192.0.2.2:9002 \
		2>"$TMP/refused" || :
	contains "what the sender is told" "No route to host" "$(cat "$TMP/refused")"
	received
	equal "IPv4 packets of the answer" 1 $((RECEIVED - before))
	expect_count r 1
	ip -n "$(host 1)" route del 192.0.2.2
}

server 2 socat -b 4000 UDP4-LISTEN:9001,reuseaddr,fork EXEC:cat
server 2 socat -b 4000 UDP6-LISTEN:9001,ipv6only=1,reuseaddr,fork EXEC:cat
serve 1 9000
serve 2 9000
check "connections are tracked only while a rule asks" test_off
check "UDP" test_udp
check "TCP" test_tcp
check "ICMP, and errors about something else" test_icmp
check "untracked" test_untracked
check "lists and negation" test_lists
check "a ruleset with conditions on fragments and state is warned of" test_fragments
check "real TCP, begun from one side" test_real
check "real UDP, and errors about it" test_real_udp
check "real ICMP, begun from one side" test_real_icmp
check "fragments are put together while a rule asks for state" test_defragmented
check "an answer to fragments is one frame" test_answer_whole
run_checks
