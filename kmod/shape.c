// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shapes of rules; shape.h tells what they are.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "shape.h"

#define BRFW_SHAPE_FIELDS	16

/**
 * struct brfw_shape_field - a field of the key and its levels
 * @offset: in struct brfw_key; the field is within a word or has two
 * @levels: bit n tells that there is a level that compares n + 1 leading bytes
 */
struct brfw_shape_field {
	u8 offset;
	u16 levels;
};

#define BRFW_BYTES(n)		(1U << ((n) - 1))
#define BRFW_MAC_LEVELS		(BRFW_BYTES(3) | BRFW_BYTES(6))
#define BRFW_IP4_LEVELS		0xf
#define BRFW_IP6_LEVELS		(0xfc | BRFW_BYTES(16))
#define BRFW_FIELD(name, levels)	{ offsetof(struct brfw_key, name), levels }

/* Fields that are the same in all families; the addresses come behind them. */
#define BRFW_COMMON_FIELDS				\
	BRFW_FIELD(bridge, BRFW_BYTES(2)),		\
	BRFW_FIELD(in, BRFW_BYTES(2)),			\
	BRFW_FIELD(out, BRFW_BYTES(2)),			\
	BRFW_FIELD(eth_type, BRFW_BYTES(2)),		\
	BRFW_FIELD(vlan_id, BRFW_BYTES(2)),		\
	BRFW_FIELD(inner_vlan_id, BRFW_BYTES(2)),	\
	BRFW_FIELD(pppoe, BRFW_BYTES(2)),		\
	BRFW_FIELD(sport, BRFW_BYTES(2)),		\
	BRFW_FIELD(dport, BRFW_BYTES(2)),		\
	BRFW_FIELD(ip_proto, BRFW_BYTES(1)),		\
	BRFW_FIELD(type, BRFW_BYTES(1)),		\
	BRFW_FIELD(mark, BRFW_BYTES(4)),		\
	BRFW_FIELD(smac, BRFW_MAC_LEVELS),		\
	BRFW_FIELD(dmac, BRFW_MAC_LEVELS)

static const struct brfw_shape_field
brfw_shape_fields[BRFW_FAMILIES][BRFW_SHAPE_FIELDS] = {
	[BRFW_FAMILY_IP4] = {
		BRFW_COMMON_FIELDS,
		BRFW_FIELD(ip4.src, BRFW_IP4_LEVELS),
		BRFW_FIELD(ip4.dst, BRFW_IP4_LEVELS),
	},
	[BRFW_FAMILY_IP6] = {
		BRFW_COMMON_FIELDS,
		BRFW_FIELD(ip6.src, BRFW_IP6_LEVELS),
		BRFW_FIELD(ip6.dst, BRFW_IP6_LEVELS),
	},
	[BRFW_FAMILY_OTHER] = {
		BRFW_COMMON_FIELDS,
		BRFW_FIELD(arp.sender_ip, BRFW_IP4_LEVELS),
		BRFW_FIELD(arp.target_ip, BRFW_IP4_LEVELS),
	},
};

static unsigned int brfw_shape_level(brfw_shape_t shape, unsigned int i)
{
	return shape >> 4 * i & 0x7;
}

/* How many leading bits of a word are set. */
static unsigned int brfw_leading_ones(u64 word)
{
	return 64 - fls64(~word);
}

/**
 * brfw_shape_of_rule() - shape of a rule
 * @r: the rule
 * @family: enum brfw_family of the keys that it is compared with
 *
 * Return: the shape.
 */
brfw_shape_t brfw_shape_of_rule(const struct brfw_cls_rule *r, u8 family)
{
	const struct brfw_shape_field *f = brfw_shape_fields[family];
	u64 masks[BRFW_KEY_WORDS + 1] = {}, mask;
	const u64 *data = r->data;
	brfw_shape_t shape = 0;
	unsigned int left, i, n;

	for (left = r->words; left; left &= left - 1, data += 2)
		masks[__ffs(left)] = be64_to_cpu((__force __be64)data[1]);

	for (i = 0; i < BRFW_SHAPE_FIELDS; i++, f++) {
		n = f->offset / sizeof(u64);
		mask = masks[n] << f->offset % sizeof(u64) * 8;
		if (!(mask >> 63))
			continue;
		/* What follows is another field, or the rest of a long one. */
		n = mask == U64_MAX ? 64 + brfw_leading_ones(masks[n + 1]) :
				      brfw_leading_ones(mask);
		shape |= (u64)hweight16(f->levels & ((1U << n / 8) - 1)) << 4 * i;
	}

	return shape;
}

/**
 * brfw_shape_meet() - what two shapes have in common
 * @a: a shape
 * @b: another one
 *
 * Return: the shape with the lower level of each field.
 */
brfw_shape_t brfw_shape_meet(brfw_shape_t a, brfw_shape_t b)
{
	brfw_shape_t shape = 0;
	unsigned int i;

	for (i = 0; i < BRFW_SHAPE_FIELDS; i++)
		shape |= (u64)min(brfw_shape_level(a, i),
				  brfw_shape_level(b, i)) << 4 * i;

	return shape;
}

/**
 * brfw_shape_get_mask() - bits of the key that a table of a shape hashes
 * @shape: the shape
 * @family: enum brfw_family
 * @mask: to be filled
 */
void brfw_shape_get_mask(brfw_shape_t shape, u8 family, struct brfw_key *mask)
{
	const struct brfw_shape_field *f = brfw_shape_fields[family];
	unsigned int i, level, levels;

	memset(mask, 0, sizeof(*mask));
	for (i = 0; i < BRFW_SHAPE_FIELDS; i++, f++) {
		level = brfw_shape_level(shape, i);
		if (!level)
			continue;
		for (levels = f->levels; --level; levels &= levels - 1)
			;
		memset((u8 *)mask + f->offset, U8_MAX, __ffs(levels) + 1);
	}
}
