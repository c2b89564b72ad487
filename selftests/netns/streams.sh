#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Real clients of what moves many bytes, each through a bridge that drops
# everything but what the rules of this one service let pass.
#
#   h1: server, 192.0.2.1, 2001:db8::1 --- p1 [br0] p2 --- h2: client, 192.0.2.2,
#                                                              2001:db8::2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool busybox ethtool iperf3
topology 2
addresses 1 2
acquainted 1 2

# http ADDRESS
http() {
	rm -f "$TMP/http"
	in_host 2 timeout "$PATIENCE" busybox wget -q -O "$TMP/http" "http://$1/file" \
		>/dev/null 2>&1 && cmp -s "$TMP/served/file" "$TMP/http"
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

# iperf OPTION...: from h2 to h1, with nothing lost. Where it writes JSON it exits
# with 0 whatever has happened.
iperf() {
	local rc=0 server

	server 1 iperf3 -s -1 -p 5201
	server=$!
	wait_for listening 1 5201
	in_host 2 timeout "$PATIENCE" iperf3 -c 192.0.2.1 -p 5201 -J "$@" >"$TMP/iperf" 2>&1 || rc=1
	kill "$server" 2>/dev/null || :
	wait "$server" || :
	if [ "$rc" != 0 ] || grep -q '"error"' "$TMP/iperf"; then
		[ "$PATIENCE" -lt "$DEADLINE" ] || say "iperf3: $(grep '"error"' "$TMP/iperf")"
		rc=1
	fi
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

mkdir "$TMP/served"
head -c 400000 /dev/urandom >"$TMP/served/file"
server 1 busybox httpd -f -p 80 -h "$TMP/served"
wait_for listening 1 80
check "HTTP, with segmentation offload" test_http on
check "HTTP, without segmentation offload" test_http off
check "HTTP, by state" test_http_state
check "iperf3 over TCP" test_iperf_tcp
check "iperf3 over UDP" test_iperf_udp
check "iperf3 over SCTP, with and without state" test_iperf_sctp
run_checks
