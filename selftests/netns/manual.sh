#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the manual says and no other scenario is about: options, what show
# prints, its examples, details of conditions and hooks.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3

readonly PAGE=$BRFW_TOP/docs/fwctl.8

test_help() {
	local text object

	text=$("$FWCTL" --version)
	equal "-V" "$text" "$("$FWCTL" -V)"
	equal "version" "fwctl $(<"$BRFW_TOP/VERSION")" "$text"
	text=$("$FWCTL" --help)
	equal "-h" "$text" "$("$FWCTL" -h)"
	for object in rule policy set ruleset counter info; do
		contains "fwctl -h" "fwctl [OPTIONS] $object " "$text"
		contains "fwctl help $object" "fwctl [OPTIONS] $object " "$("$FWCTL" help "$object")"
		equal "fwctl $object help" "$("$FWCTL" help "$object")" "$("$FWCTL" "$object" help)"
	done
	text=$("$FWCTL" rule help)
	contains "names" " echo-request " "$text"
	contains "names" " af43 " "$text"
	fw_refuses 2 help gadget
}

test_numeric() {
	load "rule add prio 5 ethertype ipv4 proto tcp dscp ef drop" \
		"rule add prio 6 proto icmp icmp-type echo-request drop"
	contains "rule show" "ethertype ipv4 dscp ef proto tcp" "$(fw rule show)"
	contains "rule show" "icmp-type echo-request" "$(fw rule show)"
	contains "rule show -N" "ethertype 0x0800 dscp 46 proto 6" "$(fw -N rule show)"
	contains "rule show -N" "icmp-type 8" "$(fw --numeric rule show)"
	fw --numeric rule show | fw ruleset check -
}

# Lists are arrays, whatever is in them.
test_json() {
	fw ruleset flush
	equal "no rule" "[]" "$(fw -j rule show | tr -d ' \n')"
	fw rule add proto udp dport 5,7 drop comment one >/dev/null
	[[ $(fw -j rule show) == \[\{*\}\] ]]
	contains "one rule" '"packets":0' "$(fw -j rule show | tr -d ' ')"
	[[ $(fw -j policy show) == \[* ]]
	equal "lines" 1 "$(fw --json rule show | wc -l)"
	[ "$(fw --json --pretty rule show | wc -l)" -gt 5 ]
	equal "-j -p" "$(fw -j rule show | tr -d ' \n')" "$(fw -j -p rule show | tr -d ' \n')"
}

test_statistics() {
	local text

	load_new "rule add prio 7 proto udp accept comment u"
	text=$(fw -s rule show)
	[[ $text != *"last "* ]]
	expect_pass h1 h2 rule u ip4 proto udp
	text=$(fw --statistics rule show)
	[[ $text =~ comment\ \"?u\"?\ .*packets\ 2\ bytes\ 120\ last\ [0-9]+\ seconds\ ago ]]
	text=$(fw rule show)
	[[ $text != *packets* && $text != *seconds* ]]
	fw -s rule show | fw ruleset check -
}

# shown WORDS...: the comments of the rules that show prints
shown() {
	fw rule show "$@" | sed 's/.*comment "*\([a-z]*\).*/\1/' | tr '\n' ' '
}

test_show() {
	local handle

	printf '%s\n' "rule add prio 1 drop comment a" \
		"rule add hook input prio 2 bridge br0 drop comment b" \
		"rule add prio 3 bridge br0 drop comment c" \
		"rule add hook output prio 4 bridge br1 drop comment d" | fw ruleset load -
	equal "all" "a b c d " "$(shown | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/^ //')"
	equal "of a hook" "a c " "$(shown hook forward)"
	equal "of a bridge" "c b " "$(shown bridge br0)"
	equal "of both" "b " "$(shown hook input bridge br0)"
	handle=$(fw rule show hook output | sed 's/.* handle \([0-9]*\).*/\1/')
	equal "by handle" "d " "$(shown handle "$handle")"
	fw rule flush hook input
	equal "without a hook" "a c d " "$(shown)"
	fw rule flush bridge br0
	equal "without a bridge" "a d " "$(shown)"
	fw rule flush
	equal "nothing" "" "$(shown)"
}

# A file is replaced as a whole and is the owner's.
test_save() {
	load "rule add prio 9 drop"
	echo old >"$TMP/saved"
	chmod 666 "$TMP/saved"
	exec {old}<"$TMP/saved"
	fw ruleset save "$TMP/saved"
	equal "mode" 600 "$(stat -c %a "$TMP/saved")"
	equal "who has the old file open reads" old "$(cat <&"$old")"
	exec {old}<&-
	fw ruleset check "$TMP/saved"
}

test_generation() {
	local before

	fw ruleset flush
	info generation
	before=$INFO
	fw rule add proto udp drop >/dev/null
	fw policy set input drop
	fw policy set input accept
	fw rule flush
	info generation
	equal "generation" $((before + 4)) "$INFO"
	fw ruleset save | fw ruleset check -
	fw_refuses 1 rule delete handle 4294967295
	info generation
	equal "generation after what changed nothing" $((before + 4)) "$INFO"
	for key in module-version abi-version rules max-rules drafts max-drafts overruns \
		sets max-sets elements max-elements \
		no-target vlan-unknown limited hooks active-hooks verdicts matches warnings \
		max-cost costs; do
		info "$key" || [ "$key" = active-hooks ]
	done
}

# examples: the lines of the examples, those that go on joined
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh JSON/p' "$PAGE" |
		sed -e ':a' -e '/\\e$/{N;s/\\e\n[[:space:]]*//;ba' -e '}'
}

# Each statement of the examples, as the kernel sees it, with the sets before it
test_examples() {
	local n=0 line
	local -a sets=()

	fw ruleset flush
	while read -r line; do
		n=$((n + 1))
		printf '%s\n' "${sets[@]}" "$line" | fw ruleset check - 2>"$TMP/refused" || {
			say "$line: $(<"$TMP/refused")"
			return 1
		}
		[[ $line != set\ * ]] || sets+=("$line")
	done < <(examples |
		sed -n 's/^fwctl \(rule add\)/\1/; /^\(rule add\|policy set\|zone set\|set add\|set add-element\) /p')
	[ "$n" -ge 38 ]
}

# What is done to sets there, with the sets that are there
test_set_examples() {
	local n=0 line
	local -a words

	examples | grep '^set add' | fw ruleset load -
	while read -r line; do
		n=$((n + 1))
		eval "words=($line)"
		fw "${words[@]}" >/dev/null
	done < <(examples | sed -n 's/^fwctl \(-s \)*\(set .*\)/\1\2/p')
	equal "commands" 4 "$n"
	contains "what they leave" "198.51.100.0/24 timeout never" "$(fw set show black4)"
}

# At output, too, a frame is judged once for each port.
test_flooded_output() {
	load_new "rule add hook output proto udp accept comment o" \
		"rule add hook output proto tcp limit 1/day burst 2 accept comment l" \
		"rule add hook output prio 2000 proto tcp drop comment rest"
	send 2 br0 h1,h2,h3 dmac 02:00:00:00:0f:01 ip4 proto udp
	equal "copies" "2 2 2" "$SEEN"
	expect_count o 6
	# Its limit is taken from once, and the third frame finds nothing.
	send 3 br0 h1,h2,h3 dmac 02:00:00:00:0f:01 ip4 proto tcp
	equal "copies within the limit" "2 2 2" "$SEEN"
	expect_count l 6
	expect_count rest 3
}

# A packet that the kernel has joined has its joint length.
test_joint_length() {
	load_new "policy set forward drop" \
		"rule add proto tcp length 4040 accept comment four" \
		"rule add proto tcp length 4060 accept comment six"
	expect_pass h1 h2 count 1 ip4 proto tcp payload 4000 gso 1000
	expect_count four 4
	expect_pass h1 h2 count 1 ip6 proto tcp payload 4000 gso 1000
	expect_count six 4
	expect_drop h1 h2 count 1 ip4 proto tcp payload 3999 gso 1000
}

# Devices that frames can't be sent by
test_unsuitable() {
	fw_refuses 1 rule add proto udp redirect lo
	contains "message" "not Ethernet" "$FW_ERROR"
	fw_refuses 1 rule add proto udp mirror lo
	contains "message" "not Ethernet" "$FW_ERROR"
}

check "version and help" test_help
check "numbers instead of names" test_numeric
check "JSON: lists are arrays" test_json
check "statistics" test_statistics
check "rule show and rule flush of a part" test_show
check "ruleset save replaces a file" test_save
check "info show" test_generation
check "the examples of the manual" test_examples
check "the examples of sets" test_set_examples
check "flooded from the bridge itself" test_flooded_output
check "the length of joined packets" test_joint_length
check "redirect and mirror to a device that is not Ethernet" test_unsuitable
run_checks
