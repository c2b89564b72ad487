#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules that are replaced and moved: what they keep, and that all of it happens
# or nothing.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2

# names WORDS: the rules' comments in the order of evaluation, without the
# sentinels
names() {
	local name
	local -a order=()

	nl 0 names
	for name in $NL_REPLY; do
		[ "$name" = - ] || order+=("$name")
	done
	equal "order" "$*" "${order[*]}"
}

# handle NAME: HANDLE
handle() {
	nl 0 stats "$1"
	HANDLE=${NL_REPLY##* }
}

# used NAME: USED = whether the rule has a time of last use
used() {
	handle "$1"
	USED=no
	[[ $(fw -j rule show handle "$HANDLE") != *last-used* ]] || USED=yes
}

# unchanged WORDS...: fwctl is refused by the kernel and nothing has changed
unchanged() {
	local before after

	before=$(fw -s rule show | sed 's/ last [0-9]* seconds ago//')
	nl 0 gen
	before+=" $NL_REPLY"
	fw_refuses 1 "$@"
	after=$(fw -s rule show | sed 's/ last [0-9]* seconds ago//')
	nl 0 gen
	equal "state" "$before" "$after $NL_REPLY"
}

three() {
	load_new "rule add prio 10 proto udp dport 1 accept comment a" \
		"rule add prio 10 proto udp drop comment b" \
		"rule add prio 10 proto tcp drop comment c"
	names a b c
}

test_replace() {
	three
	expect_drop h1 h2 rule b ip4 proto udp dport 5
	handle b
	fw rule replace handle "$HANDLE" prio 10 proto udp dport 2 drop comment new
	names a new c
	local old=$HANDLE
	handle new
	equal "handle" "$old" "$HANDLE"
	expect_count new 0
	used new
	equal "time of last use" no "$USED"
	expect_pass h1 h2 ip4 proto udp dport 5
	expect_drop h1 h2 rule new ip4 proto udp dport 2
	expect_drop h1 h2 rule c ip4 proto tcp
	# What show prints can be typed behind the handle.
	eval "fw rule replace handle $HANDLE $(fw rule show handle "$HANDLE" |
		sed 's/^rule add//; s/ #.*//; s/ drop / accept /')"
	names a new c
	expect_pass h1 h2 rule new ip4 proto udp dport 2
}

# Only the comment is no part of what a rule is: all that belongs to the rest
# stays with it, and goes with it.
test_replace_keeps() {
	load_new "rule add prio 10 proto udp limit 1/day burst 2 accept comment l" \
		"rule add prio 20 proto udp drop comment rest"
	expect_pass h1 h2 rule l ip4 proto udp
	handle l
	fw rule replace handle "$HANDLE" proto udp limit 1/day burst 2 accept comment l2
	expect_count l2 2
	used l2
	equal "time of last use" yes "$USED"
	expect_drop h1 h2 rule rest ip4 proto udp
	fw rule replace handle "$HANDLE" proto udp limit 1/day burst 2 accept
	expect_count "$HANDLE" 2
	expect_drop h1 h2 rule rest ip4 proto udp
	# Another limit is another rule, and its bucket is full.
	fw rule replace handle "$HANDLE" proto udp limit 2/day burst 2 accept comment l3
	expect_count l3 0
	used l3
	equal "time of last use" no "$USED"
	expect_pass h1 h2 rule l3 ip4 proto udp
	expect_drop h1 h2 rule rest ip4 proto udp
	# So is another verdict.
	handle rest
	fw rule replace handle "$HANDLE" proto udp accept comment rest
	expect_count rest 0
	expect_pass h1 h2 rule rest ip4 proto udp
}

test_replace_refused() {
	three
	expect_drop h1 h2 rule b ip4 proto udp dport 5
	handle a
	local a=$HANDLE
	handle b
	unchanged rule replace handle 999999 proto udp drop
	contains "message" "no rule with this handle" "$FW_ERROR"
	unchanged rule replace handle "$a" proto udp accept
	contains "message" "rule handle $HANDLE" "$FW_ERROR"
	unchanged rule replace handle "$a" hook input proto icmp drop
	contains "message" "another hook" "$FW_ERROR"
	unchanged rule replace handle "$a" prio 11 proto icmp drop
	contains "message" "another priority" "$FW_ERROR"
	unchanged rule replace handle "$a" dport 5 drop
	fw_refuses 2 rule replace handle "$a" proto icmp drop before "$HANDLE"
	fw_refuses 2 rule replace proto icmp drop
	fw_refuses 2 rule replace handle "$a"
	nl_refuses EINVAL 0 replace "$a" proto 1 drop before "$HANDLE"
	expect_drop h1 h2 rule b ip4 proto udp dport 5
	expect_pass h1 h2 rule a ip4 proto udp dport 1
}

test_move() {
	local a b

	three
	expect_pass h1 h2 rule a ip4 proto udp dport 1
	handle a
	a=$HANDLE
	handle b
	b=$HANDLE
	fw rule move handle "$a" after "$b"
	names b a c
	expect_drop h1 h2 rule b ip4 proto udp dport 1
	expect_count a 2
	fw rule move handle "$a" before "$b"
	names a b c
	handle a
	equal "handle" "$a" "$HANDLE"
	used a
	equal "time of last use" yes "$USED"
	expect_pass h1 h2 rule a ip4 proto udp dport 1
	expect_count a 4
	# To the end of its priority, to another one, and beside a rule there.
	fw rule move handle "$a" prio 10
	names b c a
	fw rule move handle "$a" prio 9
	names a b c
	fw rule move handle "$b" before "$a"
	names b a c
	contains "its priority" "prio 9 " "$(fw rule show handle "$b")"
	fw rule move handle "$b" prio 9 after "$a"
	names a b c
	expect_count a 4
	expect_pass h1 h2 rule a ip4 proto udp dport 1
}

test_move_keeps_limiter() {
	load_new "rule add prio 10 proto udp limit 1/day burst 2 accept comment l" \
		"rule add prio 20 proto udp drop comment rest" \
		"rule add prio 30 proto tcp drop comment t"
	expect_pass h1 h2 rule l ip4 proto udp
	handle l
	fw rule move handle "$HANDLE" prio 11
	expect_drop h1 h2 rule rest ip4 proto udp
	fw rule move handle "$HANDLE" prio 12
	expect_count l 2
	expect_drop h1 h2 rule rest ip4 proto udp
}

# Twice in one draft: what the rule has belongs to one body all the time. Freed
# too early, it would be given to the rules that come and go afterwards.
test_move_twice() {
	local i l

	load_new "rule add prio 10 proto udp limit 1/day burst 4 accept comment l" \
		"rule add prio 20 proto udp drop comment rest"
	expect_pass h1 h2 rule l ip4 proto udp
	handle l
	l=$HANDLE
	nl open 1 "$BR"
	nl 1 begin
	nl 1 move "$l" prio 11
	nl 1 move "$l" prio 12
	nl 1 replace "$l" proto 17 drop comment x
	nl 1 abort
	nl 1 begin
	nl 1 move "$l" prio 11
	nl 1 move "$l" prio 12
	nl 1 commit
	nl 1 close
	for ((i = 0; i < 200; i++)); do
		nl 0 add prio 5 proto 6 drop comment other
		nl 0 delete "$NL_REPLY"
	done
	for ((i = 0; i < 100; i++)); do
		nl 0 add prio 5 proto 6 dport "$i" drop comment "o$i"
	done
	expect_count l 2
	expect_pass h1 h2 rule l ip4 proto udp
	expect_drop h1 h2 rule rest ip4 proto udp
	expect_count l 4
	equal "rules without a packet" 100 "$(fw -s rule show | grep -c 'comment "o[0-9]*" .* packets 0 ')"
	fw rule delete handle "$l"
}

test_move_refused() {
	local a

	three
	fw rule add hook input prio 10 proto udp drop comment i >/dev/null
	fw rule add prio 20 proto udp drop comment b20 >/dev/null
	handle a
	a=$HANDLE
	unchanged rule move handle 999999 before "$a"
	contains "message" "no rule with this handle" "$FW_ERROR"
	unchanged rule move handle "$a" before 999999
	contains "message" "does not exist" "$FW_ERROR"
	unchanged rule move handle "$a" after "$a"
	contains "message" "itself" "$FW_ERROR"
	handle i
	unchanged rule move handle "$a" after "$HANDLE"
	contains "message" "another hook" "$FW_ERROR"
	handle b
	unchanged rule move handle "$a" prio 11 after "$HANDLE"
	contains "message" "another priority" "$FW_ERROR"
	handle b20
	local b20=$HANDLE
	handle b
	unchanged rule move handle "$HANDLE" prio 20
	contains "message" "rule handle $b20" "$FW_ERROR"
	unchanged rule move handle "$HANDLE" before "$b20"
	contains "message" "rule handle $b20" "$FW_ERROR"
	fw_refuses 2 rule move handle "$a"
	fw_refuses 2 rule move handle "$a" proto udp
	fw_refuses 2 rule move handle "$a" before "$HANDLE" after "$HANDLE"
	nl_refuses EINVAL 0 move "$a"
	nl_refuses EINVAL 0 move "$a" prio 5 drop
}

# In a draft rules are also named by the change that adds them.
test_draft() {
	local a b

	three
	expect_pass h1 h2 rule a ip4 proto udp dport 1
	handle a
	a=$HANDLE
	handle b
	b=$HANDLE
	nl open 1 "$BR"
	nl 1 begin
	nl 1 add change 1 prio 10 proto 17 dport 7 drop comment seven
	nl 1 replace-change 1 change 2 proto 17 dport 8 drop comment eight
	nl 1 move-change 1 change 3 before "$a"
	nl 1 move-change 2 change 4 after "$a"
	nl 1 replace "$a" change 5 proto 17 dport 9 accept comment nine
	nl 1 move "$a" change 6 prio 10
	nl 1 replace "$a" change 7 proto 17 dport 1 accept comment a2
	nl 1 move "$b" change 8 before-change 1
	names a b c
	expect_pass h1 h2 rule a ip4 proto udp dport 1
	nl 1 commit
	names b eight c a2
	handle a2
	equal "handle" "$a" "$HANDLE"
	expect_count a2 0
	expect_drop h1 h2 rule b ip4 proto udp dport 1
	fw rule delete handle "$b"
	expect_drop h1 h2 rule eight ip4 proto udp dport 8
	expect_pass h1 h2 rule a2 ip4 proto udp dport 1
}

# The last change of each draft fails, or it is a dry run: all that it did to
# rules that were there is undone, with their counters and limits.
test_draft_undone() {
	local l b end

	load_new "rule add prio 10 proto udp dport 1 limit 1/day burst 2 accept comment l" \
		"rule add prio 10 proto udp drop comment b" \
		"rule add prio 10 proto tcp drop comment c"
	expect_pass h1 h2 rule l ip4 proto udp dport 1
	handle l
	l=$HANDLE
	handle b
	b=$HANDLE
	for end in abort "commit dry" "ENOENT delete 999999" \
		"EEXIST add prio 10 proto 6 accept"; do
		nl open 1 "$BR"
		nl 1 begin
		nl 1 replace "$l" proto 1 drop comment x
		nl 1 move "$l" after "$b"
		nl 1 replace "$l" proto 17 dport 7 drop comment y
		nl 1 move "$b" prio 11
		nl 1 move "$b" change 4 prio 12
		nl 1 delete "$b"
		nl 1 add change 5 prio 10 proto 17 drop comment z
		nl 1 move-change 5 before "$l"
		nl 1 "${end#E* }"
		[[ $end != E* ]] || nl_refuses "${end%% *}" 1 commit
		nl 1 close
		names l b c
		handle l
		equal "handle" "$l" "$HANDLE"
		expect_count l 2
	done
	expect_drop h1 h2 rule b ip4 proto udp dport 1
	expect_count l 2
	expect_drop h1 h2 rule c ip4 proto tcp
	fw rule delete handle "$b"
	names l c
}

# A draft that replaces the ruleset: a rule that is taken over from the old one,
# and is then replaced, doesn't leave its handle to two rules.
test_draft_replaces_all() {
	local a

	three
	expect_pass h1 h2 rule a ip4 proto udp dport 1
	handle a
	a=$HANDLE
	nl open 1 "$BR"
	nl 1 begin replace
	nl 1 add prio 0 ethertype 0x88b5 accept
	nl 1 add change 1 prio 10 proto 17 dport 1 accept comment a
	nl 1 replace-change 1 proto 17 dport 2 accept comment two
	nl 1 add change 2 prio 10 proto 17 dport 1 accept comment a
	nl 1 move-change 2 before-change 1
	nl 1 commit
	names a two
	handle two
	equal "handle" "$a" "$HANDLE"
	handle a
	[ "$HANDLE" != "$a" ]
	expect_count a 0
	expect_pass h1 h2 rule a ip4 proto udp dport 1
	expect_pass h1 h2 rule two ip4 proto udp dport 2
}

# Moving a rule that frames meet: each of them is judged by it, and counted.
test_under_traffic() {
	local i h

	load_new "policy set forward drop" \
		"rule add prio 40 proto udp dport 5 accept comment same" \
		"rule add prio 50 proto udp dport 6 drop comment other"
	handle same
	h=$HANDLE
	handle other
	printf 'flood tx %s rx %s count 4 ip4 proto udp sport 1 dport 5\n' \
		"$PREFIX-h1:eth0" "$PREFIX-h2:eth0" >&"$FRAME_IN"
	for ((i = 0; i < 100; i++)); do
		nl 0 move "$h" after "$HANDLE"
		nl 0 replace "$h" proto 17 dport 5 accept comment "same"
		nl 0 move "$h" prio $((i % 40 + 1))
	done
	echo stop >&"$FRAME_IN"
	read -r -u "$FRAME_OUT" FRAME_REPLY
	read -r _ sent seen <<<"$FRAME_REPLY"
	[ "$sent" -gt 20 ]
	equal "frames through" "$sent" "$seen"
	expect_count same "$sent"
}

# random N: R = a number below it
random() {
	SEED=$(((SEED * 1103515245 + 12345) & 0x7fffffff))
	R=$((SEED / 65536 % $1))
}

# ref NAME: REF = how requests name the rule, behind the word for what they do
ref() {
	REF=-change\ ${1#r}
	[ -z "${HANDLES[${1#r}]}" ] || REF=\ ${HANDLES[${1#r}]}
}

# Random changes, alone and in drafts of several, beside a list that knows what
# must come out.
test_random() {
	local -a order=() draft HANDLES=()
	local step n i other at id=0 name move fails

	SEED=42
	load
	nl open 1 "$BR"
	for ((step = 0; step < 80; step++)); do
		draft=("${order[@]}")
		random 4
		n=$((R + 1))
		nl 1 begin
		for ((i = 0; i < n; i++)); do
			random 4
			case $((${#draft[@]} < 3 ? 0 : R)) in
			0)
				id=$((id + 1))
				nl 1 "add change $id prio 10 proto 17 dport $id drop comment r$id"
				draft+=("r$id")
				;;
			1)
				random ${#draft[@]}
				at=$R
				random ${#draft[@]}
				[ "$R" -ne "$at" ] || R=$(((at + 1) % ${#draft[@]}))
				name=${draft[at]}
				other=${draft[R]}
				ref "$name"
				move=move$REF
				ref "$other"
				nl 1 "$move before$REF"
				draft=("${draft[@]:0:at}" "${draft[@]:at+1}")
				for at in "${!draft[@]}"; do
					[ "${draft[at]}" != "$other" ] || break
				done
				draft=("${draft[@]:0:at}" "$name" "${draft[@]:at}")
				;;
			2)
				random ${#draft[@]}
				name=${draft[R]}
				ref "$name"
				random 2
				nl 1 "replace$REF proto $((6 + 11 * R)) dport ${name#r} drop comment $name"
				;;
			3)
				random ${#draft[@]}
				name=${draft[R]}
				ref "$name"
				nl 1 "delete$REF"
				draft=("${draft[@]:0:R}" "${draft[@]:R+1}")
				;;
			esac
		done
		random 3
		fails=$R
		[ "$fails" -ne 0 ] || nl 1 delete 999999
		txn "1 commit"
		if [ "$fails" -eq 0 ]; then
			contains "refusal" ENOENT "$TXN_REPLY"
		else
			contains "commit" ok "$TXN_REPLY"
			order=("${draft[@]}")
		fi
		names "${order[@]}"
		for name in "${order[@]}"; do
			[ -z "${HANDLES[${name#r}]}" ] || continue
			handle "$name"
			HANDLES[${name#r}]=$HANDLE
		done
	done
	# All handles are still those that the rules were given.
	for name in "${order[@]}"; do
		handle "$name"
		equal "handle of $name" "${HANDLES[${name#r}]}" "$HANDLE"
	done
	[ ${#order[@]} -gt 5 ]
}

check "replace: handle and place stay" test_replace
check "replace: what stays with the comment alone" test_replace_keeps
check "replace: what is refused" test_replace_refused
check "move: all but the place stays" test_move
check "move: the state of a limit stays" test_move_keeps_limiter
check "move: twice in a draft" test_move_twice
check "move: what is refused" test_move_refused
check "in a draft" test_draft
check "a draft that fails undoes it" test_draft_undone
check "in a draft that replaces the ruleset" test_draft_replaces_all
check "under traffic" test_under_traffic
check "random drafts" test_random
run_checks
