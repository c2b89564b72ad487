#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every field at every depth at which it can be: frames that have the value,
# frames that have another, frames without the field; by verdict and counter.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# Each row has a rule and its opposite (negated, or "no" for "yes"), and is
# played twice. First the rule accepts, and its opposite and the policy drop;
# then it is the other way round. So each frame passes once, is dropped once,
# and the counters tell the three kinds apart. The last test compares the rows
# with the fields that the module knows.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3
# Frames to strangers and groups go to h2 only: one judgement each.
ip -n "$BR" link set p3 type bridge_slave flood off mcast_flood off bcast_flood off

readonly TAGS=("" "vlan 7" "svlan 7" "vlan 7 vlan 8" "svlan 7 vlan 8" "svlan 7 svlan 8"
	"vlan 0 pcp 3 vlan 4094")
readonly INNER=("" "snap" "pppoe 5" "snap pppoe 5")
readonly BODIES=("ip4" "ip6" "snap ip4" "pppoe 5 ip6" "snap pppoe 5 ip4" "arp" "llc")

declare -A ROWS=()

# row KEYWORD CONDITIONS DEPTHS HIT MISS ABSENT [WAY_OF_HITS [WAY_OF_OTHERS]]
#
# CONDITIONS has % where "not " goes, or " | " before the opposite. HIT, MISS and
# ABSENT are frames with / between them, or - for none. DEPTHS says how the
# frames at each depth are made of them:
#   ip, ip4, ip6  behind any tags, LLC/SNAP, PPPoE; @ is ip4 or ip6
#   l3            behind any tags and LLC/SNAP
#   frame         words about the Ethernet header of frames of any depth
#   tags          tags, with anything behind them
#   whole         as they stand
row() {
	ROWS[$1]=1
	check "$2" test_row "${@:2}"
}

# frames DEPTHS FRAMES: FRAMES, at each depth
frames() {
	local depths=$1 frame tags inner family
	local -a list=() inners=("${INNER[@]}") families=(ip4 ip6)

	FRAMES=()
	[ "$2" != - ] || return 0
	IFS=/ read -r -a list <<<"$2/"
	case $depths in
	ip4 | ip6) families=("$depths") ;;
	l3) inners=("" snap) families=(none) ;;
	esac
	for frame in "${list[@]}"; do
		case $depths in
		whole)
			FRAMES+=("$frame")
			continue ;;
		tags)
			for inner in "${BODIES[@]}"; do
				FRAMES+=("$frame $inner")
			done
			continue ;;
		frame)
			for tags in "${TAGS[@]}"; do
				for inner in "${BODIES[@]}"; do
					FRAMES+=("$frame $tags $inner")
				done
			done
			continue ;;
		esac
		for tags in "${TAGS[@]}"; do
			for inner in "${inners[@]}"; do
				# LLC/SNAP ends where its header does.
				[[ $frame = llc && $inner = *snap* ]] && continue
				for family in "${families[@]}"; do
					FRAMES+=("$tags $inner ${frame//@/$family}")
					[[ $frame = *@* ]] || break
				done
			done
		done
	done
}

# shots WANT RULE WAY: of each of FRAMES two copies are sent (one linear, one
# nonlinear); WANT of them must come, and RULE must count all of them
shots() {
	local want=$1 rule=$2 before part from to i n
	local -a seen

	read -r from to <<<"$3"
	end_of "$from"
	from=$END
	end_of "$to"
	to=$END
	for ((n = 0; n < ${#FRAMES[@]}; n += 16)); do
		printf -v part '/ %s ' "${FRAMES[@]:n:16}"
		packets "$rule"
		before=$PACKETS
		frame flood tx "$from" rx "$to" rounds 1 "${part#/ }"
		read -r -a seen <<<"$FRAME_REPLY"
		packets "$rule"
		equal "$rule" $(((${#seen[@]} - 2) * 2)) $((PACKETS - before)) || {
			say "with ${part#/ }"
			return 1
		}
		for ((i = 2; i < ${#seen[@]}; i++)); do
			equal "copies of ${FRAMES[n + i - 2]}" "$want" "${seen[i]}"
		done
	done
}

# play HIT MISS ABSENT: verdicts; the words of the row are those of test_row
play() {
	local hit=$1 miss=$2 absent=$3 hook=forward

	[[ $rule =~ hook\ ([a-z]+) ]] && hook=${BASH_REMATCH[1]}
	load_new "policy set $hook $absent" "rule add prio 10 $rule $hit comment rule" \
		"rule add prio 20 $opposite $miss comment opposite"
	frames "$depths" "$hits"
	[ ${#FRAMES[@]} -gt 0 ]
	shots "${COPIES[$hit]}" rule "$way"
	frames "$depths" "$misses"
	shots "${COPIES[$miss]}" opposite "$other_way"
	frames "$depths" "$absents"
	shots "${COPIES[$absent]}" "policy:$hook" "$other_way"
}

declare -rA COPIES=([accept]=2 [drop]=0)

test_row() {
	local rule opposite depths=$2 hits=$3 misses=$4 absents=$5
	local way=${6:-h1 h2} other_way=${7:-${6:-h1 h2}}

	if [[ $1 = *" | "* ]]; then
		rule=${1% | *}
		opposite=${1#* | }
	else
		rule=${1//%/}
		opposite=${1//%/not }
	fi
	play accept drop drop
	play drop accept accept
}

# ---- ports, Ethernet ----
row in "in p1 | in p3" frame "" "" - "h1 h2" "h3 h2"
row out "out p2 | out p3" frame "" "" - "h1 h2" "h1 h3"
row smac "%smac 02:00:00:00:0a:01" frame \
	"smac 02:00:00:00:0a:01" "smac 02:00:00:00:0a:03/smac 06:00:00:00:0a:01" -
row dmac "%dmac 02:00:00:00:0b:00/ff:ff:ff:ff:ff:00" frame \
	"dmac 02:00:00:00:0b:01" "dmac 02:00:00:00:0c:01" -
row frame "%frame multicast" frame \
	"dmac 01:00:5e:00:00:09" "/dmac ff:ff:ff:ff:ff:ff" -
row ethertype "%ethertype arp" l3 "arp" "ip4/ip6/raw 0101/pppoe 5 ip4" "llc"
row ethertype "%ethertype pppoe" l3 "pppoe 5 ip4/pppoe 5 ip6/pppoe 5 raw 0101" \
	"ip4/ip6" "llc"
row ethertype "%ethertype ipv6" l3 "ip6" "ip4/arp" "llc"

# ---- tags, PPPoE ----
row vlan "%vlan 10" tags \
	"vlan 10/svlan 10/vlan 10 vlan 20/svlan 10 vlan 20/vlan 0 vlan 10/vlan 0 svlan 0 vlan 10 vlan 0" \
	"vlan 11/svlan 9/vlan 20 vlan 10/vlan 0/vlan 0 vlan 20 vlan 10" ""
row vlan "%vlan 10,100-200" tags "vlan 10/svlan 100/vlan 200 vlan 20" \
	"vlan 11/svlan 99/vlan 20 vlan 100/vlan 201" ""
row vlan "vlan any | vlan none" tags "vlan 10/svlan 10/vlan 0/svlan 10 vlan 20" "" -
row vlan-prio "%vlan-prio 5" tags "vlan 7 pcp 5/svlan 7 pcp 5 vlan 8/vlan 0 pcp 5/vlan 0 pcp 4 vlan 7 pcp 5" \
	"vlan 0 pcp 5 vlan 7/vlan 7 pcp 4/vlan 7 vlan 8 pcp 5/vlan 5" ""
row vlan-proto "%vlan-proto 802.1ad" tags "svlan 7/svlan 7 vlan 8/svlan 7 svlan 8" \
	"vlan 7/vlan 7 svlan 8" ""
row inner-vlan "%inner-vlan 8" tags \
	"vlan 7 vlan 8/svlan 7 vlan 8/svlan 8 svlan 8/vlan 7 svlan 8/vlan 0 vlan 7 vlan 0 vlan 8" \
	"vlan 8 vlan 7/svlan 8 vlan 0" "/vlan 8/svlan 8/vlan 0 vlan 8"
row inner-vlan "inner-vlan any | inner-vlan none" tags \
	"vlan 7 vlan 8/svlan 7 vlan 0/svlan 7 svlan 8" "/vlan 8/svlan 8" -
row inner-vlan-prio "%inner-vlan-prio 6" tags \
	"vlan 7 vlan 8 pcp 6/svlan 7 svlan 8 pcp 6" "vlan 7 pcp 6 vlan 8/vlan 7 vlan 6" \
	"/vlan 7 pcp 6"
row inner-vlan-proto "%inner-vlan-proto 802.1ad" tags \
	"svlan 7 svlan 8/vlan 7 svlan 8" "svlan 7 vlan 8/vlan 7 vlan 8" "/svlan 7"
row pppoe-session "%pppoe-session 17" l3 \
	"pppoe 17 ip4/pppoe 17 ip6/pppoe 17 raw 0101" "pppoe 16 ip4/pppoe 273 ip6" \
	"ip4/ip6/llc"
row mpls-label "%mpls-label 100" l3 \
	"ethertype 0x8847 raw 00064140/ethertype 0x8848 raw 000640ff" \
	"ethertype 0x8847 raw 00065140/ethertype 0x8848 raw 10064140" \
	"ethertype 0x88b6 raw 00064140/ip4"

# ---- ARP ----
# ARP with longer addresses has an operation, but no addresses.
readonly FOREIGN_ARP="arp op 2 arp-hln 8 saddr 192.0.2.7 daddr 192.0.2.7 sha 02:00:00:00:0c:01 tha 02:00:00:00:0c:01"
row arp-op "%arp-op reply" l3 "arp op 2/$FOREIGN_ARP" "arp op 1/arp op 258" "ip4/ip6"
row arp-sender-ip "%arp-sender-ip 192.0.2.0/28" l3 \
	"arp saddr 192.0.2.7/arp arp-hrd 6 op 2 saddr 192.0.2.7" "arp saddr 192.0.2.16/arp saddr 192.0.3.7 daddr 192.0.2.7" \
	"ip4 saddr 192.0.2.7/$FOREIGN_ARP"
row arp-target-ip "%arp-target-ip 192.0.2.7" l3 \
	"arp daddr 192.0.2.7/arp op 2 daddr 192.0.2.7" "arp daddr 192.0.2.6/arp saddr 192.0.2.7" \
	"ip4 daddr 192.0.2.7/$FOREIGN_ARP"
row arp-sender-mac "%arp-sender-mac 02:00:00:00:0c:01" l3 \
	"arp sha 02:00:00:00:0c:01" "arp sha 02:00:00:00:0c:02/arp tha 02:00:00:00:0c:01" \
	"ip4/$FOREIGN_ARP"
row arp-target-mac "%arp-target-mac 02:00:00:00:0c:00/ff:ff:ff:ff:ff:00" l3 \
	"arp tha 02:00:00:00:0c:01" "arp tha 02:00:00:00:0d:01/arp sha 02:00:00:00:0c:01" \
	"ip4/$FOREIGN_ARP"
row arp-gratuitous "arp-gratuitous yes | arp-gratuitous no" l3 \
	"arp saddr 192.0.2.7 daddr 192.0.2.7/arp op 2 saddr 192.0.2.7 daddr 192.0.2.7" \
	"arp/arp op 2 saddr 192.0.2.7 daddr 192.0.2.6" \
	"ip4 saddr 192.0.2.7 daddr 192.0.2.7/$FOREIGN_ARP"

# ---- IP ----
row saddr "%saddr 10.1.2.0/24" ip4 "@ saddr 10.1.2.3/@ saddr 10.1.2.3 frag 9" \
	"@ saddr 10.1.3.3/@ daddr 10.1.2.3" "ip6/raw 0101"
row saddr "%saddr 2001:db8:1::/48" ip6 "@ saddr 2001:db8:1::7" \
	"@ saddr 2001:db8:2::7/@ daddr 2001:db8:1::7" "ip4/raw 0101"
row daddr "%daddr 198.51.100.9" ip4 "@ daddr 198.51.100.9/@ options 8 daddr 198.51.100.9" \
	"@ daddr 198.51.100.8/@ saddr 198.51.100.9" "ip6/raw 0101"
row daddr "%daddr 2001:db8::9" ip6 "@ daddr 2001:db8::9/@ ext hbh daddr 2001:db8::9" \
	"@ daddr 2001:db8::8/@ saddr 2001:db8::9" "ip4/raw 0101"
row dscp "%dscp ef" ip "@ dscp 46" "@ dscp 45/@" "raw 0101"
row ttl "%ttl 0-1,255" ip "@ ttl 1/@ ttl 255" "@ ttl 2/@ ttl 254" "raw 0101"
row length "%length 100-200" ip "@ proto udp payload 90/@ proto udp payload 140" \
	"@ proto udp payload 10/@ proto udp payload 180/@ proto udp payload 10 len 170" \
	"raw 0101"
row frag "%frag first" ip4 "@ mf" "@/@ frag 1/@ frag 1 mf" "raw 0101"
row frag "%frag first" ip6 "@ ext frag:0+/@ ext hbh,frag:0+" \
	"@/@ ext frag:1/@ ext frag:1+/@ ext frag:0" "raw 0101"
row frag "%frag later" ip4 "@ frag 1/@ frag 8191/@ frag 1 mf" "@/@ mf" "raw 0101"
row frag "%frag later" ip6 "@ ext frag:1/@ ext dst,frag:9+" "@/@ ext frag:0+" "raw 0101"
row ip-options "ip-options yes | ip-options no" ip4 "@ options 4/@ options 40 frag 9" \
	"@" "raw 0101"
row ip-options "ip-options yes | ip-options no" ip6 "@ ext hbh/@ ext dst,frag:9" \
	"@/@ ext frag:9" "raw 0101"
row proto "%proto udp" ip "@ proto udp" "@ proto 253/@ proto tcp" "raw 0101"
row proto "%proto udp" ip6 "@ ext hbh,rt proto udp/@ ext frag:9 proto udp" \
	"@ ext esp proto udp/@ ext dst proto tcp" "raw 0101"

# ---- behind IP ----
readonly NO_PORTS4="@ proto 253/@ frag 9 proto tcp sport 80 dport 80"
readonly NO_PORTS6="@ proto 253/@ ext frag:9 proto tcp sport 80 dport 80"
row sport "proto tcp %sport 80,1000-2000" ip \
	"@ proto tcp sport 80/@ proto tcp sport 2000" "@ proto tcp dport 80/@ proto tcp sport 999" \
	"@ proto udp sport 80"
row sport "proto tcp %sport 80" ip4 "@ proto tcp sport 80" "@ proto tcp" "$NO_PORTS4"
row sport "proto udp %sport 53" ip "@ proto udp sport 53" "@ proto udp dport 53" "@ proto sctp sport 53"
row sport "proto sctp %sport 53" ip "@ proto sctp sport 53" "@ proto sctp dport 53" "@ proto udp sport 53"
row dport "proto tcp %dport 80" ip "@ proto tcp dport 80" "@ proto tcp sport 80" "@ proto udp dport 80"
row dport "proto tcp %dport 80" ip6 "@ ext hbh proto tcp dport 80" "@ proto tcp" "$NO_PORTS6"
row dport "proto udp %dport 50-60" ip "@ proto udp dport 53" "@ proto udp sport 53" "@ proto tcp dport 53"
row dport "proto sctp %dport 53" ip "@ proto sctp dport 53" "@ proto sctp sport 53" "@ proto 253"
row tcp-flags "proto tcp %tcp-flags syn/syn,ack" ip \
	"@ proto tcp flags syn/@ proto tcp flags syn,psh" \
	"@ proto tcp flags syn,ack/@ proto tcp flags ack" "@ proto udp"
row icmp-type "proto icmp %icmp-type 8" ip4 "@ proto icmp icmp-type 8" \
	"@ proto icmp icmp-type 0" "@ proto icmp frag 9 icmp-type 8/@ proto igmp icmp-type 8"
row icmp-code "proto icmp icmp-type 3 %icmp-code 4" ip4 \
	"@ proto icmp icmp-type 3 icmp-code 4" "@ proto icmp icmp-type 3 icmp-code 0" \
	"@ proto icmp icmp-type 11 icmp-code 4/@ proto icmp frag 9 icmp-type 3 icmp-code 4"
row icmpv6-type "proto icmpv6 %icmpv6-type 128" ip6 \
	"@ proto icmpv6 icmp-type 128/@ ext hbh proto icmpv6 icmp-type 128" \
	"@ proto icmpv6 icmp-type 129" "@ ext frag:9 proto icmpv6 icmp-type 128/@ proto icmp icmp-type 128"
row icmpv6-code "proto icmpv6 icmpv6-type 1 %icmpv6-code 4" ip6 \
	"@ proto icmpv6 icmp-type 1 icmp-code 4" "@ proto icmpv6 icmp-type 1 icmp-code 0" \
	"@ proto icmpv6 icmp-type 2 icmp-code 4/@ proto icmp icmp-type 1 icmp-code 4"
row nd-target "%nd-target 2001:db8::/112" ip6 \
	"@ proto icmpv6 icmp-type 135 nd-target 2001:db8::77/@ proto icmpv6 icmp-type 137 nd-target 2001:db8::77" \
	"@ proto icmpv6 icmp-type 136 nd-target 2001:db8::1:77" \
	"@ proto icmpv6 icmp-type 134/@ proto icmpv6 icmp-type 128"
row nd-lladdr "%nd-lladdr 02:00:00:00:0c:01" ip6 \
	"@ proto icmpv6 icmp-type 133 nd-lladdr 02:00:00:00:0c:01/@ proto icmpv6 icmp-type 136 nd-skip 31 nd-lladdr 02:00:00:00:0c:01/@ proto icmpv6 icmp-type 136 nd-options 0101020000000c020201020000000c01" \
	"@ proto icmpv6 icmp-type 135 nd-lladdr 02:00:00:00:0c:02/@ proto icmpv6 icmp-type 135 nd-options 0201020000000c010101020000000c02" \
	"@ proto icmpv6 icmp-type 135/@ proto icmpv6 icmp-type 128"
row igmp-type "proto igmp %igmp-type 22" ip4 "@ proto igmp igmp-type 0x16" \
	"@ proto igmp igmp-type 0x17" "@ proto icmp icmp-type 0x16/@ proto igmp igmp-type 0x16 frag 9"
row gre-proto "proto gre %gre-proto 0x6558" ip "@ proto gre gre-proto 0x6558" \
	"@ proto gre gre-proto 0x0800" "@ proto 253 gre-proto 0x6558"

# ---- the frame as a whole ----
row mark "hook output %mark 0x5/0xf" frame "mark 5/mark 0x15" "mark 6/mark 0x50" - \
	"br0 h1"
row state "%state untracked" whole \
	"arp/llc/snap ip4/pppoe 5 ip4/snap pppoe 5 ip6/vlan 7 vlan 8 ip4/svlan 7 vlan 8 ip6/vlan 7 pppoe 5 ip4/vlan 7 snap ip6" \
	"ip4 proto udp/ip6 proto udp/vlan 7 ip4 proto udp/svlan 7 ip6 proto udp" -
row malformed "malformed yes | malformed no" ip "@ version 5/@ proto tcp doff 4" \
	"@/@ proto tcp/raw 0101" -

# ---- a third tag: nothing behind it is read ----
row malformed "malformed yes | malformed no" tags \
	"vlan 7 vlan 8 vlan 9/svlan 7 vlan 8 vlan 9/svlan 7 svlan 8 svlan 9 vlan 10" \
	"vlan 7 vlan 8/svlan 7 svlan 8/vlan 7 vlan 0 vlan 8/vlan 0 vlan 0 svlan 7 vlan 0 svlan 8" -
row saddr "proto tcp %saddr 10.1.2.0/24" whole "vlan 7 vlan 8 ip4 saddr 10.1.2.3 proto tcp" \
	"svlan 7 vlan 8 ip4 proto tcp" \
	"vlan 7 vlan 8 vlan 9 ip4 saddr 10.1.2.3 proto tcp/vlan 7 vlan 8 vlan 9 pppoe 5 ip4 saddr 10.1.2.3 proto tcp/svlan 7 svlan 8 vlan 9 vlan 10 ip4 saddr 10.1.2.3 proto tcp"
row dport "proto udp %dport 53" whole "vlan 7 vlan 8 ip6 proto udp dport 53" \
	"svlan 7 vlan 8 ip6 proto udp dport 54" \
	"vlan 7 vlan 8 vlan 9 ip6 proto udp dport 53/svlan 7 vlan 8 vlan 9 snap ip6 proto udp dport 53"

# The rows against what the module says it knows.
test_complete() {
	local word keyword

	info matches
	for keyword in "${!ROWS[@]}"; do
		contains "fields of the module" ",$keyword," ",$INFO,"
	done
	for word in ${INFO//,/ }; do
		[ -n "${ROWS[$word]:-}" ] || {
			say "no row for $word"
			return 1
		}
	done
	equal "fields" "${#ROWS[@]}" "$(wc -w <<<"${INFO//,/ }")"
}

check "there is a row for each field" test_complete
run_checks
