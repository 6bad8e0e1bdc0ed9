// SPDX-License-Identifier: GPL-2.0-only
//! The virtual CPU interface on the host: registers per thread and fake CPU, and the guest that uses them.
//!
//! A test thread has [`CPUS`] interfaces and is one of them at a time ([`set_cpu`]). The guest's side follows IHI
//! 0069, chapter 6: [`ack`] hands out the highest pending interrupt that the priority mask and the active priorities
//! let through, [`eoi`] drops the priority and, unless EOImode is 1, deactivates; [`dir`] deactivates.

use super::{ActivePriorities, HCR_EN, HCR_EOICOUNT_SHIFT, HCR_LRENPIE, HCR_NPIE, HCR_UIE, Lr, MAX_LRS};
use super::{VMCR_ENG0, VMCR_ENG1, VMCR_PMR_SHIFT};
use std::cell::RefCell;
use std::vec::Vec;

/// Interfaces of a test thread.
pub const CPUS: usize = 8;

/// `VMCR.VEOIM`: the guest drops priority and deactivates by two writes.
pub const VMCR_EOIM: u32 = 1 << 9;

#[derive(Clone, Default)]
struct Interface {
    lr: [u64; MAX_LRS],
    hcr: u32,
    vmcr: u32,
    active: ActivePriorities,
}

struct State {
    lrs: usize,
    probed: u32,
    cpu: usize,
    cpus: Vec<Interface>,
    deactivated: Vec<u32>,
    lr_writes: u64,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::new(4));
}

impl State {
    fn new(lrs: usize) -> Self {
        let cpus = std::vec![Interface::default(); CPUS];
        Self { lrs, probed: 0, cpu: 0, cpus, deactivated: Vec::new(), lr_writes: 0 }
    }

    fn this(&mut self) -> &mut Interface {
        &mut self.cpus[self.cpu]
    }
}

fn with<R>(f: impl FnOnce(&mut Interface, usize) -> R) -> R {
    STATE.with_borrow_mut(|s| {
        let lrs = s.lrs;
        f(s.this(), lrs)
    })
}

/// Starts over with `lrs` list registers (1 to 16) on each CPU; this thread is CPU 0. Probe again afterwards.
pub fn reset(lrs: usize) {
    STATE.set(State::new(lrs.clamp(1, MAX_LRS)));
}

/// Makes this thread CPU `cpu`, below [`CPUS`].
pub fn set_cpu(cpu: usize) {
    STATE.with_borrow_mut(|s| s.cpu = cpu % CPUS);
}

/// Which CPU this thread is.
pub fn cpu() -> usize {
    STATE.with_borrow(|s| s.cpu)
}

/// Physical interrupts that the guest's deactivations reached since the last call.
pub fn take_deactivated() -> Vec<u32> {
    STATE.with_borrow_mut(|s| core::mem::take(&mut s.deactivated))
}

/// How often a list register was written since [`reset`].
pub fn lr_writes() -> u64 {
    STATE.with_borrow(|s| s.lr_writes)
}

/// The guest reads its acknowledge register: key (INTID, for a GICv2 SGI with the source), or `None` if spurious.
pub fn ack() -> Option<u16> {
    with(|i, lrs| {
        let n = i.highest(lrs)?;
        let lr = Lr(i.lr[n]);
        i.lr[n] = lr.0 & !Lr::PENDING | Lr::ACTIVE;
        let bit = 1 << (lr.priority() >> 3);
        let group = if lr.0 & Lr::GROUP1 != 0 { &mut i.active.group1 } else { &mut i.active.group0 };
        group[0] |= bit;
        Some(lr.key())
    })
}

/// Whether the guest's IRQ or FIQ line is asserted.
pub fn signalled() -> bool {
    with(|i, lrs| i.highest(lrs).is_some())
}

/// The guest writes its end of interrupt register.
pub fn eoi(key: u16) {
    let split = with(|i, _| {
        let (a, b) = (i.active.group0[0], i.active.group1[0]);
        let bit = (a | b) & (a | b).wrapping_neg();
        i.active.group0[0] = a & !bit;
        i.active.group1[0] = b & !bit;
        i.vmcr & VMCR_EOIM != 0
    });
    if !split {
        dir(key);
    }
}

/// The guest deactivates an interrupt.
pub fn dir(key: u16) {
    let physical = with(|i, lrs| {
        for lr in &mut i.lr[..lrs] {
            let v = Lr(*lr);
            if v.active() && v.key() == key {
                *lr &= !Lr::ACTIVE;
                return v.hw().then(|| v.physical());
            }
        }
        i.hcr = i.hcr.saturating_add(1 << HCR_EOICOUNT_SHIFT);
        None
    });
    STATE.with_borrow_mut(|s| s.deactivated.extend(physical));
}

impl Interface {
    fn highest(&self, lrs: usize) -> Option<usize> {
        if self.hcr & HCR_EN == 0 {
            return None;
        }
        let running = self.active.running(5);
        let mask = self.vmcr >> VMCR_PMR_SHIFT;
        (0..lrs)
            .filter(|&n| {
                let lr = Lr(self.lr[n]);
                let enable = if lr.0 & Lr::GROUP1 != 0 { VMCR_ENG1 } else { VMCR_ENG0 };
                let prio = u32::from(lr.priority());
                lr.pending() && !lr.active() && self.vmcr & enable != 0 && prio < mask && prio < running
            })
            .min_by_key(|&n| (Lr(self.lr[n]).priority(), Lr(self.lr[n]).key()))
    }

    fn status(&self, lrs: usize) -> u32 {
        let state = |lr: &&u64| Lr(**lr);
        let valid = self.lr[..lrs].iter().filter(|lr| !state(lr).idle()).count();
        let pending = self.lr[..lrs].iter().any(|lr| Lr(*lr).pending() && !Lr(*lr).active());
        let ended = self.lr[..lrs].iter().any(|lr| Lr(*lr).ended());
        if self.hcr & HCR_EN == 0 {
            return 0;
        }
        u32::from(ended)
            | u32::from(self.hcr & HCR_UIE != 0 && valid <= 1) << 1
            | u32::from(self.hcr & HCR_LRENPIE != 0 && self.hcr >> HCR_EOICOUNT_SHIFT != 0) << 2
            | u32::from(self.hcr & HCR_NPIE != 0 && !pending) << 3
    }
}

pub(super) fn probed() -> u32 {
    STATE.with_borrow(|s| s.probed)
}

pub(super) fn set_probed(value: u32) {
    STATE.with_borrow_mut(|s| s.probed = value);
}

pub(super) fn here() -> usize {
    core::ptr::from_ref(crate::this_cpu()) as usize + cpu()
}

pub(super) fn read_lr(n: usize) -> u64 {
    with(|i, lrs| if n < lrs { i.lr[n] } else { 0 })
}

pub(super) fn write_lr(n: usize, value: u64) {
    with(|i, lrs| {
        if n < lrs {
            i.lr[n] = value;
        }
    });
    STATE.with_borrow_mut(|s| s.lr_writes += 1);
}

fn bits(f: impl Fn(Lr) -> bool) -> u32 {
    with(|i, lrs| (0..lrs).filter(|&n| f(Lr(i.lr[n]))).fold(0, |m, n| m | 1 << n))
}

pub(super) fn elrsr() -> u32 {
    bits(|lr| lr.idle() && !lr.ended())
}

pub(super) fn eisr() -> u32 {
    bits(Lr::ended)
}

pub(super) fn misr() -> u32 {
    with(|i, lrs| i.status(lrs))
}

pub(super) fn hcr() -> u32 {
    with(|i, _| i.hcr)
}

pub(super) fn set_hcr(value: u32) {
    with(|i, _| i.hcr = value);
}

pub(super) fn vmcr() -> u32 {
    with(|i, _| i.vmcr)
}

pub(super) fn set_vmcr(value: u32) {
    with(|i, _| i.vmcr = value);
}

pub(super) fn vtr() -> u32 {
    with(|_, lrs| (lrs as u32 - 1) | 4 << 26 | 4 << 29)
}

pub(super) fn active_priorities(_pre_bits: u32) -> ActivePriorities {
    with(|i, _| i.active)
}

pub(super) fn set_active_priorities(_pre_bits: u32, p: &ActivePriorities) {
    with(|i, _| i.active = *p);
}

pub(super) fn prepare_cpu() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vif::{init_cpu, init_v3, misr, set_hcr, set_vmcr, write_lr};

    fn start() {
        reset(4);
        init_v3();
        init_cpu();
        set_hcr(HCR_EN);
        set_vmcr(VMCR_ENG1 | 0xf0 << VMCR_PMR_SHIFT);
    }

    fn pending(key: u64, prio: u64) -> Lr {
        Lr(Lr::PENDING | Lr::GROUP1 | prio << Lr::PRIORITY_SHIFT | key)
    }

    #[test]
    fn highest_priority_first_and_preemption() {
        start();
        write_lr(0, pending(40, 0xa0));
        write_lr(1, pending(41, 0x80));
        assert_eq!(ack(), Some(41));
        assert_eq!(ack(), None, "0xa0 does not preempt 0x80");
        write_lr(2, pending(42, 0x10));
        assert_eq!(ack(), Some(42));
        eoi(42);
        eoi(41);
        assert_eq!(ack(), Some(40));
    }

    #[test]
    fn masked_or_disabled_is_not_taken() {
        start();
        write_lr(0, pending(40, 0xf8));
        assert_eq!(ack(), None);
        write_lr(0, Lr(pending(40, 0x80).0 & !Lr::GROUP1));
        assert_eq!(ack(), None);
    }

    #[test]
    fn maintenance_conditions() {
        start();
        write_lr(0, Lr(pending(40, 0x80).0 | Lr::EOI));
        assert_eq!(ack(), Some(40));
        assert_eq!(misr(), 0);
        eoi(40);
        assert_eq!(misr(), 1);
        write_lr(0, Lr::EMPTY);
        set_hcr(HCR_EN | HCR_UIE | HCR_NPIE);
        assert_eq!(misr(), 2 | 8);
        set_hcr(HCR_EN | HCR_LRENPIE);
        eoi(77);
        assert_eq!(misr(), 4);
    }

    #[test]
    fn hardware_interrupt_is_deactivated() {
        start();
        write_lr(3, Lr(pending(27, 0x80).0 | Lr::HW | 30 << Lr::PHYSICAL_SHIFT));
        set_vmcr(VMCR_ENG1 | VMCR_EOIM | 0xf0 << VMCR_PMR_SHIFT);
        assert_eq!(ack(), Some(27));
        eoi(27);
        assert!(take_deactivated().is_empty());
        dir(27);
        assert_eq!(take_deactivated(), [30]);
    }
}
