// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interface names: slots, their references, and which device bears which name.
 *
 * Only names are reference-counted, by rules, policies, zones, elements and
 * changes that use them. No reference to a device is ever held.
 */
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "iface.h"

/**
 * struct brfw_iface - a name in use
 * @node: in brfw_ifaces.by_name
 * @slot: what stands for it in keys
 * @refs: how many use it
 * @ifindex: the device that bears it, 0 when there is none
 * @name: the name, the rest filled with zeros
 */
struct brfw_iface {
	struct hlist_node node;
	u16 slot;
	unsigned int refs;
	int ifindex;
	char name[IFNAMSIZ];
};

/**
 * brfw_ifaces_init() - make an empty set of names
 * @ifaces: to be filled
 * @net: namespace of the devices
 */
void brfw_ifaces_init(struct brfw_ifaces *ifaces, struct net *net)
{
	ifaces->net = net;
	mutex_init(&ifaces->lock);
	xa_init_flags(&ifaces->by_ifindex, XA_FLAGS_ACCOUNT);
	xa_init_flags(&ifaces->by_slot, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	hash_init(ifaces->by_name);
}

/**
 * brfw_ifaces_destroy() - forget all names
 * @ifaces: the names; all references to them are void
 *
 * Context: may sleep; no readers, no notifier.
 */
void brfw_ifaces_destroy(struct brfw_ifaces *ifaces)
{
	struct brfw_iface *iface;
	unsigned long slot;

	xa_for_each(&ifaces->by_slot, slot, iface)
		kfree(iface);

	xa_destroy(&ifaces->by_slot);
	xa_destroy(&ifaces->by_ifindex);
	mutex_destroy(&ifaces->lock);
}

/* Salted, so that clients can't choose names for one chain. */
static u32 brfw_iface_hash(const struct brfw_ifaces *ifaces, const char *name)
{
	return full_name_hash(ifaces, name, strlen(name));
}

static struct brfw_iface *brfw_iface_lookup(struct brfw_ifaces *ifaces,
					    const char *name)
{
	struct brfw_iface *iface;

	lockdep_assert_held(&ifaces->lock);

	hash_for_each_possible(ifaces->by_name, iface, node,
			       brfw_iface_hash(ifaces, name))
		if (!strcmp(iface->name, name))
			return iface;

	return NULL;
}

/* The name in use that a device is known to bear, or NULL. */
static struct brfw_iface *brfw_iface_bound(struct brfw_ifaces *ifaces,
					   int ifindex)
{
	void *entry = xa_load(&ifaces->by_ifindex, ifindex);

	return entry ? xa_load(&ifaces->by_slot, xa_to_value(entry)) : NULL;
}

/*
 * A device got a name in use. A notifier can't refuse it, and a rule that
 * silently doesn't apply would be worse than waiting for a few hundred bytes.
 */
static void brfw_iface_bind(struct brfw_ifaces *ifaces,
			    struct brfw_iface *iface, int ifindex)
{
	struct brfw_iface *old = brfw_iface_bound(ifaces, ifindex);

	/* Packets see either name of a renamed device, never none. */
	if (old)
		WRITE_ONCE(old->ifindex, 0);
	WRITE_ONCE(iface->ifindex, ifindex);
	xa_store(&ifaces->by_ifindex, ifindex, xa_mk_value(iface->slot),
		 GFP_KERNEL | __GFP_NOFAIL);
}

static void brfw_iface_unbind(struct brfw_ifaces *ifaces,
			      struct brfw_iface *iface)
{
	if (!iface->ifindex)
		return;

	xa_erase(&ifaces->by_ifindex, iface->ifindex);
	WRITE_ONCE(iface->ifindex, 0);
}

static int brfw_iface_ifindex(struct net *net, const char *name)
{
	struct net_device *dev;
	int ifindex;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, name);
	ifindex = dev && !strcmp(dev->name, name) ? dev->ifindex : 0;
	rcu_read_unlock();

	return ifindex;
}

static struct brfw_iface *brfw_iface_add(struct brfw_ifaces *ifaces,
					 const char *name)
{
	struct brfw_iface *iface;
	int ifindex;
	u32 slot;
	int err;

	iface = kzalloc(sizeof(*iface), GFP_KERNEL_ACCOUNT);
	if (!iface)
		return ERR_PTR(-ENOMEM);

	strscpy(iface->name, name, sizeof(iface->name));
	err = xa_alloc(&ifaces->by_slot, &slot, iface,
		       XA_LIMIT(1, U16_MAX), GFP_KERNEL);
	if (err) {
		kfree(iface);
		return ERR_PTR(err == -EBUSY ? -ENOSPC : err);
	}
	iface->slot = slot;
	hash_add(ifaces->by_name, &iface->node, brfw_iface_hash(ifaces, name));

	/*
	 * From now on the notifier finds the name, so that a device that is
	 * renamed or registered meanwhile is seen here or there.
	 */
	ifindex = brfw_iface_ifindex(ifaces->net, name);
	if (ifindex)
		brfw_iface_bind(ifaces, iface, ifindex);

	return iface;
}

/**
 * brfw_iface_get() - use a name
 * @ifaces: names of the namespace
 * @name: a valid interface name
 * @slot: to be filled with its slot, which is not 0
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC when no slot is left.
 */
int brfw_iface_get(struct brfw_ifaces *ifaces, const char *name, u16 *slot)
{
	struct brfw_iface *iface;
	int err = 0;

	mutex_lock(&ifaces->lock);
	iface = brfw_iface_lookup(ifaces, name);
	if (!iface)
		iface = brfw_iface_add(ifaces, name);
	if (IS_ERR(iface)) {
		err = PTR_ERR(iface);
	} else {
		iface->refs++;
		*slot = iface->slot;
	}
	mutex_unlock(&ifaces->lock);

	return err;
}

/**
 * brfw_iface_ref() - use a name once more
 * @ifaces: names of the namespace
 * @slot: a slot that the caller knows to be in use; 0 is ignored
 *
 * Context: may sleep.
 */
void brfw_iface_ref(struct brfw_ifaces *ifaces, u16 slot)
{
	struct brfw_iface *iface;

	if (!slot)
		return;

	mutex_lock(&ifaces->lock);
	iface = xa_load(&ifaces->by_slot, slot);
	iface->refs++;
	mutex_unlock(&ifaces->lock);
}

/**
 * brfw_iface_put() - use a name no longer
 * @ifaces: names of the namespace
 * @slot: from brfw_iface_get(); 0 is ignored
 *
 * Context: may sleep; no packet can meet a rule with this reference any more.
 */
void brfw_iface_put(struct brfw_ifaces *ifaces, u16 slot)
{
	struct brfw_iface *iface;

	if (!slot)
		return;

	mutex_lock(&ifaces->lock);
	iface = xa_load(&ifaces->by_slot, slot);
	if (!--iface->refs) {
		brfw_iface_unbind(ifaces, iface);
		hash_del(&iface->node);
		xa_erase(&ifaces->by_slot, slot);
		kfree(iface);
	}
	mutex_unlock(&ifaces->lock);
}

/**
 * brfw_iface_find() - slot of a name, if it is in use
 * @ifaces: names of the namespace
 * @name: the name
 * @slot: to be filled
 *
 * Context: may sleep. No reference is taken.
 * Return: 0 or -ENOENT.
 */
int brfw_iface_find(struct brfw_ifaces *ifaces, const char *name, u16 *slot)
{
	struct brfw_iface *iface;

	mutex_lock(&ifaces->lock);
	iface = brfw_iface_lookup(ifaces, name);
	if (iface)
		*slot = iface->slot;
	mutex_unlock(&ifaces->lock);

	return iface ? 0 : -ENOENT;
}

/**
 * brfw_iface_name() - the name behind a slot
 * @ifaces: names of the namespace
 * @slot: a slot that the caller knows to be in use
 * @name: to be filled
 *
 * Context: may sleep.
 */
void brfw_iface_name(struct brfw_ifaces *ifaces, u16 slot,
		     char name[IFNAMSIZ])
{
	const struct brfw_iface *iface;

	mutex_lock(&ifaces->lock);
	iface = xa_load(&ifaces->by_slot, slot);
	memcpy(name, iface->name, IFNAMSIZ);
	mutex_unlock(&ifaces->lock);
}

/**
 * brfw_iface_dev() - the device that bears a name
 * @ifaces: names of the namespace
 * @slot: of a name that a rule uses which the caller can see
 *
 * Context: RCU read section.
 * Return: the device, valid until the read section ends, or NULL.
 */
struct net_device *brfw_iface_dev(struct brfw_ifaces *ifaces, u16 slot)
{
	const struct brfw_iface *iface = xa_load(&ifaces->by_slot, slot);
	int ifindex = READ_ONCE(iface->ifindex);

	return ifindex ? dev_get_by_index_rcu(ifaces->net, ifindex) : NULL;
}

/**
 * brfw_ifaces_event() - follow a change of a device
 * @ifaces: names of the device's namespace
 * @event: of the netdevice notifier
 * @dev: the device
 *
 * Context: RTNL held; may sleep.
 */
void brfw_ifaces_event(struct brfw_ifaces *ifaces, unsigned long event,
		       struct net_device *dev)
{
	struct brfw_iface *old, *new = NULL;
	const struct net_device *other;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_UNREGISTER:
		break;
	default:
		return;
	}

	/* It is repeated while the device is waited for; its index may be in
	 * use again by then.
	 */
	if (event == NETDEV_UNREGISTER) {
		other = __dev_get_by_index(ifaces->net, dev->ifindex);
		if (other && other != dev)
			return;
	}

	mutex_lock(&ifaces->lock);
	old = brfw_iface_bound(ifaces, dev->ifindex);
	if (event != NETDEV_UNREGISTER)
		new = brfw_iface_lookup(ifaces, dev->name);

	if (new && new != old) {
		brfw_iface_unbind(ifaces, new);
		brfw_iface_bind(ifaces, new, dev->ifindex);
	} else if (old && !new) {
		brfw_iface_unbind(ifaces, old);
	}
	mutex_unlock(&ifaces->lock);
}
