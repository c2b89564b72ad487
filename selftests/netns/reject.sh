#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The verdict reject: what the sender really gets, byte for byte, and when it
# gets nothing. The helper frame checks addresses, lengths, checksums and the
# quoted packet of each answer.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# shellcheck disable=SC2086 # frames are words
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3
# Frames to strangers and groups go to h2 only: one judgement each.
ip -n "$BR" link set p3 type bridge_slave flood off mcast_flood off bcast_flood off

readonly RATE=/sys/module/brfw/parameters/reject_rate
readonly TCP4="ip4 proto tcp sport 1234 dport 80 flags syn seq 1000 payload 0"
readonly TCP6="ip6 proto tcp sport 1234 dport 80 flags syn seq 1000 payload 0"
readonly RST4="198.51.100.2>192.0.2.1 tcp 80>1234 seq 0 ack 1001 flags 0x14"
readonly RST6="2001:db8:ffff::2>2001:db8::1 tcp 80>1234 seq 0 ack 1001 flags 0x14"
readonly ERR4="198.51.100.2>192.0.2.1 icmp 3/"
readonly ERR6="2001:db8:ffff::2>2001:db8::1 icmpv6 1/"
readonly UDP4="ip4 proto udp" UDP6="ip6 proto udp"

# What answers look like for each form of the verdict.
test_forms() {
	local with code4 code6

	load_new "rule add proto tcp reject with tcp-reset comment r"
	expect_answer "$RST4" h1 h2 $TCP4
	expect_answer "$RST6" h1 h2 $TCP6
	expect_answer "$RST4" h1 h2 mode ring $TCP4
	# Padding is not part of it.
	expect_answer "$RST4" h1 h2 $TCP4 len 60
	expect_answer "$RST6" h1 h2 mode ring $TCP6 len 80
	expect_answer "${RST4/ack 1001/ack 1101}" h1 h2 ${TCP4/payload 0/payload 100}
	expect_answer "198.51.100.2>192.0.2.1 tcp 80>1234 seq 77 ack 0 flags 0x04" \
		h1 h2 ${TCP4/flags syn/flags ack ack 77}
	expect_count r 7
	while read -r with code4 code6; do
		load_new "rule add reject with $with comment r"
		expect_answer "$ERR4$code4" h1 h2 $UDP4
		expect_answer "$ERR6$code6" h1 h2 $UDP6
		expect_answer "$ERR4$code4" h1 h2 mode ring $TCP4
		expect_answer "$ERR6$code6" h1 h2 ip6 ext hbh,dst proto tcp
		expect_answer "$ERR4$code4" h1 h2 ip4 proto icmp icmp-type 8
		expect_count r 5
		expect_drop h1 h2 rule r $UDP4
	done <<-END
		admin-prohibited 13 1
		net-unreachable 0 0
		host-unreachable 1 3
		port-unreachable 3 4
	END
}

# The same where no hardware is left to fill in a checksum.
test_sums() {
	command -v ethtool >/dev/null || skip "needs ethtool"
	ip netns exec "$BR" ethtool -K p1 tx off >/dev/null
	load_new "rule add proto tcp reject with tcp-reset comment r"
	expect_answer "$RST4" h1 h2 $TCP4
	expect_answer "$RST4" h1 h2 $TCP4 len 60
	expect_answer "vlan 7 vlan 8 snap pppoe 5 $RST4" h1 h2 \
		vlan 7 vlan 8 snap pppoe 5 $TCP4
	expect_answer "$RST6" h1 h2 $TCP6
	ip netns exec "$BR" ethtool -K p1 tx on >/dev/null
}

test_default() {
	load_new "rule add reject comment r"
	expect_answer "${ERR4}13" h1 h2 $UDP4
	expect_answer "${ERR6}1" h1 h2 $UDP6
	# A long packet is quoted in part only, options and all.
	expect_answer "${ERR4}13" h1 h2 ip4 options 8 proto udp payload 1400
	expect_answer "${ERR6}1" h1 h2 ip6 proto udp payload 1400
	# Padding is not part of it.
	expect_answer "${ERR4}13" h1 h2 ip4 proto udp payload 1 len 60
	expect_answer "${ERR4}13" h1 h2 mode ring ip4 proto udp payload 1 len 60
	expect_count r 6
}

# encaps FROM TO: resets and errors in each encapsulation
encaps() {
	local tags inner

	for tags in "" "vlan 7" "svlan 7" "svlan 7 vlan 8" "vlan 7 vlan 8"; do
		for inner in "" snap "pppoe 5" "snap pppoe 5"; do
			inner=${tags:+$tags }$inner
			inner=${inner% }
			expect_answer "${inner:+$inner }$RST4" "$@" $inner $TCP4
			expect_answer "${inner:+$inner }${ERR6}1" "$@" $inner $UDP6
		done
	done
	expect_answer "vlan 7 svlan 8 pppoe 5 ${ERR4}13" "$@" mode ring \
		vlan 7 svlan 8 pppoe 5 $UDP4
	expect_answer "vlan 7 pppoe 5 $RST6" "$@" mode ring \
		vlan 7 pppoe 5 $TCP6
}

test_encaps() {
	load_new "rule add hook $1 prio 1 proto tcp reject with tcp-reset comment t" \
		"rule add hook $1 prio 2 proto udp reject comment u"
	encaps "$2" "$3"
	expect_count t 21
	expect_count u 21
}

# Each is judged and dropped, and nobody is told.
test_silence() {
	local words

	load_new "rule add reject comment r"
	expect_answer "${ERR4}13" h1 h2 $UDP4
	expect_answer "${ERR6}1" h1 h2 $UDP6
	while read -r words; do
		packets r
		expect_silence h1 h2 $words
		expect_count r $((PACKETS + 1))
	done <<-END
		dmac ff:ff:ff:ff:ff:ff ip4 proto udp
		dmac 01:00:5e:00:00:09 ip4 proto udp
		dmac 33:33:00:00:00:01 ip6 proto udp
		ip4 daddr 255.255.255.255 proto udp
		ip4 daddr 224.0.0.9 proto udp
		ip6 daddr ff02::1 proto udp
		ip4 saddr 0.0.0.0 proto udp
		ip4 saddr 127.0.0.1 proto udp
		ip4 saddr 224.0.0.9 proto udp
		ip4 saddr 255.255.255.255 proto udp
		ip6 saddr :: proto udp
		ip6 saddr ff02::1 proto udp
		ip6 saddr ::1 proto udp
		ip4 proto udp frag 1
		ip4 proto tcp frag 100 mf
		ip6 ext frag:1 proto udp
		ip4 proto tcp flags rst
		ip4 proto tcp flags rst,ack
		ip6 proto tcp flags rst,ack
		ip4 proto icmp icmp-type 3
		ip4 proto icmp icmp-type 4
		ip4 proto icmp icmp-type 5
		ip4 proto icmp icmp-type 11
		ip4 proto icmp icmp-type 12
		ip6 proto icmpv6 icmp-type 1
		ip6 proto icmpv6 icmp-type 2
		ip6 proto icmpv6 icmp-type 3
		ip6 proto icmpv6 icmp-type 127
		ip6 proto icmpv6 icmp-type 137
		ip4 version 5 proto udp
		ip4 proto tcp doff 4
		ip6 plen 999 proto udp
		vlan 1 vlan 2 vlan 3 ip4 proto udp
		arp
		llc
	END
	load_new "rule add proto tcp reject with tcp-reset comment r"
	expect_answer "$RST4" h1 h2 $TCP4
	expect_silence h1 h2 ${TCP4/flags syn/flags rst}
	expect_silence h1 h2 ${TCP6/flags syn/flags rst,ack}
	expect_count r 3
}

# What arrived damaged gets no answer: its addresses may be wrong.
test_wrong_sums() {
	local words

	load_new "rule add prio 10 proto tcp dport 80 reject with tcp-reset comment t" \
		"rule add prio 20 reject comment r"
	for words in "" "vlan 7 vlan 8" "pppoe 5" "snap"; do
		expect_answer "${words:+$words }$RST4" h1 h2 $words $TCP4
		expect_silence h1 h2 $words $TCP4 wrong-sum
		expect_silence h1 h2 $words $TCP4 wrong-ip-sum
		expect_answer "${words:+$words }$RST6" h1 h2 $words $TCP6
		expect_silence h1 h2 $words $TCP6 wrong-sum
		expect_answer "${words:+$words }${ERR4}13" h1 h2 $words $UDP4
		expect_silence h1 h2 $words $UDP4 wrong-sum
		expect_silence h1 h2 $words $UDP4 wrong-ip-sum
		expect_answer "${words:+$words }${ERR6}1" h1 h2 $words $UDP6
		expect_silence h1 h2 $words $UDP6 wrong-sum
	done
	expect_count t 20
	expect_count r 20
	expect_drop h1 h2 rule r $UDP4 wrong-sum
}

# Nobody needs a rule that lets answers out.
test_not_judged() {
	load_new "policy set forward drop" "policy set input drop" \
		"policy set output drop" \
		"rule add hook output prio 1 proto udp reject comment o" \
		"rule add hook forward prio 1 proto udp reject comment f" \
		"rule add hook input prio 1 proto udp reject comment i" \
		"rule add hook output prio 2 proto icmp drop comment never"
	expect_answer "${ERR4}13" h1 h2 $UDP4
	expect_answer "${ERR4}13" h1 br0 $UDP4
	expect_answer "${ERR4}13" br0 h1 $UDP4
	expect_count f 1
	expect_count i 1
	expect_count o 1
	expect_count never 0
	expect_count policy:output 0
	expect_count policy:input 0
	expect_count policy:forward 0
}

# A frame to a stranger is judged for each port and answered once.
test_flooded() {
	ip -n "$BR" link set p3 type bridge_slave flood on
	load_new "rule add proto udp reject comment r"
	expect_answer "${ERR4}13" h1 h2 dmac 02:00:00:00:0f:01 $UDP4
	expect_count r 2
}

test_rate() {
	local rate limited

	rate=$(<$RATE)
	# shellcheck disable=SC2064 # the value of now
	trap "echo $rate >$RATE" EXIT
	load_new "rule add proto udp reject comment r"
	expect_answer "${ERR4}13" h1 h2 $UDP4
	info limited
	limited=$INFO
	echo 0 >$RATE
	expect_silence h1 h2 count 10 $UDP4
	info limited
	equal "answers held back" $((limited + 10)) "$INFO"
	limited=$INFO
	echo 1 >$RATE
	answer h1 h2 count 100 $UDP4
	info limited
	equal "answers and those held back" 100 $((INFO - limited + ${ANSWER%% *}))
	[ "${ANSWER%% *}" -ge 1 ]
	[ "${ANSWER%% *}" -le 50 ]
	expect_count r 111
}

aware() {
	ip -n "$BR" link set br0 type bridge vlan_filtering 1
	bridge -n "$BR" -batch - <<-END
		vlan add dev p1 vid 10
		vlan add dev p2 vid 10 pvid untagged
		vlan add dev br0 vid 10 self
	END
	known 1 2
}

readonly -a VLAN10=("rule add vlan 10 proto tcp reject with tcp-reset comment r"
	"rule add vlan 10 proto udp reject comment u"
	"rule add hook input vlan 10 proto udp reject comment i")

test_vlan_tagged() {
	aware
	load_new "${VLAN10[@]}"
	expect_answer "vlan 10 $RST4" h1 h2 vlan 10 $TCP4
	expect_answer "vlan 10 vlan 8 ${ERR4}13" h1 h2 vlan 10 vlan 8 $UDP4
	expect_answer "vlan 10 ${ERR4}13" h1 br0 vlan 10 $UDP4
	expect_count r 1
	expect_count u 1
	expect_count i 1
}

# Who may not talk to others is told so, too.
test_isolated() {
	ip -n "$BR" link set p1 type bridge_slave isolated on
	load_new "rule add proto udp reject comment r" "rule add hook input proto udp reject comment i"
	expect_answer "${ERR4}13" h1 h2 $UDP4
	expect_answer "${ERR4}13" h1 br0 $UDP4
	aware
	expect_answer "${ERR4}13" h1 h2 vlan 1 $UDP4
	load_new "${VLAN10[@]}"
	expect_answer "vlan 10 ${ERR4}13" h1 h2 vlan 10 $UDP4
	expect_answer "vlan 10 ${ERR4}13" h1 br0 vlan 10 $UDP4
	ip -n "$BR" link set p1 type bridge_slave isolated off
	ip -n "$BR" link set br0 type bridge vlan_filtering 0
}

# Answers leave as the bridge sends frames of that VLAN by that port.
test_vlan_untagged() {
	aware
	load_new "${VLAN10[@]}"
	expect_answer "$RST4" h2 h1 $TCP4
	expect_answer "svlan 8 pppoe 5 ${ERR6}1" h2 h1 svlan 8 pppoe 5 $UDP6
	expect_answer "${ERR4}13" h2 br0 $UDP4
	expect_count r 1
	expect_count u 1
	expect_count i 1
}

# connects ADDRESS: what connect() says
connects() {
	ip netns exec "$BR" socat -u -T 5 OPEN:/dev/null "TCP:$1:80,connect-timeout=3" 2>&1 || true
}

# refused_at_once COUNT ADDRESS...: by the rule, and not without it
refused_at_once() {
	local count=$1 address

	load_new "rule add hook output proto tcp drop comment r"
	contains "without an answer" "timed out" "$(connects "$2")"
	load_new "rule add hook output proto tcp reject with tcp-reset comment r"
	for address in "${@:2}"; do
		contains "$address" "Connection refused" "$(connects "$address")"
	done
	expect_count r "$count"
}

# Whatever tag a port wants, the answer comes to where the host sent from.
test_vlan_host() {
	need_tool socat
	aware
	bridge -n "$BR" vlan add dev br0 vid 20 self pvid untagged
	bridge -n "$BR" vlan add dev p1 vid 20
	ip -n "$BR" link set br0 up
	ip -n "$BR" link add link br0 name br0.10 type vlan id 10
	ip -n "$BR" link add link br0.10 name br0.10.8 type vlan id 8
	ip netns exec "$BR" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/br0.10/disable_ipv6'
	ip -n "$BR" -batch - <<-END
		link set br0.10 up
		link set br0.10.8 up
		addr add 198.51.100.1/24 dev br0
		addr add 198.51.101.1/24 dev br0.10
		addr add 2001:db8:1::1/64 dev br0.10 nodad
		addr add 198.51.102.1/24 dev br0.10.8
		neigh add 198.51.100.2 lladdr 02:00:00:00:00:01 dev br0
		neigh add 198.51.101.2 lladdr 02:00:00:00:00:01 dev br0.10
		neigh add 198.51.101.3 lladdr 02:00:00:00:00:02 dev br0.10
		neigh add 2001:db8:1::3 lladdr 02:00:00:00:00:02 dev br0.10
		neigh add 198.51.102.2 lladdr 02:00:00:00:00:01 dev br0.10.8
	END
	refused_at_once 5 198.51.100.2 198.51.101.2 198.51.101.3 "[2001:db8:1::3]" 198.51.102.2
}

check "each form: codes, ports, sequence numbers, checksums" test_forms
check "resets that are complete in software" test_sums
check "reject alone: administratively prohibited" test_default
check "forward: in every encapsulation" test_encaps forward h1 h2
check "input: in every encapsulation" test_encaps input h1 br0
check "output: in every encapsulation" test_encaps output br0 h1
check "silence where no answer is allowed" test_silence
check "silence to packets with a wrong checksum" test_wrong_sums
check "an isolated port gets answers" test_isolated
check "answers are not judged" test_not_judged
check "a flooded frame is answered once" test_flooded
check "limit of answers" test_rate
check "VLAN-aware bridge, tagged port" test_vlan_tagged
check "VLAN-aware bridge, access port" test_vlan_untagged
check "connections of the host itself on a VLAN-aware bridge" test_vlan_host
run_checks
