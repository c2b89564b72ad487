#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel takes as a receiver, the parser reads: forged frames in forms that
# hosts accept though they are not the usual ones. Host 3 claims the addresses of host
# 1 to host 2. Without a rule host 2 believes it; with one that names the claim it
# doesn't, and the rule counts.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2, the victim
#                       p3 --- eth0 h3, who forges
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3
addresses 2

readonly TRUE=02:00:00:00:00:01 FORGED=02:00:00:00:00:03
readonly VLAN4=198.51.100

# The victim takes each change of an address at once, and neighbour discovery in
# fragments, as it may be told to.
victim() {
	in_host 2 sh -c 'cd /proc/sys/net
		echo 0 >ipv4/neigh/eth0/locktime
		echo 0 >ipv6/conf/eth0/suppress_frag_ndisc'
	ip -n "$(host 2)" link add link eth0 name v100 type vlan id 100
	ip -n "$(host 2)" addr add "$VLAN4.2/24" dev v100
	ip -n "$(host 2)" link set v100 up
	in_host 2 sh -c 'echo 0 >/proc/sys/net/ipv4/neigh/v100/locktime'
}

victim

# believes DEV ADDRESS MAC: does the victim?
believes() {
	[[ $(ip -n "$(host 2)" neigh show "$2" dev "$1") = *"lladdr $3 "* ]]
}

# learns DEV ADDRESS: the victim knows the truth, and has not used it for long
learns() {
	ip -n "$(host 2)" neigh replace "$2" dev "$1" lladdr "$TRUE" nud stale
	believes "$1" "$2" "$TRUE"
}

# convinced DEV ADDRESS FRAME...: by these frames, none of which is lost
convinced() {
	local dev=$1 address=$2 frame

	shift 2
	for frame; do
		# shellcheck disable=SC2086 # words
		expect_pass h3 h2 count 1 $frame || return 1
	done
	believes "$dev" "$address" "$FORGED"
}

# forgery NAME DEV ADDRESS CONDITIONS FRAME...: the victim believes the last frame,
# unless a rule with these conditions drops the first one
forgery() {
	check "$1" test_forgery "${@:2}"
}

test_forgery() {
	local dev=$1 address=$2 conditions=$3 frame

	shift 3
	load_new
	learns "$dev" "$address"
	# an address that is as new as the frame is kept
	wait_for convinced "$dev" "$address" "$@"
	load_new "rule add in p3 $conditions drop comment r"
	learns "$dev" "$address"
	for frame; do
		# shellcheck disable=SC2086 # words
		send 1 h3 h2 $frame
	done
	expect_count r 1
	believes "$dev" "$address" "$TRUE"
}

# ---- ARP ----

readonly ARP="arp op 2 saddr 192.0.2.1 daddr 192.0.2.2"
readonly NOT_ARP="arp-sender-ip 192.0.2.1 not arp-sender-mac $TRUE"

forgery "ARP" eth0 192.0.2.1 "$NOT_ARP" "$ARP"
forgery "ARP of IEEE 802 hardware" eth0 192.0.2.1 "$NOT_ARP" "$ARP arp-hrd 6"
forgery "ARP behind a priority tag" eth0 192.0.2.1 "$NOT_ARP" "vlan 0 pcp 5 $ARP"
forgery "ARP behind three priority tags" eth0 192.0.2.1 "$NOT_ARP" \
	"vlan 0 svlan 0 vlan 0 $ARP arp-hrd 6"

# ---- VLAN ----

readonly VARP="arp op 2 saddr $VLAN4.1 daddr $VLAN4.2"

forgery "tag" v100 "$VLAN4.1" "vlan 100" "vlan 100 $VARP"
forgery "priority tag before a tag" v100 "$VLAN4.1" "vlan 100" "vlan 0 vlan 100 $VARP"
forgery "priority tags before a tag" v100 "$VLAN4.1" "vlan 100 vlan-prio 3" \
	"vlan 0 pcp 5 svlan 0 vlan 0 vlan 100 pcp 3 $VARP"
forgery "priority tag behind a tag" v100 "$VLAN4.1" "vlan 100 arp-sender-mac $FORGED" \
	"vlan 100 vlan 0 $VARP"
forgery "priority tags on both sides" v100 "$VLAN4.1" "vlan 100 arp-sender-mac $FORGED" \
	"vlan 0 vlan 100 vlan 0 vlan 0 $VARP arp-hrd 6"

# What leaves a VLAN-aware bridge by an untagged port shows what was behind its tag.
untagged() {
	send 1 h3 h2 "$@" "=>" "${@:3}"
	believes v100 "$VLAN4.1" "$FORGED"
}

test_untagged() {
	ip -n "$BR" link set br0 type bridge vlan_filtering 1
	bridge -n "$BR" vlan add dev p3 vid 7
	bridge -n "$BR" vlan add dev p2 vid 7 untagged
	known 2 3
	load_new
	learns v100 "$VLAN4.1"
	wait_for untagged "$@"
	load_new "rule add vlan 7 inner-vlan 100 drop comment r"
	learns v100 "$VLAN4.1"
	send 1 h3 h2 "$@" "=>" "${@:3}"
	expect_count r 1
	believes v100 "$VLAN4.1" "$TRUE"
	ip -n "$BR" link set br0 type bridge vlan_filtering 0
}

# shellcheck disable=SC2086 # words
{
	check "tag behind that of an untagged port" test_untagged vlan 7 vlan 100 $VARP
	check "tags behind that of an untagged port" test_untagged vlan 7 vlan 0 vlan 100 $VARP
}

# ---- neighbour discovery ----

readonly NA="ip6 saddr 2001:db8::1 daddr 2001:db8::2 ttl 255 proto icmpv6 icmp-type 136 nd-target 2001:db8::1 nd-flags 0x60"
readonly NS="ip6 saddr 2001:db8::1 daddr 2001:db8::2 ttl 255 proto icmpv6 icmp-type 135 nd-target 2001:db8::2"
readonly NOT_NA="nd-target 2001:db8::1 not nd-lladdr $TRUE"
readonly NOT_NS="saddr 2001:db8::1 not nd-lladdr $TRUE"
# options with the true address of the source, the forged one of the target and so on
readonly S_TRUE=0101020000000001 T_TRUE=0201020000000001
readonly S_FORGED=0101020000000003 T_FORGED=0201020000000003

forgery "advertisement" eth0 2001:db8::1 "$NOT_NA" "$NA nd-options $T_FORGED"
forgery "advertisement: source before target" eth0 2001:db8::1 "$NOT_NA" \
	"$NA nd-options $S_TRUE$T_FORGED"
forgery "advertisement: source behind target" eth0 2001:db8::1 "malformed yes" \
	"$NA nd-options $T_FORGED$S_TRUE"
forgery "advertisement: two targets" eth0 2001:db8::1 "malformed yes" \
	"$NA nd-options $T_FORGED$T_TRUE"
forgery "solicitation" eth0 2001:db8::1 "$NOT_NS" "$NS nd-options $S_FORGED"
forgery "solicitation: target before source" eth0 2001:db8::1 "$NOT_NS" \
	"$NS nd-options $T_TRUE$S_FORGED"
forgery "solicitation: two sources" eth0 2001:db8::1 "malformed yes" \
	"$NS nd-options $S_FORGED$S_TRUE"
forgery "solicitation behind 40 options" eth0 2001:db8::1 "malformed yes" \
	"$NS nd-skip 40 nd-options $S_FORGED"
forgery "solicitation behind 20 options" eth0 2001:db8::1 "$NOT_NS" \
	"$NS nd-skip 20 nd-options $S_FORGED"
forgery "advertisement in an atomic fragment" eth0 2001:db8::1 "$NOT_NA" \
	"$NA ext dst,frag:0 nd-options $T_FORGED"

# ---- fragments, lengths ----

# The advertisement without its option, and the option.
frame bytes dmac 02:00:00:00:00:02 smac "$FORGED" "$NA nd-options $T_FORGED"
readonly WHOLE=$FRAME_REPLY
readonly ADDRESSES=${WHOLE:44:64} MESSAGE=${WHOLE:108}
forgery "advertisement in two fragments" eth0 2001:db8::1 "malformed yes" \
	"ethertype 0x86dd raw 6000000000202cff${ADDRESSES}3a00000100000009${MESSAGE:0:48}" \
	"ethertype 0x86dd raw 6000000000102cff${ADDRESSES}3a00001800000009${MESSAGE:48}"
forgery "payload length 0 before hop-by-hop options" eth0 2001:db8::1 "malformed yes" \
	"$NA ext hbh plen 0 nd-options $T_FORGED"
run_checks
