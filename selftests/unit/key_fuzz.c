// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser on frames that nobody thought of: it reads nothing beyond the
 * frame, which the sanitizer sees, writes nothing, finds the same however the
 * frame is split, and makes keys that are consistent in themselves.
 *
 * With FUZZ_LIBFUZZER defined this is a target for libFuzzer; the first four
 * bytes of an input are for the split, the tag and the like. Without, it runs
 * over random mutations of the sample frames:
 *
 *   key_fuzz [SEED [ROUNDS]]
 *   key_fuzz --corpus DIRECTORY	writes the samples as inputs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/brfw.h>

#include "key.h"
#include "key_frame.h"
#include "ktap.h"

#define MAC_LEN		14
#define CONTROL_LEN	4
#define IS_GSO		0x01
#define HAS_TAG		0x02
#define IS_SERVICE_TAG	0x04
#define IS_UNKNOWN	0x08

#define require(cond) do {						\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
			__LINE__, #cond);				\
		abort();						\
	}								\
} while (0)

int LLVMFuzzerTestOneInput(const u8 *input, size_t size);

static void parse(struct brfw_key *key, struct brfw_layout *layout,
		  const u8 *input, size_t size, unsigned int nlinear)
{
	unsigned int len = size - CONTROL_LEN;
	const u8 *data = input + CONTROL_LEN;
	struct brfw_vlan vlan = {
		.tci = input[2] << 8 | input[3],
		.is_unknown = input[0] & IS_UNKNOWN,
	};
	struct frame_skb f;

	if (input[0] & HAS_TAG)
		vlan.proto = input[0] & IS_SERVICE_TAG ? 0x88a8 : 0x8100;

	frame_skb_init(&f, data, len, nlinear, -MAC_LEN);
	f.skb.is_gso = input[0] & IS_GSO;
	memset(key, 0xff, sizeof(*key));
	memset(layout, 0xff, sizeof(*layout));
	frame_read_key(key, &f.skb, &vlan, layout);
	require(frame_skb_is_unchanged(&f, data, len));
	frame_skb_destroy(&f);
}

#define has(key, flag)	(!!((key)->flags & BRFW_KEY_F_##flag))

static void check_vlan(const struct brfw_key *key, const u8 *input)
{
	bool is_unknown = input[0] & IS_UNKNOWN;

	require(has(key, VLAN_UNKNOWN) == is_unknown);
	require(!is_unknown || !has(key, VLAN));
	require(is_unknown || has(key, VLAN) || !has(key, INNER_VLAN));
	require(is_unknown || has(key, VLAN) || !(input[0] & HAS_TAG));
	require(has(key, VLAN) == (key->vlan_proto == 0x8100 ||
				   key->vlan_proto == 0x88a8));
	require(has(key, VLAN) || (!key->vlan_proto && !key->vlan_id &&
				   !key->vlan_prio));
	require(has(key, INNER_VLAN) == (key->inner_vlan_proto == 0x8100 ||
					 key->inner_vlan_proto == 0x88a8));
	require(has(key, INNER_VLAN) ||
		(!key->inner_vlan_proto && !key->inner_vlan_id &&
		 !key->inner_vlan_prio));
	require(key->vlan_id < 4096 && key->inner_vlan_id < 4096);
	require(key->vlan_prio < 8 && key->inner_vlan_prio < 8);
}

/* Fields that tell the presence of others, or exclude them. */
static void check_l4(const struct brfw_key *key)
{
	bool is_ip4 = key->family == BRFW_FAMILY_IP4;
	bool has_ports = key->ip_proto == 6 || key->ip_proto == 17 ||
			 key->ip_proto == 132;
	bool has_type = is_ip4 ? key->ip_proto == 1 || key->ip_proto == 2 :
				 key->ip_proto == 58;
	bool has_gre = key->ip_proto == 47;
	bool has_l4 = has(key, L4);

	require(!has_l4 || has(key, PROTO));
	require(!has_l4 || key->frag != BRFW_FRAG_LATER);
	require(!has_l4 || has_ports || has_type || has_gre);
	require((has_l4 && has_ports) || (!key->sport && !key->dport));
	require((has_l4 && key->ip_proto == 6) || !key->tcp_flags);
	require((has_l4 && has_type) || (!key->type && !key->code));
	require((has_l4 && has_gre) || !key->gre_proto);
}

static void check_nd(const struct brfw_key *key)
{
	static const u8 zero[16];
	bool is_nd = has(key, L4) && key->family == BRFW_FAMILY_IP6 &&
		     key->ip_proto == 58 && key->type >= 133 &&
		     key->type <= 137 && !key->frag;

	require(is_nd || (!has(key, ND_TARGET) && !has(key, ND_LLADDR)));
	require(!has(key, L4) || key->family != BRFW_FAMILY_IP6 ||
		key->ip_proto != 58 || key->type < 133 || key->type > 137 ||
		!key->frag || has(key, MALFORMED));
	require(!has(key, ND_TARGET) || key->type >= 135);
	require(has(key, ND_TARGET) || !memcmp(key->nd_target, zero, 16));
	require(has(key, ND_LLADDR) || !memcmp(key->nd_lladdr, zero, 6));
}

static void check_key(const struct brfw_key *key)
{
	static const struct brfw_key zero;
	bool is_other = key->family == BRFW_FAMILY_OTHER;
	/* How many bytes of the addresses there may be. */
	size_t n = 0;

	require(!key->bridge && !key->in && !key->out && !key->ct_state);
	require(!key->zero);
	require(has(key, ETH_TYPE) == (key->eth_type >= 0x600));
	require(has(key, ETH_TYPE) || !key->eth_type);
	require(has(key, PPPOE) ? key->eth_type == 0x8864 : !key->pppoe);

	require(key->family < BRFW_FAMILIES);
	require(has(key, IP) == !is_other);
	require(key->family != BRFW_FAMILY_IP4 || has(key, PPPOE) ||
		key->eth_type == 0x800);
	require(key->family != BRFW_FAMILY_IP6 || has(key, PPPOE) ||
		key->eth_type == 0x86dd);
	require(!is_other || (!has(key, PROTO) && !has(key, IP_OPTIONS) &&
			      !key->frag && !key->ip_len && !key->dscp &&
			      !key->ttl));
	require(is_other || key->ip_len >= (key->family == BRFW_FAMILY_IP4 ? 20 : 40));
	require(key->frag <= BRFW_FRAG_LATER && key->dscp < 64);
	require(has(key, PROTO) || !key->ip_proto);

	require(!has(key, ARP) || key->eth_type == 0x0806);
	require(has(key, ARP) || !has(key, ARP_ADDR));
	require(has(key, ARP_ADDR) || !has(key, GRATUITOUS));
	require(!has(key, ARP) || has(key, ARP_ADDR) || has(key, MALFORMED));
	require(!has(key, MPLS) || has(key, PPPOE) ||
		key->eth_type == 0x8847 || key->eth_type == 0x8848);
	require(!has(key, MPLS) || key->mpls_label < 1 << 20);
	if (key->family == BRFW_FAMILY_IP6)
		n = 32;
	else if (has(key, MPLS))
		n = 4;
	else if (has(key, ARP))
		n = sizeof(key->arp);
	require(!memcmp((u8 *)&key->ip6 + n, &zero.ip6, 32 - n));
	require(key->family == BRFW_FAMILY_IP4 ||
		!memcmp(&key->ip4, &zero.ip4, sizeof(key->ip4)));
	require(!has(key, ARP) || has(key, ARP_ADDR) ||
		(!memcmp(key->arp.sender_ip, zero.arp.sender_ip, 4) &&
		 !memcmp(key->arp.target_ip, zero.arp.target_ip, 4) &&
		 !key->arp.target_mac[0]));
	check_l4(key);
	check_nd(key);
}

/* Where something is that the frame doesn't hold, nothing may be written. */
static void check_layout(const struct brfw_key *key,
			 const struct brfw_layout *layout, int len)
{
	bool has_payload = has(key, L4) && (key->ip_proto == 6 || key->ip_proto == 17);

	require(has(key, IP) ? layout->l3 >= 0 : !layout->l3);
	require(!has(key, IP) ||
		layout->l3 + (key->family == BRFW_FAMILY_IP4 ? 20 : 40) <= len);
	require(has(key, PPPOE) == !!layout->pppoe_length);
	require(!has(key, PPPOE) || layout->pppoe_length + 2 <= len);
	require(has_payload == !!layout->payload);
	require(!has_payload || (layout->payload >= layout->l3 + 28 &&
				 layout->payload <= len));
	require(layout->llc_length == 0 ||
		(layout->llc_length >= -2 && layout->llc_length <= 8 * 4 - 2 &&
		 (layout->llc_length + 2) % 4 == 0));
	require(!layout->llc_length || layout->llc_length + 10 <= len);
}

int LLVMFuzzerTestOneInput(const u8 *input, size_t size)
{
	struct brfw_layout whole_layout, split_layout;
	struct brfw_key whole, split;
	unsigned int len, nlinear;

	if (size < CONTROL_LEN + MAC_LEN || size > FRAME_MAX)
		return 0;
	len = size - CONTROL_LEN;
	nlinear = MAC_LEN + input[1] % (len - MAC_LEN + 1);

	parse(&whole, &whole_layout, input, size, len);
	check_vlan(&whole, input);
	check_key(&whole);
	check_layout(&whole, &whole_layout, len - MAC_LEN);
	parse(&split, &split_layout, input, size, nlinear);
	require(!memcmp(&whole, &split, sizeof(whole)));
	require(!memcmp(&whole_layout, &split_layout, sizeof(whole_layout)));

	return 0;
}

#ifndef FUZZ_LIBFUZZER

static u64 state;

/* xorshift64*: the same frames on each machine for one seed. */
static unsigned int below(unsigned int n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;

	return (state * 0x2545f4914f6cdd1dULL >> 32) % n;
}

static size_t sample_init(u8 *input, unsigned int i)
{
	struct frame_bytes b;

	frame_read(&b, frames[i].text);
	memset(input, 0, CONTROL_LEN);
	if (frames[i].is_gso)
		input[0] |= IS_GSO;
	if (frames[i].vlan.proto)
		input[0] |= HAS_TAG;
	if (frames[i].vlan.proto == 0x88a8)
		input[0] |= IS_SERVICE_TAG;
	if (frames[i].vlan.is_unknown)
		input[0] |= IS_UNKNOWN;
	input[2] = frames[i].vlan.tci >> 8;
	input[3] = frames[i].vlan.tci;
	memcpy(input + CONTROL_LEN, b.data, b.len);

	return CONTROL_LEN + b.len;
}

static void mutate(u8 *input, size_t *size)
{
	static const u8 values[] = { 0, 1, 2, 4, 5, 6, 17, 43, 44, 47, 51,
		58, 60, 0x81, 0x88, 132, 133, 135, 137, 255 };
	unsigned int pos = below(*size);

	switch (below(8)) {
	case 0:
		input[pos] = values[below(sizeof(values))];
		break;
	case 1:
		input[pos] += 1 - 2 * below(2);
		break;
	case 2:
		input[pos] = below(256);
		break;
	case 3: /* cut */
		*size = CONTROL_LEN + below(*size - CONTROL_LEN + 1);
		break;
	case 4: /* repeat a part, so that headers come twice */
		if (*size + 8 <= FRAME_MAX && pos + 8 <= *size) {
			memmove(input + pos + 8, input + pos, *size - pos);
			*size += 8;
		}
		break;
	case 5: /* drop a part */
		if (pos >= CONTROL_LEN && pos + 4 <= *size) {
			memmove(input + pos, input + pos + 4, *size - pos - 4);
			*size -= 4;
		}
		break;
	default:
		input[pos] ^= 1 << below(8);
		break;
	}
}

static int corpus_write(const char *dir)
{
	u8 input[CONTROL_LEN + FRAME_MAX];
	char path[4096];
	unsigned int i;
	size_t size;
	FILE *file;

	for (i = 0; i < frames_count; i++) {
		size = sample_init(input, i);
		snprintf(path, sizeof(path), "%s/sample%u", dir, i);
		file = fopen(path, "w");
		if (!file || fwrite(input, size, 1, file) != 1 || fclose(file)) {
			perror(path);
			return 1;
		}
	}

	return 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 300000;
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u8 input[CONTROL_LEN + FRAME_MAX];
	unsigned int n;
	size_t size;

	if (argc == 3 && !strcmp(argv[1], "--corpus"))
		return corpus_write(argv[2]);

	state = seed ? seed : 1;
	ktap_begin();
	ktap_note("seed %llu, %lu rounds", seed, rounds);
	while (rounds--) {
		size = sample_init(input, below(frames_count));
		for (n = below(6); n && size > CONTROL_LEN; n--)
			mutate(input, &size);
		input[1] = below(256);
		LLVMFuzzerTestOneInput(input, size);
	}
	ktap_result(true, "random mutations of the samples do no harm");

	return ktap_end();
}

#endif /* FUZZ_LIBFUZZER */
