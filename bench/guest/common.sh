# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the parts of the benchmark share inside the virtual machine.
# Sourced, never run, by a script that has set part to its name.

: "${part:?}"
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$top/build/bench/bin
fwctl=$top/build/fwctl/fwctl
work=$(mktemp -d)
failures=0

say() { printf 'bench: %s\n' "$*"; }

# result NAME UNIT VALUE...: one number of this part: the median of the values,
# with their smallest and largest.
result() {
	local name=$1 unit=$2

	shift 2
	printf '%s\n' "$@" | sort -n | awk -v "part=$part" -v "name=$name" -v "unit=$unit" '
		{ v[NR] = $1 }
		END {
			m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
			printf "%s\t%s\t%s\t%.10g\t%d\t%.10g\t%.10g\n", part, name, unit, m, NR, v[1], v[NR]
		}' | tee -a "$BRFW_RESULTS/results.tsv" |
		awk -F '\t' '{ printf "bench:   %-28s %12.10g %s\n", $2, $4, $3 }'
}

# note NAME failed|skipped|refused WHY: a row that has no number
note() {
	printf '%s\t%s\t%s\t%s\n' "$part" "$1" "$2" "$3" >>"$BRFW_RESULTS/notes.tsv"
	say "  $1: $2: $3"
}

# Runs each of the functions row_NAME that are chosen by the patterns in $ROWS
# (all by default), each in a subshell of its own: one that fails doesn't stop
# the others. "$1" undoes what a row left behind.
run_rows() {
	local cleanup=$1 row rc

	shift
	for row; do
		if ! row_chosen "$row"; then
			continue
		fi
		rc=0
		( set -e; "row_${row//-/_}" ) >"$work/row" 2>&1 &
		wait $! || rc=$?
		grep -a '^bench:' "$work/row" || true
		if [ $rc = 4 ]; then
			note "$row" skipped "$(tail -n 1 "$work/row")"
		elif [ $rc = 5 ]; then
			note "$row" refused "$(tail -n 1 "$work/row")"
		elif [ $rc != 0 ]; then
			note "$row" failed "$(tail -n 1 "$work/row")"
			tail -n 20 "$work/row" | sed 's/^/    | /'
			failures=$((failures + 1))
		fi
		"$cleanup" >/dev/null 2>&1
	done
}

row_chosen() {
	local pattern

	set -f
	# patterns are separated by spaces
	# shellcheck disable=SC2086
	set -- "$1" ${ROWS:-*}
	set +f
	for pattern in "${@:2}"; do
		# the right side is a pattern
		# shellcheck disable=SC2053
		if [[ $1 == $pattern ]]; then
			return 0
		fi
	done
	return 1
}

# ---- the bridge: two ports without a wire behind them ----

mac0=02:00:00:00:00:01 mac1=02:00:00:00:00:02

# make_bridge PORTS: d0, d1, ... on br0. All frames go to d1, by an entry that
# doesn't age.
make_bridge() {
	local i

	modprobe -a bridge dummy
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	ip link add br0 type bridge forward_delay 0 mcast_snooping 0
	ip link set br0 up
	for ((i = 0; i < $1; i++)); do
		ip link add "d$i" type dummy
		ip link set "d$i" master br0 up
	done
	bridge fdb replace $mac0 dev d0 master static
	bridge fdb replace $mac1 dev d1 master static
}

sent() { cat "/sys/class/net/$1/statistics/tx_packets"; }

# ---- frames by pktgen: 60 bytes of UDP, random addresses and ports ----

pg() { printf '%s\n' "$2" >"/proc/net/pktgen/$1"; }

make_pktgen() {
	local word

	modprobe pktgen
	pg kpktgend_0 'rem_device_all'
	pg kpktgend_0 'add_device d0'
	for word in 'xmit_mode netif_receive' 'clone_skb 0' 'pkt_size 60' 'delay 0' \
		"src_mac $mac0" "dst_mac $mac1" \
		'src_min 11.0.0.0' 'src_max 100.255.255.255' \
		'udp_src_min 1' 'udp_src_max 65535' \
		'flag IPSRC_RND' 'flag IPDST_RND' 'flag UDPSRC_RND' 'flag UDPDST_RND'; do
		pg d0 "$word"
	done
	aim_anywhere
}

aim_anywhere() {
	pg d0 'dst_min 11.0.0.0'
	pg d0 'dst_max 100.255.255.255'
	pg d0 'udp_dst_min 1'
	pg d0 'udp_dst_max 65535'
}

# ---- the firewalls ----

# The arguments of the module come from the caller.
load_brfw() {
	# shellcheck disable=SC2086
	"$top/selftests/vm/insmod.sh" "$top/brfw.ko" ${BRFW_PARAMS:-}
}

# brfw_rules SOURCE [FORMAT]: these instead of all that there are
brfw_rules() {
	"$bin/rules" "$1" "${2:-fwctl}" >"$work/rules"
	"$fwctl" ruleset load "$work/rules"
}

# Packets that no rule decided.
by_policy() {
	"$fwctl" -s policy show | sed -n 's/^policy set forward .*packets \([0-9]*\).*/\1/p'
}

nft_chain() {
	nft -f - <<-'END'
		table bridge bench {
			chain forward { type filter hook forward priority -200; }
		}
	END
}

nft_rules() {
	nft_chain
	"$bin/rules" "$1" nft >"$work/rules"
	nft -f "$work/rules"
}

# nft_set SOURCE exact|range|prefixes: one rule that asks a set
nft_set() {
	nft_chain
	if [ "$2" = exact ]; then
		nft 'add set bridge bench exact { type ipv4_addr . inet_service; size 65536; }'
		nft 'add rule bridge bench forward ip daddr . udp dport @exact counter accept'
	elif [ "$2" = prefixes ]; then
		nft 'add set bridge bench prefixes { type ipv4_addr; flags interval; }'
		nft 'add rule bridge bench forward meta l4proto udp ip daddr @prefixes counter accept'
	else
		nft 'add set bridge bench range { type ipv4_addr . ipv4_addr . inet_service; flags interval; }'
		nft 'add rule bridge bench forward ip saddr . ip daddr . udp dport @range counter accept'
	fi
	"$bin/rules" "$1" "nft-$2" >"$work/rules"
	nft -f "$work/rules"
}

# The older ebtables where the kernel has it.
ebtables_rules() {
	local kind=nft

	if modprobe ebtable_filter 2>/dev/null && command -v ebtables-legacy-restore >/dev/null; then
		kind=legacy
	fi
	"$bin/rules" "$1" ebtables | ebtables-$kind-restore
}

flower_rules() {
	tc qdisc add dev d0 ingress
	"$bin/rules" "$1" flower >"$work/rules"
	tc -b "$work/rules"
}

no_firewall() {
	if [ -e /sys/module/brfw_sections ]; then
		rmmod brfw_sections
	fi
	if [ -e /sys/module/brfw ]; then
		rmmod brfw
	fi
	nft flush ruleset
	tc qdisc del dev d0 ingress
	# the table stays with the namespace, and with it what it costs
	if [ -e /sys/module/ebtable_filter ]; then
		ebtables-legacy --init-table
		rmmod ebtable_filter
	fi
	modprobe -r nf_tables
	modprobe -r br_netfilter
	return 0
}
