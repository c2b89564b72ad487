#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The verdict queue with a program that listens, and what brfw knows of frames
# that come out of a queue.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#   h3 eth0 --- p3       p4 --- eth0 h4
#
# shellcheck disable=SC2086 # frames are words
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 4
modprobe nfnetlink_queue 2>/dev/null
readonly STRANGER="dmac 02:00:00:00:0f:01"

# listen NUMBER accept|drop|hold [CPU]: in $LISTENER, until unlisten
listen() {
	: >"$TMP/queue"
	ip netns exec "$BR" "$BRFW_HELPERS/queue" "$@" >>"$TMP/queue" 2>&1 &
	LISTENER=$!
	trap unlisten EXIT
	wait_for grep -q ready "$TMP/queue" || {
		[[ $(<"$TMP/queue") != *failed* ]] || skip "no NFQUEUE: $(<"$TMP/queue")"
		return 1
	}
}

unlisten() {
	[ -n "$LISTENER" ] || return 0
	kill "$LISTENER"
	wait "$LISTENER" || :
	LISTENER=
	trap - EXIT
}

# through FROM TO FRAME [=> FRAME]...: as send with two copies, but SEEN has
# also what came when the listener was through with what it got, GOT. It is asked
# when all frames have been received, which may be another processor's work.
through() {
	local from to=''

	end_of "$1"
	from=$END
	for END in ${2//,/ }; do
		end_of "$END"
		to+="rx $END "
	done
	WORDS="tx $from $to count 2 ${*:3}"
	frame "check $WORDS"
	SEEN=${FRAME_REPLY#seen }
	: >"$TMP/queue"
	kill -USR1 "$LISTENER"
	wait_for grep -q got "$TMP/queue"
	GOT=$(<"$TMP/queue")
	GOT=${GOT#got }
	see
}

# see: SEEN has also what has come since
see() {
	local i
	local -a before now

	read -r -a before <<<"$SEEN"
	frame "seen $WORDS"
	read -r -a now <<<"${FRAME_REPLY#seen }"
	for i in "${!before[@]}"; do
		now[i]=$((before[i] + now[i]))
	done
	SEEN=${now[*]}
}

# seen WANT: what one processor lets go may come after what another one sends
seen() {
	[ "$SEEN" = "$1" ] || see
	[ "$SEEN" = "$1" ]
}

# catches WANT GOT FROM TO FRAME [=> FRAME]...
catches() {
	local want=$1 got=$2

	shift 2
	through "$@"
	wait_for seen "$want" || :
	equal "copies of $*" "$want" "$SEEN"
	equal "what the listener has got" "$got" "$GOT"
}

# ---- verdicts ----

# What the program accepts goes on and isn't judged again.
test_accept() {
	local words got=0

	load_new "policy set forward drop" "rule add prio 10 proto udp queue 5 comment q" \
		"rule add prio 20 proto udp drop comment later"
	listen 5 accept
	for words in "ip4" "ip6" "vlan 7 ip4" "svlan 7 vlan 8 ip6" "pppoe 5 ip4" "snap ip4"; do
		got=$((got + 2))
		catches 2 $got h1 h2 $words proto udp
	done
	catches 0 $got h1 h2 ip4 proto tcp
	expect_count q 12
	expect_count later 0
	expect_count policy:forward 2
}

test_drop() {
	load_new "rule add proto udp queue 5 comment q"
	listen 5 drop
	catches 0 2 h1 h2 ip4 proto udp
	catches 2 2 h1 h2 ip4 proto tcp
	expect_count q 2
	unlisten
	listen 5 accept
	catches 2 2 h1 h2 ip4 proto udp
}

# bypass is for times without a listener only.
test_bypass() {
	load_new "rule add prio 10 proto udp queue 5 comment q" \
		"rule add prio 10 proto tcp queue 5 bypass comment b" \
		"rule add prio 20 drop comment later"
	expect_drop h1 h2 rule q ip4 proto udp
	expect_pass h1 h2 rule b ip4 proto tcp
	listen 5 drop
	catches 0 2 h1 h2 ip4 proto tcp
	catches 0 4 h1 h2 ip4 proto udp
	unlisten
	listen 6 accept
	catches 0 0 h1 h2 ip4 proto udp
	expect_pass h1 h2 rule b ip4 proto tcp
	expect_count later 0
}

test_input_output() {
	load_new "policy set input drop" "policy set output drop" \
		"rule add hook input proto udp queue 0 comment i" \
		"rule add hook output proto udp queue 65535 comment o"
	listen 0 accept
	catches 2 2 h1 br0 vlan 7 ip4 proto udp
	catches 0 2 br0 h1 vlan 7 ip4 proto udp
	unlisten
	listen 65535 accept
	catches 2 2 br0 h1 vlan 7 ip4 proto udp
	catches 0 2 h1 br0 vlan 7 ip4 proto udp
	expect_count i 4
	expect_count o 4
}

# Each copy of a flooded frame is a frame of its own to the program.
test_flooded() {
	load_new "rule add proto udp queue 5 comment q"
	listen 5 accept
	catches "2 2 2" 6 h1 h2,h3,h4 $STRANGER ip4 proto udp
	expect_count q 6
}

# What else a rule does comes first.
test_actions() {
	load_new "rule add prio 10 proto udp limit 1/day burst 1 mirror p3 queue 5 comment q" \
		"rule add prio 20 proto udp drop comment rest"
	listen 5 accept
	catches "1 1" 1 h1 h2,h3 ip4 proto udp
	expect_count q 1
	expect_count rest 1
}

readonly BACK="ip4 saddr 198.51.100.2 daddr 192.0.2.1 proto udp sport 40001"

# A connection begins when the program lets its first frame go.
test_state() {
	load_new "policy set forward drop" \
		"rule add prio 10 state established accept comment e" \
		"rule add prio 20 in p1 state new queue 5 comment q"
	listen 5 accept
	catches 2 2 h1 h2 ip4 proto udp sport 500
	expect_pass h2 h1 rule e $BACK dport 500
	unlisten
	listen 5 drop
	catches 0 2 h1 h2 ip4 proto udp sport 501
	expect_drop h2 h1 rule policy:forward $BACK dport 501
	expect_count q 4
}

# The copies of a flooded frame share the connection that they begin, and the
# kernel doesn't let them out of a queue like that.
test_state_flooded() {
	load_new "rule add prio 10 state new queue 5 comment q"
	listen 5 accept
	through h1 h2,h3,h4 $STRANGER ip4 proto udp sport 600
	expect_count q 6
	[ $((${SEEN// /+})) -lt 6 ]
	# Without conditions on state there is no such thing.
	load_new "rule add prio 5 proto udp queue 5 comment q"
	catches "2 2 2" $((GOT + 6)) h1 h2,h3,h4 $STRANGER ip4 proto udp sport 602
}

# A frame is held while other rules come and go, and with them the hooks of
# other kinds: it goes on.
test_held() {
	local words="tx $PREFIX-h1:eth0 rx $PREFIX-h2:eth0 count 2 mode plain ip4 proto udp"

	load_new "rule add prio 10 proto udp queue 5 comment q" \
		"rule add hook input drop" "rule add prio 20 vlan 9 mirror p3"
	listen 5 hold
	# Not from a ring, whose owner waits for its slots.
	frame "send $words"
	load "rule add prio 10 proto udp queue 5 comment q" "rule add hook output prio 1 drop"
	frame "seen $words"
	equal "frames before" "seen 0" "$FRAME_REPLY"
	kill -USR1 "$LISTENER"
	wait_for grep -q "got 2" "$TMP/queue"
	frame "seen $words"
	equal "frames after" "seen 2" "$FRAME_REPLY"
}

# ---- frames that come out of a queue in front of brfw ----

# queue_first PRIORITY [HOOK]: whatever comes to the bridge goes to queue 9 first
queue_first() {
	command -v nft >/dev/null || skip "needs nft"
	ip netns exec "$BR" nft -f - 2>"$TMP/nft" <<-END || skip "no nft queue: $(head -n 1 "$TMP/nft")"
		table bridge first
		delete table bridge first
		table bridge first {
			chain c {
				type filter hook ${2:-prerouting} priority $1
				ether type != 0x88b5 queue num 9
			}
		}
	END
}

no_queue() {
	ip netns exec "$BR" nft delete table bridge first 2>/dev/null
}

# h1 is behind a trunk, h2 at an untagged port of VLANs 10 and 20.
aware() {
	ip -n "$BR" link set br0 type bridge vlan_filtering 1
	bridge -n "$BR" -batch - <<-END
		vlan add dev p1 vid 10
		vlan add dev p1 vid 20
		vlan add dev p2 vid 10 untagged
		vlan add dev p2 vid 20 untagged
		vlan add dev p4 vid 10
		vlan add dev p4 vid 20
	END
	known 2 4
}

readonly -a BY_VLAN=("policy set forward drop"
	"rule add prio 10 vlan 10 accept comment ten"
	"rule add prio 20 vlan 20 accept comment twenty"
	"rule add prio 30 vlan any accept comment any"
	"rule add prio 30 vlan none accept comment none"
	"rule add prio 30 not vlan 5 accept comment other"
	"rule add prio 30 not vlan-prio 5 accept comment prio"
	"rule add prio 30 not vlan-proto 802.1ad accept comment proto")

test_unknown() {
	local before

	aware
	load_new "${BY_VLAN[@]}"
	expect_pass h1 h2 rule ten vlan 10 ip4 '=>' ip4
	info vlan-unknown
	before=$INFO
	# At prerouting the note is made behind it.
	queue_first -150
	listen 9 accept
	catches 2 2 h1 h2 vlan 10 ip4 '=>' ip4
	expect_count ten 4
	info vlan-unknown
	equal "vlan-unknown" "$before" "$INFO"
	unlisten
	queue_first -210 forward
	listen 9 accept
	catches 0 2 h1 h2 vlan 10 ip4 '=>' ip4
	expect_count policy:forward 2
	expect_count ten 4
	info vlan-unknown
	equal "vlan-unknown" $((before + 2)) "$INFO"
	# Where the frame still has its tag nothing is lost.
	catches 2 4 h1 h4 vlan 10 ip4
	expect_count ten 6
	# Conditions on an inner tag are about the tag in the frame.
	load_new "policy set forward drop" "rule add inner-vlan 7 accept comment in"
	catches 0 6 h1 h2 vlan 10 ip4 '=>' ip4
	catches 2 8 h1 h2 vlan 10 vlan 7 ip4 '=>' vlan 7 ip4
	expect_count in 2
	# No copy, no answer: nobody knows the VLAN that they belong to.
	load_new "rule add prio 1 vlan 99 drop" 		"rule add prio 10 proto udp mirror p4 comment m" 		"rule add prio 20 proto udp reject comment r"
	catches "0 0" 10 h1 h2,h4 vlan 10 ip4 proto udp '=>' ip4 proto udp
	expect_count m 2
	expect_count r 2
	unlisten
	no_queue
	load_new "${BY_VLAN[@]}"
	expect_pass h1 h2 rule twenty vlan 20 ip4 '=>' ip4
}

# A buffer is used again for a frame of another VLAN, which is received by one
# processor and comes out of the queue on another that knows the buffer still.
test_reused_received() {
	local rps cpu i

	[ "$(nproc)" -ge 2 ] || skip "needs two processors"
	aware
	queue_first -210 forward
	load_new "${BY_VLAN[@]}"
	rps=/sys/class/net/p1/queues/rx-0/rps_cpus
	cpu=$(in_cpu)
	listen 9 accept "$cpu"
	for ((i = 1; i <= 4; i++)); do
		ip netns exec "$BR" nft flush chain bridge first c
		ip netns exec "$BR" sh -c "echo 0 >$rps"
		expect_pass h1 h2 rule ten vlan 10 ip4 payload $((i * 100)) '=>' ip4 payload $((i * 100))
		ip netns exec "$BR" nft add rule bridge first c ether type != 0x88b5 queue num 9
		ip netns exec "$BR" sh -c "echo $((1 << $(other_cpu))) >$rps"
		catches 0 $((2 * i)) h1 h2 vlan 20 ip4 payload $((i * 100)) '=>' ip4 payload $((i * 100))
	done
	ip netns exec "$BR" sh -c "echo 0 >$rps"
	expect_count ten 8
	expect_count policy:forward 8
	unlisten
	no_queue
}

# The same, but the program has let go both frames, the first one at prerouting: there
# it is as if it were received by the program.
test_reused_let_go() {
	local i

	[ "$(nproc)" -ge 2 ] || skip "needs two processors"
	aware
	load_new "${BY_VLAN[@]}"
	listen 9 accept "$(other_cpu)"
	for ((i = 1; i <= 4; i++)); do
		queue_first -150
		catches 2 $((4 * i - 2)) h1 h2 vlan 10 ip4 payload $((i * 100)) '=>' ip4 payload $((i * 100))
		queue_first -210 forward
		catches 0 $((4 * i)) h1 h2 vlan 20 ip4 payload $((i * 100)) '=>' ip4 payload $((i * 100))
	done
	expect_count ten 8
	expect_count policy:forward 8
	unlisten
	no_queue
}

# Frames out of such a queue are told apart, though they have the same buffer: each
# takes from a limit. All are sent in one way, or each second one would have a buffer
# of another size.
test_limit() {
	local i

	[ "$(nproc)" -ge 2 ] || skip "needs two processors"
	ip -n "$BR" link set br0 type bridge vlan_filtering 0
	queue_first -210 forward
	listen 9 accept "$(other_cpu)"
	for ((i = 1; i <= 4; i++)); do
		load_new "policy set forward drop" \
			"rule add prio $i limit 1/day burst 2 accept comment l"
		catches 2 $((4 * i - 2)) h1 h2 mode plain ip4 payload $((i * 100))
		catches 0 $((4 * i)) h1 h2 mode plain ip4 payload $((i * 100))
		expect_count l 2
		expect_count policy:forward 2
	done
	# A flood takes from it once.
	load_new "policy set forward drop" \
		"rule add limit 1/day burst 3 accept comment l"
	catches "2 2 2" 22 h1 h2,h3,h4 $STRANGER ip4
	expect_count l 6
	unlisten
	no_queue
}

# disturb CPU: another program takes this processor again and again, as often as the
# kernel lets it, until $DISTURBER is killed
disturb() {
	# shellcheck disable=SC2016 # for the other shell
	taskset -c "$1" chrt --fifo 1 bash -c \
		'exec {pause}<> <(:); while :; do read -r -t 0.0001 -u "$pause"; done' &
	DISTURBER=$!
	trap 'kill "$DISTURBER"; unlisten' EXIT
}

# br_netfilter takes frames that a program lets go at prerouting on through the hooks
# itself, in the program's own time, in which the processor may be given to others.
test_br_netfilter() {
	local before nf=/proc/sys/net/bridge/bridge-nf-call-iptables DISTURBER

	modprobe -q br_netfilter || skip "needs br_netfilter"
	aware
	bridge -n "$BR" -batch - <<-END
		vlan add dev p1 vid 30 pvid untagged
		vlan add dev p2 vid 30 untagged
		vlan add dev p4 vid 30 untagged
	END
	fdb 02:00:00:00:00:02 p2 vlan 30
	ip netns exec "$BR" sh -c "echo 1 >$nf"
	load_new "policy set forward drop" "rule add vlan 30 accept comment thirty"
	info vlan-unknown
	before=$INFO
	queue_first -150
	listen 9 accept 0
	catches 2 2 h1 h2 ip4 proto udp
	disturb 0
	catches 500 502 h1 h2 count 500 ip4 proto udp
	kill "$DISTURBER"
	expect_count thirty 502
	# A copy may go by a port of the bridge: it comes to no queue.
	load_new "rule add vlan 30 mirror p4 drop comment m"
	catches "0 2" 504 h1 h2,h4 ip4 proto udp
	expect_count m 2
	info vlan-unknown
	equal "vlan-unknown" "$before" "$INFO"
	unlisten
	no_queue
	ip netns exec "$BR" sh -c "echo 0 >$nf"
	bridge -n "$BR" vlan del dev p1 vid 30
	bridge -n "$BR" vlan del dev p2 vid 30
	bridge -n "$BR" vlan del dev p4 vid 30
	modprobe -r br_netfilter
}

# move_p1 BRIDGE: it becomes a port there
move_p1() {
	ip -n "$BR" link set p1 master "$1"
	ip -n "$BR" link set p1 type bridge_slave learning off
	wait_for p1_forwards
	[ "$1" != br0 ] || known 1
}

p1_forwards() {
	ip -n "$BR" -d link show dev p1 | grep -q "bridge_slave state forwarding"
}

# waiting N: so many frames are in the queue, and the program has them
waiting() {
	# shellcheck disable=SC2016 # awk's
	[ "$(ip netns exec "$BR" awk '$1 == 9 { print $3 }' /proc/net/netfilter/nfnetlink_queue)" = "$1" ]
}

# held FROM TO [BRIDGE]: two frames wait, meanwhile p1 goes to that bridge
held() {
	local from to words

	end_of "$1"
	from=$END
	end_of "$2"
	to=$END
	words="tx $from rx $to count 2 mode plain ip4 proto udp"
	listen 9 hold
	frame "send $words"
	wait_for waiting 2
	[ -z "$3" ] || move_p1 "$3"
	kill -USR1 "$LISTENER"
	wait_for grep -q "got 2" "$TMP/queue"
	[ -z "$3" ] || move_p1 br0
	frame "seen $words"
	unlisten
}

# While a frame waits its port may move to another bridge, whose rules are none for it,
# nor are those of the bridge that it was in.
test_moved() {
	local hook from to rule

	ip -n "$BR" link set br0 type bridge vlan_filtering 0
	ip -n "$BR" link add br9 up type bridge mcast_snooping 0 forward_delay 0
	load_new "rule add bridge br9 proto udp accept comment there" \
		"rule add hook input bridge br9 proto udp accept comment there" \
		"rule add hook output bridge br9 proto udp accept comment there" \
		"rule add proto udp accept comment f" \
		"rule add hook input proto udp accept comment i" \
		"rule add hook output proto udp accept comment o"
	while read -r hook from to rule; do
		queue_first -210 "$hook"
		held "$from" "$to" ""
		equal "$hook: frames when nothing moves" "seen 2" "$FRAME_REPLY"
		expect_count "$rule" 2
		held "$from" "$to" br9
		equal "$hook: frames of a port that moved" "seen 0" "$FRAME_REPLY"
		expect_count "$rule" 2
		no_queue
	done <<-END
		forward h1 h2 f
		input h1 br0 i
		output br0 h1 o
	END
	equal "frames of rules of br9" "" "$(fw -s rule show | grep 'packets [1-9].*comment there' || :)"
	ip -n "$BR" link del br9
}

# What a program lets go at a hook itself comes to brfw in the program's own time.
test_in_task() {
	ip -n "$BR" link set br0 type bridge vlan_filtering 0
	load_new "policy set forward drop" "policy set input drop" \
		"rule add proto udp accept comment f" \
		"rule add prio 5 proto tcp mirror p4 comment m" \
		"rule add prio 5 proto sctp redirect p4 comment r" \
		"rule add hook input proto udp accept comment i" \
		"rule add hook input prio 5 proto sctp redirect p4 comment ir"
	queue_first -210 forward
	listen 9 accept
	catches 2 2 h1 h2 ip4 proto udp
	# What is sent by a port of this bridge would come to the queue again, and so on.
	catches "0 0" 4 h1 h2,h4 ip4 proto tcp
	catches "0 0" 6 h1 h2,h4 ip4 proto sctp
	expect_count f 2
	expect_count m 2
	expect_count r 2
	expect_count policy:forward 2
	no_queue
	queue_first -210 input
	catches 2 8 h1 br0 ip4 proto udp
	catches 0 10 h1 br0 ip4 proto tcp
	# Not so here: they leave by another hook.
	catches "0 2" 12 h1 br0,h4 ip4 proto sctp
	expect_count ir 2
	expect_count i 2
	expect_count policy:input 2
	unlisten
	no_queue
}

# in_cpu: the processor of the helper frame
in_cpu() {
	local list

	# shellcheck disable=SC2153 # of the coprocess
	list=$(taskset -pc "$FRAME_PID")
	echo "${list##* }"
}

# other_cpu: a processor that is not that one
other_cpu() {
	echo $(($(in_cpu) == 0))
}

check "accepted: the frame goes on, judged once" test_accept
check "dropped by the program" test_drop
check "bypass, with and without a listener" test_bypass
check "input and output" test_input_output
check "a flooded frame is queued for each port" test_flooded
check "limit and mirror of a rule that queues" test_actions
check "a connection begins when the program says so" test_state
check "a flooded frame that begins a connection" test_state_flooded
check "held frames outlive changes" test_held
check "out of another queue the VLAN is unknown" test_unknown
check "out of another queue of the same hook" test_in_task
check "out of another queue when the port has moved" test_moved
check "the VLAN of another frame in the same buffer, received" test_reused_received
check "the VLAN of another frame in the same buffer, let go" test_reused_let_go
check "a limit of frames out of another queue" test_limit
check "out of another queue, with br_netfilter" test_br_netfilter
run_checks
