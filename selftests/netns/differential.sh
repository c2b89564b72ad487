#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The same random rules in brfw and in nftables' bridge family, the same random
# frames through a bridge with each: verdicts must be equal frame by frame.
#
#   h1 --- p1 [br0] p2 --- h2     brfw
#   x1 --- p1 [br0] p2 --- x2     nftables, in a namespace of its own
#
# DIFFER_SETS, DIFFER_RULES, DIFFER_FRAMES: how much; DIFFER_SEED: which first.
#
# What can't be compared, since nftables looks at it in another way:
# - "ether type" of a tagged frame is the tag's to nft, and what is behind the
#   tag to brfw (ethertype), so it is in no rule; and as nft looks at it for ARP,
#   it reads none behind a tag;
# - nft reads nothing behind a second tag, PPPoE or LLC/SNAP;
# - nft finds ports in frames whose headers lie about their lengths, which are
#   malformed to brfw and have none; and it takes what stands at the place of the
#   ports of a later fragment as absent, as brfw does, but not in IPv6.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

readonly SETS=${DIFFER_SETS:-6} RULES=${DIFFER_RULES:-40} FRAMES=${DIFFER_FRAMES:-600}
readonly SEED=${DIFFER_SEED:-1}
readonly PEER=$PREFIX-peer

differ() {
	"$BRFW_HELPERS/differ" "$@"
}

setup
need_tool nft
topology 2
netns_add "$PEER" "$PREFIX-x1" "$PREFIX-x2"
ip -n "$PEER" -batch - <<-END || die "can't make the other bridge"
	link add br0 type bridge mcast_snooping 0 forward_delay 0 ageing_time 0
	link set br0 up
	link add p1 type veth peer name eth0 netns $PREFIX-x1
	link add p2 type veth peer name eth0 netns $PREFIX-x2
	link set p1 master br0 up
	link set p2 master br0 up
END
ip -n "$PREFIX-x1" link set eth0 up
ip -n "$PREFIX-x2" link set eth0 up

load_both() {
	differ rules "$1" "$RULES" "$TMP/rules.fw" "$TMP/rules.nft"
	ip netns exec "$PEER" nft -f "$TMP/rules.nft"
	fw ruleset load "$TMP/rules.fw"
}

frames() {
	differ frames "$1" "$FRAMES" "$PREFIX-h1" "$PREFIX-h2" "$PREFIX-x1" "$PREFIX-x2"
}

# Both work: the same frames, of which some pass and some don't.
test_same() {
	local seed=$1 word n passed total=0

	for ((; seed < $1 + SETS; seed++)); do
		load_both "$seed"
		frames "$seed" >"$TMP/out" || {
			say "seed $seed: $(<"$TMP/out")"
			sed 's/^/# /' "$TMP/rules.fw"
			return 1
		}
		read -r word n passed <"$TMP/out"
		equal "result" same "$word"
		total=$((total + passed))
	done
	say "$total of $((SETS * n)) frames passed"
	[ "$total" -gt 0 ]
	[ "$total" -lt $((SETS * n)) ]
}

# The comparison itself, with different rules.
test_notices() {
	ip netns exec "$PEER" nft flush ruleset
	load_new "rule add proto udp drop"
	! frames "$SEED" >"$TMP/out" || return 1
	contains "what it says" "passes only nft" "$(<"$TMP/out")"
}

check "a difference is noticed (control)" test_notices
check "verdicts are those of nftables" test_same "$SEED"
run_checks
