# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scenarios have in common: namespaces and bridges that clean up after
# themselves, frames that are sent and looked for, counters, KTAP output.
#
# A scenario sources this file, builds a topology, registers its tests with
# "check NAME FUNCTION [ARGUMENT]..." and ends with "run_checks". Each test runs
# in a subshell under set -e, so the first thing that is not as expected fails
# it, and nothing later can hide that. Exit status as in kselftest: 0 passed,
# 1 failed, 4 skipped.
#
# Two helper programs run beside the script, so that a frame or a counter costs
# no process start: frame (see helpers/frame.c) and txn (helpers/txn.c).

BRFW_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
FWCTL=${FWCTL:-$BRFW_TOP/build/fwctl/fwctl}
# The module may be unloaded only where a harness says that it is its own.
BRFW_MODULE=${BRFW_MODULE:-${BRFW_KO:-}}
BRFW_HELPERS=${BRFW_HELPERS:-$BRFW_TOP/build/selftests}
readonly KSFT_SKIP=4

# Names that nobody else has: the process id is in them.
readonly PREFIX=brfw-$$
BR=$PREFIX-br
TMP=$(mktemp -d "${TMPDIR:-/tmp}/$PREFIX.XXXXXX")

# Seconds that a condition may take to become true.
DEADLINE=${DEADLINE:-20}

# The sentinel frames of the helper frame must pass whatever is tested.
readonly SENTINEL="rule add hook forward prio 0 ethertype 0x88b5 accept
rule add hook input prio 0 ethertype 0x88b5 accept
rule add hook output prio 0 ethertype 0x88b5 accept"

declare -a CHECK_NAMES=() CHECK_CALLS=()
declare -A NETNS=()
# Namespaces that programs were started in
declare -a BUSY=()

# ---- report ----

say() {
	echo "# $*"
}

# die TEXT...: the scenario can't go on; that is a failure, not a skip
die() {
	echo "Bail out! $*"
	exit 1
}

# skip_all REASON...: nothing can be tested here, for want of a tool
skip_all() {
	echo "KTAP version 1"
	echo "1..0 # SKIP $*"
	exit $KSFT_SKIP
}

# skip REASON...: inside a test
skip() {
	echo "$*" >"$TMP/skip"
	exit $KSFT_SKIP
}

# check NAME FUNCTION [ARGUMENT]...: register a test
check() {
	CHECK_NAMES+=("$1")
	shift
	CHECK_CALLS+=("$(printf '%q ' "$@")")
}

# set -e and the ERR trap work only where the subshell is not part of a
# condition: keep it a plain command.
run_check() {
	set -eE
	trap where ERR
	eval "$1"
}

# where: the lines of the scenario that led here
where() {
	local i

	for ((i = 1; i < ${#FUNCNAME[@]} - 1; i++)); do
		[[ ${BASH_SOURCE[i]} == */lib/brfw.sh ]] ||
			say "at ${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]} ${FUNCNAME[i]}"
	done
}

run_checks() {
	local i rc failed=0 skipped=0 n=${#CHECK_NAMES[@]}

	echo "KTAP version 1"
	echo "1..$n"
	for ((i = 0; i < n; i++)); do
		rm -f "$TMP/skip"
		(run_check "${CHECK_CALLS[i]}")
		rc=$?
		if [ $rc -eq 0 ]; then
			echo "ok $((i + 1)) ${CHECK_NAMES[i]}"
		elif [ $rc -eq $KSFT_SKIP ] && [ -s "$TMP/skip" ]; then
			echo "ok $((i + 1)) ${CHECK_NAMES[i]} # SKIP $(<"$TMP/skip")"
			skipped=$((skipped + 1))
		else
			echo "not ok $((i + 1)) ${CHECK_NAMES[i]}"
			failed=$((failed + 1))
		fi
	done
	say "Totals: pass:$((n - failed - skipped)) fail:$failed skip:$skipped"
	[ "$failed" -eq 0 ] || exit 1
	[ "$skipped" -lt "$n" ] || exit $KSFT_SKIP
	exit 0
}

# ---- start and end ----

cleanup() {
	local status=$? ns pid

	trap - EXIT
	set +e
	for pid in $(jobs -p); do
		kill "$pid"
		wait "$pid"
	done 2>/dev/null
	# What servers have forked for a client that was cut off stays for ever.
	for ns in "${BUSY[@]}"; do
		for pid in $(ip netns pids "$ns" 2>/dev/null); do
			kill "$pid"
		done 2>/dev/null
	done
	for ns in "${!NETNS[@]}"; do
		ip netns delete "$ns" 2>/dev/null
	done
	rm -rf "$TMP"
	exit "$status"
}

need_tool() {
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip_all "needs $tool"
	done
}

start_helpers() {
	local frame txn

	for txn in frame txn; do
		[ -x "$BRFW_HELPERS/$txn" ] ||
			die "no helper program $BRFW_HELPERS/$txn; run make -C selftests"
	done
	coproc FRAME { exec "$BRFW_HELPERS/frame"; }
	frame=("${FRAME[@]}")
	# Subshells lose the descriptors of a coprocess, but not copies.
	exec {FRAME_OUT}<&"${frame[0]}" {FRAME_IN}>&"${frame[1]}"
	# bash warns that one coprocess is still there.
	{ coproc TXN { exec "$BRFW_HELPERS/txn"; }; } 2>/dev/null
	txn=("${TXN[@]}")
	exec {TXN_OUT}<&"${txn[0]}" {TXN_IN}>&"${txn[1]}"
}

# setup: what each scenario needs
setup() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	need_tool ip bridge
	trap cleanup EXIT
	trap 'exit 1' INT TERM HUP
	[ -n "${BRFW_NO_KERNEL:-}" ] || [ -x "$FWCTL" ] ||
		die "no fwctl at $FWCTL; run make tools"
	start_helpers
}

# own_module: may the module go and come back?
own_module() {
	[ -n "$BRFW_MODULE" ] ||
		skip_all "BRFW_MODULE is not set: the module is not ours to unload"
	need_tool insmod rmmod
}

# reload [PARAMETER...]: it goes and comes back
reload() {
	nl 0 close
	rmmod brfw
	[ ! -e /sys/module/brfw ]
	insmod "$BRFW_MODULE" "$@"
	nl open 0 "$BR"
}

# ---- the helpers ----

# frame WORDS...: one command to the helper frame; its answer in FRAME_REPLY
frame() {
	printf '%s\n' "$*" >&"$FRAME_IN"
	read -r -u "$FRAME_OUT" FRAME_REPLY || die "helper frame ended"
	[ "${FRAME_REPLY#error}" = "$FRAME_REPLY" ] || {
		say "frame $*: $FRAME_REPLY"
		return 1
	}
}

# txn WORDS...: one command to the helper txn; its answer in TXN_REPLY
txn() {
	printf '%s\n' "$@" >&"$TXN_IN"
	read -r -u "$TXN_OUT" TXN_REPLY || die "helper txn ended"
}

# nl WORDS...: as txn with one line, and it must succeed. NL_REPLY: what
# follows "ok"
nl() {
	txn "$*"
	[ "${TXN_REPLY%% *}" = ok ] || {
		say "txn $*: $TXN_REPLY"
		return 1
	}
	NL_REPLY=${TXN_REPLY#ok}
	NL_REPLY=${NL_REPLY# }
}

# nl_refuses ERRNO WORDS...: the request must fail with this errno and a text
nl_refuses() {
	local errno=$1

	shift
	txn "$*"
	if [[ $TXN_REPLY != "error $errno"* || $TXN_REPLY == *": " ]]; then
		say "txn $*: want $errno and a text, got $TXN_REPLY"
		return 1
	fi
}

# fw WORDS...: fwctl in the namespace of the bridge
fw() {
	"$FWCTL" -n "$BR" "$@"
}

# load STATEMENT...: replace the ruleset by the sentinel rules and these
load() {
	local rules

	printf -v rules '%s\n' "$SENTINEL" "$@"
	fw ruleset load - <<<"${rules%$'\n'}"
}

# load_new STATEMENT...: as load, and all counters start at 0, also those of
# rules that were there before
load_new() {
	load "$@"
	nl 0 reset
}

# fw_refuses STATUS WORDS...: fwctl must fail with this status and one line on
# stderr, kept in FW_ERROR
fw_refuses() {
	local status=$1 rc=0

	shift
	FW_ERROR=$(fw "$@" 2>&1 >/dev/null) || rc=$?
	if [ "$rc" -ne "$status" ] || [[ $FW_ERROR != "fwctl: "* ]]; then
		say "fwctl $*: want status $status and a message, got $rc: $FW_ERROR"
		return 1
	fi
}

# ---- topology ----

# netns_add NAME...: namespaces with IPv6 off, so that nobody sends anything
# that the test did not, and without br_netfilter, which drops malformed packets
netns_add() {
	local ns

	for ns in "$@"; do
		NETNS[$ns]=1
		ip netns add "$ns" || die "can't make a network namespace"
		ip netns exec "$ns" sh -c "cd /proc/sys/net &&
			echo 1 >ipv6/conf/all/disable_ipv6
			echo 1 >ipv6/conf/default/disable_ipv6
			for i in bridge/bridge-nf-call-*; do
				[ ! -e \$i ] || echo 0 >\$i
			done" 2>/dev/null
	done
	return 0
}

netns_del() {
	local ns

	for ns in "$@"; do
		ip netns delete "$ns"
		unset "NETNS[$ns]"
	done
}

# host N: namespace of host N
host() {
	echo "$PREFIX-h$1"
}

# topology HOSTS [MTU]: in $BR the bridge br0 with ports p1, p2, ...; behind
# each a host namespace with eth0. MAC addresses are fixed and known to the
# bridge, and it learns no others, so frames to hosts are never flooded and
# those to strangers always are.
topology() {
	local hosts=$1 mtu=${2:-1500} i ns
	local -a names=("$BR")

	for ((i = 1; i <= hosts; i++)); do
		names+=("$PREFIX-h$i")
	done
	netns_add "${names[@]}"
	ip -n "$BR" -batch - <<-END || die "can't make a bridge"
		link add br0 address 02:00:00:00:02:00 type bridge mcast_snooping 0 forward_delay 0 ageing_time 0
		link set br0 up mtu $mtu
	END
	for ((i = 1; i <= hosts; i++)); do
		port_add "$i" "$mtu"
	done
	for ((i = 2; i <= hosts; i++)); do
		ns=$PREFIX-h$i
		frame ready tx "$PREFIX-h1:eth0" rx "$ns:eth0" ||
			die "no way from host 1 to host $i"
	done
	[ -n "${BRFW_NO_KERNEL:-}" ] || nl open 0 "$BR" ||
		die "kernel family brfw not found; is the module loaded?"
}

# port_add N [MTU [BRIDGE]]
port_add() {
	local i=$1 mtu=${2:-1500} bridge=${3:-br0} ns=$PREFIX-h$1

	ip -n "$BR" -batch - <<-END || die "can't make port p$i"
		link add p$i mtu $mtu address 02:00:00:00:01:0$i type veth peer name eth0 netns $ns
		link set p$i master $bridge up
		link set p$i type bridge_slave learning off
	END
	ip -n "$ns" link set eth0 address "02:00:00:00:00:0$i" mtu "$mtu" up
	known "$i"
}

# fdb MAC PORT [vlan VID]: the address is behind the port, and stays there. An
# entry that is added as static is a learned one for a moment; where the ageing time
# is 0, the kernel may delete it just then, also as the static one that it has
# become, and warns of that (RTNL: assertion failed, br_fdb.c).
fdb() {
	bridge -n "$BR" fdb replace "$1" dev "$2" master extern_learn "${@:3}"
}

# known N...: host N is behind port N, in all VLANs that the port is a member of by
# now. A port that leaves its bridge takes its entries with it.
known() {
	local i

	for i in "$@"; do
		fdb "02:00:00:00:00:0$i" "p$i"
	done
}

# addresses N...: give hosts 192.0.2.N/24 and 2001:db8::N/64, without duplicate
# address detection. They don't answer what is sent to other addresses and look
# for no routers: an ICMPv6 error or a solicitation, which comes again for hours,
# is one more frame for the rule that is counted.
addresses() {
	local i

	for i in "$@"; do
		ip netns exec "$PREFIX-h$i" sh -c 'cd /proc/sys/net/ipv6/conf/eth0
			echo 0 >router_solicitations; echo 0 >disable_ipv6' 2>/dev/null
		ip -n "$PREFIX-h$i" -batch - <<-END
			addr add 192.0.2.$i/24 dev eth0
			addr add 2001:db8::$i/64 dev eth0 nodad
			link set lo up
			route add blackhole 2001:db8:ffff::/48
		END
	done
}

# in_host N COMMAND...
in_host() {
	local ns=$PREFIX-h$1

	shift
	ip netns exec "$ns" "$@"
}

# server N COMMAND...: start it in host N; it is killed at the end
server() {
	local ns=$PREFIX-h$1

	shift
	BUSY+=("$ns")
	ip netns exec "$ns" "$@" </dev/null >/dev/null 2>&1 &
}

# serve N PORT: a TCP server on host N that answers one line
serve() {
	server "$1" socat -t 20 "TCP-LISTEN:$2,reuseaddr,fork,backlog=8" \
		"SYSTEM:read -r line; echo from u$1 $2 \$line"
	wait_for listening "$1" "$2"
}

# listening I PORT: somebody waits there for TCP; what is left of a connection
# doesn't count
listening() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$2") [0-9A-F]*:0000 0A " <(
		in_host "$1" cat /proc/net/tcp /proc/net/tcp6
	)
}

# bound N PORT: somebody receives UDP there
bound() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$2") " <(
		in_host "$1" cat /proc/net/udp /proc/net/udp6
	)
}

# ask HOST ADDRESS PORT [SECONDS [TEXT]]: ANSWER = what the server says
ask() {
	ANSWER=$(echo "${5:-hello}" | in_host "$1" timeout 20 socat \
		-t "${4:-10}" - "TCP:$2:$3,connect-timeout=${4:-10}" 2>"$TMP/socat") || :
}

# ---- frames ----

# end_of NAME: hN = eth0 of host N, br0 (or another device) = in $BR
end_of() {
	case $1 in
	h[0-9]) END=$PREFIX-$1:eth0 ;;
	*:*) END=$1 ;;
	*) END=$BR:$1 ;;
	esac
}

# send COUNT FROM TO WORDS...: SEEN = copies that arrived. TO may be several
# with commas between them, then SEEN are several numbers.
send() {
	local count=$1 from to=''

	end_of "$2"
	from=$END
	for END in ${3//,/ }; do
		end_of "$END"
		to+="rx $END "
	done
	shift 3
	# shellcheck disable=SC2086 # words
	frame check tx "$from" $to count "$count" "$@" || return 1
	SEEN=${FRAME_REPLY#seen }
}

# packets RULE: PACKETS, BYTES of a rule (its comment or handle) or of
# policy:HOOK[:BRIDGE]
packets() {
	local what=${1#policy:}

	if [ "$what" = "$1" ]; then
		nl 0 stats "$1"
	else
		nl 0 policy-stats "${what//:/ }"
	fi
	read -r PACKETS BYTES _ <<<"$NL_REPLY"
}

# expect COPIES FROM TO [rule RULE] [count N] WORDS...: two copies of the frame
# are sent (one linear, one nonlinear), or N; so many must arrive, and if a rule
# is named, its counter must move by exactly the copies sent.
expect() {
	local want=$1 from=$2 to=$3 rule='' count=2 before=0

	shift 3
	if [ "$1" = rule ]; then
		rule=$2
		shift 2
		packets "$rule"
		before=$PACKETS
	fi
	if [ "$1" = count ]; then
		count=$2
		shift 2
	fi
	[ "$want" = all ] && want=$count
	send "$count" "$from" "$to" "$@"
	if [ "$SEEN" != "$want" ]; then
		say "$from to $to: $*: $want of $count expected, $SEEN came"
		return 1
	fi
	[ -n "$rule" ] || return 0
	packets "$rule"
	if [ $((PACKETS - before)) -ne "$count" ]; then
		say "$from to $to: $*: rule $rule counted $((PACKETS - before)), not $count"
		return 1
	fi
}

# expect_pass FROM TO [rule RULE] [count N] WORDS...
expect_pass() {
	expect all "$@"
}

# expect_drop FROM TO [rule RULE] [count N] WORDS...: only of use after an
# expect_pass with the same words
expect_drop() {
	expect 0 "$@"
}

# expect_count RULE PACKETS [BYTES]: counters as they stand
expect_count() {
	packets "$1"
	if [ "$PACKETS" -ne "$2" ] || [ "${3:-$BYTES}" -ne "$BYTES" ]; then
		say "$1 counted $PACKETS packets, $BYTES bytes; want $2, ${3:-any}"
		return 1
	fi
}

# row NAME CONDITIONS [hit|miss [via FROM TO] FRAME]...: register a test of the
# conditions of one rule.
#
# Each row is played twice: with a rule that drops, hits are dropped and misses
# pass; with a rule that accepts over a policy that drops, hits pass and misses
# are dropped. So each frame is seen to pass once, and the counter of the rule
# must know the hits exactly. Frames go from h1 to h2 by default.
row() {
	check "$1" test_row "${@:2}"
}

# play HIT MISS [hit|miss FRAME]...: with what a hit and a miss must do
play() {
	local hit=$1 miss=$2 want from to
	local -a play_words

	shift 2
	while [ $# -gt 1 ]; do
		want=$miss
		[ "$1" != hit ] || want=$hit
		from=h1 to=h2
		read -r -a play_words <<<"$2"
		if [ "${play_words[0]}" = via ]; then
			from=${play_words[1]} to=${play_words[2]}
			play_words=("${play_words[@]:3}")
		fi
		# shellcheck disable=SC2086 # the expectation may name a rule
		"expect_${want%% *}" "$from" "$to" ${want#* } "${play_words[@]}"
		shift 2
	done
}

test_row() {
	local conditions=$1 hook=forward hits=0 word

	shift
	[[ $conditions =~ hook\ ([a-z]+) ]] && hook=${BASH_REMATCH[1]}
	for word in "$@"; do
		[ "$word" != hit ] || hits=$((hits + 2))
	done
	load_new "rule add $conditions drop comment r"
	play "drop rule r" "pass count 2" "$@"
	expect_count r "$hits"
	load_new "policy set $hook drop" "rule add $conditions accept comment r"
	play "pass rule r" "drop rule policy:$hook" "$@"
	expect_count r "$hits"
}

# answer FROM TO WORDS...: send one frame; ANSWER = number of frames that came
# back to FROM, and what they say
answer() {
	local from to

	end_of "$1"
	from=$END
	end_of "$2"
	to=$END
	shift 2
	frame answer tx "$from" rx "$to" count 1 "$@" || return 1
	ANSWER=${FRAME_REPLY#answer }
}

# expect_answer TEXT FROM TO WORDS...: exactly this must come back
expect_answer() {
	local want=$1

	shift
	answer "$@"
	equal "answer to $*" "1 [$want]" "$ANSWER"
}

# expect_silence FROM TO WORDS...
expect_silence() {
	answer "$@"
	equal "answer to $*" 0 "$ANSWER"
}

# ---- services ----

# Seconds that a client is given
PATIENCE=$DEADLINE

# only CLOSED RULE...: nothing passes but by these rules, r1, r2 and so on.
# Rule number CLOSED only counts what it would let pass. "also" in front of a
# rule says that the service can do without it, and may never have to.
only() {
	local closed=$1 rule action i=0
	local -a lines=("policy set forward drop")

	shift
	for rule; do
		i=$((i + 1))
		action=accept
		[ "$i" != "$closed" ] || action="mirror nowhere"
		lines+=("rule add ${rule#also } $action comment r$i")
	done
	load_new "${lines[@]}"
}

# refused N: rule N of these, which is closed, has met frames, and each was dropped
refused() {
	local met

	packets "r$1"
	met=$PACKETS
	packets policy:forward
	[ "$met" -ge 1 ] && [ "$PACKETS" -ge "$met" ]
}

# service TRIAL RULE...: with these rules the client gets what it wants, and each
# that it needs counts. It doesn't when any one of them is closed, though it is given
# twice the time, or three seconds.
service() {
	local trial=$1 rule i=0 end began patience
	local -a service_words

	read -r -a service_words <<<"$trial"
	shift
	only 0 "$@"
	began=${EPOCHREALTIME/[.,]/}
	"${service_words[@]}" || {
		say "$trial: doesn't work"
		return 1
	}
	patience=$(((${EPOCHREALTIME/[.,]/} - began) / 500000 + 1))
	[ "$patience" -le 3 ] || patience=3
	for rule; do
		i=$((i + 1))
		[[ $rule != also* ]] || continue
		packets "r$i"
		[ "$PACKETS" -ge 1 ] || {
			say "$trial: not counted by $rule"
			fw -s rule show hook forward | sed 's/^/# /'
			return 1
		}
	done
	i=0
	for rule; do
		i=$((i + 1))
		[[ $rule != also* ]] || continue
		only "$i" "$@"
		end=$((SECONDS + DEADLINE))
		PATIENCE=$patience
		while :; do
			if "${service_words[@]}"; then
				say "$trial: works without $rule"
				return 1
			fi
			! refused "$i" || break
			[ $SECONDS -lt "$end" ] || {
				say "$trial: not stopped by $rule"
				return 1
			}
			PATIENCE=$((PATIENCE * 2))
		done
		PATIENCE=$DEADLINE
	done
}

# soon COMMAND...: it succeeds while the client is patient
soon() {
	DEADLINE=$PATIENCE wait_for "$@" >/dev/null
}

# acquainted N...: these hosts, which have addresses, know each other's MAC
# addresses, so that nobody has to ask
acquainted() {
	local i j

	for i in "$@"; do
		for j in "$@"; do
			[ "$i" != "$j" ] || continue
			ip -n "$PREFIX-h$i" neigh replace "192.0.2.$j" dev eth0 \
				lladdr "02:00:00:00:00:0$j" nud permanent
			ip -n "$PREFIX-h$i" neigh replace "2001:db8::$j" dev eth0 \
				lladdr "02:00:00:00:00:0$j" nud permanent
		done
	done
}

# info KEY: INFO = its value in info show
info() {
	local key value

	INFO=
	while read -r key value; do
		[ "$key" != "$1" ] || INFO=$value
	done < <(fw info show)
	[ -n "$INFO" ]
}

# listens PID [NETNS]: is a monitor in both of its groups? The second that it joins
# is number 16, wherever the first one is.
listens() {
	ip netns exec "${2:-$BR}" cat /proc/net/netlink | awk -v pid="$1" '
		$2 == 16 && $3 == pid && $4 ~ /[89a-f]...$/ { found = 1 }
		END { exit !found }'
}

# equal WHAT WANT GOT
equal() {
	[ "$2" = "$3" ] || {
		say "$1: want '$2', got '$3'"
		return 1
	}
}

# contains WHAT PART TEXT
contains() {
	[[ $3 == *"$2"* ]] || {
		say "$1: want '$2' in '$3'"
		return 1
	}
}

# wait_for COMMAND...: until it succeeds, at most $DEADLINE seconds
wait_for() {
	local end=$((SECONDS + DEADLINE))

	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || {
			say "not in $DEADLINE s: $*"
			return 1
		}
		# A pause without a process: nothing ever writes to this pipe.
		read -r -t 0.05 -u "$PAUSE" || :
	done
}

exec {PAUSE}<> <(:)
