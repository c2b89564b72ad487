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

# They have timers and spend most of their time asleep: in the virtual machine's own
# time (--icount) that costs nothing, and the timers are met on a slow machine, too.
tests=(bridge_vlan_aware.sh bridge_vlan_unaware.sh bridge_locked_port.sh
	bridge_port_isolation.sh router_bridge_vlan.sh router_bridge.sh bridge_mdb_port_down.sh
	bridge_mdb.sh bridge_sticky_fdb.sh bridge_igmp.sh bridge_mld.sh bridge_vlan_mcast.sh)

"$top/scripts/setup.sh" netsniff-ng jq
make -s -C "$top" modules tools >/dev/null
fetch_source "linux-source-$(krelease "$(kdir)" | grep -oE '^[0-9]+\.[0-9]+')" own
if [ $# = 0 ]; then
	set -- "${tests[@]}"
fi
rc=0
"$top/selftests/vm/run.sh" --name transparency --timeout 5400 --icount --no-debug -- \
	"$top/selftests/transparency/guest.sh" "$src/tools/testing/selftests/net/forwarding" "$@" || rc=1
awk '/^ok / { p++ } /^not ok / { f++ } END { printf "%d passed, %d failed, 0 skipped\n", p + 0, f + 0 }' \
	"$build/vm/transparency.out"
exit $rc
