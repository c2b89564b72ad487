# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Packages of suites that this machine doesn't use, fetched without touching its
# own. Sourced after lib.sh, which sets cache, never run.
# shellcheck disable=SC2154

# The archive that this machine itself uses for its release
archive_uri() {
	local codename uri release

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && [ "$ID" = debian ] && printf '%s\n' "$VERSION_CODENAME") ||
		die "other kernels come from Debian's archive, and this is no Debian"
	# shellcheck disable=SC2016 # fields of apt
	while read -r uri release; do
		if [ "$release" = "$codename" ]; then
			printf '%s %s\n' "$codename" "$uri"
			return
		fi
	done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages')
	die "found no archive for $codename in the configuration of apt"
}

# archive COMMAND SUITES[@ARCH] [ARGUMENT]...: apt-COMMAND as on an empty machine
# (of another architecture) that has only SUITES (joined by +); "own" is this
# machine as it is
archive() {
	local command=$1 dir=$cache/apt/$2 suite foreign=()

	if [ "$2" = own ]; then
		shift 2
		"apt-$command" -o APT::Sandbox::User=root -qq "$@"
		return
	fi
	case $2 in
	*@*) foreign=(-o APT::Architecture="${2#*@}" -o APT::Architectures="${2#*@}") ;;
	esac
	mkdir -p "$dir"/{parts,lists/partial,cache/archives/partial}
	suite=${2%@*}
	for suite in ${suite//+/ }; do
		printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$uri" "$suite"
	done >"$dir/sources.list"
	shift 2
	"apt-$command" "${foreign[@]}" -o Dir::State="$dir" -o Dir::State::status=/dev/null -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts="$dir/parts" \
		-o APT::Sandbox::User=root -o APT::Install-Recommends=0 -o Debug::NoLocking=1 -qq "$@"
}

# The lists of SUITES; old ones will do when there is no network.
archive_update() {
	[ "$1" != own ] || return 0
	archive get "$1" update >&2 || say "apt-get update for ${1//+/, } had errors, going on" >&2
}

# The suites that have the newest kernel: the backports of the stable release,
# or unstable
archive_newest_suites() {
	archive_update stable
	printf '%s\n' "$(sed -n 's/^Codename: \(.*\)/\1+\1-backports/p' "$cache"/apt/stable/lists/*_InRelease | head -n 1)" unstable
}

# archive_newest PATTERN SUITES...: sets found to what PATTERN (of sed, with one
# group) finds in the names of packages, the newest, and from to its suites
archive_newest() {
	local pattern=$1 suites this

	shift
	found='' from=''
	for suites; do
		archive_update "$suites"
		this=$(archive cache "$suites" pkgnames linux- | sed -n "s/^$pattern\$/\1/p" | sort -V | tail -n 1)
		if [ "$(printf '%s\n' "$found" "$this" | sort -V | tail -n 1)" != "$found" ]; then
			# shellcheck disable=SC2034 # for the caller
			found=$this from=$suites
		fi
	done
	[ -n "$found" ] || die "no package like $pattern in $*"
}

# archive_version SUITES PACKAGE: its version, as part of a file name
archive_version() {
	archive cache "$1" show "$2" | sed -n 's/^Version: //p' | head -n 1 | tr -c 'a-zA-Z0-9.+~\n-' _
}

# fetch_source PACKAGE SUITES: unpacks a source of the kernel once for each version
# of it; sets src, where it is, and version
fetch_source() {
	local package=$1 suites=$2 dir tmp lock

	version=$(archive_version "$suites" "$package")
	dir=$cache/source/${package}_$version
	# shellcheck disable=SC2034 # for the caller
	src=$dir/$package
	mkdir -p "$cache/source"
	exec {lock}>"$cache/source.lock"
	flock "$lock"
	if [ ! -e "$dir/complete" ]; then
		say "source: downloading $package of ${suites//+/, }"
		tmp=$(mktemp -d "$cache/source/tmp.XXXXXX")
		(cd "$tmp" && archive get "$suites" download "$package")
		dpkg -x "$tmp"/*.deb "$tmp"
		tar -xf "$tmp/usr/src/$package.tar.xz" -C "$tmp"
		rm -rf "${tmp:?}/usr" "$tmp"/*.deb
		: >"$tmp/complete"
		rm -rf "$dir"
		mv "$tmp" "$dir"
	fi
	exec {lock}>&-
}

read -r codename uri < <(archive_uri)
[ -n "${uri:-}" ] || exit 1
