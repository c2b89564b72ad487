/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Token buckets without a lock.
 *
 * A bucket is one number: the time at which it will be full again (generic
 * cell rate algorithm, ITU-T I.371). Taking tokens moves that time forward by
 * as much as they take to come back; there are enough as long as it is less
 * than a full bucket away. Times are in ticks of 1/16 ns, so that a byte at
 * 100 Gbit/s is still more than one.
 */
#ifndef _BRFW_LIMITER_H
#define _BRFW_LIMITER_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#define BRFW_TICKS_PER_SEC	(16ULL * NSEC_PER_SEC)

/* Filling a bucket must not take longer: some two years. */
#define BRFW_LIMITER_MAX_TICKS	(1ULL << 60)

/**
 * struct brfw_limiter - the bucket
 * @full_at: when it will be full
 */
struct brfw_limiter {
	atomic64_t full_at;
};

/**
 * struct brfw_rate - how a bucket fills
 * @rate: tokens in @period
 * @period: in ticks
 * @burst: tokens in a full bucket
 */
struct brfw_rate {
	u64 rate;
	u64 period;
	u64 burst;
};

/**
 * brfw_rate_is_valid() - can a bucket with this rate be computed with?
 * @rate: the rate
 *
 * Return: whether neither is 0 and it fills in less than
 * BRFW_LIMITER_MAX_TICKS.
 */
static inline bool brfw_rate_is_valid(const struct brfw_rate *rate)
{
	if (!rate->rate || !rate->burst)
		return false;

	/* Both quotients err on the small side, by less than a factor of 2. */
	return div64_u64(rate->burst, rate->rate) <
	       div64_u64(BRFW_LIMITER_MAX_TICKS, 2 * rate->period);
}

/**
 * brfw_limiter_take() - take tokens, if there are enough
 * @limiter: the bucket
 * @rate: a valid rate
 * @tokens: how many
 *
 * Context: any.
 * Return: whether there were enough; if not, none is taken.
 */
static inline bool brfw_limiter_take(struct brfw_limiter *limiter,
				     const struct brfw_rate *rate, u64 tokens)
{
	u64 now = ktime_get_ns() * 16;
	u64 cost, capacity, full_at;
	s64 old;

	if (tokens > rate->burst)
		return false;

	cost = mul_u64_u64_div_u64(tokens, rate->period, rate->rate);
	capacity = mul_u64_u64_div_u64(rate->burst, rate->period, rate->rate);
	old = atomic64_read(&limiter->full_at);
	do {
		full_at = max_t(u64, old, now) + cost;
		if (full_at - now > capacity)
			return false;
	} while (!atomic64_try_cmpxchg(&limiter->full_at, &old, full_at));

	return true;
}

#endif /* _BRFW_LIMITER_H */
