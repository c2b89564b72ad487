#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a bridge carries besides ordinary packets, with rules for just that and a
# policy of drop: jumbo frames, fragments, multicast with snooping; and spanning
# tree.
#
#   h1 192.0.2.1, 2001:db8::1 --- p1 [br0] p2 --- h2 192.0.2.2, 2001:db8::2
#                                     p3 --- h3, a bridge of its own at times
#
# Links have an MTU of 9000.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool ping socat
topology 3 9000
addresses 1 2
acquainted 1 2

# ---- large packets ----

# jumbo SIZE ADDRESS
jumbo() {
	in_host 2 ping -q -c 1 -W "$PATIENCE" -M "do" -s "$1" "$2" >/dev/null
}

test_jumbo() {
	service "jumbo 8972 192.0.2.1" "in p2 proto icmp icmp-type echo-request length 9000" \
		"in p1 proto icmp icmp-type echo-reply length 9000"
	service "jumbo 8952 2001:db8::1" "in p2 proto icmpv6 icmpv6-type echo-request length 9000" \
		"in p1 proto icmpv6 icmpv6-type echo-reply length 9000"
}

# datagram 4|6 ADDRESS: one of 30000 bytes arrives as a whole
datagram() {
	local rc=0 server

	rm -f "$TMP/datagram"
	server 1 socat -u -b 65536 "UDP$1-RECVFROM:9001" "CREATE:$TMP/datagram"
	server=$!
	wait_for bound 1 9001
	in_host 2 socat -u -b 65536 - "UDP$1-DATAGRAM:$2:9001" <"$TMP/payload"
	soon cmp -s "$TMP/payload" "$TMP/datagram" || rc=1
	kill "$server" 2>/dev/null || :
	wait "$server" || :
	return "$rc"
}

test_fragments() {
	service "datagram 4 192.0.2.1" "in p2 daddr 192.0.2.1 proto udp dport 9001 frag first" \
		"in p2 daddr 192.0.2.1 proto udp frag later"
	service "datagram 6 [2001:db8::1]" "in p2 daddr 2001:db8::1 proto udp dport 9001 frag first" \
		"in p2 daddr 2001:db8::1 proto udp frag later"
}

test_fragments_state() {
	service "datagram 4 192.0.2.1" "in p2 proto udp dport 9001 length 30028 state new"
	service "datagram 6 [2001:db8::1]" "in p2 proto udp dport 9001 length 30048 state new"
}

# ---- multicast ----

# querier_on: h3 becomes a bridge that asks for members and sends to those only
querier_on() {
	ip -n "$(host 3)" link add q address 02:00:00:00:00:03 type bridge mcast_snooping 1 \
		mcast_igmp_version 3 mcast_mld_version 2 mcast_query_use_ifaddr 1 \
		mcast_query_interval 100 mcast_startup_query_interval 100 mcast_query_response_interval 10
	in_host 3 sh -c 'cd /proc/sys/net/ipv6/conf; echo 1 >eth0/disable_ipv6; echo 0 >q/disable_ipv6'
	ip -n "$(host 3)" -batch - <<-END
		link set eth0 master q
		link set eth0 type bridge_slave mcast_flood off
		addr add 192.0.2.3/24 dev q
		addr add 2001:db8::3/64 dev q nodad
		link set q up
		route add 224.0.0.0/4 dev q
		link set q type bridge mcast_querier 1
	END
}

querier_off() {
	ip -n "$(host 3)" link delete q
}

# member GROUP: the querier knows that there are some behind the bridge
member() {
	[[ $(bridge -n "$(host 3)" mdb show dev q) == *"port eth0 grp $1 "* ]]
}

# send_group FAMILY GROUP: until it has arrived
send_group() {
	echo hello | in_host 3 socat -u - "UDP$1-DATAGRAM:$2:7000" && [ -s "$TMP/group" ]
}

# multicast FAMILY GROUP ADDRESS OPTION: h2 joins and hears h3
multicast() {
	local rc=0 receiver

	: >"$TMP/group"
	querier_on
	server 2 socat -u "UDP$1-RECV:7000,$4" "OPEN:$TMP/group,append"
	receiver=$!
	soon member "$2" && soon send_group "$1" "$3" || rc=1
	kill "$receiver" 2>/dev/null || :
	wait "$receiver" || :
	querier_off
	return "$rc"
}

# Who has not joined is sent nothing.
test_multicast() {
	local q="in p3 out p2" r="in p2 out p3"

	in_host 2 test -e /proc/net/igmp || skip "needs a kernel with multicast"
	ip -n "$BR" link set br0 type bridge mcast_snooping 1
	service "multicast 4 239.1.2.3 239.1.2.3 ip-add-membership=239.1.2.3:eth0" \
		"also $q proto igmp igmp-type membership-query" \
		"$r proto igmp igmp-type membership-report-v3" \
		"$q daddr 239.1.2.3 proto udp dport 7000"
	service "multicast 6 ff15::7 [ff15::7] ipv6-join-group=[ff15::7]:eth0" \
		"also $q proto icmpv6 icmpv6-type mld-query" \
		"$r proto icmpv6 icmpv6-type mld2-report" \
		"$q daddr ff15::7 proto udp dport 7000"
	load_new "rule add out p1 proto udp dport 7000 accept comment stranger" \
		"rule add out p2 proto udp dport 7000 accept comment member"
	multicast 4 239.1.2.3 239.1.2.3 ip-add-membership=239.1.2.3:eth0
	packets member
	[ "$PACKETS" -ge 1 ]
	expect_count stranger 0
	ip -n "$BR" link set br0 type bridge mcast_snooping 0
}

# ---- spanning tree ----

# attribute NS BRIDGE|PORT FILE: VALUE = what sysfs has
attribute() {
	read -r VALUE < <(ip netns exec "$1" cat "/sys/class/net/$2/$3")
}

# state PORT NUMBER: 1 listening, 2 learning, 3 forwarding, 4 blocking
state() {
	attribute "$BR" "$1" brport/state
	[ "$VALUE" = "$2" ]
}

# root NS BRIDGE NS BRIDGE: the first one takes the second one for the root
root() {
	local id

	attribute "$3" "$4" bridge/bridge_id
	id=$VALUE
	attribute "$1" "$2" bridge/root_id
	[ "$VALUE" = "$id" ]
}

counted() {
	packets "$1"
	[ "$PACKETS" -ge "$2" ]
}

# Two bridges with two links between them: one link is closed, though nothing at
# all may pass: what they say to each other is judged by no hook.
test_stp() {
	local name

	load_new "policy set forward drop" "policy set input drop" "policy set output drop"
	ip -n "$BR" -batch - <<-END
		link add br1 type bridge mcast_snooping 0 priority 4096
		link add br2 type bridge mcast_snooping 0
		link add a1 type veth peer name b1
		link add a2 type veth peer name b2
		link set a1 master br1
		link set a2 master br1
		link set b1 master br2
		link set b2 master br2
	END
	ip -n "$BR" link set br1 type bridge stp_state 1 hello_time 100 forward_delay 200
	ip -n "$BR" link set br2 type bridge stp_state 1 hello_time 100 forward_delay 200
	for name in br1 br2 a1 a2 b1 b2; do
		ip -n "$BR" link set "$name" up
	done
	wait_for root "$BR" br2 "$BR" br1
	wait_for state b2 4
	wait_for state b1 3
	wait_for state a1 3
	wait_for state a2 3
	state b2 4
	for name in br1 br2 a1 a2; do
		ip -n "$BR" link delete "$name"
	done
}

# A bridge that takes no part in it passes on what others say, when it may.
test_stp_through() {
	local i

	load_new "policy set forward drop" \
		"rule add dmac 01:80:c2:00:00:00 mirror nowhere comment r1"
	for i in 1 2; do
		ip -n "$(host "$i")" link add s type bridge mcast_snooping 0 priority $((i * 4096))
		ip -n "$(host "$i")" link set s type bridge stp_state 1 hello_time 100 forward_delay 200
		ip -n "$(host "$i")" link set eth0 master s
		ip -n "$(host "$i")" link set s up
	done
	wait_for counted r1 4
	root "$(host 2)" s "$(host 2)" s
	refused 1
	load_new "policy set forward drop" "rule add dmac 01:80:c2:00:00:00 accept comment r1"
	wait_for root "$(host 2)" s "$(host 1)" s
	packets r1
	[ "$PACKETS" -ge 1 ]
	for i in 1 2; do
		ip -n "$(host "$i")" link delete s
	done
}

head -c 30000 /dev/urandom >"$TMP/payload"
check "jumbo frames" test_jumbo
check "fragmented UDP" test_fragments
check "fragmented UDP, by state" test_fragments_state
check "multicast, with snooping" test_multicast
check "spanning tree between two bridges" test_stp
check "spanning tree through a bridge" test_stp_through
run_checks
