/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface names that rules and policies use.
 *
 * Rules follow names, not devices. Each name in use has a slot, a small number
 * that stands for it in keys and rules. The packet path maps the ifindex of a
 * device to the slot of the name that the device bears; a netdevice notifier
 * keeps that map true while devices come, go and are renamed.
 */
#ifndef _BRFW_IFACE_H
#define _BRFW_IFACE_H

#include <linux/hashtable.h>
#include <linux/if.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/xarray.h>

/**
 * struct brfw_ifaces - the names of one namespace
 * @net: the namespace
 * @lock: protects all below against other writers; taken inside RTNL (by the
 *	notifier) and inside the config lock
 * @by_ifindex: slot of each device whose name is in use, as a value entry;
 *	read by packets
 * @by_slot: struct brfw_iface of each slot in use
 * @by_name: struct brfw_iface by name
 */
struct brfw_ifaces {
	struct net *net;
	struct mutex lock;
	struct xarray by_ifindex;
	struct xarray by_slot;
	DECLARE_HASHTABLE(by_name, 9);
};

/* Packets: RCU read section. */

/**
 * brfw_iface_slot() - slot of the name that a device bears
 * @ifaces: names of the device's namespace
 * @dev: the device or NULL
 *
 * Context: RCU read section.
 * Return: the slot, or 0 when the name is not in use or there is no device.
 */
static inline u16 brfw_iface_slot(struct brfw_ifaces *ifaces,
				  const struct net_device *dev)
{
	void *entry;

	if (!dev)
		return 0;

	entry = xa_load(&ifaces->by_ifindex, dev->ifindex);
	return entry ? xa_to_value(entry) : 0;
}

struct net_device *brfw_iface_dev(struct brfw_ifaces *ifaces, u16 slot);

/* Control path: may sleep. */

void brfw_ifaces_init(struct brfw_ifaces *ifaces, struct net *net);
void brfw_ifaces_destroy(struct brfw_ifaces *ifaces);
int brfw_iface_get(struct brfw_ifaces *ifaces, const char *name, u16 *slot);
void brfw_iface_ref(struct brfw_ifaces *ifaces, u16 slot);
void brfw_iface_put(struct brfw_ifaces *ifaces, u16 slot);
int brfw_iface_find(struct brfw_ifaces *ifaces, const char *name, u16 *slot);
void brfw_iface_name(struct brfw_ifaces *ifaces, u16 slot,
		     char name[IFNAMSIZ]);

/* The notifier: RTNL held. */

void brfw_ifaces_event(struct brfw_ifaces *ifaces, unsigned long event,
		       struct net_device *dev);

#endif /* _BRFW_IFACE_H */
