#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The first process of a machine that configures the packages of a root file system, once: then it is a Debian.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive
mount -t proc proc /proc
mount -t sysfs sysfs /sys
if /debootstrap/debootstrap --second-stage; then
    passwd -d root
    systemctl enable systemd-networkd
    rm -f /fv-second-stage
    apt-get clean
    sync
    mount -o remount,ro / && echo "ferrovisor-guest: second stage done"
else
    tail -n 30 /debootstrap/debootstrap.log
fi
# debootstrap has taken it away.
mount -t proc proc /proc
echo o >/proc/sysrq-trigger
sleep 100
