#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Proves that the harness notices failures: runs things that must fail, each in
# its own way, and fails if one of them passes or fails for another reason.
#
#   selftests/vm/prove.sh [runner] [vm]      (default: both)
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verdict() {
	if [ "$1" = "$2" ]; then
		printf 'ok    %s\n' "$3"
	else
		printf 'FAIL  %s: want "%s", got "%s"\n' "$3" "$2" "$1"
		bad=1
	fi
}

# runner_case WANT NAME [OPTION...]: the program on stdin must give the counts WANT
runner_case() {
	{
		echo '#!/bin/bash'
		cat
	} >"$work/program.sh"
	chmod +x "$work/program.sh"
	rm -f "$work/summary"
	"$top/selftests/runner.sh" -o 1 -s "$work/summary" "${@:3}" "$work/program.sh" >"$work/out" 2>&1 ||
		echo "exit $?" >>"$work/out"
	verdict "$(cat "$work/summary" 2>/dev/null || tail -n 1 "$work/out")" "$1" "runner: $2"
}

prove_runner() {
	runner_case '1 0 1' 'one passed, one skipped' <<<'echo 1..2; echo ok 1 a; echo "ok 2 b # SKIP no"'
	runner_case '1 1 0' 'one failed' <<<'echo 1..2; echo ok 1 a; echo not ok 2 b; exit 1'
	runner_case '1 1 0' 'failed, but exit status 0' <<<'echo 1..2; echo ok 1 a; echo not ok 2 b'
	runner_case '1 1 0' 'a result is missing' <<<'echo 1..2; echo ok 1 a'
	runner_case '1 1 0' 'no plan' <<<'echo ok 1 a'
	runner_case '2 1 0' 'a number came twice' <<<'echo 1..2; echo ok 1 a; echo ok 1 a'
	runner_case '0 1 0' 'silence' <<<':'
	runner_case '1 1 0' 'killed after the last result' <<<'echo 1..1; echo ok 1 a; kill -SEGV $$'
	runner_case '0 1 0' 'hangs' <<<'echo 1..1; sleep 100'
	runner_case '0 0 1' 'all skipped' <<<'echo "1..0 # SKIP no"; exit 4'
	runner_case '0 0 1' 'skipped without a word' <<<'exit 4'
	runner_case '1 1 0' 'says skip after a test ran' <<<'echo 1..1; echo ok 1 a; exit 4'
	runner_case '0 1 0' 'gives up' <<<'echo 1..1; echo Bail out! no; exit 1'
	runner_case '1 0 0' 'results of nested programs do not count' <<<'echo 1..1; echo "# not ok 1"; echo "  not ok 1"; echo ok 1 a'
	mkdir "$work/claims"
	runner_case '1 0 0' 'a program that nobody runs yet' -c "$work/claims" <<<'echo 1..1; echo ok 1 a'
	runner_case '0 0 0' 'a program that another one runs' -c "$work/claims" <<<'echo 1..1; echo ok 1 a'
	runner_case 'exit 2' 'programs that cannot be shared' -c "$work/none" <<<'echo 1..1; echo ok 1 a'
}

# vm_case WANT NAME COMMAND...: the run must say WANT and fail, or pass if WANT
# is "ok after". The time is for a busy machine, but a hang takes all of it.
vm_case() {
	local want=$1 name=$2 timeout=180 rc=0 got

	shift 2
	if [ "$want" = 'not finished within' ]; then
		timeout=30
	fi
	"$top/selftests/vm/run.sh" --name prove --timeout "$timeout" -- "$@" >"$work/out" 2>&1 || rc=$?
	got=$(grep -ao 'vm: prove: .*' "$work/out" | head -n 1 || true)
	if [[ $got != *"$want"* ]] || { [ "$want" = 'ok after' ] && [ "$rc" != 0 ]; } ||
		{ [ "$want" != 'ok after' ] && [ "$rc" != 1 ]; }; then
		verdict "$got (exit $rc)" "$want" "vm: $name"
	else
		verdict ok ok "vm: $name"
	fi
}

prove_vm() {
	vm_case 'ok after' 'a command that passes' true
	vm_case 'ok after' 'a daemon left behind does no harm' bash -c 'setsid sleep 1000 & true'
	vm_case 'exited with 3' 'a command that fails' bash -c 'exit 3'
	vm_case 'exited with 139' 'a command that crashes' bash -c 'kill -SEGV $$'
	vm_case 'without a result line' 'a guest that ends by itself' busybox poweroff -f
	vm_case 'without a result line' 'a result line of the wrong run' \
		bash -c 'echo "result 0 rc=0 taint=0" >/dev/vport0p2; busybox poweroff -f'
	vm_case 'not finished within' 'a guest that hangs' sleep 1000
	vm_case 'Kernel panic' 'a panic' bash -c 'echo c >/proc/sysrq-trigger'
	vm_case 'kernel complained: ' 'a warning in the log' bash -c 'echo "<4>WARNING: CPU: 0 PID: 1 at x.c:1" >/dev/kmsg'
	vm_case 'kernel complained: ' 'a lockdep report in the log' \
		bash -c 'echo "<4>WARNING: possible recursive locking detected" >/dev/kmsg'
	vm_case 'tainted' 'a warning that left only the taint' bash -c 'echo 512 >/proc/sys/kernel/tainted'
}

[ $# != 0 ] || set -- runner vm
for what; do
	case $what in
	runner) prove_runner ;;
	vm) prove_vm ;;
	*) die "no such part: $what" ;;
	esac
done
exit $bad
