// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: answers of the kernel module, or of whatever answers in its
 * place. Input: the attributes of a generic netlink message.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "print.h"
#include "wire.h"

static const struct print_style style = { .handle = true, .stats = true };

static FILE *sink;

static void read_rule(const struct nlmsghdr *nlh)
{
	struct fwctl_rule rule;

	if (wire_get_rule(nlh, &rule) != WIRE_OK)
		return;
	print_rule(sink, &rule, &style);
	json_decref(print_rule_json(&rule, &style));
}

static void read_others(const struct nlmsghdr *nlh)
{
	struct fwctl_policy policy;
	struct fwctl_zone zone;
	struct fwctl_element element;
	const struct nlattr *pos = NULL;
	struct fwctl_info info;
	struct fwctl_done done;
	struct fwctl_set set;
	uint64_t generation;

	if (wire_get_policy(nlh, &policy) == WIRE_OK) {
		print_policy(sink, &policy, &style);
		json_decref(print_policy_json(&policy));
	}
	if (wire_get_zone(nlh, &zone) == WIRE_OK) {
		print_zone(sink, &zone);
		json_decref(print_zone_json(&zone));
	}
	if (wire_get_info(nlh, &info) == WIRE_OK) {
		print_info(sink, &info);
		json_decref(print_info_json(&info));
	}
	if (wire_get_set(nlh, &set) == WIRE_OK) {
		print_set(sink, &set, &style);
		json_decref(print_set_json(&set));
	}
	while (wire_get_element(nlh, &pos, &element) == WIRE_OK && pos) {
		print_element(sink, &element, &style);
		json_decref(print_element_json(&element));
	}
	wire_get_done(nlh, &done);
	wire_get_generation(nlh, &generation);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	sink = fopen("/dev/null", "w");

	return sink ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of exact size, so that a byte too much is noticed. */
	size_t len = NLMSG_HDRLEN + GENL_HDRLEN + size;
	struct nlmsghdr *nlh;
	uint32_t offset;

	if (size > 65000)
		return 0;
	nlh = calloc(1, len);
	if (!nlh)
		abort();
	nlh->nlmsg_len = len;
	memcpy((char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN, data, size);

	read_rule(nlh);
	read_others(nlh);
	for (offset = 0; offset < len && offset < 256; offset += 4) {
		wire_attr_name(nlh, offset);
		wire_missing_name(nlh, offset, size % 20);
		wire_element_change(nlh, offset);
	}
	free(nlh);

	return 0;
}
