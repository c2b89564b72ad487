#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A broadband gateway: a subscriber's line comes with two tags, what is on the
# bridge has none, and the core is plain or has its own tag.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2    h1 eth0 --- p1 (802.1ad 101) (802.1Q 7) line7
#                                          line7 is a port of br0 too
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2
ip -n "$BR" -batch - <<-END || die "can't stack VLAN devices"
	link add link p1 name service type vlan proto 802.1ad id 101
	link add link service name line7 type vlan proto 802.1q id 7
	link set service up
	link set line7 master br0 up
	link set line7 type bridge_slave learning off
END
readonly LINE="02:00:00:00:0c:07"
fdb "$LINE" line7

readonly UP="smac $LINE svlan 101 vlan 7"

# each FUNCTION: for each kind of frame that a line carries
readonly -a CARRIED=("ip4 proto tcp dport 80" "ip6 proto tcp dport 80"
	"pppoe 5 ip4 proto tcp dport 80" "pppoe 5 ip6 proto tcp dport 80"
	"snap ip4 proto tcp dport 80")

# shellcheck disable=SC2086 # frames are words
test_up() {
	local words

	load_new "policy set forward drop" \
		"rule add in line7 out p2 vlan none smac $LINE proto tcp dport 80 accept comment web"
	for words in "${CARRIED[@]}"; do
		expect_pass h1 h2 rule web $UP $words '=>' smac $LINE $words
		expect_drop h1 h2 rule policy:forward $UP ${words/dport 80/dport 81} \
			'=>' smac $LINE ${words/dport 80/dport 81}
	done
	# A line of another number isn't on this port.
	expect_drop h1 h2 smac $LINE svlan 101 vlan 8 ip4 proto tcp dport 80
	expect_count web 10
}

# shellcheck disable=SC2086
test_down() {
	local words

	load_new "policy set forward drop" \
		"rule add in p2 out line7 vlan none dmac $LINE proto tcp dport 80 accept comment web"
	for words in "${CARRIED[@]}"; do
		expect_pass h2 h1 rule web dmac $LINE $words \
			'=>' dmac $LINE svlan 101 vlan 7 $words
		expect_drop h2 h1 rule policy:forward dmac $LINE ${words/dport 80/dport 81} \
			'=>' dmac $LINE svlan 101 vlan 7 ${words/dport 80/dport 81}
	done
	expect_count web 10
}

# A third tag is one tag to the bridge, since the port takes two off.
test_tags_of_the_line() {
	load_new "policy set forward drop" \
		"rule add in line7 vlan 42 inner-vlan none saddr 192.0.2.1 accept comment one"
	# shellcheck disable=SC2086
	{
		expect_pass h1 h2 rule one $UP vlan 42 ip4 '=>' smac $LINE vlan 42 ip4
		expect_drop h1 h2 rule policy:forward $UP vlan 43 ip4 '=>' smac $LINE vlan 43 ip4
		expect_drop h1 h2 rule policy:forward $UP ip4 '=>' smac $LINE ip4
	}
}

test_reject() {
	load_new "rule add in line7 proto tcp dport 25 reject with tcp-reset comment mail"
	# shellcheck disable=SC2086
	expect_answer "svlan 101 vlan 7 pppoe 5 198.51.100.2>192.0.2.1 tcp 25>40000 seq 0 ack 101 flags 0x14" \
		h1 h2 $UP pppoe 5 ip4 proto tcp dport 25 flags syn seq 100 payload 0
	expect_count mail 1
}

# The core's MPLS and GRE, untagged and behind the tags of the line
# shellcheck disable=SC2086
test_core() {
	local words

	load_new "policy set forward drop" \
		"rule add mpls-label 100000 accept comment mpls" \
		"rule add proto gre gre-proto ipv4 accept comment gre"
	for words in "ethertype 0x8847 raw 186a0140450000" "ethertype 0x8848 raw 186a0140"; do
		expect_pass h1 h2 rule mpls $UP $words '=>' smac $LINE $words
		expect_pass h2 h1 rule mpls dmac $LINE $words '=>' dmac $LINE svlan 101 vlan 7 $words
		expect_drop h1 h2 rule policy:forward $UP ${words/186a0/186a1} \
			'=>' smac $LINE ${words/186a0/186a1}
	done
	for words in "ip4 proto gre gre-proto 0x0800" "ip6 proto gre gre-proto 0x0800" \
		"pppoe 5 ip4 proto gre gre-proto 0x0800"; do
		expect_pass h1 h2 rule gre $UP $words '=>' smac $LINE $words
		expect_drop h1 h2 rule policy:forward $UP ${words/0800/6558} \
			'=>' smac $LINE ${words/0800/6558}
	done
	expect_count mpls 8
	expect_count gre 6
}

# On a bridge of service tags the outer tag is the VLAN and is gone at the core;
# rules see both, and so they do on the way back.
# shellcheck disable=SC2086
test_service_vlan() {
	local words

	ip -n "$BR" link delete line7
	ip -n "$BR" link delete service
	ip -n "$BR" link set br0 type bridge vlan_filtering 1 vlan_protocol 802.1ad
	bridge -n "$BR" -batch - <<-END
		vlan add dev p1 vid 101
		vlan add dev p2 vid 101 pvid untagged
	END
	fdb 02:00:00:00:00:01 p1 vlan 101
	fdb 02:00:00:00:00:02 p2 vlan 101
	load_new "policy set forward drop" \
		"rule add vlan 101 vlan-proto 802.1ad inner-vlan 7 proto tcp dport 80 accept comment web"
	for words in "${CARRIED[@]}"; do
		expect_pass h1 h2 rule web svlan 101 vlan 7 $words '=>' vlan 7 $words
		expect_pass h2 h1 rule web vlan 7 $words '=>' svlan 101 vlan 7 $words
		expect_drop h1 h2 rule policy:forward svlan 101 vlan 8 $words '=>' vlan 8 $words
		expect_drop h2 h1 rule policy:forward $words '=>' svlan 101 $words
	done
	expect_count web 20
}

check "from two tags to none" test_up
check "from none to two tags" test_down
check "a tag inside the line's" test_tags_of_the_line
check "answers go back into the line" test_reject
check "MPLS and GRE" test_core
check "a bridge of service tags" test_service_vlan
run_checks
