#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Installs what building and testing need and is missing, and brings the kernel
# that the module is built for into a cache. The running system's kernel is
# left alone. Safe to run again at any time: it then does nothing.
#
#   scripts/setup.sh [PACKAGE...]    packages that are needed besides
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

arch=$(dpkg --print-architecture)

# package -> what in this tree needs it
packages=(
	make gcc libc6-dev          # everything
	"linux-headers-$arch"       # kmod
	pkg-config libmnl-dev libjansson-dev # fwctl, selftests
	perl                        # kernel-doc
	sparse shellcheck mandoc    # make check
	clang libclang-rt-dev       # fuzzing
	qemu-system-x86 busybox-static cpio kmod xz-utils # the virtual machine
	iproute2 iputils-ping ethtool iperf3 socat tcpdump # scenarios, demo
	nftables dnsmasq-base       # scenarios
	"$@"
)

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "root is needed to install packages: run 'scripts/setup.sh' as root or install sudo"
	fi
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

# The lists may be missing or old; once per run is enough.
lists_fresh=
refresh_lists() {
	if [ -n "$lists_fresh" ]; then
		return
	fi
	say "setup: reading the package lists (apt-get update)"
	# one dead third-party source must not stop us: what is really missing
	# fails at installation, with its name
	as_root apt-get -qq update || say "setup: apt-get update had errors, going on"
	lists_fresh=1
}

install_packages() {
	refresh_lists
	say "setup: installing $*"
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "$@" >/dev/null
}

install_missing() {
	local p missing=()

	for p in "${packages[@]}"; do
		# KDIR names other headers than the distribution's newest
		if [ -n "${KDIR:-}" ] && [ "$p" = "linux-headers-$arch" ]; then
			continue
		fi
		if ! installed "$p"; then
			missing+=("$p")
		fi
	done
	if [ ${#missing[@]} -gt 0 ]; then
		install_packages "${missing[@]}"
	fi
}

# Puts the image package of release $2 into directory $1: of the version of the
# headers, or else the one the archive has. The sandbox user of apt cannot write
# below a home directory.
download_image() {
	local dir=$1 rel=$2 ver=$3 spec

	for spec in "linux-image-$rel=$ver" "linux-image-$rel"; do
		say "setup: downloading $spec (unpacked into the cache, not installed)"
		if (cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$spec" 2>apt.log); then
			return 0
		fi
	done
	return 1
}

# Unpacks the image package of release $1 into the cache without installing it.
# Fails when the archive no longer has that release.
fetch_kernel() {
	local rel=$1 dir tmp

	dir=$(kernel_cache "$rel")
	if [ -e "$dir/complete" ]; then
		return 0
	fi
	mkdir -p "$cache/kernel"
	tmp=$(mktemp -d "$cache/kernel/tmp.XXXXXX")
	if ! download_image "$tmp" "$rel" "${dir##*_}"; then
		# the lists may be older than the archive
		refresh_lists
		if ! download_image "$tmp" "$rel" "${dir##*_}"; then
			sed 's/^/setup: /' "$tmp/apt.log" >&2
			rm -rf "$tmp"
			return 1
		fi
	fi
	unpack_kernel "$tmp" "$rel"
	rm -rf "$dir"
	mv "$tmp" "$dir"
	say "setup: kernel $rel is in $dir"
}

unpack_kernel() {
	local tmp=$1 rel=$2

	dpkg -x "$tmp"/*.deb "$tmp"
	rm -rf "$tmp"/*.deb "$tmp/apt.log" "${tmp:?}/usr/share"
	if [ ! -e "$tmp/lib" ]; then
		ln -s usr/lib "$tmp/lib"
	fi
	/sbin/depmod -b "$tmp" "$rel"
	unpack_image "$tmp/boot" "$rel"
	: >"$tmp/complete"
}

# An emulated processor takes seconds to decompress the kernel and to run the
# firmware. A kernel with a PVH entry can be started unpacked, without either.
unpack_image() {
	local dir=$1 rel=$2 pos

	if ! grep -qx CONFIG_PVH=y "$dir/config-$rel" || ! grep -qx CONFIG_KERNEL_XZ=y "$dir/config-$rel"; then
		return
	fi
	pos=$(LC_ALL=C grep -obUaP '\xfd7zXZ\x00' "$dir/vmlinuz-$rel" | head -n 1 | cut -d: -f1)
	# what follows the compressed kernel makes xz complain at the end
	tail -c "+$((pos + 1))" "$dir/vmlinuz-$rel" | xz -dc >"$dir/vmlinux-$rel" 2>/dev/null || true
	if [ "$(head -c 4 "$dir/vmlinux-$rel")" != $'\x7fELF' ]; then
		rm -f "$dir/vmlinux-$rel"
	fi
}

setup_kernel() {
	local headers rel

	headers=$(kdir)
	if [ -z "$headers" ]; then
		die "no kernel headers found after installing linux-headers-$arch; set KDIR="
	fi
	rel=$(krelease "$headers")
	if [ -n "${KDIR:-}" ] && ! installed "linux-headers-$rel"; then
		say "setup: KDIR=$KDIR is no package's: give selftests/vm/run.sh its kernel with --kernel and --modules"
		return
	fi
	if fetch_kernel "$rel"; then
		return
	fi
	say "setup: the archive no longer has kernel $rel, so the headers are brought up to date"
	install_packages "linux-headers-$arch"
	rel=$(krelease "$(kdir)")
	fetch_kernel "$rel" || die "the archive has headers but no image for kernel $rel"
}

if [ "$arch" != amd64 ]; then
	die "the virtual machine needs an amd64 machine, this is $arch (building by hand still works)"
fi
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two builds at once share the cache
install_missing
setup_kernel
