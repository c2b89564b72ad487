#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the kernels that find what others bear with, and keeps them in the
# cache. Their sources are packages of the distribution; what they are made of
# is in selftests/sanitize/.
#
#   scripts/sanitize.sh KIND...
#
#   uml     user-mode kernel, newest version: KASAN, kmemleak, accounting of
#           allocations, fault injection
#   x86     for QEMU, version of the distribution: lockdep, PROVE_RCU, sleeping
#           in atomic context, KCSAN of the module
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=archive.sh
. "$(dirname "$0")/archive.sh"

# configure DIR KIND MAKE...: nothing but what the fragments say; each line of
# them must have come true
configure() {
	local dir=$1 kind=$2 missing

	shift 2
	sanitize_config "$kind" >"$dir/fragment"
	"$@" KCONFIG_ALLCONFIG="$dir/fragment" allnoconfig >"$dir/build.log" 2>&1
	missing=$(comm -23 <(sort "$dir/fragment") <(sort "$dir/.config"))
	[ -z "$missing" ] || die "not in this kernel: ${missing//$'\n'/ }"
}

# What is only needed to build the kernel again is not kept.
compile() {
	local dir=$1 image=$2

	shift 2
	"$@" >>"$dir/build.log" 2>&1 || {
		tail -n 20 "$dir/build.log" >&2
		die "the kernel doesn't build: $dir/build.log"
	}
	"$@" modules_install INSTALL_MOD_PATH="$dir" >>"$dir/build.log" 2>&1
	cp --remove-destination "$dir/$image" "$dir/kernel-image"
	find "$dir" -path "$dir/scripts" -prune -o -path "$dir/tools" -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name 'vmlinux*' -o -name linux \) -type f -exec rm {} +
}

build() {
	local kind=$1 dir image start command=(nice -n 10 make -j"$(nproc)")

	case $kind in
	uml)
		mapfile -t suites < <(archive_newest_suites)
		archive_newest 'linux-source-\([0-9.]*\)' "${suites[@]}"
		image=linux
		command+=(ARCH=um)
		;;
	x86)
		# of the version that the module is built for
		found=$(krelease "$(kdir)" | grep -oE '^[0-9]+\.[0-9]+') from=own
		image=vmlinux
		# only modules that are built later are instrumented by KCSAN: races
		# of the kernel with itself are none of ours, and this is faster
		command+=(CFLAGS_KCSAN=)
		;;
	*) die "no such kernel: $kind" ;;
	esac
	fetch_source "linux-source-$found" "$from"
	dir=$cache/sanitize/$kind-$(sanitize_key "$kind")_$version
	if [ -e "$dir/complete" ]; then
		return
	fi
	say "sanitize: building the $kind kernel, Linux $version (about 7 minutes of two processors)"
	start=$(now)
	mkdir -p "$dir"
	command+=(-C "$src" O="$dir")
	configure "$dir" "$kind" "${command[@]}"
	compile "$dir" $image "${command[@]}"
	: >"$dir/complete"
	say "sanitize: the $kind kernel is in $dir ($(since "$start") s)"
}

mkdir -p "$cache"
exec 9>"$cache/sanitize.lock"
flock 9 # two builds at once share the cache
for kind; do
	build "$kind"
done
