#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module is unloaded and loaded under traffic.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh disable=SC2119
. "$(dirname "$0")/../lib/brfw.sh"

setup
own_module
topology 2

flood_start() {
	printf 'flood tx %s rx %s count 8 %s\n' "$PREFIX-h1:eth0" \
		"$PREFIX-h2:eth0" "$*" >&"$FRAME_IN"
}

# flood_stop: SENT and the COPIES of each frame
flood_stop() {
	echo stop >&"$FRAME_IN"
	read -r -u "$FRAME_OUT" FRAME_REPLY
	[[ $FRAME_REPLY == flood\ * ]] || {
		say "$FRAME_REPLY"
		return 1
	}
	read -r SENT COPIES <<<"${FRAME_REPLY#flood }"
	[ "$SENT" -gt 0 ]
}

test_unload() {
	load "rule add proto udp drop comment r" "policy set bridge br0 input drop"
	expect_drop h1 h2 rule r ip4 proto udp
	nl 0 close
	rmmod brfw
	expect_pass h1 h2 ip4 proto udp
	expect_pass h1 br0 ip4 proto udp
	FW_ERROR=$(fw rule show 2>&1) && return 1
	contains "message" "kernel family \"brfw\" not found" "$FW_ERROR"
	insmod "$BRFW_MODULE"
	nl open 0 "$BR"
	nl 0 count
	equal "rules" "0 0" "$NL_REPLY"
	expect_pass h1 h2 ip4 proto udp
	load "rule add proto udp drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp
}

# Many devices, to make the time long in which the module lets go of them while
# its hooks may still be there.
many_devices() {
	local i

	for ((i = 0; i < 50; i++)); do
		echo "link add v$i type veth peer name w$i"
	done | ip -n "$BR" -batch -
}

# Frames that may pass are never lost, whatever the module is doing; those that
# are dropped before and after may pass only in between.
test_under_traffic() {
	local i udp tcp

	many_devices
	for ((i = 0; i < 10; i++)); do
		load "rule add proto udp drop comment r" \
			"rule add in p1 out p2 proto tcp accept" "policy set forward drop"
		flood_start ip4 proto udp / ip4 proto tcp
		reload
		flood_stop
		read -r udp tcp <<<"$COPIES"
		equal "frames that always may pass" "$SENT" "$tcp"
		say "round $i: $SENT sent, $udp of the others passed without the module"
	done
}

# busy FUNCTION: again and again until the end; what is asked may fail, since the
# module is not always there
busy() {
	while [ ! -e "$TMP/end" ]; do
		"$1" || true
	done >/dev/null 2>&1
}

loads() {
	fw ruleset load "$TMP/busy.fw"
}

asks() {
	fw ruleset save /dev/null
	timeout 0.2 "$FWCTL" -n "$BR" monitor
}

namespaces() {
	ip netns add "$PREFIX-n"
	"$FWCTL" -n "$PREFIX-n" rule add in eth0 state new drop
	ip netns del "$PREFIX-n"
}

# Programs load, ask and listen, and namespaces come and go, while the module does:
# it waits for those that it serves, and serves nobody afterwards.
test_under_requests() {
	local i job pids=()

	{
		printf '%s\n' "$SENTINEL" "policy set forward drop" \
			"rule add in p1 out p2 proto tcp accept comment tcp"
		for ((i = 1; i <= 500; i++)); do
			echo "rule add proto udp dport $i accept"
		done
	} >"$TMP/busy.fw"
	for job in loads asks namespaces; do
		busy "$job" &
		pids+=($!)
	done
	flood_start ip4 proto tcp
	for ((i = 0; i < 5; i++)); do
		nl 0 close
		# not while it answers somebody
		wait_for rmmod brfw
		insmod "$BRFW_MODULE"
		nl open 0 "$BR"
		wait_for nl 0 stats tcp
	done
	: >"$TMP/end"
	wait "${pids[@]}"
	flood_stop
	equal "frames" "$SENT" "$COPIES"
	# they are gone, so it goes at once
	reload
	nl 0 info
	equal "rules, hooks, drafts" "0 0 0" "$(cut -d ' ' -f 1-3 <<<"$NL_REPLY")"
}

# With a draft open the module may go as soon as the socket is closed.
test_open_draft() {
	load "rule add proto udp drop comment r"
	nl open 1 "$BR"
	nl 1 begin
	nl 1 add proto 6 drop
	nl 1 close
	reload
	nl 0 info
	equal "drafts" 0 "$(cut -d' ' -f3 <<<"$NL_REPLY")"
}

# Many rules: freeing them all takes a while but no reference stays.
test_many_rules() {
	load "rule add proto udp drop comment r"
	nl 0 fill 2000 10
	flood_start ip4 proto tcp
	reload
	flood_stop
	equal "frames" "$SENT" "$COPIES"
}

# Unloading right after commits: what is still being freed must not run
# into the void.
test_after_commits() {
	local i

	for ((i = 0; i < 5; i++)); do
		nl 0 add prio 0 ethertype 0x88b5 accept
		nl 0 add proto 17 drop
		nl 0 flush
		nl 0 add proto 17 drop
		reload
	done
	expect_pass h1 h2 ip4 proto udp
}

check "unload and load again" test_unload
check "ten times under traffic" test_under_traffic
check "five times under requests" test_under_requests
check "after an open draft" test_open_draft
check "with 2000 rules" test_many_rules
check "right after commits" test_after_commits
run_checks
