// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests to the family, made from what the kernel tells of its own
 * policies: structured ones that are mostly right, and damaged ones. Several
 * sockets send them, so that drafts are begun and left.
 *
 *   requests [SEED [COUNT]]
 *
 * Each request is answered once, within time; a refusal says why and changes
 * nothing. The same is sent by an ordinary user from namespaces of his own, who
 * may change nothing at all.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "nltest.h"
#include "random.h"

/** COUNT - requests unless told otherwise */
#define COUNT		6000

/** SOCKETS - clients at a time */
#define SOCKETS		3

/** MESSAGE - room for a request */
#define MESSAGE		8192

/** MAX_POLICIES - nests that the family may have */
#define MAX_POLICIES	64

/** MAX_ATTRS - attributes of a nest */
#define MAX_ATTRS	96

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

static void take_info(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *rules = NLT_FIND(nlh, BRFW_A_INFO, BRFW_INFO_A_RULES);
	uint64_t *numbers = arg;

	numbers[0] = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
	numbers[1] = rules ? mnl_attr_get_u32(rules) : 0;
}

/* Generation and number of rules. */
static int read_info(struct nlt *nl, uint64_t numbers[2])
{
	struct nlt_reply r;
	char buf[64];

	numbers[0] = numbers[1] = 0;
	return nlt_request(nl, nlt_start(nl, buf, BRFW_CMD_INFO_GET, NLM_F_ACK), &r, take_info,
			   numbers);
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
	uint64_t before[2], after[2];
	struct nlmsghdr *nlh;
	struct nlt_reply r;
	bool looks = !may_change || one_in(4);

	memset(buf, 0, sizeof(buf));
	nlh = one_in(2) ? make_rule(nl, buf) : make_request(nl, buf);
	if (looks && read_info(other, before))
		return complain(nlh, nth, "no info before it", &r);
	nlt_request(nl, nlh, &r, NULL, NULL);
	if (r.error == EAGAIN || r.error == EPIPE)
		return complain(nlh, nth, "no answer", &r);
	if (r.error && !*r.text && !may_be_silent(nlh, r.error))
		return complain(nlh, nth, "refused without a reason", &r);
	*naccepted += !r.error;
	if (!looks || read_info(other, after))
		return 0;
	if ((r.error || !may_change) && before[0] != after[0])
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

static int run(unsigned int count, bool may_change)
{
	unsigned int i, naccepted = 0, most = 0;
	struct nlt nl[SOCKETS];
	uint64_t info[2];
	int err = 0;

	if (open_sockets(nl)) {
		printf("# the family can't be reached: %s\n", strerror(errno));
		return -1;
	}
	for (i = 0; i < count && !err; i++) {
		err = send_one(&nl[below(SOCKETS)], &nl[below(SOCKETS)], i, &naccepted, may_change);
		if (i % 64 || read_info(&nl[0], info))
			continue;
		if (info[1] > most)
			most = info[1];
		if (info[1] > 300)
			err = flush(&nl[0]);
	}
	printf("# %u of %u requests were accepted, up to %u rules\n", naccepted, i, most);
	if (!err && may_change && (most < 10 || naccepted * 20 < count)) {
		printf("# too few to prove anything\n");
		err = -1;
	}
	/* Drafts end with their sockets, and all can be put away. */
	close_sockets(nl);
	if (!err && may_change) {
		err = open_sockets(nl) || flush(&nl[0]) || read_info(&nl[1], info) || info[1];
		close_sockets(nl);
	}
	if (!err && !may_change && most) {
		printf("# %u rules\n", most);
		err = -1;
	}

	return err;
}

/* In namespaces of his own, with all capabilities there. */
static int run_as_nobody(unsigned int count)
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
		status = run(count, false) ? 1 : 0;
		fflush(stdout);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;

	return WEXITSTATUS(status);
}

static bool is_userns_on(void)
{
	FILE *file = fopen("/sys/module/brfw/parameters/userns", "r");
	int c = file ? fgetc(file) : 'Y';

	if (file)
		fclose(file);
	return c != 'N';
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int count = argc > 2 ? strtoul(argv[2], NULL, 0) : COUNT;
	unsigned int known;
	struct nlt nl;
	int failed = 0, ret;

	printf("KTAP version 1\n1..3\n");
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
	failed |= known <= 10;

	ret = run(count, true);
	printf("%sok 2 random requests\n", ret ? "not " : "");
	failed |= !!ret;

	if (is_userns_on()) {
		printf("ok 3 an ordinary user's # SKIP the parameter userns is on\n");
		return failed;
	}
	ret = run_as_nobody(count / 4);
	if (ret == 4) {
		printf("ok 3 an ordinary user's # SKIP no user namespaces here\n");
		return failed;
	}
	printf("%sok 3 an ordinary user's in namespaces of his own\n", ret ? "not " : "");

	return failed || ret;
}
