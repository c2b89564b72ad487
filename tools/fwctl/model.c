// SPDX-License-Identifier: GPL-2.0-only
/*
 * The field table and the words of the language. A new match field is a new
 * row of model_fields[]; its keyword, parser, printer, JSON name, attribute
 * and line in the help text follow from it.
 */
#include <string.h>

#include "model.h"

const struct fwctl_name model_hooks[] = {
	{ "forward", BRFW_HOOK_FORWARD },
	{ "input", BRFW_HOOK_INPUT },
	{ "output", BRFW_HOOK_OUTPUT },
	{ NULL, 0 },
};

const struct fwctl_name model_verdicts[] = {
	{ "accept", BRFW_VERDICT_ACCEPT },
	{ "drop", BRFW_VERDICT_DROP },
	{ "reject", BRFW_VERDICT_REJECT },
	{ "redirect", BRFW_VERDICT_REDIRECT },
	{ "queue", BRFW_VERDICT_QUEUE },
	{ NULL, 0 },
};

const struct fwctl_name model_policy_verdicts[] = {
	{ "accept", BRFW_VERDICT_ACCEPT },
	{ "drop", BRFW_VERDICT_DROP },
	{ NULL, 0 },
};

const struct fwctl_name model_rejects[] = {
	{ "admin-prohibited", BRFW_REJECT_ADMIN },
	{ "net-unreachable", BRFW_REJECT_NET },
	{ "host-unreachable", BRFW_REJECT_HOST },
	{ "port-unreachable", BRFW_REJECT_PORT },
	{ "tcp-reset", BRFW_REJECT_TCP_RESET },
	{ NULL, 0 },
};

/* What a rate is counted in, in seconds. */
const struct fwctl_name model_periods[] = {
	{ "second", 1 },
	{ "minute", 60 },
	{ "hour", 3600 },
	{ "day", 86400 },
	{ NULL, 0 },
};

const struct fwctl_name model_families[] = {
	{ "ip4", BRFW_COST_IP4 },
	{ "ip6", BRFW_COST_IP6 },
	{ "other", BRFW_COST_OTHER },
	{ NULL, 0 },
};

const struct fwctl_name model_members[] = {
	{ "ether_addr", BRFW_SET_ETHER_ADDR },
	{ "ipv4_addr", BRFW_SET_IPV4_ADDR },
	{ "ipv6_addr", BRFW_SET_IPV6_ADDR },
	{ "inet_port", BRFW_SET_INET_PORT },
	{ "ifname", BRFW_SET_IFNAME },
	{ NULL, 0 },
};

/* By the number of the bit. */
const struct fwctl_name model_warnings[] = {
	{ "frag-with-state", 0 },
	{ NULL, 0 },
};

const struct fwctl_name model_changes[] = {
	{ "added", BRFW_CHANGE_A_ADDED },
	{ "deleted", BRFW_CHANGE_A_DELETED },
	{ "replaced", BRFW_CHANGE_A_REPLACED },
	{ "moved", BRFW_CHANGE_A_MOVED },
	{ NULL, 0 },
};

const char *const model_subjects[FWCTL_SUBJECTS] = {
	[FWCTL_SUBJECT_RULE] = "rules",
	[FWCTL_SUBJECT_POLICY] = "policies",
	[FWCTL_SUBJECT_ZONE] = "zones",
	[FWCTL_SUBJECT_SET] = "sets",
	[FWCTL_SUBJECT_ELEMENT] = "elements",
};

const struct fwctl_form model_actions[] = {
	{ "log", "[group N] [prefix STRING]", "write to NFLOG group N, or to the kernel log" },
	{ "set-mark", "V[/M]", "set the bits M of the mark, or all, to those of V" },
	{ "mirror", "PORT", "send a copy out of PORT" },
	{ NULL, NULL, NULL },
};

const struct fwctl_form model_verdict_forms[] = {
	{ "accept", "", "let the frame go on" },
	{ "drop", "", "drop it without an answer" },
	{ "reject", "[with ANSWER]", "drop it with an answer" },
	{ "redirect", "PORT", "send it out of PORT instead" },
	{ "queue", "N [bypass]", "let the program at NFQUEUE N decide" },
	{ NULL, NULL, NULL },
};

static const struct fwctl_name yes_no[] = {
	{ "no", 0 },
	{ "yes", 1 },
	{ NULL, 0 },
};

static const struct fwctl_name none_any[] = {
	{ "none", 0 },
	{ "any", 1 },
	{ NULL, 0 },
};

static const struct fwctl_name frame_classes[] = {
	{ "unicast", BRFW_FRAME_UNICAST },
	{ "multicast", BRFW_FRAME_MULTICAST },
	{ "broadcast", BRFW_FRAME_BROADCAST },
	{ NULL, 0 },
};

static const struct fwctl_name frags[] = {
	{ "none", BRFW_FRAG_NONE },
	{ "first", BRFW_FRAG_FIRST },
	{ "later", BRFW_FRAG_LATER },
	{ NULL, 0 },
};

static const struct fwctl_name states[] = {
	{ "new", BRFW_CT_NEW },
	{ "established", BRFW_CT_ESTABLISHED },
	{ "related", BRFW_CT_RELATED },
	{ "invalid", BRFW_CT_INVALID },
	{ "untracked", BRFW_CT_UNTRACKED },
	{ NULL, 0 },
};

/* RFC 9293 section 3.1, from the lowest bit up. */
static const struct fwctl_name tcp_flags[] = {
	{ "fin", 0x01 },
	{ "syn", 0x02 },
	{ "rst", 0x04 },
	{ "psh", 0x08 },
	{ "ack", 0x10 },
	{ "urg", 0x20 },
	{ "ece", 0x40 },
	{ "cwr", 0x80 },
	{ NULL, 0 },
};

static const struct fwctl_name ethertypes[] = {
	{ "ipv4", 0x0800 },
	{ "arp", 0x0806 },
	{ "wol", 0x0842 },
	{ "rarp", 0x8035 },
	{ "ipv6", 0x86dd },
	{ "mpls", 0x8847 },
	{ "mpls-mc", 0x8848 },
	{ "pppoe-discovery", 0x8863 },
	{ "pppoe", 0x8864 },
	{ "eapol", 0x888e },
	{ "lldp", 0x88cc },
	{ "macsec", 0x88e5 },
	{ "ptp", 0x88f7 },
	{ "loopback", 0x9000 },
	{ NULL, 0 },
};

static const struct fwctl_name tag_protocols[] = {
	{ "802.1q", 0x8100 },
	{ "802.1ad", 0x88a8 },
	{ NULL, 0 },
};

static const struct fwctl_name arp_operations[] = {
	{ "request", 1 },
	{ "reply", 2 },
	{ NULL, 0 },
};

static const struct fwctl_name gre_protocols[] = {
	{ "ipv4", 0x0800 },
	{ "arp", 0x0806 },
	{ "teb", 0x6558 },
	{ "ipv6", 0x86dd },
	{ "mpls", 0x8847 },
	{ "ppp", 0x880b },
	{ "erspan", 0x88be },
	{ NULL, 0 },
};

/* RFC 2474, RFC 2597, RFC 3246, RFC 5865 */
static const struct fwctl_name dscps[] = {
	{ "cs0", 0 },
	{ "cs1", 8 },
	{ "cs2", 16 },
	{ "cs3", 24 },
	{ "cs4", 32 },
	{ "cs5", 40 },
	{ "cs6", 48 },
	{ "cs7", 56 },
	{ "af11", 10 },
	{ "af12", 12 },
	{ "af13", 14 },
	{ "af21", 18 },
	{ "af22", 20 },
	{ "af23", 22 },
	{ "af31", 26 },
	{ "af32", 28 },
	{ "af33", 30 },
	{ "af41", 34 },
	{ "af42", 36 },
	{ "af43", 38 },
	{ "va", 44 },
	{ "ef", 46 },
	{ NULL, 0 },
};

static const struct fwctl_name protocols[] = {
	{ "icmp", 1 },
	{ "igmp", 2 },
	{ "ipip", 4 },
	{ "tcp", 6 },
	{ "udp", 17 },
	{ "dccp", 33 },
	{ "gre", 47 },
	{ "esp", 50 },
	{ "ah", 51 },
	{ "icmpv6", 58 },
	{ "ospf", 89 },
	{ "pim", 103 },
	{ "vrrp", 112 },
	{ "sctp", 132 },
	{ "udplite", 136 },
	{ NULL, 0 },
};

static const struct fwctl_name icmp_types[] = {
	{ "echo-reply", 0 },
	{ "destination-unreachable", 3 },
	{ "source-quench", 4 },
	{ "redirect", 5 },
	{ "echo-request", 8 },
	{ "router-advertisement", 9 },
	{ "router-solicitation", 10 },
	{ "time-exceeded", 11 },
	{ "parameter-problem", 12 },
	{ "timestamp-request", 13 },
	{ "timestamp-reply", 14 },
	{ NULL, 0 },
};

static const struct fwctl_name igmp_types[] = {
	{ "membership-query", 0x11 },
	{ "membership-report-v1", 0x12 },
	{ "membership-report-v2", 0x16 },
	{ "leave-group", 0x17 },
	{ "membership-report-v3", 0x22 },
	{ NULL, 0 },
};

static const struct fwctl_name icmpv6_types[] = {
	{ "destination-unreachable", 1 },
	{ "packet-too-big", 2 },
	{ "time-exceeded", 3 },
	{ "parameter-problem", 4 },
	{ "echo-request", 128 },
	{ "echo-reply", 129 },
	{ "mld-query", 130 },
	{ "mld-report", 131 },
	{ "mld-done", 132 },
	{ "router-solicitation", 133 },
	{ "router-advertisement", 134 },
	{ "neighbor-solicitation", 135 },
	{ "neighbor-advertisement", 136 },
	{ "redirect", 137 },
	{ "mld2-report", 143 },
	{ NULL, 0 },
};

const struct fwctl_field model_fields[] = {
	{
		.keyword = "in", .usage = "PORT",
		.summary = "port of the bridge that the frame came in by",
		.attr = BRFW_MATCH_A_IN_PORT, .kind = FWCTL_KIND_NAME,
	}, {
		.keyword = "out", .usage = "PORT",
		.summary = "port of the bridge that the frame leaves by",
		.attr = BRFW_MATCH_A_OUT_PORT, .kind = FWCTL_KIND_NAME,
	}, {
		.keyword = "frame", .usage = "CLASS",
		.summary = "class of the destination MAC address",
		.names = frame_classes, .max = BRFW_FRAME_MAX,
		.attr = BRFW_MATCH_A_FRAME_CLASS, .kind = FWCTL_KIND_WORD, .size = 1,
	}, {
		.keyword = "smac", .usage = "MAC[/MASK]",
		.summary = "source MAC address",
		.attr = BRFW_MATCH_A_ETH_SRC, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "dmac", .usage = "MAC[/MASK]",
		.summary = "destination MAC address",
		.attr = BRFW_MATCH_A_ETH_DST, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "ethertype", .usage = "NAME|0xHHHH",
		.summary = "EtherType behind tags and LLC/SNAP",
		.names = ethertypes, .is_hex = true, .min = 0x0600, .max = 0xffff,
		.attr = BRFW_MATCH_A_ETH_TYPE, .kind = FWCTL_KIND_NUMBER, .size = 2,
	}, {
		.keyword = "vlan", .usage = "none|any",
		.summary = "whether there is an outer tag",
		.names = none_any, .max = 1,
		.attr = BRFW_MATCH_A_VLAN_PRESENT, .kind = FWCTL_KIND_BOOL, .size = 1,
	}, {
		.keyword = "vlan", .usage = "N[-N][,...]",
		.summary = "VLAN of the outer tag",
		.max = 4094,
		.attr = BRFW_MATCH_A_VLAN_ID, .kind = FWCTL_KIND_RANGES, .size = 2,
	}, {
		.keyword = "vlan-prio", .usage = "N",
		.summary = "priority of the outer tag",
		.max = 7,
		.attr = BRFW_MATCH_A_VLAN_PRIO, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "vlan-proto", .usage = "NAME|0xHHHH",
		.summary = "tag protocol of the outer tag",
		.names = tag_protocols, .is_hex = true, .max = 0xffff,
		.attr = BRFW_MATCH_A_VLAN_PROTO, .kind = FWCTL_KIND_NUMBER, .size = 2,
	}, {
		.keyword = "inner-vlan", .usage = "none|any",
		.summary = "whether there is a second tag",
		.names = none_any, .max = 1,
		.attr = BRFW_MATCH_A_INNER_VLAN_PRESENT, .kind = FWCTL_KIND_BOOL, .size = 1,
	}, {
		.keyword = "inner-vlan", .usage = "N[-N][,...]",
		.summary = "VLAN of the second tag",
		.max = 4094,
		.attr = BRFW_MATCH_A_INNER_VLAN_ID, .kind = FWCTL_KIND_RANGES, .size = 2,
	}, {
		.keyword = "inner-vlan-prio", .usage = "N",
		.summary = "priority of the second tag",
		.max = 7,
		.attr = BRFW_MATCH_A_INNER_VLAN_PRIO, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "inner-vlan-proto", .usage = "NAME|0xHHHH",
		.summary = "tag protocol of the second tag",
		.names = tag_protocols, .is_hex = true, .max = 0xffff,
		.attr = BRFW_MATCH_A_INNER_VLAN_PROTO, .kind = FWCTL_KIND_NUMBER, .size = 2,
	}, {
		.keyword = "pppoe-session", .usage = "N[-N][,...]",
		.summary = "PPPoE session",
		.max = 65535,
		.attr = BRFW_MATCH_A_PPPOE_SESSION, .kind = FWCTL_KIND_RANGES, .size = 2,
	}, {
		.keyword = "mpls-label", .usage = "N",
		.summary = "label of the outer MPLS entry",
		.max = 1048575,
		.attr = BRFW_MATCH_A_MPLS_LABEL, .kind = FWCTL_KIND_NUMBER, .size = 4,
	}, {
		.keyword = "arp-op", .usage = "NAME|N",
		.summary = "ARP operation",
		.names = arp_operations, .max = 65535,
		.attr = BRFW_MATCH_A_ARP_OP, .kind = FWCTL_KIND_NUMBER, .size = 2,
	}, {
		.keyword = "arp-sender-ip", .usage = "ADDR[/LEN]",
		.summary = "sender IPv4 address in ARP",
		.attr = BRFW_MATCH_A_ARP_SENDER_IP, .kind = FWCTL_KIND_IP4, .size = 4,
	}, {
		.keyword = "arp-target-ip", .usage = "ADDR[/LEN]",
		.summary = "target IPv4 address in ARP",
		.attr = BRFW_MATCH_A_ARP_TARGET_IP, .kind = FWCTL_KIND_IP4, .size = 4,
	}, {
		.keyword = "arp-sender-mac", .usage = "MAC[/MASK]",
		.summary = "sender MAC address in ARP",
		.attr = BRFW_MATCH_A_ARP_SENDER_MAC, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "arp-target-mac", .usage = "MAC[/MASK]",
		.summary = "target MAC address in ARP",
		.attr = BRFW_MATCH_A_ARP_TARGET_MAC, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "arp-gratuitous", .usage = "yes|no",
		.summary = "whether both IPv4 addresses in ARP are equal",
		.names = yes_no, .max = 1,
		.attr = BRFW_MATCH_A_ARP_GRATUITOUS, .kind = FWCTL_KIND_BOOL, .size = 1,
	}, {
		.keyword = "saddr", .usage = "ADDR[/LEN]",
		.summary = "IPv4 source address",
		.attr = BRFW_MATCH_A_IP4_SRC, .kind = FWCTL_KIND_IP4, .size = 4,
	}, {
		.keyword = "daddr", .usage = "ADDR[/LEN]",
		.summary = "IPv4 destination address",
		.attr = BRFW_MATCH_A_IP4_DST, .kind = FWCTL_KIND_IP4, .size = 4,
	}, {
		.keyword = "saddr", .usage = "ADDR[/LEN]",
		.summary = "IPv6 source address",
		.attr = BRFW_MATCH_A_IP6_SRC, .kind = FWCTL_KIND_IP6, .size = 16,
	}, {
		.keyword = "daddr", .usage = "ADDR[/LEN]",
		.summary = "IPv6 destination address",
		.attr = BRFW_MATCH_A_IP6_DST, .kind = FWCTL_KIND_IP6, .size = 16,
	}, {
		.keyword = "dscp", .usage = "NAME|N",
		.summary = "differentiated services codepoint",
		.names = dscps, .max = 63,
		.attr = BRFW_MATCH_A_IP_DSCP, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "ttl", .usage = "N[-N][,...]",
		.summary = "IPv4 time to live or IPv6 hop limit",
		.max = 255,
		.attr = BRFW_MATCH_A_IP_TTL, .kind = FWCTL_KIND_RANGES, .size = 1,
	}, {
		.keyword = "length", .usage = "N[-N][,...]",
		.summary = "length of the packet with its IP header",
		.max = 65535,
		.attr = BRFW_MATCH_A_IP_LENGTH, .kind = FWCTL_KIND_RANGES, .size = 2,
	}, {
		.keyword = "frag", .usage = "FRAGMENT",
		.summary = "whole packet, first or later fragment",
		.names = frags, .max = BRFW_FRAG_MAX,
		.attr = BRFW_MATCH_A_IP_FRAG, .kind = FWCTL_KIND_WORD, .size = 1,
	}, {
		.keyword = "ip-options", .usage = "yes|no",
		.summary = "whether there are options or extension headers",
		.names = yes_no, .max = 1,
		.attr = BRFW_MATCH_A_IP_OPTIONS, .kind = FWCTL_KIND_BOOL, .size = 1,
	}, {
		.keyword = "proto", .usage = "NAME|N",
		.summary = "IPv4 protocol or last IPv6 next header",
		.names = protocols, .max = 255,
		.attr = BRFW_MATCH_A_IP_PROTO, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "sport", .usage = "N[-N][,...]",
		.summary = "TCP, UDP or SCTP source port",
		.max = 65535,
		.attr = BRFW_MATCH_A_L4_SPORT, .kind = FWCTL_KIND_RANGES, .size = 2,
	}, {
		.keyword = "dport", .usage = "N[-N][,...]",
		.summary = "TCP, UDP or SCTP destination port",
		.max = 65535,
		.attr = BRFW_MATCH_A_L4_DPORT, .kind = FWCTL_KIND_RANGES, .size = 2,
	}, {
		.keyword = "tcp-flags", .usage = "FLAG,..[/FLAG,..]",
		.summary = "TCP flags that are set, among those behind the slash",
		.names = tcp_flags, .max = 255,
		.attr = BRFW_MATCH_A_TCP_FLAGS, .kind = FWCTL_KIND_FLAGS, .size = 1,
	}, {
		.keyword = "icmp-type", .usage = "NAME|N",
		.summary = "ICMP type",
		.names = icmp_types, .max = 255,
		.attr = BRFW_MATCH_A_ICMP_TYPE, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "icmp-code", .usage = "N",
		.summary = "ICMP code",
		.max = 255,
		.attr = BRFW_MATCH_A_ICMP_CODE, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "icmpv6-type", .usage = "NAME|N",
		.summary = "ICMPv6 type",
		.names = icmpv6_types, .max = 255,
		.attr = BRFW_MATCH_A_ICMPV6_TYPE, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "icmpv6-code", .usage = "N",
		.summary = "ICMPv6 code",
		.max = 255,
		.attr = BRFW_MATCH_A_ICMPV6_CODE, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "nd-target", .usage = "ADDR[/LEN]",
		.summary = "target of IPv6 neighbour discovery",
		.attr = BRFW_MATCH_A_ND_TARGET, .kind = FWCTL_KIND_IP6, .size = 16,
	}, {
		.keyword = "nd-lladdr", .usage = "MAC[/MASK]",
		.summary = "link-layer address in IPv6 neighbour discovery",
		.attr = BRFW_MATCH_A_ND_LLADDR, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "igmp-type", .usage = "NAME|N|0xHH",
		.summary = "IGMP type",
		.names = igmp_types, .max = 255,
		.attr = BRFW_MATCH_A_IGMP_TYPE, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "gre-proto", .usage = "NAME|0xHHHH",
		.summary = "protocol inside of GRE",
		.names = gre_protocols, .is_hex = true, .max = 0xffff,
		.attr = BRFW_MATCH_A_GRE_PROTO, .kind = FWCTL_KIND_NUMBER, .size = 2,
	}, {
		.keyword = "mark", .usage = "V[/M]",
		.summary = "mark of the frame when the hook was entered",
		.is_hex = true, .max = 0xffffffff,
		.attr = BRFW_MATCH_A_MARK, .kind = FWCTL_KIND_MASKED, .size = 4,
	}, {
		.keyword = "state", .usage = "STATE[,...]",
		.summary = "state of the connection, one of these",
		.names = states, .max = 0x1f,
		.attr = BRFW_MATCH_A_CT_STATE, .kind = FWCTL_KIND_BITS, .size = 1,
	}, {
		.keyword = "malformed", .usage = "yes|no",
		.summary = "whether a header is cut off or inconsistent",
		.names = yes_no, .max = 1,
		.attr = BRFW_MATCH_A_MALFORMED, .kind = FWCTL_KIND_BOOL, .size = 1,
	},
};

const size_t model_fields_count = ARRAY_SIZE(model_fields);

/* A field of the ABI without a row here would be printed as if it were absent. */
_Static_assert(ARRAY_SIZE(model_fields) == BRFW_MATCH_A_MAX,
	       "each enum brfw_match_attr needs a row in model_fields");
_Static_assert(BRFW_MATCH_A_MAX < 64, "fwctl_rule.set is too small");

const struct fwctl_field *model_field_by_attr(unsigned int attr)
{
	static const struct fwctl_field *by_attr[BRFW_MATCH_A_MAX + 1];
	size_t i;

	if (!attr || attr > BRFW_MATCH_A_MAX)
		return NULL;
	for (i = 0; !by_attr[attr] && i < model_fields_count; i++)
		by_attr[model_fields[i].attr] = &model_fields[i];
	return by_attr[attr];
}

/* Is there another row with the same keyword? */
bool model_field_is_shared(const struct fwctl_field *field)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (&model_fields[i] != field &&
		    !strcmp(model_fields[i].keyword, field->keyword))
			return true;
	}
	return false;
}

/* What is 0 or 1 has another word for the opposite; ports have none. */
bool model_field_can_negate(const struct fwctl_field *field)
{
	return field->kind != FWCTL_KIND_BOOL && field->kind != FWCTL_KIND_NAME;
}

const char *model_word_of(const struct fwctl_name *names, unsigned int value)
{
	for (; names && names->word; names++) {
		if (names->value == value)
			return names->word;
	}
	return NULL;
}

bool model_value_of(const struct fwctl_name *names, const char *word, uint32_t *value)
{
	for (; names && names->word; names++) {
		if (!strcmp(names->word, word)) {
			*value = names->value;
			return true;
		}
	}
	return false;
}

void model_rule_init(struct fwctl_rule *rule)
{
	/* Conditions are zeroed when they are set: together they are large. */
	memset(rule, 0, offsetof(struct fwctl_rule, cond));
	rule->hook = BRFW_HOOK_FORWARD;
}

void model_rule_forget(struct fwctl_rule *rule)
{
	rule->handle = 0;
	rule->has_stats = false;
	rule->stats = (struct fwctl_stats){ 0 };
	rule->problem[0] = '\0';
}

/* That there is a tag goes without saying where something of it is asked for. */
void model_rule_simplify(struct fwctl_rule *rule)
{
	static const struct { uint64_t others; uint8_t present; } tags[] = {
		{
			MODEL_BIT(BRFW_MATCH_A_VLAN_PRIO) | MODEL_BIT(BRFW_MATCH_A_VLAN_PROTO),
			BRFW_MATCH_A_VLAN_PRESENT,
		}, {
			MODEL_BIT(BRFW_MATCH_A_INNER_VLAN_PRIO) |
			MODEL_BIT(BRFW_MATCH_A_INNER_VLAN_PROTO),
			BRFW_MATCH_A_INNER_VLAN_PRESENT,
		},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		if ((rule->set & MODEL_BIT(tags[i].present)) && (rule->set & tags[i].others) &&
		    rule->cond[tags[i].present].value.number)
			rule->set &= ~MODEL_BIT(tags[i].present);
	}
}

/* Is there a condition on any of the fields that share this keyword? */
bool model_rule_has_keyword(const struct fwctl_rule *rule, const char *keyword)
{
	uint64_t set;

	for (set = rule->set; set; set &= set - 1) {
		if (!strcmp(model_field_by_attr(__builtin_ctzll(set))->keyword, keyword))
			return true;
	}
	return false;
}

/* Does anything happen to a frame that matches? */
bool model_rule_does(const struct fwctl_rule *rule)
{
	return rule->has_verdict || rule->log.is_set || rule->mark.mask || rule->mirror[0];
}

static bool cond_equal(const struct fwctl_cond *a, const struct fwctl_cond *b)
{
	return !memcmp(&a->value, &b->value, sizeof(a->value)) &&
	       !memcmp(&a->mask, &b->mask, sizeof(a->mask)) &&
	       !memcmp(a->ranges, b->ranges, sizeof(a->ranges)) &&
	       a->count == b->count && a->prefix == b->prefix &&
	       a->is_negated == b->is_negated;
}

static bool match_equal(const struct fwctl_rule *a, const struct fwctl_rule *b)
{
	unsigned int attr;

	if (a->set != b->set)
		return false;
	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		if ((a->set & MODEL_BIT(attr)) && !cond_equal(&a->cond[attr], &b->cond[attr]))
			return false;
	}
	return true;
}

static bool in_sets_equal(const struct fwctl_rule *a, const struct fwctl_rule *b)
{
	unsigned int i;

	if (a->set_count != b->set_count)
		return false;
	for (i = 0; i < a->set_count; i++) {
		const struct fwctl_in_set *x = &a->sets[i], *y = &b->sets[i];

		if (strcmp(x->name, y->name) || x->count != y->count ||
		    memcmp(x->fields, y->fields, sizeof(x->fields)) ||
		    x->is_negated != y->is_negated)
			return false;
	}
	return true;
}

static bool actions_equal(const struct fwctl_rule *a, const struct fwctl_rule *b)
{
	return a->limit.rate == b->limit.rate && a->limit.burst == b->limit.burst &&
	       a->limit.seconds == b->limit.seconds &&
	       a->limit.is_bytes == b->limit.is_bytes &&
	       a->log.is_set == b->log.is_set && a->log.has_group == b->log.has_group &&
	       a->log.group == b->log.group && !strcmp(a->log.prefix, b->log.prefix) &&
	       a->mark.value == b->mark.value && a->mark.mask == b->mark.mask &&
	       !strcmp(a->mirror, b->mirror);
}

static bool verdict_equal(const struct fwctl_rule *a, const struct fwctl_rule *b)
{
	return a->has_verdict == b->has_verdict && a->verdict == b->verdict &&
	       a->reject == b->reject && a->queue.number == b->queue.number &&
	       a->queue.bypass == b->queue.bypass && !strcmp(a->redirect, b->redirect);
}

/* Compares what a user can say about a rule, so neither handle nor counters. */
bool model_rule_equal(const struct fwctl_rule *a, const struct fwctl_rule *b)
{
	return a->hook == b->hook && a->has_prio == b->has_prio && a->prio == b->prio &&
	       a->place == b->place && a->place_handle == b->place_handle &&
	       !strcmp(a->bridge, b->bridge) && !strcmp(a->comment, b->comment) &&
	       match_equal(a, b) && in_sets_equal(a, b) && actions_equal(a, b) &&
	       verdict_equal(a, b);
}

int model_field_member(const struct fwctl_field *field)
{
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_MAC:
		return BRFW_SET_ETHER_ADDR;
	case FWCTL_KIND_IP4:
		return BRFW_SET_IPV4_ADDR;
	case FWCTL_KIND_IP6:
		return BRFW_SET_IPV6_ADDR;
	case FWCTL_KIND_NAME:
		return BRFW_SET_IFNAME;
	case FWCTL_KIND_RANGES:
		return field->attr == BRFW_MATCH_A_L4_SPORT ||
		       field->attr == BRFW_MATCH_A_L4_DPORT ? BRFW_SET_INET_PORT : -1;
	default:
		return -1;
	}
}

size_t model_member_size(unsigned int member)
{
	static const uint8_t sizes[] = {
		[BRFW_SET_ETHER_ADDR] = 6,
		[BRFW_SET_IPV4_ADDR] = 4,
		[BRFW_SET_IPV6_ADDR] = 16,
		[BRFW_SET_INET_PORT] = 2,
		[BRFW_SET_IFNAME] = BRFW_IFNAME_LEN,
	};

	return sizes[member];
}

bool model_member_may_be_range(const struct fwctl_set_form *form, unsigned int member)
{
	if (form->members[member] == BRFW_SET_ETHER_ADDR ||
	    form->members[member] == BRFW_SET_IFNAME)
		return false;
	return form->count == 1 || form->interval == member + 1;
}

/* A letter, then letters, digits and a few more, so that it needs no quotes. */
bool model_set_name_valid(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";
	size_t len = strlen(name);

	return len && len < BRFW_SET_NAME_LEN && strspn(name, letters) == len &&
	       strchr(letters, name[0]) < letters + 52;
}

/* Length of the UTF-8 character at @text, 0 when it is none. @code is which it is. */
static size_t utf8_len(const unsigned char *text, uint32_t *code)
{
	static const uint32_t min[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, len = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;

	*code = text[0];
	if (*code < 0x80)
		return 1;
	if (*code < 0xc2 || *code > 0xf4)
		return 0;
	*code &= 0x7f >> len;
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	return *code < min[len] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff) ?
	       0 : len;
}

/* Controls (also those of ISO 6429 C1), and what ends a line elsewhere. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

size_t model_char_len(const char *text)
{
	uint32_t code;
	size_t len = utf8_len((const unsigned char *)text, &code);

	return len && !is_control(code) ? len : 0;
}

size_t model_next_shown(const char **text, char *shown)
{
	uint32_t code;
	size_t len = utf8_len((const unsigned char *)*text, &code);

	if (len && !is_control(code)) {
		memcpy(shown, *text, len);
		*text += len;
		return len;
	}
	*shown = '?';
	*text += len ? len : 1;
	return 1;
}

bool model_is_text(const char *text)
{
	while (*text) {
		size_t len = model_char_len(text);

		if (!len)
			return false;
		text += len;
	}
	return true;
}

/*
 * What the kernel lets an interface be called (it takes the byte 0xa0 for a space,
 * whatever character it is of), less what is no text and a "*" at the end, which
 * stands for a group of ports one day.
 */
bool model_ifname_valid(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= BRFW_IFNAME_LEN || name[len - 1] == '*')
		return false;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	return !strpbrk(name, " /:\xa0") && model_is_text(name);
}

/* A comment or prefix that fits into @size bytes with its NUL byte. */
bool model_text_valid(const char *text, size_t size)
{
	size_t len = strlen(text);

	return len && len < size && model_is_text(text);
}
