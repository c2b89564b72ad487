#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fields of the network layer and above mean the same at every depth.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2

readonly TAGS=("" "vlan 7" "svlan 7" "svlan 7 vlan 8" "vlan 7 vlan 8"
	"svlan 7 svlan 8" "vlan 0 pcp 3 vlan 4094")

# depths NAME CONDITIONS HIT MISS: a row with both frames at every depth
depths() {
	local tags inner
	local -a frames=()

	for tags in "${TAGS[@]}"; do
		for inner in "" snap "pppoe 5" "snap pppoe 5"; do
			frames+=(hit "$tags $inner $3" miss "$tags $inner $4")
		done
	done
	for tags in "vlan 7 vlan 8 vlan 9" "svlan 7 vlan 8 vlan 9" \
		"svlan 7 svlan 8 vlan 9 vlan 10"; do
		frames+=(miss "$tags $3" miss "$tags pppoe 5 $3")
	done
	row "$1" "$2" "${frames[@]}"
}

depths "IPv4 address" "saddr 10.1.2.0/24" "ip4 saddr 10.1.2.3" "ip4 saddr 10.1.3.3"
depths "IPv6 address" "saddr 2001:db8:1::/48" "ip6 saddr 2001:db8:1::7" \
	"ip6 saddr 2001:db8:2::7"
depths "IPv4 port" "proto tcp dport 80-81" "ip4 proto tcp dport 81" \
	"ip4 proto tcp dport 82"
depths "IPv6 port" "proto udp dport 53" "ip6 ext hbh,dst proto udp dport 53" \
	"ip6 ext hbh,dst proto udp dport 54"
depths "ICMP type" "proto icmp icmp-type echo-request" \
	"ip4 proto icmp icmp-type 8" "ip4 proto icmp icmp-type 0"
depths "ICMPv6 type" "proto icmpv6 icmpv6-type echo-request" \
	"ip6 proto icmpv6 icmp-type 128" "ip6 proto icmpv6 icmp-type 129"
row "a third tag is malformed" "malformed yes" \
	hit "vlan 7 vlan 8 vlan 9 ip4" hit "svlan 7 vlan 8 vlan 9 arp" \
	hit "svlan 7 svlan 8 svlan 9 pppoe 5 ip4" miss "vlan 7 vlan 8 ip4" \
	miss "svlan 7 svlan 8 pppoe 5 ip6"
run_checks
