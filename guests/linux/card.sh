#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Reads the first 64 MiB of the SD card with the kernel's own drivers, and says how long that took.
# The modules lie beside this script; those of other boards are refused, which is no matter.
cd "${0%/*}/" || exit 1
for module in fixed gpio-regulator sunxi-mmc cqhci sdhci sdhci-pltfm sdhci-of-arasan; do
    [ -f "$module.ko" ] && insmod "$module.ko" 2>/dev/null
done
# Nanoseconds since the kernel's start.
now() { sed -n '/^now at/{s/now at \([0-9]*\) .*/\1/p;q}' /proc/timer_list; }
tries=0
until [ -b /dev/mmcblk0 ]; do
    tries=$((tries + 1))
    [ "$tries" -gt 100 ] && { echo "bench: no card"; exit 1; }
    sleep 0.1
done
# The first time warms up the code.
for turn in 0 1; do
    echo 3 >/proc/sys/vm/drop_caches
    begin=$(now)
    dd if=/dev/mmcblk0 of=/dev/null bs=1M count=64 2>/dev/null || exit 1
    echo "bench: read $turn $(($(now) - begin))"
done
echo "bench: done"
