#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What hosts need before they can talk at all, through the shipped rule files:
# DHCP, ARP, neighbour discovery, duplicate address detection, router
# advertisements and the addresses made of them.
#
#   h1: DHCP server, router, 192.0.2.1, 2001:db8::1 --- p1 [br0] p2 --- h2: client
#
# The ports bear the names that the rule files use.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool busybox dnsmasq ping
topology 2
readonly VM_MAC=52:54:00:00:00:01
readonly VM_LINK_LOCAL=fe80::5054:ff:fe00:1

# Port N is called NAME from now on.
rename() {
	ip -n "$BR" link set "$1" down
	ip -n "$BR" link set "$1" name "$2"
	ip -n "$BR" link set "$2" up
}

start_router() {
	in_host 1 sh -c 'cd /proc/sys/net/ipv6/conf; echo 0 >eth0/disable_ipv6
		echo 1 >all/forwarding'
	ip -n "$(host 1)" -batch - <<-END
		addr add 192.0.2.1/24 dev eth0
		addr add 2001:db8::1/64 dev eth0 nodad
	END
	server 1 dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null \
		--pid-file="$TMP/dnsmasq.pid" --dhcp-leasefile="$TMP/leases" --user=root \
		--interface=eth0 --dhcp-authoritative --no-ping \
		--dhcp-range=192.0.2.11,192.0.2.12,1h \
		--dhcp-host=$VM_MAC,192.0.2.11 --dhcp-host=02:00:00:00:00:02,192.0.2.12 --dhcp-range=2001:db8::,ra-only \
		--enable-ra --ra-param=eth0,4,60
}

# The client starts again from nothing.
client_off() {
	ip -n "$(host 2)" link set eth0 down
	ip -n "$(host 2)" addr flush dev eth0
	ip -n "$(host 2)" neigh flush all
	ip -n "$(host 1)" neigh flush all
}

client_on() {
	ip -n "$(host 2)" link set eth0 up
}

# lease: asks for an address for a second or so
lease() {
	in_host 2 busybox udhcpc -i eth0 -n -q -f -t "${1:-10}" -T 1 -A 1 -s "$TMP/script" \
		>"$TMP/udhcpc" 2>&1 || {
		say "no lease: $(tail -n 1 "$TMP/udhcpc")"
		return 1
	}
}

has_address() {
	[[ $(ip -n "$(host 2)" -6 addr show dev eth0 scope "$1" -tentative) == *inet6* ]]
}

# comes_up [ADDRESS]: everything works from nothing
comes_up() {
	client_off
	client_on
	wait_for has_address link
	wait_for has_address global
	lease
	contains "IPv4 addresses" "${1:-192.0.2.12}/24" "$(ip -n "$(host 2)" addr show dev eth0)"
	in_host 2 ping -q -c 1 -W 10 192.0.2.1 >/dev/null
	in_host 2 ping -q -c 1 -W 10 2001:db8::1 >/dev/null
}

test_control() {
	fw ruleset flush
	comes_up
	# Nothing of it works when nothing passes.
	load "policy set forward drop"
	client_off
	client_on
	wait_for has_address link
	! lease 2 || return 1
	! has_address global
}

# ends PORT PORT FILE...: the client behind the second port
load_example() {
	fw ruleset flush
	rename "$CLIENT_PORT" "$2"
	CLIENT_PORT=$2
	rename "$SERVER_PORT" "$1"
	SERVER_PORT=$1
	# Sentinels pass behind drops of other frames only.
	fw ruleset load "$3"
}

test_transparent() {
	SERVER_PORT=p1 CLIENT_PORT=p2
	load_example wan lan "$BRFW_TOP/examples/transparent.fw"
	comes_up
	# From outside nothing begins.
	in_host 1 ping -q -c 1 -W 1 192.0.2.12 >"$TMP/ping" || :
	contains "ping from outside" "100% packet loss" "$(<"$TMP/ping")"
}

test_simple() {
	SERVER_PORT=wan CLIENT_PORT=lan
	load_example p1 p2 "$BRFW_TOP/examples/simple-fw.fw"
	client_off
	client_on
	lease
	in_host 2 ping -q -c 1 -W 10 192.0.2.1 >/dev/null
	# The file says what IPv6 would need.
	fw rule add proto icmpv6 accept >/dev/null
	comes_up
}

# What it says of others is told in attack.sh.
test_hypervisor() {
	SERVER_PORT=p1 CLIENT_PORT=p2
	ip -n "$(host 2)" link set eth0 down
	ip -n "$(host 2)" link set eth0 address "$VM_MAC"
	fdb "$VM_MAC" p2
	load_example eth0 vnet1 "$BRFW_TOP/examples/hypervisor.fw"
	comes_up 192.0.2.11
	contains "its link-local address" "$VM_LINK_LOCAL" "$(ip -n "$(host 2)" addr show dev eth0)"
	# It uses no other address: neither in IPv4 nor in IPv6, nor for ARP.
	ip -n "$(host 2)" addr add 192.0.2.77/24 dev eth0
	in_host 2 ping -q -c 1 -W 1 -I 192.0.2.77 192.0.2.1 >"$TMP/ping" || :
	contains "ping from another address" "100% packet loss" "$(<"$TMP/ping")"
	ip -n "$(host 2)" addr add 2001:db8::77/64 dev eth0 nodad
	in_host 2 ping -q -c 1 -W 1 -I 2001:db8::77 2001:db8::1 >"$TMP/ping" || :
	contains "ping from another address" "100% packet loss" "$(<"$TMP/ping")"
	ip -n "$(host 2)" link set eth0 address 02:00:00:00:00:02
	in_host 2 ping -q -c 1 -W 1 192.0.2.1 >"$TMP/ping" || :
	contains "ping from another MAC address" "100% packet loss" "$(<"$TMP/ping")"
}

cat >"$TMP/script" <<-'END'
	#!/bin/sh
	[ "$1" != bound ] || ip addr replace "$ip/24" dev "$interface"
END
chmod +x "$TMP/script"
in_host 2 sh -c 'cd /proc/sys/net/ipv6/conf/eth0; echo 0 >disable_ipv6
	echo 1 >accept_ra; echo 1 >autoconf; echo 0 >use_tempaddr'
start_router
check "without rules everything comes up, with none passing nothing (control)" test_control
check "transparent.fw" test_transparent
check "simple-fw.fw" test_simple
check "hypervisor.fw" test_hypervisor
run_checks
