#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What rules take is charged to the memory cgroup of the program that adds them:
# at the limit changes are refused and nothing else happens.
#
# A limit of cgroups of version 1 can be told not to kill, so that the refusal
# itself is seen. Kernels without them skip the test.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

readonly LIMIT=$((2 << 20))
# More than there is room for: each takes more than 200 bytes.
readonly RULES=$((LIMIT / 200))

setup
topology 2
netns_add "$PREFIX-other"

GROUP=

# The helper txn, and it alone, in a group of its own
make_group() {
	local top=/sys/fs/cgroup/memory

	if [ ! -e "$top/memory.limit_in_bytes" ]; then
		top=$TMP/cgroup
		mkdir -p "$top"
		mount -t cgroup -o memory none "$top" 2>/dev/null ||
			skip "no memory cgroups of version 1"
	fi
	GROUP=$top/$PREFIX
	mkdir "$GROUP"
	trap remove_group EXIT
	echo 1 >"$GROUP/memory.oom_control"
}

remove_group() {
	echo "$TXN_PID" >"${GROUP%/*}/cgroup.procs"
	rmdir "$GROUP"
	[ "${GROUP%/*}" != "$TMP/cgroup" ] || umount "$TMP/cgroup"
}

# Rules and commits, told by a program outside of the group
state() {
	info rules
	NRULES=$INFO
	info generation
	COMMITS=$INFO
}

test_limit() {
	local i used nrules commits

	make_group
	load "rule add proto udp dport 7070 drop comment r"
	# what the helper needs for this it has from now on
	nl 0 add proto 6 dport 1 accept
	echo "$TXN_PID" >"$GROUP/cgroup.procs"
	echo "$LIMIT" >"$GROUP/memory.limit_in_bytes"
	state
	nrules=$NRULES commits=$COMMITS
	for ((i = 0; i < RULES; i++)); do
		txn "0 add proto 6 sport $((i + 2)) dport $i accept"
		[[ $TXN_REPLY = ok* ]] || break
	done
	say "rule $i: $TXN_REPLY"
	[[ $TXN_REPLY = "error ENOMEM"* ]]
	[ "$i" -gt 100 ]
	used=$(<"$GROUP/memory.usage_in_bytes")
	say "$used of $LIMIT bytes"
	[ "$used" -gt $((LIMIT / 2)) ]
	[ "$used" -le "$LIMIT" ]

	# what was refused has changed nothing, and others go on
	state
	equal "rules" $((nrules + i)) "$NRULES"
	equal "generation" $((commits + i)) "$COMMITS"
	expect_drop h1 h2 ip4 proto udp dport 7070
	expect_pass h1 h2 ip4 proto udp dport 7071
	fw rule add proto 132 drop
	"$FWCTL" -n "$PREFIX-other" rule add proto udp drop

	# until there is room again
	echo -1 >"$GROUP/memory.limit_in_bytes"
	nl 0 add proto 6 sport 60000 dport 60000 accept
}

check "memory beyond the limit of the cgroup is refused" test_limit
run_checks
