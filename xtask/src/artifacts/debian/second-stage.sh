#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The first process of a machine that configures the packages of a root file system, once: then it is a Debian.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive
mount -t proc proc /proc
mount -t sysfs sysfs /sys
if /debootstrap/debootstrap --second-stage; then
    # A new shell: this one holds its own old file, and a file system with files that are open and gone stays writable.
    exec /bin/sh -c '
        passwd -d root
        systemctl enable systemd-networkd systemd-resolved
        ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
        rm -f /fv-second-stage
        apt-get clean
        # debootstrap has taken it away.
        mount -t proc proc /proc
        sync
        if mount -o remount,ro /; then
            echo "ferrovisor-guest: second stage done"
        else
            ls -l /proc/[0-9]*/exe /proc/[0-9]*/fd /proc/[0-9]*/map_files | grep deleted
        fi
        echo o >/proc/sysrq-trigger
        sleep 100'
fi
tail -n 30 /debootstrap/debootstrap.log
mount -t proc proc /proc
echo o >/proc/sysrq-trigger
sleep 100
