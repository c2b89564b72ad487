#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside the virtual machine: runs the kernel's own tests of the bridge without
# brfw, with rules that look at everything and accept, and with rules on state,
# and compares what they say.
#
#   guest.sh DIRECTORY TEST...
#
# DIRECTORY is tools/testing/selftests/net/forwarding of a kernel's source. Prints
# KTAP: one result for each test and set of rules.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
fwctl=$top/build/fwctl/fwctl
from=$1
shift
work=$(mktemp -d)
n=0
failed=0

# A rule for each field, none of which decides; mirrors go nowhere.
all_fields() {
	local hook

	for hook in forward input output; do
		cat <<-END
			rule add hook $hook prio 1 malformed yes mirror nowhere
			rule add hook $hook prio 2 smac 02:00:00:00:00:99 mirror nowhere
			rule add hook $hook prio 3 dmac 01:00:00:00:00:00/01:00:00:00:00:00 mirror nowhere
			rule add hook $hook prio 4 ethertype arp arp-op request mirror nowhere
			rule add hook $hook prio 5 saddr 192.0.2.0/24 mirror nowhere
			rule add hook $hook prio 6 daddr 2001:db8::/32 mirror nowhere
			rule add hook $hook prio 7 proto udp dport 1-65535 mirror nowhere
			rule add hook $hook prio 8 proto icmp icmp-type 8 mirror nowhere
			rule add hook $hook prio 9 proto icmpv6 icmpv6-type 135 mirror nowhere
			rule add hook $hook prio 10 frag later mirror nowhere
			rule add hook $hook prio 11 ttl 1 mirror nowhere
			rule add hook $hook prio 12 frame multicast mirror nowhere
			rule add hook $hook prio 13 inner-vlan 1-4094 mirror nowhere
			rule add hook $hook prio 1000 accept
		END
	done
	cat <<-END
		rule add hook forward prio 20 in swp1 mirror nowhere
		rule add hook forward prio 21 out swp2 mirror nowhere
		rule add hook forward prio 22 vlan 1-4094 mirror nowhere
		rule add hook input prio 22 vlan 1-4094 mirror nowhere
	END
}

rules_none() {
	if [ -e /sys/module/brfw ]; then
		rmmod brfw
	fi
}

rules_all() {
	"$top/selftests/vm/insmod.sh" "$top/brfw.ko" || return
	all_fields >"$work/rules"
	"$fwctl" ruleset load "$work/rules"
}

rules_state() {
	rules_all || return
	"$fwctl" rule add prio 30 state invalid mirror nowhere &&
		"$fwctl" rule add prio 31 state new,established,related accept
}

# What a test says, line by line, without what differs from run to run.
outcome() {
	local rc=0

	(cd "$work/forwarding" && timeout 600 "./$1") >"$work/output" 2>&1 || rc=$?
	sed -n 's/^\(TEST: .*[^ ]\) *\(\[.*\]\).*/\1 \2/p' "$work/output"
	echo "exit $rc"
}

judged() {
	"$fwctl" -s rule show | sed -n 's/.*packets \([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n + 0 }'
}

result() {
	n=$((n + 1))
	if [ "$1" = ok ]; then
		printf 'ok %d %s\n' $n "$2"
	else
		printf 'not ok %d %s\n' $n "$2"
		failed=$((failed + 1))
	fi
}

cp -r "$from" "$work/forwarding"
cp "$work/forwarding/forwarding.config.sample" "$work/forwarding/forwarding.config"
modprobe -a vrf bridge veth 8021q 2>/dev/null
printf 'KTAP version 1\n1..%d\n' $((3 * $#))
for test; do
	start=$SECONDS
	rules_none
	outcome "$test" >"$work/$test.none"
	sed 's/^/# /' "$work/$test.none"
	echo "# $((SECONDS - start)) s"
	if grep -q '\[ OK \]' "$work/$test.none"; then
		result ok "$test: without brfw it says something"
	else
		sed 's/^/# /' "$work/output"
		result bad "$test: without brfw it says something"
	fi
	for rules in all state; do
		rules_none
		if ! "rules_$rules" 2>&1 | sed 's/^/# /'; then
			result bad "$test: rules on $rules"
			continue
		fi
		outcome "$test" >"$work/$test.$rules"
		echo "# $(judged) judgements"
		if [ "$(judged)" -gt 0 ] && diff "$work/$test.none" "$work/$test.$rules" >"$work/diff"; then
			result ok "$test: the same with rules on $rules"
		else
			sed 's/^/# /' "$work/diff"
			result bad "$test: the same with rules on $rules"
		fi
	done
done
printf '# Totals: pass:%d fail:%d skip:0\n' $((n - failed)) $failed
[ $failed = 0 ]
