#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Accept and drop at the three hooks.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                   |
#                 output, input: frames of br0 itself
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2

# test_drop HOOK FROM TO: the same frame without and with a rule
test_drop() {
	load
	expect_pass "$2" "$3" ip4 proto udp dport 4000
	load "rule add hook $1 proto udp dport 4000 drop comment r"
	expect_drop "$2" "$3" rule r ip4 proto udp dport 4000
	expect_pass "$2" "$3" ip4 proto udp dport 4001
	expect_count r 2
}

# test_accept HOOK FROM TO: a rule lets through what the policy drops
test_accept() {
	load "policy set $1 drop"
	expect_drop "$2" "$3" rule "policy:$1" ip4 proto udp dport 4000
	load "policy set $1 drop" \
		"rule add hook $1 proto udp dport 4000 accept comment r"
	expect_pass "$2" "$3" rule r ip4 proto udp dport 4000
	expect_drop "$2" "$3" rule "policy:$1" ip4 proto udp dport 4001
}

# test_only_its_hook HOOK: rules of one hook say nothing at the others
test_only_its_hook() {
	local hook=$1 row from to

	load "rule add hook $hook drop comment r"
	for row in "forward h1 h2" "input h1 br0" "output br0 h2"; do
		read -r row from to <<<"$row"
		if [ "$row" = "$hook" ]; then
			expect_drop "$from" "$to" rule r ip4 proto udp
		else
			expect_pass "$from" "$to" ip4 proto udp
		fi
	done
	expect_count r 2
}

test_no_rules() {
	fw ruleset flush
	expect_pass h1 h2 ip4 proto udp
	expect_pass h1 br0 arp
	expect_pass br0 h2 ip6 proto tcp
	nl 0 info
	equal "active hooks" 0 "$(cut -d' ' -f2 <<<"$NL_REPLY")"
}

test_both_directions() {
	load
	expect_pass h2 h1 ip4 proto udp
	load "rule add in p1 out p2 drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp
	expect_pass h2 h1 ip4 proto udp
}

test_add_prints_handle() {
	local out

	load
	out=$(fw rule add proto udp dport 4000 drop)
	[[ $out =~ ^handle\ [0-9]+$ ]]
	expect_drop h1 h2 rule "${out#handle }" ip4 proto udp dport 4000
	fw rule delete handle "${out#handle }"
	expect_pass h1 h2 ip4 proto udp dport 4000
}

test_handles_never_come_back() {
	local first second

	load
	first=$(fw rule add proto udp drop)
	fw rule delete handle "${first#handle }"
	second=$(fw rule add proto udp drop)
	[ "${second#handle }" -gt "${first#handle }" ]
}

test_duplicate() {
	local handle

	load
	handle=$(fw rule add proto udp dport 4000 drop)
	fw_refuses 1 rule add proto udp dport 4000 drop
	# The verdict makes no other rule of it, nor does the comment.
	fw_refuses 1 rule add proto udp dport 4000 accept comment other
	contains "message names the other" "${handle#handle }" "$FW_ERROR"
	fw rule add prio 7 proto udp dport 4000 drop >/dev/null
	nl 0 count
	equal "rules" "5 0" "$NL_REPLY"
}

check "no rules: everything passes, no hook is active" test_no_rules
check "forward drops" test_drop forward h1 h2
check "input drops" test_drop input h1 br0
check "output drops" test_drop output br0 h2
check "forward accepts against the policy" test_accept forward h1 h2
check "input accepts against the policy" test_accept input h1 br0
check "output accepts against the policy" test_accept output br0 h2
check "forward rules judge at forward only" test_only_its_hook forward
check "input rules judge at input only" test_only_its_hook input
check "output rules judge at output only" test_only_its_hook output
check "one direction only" test_both_directions
check "rule add prints a handle, rule delete takes it" test_add_prints_handle
check "handles are never reused" test_handles_never_come_back
check "a duplicate is refused and the other named" test_duplicate
run_checks
