#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Brings the other kernels that the module must work on into the cache: the one
# of the distribution's backports and the newest one of the archive. Each gets
# an unpacked root directory with the kernel, its headers, and the compiler and
# libraries of its own suites, since newer build tools don't run on older
# libraries. Nothing is installed, and no suites are mixed.
#
#   scripts/kernels.sh        prints the release of each
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=archive.sh
. "$(dirname "$0")/archive.sh"

arch=$(dpkg --print-architecture)
headers="linux-headers-\([0-9][0-9.]*[0-9]\(+[a-z0-9]*\|-[0-9]*\)-$arch\)"

# What building a module takes besides the headers
tools=('?essential' make binutils)

# Not grep -q, which would let the other die of what it can't write any more.
has() {
	archive cache "$1" pkgnames "$2" | grep -Fx "$2" >/dev/null
}

# download SUITES RELEASE DIR: its packages and what they need
download() {
	local suites=$1 rel=$2 dir=$3 package packages=()

	archive get "$suites" install -y --download-only -o Dir::Cache::archives="$dir/debs" \
		"linux-headers-$rel" "${tools[@]}" >/dev/null
	# the image alone: what it depends on serves to install it
	for package in linux-binary-"$rel" linux-binary-unsigned-"$rel" linux-image-"$rel"; do
		if has "$suites" "$package"; then
			packages=("$package")
			break
		fi
	done
	if has "$suites" "linux-modules-$rel"; then
		packages+=("linux-modules-$rel")
	fi
	(cd "$dir/debs" && archive get "$suites" download "${packages[@]}")
}

# unpack DIR RELEASE: the packages in DIR/debs, around it
unpack() {
	local dir=$1 rel=$2 deb link

	# first the one that says where /bin and /lib lead to
	for deb in "$dir"/debs/base-files_*.deb "$dir"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink --no-same-owner -C "$dir" \
			--exclude './usr/share/doc/*' --exclude './usr/share/man/*' --exclude './usr/share/locale/*'
	done
	rm -rf "$dir/debs"
	for link in bin sbin lib lib64; do
		[ -e "$dir/$link" ] || ln -s "usr/$link" "$dir/$link"
	done
	# what the packages' scripts would have done
	[ -e "$dir/usr/bin/awk" ] || ln -s mawk "$dir/usr/bin/awk"
	/sbin/depmod -b "$dir" "$rel"
}

# fetch SUITES RELEASE
fetch() {
	local suites=$1 rel=$2 root tmp

	root=$cache/root/${rel}_$(archive_version "$suites" "linux-headers-$rel")
	printf '%s\n' "$rel"
	if [ -e "$root/complete" ]; then
		return
	fi
	say "kernels: downloading $rel of ${suites//+/, } and a compiler for it (unpacked into the cache, not installed)" >&2
	mkdir -p "$cache/root"
	tmp=$(mktemp -d "$cache/root/tmp.XXXXXX")
	mkdir -p "$tmp/debs/partial"
	download "$suites" "$rel" "$tmp"
	unpack "$tmp" "$rel"
	: >"$tmp/complete"
	rm -rf "$root"
	mv "$tmp" "$root"
}

exec 9>"$cache/kernels.lock"
flock 9 # two builds at once share the cache
archive_newest "$headers" "$codename+$codename-backports"
fetch "$from" "$found"
mapfile -t suites < <(archive_newest_suites)
archive_newest "$headers" "${suites[@]}"
fetch "$from" "$found"
