#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration, inside the virtual machine: two hosts on a bridge, real
# programs between them, first over the plain bridge, then with brfw and
# examples/simple-fw.fw. Ends with a table, and with what that costs as the
# benchmarks measure it; exit status 0 when all was as expected.
#
#      h1 (192.0.2.1)                       h2 (192.0.2.2)
#         eth0 ---- port1 [ bridge br0 ] port2 ---- eth0
# Attempts are called by name, through try:
# shellcheck disable=SC2317
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
rules=$top/examples/simple-fw.fw
fwctl=$top/build/fwctl/fwctl
bytes=4M
ip1=192.0.2.1 ip2=192.0.2.2
work=$(mktemp -d)

declare -A before=() plain=()
declare -a table=()
unexpected=0

say() { printf 'demo: %s\n' "$*"; }
in1() { ip netns exec h1 "$@"; }
in2() { ip netns exec h2 "$@"; }

# Polls "$@" until it succeeds, for at most half a minute.
wait_for() {
	local end=$((SECONDS + 30))

	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			say "not in time: $*" >&2
			return 1
		fi
		sleep 0.02
	done
}

# ---- the network ----

make_host() {
	local n=$1

	ip netns add "h$n"
	ip link add "port$n" type veth peer name eth0 netns "h$n"
	# nobody speaks without being told to: counters are compared exactly
	ip netns exec "h$n" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	echo 1 >"/proc/sys/net/ipv6/conf/port$n/disable_ipv6"
	# frames of the size that a wire would carry
	ip netns exec "h$n" ethtool -K eth0 tso off gso off gro off
	ip -n "h$n" addr add "192.0.2.$n/24" dev eth0
	ip -n "h$n" link set lo up
	ip -n "h$n" link set eth0 up
	ip link set "port$n" master br0 up
}

make_network() {
	modprobe bridge
	ip link add br0 type bridge forward_delay 0 mcast_snooping 0
	echo 1 >/proc/sys/net/ipv6/conf/br0/disable_ipv6
	ip link set br0 up
	make_host 1
	make_host 2
}

# ---- attempts: each prints what was seen, "passes" or "blocked" ----

listening() {
	[ -n "$(ip netns exec "$1" ss -Hln "$2" "sport = :$3")" ]
}

# Starts socat in host $1 on protocol $2, port $3: it sends back what it gets.
serve() {
	local host=$1 proto=$2 port=$3 flag=-t address=TCP4-LISTEN:$3,reuseaddr

	if [ "$proto" = udp ]; then
		flag=-u address=UDP4-RECVFROM:$port
	fi
	ip netns exec "$host" socat -t 5 -T 10 "$address" PIPE 2>/dev/null &
	server=$!
	wait_for listening "$host" "$flag" "$port"
}

stop_server() {
	kill "$server" 2>/dev/null || true
	wait "$server" 2>/dev/null || true
}

# ask CLIENT PROTO ADDRESS PORT TEXT: sends a line, prints the line that came
# back; nothing if none did. A UDP socket has no end of file to wait for, so
# there bash itself is the client.
ask() {
	if [ "$2" = tcp ]; then
		echo "$5" | ip netns exec "$1" socat -t 5 -T 8 - "TCP4:$3:$4,connect-timeout=4"
	else
		# shellcheck disable=SC2016
		ip netns exec "$1" bash -c 'exec 3<>"/dev/udp/$1/$2"; echo "$3" >&3; timeout 5 head -n 1 <&3' \
			ask "$3" "$4" "$5"
	fi 2>"$work/ask"
}

# exchange CLIENT SERVER PROTO PORT
exchange() {
	local client=$1 server_host=$2 proto=$3 port=$4 text="hello $2" answer

	if ! serve "$server_host" "$proto" "$port"; then
		echo 'no server'
		return
	fi
	answer=$(ask "$client" "$proto" "192.0.2.${server_host#h}" "$port" "$text" || true)
	stop_server
	if [ "$answer" = "$text" ]; then
		echo passes
	elif grep -q refused "$work/ask"; then
		echo refused
	else
		echo blocked
	fi
}

# The first packet waits for ARP, so this tries both.
attempt_ping() {
	local host

	for host in h1 h2; do
		ip -n "$host" neigh flush dev eth0 nud all
	done
	if in1 ping -q -c 3 -i 0.2 -W 2 "$ip2" >"$work/ping" 2>&1; then
		echo passes
	else
		echo blocked
	fi
	# later attempts shall not be mixed with the renewal of addresses
	in1 ip neigh replace "$ip2" dev eth0 lladdr "$(mac h2)" nud permanent
	in2 ip neigh replace "$ip1" dev eth0 lladdr "$(mac h1)" nud permanent
}

mac() { ip netns exec "$1" cat /sys/class/net/eth0/address; }

attempt_iperf() {
	in2 iperf3 -s -1 -p 7070 >/dev/null 2>&1 &
	server=$!
	wait_for listening h2 -t 7070
	if in1 iperf3 -c "$ip2" -p 7070 -n "$bytes" -i 0 >/dev/null 2>&1; then
		wait "$server" || true
		echo passes
	else
		stop_server
		echo blocked
	fi
}

# ---- counters ----

# Lines "NAME<tab>PACKETS" of all rules (by comment) and policies.
read_counters() {
	local line

	{
		"$fwctl" -s rule show
		"$fwctl" -s policy show
	} >"$work/counters"
	while read -r line; do
		if [[ $line =~ comment\ \"([^\"]*)\".*\ packets\ ([0-9]+) ]]; then
			printf 'rule "%s"\t%s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
		elif [[ $line =~ ^policy\ set\ (forward\ [a-z]+).*\ packets\ ([0-9]+) ]]; then
			printf 'policy %s\t%s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
		fi
	done <"$work/counters"
}

keep_counters() {
	local name count

	while IFS=$'\t' read -r name count; do
		before[$name]=$count
	done < <(read_counters)
}

# What moved since keep_counters, as "NAME +N, NAME +N".
moved() {
	local name count all=

	while IFS=$'\t' read -r name count; do
		if [ "$count" != "${before[$name]:-0}" ]; then
			all+="${all:+, }$name +$((count - ${before[$name]:-0}))"
		fi
	done < <(read_counters)
	printf '%s\n' "${all:-none}"
}

# ---- the run ----

# try TITLE EXPECTED COUNTERS ATTEMPT...: COUNTERS is a pattern for what moved
try() {
	local title=$1 expected=$2 pattern=$3 seen by mark=ok

	shift 3
	if [ "$phase" = plain ]; then
		plain[$title]=$("$@")
		say "  $title: ${plain[$title]}"
		# a block means nothing where the way was never open
		if [ "${plain[$title]}" != passes ]; then
			unexpected=1
		fi
		return
	fi
	keep_counters
	seen=$("$@")
	by=$(moved)
	# the right side is a pattern
	# shellcheck disable=SC2053
	if [ "$seen" != "$expected" ] || [[ $by != $pattern ]]; then
		mark=WRONG
		unexpected=1
	fi
	say "  $title: $seen ($by)"
	table+=("$title|${plain[$title]}|$expected|$seen|$by|$mark")
}

all_attempts() {
	phase=$1
	try 'ping h1 > h2, ARP first' passes 'rule "ARP" +2, rule "ICMP" +6' attempt_ping
	try 'TCP 7070, h1 > h2' passes 'rule "TCP to 7070" +*, rule "TCP from 7070" +*' exchange h1 h2 tcp 7070
	try 'TCP 7070, h2 > h1' passes 'rule "TCP to 7070" +*, rule "TCP from 7070" +*' exchange h2 h1 tcp 7070
	try 'TCP 1234, h1 > h2' blocked 'policy forward drop +*' exchange h1 h2 tcp 1234
	try 'TCP 1234, h2 > h1' blocked 'policy forward drop +*' exchange h2 h1 tcp 1234
	try 'UDP 8080, h1 > h2' passes 'rule "UDP" +2' exchange h1 h2 udp 8080
	try 'UDP 8080, h2 > h1' passes 'rule "UDP" +2' exchange h2 h1 udp 8080
	try "iperf3 7070, $bytes" passes 'rule "TCP to 7070" +*, rule "TCP from 7070" +*' attempt_iperf
}

print_table() {
	{
		echo 'attempt|without brfw|expected|seen|decided by (packets)|'
		printf '%s\n' "${table[@]}"
	} | awk -F '|' '
		{
			for (i = 1; i <= NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i]) width[i] = length($i)
			}
		}
		END {
			for (r = 1; r <= NR; r++) {
				line = " "
				for (i = 1; i <= NF; i++) line = line sprintf(" %-" width[i] + 1 "s", cell[r, i])
				sub(/ +$/, "", line)
				print line
			}
		}'
}

# ---- what it costs ----

# The benchmarks' own measurement, where nothing else is any more.
measure_cost() {
	local rows='plain brfw-simple-fw'

	ip netns delete h1 && ip netns delete h2 && ip link delete br0 &&
		ROWS=$rows REPETITIONS=3 "$top/bench/guest/instructions.sh" &&
		ip link delete br0 && ip link delete d0 && ip link delete d1 &&
		ROWS=$rows REPETITIONS=5 BYTES=8M "$top/bench/guest/endtoend.sh"
}

# Lines of results.tsv: part, row, unit, median, runs, smallest and largest
print_cost() {
	awk -F '\t' -v rules="$(grep -c "^rule add" "$rules")" '
		{ median[$2] = $4; least[$2] = $6; most[$2] = $7; runs[$2] = $5 }
		function row(what, format, plain, brfw) {
			missing += !(plain in median) + !(brfw in median)
			printf "    %-34s" format format "   %+.1f %%\n", what, median[plain], median[brfw],
				median[plain] ? 100 * (median[brfw] / median[plain] - 1) : 0
		}
		END {
			printf "  %-36s%12s%20s\n", "in virtual time", "plain bridge", "brfw, " rules " rules"
			row("a frame through the bridge, ns", "%14.0f", "plain", "brfw-simple-fw")
			row("a request and its answer, us", "%14.1f", "request-plain", "request-brfw-simple-fw")
			printf "    %-34s%14s%20s   (%d runs each)\n", "one TCP stream, Mbit/s",
				sprintf("%.0f-%.0f", least["tcp-plain"], most["tcp-plain"]),
				sprintf("%.0f-%.0f", least["tcp-brfw-simple-fw"], most["tcp-brfw-simple-fw"]), runs["tcp-plain"]
			print "\n  One nanosecond is one executed instruction here, so the first two lines repeat"
			print "  within a percent. TCP chooses how much it sends at once, which moves the third by more"
			print "  than a firewall does."
			exit missing > 0
		}' "$BRFW_RESULTS/results.tsv"
}

make_network
say "bridge br0 with hosts h1 and h2; without brfw:"
all_attempts plain

"$top/selftests/vm/insmod.sh" "$top/brfw.ko"
"$fwctl" ruleset load "$rules"
say "brfw is loaded, with examples/simple-fw.fw:"
"$fwctl" rule show | sed 's/^/    /'
"$fwctl" policy show | sed 's/^/    /'
all_attempts brfw

if ! rmmod brfw; then
	say "the module did not unload"
	unexpected=1
fi
say "measuring what that costs"
if ! measure_cost >"$work/bench" 2>&1; then
	cat "$work/bench"
	say "that could not be measured"
	unexpected=1
fi
echo
print_table
echo
print_cost || unexpected=1
rm -rf "$work"
exit $unexpected
