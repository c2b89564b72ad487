#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames whose headers are cut short or lie. They are judged by what could be
# read, never read past their end, and whatever the plain bridge forwards an
# accepting policy forwards too.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2

# Rules on every field, so that every header is looked at; none of them matches.
readonly ALL_FIELDS="rule add prio 1 in p9 drop
rule add prio 2 smac 02:ff:00:00:00:00/ff:ff:00:00:00:00 drop
rule add prio 3 vlan 4000 drop
rule add prio 4 saddr 203.0.113.0/24 drop
rule add prio 5 daddr 2001:db8:dead::/48 drop
rule add prio 6 proto tcp sport 1-5 dport 1-5 drop
rule add prio 7 proto tcp tcp-flags none/syn,ack,fin,rst,psh,urg,ece,cwr drop
rule add prio 8 proto icmp icmp-type 200 icmp-code 3 drop
rule add prio 9 proto icmpv6 icmpv6-type 250 icmpv6-code 3 drop"

lengths() {
	frame lengths tx "$PREFIX-h1:eth0" rx "$PREFIX-h2:eth0" "$@"
	LENGTHS=${FRAME_REPLY#lengths}
}

# test_lengths FIRST_WHOLE "CONDITIONS" FRAME...: the frame cut to each length.
# Without rules the bridge forwards certain lengths; with rules that don't match
# it must be the same. A rule that matches the whole frame drops only lengths
# from FIRST_WHOLE on, where the fields of its conditions are inside; nothing
# shorter may match, under a policy that drops nothing shorter may pass.
test_lengths() {
	local first=$1 conditions=$2 plain

	shift 2
	fw ruleset flush
	lengths "$@"
	plain=$LENGTHS
	[ "$(wc -w <<<"$plain")" -gt 20 ]
	load "$ALL_FIELDS"
	lengths "$@"
	equal "lengths with rules" "$plain" "$LENGTHS"
	load "rule add $conditions drop comment r"
	lengths "$@"
	equal "lengths that don't match" "$(below "$first" "$plain")" "$LENGTHS"
	load "policy set forward drop" "rule add $conditions accept comment r"
	lengths "$@"
	equal "lengths that match" "$(from "$first" "$plain")" "$LENGTHS"
}

# below N LENGTHS, from N LENGTHS: those of the list
below() {
	local n

	for n in $2; do
		[ "$n" -ge "$1" ] || printf ' %s' "$n"
	done
}

from() {
	local n

	for n in $2; do
		[ "$n" -lt "$1" ] || printf ' %s' "$n"
	done
}

# row NAME FRAME: the frame lies. It passes like any other under a policy that
# accepts and rules for fields that it doesn't have; a rule without conditions
# on such fields still gets it; a policy that drops does as well.
row() {
	check "$1" test_row "$2"
}

test_row() {
	local words=$1

	fw ruleset flush
	# shellcheck disable=SC2086
	expect_pass h1 h2 $words
	load "$ALL_FIELDS" "rule add proto tcp dport 7070 drop comment port" \
		"rule add proto udp dport 7070 drop comment port2" \
		"rule add proto icmp icmp-type 8 drop comment icmp" \
		"rule add proto icmpv6 icmpv6-type 8 drop comment icmp6"
	# shellcheck disable=SC2086
	expect_pass h1 h2 $words
	load "rule add in p1 drop comment r"
	# shellcheck disable=SC2086
	expect_drop h1 h2 rule r $words
	load "policy set forward drop"
	# shellcheck disable=SC2086
	expect_drop h1 h2 rule policy:forward $words
}

# 14 Ethernet, 20 IPv4, 40 IPv6, 20 TCP, 8 UDP, 18 payload: a header counts only
# when all that its lengths promise is there.
check "IPv4 TCP at every length: dport" \
	test_lengths 72 "proto tcp dport 7070" ip4 proto tcp dport 7070
check "IPv4 TCP at every length: saddr" \
	test_lengths 72 "saddr 192.0.2.1" ip4 proto tcp dport 7070
check "IPv4 UDP with options at every length: dport" \
	test_lengths 72 "proto udp dport 7070" ip4 options 12 proto udp dport 7070
check "IPv4 ICMP at every length: type" \
	test_lengths 60 "proto icmp icmp-type 8" ip4 proto icmp
check "IPv4 with padding at every length: dport" \
	test_lengths 42 "proto udp dport 7070" ip4 proto udp dport 7070 payload 0 len 80
check "IPv6 TCP at every length: dport" \
	test_lengths 92 "proto tcp dport 7070" ip6 proto tcp dport 7070
check "IPv6 with extension headers at every length: dport" \
	test_lengths 112 "proto udp dport 7070" \
	ip6 ext hbh,rt,frag:0,dst proto udp dport 7070
check "IPv4 in VLAN at every length: dport" \
	test_lengths 76 "proto tcp dport 7070" vlan 10 ip4 proto tcp dport 7070
check "two tags at every length: outer tag" \
	test_lengths 20 "vlan 10" vlan 10 vlan 20 ip4 proto tcp dport 7070
check "ARP at every length: ethertype" \
	test_lengths 14 "ethertype arp" arp
check "IPv6 ICMP at every length: type" \
	test_lengths 80 "proto icmpv6 icmpv6-type 8" ip6 proto icmpv6

row "IPv4: version 5" "ip4 version 5 proto tcp dport 7070"
row "IPv4: version 6" "ip4 version 6 proto tcp dport 7070"
row "IPv4: header length 0" "ip4 ihl 0 proto tcp dport 7070"
row "IPv4: header length 4" "ip4 ihl 4 proto tcp dport 7070"
row "IPv4: header longer than the packet" "ip4 ihl 15 total 40 proto tcp dport 7070 payload 0"
row "IPv4: total length 0" "ip4 total 0 proto tcp dport 7070"
row "IPv4: total length less than the header" "ip4 total 19 proto tcp dport 7070"
row "IPv4: total length ends in the TCP header" "ip4 total 39 proto tcp dport 7070"
row "IPv4: total length ends before the ports" "ip4 total 20 proto udp dport 7070"
row "IPv4: total length more than the frame" "ip4 total 1000 proto udp dport 7070"
row "IPv4: total length 65535" "ip4 total 65535 proto udp dport 7070"
row "TCP: data offset 0" "ip4 proto tcp doff 0 dport 7070"
row "TCP: data offset 4" "ip4 proto tcp doff 4 dport 7070"
row "TCP: data offset behind the end" "ip4 proto tcp doff 15 dport 7070"
row "IPv6: version 4" "ip6 version 4 proto tcp dport 7070"
row "IPv6: payload length 0" "ip6 plen 0 proto tcp dport 7070"
row "IPv6: payload length ends in the ports" "ip6 plen 3 proto udp dport 7070"
row "IPv6: payload length more than the frame" "ip6 plen 2000 proto udp dport 7070"
row "IPv6: extension headers without end" "ip6 ext dst*100 proto udp dport 7070"
row "IPv6: 30 fragment headers" "ip6 ext frag*30 proto udp dport 7070"
row "IPv6: nothing but extension headers" "ip6 ext dst*9 plen 72 proto udp dport 7070"
row "IPv6: extension header behind the end" "ip6 ext hbh,dst plen 12 proto udp dport 7070"
row "IPv6: extension header longer than the packet" \
	"ethertype 0x86dd raw 60000000001000402001 len 100"
row "EtherType IPv4 on an IPv6 packet" "ethertype 0x0800 ip6 proto tcp dport 7070"
row "EtherType IPv6 on an IPv4 packet" "ethertype 0x86dd ip4 proto tcp dport 7070"
row "EtherType IPv4 and one byte" "ethertype 0x0800 raw 45"
row "nothing behind the Ethernet header" "ethertype 0x0800 raw 4 truncate 14"
row "a length of LLC with an IPv4 packet" "ethertype 0x0040 ip4 proto tcp dport 7070"
row "large frame of IPv4 with a short total length" "ip4 total 30 proto tcp dport 7070 payload 1400"
row "source address all zeros but one bit" "smac 02:00:00:00:00:00 ethertype 0x0800 raw 4500"
run_checks
