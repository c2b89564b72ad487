#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What two hosts see: throughput of TCP and the time of a request with its
# answer, over a bridge, with each of the firewalls, and over a relay in user
# space. Runs where a nanosecond is one instruction.
#
#      h1 (192.0.2.1)                       h2 (192.0.2.2)
#         eth0 ---- port1 [ bridge br0 ] port2 ---- eth0
# Rows are called by name, through run_rows:
# shellcheck disable=SC2317
set -uo pipefail

part=endtoend
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

repetitions=${REPETITIONS:-3}
bytes=${BYTES:-32M} # enough that slow start hardly shows
requests=${FRAMES:-2000}
ip2=192.0.2.2

make_host() {
	local n=$1

	ip netns add "h$n"
	ip link add "port$n" type veth peer name eth0 netns "h$n"
	ip netns exec "h$n" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	# frames of the size that a wire would carry
	ip netns exec "h$n" ethtool -K eth0 tso off gso off gro off
	ip -n "h$n" addr add "192.0.2.$n/24" dev eth0
	ip -n "h$n" link set lo up
	ip -n "h$n" link set eth0 up
	ip link set "port$n" master br0 up
}

make_network() {
	modprobe -a bridge veth
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	ip link add br0 type bridge forward_delay 0 mcast_snooping 0
	ip link set br0 up
	make_host 1
	make_host 2
	# no ARP while something is measured
	ip -n h1 neigh replace $ip2 dev eth0 lladdr "$(mac h2)" nud permanent
	ip -n h2 neigh replace 192.0.2.1 dev eth0 lladdr "$(mac h1)" nud permanent
}

mac() { ip netns exec "$1" cat /sys/class/net/eth0/address; }

listening() { [ -n "$(ip netns exec h2 ss -Hln "$1" "sport = :$2")" ]; }

wait_for() {
	local end=$((SECONDS + 60))

	until "$@"; do
		if [ $SECONDS -ge $end ]; then
			echo "not in time: $*"
			return 1
		fi
		sleep 0.02
	done
}

# Mbit/s that the receiver saw.
tcp() {
	ip netns exec h2 iperf3 -s -1 -p 7070 >/dev/null 2>&1 &
	wait_for listening -t 7070
	ip netns exec h1 iperf3 -c $ip2 -p 7070 -n "$bytes" -i 0 -f k >"$work/iperf" 2>&1
	wait $!
	awk '/receiver/ { for (i = 1; i < NF; i++) if ($(i + 1) == "Kbits/sec") print $i / 1000 }' "$work/iperf"
}

measure() {
	local i mbits=() means=()

	for ((i = 0; i < repetitions; i++)); do
		mbits+=("$(tcp)")
	done
	ip netns exec h2 "$bin/pingpong" serve 7071 &
	wait_for listening -u 7071
	for ((i = 0; i < repetitions; i++)); do
		ip netns exec h1 "$bin/pingpong" ask $ip2 7071 "$requests" >"$work/times"
		means+=("$(awk '{ print $1 / 1000 }' "$work/times")")
	done
	kill $!
	result "tcp-$1" Mbit/s "${mbits[@]}"
	result "request-$1" us "${means[@]}"
}

row_plain() { measure plain; }
row_brfw_1() { load_brfw && brfw_rules udp:1 && measure brfw-1; }
row_brfw_1k() { load_brfw && brfw_rules udp:1000 && measure brfw-1k; }
row_brfw_10k() { load_brfw && brfw_rules udp:10000 && measure brfw-10k; }
row_brfw_simple_fw() {
	load_brfw
	"$fwctl" ruleset load "$top/examples/simple-fw.fw"
	measure brfw-simple-fw
}

row_nft_1() { nft_rules udp:1 && measure nft-1; }
row_nft_100() { nft_rules udp:100 && measure nft-100; }
row_nft_1k() { nft_rules udp:1000 && measure nft-1k; }
row_ebtables_1() { ebtables_rules udp:1 && measure ebtables-1; }
row_ebtables_100() { ebtables_rules udp:100 && measure ebtables-100; }

row_relay() {
	local rc=0

	ip link set port1 nomaster
	ip link set port2 nomaster
	"$bin/relay" port1 port2 >"$work/relay" &
	wait_for grep -q ready "$work/relay"
	measure relay || rc=1
	kill %1
	ip link set port1 master br0
	ip link set port2 master br0
	return $rc
}

make_network
run_rows no_firewall plain brfw-simple-fw brfw-1 brfw-1k brfw-10k nft-1 nft-100 nft-1k ebtables-1 ebtables-100 relay
[ $failures = 0 ]
