#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What fwctl and the kernel say to wrong commands; nothing may change by them.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 1
load "rule add prio 10 proto udp dport 53 drop comment dns" \
	"policy set bridge br0 input drop"

# STATE: no row may change it.
state() {
	nl 0 gen
	STATE="generation $NL_REPLY
$(fw -s rule show | sed 's/ last [0-9]* seconds ago//')
$(fw -s policy show)"
}
state
readonly BEFORE=$STATE

# row STATUS TEXT WORDS...: fwctl WORDS exits with the status and says the text
row() {
	check "${*:3}" test_row "$@"
}

test_row() {
	fw_refuses "$1" "${@:3}"
	contains "message" "$2" "$FW_ERROR"
	[[ $FW_ERROR != *$'\n'* ]] || {
		say "several lines: $FW_ERROR"
		return 1
	}
	state
	equal "state" "$BEFORE" "$STATE"
}

# ---- fwctl's own checks ----
row 2 '"99999"' rule add proto udp dport 99999 drop
row 2 '"20-10"' rule add proto udp dport 20-10 drop
row 2 '"-5"' rule add prio -5 drop
row 2 '"4294967296"' rule add prio 4294967296 drop
row 2 '"4095"' rule add vlan 4095 drop
row 2 '"02:00:00:00:00"' rule add smac 02:00:00:00:00 drop
row 2 '"192.0.2.0/33"' rule add saddr 192.0.2.0/33 drop
row 2 '"2001:db8::/129"' rule add daddr 2001:db8::/129 drop
row 2 '"nonsense"' rule add saddr nonsense drop
row 2 '"sideways"' rule add hook sideways drop
row 2 'frobnicate' rule frobnicate
row 2 'gadget' gadget show
row 2 'prox' rule add prox udp drop
row 2 'drop' rule add proto udp
row 2 'proto' rule add proto
row 2 '"x"' rule delete handle x
row 2 '"reject"' policy set forward reject
row 2 '"syn,foo"' rule add proto tcp tcp-flags syn,foo drop
row 2 '"eth*"' rule add in 'eth*' drop
row 2 'a-name-longer-than-15' rule add in a-name-longer-than-15 drop

# ---- the kernel's ----
row 1 'File exists' rule add prio 10 proto udp dport 53 drop
row 1 'No such file' rule delete handle 999999
row 1 'No such file' rule show handle 999999
row 1 'No such file' rule add drop before 999999
row 1 'No such file' counter reset handle 999999
row 1 'No such file' policy delete bridge br0 output

test_no_such_netns() {
	local rc=0

	FW_ERROR=$("$FWCTL" -n "$PREFIX-none" rule show 2>&1) || rc=$?
	[ "$rc" -ne 0 ]
	contains "message" "$PREFIX-none" "$FW_ERROR"
}

test_still_works() {
	fw rule add proto tcp drop >/dev/null
	nl 0 count
	equal "rules" "5 0" "$NL_REPLY"
}

check "a namespace that doesn't exist" test_no_such_netns
check "after all that a right command still works" test_still_works
run_checks
