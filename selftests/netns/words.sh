#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A ruleset in which every word of the language stands is the same after it was
# saved and loaded again, as text and as JSON. What words there are is asked of
# the module and of the help text, so a new one without an example here fails.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
netns_add "$BR"
nl open 0 "$BR" || die "kernel family brfw not found; is the module loaded?"

# Conditions on each field, with "|" between them; those that may be negated
# begin with a "+". What a condition needs beside it is in NEEDS.
declare -rA EXAMPLES=(
	[in]="in p1|in \"#a\"" [out]="out p2"
	[frame]="+frame unicast" [smac]="+smac 02:00:00:00:00:01|smac 02:00:00:00:00:00/ff:ff:00:00:00:00"
	[dmac]="+dmac 02:00:00:00:00:01" [ethertype]="+ethertype 0x1234"
	[vlan]="+vlan 7|vlan 0,5-9,4094|vlan any|vlan any vlan-prio 3" [vlan-prio]="+vlan-prio 5"
	[vlan-proto]="+vlan-proto 802.1ad"
	[inner-vlan]="+inner-vlan 8|inner-vlan none|inner-vlan any inner-vlan-proto 802.1ad"
	[inner-vlan-prio]="+inner-vlan-prio 0" [inner-vlan-proto]="+inner-vlan-proto 802.1q"
	[pppoe-session]="+pppoe-session 1-65535" [mpls-label]="+mpls-label 1048575"
	[arp-op]="+arp-op 9" [arp-sender-ip]="+arp-sender-ip 192.0.2.1"
	[arp-target-ip]="+arp-target-ip 192.0.2.0/24" [arp-sender-mac]="+arp-sender-mac 02:00:00:00:00:01"
	[arp-target-mac]="+arp-target-mac 02:00:00:00:00:02" [arp-gratuitous]="arp-gratuitous yes"
	[saddr]="+saddr 192.0.2.0/24|+saddr 2001:db8::/32" [daddr]="+daddr 198.51.100.1|+daddr 2001:db8::1"
	[dscp]="+dscp 1" [ttl]="+ttl 1-5,64" [length]="+length 100-200" [frag]="+frag later"
	[ip-options]="ip-options yes" [proto]="+proto 99"
	[sport]="+sport 1,3-5,7" [dport]="+dport 65535"
	[tcp-flags]="+tcp-flags syn/syn,ack|tcp-flags none/syn" [icmp-type]="+icmp-type 40"
	[icmp-code]="+icmp-code 3" [icmpv6-type]="+icmpv6-type 200" [icmpv6-code]="+icmpv6-code 0"
	[nd-target]="+nd-target 2001:db8::/64" [nd-lladdr]="+nd-lladdr 02:00:00:00:00:01"
	[igmp-type]="+igmp-type 0x99" [gre-proto]="+gre-proto 0x1234"
	[mark]="+mark 0x10/0xf0|mark 0" [state]="+state new,related" [malformed]="malformed yes"
)
declare -rA NEEDS=(
	[sport]="proto udp" [dport]="proto sctp" [tcp-flags]="proto tcp"
	[icmp-type]="proto icmp" [icmp-code]="proto icmp icmp-type 3"
	[icmpv6-type]="proto icmpv6" [icmpv6-code]="proto icmpv6 icmpv6-type 1"
	[igmp-type]="proto igmp" [gre-proto]="proto gre"
)
# Actions and verdicts, by their first word
declare -rA DOES=(
	[log]="log|log group 5|log prefix \"x: \"|log group 0 prefix a"
	[set-mark]="set-mark 0x1|set-mark 0x10/0xf0" [mirror]="mirror tap0"
	[accept]="accept" [drop]="drop" [reject]="reject" [redirect]="redirect \"#b\""
	[queue]="queue 0|queue 65535 bypass"
)
# Objects that a file has statements of; rule has its own lists.
declare -rA STATEMENTS=(
	[policy]="policy set forward drop|policy set bridge br0 input accept|policy set bridge \"a#b\" output drop"
	[zone]="zone set bridge br0 1|zone set bridge br1 65535"
	[set]="set add keep type ipv4_addr keep comment \"a b\"|set add-element keep 192.0.2.1 comment x|set add many type ipv4_addr . inet_port interval 2 counters timeout 1d2h|set add-element many 192.0.2.1 . 5-9 timeout never|set add-element many 192.0.2.1 . 11 timeout never comment \"x y\""
)
# Conditions on sets, of the types that the help text has
declare -rA MEMBERS=(
	[ipv4_addr]="saddr 192.0.2.1" [ipv6_addr]="daddr 2001:db8::1"
	[ether_addr]="smac 02:00:00:00:00:01" [inet_port]="dport 5" [ifname]="in p1"
)

RULES=0

# rule WORDS: one more rule of the file, unlike all others by its priority
rule() {
	RULES=$((RULES + 1))
	echo "rule add prio $RULES $*" >>"$TMP/words"
}

# examples TEXT: EXAMPLE = each part of it
examples() {
	IFS='|' read -r -a EXAMPLE <<<"$1"
}

# words_of TITLE: of a line of the help text with "|" between them
words_of() {
	sed -n "s/^$1 := //p" "$TMP/help" | tr '|' ' '
}

# forms_of TITLE NEXT: first words of the lines between two titles
forms_of() {
	sed -n "/^$1 :=/,/^$2 :=/s/^  \([a-z-]*\) .*/\1/p" "$TMP/help"
}

conditions() {
	local field one

	info matches
	for field in ${INFO//,/ }; do
		[ -n "${EXAMPLES[$field]:-}" ] || {
			say "no example of a condition on $field"
			return 1
		}
		examples "${EXAMPLES[$field]}"
		for one in "${EXAMPLE[@]}"; do
			rule "${NEEDS[$field]:-} ${one#+} drop"
			[ "${one#+}" = "$one" ] || rule "${NEEDS[$field]:-} not ${one#+} drop"
		done
	done
	while read -r field one; do
		for one in $one; do
			rule "${NEEDS[${field%:}]:-} ${field%:} $one drop"
		done
	done < <(sed -n '/^Names:/,/^RATE/s/^  \([a-z0-9-]*:\)/\1/p' "$TMP/help")
}

limits() {
	local period unit

	for period in $(words_of PERIOD); do
		for unit in "" bytes kbytes mbytes gbytes; do
			rule "proto udp limit 3$unit/$period burst 5$unit accept"
		done
		rule "proto udp limit 7/$period accept"
	done
}

actions() {
	local word one

	for word in $(forms_of ACTION VERDICT) $(forms_of VERDICT ANSWER); do
		[ -n "${DOES[$word]:-}" ] || {
			say "no example of $word"
			return 1
		}
		examples "${DOES[$word]}"
		for one in "${EXAMPLE[@]}"; do
			rule "$one"
		done
	done
	info verdicts
	for word in ${INFO//,/ }; do
		[ -n "${DOES[$word]:-}" ]
	done
	for word in $(words_of ANSWER); do
		rule "proto tcp reject with $word"
	done
	rule 'bridge "#é" in p1 limit 1/day log group 1 prefix "\"" set-mark 1 mirror m drop comment "quote \" back \\ # {é}"'
	info hooks
	for word in ${INFO//,/ }; do
		rule "hook $word comment $word accept"
	done
}

# Objects of the command table that have a "set" or "add" and are no rules
statements() {
	local object one

	for object in $(fw help | sed -n 's/^  fwctl \[OPTIONS\] \([a-z]*\) \(set\|add\) .*/\1/p' | sort -u); do
		[ "$object" != rule ] || continue
		[ -n "${STATEMENTS[$object]:-}" ] || {
			say "no example of $object"
			return 1
		}
		examples "${STATEMENTS[$object]}"
		printf '%s\n' "${EXAMPLE[@]}" >>"$TMP/words"
	done
}

# A set of each type, with an element, and a rule that names it
sets() {
	local member field value

	for member in $(fw set help | sed -n 's/^MEMBER := //p' | tr '|' ' '); do
		[ -n "${MEMBERS[$member]:-}" ] || {
			say "no example of a set of $member"
			return 1
		}
		read -r field value <<<"${MEMBERS[$member]}"
		{
			echo "set add of-$member type $member"
			echo "set add-element of-$member $value"
		} >>"$TMP/words"
		rule "${NEEDS[$field]:-} $field @of-$member drop"
		[ "$field" = in ] || rule "${NEEDS[$field]:-} not $field @of-$member drop"
	done
	rule "proto tcp saddr . dport @many drop"
}

write_words() {
	RULES=0
	: >"$TMP/words"
	fw rule help >"$TMP/help"
	statements
	sets
	conditions
	limits
	actions
	[ "$RULES" -gt 250 ]
}

# load_words: and the handles of all rules
load_words() {
	fw ruleset load "$TMP/words" 2>"$TMP/refused" || {
		say "$(<"$TMP/refused")"
		return 1
	}
	nl 0 list
	HANDLES=$NL_REPLY
	fw ruleset save >"$TMP/saved"
	equal "rules" "$RULES" "$(grep -c '^rule add' "$TMP/saved")"
}

# unchanged: the ruleset is the one that was loaded, the very same rules
unchanged() {
	fw ruleset save | diff "$TMP/saved" -
	nl 0 list
	equal "handles" "$HANDLES" "$NL_REPLY"
}

test_text() {
	write_words
	load_words
	fw ruleset diff "$TMP/words"
	fw ruleset load "$TMP/saved" 2>/dev/null
	unchanged
	fw -N ruleset save | fw ruleset load - 2>/dev/null
	unchanged
	# From nothing it is the same ruleset, of other rules.
	fw ruleset flush
	fw ruleset load "$TMP/saved" 2>/dev/null
	fw ruleset save | diff "$TMP/saved" -
	# Control: a rule less is noticed.
	head -n -1 "$TMP/saved" | fw ruleset load - 2>/dev/null
	! fw ruleset save | diff "$TMP/saved" - >/dev/null
}

test_json() {
	write_words
	load_words
	fw -j ruleset save >"$TMP/json"
	fw ruleset diff "$TMP/json"
	fw -j ruleset load - <"$TMP/json" 2>/dev/null
	unchanged
	fw -j -p -N ruleset save "$TMP/pretty"
	[ "$(wc -l <"$TMP/pretty")" -gt 1000 ]
	fw ruleset load "$TMP/pretty" 2>/dev/null
	unchanged
	fw ruleset flush
	fw ruleset load "$TMP/json" 2>/dev/null
	fw ruleset save | diff "$TMP/saved" -
	fw -j ruleset save | cmp "$TMP/json" -
	# What show prints, of rules that have counters and handles.
	printf '{"rules":%s,"policies":%s,"zones":%s,"sets":%s,"elements":%s}' \
		"$(fw -j rule show)" "$(fw -j policy show)" "$(fw -j zone show)" \
		"$(fw -j set show)" "$(fw -j ruleset save | sed 's/.*"elements":\(\[[^]]*\]\).*/\1/')" >"$TMP/shown"
	fw ruleset load "$TMP/shown" 2>/dev/null
	fw ruleset save | diff "$TMP/saved" -
}

check "every word as text" test_text
check "every word as JSON" test_json
run_checks
