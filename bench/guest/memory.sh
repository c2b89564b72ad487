#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What rules take of the kernel's memory, on two processors: the difference of
# what /proc/meminfo counts as slab, vmalloc and per-CPU memory; and, since pages
# can be had without being counted, of what is neither free nor belongs to files
# and processes. Of these the larger one counts.
# Rows are called by name, through run_rows:
# shellcheck disable=SC2317
set -uo pipefail

part=memory
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

namespaces=40
loads=20

# Bytes in use: counted, and not free. Waits for what is freed after a grace
# period, and gives back what caches hold: slabs that are empty or hold names of
# files. Pages on the lists of a processor are free too.
used() {
	local last=0 now other

	while :; do
		sync
		echo 3 >/proc/sys/vm/drop_caches
		shrink_slabs
		echo 1 >/proc/sys/vm/compact_memory
		sleep 1
		read -r now other < <(awk '
			$1 == "count:" && FILENAME ~ /zoneinfo/ { kb["lists"] += $2 * 4; next }
			{ kb[$1] = $2 }
			END {
				print (kb["Slab:"] + kb["VmallocUsed:"] + kb["Percpu:"]) * 1024,
				      (kb["MemTotal:"] - kb["MemFree:"] - kb["lists"] - kb["Buffers:"] - kb["Cached:"] - kb["AnonPages:"] - kb["PageTables:"] - kb["KernelStack:"]) * 1024
			}' /proc/zoneinfo /proc/meminfo)
		# closer than this it doesn't get
		if [ $((now - last < 0 ? last - now : now - last)) -le 16384 ]; then
			break
		fi
		last=$now
	done
	echo "$now $other"
}

# grown NAME NUMBER UNIT BEFORE AFTER: what each of so many took. What is not
# free is known to about a MiB only.
grown() {
	local counted other

	counted=$((${5% *} - ${4% *}))
	other=$((${5#* } - ${4#* }))
	say "    counted $counted, not free $other"
	if [ "$other" -gt $((counted + counted / 8 + (2 << 20))) ]; then
		counted=$other
	fi
	result "$1" "$3" "$(awk "BEGIN { printf \"%.1f\", $counted / $2 }")"
}

shrink_slabs() {
	local file

	for file in /sys/kernel/slab/*/shrink; do
		echo 1 >"$file"
	done
}

per_rule() {
	local before after

	load_brfw
	# what the first rule brings once is not for each of them
	brfw_rules udp:1
	before=$(used)
	brfw_rules "$2"
	after=$(used)
	grown "rule-$1" "${2#*:}" bytes "$before" "$after"
}

row_rule_1k() { per_rule 1k udp:1000; }
row_rule_10k() { per_rule 10k udp:10000; }
row_rule_100k() { per_rule 100k udp:100000; }

row_rule_seeded_100k() { per_rule seeded-100k seeded:100000; }

# The same after half of the rules have been replaced many times.
row_growth_10k() {
	local before after i

	load_brfw
	"$bin/rules" udp:15000 fwctl >"$work/all"
	awk -v a="$work/a" -v b="$work/b" '
		NR % 3 != 1 { print >a }
		NR % 3 != 2 { print >b }' "$work/all"
	"$fwctl" ruleset load "$work/b"
	"$fwctl" ruleset load "$work/a"
	before=$(used)
	for ((i = 0; i < loads; i++)); do
		"$fwctl" ruleset load "$work/b"
		"$fwctl" ruleset load "$work/a"
	done
	after=$(used)
	say "    $((loads * 2 * 5000)) rules were replaced"
	grown growth-10k 10000 'bytes per rule' "$before" "$after"
}

row_nft_rule_10k() {
	local before after

	nft_rules udp:1
	"$bin/rules" udp:10000 nft >"$work/rules"
	before=$(used)
	nft -f "$work/rules"
	after=$(used)
	grown nft-rule-10k 10000 bytes "$before" "$after"
}

row_nft_set_100k() {
	local before after

	nft_chain
	nft 'add set bridge bench exact { type ipv4_addr . inet_service; size 131072; }'
	"$bin/rules" grid:100000 nft-exact >"$work/rules"
	before=$(used)
	nft -f "$work/rules"
	after=$(used)
	grown nft-set-100k 100000 bytes "$before" "$after"
}

# Namespaces with the module and ten rules, against the same without the module.
row_namespace_10() {
	local before after i

	load_brfw
	rmmod brfw
	for ((i = 0; i < namespaces; i++)); do
		ip netns add "n$i"
	done
	before=$(used)
	load_brfw
	for ((i = 0; i < namespaces; i++)); do
		"$bin/rules" udp:10 fwctl >"$work/rules"
		"$fwctl" -n "n$i" ruleset load "$work/rules"
	done
	after=$(used)
	# the module itself is no namespace's
	read -r i _ <<<"$before"
	before="$((i + $(cat /sys/module/brfw/coresize))) ${before#* }"
	grown namespace-10 "$namespaces" bytes "$before" "$after"
	rmmod brfw
	for ((i = 0; i < namespaces; i++)); do
		ip netns delete "n$i"
	done
}

# As much as whoever owns a user namespace may have, and all of it as large as it can
# be: lists, names, comments, counters.
row_user() {
	local rules elements before after

	load_brfw
	rules=$(<"/sys/module/brfw/parameters/max_rules_userns")
	elements=$(<"/sys/module/brfw/parameters/max_elements_userns")
	before=$(used)
	awk -v rules="$rules" -v elements="$elements" '
		BEGIN {
			for (i = 1; i < 16; i++)
				more = more "," 100 + 3 * i "-" 101 + 3 * i
			for (i = 0; i < 127; i++)
				text = text "c"
			print "set add many type ipv6_addr . ipv6_addr . ether_addr . inet_port timeout 1d counters"
			for (i = 0; i < elements; i++)
				printf "set add-element many 2001:db8::%x . 2001:db8::1 . 02:00:00:00:00:01 . 80 timeout 1h comment %s\n", i, text
			print "rule add saddr . daddr . smac . dport @many proto udp drop"
			for (i = 1; i < rules; i++)
				printf "rule add not smac 02:00:00:00:00:01 dmac 02:00:00:%02x:%02x:01 ethertype ipv4 vlan 100%s inner-vlan 100%s pppoe-session 100%s ttl 100%s length 100%s proto udp sport 100%s dport 100%s limit 1/second log prefix \"%.60s\" set-mark %d drop comment %s\n",
					i / 256, i % 256, more, more, more, more, more, more, more, text, i, text
		}' >"$work/rules"
	"$fwctl" ruleset load "$work/rules"
	after=$(used)
	say "    $("$fwctl" info show | grep -E "^(rules|elements)" | tr "\n" " ")"
	grown user 1 bytes "$before" "$after"
}

row_module_core() {
	load_brfw
	result module-core bytes "$(cat /sys/module/brfw/coresize)"
}

modprobe bridge
run_rows no_firewall module-core rule-1k rule-10k rule-100k rule-seeded-100k user growth-10k nft-rule-10k nft-set-100k namespace-10
[ $failures = 0 ]
