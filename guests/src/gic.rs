// SPDX-License-Identifier: GPL-2.0-only
//! GICv2 (IHI 0048) and GICv3 (IHI 0069) as far as a small guest needs them.

use crate::cpu::{self, read32, write32};
use crate::machine::{GicFrames, Machine};
use crate::{read_sysreg, write_sysreg};
use core::sync::atomic::{AtomicU64, Ordering};

/// INTIDs from here on mean that nothing is pending.
pub const SPURIOUS: u32 = 1020;

static DISTRIBUTOR: AtomicU64 = AtomicU64::new(0);
/// GICC on GICv2; 0 says GICv3.
static INTERFACE: AtomicU64 = AtomicU64::new(0);

/// The distributor's address.
#[must_use]
pub fn distributor() -> u64 {
    DISTRIBUTOR.load(Ordering::Relaxed)
}

/// GICv2's CPU interface.
#[must_use]
pub fn interface() -> Option<u64> {
    Some(INTERFACE.load(Ordering::Relaxed)).filter(|i| *i != 0)
}

/// Whether this is a GICv3.
#[must_use]
pub fn is_v3() -> bool {
    INTERFACE.load(Ordering::Relaxed) == 0
}

/// Sets the distributor up; once, on the first CPU.
pub fn init(machine: &Machine<'_>) {
    let (base, interface) = match machine.gic {
        GicFrames::V2 { distributor, cpu_interface } => (distributor.base, cpu_interface.base),
        GicFrames::V3 { distributor, .. } => (distributor.base, 0),
    };
    DISTRIBUTOR.store(base, Ordering::Relaxed);
    INTERFACE.store(interface, Ordering::Relaxed);
    // GICv3: affinity routing, group 1 on, SPIs in group 1. GICv2 without security: group 0.
    let (control, group) = if is_v3() { (0x12, u32::MAX) } else { (3, 0) };
    write32(base, control);
    let lines = (read32(base + 4) & 0x1f) + 1;
    for n in 1..u64::from(lines) {
        write32(base + 0x80 + 4 * n, group);
    }
}

/// Sets this CPU's part up and enables its SGIs and the virtual timer.
pub fn init_cpu(machine: &Machine<'_>) {
    let banked = match machine.gic {
        GicFrames::V2 { distributor, cpu_interface } => {
            write32(distributor.base + 0x80, 0); // IGROUPR0
            write32(cpu_interface.base + 4, 0xff);
            write32(cpu_interface.base, 3);
            distributor.base
        }
        GicFrames::V3 { .. } => {
            write_sysreg!("S3_0_C12_C12_5", read_sysreg!("S3_0_C12_C12_5") | 1); // ICC_SRE_EL1
            let frame = redistributor(machine).unwrap_or_else(|| panic!("no redistributor for this CPU"));
            write32(frame + 0x14, read32(frame + 0x14) & !2); // GICR_WAKER.ProcessorSleep
            while read32(frame + 0x14) & 4 != 0 {}
            write32(frame + 0x1_0080, u32::MAX); // GICR_IGROUPR0
            write_sysreg!("S3_0_C4_C6_0", 0xff); // ICC_PMR_EL1
            write_sysreg!("S3_0_C12_C12_7", 1); // ICC_IGRPEN1_EL1
            frame + 0x1_0000
        }
    };
    for n in 0..8 {
        write32(banked + 0x400 + 4 * n, 0xa0a0_a0a0); // IPRIORITYR
    }
    write32(banked + 0x100, 0xffff | 1 << crate::timer::INTID); // ISENABLER0
}

/// Enables the SPI `intid` for the first CPU, edge- or level-triggered.
pub fn enable_spi(intid: u32, edge: bool) {
    let base = distributor();
    let (config, bit) = (base + 0xc00 + u64::from(intid / 16 * 4), 2 << (intid % 16 * 2)); // ICFGR
    let others = read32(config) & !bit;
    write32(config, if edge { others | bit } else { others });
    let (word, shift) = (u64::from(intid / 4 * 4), intid % 4 * 8);
    if !is_v3() {
        let targets = base + 0x800 + word; // ITARGETSR
        write32(targets, read32(targets) | 1 << shift);
    }
    let priority = base + 0x400 + word;
    write32(priority, read32(priority) & !(0xff << shift) | 0xa0 << shift);
    write32(base + 0x100 + u64::from(intid / 32 * 4), 1 << (intid % 32));
}

/// The GICv3 redistributor frame of this CPU: the one whose GICR_TYPER names its affinity.
#[must_use]
pub fn redistributor(machine: &Machine<'_>) -> Option<u64> {
    let GicFrames::V3 { redistributors, .. } = machine.gic else { return None };
    let aff = cpu::affinity();
    let wanted = (aff & 0xff_ffff | aff >> 8 & 0xff00_0000) as u32;
    let mut frame = redistributors.base;
    while frame < redistributors.end() {
        if read32(frame + 0xc) == wanted {
            return Some(frame);
        }
        if read32(frame + 8) & 0x10 != 0 {
            return None; // Last
        }
        frame += 0x2_0000;
    }
    None
}

/// Acknowledges the highest pending interrupt.
#[inline]
#[must_use]
pub fn acknowledge() -> u32 {
    match INTERFACE.load(Ordering::Relaxed) {
        0 => read_sysreg!("S3_0_C12_C12_0") as u32, // ICC_IAR1_EL1
        gicc => read32(gicc + 0xc),
    }
}

/// Ends the interrupt `iar`, as [`acknowledge`] gave it.
#[inline]
pub fn end(iar: u32) {
    match INTERFACE.load(Ordering::Relaxed) {
        0 => write_sysreg!("S3_0_C12_C12_1", u64::from(iar)), // ICC_EOIR1_EL1
        gicc => write32(gicc + 0x10, iar),
    }
}

/// The word that [`send`] takes to send the SGI `intid` to CPU `target` (index and affinity).
#[must_use]
pub fn sgi_word(index: usize, affinity: u64, intid: u32) -> u64 {
    if is_v3() {
        let cluster =
            (affinity >> 8 & 0xff) << 16 | (affinity >> 16 & 0xff) << 32 | (affinity >> 32 & 0xff) << 48;
        cluster | u64::from(intid) << 24 | (affinity >> 4 & 0xf) << 44 | 1 << (affinity & 0xf)
    } else {
        1 << (16 + index) | u64::from(intid)
    }
}

/// Sends an SGI, prepared by [`sgi_word`].
#[inline]
pub fn send(word: u64) {
    if is_v3() {
        write_sysreg!("S3_0_C12_C11_5", word); // ICC_SGI1R_EL1
    } else {
        write32(distributor() + 0xf00, word as u32);
    }
}
