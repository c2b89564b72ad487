#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The shipped rule file examples/simple-fw.fw with real programs: ICMP, ARP, all
# UDP and TCP port 7070 pass both ways, everything else is dropped.
#
#   h1 192.0.2.1 --- p1 [br0] p2 --- 192.0.2.2 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool ping socat
topology 2
addresses 1 2
readonly FILE=$BRFW_TOP/examples/simple-fw.fw

# serve HOST PROTOCOL PORT: answers each client with "from HOST PORT"; waits
# until it listens
serve() {
	local option=''

	[[ $2 == UDP* ]] || option=,backlog=8
	server "$1" socat -t 20 "$2-LISTEN:$3,reuseaddr,fork$option" \
		"SYSTEM:read -r line; echo from $1 $3 \$line"
	wait_for listening "$1" "${2,,}" "$3"
}

# listening HOST PROTOCOL PORT
listening() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$3") " <(
		in_host "$1" cat "/proc/net/${2:0:3}" "/proc/net/${2:0:3}6"
	)
}

# ask HOST PROTOCOL ADDRESS PORT [SECONDS]: the answer in ANSWER
ask() {
	ANSWER=$(echo hello | in_host "$1" timeout 20 \
		socat -t "${5:-10}" - "$2:$3:$4,connect-timeout=${5:-10}" 2>/dev/null) || :
}

# packets_of WORDS: of the rule whose line has them
packets_of() {
	fw -s rule show | sed -n "/$1/s/.*packets \([0-9]*\).*/\1/p"
}

with_file() {
	fw ruleset load "$FILE"
}

# Nothing tells the end of what comes by UDP, so each attempt takes so many seconds.
ask_udp() {
	local seconds

	for seconds in 2 5 15; do
		ask 1 UDP 192.0.2.2 8080 "$seconds"
		[ -z "$ANSWER" ] || return 0
	done
}

without() {
	fw ruleset flush
}

# Control: without rules everything that is blocked below works.
test_control() {
	without
	in_host 1 ping -c 1 -W 10 192.0.2.2 >/dev/null
	ask 1 TCP 192.0.2.2 7070
	equal "7070" "from 2 7070 hello" "$ANSWER"
	ask 1 TCP 192.0.2.2 1234
	equal "1234" "from 2 1234 hello" "$ANSWER"
	ask_udp
	equal "8080" "from 2 8080 hello" "$ANSWER"
	ask 2 TCP 192.0.2.1 7070
	equal "7070 the other way" "from 1 7070 hello" "$ANSWER"
}

test_ping() {
	with_file
	in_host 1 ping -c 2 -i 0.2 -W 10 192.0.2.2 >/dev/null
	in_host 2 ping -c 1 -W 10 192.0.2.1 >/dev/null
	[ "$(packets_of 'proto icmp ')" -ge 6 ]
}

# ARP: forget each other first.
test_arp() {
	with_file
	ip -n "$PREFIX-h1" neighbour flush dev eth0
	ip -n "$PREFIX-h2" neighbour flush dev eth0
	in_host 1 ping -c 1 -W 10 192.0.2.2 >/dev/null
	[ "$(packets_of 'ethertype \(arp\|0x0806\)')" -ge 2 ]
}

test_tcp_7070() {
	with_file
	ask 1 TCP 192.0.2.2 7070
	equal "answer" "from 2 7070 hello" "$ANSWER"
	ask 2 TCP 192.0.2.1 7070
	equal "answer the other way" "from 1 7070 hello" "$ANSWER"
}

test_tcp_1234() {
	with_file
	packets policy:forward
	local before=$PACKETS
	ask 1 TCP 192.0.2.2 1234 1
	equal "answer" "" "$ANSWER"
	packets policy:forward
	if [ "$PACKETS" -le "$before" ]; then
		say "no packet met the policy"
		return 1
	fi
	ask 1 TCP 192.0.2.2 7070
	equal "answer of 7070" "from 2 7070 hello" "$ANSWER"
}

test_udp() {
	with_file
	ask_udp
	equal "answer" "from 2 8080 hello" "$ANSWER"
	[ "$(packets_of 'proto udp ')" -ge 2 ]
}

test_ipv6_is_dropped() {
	without
	in_host 1 ping -6 -c 1 -W 10 2001:db8::2 >/dev/null
	with_file
	if in_host 1 ping -6 -c 1 -W 1 2001:db8::2 >/dev/null; then
		return 1
	fi
}

[ -r "$FILE" ] || die "no $FILE"
serve 2 TCP 7070
serve 2 TCP 1234
serve 1 TCP 7070
serve 2 UDP 8080
check "without rules everything works (control)" test_control
check "ICMP passes both ways" test_ping
check "ARP passes" test_arp
check "TCP 7070 passes both ways" test_tcp_7070
check "TCP 1234 is dropped by the policy" test_tcp_1234
check "UDP passes" test_udp
check "IPv6, which the file doesn't name, is dropped" test_ipv6_is_dropped
run_checks
