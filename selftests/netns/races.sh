#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything at the same time: frames on three ways, rulesets that are replaced,
# elements that move between sets, ports that come, go, and change names, bridges
# and namespaces, namespaces that come with rules and go, dumps left in the middle,
# listeners that don't listen, programs killed while they load. Every frame is
# judged by one of the rulesets, and none is lost.
#
#   h1 --- p1 [br0] p2 --- h2       frames that both rulesets let pass
#   h3 --- p3 [br0] p2              frames that the same rule of both drops
#   h4 --- p4 [br0] p5 --- h5       in another namespace: the address is in one of
#                                   two sets, and passes
#
# RACE_SECONDS: how long.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

readonly SECONDS_LONG=${RACE_SECONDS:-10}
readonly OTHER=$PREFIX-other
readonly SETS=$PREFIX-sets

setup
topology 3
netns_add "$OTHER" "$SETS" "$(host 4)" "$(host 5)"
ip -n "$SETS" link add br0 up type bridge mcast_snooping 0 forward_delay 0
BR=$SETS port_add 4
BR=$SETS port_add 5

# What goes on at the same time, each a function
readonly JOBS=(ports bridges namespaces elements dumps monitors loads)

readonly A="add prio 0 ethertype 0x88b5 accept
policy forward drop
add prio 5 proto 17 sport 7 drop comment gone
add prio 10 proto 17 sport 1001 accept
add prio 20 in p9 proto 6 drop
add prio 21 bridge br9 proto 6 drop
add prio 30 proto 17 dport 4 drop"
readonly B="add prio 0 ethertype 0x88b5 accept
policy forward accept
add prio 5 proto 17 sport 7 drop comment gone
add prio 15 proto 17 dport 1 accept
add prio 16 proto 17 sport 1001 drop
add prio 20 out p9 proto 6 drop
add prio 30 in q9 proto 17 drop"

# again NAME COMMAND...: again and again until the end, counted
again() {
	local name=$1 n=0

	shift
	while [ ! -e "$TMP/end" ]; do
		"$@" "$n" >/dev/null 2>&1 || true
		n=$((n + 1))
	done
	echo "$n" >"$TMP/ops.$name"
}

# What these do may fail: others do the same at the same time.
ports() {
	ip -n "$BR" link add p9 type veth peer name q9
	ip -n "$BR" link set p9 master br0 up
	ip -n "$BR" link set q9 master br9 up
	ip -n "$BR" link set p9 down
	ip -n "$BR" link set p9 name p8
	ip -n "$BR" link set p8 name p9
	ip -n "$BR" link set p9 master br9 up
	ip -n "$BR" link set q9 netns "$OTHER"
	ip -n "$BR" link del p9
}

bridges() {
	ip -n "$BR" link add br9 type bridge
	ip -n "$BR" link set br9 up
	ip -n "$BR" link set br9 name br8
	ip -n "$BR" link del br8
}

namespaces() {
	local ns=$PREFIX-n$1

	ip netns add "$ns"
	"$FWCTL" -n "$ns" rule add in eth0 proto tcp drop
	"$FWCTL" -n "$ns" policy set forward drop
	ip -n "$ns" link add br0 type bridge
	ip netns del "$ns"
}

# An address moves from one set to the other, with 100 others for company, and
# one more comes that has little time.
elements() {
	"$FWCTL" -n "$SETS" ruleset load "$TMP/two.fw"
	"$FWCTL" -n "$SETS" set add-element two 198.51.100.$(($1 % 250)) timeout 1s
	"$FWCTL" -n "$SETS" ruleset load "$TMP/one.fw"
}

dumps() {
	"$BRFW_HELPERS/txn" <<-END
		open 1 $BR
		1 dump-start
		open 2 $BR
		2 begin
		2 add proto 6 dport 7 accept
		1 dump-rest
		1 dump-start
	END
}

# A program that listens doesn't read what it hears, and dies.
monitors() {
	local pid

	"$FWCTL" -n "$BR" monitor &
	pid=$!
	"$FWCTL" -n "$SETS" monitor &
	kill -STOP "$pid"
	"$FWCTL" -n "$SETS" ruleset save /dev/null
	kill -9 "$pid" "$!"
	wait "$pid" "$!"
}

# A program that loads a large file into the other namespace dies in the middle.
loads() {
	local pid

	"$FWCTL" -n "$OTHER" ruleset load "$TMP/many.fw" &
	pid=$!
	[ $(($1 % 3)) = 0 ] || kill -9 "$pid"
	wait "$pid"
}

# both_sets: what moves from set to set, and back
both_sets() {
	local set i

	for set in one two; do
		cat <<-END >"$TMP/$set.fw"
			$SENTINEL
			set add one type ipv4_addr
			set add two type ipv4_addr
			policy set forward drop
			rule add daddr @one accept comment one
			rule add daddr @two accept comment two
			set add-element $set 192.0.2.2
		END
		for ((i = 0; i < 100; i++)); do
			echo "set add-element $set 203.0.113.$i"
		done >>"$TMP/$set.fw"
	done
}

flood_begin() {
	mkfifo "$TMP/flood.$1"
	"$BRFW_HELPERS/frame" <"$TMP/flood.$1" >"$TMP/flood.$1.out" &
	FLOODS+=($!)
	exec {fd}>"$TMP/flood.$1"
	FLOOD_INPUTS+=("$fd")
	echo "flood tx $(host "$2"):eth0 rx $(host "$3"):eth0 count 4 ip4 $4" >&"$fd"
}

flood_result() {
	read -r _ SENT SEEN <"$TMP/flood.$1.out"
	say "$SENT frames that $2"
}

# by_sets: ONE, TWO: frames that each of the sets let pass
by_sets() {
	nl 3 stats one
	ONE=${NL_REPLY%% *}
	nl 3 stats two
	TWO=${NL_REPLY%% *}
}

# Have there been frames that tell something? A kernel that checks all it does
# has little time for them.
enough() {
	packets gone
	by_sets
	[ "$PACKETS" -gt 100 ] && [ "$ONE" -gt 100 ] && [ "$TWO" -gt 100 ]
}

test_all() {
	local name fd i
	local -a pids=() FLOODS=() FLOOD_INPUTS=()

	txn "define A" "$A" end
	txn "define B" "$B" end
	nl 0 swap 1 A B
	for ((i = 0; i < 2000; i++)); do
		echo "rule add in eth$((i % 50)) proto udp dport $((i + 1)) accept"
	done >"$TMP/many.fw"

	both_sets
	"$FWCTL" -n "$SETS" ruleset load "$TMP/one.fw"
	nl open 3 "$SETS"

	for name in "${JOBS[@]}"; do
		again "$name" "$name" &
		pids+=($!)
	done
	flood_begin pass 1 2 "proto udp sport 1001 dport 1"
	flood_begin drop 3 2 "proto udp sport 7 dport 1"
	flood_begin sets 4 5 "daddr 192.0.2.2 proto udp"

	local begin=$SECONDS commits=0
	while [ $((SECONDS - begin)) -lt "$SECONDS_LONG" ] ||
		{ ! enough && [ $((SECONDS - begin)) -lt $((SECONDS_LONG + 5 * DEADLINE)) ]; }; do
		nl 0 swap 20 A B
		commits=$((commits + 20))
	done

	for fd in "${FLOOD_INPUTS[@]}"; do
		echo stop >&"$fd"
		exec {fd}>&-
	done
	wait "${FLOODS[@]}"
	: >"$TMP/end"
	wait "${pids[@]}"

	say "$commits rulesets"
	for name in "${JOBS[@]}"; do
		say "$(<"$TMP/ops.$name") times $name"
		[ "$(<"$TMP/ops.$name")" -gt 0 ]
	done
	flood_result pass "must pass"
	[ "$SENT" -gt 100 ]
	equal "of which passed" "$SENT" "$SEEN"
	flood_result drop "must be dropped"
	[ "$SENT" -gt 100 ]
	equal "of which passed" 0 "$SEEN"
	# None is lost: the rule that both rulesets have counted each of them.
	expect_count gone "$SENT"
	flood_result sets "must pass by the one set or the other"
	[ "$SENT" -gt 200 ]
	equal "of which passed" "$SENT" "$SEEN"
	by_sets
	say "$ONE by the one, $TWO by the other"
	equal "frames counted" "$SENT" $((ONE + TWO))
}

# Nothing is left of what was going on.
test_after() {
	nl 0 swap 1 A A
	expect_pass h1 h2 ip4 proto udp sport 1001 dport 1
	expect_drop h3 h2 rule gone ip4 proto udp sport 7 dport 1
	nl 0 info
	equal "rules, hooks, drafts" "6 1 0" "$(cut -d ' ' -f 1-3 <<<"$NL_REPLY")"
}

check "frames are judged by one ruleset, and none is lost" test_all
check "nothing is left" test_after
run_checks
