#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside the virtual machine: runs the kernel's own tests of the bridge without
# brfw, with rules that look at everything and accept, and with rules on state,
# and compares what they say.
#
#   guest.sh DIRECTORY AT_ONCE TEST...
#
# DIRECTORY is tools/testing/selftests/net/forwarding of a kernel's source. The
# tests spend most of their time asleep, so each run has a network namespace of
# its own, and up to AT_ONCE are under way at once. Without brfw all must pass, but
# for what the file known says; and what passes without brfw must pass with it.
# Prints KTAP: for each test one result without brfw, and one for each set of rules.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
fwctl=$top/build/fwctl/fwctl
from=$1 at_once=$2
shift 2
work=$(mktemp -d)
n=0
failed=0

# A rule for each field, none of which decides; mirrors go nowhere.
all_fields() {
	local hook

	echo "set add hosts type ipv4_addr . inet_port"
	echo "set add-element hosts 192.0.2.1 . 80"
	for hook in forward input output; do
		cat <<-END
			rule add hook $hook prio 1 malformed yes mirror nowhere
			rule add hook $hook prio 2 smac 02:00:00:00:00:99 mirror nowhere
			rule add hook $hook prio 3 dmac 01:00:00:00:00:00/01:00:00:00:00:00 mirror nowhere
			rule add hook $hook prio 4 ethertype arp arp-op request mirror nowhere
			rule add hook $hook prio 5 saddr 192.0.2.0/24 mirror nowhere
			rule add hook $hook prio 6 daddr 2001:db8::/32 mirror nowhere
			rule add hook $hook prio 7 proto udp dport 1-65535 mirror nowhere
			rule add hook $hook prio 8 proto icmp icmp-type 8 icmp-code 0 mirror nowhere
			rule add hook $hook prio 9 proto icmpv6 icmpv6-type 135 icmpv6-code 0 mirror nowhere
			rule add hook $hook prio 10 frag later mirror nowhere
			rule add hook $hook prio 11 ttl 1 mirror nowhere
			rule add hook $hook prio 12 frame multicast mirror nowhere
			rule add hook $hook prio 13 inner-vlan 1-4094 mirror nowhere
			rule add hook $hook prio 14 vlan 1-4094 mirror nowhere
			rule add hook $hook prio 15 vlan any vlan-prio 0 vlan-proto 802.1q mirror nowhere
			rule add hook $hook prio 16 inner-vlan any inner-vlan-prio 0 inner-vlan-proto 802.1ad mirror nowhere
			rule add hook $hook prio 17 vlan none inner-vlan none mirror nowhere
			rule add hook $hook prio 18 pppoe-session 1-100 mirror nowhere
			rule add hook $hook prio 19 mpls-label 100 mirror nowhere
			rule add hook $hook prio 20 arp-sender-ip 192.0.2.0/24 arp-target-ip 192.0.2.0/24 mirror nowhere
			rule add hook $hook prio 21 not arp-sender-mac 02:00:00:00:00:99 mirror nowhere
			rule add hook $hook prio 22 arp-target-mac 00:00:00:00:00:00 mirror nowhere
			rule add hook $hook prio 23 arp-gratuitous yes mirror nowhere
			rule add hook $hook prio 24 dscp 0 length 1-1500 mirror nowhere
			rule add hook $hook prio 25 ip-options yes mirror nowhere
			rule add hook $hook prio 26 proto tcp sport 1-65535 tcp-flags syn/syn,ack mirror nowhere
			rule add hook $hook prio 27 nd-target 2001:db8::/32 mirror nowhere
			rule add hook $hook prio 28 not nd-lladdr 02:00:00:00:00:99 mirror nowhere
			rule add hook $hook prio 29 proto igmp not igmp-type 0x99 mirror nowhere
			rule add hook $hook prio 30 proto gre gre-proto teb mirror nowhere
			rule add hook $hook prio 31 mark 0 mirror nowhere
			rule add hook $hook prio 32 proto tcp saddr . dport @hosts mirror nowhere
			rule add hook $hook bridge br0 prio 33 frame unicast mirror nowhere
			rule add hook $hook prio 1000 accept
		END
	done
	# what the tests call the first two ports of their bridge
	cat <<-END
		rule add hook forward prio 40 in veth1 mirror nowhere
		rule add hook forward prio 41 out veth2 mirror nowhere
	END
}

state_rules() {
	cat <<-END
		rule add prio 50 state invalid mirror nowhere
		rule add prio 51 state new,established,related accept
	END
}

# fields_without_rule: those that fwctl knows and no rule looks at
fields_without_rule() {
	comm -23 <("$fwctl" help rule | sed -n '/^MATCH/,/^Names/s/^  \([a-z][a-z0-9-]*\) .*/\1/p' | sort -u) \
		<({ all_fields && state_rules; } | tr ' ' '\n' | sort -u)
}

# rules none|all|state NAMESPACE
rules() {
	case $1 in
	state) { all_fields && state_rules; } | "$fwctl" -n "$2" ruleset load - ;;
	all) all_fields | "$fwctl" -n "$2" ruleset load - ;;
	esac
}

# lines: of what a test says, "NAME<tab>OK|FAIL|SKIP"; names that come again are
# numbered
lines() {
	sed -n 's/^TEST: \(.*[^ ]\) *\[ *\([A-Z]*\) *\].*/\1\t\2/p' "$1" |
		awk -F '\t' -v OFS='\t' '{ if (c[$1]++) $1 = $1 " #" c[$1]; print }'
}

# known TEST: lines that fail on this kernel anyhow
known() {
	sed -n "s/^$1: \([^|]*[^ |]\) *|.*/\1/p" "$here/known"
}

# unexpected TEST FILE: lines that should not say so
unexpected() {
	grep -v -e $'\tOK$' "$2" | cut -f 1 | grep -vxF -f <(known "$1")
}

# run TEST RULES: leaves the lines of the test in TEST.RULES, and how many
# judgements there were in .judged. Timers of the tests are short, so a line has
# passed if it does so in one of three runs. Nothing is written to the host meanwhile:
# with --icount time runs on while that is waited for.
run() {
	local out=$work/$1.$2 ns=${1%.sh}-$2 log start=$SECONDS try

	: >"$out"
	for try in 1 2 3; do
		log=$work/$1.$2.$try.log
		ip netns add "$ns" && ip -n "$ns" link set lo up && rules "$2" "$ns" || return
		# namespaces that the test itself makes have the same names each time
		ip netns exec "$ns" sh -c "mount -t tmpfs netns /run/netns &&
			cd $work/forwarding && exec timeout 1200 ./$1" >"$log" 2>&1
		cp "$log" "$BRFW_RESULTS"
		lines "$log" | cat "$out" - | awk -F '\t' -v OFS='\t' '
			!($1 in s) { name[n++] = $1; s[$1] = $2 }
			$2 == "OK" { s[$1] = $2 }
			END { for (i = 0; i < n; i++) print name[i], s[name[i]] }' >"$out.new"
		mv "$out.new" "$out"
		[ "$2" = none ] || "$fwctl" -n "$ns" -s rule show |
			sed -n 's/.*packets \([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n + 0 }' >"$out.judged"
		ip netns delete "$ns"
		echo "# $1, rules: $2: run $try ended after $((SECONDS - start)) s"
		unexpected "$1" "$out" >/dev/null || break
	done
}

# run_all TEST RULES...: several at once
run_all() {
	local running=0

	while [ $# -gt 0 ]; do
		run "$1" "$2" &
		shift 2
		running=$((running + 1))
		if [ $running -ge "$at_once" ]; then
			wait -n
			running=$((running - 1))
		fi
	done
	wait
}

# result NAME STATUS...: STATUS is that of a command
result() {
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		printf 'ok %d %s\n' $n "$1"
	else
		printf 'not ok %d %s\n' $n "$1"
		failed=$((failed + 1))
	fi
}

# passes TEST: without brfw all lines say so, but for those that are known
passes() {
	sed 's/^/# /' "$work/$1.none"
	[ -s "$work/$1.none" ] && ! unexpected "$1" "$work/$1.none"
}

# same TEST RULES: there are judgements, and no line passes without brfw only
same() {
	local judged

	read -r judged <"$work/$1.$2.judged" || return
	echo "# $judged judgements with rules on $2"
	[ "$judged" -gt 0 ] && ! grep $'\tOK$' "$work/$1.none" | grep -vxF -f "$work/$1.$2" |
		grep -vxF -f <(known "$1" | sed $'s/$/\tOK/') | sed 's/^/# only without brfw: /' | grep .
}

if fields_without_rule | grep .; then
	echo "Bail out! no rule looks at these"
	exit 1
fi
cp -r "$from" "$work/forwarding"
cp "$work/forwarding/forwarding.config.sample" "$work/forwarding/forwarding.config"
modprobe -a vrf bridge veth 8021q 2>/dev/null
printf 'KTAP version 1\n1..%d\n' $((3 * $#))
mapfile -t jobs < <(printf '%s\nnone\n' "$@")
run_all "${jobs[@]}"
"$top/selftests/vm/insmod.sh" "$top/brfw.ko"
mapfile -t jobs < <(for test; do printf '%s\nall\n%s\nstate\n' "$test" "$test"; done)
run_all "${jobs[@]}"
for test; do
	passes "$test"
	result "$test: passes without brfw" $?
	for rules in all state; do
		same "$test" $rules
		result "$test: the same with rules on $rules" $?
	done
done
printf '# Totals: pass:%d fail:%d skip:0\n' $((n - failed)) $failed
[ $failed = 0 ]
