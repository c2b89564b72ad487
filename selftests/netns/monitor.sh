#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fwctl monitor: what the kernel tells of commits, to whom, and in which order.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool setpriv
topology 2

# has_read PID: has that monitor read all it was sent? Until then it is told
# nothing more after a loss.
has_read() {
	ip netns exec "$BR" cat /proc/net/netlink | awk -v pid="$1" '
		$2 == 16 && $3 == pid && $5 > 0 { waits = 1 }
		END { exit waits }'
}

# monitor [OPTION]...: start one; MONITOR, output in $TMP/events
monitor() {
	: >"$TMP/events"
	"$FWCTL" -n "$BR" "$@" monitor >"$TMP/events" 2>"$TMP/monitor" &
	MONITOR=$!
	wait_for listens "$MONITOR"
}

# monitor_stop: and what it said
monitor_stop() {
	kill "$MONITOR"
	wait "$MONITOR" || :
	MONITOR=
}

commits_seen() {
	[ "$(grep -c '^generation ' "$TMP/events")" -ge "$1" ]
}

# told N: EVENTS = the output after N commits, without what differs from run to
# run
told() {
	wait_for commits_seen "$1"
	EVENTS=$(sed -E 's/^generation [0-9]+ 20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z pid [0-9]+ /by /
		s/ # handle [0-9]+$//' "$TMP/events")
}

test_changes() {
	local handle

	load
	monitor
	fw rule add prio 10 proto udp drop comment a >/dev/null
	fw rule add prio 10 proto tcp drop comment b >/dev/null
	nl 0 stats a
	handle=${NL_REPLY##* }
	fw rule replace handle "$handle" prio 10 proto udp accept comment a
	fw rule replace handle "$handle" prio 10 proto udp accept comment c
	fw rule move handle "$handle" prio 10
	fw rule delete handle "$handle"
	fw policy set bridge br0 forward drop
	fw policy set bridge br0 forward accept
	fw policy delete bridge br0 forward
	fw policy set input drop
	fw policy set input drop
	fw zone set bridge br0 7
	fw zone set bridge br0 8
	fw zone delete bridge br0
	fw rule flush
	told 15
	monitor_stop
	equal "events" 'by "fwctl": rules 1 added
	added rule add hook forward prio 10 proto udp drop comment "a"
by "fwctl": rules 1 added
	added rule add hook forward prio 10 proto tcp drop comment "b"
by "fwctl": rules 1 replaced
	replaced rule add hook forward prio 10 proto udp accept comment "a"
by "fwctl": rules 1 replaced
	replaced rule add hook forward prio 10 proto udp accept comment "c"
by "fwctl": rules 1 moved
	moved rule add hook forward prio 10 proto udp accept comment "c"
by "fwctl": rules 1 deleted
	deleted rule add hook forward prio 10 proto udp accept comment "c"
by "fwctl": policies 1 added
	added policy set bridge br0 forward drop
by "fwctl": policies 1 replaced
	replaced policy set bridge br0 forward accept
by "fwctl": policies 1 deleted
	deleted policy set bridge br0 forward accept
by "fwctl": policies 1 replaced
	replaced policy set input drop
by "fwctl": no rule, policy or zone changed
by "fwctl": zones 1 added
	added zone set bridge br0 7
by "fwctl": zones 1 replaced
	replaced zone set bridge br0 8
by "fwctl": zones 1 deleted
	deleted zone set bridge br0 8
by "fwctl": rules 4 deleted
	deleted rule add hook forward prio 0 ethertype 0x88b5 accept
	deleted rule add hook forward prio 10 proto tcp drop comment "b"
	deleted rule add hook input prio 0 ethertype 0x88b5 accept
	deleted rule add hook output prio 0 ethertype 0x88b5 accept' "$EVENTS"
	equal "errors" "" "$(<"$TMP/monitor")"
}

# Sets and elements; what a load finds as it was is no change.
test_sets() {
	fw ruleset flush
	monitor
	fw set add s type ipv4_addr comment c
	fw set add-element s 192.0.2.1
	fw set add-element s 10.0.0.0/8 comment ten
	fw set replace-element s 192.0.2.1 comment one
	fw set delete-element s 192.0.2.1
	printf '%s\n' "set add s type ipv4_addr timeout 1h comment c" \
		"set add-element s 10.0.0.0/8 comment ten" "set add-element s 11.0.0.0/8 timeout never" |
		fw ruleset load -
	fw set flush s
	fw set delete s
	told 8
	monitor_stop
	equal "events" 'by "fwctl": sets 1 added
	added set add s type ipv4_addr comment "c"
by "fwctl": elements 1 added
	added set add-element s 192.0.2.1
by "fwctl": elements 1 added
	added set add-element s 10.0.0.0/8 comment "ten"
by "fwctl": elements 1 replaced
	replaced set add-element s 192.0.2.1 comment "one"
by "fwctl": elements 1 deleted
	deleted set add-element s 192.0.2.1 comment "one"
by "fwctl" whole ruleset: sets 1 replaced, elements 1 added
	replaced set add s type ipv4_addr timeout 1h comment "c"
	added set add-element s 11.0.0.0/8 timeout never
by "fwctl": elements 2 deleted
	deleted set add-element s 10.0.0.0/8 timeout never comment "ten"
	deleted set add-element s 11.0.0.0/8 timeout never
by "fwctl": sets 1 deleted
	deleted set add s type ipv4_addr timeout 1h comment "c"' "$EVENTS"
	equal "errors" "" "$(<"$TMP/monitor")"
}

# Who, and what generation it led to; with -s the last counters of a rule.
test_who() {
	load
	monitor -s
	"$FWCTL" -n "$BR" rule add prio 10 proto udp drop comment a >/dev/null &
	wait "$!"
	nl 0 gen
	told 1
	contains "event" "generation $NL_REPLY " "$(<"$TMP/events")"
	contains "event" " pid $! \"fwctl\": " "$(<"$TMP/events")"
	expect_drop h1 h2 rule a ip4 proto udp
	fw rule flush
	told 2
	monitor_stop
	contains "event" 'comment "a" # handle ' "$(grep "deleted.*packets 2 bytes 120" "$TMP/events")"
}

# A draft is told as what it comes to in the end.
test_draft() {
	local a

	load "rule add prio 10 proto udp drop comment a" "rule add prio 10 proto tcp drop comment b"
	nl 0 stats a
	a=${NL_REPLY##* }
	monitor
	nl open 1 "$BR"
	nl 1 begin
	nl 1 add change 1 prio 10 proto 1 drop comment gone
	nl 1 delete-change 1
	nl 1 add change 2 prio 10 proto 1 drop comment x
	nl 1 replace-change 2 proto 2 drop comment new
	nl 1 move "$a" prio 10
	nl 1 replace "$a" proto 17 accept comment a
	nl 1 policy input drop
	nl 1 policy input accept
	nl 1 commit
	# Rules that only make room for others are no change.
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		nl 0 add prio 10 proto 6 dport "$i" drop before "$a"
	done
	told 13
	monitor_stop
	equal "draft" 'by "txn": rules 1 added, 1 replaced
	added rule add hook forward prio 10 proto igmp drop comment "new"
	replaced rule add hook forward prio 10 proto udp accept comment "a"' \
		"$(head -n 3 <<<"$EVENTS")"
	equal "others" 12 "$(grep -c 'by "txn": rules 1 added$' <<<"$EVENTS")"
	nl 1 close
}

# What comes to nothing is not told: the next commit's event is the first.
test_nothing() {
	load
	monitor
	nl open 1 "$BR"
	nl 1 begin
	nl 1 add prio 10 proto 1 drop comment gone
	nl 1 commit dry
	nl 1 begin
	nl 1 add prio 10 proto 1 drop comment gone
	nl 1 abort
	nl 1 begin
	nl 1 add prio 10 proto 1 drop comment gone
	nl 1 delete 999999
	nl_refuses ENOENT 1 commit
	fw_refuses 1 rule delete handle 999999
	echo "rule add proto udp drop" | fw ruleset check -
	nl 1 close
	fw rule add prio 10 proto udp drop comment a >/dev/null
	told 1
	monitor_stop
	equal "events" 'by "fwctl": rules 1 added
	added rule add hook forward prio 10 proto udp drop comment "a"' "$EVENTS"
}

# Loading the same again changes nothing; many changes are told in numbers.
test_load() {
	local i
	local -a rules=()

	for ((i = 0; i < 100; i++)); do
		rules+=("rule add prio 10 proto tcp dport $i drop")
	done
	load "rule add prio 10 proto udp drop" "rule add prio 11 proto tcp accept comment one"
	monitor
	load "rule add prio 10 proto udp drop" "rule add prio 11 proto tcp accept comment two" \
		"rule add prio 12 proto icmp drop"
	load "rule add prio 12 proto icmp drop" "rule add prio 12 proto igmp drop"
	load "rule add prio 12 proto igmp drop" "rule add prio 12 proto icmp drop"
	load "rule add prio 12 proto igmp drop" "rule add prio 12 proto icmp drop"
	load "${rules[@]}"
	told 5
	monitor_stop
	equal "events" 'by "fwctl" whole ruleset: rules 1 added, 1 replaced
	replaced rule add hook forward prio 11 proto tcp accept comment "two"
	added rule add hook forward prio 12 proto icmp drop
by "fwctl" whole ruleset: rules 1 added, 2 deleted
	deleted rule add hook forward prio 10 proto udp drop
	deleted rule add hook forward prio 11 proto tcp accept comment "two"
	added rule add hook forward prio 12 proto igmp drop
by "fwctl" whole ruleset: rules 1 moved
	moved rule add hook forward prio 12 proto icmp drop
by "fwctl" whole ruleset: no rule, policy or zone changed
by "fwctl" whole ruleset: rules 100 added, 2 deleted' "$EVENTS"
}

test_json() {
	load
	monitor -j
	fw rule add prio 10 proto udp drop comment a >/dev/null
	fw ruleset flush
	wait_for grep -q deleted\":4 "$TMP/events"
	monitor_stop
	equal "lines" 2 "$(wc -l <"$TMP/events")"
	[[ $(head -n 1 "$TMP/events") =~ ^\{\"generation\":[0-9]+,\"time\":\"20[^\"]+Z\",\"portid\":[0-9]+,\"pid\":[0-9]+,\"comm\":\"fwctl\",\"whole-ruleset\":false,\"rules\":\{\"added\":1,\"deleted\":0,\"replaced\":0,\"moved\":0\},\"policies\":\{\"added\":0,.*,\"changes\":\[\{\"change\":\"added\",\"rule\":\{\"handle\":[0-9]+,.*\"comment\":\"a\".*\}\}\]\}$ ]]
	contains "second" '"whole-ruleset":true' "$(tail -n 1 "$TMP/events")"
}

# Only the namespace of the ruleset is told.
test_namespaces() {
	local other=$PREFIX-h1 events2=$TMP/events2 pid

	load
	monitor
	"$FWCTL" -n "$other" monitor >"$events2" &
	pid=$!
	wait_for listens "$pid" "$other"
	fw rule add prio 10 proto udp drop comment mine >/dev/null
	"$FWCTL" -n "$other" rule add prio 10 proto udp drop comment theirs >/dev/null
	fw rule add prio 10 proto tcp drop comment mine2 >/dev/null
	told 2
	wait_for grep -q theirs "$events2"
	"$FWCTL" -n "$other" ruleset flush
	monitor_stop
	kill "$pid"
	wait "$pid" || :
	equal "here" "mine mine2" "$(sed -n 's/.*comment "\(.*\)".*/\1/p' "$TMP/events" | xargs)"
	equal "there" "theirs" "$(sed -n 's/.*added.*comment "\(.*\)".*/\1/p' "$events2" | xargs)"
}

# listen SECONDS COMMAND...: run a monitor by it; STATUS is 124 if it isn't
# refused in that time
listen() {
	local rc=0

	ERROR=$(timeout "$1" "${@:2}" "$TMP/fwctl" monitor 2>&1) || rc=$?
	STATUS=$rc
}

# Who may not read the rules may not listen, either.
test_permission() {
	local -a nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

	chmod 755 "$TMP"
	cp "$FWCTL" "$TMP/fwctl"
	chmod 755 "$TMP/fwctl"
	listen 60 ip netns exec "$BR" "${nobody[@]}" --inh-caps=-all --bounding-set=-all
	equal "status without capabilities" 1 "$STATUS"
	contains "message" "CAP_NET_ADMIN" "$ERROR"
	listen 3 ip netns exec "$BR"
	equal "status with all" "124 " "$STATUS $ERROR"
	fw_refuses 2 monitor all
	"${nobody[@]}" unshare --user --map-root-user --net true 2>/dev/null || return 0
	# Its own namespace, but not that of the bridge.
	listen 3 "${nobody[@]}" unshare --user --map-root-user --net
	equal "status in a namespace of one's own" "124 " "$STATUS $ERROR"
	listen 60 ip netns exec "$BR" "${nobody[@]}" unshare --user --map-root-user
	equal "status in that of somebody else" 1 "$STATUS"
}

# Two at a time: each commit is told once, in order.
test_order() {
	local first gen prev='' n=0

	load
	nl 0 gen
	first=$NL_REPLY
	monitor
	txn "define A" "add prio 10 proto 17 drop" end
	txn "define B" "add prio 10 proto 6 drop" end
	"$BRFW_HELPERS/txn" >/dev/null <<-END &
		define A
		add prio 20 proto 17 drop
		end
		open 0 $BR
		0 swap 100 A A
	END
	nl 0 swap 100 A B
	wait "$!"
	wait_for commits_seen 200
	monitor_stop
	while read -r _ gen _; do
		n=$((n + 1))
		equal "generation" $((first + n)) "$gen"
		prev=$gen
	done < <(grep '^generation' "$TMP/events")
	equal "events" "200 $((first + 200))" "$n $prev"
}

# A reader that is too slow is told that it missed something, and goes on.
test_lost() {
	local i

	load
	monitor -j
	txn "define A" "add prio 10 proto 17 drop" end
	txn "define B" "add prio 10 proto 6 drop" end
	kill -STOP "$MONITOR"
	nl 0 swap 3000 A B
	kill -CONT "$MONITOR"
	wait_for grep -q 'events were lost' "$TMP/monitor"
	wait_for grep -qx '{"lost":true}' "$TMP/events"
	i=$(wc -l <"$TMP/events")
	[ "$i" -lt 3000 ]
	wait_for has_read "$MONITOR"
	fw rule add prio 10 proto icmp drop comment after >/dev/null
	wait_for grep -q '"comment":"after"' "$TMP/events"
	monitor_stop
}

test_unloaded() {
	local rc=0

	[ -n "$BRFW_MODULE" ] ||
		skip "BRFW_MODULE is not set: the module is not ours to unload"
	monitor
	nl 0 close
	rmmod brfw
	wait "$MONITOR" || rc=$?
	insmod "$BRFW_MODULE"
	equal "status" 1 "$rc"
	contains "message" "fwctl: monitor: the brfw module was unloaded" "$(<"$TMP/monitor")"
	nl open 0 "$BR"
}

check "each kind of change" test_changes
check "sets and elements" test_sets
check "who made it, and the counters of what is gone" test_who
check "a draft is told as a whole" test_draft
check "what changes nothing is not told" test_nothing
check "rulesets that are loaded" test_load
check "JSON" test_json
check "each namespace for itself" test_namespaces
check "who may listen" test_permission
check "two writers: all is told in order" test_order
check "a reader that is too slow" test_lost
check "the module is unloaded" test_unloaded
run_checks
