#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guest side of a test run: loads the module (BRFW_KO, else brfw.ko of this
# tree), runs the programs given as arguments, unloads the module, and looks for
# what it left behind where the kernel keeps book. The counts go to
# $BRFW_RESULTS/summary.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
export BRFW_KO=${BRFW_KO:-$top/brfw.ko}
leaks=/sys/kernel/debug/kmemleak

# Objects that nothing points to. One is reported when it is older than 5 s and
# was the same in two scans. What waits for a grace period is no leak.
no_leaks() {
	[ -e "$leaks" ] || return 0
	sleep 6
	if ! { echo scan && echo scan && echo scan; } >"$leaks"; then
		echo "# kmemleak has given up"
		return 1
	fi
	if [ -s "$leaks" ]; then
		cp "$leaks" "$BRFW_RESULTS/leaks"
		cat "$leaks"
		return 1
	fi
	echo "# no leaks"
}

# Bytes that the module has allocated, in kernels that count them
allocated() {
	[ -e /proc/allocinfo ] || return 0
	awk '/\[brfw\]/ { n += $1 } END { print n + 0 }' /proc/allocinfo
}

# The namespaces of the tests are gone, and so must be all that was in them, as
# soon as the work behind it is done.
nothing_allocated() {
	local tries

	[ -e /proc/allocinfo ] || return 0
	for ((tries = 0; tries < 600; tries++)); do
		if [ "$(allocated)" = "$1" ]; then
			echo "# $1 bytes allocated, as at the beginning"
			return 0
		fi
		sleep 0.1
	done
	echo "# $1 bytes were allocated at the beginning, now it is $(allocated):"
	awk '/\[brfw\]/ && $1' /proc/allocinfo
	return 1
}

for module in bridge veth dummy 8021q; do
	modprobe "$module"
done
"$top/selftests/vm/insmod.sh" "$BRFW_KO"
before=$(allocated)

rc=0
"$top/selftests/runner.sh" -s "$BRFW_RESULTS/summary" "$@" || rc=$?

# A reference that was lost somewhere keeps the module from going.
if [ -e /sys/module/brfw ]; then
	nothing_allocated "$before" || rc=1
	rmmod brfw
fi
no_leaks || rc=1
exit $rc
