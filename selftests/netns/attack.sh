#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who trusts examples/hypervisor.fw is attacked: each host poses as each other one
# towards each other one, the bridge's own host included, whose kernels are the
# victims: their neighbour tables, and what comes to their devices.
#
#   h1, behind the uplink --- eth0 [br0, the host] vnet1 --- h2, a machine
#                                                  vnet2 --- h3, another one
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3

# Hosts are numbers: 1 to 3 as above, 4 is the bridge's, 5 is nobody.
declare -ir HOST=4 NOBODY=5
readonly -a MAC=([1]=02:00:00:00:00:01 [2]=52:54:00:00:00:01 [3]=52:54:00:00:00:02
	[4]=52:54:00:00:00:10 [5]=02:00:00:00:00:66)
declare -a IP4=([1]=192.0.2.1 [2]=192.0.2.11 [3]=192.0.2.12 [4]=192.0.2.10 [5]=192.0.2.99)
readonly -a LINK=([1]=fe80::ff:fe00:1 [2]=fe80::5054:ff:fe00:1 [3]=fe80::5054:ff:fe00:2
	[4]=fe80::5054:ff:fe00:10 [5]=fe80::99)
readonly -a IP6=([1]=2001:db8::1 [2]=2001:db8::5054:ff:fe00:1 [3]=2001:db8::5054:ff:fe00:2
	[4]=2001:db8::10 [5]=2001:db8::99)
# More addresses, which nobody has, for the control
for ((i = 101; i < 130; i++)); do
	IP4[i]=192.0.2.$i
done
readonly -a END_OF=([1]=h1 [2]=h2 [3]=h3 [4]=br0)
readonly -a PORT=([1]=eth0 [2]=vnet1 [3]=vnet2)
readonly ALL=ff:ff:ff:ff:ff:ff ALL6=33:33:00:00:00:01

# ---- hosts ----

# of HOST: NS and DEV
of() {
	NS=$PREFIX-h$1 DEV=eth0
	[ "$1" != "$HOST" ] || NS=$BR DEV=br0
}

# Victims take whatever a host or a router takes, and at once.
make_host() {
	of "$1"
	ip -n "$NS" link set "$DEV" address "${MAC[$1]}"
	ip netns exec "$NS" sh -c "cd /proc/sys/net
		echo 0 >ipv4/neigh/$DEV/locktime
		echo 1 >ipv6/conf/all/forwarding
		cd ipv6/conf/$DEV
		echo 1 >forwarding; echo 2 >accept_ra; echo 0 >autoconf; echo 1 >addr_gen_mode
		echo 0 >accept_dad; echo 0 >router_solicitations; echo 0 >disable_ipv6"
	ip -n "$NS" -batch - <<-INPUT
		addr add ${IP4[$1]}/24 dev $DEV
		addr add ${LINK[$1]}/64 dev $DEV nodad
		addr add ${IP6[$1]}/64 dev $DEV nodad
		link set lo up
	INPUT
}

make_hosts() {
	local i

	for i in 1 2 3; do
		ip -n "$BR" link set "p$i" down
		ip -n "$BR" link set "p$i" name "${PORT[i]}"
		ip -n "$BR" link set "${PORT[i]}" up
	done
	for i in 1 2 3 "$HOST"; do
		make_host "$i"
	done
	for i in 1 2 3; do
		fdb "${MAC[i]}" "${PORT[i]}"
	done
	# The helper looks for their addresses again.
	frame close
}

# know HOST...: they have the right addresses of all others, and may be told better
know() {
	local w v address

	for w in "$@"; do
		of "$w"
		ip -n "$NS" neigh flush dev "$DEV"
		for v in 1 2 3 "$HOST"; do
			for address in "${IP4[v]}" "${LINK[v]}" "${IP6[v]}"; do
				[ "$v" = "$w" ] ||
					echo "neigh replace $address dev $DEV lladdr ${MAC[v]} nud stale"
			done
		done | ip -n "$NS" -batch -
	done
}

# entry HOST ADDRESS: ENTRY = the MAC address that HOST knows for it
entry() {
	local address word mac

	of "$1"
	ENTRY=
	while read -r address word mac _; do
		[ "$address $word" != "$2 lladdr" ] || ENTRY=$mac
	done < <(ip -n "$NS" neigh show dev "$DEV")
}

# unpoisoned HOST: it knows what know told it
unpoisoned() {
	local address word mac v
	local -i wrong=0
	local -A known=()

	for v in 1 2 3 "$HOST"; do
		known[${IP4[v]}]=${MAC[v]} known[${LINK[v]}]=${MAC[v]} known[${IP6[v]}]=${MAC[v]}
	done
	of "$1"
	while read -r address word mac _; do
		[ "$word" = lladdr ] || continue
		[ "$mac" = "${known[$address]:-nothing}" ] && continue
		say "host $1 believes that $address is at $mac"
		wrong=1
	done < <(ip -n "$NS" neigh show dev "$DEV")
	return "$wrong"
}

# ---- claims: frames by which an address is said to be at some MAC address ----

# arp_bytes OP SHA SIP THA TIP: ARP with hardware type 6, IEEE 802
arp_bytes() {
	local sip tip

	# shellcheck disable=SC2086 # four numbers
	printf -v sip '%02x' ${3//./ }
	# shellcheck disable=SC2086
	printf -v tip '%02x' ${5//./ }
	BYTES=000608000604000$1${2//:/}$sip${4//:/}$tip
}

readonly ARP_CLAIMS="arp-request arp-reply arp-gratuitous arp-announced
	arp6-request arp6-reply arp-priority arp-priority-twice arp-priority-ad"
readonly ND_CLAIMS="ns ns-second ns-ext ns-priority na na-own na-own-silent na-second na-all
	na-priority ra rs"

# arp_claim WAY ME VICTIM CLAIMED MAC: CLAIM = words of a frame
arp_claim() {
	local me=$2 victim=$3 sip=${IP4[$4]} mac=$5 tip=${IP4[$3]}
	local request="dmac $ALL arp op 1 saddr $sip daddr $tip sha $mac"

	case $1 in
	arp-request) CLAIM=$request ;;
	arp-reply) CLAIM="dmac ${MAC[victim]} arp op 2 saddr $sip daddr $tip sha $mac" ;;
	arp-gratuitous) CLAIM="dmac $ALL arp op 1 saddr $sip daddr $sip sha $mac" ;;
	arp-announced) CLAIM="dmac $ALL arp op 2 saddr $sip daddr $sip sha $mac tha $mac" ;;
	arp6-request)
		arp_bytes 1 "$mac" "$sip" 00:00:00:00:00:00 "$tip"
		CLAIM="dmac $ALL ethertype 0x0806 raw $BYTES"
		;;
	arp6-reply)
		arp_bytes 2 "$mac" "$sip" "${MAC[victim]}" "$tip"
		CLAIM="dmac ${MAC[victim]} ethertype 0x0806 raw $BYTES"
		;;
	arp-priority) CLAIM="vlan 0 $request" ;;
	arp-priority-twice) CLAIM="vlan 0 vlan 0 $request" ;;
	arp-priority-ad) CLAIM="svlan 0 $request" ;;
	esac
}

# nd_claim WAY ME VICTIM ADDRESS MAC: as arp_claim. RFC 4861: receivers of
# solicitations read the option of the source (1), of advertisements the other (2).
nd_claim() {
	local me=$2 victim=$3 address=$4 mac=$5 own=${MAC[$2]//:/} forged=${5//:/}
	local ns="icmp-type 135 nd-target ${IP6[victim]}" na="icmp-type 136 nd-flags 0x20 nd-target $address"
	local from="dmac ${MAC[victim]} ip6 ttl 255 daddr ${IP6[victim]} proto icmpv6 saddr"
	local to_all="dmac $ALL6 ip6 ttl 255 daddr ff02::1 proto icmpv6 saddr"

	case $1 in
	ns) CLAIM="$from $address $ns nd-lladdr $mac" ;;
	ns-second) CLAIM="$from $address $ns nd-options 0201${own}0101$forged" ;;
	ns-ext) CLAIM="$from $address $ns nd-lladdr $mac ext dst" ;;
	ns-priority) CLAIM="vlan 0 $from $address $ns nd-lladdr $mac" ;;
	na) CLAIM="$from $address $na nd-lladdr $mac" ;;
	na-own) CLAIM="$from ${IP6[me]} $na nd-lladdr $mac" ;;
	na-own-silent) CLAIM="$from ${LINK[me]} $na nd-lladdr $mac ext hbh" ;;
	na-second) CLAIM="$from $address $na nd-options 0101${own}0201$forged" ;;
	na-all) CLAIM="$to_all $address $na nd-lladdr $mac" ;;
	na-priority) CLAIM="vlan 0 $to_all $address $na nd-lladdr $mac" ;;
	ra) CLAIM="$to_all $address icmp-type 134 nd-options 0101$forged" ;;
	rs) CLAIM="$to_all $address icmp-type 133 nd-lladdr $mac" ;;
	esac
}

# tell ME VICTIM SMAC: the claim is sent, and what it does is done
tell() {
	send 1 "${END_OF[$1]}" "${END_OF[$2]}" smac "$3" "$CLAIM"
}

# tell_all ME VICTIM CLAIMED SMAC MAC: in all ways, and none may come there
tell_all() {
	local way address
	local -a claims=()

	for way in $ARP_CLAIMS; do
		arp_claim "$way" "$1" "$2" "$3" "$5"
		claims+=("smac $4 $CLAIM")
	done
	for way in $ND_CLAIMS; do
		for address in "${IP6[$3]}" "${LINK[$3]}"; do
			[ "$way" != ra ] || [ "$address" = "${LINK[$3]}" ] || continue
			nd_claim "$way" "$1" "$2" "$address" "$5"
			claims+=("smac $4 $CLAIM")
		done
	done
	come 0 "$1" "$2" "${claims[@]}"
}

# come EACH FROM TO FRAME...: EACH copies of each
come() {
	local each=$1 from to text
	local -i i j wrong=0
	local -a seen

	end_of "${END_OF[$2]}"
	from=$END
	end_of "${END_OF[$3]}"
	to=$END
	shift 3
	# as many as the helper takes at a time
	for ((i = 1; i <= $#; i += 16)); do
		printf -v text '%s / ' "${@:i:16}"
		frame flood tx "$from" rx "$to" rounds 1 count 1 "${text% / }"
		read -r -a seen <<<"${FRAME_REPLY#flood 1 }"
		for ((j = 0; j < 16 && i + j <= $#; j++)); do
			[ "${seen[j]:-none}" != "$each" ] || continue
			say "$from to $to: want $each, got ${seen[j]:-none}: ${*:i + j:1}"
			wrong=1
		done
	done
	return "$wrong"
}

# ---- the rules ----

# with_rules: the example, all counters at 0
with_rules() {
	{
		echo "$SENTINEL"
		cat "$BRFW_TOP/examples/hypervisor.fw"
	} | fw ruleset load -
	nl 0 reset
}

# by_rule COMMENT: PACKETS of both hooks' rules with it
by_rule() {
	PACKETS=$(fw -s rule show | awk -v comment="comment \"?$1\"? " '
		$0 ~ comment { sub(/.* packets /, ""); n += $1 }
		END { print n + 0 }')
}

dropped_by() {
	by_rule "$1"
	[ "$PACKETS" -gt 0 ] || {
		say "nothing was dropped by rule $1"
		return 1
	}
}

# ---- who believes what ----

# Without rules each way works, through the bridge and to the host itself: there it
# is told of an address of its own for each that it is elsewhere.
fooled() {
	local victim=$1 way address
	local -i i=100 wrong=0
	local -a ways

	read -r -d '' -a ways <<<"$ARP_CLAIMS $ND_CLAIMS" || :
	of "$victim"
	for way in "${ways[@]}"; do
		i=$((i + 1))
		address=192.0.2.$i
		[[ $way == arp* ]] || address=fe80::1:$i
		echo "neigh replace $address dev $DEV lladdr ${MAC[1]} nud stale"
	done | ip -n "$NS" -batch -
	i=100
	for way in "${ways[@]}"; do
		i=$((i + 1))
		if [[ $way == arp* ]]; then
			arp_claim "$way" 2 "$victim" "$i" "${MAC[2]}"
		else
			nd_claim "$way" 2 "$victim" "fe80::1:$i" "${MAC[2]}"
		fi
		tell 2 "$victim" "${MAC[2]}"
	done
	of "$victim"
	ip -n "$NS" neigh show dev "$DEV" >"$TMP/neigh"
	for ((i = 0; i < ${#ways[@]}; i++)); do
		address=192.0.2.$((101 + i))
		[[ ${ways[i]} == arp* ]] || address=fe80::1:$((101 + i))
		grep -q "^$address lladdr ${MAC[2]} " "$TMP/neigh" || {
			say "host $victim is not fooled by ${ways[i]}: $(grep "^$address " "$TMP/neigh")"
			wrong=1
		}
	done
	return "$wrong"
}

test_control() {
	fw ruleset flush
	fooled "$HOST"
	fooled 3
}

# posing ME CLAIMED...: to all others, with MAC addresses of its own and others
posing() {
	local me=$1 victim claimed

	with_rules
	know 1 2 3 "$HOST"
	for claimed in "${@:2}"; do
		for victim in 1 2 3 "$HOST"; do
			[[ $victim != "$me" && $victim != "$claimed" ]] || continue
			tell_all "$me" "$victim" "$claimed" "${MAC[me]}" "${MAC[me]}"
			[ "$victim" = "$HOST" ] || continue
			tell_all "$me" "$victim" "$claimed" "${MAC[5]}" "${MAC[5]}"
			tell_all "$me" "$victim" "$claimed" "${MAC[claimed]}" "${MAC[me]}"
		done
	done
	for victim in 1 2 3 "$HOST"; do
		unpoisoned "$victim"
	done
}

test_machine_poses() {
	local rule

	posing "$@"
	for rule in MAC IPv6 tags; do
		dropped_by "$rule"
	done
}

test_uplink_poses() {
	local rule

	posing "$@"
	for rule in "MAC outside" "IPv6 outside" "ND outside" tags; do
		dropped_by "$rule"
	done
}

# A machine's own addresses are at no other MAC address, whichever option of a
# message says so; nor does the uplink say that another's are at theirs.
test_other_mac() {
	with_rules
	know 1 3 "$HOST"
	tell_all 2 3 2 "${MAC[2]}" "${MAC[5]}"
	tell_all 2 "$HOST" 2 "${MAC[2]}" "${MAC[5]}"
	tell_all 1 3 5 "${MAC[1]}" "${MAC[2]}"
	tell_all 1 "$HOST" 5 "${MAC[1]}" "${MAC[2]}"
	unpoisoned 3
	unpoisoned "$HOST"
	dropped_by "MAC in ND"
	dropped_by "MAC in ARP"
	dropped_by "MAC in ND outside"
}

# honest ME VICTIM: the same frames about itself come and are believed, so that
# nothing of the above was dropped for another reason
honest() {
	local way
	local -a claims=()

	for way in arp-request arp-reply arp-gratuitous arp-announced; do
		arp_claim "$way" "$1" "$2" "$1" "${MAC[$1]}"
		claims+=("$CLAIM")
	done
	for way in ns ns-ext na na-all; do
		nd_claim "$way" "$1" "$2" "${IP6[$1]}" "${MAC[$1]}"
		claims+=("$CLAIM")
	done
	of "$2"
	ip -n "$NS" neigh replace "${IP4[$1]}" dev "$DEV" lladdr "${MAC[5]}" nud stale
	ip -n "$NS" neigh replace "${IP6[$1]}" dev "$DEV" lladdr "${MAC[5]}" nud stale
	come 1 "$1" "$2" "${claims[@]}"
	entry "$2" "${IP4[$1]}"
	equal "IPv4 of host $1 at host $2" "${MAC[$1]}" "$ENTRY"
	entry "$2" "${IP6[$1]}"
	equal "IPv6 of host $1 at host $2" "${MAC[$1]}" "$ENTRY"
}

test_honest() {
	with_rules
	know 1 2 3 "$HOST"
	honest 1 2
	honest 1 "$HOST"
	honest 2 "$HOST"
	honest 2 3
	honest 3 1
}

# ---- what machines may not say at all ----

# A general query of IGMP by machine 1
QUERY="smac ${MAC[2]} dmac 01:00:5e:00:00:01 ethertype 0x0800 raw "
QUERY+=4600002000004000010242cbc000020be0000001940400001164ee9b00000000

# machine_frames: FRAMES of machine 1 for everybody, none of which may come
machine_frames() {
	local me="smac ${MAC[2]} dmac $ALL" v

	FRAMES=("$QUERY")
	for v in 1 3 "$HOST" "$NOBODY"; do
		FRAMES+=(
			"$me ip4 saddr ${IP4[v]} proto udp"
			"$me ip4 saddr ${IP4[v]} proto tcp dport 5432 flags syn"
			"$me ip4 saddr ${IP4[v]} proto icmp icmp-type 8"
			"$me ip6 saddr ${IP6[v]} proto udp"
			"$me ip6 saddr ${LINK[v]} proto icmpv6 icmp-type 128"
			"$me ip6 saddr :: ttl 255 daddr ff02::1 proto icmpv6 icmp-type 135 nd-target ${IP6[v]}"
			"smac ${MAC[v]} dmac $ALL ip4 saddr ${IP4[2]} proto icmp icmp-type 8"
		)
	done
	FRAMES+=(
		"$me ip4 saddr 0.0.0.0 proto udp" "$me ip6 saddr :: proto udp"
		"$me ip6 saddr :: proto icmpv6 icmp-type 128"
		"$me ip6 saddr ${LINK[2]} proto udp"
		"$me ip6 saddr :: ttl 255 daddr ff02::1 proto icmpv6 icmp-type 135 nd-target ${IP6[2]} nd-lladdr ${MAC[5]}"
		"$me ip6 saddr ${LINK[2]} ttl 255 daddr ff02::1 proto icmpv6 icmp-type 134"
		"$me ip6 saddr ${LINK[2]} ttl 255 daddr ff02::1 proto icmpv6 icmp-type 137"
		"$me ip6 saddr ${LINK[2]} ttl 1 daddr ff02::1 ext hbh proto icmpv6 icmp-type 130 payload 16"
		"$me ip4 saddr ${IP4[2]} proto icmp icmp-type 5"
		"$me ip4 saddr ${IP4[2]} proto udp sport 67 dport 68"
		"$me ip6 saddr ${IP6[2]} proto udp sport 547 dport 546"
		"$me vlan 100 ip4 saddr ${IP4[2]} proto icmp icmp-type 8"
		"$me vlan 0 ip4 saddr ${IP4[2]} proto icmp icmp-type 8"
		"$me vlan 0 vlan 100 ip4 saddr ${IP4[2]} proto icmp icmp-type 8"
		"$me pppoe 1 ip4 saddr ${IP4[2]} proto icmp icmp-type 8"
		"$me pppoe 1 ip4 saddr ${IP4[1]} proto icmp icmp-type 8"
		"$me snap ip4 saddr ${IP4[1]} proto icmp icmp-type 8"
		"$me ip4 saddr ${IP4[1]} proto udp frag 100"
		"$me ip4 saddr ${IP4[1]} proto udp mf"
		"$me ip6 saddr ${IP6[1]} ext frag:0+ proto icmpv6 icmp-type 128"
		"$me ip6 saddr ${IP6[1]} ext hbh,dst proto icmpv6 icmp-type 128"
		"$me arp ethertype 0x8035" "$me ethertype 0x88cc" "$me ethertype 0x8863" "$me"
		"smac ${MAC[2]} dmac 01:80:c2:00:00:00 llc"
	)
}

test_machine_frames() {
	local rule

	machine_frames
	fw ruleset flush
	come 1 2 3 "${FRAMES[@]}"
	come 1 2 "$HOST" "${FRAMES[@]}"
	with_rules
	come 0 2 3 "${FRAMES[@]}"
	come 0 2 "$HOST" "${FRAMES[@]}"
	come 0 2 1 "${FRAMES[@]}"
	for rule in MAC IPv4 IPv6 "MAC in ND" tags PPPoE "no router" "no DHCP server" link-local "no redirects" "no IGMP"; do
		dropped_by "$rule"
	done
	# What it may say: a ping to each, and DAD of its own address.
	for rule in 1 3 "$HOST"; do
		come 1 2 "$rule" "ip4 saddr ${IP4[2]} daddr ${IP4[rule]} proto icmp icmp-type 8" 			"dmac $ALL6 ip6 saddr :: ttl 255 daddr ff02::1 proto icmpv6 icmp-type 135 nd-target ${IP6[2]}"
	done
}

# The uplink as a machine or the host, in IP; and what only looks as if it belonged to
# a connection, in another VLAN.
test_uplink_frames() {
	local v words
	local -a frames=()

	for v in 2 3 "$HOST"; do
		for words in "ip4 saddr ${IP4[v]} daddr ${IP4[2]}" "ip6 saddr ${IP6[v]} daddr ${IP6[2]}"; do
			frames+=("smac ${MAC[1]} $words proto tcp dport 80 flags syn"
				"smac ${MAC[v]} $words proto tcp dport 443 flags syn")
		done
		frames+=("smac ${MAC[v]} ip4 saddr ${IP4[1]} daddr ${IP4[2]} proto tcp dport 80 flags syn")
	done
	fw ruleset flush
	come 1 1 2 "${frames[@]}"
	with_rules
	come 0 1 2 "${frames[@]}"
	words="dmac ${MAC[2]} ip4 saddr ${IP4[1]} daddr ${IP4[2]} proto udp sport 53 dport 5353"
	come 0 1 2 "$words"
	come 1 2 1 "dmac ${MAC[1]} ip4 saddr ${IP4[2]} daddr ${IP4[1]} proto udp sport 5353 dport 53"
	come 0 1 2 "vlan 100 $words" "vlan 0 $words"
	come 1 1 2 "$words"
	# What is for one machine isn't shown to another.
	come 1 1 2 "ip4 saddr ${IP4[1]} daddr ${IP4[2]} proto icmp icmp-type 8"
	come 0 1 2 "dmac 02:00:00:00:00:77 ip4 saddr ${IP4[1]} daddr ${IP4[2]} proto icmp icmp-type 8" 		"ip4 saddr ${IP4[1]} daddr ${IP4[3]} proto icmp icmp-type 8"
}

# ---- what the bridge does before there are rules ----

# behind MAC: PORT_OF = the port that it is at, as the bridge sees it
behind() {
	PORT_OF=$(bridge -n "$BR" fdb show br br0 | sed -n "/ vlan /d; s/^$1 dev \([^ ]*\) .*master.*/\1/p")
}

# moved_by HOST SMAC [DMAC]: a frame that is dropped, and where SMAC is then
moved_by() {
	send 1 "${END_OF[$1]}" br0 smac "$2" dmac "${3:-$ALL}" ip4 saddr "${IP4[5]}" proto udp
	equal "frames that came" 0 "$SEEN"
	behind "$2"
}

test_learning() {
	local port

	with_rules
	# With 0 nothing is learned.
	ip -n "$BR" link set br0 type bridge ageing_time 30000
	for port in eth0 vnet1 vnet2; do
		bridge -n "$BR" link set dev "$port" learning on
	done
	moved_by 2 "${MAC[3]}"
	equal "a dropped frame moves an address (control)" vnet1 "$PORT_OF"
	bridge -n "$BR" fdb replace "${MAC[3]}" dev vnet2 master static
	moved_by 1 "${MAC[3]}"
	equal "static alone is moved, too (control)" eth0 "$PORT_OF"
	for port in 1 2; do
		bridge -n "$BR" fdb replace "${MAC[port + 1]}" dev "vnet$port" master static sticky
		bridge -n "$BR" link set dev "vnet$port" learning off flood off
	done
	moved_by 1 "${MAC[3]}"
	equal "sticky is not" vnet2 "$PORT_OF"
	moved_by 2 "${MAC[1]}"
	[ "$PORT_OF" != vnet1 ]
	bridge -n "$BR" link set dev vnet1 learning on
	bridge -n "$BR" link set dev vnet1 locked on 2>/dev/null || skip "this bridge or its tool locks no ports"
	moved_by 2 "${MAC[5]}"
	equal "a locked port learns nothing" "" "$PORT_OF"
	moved_by 2 "${MAC[5]}" 01:80:c2:00:00:0e
	equal "but from LLDP (control)" vnet1 "$PORT_OF"
	bridge -n "$BR" link set dev vnet1 learning off
	honest 2 1
}

# heard: UDP that the host has taken in, with or without somebody to hear it
heard() {
	HEARD=$(awk '/^Udp: [0-9]/ { print $2 + $3 }' <(ip netns exec "$BR" cat /proc/net/snmp))
}

# To the address of LLDP, in the name of another
test_lldp_address() {
	local before words="dmac 01:80:c2:00:00:0e ip4 saddr ${IP4[1]} daddr ${IP4[4]} proto udp"

	with_rules
	heard
	before=$HEARD
	send 1 h2 br0 smac "${MAC[2]}" "$words"
	heard
	equal "what went past rules (control)" $((before + 1)) "$HEARD"
	ip -n "$BR" link set br0 type bridge group_fwd_mask 0x4000
	send 1 h2 br0 smac "${MAC[2]}" "$words"
	heard
	equal "what was judged" $((before + 1)) "$HEARD"
	dropped_by IPv4
}

# routers: ROUTERS = ports that a router is behind, as the bridge sees it
routers() {
	ROUTERS=$(bridge -n "$BR" -d mdb show | grep -c "vnet1" || :)
}

test_queries() {
	with_rules
	ip -n "$BR" link set br0 type bridge mcast_snooping 1
	ip -n "$BR" link set vnet1 type bridge_slave mcast_router 0
	come 0 2 1 "$QUERY"
	routers
	equal "ports that a query made a router's" 0 "$ROUTERS"
	ip -n "$BR" link set vnet1 type bridge_slave mcast_router 1
	come 0 2 1 "$QUERY"
	routers
	equal "ports that a query makes a router's without that (control)" 1 "$ROUTERS"
	ip -n "$BR" link set br0 type bridge mcast_snooping 0
}

# The manual's rules about one host, with machine 1 as that host
test_manual() {
	sed -n '/^set add vm1/,/^\.Ed/p' "$BRFW_TOP/docs/fwctl.8" |
		sed -e ':a' -e '/\\e$/{N;s/\\e\n[[:space:]]*//;ba' -e '}' -e '/^\.Ed/d' \
			-e 's/in vm1/in vnet1/' -e "s/02:00:00:00:00:01/${MAC[2]}/" \
			-e "s/2001:db8::11/${IP6[2]}/; s/fe80::ff:fe00:1/${LINK[2]}/" >"$TMP/manual"
	fw ruleset load - < <(printf '%s\n' "$SENTINEL" && cat "$TMP/manual")
	know 3
	tell_all 2 3 1 "${MAC[2]}" "${MAC[2]}"
	tell_all 2 3 1 "${MAC[1]}" "${MAC[2]}"
	tell_all 2 3 2 "${MAC[2]}" "${MAC[5]}"
	unpoisoned 3
	honest 2 3
}

make_hosts
check "without rules everybody is fooled in each way (control)" test_control
check "machine 1 poses as nobody else" test_machine_poses 2 1 3 "$HOST" "$NOBODY"
check "machine 2 poses not as machine 1" test_machine_poses 3 2
check "the uplink poses as no machine and not as the host" test_uplink_poses 1 2 3 "$HOST"
check "who speaks of itself is believed" test_honest
check "addresses are at no other MAC address" test_other_mac
check "the rules of the manual about one host" test_manual
check "what machines may not say" test_machine_frames
check "the uplink's IP, and connections in another VLAN" test_uplink_frames
check "dropped frames move no address, as the file says" test_learning
check "IP to the address of LLDP is judged, as the file says" test_lldp_address
check "queries make no router, as the file says" test_queries
run_checks
