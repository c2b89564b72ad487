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
	{ NULL, 0 },
};

/* RFC 9293 section 3.1, from the lowest bit up. */
const struct fwctl_name model_tcp_flags[] = {
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
		.keyword = "smac", .usage = "MAC[/MASK]",
		.summary = "source MAC address",
		.attr = BRFW_MATCH_A_ETH_SRC, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "dmac", .usage = "MAC[/MASK]",
		.summary = "destination MAC address",
		.attr = BRFW_MATCH_A_ETH_DST, .kind = FWCTL_KIND_MAC, .size = 6,
	}, {
		.keyword = "ethertype", .usage = "NAME|0xHHHH",
		.summary = "EtherType behind any VLAN tag",
		.names = ethertypes, .is_hex = true, .min = 0x0600, .max = 0xffff,
		.attr = BRFW_MATCH_A_ETH_TYPE, .kind = FWCTL_KIND_NUMBER, .size = 2,
	}, {
		.keyword = "vlan", .usage = "ID",
		.summary = "VLAN of the outermost tag",
		.max = 4094,
		.attr = BRFW_MATCH_A_VLAN_ID, .kind = FWCTL_KIND_NUMBER, .size = 2,
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
		.keyword = "proto", .usage = "NAME|N",
		.summary = "IPv4 protocol or last IPv6 next header",
		.names = protocols, .max = 255,
		.attr = BRFW_MATCH_A_IP_PROTO, .kind = FWCTL_KIND_NUMBER, .size = 1,
	}, {
		.keyword = "sport", .usage = "N[-N]",
		.summary = "TCP or UDP source port",
		.max = 65535,
		.attr = BRFW_MATCH_A_L4_SPORT, .kind = FWCTL_KIND_RANGE, .size = 2,
	}, {
		.keyword = "dport", .usage = "N[-N]",
		.summary = "TCP or UDP destination port",
		.max = 65535,
		.attr = BRFW_MATCH_A_L4_DPORT, .kind = FWCTL_KIND_RANGE, .size = 2,
	}, {
		.keyword = "tcp-flags", .usage = "FLAG,..[/FLAG,..]",
		.summary = "TCP flags that are set, among those behind the slash",
		.names = model_tcp_flags, .max = 255,
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
	},
};

const size_t model_fields_count = ARRAY_SIZE(model_fields);

/* A field of the ABI without a row here would be printed as if it were absent. */
_Static_assert(ARRAY_SIZE(model_fields) == BRFW_MATCH_A_MAX,
	       "each enum brfw_match_attr needs a row in model_fields");
_Static_assert(BRFW_MATCH_A_MAX < 32, "fwctl_rule.set is too small");

const struct fwctl_field *model_field_by_attr(unsigned int attr)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (model_fields[i].attr == attr)
			return &model_fields[i];
	}
	return NULL;
}

const char *model_word_of(const struct fwctl_name *names, unsigned int value)
{
	for (; names && names->word; names++) {
		if (names->value == value)
			return names->word;
	}
	return NULL;
}

bool model_value_of(const struct fwctl_name *names, const char *word, uint16_t *value)
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
	/* All bytes, so that unused parts of unions compare equal. */
	memset(rule, 0, sizeof(*rule));
	rule->hook = BRFW_HOOK_FORWARD;
}

bool model_rule_has(const struct fwctl_rule *rule, const struct fwctl_field *field)
{
	return rule->set & (1U << field->attr);
}

static bool cond_equal(const struct fwctl_cond *a, const struct fwctl_cond *b)
{
	return !memcmp(&a->value, &b->value, sizeof(a->value)) &&
	       !memcmp(&a->mask, &b->mask, sizeof(a->mask)) &&
	       a->end == b->end && a->prefix == b->prefix;
}

/* Compares what a user can say about a rule, so neither handle nor counters. */
bool model_rule_equal(const struct fwctl_rule *a, const struct fwctl_rule *b)
{
	unsigned int attr;

	if (a->hook != b->hook || a->verdict != b->verdict || a->set != b->set ||
	    a->has_prio != b->has_prio || a->prio != b->prio ||
	    a->place != b->place || a->place_handle != b->place_handle ||
	    strcmp(a->bridge, b->bridge) || strcmp(a->comment, b->comment))
		return false;
	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		if ((a->set & (1U << attr)) && !cond_equal(&a->cond[attr], &b->cond[attr]))
			return false;
	}
	return true;
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/*
 * What the kernel lets an interface be called, less control characters and a
 * "*" at the end, which stands for a group of ports one day.
 */
bool model_ifname_valid(const char *name)
{
	size_t len = strlen(name);
	size_t i;

	if (!len || len >= BRFW_IFNAME_LEN || name[len - 1] == '*')
		return false;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (i = 0; i < len; i++) {
		if (is_control(name[i]) || strchr(" /:", name[i]))
			return false;
	}
	return true;
}

bool model_comment_valid(const char *text)
{
	size_t len = strlen(text);
	size_t i;

	if (!len || len >= BRFW_COMMENT_LEN)
		return false;
	for (i = 0; i < len; i++) {
		if (is_control(text[i]))
			return false;
	}
	return true;
}
