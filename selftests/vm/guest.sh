#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Process 1 of the guest after the initramfs: finishes the mounts, runs one
# command with its output sent to the host, and ends with the result line that
# the host waits for. Started by boot.sh, which run.sh wrote into the share and
# which sets the vm_ variables.
set -u
: "${vm_nonce:?}" "${vm_modules:?}" "${vm_release:?}" "${vm_top:?}" "${vm_command:?}"
: "${vm_out:?}" "${vm_result:?}"

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LANG=C.UTF-8 TERM=dumb TMPDIR=/tmp
export BRFW_VM=1 BRFW_RESULTS=/run/brfw

mount_rest() {
	mkdir -p /dev/pts /dev/shm /run/netns /run/lock /tmp /var/tmp
	mount -t devpts -o gid=5,mode=620 devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	[ ! -d /sys/kernel/tracing ] || mount -t tracefs tracefs /sys/kernel/tracing
	chmod 1777 /tmp /var/tmp /dev/shm
	ln -s /proc/self/fd /dev/fd
	ln -s fd/0 /dev/stdin
	ln -s fd/1 /dev/stdout
	ln -s fd/2 /dev/stderr
	# the tree of the kernel that runs, whatever the host has installed
	mkdir -p "/lib/modules/$vm_release"
	mount --bind "$vm_modules" "/lib/modules/$vm_release"
	# shellcheck disable=SC2154 # from boot.sh; may be empty
	if [ ${#vm_common[@]} != 0 ]; then
		export BRFW_COMMON=/run/common
		mkdir "$BRFW_COMMON"
		mount "${vm_common[@]}" "$BRFW_COMMON"
	fi
}

# Device of the virtio-serial port $1; there is no udev to name it. A device of
# a user-mode kernel is named itself; it is a terminal.
port() {
	local file name

	if [ -c "$1" ]; then
		stty -F "$1" raw -echo
		printf '%s\n' "$1"
		return
	fi
	for file in /sys/class/virtio-ports/*/name; do
		if read -r name <"$file" && [ "$name" = "$1" ]; then
			file=${file%/name}
			printf '/dev/%s\n' "${file##*/}"
			return
		fi
	done
	echo "brfw-guest: no virtio port $1" >/dev/console
}

# Daemons that the command left behind would hold its output open for ever.
kill_leftovers() {
	local keep=$1 dir pid

	for dir in /proc/[0-9]*; do
		pid=${dir##*/}
		# kernel threads have no executable
		if [ "$pid" != 1 ] && [ "$pid" != "$keep" ] && [ -e "$dir/exe" ]; then
			kill -9 "$pid" 2>/dev/null
		fi
	done
}

# Output goes through a pipe: a virtio port can be opened only once, so a
# program that opens /dev/stderr would fail on it.
run_command() {
	local rc cat

	mkfifo /run/output
	cat /run/output >"$(port "$vm_out")" &
	cat=$!
	(cd "$vm_top" && exec setsid "${vm_command[@]}") </dev/null >/run/output 2>&1 &
	wait $!
	rc=$?
	kill_leftovers $cat
	wait $cat
	return $rc
}

mount_rest
echo brfw-vm >/proc/sys/kernel/hostname
ip link set lo up
# everything from here on is of interest in the host's log
echo 7 >/proc/sys/kernel/printk
run_command
rc=$?
# console output may be dropped under load, the ring buffer is complete
dmesg >/run/brfw/dmesg
taint=$(cat /proc/sys/kernel/tainted)
printf 'result %s rc=%d taint=%d\n' "$vm_nonce" "$rc" "$taint" >"$(port "$vm_result")"
sync
busybox poweroff -f
