#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs all tests, or those named as arguments (the functions test_NAME below):
#
#   scripts/check.sh [NAME[@KERNEL]...]
#
# KERNEL is another one than the distribution's: the release of one that
# scripts/kernels.sh fetched, or uml or x86, which scripts/sanitize.sh builds.
# "matrix" and "sanitize" stand for all that is tested on these, "prove" for
# the proof that the sanitizer kernels find bugs. For arch and cross it is a kind of
# machine; "machines" stands for all of these.
#
# Each test is a function run in a subshell under set -e with its output in
# build/check/NAME.log; 0 is passed, 4 skipped, anything else failed. A function
# that stands for many tests leaves their numbers in build/check/NAME.counts.
# The last line is always "N passed, N failed, N skipped"; exit status 1 if
# anything failed. Without arguments the machine is set up first.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

logs=$build/check
jobs=$(nproc)
passed=0 failed=0 skipped=0
declare -A titles=(
	[modules]='module builds'
	[warnings]='module builds without warnings (W=1)'
	[sparse]='module is clean for sparse (C=2)'
	[tools]='fwctl and test programs build without warnings'
	[install]='everything is installed, and goes'
	[kerneldoc]='comments of the ABI and the module are complete (kernel-doc)'
	[man]='manual page is clean (mandoc)'
	[shell]='shell scripts are clean (shellcheck)'
	[spdx]='every source file names its licence'
	[runner]='test runner notices each way to fail'
	[unit]='host unit tests'
	[fuzz]='fuzzing, briefly'
	[vm]='scenarios in the virtual machine'
	[build]='module builds without warnings (W=1)'
	[some]='some scenarios in the virtual machine'
	[prove]='planted bugs are found'
	[cross]='module builds without warnings (W=1)'
	[arch]='core, parser and tool in user space'
	[coverage]='lines of the module that scenarios run'
)
exec 3>&1 # the terminal, for progress from inside a test

# ---- what the tests share ----

# Fresh copy of the module's sources, so that every file is compiled and every
# warning seen, and a build going on in the tree is not disturbed. The tool's come
# with them, for what is planted there.
module_copy() {
	rm -rf "${logs:?}/$1"
	mkdir -p "$logs/$1"
	cp -r "$top"/{kmod,uapi,tools,Kbuild,VERSION} "$logs/$1"
	find "$logs/$1" \( -name '*.o' -o -name '.*.cmd' \) -delete
}

# use_kernel [KERNEL]: sets builder, the command that builds modules for it, and
# vm_options, which make run.sh run it, and vm_env, what tests need to know; fails
# with 4 when it isn't there
use_kernel() {
	local kernel=$1 dir image

	builder=(make -C "$(kdir)") vm_options=(--timeout 3600) vm_env=()
	case $kernel in
	'') return ;;
	uml | x86)
		dir=$(sanitize_dir "$kernel")
		if [ -z "$dir" ]; then
			echo "this kernel isn't built: make check-sanitize does it, in about 10 minutes"
			return 4
		fi
		image=$dir/kernel-image
		builder=(make -C "$dir")
		# slower than others, above all when the machine has more to do
		vm_options=(--timeout 5400 --mem 2048) vm_env=(TEST_TIMEOUT=900)
		if [ "$kernel" = uml ]; then
			builder+=(ARCH=um)
			vm_options+=(--uml)
		fi
		kernel=$(<"$dir/include/config/kernel.release")
		;;
	*)
		dir=$(kernel_root "$kernel")
		if [ -z "$dir" ]; then
			echo "this kernel isn't here: make check-matrix fetches it"
			return 4
		fi
		for image in "$dir/boot/vmlinuz-$kernel" "$dir/usr/lib/modules/$kernel"/vmlinuz{,.unsigned}; do
			[ ! -e "$image" ] || break
		done
		builder=(in_root "$dir" "$logs" make -C "/usr/src/linux-headers-$kernel")
		;;
	esac
	vm_options+=(--kernel "$image" --modules "$dir/lib/modules/$kernel")
}

# kbuild COPY ARGUMENTS...: prints the build, fails on a warning about our files
kbuild() {
	local dir=$logs/$1 out=$logs/$1.build

	shift
	# kbuild reads M, W and C from the environment of a calling make as well
	(unset MAKEFLAGS MFLAGS && "${builder[@]}" -j"$jobs" M="$dir" "$@" modules) >"$out" 2>&1 || {
		cat "$out"
		return 1
	}
	cat "$out"
	if grep -E '(^|/)(kmod|uapi)/[^ ]*: (warning|error)|modpost.*(WARNING|ERROR)|(WARNING|ERROR): modpost' "$out" >"$out.bad"; then
		printf 'warnings:\n'
		cat "$out.bad"
		return 1
	fi
}

shell_scripts() {
	find "$top" \( -path "$build" -o -path "$top/.git" \) -prune -o -type f \
		\( -name '*.sh' -o -exec sh -c 'head -n 1 "$1" | grep -Eq "^#!.*(/| )(ba)?sh$"' _ {} \; \) -print
}

# Adds up KTAP documents in file $1 for test $2; fails if any broke its plan.
count_ktap() {
	local word rest ok=0

	while read -r word rest; do
		case $word in
		counts) printf '%s\n' "$rest" >"$logs/$2.counts" ;;
		problem) printf 'problem: %s\n' "$rest"; ok=1 ;;
		esac
	done < <(awk -f "$top/selftests/ktap.awk" "$1")
	return $ok
}

# ---- the tests, in order ----

test_modules() {
	make -j"$jobs" -C "$top" modules
}

test_warnings() {
	use_kernel ''
	module_copy warnings
	kbuild warnings W=1
}

test_sparse() {
	use_kernel ''
	module_copy sparse
	kbuild sparse C=2
}

test_tools() {
	rm -rf "$logs/tools" "$logs/selftests" "$logs/bench"
	make -j"$jobs" -C "$top/tools" O="$logs/tools" WERROR=1
	make -j"$jobs" -C "$top/selftests" OUTPUT="$logs/selftests" WERROR=1
	make -j"$jobs" -C "$top/bench" OUTPUT="$logs/bench" WERROR=1
	make -j"$jobs" -C "$top" tools selftests
}

# What packages are made of: files in their places, sources that DKMS can build,
# and a unit that calls what is there.
test_install() {
	local root=$logs/install version want dkms module

	rm -rf "$root"
	version=$(<"$top/VERSION")
	dkms=$root/usr/src/brfw-$version
	in_tree() { make -C "$top" "$@" DESTDIR="$root" PREFIX=/usr; }
	in_tree install install-dkms
	module=$(find "$root/lib/modules/$(krelease "$(kdir)")" -name 'brfw.ko*')
	for want in "$module" "$root"/usr/{sbin/fwctl,share/man/man8/fwctl.8} \
		"$root/usr/lib/systemd/system/brfw.service" "$dkms"/{dkms.conf,COPYING}; do
		[ -s "$want" ]
	done
	[ "$("$root/usr/sbin/fwctl" -V)" = "fwctl $version" ]
	[ "$(modinfo -F version "$module")" = "$version" ]
	grep -q '^ExecStart=/usr/sbin/fwctl ruleset load ' "$root/usr/lib/systemd/system/brfw.service"
	# As DKMS does it.
	(
		# shellcheck disable=SC2034 # for what is sourced
		kernel_source_dir=$(kdir) dkms_tree=$logs/install.dkms
		unset MAKEFLAGS MFLAGS
		rm -rf "$dkms_tree"
		mkdir -p "$dkms_tree/brfw/$version"
		cp -r "$dkms" "$dkms_tree/brfw/$version/build"
		# shellcheck disable=SC1091 # made above
		. "$dkms/dkms.conf"
		# shellcheck disable=SC2154 # comes from there
		${MAKE[0]} -j"$jobs"
		[ -s "$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build/${BUILT_MODULE_NAME[0]}.ko" ]
	)
	in_tree uninstall
	find "$root" -type f ! -name 'modules.*' >"$root.left"
	cat "$root.left"
	[ ! -s "$root.left" ]
}

test_kerneldoc() {
	local tool out=$logs/kerneldoc.out

	tool=$(kdir)/scripts/kernel-doc
	if [ ! -x "$tool" ]; then
		echo "these headers have no scripts/kernel-doc"
		return 4
	fi
	(cd "$top" && "$tool" -none uapi/linux/brfw.h kmod/*.[ch]) >"$out" 2>&1
	# the ends of enumerations are no values of their own
	if grep -E '(warning|error):' "$out" | grep -v "_MAX' not described"; then
		return 1
	fi
}

test_man() {
	mandoc -T lint -W warning "$top/docs/fwctl.8"
}

test_shell() {
	local files

	mapfile -t files < <(shell_scripts | sort)
	printf '%s\n' "${files[@]#"$top"/}"
	(cd "$top" && printf '%s\0' "${files[@]#"$top"/}" | xargs -0 -n 8 -P "$jobs" shellcheck -x)
}

test_spdx() {
	local bad

	bad=$(find "$top" \( -path "$build" -o -path "$top/.git" \) -prune -o -type f \
		\( -name '*.[ch8]' -o -name '*.sh' -o -name '*.awk' -o -name '*.fw' -o -name Makefile -o -name Kbuild \) \
		! -name '*.mod.c' -exec grep -L 'SPDX-License-Identifier:' {} +)
	if [ -n "$bad" ]; then
		printf '%s\n' "$bad"
		return 1
	fi
}

test_runner() {
	"$top/selftests/vm/prove.sh" runner
}

test_unit() {
	local rc=0

	# the status counts too: a program may die after its last result
	make --no-print-directory -j"$jobs" -C "$top/selftests/unit" check >"$logs/unit.ktap" 2>"$logs/unit.err" || rc=$?
	cat "$logs/unit.ktap" "$logs/unit.err"
	count_ktap "$logs/unit.ktap" unit
	return $rc
}

# use_arch ARCH: sets what arch_of does; fails with 4 where something is missing
use_arch() {
	arch_of "$1"
	if ! command -v "$gnu-gcc" "qemu-$cpu" >/dev/null || { [ -n "$headers" ] && [ -z "$(arch_root "$1")" ]; }; then
		echo "what this machine takes isn't here: make check-arch fetches it"
		return 4
	fi
}

# test_cross ARCH: also that what the module calls is in that kernel
test_cross() {
	local gnu cpu headers root builder

	use_arch "$1" || return $?
	if [ -z "$headers" ]; then
		echo "the distribution has no kernel for $1"
		return 4
	fi
	root=$(arch_root "$1")
	builder=(make -C "$(printf '%s\n' "$root"/usr/src/*-"$headers")" "CROSS_COMPILE=$gnu-")
	module_copy "cross@$1"
	kbuild "cross@$1" W=1
	if grep -E 'warning:' "$logs/cross@$1.build"; then
		return 1
	fi
}

# test_arch ARCH: the unit tests, run by an emulator, with UBSan alone. Where its
# library can't be linked it just ends the program.
test_arch() {
	local gnu cpu headers root rc=0 ubsan='-fsanitize=undefined -fno-sanitize-recover=all' link='' tool=(FWCTL_UNIT_PROGS=)

	use_arch "$1" || return $?
	root=$(arch_root "$1")
	if [ "$1" = powerpc ]; then
		ubsan='-fsanitize=undefined -fsanitize-undefined-trap-on-error'
		link='-Wl,--no-as-needed -latomic'
	fi
	if [ -n "$root" ]; then
		tool=(PKG_CONFIG="env PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$(printf '%s\n' "$root"/usr/lib/*/pkgconfig) pkg-config")
		link+=" -Wl,-rpath,$(printf '%s\n' "$root"/usr/lib/*-linux-gnu*)"
	fi
	UNIT_RUN="qemu-$cpu -L /usr/$gnu" UNIT_TIMEOUT=1200 make --no-print-directory -j"$jobs" -C "$top/selftests/unit" \
		O="$logs/arch@$1" CC="$gnu-gcc" LDFLAGS="$link" asan="$ubsan" fwctl_sanitize="$ubsan" "${tool[@]}" check \
		>"$logs/arch@$1.ktap" 2>"$logs/arch@$1.err" || rc=$?
	cat "$logs/arch@$1.ktap" "$logs/arch@$1.err"
	[ -n "$root" ] || say "$1: fwctl is not tested, since there is no libmnl for it"
	count_ktap "$logs/arch@$1.ktap" "arch@$1"
	return $rc
}

# Long enough for the corpus and a look beyond; "make fuzz" takes its time.
test_fuzz() {
	local rc=0

	if ! command -v clang >/dev/null; then
		say 'no clang: "make setup" installs it'
		return 4
	fi
	make --no-print-directory -j"$jobs" -C "$top/selftests/fuzz" run TIME=20 >"$logs/fuzz.ktap" 2>&1 || rc=$?
	cat "$logs/fuzz.ktap"
	count_ktap "$logs/fuzz.ktap" fuzz
	return $rc
}

test_build() {
	use_kernel "$1" || return $?
	module_copy "build@$1"
	kbuild "build@$1" W=1
	if [ "$1" = uml ]; then
		# KASAN there keeps what it knows of the gaps between a module's
		# variables when the module is gone, and takes the next one's
		# variables for them. So what is loaded again has no gaps.
		module_copy "reload@$1"
		kbuild "reload@$1" CFLAGS_MODULE='--param asan-globals=0'
	fi
}

# Those that make the most of locks and grace periods, where all would take long
test_some() {
	local counts=some some='abi|netns_isolation|queue|replace|transaction|unload'

	test_vm "$1"
}

# test_vm [KERNEL]: all scenarios, with the module that test_build left, or that is in
# built
test_vm() {
	local programs reload shards i rc=0 pids=() builder vm_options vm_env on=${1:+@$1} ko=$top/brfw.ko
	local counts=${counts:-vm} some=${some:-.*} again=none claims=$logs/claims$on

	use_kernel "${1:-}" || return $?
	if [ -n "$on" ]; then
		ko=$logs/${built:-build$on}/brfw.ko
		[ -e "$ko" ]
	fi
	if [ "${1:-}" = uml ]; then
		again='cache|fail_load|monitor|netns_isolation|unload|zones'
	fi
	mapfile -t programs < <(list_programs "$some")
	mapfile -t reload < <(list_programs "$some" | grep -E "/($again)(\.sh)?\$")
	mapfile -t programs < <(list_programs "$some" | grep -vE "/($again)(\.sh)?\$")
	[ ${#programs[@]} -gt 0 ]
	# one emulated machine keeps little more than one processor busy
	shards=$((jobs > 4 ? 4 : jobs > ${#programs[@]} ? ${#programs[@]} : jobs))
	rm -rf "${claims:?}"
	mkdir -p "$claims"
	for ((i = 0; i < shards; i++)); do
		vm_shard "$i" "$ko" "${programs[@]}" &
		pids+=($!)
	done
	if [ ${#reload[@]} -gt 0 ]; then
		vm_shard "$i" "$logs/${built:-reload$on}/brfw.ko" "${reload[@]}" &
		pids+=($!)
	fi
	for i in "${pids[@]}"; do
		wait "$i" || rc=1
	done
	for i in "${programs[@]}" "${reload[@]}"; do
		if [ ! -e "$claims/${i##*/}" ]; then
			echo "nobody ran $i"
			rc=1
		fi
	done
	for i in "${!pids[@]}"; do
		# a guest that died leaves no summary, which is a failure of its own
		cat "$build/vm/scenarios$on-$i/summary" 2>/dev/null || echo 0 1 0
	done | awk '{ p += $1; f += $2; s += $3 } END { print p, f, s }' >"$logs/$counts$on.counts"
	return $rc
}

# How much of the module the scenarios run: a line for each file, and the files with
# the numbers beside their lines in build/check/coverage/gcov. Paths are relative to
# the copy.
test_coverage() {
	local built=coverage counts=coverage dir=$logs/coverage guest name rc=0

	use_kernel "$1" || return $?
	module_copy coverage
	kbuild coverage GCOV_PROFILE=y CFLAGS_MODULE='--param asan-globals=0'
	rm -rf "$build/vm/scenarios@$1"-*/gcov
	test_vm "$1" || rc=$?
	mkdir "$dir/gcov"
	for guest in "$build/vm/scenarios@$1"-*/gcov; do
		if [ -e "$dir/sum" ]; then
			gcov-tool merge -o "$dir/sum" "$dir/sum" "$guest"
		else
			cp -r "$guest" "$dir/sum"
		fi
	done
	for name in "$dir"/sum/*.gcda; do
		name=$(basename "$name" .gcda)
		cp "$dir/kmod/$name.gcno" "$dir/sum"
		(cd "$dir" && gcov -o sum "$name.c") >"$dir/sum/$name.txt"
		mv "$dir"/*.gcov "$dir/gcov"
	done
	awk -F "[':% ]+" '
		function line(p, n, what) { printf "    %6.2f %% of %5d lines  %s\n", p, n, what }
		/^File/ { show = $2 ~ /^kmod\/.*c$/; file = $2 }
		/^Lines/ && show { line($3, $5, file); ran += $3 * $5; all += $5; show = 0 }
		END { line(ran / all, all, "all"); if (!ran) exit 1 }' "$dir"/sum/*.txt | tee /dev/fd/3
	return $rc
}

# list_programs PATTERN: the scenarios whose names match it
list_programs() {
	make -s --no-print-directory -C "$top/selftests" list | grep -E "/($1)(\.sh)?\$"
}

# vm_shard NUMBER MODULE PROGRAM...: those of them that no other machine has begun,
# in a virtual machine of their own
vm_shard() {
	local name=scenarios$on-$1 ko=$2 rc=0

	shift 2
	"$top/selftests/vm/run.sh" --name "$name" "${vm_options[@]}" --common "$claims" -- \
		env BRFW_KO="$ko" "${vm_env[@]}" selftests/vm/scenarios.sh "$@" 2>&1 |
		tee "$logs/$name.log" | vm_progress >&3 || rc=$?
	if [ $rc != 0 ]; then
		grep -a '^vm: ' "$logs/$name.log" || true
	fi
	return $rc
}

# One line for each program, as it ends; and each single test that failed, with
# what it said.
vm_progress() {
	awk '/^# [0-9]+ passed,.* s$/ { took = $(NF - 1); n = $2 }
	     /^# # / { said = said "          " substr($0, 3) "\n"; next }
	     /^# ok / { said = "" }
	     /^# not ok / { printf "        %s\n%s", substr($0, 3), said; said = "" }
	     /^(not )?ok [0-9]+ selftests:/ {
		ok = sub(/^ok [0-9]+ selftests: /, "") ? "    ok  " : "    FAIL"
		sub(/^not ok [0-9]+ selftests: /, "")
		print ok, $0, "(" n " passed, " took " s)"
		said = ""
	     }
	     { fflush() }'
}

# A bug is planted in a copy of the module or the tool by a function that sets what must
# notice it, a scenario or a unit test, and want: what is seen then, patterns in
# lines of their own.

# plant FILE PATTERN REPLACEMENT: wherever PATTERN is, which is perl's and must be
# there; FILE is one of kmod, or a path from the top
plant() {
	local file=kmod/$1

	[[ $1 != */* ]] || file=$1
	FROM=$2 TO=$3 perl -0pi -e 's/$ENV{FROM}/$ENV{TO}/g or die "no $ENV{FROM} in $ARGV\n"' "$logs/$copy/$file"
}

# The parser reads one byte behind the end of the frame.
bug_off_by_one() {
	unit=key_test want='AddressSanitizer: heap-buffer-overflow'
	plant key.c 'c->off \+ len <= c->linear_end\)' 'c->off + len <= c->linear_end + 1)'
}

# The parser takes a header for whole that lacks its last byte.
bug_cut_short() {
	unit=key_test want='^not ok .* key: ARP in SNAP cut by the length'
	plant key.c 'if \(c->end - c->off < len\)' 'if (c->end - c->off + 1 < len)'
}

# The parser reads less than receivers take: ARP of one type of hardware, the first
# link-layer address of either kind, neighbour discovery in fragments, a tag without a
# VLAN in the place of the one behind it, LLC/SNAP of one kind, up to the length that
# is said, fragments over the header of the first one.
bug_arp_hardware() {
	scenario=receivers want='^# not ok .* ARP of IEEE 802 hardware'
	plant key.c '(?=ah->ar_hln != ETH_ALEN)' 'ah->ar_hrd != htons(1) || '
}

bug_nd_first() {
	unit=key_test want="^not ok .* advertisement: source's, then target's"
	plant key.c '(?<=if \()(?=seen == brfw_nd_lladdr_type)' 'seen || '
}

bug_nd_fragment() {
	unit=key_test want='^not ok .* neighbour discovery in a first fragment'
	plant key.c 'key->frag != BRFW_FRAG_NONE \|\| (?=len >)' ''
}

bug_priority_tag() {
	unit=key_test want='^not ok .* priority tag before a tag'
	plant key.c ' && key->vlan_id\)' ')'
}

bug_snap_one() {
	unit=key_test want='^not ok .* SNAP for bridges to Wi-Fi'
	plant key.c ' \|\| llc\[5\] == 0xf8' ''
}

bug_snap_length() {
	unit=key_test want='^not ok .* SNAP that the length ends before'
	plant key.c '(?<=if \()len < sizeof\(buf\) \|\| ' ''
}

bug_fragment_over() {
	unit=key_test want='^not ok .* fragment over the flags of TCP'
	plant key.c 'off < (?=\(int\)sizeof\(struct tcphdr)' 'off + 16 < '
}

# The hash overlooks the upper half of words.
bug_half_hashed() {
	unit=hash_test want='^not ok .* elements are spread as random ones are'
	plant hash.h 'return brfw_hash_add\(sum, secrets\[1\], word >> 32\)' 'return sum'
}

# The tool believes whoever answers.
bug_forged() {
	unit=fwctl_err_test want='^not ok .* a save believes only the kernel'
	plant tools/fwctl/nlsock.c ' \|\| from\.nl_pid' ''
}

# What one change says of a set is told of the next one too.
bug_other_set() {
	scenario=files want='^# not ok .* lines that say the same twice'
	plant commit.c '\*c->error = \(struct brfw_error\)\{ \.change_id = change->id \}' 'c->error->change_id = change->id'
}

# The kernel takes control characters that begin with a byte of letters.
bug_control() {
	scenario=abi want='^# not ok .* comment: U.0085'
	plant nlattr.c '0, 0, 0xa0, 0x800' '0, 0, 0x80, 0x800'
}

# A socket that is closed waits for a commit.
bug_close_waits() {
	scenario=abi want='^# not ok .* a socket is closed while another one commits'
	plant netlink.c '(bn = brfw_net\(n->net\);)' 'bn = brfw_net(n->net); mutex_lock(&bn->config_lock); mutex_unlock(&bn->config_lock);'
}

# A deleted rule is freed while packets still find it.
bug_use_after_free() {
	scenario=replace want='KASAN: .*use-after-free'
	plant ruleset.c 'rule->inserted \? &rs->gc.dead : &rs->gc.rules' '&rs->gc.rules'
}

# What packets see is freed without a grace period; they take their time.
bug_no_wait() {
	scenario=replace want='KASAN: .*use-after-free'
	plant hook.c '(j\.view = rcu_dereference\(bn->view\);)' 'j.view = rcu_dereference(bn->view); mdelay(2);'
	plant hook.c '^' '#include <linux/delay.h>
'
	plant ruleset.c 'call_rcu\(&old->rcu, brfw_view_free_rcu\)' 'brfw_view_free_rcu(&old->rcu)'
}

# The rule of a change that is refused is not freed.
bug_leak() {
	scenario=transaction want=$'allocated at module unload\nunreferenced object'
	plant commit.c 'brfw_rule_free\(rs, change->rule\)' '(void)rs'
}

# What a change has allocated is not freed when the next allocation fails.
bug_leak_without_memory() {
	scenario=fail_nth want=$'allocated at module unload\nunreferenced object'
	plant stats.c 'if \(!b->areas\[cpu\]\) \{\s*brfw_stats_block_free_memory\(b\);' 'if (!b->areas[cpu]) {'
}

# Only the processor that counted most counts.
bug_lost_counter() {
	scenario=counters want='^# not ok .* three senders at a time'
	plant stats.c 'sums->packets \+= packets' 'sums->packets = max(sums->packets, packets)'
}

# An ordinary user may have one rule too many, or a set too few, or as many
# elements as the host; or he may change rules where he may only read them.
bug_rules_limit() {
	scenario=requests want=$'31 rules.* are more than there may be\n^# not ok 4 '
	plant commit.c 'nrules >= (?=brfw_max_rules)' 'nrules > '
}

bug_sets_limit() {
	scenario=requests want=$'up to 30 rules, 3 sets\n^# not ok 4 '
	plant sets_commit.c 'nsets >= (?=brfw_max_sets)' 'nsets + 1 >= '
}

bug_elements_limit() {
	scenario=requests want=$'[2-9][0-9]+ elements are more than there may be\n^# not ok 4 '
	plant sets_commit.c 'brfw_max_elements\(rs->bn->net\)' 'brfw_max_elements(&init_net)'
}

bug_may_change() {
	scenario=requests want='^# not ok 3 '
	plant netlink.c 'netlink_capable(?=\(skb, CAP_NET_ADMIN\)\)\s*return brfw_nl_check_once)' '1 || netlink_capable'
}

# What rules take is not charged to the cgroup.
bug_not_charged() {
	local file

	scenario=memory want='^# not ok .* memory beyond the limit'
	for file in ruleset leaf_build lookup stats; do
		plant "$file.c" GFP_KERNEL_ACCOUNT GFP_KERNEL
	done
	plant ruleset.c SLAB_ACCOUNT 0
}

# A namespace is freed with its timer running.
bug_timer() {
	scenario=sets want='ODEBUG: free active .*timer_list'
	plant sets.c 'cancel_delayed_work_sync\(&sets->work\)' '(void)sets'
}

# What a program had begun stays when it dies.
bug_draft_left() {
	scenario=races want='^# not ok 2 nothing is left'
	plant netlink.c 'event != NETLINK_URELEASE' 'event != NETLINK_URELEASE || true'
}

# A priority tag hides the VLAN of a tag with another TPID behind it.
bug_priority_mixed() {
	scenario=victim want=$'lie [a-z0-9]*-vlan .*802.1ad.* in the closed VLAN\n^# not ok .* no lie is believed, all else passes'
	plant key.c 'key->vlan_id\);' '(key->vlan_id || key->vlan_proto != ntohs(proto)));'
}

# A packet waits for memory.
bug_sleep() {
	scenario=basic want='sleeping function called from invalid context'
	plant hook.c '(j\.view = rcu_dereference)' 'kfree(kmalloc(8, GFP_KERNEL)); j.view = rcu_dereference'
}

# What packets see is read without a lock.
bug_no_lock() {
	scenario=basic want='suspicious RCU usage'
	plant ruleset.c 'rcu_replace_pointer\(rs->bn->view, view,\s*lockdep_is_held\(&rs->bn->config_lock\)\)' \
		'rcu_dereference(rs->bn->view); rcu_assign_pointer(rs->bn->view, view)'
}

# A commit writes with a plain access what packets read.
bug_race() {
	scenario=replace want='KCSAN: data-race'
	plant commit.c 'WRITE_ONCE\((rule->cls\.gen_del), c->generation\)' 'rule->cls.gen_del = c->generation'
}

# What was done to a frame is taken for what another bridge's rules have done to it.
bug_other_bridge() {
	scenario=actions want='^# not ok .* equal handles of namespaces'
	plant frame.c 'id->bridge = bridge;' ''
}

# A frame is known by its buffer.
bug_other_buffer() {
	scenario=vlan want=$'^# not ok .* port that is watched\n^# not ok .* copies by mcast_to_unicast'
	plant frame.c '(?<=const struct net_device \*in;\n)\tstruct brfw_vlan vlan;' '	struct brfw_vlan vlan;
	const void *head;'
	plant frame.c 'frame\.in = state->in;' 'frame.in = state->in; frame.head = skb->head;'
	plant frame.c 'frame->in != state->in' 'frame->in != state->in || frame->head != skb->head'
}

# A frame that waited is judged as one of the bridge that its port has gone to.
bug_moved() {
	scenario=queue want='^# not ok .* when the port has moved'
	plant hook.c 'if \(brfw_frame_has_moved\(skb, state\)\)\s*return NF_DROP;' ''
}

# seen PATTERNS FILE...: each line of PATTERNS is somewhere in the files
seen() {
	local patterns=$1 pattern

	shift
	while read -r pattern; do
		grep -ahoE -m 1 "($pattern).*" "$@" || return 1
	done <<<"$patterns"
}

# What a unit test says of a bug, or a scenario. At the first report of KASAN or
# KCSAN the case is clear, and what follows could take long.
prove_unit() {
	local dir=$logs/$copy program=core/$unit

	[[ $unit != fwctl* ]] || program=$unit
	make --no-print-directory -s -C "$top/selftests/unit" KMOD="$dir/kmod" UAPI="$dir/uapi" FWCTL="$dir/tools/fwctl" \
		O="$dir/unit" "$dir/unit/$program"
	"$dir/unit/$program" || true
}

prove_scenario() {
	kbuild "$copy"
	"$top/selftests/vm/run.sh" --name "$copy" "${vm_options[@]}" --timeout 900 --append "$append" -- \
		env BRFW_KO="$logs/$copy/brfw.ko" "${vm_env[@]}" selftests/vm/scenarios.sh "$(list_programs "$scenario")" || true
	cat "$build/vm/$copy.log"
}

# test_prove KERNEL: each bug must be seen by what is there for it
test_prove() {
	local bug bugs copy=prove@$1 scenario unit want builder vm_options vm_env append report line p=0 f=0

	[ "$1" = host ] || use_kernel "$1" || return $?
	case $1 in
	host)
		bugs='off_by_one cut_short nd_first nd_fragment priority_tag snap_one snap_length fragment_over'
		bugs+=' half_hashed forged'
		;;
	uml)
		append=kasan.fault=panic
		bugs='arp_hardware priority_mixed use_after_free no_wait leak leak_without_memory lost_counter timer draft_left'
		bugs+=' rules_limit sets_limit elements_limit may_change other_bridge other_buffer moved other_set control close_waits'
		;;
	x86) append='panic_on_warn=1 kcsan.skip_watch=20' bugs='sleep no_lock race not_charged' ;;
	esac
	for bug in $bugs; do
		module_copy "$copy"
		scenario='' unit=''
		"bug_$bug"
		report=$logs/$copy.$bug
		"prove_${unit:+unit}${scenario:+scenario}" >"$report" 2>&1
		if seen "$want" "$report" >"$report.seen"; then
			line="    ok   $bug, by $unit$scenario: $(head -n 1 "$report.seen")"
			p=$((p + 1))
		else
			line="    FAIL $bug, not seen by $unit$scenario"
			f=$((f + 1))
		fi
		say "$line"
		say "$line" >&3
	done
	echo "$p $f 0" >"$logs/$copy.counts"
	[ $f = 0 ]
}

# ---- running them ----

# run_test NAME[@KERNEL]
run_test() {
	local name=$1 log=$logs/$1.log kernel='' title start rc p f s

	title=${titles[${name%%@*}]}
	case $name in
	*@*) kernel=${name#*@} title+=" on $kernel" ;;
	esac
	start=$(now)
	rm -f "$logs/$name.counts"
	printf '%s ...\n' "$title"
	set +e
	(
		set -e
		"test_${name%%@*}" "$kernel"
	) >"$log" 2>&1 </dev/null
	rc=$?
	set -e
	read -r p f s < <(cat "$logs/$name.counts" 2>/dev/null || echo 0 0 0)
	if [ $rc != 0 ] && [ "$f" = 0 ]; then
		if [ $rc = 4 ] && [ "$p" = 0 ]; then s=$((s + 1)); else f=1; fi
	elif [ $rc = 0 ] && [ $((p + f + s)) = 0 ]; then
		p=1
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	if [ "$f" != 0 ]; then
		tail -n 30 "$log" | sed 's/^/    | /'
		printf 'FAIL  %s: %d passed, %d failed, %d skipped (%s s, log %s)\n' "$title" "$p" "$f" "$s" "$(since "$start")" "$log"
	elif [ $rc = 4 ]; then
		printf 'skip  %s: %s\n' "$title" "$(tail -n 1 "$log")"
	else
		printf 'ok    %s: %d passed, %d skipped (%s s)\n' "$title" "$p" "$s" "$(since "$start")"
	fi
}

# expand NAME: the tests it stands for
expand() {
	local kernels kernel

	case $1 in
	matrix) kernels=$("$top/scripts/kernels.sh") ;;
	sanitize) kernels='uml x86' ;;
	machines)
		tests+=(arch@{s390x,powerpc,armhf,i386} cross@{s390x,arm64,armhf,i386})
		return
		;;
	prove)
		tests+=(prove@host prove@uml prove@x86)
		return
		;;
	*)
		declare -F "test_${1%%@*}" >/dev/null ||
			die "no test '$1' (there are: ${all[*]} coverage@uml matrix sanitize machines prove)"
		tests+=("$1")
		return
		;;
	esac
	for kernel in $kernels; do
		tests+=("build@$kernel" "vm@$kernel")
	done
}

all=(modules warnings sparse tools install kerneldoc man shell spdx runner unit fuzz vm build@uml vm@uml build@x86 some@x86)

mkdir -p "$logs"
begin=$(now)
if [ $# = 0 ]; then
	"$top/scripts/setup.sh"
	set -- "${all[@]}"
fi
tests=()
for name; do
	expand "$name"
done
for name in "${tests[@]}"; do
	run_test "$name"
done
say "all of this took $(since "$begin") s"
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
