#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guest side of a test run: loads the module (BRFW_KO, else brfw.ko of this
# tree), runs the programs given as arguments, unloads the module, and looks for
# what it left behind where the kernel keeps book. The counts go to
# $BRFW_RESULTS/summary. Guests with a common directory share the programs.
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
	# some of what was allocated at boot is found by nothing but its address
	awk '/^unreferenced/ { head = $0; getline; boot = /"swapper/; if (!boot) print head }
	     !boot' "$leaks" >/tmp/leaks || return 1
	if [ -s /tmp/leaks ]; then
		cat /tmp/leaks
		return 1
	fi
	echo "# no leaks"
}

# Where allocations are counted by module, the kernel tells, when the module has
# gone and all that waited for a grace period is freed, what of it is left.
nothing_allocated() {
	[ -e /proc/allocinfo ] || return 0
	if dmesg | grep 'module brfw .* allocated at module unload'; then
		return 1
	fi
	echo "# nothing allocated"
}

# What a module that was built for it has counted of itself (gcov); it stays when the
# module has gone.
keep_coverage() {
	local dir=/sys/kernel/debug/gcov file

	[ -e "$dir" ] || return 0
	find "$dir" -name '*.gcda' | while read -r file; do
		mkdir -p "$BRFW_RESULTS/gcov"
		cat "$file" >"$BRFW_RESULTS/gcov/$(basename "$file")"
	done
}

for module in bridge veth dummy 8021q; do
	modprobe "$module"
done
"$top/selftests/vm/insmod.sh" "$BRFW_KO"

rc=0
"$top/selftests/runner.sh" -s "$BRFW_RESULTS/summary" -c "${BRFW_COMMON:-}" "$@" || rc=$?

# A reference that was lost somewhere keeps the module from going.
if [ -e /sys/module/brfw ]; then
	rmmod brfw
fi
keep_coverage
nothing_allocated || rc=1
no_leaks || rc=1
exit $rc
