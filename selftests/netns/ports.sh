#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules follow the names of ports and bridges, whatever bears them.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3

ready() {
	frame ready tx "$PREFIX-$1:eth0" rx "$PREFIX-$2:eth0"
}

# rename OLD NEW
rename() {
	ip -n "$BR" link set "$1" down
	ip -n "$BR" link set "$1" name "$2"
	ip -n "$BR" link set "$2" up
}

# port_del N: the host's end goes with it
port_del() {
	ip -n "$BR" link delete "p$1"
	frame close
}

test_port_appears() {
	load "rule add in p9 proto udp drop comment r"
	expect_pass h3 h2 ip4 proto udp
	rename p3 p9
	ready h3 h2
	expect_drop h3 h2 rule r ip4 proto udp
	rename p9 p3
	ready h3 h2
	expect_pass h3 h2 ip4 proto udp
	expect_count r 2
}

test_port_vanishes() {
	load "rule add in p3 proto udp drop comment r"
	expect_drop h3 h2 rule r ip4 proto udp
	port_del 3
	fw rule show >"$TMP/out"
	contains "rule" " in p3 " "$(<"$TMP/out")"
	expect_pass h1 h2 ip4 proto udp
	port_add 3
	ready h3 h2
	expect_drop h3 h2 rule r ip4 proto udp
	expect_count r 4
}

# p1 and p2 change names: the rule stays with the name.
test_names_swapped() {
	load "rule add in p1 proto udp drop comment r"
	expect_drop h1 h3 rule r ip4 proto udp
	expect_pass h2 h3 ip4 proto udp
	rename p1 tmp
	rename p2 p1
	rename tmp p2
	ready h1 h3
	ready h2 h3
	expect_pass h1 h3 ip4 proto udp
	expect_drop h2 h3 rule r ip4 proto udp
	rename p1 tmp
	rename p2 p1
	rename tmp p2
	ready h1 h3
	expect_drop h1 h3 rule r ip4 proto udp
}

# A device of the same name that is no longer, or not yet, a port of a bridge.
test_moves_between_bridges() {
	load "rule add bridge br0 in p3 proto udp drop comment zero" \
		"rule add bridge br1 in p3 proto udp drop comment one"
	expect_drop h3 h2 rule zero ip4 proto udp
	ip -n "$BR" link add br1 type bridge mcast_snooping 0 forward_delay 0 \
		ageing_time 0
	ip -n "$BR" link set br1 up
	ip -n "$BR" link set p2 master br1
	ip -n "$BR" link set p3 master br1
	known 2 3
	ready h3 h2
	expect_drop h3 h2 rule one ip4 proto udp
	expect_pass h2 h3 ip4 proto udp
	expect_count zero 2
	ip -n "$BR" link set p2 master br0
	ip -n "$BR" link set p3 master br0
	known 2 3
	ip -n "$BR" link delete br1
	ready h3 h2
	expect_drop h3 h2 rule zero ip4 proto udp
}

test_bridge_renamed() {
	load "rule add bridge br7 proto udp drop comment seven" \
		"rule add bridge br0 proto tcp drop comment zero"
	expect_pass h1 h2 ip4 proto udp
	expect_drop h1 h2 rule zero ip4 proto tcp
	rename br0 br7
	ready h1 h2
	expect_drop h1 h2 rule seven ip4 proto udp
	expect_pass h1 h2 ip4 proto tcp
	rename br7 br0
	ready h1 h2
	expect_drop h1 h2 rule zero ip4 proto tcp
}

test_bridge_vanishes() {
	load "rule add bridge br0 proto udp drop comment r" \
		"policy set bridge br0 forward drop"
	expect_drop h1 h2 rule r ip4 proto udp
	ip -n "$BR" link delete br0
	ip -n "$BR" link add br0 type bridge mcast_snooping 0 forward_delay 0 \
		ageing_time 0
	ip -n "$BR" -batch - <<-END
		link set br0 up
		link set p1 master br0
		link set p2 master br0
		link set p3 master br0
	END
	known 1 2 3
	ready h1 h2
	expect_drop h1 h2 rule r ip4 proto udp
	expect_drop h1 h2 rule policy:forward:br0 ip4 proto tcp
}

# Out ports are bound as well, and many names at a time.
test_out_port() {
	load "rule add out p9 proto udp drop comment r"
	expect_pass h1 h2 ip4 proto udp
	rename p2 p9
	ready h1 h2
	expect_drop h1 h2 rule r ip4 proto udp
	rename p9 p2
	ready h1 h2
	expect_pass h1 h2 ip4 proto udp
}

# Names come and go while frames pass and rules change.
test_churn() {
	local i

	load "policy set forward drop" \
		"rule add in p1 out p2 proto udp accept comment r"
	printf 'flood tx %s rx %s count 4 %s\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" "ip4 proto udp / ip4 proto tcp" >&"$FRAME_IN"
	for ((i = 0; i < 10; i++)); do
		ip -n "$BR" -batch - <<-END
			link set p3 down
			link set p3 name x$i
			link add y$i type veth peer name z$i
			link set y$i master br0
			link delete y$i
			link set x$i name p3
			link set p3 up
		END
		nl 0 add proto 17 in "x$i" out "y$i" drop
		nl 0 delete "$NL_REPLY"
	done
	echo stop >&"$FRAME_IN"
	read -r -u "$FRAME_OUT" FRAME_REPLY
	local sent udp tcp
	read -r _ sent udp tcp <<<"$FRAME_REPLY"
	equal "frames" "$sent 0" "$udp $tcp"
	expect_count r "$sent"
}

check "a rule waits for its port" test_port_appears
check "a port vanishes and comes back" test_port_vanishes
check "two ports change names" test_names_swapped
check "an out port is bound as well" test_out_port
check "a port moves between bridges" test_moves_between_bridges
check "a bridge is renamed" test_bridge_renamed
check "a bridge vanishes and comes back" test_bridge_vanishes
check "names change under traffic" test_churn
run_checks
