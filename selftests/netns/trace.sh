#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Probes whose time to live ends at a router behind the bridge, and the errors
# that it sends.
#
#   h1 192.0.2.1 --- p1 [br0] p2 --- 192.0.2.2 h2 198.51.100.1 --- 198.51.100.9 h9
#
# h2 is a router; h9 is behind it.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool busybox ping
topology 2
addresses 1 2
netns_add "$(host 9)"
ip -n "$(host 2)" link add eth1 type veth peer name eth0 netns "$(host 9)"
in_host 9 sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
in_host 2 sh -c 'cd /proc/sys/net; echo 0 >ipv6/conf/eth1/disable_ipv6
	echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding
	echo 0 >ipv4/icmp_ratelimit; echo 0 >ipv6/icmp/ratelimit'
ip -n "$(host 2)" -batch - <<-END
	addr add 198.51.100.1/24 dev eth1
	addr add 2001:db8:1::1/64 dev eth1 nodad
	link set eth1 up
END
ip -n "$(host 9)" -batch - <<-END
	addr add 198.51.100.9/24 dev eth0
	addr add 2001:db8:1::9/64 dev eth0 nodad
	link set eth0 up
	route add default via 198.51.100.1
	route add default via 2001:db8:1::1
END
ip -n "$(host 1)" route add default via 192.0.2.2
ip -n "$(host 1)" route add default via 2001:db8::2

readonly -a BASE=("policy set forward drop"
	"rule add prio 1 ethertype arp accept"
	"rule add prio 1 proto icmpv6 icmpv6-type neighbor-solicitation accept"
	"rule add prio 1 proto icmpv6 icmpv6-type neighbor-advertisement accept"
	"rule add prio 5000 in p1 proto udp drop comment probes"
	"rule add prio 5000 in p1 proto icmp drop comment echoes4"
	"rule add prio 5000 in p1 proto icmpv6 icmpv6-type echo-request drop comment echoes6"
	"rule add prio 5000 in p2 proto icmp drop comment errors4"
	"rule add prio 5000 in p2 proto icmpv6 icmpv6-type time-exceeded drop comment late6"
	"rule add prio 5000 in p2 proto icmpv6 icmpv6-type destination-unreachable drop comment end6")

# hops FAMILY: HOPS = what traceroute sees on the way to h9
hops() {
	local to=198.51.100.9 command=traceroute

	[ "$1" = 4 ] || to=2001:db8:1::9 command=traceroute6
	HOPS=$(in_host 1 busybox "$command" -n -q 1 -w 2 -m 2 "$to" 2>&1 |
		sed -n 's/^ *\([12]\) *\([^ ]*\).*/\1 \2/p' | tr '\n' ' ')
	HOPS=${HOPS% }
}

# traced FAMILY WANT
traced() {
	hops "$1"
	equal "hops of IPv$1" "$2" "$HOPS"
}

readonly -A ALL=([4]="1 192.0.2.2 2 198.51.100.9" [6]="1 2001:db8::2 2 2001:db8:1::9")

hops_are() {
	hops "$1"
	[ "$HOPS" = "$2" ]
}

# The hosts have to find each other first, which may take longer than a probe
# waits.
test_all() {
	fw ruleset flush
	wait_for hops_are 4 "${ALL[4]}"
	wait_for hops_are 6 "${ALL[6]}"
	traced 4 "${ALL[4]}"
	traced 6 "${ALL[6]}"
}

# Probes and errors by type; then without the one, then the other.
test_types() {
	local -a probes=("rule add in p1 proto udp accept comment probe")
	local -a errors=("rule add in p2 proto icmp icmp-type time-exceeded accept comment t4"
		"rule add in p2 proto icmpv6 icmpv6-type time-exceeded accept comment t6")
	local rule
	local -a ends=("rule add in p2 proto icmp icmp-type destination-unreachable icmp-code 3 accept comment u4"
		"rule add in p2 proto icmpv6 icmpv6-type destination-unreachable icmpv6-code 4 accept comment u6")

	load_new "${BASE[@]}" "${probes[@]}" "${errors[@]}" "${ends[@]}"
	traced 4 "${ALL[4]}"
	traced 6 "${ALL[6]}"
	expect_count probe 4
	for rule in t4 t6 u4 u6; do
		expect_count "$rule" 1
	done
	load_new "${BASE[@]}" "${probes[@]}" "${ends[@]}"
	traced 4 "1 * 2 198.51.100.9"
	traced 6 "1 * 2 2001:db8:1::9"
	expect_count errors4 1
	expect_count late6 1
	load_new "${BASE[@]}" "${probes[@]}" "${errors[@]}"
	traced 4 "1 192.0.2.2 2 *"
	traced 6 "1 2001:db8::2 2 *"
	expect_count errors4 1
	expect_count end6 1
	load_new "${BASE[@]}" "${errors[@]}" "${ends[@]}"
	traced 4 "1 * 2 *"
	traced 6 "1 * 2 *"
	expect_count probes 4
}

# By state: errors belong to what they are about.
test_state() {
	load_new "${BASE[@]}" "rule add prio 1 in p1 state new accept comment new" \
		"rule add state related accept comment related"
	traced 4 "${ALL[4]}"
	traced 6 "${ALL[6]}"
	expect_count new 4
	expect_count related 4
	load_new "${BASE[@]}" "rule add prio 1 in p1 state new accept comment new" \
		"rule add state established accept"
	traced 4 "1 * 2 *"
	traced 6 "1 * 2 *"
	expect_count errors4 2
	expect_count late6 1
	expect_count end6 1
}

# Probes are known by their time to live.
test_ttl() {
	load_new "rule add in p1 ttl 1 drop comment short"
	traced 4 "1 * 2 198.51.100.9"
	traced 6 "1 * 2 2001:db8:1::9"
	expect_count short 2
	load_new "rule add in p1 proto udp not ttl 1 reject with port-unreachable comment far"
	traced 4 "${ALL[4]}"
	traced 6 "${ALL[6]}"
	expect_count far 2
	# What the answer says comes from the address that was asked.
	load_new "rule add in p1 ttl 1-2 reject with admin-prohibited comment all"
	hops 4
	contains "hops of IPv4" "1 198.51.100.9" "$HOPS"
}

# fails COMMAND...: it must fail; what it said is in $TMP/out
fails() {
	local rc=0

	in_host 1 "$@" >"$TMP/out" 2>&1 || rc=$?
	[ "$rc" -ne 0 ]
}

test_ping() {
	local family to

	for family in 4 6; do
		to=198.51.100.9
		[ "$family" = 4 ] || to=2001:db8:1::9
		load_new "${BASE[@]}" "rule add in p1 proto icmp icmp-type echo-request accept" \
			"rule add in p1 proto icmpv6 icmpv6-type echo-request accept" \
			"rule add in p2 proto icmp icmp-type time-exceeded accept comment t4" \
			"rule add in p2 proto icmpv6 icmpv6-type time-exceeded accept comment t6"
		fails ping -n -c 1 -W 10 -t 1 "$to"
		contains "what ping says" "xceeded" "$(<"$TMP/out")"
		expect_count "t$family" 1
		fails ping -n -c 1 -W 1 "$to"
		load_new "rule add proto icmp icmp-type time-exceeded drop comment t4" \
			"rule add proto icmpv6 icmpv6-type time-exceeded drop comment t6"
		fails ping -n -c 1 -W 1 -t 1 "$to"
		[[ $(<"$TMP/out") != *xceeded* ]]
		expect_count "t$family" 1
		in_host 1 ping -n -q -c 1 -W 10 "$to" >/dev/null
	done
}

check "without rules all hops are seen (control)" test_all
check "probes and errors by type" test_types
check "errors by state" test_state
check "probes by time to live" test_ttl
check "ping whose time to live ends" test_ping
run_checks
