#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Instructions per frame: pktgen gives frames to the first port of a bridge as
# if they had come in there, and the second port throws them away. Runs where a
# nanosecond is one instruction (run.sh --icount).
# Rows are called by name, through run_rows:
# shellcheck disable=SC2317
set -uo pipefail

part=instructions
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

repetitions=${REPETITIONS:-5}
frames=${FRAMES:-2000}

# Only where grid:$1 has a rule; pktgen excludes the upper end.
aim_at_grid() {
	pg d0 'dst_min 11.0.0.0'
	pg d0 'dst_max 11.0.0.100'
	pg d0 'udp_dst_min 1000'
	pg d0 "udp_dst_max $((1000 + $1 / 100))"
}

# Sends $1 frames and prints how many instructions each took.
send() {
	pg d0 "count $1"
	pg pgctrl start
	awk -v n="$1" '/^Result: OK:/ { split($3, t, "("); printf "%.1f\n", t[1] * 1000 / n }' /proc/net/pktgen/d0
}

# measure ROW [DELIVERED [CHECK]]: DELIVERED of all frames, all by default, must
# have left by the second port; and CHECK must succeed
measure() {
	local name=$1 i before after values=() want=${2:-$frames}

	send 200 >/dev/null
	for ((i = 0; i < repetitions; i++)); do
		before=$(sent d1)
		values+=("$(send "$frames")")
		after=$(sent d1)
		if [ $((after - before)) != "$want" ]; then
			echo "$((after - before)) of $frames frames left the bridge, not $want"
			return 1
		fi
	done
	"${3:-true}" || return 1
	result "$name" instructions "${values[@]}"
}

# ---- rows ----

row_plain() { measure plain; }

# brfw_row ROW [SOURCE [FORMAT]]
brfw_row() {
	load_brfw
	if [ -n "${2:-}" ]; then
		brfw_rules "${@:2}"
	fi
	measure "$1"
}

# The same at the end: what a row left behind would be seen here.
row_plain_again() {
	measure plain-again &&
		awk -F '\t' '$2 == "plain" { a = $4 } $2 == "plain-again" { b = $4 }
			END { if (a && (b > a * 1.005 || b < a * 0.995)) { print "the plain bridge took", a, "before and", b, "after"; exit 1 } }' \
			"$BRFW_RESULTS/results.tsv"
}

row_brfw_idle() { brfw_row brfw-idle; }
row_brfw_1() { brfw_row brfw-1 udp:1; }
row_brfw_100() { brfw_row brfw-100 udp:100; }
row_brfw_1k() { brfw_row brfw-1k udp:1000; }
row_brfw_10k() { brfw_row brfw-10k udp:10000; }
row_brfw_100k() { brfw_row brfw-100k udp:100000; }
row_brfw_range_1k() { brfw_row brfw-range-1k interval:1000; }
row_brfw_masks_64() { brfw_row brfw-masks-64 masks:64; }
row_brfw_set_10k() { brfw_row brfw-set-10k grid:10000 fwctl-exact; }
row_brfw_prefixes_1k() { brfw_row brfw-prefixes-1k udp:1000 fwctl-prefixes; }
row_brfw_sets_1k() { brfw_row brfw-sets-1k udp:1000 fwctl-sets; }

# Each frame must have met a rule: policies count nothing then.
hits() {
	if [ "$(by_policy)" != 0 ]; then
		echo "the policy decided $(by_policy) frames"
		return 1
	fi
}

# hit_row ROW SOURCE [FORMAT]: frames that all meet a rule
hit_row() {
	aim_at_grid 10000
	load_brfw
	brfw_rules "${@:2}"
	measure "$1" "$frames" hits
}

row_brfw_10k_hit() { hit_row brfw-10k-hit grid:10000; }
row_brfw_set_10k_hit() { hit_row brfw-set-10k-hit grid:10000 fwctl-exact; }

row_brfw_accept() {
	load_brfw
	"$fwctl" rule add proto udp accept >/dev/null
	measure brfw-accept "$frames" hits
}

row_brfw_drop() {
	load_brfw
	"$fwctl" rule add proto udp drop >/dev/null
	measure brfw-drop 0 hits
}

row_brfw_simple_fw() {
	load_brfw
	"$fwctl" ruleset load "$top/examples/simple-fw.fw"
	measure brfw-simple-fw "$frames" hits
}

row_nft_0() { nft_chain && measure nft-0; }
row_nft_1() { nft_rules udp:1 && measure nft-1; }
row_nft_100() { nft_rules udp:100 && measure nft-100; }
row_nft_1k() { nft_rules udp:1000 && measure nft-1k; }
row_nft_hash_10k() { nft_set grid:10000 exact && measure nft-hash-10k; }
row_nft_hash_10k_hit() { aim_at_grid 10000; nft_set grid:10000 exact && measure nft-hash-10k-hit; }
row_nft_pipapo_1k() { nft_set interval:1000 range && measure nft-pipapo-1k; }
row_nft_prefixes_1k() { nft_set udp:1000 prefixes && measure nft-prefixes-1k; }
row_ebtables_1() { ebtables_rules udp:1 && measure ebtables-1; }
row_ebtables_100() { ebtables_rules udp:100 && measure ebtables-100; }
row_flower_1() { flower_rules masks:1 && measure flower-1; }
row_flower_8() { flower_rules masks:8 && measure flower-8; }
row_flower_64() { flower_rules masks:64 && measure flower-64; }

cleanup() {
	no_firewall
	aim_anywhere
}

rows=(
	plain
	brfw-idle brfw-1 brfw-100 brfw-1k brfw-10k brfw-100k
	brfw-10k-hit brfw-range-1k brfw-masks-64 brfw-accept brfw-drop brfw-simple-fw
	brfw-set-10k brfw-set-10k-hit brfw-prefixes-1k brfw-sets-1k
	nft-0 nft-1 nft-100 nft-1k nft-hash-10k nft-hash-10k-hit nft-prefixes-1k nft-pipapo-1k
	ebtables-1 ebtables-100 flower-1 flower-8 flower-64
	plain-again
)

make_bridge 2
make_pktgen
run_rows cleanup "${rows[@]}"
[ $failures = 0 ]
