/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules, policies and module information as plain structs, and the table of
 * match fields that the parser, the printer and the wire format share.
 */
#ifndef _FWCTL_MODEL_H
#define _FWCTL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/brfw.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** MODEL_BIT - bit of an enum brfw_match_attr in a set of them */
#define MODEL_BIT(attr) (1ULL << (attr))

/** struct fwctl_name - one word for one number */
struct fwctl_name {
	/** @word: as typed and printed; NULL ends a list */
	const char *word;
	/** @value: the number that it stands for */
	uint32_t value;
};

/** struct fwctl_form - one line of a help text: a part of a rule */
struct fwctl_form {
	/** @keyword: its first word */
	const char *keyword;
	/** @usage: what follows it, may be empty */
	const char *usage;
	/** @summary: what it does; NULL ends a list */
	const char *summary;
};

/**
 * enum fwctl_kind - form of the value of a field
 * @FWCTL_KIND_NAME: interface name
 * @FWCTL_KIND_MAC: six bytes with an optional mask
 * @FWCTL_KIND_NUMBER: number, or a word for one
 * @FWCTL_KIND_WORD: number that only has words
 * @FWCTL_KIND_BOOL: 0 or 1, which only have words
 * @FWCTL_KIND_RANGES: numbers and ranges of one or two bytes
 * @FWCTL_KIND_MASKED: number of four bytes with an optional mask
 * @FWCTL_KIND_IP4: IPv4 address with an optional prefix length
 * @FWCTL_KIND_IP6: IPv6 address with an optional prefix length
 * @FWCTL_KIND_FLAGS: flags of one byte, among those of a mask
 * @FWCTL_KIND_BITS: states of one byte, of which one must hold
 * @FWCTL_KINDS: number of kinds
 */
enum fwctl_kind {
	FWCTL_KIND_NAME,
	FWCTL_KIND_MAC,
	FWCTL_KIND_NUMBER,
	FWCTL_KIND_WORD,
	FWCTL_KIND_BOOL,
	FWCTL_KIND_RANGES,
	FWCTL_KIND_MASKED,
	FWCTL_KIND_IP4,
	FWCTL_KIND_IP6,
	FWCTL_KIND_FLAGS,
	FWCTL_KIND_BITS,
	FWCTL_KINDS,
};

/** struct fwctl_field - one row of the field table */
struct fwctl_field {
	/**
	 * @keyword: word in front of the value. Rows may share one: that of
	 * IPv4 and IPv6, or of a BOOL and what it asks for.
	 */
	const char *keyword;
	/** @usage: form of the value for help texts */
	const char *usage;
	/** @summary: what it matches, for help texts */
	const char *summary;
	/** @names: words for values, or NULL */
	const struct fwctl_name *names;
	/** @attr: enum brfw_match_attr */
	uint8_t attr;
	/** @kind: form of the value */
	uint8_t kind;
	/** @size: bytes of the value on the wire; 0 for names */
	uint8_t size;
	/** @is_hex: numbers are written in hexadecimal */
	bool is_hex;
	/** @min: smallest number */
	uint32_t min;
	/** @max: largest number */
	uint32_t max;
};

/** union fwctl_value - value or mask of a condition, by kind of its field */
union fwctl_value {
	/** @number: all other kinds */
	uint32_t number;
	/** @bytes: MAC, IP4 and IP6, as on the wire */
	uint8_t bytes[16];
	/** @name: NAME */
	char name[BRFW_IFNAME_LEN];
};

/** struct fwctl_cond - condition on one field, in its only canonical form */
struct fwctl_cond {
	/** @value: what is compared, but for RANGES */
	union fwctl_value value;
	/** @mask: MAC, MASKED and FLAGS: bits that are compared, never all zeros */
	union fwctl_value mask;
	/** @ranges: RANGES: ascending, with a gap between each two */
	struct brfw_range16 ranges[BRFW_RANGES_MAX];
	/** @count: RANGES: entries in @ranges */
	uint8_t count;
	/** @prefix: IP4 and IP6: leading bits that are compared, from 1 */
	uint8_t prefix;
	/** @is_negated: the field must be there and the rest must not hold */
	bool is_negated;
};

/** FWCTL_RULE_SETS - most conditions of a rule on sets */
#define FWCTL_RULE_SETS		8

/** FWCTL_TIMEOUT_NONE - in place of seconds: no time is said; 0 is for ever */
#define FWCTL_TIMEOUT_NONE	UINT32_MAX

/** struct fwctl_set_form - what elements of a set look like */
struct fwctl_set_form {
	/** @count: number of members */
	uint8_t count;
	/** @interval: of several members, the one that may be a range, from 1; or 0 */
	uint8_t interval;
	/** @members: enum brfw_set_member; the rest is 0 */
	uint8_t members[BRFW_SET_MEMBERS_MAX];
};

/** struct fwctl_in_set - condition that fields are in a set */
struct fwctl_in_set {
	/** @name: of the set */
	char name[BRFW_SET_NAME_LEN];
	/** @count: number of fields */
	uint8_t count;
	/** @fields: enum brfw_match_attr; the rest is 0 */
	uint8_t fields[BRFW_SET_MEMBERS_MAX];
	/** @is_negated: the fields must be there and not in the set */
	bool is_negated;
};

/** struct fwctl_limit - a rate that holds a rule back */
struct fwctl_limit {
	/** @rate: packets or bytes in @seconds */
	uint64_t rate;
	/** @burst: what may come at once */
	uint64_t burst;
	/** @seconds: 1, 60, 3600 or 86400; 0: the rule has no limit */
	uint32_t seconds;
	/** @is_bytes: bytes, not packets, are counted */
	bool is_bytes;
};

/** struct fwctl_log - where log entries of a rule go */
struct fwctl_log {
	/** @is_set: the rule logs */
	bool is_set;
	/** @has_group: to @group of NFLOG, not to the kernel log */
	bool has_group;
	/** @group: NFLOG group */
	uint16_t group;
	/** @prefix: begins each entry; empty: nothing does */
	char prefix[BRFW_LOG_PREFIX_LEN];
};

/** struct fwctl_mark - new mark of a frame */
struct fwctl_mark {
	/** @value: bits to set */
	uint32_t value;
	/** @mask: bits to change; 0: the rule sets no mark */
	uint32_t mask;
};

/** struct fwctl_queue - for BRFW_VERDICT_QUEUE */
struct fwctl_queue {
	/** @number: number of the queue */
	uint16_t number;
	/** @bypass: accept while no program listens */
	bool bypass;
};

/** struct fwctl_stats - counters */
struct fwctl_stats {
	/** @packets: judgements */
	uint64_t packets;
	/** @bytes: their bytes */
	uint64_t bytes;
	/** @last_used: seconds since the last one, when @was_used */
	uint64_t last_used;
	/** @was_used: there was one */
	bool was_used;
};

/**
 * enum fwctl_place - where a rule goes among those of its priority
 * @FWCTL_PLACE_LAST: behind all others
 * @FWCTL_PLACE_BEFORE: directly before another rule
 * @FWCTL_PLACE_AFTER: directly after another rule
 */
enum fwctl_place {
	FWCTL_PLACE_LAST,
	FWCTL_PLACE_BEFORE,
	FWCTL_PLACE_AFTER,
};

/** struct fwctl_rule - one rule */
struct fwctl_rule {
	/** @handle: given by the kernel; 0 in a rule to be added */
	uint64_t handle;
	/** @place_handle: handle of the rule that @place refers to */
	uint64_t place_handle;
	/** @stats: counters, when @has_stats */
	struct fwctl_stats stats;
	/** @prio: priority, when @has_prio */
	uint32_t prio;
	/** @set: conditions that are there, MODEL_BIT() of enum brfw_match_attr */
	uint64_t set;
	/** @hook: enum brfw_hook */
	uint8_t hook;
	/** @verdict: enum brfw_verdict, when @has_verdict */
	uint8_t verdict;
	/** @reject: enum brfw_reject, for BRFW_VERDICT_REJECT */
	uint8_t reject;
	/** @has_verdict: matching ends with this rule */
	bool has_verdict;
	/** @place: enum fwctl_place */
	uint8_t place;
	/** @has_prio: a priority was given; without it the kernel picks one */
	bool has_prio;
	/** @has_stats: counters came with the rule */
	bool has_stats;
	/** @bridge: name of the bridge; empty: any */
	char bridge[BRFW_IFNAME_LEN];
	/** @limit: rate that holds it back */
	struct fwctl_limit limit;
	/** @log: log entries */
	struct fwctl_log log;
	/** @mark: new mark */
	struct fwctl_mark mark;
	/** @queue: for BRFW_VERDICT_QUEUE */
	struct fwctl_queue queue;
	/** @mirror: interface that gets a copy; empty: none */
	char mirror[BRFW_IFNAME_LEN];
	/** @redirect: interface to leave by, for BRFW_VERDICT_REDIRECT */
	char redirect[BRFW_IFNAME_LEN];
	/** @set_count: entries in @sets */
	unsigned int set_count;
	/** @sets: conditions on sets */
	struct fwctl_in_set sets[FWCTL_RULE_SETS];
	/** @comment: comment; empty: none */
	char comment[BRFW_COMMENT_LEN];
	/** @problem: why it can't do now what it says; empty: it can */
	char problem[BRFW_PROBLEM_LEN];
	/**
	 * @cond: conditions, by enum brfw_match_attr; those of @set have zeros
	 * in what they don't use, others are not initialised
	 */
	struct fwctl_cond cond[BRFW_MATCH_A_MAX + 1];
};

/** struct fwctl_policy - what happens when no rule decides */
struct fwctl_policy {
	/** @stats: counters, when @has_stats */
	struct fwctl_stats stats;
	/** @hook: enum brfw_hook */
	uint8_t hook;
	/** @verdict: enum brfw_verdict */
	uint8_t verdict;
	/** @has_stats: counters came with the policy */
	bool has_stats;
	/** @bridge: name of the bridge; empty: those without their own */
	char bridge[BRFW_IFNAME_LEN];
};

/** struct fwctl_zone - conntrack zone of a bridge */
struct fwctl_zone {
	/** @id: number of the zone, from 1; 0 in one to be deleted */
	uint16_t id;
	/** @bridge: name of the bridge */
	char bridge[BRFW_IFNAME_LEN];
};

/** struct fwctl_set - a set, without its elements */
struct fwctl_set {
	/** @form: what its elements look like */
	struct fwctl_set_form form;
	/** @name: its name */
	char name[BRFW_SET_NAME_LEN];
	/** @timeout: seconds that elements live which don't say; 0: for ever */
	uint32_t timeout;
	/** @counters: elements have counters */
	bool counters;
	/** @keep: a load leaves the elements that it has */
	bool keep;
	/** @elements: how many it has */
	uint32_t elements;
	/** @rules: how many conditions of rules name it */
	uint32_t rules;
	/** @comment: comment; empty: none */
	char comment[BRFW_COMMENT_LEN];
};

/** struct fwctl_element - an element of a set */
struct fwctl_element {
	/** @form: of the set */
	struct fwctl_set_form form;
	/** @set: name of the set */
	char set[BRFW_SET_NAME_LEN];
	/** @range: member that is a range, or -1 */
	int range;
	/** @first: value of each member; the rest is 0 */
	union fwctl_value first[BRFW_SET_MEMBERS_MAX];
	/** @last: last value of the range */
	union fwctl_value last;
	/** @timeout: seconds, 0: for ever, or FWCTL_TIMEOUT_NONE */
	uint32_t timeout;
	/** @has_stats: counters came with it */
	bool has_stats;
	/** @stats: counters, when @has_stats */
	struct fwctl_stats stats;
	/** @comment: comment; empty: none */
	char comment[BRFW_COMMENT_LEN];
};

/** struct fwctl_filter - which rules or policies a command is about */
struct fwctl_filter {
	/** @handle: only this rule; 0: not given */
	uint64_t handle;
	/** @hook: enum brfw_hook, when @has_hook */
	uint8_t hook;
	/** @has_hook: only of one hook */
	bool has_hook;
	/** @bridge: only of this bridge; empty: not given */
	char bridge[BRFW_IFNAME_LEN];
};

/** struct fwctl_done - what a change that was made led to */
struct fwctl_done {
	/** @handle: of the rule that was added, or 0 */
	uint64_t handle;
	/** @warnings: BRFW_WARN_* */
	uint32_t warnings;
};

/** FWCTL_COSTS_MAX - most entries in fwctl_info.costs */
#define FWCTL_COSTS_MAX 32

/**
 * enum fwctl_subject - what a commit changes
 * @FWCTL_SUBJECT_RULE: rules
 * @FWCTL_SUBJECT_POLICY: policies
 * @FWCTL_SUBJECT_ZONE: zones
 * @FWCTL_SUBJECT_SET: sets
 * @FWCTL_SUBJECT_ELEMENT: elements of sets
 * @FWCTL_SUBJECTS: number of them; also what is not known here
 */
enum fwctl_subject {
	FWCTL_SUBJECT_RULE,
	FWCTL_SUBJECT_POLICY,
	FWCTL_SUBJECT_ZONE,
	FWCTL_SUBJECT_SET,
	FWCTL_SUBJECT_ELEMENT,
	FWCTL_SUBJECTS,
};

/** struct fwctl_commit - notice of a commit */
struct fwctl_commit {
	/** @generation: that it led to */
	uint64_t generation;
	/** @time: nanoseconds since 1970 */
	uint64_t time;
	/** @portid: netlink port of the socket that it came by */
	uint32_t portid;
	/** @pid: process that sent it */
	uint32_t pid;
	/** @is_replace: it replaced the whole ruleset */
	bool is_replace;
	/** @has_changes: each change is told */
	bool has_changes;
	/** @comm: name of the process */
	char comm[16];
	/** @counts: of changes, by enum fwctl_subject and enum brfw_change_attr */
	uint32_t counts[FWCTL_SUBJECTS][BRFW_CHANGE_A_MAX + 1];
};

/** struct fwctl_change - one change of a commit */
struct fwctl_change {
	/** @kind: enum brfw_change_attr */
	uint8_t kind;
	/** @subject: enum fwctl_subject: which of the rest is there */
	uint8_t subject;
	/** @rule: for FWCTL_SUBJECT_RULE */
	struct fwctl_rule rule;
	/** @policy: for FWCTL_SUBJECT_POLICY */
	struct fwctl_policy policy;
	/** @zone: for FWCTL_SUBJECT_ZONE */
	struct fwctl_zone zone;
	/** @set: for FWCTL_SUBJECT_SET */
	struct fwctl_set set;
	/** @element: for FWCTL_SUBJECT_ELEMENT */
	struct fwctl_element element;
};

/** struct fwctl_info - what the module tells about itself */
struct fwctl_info {
	/** @costs: the worst case, by hook and family */
	struct brfw_cost costs[FWCTL_COSTS_MAX];
	/** @costs_count: number of them */
	unsigned int costs_count;
	/** @max_cost: that the module allows */
	uint32_t max_cost;
	/** @generation: number of the committed ruleset */
	uint64_t generation;
	/** @matches: fields that rules may match, MODEL_BIT() of enum brfw_match_attr */
	uint64_t matches;
	/** @overruns: frames dropped since too many rules matched and didn't decide */
	uint64_t overruns;
	/** @no_target: frames that could not be redirected or mirrored */
	uint64_t no_target;
	/** @vlan_unknown: judgements of frames whose VLAN was lost */
	uint64_t vlan_unknown;
	/** @limited: answers and log entries held back by the namespace's limits */
	uint64_t limited;
	/** @abi_version: BRFW_ABI_VERSION of the module */
	uint32_t abi_version;
	/** @hooks: hooks that rules may name, 1 << enum brfw_hook */
	uint32_t hooks;
	/** @active_hooks: hooks that are registered now */
	uint32_t active_hooks;
	/** @verdicts: 1 << enum brfw_verdict */
	uint32_t verdicts;
	/** @rules: rules in the ruleset */
	uint32_t rules;
	/** @sets: sets in the ruleset */
	uint32_t sets;
	/** @max_sets: sets that the namespace may hold */
	uint32_t max_sets;
	/** @elements: elements of all sets */
	uint32_t elements;
	/** @max_elements: elements that the namespace may hold */
	uint32_t max_elements;
	/** @max_rules: rules that the namespace may hold */
	uint32_t max_rules;
	/** @warnings: BRFW_WARN_* about the ruleset */
	uint32_t warnings;
	/** @drafts: open drafts */
	uint32_t drafts;
	/** @max_drafts: drafts that may be open at a time */
	uint32_t max_drafts;
	/** @module_version: version of the module */
	char module_version[64];
};

/** struct fwctl_statement - a line of a rule file */
struct fwctl_statement {
	/**
	 * @cmd: BRFW_CMD_RULE_ADD, BRFW_CMD_POLICY_SET, BRFW_CMD_ZONE_SET,
	 * BRFW_CMD_SET_ADD or BRFW_CMD_ELEMENT_ADD
	 */
	uint8_t cmd;
	/** @rule: for BRFW_CMD_RULE_ADD */
	struct fwctl_rule rule;
	/** @policy: for BRFW_CMD_POLICY_SET */
	struct fwctl_policy policy;
	/** @zone: for BRFW_CMD_ZONE_SET */
	struct fwctl_zone zone;
	/** @set: for BRFW_CMD_SET_ADD */
	struct fwctl_set set;
	/** @element: for BRFW_CMD_ELEMENT_ADD */
	struct fwctl_element element;
};

/* Tables. Fields stand in the order in which conditions are printed. */
extern const struct fwctl_field model_fields[];
extern const size_t model_fields_count;
extern const struct fwctl_name model_hooks[];
extern const struct fwctl_name model_verdicts[];
extern const struct fwctl_name model_policy_verdicts[];
extern const struct fwctl_name model_rejects[];
extern const struct fwctl_name model_periods[];
extern const struct fwctl_name model_members[];
extern const struct fwctl_name model_families[];
extern const struct fwctl_name model_warnings[];
extern const struct fwctl_name model_changes[];
extern const char *const model_subjects[FWCTL_SUBJECTS];
extern const struct fwctl_form model_actions[];
extern const struct fwctl_form model_verdict_forms[];

const struct fwctl_field *model_field_by_attr(unsigned int attr);
bool model_field_is_shared(const struct fwctl_field *field);
bool model_field_can_negate(const struct fwctl_field *field);
const char *model_word_of(const struct fwctl_name *names, unsigned int value);
bool model_value_of(const struct fwctl_name *names, const char *word, uint32_t *value);

void model_rule_init(struct fwctl_rule *rule);

static inline bool model_rule_has(const struct fwctl_rule *rule,
				  const struct fwctl_field *field)
{
	return rule->set & MODEL_BIT(field->attr);
}

/* Drops what isn't said about a rule, but comes with it from the kernel. */
void model_rule_forget(struct fwctl_rule *rule);
bool model_rule_has_keyword(const struct fwctl_rule *rule, const char *keyword);
bool model_rule_does(const struct fwctl_rule *rule);
/* Drops conditions that the kernel finds in others, as it does. */
void model_rule_simplify(struct fwctl_rule *rule);
bool model_rule_equal(const struct fwctl_rule *a, const struct fwctl_rule *b);
bool model_ifname_valid(const char *name);
bool model_set_name_valid(const char *name);
/* What a field is as a member of a set: enum brfw_set_member, or -1. */
int model_field_member(const struct fwctl_field *field);
/* Bytes of a member on the wire. */
size_t model_member_size(unsigned int member);
/* May this member, from 0, of an element be a range? */
bool model_member_may_be_range(const struct fwctl_set_form *form, unsigned int member);
bool model_text_valid(const char *text, size_t size);
/* Is it UTF-8 without control characters? */
bool model_is_text(const char *text);
/* Length of the character of such a text that begins here, 0 when none does. */
size_t model_char_len(const char *text);

/** MODEL_SHOWN_LEN - most bytes of a character */
#define MODEL_SHOWN_LEN	4

/* The next character of what is shown to people, "?" for what is none. Its length. */
size_t model_next_shown(const char **text, char *shown);

#endif /* _FWCTL_MODEL_H */
