#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs one command as root inside a throw-away virtual machine that sees this
# machine's root file system (read-only, with a writable layer that is lost).
#
#   selftests/vm/run.sh [options] [--] COMMAND [ARGUMENT...]
#
#   --name NAME      names the logs build/vm/NAME.* (default: vm)
#   --timeout SEC    kill the guest after that many seconds (default: 600)
#   --smp N          processors (default: 2)      --mem MB  memory (default: 1024)
#   --icount         one guest nanosecond is one instruction: rates are exact and
#                    the same everywhere; one processor, no SLUB debugging
#   --icount-idle    the same, but while the guest idles its time runs no faster
#                    than real time. With --icount alone it jumps to the next timer,
#                    so that a program waiting for another that is being read from
#                    disk can time out at once: use that for kernel-only loads
#   --no-debug       no SLUB debugging and no KFENCE: for measuring memory
#   --append ARGS    more kernel arguments
#   --kernel IMAGE --modules DIR   another kernel and its lib/modules/RELEASE
#   --uml            IMAGE is a user-mode kernel, a program of this machine
#   --common DIR     directory that is $BRFW_COMMON in this and other guests
#   --quiet          do not copy the command's output to stdout
#
# The command starts in the top directory of this tree. What it writes below
# $BRFW_RESULTS is found in build/vm/NAME/ afterwards. Exit status: 0 only when
# the guest said that the command exited with 0 and the kernel log is clean,
# 4 when the command exited with 4 (skipped), else 1.
#
# BRFW_ACCEL=tcg|kvm chooses the accelerator; by default KVM is used where a
# probe has shown that it works.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

here=$top/selftests/vm
name=vm timeout=600 smp=2 mem=1024 icount='' debug=1 append='' kernel='' modules='' common='' quiet='' uml=''

# Lines that no healthy kernel writes. The two exceptions are said at boot by a
# kernel that is told about its processor.
bad_lines='WARNING:|BUG[: ]|Oops:|Kernel panic|general protection fault|Unable to handle kernel'
bad_lines+='|KASAN|KCSAN|KFENCE:|UBSAN|refcount_t:|list_(add|del) corruption'
bad_lines+='|possible (recursive|circular)|inconsistent lock state|suspicious RCU|scheduling while atomic'
bad_lines+='|sleeping function called|detected stalls|blocked for more than|unregister_netdevice: waiting'
bad_lines+='|Call Trace:|Out of memory:|ODEBUG:|DEBUG_LOCKS_WARN_ON|held lock freed|allocated at module unload'
harmless='Spectre V2 : WARNING:|kfence: initialized'

# Where the module's objects come from: in all caches at once the debugging takes as
# long as the tests themselves.
slub_debug='FZPU,brfw*,kmalloc-*,skbuff*,nf_conntrack*,net_namespace'

# A guest whose host is busy stands still for seconds; that is no lockup.
patient='rcupdate.rcu_cpu_stall_timeout=120'

parse_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--name) name=$2; shift ;;
		--timeout) timeout=$2; shift ;;
		--smp) smp=$2; shift ;;
		--mem) mem=$2; shift ;;
		--icount) icount=off ;;
		--icount-idle) icount=on ;;
		--no-debug) debug='' ;;
		--append) append=$2; shift ;;
		--kernel) kernel=$2; shift ;;
		--modules) modules=$2; shift ;;
		--uml) uml=1 ;;
		--common) common=$2; shift ;;
		--quiet) quiet=1 ;;
		--) shift; break ;;
		-*) die "unknown option $1 (the head of this file lists them)" ;;
		*) break ;;
		esac
		shift
	done
	command=("$@")
	[ $# -gt 0 ] || die "no command given"
}

choose_kernel() {
	local headers dir

	if [ -z "$kernel" ]; then
		headers=$(kdir)
		[ -n "$headers" ] || die "no kernel headers found: run 'make setup'"
		release=$(krelease "$headers")
		dir=$(kernel_cache "$release")
		kernel=$dir/boot/vmlinux-$release
		[ -e "$kernel" ] || kernel=$dir/boot/vmlinuz-$release
		modules=$dir/lib/modules/$release
	fi
	release=$(basename "$modules")
	[ -r "$kernel" ] || die "no kernel image $kernel: run 'make setup'"
	[ -d "$modules" ] || die "no modules in '$modules' (--modules)"
	modules=$(cd "$modules" && pwd -P)
}

# Copies module file $1 into directory $2, uncompressed: busybox insmod may not
# know the compression of this kernel.
add_module() {
	local base

	base=$(basename "$1")
	case $base in
	*.xz) base=${base%.xz} && xz -dc "$1" >"$2/$base" ;;
	*.zst) base=${base%.zst} && zstd -qdc "$1" >"$2/$base" ;;
	*.gz) base=${base%.gz} && gzip -dc "$1" >"$2/$base" ;;
	*) cp "$1" "$2/$base" ;;
	esac
	grep -qx "$base" "$2/order" || printf '%s\n' "$base" >>"$2/order"
}

make_initramfs() {
	local out=$1 dir m word file

	dir=$(mktemp -d)
	mkdir -p "$dir"/{bin,dev,proc,sys,modules}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	cp "$here/init" "$dir/init"
	chmod 755 "$dir/init"
	: >"$dir/modules/order"
	for m in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
		while read -r word file _; do
			if [ "$word" = insmod ]; then
				add_module "$file" "$dir/modules"
			fi
		done < <(/sbin/modprobe -d "${modules%/lib/modules/*}" -S "$release" --show-depends "$m")
	done
	(cd "$dir" && find . | cpio --quiet -o -H newc -R 0:0) >"$out.$$"
	mv "$out.$$" "$out"
	rm -rf "$dir"
}

# One initramfs for each kernel, init and busybox; kept in the cache.
choose_initramfs() {
	local key

	key=$( (cat "$here/init" "$modules/modules.dep"; stat -Lc '%s %Y' "$(command -v busybox)") | sha256sum)
	initramfs=$cache/initramfs/$release-${key:0:16}.cpio
	if [ ! -e "$initramfs" ]; then
		mkdir -p "$cache/initramfs"
		make_initramfs "$initramfs"
	fi
}

# /dev/kvm may open and yet never run a guest, so only a boot that reached user
# space counts. The answer is kept until the host's kernel or QEMU change.
kvm_works() {
	local file log ok=no

	[ -w /dev/kvm ] || return 1
	file=$cache/kvm-$(uname -r)-$(dpkg-query -W -f '${Version}' qemu-system-x86 | tr -c 'a-zA-Z0-9.\n' _)
	if [ ! -e "$file" ]; then
		log=$(mktemp)
		say "vm: trying whether KVM works here (once, at most 10 s)"
		timeout -k 1 10 qemu-system-x86_64 -nodefaults -display none -no-reboot \
			-accel kvm -cpu max -m 512 -serial "file:$log" -kernel "$kernel" \
			-initrd "$initramfs" -append "console=ttyS0 quiet panic=-1 brfw.probe" \
			</dev/null >/dev/null 2>&1 || true
		if grep -q 'brfw-init: probe ok' "$log"; then
			ok=yes
		fi
		rm -f "$log"
		printf '%s\n' $ok >"$file"
	fi
	[ "$(cat "$file")" = yes ]
}

# Fills accel (QEMU arguments) and cmdline (kernel arguments).
choose_machine() {
	cmdline="console=ttyS0 loglevel=5 panic=-1 oops=panic net.ifnames=0"
	# PCI interrupts come as messages; setting up the wires takes ACPI two
	# seconds for each device when emulated
	cmdline+=" acpi=noirq"
	cmdline+=" watchdog_thresh=60 $patient"
	accel=(-accel 'tcg,thread=multi,tb-size=512')
	if [ -n "$icount" ]; then
		smp=1
		accel=(-accel 'tcg,tb-size=512' -icount "shift=0,sleep=$icount")
		cmdline+=" clocksource=tsc tsc=reliable"
	else
		if [ -n "$debug" ]; then
			cmdline+=" slub_debug=$slub_debug kfence.sample_interval=50"
		fi
		case ${BRFW_ACCEL:-auto} in
		tcg) ;;
		kvm) accel=(-accel kvm) ;;
		*) if kvm_works; then accel=(-accel kvm); fi ;;
		esac
	fi
	cmdline+=${append:+ $append}
}

# What the guest has to do, as a script in the share.
write_boot() {
	local ports='vm_out=brfw.out vm_result=brfw.result'
	local mount=(-t 9p -o 'trans=virtio,version=9p2000.L' common)

	if [ -n "$uml" ]; then
		ports='vm_out=/dev/tty1 vm_result=/dev/tty2'
		mount=(-t hostfs -o "$common" common)
	fi
	if [ -z "$common" ]; then
		mount=()
	fi
	rm -rf "$share" "$log" "$out" "$result"
	mkdir -p "$share"
	touch "$log" "$out" "$result"
	nonce=$(od -An -tx8 -N8 /dev/urandom | tr -d ' ')
	{
		printf 'vm_nonce=%q vm_release=%q %s\n' "$nonce" "$release" "$ports"
		printf 'vm_modules=%q vm_top=%q\n' "$modules" "$top"
		printf 'vm_common=(%s)\n' "${mount[*]@Q}"
		printf 'vm_command=(%s)\n' "${command[*]@Q}"
		printf '. %q\n' "$here/guest.sh"
	} >"$share/boot.sh"
}

# A program like others, whose terminals are files. More than one processor
# it has only when it intercepts system calls by seccomp.
start_uml() {
	# shellcheck disable=SC2086 # arguments
	timeout -s KILL "$timeout" "$kernel" "mem=${mem}M" "ncpus=$smp" seccomp=on \
		root=/dev/root rootfstype=hostfs rootflags=/ ro "init=$here/init.uml" "brfw_share=$share" \
		con=null con0=null,fd:1 con1=null,fd:3 con2=null,fd:4 \
		loglevel=5 panic=-1 oops=panic $patient $append \
		</dev/null >"$log" 2>"$log.qemu" 3>"$out" 4>"$result" &
}

start_qemu() {
	timeout -k 2 "$timeout" qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		"${accel[@]}" -cpu max -smp "$smp" -m "$mem" \
		-kernel "$kernel" -initrd "$initramfs" -append "$cmdline" \
		-serial "file:$log" \
		-device virtio-serial-pci \
		-chardev "file,id=out,path=$out" -device virtserialport,chardev=out,name=brfw.out \
		-chardev "file,id=result,path=$result" -device virtserialport,chardev=result,name=brfw.result \
		-virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$share,mount_tag=share,security_model=none" \
		${common:+-virtfs "local,path=$common,mount_tag=common,security_model=none"} \
		</dev/null >"$log.qemu" 2>&1 &
}

start_guest() {
	if [ -n "$uml" ]; then
		start_uml
	else
		start_qemu
	fi
	qemu=$!
	trap 'kill $qemu 2>/dev/null || true' EXIT
	trap 'exit 130' INT TERM
}

wait_guest() {
	local tail=

	if [ -z "$quiet" ]; then
		tail -q -n +1 -s 0.1 -f --pid=$qemu "$out" &
		tail=$!
	fi
	qemu_rc=0
	wait $qemu || qemu_rc=$?
	trap - EXIT
	if [ -n "$tail" ]; then
		wait $tail || true
	fi
}

failed() {
	{
		printf 'vm: %s: FAILED after %s s: %s\n' "$name" "$(since "$start")" "$1"
		printf 'vm: kernel log %s, output %s\n' "$log" "$out"
		if [ "${2:-}" = log ]; then
			tail -n 25 "$log" | sed 's/^/    /'
		fi
	} >&2
	exit 1
}

# The kernel prints a trace where it can't make a cache for want of memory, which is
# what fail_load.c is after. "Call Trace:" stands some lines below.
without_cache_traces() {
	awk '/kmem_cache_create[a-z_]*\(brfw[a-z0-9_]*\) failed with error/ { near = NR + 20 }
	     NR <= near && /Call Trace:/ { next }
	     { print }'
}

# Passes only on the guest's own word, and only with a clean kernel log.
judge() {
	local line rc taint bad

	line=$(grep -a "^result $nonce " "$result" || true)
	bad=$(cat "$log" "$share/dmesg" 2>/dev/null | without_cache_traces | grep -aE "$bad_lines" | grep -avE "$harmless" | head -n 3 || true)
	if [ -n "$bad" ]; then
		failed "the kernel complained: $(head -n 1 <<<"$bad" | tr -d '\r')" log
	fi
	if [ $qemu_rc = 124 ] || [ $qemu_rc = 137 ]; then
		failed "not finished within $timeout s" log
	fi
	if [ -z "$line" ]; then
		cat "$log.qemu" >&2
		failed "the guest ended without a result line" log
	fi
	rc=${line#*rc=} rc=${rc%% *} taint=${line#*taint=}
	# bad page 5, oops 7, warning 9, soft lockup 14
	if [ $((taint & (1 << 5 | 1 << 7 | 1 << 9 | 1 << 14))) != 0 ]; then
		failed "the kernel is tainted ($taint)" log
	fi
	if [ "$rc" = 4 ]; then
		say "vm: $name: skipped after $(since "$start") s"
		exit 4
	fi
	if [ "$rc" != 0 ]; then
		failed "the command exited with $rc"
	fi
	say "vm: $name: ok after $(since "$start") s ($machine)"
}

parse_options "$@"
log=$build/vm/$name.log out=$build/vm/$name.out
result=$build/vm/$name.result share=$build/vm/$name
start=$(now)
mkdir -p "$build/vm"
choose_kernel
if [ -n "$uml" ]; then
	machine=uml
else
	choose_initramfs
	choose_machine
	machine=${accel[1]%%,*}${icount:+, icount}
fi
write_boot
start_guest
wait_guest
judge
