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
readonly MANY=2000
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

# again JOB: again and again until the end. DONE: how often it did what it is for,
# which others may prevent, since they do theirs at the same time.
again() {
	local n=0 DONE=0

	while [ ! -e "$TMP/end" ]; do
		"$1" "$n" >/dev/null 2>&1 || true
		n=$((n + 1))
		echo "$DONE" >"$TMP/done.$1.new"
		mv "$TMP/done.$1.new" "$TMP/done.$1"
	done
}

# links NAME: the commands of the file NAME.ip; it asks for what must be there then
links() {
	local seen

	seen=$(ip -n "$BR" -o -force -batch "$TMP/$1.ip" 2>/dev/null | wc -l)
	DONE=$((DONE + seen))
}

ports() {
	links ports
}

bridges() {
	links bridges
}

# what_links_do: the files. A bridge takes the other's port when it is there; a file
# ends where a bridge isn't.
what_links_do() {
	local i

	for ((i = 0; i < 10; i++)); do
		cat <<-END
			link add br7 up type bridge
			link add p9 type veth peer name q9
			link set p9 master br0 up
			link set q9 master br7 up
			link set p9 down
			link set p9 name p8
			link show dev p8 master br0
			link set p8 name p9
			link set p9 master br7 up
			link show dev p9 master br7
			link del br7
			link set q9 netns $OTHER
			link show dev p9
			link del p9
		END
	done >"$TMP/ports.ip"
	for ((i = 0; i < 10; i++)); do
		cat <<-END
			link add br9 type bridge
			link set br9 up
			link set p9 master br9
			link set br9 down
			link set br9 name br8
			link show dev br8
			link set br8 name br9
			link set br9 up
			link del br9
		END
	done >"$TMP/bridges.ip"
}

namespaces() {
	local ns=$PREFIX-n$1

	ip netns add "$ns" &&
		"$FWCTL" -n "$ns" rule add in eth0 proto tcp drop &&
		"$FWCTL" -n "$ns" policy set forward drop &&
		ip -n "$ns" link add br0 type bridge &&
		DONE=$((DONE + 1))
	ip netns del "$ns"
}

# An address moves from one set to the other, with 100 others for company, and
# one more comes that has little time.
elements() {
	"$FWCTL" -n "$SETS" ruleset load "$TMP/two.fw" &&
		"$FWCTL" -n "$SETS" set add-element two 198.51.100.$(($1 % 250)) timeout 1s &&
		"$FWCTL" -n "$SETS" ruleset load "$TMP/one.fw" &&
		DONE=$((DONE + 1))
}

# One is left in the middle by the end of its program.
dumps() {
	local left

	left=$("$BRFW_HELPERS/txn" <<-END
		open 1 $BR
		1 dump-start
		open 2 $BR
		2 begin
		2 add proto 6 dport 7 accept
		1 dump-rest
		1 dump-start
	END
	)
	[[ ${left##*$'\n'} == ok* ]] && DONE=$((DONE + 1))
}

# A program that listens doesn't read what it hears, and dies.
monitors() {
	local deaf other

	"$FWCTL" -n "$BR" monitor &
	deaf=$!
	"$FWCTL" -n "$SETS" monitor &
	other=$!
	wait_for listens "$deaf" "$BR" && kill -STOP "$deaf" &&
		"$FWCTL" -n "$SETS" ruleset save /dev/null &&
		DONE=$((DONE + 1))
	kill -9 "$deaf" "$other"
	wait "$deaf" "$other"
}

# drafting: does somebody change the other namespace?
drafting() {
	local reply drafts

	reply=$(printf '%s\n' "open 1 $OTHER" "1 info" | "$BRFW_HELPERS/txn" | tail -n 1)
	read -r _ _ _ drafts _ <<<"$reply"
	[ "${drafts:-0}" -gt 0 ]
}

# A program that loads a large file into the other namespace dies in the middle, but
# for every third one.
loads() {
	local pid

	"$FWCTL" -n "$OTHER" ruleset load "$TMP/many.fw" &
	pid=$!
	if [ $(($1 % 3)) != 2 ]; then
		while kill -0 "$pid"; do
			! drafting || kill -9 "$pid"
		done
	fi
	wait "$pid"
	[ $? != 137 ] || DONE=$((DONE + 1))
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
	echo "flood tx $(host "$2"):eth0 rx $(host "$3"):eth0 count 16 ip4 $4" >&"$fd"
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

# Has there been something of everything? A kernel that checks all it does has little
# time for it.
enough() {
	local name

	for name in "${JOBS[@]}"; do
		[ -e "$TMP/done.$name" ] && [ "$(<"$TMP/done.$name")" -gt 0 ] || return 1
	done
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
	for ((i = 0; i < MANY; i++)); do
		echo "rule add in eth$((i % 50)) proto udp dport $((i + 1)) accept"
	done >"$TMP/many.fw"
	what_links_do

	both_sets
	"$FWCTL" -n "$SETS" ruleset load "$TMP/one.fw"
	nl open 3 "$SETS"

	for name in "${JOBS[@]}"; do
		again "$name" &
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
		say "$(<"$TMP/done.$name") times $name"
		[ "$(<"$TMP/done.$name")" -gt 0 ]
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

# expect_info SOCKET WANT: rules, hooks that are used, drafts
expect_info() {
	nl "$1" info
	equal "rules, hooks, drafts" "$2" "$(cut -d ' ' -f 1-3 <<<"$NL_REPLY")"
}

# Nothing is left of what was going on: all of a file is there, or nothing.
test_after() {
	nl 0 swap 1 A A
	expect_pass h1 h2 ip4 proto udp sport 1001 dport 1
	expect_drop h3 h2 rule gone ip4 proto udp sport 7 dport 1
	expect_info 0 "6 1 0"
	nl open 4 "$OTHER"
	nl 4 info
	[[ $NL_REPLY == "0 0 0 "* ]] || expect_info 4 "$MANY 1 0"
}

check "frames are judged by one ruleset, and none is lost" test_all
check "nothing is left" test_after
run_checks
