#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Files that fwctl reads: batches of commands, what load would change, JSON, and
# very many lines.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
netns_add "$BR"
nl open 0 "$BR" || die "kernel family brfw not found; is the module loaded?"

readonly LIMIT=/sys/module/brfw/parameters/max_rules

# comments: of all rules, in order
comments() {
	nl 0 names
	equal "rules" "$*" "$NL_REPLY"
}

# fails STATUS TEXT WORDS...: fwctl must end with this status and say this
fails() {
	local status=$1 text=$2

	shift 2
	fw_refuses "$status" "$@"
	contains "message" "$text" "$FW_ERROR"
}

# ---- batches ----

test_batch() {
	local out handle

	fw ruleset flush
	cat >"$TMP/batch" <<-'END'
		# comments and empty lines do nothing

		rule add prio 5 proto tcp accept comment "a b"   # this neither
		policy set forward drop
		zone set bridge br0 5
		rule show
	END
	out=$(fw -batch "$TMP/batch")
	handle=$(sed -n '1s/^handle //p' <<<"$out")
	contains "rule show" "comment \"a b\" # handle $handle" "$(sed -n 2p <<<"$out")"
	contains "policies" "policy set forward drop" "$(fw policy show)"
	# Places and whatever else a rule file can't say.
	printf '%s\n' "rule add prio 5 proto udp drop comment z before $handle" \
		"rule move handle $handle prio 4" "rule replace handle $handle proto tcp drop comment t" |
		fw --batch - >/dev/null
	comments t z
	contains "JSON" '"comment":"t"' "$(echo "rule show" | fw -j -b -)"
	equal "nothing" "" "$(fw -batch - </dev/null)"
}

# What sets look like is asked again when it may have changed.
test_batch_sets() {
	fw ruleset load - <<<"set add s type inet_port"
	echo "set add s type ipv4_addr" >"$TMP/other"
	printf '%s\n' "set add-element s 80" "ruleset load $TMP/other" \
		"set add-element s 192.0.2.1" "set delete s" "set add s type ether_addr" \
		"set add-element s 02:00:00:00:00:01" | fw -batch -
	# One that the kernel refuses looks as it did.
	fails 1 "standard input:1: kernel refused" -force -batch - <<-END
		set add s type inet_port
		set add-element s 02:00:00:00:00:02
	END
	equal "elements" 2 "$(fw ruleset save | grep -c "^set add-element s 02:")"
}

# Who writes commands by a pipe gets an answer before the pipe is closed.
test_batch_talks() {
	local answer='' batch

	fw ruleset flush
	mkfifo "$TMP/commands"
	fw -batch - <"$TMP/commands" >"$TMP/answers" &
	exec {batch}>"$TMP/commands"
	echo "rule add drop" >&"$batch"
	wait_for grep -q "^handle " "$TMP/answers"
	answer=$(sed -n 's/^handle //p' "$TMP/answers")
	echo "rule delete handle $answer" >&"$batch"
	exec {batch}>&-
	wait $!
	comments
}

# The first line that fails ends it, and is named; what is done is done.
test_batch_fails() {
	fw ruleset flush
	printf '%s\n' "rule add proto tcp drop comment one" "rule delete handle 999999" \
		"rule add proto udp drop comment two" >"$TMP/batch"
	fails 1 "fwctl: $TMP/batch:2: kernel refused: there is no rule" -batch "$TMP/batch"
	comments one
	printf '%s\n' "" "rule add dport 70000 drop" "rule delete handle 999999" \
		"rule add proto udp drop comment two" >"$TMP/batch"
	fails 2 "fwctl: $TMP/batch:2:16: \"dport\" is wrong" -batch "$TMP/batch"
	comments one
	fails 2 "fwctl: $TMP/batch:2:16: " -force -batch "$TMP/batch"
	contains "the other one" "$TMP/batch:3: kernel refused" "$FW_ERROR"
	equal "messages" 2 "$(wc -l <<<"$FW_ERROR")"
	comments one two
	# A command that says itself where it fails.
	echo "frob" >"$TMP/bad"
	echo "ruleset load $TMP/bad" >"$TMP/batch"
	fails 2 "$TMP/bad:1:1: " -batch "$TMP/batch"
	contains "the line" "$TMP/batch:1: the command failed" "$FW_ERROR"
	fails 1 "$TMP/none" -batch "$TMP/none"
	fails 2 "\"rule\" is unknown" -batch "$TMP/batch" rule show
	fails 2 "-batch" -force rule show
	printf 'rule show\nrule add drop comment "x\0y"\n' >"$TMP/batch"
	fails 2 "$TMP/batch:2:25: a NUL byte" -batch "$TMP/batch"
}

# ---- what load would change ----

# differs STATUS [OPTION] <statements: DIFF = what is printed, without handles
differs() {
	local rc=0

	DIFF=$(fw "${@:2}" ruleset diff - 2>&1) || rc=$?
	equal "status" "$1" "$rc"
	DIFF=$(sed 's/ # handle [0-9]*$//; s/ # handle [0-9]* / # /' <<<"$DIFF")
}

readonly OLD='policy set forward drop
policy set bridge br0 input drop
zone set bridge br0 5
zone set bridge br1 6
rule add prio 10 proto tcp drop comment a
rule add prio 10 proto udp drop comment b
rule add prio 10 proto icmp drop
rule add prio 20 proto igmp drop
rule add hook input prio 10 vlan any vlan-prio 3 drop'
readonly NEW='policy set output drop
zone set bridge br0 7
zone set bridge br2 6
rule add prio 10 proto icmp drop
rule add prio 10 proto tcp drop comment a
rule add prio 10 proto udp drop comment c
rule add prio 20 proto igmp accept
rule add hook input prio 10 vlan any vlan-prio 3 drop'

test_diff() {
	local before

	fw ruleset load - <<<"$OLD"
	nl 0 gen
	before=$NL_REPLY
	differs 0 <<<"$OLD"
	equal "nothing" "" "$DIFF"
	differs 1 <<<"$NEW"
	equal "difference" '- policy set bridge br0 input drop
- policy set forward drop
+ policy set forward accept
- policy set output accept
+ policy set output drop
- zone set bridge br1 6
- zone set bridge br0 5
+ zone set bridge br0 7
+ zone set bridge br2 6
- rule add hook forward prio 20 proto igmp drop
~ rule add hook forward prio 10 proto tcp drop comment "a" # moved
~ rule add hook forward prio 10 proto udp drop comment "c" # comment
+ rule add hook forward prio 20 proto igmp accept' "$DIFF"
	differs 1 -j <<<"$NEW"
	equal "JSON" 10 "$(grep -o '"change":' <<<"$DIFF" | wc -l)"
	contains "JSON" '{"change":"replaced","zone":{"bridge":"br0","zone":7}}' "$DIFF"
	contains "JSON" '{"change":"added","rule":{"hook":"forward","prio":20,"match":{"proto":"igmp"},"verdict":"accept"}}' "$DIFF"
	[[ $DIFF =~ \{\"change\":\"moved\",\"rule\":\{\"handle\":[0-9]+,.*\"comment\":\"a\" ]]
	nl 0 gen
	equal "generation" "$before" "$NL_REPLY"
	fw ruleset load - <<<"$NEW"
	differs 0 <<<"$NEW"
	differs 0 -j <<<"$NEW"
	equal "nothing" "[]" "$DIFF"
	fw ruleset flush
	differs 1 <<<"rule add drop"
	equal "from nothing" "+ rule add hook forward prio 1000 drop" "$DIFF"
}

# As diff(1): 2 is trouble, whoever made it.
test_diff_trouble() {
	fw ruleset flush
	differs 2 <<<"frob"
	differs 2 <<<"rule add drop
rule add accept"
	contains "message" "standard input:2:1: kernel refused" "$DIFF"
	fails 2 "$TMP/none" ruleset diff "$TMP/none"
	fails 2 "FILE" ruleset diff
}

# events N: the monitor has told of so many; EVENT is the last
events() {
	local line n=0

	while read -r line; do
		[[ $line = "generation "* ]] || continue
		n=$((n + 1))
		EVENT=$line
	done <"$TMP/events"
	[ "$n" -ge "$1" ]
}

# random_rules SEED: a choice of rules in some order, others for each number
random_rules() {
	awk -v seed="$1" 'BEGIN {
		srand(seed)
		for (i = 1; i < 15; i++)
			printf "%f rule add prio %d proto tcp dport %d drop comment c%d\n",
				rand(), i % 2, i, (int(seed / 4) + i) % 3
	}' | sort | head -n 9 | cut -d ' ' -f 2-
}

# told KIND: N = how many of them the last event has
told() {
	N=0
	[[ ! $EVENT =~ \ ([0-9]+)\ $1 ]] || N=${BASH_REMATCH[1]}
}

# foretold KIND: N = how many of them diff had
foretold() {
	local diff what="\"change\":\"$1\"" rest

	diff=$(<"$TMP/diff")
	rest=${diff//"$what"/}
	N=$(((${#diff} - ${#rest}) / ${#what}))
}

# It is what load does: the kernel tells the same of each. What is loaded between
# others may have to make room, so that the kernel moves more.
test_diff_is_true() {
	local i n pid kind moved=0

	fw ruleset flush
	"$FWCTL" -n "$BR" monitor >"$TMP/events" &
	pid=$!
	wait_for listens "$pid"
	for ((i = 0; i < 20; i++)); do
		random_rules "$i" >"$TMP/next"
		fw -j ruleset diff "$TMP/next" >"$TMP/diff" || [ $? -eq 1 ]
		fw ruleset load "$TMP/next"
		wait_for events $((i + 1))
		for kind in added deleted replaced moved; do
			foretold "$kind"
			n=$N
			told "$kind"
			if [ "$kind" = moved ]; then
				moved=$((moved + n))
				[ "$n" -le "$N" ]
			else
				equal "round $i: $kind" "$N" "$n"
			fi
		done
	done
	kill "$pid"
	wait "$pid" || :
	say "$moved moved"
	[ "$moved" -gt 10 ]
}

# Sets and their elements; what is left of a timeout is no difference.
test_diff_sets() {
	fw ruleset load - <<-'END'
		set add a type ipv4_addr timeout 1h
		set add-element a 192.0.2.1
		set add-element a 192.0.2.2 comment x
		set add k type inet_port keep
		set add-element k 5
		set add gone type ether_addr
		rule add saddr @a drop
	END
	differs 1 <<-'END'
		set add a type ipv4_addr timeout 1h
		set add-element a 192.0.2.2 comment y
		set add-element a 192.0.2.3
		set add k type inet_port keep comment new
		rule add saddr @a drop
		rule add proto tcp not dport @k drop
	END
	equal "difference" '- set add gone type ether_addr
- set add k type inet_port keep
+ set add k type inet_port keep comment "new"
- set add-element a 192.0.2.1
- set add-element a 192.0.2.2 comment "x"
+ set add-element a 192.0.2.2 comment "y"
+ set add-element a 192.0.2.3
+ rule add hook forward prio 1000 proto tcp not dport @k drop' "$DIFF"
	fw ruleset save | fw ruleset diff -
	fw -j ruleset save | fw ruleset diff -
}

# check goes as far as a load: what only the whole ruleset shows is found.
test_check_is_whole() {
	local i

	fw ruleset load - <<<"rule add drop comment a"
	OLD_LIMIT=$(<"$LIMIT")
	trap 'echo "$OLD_LIMIT" >"$LIMIT"' EXIT
	echo 3 >"$LIMIT"
	for i in 1 2 3 4; do
		echo "rule add prio $i drop"
	done >"$TMP/four"
	fails 1 "$TMP/four:4:1: kernel refused: the ruleset has as many rules" ruleset check "$TMP/four"
	fails 1 "$TMP/four:4:1: kernel refused: the ruleset has as many rules" ruleset load "$TMP/four"
	echo "$OLD_LIMIT" >"$LIMIT"
	fw ruleset check "$TMP/four"
	comments a
}

# ---- JSON ----

# wrong TEXT JSON: what is said of it, before a kernel is asked
wrong() {
	printf '%s' "$2" >"$TMP/wrong"
	fails 2 "fwctl: $TMP/wrong$1" ruleset check "$TMP/wrong"
}

test_json_wrong() {
	fw ruleset flush
	wrong ':1:29: this is not JSON' '{"rules":[{"verdict":"drop",}]}'
	wrong ':3:1: this is not JSON' '{"rules":[
		{"verdict":"drop"}
}'
	wrong ':1:37: this is not JSON: duplicate' '{"rules":[{"verdict":"drop","verdict":"accept"}]}'
	wrong ':1:48: this is not JSON' '{"rules":[{"verdict":"drop","comment":"a\u0000b"}]}'
	wrong ':1:55: this is not JSON: too big' '{"rules":[{"verdict":"drop","prio":99999999999999999999}]}'
	wrong ': foo: the key "foo" is unknown' '{"foo":[]}'
	wrong ': "": the key "" is unknown' '{"":[]}'
	wrong ': rules: the value is an object (want an array)' '{"rules":{}}'
	wrong ': rules[1]: the value is an integer (want an object)' '{"rules":[{"verdict":"drop"},3]}'
	wrong ': rules[0].vlan: the key "vlan" is unknown' '{"rules":[{"verdict":"drop","vlan":3}]}'
	wrong ': rules[0].match.dprt: the key "dprt" is unknown' '{"rules":[{"verdict":"drop","match":{"dprt":1}}]}'
	wrong ': rules[0].match.accept: the key "accept" is unknown' '{"rules":[{"verdict":"drop","match":{"accept":1}}]}'
	wrong ': rules[0].match: the value is a string' '{"rules":[{"verdict":"drop","match":"proto"}]}'
	wrong ': rules[0].match.dport: "dport" is wrong: "99999" (want 0-65535)' \
		'{"rules":[{"verdict":"drop","match":{"proto":"tcp","dport":99999}}]}'
	wrong ': rules[0].match.proto: the value is true' '{"rules":[{"verdict":"drop","match":{"proto":{"not":true}}}]}'
	wrong ': rules[0].match.proto: the value is an object' '{"rules":[{"verdict":"drop","match":{"proto":{"nat":1}}}]}'
	wrong ': rules[0].match.vlan: "not" can' '{"rules":[{"verdict":"drop","match":{"vlan":{"not":"any"}}}]}'
	wrong ': rules[0].prio: "prio" is wrong: "4294967296"' '{"rules":[{"verdict":"drop","prio":4294967296}]}'
	wrong ': rules[0].prio: "prio" is wrong: "-1"' '{"rules":[{"verdict":"drop","prio":-1}]}'
	wrong ': rules[0].prio: the value is a number with a fraction (want an integer)' '{"rules":[{"verdict":"drop","prio":1.5}]}'
	wrong ': rules[0].hook: the value is an integer (want a string)' '{"rules":[{"verdict":"drop","hook":7}]}'
	wrong ': rules[0].hook: "hook" is wrong: "sideways"' '{"rules":[{"verdict":"drop","hook":"sideways"}]}'
	wrong ': rules[0].verdict: "verdict" is wrong: "comment"' '{"rules":[{"verdict":"comment"}]}'
	wrong ': rules[0]: argument "accept|drop|' '{"rules":[{"prio":1}]}'
	wrong ': rules[0]: argument "redirect" is required' '{"rules":[{"verdict":"redirect"}]}'
	wrong ': rules[0].queue: argument "number" is required' '{"rules":[{"verdict":"queue","queue":{}}]}'
	wrong ': rules[0].queue.bypass: the value is an integer' '{"rules":[{"verdict":"queue","queue":{"number":1,"bypass":1}}]}'
	wrong ': rules[0].queue: "queue" goes with' '{"rules":[{"verdict":"drop","queue":{"number":1}}]}'
	wrong ': rules[0].sets.not: the value is a string (want true or false)' \
		'{"sets":[{"set":"a","type":["ipv4_addr"]}],"rules":[{"verdict":"drop","sets":[{"fields":["saddr"],"set":"a","not":"true"}]}]}'
	wrong ': sets[0].type: the value is a string (want an array' '{"sets":[{"set":"a","type":"ipv4_addr"}]}'
	wrong ':1:1: a rule file in JSON is an object' '[]'
	wrong ':1:1: a byte order mark' $'\xef\xbb\xbf{}'
	wrong ': rules[0].limit: argument "unit" is required' '{"rules":[{"verdict":"drop","limit":{"rate":1}}]}'
	wrong ': rules[0].limit.unit: "unit" is wrong: "bits"' '{"rules":[{"verdict":"drop","limit":{"rate":1,"unit":"bits","per":"day"}}]}'
	wrong ': rules[0].limit.rate: "limit" is wrong: "0/day"' '{"rules":[{"verdict":"drop","limit":{"rate":0,"unit":"packets","per":"day"}}]}'
	wrong ': rules[0].limit.burst: "burst" is wrong: "-1"' '{"rules":[{"verdict":"drop","limit":{"rate":1,"unit":"packets","per":"day","burst":-1}}]}'
	wrong ': rules[0].log.group: "group" is wrong: "65536"' '{"rules":[{"verdict":"drop","log":{"group":65536}}]}'
	wrong ': rules[0].log.level: the key "level" is unknown' '{"rules":[{"verdict":"drop","log":{"level":1}}]}'
	wrong ': rules[0].comment: "comment" is wrong: "a?b"' '{"rules":[{"verdict":"drop","comment":"a\nb"}]}'
	wrong ': sets[0].type: "type" is wrong: "ip"' '{"sets":[{"set":"a","type":["ip"]}]}'
	wrong ': elements[0].element: "element" is wrong: "192.0.2"' '{"sets":[{"set":"a","type":["ipv4_addr"]}],"elements":[{"set":"a","element":"192.0.2"}]}'
	wrong ': elements[0].set: ' '{"elements":[{"set":"a","element":"192.0.2.1"}]}'
	wrong ': rules[0].sets.set: ' '{"rules":[{"verdict":"drop","sets":[{"fields":["saddr"],"set":"none"}]}]}'
	wrong ': policies[0]: argument "verdict" is required' '{"policies":[{"hook":"forward"}]}'
	wrong ': policies[1].verdict: "verdict" is wrong: "reject"' '{"policies":[{"hook":"input","verdict":"drop"},{"hook":"forward","verdict":"reject"}]}'
	wrong ': zones[0].zone: "zone" is wrong: "0"' '{"zones":[{"bridge":"br0","zone":0}]}'
	wrong ': zones[0].zone: the value is a string' '{"zones":[{"bridge":"br0","zone":"x"}]}'
	fails 2 "is an object with arrays" ruleset check - <<<'[1]'
	# The same whoever reads it.
	fails 2 "$TMP/wrong: zones[0].zone: " ruleset load "$TMP/wrong"
	fails 2 "$TMP/wrong: zones[0].zone: " ruleset diff "$TMP/wrong"
	fails 2 "standard input: zones[0].zone: " -j ruleset check - <"$TMP/wrong"
	nl 0 count
	equal "rules" "0 0" "$NL_REPLY"
}

# What the kernel refuses is found by its path too, at once and at the commit.
test_json_refused() {
	fw ruleset load - <<<"rule add drop comment a"
	fails 1 ': rules[1].match.dport: kernel refused' -j ruleset load - \
		<<<'{"zones":[{"bridge":"b","zone":1}],"rules":[{"verdict":"drop"},{"verdict":"drop","match":{"dport":1}}]}'
	fails 1 ': rules[2]: kernel refused: a rule with the same' -j ruleset load - \
		<<<'{"policies":[{"hook":"input","verdict":"drop"}],"rules":[{"verdict":"drop"},{"verdict":"drop","prio":1},{"verdict":"accept"}]}'
	comments a
}

# twice TEXT LINE...: a file of these lines is refused with exactly this, when all
# but the last of them were there before, and when nothing was
twice() {
	local want="fwctl: standard input:$1" file

	shift
	printf -v file '%s\n' "$@"
	fw ruleset flush
	fw_refuses 1 ruleset load - <<<"${file%$'\n'}"
	equal "message" "$want" "$FW_ERROR"
	printf '%s\n' "${@:1:$#-1}" | fw ruleset load -
	fw_refuses 1 ruleset load - <<<"${file%$'\n'}"
	equal "message, with what was there before" "$want" "$FW_ERROR"
	fw ruleset diff - < <(printf '%s\n' "${@:1:$#-1}")
}

# Both lines are told, and nothing of a set that another line names.
test_twice() {
	local set="set add s type ipv4_addr" rule="a rule with the same hook, bridge, priority and conditions exists"

	twice "4:1: kernel refused: $rule (see line 2): File exists" \
		"$set" "rule add proto tcp drop" "set add-element s 192.0.2.1" "rule add proto tcp accept"
	twice "3:1: kernel refused: $rule (see line 2): File exists" \
		"$set" "rule add saddr @s drop" "rule add saddr @s accept"
	twice "4:1: kernel refused: there is a set of this name already (see set s, line 1): File exists" \
		"$set" "set add t type ipv4_addr" "set add-element t 192.0.2.1" "$set comment x"
	twice "5:19: kernel refused: the element is in the set already (see set s, element 192.0.2.1, line 3): File exists" \
		"$set" "set add t type ipv4_addr" "set add-element s 192.0.2.1" \
		"set add-element t 192.0.2.1" "set add-element s 192.0.2.1"
	twice "3:19: kernel refused: the element overlaps with one that is in the set (see set s, element 192.0.2.0/24, line 2): File exists" \
		"$set" "set add-element s 192.0.2.0/24" "set add-element s 192.0.2.1"
	fw ruleset flush
	fails 1 ': elements[2].element: kernel refused: the element is in the set already (see set s, element 192.0.2.1, elements[0])' \
		-j ruleset load - <<<'{"sets":[{"set":"s","type":["ipv4_addr"]}],"elements":[{"set":"s","element":"192.0.2.1"},{"set":"s","element":"192.0.2.2"},{"set":"s","element":"192.0.2.1"}]}'
	fails 1 ': rules[1]: kernel refused: a rule with the same hook, bridge, priority and conditions exists (see rules[0])' \
		-j ruleset load - <<<'{"rules":[{"verdict":"drop"},{"verdict":"accept"}]}'
	fails 2 '3:1: this policy is set already (see line 1)' ruleset load - \
		< <(printf '%s\n' "policy set input drop" "policy set output drop" "policy set input accept")
	fails 2 '2:1: this zone is set already (see line 1)' ruleset load - \
		< <(printf '%s\n' "zone set bridge a 1" "zone set bridge a 2")
	equal "ruleset" "" "$(fw ruleset save | sed '/^policy/d')"
}

test_json_forms() {
	fw -j ruleset load - <<-'END'

		  {"rules": [
		    {"verdict": "drop", "prio": 7, "match": {"proto": 6, "dport": {"not": 80}, "ttl": "1-5"},
		     "handle": 999, "packets": 5, "bytes": 7, "last-used": 3, "problem": "none"},
		    {"verdict": "queue", "queue": {"bypass": false, "number": 3}}
		  ]}
	END
	equal "rules" "rule add hook forward prio 7 ttl 1-5 proto tcp not dport 80 drop
rule add hook forward prio 1000 queue 3" "$(fw ruleset save | grep '^rule')"
	fw ruleset load - <<<'{}'
	nl 0 count
	equal "an empty object" "0 0" "$NL_REPLY"
}

# What the kernel takes is the same after it was saved and loaded in either form.
# Rules keep their handles only if they are the same to the last byte.
test_odd_texts() {
	local text form handles i=0

	fw ruleset flush
	fw set add odd type ifname comment $'caf\u00e9 \u202e "\\'
	# shellcheck disable=SC2016 # "$(a)" is a text as any other
	for text in '@p' '#p' 'a"b' 'a\b' 'a*b' '*' '[a]?' not any none comment $'\u00f6\u0153' $'\U1f525' $'\ufffd' "'" '$(a)' '-' '{'; do
		[ "$text" != '*' ] || continue
		i=$((i + 1))
		printf '%s\n' "$text" | sed 's/[\\"]/\\&/g; s/.*/"&"/' >"$TMP/quoted"
		read -r text <"$TMP/quoted" || :
		text=$(<"$TMP/quoted")
		printf '%s\n' "rule add prio $i in $text out $text log prefix $text mirror $text redirect $text comment $text" \
			"set add-element odd $text comment $text" "policy set bridge $text input drop" \
			"zone set bridge $text $i" "rule add bridge $text prio $i drop comment $text"
	done >"$TMP/batch"
	fw -batch "$TMP/batch" >/dev/null
	fw rule show >"$TMP/shown"
	handles=$(grep -c handle "$TMP/shown")
	equal "rules" $((2 * i)) "$handles"
	for form in "" -j; do
		# shellcheck disable=SC2086 # no word when it is empty
		fw $form ruleset save >"$TMP/saved"
		fw ruleset diff "$TMP/saved"
		fw ruleset load "$TMP/saved"
		fw rule show | cmp - "$TMP/shown"
		# shellcheck disable=SC2086
		fw $form ruleset save | cmp - "$TMP/saved"
	done
	fw ruleset flush
}

# ---- size ----

# Very many rules in a namespace that may have a few thousand: refused with the
# line, and nothing is left of it.
test_many() {
	fw ruleset load - <<<"rule add drop comment a"
	OLD_LIMIT=$(<"$LIMIT")
	trap 'echo "$OLD_LIMIT" >"$LIMIT"' EXIT
	echo 2000 >"$LIMIT"
	seq 1 100000 | sed 's/.*/rule add prio & mark & drop/' >"$TMP/many"
	fails 1 "$TMP/many:4001:1: kernel refused: too many changes" ruleset load "$TMP/many"
	[ "$(wc -l <<<"$FW_ERROR")" -le 11 ]
	sed 's/ mark/ mrk/' "$TMP/many" >"$TMP/wrong"
	fails 2 "$TMP/wrong:1:" ruleset load "$TMP/wrong"
	contains "end" "too many errors" "$FW_ERROR"
	head -n 2000 "$TMP/many" | fw ruleset check -
	echo "$OLD_LIMIT" >"$LIMIT"
	rm "$TMP/many" "$TMP/wrong"
	comments a
	nl 0 info
	equal "drafts" 0 "$(cut -d' ' -f3 <<<"$NL_REPLY")"
}

check "batch: commands of a file" test_batch
check "batch: commands that fail" test_batch_fails
check "batch: sets that change" test_batch_sets
check "batch: answers at once" test_batch_talks
check "diff: each kind of difference" test_diff
check "diff: sets" test_diff_sets
check "diff: trouble" test_diff_trouble
check "diff: it is what load does" test_diff_is_true
check "check: the whole ruleset" test_check_is_whole
check "JSON: what is wrong, and where" test_json_wrong
check "JSON: what the kernel refuses, and where" test_json_refused
check "lines that say the same twice" test_twice
check "JSON: forms that are taken" test_json_forms
check "odd names and comments, there and back" test_odd_texts
check "very many lines" test_many
run_checks
