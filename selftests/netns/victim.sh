#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules that say what a host may not do, and frames that do it, wrapped up in all
# ways that a Linux host may take (helpers/victim.c): what counts is what the host
# behind the bridge believed, by its neighbours, routes, addresses and sockets.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2, with VLAN devices v100, a100, v200
#
# FUZZ_FRAMES=N: shots (a frame or the fragments of a packet) for each set of rules; FUZZ_SEED=N: the first of them. One that
# is printed is repeated by its seed and FUZZ_FRAMES=1: fewer than the default need not
# have something of each kind. For long runs TEST_TIMEOUT=SECONDS is needed, too.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

readonly ENOUGH=800
readonly SHOTS=${FUZZ_FRAMES:-$ENOUGH} SEED=${FUZZ_SEED:-1}
readonly OWN=02:00:00:00:00:01

# Wrappings in which the host takes something in
readonly TAKEN="plain priority-tag tag tags 802.1ad arp-hardware nd-lladdrs nd-options
ip-options hop-by-hop destination routing atomic-fragment fragments trailer"

# believe_all: h2 takes in what it can
believe_all() {
	local dev

	in_host 2 sh -c 'cd /proc/sys/net
		echo 0 >ipv4/tcp_synack_retries
		echo 65536 >ipv4/tcp_max_syn_backlog
		[ ! -e ipv4/tcp_syncookies ] || echo 0 >ipv4/tcp_syncookies'
	for dev in all eth0 v100 a100 v200; do
		in_host 2 sh -c "cd /proc/sys/net/ipv4/conf/$dev
			for i in arp_accept accept_redirects accept_source_route accept_local shared_media; do
				echo 1 >\$i
			done
			for i in rp_filter secure_redirects drop_gratuitous_arp; do
				echo 0 >\$i
			done
			cd /proc/sys/net/ipv6/conf/$dev
			for i in accept_ra accept_redirects accept_source_route accept_untracked_na; do
				echo 1 >\$i
			done
			for i in accept_dad router_solicitations drop_unsolicited_na suppress_frag_ndisc disable_ipv6; do
				echo 0 >\$i
			done
			cd /proc/sys/net
			for i in ipv4/neigh/$dev/locktime ipv6/neigh/$dev/locktime; do
				[ ! -e \$i ] || echo 0 >\$i
			done"
	done
}

make_host() {
	local dev

	ip -n "$(host 2)" -batch - <<-END || skip_all "needs VLAN devices"
		link add link eth0 name v100 type vlan id 100
		link add link eth0 name v200 type vlan id 200
		link add link eth0 name a100 type vlan proto 802.1ad id 100
	END
	believe_all
	addresses 2
	for dev in v100 v200 a100; do
		ip -n "$(host 2)" -batch - <<-END
			link set $dev up
			addr add 192.0.2.2/24 dev $dev
			addr add 2001:db8::2/64 dev $dev nodad
		END
	done
	ip -n "$(host 2)" neigh add 192.0.2.8 lladdr 02:00:00:00:00:08 dev eth0 nud permanent
}

# forget: h2 knows nothing any more of redirects, and has the routes that they are about
forget() {
	ip -n "$(host 2)" -4 route flush 198.18.0.0/15
	ip -n "$(host 2)" -6 route flush 2001:db8:fffe::/48
	ip -n "$(host 2)" -batch - <<-END
		route add 198.18.0.0/15 via 192.0.2.1 dev eth0
		route add 2001:db8:fffe::/48 via fe80::1 dev eth0
	END
}

# shoot: what h2 made of the frames is in $TMP/out
shoot() {
	forget
	"$BRFW_HELPERS/victim" "$SEED" "$SHOTS" "$(host 1)" "$(host 2)" >"$TMP/out"
}

setup
topology 2
make_host

# What h1 may not say, and all else passes; as in the manual
readonly -a DENY=(
	"rule add prio 10 malformed yes drop comment malformed"
	"rule add prio 20 in p1 not smac $OWN drop"
	"rule add prio 30 vlan 100 drop comment vlan"
	"rule add prio 40 proto udp dport 23 drop comment udp"
	"rule add prio 40 proto tcp dport 23 drop comment tcp"
	"rule add prio 50 in p1 proto icmpv6 icmpv6-type router-advertisement drop comment ra"
	"rule add prio 50 in p1 proto icmpv6 icmpv6-type redirect drop comment redirect6"
	"rule add prio 50 in p1 proto icmp icmp-type redirect drop comment redirect4"
	"rule add prio 100 in p1 not arp-sender-mac $OWN drop comment arp-mac"
	"rule add prio 100 in p1 not nd-lladdr $OWN drop comment nd-mac"
	"rule add prio 120 in p1 proto icmpv6 icmpv6-type neighbor-advertisement nd-target 2001:db8::1 accept"
	"rule add prio 120 in p1 proto icmpv6 icmpv6-type neighbor-advertisement nd-target fe80::1 accept"
	"rule add prio 130 in p1 proto icmpv6 icmpv6-type neighbor-advertisement drop comment na"
	"rule add prio 140 in p1 saddr fe80::1 proto icmpv6 accept"
	"rule add prio 150 in p1 not saddr 192.0.2.1 drop comment ip4"
	"rule add prio 150 in p1 not saddr 2001:db8::1 drop comment ip6"
	"rule add prio 150 in p1 not arp-sender-ip 192.0.2.1 drop comment arp-ip"
)

# What it may say, and nothing else passes
readonly -a ALLOW=(
	"policy set forward drop"
	"rule add prio 10 malformed yes drop comment malformed"
	"rule add prio 20 in p1 not smac $OWN drop"
	"rule add prio 30 vlan 1-4094 drop comment vlan"
	"rule add prio 100 in p1 arp-sender-ip 192.0.2.1 arp-sender-mac $OWN accept"
	"rule add prio 100 in p1 proto icmpv6 icmpv6-type neighbor-advertisement nd-target 2001:db8::1 nd-lladdr $OWN accept"
	"rule add prio 100 in p1 proto icmpv6 icmpv6-type redirect nd-target fe80::1 nd-lladdr $OWN accept"
	"rule add prio 100 in p1 saddr 2001:db8::1 proto icmpv6 icmpv6-type router-solicitation nd-lladdr $OWN accept"
	"rule add prio 100 in p1 saddr 2001:db8::1 proto icmpv6 icmpv6-type neighbor-solicitation nd-lladdr $OWN accept"
	"rule add prio 100 in p1 saddr fe80::1 proto icmpv6 icmpv6-type router-solicitation nd-lladdr $OWN accept"
	"rule add prio 100 in p1 saddr fe80::1 proto icmpv6 icmpv6-type neighbor-solicitation nd-lladdr $OWN accept"
	"rule add prio 100 in p1 saddr 192.0.2.1 proto udp dport 7 accept"
	"rule add prio 100 in p1 saddr 2001:db8::1 proto udp dport 7 accept"
	"rule add prio 100 in p1 saddr 192.0.2.1 proto icmp icmp-type echo-request accept"
	"rule add prio 100 in p1 saddr 2001:db8::1 proto icmpv6 icmpv6-type echo-request accept"
	"rule add prio 200 in p1 saddr 192.0.2.1 frag later accept"
	"rule add prio 200 in p1 saddr 2001:db8::1 frag later accept"
)

# missing WHAT...: what should have come to be has not; where there are few shots, it may
missing() {
	[ "$SHOTS" -ge "$ENOUGH" ] || return 0
	say "$*"
	wrong=1
}

# Without rules, the host believes each kind of lie, and takes in each wrapping.
test_control() {
	local name sent taken lies wrong=0

	load_new
	shoot
	while read -r name sent taken lies; do
		say "$name: $sent sent, $taken taken, $lies lies believed"
		case $name in
		*-ip | *-mac | *-vlan | *-port | ra | redirect?) [ "$lies" -gt 0 ] ;;
		arp | n[as] | rs | udp? | echo?) [ "$taken" -gt 0 ] ;;
		*) [[ " $TAKEN " != *[[:space:]]"$name"[[:space:]]* ]] || [ "$taken" -gt 0 ] ;;
		esac || missing "$name was never taken in"
	done < <(grep -v '^lie ' "$TMP/out")
	[ "$wrong" = 0 ]
}

# believes_none HONEST RULES...: the host believes nothing that the rules forbid, but
# what they allow; and each rule that has a name catches something
believes_none() {
	local honest=$1 rule name sent taken lies wrong=0

	shift
	load_new "$@"
	shoot
	while read -r name sent taken lies; do
		if [ "$name" = lie ]; then
			say "lie $sent $taken $lies"
			wrong=1
		elif [[ " $honest " == *" $name "* && $taken = 0 ]]; then
			missing "$name was never taken in"
		fi
		[ "$name" = lie ] || [ "$lies" = 0 ] || say "$name: $sent sent, $taken taken, $lies lies believed"
	done <"$TMP/out"
	for rule; do
		[[ $rule == *" comment "* ]] || continue
		packets "${rule##* }"
		say "${rule##* }: $PACKETS"
		[ "$PACKETS" -gt 0 ] || missing "the rule ${rule##* } caught nothing"
	done
	[ "$wrong" = 0 ]
}

# The same on a VLAN-aware bridge, where VLAN 1 is that of untagged frames
readonly -a ALLOW_AWARE=("${ALLOW[@]/vlan 1-4094/not vlan 1}"
	"rule add prio 30 in p1 inner-vlan any drop comment inner")

# vlan_aware: all may send in VLAN 1, untagged, and in 100 and 200
vlan_aware() {
	local port

	ip -n "$BR" link set br0 type bridge vlan_filtering 1
	for port in p1 p2; do
		bridge -n "$BR" vlan add dev "$port" vid 100
		bridge -n "$BR" vlan add dev "$port" vid 200
	done
	known 1 2
}

test_control_aware() {
	vlan_aware
	test_control
}

readonly HONEST="arp ns na rs udp4 udp6 echo4 echo6"

say "seeds $SEED to $((SEED + SHOTS - 1))"
check "without rules, each kind of frame is taken in (control)" test_control
check "no lie is believed, all else passes" believes_none "$HONEST" "${DENY[@]}"
check "nothing but what is allowed is believed" believes_none "$HONEST" "${ALLOW[@]}"
check "no lie is believed where conntrack puts fragments together" believes_none "$HONEST" \
	"${DENY[@]}" "rule add prio 1000 state invalid accept"
check "without rules, on a VLAN-aware bridge (control)" test_control_aware
check "no lie is believed there" believes_none "$HONEST" "${DENY[@]}" \
	"rule add prio 30 in p1 inner-vlan any drop comment inner"
check "nothing but what is allowed is believed there" believes_none "$HONEST" "${ALLOW_AWARE[@]}"
run_checks
