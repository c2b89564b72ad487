/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a rule does besides accepting or dropping.
 */
#ifndef _BRFW_ACTIONS_H
#define _BRFW_ACTIONS_H

#include <linux/types.h>

#include <linux/brfw.h>

#include "limiter.h"

/* A rule without verdict: matching goes on after its actions. */
#define BRFW_VERDICT_NONE	0xff

/**
 * struct brfw_actions - limit, actions, and what belongs to a verdict
 * @acts_once: there is something that is done once for each received frame:
 *	limit, log, mirror, reject or redirect
 * @has_limit: @rate and @limits_bytes are set
 * @limits_bytes: tokens are bytes, not packets
 * @has_log: @log_group and @log_prefix are set
 * @logs_to_group: to NFLOG group @log_group, not to the kernel log
 * @queue_bypass: for BRFW_VERDICT_QUEUE: accept while nobody listens
 * @reject: for BRFW_VERDICT_REJECT: enum brfw_reject
 * @log_group: NFLOG group
 * @queue: for BRFW_VERDICT_QUEUE: number of it
 * @mirror: slot of the interface that gets a copy, or 0
 * @redirect: for BRFW_VERDICT_REDIRECT: slot of the interface to leave by
 * @mark_value: bits to set in the mark
 * @mark_mask: bits to change in the mark, 0 for none
 * @limit_seconds: time unit of the limit, for showing it
 * @rate: of the limit
 * @log_prefix: of log entries, or empty
 * @limiter: of the limit; packets'
 *
 * All but the limiter is constant and part of the identity of a rule; padding
 * and what isn't used is 0.
 */
struct brfw_actions {
	bool acts_once;
	bool has_limit;
	bool limits_bytes;
	bool has_log;
	bool logs_to_group;
	bool queue_bypass;
	u8 reject;
	u16 log_group;
	u16 queue;
	u16 mirror;
	u16 redirect;
	u32 mark_value;
	u32 mark_mask;
	u32 limit_seconds;
	struct brfw_rate rate;
	char log_prefix[BRFW_LOG_PREFIX_LEN];
	struct brfw_limiter limiter;
};

#endif /* _BRFW_ACTIONS_H */
