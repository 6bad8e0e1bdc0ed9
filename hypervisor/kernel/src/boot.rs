// SPDX-License-Identifier: GPL-2.0-only
//! From the first line of Rust to the idle loop of every CPU.
//!
//! The order: per-CPU data and log; device tree; early console; memory; the final map; heap; interrupts; timer;
//! firmware; console; the other CPUs; the first orphan. Before the console nothing can fail that is not remembered in
//! the log's ring; after it, every failure is a line that says what is wrong, and then a halt.

use crate::console::{ConsoleDevice, EarlyConsole};
use crate::dt::{self, Fdt, Node};
use crate::error::Result;
use crate::irq::IrqChip;
use crate::mm::frames;
use crate::percpu::CpuId;
use crate::power::Firmware;
use crate::sched;
use arch::PhysAddr;
use arch::vectors::Handlers;
use core::fmt;
use core::ops::Range;
use core::sync::atomic::Ordering;
use spin::Once;

/// A console device kind that works without interrupts and memory.
pub struct EarlyDriver {
    /// Its name, by which the board's options choose it.
    pub name: &'static str,
    /// The devices that it serves.
    pub compatible: &'static [&'static str],
    /// Whether the registers at this address look like such a device's. Reads only.
    pub check: fn(usize) -> bool,
    /// Makes the transmitter; reads the register layout from the node, if there is one.
    pub open: fn(Option<&Node<'_>>) -> EarlyConsole,
}

/// A console driver.
pub struct ConsoleDriver {
    /// Its name, for reports.
    pub name: &'static str,
    /// The devices that it serves.
    pub compatible: &'static [&'static str],
    /// Takes the device into use.
    pub probe: fn(&Node<'static>) -> Result<&'static dyn ConsoleDevice>,
}

/// An interrupt controller driver.
pub struct IrqChipDriver {
    /// Its name, for reports.
    pub name: &'static str,
    /// The devices that it serves.
    pub compatible: &'static [&'static str],
    /// Takes the controller into use.
    pub probe: fn(&Node<'static>) -> Result<&'static dyn IrqChip>,
}

/// What the image is made of, as far as the kernel needs to know.
pub struct Config {
    /// Console kinds for the first output.
    pub early_consoles: &'static [EarlyDriver],
    /// The console where the tree does not name one that is known: driver name and physical address.
    pub fallback_console: Option<(&'static str, u64)>,
    /// Console drivers.
    pub consoles: &'static [ConsoleDriver],
    /// Interrupt controller drivers.
    pub irq_chips: &'static [IrqChipDriver],
    /// Finds the firmware.
    pub firmware: fn(Fdt<'static>) -> Result<Option<&'static dyn Firmware>>,
    /// A device tree that is part of the image, used where the boot loader gave none.
    pub builtin_tree: Option<&'static [u8]>,
    /// The most CPUs to use.
    pub max_cpus: usize,
    /// The scheduling policy that each CPU starts with, by name.
    pub policy: &'static str,
    /// The CPUs that start with earliest deadline first instead, bit n for CPU n.
    pub edf_cpus: u32,
    /// Whether vCPUs are moved from busy CPUs to idle ones.
    pub balance: bool,
    /// Bytes that the heap starts with.
    pub heap_bytes: usize,
    /// Bytes of the log's ring.
    pub log_ring: usize,
    /// What is logged and shown on the console, by name.
    pub log_level: &'static str,
    /// Whether a panic resets the machine instead of halting it.
    pub panic_reset: bool,
    /// What the vectors call.
    pub handlers: Handlers,
    /// Sets up a CPU for guests. Context: each CPU, interrupts masked, before its scheduler runs.
    pub init_cpu: fn(CpuId),
    /// The first orphan, on the boot CPU: all that needs a working system.
    pub main: fn(),
}

static BUNDLE: Once<Range<PhysAddr>> = Once::new();

/// The bundle of guest device trees and images, as the boot loader handed it over; empty if there is none.
pub fn bundle() -> &'static [u8] {
    let Some(range) = BUNDLE.get() else { return &[] };
    let bytes = (range.end - range.start) as usize;
    // SAFETY: set once at boot to RAM that is mapped at its address, reserved for the bundle, and never written again.
    unsafe { core::slice::from_raw_parts(range.start.to_virt().as_ptr(), bytes) }
}

/// The node of the console, and the driver in a table that serves it.
fn find_console<'a, 'd, D>(
    fdt: Fdt<'a>,
    table: &'d [D],
    compatible: impl Fn(&D) -> &'static [&'static str],
) -> Option<(Node<'a>, &'d D)> {
    let node = dt::machine::stdout(fdt).ok().map(|(node, _)| node)?;
    let driver = table.iter().find(|d| node.is_compatible(compatible(d)))?;
    Some((node, driver))
}

/// Memory in a readable unit.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b if b >= 10 << 20 => write!(f, "{} MiB", b >> 20),
            b => write!(f, "{} KiB", b >> 10),
        }
    }
}

fn report_memory() {
    let s = frames::stats();
    log::info!(
        "memory: {} in all, {} free ({} in one piece), {} held by the hypervisor",
        Size(s.total),
        Size(s.free),
        Size(s.largest),
        Size(s.hypervisor())
    );
}

mod run;
pub use run::{boot, wrong_exception_level};

/// An interrupt that was taken at EL2: for the vectors.
pub fn host_irq(frame: &mut arch::frame::HostFrame) {
    if crate::percpu::this_block().soft.masked() {
        crate::irq::soft::interrupted();
    } else {
        crate::irq::dispatch();
        sched::preempt_point();
    }
    // Here again, on this CPU or another: the interrupted code may not be wanted any more.
    if crate::percpu::this_block().overrun.load(Ordering::Relaxed) != 0 {
        crate::panic::overrun(frame);
    }
}
