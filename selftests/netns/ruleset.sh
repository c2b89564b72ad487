#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ruleset load, check, save and flush.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2

readonly GOOD='# a rule of each kind
policy set forward drop
policy set bridge br0 input accept

rule add prio 5 ethertype 0x88b5 accept
rule add prio 10 in p1 out p2 proto tcp dport 7070 accept comment "an app"
rule add prio 10 smac 02:00:00:00:00:00/ff:ff:ff:00:00:00 vlan 10 accept
rule add bridge br0 saddr 192.0.2.0/24 daddr 198.51.100.2 proto udp sport 1-9 accept
rule add saddr 2001:db8::/32 proto icmpv6 icmpv6-type 128 icmpv6-code 0 accept
rule add proto icmp icmp-type 8 icmp-code 0 accept comment "quote \" and \\"
rule add hook input in p1 proto tcp tcp-flags syn/syn,ack drop
rule add hook output out p2 dmac 01:00:00:00:00:00/01:00:00:00:00:00 drop'

# state: generation and ruleset with handles and counters, but without the time
# since a rule was used, in STATE
state() {
	nl 0 gen
	STATE="generation $NL_REPLY
$(fw -s rule show | sed 's/ last [0-9]* seconds ago//')
$(fw -s policy show)"
}

# unchanged WORDS...: fwctl refuses, and nothing has changed; FW_ERROR
unchanged() {
	local before

	state
	before=$STATE
	fw_refuses "$@"
	state
	equal "state" "$before" "$STATE"
}

test_load() {
	printf '%s\n' "$GOOD" >"$TMP/good"
	fw ruleset load "$TMP/good"
	nl 0 count
	equal "rules" "8 0" "$NL_REPLY"
	expect_pass h1 h2 ip4 proto tcp dport 7070
	expect_drop h1 h2 ip4 proto tcp dport 7071
}

test_load_replaces() {
	load "rule add proto udp drop"
	expect_drop h1 h2 ip4 proto udp
	load "rule add proto tcp drop"
	expect_pass h1 h2 ip4 proto udp
	expect_drop h1 h2 ip4 proto tcp
	load "policy set bridge br0 forward drop"
	expect_drop h1 h2 ip4 proto udp
	load
	expect_pass h1 h2 ip4 proto udp
}

test_round_trip() {
	printf '%s\n' "$GOOD" | fw ruleset load -
	fw ruleset save >"$TMP/saved"
	fw ruleset flush
	fw ruleset load "$TMP/saved"
	fw ruleset save "$TMP/again"
	cmp "$TMP/saved" "$TMP/again"
	[ "$(grep -c '^rule add' "$TMP/saved")" -eq 8 ]
	fw ruleset load - <"$TMP/saved"
	fw ruleset save - | cmp "$TMP/saved" -
	# What rule show prints can be loaded as well.
	fw rule show >"$TMP/shown"
	fw policy show >>"$TMP/shown"
	fw ruleset load "$TMP/shown"
	fw ruleset save | cmp "$TMP/saved" -
}

# Rules that are in the old and the new ruleset stay the same objects.
test_load_keeps() {
	load "rule add proto udp accept comment keep" "rule add proto tcp accept comment go"
	expect_pass h1 h2 rule keep ip4 proto udp
	nl 0 stats keep
	local before=$NL_REPLY
	load "rule add prio 9 proto icmp drop comment new" \
		"rule add proto udp accept comment keep"
	nl 0 stats keep
	equal "packets, bytes, handle" "$before" "$NL_REPLY"
	expect_count new 0
	# The comment is no part of what a rule is.
	load "rule add proto udp accept comment renamed"
	nl 0 stats renamed
	equal "packets, bytes, handle" "$before" "$NL_REPLY"
	# The verdict is.
	load "rule add proto udp drop comment keep"
	expect_count keep 0
	nl 0 stats keep
	[ "${NL_REPLY##* }" -gt "${before##* }" ]
}

# Also when the rule gets another place among the others.
test_load_keeps_limit() {
	local file limit="rule add proto udp limit 1/day burst 2 accept comment l"

	load_new "$limit" "rule add proto udp drop comment rest" "rule add proto tcp drop"
	expect_pass h1 h2 rule l ip4 proto udp
	for file in "$limit
rule add proto udp drop comment rest" "rule add proto icmp drop
$limit
rule add proto udp drop comment rest" "rule add prio 999 proto icmp drop
rule add proto tcp drop
$limit
rule add proto udp drop comment rest"; do
		load "$file"
		expect_count l 2
		contains "time of last use" '"last-used":' "$(fw -j rule show | tr '}' '\n' | grep -A 2 '"l"')"
		expect_drop h1 h2 rule rest ip4 proto udp
	done
	load "rule add proto udp drop comment rest"
	load "$limit" "rule add proto udp drop comment rest"
	expect_count l 0
	expect_pass h1 h2 rule l ip4 proto udp
}

test_load_keeps_policy_counters() {
	load_new "policy set forward drop"
	expect_drop h1 h2 rule policy:forward ip4
	load "policy set forward drop" "rule add proto tcp accept"
	expect_count policy:forward 2
}

# failing_file LINE COLUMN TEXT STATUS STATEMENT...
failing_file() {
	local line=$1 column=$2 text=$3 status=$4

	shift 4
	printf '%s\n' "$@" >"$TMP/bad"
	unchanged "$status" ruleset load "$TMP/bad"
	contains "message" "$TMP/bad:$line:$column: " "$FW_ERROR"
	contains "message" "$text" "$FW_ERROR"
	unchanged "$status" ruleset check "$TMP/bad"
	contains "message" "$TMP/bad:$line:$column: " "$FW_ERROR"
}

test_failing_line() {
	load "rule add proto udp accept comment u"
	failing_file 3 26 "99999" 2 "rule add proto tcp drop" "" \
		"rule add proto tcp dport 99999 drop" "rule add proto icmp drop"
	failing_file 2 1 "frobnicate" 2 "rule add proto tcp drop" "frobnicate"
	failing_file 2 10 "prot" 2 "rule add proto tcp drop" "rule add prot tcp drop"
	failing_file 1 1 "rule flush" 2 "rule flush"
}

test_first_and_last_line() {
	local i

	load "rule add proto udp accept comment u"
	for ((i = 1; i <= 300; i++)); do
		echo "rule add proto tcp dport $i drop"
	done >"$TMP/many"
	fw ruleset check "$TMP/many"
	(cat "$TMP/many"; echo "rule add proto tcp dport 7 drop bad") >"$TMP/bad"
	unchanged 2 ruleset load "$TMP/bad"
	contains "message" "$TMP/bad:301:" "$FW_ERROR"
	(echo "policy set sideways drop"; cat "$TMP/many") >"$TMP/bad"
	unchanged 2 ruleset load "$TMP/bad"
	contains "message" "$TMP/bad:1:" "$FW_ERROR"
}

# The kernel finds the duplicate, fwctl names the line.
test_duplicate_line() {
	local i

	load "rule add proto udp accept comment u"
	for ((i = 1; i <= 300; i++)); do
		echo "rule add proto tcp dport $i drop"
	done >"$TMP/bad"
	echo "rule add proto tcp dport 7 accept" >>"$TMP/bad"
	unchanged 1 ruleset load "$TMP/bad"
	contains "message" "$TMP/bad:301:" "$FW_ERROR"
	unchanged 1 ruleset check "$TMP/bad"
	contains "message" "$TMP/bad:301:" "$FW_ERROR"
}

test_check() {
	local before

	load "rule add proto udp accept comment u"
	expect_pass h1 h2 rule u ip4 proto udp
	state
	before=$STATE
	printf '%s\n' "rule add proto udp drop" "policy set forward drop" |
		fw ruleset check -
	state
	equal "state" "$before" "$STATE"
	expect_pass h1 h2 rule u ip4 proto udp
}

test_missing_file() {
	load
	unchanged 1 ruleset load "$TMP/none"
	contains "message" "$TMP/none" "$FW_ERROR"
}

test_empty_file() {
	load "rule add proto udp drop" "policy set forward drop"
	unchanged 2 ruleset load - </dev/null
	contains "message" "is empty" "$FW_ERROR"
	unchanged 2 ruleset load - < <(printf '%70000s' ' ')
	contains "message" "the line is longer than" "$FW_ERROR"
	unchanged 2 ruleset load - < <(yes '' | head -n 70000)
	contains "message" "is empty" "$FW_ERROR"
	fw ruleset load - <<<"# nothing"
	expect_pass h1 h2 ip4 proto udp
	nl 0 count
	equal "rules" "0 0" "$NL_REPLY"
}

test_flush() {
	load "rule add proto udp drop" "policy set forward drop" \
		"policy set bridge br0 input drop"
	expect_drop h1 h2 ip4 proto udp
	fw ruleset flush
	expect_pass h1 h2 ip4 proto udp
	expect_pass h1 h2 ip4 proto tcp
	expect_pass h1 br0 ip4 proto tcp
	nl 0 info
	equal "rules and active hooks" "0 0" "$(cut -d' ' -f1,2 <<<"$NL_REPLY")"
}

test_rule_flush() {
	load "rule add proto udp drop" "rule add hook input proto udp drop" \
		"rule add bridge br0 proto tcp drop" "rule add bridge br1 proto tcp drop"
	fw rule flush bridge br1
	nl 0 count
	equal "rules" "6 0" "$NL_REPLY"
	fw rule flush hook input
	nl 0 count
	equal "rules" "4 0" "$NL_REPLY"
	expect_pass h1 br0 ip4 proto udp
	expect_drop h1 h2 ip4 proto udp
	fw rule flush
	nl 0 count
	equal "rules" "0 0" "$NL_REPLY"
	expect_pass h1 h2 ip4 proto udp
}

test_stale() {
	load
	nl 0 gen
	local gen=$NL_REPLY
	fw rule add proto udp drop >/dev/null
	nl 0 gen
	equal "generation" "$((gen + 1))" "$NL_REPLY"
	load
	nl 0 gen
	equal "generation" "$((gen + 2))" "$NL_REPLY"
}

check "load" test_load
check "load replaces everything" test_load_replaces
check "save and load again: nothing is lost" test_round_trip
check "load keeps handle and counters of rules that stay" test_load_keeps
check "load keeps the state of a limit and the time of last use" test_load_keeps_limit
check "load keeps counters of policies that stay" test_load_keeps_policy_counters
check "a failing line changes nothing and is named" test_failing_line
check "failing first and last line of 300" test_first_and_last_line
check "a duplicate that the kernel finds is named by its line" test_duplicate_line
check "check changes nothing" test_check
check "a file that doesn't exist" test_missing_file
check "an empty file is refused, a comment is an empty ruleset" test_empty_file
check "flush: rules and policies" test_flush
check "rule flush by hook and bridge" test_rule_flush
check "each commit raises the generation by one" test_stale
run_checks
