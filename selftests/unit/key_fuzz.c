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

#include "key.h"
#include "key_frame.h"
#include "ktap.h"

#define MAC_LEN		14
#define CONTROL_LEN	4
#define IS_GSO		0x01
#define HAS_TAG		0x02

#define require(cond) do {						\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
			__LINE__, #cond);				\
		abort();						\
	}								\
} while (0)

int LLVMFuzzerTestOneInput(const u8 *input, size_t size);

static void parse(struct brfw_key *key, const u8 *input, size_t size,
		  unsigned int nlinear)
{
	unsigned int len = size - CONTROL_LEN;
	const u8 *data = input + CONTROL_LEN;
	struct frame_skb f;

	frame_skb_init(&f, data, len, nlinear, -MAC_LEN);
	f.skb.is_gso = input[0] & IS_GSO;
	f.skb.has_tag = input[0] & HAS_TAG;
	f.skb.vlan_tci = input[2] << 8 | input[3];
	memset(key, 0xff, sizeof(*key));
	brfw_key_from_skb(key, &f.skb);
	require(frame_skb_is_unchanged(&f, data, len));
	frame_skb_destroy(&f);
}

/* Fields that tell the presence of others, or exclude them. */
static void check_l4(const struct brfw_key *key)
{
	bool has_ports = key->ip_proto == 6 || key->ip_proto == 17;
	bool has_type = (key->family == BRFW_FAMILY_IP4 && key->ip_proto == 1) ||
			(key->family == BRFW_FAMILY_IP6 && key->ip_proto == 58);
	bool has_l4 = key->flags & BRFW_KEY_F_L4;

	require(!has_l4 || key->flags & BRFW_KEY_F_PROTO);
	require(!has_l4 || has_ports || has_type);
	require((has_l4 && has_ports) || (!key->sport && !key->dport));
	require((has_l4 && key->ip_proto == 6) || !key->tcp_flags);
	require((has_l4 && has_type) || (!key->icmp_type && !key->icmp_code));
}

static void check_key(const struct brfw_key *key)
{
	static const struct brfw_key zero;

	require(!key->bridge && !key->in && !key->out);
	require(!key->zero0 && !key->zero1 && !key->zero2);
	require(!key->eth_type || key->eth_type >= 0x600);
	require(!key->vlan || key->vlan & BRFW_KEY_VLAN_PRESENT);
	require(key->family < BRFW_FAMILIES);
	require(key->family != BRFW_FAMILY_IP4 || key->eth_type == 0x800);
	require(key->family != BRFW_FAMILY_IP6 || key->eth_type == 0x86dd);
	require(key->family != BRFW_FAMILY_OTHER ||
		!(key->flags & BRFW_KEY_F_PROTO));
	require(key->flags & BRFW_KEY_F_PROTO || !key->ip_proto);
	/* What has no address has no bytes there either. */
	require(key->family == BRFW_FAMILY_IP6 ||
		!memcmp(&key->ip6.src[8], zero.ip6.src, 24));
	require(key->family != BRFW_FAMILY_OTHER || !key->words[5]);
	check_l4(key);
}

int LLVMFuzzerTestOneInput(const u8 *input, size_t size)
{
	struct brfw_key whole, split;
	unsigned int len, nlinear;

	if (size < CONTROL_LEN + MAC_LEN || size > FRAME_MAX)
		return 0;
	len = size - CONTROL_LEN;
	nlinear = MAC_LEN + input[1] % (len - MAC_LEN + 1);

	parse(&whole, input, size, len);
	check_key(&whole);
	parse(&split, input, size, nlinear);
	require(!memcmp(&whole, &split, sizeof(whole)));

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
	if (frames[i].has_tag)
		input[0] |= HAS_TAG;
	input[2] = frames[i].vlan_tci >> 8;
	input[3] = frames[i].vlan_tci;
	memcpy(input + CONTROL_LEN, b.data, b.len);

	return CONTROL_LEN + b.len;
}

static void mutate(u8 *input, size_t *size)
{
	static const u8 values[] = { 0, 1, 4, 5, 6, 17, 43, 44, 51, 58, 60, 0x81, 255 };
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
