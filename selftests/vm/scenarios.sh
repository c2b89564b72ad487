#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guest side of a test run: loads the module, runs the programs given as
# arguments, unloads the module. The counts go to $BRFW_RESULTS/summary.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
export BRFW_KO=$top/brfw.ko

for module in bridge veth dummy 8021q; do
	modprobe "$module"
done
"$top/selftests/vm/insmod.sh" "$BRFW_KO"

rc=0
"$top/selftests/runner.sh" -s "$BRFW_RESULTS/summary" "$@" || rc=$?

# A reference that was lost somewhere keeps the module from going.
if [ -e /sys/module/brfw ]; then
	rmmod brfw
fi
exit $rc
