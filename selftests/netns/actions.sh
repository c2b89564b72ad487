#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mirror, redirect, limit, log, queue, set-mark.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2        x0 --- eth0 h9
#   h3 eth0 --- p3       p4 --- eth0 h4        (x0 is no port of a bridge)
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 4
netns_add "$(host 9)"
ip -n "$BR" -batch - <<-END || die "can't make x0"
	link add x0 address 02:00:00:00:01:09 type veth peer name eth0 netns $(host 9)
	link set x0 up
END
ip -n "$(host 9)" link set eth0 address 02:00:00:00:00:09 up

readonly STRANGER="dmac 02:00:00:00:0f:01"
# Sentinels for h9 have no other way than this.
readonly TO_X0="rule add prio 0 dmac 02:00:00:00:00:09 ethertype 0x88b5 redirect x0"

# load_x0 STATEMENT...: as load_new, and sentinels reach h9
load_x0() {
	printf '%s\n' "$TO_X0" "$SENTINEL" "$@" | fw ruleset load -
	nl 0 reset
}

# arrives WANT FROM TO FRAME: two copies are sent, so many must come
arrives() {
	local want=$1

	shift
	send 2 "$@"
	equal "copies of $*" "$want" "$SEEN"
}

# ---- mirror and redirect ----

# shellcheck disable=SC2086 # frames are words
test_mirror() {
	local frame

	load_new "rule add proto udp mirror p3 comment m"
	for frame in "ip4" "ip6" "vlan 7 ip4" "svlan 7 vlan 8 ip6" "pppoe 5 ip4"; do
		arrives "2 2" h1 h2,h3 $frame proto udp
		arrives "2 0" h1 h2,h3 $frame proto tcp
	done
	expect_count m 10
	load_new "rule add proto udp mirror p3 drop comment m"
	arrives "0 2" h1 h2,h3 ip4 proto udp
	arrives "2 0" h1 h2,h3 ip4 proto tcp
	# What comes from there isn't sent back there.
	arrives "0 0" h3 h1,h2 ip4 proto udp
	load_new "rule add hook input proto udp mirror p3 comment i"
	arrives "2 2" h1 br0,h3 vlan 7 ip4 proto udp
	load_new "rule add hook output proto udp mirror p3 comment o"
	arrives "2 2" br0 h1,h3 vlan 7 ip4 proto udp
	expect_count o 2
}

# shellcheck disable=SC2086
test_mirror_outside() {
	local frame

	load_x0 "rule add proto udp mirror x0 comment m"
	for frame in "ip4" "vlan 7 ip4" "svlan 7 vlan 8 ip6"; do
		arrives "2 2" h1 h2,h9 dmac 02:00:00:00:00:02 $frame proto udp
		arrives "2 0" h1 h2,h9 dmac 02:00:00:00:00:02 $frame proto tcp
	done
	expect_count m 6
	# flooded to three ports: judged thrice, mirrored once
	arrives "2 2 2 2" h1 h2,h3,h4,h9 $STRANGER ip4 proto udp
	expect_count m 12
}

forwarding() {
	ip -n "$BR" -d link show dev "$1" | grep -q "bridge_slave state forwarding"
}

# shellcheck disable=SC2086
# What the host floods is mirrored once, whatever the numbers of the ports are.
test_mirror_flooded() {
	local index

	index=$(ip -n "$BR" -o link show dev p1 | cut -d : -f 1)
	ip -n "$BR" -batch - <<-END
		link add p9 index $((index + 64)) type veth peer name q9
		link set q9 up
		link set p9 master br0 up
	END
	wait_for forwarding p9
	ip -n "$BR" link set p3 type bridge_slave flood off
	load_new "rule add hook output proto udp mirror p3 comment o"
	arrives "2 2 2" br0 h1,h2,h3 $STRANGER ip4 proto udp
	expect_count o 8
	ip -n "$BR" link set p3 type bridge_slave flood on
	ip -n "$BR" link del p9
}

# shellcheck disable=SC2086
# A port may be a device above another bridge, where a rule acts on the frame, too.
test_mirror_stacked() {
	ip -n "$BR" -batch - <<-END
		link set p3 type bridge_slave flood off
		link add br9 up type bridge
		link add d9 up type dummy
		link set d9 master br9
		link add link br9 name v9 up type vlan id 9
		link set v9 master br0
	END
	wait_for forwarding d9
	wait_for forwarding v9
	load_new "rule add bridge br0 proto udp mirror p3 comment f" \
		"rule add hook output bridge br9 limit 1000/second accept comment o"
	arrives "2 2" h1 h2,h3 $STRANGER ip4 proto udp
	expect_count f 6
	# The frames, and sentinels.
	packets o
	[ "$PACKETS" -ge 2 ]
	ip -n "$BR" -batch - <<-END
		link set p3 type bridge_slave flood on
		link del br9
		link del d9
	END
}

# stack: namespaces $PREFIX-under and, above it, $PREFIX-over, which have a bridge
# each: of br0 there m0 is a port, a device above br0 of the other one
#
#   h7 eth0 --- p7 [br0 over] p5 --- eth0 h5      h8 eth0 --- p8 [br0 under]
#                     m0 ------------- VLAN 10 --------------------'
stack() {
	local over=$PREFIX-over under=$PREFIX-under ns

	netns_add "$over" "$under" "$(host 5)" "$(host 7)" "$(host 8)"
	for ns in "$over" "$under"; do
		ip -n "$ns" link add br0 up type bridge mcast_snooping 0 forward_delay 0
	done
	BR=$under port_add 8
	ip -n "$under" link add link br0 name m0 type vlan id 10
	ip -n "$under" link set m0 netns "$over"
	BR=$over port_add 7
	ip -n "$over" link set m0 master br0 up
	BR=$over port_add 5
	for ns in 5 7; do
		frame ready tx "$over:br0" rx "$(host "$ns"):eth0"
	done
	nl open 1 "$over"
	nl open 2 "$under"
}

unstack() {
	frame close
	nl 1 close
	nl 2 close
	netns_del "$PREFIX-over" "$PREFIX-under" "$(host 5)" "$(host 7)" "$(host 8)"
}

# stacked BURST BURST: the same rules, with the same handles, but for the burst
stacked() {
	local ns=over burst

	for burst; do
		"$FWCTL" -n "$PREFIX-$ns" ruleset load - <<-END
			rule add hook output proto udp limit 1/day burst $burst accept comment l
			rule add hook output proto udp drop comment rest
		END
		ns=under
	done
	nl 1 reset
	nl 2 reset
}

# counted SOCKET L REST: what the rules of a namespace have counted
counted() {
	local socket=$1 comment

	shift
	for comment in l rest; do
		nl "$socket" stats "$comment"
		equal "frames of rule $comment, namespace $socket" "$1" "${NL_REPLY%% *}"
		shift
	done
}

# shellcheck disable=SC2086
# Rules of two namespaces have equal handles. Each does its own to a frame that comes
# from one to the other, and does it once, though the flood of the one is inside of
# that of the other.
test_stacked_namespaces() {
	local to

	stack
	end_of h8
	to="$(host 7):eth0,$(host 5):eth0,$END"
	stacked 4 1
	arrives "2 2 1" "$PREFIX-over:br0" "$to" $STRANGER ip4 proto udp \
		'=>' $STRANGER ip4 proto udp '=>' $STRANGER ip4 proto udp \
		'=>' vlan 10 $STRANGER ip4 proto udp
	counted 1 6 0
	counted 2 1 1
	stacked 1 4
	arrives "1 1 1" "$PREFIX-over:br0" "$to" $STRANGER ip4 proto udp \
		'=>' $STRANGER ip4 proto udp '=>' $STRANGER ip4 proto udp \
		'=>' vlan 10 $STRANGER ip4 proto udp
	counted 1 3 3
	counted 2 1 0
	unstack
}

# A copy by a device above the bridge is judged there, and not copied again.
test_mirror_above() {
	ip -n "$BR" link add link br0 name b10 up type vlan id 10
	load_new "rule add proto udp mirror b10 comment f" \
		"rule add hook output proto udp mirror p3 comment o"
	arrives "2 0" h1 h2,h3 ip4 proto udp
	expect_count f 2
	expect_count o 2
	info no-target
	equal "copies without a target" 2 "$INFO"
	# It would come back to the same hook.
	load_new "rule add hook output proto udp mirror b10 comment o"
	arrives 2 br0 h1 dmac 02:00:00:00:00:01 ip4 proto udp
	expect_count o 2
	info no-target
	equal "copies without a target" 2 "$INFO"
	ip -n "$BR" link del b10
}

sent_by() {
	ip -n "$BR" -s -j link show dev "$1" | sed 's/.*"tx":{[^}]*"packets":\([0-9]*\).*/\1/'
}

# What another namespace sends by a device above the bridge is mirrored all the same.
test_mirror_other() {
	local other=$PREFIX-other before

	netns_add "$other" "$(host 7)" "$(host 8)"
	ip -n "$other" link add br0 up type bridge mcast_snooping 0 forward_delay 0
	BR=$other port_add 7
	BR=$other port_add 8
	ip -n "$BR" link add link br0 name m0 type vlan id 10
	ip -n "$BR" link set m0 netns "$other"
	ip -n "$other" link set m0 up
	"$FWCTL" -n "$other" rule add proto udp mirror m0 comment f >/dev/null
	load_new "rule add hook output out p2 proto udp mirror p3 comment o"
	frame ready tx "$(host 7):eth0" rx "$(host 8):eth0"
	info no-target
	before="$INFO $(sent_by p3)"
	arrives 2 h7 h8 dmac 02:00:00:00:00:02 ip4 proto udp
	expect_count o 2
	info no-target
	equal "copies without a target, frames sent by p3" "${before% *} $((${before#* } + 2))" \
		"$INFO $(sent_by p3)"
	netns_del "$other" "$(host 7)" "$(host 8)"
}

# tunnel: vx0 of the bridge leads to vx0 of h2, by br0 itself
tunnel() {
	ip -n "$BR" link add vx0 type vxlan id 7 remote 192.0.2.2 local 192.0.2.200 \
		dstport 4789 2>"$TMP/vxlan" || skip "no vxlan: $(<"$TMP/vxlan")"
	ip -n "$BR" -batch - <<-END
		address add 192.0.2.200/24 dev br0
		neighbour replace 192.0.2.2 dev br0 lladdr 02:00:00:00:00:02 nud permanent
		link set vx0 master br0 up
		link set vx0 type bridge_slave flood off learning off
	END
	ip -n "$(host 2)" -batch - <<-END
		address add 192.0.2.2/24 dev eth0
		neighbour replace 192.0.2.200 dev eth0 lladdr 02:00:00:00:02:00 nud permanent
		link add vx0 address 02:00:00:00:00:0a type vxlan id 7 remote 192.0.2.200 dstport 4789 dev eth0
		link set vx0 up
	END
	fdb 02:00:00:00:00:0a vx0
	wait_for forwarding vx0
	frame ready tx "$(host 2):vx0" rx "$(host 3):eth0"
}

# What is sent by a tunnel comes back to the bridge inside of a packet of the host,
# which is judged as others are.
test_tunnel() {
	local -a outer=("rule add hook output proto udp dport 4789 accept comment outer")
	local before

	tunnel
	load_new "rule add proto tcp dport 80 mirror vx0 comment m" "${outer[@]}"
	before=$(sent_by p2)
	arrives 2 h1 h3 ip4 proto tcp dport 80
	expect_count m 2
	expect_count outer 2
	equal "packets sent by p2" $((before + 2)) "$(sent_by p2)"
	load_new "rule add proto tcp dport 80 redirect vx0 comment m" "${outer[@]/accept/drop}"
	before=$(sent_by p2)
	arrives 0 h1 h3 ip4 proto tcp dport 80
	expect_count m 2
	expect_count outer 2
	equal "packets sent by p2" "$before" "$(sent_by p2)"
	# A copy of what goes up to the host passes no hook of its own where nothing is
	# judged at forward.
	printf '%s\n' "${outer[@]}" "rule add hook input proto tcp mirror vx0 comment m" |
		fw ruleset load -
	nl 0 reset
	arrives 2 h1 br0 ip4 proto tcp
	expect_count m 2
	expect_count outer 2
	# The sentinel of an answer goes through the tunnel, too.
	load_new "rule add in vx0 proto tcp reject comment r" "${outer[@]}"
	answer "$(host 2):vx0" h3 ip4 proto tcp flags syn
	equal "answers" 1 "${ANSWER%% *}"
	expect_count r 1
	packets outer
	[ "$PACKETS" -ge 1 ]
	load_new "rule add in vx0 proto tcp reject comment r" "${outer[@]/accept/drop}"
	send 1 "$(host 2):vx0" h3 ip4 proto tcp flags syn
	expect_count r 1
	expect_count outer 1
	ip -n "$BR" link del vx0
	ip -n "$BR" address flush dev br0
	ip -n "$(host 2)" link del vx0
	ip -n "$(host 2)" address flush dev eth0
}

# What is too long for the device isn't given to it.
test_mirror_length() {
	load_x0 "rule add proto udp mirror x0 comment m"
	ip -n "$BR" link set x0 mtu 1000
	arrives "2 2" h1 h2,h9 dmac 02:00:00:00:00:02 ip4 proto udp payload 900
	info no-target
	set -- "$INFO"
	arrives "2 0" h1 h2,h9 dmac 02:00:00:00:00:02 ip4 proto udp payload 1200
	info no-target
	equal "copies without a target" $(($1 + 2)) "$INFO"
	ip -n "$BR" link set x0 mtu 1500
}

# shellcheck disable=SC2086
test_redirect() {
	local frame

	load_new "rule add proto tcp dport 80 redirect p3 comment r"
	for frame in "ip4" "ip6" "vlan 7 ip4" "svlan 7 vlan 8 ip6" "pppoe 5 ip4"; do
		arrives "0 2" h1 h2,h3 $frame proto tcp dport 80
		arrives "2 0" h1 h2,h3 $frame proto tcp dport 81
	done
	expect_count r 10
}

test_redirect_output() {
	load_new "rule add hook output proto udp redirect p3 comment o"
	arrives "0 2" br0 h2,h3 vlan 7 ip4 proto udp
	arrives "2 0" br0 h2,h3 vlan 7 ip4 proto tcp
	expect_count o 2
}

# What was for the bridge itself goes elsewhere.
test_redirect_input() {
	load_x0
	arrives "2 0 0" h1 br0,h3,h9 vlan 7 ip4 proto udp
	load_x0 "rule add hook input proto udp redirect p3 comment i" \
		"rule add hook input proto icmp redirect x0 comment x"
	arrives "0 2 0" h1 br0,h3,h9 vlan 7 ip4 proto udp
	arrives "0 0 2" h1 br0,h3,h9 svlan 7 vlan 8 ip4 proto icmp
	arrives "2 0 0" h1 br0,h3,h9 vlan 7 ip4 proto tcp
	# What comes from there stays.
	arrives "2 0" h3 br0,h9 ip4 proto udp
	expect_count i 2
	expect_count x 2
}

# The bridge sends by another port what a port without carrier has a backup for.
test_redirect_backup() {
	ip -n "$BR" link set p2 type bridge_slave backup_port p3
	in_host 2 ip link set eth0 down
	wait_for without_carrier p2
	load_new "rule add proto tcp dport 80 redirect p2 comment r" "policy set forward drop"
	arrives 2 h1 h3 ip4 proto tcp dport 80
	arrives 0 h1 h3 ip4 proto tcp dport 81
	expect_count r 2
	ip -n "$BR" link set p2 type bridge_slave nobackup_port
	in_host 2 ip link set eth0 up
	wait_for forwarding p2
}

without_carrier() {
	ip -n "$BR" link show dev "$1" | grep -q NO-CARRIER
}

# What the target sends back goes on, and the rule doesn't know it.
test_redirect_back() {
	load_new "rule add proto tcp dport 80 redirect p3 comment r"
	arrives 0 h1 h2 ip4 proto tcp dport 80
	expect_count r 2
	arrives 2 h3 h2 ip4 proto tcp dport 80
	expect_count r 2
}

# shellcheck disable=SC2086
test_redirect_flooded() {
	load_new
	arrives "2 2 2" h1 h2,h3,h4 $STRANGER ip4 proto tcp dport 80
	load_new "rule add proto tcp dport 80 redirect p3 comment r"
	arrives "0 2 0" h1 h2,h3,h4 $STRANGER ip4 proto tcp dport 80
	expect_count r 6
	load_x0 "rule add proto tcp dport 80 redirect x0 comment r"
	arrives "0 0 0 2" h1 h2,h3,h4,h9 $STRANGER vlan 7 ip4 proto tcp dport 80
	expect_count r 6
	arrives "0 2" h1 h2,h9 dmac 02:00:00:00:00:02 svlan 7 vlan 8 ip6 proto tcp dport 80
	expect_count r 8
}

# no_target WHAT COUNT: what info show and rule show say
no_target() {
	local text

	info no-target
	equal "no-target" "$2" "$INFO"
	text=$(fw rule show)
	contains "rule show" "problem: $1" "$text"
}

test_missing() {
	local before text

	info no-target
	before=$INFO
	load_new "rule add proto tcp redirect nosuch comment r" \
		"rule add proto udp mirror nosuch comment m"
	arrives 2 h1 h2 ip4
	arrives 0 h1 h2 ip4 proto tcp
	no_target "there is no device" $((before + 2))
	arrives 2 h1 h2 ip4 proto udp
	no_target "there is no device" $((before + 4))
	expect_count r 2
	expect_count m 2
	# The name is borne by something that takes no frames.
	ip -n "$BR" link add nosuch type bridge
	no_target "the device to send frames by is down" $((before + 4))
	ip -n "$BR" link set nosuch up
	arrives 0 h1 h2 ip4 proto tcp
	no_target "frames can't be sent by a bridge" $((before + 6))
	ip -n "$BR" link delete nosuch
	no_target "there is no device" $((before + 6))
	# At last it is the right one.
	ip -n "$BR" link set x0 down
	ip -n "$BR" link set x0 name nosuch
	arrives 0 h1 h2 ip4 proto tcp
	no_target "the device to send frames by is down" $((before + 8))
	ip -n "$BR" link set nosuch up
	text=$(fw rule show)
	[[ $text != *problem:* ]]
	fw rule add prio 0 dmac 02:00:00:00:00:09 ethertype 0x88b5 \
		redirect nosuch before "$(first_handle)" >/dev/null
	arrives "0 2" h1 h2,h9 dmac 02:00:00:00:00:02 ip4 proto tcp
	info no-target
	equal "no-target" $((before + 8)) "$INFO"
	ip -n "$BR" link set nosuch down
	ip -n "$BR" link set nosuch name x0 up
	fw_refuses 1 rule add proto udp redirect br0
	fw_refuses 1 rule add proto udp mirror br0
}

first_handle() {
	fw rule show | sed -n '1s/.* handle \([0-9]*\).*/\1/p'
}

# ---- limit ----

test_limit_packets() {
	load_new "policy set forward drop" \
		"rule add proto udp limit 1/day burst 4 accept comment l"
	send 10 h1 h2 ip4 proto udp
	equal "frames within the limit" 4 "$SEEN"
	expect_count l 4
	expect_count policy:forward 6
	# Others take nothing from it, and it may stand before other actions.
	load_new "policy set forward drop" \
		"rule add prio 5 proto tcp limit 1/hour burst 3 set-mark 1 comment t" \
		"rule add proto tcp accept comment rest"
	send 10 h1 h2 ip4 proto icmp
	equal "others" 0 "$SEEN"
	send 10 h1 h2 ip4 proto tcp
	equal "frames" 10 "$SEEN"
	expect_count t 3
	expect_count rest 10
}

# What was taken comes back, in a thousandth of a second, while a process starts.
test_limit_refill() {
	local i

	load_new "policy set forward drop" \
		"rule add proto udp limit 1000/second burst 1 accept comment l"
	for ((i = 0; i < 5; i++)); do
		in_host 1 true
		send 1 h1 h2 ip4 proto udp
		equal "frame $i" 1 "$SEEN"
	done
	expect_count l 5
}

# A frame of 100 bytes
test_limit_bytes() {
	load_new "policy set forward drop" \
		"rule add proto udp limit 1bytes/day burst 350bytes accept comment l"
	send 10 h1 h2 ip4 proto udp payload 500
	equal "frames larger than the burst" 0 "$SEEN"
	send 10 h1 h2 ip4 proto udp payload 58
	equal "frames within the limit" 3 "$SEEN"
	expect_count l 3 300
	send 10 h1 h2 ip4 proto udp payload 8
	equal "frames of the rest" 1 "$SEEN"
	expect_count l 4 350
	# A tag is part of it.
	load_new "policy set forward drop" \
		"rule add proto tcp limit 1bytes/day burst 208bytes accept comment l"
	send 10 h1 h2 vlan 7 ip4 proto tcp payload 46
	equal "tagged frames" 2 "$SEEN"
	expect_count l 2 208
}

# A packet of N segments takes N.
test_limit_gso() {
	load_new "policy set forward drop" \
		"rule add proto tcp limit 1/day burst 6 accept comment l"
	expect_pass h1 h2 count 1 ip4 proto tcp payload 4000 gso 1000
	expect_count l 4
	expect_drop h1 h2 count 1 ip4 proto tcp payload 2500 gso 1000
	expect_count policy:forward 3
	expect_pass h1 h2 count 1 ip6 proto tcp payload 1500 gso 1000
	expect_count l 6
	send 1 h1 h2 ip4 proto tcp
	equal "frames behind the last segment" 0 "$SEEN"
	load_new "policy set forward drop" \
		"rule add proto tcp limit 1/day burst 5 accept comment s"
	send 1 h1 h2 ip4 proto tcp payload 6000 gso 1000
	equal "packets of more than the burst" 0 "$SEEN"
	expect_pass h1 h2 count 1 ip4 proto tcp payload 5000 gso 1000
	expect_count s 5
}

test_limit_stays() {
	local -a rules=("policy set forward drop"
		"rule add proto udp limit 1/day burst 3 accept comment l")

	fw ruleset flush
	load_new "${rules[@]}"
	send 2 h1 h2 ip4 proto udp
	equal "frames" 2 "$SEEN"
	load "${rules[@]}"
	send 2 h1 h2 ip4 proto udp
	equal "frames after a load of the same rules" 1 "$SEEN"
	fw rule add proto tcp drop >/dev/null
	load "${rules[@]}" "rule add prio 5 proto igmp drop"
	send 2 h1 h2 ip4 proto udp
	equal "frames after other changes" 0 "$SEEN"
	expect_count l 3
	load "policy set forward drop"
	load "${rules[@]}"
	send 10 h1 h2 ip4 proto udp
	equal "frames after the rule was away" 3 "$SEEN"
}

# shellcheck disable=SC2086
test_limit_flooded() {
	load_new "policy set forward drop" \
		"rule add proto udp limit 1/day burst 2 accept comment l"
	arrives "2 2 2" h1 h2,h3,h4 $STRANGER ip4 proto udp
	expect_count l 6
	arrives "0 0 0" h1 h2,h3,h4 $STRANGER ip4 proto udp
	expect_count l 6
	expect_count policy:forward 6
}

# ---- log ----

# shellcheck disable=SC2086
test_log_group() {
	local pid

	command -v tcpdump >/dev/null || skip "needs tcpdump"
	load_new "rule add proto udp log group 5 prefix \"seen here\" comment g"
	ip netns exec "$BR" tcpdump -Z root -U -c 3 -i nflog:5 -w "$TMP/nflog" \
		2>"$TMP/tcpdump" &
	pid=$!
	wait_for grep -q "listening on" "$TMP/tcpdump" || {
		kill $pid
		skip "tcpdump has no NFLOG: $(tail -n 1 "$TMP/tcpdump")"
	}
	arrives 2 h1 h2 ip4 proto udp
	# Flooded to three, logged once
	send 1 h1 h2 $STRANGER ip4 proto udp
	expect_count g 5
	wait $pid
	equal "entries" 3 "$(grep -ao "seen here" "$TMP/nflog" | wc -l)"
}

test_log_kernel() {
	local all=/proc/sys/net/netfilter/nf_log_all_netns prefix="brfw-$$-k "
	local rate=/sys/module/brfw/parameters/log_rate old entries

	[ -e "$all" ] || skip "this kernel has no $all"
	dmesg >"$TMP/dmesg" 2>/dev/null || skip "dmesg doesn't work"
	old=$(<"$rate")
	# shellcheck disable=SC2064 # the values of now
	trap "echo $(<"$all") >$all; echo $old >$rate" EXIT
	echo 1 >"$all"
	load_new "rule add proto udp log prefix \"$prefix\" comment k"
	arrives 2 h1 h2 ip4 proto udp
	arrives 2 h1 h2 ip4 proto tcp
	expect_count k 2
	equal "entries" 2 "$(dmesg | grep -c "$prefix")"
	info limited
	old=$INFO
	echo 0 >"$rate"
	arrives 2 h1 h2 ip4 proto udp
	expect_count k 4
	info limited
	equal "entries held back" $((old + 2)) "$INFO"
	equal "entries" 2 "$(dmesg | grep -c "$prefix")"
	old=$INFO
	echo 1 >"$rate"
	arrives 100 h1 h2 count 100 ip4 proto udp
	expect_count k 104
	info limited
	entries=$(($(dmesg | grep -c "$prefix") - 2))
	equal "entries and those held back" 100 $((INFO - old + entries))
	[ "$entries" -ge 1 ]
	[ "$entries" -le 50 ]
}

# ---- queue ----

test_queue() {
	load_new
	expect_pass h1 h2 ip4 proto udp
	load_new "rule add proto udp queue 5 comment q" \
		"rule add proto tcp queue 6 bypass comment b"
	expect_drop h1 h2 rule q ip4 proto udp
	expect_pass h1 h2 rule b ip4 proto tcp
	expect_count q 2
	expect_count b 2
	expect_count policy:forward 0
}

# ---- set-mark ----

drop_at_egress() {
	tc -n "$BR" qdisc add dev p2 clsact &&
		tc -n "$BR" filter add dev p2 egress protocol all handle 0x15 fw \
			action drop
}

test_set_mark() {
	command -v tc >/dev/null || skip "needs tc"
	drop_at_egress 2>"$TMP/tc" ||
		skip "tc can't read marks: $(head -n 1 "$TMP/tc")"
	load_new
	expect_pass h1 h2 ip4 proto udp
	load_new "rule add prio 1 proto udp set-mark 0xff comment a" \
		"rule add prio 2 proto udp set-mark 0x10/0xf0 comment b" \
		"rule add prio 3 proto udp dport 53 set-mark 0x5/0xf accept comment c" \
		"rule add prio 4 proto tcp set-mark 0x15 comment d"
	expect_drop h1 h2 rule c ip4 proto udp dport 53
	expect_pass h1 h2 rule b ip4 proto udp dport 54
	expect_drop h1 h2 rule d ip4 proto tcp
	expect_pass h1 h2 ip4
	expect_count a 4
	tc -n "$BR" qdisc del dev p2 clsact
}

# ---- rules without verdict ----

# without_verdict N: so many, and at last one that counts
without_verdict() {
	local i
	local -a rules=()

	for ((i = 1; i <= $1; i++)); do
		rules+=("rule add prio $i proto udp set-mark $i comment m$i")
	done
	load_new "${rules[@]}" "rule add prio 900 proto udp accept comment last"
}

test_go_on() {
	without_verdict 20
	expect_pass h1 h2 rule last ip4 proto udp
	expect_count m1 2
	expect_count m20 2
}

test_overrun() {
	local before

	info overruns
	before=$INFO
	without_verdict 63
	expect_pass h1 h2 rule last ip4 proto udp
	expect_count m63 2
	without_verdict 65
	expect_pass h1 h2 ip4 proto tcp
	expect_drop h1 h2 ip4 proto udp
	expect_count m64 2
	expect_count last 0
	info overruns
	equal "overruns" $((before + 2)) "$INFO"
}

test_64() {
	without_verdict 64
	expect_pass h1 h2 rule last ip4 proto udp
}

check "mirror to a port of the bridge" test_mirror
check "mirror to another device" test_mirror_outside
check "mirror what the host floods" test_mirror_flooded
check "mirror what floods to another bridge" test_mirror_stacked
check "equal handles of namespaces, one bridge above the other" test_stacked_namespaces
check "mirror to a device above the bridge" test_mirror_above
check "what leaves by a tunnel over the same bridge" test_tunnel
check "mirror of what another namespace sends" test_mirror_other
check "mirror what is too long for the device" test_mirror_length
check "redirect to a port of the bridge" test_redirect
check "redirect to a port with a backup port" test_redirect_backup
check "redirect at output" test_redirect_output
check "redirect at input" test_redirect_input
check "what comes from the redirect's target goes on" test_redirect_back
check "a flooded frame is redirected once" test_redirect_flooded
check "targets that are missing, down, a bridge" test_missing
check "limit of packets" test_limit_packets
check "limit of packets that comes back" test_limit_refill
check "limit of bytes" test_limit_bytes
check "limit of packets with GSO" test_limit_gso
check "a limit's state stays" test_limit_stays
check "a flooded frame is limited once" test_limit_flooded
check "log to a group" test_log_group
check "log to the kernel log" test_log_kernel
check "queue without a listener" test_queue
check "set-mark, with masks, seen at egress" test_set_mark
check "matching goes on behind rules without verdict" test_go_on
check "more than 64 rules without verdict: dropped and counted" test_overrun
check "64 rules without verdict are not too many" test_64
run_checks
