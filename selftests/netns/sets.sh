#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sets: elements of each type in rules, elements that come and go beside rules
# and with them, time that runs out, counters, files, and what is refused.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#                    p3 --- eth0 h3
#
# SETS_ELEMENTS=N: elements of the big set (default 20000)
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 3

readonly ELEMENTS=${SETS_ELEMENTS:-20000}
readonly MAC1=02:00:00:00:00:01 MAC9=02:00:00:00:00:09

# set_row NAME TYPE ELEMENTS CONDITION [hit|miss [via FROM TO] FRAME]...: as row,
# with a set "s" of this type that has these elements, separated by commas. It is
# played without timeout and with one that doesn't run out meanwhile.
set_row() {
	check "$1" test_set_row "" "${@:2}"
	check "$1, with a timeout" test_set_row " timeout 1h" "${@:2}"
}

# set_lines TIMEOUT TYPE ELEMENTS: LINES
set_lines() {
	local element

	LINES_OF_SET=("set add s type $2")
	while IFS= read -r -d , element; do
		LINES_OF_SET+=("set add-element s ${element# }$1")
	done <<<"$3,"
}

test_set_row() {
	local hits=0 word condition=$4

	set_lines "$1" "$2" "$3"
	shift 4
	for word in "$@"; do
		[ "$word" != hit ] || hits=$((hits + 2))
	done
	load_new "${LINES_OF_SET[@]}" "rule add $condition drop comment r"
	play "drop rule r" "pass count 2" "$@"
	expect_count r "$hits"
	load_new "${LINES_OF_SET[@]}" "policy set forward drop" \
		"rule add $condition accept comment r"
	play "pass rule r" "drop rule policy:forward" "$@"
	expect_count r "$hits"
}

set_row "MAC address" ether_addr "$MAC9" "smac @s" \
	hit "smac $MAC9 ip4 proto udp" hit "smac $MAC9 arp" \
	miss "ip4 proto udp" miss "ip6 proto udp"
set_row "IPv4 address" ipv4_addr "192.0.2.7,10.0.0.0/8,198.51.100.5-198.51.100.9" \
	"saddr @s" \
	hit "ip4 saddr 192.0.2.7 proto udp" hit "ip4 saddr 10.255.0.1 proto tcp" \
	hit "ip4 saddr 198.51.100.5 proto udp" hit "ip4 saddr 198.51.100.9 proto udp" \
	hit "vlan 5 ip4 saddr 10.1.1.1 proto udp" \
	miss "ip4 saddr 192.0.2.8 proto udp" miss "ip4 saddr 11.0.0.0 proto udp" \
	miss "ip4 saddr 198.51.100.4 proto udp" miss "ip4 saddr 198.51.100.10 proto udp" \
	miss "ip4 saddr 9.255.255.255 daddr 192.0.2.7 proto udp" miss "ip6 proto udp"
set_row "IPv6 address" ipv6_addr "2001:db8::7,2001:db8:1::/48,fe80::1-fe80::4" \
	"daddr @s" \
	hit "ip6 daddr 2001:db8::7 proto udp" hit "ip6 daddr 2001:db8:1:ffff::1 proto udp" \
	hit "ip6 daddr fe80::4 proto udp" \
	miss "ip6 daddr 2001:db8::8 proto udp" miss "ip6 daddr 2001:db8:2:: proto udp" \
	miss "ip6 daddr fe80::5 proto udp" miss "ip4 proto udp"
set_row "port" inet_port "22,1000-2000" "proto tcp dport @s" \
	hit "ip4 proto tcp dport 22" hit "ip4 proto tcp dport 1000" \
	hit "ip6 proto tcp dport 2000" \
	miss "ip4 proto tcp dport 23" miss "ip4 proto tcp dport 999" \
	miss "ip6 proto tcp dport 2001" miss "ip4 proto udp dport 22" \
	miss "ip4 proto tcp sport 22 dport 24"
set_row "name of a port" ifname "p3,missing" "in @s" \
	hit "via h3 h2 ip4 proto udp" miss "ip4 proto udp" miss "via h2 h3 ip4 proto udp"
set_row "name of the egress port" ifname "p3" "out @s" \
	hit "via h1 h3 ip4 proto udp" miss "ip4 proto udp"
set_row "MAC and IPv4 address" "ether_addr . ipv4_addr" \
	"$MAC1 . 192.0.2.1,$MAC9 . 192.0.2.9" "smac . saddr @s" \
	hit "ip4 saddr 192.0.2.1 proto udp" hit "smac $MAC9 ip4 saddr 192.0.2.9 proto udp" \
	miss "ip4 saddr 192.0.2.9 proto udp" miss "smac $MAC9 ip4 saddr 192.0.2.1 proto udp" \
	miss "ip6 proto udp"
set_row "MAC address and IPv4 prefix" "ether_addr . ipv4_addr interval 2" \
	"$MAC1 . 192.0.2.0/24,$MAC1 . 10.0.0.1,$MAC9 . 192.0.2.0/25" "smac . saddr @s" \
	hit "ip4 saddr 192.0.2.200 proto udp" hit "ip4 saddr 10.0.0.1 proto udp" \
	hit "smac $MAC9 ip4 saddr 192.0.2.100 proto udp" \
	miss "smac $MAC9 ip4 saddr 192.0.2.200 proto udp" \
	miss "ip4 saddr 10.0.0.2 proto udp"
set_row "IPv6 address and port range" "ipv6_addr . inet_port interval 2" \
	"2001:db8::2 . 80-89,2001:db8::3 . 443" "proto tcp daddr . dport @s" \
	hit "ip6 daddr 2001:db8::2 proto tcp dport 80" \
	hit "ip6 daddr 2001:db8::2 proto tcp dport 89" \
	hit "ip6 daddr 2001:db8::3 proto tcp dport 443" \
	miss "ip6 daddr 2001:db8::2 proto tcp dport 90" \
	miss "ip6 daddr 2001:db8::3 proto tcp dport 80" miss "ip4 proto tcp dport 80"
set_row "four members" "ifname . ether_addr . ipv4_addr . inet_port interval 3" \
	"p1 . $MAC1 . 10.0.0.0-10.0.0.9 . 53" "in . smac . saddr . dport @s proto udp" \
	hit "ip4 saddr 10.0.0.9 proto udp dport 53" \
	miss "ip4 saddr 10.0.0.10 proto udp dport 53" \
	miss "ip4 saddr 10.0.0.9 proto udp dport 54" \
	miss "smac $MAC9 ip4 saddr 10.0.0.9 proto udp dport 53" \
	miss "via h3 h2 smac $MAC1 ip4 saddr 10.0.0.9 proto udp dport 53"
set_row "not in a set" ipv4_addr "192.0.2.7,10.0.0.0/8" "not saddr @s" \
	hit "ip4 saddr 192.0.2.8 proto udp" hit "ip4 saddr 11.0.0.0 proto udp" \
	miss "ip4 saddr 192.0.2.7 proto udp" miss "ip4 saddr 10.0.0.1 proto udp" \
	miss "ip6 proto udp" miss "arp"
set_row "in a set beside a value" ipv4_addr "10.1.0.0/16" "saddr 10.0.0.0/8 not saddr @s" \
	hit "ip4 saddr 10.2.0.1 proto udp" miss "ip4 saddr 10.1.0.1 proto udp" \
	miss "ip4 saddr 11.0.0.1 proto udp"
set_row "addresses in ARP" "ether_addr . ipv4_addr" "$MAC1 . 192.0.2.1" \
	"arp-sender-mac . arp-sender-ip @s" \
	hit "arp saddr 192.0.2.1 sha $MAC1" miss "arp saddr 192.0.2.2 sha $MAC1" \
	miss "arp saddr 192.0.2.1 sha $MAC9" miss "ip4 saddr 192.0.2.1 proto udp"

# udp RULE|pass ADDRESS...: frames from these addresses must meet the rule that
# drops, or pass
udp() {
	local rule=$1 address

	shift
	for address in "$@"; do
		if [ "$rule" = pass ]; then
			expect_pass h1 h2 ip4 saddr "$address" proto udp
		else
			expect_drop h1 h2 rule "$rule" ip4 saddr "$address" proto udp
		fi
	done
}

# Elements come and go without the rule being touched.
test_elements() {
	local handle

	load_new "set add s type ipv4_addr" "rule add saddr @s drop comment r"
	nl 0 list
	handle=$NL_REPLY
	udp pass 192.0.2.7
	fw set add-element s 192.0.2.7
	udp r 192.0.2.7
	fw set add-element s 192.0.2.64/26 comment "some more"
	udp r 192.0.2.64 192.0.2.127
	udp pass 192.0.2.63 192.0.2.128
	fw set delete-element s 192.0.2.64/26
	udp r 192.0.2.7
	udp pass 192.0.2.64
	fw set flush s
	udp pass 192.0.2.7
	nl 0 list
	equal "rules" "$handle" "$NL_REPLY"
	expect_count r 8
}

# A set that is named by many rules, and many sets by one value.
test_many() {
	local i
	local -a lines=()

	for ((i = 0; i < 40; i++)); do
		lines+=("set add s$i type ipv4_addr" "set add-element s$i 10.0.0.$i"
			"set add-element s$i 10.1.0.0/16"
			"rule add prio $((100 + i)) saddr @s$i proto udp drop comment r$i")
	done
	load_new "${lines[@]}"
	for i in 0 17 39; do
		udp "r$i" "10.0.0.$i"
	done
	udp r0 10.1.2.3
	udp pass 10.0.0.40
	fw set delete-element s0 10.1.0.0/16
	udp r1 10.1.2.3
}

# file_refused LINE...: a load of these must fail; the message is in $TMP/error
file_refused() {
	if printf '%s\n' "$@" | fw ruleset load - 2>"$TMP/error"; then
		say "loaded: $*"
		return 1
	fi
}

# absent VALUE: s has no such element
absent() {
	if fw set show s | grep -E "^set add-element s ${1//./\\.}( |\$)"; then
		return 1
	fi
}

# A rule and elements in one transaction: all or nothing.
test_transaction() {
	local generation

	load_new "set add s type ipv4_addr" "set add-element s 192.0.2.7" \
		"rule add saddr @s drop comment r"
	fw ruleset save >"$TMP/before"
	info generation
	generation=$INFO
	# The last line overlaps with the one before.
	file_refused "$SENTINEL" "set add s type ipv4_addr" "set add-element s 192.0.2.8" \
		"rule add saddr @s drop comment r" "set add t type ipv4_addr" \
		"set add-element t 10.0.0.0/8" "" "set add-element t 10.1.0.0/16"
	contains "message" "standard input:10:19: " "$(<"$TMP/error")"
	contains "message" "overlaps" "$(<"$TMP/error")"
	contains "message" "10.0.0.0/8" "$(<"$TMP/error")"
	info generation
	equal "generation" "$generation" "$INFO"
	fw ruleset save >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
	udp r 192.0.2.7
	udp pass 192.0.2.8
	# What a check of a file finds right it doesn't do.
	printf '%s\n' "$SENTINEL" "set add s type ether_addr" "set add-element s $MAC1" \
		"rule add smac @s drop comment r" | fw ruleset check -
	fw ruleset save >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
	udp r 192.0.2.7
	udp pass 192.0.2.8
}

# A load replaces elements, but what stays keeps its counters and its handle.
test_load() {
	load_new "set add s type ipv4_addr counters" "set add-element s 192.0.2.7" \
		"set add-element s 192.0.2.8" "rule add saddr @s drop comment r"
	udp r 192.0.2.7 192.0.2.8
	packets r
	load "set add s type ipv4_addr counters" "set add-element s 192.0.2.7" \
		"set add-element s 192.0.2.9" "rule add saddr @s drop comment r"
	expect_count r "$PACKETS"
	udp r 192.0.2.7 192.0.2.9
	udp pass 192.0.2.8
	expect_element 192.0.2.7 " # packets 4 "
	expect_element 192.0.2.9 " # packets 2 "
	# Another comment is another body of the same element.
	load "set add s type ipv4_addr counters" "set add-element s 192.0.2.7 comment seven" \
		"rule add saddr @s drop comment r"
	expect_element 192.0.2.7 ' comment "seven" # packets 4 '
	udp r 192.0.2.7
	expect_element 192.0.2.7 ' comment "seven" # packets 6 '
	# The name may be that of a set of another type.
	load "set add s type ether_addr" "set add-element s $MAC1" "rule add smac @s drop comment r"
	udp r 192.0.2.200
}

# expect_element VALUE REST: what set show says of an element of s
expect_element() {
	local line

	line=$(fw -s set show s | grep -F "set add-element s $1 ") || line=
	contains "element $1" "set add-element s $1$2" "$line "
}

test_keep() {
	load_new "set add s type ipv4_addr keep counters" "set add-element s 192.0.2.7" \
		"rule add saddr @s drop comment r"
	fw set add-element s 192.0.2.8
	fw set add-element s 10.0.0.5
	fw set add-element s 10.2.0.0/16 timeout 1h
	udp r 192.0.2.8
	load "set add s type ipv4_addr keep counters" "set add-element s 192.0.2.9" \
		"set add-element s 10.0.0.0/24" "rule add saddr @s drop comment r"
	# Kept, but for what the file says otherwise
	udp r 192.0.2.7 192.0.2.8 192.0.2.9 10.0.0.5 10.0.0.6 10.2.0.1
	expect_element 192.0.2.8 " # packets 4 "
	expect_element 10.0.0.0/24 " # packets 4 "
	absent 10.0.0.5
	# Less than an hour is left, but less than a second may have passed.
	contains "time" "10.2.0.0/16 timeout " "$(fw set show s)"
	load "set add s type ipv4_addr counters" "set add-element s 192.0.2.9" \
		"rule add saddr @s drop comment r"
	udp r 192.0.2.9
	udp pass 192.0.2.7 192.0.2.8 10.0.0.5 10.2.0.1
	# Elements of a set that begins to count
	load "set add s type ipv4_addr keep" "set add-element s 192.0.2.9" \
		"rule add saddr @s drop comment r"
	fw set add-element s 192.0.2.8
	load "set add s type ipv4_addr keep counters" "rule add saddr @s drop comment r"
	udp r 192.0.2.8
	expect_element 192.0.2.8 " # packets 2 "
}

# Elements of rule r count; those that a rule must not match don't.
test_counters() {
	load_new "set add s type ipv4_addr counters" "set add-element s 192.0.2.7" \
		"set add-element s 10.0.0.0/8" "set add t type ipv4_addr" \
		"set add-element t 192.0.2.8" "rule add prio 1 saddr @s drop comment r" \
		"rule add prio 2 saddr @t drop comment t" \
		"rule add prio 3 not saddr @s not daddr @s drop comment n"
	udp r 192.0.2.7 10.1.1.1 10.2.2.2
	udp t 192.0.2.8
	udp n 192.0.2.9
	expect_element 192.0.2.7 " # packets 2 bytes 120 last "
	expect_element 10.0.0.0/8 " # packets 4 bytes 240 last "
	contains "JSON" '"packets":4,"bytes":240' "$(fw -j set show s)"
	[[ $(fw -s set show t) != *packets* ]]
	fw set replace-element s 192.0.2.7 comment new
	expect_element 192.0.2.7 ' comment "new" # packets 2 '
	fw counter reset
	expect_element 192.0.2.7 ' comment "new" # packets 0 '
	fw set delete-element s 192.0.2.7
	fw set add-element s 192.0.2.7
	expect_element 192.0.2.7 " # packets 0 bytes 0 never used"
}

# Counters that a change passes on twice come back when it is undone.
test_counters_undone() {
	local value=192.0.2.7

	load_new "set add s type ipv4_addr counters" "set add-element s $value" \
		"rule add saddr @s drop comment r"
	udp r "$value"
	nl_refuses ENOENT 0 element-replace s "$value" "$value" 192.0.2.99
	fw set add-element s 192.0.2.8
	udp r "$value"
	expect_element "$value" " # packets 4 "
	expect_element 192.0.2.8 " # packets 0 "
	nl open 1 "$BR"
	nl 1 begin
	nl 1 element-replace s "$value" "$value"
	nl 1 element-delete s "$value"
	nl 1 commit dry
	nl 1 close
	fw set add-element s 192.0.2.9
	udp r "$value"
	expect_element "$value" " # packets 6 "
	expect_element 192.0.2.9 " # packets 0 "
	# without undoing: the same element with the same counters, and none
	nl 0 element-replace s "$value" "$value"
	expect_element "$value" " timeout"
	contains "counters" " # packets 6 " "$(fw -s set show s)"
	nl open 1 "$BR"
	nl 1 begin
	nl 1 element-replace s "$value" "$value"
	nl 1 element-delete s "$value"
	nl 1 commit
	nl 1 close
	absent "$value"
	udp pass "$value"
}

# A look-up that may cost too much is refused, however much too much it is.
test_cost() {
	local i n

	for n in 2 100 980; do
		{
			echo "$SENTINEL"
			echo "set add a type ipv4_addr"
			echo "set add c type ipv4_addr . ipv4_addr"
			for ((i = 1; i <= n; i++)); do
				echo "rule add prio $i saddr @a daddr @a saddr . daddr @c accept"
			done
		} >"$TMP/cost.fw"
		if [ "$n" = 2 ]; then
			fw ruleset check "$TMP/cost.fw"
		else
			fw_refuses 1 ruleset check "$TMP/cost.fw"
			contains "the reason" "cost" "$FW_ERROR"
		fi
	done
}

elements_are() {
	info elements
	[ "$INFO" -eq "$1" ]
}

# Without traffic, too. What has expired is out of the way at once.
test_expiry() {
	load_new "set add s type ipv4_addr timeout 1h" "rule add saddr @s drop comment r"
	fw set add-element s 192.0.2.7 timeout 2s
	fw set add-element s 192.0.2.8
	fw set add-element s 192.0.2.9 timeout never
	contains "the set's time" "timeout 59m" "$(fw set show s | grep -F 192.0.2.8 | sed s/1h$/59m/)"
	contains "no time" "192.0.2.9 timeout never" "$(fw set show s)"
	wait_for elements_are 2
	absent 192.0.2.7
	udp pass 192.0.2.7
	udp r 192.0.2.8 192.0.2.9
	fw set add-element s 192.0.2.7 timeout 1s
	wait_for absent 192.0.2.7
	udp pass 192.0.2.7
	fw set add-element s 192.0.2.0/29
	udp r 192.0.2.7
	# A replacement may take the time away.
	fw set add-element s 10.0.0.1 timeout 2s
	fw set replace-element s 10.0.0.1 timeout never
	fw set add-element s 10.0.0.2 timeout 2s
	wait_for absent 10.0.0.2
	udp pass 10.0.0.2
	udp r 10.0.0.1
}


# What is saved is loaded: types, times, comments; also the time that is left.
test_files() {
	printf '%s\n' "set add four type ipv4_addr timeout 1d counters keep comment \"a b\"" \
		"set add mixed type ifname . ether_addr . ipv6_addr . inet_port interval 3" \
		"set add names type ifname" "set add ports type inet_port" \
		"set add also type ipv4_addr" "set add-element four 10.0.0.0/8 timeout never" \
		"set add-element four 192.0.2.1-192.0.2.5 timeout never comment \"x \\\" y\"" \
		"set add-element mixed p1 . $MAC1 . 2001:db8::/32 . 53" \
		"set add-element names \"@odd\"" "set add-element names 80" \
		"set add-element ports 0-65535" \
		"policy set forward accept" "policy set input accept" "policy set output accept" \
		"rule add hook forward prio 7 proto udp in . smac . saddr . sport @mixed drop" \
		"rule add hook forward prio 8 in \"@odd\" out @names not daddr @four saddr @four saddr @also drop" \
		>"$TMP/file"
	fw ruleset load "$TMP/file"
	fw ruleset save "$TMP/saved"
	sort "$TMP/saved" >"$TMP/saved.sorted"
	fw ruleset load "$TMP/saved"
	fw ruleset save | sort | cmp - "$TMP/saved.sorted"
	equal "lines" "$(grep -c . "$TMP/file")" "$(grep -c . "$TMP/saved")"
	diff <(grep ^set "$TMP/file" | sort) <(grep ^set "$TMP/saved" | sort)
	contains "rule" "proto udp in . smac . saddr . sport @mixed drop" "$(<"$TMP/saved")"
	# Conditions on sets stand in the order of fields and names.
	contains "rule" 'in "@odd" out @names saddr @also saddr @four not daddr @four drop' "$(<"$TMP/saved")"
	fw set add-element four 192.0.2.9 timeout 100s
	fw ruleset save "$TMP/saved"
	contains "time left" "192.0.2.9 timeout 1m" "$(<"$TMP/saved")"
	fw ruleset flush
	equal "sets" "" "$(fw set show)"
	fw ruleset load "$TMP/saved"
	contains "time left" "192.0.2.9 timeout 1m" "$(fw set show four)"
	contains "JSON" '"type":["ifname","ether_addr","ipv6_addr","inet_port"],"interval":3' \
		"$(fw -j set show)"
	contains "JSON" '"element":"p1 . 02:00:00:00:00:01 . 2001:db8::/32 . 53"' \
		"$(fw -j set show mixed)"
	contains "JSON" '"sets":[{"fields":["in","smac","saddr","sport"],"set":"mixed"}]' \
		"$(fw -j rule show)"
	fw -N rule show >/dev/null
}

# refused STATUS TEXT WORDS...: with this in the message, and nothing changed
refused() {
	local status=$1 text=$2

	shift 2
	fw_refuses "$status" "$@"
	contains "fwctl $*" "$text" "$FW_ERROR"
	fw ruleset save >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
}

test_refused() {
	load_new "set add s type ipv4_addr" "set add-element s 10.0.0.0/8" \
		"set add p type inet_port" "set add idle type ifname" \
		"rule add saddr @s drop comment r"
	fw ruleset save >"$TMP/before"
	refused 2 'no set "nosuch"' rule add saddr @nosuch drop
	refused 2 "fields for inet_port" rule add saddr @p drop
	refused 2 "fields for ipv4_addr" rule add smac . saddr @s drop
	refused 2 'no set "nosuch"' set add-element nosuch 1
	refused 2 "IPv4 address" set add-element s 2001:db8::1
	refused 2 "IPv4 address" set add-element s 80
	refused 2 "the smaller one first" set add-element s 10.0.0.9-10.0.0.1
	refused 2 "the smaller one first" set add-element p 9-8
	refused 1 "overlaps" set add-element s 10.1.0.0/16
	refused 1 "set s, element 10.0.0.0/8" set add-element s 10.1.0.0/16
	refused 1 "already" set add-element s 10.0.0.0/8
	refused 1 "no such element" set delete-element s 10.0.0.1
	refused 1 "no such element" set replace-element s 10.0.0.1 timeout 1h
	refused 1 "rules name this set" set delete s
	refused 1 "set s" set delete s
	refused 1 "no set of this name" set delete nosuch
	refused 1 "no set of this name" set flush nosuch
	refused 1 "no set of this name" set show nosuch
	refused 1 "already" set add s type ether_addr
	refused 2 "a letter" set add 1s type ether_addr
	refused 2 "a time such as" set add-element s 10.0.0.1 timeout 1
	fw set delete idle
	fw rule flush
	fw set delete s
}

# Rules that name a set from a file that doesn't have it, by the kernel's word
test_refused_file() {
	load_new "set add s type ipv4_addr" "rule add saddr @s drop comment r"
	fw ruleset save >"$TMP/before"
	file_refused "rule add saddr @s drop"
	contains "message" 'standard input:1:16: there is no set "s"' "$(<"$TMP/error")"
	file_refused "set add s type ipv4_addr" "set add s type ipv4_addr"
	contains "message" "standard input:2:1: " "$(<"$TMP/error")"
	contains "message" "already" "$(<"$TMP/error")"
	file_refused "set add s type ipv4_addr" "set add-element s 10.0.0.1" \
		"set add-element s 10.0.0.2 timeout 0s"
	contains "message" "standard input:3:36: " "$(<"$TMP/error")"
	fw ruleset save >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
}

# A set goes and comes back as another one, under rules that stay.
test_exchanged() {
	local ipv4_addr=1 inet_port=3

	load_new "set add s type ipv4_addr" "set add-element s 192.0.2.7" \
		"rule add saddr @s drop comment r"
	fw ruleset save >"$TMP/before"
	nl open 1 "$BR"
	nl 1 begin
	nl 1 set-delete s
	nl 1 set-add s "$inet_port"
	nl_refuses EINVAL 1 commit
	contains "message" "other members" "$TXN_REPLY"
	nl 1 close
	fw ruleset save >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
	udp r 192.0.2.7
	nl open 1 "$BR"
	nl 1 begin
	nl 1 set-delete s
	nl 1 set-add s "$ipv4_addr"
	nl 1 commit
	nl 1 close
	udp pass 192.0.2.7
	fw set add-element s 192.0.2.8
	udp r 192.0.2.8
}

# module_parameter NAME VALUE
module_parameter() {
	echo "$2" >"/sys/module/brfw/parameters/$1"
}

test_limits() {
	local i sets elements

	sets=$(<"/sys/module/brfw/parameters/max_sets")
	elements=$(<"/sys/module/brfw/parameters/max_elements")
	load_new "set add s type inet_port"
	module_parameter max_sets 2
	module_parameter max_elements 3
	fw set add t type inet_port
	fw_refuses 1 set add u type inet_port
	contains "message" "as many sets" "$FW_ERROR"
	for i in 1 2; do
		fw set add-element s "$i"
	done
	fw set add-element t 1
	fw_refuses 1 set add-element t 2
	contains "message" "as many elements" "$FW_ERROR"
	fw set delete-element s 1
	fw set add-element t 2
	info elements
	equal "elements" 3 "$INFO"
	# a range takes room for each prefix that it is cut into: 10-11, 12
	fw set delete-element s 2
	fw_refuses 1 set add-element s 10-12
	contains "message" "as many elements" "$FW_ERROR"
	fw set delete-element t 2
	fw set add-element s 10-12
	info elements
	equal "elements" 3 "$INFO"
	fw_refuses 1 set add-element t 2
	contains "message" "as many elements" "$FW_ERROR"
	fw set delete-element s 10-12
	fw set add-element t 2
	info elements
	equal "elements" 2 "$INFO"
	# elements that are kept are some, too
	load_new "set add s type inet_port keep" "set add-element s 1"
	fw set add-element s 2
	file_refused "$SENTINEL" "set add s type inet_port keep" "set add-element s 3" "set add-element s 4"
	contains "message" "as many elements" "$(<"$TMP/error")"
	load "set add s type inet_port keep" "set add-element s 3"
	info elements
	equal "elements" 3 "$INFO"
	# a draft may have twice as many
	nl open 1 "$BR"
	nl 1 begin
	nl 1 element-delete v 10.0.0.{1..7}
	nl_refuses ENOSPC 1 element-delete v 10.0.0.8
	nl 1 close
	module_parameter max_sets "$sets"
	module_parameter max_elements "$elements"
}

# What the tables of a type can't hold: the change is refused, and undone.
test_tables() {
	local i before=$TMP/before

	load_new "set add s type ipv6_addr" "set add-element s fd00::7" \
		"rule add saddr @s drop comment r"
	fw ruleset save >"$before"
	fw_refuses 1 set add-element s ::1-8000::
	contains "message" "too many different prefix lengths" "$FW_ERROR"
	fw ruleset save >"$TMP/after"
	cmp "$before" "$TMP/after"
	expect_drop h1 h2 rule r ip6 saddr fd00::7 proto udp
	expect_pass h1 h2 ip6 saddr 1000::7 proto udp
	# 64 are not too many, and one more is while they are there
	fw set add-element s ::1-::ffff:ffff:ffff:ffff
	expect_drop h1 h2 rule r ip6 saddr ::7 proto udp
	fw_refuses 1 set add-element s 1000::/64
	contains "message" "too many different prefix lengths" "$FW_ERROR"
	fw set delete-element s ::1-::ffff:ffff:ffff:ffff
	wait_for fw set add-element s 1000::/64
	expect_drop h1 h2 rule r ip6 saddr 1000::7 proto udp

	# one value in more sets than a frame may be looked up in at once
	{
		echo "$SENTINEL"
		for ((i = 1; i <= 128; i++)); do
			echo "set add s$i type ipv4_addr"
			echo "set add-element s$i 10.0.0.1"
		done
		for ((i = 1; i <= 20; i++)); do
			echo "rule add saddr @s$i drop comment r$i"
		done
	} | fw ruleset load -
	udp r1 10.0.0.1
	fw set add one-more type ipv4_addr
	fw ruleset save >"$before"
	fw_refuses 1 set add-element one-more 10.0.0.1
	contains "message" "too many sets of this type have the value" "$FW_ERROR"
	fw ruleset save >"$TMP/after"
	cmp "$before" "$TMP/after"
	udp r1 10.0.0.1
	udp pass 10.0.0.2
}

# Hosts by hosts and ports, with rules that search all sets at once; and one value that
# comes and goes, of which what has gone doesn't take up the room.
test_grid() {
	local i element=(10.0.0.7 . 10.9.9.9 . 1007)

	{
		echo "$SENTINEL"
		for ((i = 1; i <= 6; i++)); do
			echo "set add g$i type ipv4_addr . ipv4_addr . inet_port"
			echo "rule add saddr . daddr . dport @g$i proto udp drop comment g$i"
		done
		awk 'BEGIN {
			for (i = 0; i < 200; i++)
				for (j = 0; j < 200; j++)
					printf "set add-element g3 10.0.0.%d . 10.9.9.9 . %d\n", i, 1000 + j
		}'
	} | fw ruleset load -
	info elements
	equal "elements" 40000 "$INFO"
	expect_drop h1 h2 rule g3 ip4 saddr 10.0.0.7 daddr 10.9.9.9 proto udp dport 1007
	expect_pass h1 h2 ip4 saddr 10.0.0.7 daddr 10.9.9.9 proto udp dport 1200
	for ((i = 0; i < 150; i++)); do
		fw set add-element g2 "${element[@]}"
		fw set delete-element g2 "${element[@]}"
	done
	fw set add-element g2 "${element[@]}"
	expect_drop h1 h2 rule g2 ip4 saddr 10.0.0.7 daddr 10.9.9.9 proto udp dport 1007
}

# The sets of rules that have gone are freed; the leaf that these were in lives on, and
# frames are looked up in it.
test_freed() {
	local i out handle lines=() handles=()

	for ((i = 1; i <= 6; i++)); do
		lines+=("set add f$i type ether_addr . inet_port" "set add-element f$i $MAC9 . $i")
	done
	for ((i = 1; i <= 20; i++)); do
		lines+=("rule add proto udp dport $((100 + i)) drop comment k$i")
	done
	load_new "${lines[@]}"
	for ((i = 1; i <= 6; i++)); do
		out=$(fw rule add smac . dport "@f$i" proto udp drop comment "f$i")
		handles+=("${out#handle }")
	done
	expect_drop h1 h2 rule f3 smac "$MAC9" ip4 proto udp dport 3
	for handle in "${handles[@]}"; do
		fw rule delete handle "$handle"
	done
	for ((i = 1; i <= 6; i++)); do
		fw set delete "f$i"
	done
	for ((i = 0; i < 20; i++)); do
		expect_pass h1 h2 smac "$MAC9" ip4 proto udp dport 3
		expect_drop h1 h2 rule k3 smac "$MAC9" ip4 proto udp dport 103
	done
}

# Rules that name a set get another place, as bodies of their own.
test_renumbered() {
	local i anchor

	load_new "set add s type ipv4_addr" "set add-element s 192.0.2.7" \
		"rule add prio 10 saddr @s drop comment r"
	anchor=$(fw rule add prio 10 saddr @s not daddr @s accept comment last)
	for ((i = 1; i <= 20; i++)); do
		fw rule add prio 10 proto tcp dport "$i" drop before "${anchor#handle }" >/dev/null
	done
	udp r 192.0.2.7
	fw_refuses 1 set delete s
	fw rule flush
	wait_for fw set delete s
	fw set add s type ether_addr
}

# big_lines N: addresses 10.x.y.z/32 with gaps, so that none can be joined
big_lines() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "set add-element s 10.%d.%d.%d\n", i / 32768, i / 128 % 256, i % 128 * 2
	}'
}

test_big() {
	local start

	{
		echo "$SENTINEL"
		echo "set add s type ipv4_addr"
		big_lines "$ELEMENTS"
		echo "rule add saddr @s drop comment r"
	} >"$TMP/big"
	start=$(date +%s%N)
	fw ruleset load "$TMP/big"
	say "$ELEMENTS elements loaded in $((($(date +%s%N) - start) / 1000000)) ms"
	elements_are "$ELEMENTS"
	start=$(date +%s%N)
	equal "elements in pages" "$ELEMENTS" "$(fw set show s | grep -c '^set add-element')"
	say "listed in $((($(date +%s%N) - start) / 1000000)) ms"
	udp r 10.0.0.0 10.0.78.4
	udp pass 10.0.0.1 11.0.0.0
	start=$(date +%s%N)
	fw set add-element s 11.0.0.0
	say "one more in $((($(date +%s%N) - start) / 1000000)) ms"
	udp r 11.0.0.0
	# The same again changes nothing.
	start=$(date +%s%N)
	fw ruleset load "$TMP/big"
	say "loaded again in $((($(date +%s%N) - start) / 1000000)) ms"
	udp pass 11.0.0.0
	udp r 10.0.0.2
	fw ruleset flush
	wait_for elements_are 0
}

# Rules with sets of the names of ports follow the names.
test_rename() {
	load_new "set add s type ifname" "set add-element s px" "rule add in @s drop comment r"
	expect_pass h3 h2 ip4 proto udp
	ip -n "$BR" link set p3 down
	ip -n "$BR" link set p3 name px
	ip -n "$BR" link set px up
	frame ready tx "$PREFIX-h3:eth0" rx "$PREFIX-h2:eth0" || :
	expect_drop h3 h2 rule r ip4 proto udp
	ip -n "$BR" link set px down
	ip -n "$BR" link set px name p3
	ip -n "$BR" link set p3 up
	fw set flush s
	frame ready tx "$PREFIX-h3:eth0" rx "$PREFIX-h2:eth0"
	expect_pass h3 h2 ip4 proto udp
}

# A namespace that ends with sets, elements that wait, and a draft with some
test_end() {
	local ns=$PREFIX-end

	netns_add "$ns"
	"$FWCTL" -n "$ns" set add s type ipv4_addr timeout 1h counters
	"$FWCTL" -n "$ns" set add-element s 10.0.0.0/8 comment c
	"$FWCTL" -n "$ns" rule add saddr @s drop >/dev/null
	"$FWCTL" -n "$ns" set add-element s 11.0.0.1 timeout 1s
	netns_del "$ns"
}

check "elements come and go" test_elements
check "many sets" test_many
check "all or nothing" test_transaction
check "a load keeps what is the same" test_load
check "a load keeps what came at run time, if it is told to" test_keep
check "counters of elements" test_counters
check "counters of elements when a change is undone" test_counters_undone
check "rules with sets that would cost too much" test_cost
check "time runs out" test_expiry
check "save and load" test_files
check "refused" test_refused
check "refused in a file" test_refused_file
check "a set becomes another one" test_exchanged
check "limits" test_limits
check "more than tables hold" test_tables
check "a grid of hosts and ports" test_grid
check "sets whose rules have gone" test_freed
check "rules with sets make room" test_renumbered
check "names of ports" test_rename
check "a big set" test_big
check "the end of a namespace" test_end
run_checks
