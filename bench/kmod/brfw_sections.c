// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long requests and the work that they leave behind take, and for how long
 * they let nobody else run. For the benchmarks only, in a virtual machine;
 * brfw must be loaded.
 *
 *   /sys/kernel/debug/brfw_sections    write anything: begin anew; read:
 *       "request NS FUNCTION" and "section NS FROM TO", the longest of each
 *
 * A section goes from one place where a kernel that is not preemptible gives
 * others a chance (cond_resched(), a sleep) to the next one, with the interrupts
 * that come in between and what the tracing takes.
 */
#include <linux/debugfs.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

/* What begins and ends in the kernel: requests, and work of brfw. */
static const char *const sections_names[] = {
	"netlink_sendmsg", "netlink_recvmsg", "netlink_release",
	"brfw_gc_work", "brfw_sets_work", "cleanup_net",
};

/**
 * struct section - the one under way, on the only processor
 * @task: of it; NULL: nobody's
 * @begin: when
 * @from: what it began with
 */
struct section {
	struct task_struct *task;
	u64 begin;
	unsigned long from;
};

/** struct longest - the longest of its kind */
struct longest {
	u64 ns;
	unsigned long from;
	unsigned long to;
};

/** SECTIONS_TASKS - more are never under way */
#define SECTIONS_TASKS		16

static struct section section;
static struct task_struct *sections_tasks[SECTIONS_TASKS];
static struct longest longest_request, longest_section;
static struct dentry *sections_file;

static void sections_keep(struct longest *longest, u64 begin, unsigned long from,
			  unsigned long to)
{
	u64 ns = ktime_get_mono_fast_ns() - begin;

	if (ns <= longest->ns)
		return;
	longest->ns = ns;
	longest->from = from;
	longest->to = to;
}

/* The entry of a task, or an index where there is none. */
static unsigned int sections_find(const struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < SECTIONS_TASKS && sections_tasks[i] != task; i++)
		;

	return i;
}

static bool sections_watch_this(void)
{
	return in_task() && sections_find(current) < SECTIONS_TASKS;
}

static void section_end(unsigned long to)
{
	if (section.task == current)
		sections_keep(&longest_section, section.begin, section.from, to);
	section.task = NULL;
}

static void section_begin(unsigned long from)
{
	section.from = from;
	section.task = current;
	section.begin = ktime_get_mono_fast_ns();
}

/* Others may run here. */
static void sections_point(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			   struct ftrace_regs *regs)
{
	if (!sections_watch_this())
		return;
	section_end(parent_ip);
	section_begin(parent_ip);
}

static struct ftrace_ops sections_points = { .func = sections_point };

/* And here somebody else runs, or did. */
static void sections_switch(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *regs)
{
	if (sections_watch_this())
		section_begin(parent_ip);
}

static struct ftrace_ops sections_switches = { .func = sections_switch };

static int sections_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	u64 *begin = (void *)ri->data;

	unsigned int i = sections_find(NULL);

	if (i == SECTIONS_TASKS || sections_watch_this())
		return 1;
	sections_tasks[i] = current;
	*begin = ktime_get_mono_fast_ns();
	section_begin(instruction_pointer(regs));

	return 0;
}

static int sections_leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct kretprobe *rp = get_kretprobe(ri);
	unsigned long ip = rp ? (unsigned long)rp->kp.addr : 0;
	u64 *begin = (void *)ri->data;

	section_end(ip);
	sections_tasks[sections_find(current)] = NULL;
	sections_keep(&longest_request, *begin, ip, ip);

	return 0;
}

static struct kretprobe sections_probes[ARRAY_SIZE(sections_names)];

static int sections_show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "request %llu %ps\n", longest_request.ns, (void *)longest_request.from);
	seq_printf(seq, "section %llu %pS %pS\n", longest_section.ns,
		   (void *)longest_section.from, (void *)longest_section.to);

	return 0;
}

static int sections_open(struct inode *inode, struct file *file)
{
	return single_open(file, sections_show, NULL);
}

static ssize_t sections_write(struct file *file, const char __user *data, size_t size,
			      loff_t *pos)
{
	memset(&longest_request, 0, sizeof(longest_request));
	memset(&longest_section, 0, sizeof(longest_section));

	return size;
}

static const struct file_operations sections_fops = {
	.owner = THIS_MODULE,
	.open = sections_open,
	.read = seq_read,
	.write = sections_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void sections_unregister(int n)
{
	while (n--)
		unregister_kretprobe(&sections_probes[n]);
}

static int sections_register(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(sections_probes); i++) {
		sections_probes[i].kp.symbol_name = sections_names[i];
		sections_probes[i].entry_handler = sections_enter;
		sections_probes[i].handler = sections_leave;
		sections_probes[i].data_size = sizeof(u64);
		sections_probes[i].maxactive = 64;
		err = register_kretprobe(&sections_probes[i]);
		if (err) {
			pr_err("brfw_sections: %s: %d\n", sections_names[i], err);
			sections_unregister(i);
			return err;
		}
	}

	return 0;
}

static int sections_trace(struct ftrace_ops *ops, char *pattern)
{
	int err = ftrace_set_filter(ops, pattern, strlen(pattern), 1);

	return err ? : register_ftrace_function(ops);
}

static int __init sections_init(void)
{
	static char points[] = "__cond_resched", switches[] = "finish_task_switch*";
	int err;

	err = sections_trace(&sections_points, points);
	if (err)
		return err;
	err = sections_trace(&sections_switches, switches);
	if (err)
		goto err_points;
	err = sections_register();
	if (err)
		goto err_switches;
	sections_file = debugfs_create_file("brfw_sections", 0600, NULL, NULL, &sections_fops);

	return 0;

err_switches:
	unregister_ftrace_function(&sections_switches);
err_points:
	unregister_ftrace_function(&sections_points);
	return err;
}

static void __exit sections_exit(void)
{
	debugfs_remove(sections_file);
	sections_unregister(ARRAY_SIZE(sections_probes));
	unregister_ftrace_function(&sections_switches);
	unregister_ftrace_function(&sections_points);
}

module_init(sections_init);
module_exit(sections_exit);

MODULE_DESCRIPTION("Longest requests and sections of brfw");
MODULE_LICENSE("GPL");
