#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The ruleset is replaced thousands of times while frames pass; no frame is ever
# judged by a mix of the old and the new one.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#   (floods)                    (counts)
#
# Two rulesets A and B take turns. For each kind of frame both give the same
# verdict, but by different rules or policies, so any other outcome shows that
# something of A was seen together with something of B, or half of one.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2
readonly COMMITS=1000

# kind     A                               B                              must
# dport 1  sport accepts, policy drops     dport accepts, another drops   pass
# dport 2  prio 10 accepts, 20 drops       policy accepts                 pass
# dport 3  policy drops                    prio 20 drops                  drop
# dport 4  dport drops at prio 30, a rule  sport drops, a rule behind     drop
#          behind accepts                  accepts
# dport 5  same rule in both               same rule                      pass
readonly A="add prio 0 ethertype 0x88b5 accept
policy forward drop
add prio 10 proto 17 sport 1001 accept
add prio 10 proto 17 sport 1002 accept
add prio 20 proto 17 dport 2 drop
add prio 30 proto 17 dport 4 drop
add prio 31 proto 17 sport 1004 dport 4 accept
add prio 40 proto 17 dport 5 accept comment same"
readonly B="add prio 0 ethertype 0x88b5 accept
policy forward accept
add prio 15 proto 17 dport 1 accept
add prio 16 proto 17 sport 1001 drop
add prio 20 proto 17 dport 3 drop
add prio 30 proto 17 sport 1004 drop
add prio 31 proto 17 sport 1004 dport 4 accept
add prio 40 proto 17 dport 5 accept comment same"
readonly FLOOD="ip4 proto udp sport 1001 dport 1 / ip4 proto udp sport 1002 dport 2 / ip4 proto udp sport 1003 dport 3 / ip4 proto udp sport 1004 dport 4 / ip4 proto udp sport 1005 dport 5"

define() {
	local count

	txn "define $1" "$2" end
	count=$(wc -l <<<"$2")
	equal "lines of $1" "ok $count" "$TXN_REPLY"
}

# flood_result: SENT and the copies seen of each kind
flood_result() {
	read -r -u "$FRAME_OUT" FRAME_REPLY
	[[ $FRAME_REPLY == flood\ * ]] || {
		say "$FRAME_REPLY"
		return 1
	}
	read -r SENT K1 K2 K3 K4 K5 <<<"${FRAME_REPLY#flood }"
	say "$SENT frames of each kind"
}

# Controls: with A alone and B alone the verdicts are those of the table, so a
# frame that goes the other way below was judged by neither.
test_alone() {
	local ruleset

	define A "$A"
	define B "$B"
	for ruleset in A B; do
		nl 0 swap 1 "$ruleset" "$ruleset"
		# shellcheck disable=SC2086
		frame flood tx "$PREFIX-h1:eth0" rx "$PREFIX-h2:eth0" \
			rounds 5 count 4 $FLOOD
		equal "copies with $ruleset" "flood 20 20 20 0 0 20" "$FRAME_REPLY"
	done
}

test_under_traffic() {
	define A "$A"
	define B "$B"
	nl 0 swap 1 A A
	packets same
	local before=$PACKETS
	printf 'flood tx %s rx %s count 4 %s\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" "$FLOOD" >&"$FRAME_IN"
	txn "0 swap $COMMITS A B"
	echo stop >&"$FRAME_IN"
	flood_result
	equal "commits" "ok $COMMITS" "$TXN_REPLY"
	[ "$SENT" -gt 100 ]
	equal "kind 1: accepted by different rules" "$SENT" "$K1"
	equal "kind 2: accepted by a rule or the policy" "$SENT" "$K2"
	equal "kind 3: dropped by the policy or a rule" 0 "$K3"
	equal "kind 4: dropped by different rules" 0 "$K4"
	equal "kind 5: accepted by the same rule" "$SENT" "$K5"
	# The rule that stays keeps its counter, and no frame is lost to it.
	packets same
	equal "packets of the rule that stays" $((before + SENT)) "$PACKETS"
}

# Control: a replacement in two commits is caught in between.
test_half_done_is_seen() {
	local i

	load_new "policy set forward drop" \
		"rule add prio 40 proto udp dport 5 accept comment same"
	printf 'flood tx %s rx %s count 4 %s\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" "$FLOOD" >&"$FRAME_IN"
	nl 0 add prio 10 proto 17 sport 1001 accept
	for ((i = 0; i < 200; i++)); do
		nl 0 delete "$NL_REPLY"
		nl 0 add prio 10 proto 17 sport 1001 accept
	done
	echo stop >&"$FRAME_IN"
	flood_result
	say "$K1 passed"
	[ "$K1" -lt "$SENT" ]
	[ "$K1" -gt 0 ]
	equal "kind 5: accepted all the time" "$SENT" "$K5"
}

# The same with single changes instead of whole rulesets: rules come and go
# beside the one that the frames meet.
test_other_rules_change() {
	load_new "policy set forward drop" \
		"rule add prio 40 proto udp dport 5 accept comment same"
	printf 'flood tx %s rx %s count 4 %s\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" "$FLOOD" >&"$FRAME_IN"
	local i one
	for ((i = 0; i < 300; i++)); do
		nl 0 add prio $((i % 80)) proto 17 dport 9 sport $((i + 1)) drop
		one=$NL_REPLY
		nl 0 add prio $((i % 80)) ethertype 0x9999 accept
		nl 0 delete "$NL_REPLY"
		nl 0 delete "$one"
	done
	echo stop >&"$FRAME_IN"
	flood_result
	equal "frames through" "0 0 0 0 $SENT" "$K1 $K2 $K3 $K4 $K5"
	expect_count same "$SENT"
}

# An address goes from one set to the other and back, in one transaction each
# time: it is always in one of them. Rules stay as they are.
readonly SETS="set add one type ipv4_addr
set add two type ipv4_addr
policy set forward drop
rule add daddr @one accept comment one
rule add daddr @two accept comment two"

test_elements_move() {
	local i set

	for set in one two; do
		printf '%s\nset add-element %s 192.0.2.2\n' "$SENTINEL
$SETS" "$set" >"$TMP/$set.fw"
	done
	fw ruleset load "$TMP/one.fw"
	printf 'flood tx %s rx %s count 4 ip4 daddr 192.0.2.2 proto udp\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" >&"$FRAME_IN"
	for ((i = 0; i < 60; i++)); do
		fw ruleset load "$TMP/two.fw"
		fw ruleset load "$TMP/one.fw"
	done
	echo stop >&"$FRAME_IN"
	flood_result
	[ "$SENT" -gt 100 ]
	equal "frames through" "$SENT" "$K1"
	packets one
	i=$PACKETS
	packets two
	say "$i frames by the one set, $PACKETS by the other"
	[ "$i" -gt 0 ]
	[ "$PACKETS" -gt 0 ]
	equal "frames counted" "$SENT" $((i + PACKETS))
}

# Control: in two transactions it is in neither for a moment.
test_elements_missing() {
	local i

	fw ruleset load "$TMP/one.fw"
	printf 'flood tx %s rx %s count 4 ip4 daddr 192.0.2.2 proto udp\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" >&"$FRAME_IN"
	for ((i = 0; i < 30; i++)); do
		fw set delete-element one 192.0.2.2
		fw set add-element one 192.0.2.2
	done
	echo stop >&"$FRAME_IN"
	flood_result
	[ "$K1" -lt "$SENT" ]
	[ "$K1" -gt 0 ]
}

check "A alone and B alone judge as written" test_alone
check "a change in two commits is caught half done (control)" test_half_done_is_seen
check "$COMMITS replacements under traffic" test_under_traffic
check "changes of other rules under traffic" test_other_rules_change
check "an element goes from set to set under traffic" test_elements_move
check "an element that is in none is missed (control)" test_elements_missing
run_checks
