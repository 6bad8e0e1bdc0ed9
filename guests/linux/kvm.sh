#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs a guest under KVM with Debian's QEMU, with a disk in RAM and two network devices on one hub: `fv_vcpus` and
# `fv_memory` on the kernel's command line say how big it is, `fv_disk` the disk in MiB. The files lie beside this script.
cd "${0%/*}/" || exit 1
mkdir -p /tmp/disk
mount -t tmpfs -o size=128M tmpfs /tmp/disk
dd if=/dev/zero of=/tmp/disk/image bs=1M count="$fv_disk" 2>/dev/null
initrd=
[ -f initrd ] && initrd="-initrd initrd"
# shellcheck disable=SC2086 # two words
./ld-linux-aarch64.so.1 --library-path "$PWD" ./qemu-system-aarch64 -M virt,gic-version=3 -accel kvm -cpu host \
    -smp "$fv_vcpus" -m "$fv_memory" -nodefaults -display none -monitor none -serial stdio \
    -kernel kernel $initrd -append "$(cat append)" -global virtio-mmio.force-legacy=false \
    -drive if=none,id=disk,format=raw,file=/tmp/disk/image -device virtio-blk-device,drive=disk \
    -netdev hubport,id=net0,hubid=0 -device virtio-net-device,netdev=net0,mac=02:00:00:00:00:01 \
    -netdev hubport,id=net1,hubid=0 -device virtio-net-device,netdev=net1,mac=02:00:00:00:00:02
# What measures has said its own end before.
echo "bench: failed: the emulator under KVM ended with $?"
echo "bench: end"
poweroff -f
