#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# The first process of a guest whose root file system is on a disk: loads the drivers, mounts `fv_root` of the kernel's
# command line and goes on there with `fv_init`, /sbin/init if there is none.
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
while read -r module; do
    insmod "/root/$module" || echo "ferrovisor-guest: $module cannot be loaded"
done </root/modules
tries=0
while [ ! -b "$fv_root" ] && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
mkdir /new
if mount -t ext4 "$fv_root" /new; then
    umount /proc /sys
    mount --move /dev /new/dev
    exec switch_root /new "${fv_init:-/sbin/init}"
fi
echo "ferrovisor-guest: there is no root file system at '$fv_root'; fv_root= of the kernel's command line says where"
while :; do
    setsid cttyhack sh
done
