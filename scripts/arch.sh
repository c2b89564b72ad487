#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What testing for other machines takes: installs cross compilers and an
# emulator, and brings the libraries and kernel headers of those machines into
# the cache. No package of another architecture is installed.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

packages=(qemu-user)
for arch in s390x arm64 armhf i386 powerpc; do
	arch_of "$arch"
	packages+=("gcc-$gnu" "libc6-dev-$arch-cross")
done
"$top/scripts/setup.sh" "${packages[@]}"

# shellcheck source-path=SCRIPTDIR source=archive.sh
. "$(dirname "$0")/archive.sh"

# fetch ARCH: the scripts that the headers need are this machine's own
fetch() {
	local arch=$1 suites=$codename@$1 rel root tmp deb headers

	arch_of "$arch"
	[ -n "$headers" ] || return 0
	archive_update "$suites"
	rel=$(archive cache "$suites" show "linux-headers-$headers" | sed -n 's/^Depends:.*linux-headers-\([^ ]*\)-'"$headers"' .*/\1/p' | head -n 1)
	[ -n "$rel" ] || die "no headers $headers for $arch"
	root=$cache/arch/${arch}_$(archive_version "$suites" "linux-headers-$headers")
	[ ! -e "$root/complete" ] || return 0
	say "arch: downloading libraries and headers for $arch (unpacked into the cache, not installed)"
	mkdir -p "$cache/arch"
	tmp=$(mktemp -d "$cache/arch/tmp.XXXXXX")
	(cd "$tmp" && archive get "$suites" download libmnl0 libmnl-dev libjansson4 libjansson-dev \
		"linux-headers-$rel-$headers" "linux-headers-$rel-common")
	for deb in "$tmp"/*.deb; do
		dpkg -x "$deb" "$tmp"
	done
	rm "$tmp"/*.deb
	ln -s "$(realpath "$(kdir)/scripts/..")" "$tmp/usr/lib/linux-kbuild-${rel%%.0-*}"
	sed -i "s,include /usr/src/,include $root/usr/src/," "$tmp/usr/src/linux-headers-$rel-$headers/Makefile"
	: >"$tmp/complete"
	rm -rf "$root"
	mv "$tmp" "$root"
}

exec 9>"$cache/arch.lock"
flock 9 # two builds at once share the cache
for arch in s390x arm64 armhf i386 powerpc; do
	fetch "$arch"
done
