#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each shipped rule file is taken by the kernel, and what it gives back is the
# same ruleset again.
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 1

test_example() {
	fw ruleset check "$1"
	fw ruleset load "$1"
	fw ruleset save "$TMP/saved"
	equal "rules" "$(grep -c '^rule add' "$1")" "$(grep -c '^rule add' "$TMP/saved")"
	fw ruleset load "$TMP/saved"
	fw ruleset save "$TMP/again"
	equal "round trip" "$(cat "$TMP/saved")" "$(cat "$TMP/again")"
}

for file in "$BRFW_TOP"/examples/*.fw; do
	check "${file##*/}" test_example "$file"
done

run_checks
