#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Dumps of more rules than one message holds.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2
readonly RULES=3000

fill() {
	fw ruleset flush
	nl 0 fill "$RULES" 10
}

# In the order of evaluation: f0, f1, ...
test_complete() {
	local i want=''

	fill
	nl 0 count
	equal "rules and interruption" "$RULES 0" "$NL_REPLY"
	nl 0 names
	for ((i = 0; i < RULES; i++)); do
		want+=" f$i"
	done
	equal "names" "${want# }" "$NL_REPLY"
}

test_fwctl_shows_all() {
	fill
	fw rule show >"$TMP/shown"
	equal "lines" "$RULES" "$(wc -l <"$TMP/shown")"
	equal "different handles" "$RULES" "$(sed 's/.*# handle //' "$TMP/shown" | sort -nu | wc -l)"
	fw ruleset save >"$TMP/saved"
	equal "saved rules" "$RULES" "$(grep -c '^rule add' "$TMP/saved")"
}

# Hooks come one after another, each in order of priority.
test_order() {
	fw ruleset load - <<-END
		rule add hook output prio 1 proto udp drop comment o1
		rule add hook forward prio 20 proto udp drop comment f20
		rule add hook input prio 5 proto udp drop comment i5
		rule add hook forward prio 3 proto udp drop comment f3
		rule add hook output prio 0 proto tcp drop comment o0
		rule add hook forward prio 20 proto tcp drop comment f20b
	END
	nl 0 names
	equal "order" "f3 f20 f20b i5 o0 o1" "$NL_REPLY"
}

test_filters() {
	fw ruleset load - <<-END
		rule add hook forward bridge br0 proto udp drop
		rule add hook forward proto udp drop
		rule add hook input bridge br0 proto udp drop
		rule add hook input bridge br1 proto udp drop
	END
	equal "forward" 2 "$(fw rule show hook forward | wc -l)"
	equal "br0" 2 "$(fw rule show bridge br0 | wc -l)"
	equal "input of br1" 1 "$(fw rule show hook input bridge br1 | wc -l)"
	equal "output" 0 "$(fw rule show hook output | wc -l)"
	equal "no such bridge" 0 "$(fw rule show bridge br9 | wc -l)"
}

# A commit between two parts of a dump: the client must learn of it.
test_interrupted() {
	fill
	nl open 1 "$BR"
	nl 1 dump-start
	nl 1 dump-rest
	equal "undisturbed dump" "$RULES 0" "$NL_REPLY"
	nl 1 dump-start
	nl 0 add prio 5 proto 17 drop comment new
	nl 1 dump-rest
	equal "interrupted" 1 "${NL_REPLY#* }"
	nl 1 count
	equal "rules and interruption" "$((RULES + 1)) 0" "$NL_REPLY"
	nl 1 close
}

# Elements may change all the time; rules can be read and saved nevertheless.
test_elements_interrupt_no_rules() {
	local pid

	{
		echo "set add a type inet_port"
		seq 1 "$RULES" | sed 's/.*/rule add proto tcp sport & dport @a drop/'
	} | fw ruleset load -
	nl open 1 "$BR"
	nl 1 dump-start
	fw set add-element a 1
	nl 1 dump-rest
	equal "rules, interrupted" "$RULES 0" "$NL_REPLY"
	nl 1 dump-start
	fw set flush a
	nl 1 dump-rest
	equal "rules, interrupted" "$RULES 0" "$NL_REPLY"
	nl 1 dump-start
	fw set add b type inet_port
	nl 1 dump-rest
	equal "interrupted by a set" 1 "${NL_REPLY#* }"
	nl 1 close
	touch "$TMP/go"
	while [ -e "$TMP/go" ]; do
		fw set add-element a 1
		fw set delete-element a 1
	done &
	pid=$!
	for _ in 1 2 3 4 5; do
		fw ruleset save >"$TMP/saved"
		equal "rules saved" "$RULES" "$(grep -c '^rule' "$TMP/saved")"
	done
	rm "$TMP/go"
	wait "$pid"
	fw ruleset flush
}

# The ruleset may shrink to nothing under a dump.
test_flushed_under_dump() {
	fill
	nl open 1 "$BR"
	nl 1 dump-start
	fw ruleset flush
	nl 1 dump-rest
	equal "interrupted" 1 "${NL_REPLY#* }"
	nl 1 close
	nl 0 count
	equal "rules" "0 0" "$NL_REPLY"
}

# It may be that nothing of a set is left to be told.
test_elements_interrupted() {
	{
		echo "set add a type inet_port"
		seq -f "set add-element a %.0f" 1 9000
	} | fw ruleset load -
	nl open 1 "$BR"
	nl 1 dump-start elements
	nl 1 dump-rest
	equal "interrupted" 0 "${NL_REPLY#* }"
	nl 1 dump-start elements
	fw set flush a
	nl 1 dump-rest
	equal "interrupted" 1 "${NL_REPLY#* }"
	nl 1 close
}

# fwctl reads again until no commit came in between.
test_fwctl_retries() {
	local i pid got

	fill
	for i in 1 2 3; do
		"$BRFW_HELPERS/txn" >/dev/null <<-END &
			open 0 $BR
			0 add prio 1 proto 17 dport $i drop
			0 add prio 2 proto 17 dport $i drop
			0 add prio 3 proto 17 dport $i drop
		END
		pid=$!
		fw rule show >"$TMP/shown"
		wait "$pid"
		got=$(wc -l <"$TMP/shown")
		[ "$got" -ge $((RULES + 3 * (i - 1))) ]
		[ "$got" -le $((RULES + 3 * i)) ]
		equal "different handles" "$got" \
			"$(sed 's/.*# handle //' "$TMP/shown" | sort -nu | wc -l)"
	done
}

test_judged_right() {
	fill
	nl 0 add prio 0 ethertype 0x88b5 accept
	expect_drop h1 h2 rule f0 ip4 proto tcp sport 1 dport 1
	expect_drop h1 h2 rule f$((RULES - 1)) ip4 proto tcp sport 1 dport "$RULES"
	expect_pass h1 h2 ip4 proto tcp sport 1 dport $((RULES + 1))
	expect_pass h1 h2 ip4 proto tcp sport 2 dport 1
	fw ruleset flush
}

check "$RULES rules: complete and in order" test_complete
check "fwctl shows and saves all of them" test_fwctl_shows_all
check "order of hooks and priorities" test_order
check "filters by hook and bridge" test_filters
check "a commit interrupts a dump" test_interrupted
check "a flush interrupts a dump" test_flushed_under_dump
check "a flush interrupts a dump of elements" test_elements_interrupted
check "elements interrupt no dump of rules" test_elements_interrupt_no_rules
check "fwctl shows a whole ruleset while others commit" test_fwctl_retries
check "frames among $RULES rules" test_judged_right
run_checks
