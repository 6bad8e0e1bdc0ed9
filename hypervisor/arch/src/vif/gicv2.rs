// SPDX-License-Identifier: GPL-2.0-only
//! GICv2's virtual interface control block, `GICH` (IHI 0048, 5.3; banked by CPU).

use super::{ActivePriorities, Lr};
use core::sync::atomic::AtomicUsize;
use tock_registers::interfaces::{Readable, Writeable};
use tock_registers::register_structs;
use tock_registers::registers::{ReadOnly, ReadWrite};

/// Where the block is mapped; 0 where the host has GICv3.
pub(super) static BASE: AtomicUsize = AtomicUsize::new(0);

register_structs! {
    /// The block of the CPU that accesses it.
    Gich {
        /// 5.3.1: enables, EOICount.
        (0x000 => hcr: ReadWrite<u32>),
        /// 5.3.2: number of list registers, priority bits.
        (0x004 => vtr: ReadOnly<u32>),
        /// 5.3.3: the guest's `GICV` controls.
        (0x008 => vmcr: ReadWrite<u32>),
        (0x00c => _reserved0),
        /// 5.3.4: maintenance interrupt status.
        (0x010 => misr: ReadOnly<u32>),
        (0x014 => _reserved1),
        /// 5.3.5: ended interrupts.
        (0x020 => eisr: ReadOnly<u32>),
        (0x024 => _reserved2),
        /// 5.3.7: empty list registers.
        (0x030 => elrsr: ReadOnly<u32>),
        (0x034 => _reserved3),
        /// 5.3.9: active priorities.
        (0x0f0 => apr: ReadWrite<u32>),
        (0x0f4 => _reserved4),
        /// 5.3.10: list registers.
        (0x100 => lr: [ReadWrite<u32>; 16]),
        (0x140 => @END),
    }
}

#[inline]
fn block(base: usize) -> &'static Gich {
    // SAFETY: `base` is what `init_v2` was given: the mapped block, device memory that stays for good.
    unsafe { &*(base as *const Gich) }
}

#[inline]
pub(super) fn read_lr(base: usize, n: usize) -> u64 {
    block(base).lr.get(n).map_or(0, |lr| Lr::from_gich(lr.get()).0)
}

#[inline]
pub(super) fn write_lr(base: usize, n: usize, value: u64) {
    if let Some(lr) = block(base).lr.get(n) {
        lr.set(Lr(value).to_gich());
    }
}

#[inline]
pub(super) fn elrsr(base: usize) -> u32 {
    block(base).elrsr.get()
}

#[inline]
pub(super) fn eisr(base: usize) -> u32 {
    block(base).eisr.get()
}

#[inline]
pub(super) fn misr(base: usize) -> u32 {
    block(base).misr.get()
}

#[inline]
pub(super) fn hcr(base: usize) -> u32 {
    block(base).hcr.get()
}

#[inline]
pub(super) fn set_hcr(base: usize, value: u32) {
    block(base).hcr.set(value);
}

#[inline]
pub(super) fn vmcr(base: usize) -> u32 {
    block(base).vmcr.get()
}

#[inline]
pub(super) fn set_vmcr(base: usize, value: u32) {
    block(base).vmcr.set(value);
}

pub(super) fn vtr(base: usize) -> u32 {
    block(base).vtr.get()
}

pub(super) fn active_priorities(base: usize, _pre_bits: u32) -> ActivePriorities {
    ActivePriorities { group0: [0; 4], group1: [block(base).apr.get(), 0, 0, 0] }
}

pub(super) fn set_active_priorities(base: usize, _pre_bits: u32, p: &ActivePriorities) {
    block(base).apr.set(p.group1[0]);
}

pub(super) fn prepare_cpu(_base: usize) {}
