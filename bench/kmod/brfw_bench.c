// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives frames from a file to network devices as if they had come in there, and
 * takes the time. For the benchmarks only, in a virtual machine.
 *
 *   /sys/kernel/debug/brfw_bench/frames    write: the frames, in the form that
 *                                          the program "frames" makes
 *   /sys/kernel/debug/brfw_bench/run       read: gives all of them once to
 *                                          devices d<port>; "frames total p50
 *                                          p99 max", in nanoseconds
 */
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/sort.h>
#include <net/net_namespace.h>

#define BENCH_PORTS		1024
#define BENCH_BYTES_MAX		(64U << 20)

/** struct bench_frame - in front of each frame */
struct bench_frame {
	u16 port;
	u16 len;
	u8 data[];
};

static DEFINE_MUTEX(bench_mutex);
static u8 *bench_bytes;
static size_t bench_size;
static struct net_device *bench_ports[BENCH_PORTS];
static struct dentry *bench_dir;

/* The frame at @at, or NULL behind the last one or when it is cut off. */
static const struct bench_frame *bench_frame_at(size_t at)
{
	const struct bench_frame *frame = (const void *)(bench_bytes + at);

	if (bench_size - at < sizeof(*frame) ||
	    bench_size - at - sizeof(*frame) < frame->len ||
	    frame->len < ETH_HLEN || frame->port >= BENCH_PORTS)
		return NULL;

	return frame;
}

static int bench_frames_open(struct inode *inode, struct file *file)
{
	mutex_lock(&bench_mutex);
	if (!bench_bytes)
		bench_bytes = vmalloc(BENCH_BYTES_MAX);
	bench_size = 0;
	mutex_unlock(&bench_mutex);

	return bench_bytes ? 0 : -ENOMEM;
}

static ssize_t bench_frames_write(struct file *file, const char __user *data,
				  size_t size, loff_t *pos)
{
	ssize_t ret = size;

	mutex_lock(&bench_mutex);
	if (size > BENCH_BYTES_MAX - bench_size)
		ret = -ENOSPC;
	else if (copy_from_user(bench_bytes + bench_size, data, size))
		ret = -EFAULT;
	else
		bench_size += size;
	mutex_unlock(&bench_mutex);

	return ret;
}

static const struct file_operations bench_frames_fops = {
	.owner = THIS_MODULE,
	.open = bench_frames_open,
	.write = bench_frames_write,
};

/* Nanoseconds, or an error. */
static s64 bench_give(const struct bench_frame *frame)
{
	struct net_device *dev = bench_ports[frame->port];
	struct sk_buff *skb;
	u64 begin;

	begin = ktime_get_ns();
	skb = netdev_alloc_skb_ip_align(dev, frame->len);
	if (!skb)
		return -ENOMEM;
	skb_put_data(skb, frame->data, frame->len);
	skb->protocol = eth_type_trans(skb, dev);
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();

	return ktime_get_ns() - begin;
}

static int bench_compare(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ? -1 : *(const u32 *)a > *(const u32 *)b;
}

/* Gives all frames; @times gets the time of each. */
static int bench_give_all(u32 *times, u32 *n, u64 *total)
{
	const struct bench_frame *frame;
	size_t at = 0;
	s64 time;

	while ((frame = bench_frame_at(at))) {
		if (!bench_ports[frame->port])
			return -ENODEV;
		time = bench_give(frame);
		if (time < 0)
			return time;
		times[(*n)++] = time;
		*total += time;
		at += sizeof(*frame) + frame->len;
		cond_resched();
	}

	return at == bench_size && *n ? 0 : -EINVAL;
}

static void bench_ports_put(void)
{
	int i;

	for (i = 0; i < BENCH_PORTS; i++) {
		dev_put(bench_ports[i]);
		bench_ports[i] = NULL;
	}
}

static void bench_ports_get(void)
{
	char name[IFNAMSIZ];
	int i;

	for (i = 0; i < BENCH_PORTS; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		bench_ports[i] = dev_get_by_name(&init_net, name);
	}
}

static ssize_t bench_run_read(struct file *file, char __user *to, size_t size,
			      loff_t *pos)
{
	char line[96];
	u64 total = 0;
	u32 *times;
	u32 n = 0;
	int ret;

	if (*pos)
		return 0;

	times = vmalloc(array_size(BENCH_BYTES_MAX / ETH_HLEN, sizeof(*times)));
	if (!times)
		return -ENOMEM;
	mutex_lock(&bench_mutex);
	bench_ports_get();
	ret = bench_give_all(times, &n, &total);
	bench_ports_put();
	mutex_unlock(&bench_mutex);
	if (!ret) {
		sort(times, n, sizeof(*times), bench_compare, NULL);
		ret = snprintf(line, sizeof(line), "%u %llu %u %u %u\n", n, total,
			       times[n / 2], times[n * 99ULL / 100], times[n - 1]);
		ret = simple_read_from_buffer(to, size, pos, line, ret);
	}
	vfree(times);

	return ret;
}

static const struct file_operations bench_run_fops = {
	.owner = THIS_MODULE,
	.read = bench_run_read,
};

static int __init bench_init(void)
{
	bench_dir = debugfs_create_dir("brfw_bench", NULL);
	debugfs_create_file("frames", 0200, bench_dir, NULL, &bench_frames_fops);
	debugfs_create_file("run", 0400, bench_dir, NULL, &bench_run_fops);

	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(bench_dir);
	vfree(bench_bytes);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("frames for the benchmarks of brfw");
