#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The fields of the rule language beyond those of match.sh: frames that match
# and frames that nearly do; negation, lists, ranges.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3 9000
# Frames to strangers and groups go to h2 only: one judgement each.
ip -n "$BR" link set p3 type bridge_slave flood off mcast_flood off bcast_flood off

# ---- tags ----
row "vlan none" "vlan none" \
	hit "ip4" hit "arp" hit "llc" miss "vlan 5 ip4" miss "svlan 5 ip6" \
	miss "vlan 0 ip4"
row "vlan any" "vlan any" \
	hit "vlan 5 ip4" hit "svlan 5 arp" hit "vlan 0 ip4" \
	hit "svlan 5 vlan 6 ip4" miss "ip4" miss "llc"
row "vlan list and range" "vlan 5,10-20,4094" \
	hit "vlan 5 ip4" hit "vlan 10 ip4" hit "vlan 20 ip6" hit "vlan 4094 arp" \
	miss "vlan 4 ip4" miss "vlan 6 ip4" miss "vlan 9 ip4" miss "vlan 21 ip4" \
	miss "vlan 4093 ip4" miss "ip4"
row "not vlan" "not vlan 10" \
	hit "vlan 11 ip4" hit "vlan 11 vlan 10 ip4" miss "vlan 10 ip4" miss "ip4"
row "not vlan: list" "not vlan 5,10-20" \
	hit "vlan 4 ip4" hit "vlan 21 arp" miss "vlan 5 ip4" miss "vlan 15 ip4" \
	miss "ip4"
row "vlan-prio" "vlan-prio 5" \
	hit "vlan 7 pcp 5 ip4" hit "vlan 0 pcp 5 ip4" miss "vlan 7 pcp 4 ip4" \
	miss "ip4" miss "vlan 5 ip4" miss "vlan 7 vlan 8 pcp 5 ip4"
row "vlan-prio 0" "vlan-prio 0" hit "vlan 7 ip4" miss "ip4" miss "vlan 7 pcp 1 ip4"
row "not vlan-prio" "not vlan-prio 5" \
	hit "vlan 7 pcp 4 ip4" miss "vlan 7 pcp 5 ip4" miss "ip4"
row "vlan-proto" "vlan-proto 802.1ad" \
	hit "svlan 7 ip4" hit "svlan 7 vlan 8 arp" miss "vlan 7 ip4" \
	miss "vlan 7 svlan 7 ip4" miss "ip4"
row "not vlan-proto" "not vlan-proto 802.1ad" \
	hit "vlan 7 ip4" hit "vlan 7 svlan 7 ip4" miss "svlan 7 ip4" miss "ip4"
row "inner-vlan" "inner-vlan 8" \
	hit "vlan 7 vlan 8 ip4" hit "svlan 8 vlan 8 arp" \
	miss "vlan 8 vlan 7 ip4" miss "vlan 8 ip4" miss "ip4"
row "inner-vlan list and range" "inner-vlan 8,100-200" \
	hit "vlan 7 vlan 8 ip4" hit "svlan 7 vlan 100 ip4" hit "vlan 7 vlan 200 ip6" \
	miss "vlan 7 vlan 9 ip4" miss "svlan 7 vlan 99 ip4" \
	miss "vlan 7 vlan 201 ip4" miss "vlan 8 ip4"
row "not inner-vlan" "not inner-vlan 8" \
	hit "vlan 8 vlan 7 ip4" miss "vlan 7 vlan 8 ip4" miss "vlan 7 ip4" miss "ip4"
row "inner-vlan none" "inner-vlan none" \
	hit "ip4" hit "vlan 8 ip4" miss "vlan 7 vlan 8 ip4" miss "svlan 7 vlan 0 ip4"
row "inner-vlan any" "inner-vlan any" \
	hit "vlan 7 vlan 8 ip4" hit "svlan 7 vlan 0 ip4" miss "vlan 8 ip4" miss "ip4"
row "inner-vlan-prio" "inner-vlan-prio 6" \
	hit "vlan 7 vlan 8 pcp 6 ip4" miss "vlan 7 pcp 6 vlan 8 ip4" \
	miss "vlan 7 pcp 6 ip4"
row "inner-vlan-proto" "inner-vlan-proto 802.1ad" \
	hit "svlan 7 svlan 8 ip4" hit "vlan 7 svlan 8 ip4" \
	miss "svlan 7 vlan 8 ip4" miss "svlan 7 ip4"
row "both tags" "vlan 7 vlan-proto 802.1ad inner-vlan 8 inner-vlan-proto 802.1q" \
	hit "svlan 7 vlan 8 ip4" miss "svlan 8 vlan 7 ip4" miss "vlan 7 vlan 8 ip4" \
	miss "svlan 7 svlan 8 ip4"

# ---- PPPoE, LLC ----
row "pppoe-session" "pppoe-session 17" \
	hit "pppoe 17 ip4" hit "pppoe 17 ip6" hit "pppoe 17 raw 0101" \
	hit "vlan 7 pppoe 17 ip4" hit "svlan 7 vlan 8 pppoe 17 ip6" \
	hit "snap pppoe 17 ip4" miss "pppoe 16 ip4" miss "vlan 7 pppoe 18 ip6" \
	miss "ip4" miss "ethertype 0x8863 pppoe 17 raw 0101"
row "pppoe-session range" "pppoe-session 5-6,65535" \
	hit "pppoe 5 ip4" hit "pppoe 6 ip4" hit "pppoe 65535 ip4" \
	miss "pppoe 4 ip4" miss "pppoe 7 ip4" miss "pppoe 65534 ip6" miss "ip4"
row "not pppoe-session" "not pppoe-session 17" \
	hit "pppoe 16 ip4" miss "pppoe 17 ip4" miss "ip4"
row "IPv4 in PPPoE" "daddr 198.51.100.9 proto tcp dport 80" \
	hit "pppoe 1 ip4 daddr 198.51.100.9 proto tcp dport 80" \
	hit "vlan 7 pppoe 1 ip4 daddr 198.51.100.9 proto tcp dport 80" \
	hit "svlan 7 vlan 8 pppoe 1 ip4 daddr 198.51.100.9 proto tcp dport 80" \
	miss "pppoe 1 ip4 daddr 198.51.100.8 proto tcp dport 80" \
	miss "svlan 7 vlan 8 pppoe 1 ip4 daddr 198.51.100.9 proto tcp dport 81"
row "IPv6 in PPPoE" "daddr 2001:db8::9 proto udp dport 53" \
	hit "pppoe 1 ip6 daddr 2001:db8::9 proto udp dport 53" \
	hit "vlan 7 pppoe 1 ip6 daddr 2001:db8::9 proto udp dport 53" \
	hit "svlan 7 vlan 8 pppoe 1 ip6 daddr 2001:db8::9 proto udp dport 53" \
	miss "pppoe 1 ip6 daddr 2001:db8::8 proto udp dport 53" \
	miss "svlan 7 vlan 8 pppoe 1 ip6 daddr 2001:db8::9 proto udp dport 54"
row "the EtherType of PPPoE is its own" "ethertype pppoe" \
	hit "pppoe 1 ip4" hit "vlan 7 pppoe 1 ip6" miss "ip4" \
	miss "ethertype 0x8863 pppoe 1 raw 0101"
row "IPv4 in SNAP" "ethertype ipv4 proto udp dport 53" \
	hit "snap ip4 proto udp dport 53" hit "vlan 7 snap ip4 proto udp dport 53" \
	hit "svlan 7 vlan 8 snap ip4 proto udp dport 53" \
	hit "snap ip4 proto udp dport 53 len 200" \
	miss "snap ip4 proto udp dport 54" miss "llc" \
	miss "snap ip6 proto udp dport 53"
row "ARP in SNAP" "arp-op request" hit "snap arp" miss "snap arp op 2" miss "snap ip4"

# Headers that the helper doesn't make, around an IPv4 packet of 46 bytes
frame bytes ip4 proto udp dport 53
readonly PACKET=${FRAME_REPLY:28}
readonly SESSION="ethertype 0x8864 raw"
row "short form of the PPP protocol" "pppoe-session 5 proto udp dport 53" \
	hit "$SESSION 11000005002f21$PACKET" hit "$SESSION 1100000500300021$PACKET" \
	miss "$SESSION 110000050030c021$PACKET" miss "$SESSION 11000005002f57$PACKET"
row "PPPoE headers that lie" "malformed yes" \
	hit "$SESSION 11a7000500300021$PACKET" hit "$SESSION 2100000500300021$PACKET" \
	hit "$SESSION 11000005002f0021$PACKET" hit "$SESSION 1100000500310021$PACKET" \
	hit "$SESSION 110000050032ff030021$PACKET" \
	miss "$SESSION 1100000500300021$PACKET"
row "SNAP of others has no EtherType" "proto udp dport 53" \
	hit "ethertype 54 raw aaaa030000000800$PACKET" \
	hit "ethertype 54 raw aaaa030000f80800$PACKET" \
	miss "ethertype 54 raw aaaa0300000c0800$PACKET" \
	miss "ethertype 54 raw aaaa130000000800$PACKET" \
	miss "ethertype 54 raw abaa030000000800$PACKET"
row "tags in SNAP" "vlan 5 proto udp dport 53" \
	hit "ethertype 58 raw aaaa03000000810000050800$PACKET" \
	hit "vlan 0 ethertype 62 raw aaaa030000f8810000008100c0050800$PACKET" \
	hit "vlan 5 ethertype 58 raw aaaa03000000810000000800$PACKET" \
	miss "vlan 6 ethertype 58 raw aaaa03000000810000050800$PACKET" \
	miss "ethertype 54 raw aaaa030000000800$PACKET"
row "lengths of IEEE 802.3 that lie" "malformed yes" \
	hit "ethertype 3 raw aaaa030000000800$PACKET" \
	hit "ethertype 54 raw aaaa130000000800$PACKET" \
	hit "ethertype 54 raw aaab030000000800$PACKET" \
	miss "ethertype 54 raw aaaa0300000c0800$PACKET" \
	hit "ethertype 62 raw aaaa030000000036aaaa030000000800$PACKET" \
	hit "vlan 0 ethertype 0 raw aaaa030000f80800$PACKET" \
	miss "ethertype 3 raw 424203" \
	hit "ethertype 53 raw aaaa030000000800$PACKET" \
	hit "ethertype 55 raw aaaa030000000800$PACKET" \
	miss "ethertype 54 raw aaaa030000000800$PACKET"
row "UDP and TCP headers that lie" "malformed yes" \
	hit "ip4 proto udp udp-length 7" hit "ip6 proto udp udp-length 27" \
	hit "ip4 proto tcp doff 4" miss "ip4 proto udp udp-length 26" \
	miss "ip6 proto udp udp-length 8"

row "short ICMP" "malformed yes" \
	hit "ip4 proto icmp total 22 truncate 36" hit "ip4 proto igmp total 22 truncate 36" \
	hit "ip6 proto icmpv6 plen 2 truncate 56" miss "ip6 proto icmp plen 2 truncate 56" \
	miss "ip6 proto igmp plen 2 truncate 56" miss "ip4 proto icmpv6 total 22 truncate 36"

# ---- ARP ----
row "arp-op" "arp-op reply" \
	hit "arp op 2" hit "vlan 7 vlan 8 arp op 2" miss "arp op 1" miss "arp op 0" \
	miss "ip4" miss "ethertype 0x8035 arp op 2"
row "arp-op by number" "arp-op 9" hit "arp op 9" miss "arp op 8" miss "arp op 0x109"
row "not arp-op" "not arp-op request" hit "arp op 2" miss "arp op 1" miss "ip4"
row "arp-sender-ip" "arp-sender-ip 192.0.2.7" \
	hit "arp saddr 192.0.2.7" hit "vlan 7 arp op 2 saddr 192.0.2.7" \
	miss "arp saddr 192.0.2.8" miss "arp daddr 192.0.2.7" \
	miss "ip4 saddr 192.0.2.7"
row "arp-sender-ip prefix" "arp-sender-ip 10.64.0.0/10" \
	hit "arp saddr 10.64.0.0" hit "arp saddr 10.127.255.255" \
	miss "arp saddr 10.63.255.255" miss "arp saddr 10.128.0.0"
row "not arp-sender-ip" "not arp-sender-ip 10.64.0.0/10" \
	hit "arp saddr 10.128.0.0" miss "arp saddr 10.64.0.1" miss "ip4"
row "arp-target-ip" "arp-target-ip 192.0.2.7" \
	hit "arp daddr 192.0.2.7" miss "arp daddr 192.0.2.8" miss "arp saddr 192.0.2.7"
row "not arp-target-ip" "not arp-target-ip 192.0.2.7" \
	hit "arp daddr 192.0.2.8" miss "arp daddr 192.0.2.7" miss "ip4"
row "arp-sender-mac" "arp-sender-mac 02:00:00:00:0c:01" \
	hit "arp sha 02:00:00:00:0c:01" miss "arp sha 02:00:00:00:0c:02" \
	miss "smac 02:00:00:00:0c:01 arp sha 02:00:00:00:0c:02" \
	miss "arp op 2 tha 02:00:00:00:0c:01"
row "arp-sender-mac with mask" "arp-sender-mac 02:00:5e:00:00:00/ff:ff:ff:00:00:00" \
	hit "arp sha 02:00:5e:01:02:03" miss "arp sha 02:00:5f:01:02:03"
row "not arp-sender-mac" "not arp-sender-mac 02:00:00:00:0c:01" \
	hit "arp sha 02:00:00:00:0c:02" miss "arp sha 02:00:00:00:0c:01" miss "ip4"
row "arp-target-mac" "arp-target-mac 02:00:00:00:0c:01" \
	hit "arp op 2 tha 02:00:00:00:0c:01" miss "arp op 2 tha 02:00:00:00:0c:03" \
	miss "arp sha 02:00:00:00:0c:01"
row "arp-gratuitous yes" "arp-gratuitous yes" \
	hit "arp saddr 192.0.2.7 daddr 192.0.2.7" \
	hit "arp op 2 saddr 192.0.2.7 daddr 192.0.2.7" miss "arp" \
	miss "ip4 saddr 192.0.2.7 daddr 192.0.2.7"
row "arp-gratuitous no" "arp-gratuitous no" \
	hit "arp" miss "arp saddr 192.0.2.7 daddr 192.0.2.7" miss "ip4"

# ---- neighbour discovery ----
row "nd-target" "nd-target 2001:db8::77" \
	hit "ip6 proto icmpv6 icmp-type 135 nd-target 2001:db8::77" \
	hit "ip6 proto icmpv6 icmp-type 136 nd-target 2001:db8::77" \
	hit "ip6 proto icmpv6 icmp-type 137 nd-target 2001:db8::77" \
	hit "vlan 7 ip6 ext hbh proto icmpv6 icmp-type 135 nd-target 2001:db8::77" \
	miss "ip6 proto icmpv6 icmp-type 135 nd-target 2001:db8::78" \
	miss "ip6 proto icmpv6 icmp-type 134 nd-target 2001:db8::77" \
	miss "ip6 daddr 2001:db8::77"
row "nd-target prefix, negated" "not nd-target 2001:db8::/64" \
	hit "ip6 proto icmpv6 icmp-type 135 nd-target 2001:db8:0:1::" \
	miss "ip6 proto icmpv6 icmp-type 135 nd-target 2001:db8::ffff:0:0:1" \
	miss "ip6 proto icmpv6 icmp-type 128" miss "ip4"
row "nd-lladdr" "nd-lladdr 02:00:00:00:0c:01" \
	hit "ip6 proto icmpv6 icmp-type 133 nd-lladdr 02:00:00:00:0c:01" \
	hit "ip6 proto icmpv6 icmp-type 134 nd-lladdr 02:00:00:00:0c:01" \
	hit "ip6 proto icmpv6 icmp-type 135 nd-lladdr 02:00:00:00:0c:01" \
	hit "ip6 proto icmpv6 icmp-type 136 nd-lladdr 02:00:00:00:0c:01" \
	hit "ip6 proto icmpv6 icmp-type 137 nd-lladdr 02:00:00:00:0c:01" \
	hit "ip6 proto icmpv6 icmp-type 135 nd-skip 31 nd-lladdr 02:00:00:00:0c:01" \
	miss "ip6 proto icmpv6 icmp-type 135 nd-skip 32 nd-lladdr 02:00:00:00:0c:01" \
	miss "ip6 proto icmpv6 icmp-type 135 ext frag:0+ nd-lladdr 02:00:00:00:0c:01" \
	miss "ip6 proto icmpv6 icmp-type 135 nd-lladdr 02:00:00:00:0c:02" \
	miss "ip6 proto icmpv6 icmp-type 135" \
	miss "smac 02:00:00:00:0c:01 ip6 proto icmpv6 icmp-type 135"
row "not nd-lladdr" "not nd-lladdr 02:00:00:00:0c:01/ff:ff:ff:ff:ff:ff" \
	hit "ip6 proto icmpv6 icmp-type 136 nd-lladdr 02:00:00:00:0c:02" \
	miss "ip6 proto icmpv6 icmp-type 136 nd-lladdr 02:00:00:00:0c:01" \
	miss "ip6 proto icmpv6 icmp-type 136"

# ---- IP ----
row "not saddr" "not saddr 192.0.2.0/24" \
	hit "ip4 saddr 192.0.3.1" hit "vlan 7 vlan 8 ip4 saddr 192.0.1.255" \
	miss "ip4 saddr 192.0.2.255" miss "ip6" miss "arp"
row "not daddr, IPv6" "not daddr 2001:db8::/32" \
	hit "ip6 daddr 2001:db9::1" miss "ip6 daddr 2001:db8::1" miss "ip4"
row "not saddr, not daddr" "not saddr 192.0.2.1 not daddr 198.51.100.2" \
	hit "ip4 saddr 192.0.2.2 daddr 198.51.100.3" miss "ip4 saddr 192.0.2.2" \
	miss "ip4 daddr 198.51.100.3" miss "ip4"
row "dscp" "dscp ef" \
	hit "ip4 dscp 46" hit "ip6 dscp 46" hit "vlan 7 pppoe 1 ip6 dscp 46" \
	miss "ip4 dscp 45" miss "ip6 dscp 47" miss "ip4" miss "arp"
row "dscp 0 is a codepoint" "dscp cs0" hit "ip4" hit "ip6" miss "ip4 dscp 1" miss "arp"
row "not dscp" "not dscp 10" hit "ip4 dscp 11" hit "ip6" miss "ip4 dscp 10" \
	miss "ip6 dscp 10" miss "arp"
row "ttl" "ttl 1" \
	hit "ip4 ttl 1" hit "ip6 ttl 1" miss "ip4 ttl 2" miss "ip6 ttl 0" miss "arp"
row "ttl list and range" "ttl 0,5-9,255" \
	hit "ip4 ttl 0" hit "ip4 ttl 5" hit "ip6 ttl 9" hit "ip6 ttl 255" \
	miss "ip4 ttl 1" miss "ip4 ttl 4" miss "ip6 ttl 10" miss "ip6 ttl 254" \
	miss "arp"
row "not ttl" "not ttl 255" hit "ip6 ttl 254" miss "ip6 ttl 255" miss "arp"
row "length" "length 100-200" \
	hit "ip4 proto udp payload 72" hit "ip4 proto udp payload 172" \
	hit "ip6 proto udp payload 52" hit "ip6 proto udp payload 152" \
	hit "pppoe 1 ip4 proto udp payload 72" hit "ip4 proto udp payload 72 len 300" \
	miss "ip4 proto udp payload 71" miss "ip4 proto udp payload 173" \
	miss "ip6 proto udp payload 51" miss "ip6 proto udp payload 153" \
	miss "ip4 proto udp payload 10 len 150" miss "arp len 150"
row "not length" "not length 28" \
	hit "ip4 proto udp payload 1" miss "ip4 proto udp payload 0" miss "arp"
row "frag none" "frag none" \
	hit "ip4" hit "ip6" hit "ip6 ext frag:0" miss "ip4 mf" miss "ip4 frag 1" \
	miss "ip6 ext frag:0+" miss "ip6 ext frag:1" miss "arp"
row "frag first" "frag first" \
	hit "ip4 mf" hit "ip6 ext frag:0+" hit "ip6 ext hbh,frag:0+" miss "ip4" \
	miss "ip4 frag 1 mf" miss "ip6" miss "ip6 ext frag:0" miss "ip6 ext frag:1+"
row "frag later" "frag later" \
	hit "ip4 frag 1" hit "ip4 frag 8191" hit "ip4 frag 1 mf" \
	hit "ip6 ext frag:1" hit "ip6 ext frag:1+" miss "ip4" miss "ip4 mf" \
	miss "ip6" miss "ip6 ext frag:0+" miss "arp"
row "not frag" "not frag none" \
	hit "ip4 mf" hit "ip6 ext frag:1" miss "ip4" miss "ip6" miss "arp"
row "ip-options yes" "ip-options yes" \
	hit "ip4 options 4" hit "ip4 options 40" hit "ip6 ext hbh" hit "ip6 ext rt" \
	hit "ip6 ext ah" hit "ip6 ext dst,frag:0+" hit "vlan 7 ip4 options 4 frag 9" \
	miss "ip4" miss "ip6" miss "ip6 ext frag:0" miss "ip6 ext frag:9" miss "arp"
row "ip-options no" "ip-options no" \
	hit "ip4" hit "ip6" hit "ip6 ext frag:0" miss "ip4 options 4" \
	miss "ip6 ext dst" miss "arp"
row "not proto" "not proto tcp" \
	hit "ip4 proto udp" hit "ip6 proto 253" miss "ip4 proto tcp" \
	miss "ip6 ext hbh proto tcp" miss "arp"

# ---- layer 4 ----
row "sctp ports" "proto sctp sport 1000-2000 dport 3868" \
	hit "ip4 proto sctp sport 1000 dport 3868" \
	hit "ip6 proto sctp sport 2000 dport 3868" \
	miss "ip4 proto sctp sport 999 dport 3868" \
	miss "ip6 proto sctp sport 2001 dport 3868" \
	miss "ip4 proto sctp sport 1000 dport 3869" \
	miss "ip4 proto tcp sport 1000 dport 3868" \
	miss "ip4 proto sctp sport 1000 dport 3868 frag 1"
row "port list" "proto tcp dport 22,80,8000-8080,65535" \
	hit "ip4 proto tcp dport 22" hit "ip4 proto tcp dport 80" \
	hit "ip6 proto tcp dport 8000" hit "ip6 proto tcp dport 8080" \
	hit "ip4 proto tcp dport 65535" \
	miss "ip4 proto tcp dport 21" miss "ip4 proto tcp dport 23" \
	miss "ip4 proto tcp dport 7999" miss "ip6 proto tcp dport 8081" \
	miss "ip4 proto tcp dport 65534" miss "ip4 proto udp dport 22"
row "port list of 16" \
	"proto udp dport 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31-33" \
	hit "ip4 proto udp dport 1" hit "ip4 proto udp dport 29" \
	hit "ip4 proto udp dport 31" hit "ip4 proto udp dport 33" \
	miss "ip4 proto udp dport 0" miss "ip4 proto udp dport 2" \
	miss "ip4 proto udp dport 30" miss "ip4 proto udp dport 34"
row "neighbours are joined" "proto udp dport 12,10-11,14,13" \
	hit "ip4 proto udp dport 10" hit "ip4 proto udp dport 14" \
	miss "ip4 proto udp dport 9" miss "ip4 proto udp dport 15"
row "not dport" "proto tcp not dport 80" \
	hit "ip4 proto tcp dport 81" miss "ip4 proto tcp dport 80" \
	miss "ip4 proto tcp dport 81 frag 1" miss "ip4 proto udp dport 81"
row "any port" "proto udp dport 0-65535" \
	hit "ip4 proto udp dport 0" hit "ip6 proto udp dport 65535" \
	hit "ip4 proto udp mf" miss "ip4 proto udp frag 1" \
	miss "ip6 proto udp ext frag:9" miss "ip4 proto tcp dport 80"
row "any TTL" "ttl 0-255" \
	hit "ip4 ttl 0" hit "ip6 ttl 255" miss "arp"
row "not sport: list and range" "proto udp not sport 53,1000-2000" \
	hit "ip4 proto udp sport 54" hit "ip6 proto udp sport 999" \
	hit "ip4 proto udp sport 2001" miss "ip4 proto udp sport 53" \
	miss "ip6 proto udp sport 1000" miss "ip4 proto udp sport 2000" miss "arp"
row "not tcp-flags" "proto tcp not tcp-flags syn/syn,ack" \
	hit "ip4 proto tcp flags ack" hit "ip4 proto tcp flags syn,ack" \
	miss "ip4 proto tcp flags syn" miss "ip4 proto tcp flags ack frag 1" \
	miss "ip4 proto udp"
row "not icmp-type" "proto icmp not icmp-type echo-request" \
	hit "ip4 proto icmp icmp-type 0" miss "ip4 proto icmp icmp-type 8" \
	miss "ip4 proto icmp icmp-type 0 frag 1" miss "ip4 proto udp"
row "not icmpv6-type" "proto icmpv6 not icmpv6-type 128" \
	hit "ip6 proto icmpv6 icmp-type 129" miss "ip6 proto icmpv6 icmp-type 128" \
	miss "ip6 proto udp"
row "igmp-type" "proto igmp igmp-type membership-query" \
	hit "ip4 proto igmp igmp-type 0x11" miss "ip4 proto igmp igmp-type 0x16" \
	miss "ip4 proto igmp igmp-type 0x11 frag 1" miss "ip4 proto icmp icmp-type 0x11"
row "not igmp-type" "proto igmp not igmp-type membership-report-v2" \
	hit "ip4 proto igmp igmp-type 0x17" miss "ip4 proto igmp igmp-type 0x16"
row "gre-proto" "proto gre gre-proto teb" \
	hit "ip4 proto gre gre-proto 0x6558" hit "ip6 proto gre gre-proto 0x6558" \
	miss "ip4 proto gre gre-proto 0x0800" miss "ip4 proto gre gre-proto 0x6558 frag 1" \
	miss "ip4 proto 253 gre-proto 0x6558"
row "not gre-proto" "proto gre not gre-proto 0x0800" \
	hit "ip4 proto gre gre-proto 0x6558" miss "ip4 proto gre gre-proto 0x0800" \
	miss "ip4 proto udp"
row "mpls-label" "mpls-label 100" \
	hit "ethertype 0x8847 raw 00064140" hit "ethertype 0x8848 raw 000640ff" \
	hit "vlan 7 vlan 8 ethertype 0x8847 raw 00064140" \
	miss "ethertype 0x8847 raw 00065140" miss "ethertype 0x8847 raw 00063140" \
	miss "ethertype 0x88b6 raw 00064140" miss "ip4"
row "not mpls-label" "not mpls-label 1048575" \
	hit "ethertype 0x8847 raw 00000140" miss "ethertype 0x8847 raw fffff140" \
	miss "ip4"

# ---- the frame ----
row "frame unicast" "frame unicast" \
	hit "ip4" miss "dmac 01:00:5e:00:00:09 ip4" miss "dmac ff:ff:ff:ff:ff:ff arp"
row "frame multicast" "frame multicast" \
	hit "dmac 01:00:5e:00:00:09 ip4" hit "dmac 33:33:00:00:00:01 ip6" miss "ip4" \
	miss "dmac ff:ff:ff:ff:ff:ff arp"
row "frame broadcast" "frame broadcast" \
	hit "dmac ff:ff:ff:ff:ff:ff arp" miss "ip4" miss "dmac ff:ff:ff:ff:ff:fe ip4"
row "not frame" "not frame unicast" \
	hit "dmac 01:00:5e:00:00:09 ip4" hit "dmac ff:ff:ff:ff:ff:ff arp" miss "ip4"
row "not smac, not dmac, not ethertype" \
	"not smac 02:00:00:00:0a:01 not dmac 02:00:00:00:0b:01 not ethertype arp" \
	hit "ip4" miss "smac 02:00:00:00:0a:01 ip4" miss "dmac 02:00:00:00:0b:01 ip4" \
	miss "arp" miss "llc"
row "malformed yes" "malformed yes" \
	hit "ip4 version 5" hit "ip4 ihl 4" hit "ip4 total 19" hit "ip4 proto tcp doff 4" \
	hit "ip6 plen 500" hit "ip6 ext dst*9" hit "vlan 1 vlan 2 vlan 3 ip4" \
	hit "pppoe 1 pppoe-length 500 ip4" \
	hit "ip6 proto icmpv6 icmp-type 135 nd-skip 33" \
	hit "ip6 proto icmpv6 icmp-type 135 ext frag:0+" \
	hit "arp arp-hln 8" hit "arp arp-pln 16" hit "ip4 proto tcp frag 1" \
	hit "vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 1 ip4" \
	miss "vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 0 vlan 1 ip4" \
	miss "arp arp-hrd 6" miss "ip4 proto tcp frag 3" \
	miss "ip4" miss "ip6" miss "arp" miss "llc" miss "vlan 1 vlan 2 ip4" \
	miss "ip6 ext dst*8" miss "pppoe 1 ip4"
row "malformed no" "malformed no" \
	hit "ip4" hit "ip6" hit "arp" hit "llc" hit "snap ip4" miss "ip4 version 5" \
	miss "ip6 plen 500" miss "vlan 1 vlan 2 vlan 3 ip4"

# ---- mark ----

row "mark with mask, of the host's own frames" "hook output mark 0x5/0xf" \
	hit "via br0 h1 mark 5 ip4" hit "via br0 h1 mark 0x1f5 arp" \
	miss "via br0 h1 mark 6 ip4" miss "via br0 h1 ip4"
row "not mark" "hook output not mark 0x5" \
	hit "via br0 h1 mark 6 ip4" hit "via br0 h1 ip4" hit "via br0 h1 mark 0x15 ip4" \
	miss "via br0 h1 mark 5 ip4"

mark_at_ingress() {
	tc -n "$BR" qdisc add dev p1 clsact &&
		tc -n "$BR" filter add dev p1 ingress protocol all matchall \
			action skbedit mark 7
}

test_mark_forward() {
	command -v tc >/dev/null || skip "needs tc"
	mark_at_ingress 2>"$TMP/tc" || skip "tc can't set marks: $(head -n 1 "$TMP/tc")"
	load_new "rule add mark 7 drop comment r"
	expect_pass h3 h2 ip4
	expect_drop h1 h2 rule r ip4
	load_new "rule add not mark 0x8/0x8 drop comment n" "rule add mark 7 drop comment r"
	expect_drop h1 h2 rule n ip4
	tc -n "$BR" qdisc del dev p1 clsact
	load_new "rule add mark 7 drop comment r"
	expect_pass h1 h2 ip4
	expect_count r 0
}

# Conditions see the mark that the frame came with, not what rules set.
test_mark_before() {
	load_new "rule add hook output prio 1 set-mark 0x5 comment s" \
		"rule add hook output prio 2 mark 0x5 drop comment set" \
		"rule add hook output prio 3 mark 0x9 drop comment came"
	expect_pass br0 h1 rule s ip4
	expect_drop br0 h1 rule came mark 9 ip4
	expect_drop br0 h1 rule set mark 5 ip4
	expect_count s 6
	expect_count set 2
	expect_count came 2
}

check "mark that tc set at ingress" test_mark_forward
check "mark is that of the frame when it came" test_mark_before
run_checks
