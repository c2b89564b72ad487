/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_LIST_H
#define _KSHIM_LINUX_LIST_H

#include <linux/kernel.h>

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	entry->prev = head;
	entry->next = head->next;
	head->next->prev = entry;
	head->next = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = NULL;
	entry->prev = NULL;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

#define list_entry_of(p, pos, member) \
	container_of(p, __typeof__(*(pos)), member)

#define list_for_each_entry(pos, head, member)				\
	for (pos = list_entry_of((head)->next, pos, member);		\
	     &pos->member != (head);					\
	     pos = list_entry_of(pos->member.next, pos, member))

#define list_for_each_entry_safe(pos, tmp, head, member)		\
	for (pos = list_entry_of((head)->next, pos, member),		\
	     tmp = list_entry_of(pos->member.next, pos, member);	\
	     &pos->member != (head);					\
	     pos = tmp,							\
	     tmp = list_entry_of(tmp->member.next, tmp, member))

#endif /* _KSHIM_LINUX_LIST_H */
