// SPDX-License-Identifier: GPL-2.0-only
//! What the hypervisor needs to know of the machine: memory, CPUs, firmware, console, timer (chapter 3 of the
//! specification; PSCI and timer bindings).

use super::{DtError, DtErrorKind, Fdt, Interrupt, Node, find, find_compatible, find_path};
use arch::PhysAddr;
use arch::cpu::Mpidr;
use core::ops::Range;

/// Calls `f` for every bank of RAM: each `reg` element of each available node with `device_type = "memory"`.
///
/// # Errors
/// A malformed node, or whatever `f` returns.
pub fn memory_banks<E: From<DtError>>(
    fdt: Fdt<'_>,
    f: &mut dyn FnMut(Range<PhysAddr>) -> Result<(), E>,
) -> Result<(), E> {
    for node in Node::root(fdt).children() {
        if node.text("device_type") != Ok("memory") || !node.available() {
            continue;
        }
        for index in 0..node.reg_count()? {
            let reg = node.reg(index)?;
            if reg.size > 0 {
                f(reg.range())?;
            }
        }
    }
    Ok(())
}

/// A range of RAM that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The addresses.
    pub range: Range<PhysAddr>,
    /// Whether the range must not even be mapped.
    pub no_map: bool,
}

/// Calls `f` for every reservation: the entries of the memory reservation block (section 5.3) and the children of
/// `/reserved-memory` that have a `reg` (section 3.5).
///
/// # Errors
/// A malformed node, or whatever `f` returns.
pub fn reservations<E: From<DtError>>(
    fdt: Fdt<'_>,
    f: &mut dyn FnMut(Reservation) -> Result<(), E>,
) -> Result<(), E> {
    for entry in fdt.memory_reservations() {
        let start = entry.address();
        let range = PhysAddr(start)..PhysAddr(start.saturating_add(entry.size()));
        f(Reservation { range, no_map: false })?;
    }
    let Some(parent) = Node::root(fdt).child("reserved-memory") else { return Ok(()) };
    for node in parent.children().filter(Node::available) {
        let no_map = node.property("no-map").is_some();
        for index in 0..node.reg_count()? {
            f(Reservation { range: node.reg(index)?.range(), no_map })?;
        }
    }
    Ok(())
}

/// Where the boot loader put the initrd, which holds the guests' bundle: `linux,initrd-start` and `-end` of `/chosen`.
///
/// # Errors
/// A malformed property, or an end before the start.
#[inline(never)]
pub fn initrd(fdt: Fdt<'_>) -> Result<Option<Range<PhysAddr>>, DtError> {
    let Some(chosen) = Node::root(fdt).child("chosen") else { return Ok(None) };
    if chosen.property("linux,initrd-start").is_none() {
        return Ok(None);
    }
    let start = chosen.number("linux,initrd-start")?;
    let end = chosen.number("linux,initrd-end")?;
    if end < start {
        let kind = DtErrorKind::Value { found: end, expected: "an end beyond linux,initrd-start" };
        return Err(chosen.error("linux,initrd-end", kind));
    }
    Ok((end > start).then_some(PhysAddr(start)..PhysAddr(end)))
}

/// What stands behind `NAME=` in the boot arguments, `bootargs` of `/chosen`; the last one counts. Words are parted by
/// blanks. `None` if there is no such word.
#[inline(never)]
pub fn boot_argument<'a>(fdt: Fdt<'a>, name: &str) -> Option<&'a str> {
    let arguments = Node::root(fdt).child("chosen")?.text("bootargs").ok()?;
    let value = |word: &'a str| word.strip_prefix(name)?.strip_prefix('=');
    arguments.split_ascii_whitespace().filter_map(value).next_back()
}

/// The console's node and its options (as `115200n8`), from `stdout-path` of `/chosen`.
///
/// # Errors
/// There is no such property or no such node.
#[inline(never)]
pub fn stdout(fdt: Fdt<'_>) -> Result<(Node<'_>, &str), DtError> {
    const NAME: &str = "stdout-path";
    let root = Node::root(fdt);
    let chosen = root.child("chosen").ok_or_else(|| root.error("chosen node", DtErrorKind::Missing))?;
    let value = chosen.text(NAME).or_else(|_| chosen.text("linux,stdout-path"));
    let value = value.map_err(|e| DtError { property: NAME, ..e })?;
    let (path, options) = value.split_once(':').unwrap_or((value, ""));
    let node = find_path(fdt, path).ok_or_else(|| chosen.error(NAME, DtErrorKind::Missing))?;
    Ok((node, options))
}

/// How a CPU is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnableMethod {
    /// By a PSCI call.
    Psci,
    /// By writing an entry address to this place.
    SpinTable(PhysAddr),
}

/// A CPU of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// Its affinity, from `reg`.
    pub mpidr: Mpidr,
    /// How it is started; an error if the node does not say it in a way that is known. The boot CPU needs none.
    pub enable: Result<EnableMethod, DtError>,
}

/// Calls `f` for every usable CPU node below `/cpus`, with an error for a malformed one.
///
/// # Errors
/// There is no `/cpus`.
pub fn cpus(fdt: Fdt<'_>, f: &mut dyn FnMut(Result<Cpu, DtError>)) -> Result<(), DtError> {
    let root = Node::root(fdt);
    let parent = root.child("cpus").ok_or_else(|| root.error("cpus node", DtErrorKind::Missing))?;
    for node in parent.children() {
        if node.text("device_type") != Ok("cpu") && node.base_name() != "cpu" {
            continue;
        }
        // A CPU with status "disabled" is one to be enabled by its enable-method (section 3.8.1); "fail" is not.
        if node.texts("status").next().is_some_and(|s| s.starts_with("fail")) {
            continue;
        }
        f(cpu(&node));
    }
    Ok(())
}

fn cpu(node: &Node<'_>) -> Result<Cpu, DtError> {
    const AFFINITY: u64 = 0xff_00ff_ffff;
    let (mpidr, _) = node.bus_reg(0)?;
    if mpidr & !AFFINITY != 0 {
        return Err(
            node.error("reg", DtErrorKind::Value { found: mpidr, expected: "MPIDR affinity fields only" })
        );
    }
    let enable = match node.text("enable-method") {
        Ok("psci") => Ok(EnableMethod::Psci),
        Ok("spin-table") => node.number("cpu-release-addr").map(|a| EnableMethod::SpinTable(PhysAddr(a))),
        // The arm64 binding wants one, but trees with a psci node and without it are about.
        Err(_) if find_compatible(node.fdt(), PSCI_COMPATIBLE).is_some() => Ok(EnableMethod::Psci),
        _ => Err(node.error("enable-method, which must be psci or spin-table", DtErrorKind::Missing)),
    };
    Ok(Cpu { mpidr: Mpidr(mpidr), enable })
}

/// Names of PSCI nodes.
const PSCI_COMPATIBLE: &[&str] = &["arm,psci-1.0", "arm,psci-0.2", "arm,psci"];

/// The firmware's PSCI, as its node tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Psci {
    /// Whether calls go by HVC, not SMC.
    pub hvc: bool,
    /// The function number of `CPU_ON`.
    pub cpu_on: Option<u32>,
    /// Whether the functions of version 0.2 are there (`SYSTEM_OFF`, `SYSTEM_RESET` ...).
    pub v0_2: bool,
}

/// The function number of `CPU_ON` for 64-bit callers since PSCI 0.2 (Arm DEN 0022, 5.1).
const CPU_ON_64: u32 = 0xc400_0003;

/// The PSCI node; `None` if there is none.
///
/// # Errors
/// `method` is neither `smc` nor `hvc`.
#[inline(never)]
pub fn psci(fdt: Fdt<'_>) -> Result<Option<Psci>, DtError> {
    let Some(node) = find_compatible(fdt, PSCI_COMPATIBLE) else { return Ok(None) };
    let hvc = match node.text("method") {
        Ok("smc") => false,
        Ok("hvc") => true,
        _ => return Err(node.error("method, which must be smc or hvc", DtErrorKind::Missing)),
    };
    let v0_2 = node.is_compatible(&["arm,psci-1.0", "arm,psci-0.2"]);
    let cpu_on = if v0_2 { Some(CPU_ON_64) } else { node.u32("cpu_on").ok() };
    Ok(Some(Psci { hvc, cpu_on, v0_2 }))
}

/// The EL2 physical timer's interrupt: the fourth of the `arm,armv8-timer` node, or `hyp-phys` by name.
///
/// # Errors
/// There is no such node or interrupt.
#[inline(never)]
pub fn hypervisor_timer(fdt: Fdt<'_>) -> Result<Interrupt, DtError> {
    timer(fdt, "hyp-phys", 3)
}

/// The EL1 virtual timer's interrupt: the third of the `arm,armv8-timer` node, or `virt` by name.
///
/// # Errors
/// There is no such node or interrupt.
#[inline(never)]
pub fn virtual_timer(fdt: Fdt<'_>) -> Result<Interrupt, DtError> {
    timer(fdt, "virt", 2)
}

fn timer(fdt: Fdt<'_>, name: &str, index: usize) -> Result<Interrupt, DtError> {
    let node = find_compatible(fdt, &["arm,armv8-timer", "arm,armv7-timer"]);
    let root = Node::root(fdt);
    let node = node.ok_or_else(|| root.error("arm,armv8-timer node", DtErrorKind::Missing))?;
    let by_name = node.property("interrupt-names").is_some();
    if by_name { node.interrupt_by_name(name) } else { node.interrupt(index) }
}

/// The interrupt controller that the machine's devices use: the first available GIC.
pub fn interrupt_controller(fdt: Fdt<'_>) -> Option<Node<'_>> {
    find(fdt, &mut |n| {
        n.is_compatible(super::interrupts::GIC_COMPATIBLE)
            && n.property("interrupt-controller").is_some()
            && n.available()
    })
}
