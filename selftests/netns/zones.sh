#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Conntrack zones: two bridges whose hosts have the same addresses.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#   h3 eth0 --- p3 [br1] p4 --- eth0 h4
#
# The host itself is 192.0.2.9 on br0.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
need_tool socat
topology 2
netns_add "$(host 3)" "$(host 4)"
ip -n "$BR" link add br1 address 02:00:00:00:02:01 type bridge \
	mcast_snooping 0 forward_delay 0
ip -n "$BR" link set br1 up
port_add 3 1500 br1
port_add 4 1500 br1
frame ready tx "$(host 3):eth0" rx "$(host 4):eth0"
addresses 1 2
ip -n "$BR" addr add 192.0.2.9/24 dev br0

echo 20000 >"$TMP/port"
readonly BACK="ip4 saddr 198.51.100.2 daddr 192.0.2.1 proto udp"
readonly -a STATES=(new established related invalid untracked)

# What hosts say on their own, at any time: they look whether a neighbour is still
# there, and for routers. The frames of these tests ask for another address.
readonly TALK="ethertype arp not arp-target-ip 198.51.100.2 accept
proto icmpv6 accept"

# load_states [STATEMENT]...: one rule for each state at forward and at input
load_states() {
	local state talk
	local -a rules=("policy set forward drop" "$@")

	while read -r talk; do
		rules+=("rule add $talk" "rule add hook input $talk")
	done <<<"$TALK"

	for state in "${STATES[@]}"; do
		rules+=("rule add state $state accept comment $state"
			"rule add hook input state $state accept comment in-$state")
	done
	load_new "${rules[@]}"
}

# Ports that no connection had before, in any test.
new_ports() {
	read -r PORT <"$TMP/port"
	PORT=$((PORT + 2))
	OTHER=$((PORT + 1))
	echo "$PORT" >"$TMP/port"
}

# is STATE FROM TO WORDS...: one frame, which must be in that state
is() {
	expect_pass "$2" "$3" rule "$1" count 1 "${@:4}"
}

# there FROM TO STATE, back FROM TO STATE: of the same connection by its
# addresses and ports, wherever it is seen
there() {
	is "$3" "$1" "$2" ip4 proto udp sport "$PORT" dport "$OTHER"
}

back() {
	# shellcheck disable=SC2086 # words
	is "$3" "$1" "$2" $BACK sport "$OTHER" dport "$PORT"
}

# Positive control: what is seen on one bridge counts on the other.
test_mixed() {
	load_states
	new_ports
	there h1 h2 new
	back h4 h3 established
	there h3 h4 established
}

# separate STATEMENT...
test_separate() {
	load_states "$@"
	new_ports
	there h1 h2 new
	back h4 h3 new
	back h2 h1 established
	there h1 h2 established
	new_ports
	there h3 h4 new
	there h1 h2 new
	back h4 h3 established
	back h2 h1 established
	there h3 h4 established
}

test_shared() {
	load_states "zone set bridge br0 5" "zone set bridge br1 5"
	new_ports
	there h1 h2 new
	back h4 h3 established
}

# An answer to the connection of the other bridge fits none of its own.
# shellcheck disable=SC2086 # words
test_tcp() {
	local syn answer

	load_states "zone set bridge br0 17" "zone set bridge br1 18"
	new_ports
	syn="ip4 proto tcp payload 0 flags syn seq 1000 sport $PORT dport $OTHER"
	answer="${BACK/udp/tcp} payload 0 flags syn,ack seq 5000 ack 1001 sport $OTHER dport $PORT"
	is new h1 h2 $syn
	is invalid h4 h3 $answer
	is established h2 h1 $answer
	fw zone delete bridge br1
	fw zone delete bridge br0
	new_ports
	syn="ip4 proto tcp payload 0 flags syn seq 1000 sport $PORT dport $OTHER"
	answer="${BACK/udp/tcp} payload 0 flags syn,ack seq 5000 ack 1001 sport $OTHER dport $PORT"
	is new h1 h2 $syn
	is established h4 h3 $answer
}

readonly HOST_RULES="policy set input drop
policy set output drop
rule add hook input ethertype arp accept
rule add hook output ethertype arp accept
rule add hook output state new,established accept comment out
rule add hook input state established accept comment est
rule add hook input proto tcp dport 9001 state new accept comment served
rule add hook input proto udp state new accept comment fresh"

from_host() {
	ANSWER=$(echo hello | ip netns exec "$BR" timeout 20 socat -t 10 - "$1" \
		2>"$TMP/socat") || :
}

# The host's own connections are in zone 0, in both directions.
test_host() {
	load_new "$HOST_RULES" "$@"
	from_host TCP:192.0.2.2:9000,connect-timeout=5
	equal "answer to the host" "from u2 9000 hello" "$ANSWER"
	expect_count served 0
	ask 1 192.0.2.9 9001
	equal "answer of the host" "from host hello" "$ANSWER"
	expect_count served 1
}

# What the host sent to 192.0.2.1, and so its answer, is known in zone 0,
# whatever way the answer takes to the host.
test_up() {
	local answer before

	load_new "$HOST_RULES" "zone set bridge br0 17" \
		"rule add state new accept comment new" \
		"rule add state established accept comment known"
	new_ports
	from_host "UDP:192.0.2.1:$OTHER,sourceport=$PORT"
	packets out
	[ "$PACKETS" -ge 1 ]
	answer="ip4 saddr 192.0.2.1 daddr 192.0.2.9 proto udp sport $OTHER dport $PORT"
	# shellcheck disable=SC2086 # words
	{
		expect_pass h1 br0 rule est count 1 $answer
		# the address of the port
		expect_pass h1 br0 rule est count 1 dmac 02:00:00:00:01:01 $answer
		# a broadcast: new for the other host, known to this one
		expect "1 1" h1 br0,h2 rule est count 1 dmac ff:ff:ff:ff:ff:ff $answer
		expect_count new 1
		# an entry of the FDB
		bridge -n "$BR" fdb add 02:00:00:00:0c:01 dev br0 self permanent extern_learn
		expect_pass h1 br0 rule est count 1 dmac 02:00:00:00:0c:01 $answer
		bridge -n "$BR" fdb del 02:00:00:00:0c:01 dev br0 self permanent
		# a copy that is the host's only since it listens to everything
		ip -n "$BR" link set br0 promisc on
		before=$(packets fresh; echo "$PACKETS")
		expect "1 1" h1 br0,h2 rule fresh count 1 dmac 02:00:00:00:00:02 $answer
		ip -n "$BR" link set br0 promisc off
	}
	packets fresh
	equal "copies of others' frames" $((before + 1)) "$PACKETS"
}

# Conntrack leaves the template on what it doesn't look at.
test_malformed() {
	local i

	load_states "zone set bridge br0 17" "zone set bridge br1 18"
	for i in 1 2 3; do
		is invalid h1 h2 ip4 total 2000 proto udp
		is invalid h3 h4 ip4 version 5 proto udp
		is invalid h1 h2 ip6 plen 2000 proto udp
		is untracked h1 h2 arp
		is untracked h1 h2 vlan 7 vlan 8 ip4 proto udp
		expect_pass h1 br0 rule in-invalid count 1 ip4 total 2000 proto udp
		expect_pass h1 br0 rule in-invalid count 1 dmac ff:ff:ff:ff:ff:ff \
			ip4 total 2000 proto udp
		expect_pass h1 br0 rule in-untracked count 1 dmac ff:ff:ff:ff:ff:ff arp
	done
}

# nft_counts: INVALID and NEW, packets that nftables takes for that
nft_counts() {
	local counts

	counts=$(ip netns exec "$BR" nft list chain bridge t c)
	INVALID=$(sed -n 's/.*state invalid counter packets \([0-9]*\).*/\1/p' <<<"$counts")
	NEW=$(sed -n 's/.*state new counter packets \([0-9]*\).*/\1/p' <<<"$counts")
}

# What conntrack left a template on is no connection for other filters either.
test_nft() {
	command -v nft >/dev/null || skip "needs nft"
	ip netns exec "$BR" nft -f - <<-END || skip "nft can't read states on bridges"
		table bridge t {
			chain c {
				type filter hook forward priority 0
				ct state invalid counter
				ct state new counter
			}
		}
	END
	load_states "zone set bridge br0 17"
	new_ports
	there h1 h2 new
	is invalid h1 h2 ip4 total 2000 proto udp
	is invalid h1 h2 ip4 version 5 proto udp
	nft_counts
	ip netns exec "$BR" nft delete table bridge t
	equal "new" 1 "$NEW"
	equal "invalid" 2 "$INVALID"
}

# A zone ends with its deletion, with its bridge's name, and with the last rule
# that asks for states.
test_end() {
	test_separate "zone set bridge br0 17"
	fw zone delete bridge br0
	new_ports
	there h1 h2 new
	back h4 h3 established
	fw zone set bridge br0 17
	new_ports
	there h1 h2 new
	back h4 h3 new
	ip -n "$BR" link set br0 down
	ip -n "$BR" link set br0 name br9
	ip -n "$BR" link set br9 up
	frame ready tx "$(host 1):eth0" rx "$(host 2):eth0"
	new_ports
	there h1 h2 new
	back h4 h3 established
	ip -n "$BR" link set br9 down
	ip -n "$BR" link set br9 name br0
	ip -n "$BR" link set br0 up
	frame ready tx "$(host 1):eth0" rx "$(host 2):eth0"
	new_ports
	there h1 h2 new
	back h4 h3 new
}

zones() {
	ZONES=$(fw zone show)
}

test_commands() {
	fw ruleset flush
	zones
	equal "zones" "" "$ZONES"
	fw zone set bridge br0 17
	fw zone set bridge br1 65535
	fw zone set bridge br1 65535
	zones
	equal "zones" "zone set bridge br0 17
zone set bridge br1 65535" "$ZONES"
	equal "JSON" '[{"bridge":"br0","zone":17},{"bridge":"br1","zone":65535}]' \
		"$(fw -j zone show)"
	fw ruleset save "$TMP/saved"
	contains "saved" "$ZONES" "$(<"$TMP/saved")"
	fw zone set bridge br0 18
	zones
	contains "zones" "bridge br0 18" "$ZONES"
	# a check, and a load that fails, change nothing
	fw ruleset check "$TMP/saved"
	printf '%s\n' "zone set bridge br7 7" "rule add proto udp drop" \
		"rule add proto udp accept" >"$TMP/bad"
	fw_refuses 1 ruleset load "$TMP/bad"
	contains "where" "$TMP/bad:3:" "$FW_ERROR"
	equal "zones" "$ZONES" "$(fw zone show)"
	fw ruleset load "$TMP/saved"
	zones
	contains "zones" "bridge br0 17" "$ZONES"
	fw zone delete bridge br1
	fw_refuses 1 zone delete bridge br1
	contains "reason" "has no zone" "$FW_ERROR"
	fw_refuses 2 zone set bridge br0 0
	fw_refuses 2 zone set bridge br0 65536
	fw_refuses 2 zone set bridge br0
	fw_refuses 2 zone set 17
	fw_refuses 2 zone delete
	printf '%s\n' "zone set bridge br0 1" "zone set bridge br0 2" >"$TMP/bad"
	fw_refuses 2 ruleset load "$TMP/bad"
	contains "where" "$TMP/bad:2:" "$FW_ERROR"
	contains "the other line" "(see line 1)" "$FW_ERROR"
	fw ruleset flush
	fw zone set bridge br0 1
	fw zone set bridge br0 2
	zones
	equal "zones" "zone set bridge br0 2" "$ZONES"
	fw ruleset flush
	zones
	equal "zones" "" "$ZONES"
}

slab_objects() {
	OBJECTS=$(awk '/^kmalloc(-cg)?-(256|512) / { n += $2 } END { print n + 0 }' \
		/proc/slabinfo)
}

# few_objects MAX: no more than that are in use
few_objects() {
	slab_objects
	[ "$OBJECTS" -le "$1" ]
}

# Each zone has a template for each processor. 4000 zones come and go.
test_templates_freed() {
	local i before

	[ -r /proc/slabinfo ] || skip "needs /proc/slabinfo"
	for ((i = 0; i < 200; i++)); do
		echo "zone set bridge t$i 1"
	done >"$TMP/zones"
	fw ruleset load "$TMP/zones"
	fw ruleset flush
	slab_objects
	before=$OBJECTS
	for ((i = 0; i < 20; i++)); do
		fw ruleset load "$TMP/zones"
		fw ruleset check "$TMP/zones"
		fw ruleset flush
	done
	[ ! -e /sys/kernel/debug/kmemleak ] ||
		skip "KASAN keeps what is freed for a while; kmemleak looks here"
	wait_for few_objects $((before + 1000)) ||
		say "$before objects before, $OBJECTS now"
	few_objects $((before + 1000))
}

# Templates that waiting frames hold stay good without the module.
test_unload() {
	[ -n "$BRFW_MODULE" ] || skip "BRFW_MODULE is not set: the module is not ours to unload"
	test_separate "zone set bridge br0 17" "zone set bridge br1 18"
	# a fragment that waits for the rest holds a template
	expect_drop h1 h2 count 1 ip4 mf proto udp
	nl 0 close
	rmmod brfw
	[ ! -e /sys/module/brfw ]
	expect_pass h1 h2 ip4 proto udp
	equal "users of nf_conntrack_bridge" 0 "$(</sys/module/nf_conntrack_bridge/refcnt)"
	insmod "$BRFW_MODULE"
	nl open 0 "$BR"
	test_mixed
}

serve 2 9000
BUSY+=("$BR")
ip netns exec "$BR" socat -t 20 TCP-LISTEN:9001,reuseaddr,fork,backlog=8 \
	"SYSTEM:read -r line; echo from host \$line" </dev/null >/dev/null 2>&1 &
check "without zones the states of two bridges mix (control)" test_mixed
check "a zone for one bridge keeps them apart" test_separate "zone set bridge br0 17"
check "a zone for the other" test_separate "zone set bridge br1 17"
check "a zone for each" test_separate "zone set bridge br0 17" "zone set bridge br1 18"
check "a zone among many" test_separate "zone set bridge a1 1" "zone set bridge a2 2" \
	"zone set bridge br1 18" "zone set bridge z1 3" "zone set bridge z2 4"
check "bridges that share a zone" test_shared
check "TCP" test_tcp
check "connections of the host itself, without zones (control)" test_host
check "connections of the host itself on a bridge with a zone" test_host "zone set bridge br0 17"
check "what goes up to the host is in zone 0" test_up
check "malformed and untracked frames" test_malformed
check "no template is left behind" test_nft
check "zones end" test_end
check "zone set, delete, show; save, load, flush" test_commands
check "templates are freed" test_templates_freed
check "unloading with zones" test_unload
run_checks
