#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Shows the firewall at work: sets the machine up, builds, and drives real
# programs through a bridge in a virtual machine. Exit status 0 when everything
# was as expected.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$build"
begin=$(now)
"$top/scripts/setup.sh"
say "demo: building module and fwctl (log build/demo-build.log)"
if ! { make -C "$top" modules tools && make -C "$top/bench" "$build/bench/bin/pingpong"; } >"$build/demo-build.log" 2>&1; then
	tail -n 30 "$build/demo-build.log" >&2
	die "the build failed"
fi
say "demo: starting the virtual machine (its processor is emulated: a minute or two)"
rc=0
"$top/selftests/vm/run.sh" --name demo --icount-idle --timeout 900 -- selftests/demo/demo.sh || rc=1
say "demo: $([ $rc = 0 ] && echo "everything as expected" || echo "NOT as expected"), $(since "$begin") s"
exit $rc
