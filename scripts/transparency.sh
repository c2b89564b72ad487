#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the kernel's own tests of the bridge in a virtual machine, without brfw and
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

# The longest first; they sleep most of the time.
tests=(bridge_vlan_aware.sh bridge_vlan_unaware.sh bridge_locked_port.sh
	bridge_port_isolation.sh router_bridge_vlan.sh router_bridge.sh bridge_mdb_port_down.sh
	bridge_mdb.sh bridge_sticky_fdb.sh)
# These have timers of seconds, which an emulated machine seldom meets: one after the
# other, in its own time.
timed=(bridge_igmp.sh bridge_mld.sh bridge_vlan_mcast.sh)

# compare NAME AT_ONCE OPTION TEST...: OPTION is one of run.sh, or empty
compare() {
	local name=$1 at_once=$2 option=$3

	shift 3
	[ $# != 0 ] || return 0
	"$top/selftests/vm/run.sh" --name "$name" --timeout 5400 --no-debug ${option:+"$option"} -- \
		"$top/selftests/transparency/guest.sh" "$src/tools/testing/selftests/net/forwarding" \
		"$at_once" "$@" || rc=1
	outputs+=("$build/vm/$name.out")
}

"$top/scripts/setup.sh" netsniff-ng jq
make -s -C "$top" modules tools >/dev/null
fetch_source "linux-source-$(krelease "$(kdir)" | grep -oE '^[0-9]+\.[0-9]+')" own
if [ $# != 0 ]; then
	mapfile -t tests < <(printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "${timed[@]}"))
	mapfile -t timed < <(printf '%s\n' "$@" | grep -xF -f <(printf '%s\n' "${timed[@]}"))
fi
rc=0 outputs=()
compare transparency 4 '' "${tests[@]}"
compare transparency-timed 1 --icount "${timed[@]}"
awk '/^ok / { p++ } /^not ok / { f++ } END { printf "%d passed, %d failed, 0 skipped\n", p + 0, f + 0 }' \
	"${outputs[@]}"
exit $rc
