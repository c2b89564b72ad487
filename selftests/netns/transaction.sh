#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Drafts: nothing of them is seen before commit, and then everything.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# The helper txn plays the clients: socket 1 and 2 write, socket 0 looks on.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2
readonly RACES=1500

# start: an empty ruleset but for the sentinel, two clients; GEN
start() {
	# shellcheck disable=SC2119 # no more rules than the sentinel's
	load
	nl open 1 "$BR"
	nl open 2 "$BR"
	generation
	GEN=$NL_REPLY
}

generation() {
	nl 0 gen
}

# expect_generation N
expect_generation() {
	generation
	equal "generation" "$1" "$NL_REPLY"
}

# expect_rules N: the sentinel rules included
expect_rules() {
	nl 0 count
	equal "rules" "$1 0" "$NL_REPLY"
}

expect_drafts() {
	nl 0 info
	equal "open drafts" "$1" "$(cut -d' ' -f3 <<<"$NL_REPLY")"
}

test_draft_is_invisible() {
	start
	nl 1 begin
	nl 1 add proto 17 drop comment d
	nl 1 policy forward drop
	expect_rules 3
	expect_generation "$GEN"
	expect_pass h1 h2 ip4 proto udp
	expect_pass h1 h2 ip4 proto tcp
	nl 0 policy-stats forward
	equal "verdict" 0 "${NL_REPLY##* }"
	nl 1 commit
	equal "generation of the commit" $((GEN + 1)) "$NL_REPLY"
	expect_generation $((GEN + 1))
	expect_rules 4
	expect_drop h1 h2 rule d ip4 proto udp
	expect_drop h1 h2 rule policy:forward ip4 proto tcp
}

test_abort() {
	start
	nl 1 begin
	nl 1 add proto 17 drop
	nl 1 abort
	expect_rules 3
	expect_generation "$GEN"
	expect_drafts 0
	nl_refuses ENOENT 1 commit
	nl_refuses ENOENT 1 abort
	# The socket is outside a draft again.
	nl 1 add proto 17 drop comment d
	expect_generation $((GEN + 1))
	expect_drop h1 h2 rule d ip4 proto udp
}

test_close_aborts() {
	start
	nl 1 begin
	nl 1 add proto 17 drop
	expect_drafts 1
	nl 1 close
	expect_drafts 0
	expect_rules 3
	expect_generation "$GEN"
	nl open 1 "$BR"
	nl_refuses ENOENT 1 commit
}

test_begin_twice() {
	start
	nl 1 begin
	nl 1 add proto 17 drop
	nl_refuses EBUSY 1 begin
	nl 1 commit
	expect_rules 4
}

test_expected_generation() {
	start
	nl 1 begin
	nl 1 add proto 17 drop
	nl 0 policy input accept
	nl_refuses ESTALE 1 commit gen "$GEN"
	expect_rules 3
	expect_drafts 0
	expect_generation $((GEN + 1))
	nl 1 begin
	nl 1 add proto 17 drop
	nl 1 commit gen $((GEN + 1))
	expect_rules 4
}

test_dry_run() {
	start
	nl 1 begin
	nl 1 add proto 17 drop
	nl 1 commit dry
	equal "generation as it is" "$GEN" "$NL_REPLY"
	expect_rules 3
	expect_generation "$GEN"
	expect_drafts 0
	expect_pass h1 h2 ip4 proto udp
	nl 0 add proto 6 drop
	nl 1 begin
	nl 1 add change 7 proto 6 accept
	txn "1 commit dry"
	contains "refusal" "error EEXIST change 7 handle " "$TXN_REPLY"
	expect_drafts 0
}

test_two_writers() {
	start
	nl 1 begin
	nl 2 begin
	nl 1 add proto 17 dport 1 drop comment one
	nl 2 add proto 17 dport 2 drop comment two
	nl 2 commit
	nl 1 commit
	expect_generation $((GEN + 2))
	expect_drop h1 h2 rule one ip4 proto udp dport 1
	expect_drop h1 h2 rule two ip4 proto udp dport 2
}

# Both add the same rule: the second to commit is told of the first's.
test_two_writers_collide() {
	local handle

	start
	nl 1 begin
	nl 2 begin
	nl 1 add change 11 proto 17 dport 1 drop comment one
	nl 1 add change 12 proto 17 dport 9 drop comment nine
	nl 2 add change 21 proto 17 dport 1 drop comment two
	nl 2 commit
	nl 0 stats two
	handle=${NL_REPLY##* }
	txn "1 commit"
	contains "refusal" "error EEXIST change 11 handle $handle: " "$TXN_REPLY"
	expect_rules 4
	expect_generation $((GEN + 1))
	expect_drafts 0
}

# Two that build on what they have seen: one wins, the other is told and builds
# anew, and no rule of either is lost.
test_writers_race() {
	local told i

	start
	"$BRFW_HELPERS/txn" >"$TMP/race" <<-END &
		open 0 $BR
		0 race $RACES 1
	END
	nl 0 race "$RACES" 2
	told=$NL_REPLY
	wait "$!"
	equal "answers of the other" "ok" "$(sed -n '1p; 2s/ .*//p' "$TMP/race" | uniq)"
	told=$((told + $(sed -n '2s/ok //p' "$TMP/race")))
	say "$((2 * RACES)) commits, $told times told"
	[ "$told" -gt $((RACES / 20)) ]
	expect_generation $((GEN + 2 * RACES))
	expect_rules $((3 + 2 * RACES))
	expect_drafts 0
	fw rule show >"$TMP/shown"
	for i in 1 2; do
		equal "rules of writer $i" "$(seq 1 "$RACES" | xargs)" \
			"$(sed -n "s/.* sport $i dport \([0-9]*\) .*/\1/p" "$TMP/shown" | xargs)"
	done
}

# The rule that a draft wants to delete or stand before may be gone at commit.
test_anchor_vanishes() {
	local handle

	start
	nl 0 add proto 17 dport 1 drop comment one
	handle=$NL_REPLY
	nl 1 begin
	nl 1 add change 5 proto 17 dport 2 drop before "$handle"
	nl 2 begin
	nl 2 delete "$handle"
	nl 0 delete "$handle"
	txn "1 commit"
	contains "refusal" "error ENOENT change 5 " "$TXN_REPLY"
	nl_refuses ENOENT 2 commit
	expect_rules 3
	expect_drafts 0
}

test_replace() {
	start
	nl 0 add proto 17 drop comment old
	nl 0 policy forward drop
	nl 1 begin replace
	nl 1 add prio 0 ethertype 0x88b5 accept
	nl 1 add proto 6 drop comment new
	expect_drop h1 h2 rule old ip4 proto udp
	nl 1 commit
	expect_rules 2
	expect_pass h1 h2 ip4 proto udp
	expect_drop h1 h2 rule new ip4 proto tcp
}

test_by_change_id() {
	start
	nl 1 begin
	nl 1 add change 1 prio 50 proto 17 dport 1 drop comment one
	nl 1 add change 2 proto 17 dport 2 drop comment two before-change 1
	nl 1 add change 3 proto 17 dport 3 drop comment three after-change 1
	nl 1 add change 4 proto 17 dport 4 drop comment four
	nl 1 delete-change 4
	nl 1 commit
	nl 0 names
	equal "order" "- two one three - -" "$NL_REPLY"
	nl 1 begin
	txn "1 delete-change 1"
	[[ $TXN_REPLY == "error ENOENT"* ]] || {
		nl_refuses ENOENT 1 commit
		nl 1 begin
	}
	nl 1 abort
}

# A draft sees its own changes in order: delete then add the same again.
test_delete_then_add() {
	local handle

	start
	nl 0 add proto 17 drop comment r
	handle=$NL_REPLY
	nl 1 begin
	nl 1 delete "$handle"
	nl 1 add proto 17 accept comment r
	nl 1 commit
	expect_pass h1 h2 rule r ip4 proto udp
	nl 0 stats r
	[ "${NL_REPLY##* }" != "$handle" ]
	nl 1 begin
	nl 1 flush
	nl 1 add prio 0 ethertype 0x88b5 accept
	nl 1 add proto 17 drop comment r
	nl 1 commit
	expect_rules 2
	expect_drop h1 h2 rule r ip4 proto udp
}

test_last_draft_is_refused() {
	local i max

	start
	max=$(fw -j info show | tr ',{}' '\n' | sed -n 's/.*"max-drafts": *//p')
	[ "${max:-99}" -le 24 ] || skip "more drafts than sockets here"
	for ((i = 0; i < max; i++)); do
		nl open $((i + 3)) "$BR"
		nl $((i + 3)) begin
	done
	nl_refuses ENOSPC 1 begin
	for ((i = 0; i < max; i++)); do
		nl $((i + 3)) close
	done
	expect_drafts 0
	nl 1 begin
	nl 1 abort
}

# Drafts of different kinds of change are counted against the limit of rules
# and are all undone together.
test_failure_undoes_all() {
	local handle

	start
	nl 0 add proto 17 dport 1 drop comment one
	handle=$NL_REPLY
	generation
	GEN=$NL_REPLY
	nl 1 begin
	nl 1 delete "$handle"
	nl 1 policy forward drop
	nl 1 add proto 6 drop comment six
	nl 1 add change 9 prio 0 ethertype 0x88b5 accept
	txn "1 commit"
	contains "refusal" "error EEXIST change 9 " "$TXN_REPLY"
	expect_generation "$GEN"
	nl 0 stats one
	equal "handle" "$handle" "${NL_REPLY##* }"
	expect_drop h1 h2 rule one ip4 proto udp dport 1
	expect_pass h1 h2 ip4 proto tcp
}

check "a draft is seen by nobody until commit" test_draft_is_invisible
check "abort" test_abort
check "closing the socket aborts" test_close_aborts
check "begin twice is refused and harms nothing" test_begin_twice
check "expected generation" test_expected_generation
check "dry run changes nothing" test_dry_run
check "two writers at a time" test_two_writers
check "two writers add the same rule" test_two_writers_collide
check "two writers race $((2 * RACES)) times" test_writers_race
check "the rule named by a change is gone at commit" test_anchor_vanishes
check "a draft that replaces everything" test_replace
check "rules named by change ids" test_by_change_id
check "a draft sees its own changes" test_delete_then_add
check "more drafts than allowed" test_last_draft_is_refused
check "a commit that fails undoes all of it" test_failure_undoes_all
run_checks
