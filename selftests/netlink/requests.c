// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests to the family, made from what the kernel tells of its own
 * policies: structured ones that are mostly right, and damaged ones. Several
 * sockets send them, so that drafts are begun and left.
 *
 *   requests [SEED [COUNT]]
 *
 * REQUESTS_SEED and REQUESTS_COUNT in the environment are the same.
 *
 * Each request is answered once, within time; a refusal says why and changes
 * nothing. The same is sent by an ordinary user from namespaces of his own, who
 * may change nothing at all; and where the parameter userns lets him, no more
 * rules, sets and elements than others may have, and nothing elsewhere.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "nltest.h"
#include "random.h"

/** COUNT - requests unless told otherwise */
#define COUNT		"6000"

/** SOCKETS - clients at a time */
#define SOCKETS		3

/** MESSAGE - room for a request */
#define MESSAGE		8192

/** MAX_POLICIES - nests that the family may have */
#define MAX_POLICIES	64

/** MAX_ATTRS - attributes of a nest */
#define MAX_ATTRS	96

/** USERNS_* - what an ordinary user may have in the test, few enough to get there */
#define USERNS_RULES	30
#define USERNS_SETS	4
#define USERNS_ELEMENTS	20

/** NOBODY - an ordinary user */
#define NOBODY		65534

/* ---- what the kernel tells of its policies ---- */

/**
 * struct attr - an attribute as the kernel would have it
 * @type: enum netlink_attribute_type
 * @min: smallest number
 * @max: largest number
 * @max_len: longest payload, or 0
 * @policy: of a nest
 */
struct attr {
	uint32_t type;
	uint64_t min;
	uint64_t max;
	uint32_t max_len;
	uint32_t policy;
};

static struct attr policies[MAX_POLICIES][MAX_ATTRS];

/* Of each command: policy of a request, or -1; the same for dumps. */
static int do_policy[256], dump_policy[256];

static uint64_t attr_number(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == 8 ? mnl_attr_get_u64(attr) : mnl_attr_get_u32(attr);
}

static void take_attr(const struct nlattr *nest, struct attr *a)
{
	const struct nlattr *field;

	a->max = UINT64_MAX;
	mnl_attr_for_each_nested(field, nest) {
		switch (mnl_attr_get_type(field)) {
		case NL_POLICY_TYPE_ATTR_TYPE:
			a->type = mnl_attr_get_u32(field);
			break;
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			a->min = attr_number(field);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			a->max = attr_number(field);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			a->max_len = mnl_attr_get_u32(field);
			break;
		case NL_POLICY_TYPE_ATTR_POLICY_IDX:
			a->policy = mnl_attr_get_u32(field);
			break;
		}
	}
}

static void take_op(const struct nlattr *op)
{
	unsigned int cmd = mnl_attr_get_type(op) & 0xff;
	const struct nlattr *field;

	mnl_attr_for_each_nested(field, op) {
		if (mnl_attr_get_type(field) == CTRL_ATTR_POLICY_DO)
			do_policy[cmd] = mnl_attr_get_u32(field);
		if (mnl_attr_get_type(field) == CTRL_ATTR_POLICY_DUMP)
			dump_policy[cmd] = mnl_attr_get_u32(field);
	}
}

static void take_policies(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *top, *policy, *attr;

	(void)arg;
	mnl_attr_for_each(top, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(top) == CTRL_ATTR_OP_POLICY)
			mnl_attr_for_each_nested(attr, top)
				take_op(attr);
		if (mnl_attr_get_type(top) != CTRL_ATTR_POLICY)
			continue;
		mnl_attr_for_each_nested(policy, top) {
			mnl_attr_for_each_nested(attr, policy) {
				if (mnl_attr_get_type(policy) < MAX_POLICIES &&
				    mnl_attr_get_type(attr) < MAX_ATTRS)
					take_attr(attr, &policies[mnl_attr_get_type(policy)]
								 [mnl_attr_get_type(attr)]);
			}
		}
	}
}

/* Return: number of commands that the kernel knows. */
static unsigned int read_policies(struct nlt *nl)
{
	uint16_t family = nl->family;
	struct nlmsghdr *nlh;
	struct nlt_reply r;
	unsigned int i, n = 0;
	char buf[256];

	memset(do_policy, -1, sizeof(do_policy));
	memset(dump_policy, -1, sizeof(dump_policy));
	nl->family = GENL_ID_CTRL;
	nlh = nlt_start(nl, buf, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, family);
	nlt_request(nl, nlh, &r, take_policies, NULL);
	nl->family = family;
	for (i = 0; i < 256; i++)
		n += do_policy[i] >= 0 || dump_policy[i] >= 0;

	return n;
}

/* ---- requests ---- */

static bool has_room(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len < MESSAGE - 600;
}

static void put_string(struct nlmsghdr *nlh, unsigned int type, bool is_right)
{
	static const char *const texts[] = {
		"br0", "br1", "eth0", "p1", "a", "set1", "set2", "a comment", "", "..",
		"a name that is longer than any name of an interface or of a set can be", "\001\377",
	};
	const char *text = texts[below(is_right ? 8 : 12)];

	mnl_attr_put(nlh, type, strlen(text) + (is_right || one_in(2)), text);
}

static void put_number(struct nlmsghdr *nlh, unsigned int type, const struct attr *a, size_t size,
		       bool is_right)
{
	static const uint64_t numbers[] = { 0, 1, 2, 3, 6, 7, 17, 80, 255, 256, 4096, 65535, 0xdeadbeef };
	uint64_t value = numbers[below(13)];

	if (is_right && value < a->min)
		value = a->min;
	if (is_right && value > a->max)
		value = a->max - a->min > 1000 ? a->max : a->min + below(a->max - a->min + 1);
	mnl_attr_put(nlh, type, size, &value);
}

static void put_bytes(struct nlmsghdr *nlh, unsigned int type, size_t len)
{
	uint8_t bytes[300];
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = one_in(3) ? below(256) : 0;
	mnl_attr_put(nlh, type, len, bytes);
}

static void put_nest(struct nlmsghdr *nlh, unsigned int policy, unsigned int depth, bool is_right);

static void put_attr(struct nlmsghdr *nlh, unsigned int type, const struct attr *a,
		     unsigned int depth, bool is_right)
{
	static const uint8_t lengths[] = { 1, 2, 4, 6, 16, 8, 0, 3, 17, 200 };
	struct nlattr *nest;
	size_t len;

	switch (a->type) {
	case NL_ATTR_TYPE_FLAG:
		mnl_attr_put(nlh, type, 0, NULL);
		break;
	case NL_ATTR_TYPE_U8:
		put_number(nlh, type, a, 1, is_right);
		break;
	case NL_ATTR_TYPE_U16:
		put_number(nlh, type, a, 2, is_right);
		break;
	case NL_ATTR_TYPE_U32:
		put_number(nlh, type, a, 4, is_right);
		break;
	case NL_ATTR_TYPE_U64:
		put_number(nlh, type, a, 8, is_right);
		break;
	case NL_ATTR_TYPE_STRING:
	case NL_ATTR_TYPE_NUL_STRING:
		put_string(nlh, type, is_right);
		break;
	case NL_ATTR_TYPE_NESTED:
	case NL_ATTR_TYPE_NESTED_ARRAY:
		nest = mnl_attr_nest_start(nlh, type);
		put_nest(nlh, a->policy, depth + 1, is_right);
		mnl_attr_nest_end(nlh, nest);
		if (!is_right && one_in(4))
			nest->nla_type &= ~NLA_F_NESTED;
		break;
	default:
		len = lengths[below(is_right ? 5 : 10)];
		if (is_right && a->max_len && len > a->max_len)
			len = a->max_len;
		put_bytes(nlh, type, len);
		break;
	}
}

/* Some attributes of a nest, seldom more than a few. */
static void put_nest(struct nlmsghdr *nlh, unsigned int policy, unsigned int depth, bool is_right)
{
	unsigned int known[MAX_ATTRS], nknown = 0, i, n;

	if (policy >= MAX_POLICIES || depth > 6)
		return;
	for (i = 1; i < MAX_ATTRS; i++)
		if (policies[policy][i].type)
			known[nknown++] = i;
	n = one_in(4) ? below(nknown + 1) : below(4) + 1;
	for (; n && nknown && has_room(nlh); n--) {
		i = below(nknown);
		put_attr(nlh, known[i], &policies[policy][known[i]], depth,
			 is_right && !one_in(40));
		/* Twice only by mistake. */
		if (is_right)
			known[i] = known[--nknown];
	}
	if (!is_right && one_in(8) && has_room(nlh))
		put_bytes(nlh, below(MAX_ATTRS), below(20));
}

/* Damage behind the headers. */
static void damage(struct nlmsghdr *nlh)
{
	uint8_t *bytes = (uint8_t *)nlh;
	unsigned int n, len = nlh->nlmsg_len;

	if (len <= 20)
		return;
	for (n = below(4); n; n--)
		bytes[20 + below(len - 20)] = one_in(2) ? below(256) : below(8);
	if (one_in(4))
		nlh->nlmsg_len = 20 + below(len - 20);
}

/* A rule that is likely to be taken: random conditions, one or two at a time. */
static struct nlmsghdr *make_rule(struct nlt *nl, char *buf)
{
	struct nlmsghdr *nlh = nlt_start(nl, buf, BRFW_CMD_RULE_ADD, NLM_F_ACK);
	uint32_t policy = policies[do_policy[BRFW_CMD_RULE_ADD]][BRFW_A_RULE].policy;
	struct nlattr *rule = mnl_attr_nest_start(nlh, BRFW_A_RULE), *match;
	unsigned int n = 1 + below(2), attr;

	mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, below(1000));
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, below(2));
	match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	policy = policies[policy][BRFW_RULE_A_MATCH].policy;
	while (n) {
		attr = below(MAX_ATTRS);
		if (!policies[policy][attr].type)
			continue;
		put_attr(nlh, attr, &policies[policy][attr], 2, true);
		n--;
	}
	mnl_attr_nest_end(nlh, match);
	if (one_in(8))
		put_nest(nlh, policies[do_policy[BRFW_CMD_RULE_ADD]][BRFW_A_RULE].policy, 1, true);
	mnl_attr_nest_end(nlh, rule);
	if (one_in(10))
		damage(nlh);

	return nlh;
}

/* A set of IPv4 addresses, or one for it. */
static struct nlmsghdr *make_set(struct nlt *nl, char *buf)
{
	static const uint8_t members[] = { BRFW_SET_IPV4_ADDR };
	bool is_element = !one_in(4);
	uint32_t address = below(1 << 16) << 16;
	struct nlattr *set, *list, *element;
	struct nlmsghdr *nlh;
	char name[3] = "s";

	nlh = nlt_start(nl, buf, is_element ? BRFW_CMD_ELEMENT_ADD : BRFW_CMD_SET_ADD, NLM_F_ACK);
	name[1] = 'a' + below(is_element ? 3 : 10);
	set = mnl_attr_nest_start(nlh, BRFW_A_SET);
	mnl_attr_put_strz(nlh, BRFW_SET_A_NAME, name);
	mnl_attr_put(nlh, BRFW_SET_A_MEMBERS, sizeof(members), members);
	mnl_attr_nest_end(nlh, set);
	if (is_element) {
		list = mnl_attr_nest_start(nlh, BRFW_A_ELEMENTS);
		element = mnl_attr_nest_start(nlh, BRFW_LIST_A_ITEM);
		mnl_attr_put(nlh, BRFW_ELEMENT_A_VALUE, sizeof(address), &address);
		mnl_attr_nest_end(nlh, element);
		mnl_attr_nest_end(nlh, list);
	}
	if (one_in(10))
		damage(nlh);

	return nlh;
}

/* Anything behind the headers. */
static struct nlmsghdr *make_noise(struct nlt *nl, char *buf)
{
	struct nlmsghdr *nlh = nlt_start(nl, buf, 1 + below(40), one_in(8) ? NLM_F_DUMP : NLM_F_ACK);
	unsigned int i, len = one_in(4) ? below(2000) : below(60);

	for (i = 0; i < len; i++)
		buf[nlh->nlmsg_len + i] = one_in(3) ? below(256) : below(12);
	nlh->nlmsg_len += len;

	return nlh;
}

static struct nlmsghdr *make_request(struct nlt *nl, char *buf)
{
	unsigned int cmd;
	bool is_dump, is_right = !one_in(5);
	struct nlmsghdr *nlh;
	int policy;

	do {
		cmd = below(one_in(50) ? 256 : 64);
		is_dump = one_in(8);
		policy = is_dump ? dump_policy[cmd] : do_policy[cmd];
	} while (policy < 0 && !one_in(500));
	nlh = nlt_start(nl, buf, cmd, is_dump ? NLM_F_DUMP : NLM_F_ACK);
	if (policy >= 0)
		put_nest(nlh, policy, 0, is_right);
	if (one_in(10))
		damage(nlh);

	return nlh;
}

/* ---- checks ---- */

/** struct info - what there is, and may be at most */
struct info {
	uint64_t generation;
	uint32_t rules, sets, elements;
	uint32_t max_rules, max_sets, max_elements;
};

static uint32_t info_number(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *attr = NLT_FIND(nlh, BRFW_A_INFO, type);

	return attr ? mnl_attr_get_u32(attr) : 0;
}

static void take_info(const struct nlmsghdr *nlh, void *arg)
{
	struct info *info = arg;

	info->generation = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
	info->rules = info_number(nlh, BRFW_INFO_A_RULES);
	info->sets = info_number(nlh, BRFW_INFO_A_SETS);
	info->elements = info_number(nlh, BRFW_INFO_A_ELEMENTS);
	info->max_rules = info_number(nlh, BRFW_INFO_A_MAX_RULES);
	info->max_sets = info_number(nlh, BRFW_INFO_A_MAX_SETS);
	info->max_elements = info_number(nlh, BRFW_INFO_A_MAX_ELEMENTS);
}

static int read_info(struct nlt *nl, struct info *info)
{
	struct nlt_reply r;
	char buf[64];

	memset(info, 0, sizeof(*info));
	return nlt_request(nl, nlt_start(nl, buf, BRFW_CMD_INFO_GET, NLM_F_ACK), &r, take_info,
			   info);
}

/* What is refused by others than brfw may lack a text, and so may permissions. */
static bool may_be_silent(const struct nlmsghdr *nlh, int error)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return error == EOPNOTSUPP || error == EPERM || error == ENOMEM ||
	       (do_policy[genl->cmd] < 0 && dump_policy[genl->cmd] < 0);
}

static int complain(const struct nlmsghdr *nlh, unsigned int nth, const char *what,
		    const struct nlt_reply *r)
{
	const uint8_t *bytes = (const uint8_t *)nlh;
	unsigned int i;

	printf("# request %u: %s (error %d, \"%s\"):\n#", nth, what, r->error, r->text);
	for (i = 16; i < nlh->nlmsg_len && i < 200; i++)
		printf(" %02x", bytes[i]);
	printf("\n");
	return -1;
}

static int send_one(struct nlt *nl, struct nlt *other, unsigned int nth, unsigned int *naccepted,
		    bool may_change)
{
	static char buf[MESSAGE + 1024];
	struct info before, after;
	struct nlmsghdr *nlh;
	struct nlt_reply r;
	bool looks = !may_change || one_in(4);

	memset(buf, 0, sizeof(buf));
	switch (below(20)) {
	case 0:
		nlh = make_noise(nl, buf);
		break;
	case 1:
	case 2:
		nlh = make_set(nl, buf);
		break;
	default:
		nlh = one_in(2) ? make_rule(nl, buf) : make_request(nl, buf);
		break;
	}
	if (looks && read_info(other, &before))
		return complain(nlh, nth, "no info before it", &r);
	nlt_request(nl, nlh, &r, NULL, NULL);
	if (r.error == EAGAIN || r.error == EPIPE)
		return complain(nlh, nth, "no answer", &r);
	if (r.error && !*r.text && !may_be_silent(nlh, r.error))
		return complain(nlh, nth, "refused without a reason", &r);
	*naccepted += !r.error;
	if (!looks || read_info(other, &after))
		return 0;
	if ((r.error || !may_change) && before.generation != after.generation)
		return complain(nlh, nth, "refused, but the generation has changed", &r);

	return 0;
}

static int open_sockets(struct nlt *nl)
{
	const struct timeval limit = { .tv_sec = 60 };
	int i, err;

	for (i = 0; i < SOCKETS; i++) {
		err = nlt_open(&nl[i]);
		if (err)
			return err;
		setsockopt(mnl_socket_get_fd(nl[i].sock), SOL_SOCKET, SO_RCVTIMEO, &limit,
			   sizeof(limit));
	}

	return 0;
}

static void close_sockets(struct nlt *nl)
{
	int i;

	for (i = 0; i < SOCKETS; i++)
		mnl_socket_close(nl[i].sock);
}

static int flush(struct nlt *nl)
{
	struct nlmsghdr *nlh;
	struct nlt_reply r;
	char buf[64];

	nlt_request(nl, nlt_start(nl, buf, BRFW_CMD_TXN_ABORT, NLM_F_ACK), &r, NULL, NULL);
	nlh = nlt_start(nl, buf, BRFW_CMD_TXN_BEGIN, NLM_F_ACK);
	mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, BRFW_TXN_F_REPLACE);
	if (nlt_request(nl, nlh, &r, NULL, NULL))
		return r.error;
	return nlt_request(nl, nlt_start(nl, buf, BRFW_CMD_TXN_COMMIT, NLM_F_ACK), &r, NULL, NULL);
}

/* No more than there may be; also what is larger than before. */
static bool is_within(const struct info *info, struct info *most)
{
	if (info->rules > most->rules)
		most->rules = info->rules;
	if (info->sets > most->sets)
		most->sets = info->sets;
	if (info->elements > most->elements)
		most->elements = info->elements;

	return info->rules <= info->max_rules && info->sets <= info->max_sets &&
	       info->elements <= info->max_elements;
}

/* Was there something of everything, and of what is limited as much as may be? */
static bool is_enough(const struct info *most, bool is_limited)
{
	if (!is_limited)
		return most->rules >= 10 && most->sets && most->elements;

	return most->rules == USERNS_RULES && most->sets == USERNS_SETS &&
	       most->elements == USERNS_ELEMENTS;
}

/**
 * enum may - what a run may do
 * @MAY_READ: change nothing
 * @MAY_CHANGE: change anything
 * @MAY_CHANGE_LIMITED: have USERNS_RULES and the like
 */
enum may { MAY_READ, MAY_CHANGE, MAY_CHANGE_LIMITED };

static int run(unsigned int count, enum may may)
{
	unsigned int i, naccepted = 0;
	struct nlt nl[SOCKETS];
	struct info info, most = { 0 };
	int err = 0;

	if (open_sockets(nl)) {
		printf("# the family can't be reached: %s\n", strerror(errno));
		return -1;
	}
	for (i = 0; i < count && !err; i++) {
		err = send_one(&nl[below(SOCKETS)], &nl[below(SOCKETS)], i, &naccepted,
			       may != MAY_READ);
		if (i % 16 || read_info(&nl[0], &info))
			continue;
		if (!is_within(&info, &most)) {
			printf("# %u rules, %u sets, %u elements are more than there may be\n",
			       info.rules, info.sets, info.elements);
			err = -1;
		}
		if (info.rules > 300)
			err = flush(&nl[0]);
	}
	printf("# %u of %u requests were accepted, up to %u rules, %u sets, %u elements\n",
	       naccepted, i, most.rules, most.sets, most.elements);
	if (!err && may != MAY_READ &&
	    (!is_enough(&most, may == MAY_CHANGE_LIMITED) || naccepted * 20 < count)) {
		printf("# too few to prove anything\n");
		err = -1;
	}
	/* Drafts end with their sockets, and all can be put away. */
	close_sockets(nl);
	if (!err && may != MAY_READ) {
		err = open_sockets(nl) || flush(&nl[0]) || read_info(&nl[1], &info) || info.rules ||
		      info.sets;
		close_sockets(nl);
	}
	if (!err && may == MAY_READ && (most.rules || most.sets)) {
		printf("# %u rules\n", most.rules);
		err = -1;
	}

	return err;
}

/* In namespaces of his own, with all capabilities there. */
static int run_as_nobody(unsigned int count, enum may may)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY) ||
		    unshare(CLONE_NEWUSER | CLONE_NEWNET))
			_exit(4);
		status = run(count, may) ? 1 : 0;
		fflush(stdout);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;

	return WEXITSTATUS(status);
}

/* ---- parameters of the module ---- */

/** struct parameter - one that the test sets, and what it was */
struct parameter {
	const char *name;
	unsigned int value;
	char old[32];
};

static struct parameter parameters[] = {
	{ .name = "max_rules_userns", .value = USERNS_RULES },
	{ .name = "max_sets_userns", .value = USERNS_SETS },
	{ .name = "max_elements_userns", .value = USERNS_ELEMENTS },
	{ .name = "userns", .value = 1 },
};

#define PARAMETERS	(sizeof(parameters) / sizeof(parameters[0]))

static FILE *parameter_open(const struct parameter *p, const char *mode)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/brfw/parameters/%s", p->name);
	return fopen(path, mode);
}

static bool parameter_set(const struct parameter *p, const char *value)
{
	FILE *file = parameter_open(p, "w");
	bool is_good = file && fputs(value, file) >= 0;

	if (file)
		is_good &= !fclose(file);
	return is_good;
}

static bool parameters_set(void)
{
	struct parameter *p;
	char value[16];
	FILE *file;

	for (p = parameters; p < parameters + PARAMETERS; p++) {
		file = parameter_open(p, "r");
		if (!file || !fgets(p->old, sizeof(p->old), file))
			return false;
		fclose(file);
	}
	for (p = parameters; p < parameters + PARAMETERS; p++) {
		snprintf(value, sizeof(value), "%u", p->value);
		if (!parameter_set(p, value))
			return false;
	}

	return true;
}

static void parameters_restore(void)
{
	struct parameter *p;

	for (p = parameters; p < parameters + PARAMETERS; p++)
		if (*p->old)
			parameter_set(p, p->old);
}

static bool is_userns_on(void)
{
	const struct parameter userns = { .name = "userns" };
	FILE *file = parameter_open(&userns, "r");
	int c = file ? fgetc(file) : 'Y';

	if (file)
		fclose(file);
	return c != 'N';
}

/* ---- tests ---- */

/* Return: whether the test failed. */
static bool tell(unsigned int n, int ret, const char *name)
{
	if (ret == 4)
		printf("ok %u %s # SKIP no user namespaces here\n", n, name);
	else
		printf("%sok %u %s\n", ret ? "not " : "", n, name);

	return ret && ret != 4;
}

static bool test_nobody(unsigned int count)
{
	static const char name[] = "an ordinary user's in namespaces of his own";

	if (is_userns_on()) {
		printf("ok 3 %s # SKIP the parameter userns is on\n", name);
		return false;
	}

	return tell(3, run_as_nobody(count, MAY_READ), name);
}

/* What he changes is his own. */
static bool test_userns(unsigned int count)
{
	static const char name[] = "the same, when he may, within limits";
	struct info before, after;
	struct nlt nl;
	int ret;

	if (nlt_open(&nl) || read_info(&nl, &before))
		return tell(4, -1, name);
	if (!parameters_set()) {
		parameters_restore();
		mnl_socket_close(nl.sock);
		printf("ok 4 %s # SKIP the parameters can't be changed\n", name);
		return false;
	}
	ret = run_as_nobody(count, MAY_CHANGE_LIMITED);
	parameters_restore();
	if (!ret && (read_info(&nl, &after) || after.generation != before.generation))
		ret = -1;
	mnl_socket_close(nl.sock);

	return tell(4, ret, name);
}

static const char *setting(int argc, char **argv, int i, const char *name, const char *other)
{
	const char *value = argc > i ? argv[i] : getenv(name);

	return value ? value : other;
}

int main(int argc, char **argv)
{
	uint64_t seed = strtoull(setting(argc, argv, 1, "REQUESTS_SEED", "1"), NULL, 0);
	unsigned int count = strtoul(setting(argc, argv, 2, "REQUESTS_COUNT", COUNT), NULL, 0);
	bool has_failed;
	unsigned int known;
	struct nlt nl;

	printf("KTAP version 1\n1..4\n");
	/* A namespace of its own: nobody else is disturbed. */
	if (unshare(CLONE_NEWNET) || nlt_open(&nl)) {
		printf("Bail out! the family brfw is not there: is the module loaded?\n");
		return 1;
	}
	random_seed(seed);
	known = read_policies(&nl);
	mnl_socket_close(nl.sock);
	printf("# seed %llu, %u requests\n", (unsigned long long)seed, count);
	printf("%sok 1 the kernel tells its policies (%u commands)\n", known > 10 ? "" : "not ",
	       known);
	has_failed = known <= 10;
	has_failed |= tell(2, run(count, MAY_CHANGE), "random requests");
	has_failed |= test_nobody(count / 4);
	has_failed |= test_userns(count / 2);

	return has_failed;
}
