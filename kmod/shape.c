// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shapes of rules; shape.h tells what they are.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "shape.h"

#define BRFW_SHAPE_FIELDS	16
#define BRFW_SHAPE_LEVELS	7

/**
 * struct brfw_shape_field - a field of the key and its levels
 * @offset: in struct brfw_key
 * @nbytes: leading bytes that level 1, 2 and so on compare; 0 behind the last
 */
struct brfw_shape_field {
	u8 offset;
	u8 nbytes[BRFW_SHAPE_LEVELS];
};

#define BRFW_FIELD(name, ...)	{ offsetof(struct brfw_key, name), { __VA_ARGS__ } }

/* Fields that are the same in all families; the addresses come behind them. */
#define BRFW_COMMON_FIELDS		\
	BRFW_FIELD(bridge, 2),		\
	BRFW_FIELD(in, 2),		\
	BRFW_FIELD(out, 2),		\
	BRFW_FIELD(eth_type, 2),	\
	BRFW_FIELD(vlan_id, 2),		\
	BRFW_FIELD(inner_vlan_id, 2),	\
	BRFW_FIELD(pppoe, 2),		\
	BRFW_FIELD(sport, 2),		\
	BRFW_FIELD(dport, 2),		\
	BRFW_FIELD(ip_proto, 1),	\
	BRFW_FIELD(type, 1),		\
	BRFW_FIELD(mark, 4),		\
	BRFW_FIELD(smac, 3, 6),		\
	BRFW_FIELD(dmac, 3, 6)

static const struct brfw_shape_field
brfw_shape_fields[BRFW_FAMILIES][BRFW_SHAPE_FIELDS] = {
	[BRFW_FAMILY_IP4] = {
		BRFW_COMMON_FIELDS,
		BRFW_FIELD(ip4.src, 1, 2, 3, 4),
		BRFW_FIELD(ip4.dst, 1, 2, 3, 4),
	},
	[BRFW_FAMILY_IP6] = {
		BRFW_COMMON_FIELDS,
		BRFW_FIELD(ip6.src, 3, 4, 5, 6, 7, 8, 16),
		BRFW_FIELD(ip6.dst, 3, 4, 5, 6, 7, 8, 16),
	},
	[BRFW_FAMILY_OTHER] = {
		BRFW_COMMON_FIELDS,
		BRFW_FIELD(arp.sender_ip, 1, 2, 3, 4),
		BRFW_FIELD(arp.target_ip, 1, 2, 3, 4),
	},
};

static unsigned int brfw_shape_level(brfw_shape_t shape, unsigned int i)
{
	return shape >> 4 * i & BRFW_SHAPE_LEVELS;
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
	struct brfw_key value, mask;
	brfw_shape_t shape = 0;
	unsigned int i, n;
	u64 level;

	brfw_cls_rule_get_masked(r, &value, &mask);
	for (i = 0; i < BRFW_SHAPE_FIELDS; i++, f++) {
		if (!(r->words & BIT(f->offset / sizeof(u64))))
			continue;
		for (level = 0, n = 0; level < BRFW_SHAPE_LEVELS; level++) {
			if (!f->nbytes[level])
				break;
			while (n < f->nbytes[level] &&
			       ((u8 *)&mask)[f->offset + n] == U8_MAX)
				n++;
			if (n < f->nbytes[level])
				break;
		}
		shape |= level << 4 * i;
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
	unsigned int i, level;

	memset(mask, 0, sizeof(*mask));
	for (i = 0; i < BRFW_SHAPE_FIELDS; i++) {
		level = brfw_shape_level(shape, i);
		if (level)
			memset((u8 *)mask + f[i].offset, U8_MAX,
			       f[i].nbytes[level - 1]);
	}
}
