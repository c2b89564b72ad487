#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module with a cache of verdicts: frames of a flow meet the same rule again
# until something changes, and from then on what it has changed to.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
own_module
topology 2

# cache ENTRIES [PARAMETER...]: the module is loaded again, and has so many
cache() {
	reload "${@:2}"
	equal "entries" "$1" "$(</sys/module/brfw/parameters/verdict_cache)"
}

# Fewer entries than flows, too.
test_flows() {
	local i sport

	load "rule add proto udp accept comment all"
	for sport in 1 32 33 34 35 36; do
		expect_pass h1 h2 ip4 proto udp sport "$sport"
	done
	fw rule add prio 1 proto udp sport 1-32 drop comment low >/dev/null
	for i in 1 2 3; do
		for sport in 1 32; do
			expect_drop h1 h2 rule low ip4 proto udp sport "$sport"
		done
		for sport in 33 34 35 36; do
			expect_pass h1 h2 rule all ip4 proto udp sport "$sport"
		done
		expect_pass h1 h2 rule all ip6 proto udp sport 1000
		expect_pass h2 h1 ip4 proto tcp sport 1
	done
	expect_count low 12
	expect_count all $((12 + 24 + 6))
}

# What was cached belongs to a ruleset that is gone.
test_commit() {
	local i

	for i in 1 2 3; do
		load_new "rule add proto udp accept comment a"
		expect_pass h1 h2 rule a ip4 proto udp
		expect_pass h1 h2 rule a ip4 proto udp
		fw rule add prio 1 proto udp drop comment b >/dev/null
		expect_drop h1 h2 rule b ip4 proto udp
		expect_drop h1 h2 rule b ip4 proto udp
		load_new "policy set forward drop"
		expect_drop h1 h2 rule policy:forward ip4 proto udp
		fw policy set forward accept
		expect_pass h1 h2 rule policy:forward ip4 proto udp
	done
}

# Rules that don't decide are looked behind each time.
test_next() {
	load_new "rule add prio 1 proto udp set-mark 1 comment first" \
		"rule add proto udp accept comment second"
	expect_pass h1 h2 rule second ip4 proto udp
	expect_pass h1 h2 rule second ip4 proto udp
	expect_count first 4
}

expired() {
	! fw set show s | grep -qF 192.0.2.7
}

test_sets() {
	load_new "set add s type ipv4_addr" "rule add saddr @s drop comment r"
	expect_pass h1 h2 ip4 saddr 192.0.2.7 proto udp
	fw set add-element s 192.0.2.7 timeout 2s
	expect_drop h1 h2 rule r ip4 saddr 192.0.2.7 proto udp
	expect_drop h1 h2 rule r ip4 saddr 192.0.2.7 proto udp
	wait_for expired
	expect_pass h1 h2 ip4 saddr 192.0.2.7 proto udp
	fw set add-element s 192.0.2.7
	expect_drop h1 h2 rule r ip4 saddr 192.0.2.7 proto udp
	fw set delete-element s 192.0.2.7
	expect_pass h1 h2 ip4 saddr 192.0.2.7 proto udp
}

# Hooks share the cache, and each has rules of its own.
test_hooks() {
	load_new "policy set forward accept"
	expect_pass h1 br0 ip4 proto udp
	load_new "rule add hook input proto udp drop comment i" \
		"rule add hook forward proto udp accept comment f"
	expect_drop h1 br0 rule i ip4 proto udp
	expect_pass h1 h2 rule f ip4 proto udp
	expect_drop h1 br0 rule i ip4 proto udp
	expect_pass h1 h2 rule f ip4 proto udp
}

for size in 1 4096; do
	check "a cache of $size" cache "$size" "verdict_cache=$size"
	check "of $size: flows" test_flows
	check "of $size: commits" test_commit
	check "of $size: rules that don't decide" test_next
	check "of $size: sets" test_sets
	check "of $size: hooks" test_hooks
done
check "as before" cache 0
run_checks
