#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each network namespace has a ruleset of its own.
#
#   namespace $BR:            namespace $TWIN (same names in it):
#   h1 --- p1 [br0] p2 --- h2    h3 --- p1 [br0] p2 --- h4
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2
readonly TWIN=$PREFIX-twin

# twin_add: the second bridge, with ports of the same names
twin_add() {
	netns_add "$TWIN" "$(host 3)" "$(host 4)"
	ip -n "$TWIN" -batch - <<-END
		link add br0 type bridge mcast_snooping 0 forward_delay 0 ageing_time 0
		link set br0 up
		link add p1 type veth peer name eth0 netns $(host 3)
		link add p2 type veth peer name eth0 netns $(host 4)
		link set p1 master br0 up
		link set p2 master br0 up
	END
	ip -n "$(host 3)" link set eth0 up
	ip -n "$(host 4)" link set eth0 up
	frame ready tx "$(host 3):eth0" rx "$(host 4):eth0"
}

twin_del() {
	frame close
	netns_del "$TWIN" "$(host 3)" "$(host 4)"
}

twin_fw() {
	"$FWCTL" -n "$TWIN" "$@"
}

twin_load() {
	printf '%s\n' "$SENTINEL" "$@" | twin_fw ruleset load -
}

module_users() {
	cat /sys/module/brfw/refcnt
}

test_independent() {
	load "rule add in p1 proto udp drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp
	expect_pass h3 h4 ip4 proto udp
	equal "rules of the twin" "" "$(twin_fw rule show)"
	twin_load "rule add in p1 proto tcp drop comment t" "policy set output drop"
	expect_drop h3 h4 ip4 proto tcp
	expect_pass h1 h2 ip4 proto tcp
	expect_pass br0 h2 ip4 proto tcp
	fw ruleset flush
	expect_pass h1 h2 ip4 proto udp
	expect_drop h3 h4 ip4 proto tcp
	contains "counter of the twin" "packets 4 " \
		"$(twin_fw -s rule show | grep -e '"t"' -e 'comment t')"
}

test_generations() {
	load
	nl 0 gen
	local gen=$NL_REPLY
	twin_load "rule add proto udp drop"
	nl 0 gen
	equal "generation" "$gen" "$NL_REPLY"
}

test_drafts_are_apart() {
	twin_fw ruleset flush
	load
	nl open 1 "$BR"
	nl open 2 "$TWIN"
	nl 1 begin
	nl 2 begin
	nl 1 add proto 17 drop
	nl 2 commit
	nl 0 count
	equal "rules" "3 0" "$NL_REPLY"
	nl 1 abort
	nl 1 close
	nl 2 close
}

# A namespace dies with rules, policies, an open draft and active hooks.
test_deleted_with_rules() {
	local users

	users=$(module_users)
	twin_load "rule add in p1 proto udp drop" "policy set forward drop" \
		"rule add hook input drop" "rule add hook output drop"
	nl open 2 "$TWIN"
	nl 2 begin
	nl 2 add proto 17 drop
	nl 2 close
	twin_del
	load "rule add proto udp drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp
	equal "users of the module" "$users" "$(module_users)"
	twin_add
	expect_pass h3 h4 ip4 proto udp
	equal "rules of the new twin" "" "$(twin_fw rule show)"
}

test_deleted_many_times() {
	local i users

	users=$(module_users)
	twin_del
	for ((i = 0; i < 5; i++)); do
		netns_add "$PREFIX-n$i"
		"$FWCTL" -n "$PREFIX-n$i" ruleset load - <<-END
			rule add in p1 proto udp drop
			policy set bridge br0 forward drop
		END
		netns_del "$PREFIX-n$i"
	done
	twin_add
	equal "users of the module" "$users" "$(module_users)"
}

# A port that leaves for another namespace leaves its rules behind.
test_port_moves_away() {
	load "rule add in p1 proto udp drop comment r"
	expect_drop h1 h2 rule r ip4 proto udp
	twin_fw ruleset flush
	ip -n "$BR" link set p1 netns "$TWIN" name p5
	ip -n "$TWIN" link set p5 master br0 up
	frame ready tx "$(host 1):eth0" rx "$(host 4):eth0"
	expect_pass h1 h4 ip4 proto udp
	ip -n "$TWIN" link set p5 down
	ip -n "$TWIN" link set p5 netns "$BR" name p1
	ip -n "$BR" link set p1 master br0 up
	frame ready tx "$(host 1):eth0" rx "$(host 2):eth0"
	expect_drop h1 h2 rule r dmac 02:00:00:00:0b:01 ip4 proto udp
}

# A namespace with rules must not pin the module, nor one that died.
test_module_unloads() {
	[ -n "${BRFW_MODULE:-}" ] || skip "BRFW_MODULE is not set: the module is not ours to unload"
	twin_load "rule add in p1 proto udp drop"
	load "rule add in p1 proto udp drop comment r"
	twin_del
	nl 0 close
	equal "users of the module" 0 "$(module_users)"
	rmmod brfw
	expect_pass h1 h2 ip4 proto udp
	insmod "$BRFW_MODULE"
	nl open 0 "$BR"
	nl 0 count
	equal "rules" "0 0" "$NL_REPLY"
}

twin_add
check "rules, policies and counters are apart" test_independent
check "generations are apart" test_generations
check "drafts are apart" test_drafts_are_apart
check "a port leaves for another namespace" test_port_moves_away
check "a namespace is deleted with rules in it" test_deleted_with_rules
check "and so are five more" test_deleted_many_times
check "the module unloads after that" test_module_unloads
run_checks
