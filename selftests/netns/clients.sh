#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Real clients of what a host needs to come up, each through a bridge that drops
# everything but what the rules of this one service let pass.
#
#   h1: server, 192.0.2.1, 2001:db8::1 --- p1 [br0] p2 --- h2: client, 192.0.2.2
#                                               p3 --- h3: has no address
#
# Hosts know each other's MAC addresses, except where that is what is tested.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool busybox dnsmasq
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

tftp() {
	rm -f "$TMP/tftp"
	in_host 2 timeout "$PATIENCE" busybox tftp -g -r file -l "$TMP/tftp" 192.0.2.1 \
		>/dev/null 2>&1 && cmp -s "$TMP/served/file" "$TMP/tftp"
}

test_tftp() {
	service tftp "in p2 daddr 192.0.2.1 proto udp dport 69" \
		"in p1 saddr 192.0.2.1 proto udp sport 1024-65535 dport 1024-65535" \
		"in p2 daddr 192.0.2.1 proto udp sport 1024-65535 dport 1024-65535"
}

# The helper of the kernel says that the server's answer, from another port,
# belongs to the request. Who uses it is said by nftables.
test_tftp_helper() {
	local -a rules=("in p2 daddr 192.0.2.1 proto udp dport 69 state new"
		"in p1 proto udp state related" "proto udp state established")

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
	service tftp "${rules[@]}"
	ip netns exec "$BR" nft delete table bridge brfw-clients
	# Without it the answer is no part of anything.
	only 0 "${rules[@]}"
	PATIENCE=3
	! tftp || return 1
	expect_count r2 0
	packets r1
	[ "$PACKETS" -ge 1 ]
	packets policy:forward
	[ "$PACKETS" -ge 1 ]
}

# ---- hosts ----

acquainted 1 2
in_host 2 sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra'
in_host 3 sh -c 'cd /proc/sys/net/ipv6/conf/eth0; echo 0 >disable_ipv6; echo 1 >accept_ra
	echo 1 >autoconf; echo 0 >use_tempaddr; echo 0 >router_solicitation_delay'
in_host 1 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
mkdir "$TMP/served"
head -c 20000 /dev/urandom >"$TMP/served/file"
chmod 755 "$TMP" "$TMP/served"
chmod 644 "$TMP/served/file"
server 1 dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null \
	--pid-file="$TMP/dnsmasq.pid" --dhcp-leasefile="$TMP/leases" --user=root \
	--interface=eth0 --dhcp-authoritative --no-ping --dhcp-range=192.0.2.11,192.0.2.19,1h \
	--dhcp-range=2001:db8::,ra-only --enable-ra --ra-param=eth0,600,1800 \
	--enable-tftp --tftp-root="$TMP/served"
wait_for bound 1 67
wait_for bound 1 69
check "ARP" test_arp
check "DHCP" test_dhcp
check "IPv6 autoconfiguration" test_slaac
check "duplicate address detection" test_duplicate
check "TFTP" test_tftp
check "TFTP, by its connection helper" test_tftp_helper
run_checks
