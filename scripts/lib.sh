# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the scripts share: where things lie, which kernel is used, how to speak.
# Sourced, never run. Sets nothing but variables and functions.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${BRFW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/brfw}
# read by the scripts that source this file
# shellcheck disable=SC2034
build=$top/build

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Seconds since $1 (a value of now), with one decimal.
now() { date +%s%N; }
since() { local ms=$((($(now) - $1) / 1000000)); printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100)); }

# The headers the module is built against: $KDIR, else the newest of the
# distribution's generic flavour. Prints nothing when there are none.
kdir() {
	local arch dir newest=

	if [ -n "${KDIR:-}" ]; then
		printf '%s\n' "$KDIR"
		return
	fi
	arch=$(dpkg --print-architecture)
	while read -r dir; do
		case $dir in
		*-rt-* | *-cloud-*) continue ;;
		esac
		if [ -f "$dir/Makefile" ]; then
			newest=$dir
		fi
	done < <(printf '%s\n' /usr/src/linux-headers-*-"$arch" | sort -V)
	if [ -z "$newest" ]; then
		while read -r dir; do
			if [ -f "$dir/Makefile" ]; then
				newest=$dir
			fi
		done < <(printf '%s\n' /lib/modules/*/build | sort -V)
	fi
	printf '%s' "${newest:+$newest$'\n'}"
}

# The release a module built against headers $1 will want to run under.
krelease() {
	sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$1/include/generated/utsrelease.h"
}

# The unpacked root with the headers and the compiler for release $1, fetched by
# scripts/kernels.sh. Prints nothing when there is none.
kernel_root() {
	printf '%s\n' "$cache/root/$1"_*/complete | sort -V | tail -n 1 | sed -n 's,^\(/[^*]*\)/complete$,\1,p'
}

# arch_of ARCH: sets what other machines are like: gnu, the prefix of their compiler;
# cpu, as QEMU calls it; headers, the flavour of their kernel, none where the
# distribution has no kernel for them
arch_of() {
	# shellcheck disable=SC2034 # for the caller
	case $1 in
	s390x) gnu=s390x-linux-gnu cpu=s390x headers=s390x ;;
	arm64) gnu=aarch64-linux-gnu cpu=aarch64 headers=arm64 ;;
	armhf) gnu=arm-linux-gnueabihf cpu=arm headers=armmp ;;
	i386) gnu=i686-linux-gnu cpu=i386 headers=686-pae ;;
	powerpc) gnu=powerpc-linux-gnu cpu=ppc headers='' ;;
	*) die "nothing is known of the architecture $1" ;;
	esac
}

# The directory with what scripts/arch.sh fetched for architecture $1. Prints
# nothing when there is none.
arch_root() {
	printf '%s\n' "$cache/arch/$1"_*/complete | sort -V | tail -n 1 | sed -n 's,^\(/[^*]*\)/complete$,\1,p'
}

# in_root ROOT DIR COMMAND...: in an unpacked root, with DIR at the same place
in_root() {
	local root=$1 dir=$2 map=--map-root-user

	if [ "$(id -u)" = 0 ]; then
		map=--
	fi
	shift 2
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount $map bash -ec '
		root=$1 dir=$2
		shift 2
		mkdir -p "$root/proc" "$root/dev" "$root$dir"
		mount --rbind /proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount --bind "$dir" "$root$dir"
		exec /usr/sbin/chroot "$root" "$@"' _ "$root" "$dir" "$@"
}

# What sanitizer kernel $1 is configured with: lines of a .config
sanitize_config() {
	grep -hv '^#' "$top/selftests/sanitize/common.config" "$top/selftests/sanitize/$1.config"
}

sanitize_key() {
	sanitize_config "$1" | sha256sum | cut -c 1-12
}

# The directory of sanitizer kernel $1 as scripts/sanitize.sh built it, the
# newest with this configuration. Prints nothing when there is none.
sanitize_dir() {
	printf '%s\n' "$cache/sanitize/$1-$(sanitize_key "$1")"_*/complete | sort -V | tail -n 1 |
		sed -n 's,^\(/[^*]*\)/complete$,\1,p'
}

# The directory in the cache that holds (or shall hold) the kernel image and
# the modules for release $1. The package version is part of the name: an
# update within one release must not run an old image.
kernel_cache() {
	local rel=$1 ver

	ver=$(dpkg-query -W -f '${Version}' "linux-headers-$rel" 2>/dev/null || true)
	printf '%s/kernel/%s_%s\n' "$cache" "$rel" "${ver:-local}"
}
