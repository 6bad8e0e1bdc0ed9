// SPDX-License-Identifier: GPL-2.0-only
//! Devices that count time, and their interrupts: PL031 (Arm DDI 0224), SP804 (DDI 0271), SP805 (DDI 0270). The PL031
//! may be an emulated one or the machine's own.

use crate::interrupts::{count, enable_spi, sleep_us, wait_until};
use crate::report::check;
use guests::cpu::{read32, write32};
use guests::machine::Machine;
use guests::{args, timer};

/// Those that the boot arguments name.
pub fn run(machine: &Machine<'_>) {
    let number = |name| args::number(machine.bootargs, name);
    if let (Some(base), Some(intid)) = (number("rtc"), number("rtc-irq")) {
        rtc(base, intid as u32, number("alarms").unwrap_or(2) as u32);
    }
    if let (Some(base), Some(intid)) = (number("timer"), number("timer-irq")) {
        sp804(base, intid as u32);
    }
}

/// Alarms a second ahead of each other: RTCDR 0x00, RTCMR 0x04, RTCIMSC 0x10, RTCRIS 0x14, RTCICR 0x1c.
fn rtc(base: u64, intid: u32, alarms: u32) {
    write32(base + 0x1c, 1);
    enable_spi(intid, base + 0x1c);
    write32(base + 0x10, 1);
    let (first, begun) = (count(intid), timer::now());
    for alarm in 1..=alarms {
        let due = read32(base).wrapping_add(1);
        write32(base + 4, due);
        let came = wait_until(10_000_000, || count(intid).wrapping_sub(first) >= alarm);
        let now = read32(base);
        let right = came && now >= due && read32(base + 0x14) == 0;
        check("rtc alarm", right, format_args!("came {came}, due {due}, now {now}"));
    }
    sleep_us(5000);
    let (times, took) = (count(intid) - first, timer::ticks_to_ns(timer::now() - begun) / 1_000_000);
    write32(base + 0x10, 0);
    check("one interrupt for each alarm", times == alarms, format_args!("{times} for {alarms}"));
    // The first may be due at once after the second has begun.
    let least = 1000 * (u64::from(alarms) - 1);
    check("rtc seconds", took >= least, format_args!("{alarms} alarms in {took} ms"));
}

/// Timer 1, one shot: Load 0x00, Value 0x04, Control 0x08, IntClr 0x0c, RIS 0x10.
fn sp804(base: u64, intid: u32) {
    enable_spi(intid, base + 0xc);
    let before = count(intid);
    write32(base, 3000);
    // On, interrupt, 32 bits, one shot; not divided.
    write32(base + 8, 1 << 7 | 1 << 5 | 1 << 1 | 1);
    let running = read32(base + 4) <= 3000;
    let came = wait_until(5_000_000, || count(intid) != before);
    sleep_us(10_000);
    let (times, value) = (count(intid) - before, read32(base + 4));
    let right = came && running && times == 1 && value == 0 && read32(base + 0x10) == 0;
    check("sp804 one shot", right, format_args!("{times} interrupts, value {value}"));
    // Periodic now.
    write32(base + 8, 0);
    write32(base, 2000);
    write32(base + 8, 1 << 7 | 1 << 6 | 1 << 5 | 1 << 1);
    let came = wait_until(5_000_000, || count(intid) >= before + 6);
    write32(base + 8, 0);
    check("sp804 periodic", came, format_args!("{} interrupts", count(intid) - before));
}

/// Lets the watchdog expire: WdogLoad 0x00, WdogControl 0x08, WdogLock 0xc00. Nobody clears its interrupt, so the second
/// time resets the machine.
pub fn watchdog(base: Option<u64>) {
    if let Some(base) = base {
        write32(base + 0xc00, 0x1acc_e551);
        write32(base, 5000);
        write32(base + 8, 3);
        sleep_us(10_000_000);
    }
    check("watchdog resets", false, "it does not");
}
