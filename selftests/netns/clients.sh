#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Real clients and servers, each through a bridge that drops everything but what
# the rules of this one service let pass.
#
#   h1: servers, 192.0.2.1, 2001:db8::1 --- p1 [br0] p2 --- h2: client, 192.0.2.2
#                                               p3 --- h3: has no address
#
# Hosts know each other's MAC addresses, except where that is what is tested.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool busybox dnsmasq ethtool iperf3
topology 3
addresses 1 2

# ---- configuration ----

arp() {
	in_host 2 busybox arping -q -f -w "$PATIENCE" -I eth0 192.0.2.1 >/dev/null
}

dhcp() {
	in_host 2 busybox udhcpc -i eth0 -n -q -f -t "$PATIENCE" -T 1 -A 0 -s /bin/true \
		>"$TMP/udhcpc" 2>&1 &&
		grep -q "lease of 192.0.2.1[0-9] obtained" "$TMP/udhcpc"
}

# h3_has WORD...: an address of this kind
h3_has() {
	[[ $(ip -n "$(host 3)" -6 addr show dev eth0 "$@") == *inet6* ]]
}

# The prefix is the router's, the address has been found to be nobody else's.
slaac() {
	ip -n "$(host 3)" link set eth0 down
	ip -n "$(host 3)" link set eth0 up
	soon h3_has dynamic to 2001:db8::/64 &&
		{ [ "$PATIENCE" -lt "$DEADLINE" ] ||
			wait_for h3_has dynamic to 2001:db8::/64 -tentative; }
}

# h3 finds out that the router has this address already.
duplicate() {
	local rc=0

	ip -n "$(host 3)" addr add 2001:db8::1/64 dev eth0
	soon h3_has dadfailed to 2001:db8::1 || rc=1
	ip -n "$(host 3)" addr del 2001:db8::1/64 dev eth0
	return "$rc"
}

test_arp() {
	service arp "in p2 ethertype arp arp-op request arp-target-ip 192.0.2.1" \
		"in p1 out p2 ethertype arp arp-op reply arp-sender-ip 192.0.2.1"
}

test_dhcp() {
	service dhcp "in p2 saddr 0.0.0.0 daddr 255.255.255.255 proto udp sport 68 dport 67" \
		"in p1 saddr 192.0.2.1 proto udp sport 67 dport 68"
}

test_slaac() {
	service slaac "also in p3 proto icmpv6 icmpv6-type router-solicitation" \
		"in p1 out p3 proto icmpv6 icmpv6-type router-advertisement"
}

test_duplicate() {
	service duplicate \
		"in p3 out p1 saddr :: proto icmpv6 icmpv6-type neighbor-solicitation nd-target 2001:db8::1" \
		"in p1 out p3 proto icmpv6 icmpv6-type neighbor-advertisement nd-target 2001:db8::1"
}

# ---- files ----

# same FILE: it is what the server has
same() {
	cmp -s "$TMP/served/file" "$1"
}

tftp() {
	rm -f "$TMP/tftp"
	in_host 2 timeout "$PATIENCE" busybox tftp -g -r file -l "$TMP/tftp" 192.0.2.1 \
		>/dev/null 2>&1 && same "$TMP/tftp"
}

# http ADDRESS
http() {
	rm -f "$TMP/http"
	in_host 2 timeout "$PATIENCE" busybox wget -q -O "$TMP/http" "http://$1/file" \
		>/dev/null 2>&1 && same "$TMP/http"
}

test_tftp() {
	service tftp "in p2 daddr 192.0.2.1 proto udp dport 69" \
		"in p1 saddr 192.0.2.1 proto udp sport 1024-65535 dport 1024-65535" \
		"in p2 daddr 192.0.2.1 proto udp sport 1024-65535 dport 1024-65535"
}

# The helper of the kernel says that the server's answer, from another port,
# belongs to the request. Who uses it is said by nftables.
test_tftp_helper() {
	modprobe -q nf_conntrack_tftp || skip "needs nf_conntrack_tftp"
	ip netns exec "$BR" nft -f - <<-END 2>"$TMP/nft" || skip "needs nft with helpers: $(head -n 1 "$TMP/nft")"
		table bridge brfw-clients {
			ct helper tftp {
				type "tftp" protocol udp
				l3proto ip
			}
			chain helpers {
				type filter hook prerouting priority 0
				udp dport 69 ct helper set "tftp"
			}
		}
	END
	service tftp "in p2 daddr 192.0.2.1 proto udp dport 69 state new" \
		"in p1 proto udp state related" "proto udp state established"
	ip netns exec "$BR" nft delete table bridge brfw-clients
	# Without it the answer is no part of anything.
	PATIENCE=1
	! tftp
}

# test_http on|off: the hosts' network cards cut and join TCP segments, or not
test_http() {
	local i before now

	for i in 1 2; do
		in_host "$i" ethtool -K eth0 tso "$1" gso "$1" gro "$1" >/dev/null
	done
	read -r before < <(ip netns exec "$BR" cat /sys/class/net/p1/statistics/rx_packets)
	only 0 "in p2 out p1 proto tcp dport 80" "in p1 out p2 proto tcp sport 80"
	http 192.0.2.1
	read -r now < <(ip netns exec "$BR" cat /sys/class/net/p1/statistics/rx_packets)
	packets r2
	[ "$BYTES" -ge "$(stat -c %s "$TMP/served/file")" ]
	# Each segment counts, but joined ones came as one.
	case $1 in
	on) [ $((now - before)) -lt "$PACKETS" ] ;;
	off) [ $((now - before)) -ge "$PACKETS" ] ;;
	esac
	service "http 192.0.2.1" "in p2 out p1 proto tcp dport 80" "in p1 out p2 proto tcp sport 80"
}

test_http_state() {
	service "http [2001:db8::1]" "in p2 daddr 2001:db8::1 proto tcp dport 80 state new" \
		"proto tcp state established"
}

# ---- throughput ----

# iperf OPTION...: from h2 to h1, with nothing lost
iperf() {
	local rc=0 server

	server 1 iperf3 -s -1 -p 5201
	server=$!
	wait_for listening 1 5201
	in_host 2 timeout "$PATIENCE" iperf3 -c 192.0.2.1 -p 5201 -J "$@" >"$TMP/iperf" 2>&1 || rc=1
	kill "$server" 2>/dev/null || :
	wait "$server" || :
	if grep '"lost_packets"' "$TMP/iperf" | grep -qv ':[[:space:]]*0,'; then
		rc=1
	fi
	return "$rc"
}

readonly -a CONTROL=("also in p2 out p1 proto tcp dport 5201" "also in p1 out p2 proto tcp sport 5201")

test_iperf_tcp() {
	service "iperf -n 512K" "in p2 out p1 proto tcp dport 5201" "in p1 out p2 proto tcp sport 5201"
}

# All of it fits into the receiver's buffer.
test_iperf_udp() {
	service "iperf -u -b 5M -l 1000 -n 100K" "${CONTROL[@]}" \
		"in p2 out p1 proto udp dport 5201" "in p1 out p2 proto udp sport 5201"
}

test_iperf_sctp() {
	modprobe -q sctp || :
	[ -e /proc/net/sctp ] || skip "needs SCTP in the kernel"
	contains "features" SCTP "$(iperf3 --version)" || skip "needs iperf3 with SCTP"
	service "iperf --sctp -n 256K" "${CONTROL[@]}" \
		"in p2 out p1 proto sctp dport 5201" "in p1 out p2 proto sctp sport 5201"
	service "iperf --sctp -n 256K" "${CONTROL[@]}" \
		"in p2 out p1 proto sctp dport 5201 state new" "proto sctp state established"
}

# ---- hosts ----

acquainted 1 2
in_host 2 sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra'
in_host 3 sh -c 'cd /proc/sys/net/ipv6/conf/eth0; echo 0 >disable_ipv6; echo 1 >accept_ra
	echo 1 >autoconf; echo 0 >use_tempaddr; echo 0 >router_solicitation_delay'
in_host 1 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
mkdir "$TMP/served"
head -c 400000 /dev/urandom >"$TMP/served/file"
chmod 755 "$TMP" "$TMP/served"
chmod 644 "$TMP/served/file"
server 1 dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null \
	--pid-file="$TMP/dnsmasq.pid" --dhcp-leasefile="$TMP/leases" --user=root \
	--interface=eth0 --dhcp-authoritative --no-ping --dhcp-range=192.0.2.11,192.0.2.19,1h \
	--dhcp-range=2001:db8::,ra-only --enable-ra --ra-param=eth0,600,1800 \
	--enable-tftp --tftp-root="$TMP/served"
server 1 busybox httpd -f -p 80 -h "$TMP/served"
wait_for bound 1 67
wait_for bound 1 69
wait_for listening 1 80
check "ARP" test_arp
check "DHCP" test_dhcp
check "IPv6 autoconfiguration" test_slaac
check "duplicate address detection" test_duplicate
check "TFTP" test_tftp
check "TFTP, by its connection helper" test_tftp_helper
check "HTTP, with segmentation offload" test_http on
check "HTTP, without segmentation offload" test_http off
check "HTTP, by state" test_http_state
check "iperf3 over TCP" test_iperf_tcp
check "iperf3 over UDP" test_iperf_udp
check "iperf3 over SCTP, with and without state" test_iperf_sctp
run_checks
