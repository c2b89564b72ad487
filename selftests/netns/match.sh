#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every field that a rule may match: frames that match and frames that nearly
# do.
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

# ---- ports ----
row "in port" "in p1" \
	hit "ip4" hit "via h1 h3 arp" miss "via h3 h2 ip4" miss "via h2 h1 ip4"
row "out port" "out p2" \
	hit "ip4" hit "via h3 h2 ip6" miss "via h1 h3 ip4" miss "via h2 h1 ip4"
row "in and out port" "in p1 out p2" \
	hit "ip4" miss "via h1 h3 ip4" miss "via h3 h2 ip4" miss "via h2 h1 ip4"
row "in port at input" "hook input in p1" \
	hit "via h1 br0 ip4" miss "via h2 br0 ip4"
row "out port at output" "hook output out p1" \
	hit "via br0 h1 ip4" miss "via br0 h2 ip4"
row "bridge" "bridge br0" hit "ip4"
row "another bridge" "bridge br1" miss "ip4" miss "arp"
row "a port that doesn't exist" "in p9" miss "ip4"

# ---- Ethernet ----
row "smac" "smac 02:00:00:00:0a:01" \
	hit "smac 02:00:00:00:0a:01 ip4" hit "smac 02:00:00:00:0a:01 arp" \
	miss "smac 02:00:00:00:0a:03 ip4" miss "smac 06:00:00:00:0a:01 ip4" \
	miss "dmac 02:00:00:00:0a:01 ip4"
row "smac with mask" "smac 02:00:5e:00:00:00/ff:ff:ff:00:00:00" \
	hit "smac 02:00:5e:01:02:03 ip4" hit "smac 02:00:5e:ff:ff:ff ip6" \
	miss "smac 02:00:5f:01:02:03 ip4" miss "smac 06:00:5e:01:02:03 ip4"
row "smac with a mask of one bit" "smac 00:00:00:00:00:01/00:00:00:00:00:01" \
	hit "smac 02:00:00:00:00:ff ip4" miss "smac 02:00:00:00:00:fe ip4"
row "dmac" "dmac 02:00:00:00:0b:01" \
	hit "dmac 02:00:00:00:0b:01 ip4" hit "dmac 02:00:00:00:0b:01 llc" \
	miss "dmac 02:00:00:00:0b:02 ip4" miss "smac 02:00:00:00:0b:01 ip4"
row "dmac: group addresses" "dmac 01:00:00:00:00:00/01:00:00:00:00:00" \
	hit "via h1 h2 dmac 01:00:5e:00:00:09 ip4" miss "ip4"
row "ethertype" "ethertype 0x0806" \
	hit "arp" hit "vlan 7 arp" miss "ip4" miss "ethertype 0x0808 raw 0001" \
	miss "llc"
row "ethertype by name" "ethertype arp" hit "arp" miss "ip4"
row "ethertype: no meaning for LLC lengths" "ethertype 0x0600" \
	hit "ethertype 0x0600 raw 00" miss "llc"
row "vlan" "vlan 10" \
	hit "vlan 10 ip4" hit "vlan 10 pcp 5 arp" hit "vlan 10 llc" \
	hit "svlan 10 ip4" hit "vlan 10 vlan 20 ip4" \
	miss "ip4" miss "vlan 11 ip4" miss "vlan 0 ip4" miss "vlan 20 vlan 10 ip4"
row "vlan 0 is a priority tag" "vlan 0" \
	hit "vlan 0 pcp 3 ip4" miss "ip4" miss "vlan 1 ip4"
row "vlan 4094" "vlan 4094" hit "vlan 4094 ip4" miss "vlan 4093 ip4"
row "vlan at input" "hook input vlan 10" \
	hit "via h1 br0 vlan 10 ip4" miss "via h1 br0 ip4" \
	miss "via h1 br0 vlan 11 ip4"

# ---- IPv4 addresses ----
row "IPv4 saddr" "saddr 192.0.2.10" \
	hit "ip4 saddr 192.0.2.10" hit "vlan 5 ip4 saddr 192.0.2.10 proto tcp" \
	hit "ip4 saddr 192.0.2.10 options 8" hit "ip4 saddr 192.0.2.10 frag 9" \
	miss "ip4 saddr 192.0.2.11" miss "ip4 daddr 192.0.2.10" \
	miss "arp saddr 192.0.2.10" miss "ip6"
row "IPv4 saddr prefix" "saddr 10.64.0.0/10" \
	hit "ip4 saddr 10.64.0.0" hit "ip4 saddr 10.127.255.255" \
	miss "ip4 saddr 10.63.255.255" miss "ip4 saddr 10.128.0.0"
row "IPv4 saddr /31" "saddr 192.0.2.10/31" \
	hit "ip4 saddr 192.0.2.10" hit "ip4 saddr 192.0.2.11" \
	miss "ip4 saddr 192.0.2.9" miss "ip4 saddr 192.0.2.12"
row "IPv4 saddr /1" "saddr 128.0.0.0/1" \
	hit "ip4 saddr 128.0.0.1" hit "ip4 saddr 255.1.1.1" \
	miss "ip4 saddr 127.255.255.255" miss "ip6"
row "IPv4 daddr" "daddr 198.51.100.10" \
	hit "ip4 daddr 198.51.100.10" hit "svlan 5 ip4 daddr 198.51.100.10" \
	miss "ip4 daddr 198.51.100.11" miss "ip4 saddr 198.51.100.10" \
	miss "arp daddr 198.51.100.10"
row "IPv4 daddr prefix" "daddr 198.51.100.0/24" \
	hit "ip4 daddr 198.51.100.0" hit "ip4 daddr 198.51.100.255" \
	miss "ip4 daddr 198.51.101.0" miss "ip4 daddr 198.51.99.255"
row "IPv4 saddr and daddr" "saddr 192.0.2.0/24 daddr 198.51.100.2" \
	hit "ip4 saddr 192.0.2.77" miss "ip4 saddr 192.0.3.77" \
	miss "ip4 saddr 192.0.2.77 daddr 198.51.100.3"

# ---- IPv6 addresses ----
row "IPv6 saddr" "saddr 2001:db8::10" \
	hit "ip6 saddr 2001:db8::10" hit "vlan 5 ip6 saddr 2001:db8::10 proto udp" \
	hit "ip6 saddr 2001:db8::10 ext hbh,frag:9" \
	miss "ip6 saddr 2001:db8::11" miss "ip6 saddr 2001:db9::10" \
	miss "ip6 daddr 2001:db8::10" miss "ip4"
row "IPv6 saddr prefix" "saddr 2001:db8:8000::/33" \
	hit "ip6 saddr 2001:db8:8000::" \
	hit "ip6 saddr 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" \
	miss "ip6 saddr 2001:db8:7fff:ffff::" miss "ip6 saddr 2001:db9:8000::"
row "IPv6 saddr /127" "saddr 2001:db8::10/127" \
	hit "ip6 saddr 2001:db8::10" hit "ip6 saddr 2001:db8::11" \
	miss "ip6 saddr 2001:db8::f" miss "ip6 saddr 2001:db8::12"
row "IPv6 daddr" "daddr 2001:db8:ffff::10" \
	hit "ip6 daddr 2001:db8:ffff::10" miss "ip6 daddr 2001:db8:ffff::11" \
	miss "ip6 saddr 2001:db8:ffff::10"
row "IPv6 daddr prefix" "daddr ff00::/8" \
	hit "ip6 daddr ff02::1" hit "ip6 daddr ffff::" miss "ip6 daddr fe80::1" \
	miss "ip4 daddr 255.0.0.1"

# ---- protocol ----
row "IPv4 proto" "proto tcp" \
	hit "ip4 proto tcp" hit "vlan 4 ip4 proto tcp options 40" \
	hit "ip4 proto tcp frag 100" hit "ip6 proto tcp" \
	miss "ip4 proto udp" miss "ip4 proto 5" miss "ip4 proto 7" miss "arp"
row "proto by number" "proto 253" \
	hit "ip4 proto 253" hit "ip6 proto 253" miss "ip4 proto 252" \
	miss "ip6 proto 254"
row "proto 0" "proto 0" hit "ip4 proto 0" miss "ip4 proto udp" miss "arp"
row "IPv6 proto behind extension headers" "proto udp" \
	hit "ip6 proto udp" hit "ip6 ext hbh proto udp" \
	hit "ip6 ext rt proto udp" hit "ip6 ext ah proto udp" \
	hit "ip6 ext dst proto udp" hit "ip6 ext frag:0+ proto udp" \
	hit "ip6 ext hbh,dst,rt,frag:0,ah,dst proto udp" \
	hit "ip6 ext frag:9 proto udp" hit "vlan 4 ip6 ext hbh,rt proto udp" \
	miss "ip6 ext hbh,dst proto tcp" miss "ip6 ext esp proto udp" \
	miss "ip6 ext none proto udp" miss "ip6 ext hbh,esp proto udp"
row "proto esp ends the walk" "proto 50" \
	hit "ip6 ext esp proto udp" hit "ip6 ext hbh,esp proto udp" \
	hit "ip4 proto 50" miss "ip6 ext ah proto udp"
row "ethertype separates IPv4 from IPv6" "ethertype 0x86dd proto udp" \
	hit "ip6 proto udp" miss "ip4 proto udp"

# ---- ports of layer 4 ----
row "TCP dport" "proto tcp dport 7070" \
	hit "ip4 proto tcp dport 7070" hit "ip6 proto tcp dport 7070" \
	hit "vlan 9 ip4 proto tcp dport 7070" \
	hit "vlan 9 ip6 proto tcp dport 7070" \
	hit "ip4 options 12 proto tcp dport 7070" \
	hit "ip4 proto tcp dport 7070 payload 6000" \
	hit "ip6 ext hbh,dst proto tcp dport 7070 payload 6000" \
	hit "ip4 proto tcp dport 7070 frag 0 mf" \
	hit "ip4 proto tcp dport 7070 len 200" \
	miss "ip4 proto tcp dport 7071" miss "ip4 proto tcp sport 7070" \
	miss "ip4 proto udp dport 7070" miss "ip6 proto tcp dport 7071"
row "TCP sport" "proto tcp sport 7070" \
	hit "ip4 proto tcp sport 7070" hit "ip6 ext ah proto tcp sport 7070" \
	miss "ip4 proto tcp dport 7070" miss "ip6 proto tcp sport 7071"
row "UDP dport" "proto udp dport 53" \
	hit "ip4 proto udp dport 53" hit "ip6 proto udp dport 53" \
	miss "ip4 proto udp dport 52" miss "ip6 proto tcp dport 53"
row "UDP sport" "proto udp sport 53" \
	hit "ip4 proto udp sport 53" hit "ip6 proto udp sport 53" \
	miss "ip4 proto udp dport 53"
row "port 0 is a port" "proto udp dport 0" \
	hit "ip4 proto udp dport 0" miss "ip4 proto udp dport 1" \
	miss "ip4 proto udp dport 0 frag 20"
row "port range, both edges" "proto tcp dport 1000-2000" \
	hit "ip4 proto tcp dport 1000" hit "ip4 proto tcp dport 1500" \
	hit "ip4 proto tcp dport 2000" hit "ip6 proto tcp dport 1000" \
	hit "ip6 proto tcp dport 2000" \
	miss "ip4 proto tcp dport 999" miss "ip4 proto tcp dport 2001" \
	miss "ip6 proto tcp dport 999" miss "ip6 proto tcp dport 2001"
row "port range of two" "proto udp sport 1023-1024" \
	hit "ip4 proto udp sport 1023" hit "ip4 proto udp sport 1024" \
	miss "ip4 proto udp sport 1022" miss "ip4 proto udp sport 1025"
row "port range of nearly all" "proto udp dport 0-65534" \
	hit "ip4 proto udp dport 0" hit "ip4 proto udp dport 65534" \
	miss "ip4 proto udp dport 65535" miss "ip4 proto tcp dport 5" \
	miss "ip4 proto udp dport 5 frag 3"
row "port range to the end" "proto tcp sport 49152-65535" \
	hit "ip4 proto tcp sport 49152" hit "ip6 proto tcp sport 65535" \
	miss "ip4 proto tcp sport 49151" miss "ip4 proto tcp sport 0"
row "two port ranges" "proto tcp sport 100-200 dport 300-400" \
	hit "ip4 proto tcp sport 100 dport 400" \
	hit "ip4 proto tcp sport 200 dport 300" \
	miss "ip4 proto tcp sport 300 dport 100" \
	miss "ip4 proto tcp sport 100 dport 401" \
	miss "ip4 proto tcp sport 99 dport 300"
row "later fragments have no ports" "proto udp dport 53" \
	hit "ip4 proto udp dport 53" hit "ip4 proto udp dport 53 mf" \
	hit "ip6 ext frag:0+ proto udp dport 53" \
	miss "ip4 proto udp dport 53 frag 1" \
	miss "ip4 proto udp dport 53 frag 185 mf" \
	miss "ip6 ext frag:1 proto udp dport 53" \
	miss "ip6 ext hbh,frag:185+ proto udp dport 53"
row "ports are those of the named protocol" "proto tcp dport 7070" \
	hit "ip4 proto tcp dport 7070" miss "ip4 proto sctp dport 7070" \
	miss "ip4 proto 253 dport 7070" miss "ip6 ext esp proto tcp dport 7070" \
	miss "ip4 proto gre dport 7070" \
	miss "ethertype 0x88b6 raw 450000280000000040060000c0000201c6336402"
row "ports need an IP header" "proto udp dport 53" \
	hit "ip4 proto udp dport 53" miss "arp" miss "llc" \
	hit "vlan 3 vlan 4 ip4 proto udp dport 53" \
	miss "vlan 3 vlan 4 vlan 5 ip4 proto udp dport 53"

# ---- TCP flags ----
row "tcp-flags syn" "proto tcp tcp-flags syn" \
	hit "ip4 proto tcp flags syn" hit "ip4 proto tcp flags syn,ack" \
	hit "ip6 proto tcp flags syn,ece,cwr" miss "ip4 proto tcp flags ack" \
	miss "ip4 proto tcp flags fin,psh" miss "ip4 proto tcp flags syn frag 2"
row "tcp-flags syn among syn and ack" "proto tcp tcp-flags syn/syn,ack" \
	hit "ip4 proto tcp flags syn" hit "ip4 proto tcp flags syn,psh" \
	hit "ip6 proto tcp flags syn" miss "ip4 proto tcp flags syn,ack" \
	miss "ip6 proto tcp flags ack" miss "ip4 proto tcp flags fin"
row "tcp-flags none" "proto tcp tcp-flags none/syn,ack,rst,fin" \
	hit "ip4 proto tcp flags psh" hit "ip6 proto tcp flags urg" \
	miss "ip4 proto tcp flags syn" miss "ip4 proto tcp flags rst" \
	miss "ip4 proto udp"
row "tcp-flags fin,psh,urg" "proto tcp tcp-flags fin,psh,urg" \
	hit "ip4 proto tcp flags fin,psh,urg" miss "ip4 proto tcp flags fin,psh" \
	miss "ip4 proto tcp flags urg"
row "tcp-flags ece and cwr" "proto tcp tcp-flags ece,cwr/ece,cwr" \
	hit "ip4 proto tcp flags syn,ece,cwr" miss "ip4 proto tcp flags ece" \
	miss "ip4 proto tcp flags cwr"

# ---- ICMP ----
row "icmp-type" "proto icmp icmp-type 8" \
	hit "ip4 proto icmp icmp-type 8" hit "vlan 2 ip4 proto icmp icmp-type 8" \
	hit "ip4 proto icmp icmp-type 8 icmp-code 3" \
	miss "ip4 proto icmp icmp-type 0" miss "ip6 proto icmpv6 icmp-type 8" \
	miss "ip4 proto icmp icmp-type 8 frag 1" miss "ip4 proto udp"
row "icmp-type 0" "proto icmp icmp-type 0" \
	hit "ip4 proto icmp icmp-type 0" miss "ip4 proto icmp icmp-type 8" \
	miss "ip4 proto icmp icmp-type 0 frag 1" miss "ip4 proto tcp"
row "icmp-type by name" "proto icmp icmp-type echo-request" \
	hit "ip4 proto icmp icmp-type 8" miss "ip4 proto icmp icmp-type 0"
row "icmp-code" "proto icmp icmp-type 3 icmp-code 4" \
	hit "ip4 proto icmp icmp-type 3 icmp-code 4" \
	miss "ip4 proto icmp icmp-type 3 icmp-code 3" \
	miss "ip4 proto icmp icmp-type 11 icmp-code 4"
row "icmpv6-type" "proto icmpv6 icmpv6-type 128" \
	hit "ip6 proto icmpv6 icmp-type 128" \
	hit "ip6 ext hbh proto icmpv6 icmp-type 128" \
	miss "ip6 proto icmpv6 icmp-type 129" \
	miss "ip6 ext frag:4 proto icmpv6 icmp-type 128" \
	miss "ip4 proto icmp icmp-type 128"
row "icmpv6-type by name" "proto icmpv6 icmpv6-type echo-request" \
	hit "ip6 proto icmpv6 icmp-type 128" miss "ip6 proto icmpv6 icmp-type 129"
row "icmpv6-code" "proto icmpv6 icmpv6-type 1 icmpv6-code 4" \
	hit "ip6 proto icmpv6 icmp-type 1 icmp-code 4" \
	miss "ip6 proto icmpv6 icmp-type 1 icmp-code 0" \
	miss "ip6 proto icmpv6 icmp-type 2 icmp-code 4"
row "ICMP in IPv6 and ICMPv6 in IPv4 have no type" "proto icmp icmp-type 8" \
	hit "ip4 proto icmp icmp-type 8" miss "ip6 proto icmp icmp-type 8" \
	miss "ip4 proto icmpv6 icmp-type 8"

# ---- all together ----
row "every kind of condition at once" \
	"bridge br0 in p1 out p2 smac 02:00:00:00:0a:01 dmac 02:00:00:00:00:02 ethertype 0x0800 vlan 10 saddr 192.0.2.0/24 daddr 198.51.100.2 proto tcp sport 1000-1999 dport 80 tcp-flags syn/syn,ack" \
	hit "smac 02:00:00:00:0a:01 vlan 10 ip4 proto tcp sport 1500 dport 80 flags syn" \
	miss "smac 02:00:00:00:0a:02 vlan 10 ip4 proto tcp sport 1500 dport 80 flags syn" \
	miss "smac 02:00:00:00:0a:01 vlan 11 ip4 proto tcp sport 1500 dport 80 flags syn" \
	miss "smac 02:00:00:00:0a:01 vlan 10 ip4 saddr 192.0.3.1 proto tcp sport 1500 dport 80 flags syn" \
	miss "smac 02:00:00:00:0a:01 vlan 10 ip4 proto tcp sport 2000 dport 80 flags syn" \
	miss "smac 02:00:00:00:0a:01 vlan 10 ip4 proto tcp sport 1500 dport 81 flags syn" \
	miss "smac 02:00:00:00:0a:01 vlan 10 ip4 proto tcp sport 1500 dport 80 flags syn,ack" \
	miss "via h3 h2 smac 02:00:00:00:0a:01 vlan 10 ip4 proto tcp sport 1500 dport 80 flags syn"

run_checks
