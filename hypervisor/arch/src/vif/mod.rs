// SPDX-License-Identifier: GPL-2.0-only
//! The virtual CPU interface: list registers of GICv3 (`ICH_*_EL2`, GIC architecture IHI 0069, 12.4) and of GICv2
//! (`GICH`, GIC architecture IHI 0048, 5.3) behind one surface.
//!
//! A list register is always an [`Lr`], in GICv3's layout; the GICv2 back end converts. One load and one compare
//! choose the back end, there is no table of functions. Everything here is about **this** CPU, so callers have
//! interrupts masked, or may not be moved to another CPU for another reason. On the host the registers are the
//! thread-local ones of `fake`, which also plays the guest's side: acknowledge, end of interrupt, deactivate.

#[cfg(not(target_os = "none"))]
pub mod fake;
#[cfg(target_os = "none")]
mod gicv2;
#[cfg(target_os = "none")]
mod gicv3;
mod lr;

pub use lr::Lr;

#[cfg(not(target_os = "none"))]
use fake as back;
#[cfg(target_os = "none")]
mod back {
    //! Chooses between the two back ends.
    pub(super) use super::gicv2::{self, BASE};
    pub(super) use super::gicv3;
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    /// What [`super::probe`] found.
    static PROBED: AtomicU32 = AtomicU32::new(0);

    #[inline]
    pub(super) fn probed() -> u32 {
        PROBED.load(Relaxed)
    }

    pub(super) fn set_probed(value: u32) {
        PROBED.store(value, Relaxed);
    }

    macro_rules! choose {
        ($($name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)?;)*) => {$(
            #[inline]
            pub(super) fn $name($($arg: $ty),*) $(-> $ret)? {
                match BASE.load(Relaxed) {
                    0 => gicv3::$name($($arg),*),
                    base => gicv2::$name(base $(, $arg)*),
                }
            }
        )*};
    }
    choose! {
        read_lr(n: usize) -> u64;
        write_lr(n: usize, value: u64);
        elrsr() -> u32;
        eisr() -> u32;
        misr() -> u32;
        hcr() -> u32;
        set_hcr(value: u32);
        vmcr() -> u32;
        set_vmcr(value: u32);
        vtr() -> u32;
        active_priorities(pre_bits: u32) -> super::ActivePriorities;
        set_active_priorities(pre_bits: u32, value: &super::ActivePriorities);
        prepare_cpu();
    }

    #[inline]
    pub(super) fn here() -> usize {
        crate::cpu::percpu() as usize
    }
}

/// Most list registers that are ever used.
pub const MAX_LRS: usize = 16;

/// `ICH_HCR_EL2.En`, `GICH_HCR.En`: the virtual CPU interface works.
pub const HCR_EN: u32 = 1 << 0;
/// `HCR.UIE`: maintenance interrupt while at most one list register is valid.
pub const HCR_UIE: u32 = 1 << 1;
/// `HCR.LRENPIE`: maintenance interrupt while `EOIcount` is not zero.
pub const HCR_LRENPIE: u32 = 1 << 2;
/// `HCR.NPIE`: maintenance interrupt while no list register is in the pending state.
pub const HCR_NPIE: u32 = 1 << 3;
/// Lowest bit of `HCR.EOIcount` (5 bits): ends of interrupts that no list register held.
pub const HCR_EOICOUNT_SHIFT: u32 = 27;

/// `VMCR.VENG0`: the guest takes group 0 interrupts.
pub const VMCR_ENG0: u32 = 1 << 0;
/// `VMCR.VENG1`: the guest takes group 1 interrupts.
pub const VMCR_ENG1: u32 = 1 << 1;
/// `VMCR.VFIQEn`: group 0 interrupts are FIQs; always set where the guest uses system registers.
pub const VMCR_FIQEN: u32 = 1 << 3;
/// Lowest bit of `VMCR.VPMR`, the guest's priority mask (8 bits; GICv2 has the upper 5 of them).
pub const VMCR_PMR_SHIFT: u32 = 24;

/// Which architecture the virtual CPU interface of the host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// GICv2: `GICH`; the guest's CPU interface is `GICV`, mapped in stage 2.
    V2,
    /// GICv3: `ICH_*_EL2`; the guest's CPU interface is `ICV_*`.
    V3,
}

/// Active priorities of a guest, one bit each (`ICH_AP0R<n>_EL2`, `ICH_AP1R<n>_EL2`; `GICH_APR` is `group1[0]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActivePriorities {
    /// Group 0.
    pub group0: [u32; 4],
    /// Group 1, or both where the host has GICv2.
    pub group1: [u32; 4],
}

/// Notes version in bits 9:8 (0: no virtual CPU interface), bits of preemption in 7:5 and number of list registers in 4:0.
fn probe(version: u32) {
    let vtr = back::vtr();
    let lrs = ((vtr & 0x1f) + 1).min(MAX_LRS as u32);
    let pre_bits = (vtr >> 26 & 7) + 1;
    back::set_probed(version << 8 | (pre_bits - 1) << 5 | lrs);
}

/// Takes the host's GICv3 as the virtual CPU interface. The boot CPU calls this once, then [`init_cpu`] on every CPU.
pub fn init_v3() {
    #[cfg(target_os = "none")]
    back::BASE.store(0, core::sync::atomic::Ordering::Relaxed);
    probe(3);
}

/// Takes the host's GICv2 as the virtual CPU interface; `gich` is where its control block is mapped. The boot CPU
/// calls this once, then [`init_cpu`] on every CPU.
///
/// # Safety
/// `gich` must be the GICH block of the host (at least 512 bytes, device memory), mapped for good.
pub unsafe fn init_v2(gich: crate::VirtAddr) {
    #[cfg(target_os = "none")]
    back::BASE.store(gich.0, core::sync::atomic::Ordering::Relaxed);
    #[cfg(not(target_os = "none"))]
    let _ = gich;
    probe(2);
}

/// Brings this CPU's virtual interface into a defined state: off, list registers empty, no active priority.
pub fn init_cpu() {
    back::prepare_cpu();
    set_hcr(0);
    for n in 0..lr_count() {
        write_lr(n, Lr::EMPTY);
    }
    set_active_priorities(&ActivePriorities::default());
    set_vmcr(0);
}

/// Which virtual CPU interface the host has; `None` before [`init_v3`] or [`init_v2`], or where it has none.
pub fn version() -> Option<Version> {
    match back::probed() >> 8 {
        2 => Some(Version::V2),
        3 => Some(Version::V3),
        _ => None,
    }
}

/// Number of list registers, 1 to [`MAX_LRS`]; 0 before probing.
#[inline]
pub fn lr_count() -> usize {
    (back::probed() & 0x1f) as usize
}

/// Bits of a priority that decide on preemption, 1 to 8.
#[inline]
pub fn preemption_bits() -> u32 {
    (back::probed() >> 5 & 7) + 1
}

/// What names this CPU among all: not zero once the CPU has its per-CPU block.
#[inline]
pub fn here() -> usize {
    back::here()
}

/// Reads list register `n`. One that does not exist reads as empty.
#[inline]
pub fn read_lr(n: usize) -> Lr {
    Lr(back::read_lr(n))
}

/// Writes list register `n`; takes effect at the latest with the return to the guest. One that does not exist
/// ignores it.
#[inline]
pub fn write_lr(n: usize, value: Lr) {
    back::write_lr(n, value.0);
}

/// A bit for each list register that is empty and owes no maintenance interrupt (`ICH_ELRSR_EL2`). Sees all writes
/// of list registers before it.
#[inline]
pub fn elrsr() -> u32 {
    back::elrsr()
}

/// A bit for each list register whose interrupt the guest has ended, and which asked for notice (`ICH_EISR_EL2`).
/// Sees all writes of list registers before it.
#[inline]
pub fn eisr() -> u32 {
    back::eisr()
}

/// Why the maintenance interrupt is asserted (`ICH_MISR_EL2`); 0 if it is not.
#[inline]
pub fn misr() -> u32 {
    back::misr()
}

/// Reads the control register (`ICH_HCR_EL2`, `GICH_HCR`).
#[inline]
pub fn hcr() -> u32 {
    back::hcr()
}

/// Writes the control register.
#[inline]
pub fn set_hcr(value: u32) {
    back::set_hcr(value);
}

/// Reads what the guest set up in its CPU interface (`ICH_VMCR_EL2`, `GICH_VMCR`; same layout).
#[inline]
pub fn vmcr() -> u32 {
    back::vmcr()
}

/// Sets the guest's CPU interface up.
#[inline]
pub fn set_vmcr(value: u32) {
    back::set_vmcr(value);
}

/// Reads the guest's active priorities.
#[inline]
pub fn active_priorities() -> ActivePriorities {
    back::active_priorities(preemption_bits())
}

/// Sets the guest's active priorities.
#[inline]
pub fn set_active_priorities(value: &ActivePriorities) {
    back::set_active_priorities(preemption_bits(), value);
}

impl ActivePriorities {
    /// The running priority that these make: 0 (highest) to 0xff, or 0x100 if none is active.
    pub fn running(&self, pre_bits: u32) -> u32 {
        let shift = 8u32.saturating_sub(pre_bits);
        let mut level = 0;
        for (a, b) in self.group0.iter().zip(&self.group1) {
            let bits = a | b;
            if bits != 0 {
                return (level + bits.trailing_zeros()) << shift & 0xff;
            }
            level += 32;
        }
        0x100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probing_finds_registers_and_bits() {
        fake::reset(4);
        init_v3();
        assert_eq!((lr_count(), preemption_bits(), version()), (4, 5, Some(Version::V3)));
    }

    #[test]
    fn running_priority_is_the_lowest_set_bit() {
        let mut a = ActivePriorities::default();
        assert_eq!(a.running(5), 0x100);
        a.group1[0] = 1 << 20 | 1 << 31;
        assert_eq!(a.running(5), 0xa0);
        a.group0[0] = 1 << 4;
        assert_eq!(a.running(5), 0x20);
        let high = ActivePriorities { group0: [0; 4], group1: [0, 0, 0, 1 << 31] };
        assert_eq!(high.running(7), 0xfe);
    }
}
