#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs all measurements in a Linux guest, or on a bare machine. Each result is a line
# `bench: NAME NANOSECONDS`; the last line is `bench: end`.
cd /root || exit 1
sleep 1
./bench
for groups in 4 7 10; do
    seconds=$(./ld-linux-aarch64.so.1 --library-path /root ./hackbench -g "$groups" -l 40 | sed -n 's/^Time: //p')
    echo "bench: hackbench_$groups $(echo "$seconds" | sed 's/\.//; s/^0*//')000000"
done
echo "bench: end"
