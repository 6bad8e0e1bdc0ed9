// SPDX-License-Identifier: GPL-2.0-only
//! Operations that exit and come straight back, and the first touch of RAM.

use crate::report::Report;
use core::arch::asm;
use guests::machine::{Conduit, GicFrames, Machine};
use guests::{gic, psci, start, timer};

/// Runs `$body` (one or more instructions) `$count` times in a loop of two more instructions, and
/// gives the counter ticks of all of them. Marks (`crate::interrupts::mark`) stand before and behind.
macro_rules! timed {
    ($count:expr, [$($body:literal),+], $($operands:tt)*) => {{
        let from = timer::now();
        // SAFETY: the instructions only read registers, or write a value that was read before.
        unsafe {
            asm!(
                "hint #127",
                "2:",
                $($body,)+
                "subs {count}, {count}, #1",
                "b.ne 2b",
                "hint #127",
                count = inout(reg) $count => _,
                $($operands)*
            );
        }
        timer::now() - from
    }};
}

/// A function of the vendor hypervisor range that nobody defines.
const UNKNOWN_FUNCTION: u64 = 0xc600_ff77;

/// Calls the firmware in a loop: the function's number is set each time, as a caller would.
fn calls(count: u64, function: u64) -> u64 {
    macro_rules! by {
        ($instruction:literal) => {
            timed!(count,
                ["mov x0, {function}", "mov x1, xzr", "mov x2, xzr", "mov x3, xzr", $instruction],
                function = in(reg) function,
                out("x0") _, out("x1") _, out("x2") _, out("x3") _, out("x4") _, out("x5") _,
                out("x6") _, out("x7") _, out("x8") _, out("x9") _, out("x10") _, out("x11") _,
                out("x12") _, out("x13") _, out("x14") _, out("x15") _, out("x16") _, out("x17") _)
        };
    }
    match psci::conduit() {
        Conduit::Hvc => by!("hvc #0"),
        Conduit::Smc => by!("smc #0"),
    }
}

fn read(count: u64, address: u64) -> u64 {
    timed!(count, ["ldr {value:w}, [{address}]"], value = out(reg) _, address = in(reg) address)
}

fn write(count: u64, address: u64, value: u32) -> u64 {
    timed!(count, ["str {value:w}, [{address}]"], value = in(reg) value, address = in(reg) address)
}

/// Enables and disables the last interrupt of the word of GICD_ISENABLER at `enable`, `pairs` times.
fn toggle(pairs: u64, enable: u64) -> u64 {
    timed!(pairs, ["str {bit:w}, [{enable}]", "str {bit:w}, [{disable}]"],
        bit = in(reg) 1u32 << 31, enable = in(reg) enable, disable = in(reg) enable + 0x80)
}

/// Takes the figures.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    report.mean("hvc_psci_version", calls(count, u64::from(psci::VERSION)), count);
    report.mean("hvc_unknown", calls(count, UNKNOWN_FUNCTION), count);
    report.mean("id_register_read", timed!(count, ["mrs {v}, id_aa64pfr0_el1"], v = out(reg) _), count);
    report.mean("cntp_ctl_read", timed!(count, ["mrs {v}, cntp_ctl_el0"], v = out(reg) _), count);

    let gicd = gic::distributor();
    report.mean("gicd_read", read(count, gicd + 4), count);
    report.mean("gicd_write", write(count, gicd + 0x104, 0), count);
    report.mean("gicd_enable", toggle(count / 2, gicd + 0x104), count / 2 * 2);
    if let (GicFrames::V3 { .. }, Some(gicr)) = (machine.gic, gic::redistributor(machine)) {
        report.mean("gicr_read", read(count, gicr + 0x1_0100), count);
    }
    report.mean("uart_read", read(count, machine.uart.base + 0x18), count);
    if let Some(virtio) = machine.virtio.first() {
        report.mean("virtio_mmio_read", read(count, virtio.registers.base), count);
    }
    first_touch(machine, count, report);
}

/// Writes one word to each of up to 4096 pages that nobody has touched so far.
fn first_touch(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let mut pages = count.min(4096);
    let region = loop {
        if let Some(region) = machine.free_ram(pages * 4096, 4096, &start::taken()) {
            break region;
        }
        pages /= 2;
        if pages == 0 {
            return;
        }
    };
    let ticks = timed!(pages,
        ["str xzr, [{page}]", "add {page}, {page}, #4096"],
        page = inout(reg) region.base => _);
    report.mean("first_touch", ticks, pages);
}
