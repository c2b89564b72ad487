#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How long changes of the rules take: whole files, single rules, half of the
# rules while frames pass. Runs where a nanosecond is one instruction, or one of
# the host's while nothing is to be done (run.sh --icount-idle).
# Rows are called by name, through run_rows:
# shellcheck disable=SC2317
set -uo pipefail

part=updates
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

txn=$top/build/selftests/txn
singles=200

# Milliseconds that "$@" takes.
timed() {
	local begin=${EPOCHREALTIME/./}

	"$@" >"$work/timed" 2>&1 || {
		tail -n 3 "$work/timed" >&2
		return 1
	}
	awk "BEGIN { print (${EPOCHREALTIME/./} - $begin) / 1000 }"
}

# Writes rules as one file for nft that makes everything: plain rules, or one
# rule and a set.
nft_file() {
	echo 'table bridge bench {'
	if [ "$2" = nft-exact ]; then
		echo 'set exact { type ipv4_addr . inet_service; size 131072; }'
	fi
	echo 'chain forward { type filter hook forward priority -200; }'
	echo '}'
	if [ "$2" = nft-exact ]; then
		echo 'add rule bridge bench forward ip daddr . udp dport @exact counter accept'
	fi
	"$bin/rules" "$1" "$2"
}

# What nft needs of the kernel is loaded on demand.
warm_nft() {
	nft_file udp:1 nft | nft -f -
	nft flush ruleset
	nft_file grid:1 nft-exact | nft -f -
	nft flush ruleset
}

# ---- one transaction ----

brfw_load() {
	load_brfw
	"$bin/rules" "udp:$2" fwctl >"$work/rules"
	result "brfw-load-$1" ms "$(timed "$fwctl" ruleset load "$work/rules")"
}

nft_load() {
	warm_nft
	nft_file "udp:$2" nft >"$work/rules"
	result "nft-load-$1" ms "$(timed nft -f "$work/rules")"
}

nft_set_load() {
	warm_nft
	nft_file "grid:$2" nft-exact >"$work/rules"
	result "nft-set-load-$1" ms "$(timed nft -f "$work/rules")"
}

row_brfw_load_1k() { brfw_load 1k 1000; }
row_brfw_load_10k() { brfw_load 10k 10000; }
row_brfw_load_100k() { brfw_load 100k 100000; }
row_nft_load_1k() { nft_load 1k 1000; }
row_nft_load_10k() { nft_load 10k 10000; }
row_nft_load_100k() { nft_load 100k 100000; }
row_nft_set_load_1k() { nft_set_load 1k 1000; }
row_nft_set_load_10k() { nft_set_load 10k 10000; }
row_nft_set_load_100k() { nft_set_load 100k 100000; }

# ---- one rule ----

# The same socket for all of them: lines in $1, answers to $2.
talk() { "$txn" <"$1" >"$2"; }

# brfw_single NAME [RULES]: adds rules one by one to so many, deletes them again
brfw_single() {
	local ms

	load_brfw
	if [ -n "${2:-}" ]; then
		brfw_rules "$2"
	fi
	{
		echo 'open 0 main'
		awk -v n=$singles 'BEGIN { for (i = 1; i <= n; i++) print "0 add proto 17 sport", i, "dport", i, "accept" }'
	} >"$work/add"
	timed talk "$work/add" "$work/handles" >"$work/ms"
	if [ "$(grep -c '^ok [0-9]' "$work/handles")" != $singles ]; then
		grep -v '^ok' "$work/handles" | head -n 1
		return 1
	fi
	read -r ms <"$work/ms"
	result "brfw-add-$1" 'ms per rule' "$(awk "BEGIN { print $ms / $singles }")"
	{
		echo 'open 0 main'
		sed -n 's/^ok \([0-9]\)/0 delete \1/p' "$work/handles"
	} >"$work/delete"
	timed talk "$work/delete" "$work/answers" >"$work/ms"
	if [ "$(grep -c '^ok' "$work/answers")" != $((singles + 1)) ]; then
		grep -v '^ok' "$work/answers" | head -n 1
		return 1
	fi
	read -r ms <"$work/ms"
	result "brfw-delete-$1" 'ms per rule' "$(awk "BEGIN { print $ms / $singles }")"
	# the same by the tool, process and all; the first one is to warm up
	"$fwctl" rule add proto tcp dport 1 accept >/dev/null
	result "fwctl-add-$1" ms "$(timed "$fwctl" rule add proto tcp dport 2 accept)" \
		"$(timed "$fwctl" rule add proto tcp dport 3 accept)" \
		"$(timed "$fwctl" rule add proto tcp dport 4 accept)"
}

nft_single() {
	local what='rule bridge bench forward udp dport' port

	if [ "$2" = nft-exact ]; then
		what='element bridge bench exact'
	fi
	nft_file "$3" "$2" >"$work/rules"
	nft -f "$work/rules"
	for port in 1 2 3 4; do
		if [ "$2" = nft-exact ]; then
			echo "add $what { 10.0.0.1 . $port }" >"$work/one"
		else
			echo "add $what $port counter accept" >"$work/one"
		fi
		timed nft -f "$work/one"
	done >"$work/ms"
	# shellcheck disable=SC2046
	result "$1" ms $(tail -n 3 "$work/ms")
}

row_brfw_add_empty() { brfw_single empty; }
row_brfw_add_100k() { brfw_single 100k udp:100000; }
row_nft_add_1k() { nft_single nft-add-1k nft udp:1000; }
row_nft_add_100k() { nft_single nft-add-100k nft udp:100000; }
row_nft_set_add_100k() { nft_single nft-set-add-100k nft-exact grid:100000; }

# ---- half of the rules, while frames pass ----

# Frames of pktgen as fast as the processor has time for them.
start_traffic() {
	pg pgctrl stop
	pg d0 'count 0'
	before=$(sent d1)
	(pg pgctrl start) &
	traffic=$!
	until [ "$(sent d1)" -gt $((before + 10)) ]; do
		:
	done
}

# Fails unless all frames that were sent have passed.
stop_traffic() {
	local given passed

	pg pgctrl stop
	wait "$traffic"
	given=$(awk '/pkts-sofar/ { print $2 }' /proc/net/pktgen/d0)
	passed=$(($(sent d1) - before))
	if [ "$given" != "$passed" ]; then
		echo "$passed of $given frames passed"
		return 1
	fi
	say "    $passed frames passed meanwhile"
}

# halves SOURCE FORMAT: work/a and work/b, which have half of the rules in common
halves() {
	"$bin/rules" "$1" "$2" >"$work/all"
	awk -v a="$work/a" -v b="$work/b" '
		NR % 3 != 1 { print >a }
		NR % 3 != 2 { print >b }' "$work/all"
}

row_brfw_churn_10k() {
	load_brfw
	halves udp:15000 fwctl
	"$fwctl" ruleset load "$work/a"
	start_traffic
	timed "$fwctl" ruleset load "$work/b" >"$work/ms"
	timed "$fwctl" ruleset load "$work/a" >>"$work/ms"
	stop_traffic
	# shellcheck disable=SC2046
	result brfw-churn-10k ms $(cat "$work/ms")
}

# Not all of 10,000: each frame would take as long as 300 frames of the bridge.
row_nft_churn_1k() {
	nft_chain
	halves udp:1500 nft
	sed -i '1i flush chain bridge bench forward' "$work/a" "$work/b"
	nft -f "$work/a"
	start_traffic
	timed nft -f "$work/b" >"$work/ms"
	timed nft -f "$work/a" >>"$work/ms"
	stop_traffic
	# shellcheck disable=SC2046
	result nft-churn-1k ms $(cat "$work/ms")
}

row_nft_set_churn_10k() {
	nft_set grid:100 exact
	"$bin/rules" grid:15000 nft-exact | sed '1d; $d' >"$work/all"
	awk -v a="$work/a" -v b="$work/b" '
		BEGIN { for (i = 1; i < 3; i++) print "flush set bridge bench exact\nadd element bridge bench exact {" >(i == 1 ? a : b) }
		NR % 3 != 1 { print >a }
		NR % 3 != 2 { print >b }
		END { print "}" >a; print "}" >b }' "$work/all"
	nft -f "$work/a"
	start_traffic
	timed nft -f "$work/b" >"$work/ms"
	timed nft -f "$work/a" >>"$work/ms"
	stop_traffic
	# shellcheck disable=SC2046
	result nft-set-churn-10k ms $(cat "$work/ms")
}

# ---- the longest request, and the longest time that others must wait ----

sections=/sys/kernel/debug/brfw_sections

# bound NAME COMMAND...: of the requests and the work that it comes to
bound() {
	local name=$1 word ns what

	shift
	echo >$sections
	"$@" >"$work/bound"
	# what is deleted is freed later
	flush_garbage
	while read -r word ns what; do
		result "brfw-longest-$word-$name" ms "$(awk "BEGIN { print $ns / 1e6 }")"
		say "    $what"
	done <$sections
}

# A namespace is gone when the next one is; garbage goes with it.
flush_garbage() {
	local task

	for task in 1 2 3; do
		ip netns add "flush$task"
		ip netns delete "flush$task"
	done
	sleep 1
}

# bounds NAME FILE: of a file, in a namespace of its own
bounds() {
	load_brfw
	insmod "$top/bench/kmod/brfw_sections.ko"
	ip netns add bounds
	bound "load-$1" "$fwctl" -n bounds ruleset load "$2"
	bound "same-$1" "$fwctl" -n bounds ruleset load "$2"
	bound "dump-$1" "$fwctl" -n bounds ruleset save
	bound "flush-$1" "$fwctl" -n bounds ruleset flush
	"$fwctl" -n bounds ruleset load "$2"
	bound "destroy-$1" ip netns delete bounds
	rmmod brfw_sections
}

row_brfw_bounds_100k() {
	"$bin/rules" seeded:100000 fwctl >"$work/many"
	bounds 100k "$work/many"
}

row_brfw_bounds_set_1m() {
	{
		echo 'set add many type ipv4_addr'
		echo 'rule add saddr @many drop'
		awk 'BEGIN { for (i = 0; i < 1000000; i++)
			printf "set add-element many 10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256 }'
	} >"$work/many"
	bounds set-1m "$work/many"
}

# As much as whoever owns a user namespace may have; ranges of ports, each in the one
# before, make the leaves of rules as large and as slow to build as can be.
row_brfw_bounds_user() {
	local rules elements

	load_brfw
	rules=$(<"/sys/module/brfw/parameters/max_rules_userns")
	elements=$(<"/sys/module/brfw/parameters/max_elements_userns")
	rmmod brfw
	{
		echo 'set add many type ipv4_addr'
		echo 'rule add saddr @many drop'
		awk -v n="$elements" 'BEGIN { for (i = 0; i < n; i++)
			printf "set add-element many 10.0.%d.%d\n", i / 256, i % 256 }'
		"$bin/rules" "seeded:$((rules - 2001))" fwctl
		awk 'BEGIN { for (i = 0; i < 2000; i++)
			printf "rule add proto udp dport %d-%d drop\n", 10 * i, 65535 - 10 * i }'
	} >"$work/many"
	bounds user "$work/many"
}

# What has expired and isn't taken out yet is passed over by whoever reads.
row_brfw_bounds_expired_1m() {
	local left

	{
		echo 'set add many type ipv4_addr timeout 20s'
		awk 'BEGIN { for (i = 0; i < 1000000; i++)
			printf "set add-element many 10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256 }'
	} >"$work/many"
	load_brfw
	insmod "$top/bench/kmod/brfw_sections.ko"
	ip netns add bounds
	"$fwctl" -n bounds ruleset load "$work/many"
	sleep 21
	bound dump-expired-1m "$fwctl" -n bounds ruleset save
	left=$("$fwctl" -n bounds info show | awk '$1 == "elements" { print $2 }')
	if [ "$left" -lt 100000 ] || grep -q add-element "$work/bound"; then
		echo "$left elements were left, $(grep -c add-element "$work/bound") were not expired"
		return 1
	fi
	ip netns delete bounds
	rmmod brfw_sections
}

rows=(
	brfw-load-1k brfw-load-10k brfw-load-100k
	nft-load-1k nft-load-10k nft-load-100k
	nft-set-load-1k nft-set-load-10k nft-set-load-100k
	brfw-add-empty brfw-add-100k nft-add-1k nft-add-100k nft-set-add-100k
	brfw-churn-10k nft-churn-1k nft-set-churn-10k
	brfw-bounds-100k brfw-bounds-set-1m brfw-bounds-expired-1m brfw-bounds-user
)

make_bridge 2
make_pktgen
# for txn, which takes namespaces by name
ip netns attach main $$
# read the programs from the disk of the host once
"$fwctl" help >/dev/null
nft list ruleset
: | "$txn"
run_rows no_firewall "${rows[@]}"
[ $failures = 0 ]
