#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the kernel's own tests of the bridge in virtual machines, without brfw and
# with it, and compares what they say (selftests/transparency/guest.sh).
#
#   scripts/transparency.sh [TEST...]
#
# The tests are those of the distribution's kernel, from its source package.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=archive.sh
. "$(dirname "$0")/archive.sh"

tests=(bridge_vlan_unaware.sh bridge_vlan_aware.sh bridge_port_isolation.sh bridge_sticky_fdb.sh
	bridge_mdb.sh bridge_igmp.sh bridge_mld.sh)
out=$build/transparency
failed=0

run_test() {
	local rc=0

	"$top/selftests/vm/run.sh" --name "transparency-${1%.sh}" --timeout 2400 --quiet -- \
		"$top/selftests/transparency/guest.sh" \
		"$src/tools/testing/selftests/net/forwarding" "$1" >"$out/$1.log" 2>&1 || rc=1
	sed "s/^/$1: /" "$build/vm/transparency-${1%.sh}.out" | grep -aE ': (ok|not ok|#.*[<>]) ' || true
	return $rc
}

"$top/scripts/setup.sh" netsniff-ng jq
make -s -C "$top" modules tools >/dev/null
mkdir -p "$out"
fetch_source "linux-source-$(krelease "$(kdir)" | grep -oE '^[0-9]+\.[0-9]+')" own
if [ $# = 0 ]; then
	set -- "${tests[@]}"
fi
running=0
for test; do
	run_test "$test" &
	running=$((running + 1))
	if [ $running -ge "$(nproc)" ]; then
		wait -n || failed=$((failed + 1))
		running=$((running - 1))
	fi
done
while [ $running -gt 0 ]; do
	wait -n || failed=$((failed + 1))
	running=$((running - 1))
done
say "$(($# - failed)) passed, $failed failed, 0 skipped"
[ $failed = 0 ]
