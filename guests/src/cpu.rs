// SPDX-License-Identifier: GPL-2.0-only
//! The processor: system registers, barriers, interrupt mask, caches (Arm ARM D19).

use core::arch::asm;

/// Reads a system register.
#[macro_export]
macro_rules! read_sysreg {
    ($name:literal) => {{
        let value: u64;
        // SAFETY: reading a system register that EL1 may read changes no memory.
        unsafe { core::arch::asm!(concat!("mrs {}, ", $name), out(reg) value, options(nomem, nostack)) };
        value
    }};
}

/// Writes a system register; an `isb` follows.
#[macro_export]
macro_rules! write_sysreg {
    ($name:literal, $value:expr) => {{
        let value: u64 = $value;
        // SAFETY: the caller writes a register whose effect its own code expects.
        unsafe { core::arch::asm!(concat!("msr ", $name, ", {}"), "isb", in(reg) value, options(nostack)) };
    }};
}

unsafe extern "C" {
    fn guest_vectors();
}

/// Points VBAR_EL1 at the program's vectors.
pub fn install_vectors() {
    write_sysreg!("vbar_el1", guest_vectors as *const () as u64);
}

/// VBAR_EL1.
#[must_use]
pub fn vbar() -> u64 {
    read_sysreg!("vbar_el1")
}

/// SCTLR_EL1.
#[must_use]
pub fn sctlr() -> u64 {
    read_sysreg!("sctlr_el1")
}

/// TTBR0_EL1, TCR_EL1 and MAIR_EL1.
#[must_use]
pub fn translation() -> [u64; 3] {
    [read_sysreg!("ttbr0_el1"), read_sysreg!("tcr_el1"), read_sysreg!("mair_el1")]
}

/// The affinity fields of MPIDR_EL1.
#[must_use]
pub fn affinity() -> u64 {
    read_sysreg!("mpidr_el1") & 0xff_00ff_ffff
}

/// Opens the mask for IRQs.
pub fn irq_unmask() {
    // SAFETY: the vectors are installed before anyone opens the mask.
    unsafe { asm!("msr daifclr, #2", options(nostack)) };
}

/// Closes the mask for IRQs.
pub fn irq_mask() {
    // SAFETY: closing the mask is always allowed.
    unsafe { asm!("msr daifset, #2", options(nostack)) };
}

/// Waits for an interrupt; with the mask closed it still wakes.
pub fn wfi() {
    // SAFETY: waiting changes nothing.
    unsafe { asm!("dsb sy", "wfi", options(nostack)) };
}

/// Waits for an interrupt with the mask closed, then lets its handler run.
#[inline]
pub fn wait_for_irq() {
    wfi();
    irq_unmask();
    isb();
    irq_mask();
}

/// Instruction barrier.
pub fn isb() {
    // SAFETY: a barrier.
    unsafe { asm!("isb", options(nostack)) };
}

/// Full data barrier.
pub fn dsb() {
    // SAFETY: a barrier.
    unsafe { asm!("dsb sy", options(nostack)) };
}

/// Cleans and invalidates the data cache lines of `len` bytes at `base` to the point of coherency.
pub fn clean_invalidate(base: u64, len: u64) {
    let line = 4 << (read_sysreg!("ctr_el0") >> 16 & 0xf);
    let mut at = base & !(line - 1);
    dsb();
    while at < base + len {
        // SAFETY: cleaning and invalidating by address loses no data.
        unsafe { asm!("dc civac, {}", in(reg) at, options(nostack)) };
        at += line;
    }
    dsb();
}

/// Makes `len` bytes of instructions just written at `base` fit to run on this CPU.
pub fn sync_instructions(base: u64, len: u64) {
    clean_invalidate(base, len);
    // SAFETY: dropping instruction cache contents is always allowed.
    unsafe { asm!("ic iallu", "dsb sy", "isb", options(nostack)) };
}

/// Reads a 32-bit device register. One plain load: a hypervisor can only emulate an access of which the
/// syndrome says all, which a load that also changes its base register does not.
#[inline]
#[must_use]
pub fn read32(address: u64) -> u32 {
    let value: u32;
    // SAFETY: callers pass registers of devices that the device tree names.
    unsafe { asm!("ldr {0:w}, [{1}]", out(reg) value, in(reg) address, options(nostack)) };
    value
}

/// Writes a 32-bit device register, by one plain store.
#[inline]
pub fn write32(address: u64, value: u32) {
    // SAFETY: as in `read32`.
    unsafe { asm!("str {0:w}, [{1}]", in(reg) value, in(reg) address, options(nostack)) };
}
