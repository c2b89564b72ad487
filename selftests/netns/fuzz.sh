#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Damaged frames through a bridge with a rule on each field and all verdicts and
# actions: what comes out, and what each counter tells, must be what the parser,
# built in user space, and a linear search say (helpers/mutate.c).
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#       t0, a tap device         p3 --- eth0 h3, for copies; so is d1
#
# FUZZ_FRAMES=N: frames in each turn; FUZZ_SEED=N: of the first turn. For long runs
# TEST_TIMEOUT=SECONDS is needed, too.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

readonly FRAMES=${FUZZ_FRAMES:-2000} SEED=${FUZZ_SEED:-1}

setup
topology 3
# Frames to strangers and groups go to h2 only: one judgement each.
for port in p1 p3; do
	ip -n "$BR" link set $port type bridge_slave flood off mcast_flood off bcast_flood off
done
ip -n "$BR" link add d1 type dummy
ip -n "$BR" link set d1 up

mutate() {
	"$BRFW_HELPERS/mutate" "$@"
}

# tx_packets DEVICE: SENT by it
tx_packets() {
	SENT=$(ip -n "$BR" -s -j link show dev "$1" | sed 's/.*"tx":{[^}]*"packets":\([0-9]*\).*/\1/')
}

load_mutate() {
	mutate rules "$1" >"$TMP/rules"
	load_new "$(<"$TMP/rules")"
}

# good_frame TURN: one that is whole is judged as before, by the rule "pair".
good_frame() {
	if [ "$1" = 0 ]; then
		expect_pass h1 h2 rule pair ip4 saddr 10.0.0.1 proto udp dport 8001
	else
		expect_drop h1 h2 rule pair ip4 saddr 10.0.0.1 proto udp dport 8001
	fi
}

need_tap() {
	[ -c /dev/net/tun ] || modprobe tun 2>/dev/null || skip "needs tun"
	[ ! -e "$TMP/tap" ] || return 0
	touch "$TMP/tap"
	ip -n "$BR" tuntap add t0 mode tap vnet_hdr
	ip -n "$BR" link set t0 master br0 up
	ip -n "$BR" link set t0 type bridge_slave learning off flood off mcast_flood off bcast_flood off
}

# compare RULES COMMAND...: run it; all counters must be as it says, as many copies
# must have gone out by d1, and frames must have met so many RULES
compare() {
	local least=$1 name packets bytes before wrong=0 met=0 want_copies=0

	shift
	tx_packets d1
	before=$SENT
	mutate "$@" >"$TMP/out" || {
		say "$(<"$TMP/out")"
		return 1
	}
	while read -r name packets bytes copies; do
		if [ "$name" = sent ]; then
			say "$packets frames, $bytes of them not for a bridge, $copies copies"
			want_copies=$copies
			continue
		fi
		packets "$name"
		if [ "$PACKETS $BYTES" != "$packets $bytes" ]; then
			say "$name counted $PACKETS packets, $BYTES bytes; want $packets, $bytes"
			wrong=1
		fi
		[ "$packets" = 0 ] || met=$((met + 1))
	done <"$TMP/out"
	tx_packets d1
	equal "copies out of d1" "$want_copies" $((SENT - before))
	[ "$wrong" = 0 ]
	say "$met rules met"
	[ "$met" -ge "$least" ]
}

test_cuts() {
	load_mutate "$1"
	compare 25 cuts "$1" "$(host 1)" "$(host 2)"
	good_frame "$1"
}

test_mutants() {
	load_mutate "$1"
	compare 38 frames "$1" $((SEED + $1)) "$FRAMES" "$(host 1)" "$(host 2)"
	good_frame "$1"
}

# From a virtual machine, in pieces
test_pieces() {
	need_tap
	load_mutate 0
	compare 38 frames 0 $((SEED + 2)) "$FRAMES" "$BR:t0" "$(host 2)"
	good_frame 0
}

# storm ARGUMENTS...: STORM = frames sent, taken by the device, received
storm() {
	mutate storm "$@" >"$TMP/out"
	read -r _ STORM <"$TMP/out"
	say "frames sent, taken, received: $STORM"
}

# Headers for segmentation and checksums, as a virtual machine may write them
test_headers() {
	local sent taken seen

	need_tap
	load_mutate 1
	storm $((SEED + 3)) "$FRAMES" "$BR:t0" "$(host 2)"
	read -r sent taken seen <<<"$STORM"
	[ "$taken" -gt $((sent / 20)) ]
	[ "$seen" -gt 0 ]
	good_frame 1
}

# Connections of damaged frames, in a zone, and a limit. Fragments are put together,
# and conntrack throws away what it doesn't like, so that fewer come to be judged.
test_state() {
	local name sum=0 sent

	load_new "zone set bridge br0 17" "policy set forward drop" \
		"rule add prio 5 proto udp saddr 10.0.0.1 dport 8001 accept comment pair" \
		"rule add prio 10 state invalid limit 10/second log group 9 comment invalid" \
		"rule add prio 20 state new,related proto udp accept comment new" \
		"rule add prio 25 state established mirror d1 comment established" \
		"rule add prio 30 state untracked reject comment untracked" \
		"rule add prio 40 ttl 0-1 redirect d1 comment ttl"
	storm $((SEED + 4)) "$FRAMES" "$(host 1)" "$(host 2)"
	read -r sent _ <<<"$STORM"
	for name in new untracked ttl policy:forward pair; do
		packets "$name"
		sum=$((sum + PACKETS))
		say "$name $PACKETS"
		[ "$PACKETS" -gt 0 ] || [ "$name" = pair ]
	done
	[ "$sum" -le "$sent" ]
	[ "$sum" -gt $((sent / 2)) ]
	packets invalid
	[ "$PACKETS" -gt 0 ]
	good_frame 0
	# the same with what only a virtual machine can make
	[ ! -e "$TMP/tap" ] || storm $((SEED + 5)) "$FRAMES" "$BR:t0" "$(host 2)"
	good_frame 0
}

check "samples cut to each length" test_cuts 0
check "and with opposite verdicts" test_cuts 1
check "mutated samples" test_mutants 0
check "and with opposite verdicts" test_mutants 1
check "in pieces, from a virtual machine" test_pieces
check "with headers for segmentation" test_headers
check "with connections, a zone and a limit" test_state
run_checks
