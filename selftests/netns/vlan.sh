#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Conditions on VLANs, on a plain bridge and on one that is VLAN-aware.
#
#   trunk h1 eth0 --- p1 [br0] p2 --- eth0 h2 access, VLAN 10
#   trunk h4 eth0 --- p4       p3 --- eth0 h3 access, VLAN 20
#
# VLAN 30 is tagged on p1 and untagged on p4, whose PVID it is, and on p2. VLAN 1 is
# untagged everywhere, and the PVID of p1.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 4

bridge_type() {
	ip -n "$BR" link set br0 type bridge "$@"
}

test_aware() {
	bridge_type vlan_filtering 1
	bridge -n "$BR" -batch - <<-END
		vlan add dev p1 vid 10
		vlan add dev p1 vid 20
		vlan add dev p1 vid 30
		vlan add dev p2 vid 10 pvid untagged
		vlan add dev p2 vid 30 untagged
		vlan add dev p3 vid 20 pvid untagged
		vlan add dev p4 vid 10
		vlan add dev p4 vid 20
		vlan add dev p4 vid 30 pvid untagged
		vlan add dev br0 vid 10 self
		vlan add dev br0 vid 20 self
	END
	known 1 2 3 4
}

# flooded RULE COUNT TO FRAMES...: a frame of h1 to a stranger must pass to all
# of TO and be counted by the rule, and be dropped when the rule drops
flooded() {
	local conditions=$1 counted=$2 from=$3 to=$4 i zeros='' twos=''

	shift 4
	for i in ${to//,/ }; do
		twos+=" 2" zeros+=" 0"
	done
	load_new "rule add $conditions accept comment r"
	send 2 "$from" "$to" "$@"
	equal "copies seen" "${twos# }" "$SEEN"
	expect_count r "$counted"
	[ "$counted" -gt 0 ] || return 0
	load_new "rule add $conditions drop comment r"
	send 2 "$from" "$to" "$@"
	equal "copies seen" "${zeros# }" "$SEEN"
	expect_count r "$counted"
}

readonly STRANGER="dmac 02:00:00:00:0f:01"

# h1 sends in VLAN 10: p2 is untagged, p4 tagged.
test_flooded() {
	local frames="vlan 10 pcp 4 $STRANGER ip4 => $STRANGER ip4 => vlan 10 pcp 4 $STRANGER ip4"

	# shellcheck disable=SC2086 # words
	{
		flooded "vlan 10" 4 h1 h2,h4 $frames
		flooded "vlan-prio 4" 4 h1 h2,h4 $frames
		flooded "vlan none" 0 h1 h2,h4 $frames
		flooded "vlan 1" 0 h1 h2,h4 $frames
		flooded "vlan any" 4 h1 h2,h4 $frames
	}
}

# h2 sends untagged: p1 and p4 send it with a tag; another one follows at once
# in the same buffer, in another VLAN.
test_flooded_in() {
	# shellcheck disable=SC2086 # words
	{
		flooded "vlan 10" 4 h2 h1,h4 $STRANGER ip4 '=>' vlan 10 $STRANGER ip4
		flooded "not vlan 10" 0 h2 h1,h4 $STRANGER ip4 '=>' vlan 10 $STRANGER ip4
		flooded "vlan 20" 4 h3 h1,h4 $STRANGER ip4 '=>' vlan 20 $STRANGER ip4
	}
}

# The VLAN of one frame never sticks to the next.
test_mixed() {
	local i

	load_new "rule add vlan 10 accept comment ten" \
		"rule add vlan 20 accept comment twenty" \
		"rule add vlan 30 accept comment thirty" \
		"rule add vlan 1 accept comment one" "policy set forward drop"
	for i in 1 2 3; do
		expect_pass h1 h2 rule ten vlan 10 ip4 '=>' ip4
		expect_pass h1 h2 rule one ip4
		expect_pass h1 h3 rule twenty vlan 20 ip4 '=>' ip4
		expect_pass h4 h1 rule thirty ip4 '=>' vlan 30 ip4
		expect_pass h1 h4 rule thirty vlan 30 ip4 '=>' ip4
	done
	expect_count ten 6
	expect_count one 6
	expect_count twenty 6
	expect_count thirty 12
	expect_count policy:forward 0
	info vlan-unknown
	equal "frames whose VLAN was lost" 0 "$INFO"
}

# Where a packet socket is open on the port, the bridge has a clone of the frame, and
# makes a buffer of its own for what it changes: a tag of another protocol is put into
# the frame, and the header of multicast is pulled out of a page.
test_watched() {
	local -a group=(dmac 01:00:5e:01:02:03 ip4 daddr 239.1.2.3 proto udp)

	load_new "policy set forward drop" \
		"rule add vlan 30 inner-vlan 99 accept comment foreign" \
		"rule add vlan 30 dmac 01:00:5e:01:02:03 accept comment group"
	arrives "2 2" h4 h2,p4 svlan 99 ip4
	expect_count foreign 2
	arrives "0 2" h4 h2,p4 svlan 98 ip4
	expect_count policy:forward 2
	bridge_type mcast_snooping 1
	arrives "2 2" h4 h2,p4 "${group[@]}" '=>' "${group[@]}"
	# flooded to p1, too
	expect_count group 4
	bridge_type mcast_snooping 0
	info vlan-unknown
	equal "frames whose VLAN was lost" 0 "$INFO"
}

# Each receiver of a group is sent a copy in a buffer of its own, with its own address
# if it has asked for the group: it is the same frame.
test_to_unicast() {
	local -a group=(dmac 01:00:5e:01:02:03 ip4 daddr 239.1.2.3 proto udp)

	# From here on groups count that somebody has asked for.
	bridge_type mcast_snooping 1 mcast_query_response_interval 1
	bridge_type mcast_querier 1
	ip -n "$BR" link set p2 type bridge_slave mcast_to_unicast on
	bridge -n "$BR" mdb add dev br0 port p2 grp 239.1.2.3 permanent vid 30
	load_new "policy set forward drop" \
		"rule add vlan 30 proto udp limit 1/day burst 1 accept comment group"
	arrives 1 h4 h2 "${group[@]}"
	expect_count group 1
	bridge -n "$BR" mdb del dev br0 port p2 grp 239.1.2.3 permanent vid 30
	ip -n "$BR" link set p2 type bridge_slave mcast_to_unicast off
	bridge_type mcast_snooping 0 mcast_querier 0
}

# br_netfilter puts fragments together into the buffer of the first one.
test_br_netfilter() {
	local nf=/proc/sys/net/bridge/bridge-nf-call-iptables frames="ip4 proto udp"

	command -v nft >/dev/null || skip "needs nft"
	modprobe -q br_netfilter || skip "needs br_netfilter"
	ip netns exec "$BR" nft "table ip defrag { chain c { type filter hook prerouting priority 0; ct state new; }; }"
	ip netns exec "$BR" sh -c "echo 1 >$nf"
	load_new "rule add vlan 30 frag none proto udp accept comment thirty" \
		"rule add vlan 30 accept comment other"
	# shellcheck disable=SC2086 # words
	{
		send 1 h4 h2 $frames frag 0 mf payload 24
		send 1 h4 h2 $frames frag 4 payload 8
	}
	expect_count thirty 1
	expect_count other 0
	info vlan-unknown
	equal "frames whose VLAN was lost" 0 "$INFO"
	ip netns exec "$BR" sh -c "echo 0 >$nf"
	ip netns exec "$BR" nft delete table ip defrag
	modprobe -r br_netfilter
}

# arrives WANT FROM TO FRAMES...: two copies are sent
arrives() {
	local want=$1

	shift
	send 2 "$@"
	equal "copies of $*" "$want" "$SEEN"
}

# Copies leave by a port as the bridge sends frames of their VLAN by it.
test_copies() {
	load_new "rule add vlan 10 proto udp mirror p4 comment m"
	arrives "2 2" h2 h1,h4 ip4 proto udp '=>' vlan 10 ip4 proto udp
	arrives "2 2" h1 h2,h4 vlan 10 vlan 9 ip4 proto udp \
		'=>' vlan 9 ip4 proto udp '=>' vlan 10 vlan 9 ip4 proto udp
	expect_count m 4
	load_new "rule add proto udp redirect p2 comment r"
	arrives "0 2" h1 h4,h2 vlan 10 ip4 proto udp '=>' vlan 10 ip4 proto udp \
		'=>' ip4 proto udp
	arrives "0 2" h4 h1,h2 ip4 proto udp '=>' vlan 30 ip4 proto udp '=>' ip4 proto udp
	# p2 is not in VLAN 20.
	arrives "0 0" h1 h4,h2 vlan 20 ip4 proto udp '=>' vlan 20 ip4 proto udp \
		'=>' ip4 proto udp
	expect_count r 6
}

# no_target COUNT: so many more frames that could not be sent since the last call
no_target() {
	local before=${NO_TARGET:-0}

	info no-target
	NO_TARGET=$INFO
	[ -z "$1" ] || equal "frames without target" "$1" $((INFO - before))
}

# Frames of the host that leave with a tag have a VLAN, others have lost it.
test_copies_output() {
	load_new
	arrives "2 0" br0 h1,h2 vlan 10 ip4 proto udp
	arrives "2 0" br0 h2,h3 vlan 10 ip4 proto udp '=>' ip4 proto udp
	arrives "2 0" br0 h1,h2 ip4 proto udp
	no_target ""
	load_new "rule add hook output out p1 proto udp redirect p2 comment r" \
		"rule add hook output out p2 proto udp redirect p4 comment s"
	# tagged on p1, untagged on p2
	arrives "0 2" br0 h1,h2 vlan 10 ip4 proto udp '=>' vlan 10 ip4 proto udp \
		'=>' ip4 proto udp
	no_target 0
	# p2 is not in VLAN 20; the bridge drops it.
	arrives "0 0" br0 h1,h2 vlan 20 ip4 proto udp
	no_target 0
	# untagged on p1
	arrives "0 0" br0 h1,h2 ip4 proto udp
	no_target 2
	# untagged on p2, which is so in VLANs 1, 10 and 30
	arrives "0 0" br0 h2,h4 vlan 10 ip4 proto udp '=>' ip4 proto udp \
		'=>' vlan 10 ip4 proto udp
	no_target 2
	expect_count r 6
	expect_count s 2
	contains "problem of the rule" "at output the VLAN" "$(fw rule show hook output)"
	# A device outside of the bridge gets what would have been sent.
	ip -n "$BR" link add x0 type veth peer name eth1 netns "$(host 4)"
	ip -n "$BR" link set x0 up
	ip -n "$(host 4)" link set eth1 address 02:00:00:00:00:09 up
	printf '%s\n' \
		"rule add hook output prio 0 dmac 02:00:00:00:00:09 ethertype 0x88b5 redirect x0" \
		"$SENTINEL" "rule add hook output out p2 proto udp mirror x0 comment m" \
		"rule add hook output out p1 proto udp mirror x0 comment n" |
		fw ruleset load -
	arrives "2 2" br0 "h2,$(host 4):eth1" vlan 10 ip4 proto udp '=>' ip4 proto udp \
		'=>' ip4 proto udp
	arrives "2 2" br0 "h1,$(host 4):eth1" vlan 10 ip4 proto udp
	expect_count m 2
	expect_count n 2
	no_target 0
	[[ $(fw rule show) != *problem* ]]
	ip -n "$BR" link del x0
}

test_8021ad() {
	bridge_type vlan_protocol 802.1ad
	load_new "rule add vlan 10 vlan-proto 802.1ad accept comment ad" \
		"policy set forward drop"
	expect_pass h1 h2 rule ad svlan 10 ip4 '=>' ip4
	expect_pass h2 h1 rule ad ip4 '=>' svlan 10 ip4
	load_new "rule add vlan 10 inner-vlan 5 inner-vlan-proto 802.1q accept comment in" \
		"policy set forward drop"
	expect_pass h1 h2 rule in svlan 10 vlan 5 ip4 '=>' vlan 5 ip4
	expect_pass h2 h1 rule in vlan 5 ip4 '=>' svlan 10 vlan 5 ip4
	bridge_type vlan_protocol 802.1q
}

row "plain bridge: the tag of the frame" "vlan 10" \
	hit "vlan 10 ip4" hit "svlan 10 vlan 20 ip4" miss "ip4" miss "vlan 20 ip4" \
	miss "vlan 0 ip4"
row "plain bridge: priority tag" "vlan 0 vlan-prio 5" \
	hit "vlan 0 pcp 5 ip4" miss "ip4" miss "vlan 0 pcp 4 ip4" miss "vlan 1 pcp 5 ip4"
row "plain bridge: input" "hook input vlan 10 inner-vlan 20" \
	hit "via h1 br0 vlan 10 vlan 20 ip4" miss "via h1 br0 vlan 10 ip4" \
	miss "via h1 br0 vlan 20 vlan 10 ip4" miss "via h1 br0 ip4"
row "plain bridge: output" "hook output vlan 10" \
	hit "via br0 h1 vlan 10 ip4" hit "via br0 h2 vlan 10 vlan 20 ip4" \
	miss "via br0 h1 ip4" miss "via br0 h1 vlan 20 ip4"
check "the bridge becomes VLAN-aware" test_aware
row "tagged to untagged" "vlan 10" \
	hit "via h1 h2 vlan 10 ip4 => ip4" hit "via h4 h2 vlan 10 arp => arp" \
	miss "via h1 h3 vlan 20 ip4 => ip4" miss "via h1 h2 ip4"
row "untagged to tagged" "vlan 10" \
	hit "via h2 h1 ip4 => vlan 10 ip4" hit "via h2 h4 ip6 => vlan 10 ip6" \
	miss "via h3 h1 ip4 => vlan 20 ip4" miss "via h4 h1 ip4 => vlan 30 ip4"
row "tagged to tagged" "vlan 10" \
	hit "via h1 h4 vlan 10 ip4" miss "via h1 h4 vlan 20 ip4" \
	miss "via h1 h4 vlan 30 ip4 => ip4"
row "PVID" "vlan 30" \
	hit "via h4 h1 ip4 => vlan 30 ip4" hit "via h1 h4 vlan 30 ip4 => ip4" \
	miss "via h1 h4 ip4" miss "via h4 h1 vlan 10 ip4"
row "PVID of untagged frames" "vlan 1 vlan-proto 802.1q vlan-prio 0" \
	hit "via h1 h2 ip4" hit "via h1 h4 llc" miss "via h1 h2 vlan 10 ip4 => ip4"
row "no frame is without VLAN" "vlan none" \
	miss "ip4" miss "via h1 h2 vlan 10 ip4 => ip4" \
	miss "via h2 h1 ip4 => vlan 10 ip4"
row "priority tag gets the PVID and keeps its priority" "vlan 10 vlan-prio 5" \
	hit "via h2 h1 vlan 0 pcp 5 ip4 => vlan 10 pcp 5 ip4" \
	miss "via h2 h1 vlan 0 pcp 4 ip4 => vlan 10 pcp 4 ip4" \
	miss "via h2 h1 ip4 => vlan 10 ip4"
row "priority tag, untagged on both sides" "vlan 30 vlan-prio 5" \
	hit "via h4 h2 vlan 0 pcp 5 ip4 => ip4" \
	miss "via h4 h2 vlan 0 pcp 4 ip4 => ip4" miss "via h4 h2 ip4"
row "QinQ: a foreign tag, untagged on both sides" "vlan 30 inner-vlan 99" \
	hit "via h4 h2 svlan 99 ip4" miss "via h4 h2 svlan 98 ip4" miss "via h4 h2 ip4"
row "QinQ: the inner tag stays" "vlan 10 inner-vlan 99" \
	hit "via h1 h2 vlan 10 vlan 99 ip4 => vlan 99 ip4" \
	hit "via h1 h4 vlan 10 vlan 99 ip4" \
	miss "via h1 h2 vlan 10 vlan 98 ip4 => vlan 98 ip4" \
	miss "via h1 h2 vlan 10 ip4 => ip4"
row "QinQ: a foreign tag is the inner one" \
	"vlan 10 inner-vlan 99 inner-vlan-proto 802.1ad proto udp dport 53" \
	hit "via h2 h1 svlan 99 ip4 proto udp dport 53 => vlan 10 svlan 99 ip4 proto udp dport 53" \
	miss "via h2 h1 svlan 98 ip4 proto udp dport 53 => vlan 10 svlan 98 ip4 proto udp dport 53" \
	miss "via h2 h1 ip4 proto udp dport 53 => vlan 10 ip4 proto udp dport 53"
row "input" "hook input vlan 10" \
	hit "via h1 br0 vlan 10 ip4" hit "via h2 br0 ip4 => vlan 10 ip4" \
	miss "via h1 br0 ip4" miss "via h3 br0 ip4 => vlan 20 ip4"
row "input: the PVID" "hook input vlan 1" \
	hit "via h1 br0 ip4" miss "via h1 br0 vlan 10 ip4" \
	miss "via h3 br0 ip4 => vlan 20 ip4"
row "output: the tag as sent" "hook output vlan 10" \
	hit "via br0 h1 vlan 10 ip4" miss "via br0 h2 vlan 10 ip4 => ip4" \
	miss "via br0 h1 ip4" miss "via br0 h1 vlan 20 ip4"
row "output: untagged as sent" "hook output vlan none" \
	hit "via br0 h2 vlan 10 ip4 => ip4" hit "via br0 h1 ip4" \
	miss "via br0 h1 vlan 10 ip4"
check "flooded from a trunk: all copies have the ingress VLAN" test_flooded
check "flooded from an access port" test_flooded_in
check "frames of all VLANs in turn" test_mixed
check "frames of a port that is watched" test_watched
check "copies by mcast_to_unicast" test_to_unicast
check "fragments that br_netfilter puts together" test_br_netfilter
check "mirror and redirect to ports with and without tag" test_copies
check "mirror and redirect at output" test_copies_output
check "802.1ad bridge" test_8021ad
run_checks
