#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guest side: loads the module file $1 with what it depends on, which insmod,
# unlike modprobe, does not bring; further arguments are for the module.
set -euo pipefail

depends=$(modinfo -F depends "$1")
for module in ${depends//,/ }; do
	modprobe "$module"
done
insmod "$@"
