#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# The first process of a Linux guest: mounts what a shell expects, says that it is there, and gives a
# shell on the console. `fv_run=COMMAND` on the kernel's command line is run before that.
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/pts /tmp /run
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
hostname ferrovisor-guest
ip link set lo up 2>/dev/null

echo "ferrovisor-guest: user space up, $(nproc) CPUs, Linux $(uname -r)"
if [ -n "$fv_run" ]; then
    sh -c "$fv_run"
    echo "ferrovisor-guest: fv_run ended with $?"
fi
while :; do
    setsid cttyhack sh
done
