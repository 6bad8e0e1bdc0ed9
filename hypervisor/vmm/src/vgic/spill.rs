// SPDX-License-Identifier: GPL-2.0-only
//! Too few list registers: who gets them, and what happens to the others.
//!
//! The highest priorities have them; the others wait in their [`Word`], pending or, rarely, active. While pending ones
//! wait, maintenance interrupts tell when list registers run empty, none is pending, or an active one ends. The end of
//! an active one that waits is counted by the hardware (EOIcount): it is the one with the highest priority.

use super::deliver::settle;
use super::irq::{Bits, Word, at, bit};
use super::slots::{KEY_INTID, Place, Put, home};
use super::{Bank, Spis, Vgic, waiting};
use arch::vif::{self, HCR_EN, HCR_EOICOUNT_SHIFT, HCR_LRENPIE, HCR_NPIE, HCR_UIE, Lr};

/// `HCR.EOIcount`.
pub(super) const EOICOUNT: u32 = u32::MAX << HCR_EOICOUNT_SHIFT;

impl Vgic {
    /// Marks interrupts that the guest has ended with notice, and deactivates those that had no list register: before they
    /// get one.
    pub(super) fn ended(&self, vcpu: usize, bank: &mut Bank, spis: &mut [Spis]) {
        bank.slots.dirty |= vif::eisr() & bank.slots.used;
        // Ends that nobody asked to be told of are those of interrupts that were not active.
        if bank.slots.hcr & HCR_LRENPIE == 0 {
            return;
        }
        let count = vif::hcr() >> HCR_EOICOUNT_SHIFT;
        vif::set_hcr(bank.slots.hcr);
        for _ in 0..count {
            let Some((key, _)) = self.highest_active(vcpu, bank, spis) else { break };
            let i = usize::from(key & 31);
            if let Some(w) = word_of(&mut bank.w, spis, key) {
                w.active &= !bit(i);
                settle(&*self.host, w, i, Place::Here);
            }
        }
    }

    /// The interrupt with the highest priority that is active on `vcpu` without a list register.
    pub(super) fn highest_active(&self, vcpu: usize, bank: &Bank, spis: &[Spis]) -> Option<(u16, u8)> {
        let private = Bits(bank.w.active).map(|i| (i as u16, at(&bank.w.priority, i)));
        let shared = spis.iter().enumerate().flat_map(|(word, s)| {
            Bits(s.w.active)
                .filter(move |&i| home(at(&s.w.place, i)) == Some(vcpu))
                .map(move |i| ((word * 32 + 32 + i) as u16, at(&s.w.priority, i)))
        });
        private.chain(shared).min_by_key(|&(_, priority)| priority)
    }

    /// Gives list registers to the SGIs and PPIs that wait, the highest priorities if there are too few. Returns whether
    /// any pending interrupts are left over.
    pub(super) fn fill(&self, vcpu: usize, bank: &mut Bank, spis: &mut [Spis]) -> bool {
        let ctlr = self.ctlr();
        let mut left = false;
        for i in Bits(bank.w.deliverable(ctlr) & !bank.w.active) {
            if self.v2 && i < 16 {
                while self.place_sgi(bank, i).1 {
                    left = true;
                    if !self.evict(vcpu, bank, spis, at(&bank.w.priority, i)) {
                        break;
                    }
                }
                continue;
            }
            let slot = bank.slots.find(at(&bank.w.place, i), i as u16);
            if let Some(n) = slot {
                bank.slots.fold(&mut bank.w, i, n);
            }
            while bank.slots.put(&mut bank.w, i, i as u16, slot, true, false) == Put::Full {
                left = true;
                if !self.evict(vcpu, bank, spis, at(&bank.w.priority, i)) {
                    break;
                }
            }
        }
        // Active ones need a list register only to be ended without a maintenance interrupt.
        for i in Bits(bank.w.active) {
            if bank.slots.free().is_some() {
                let pending = bank.w.deliverable(ctlr) & bit(i) != 0;
                bank.slots.put(&mut bank.w, i, i as u16, None, pending, false);
            }
        }
        left
    }

    /// Gives list registers to SPIs that found none, as [`fill`](Self::fill) does. Returns whether any are left over.
    pub(super) fn fill_spis(&self, vcpu: usize, bank: &mut Bank, spis: &mut [Spis]) -> bool {
        let mut left = false;
        for word in Bits(bank.spi_words) {
            let Some(s) = spis.get(word) else { continue };
            let (ready, active) = (s.w.deliverable(self.ctlr()), s.w.active);
            let mut stay = false;
            for i in Bits(ready | active) {
                let Some(s) = spis.get_mut(word) else { break };
                // Only those that are known to be in no slot of any vCPU, this being theirs.
                if at(&s.w.place, i) != waiting(vcpu) {
                    continue;
                }
                let mine = usize::from(at(&s.target, i)) == vcpu;
                let (pending, elsewhere) = (ready & bit(i) != 0 && mine, ready & bit(i) != 0 && !mine);
                if !pending && active & bit(i) == 0 {
                    continue;
                }
                let (key, priority) = ((word * 32 + 32 + i) as u16, at(&s.w.priority, i));
                while let Some(s) = spis.get_mut(word)
                    && bank.slots.put(&mut s.w, i, key, None, pending, elsewhere) == Put::Full
                {
                    // An active one can wait: its end is counted, and it is not signalled before.
                    let signalled = pending && active & bit(i) == 0;
                    left |= signalled;
                    stay = true;
                    if !signalled || !self.evict(vcpu, bank, spis, priority) {
                        break;
                    }
                }
            }
            if !stay {
                bank.spi_words &= !bit(word);
            }
        }
        left
    }

    /// Takes a list register away from an interrupt of lower priority than `priority`: a pending one if there is, else,
    /// if the newcomer would preempt all active ones, the last of these to be ended.
    fn evict(&self, vcpu: usize, bank: &mut Bank, spis: &mut [Spis], priority: u8) -> bool {
        bank.slots.sync();
        let lowest =
            |slots: u32| Bits(slots).map(|n| (n, bank.slots.shadow(n).priority())).max_by_key(|&(_, p)| p);
        let pending = bank.slots.which(|lr| lr.pending() && !lr.active());
        let active = bank.slots.which(Lr::active);
        let victim = lowest(pending).filter(|&(_, p)| p > priority).or_else(|| {
            let running = vif::active_priorities().running(vif::preemption_bits());
            let preempts = u32::from(priority) < running;
            let movable = Bits(active).filter(|&n| !(self.v2 && bank.slots.key(n) & KEY_INTID < 16));
            let movable = movable.fold(0, |m, n| m | bit(n));
            lowest(movable).filter(|_| preempts && pending == 0)
        });
        let Some((n, _)) = victim else { return false };
        bank.counts.spilled += 1;
        let key = bank.slots.key(n);
        if self.v2 && key & KEY_INTID < 16 {
            self.latch_again(bank, spis, key);
        } else if let Some(w) = word_of(&mut bank.w, spis, key) {
            bank.slots.fold(w, usize::from(key & 31), n);
            w.set_place(usize::from(key & 31), waiting(vcpu));
            if let Some(word) = usize::from(key >> 5).checked_sub(1) {
                bank.spi_words |= bit(word);
            }
        }
        bank.slots.clear(n);
        true
    }

    /// Asks for notice when the guest ends the active interrupt in slot `n`. Should it be pending too, it must then
    /// stand back behind those of higher priority that wait.
    fn hold_back(&self, bank: &mut Bank, spis: &mut [Spis], n: usize) {
        let (lr, key) = (bank.slots.shadow(n), bank.slots.key(n));
        if lr.pending() && bank.slots.moved & bit(n) != 0 {
            self.latch_again(bank, spis, key);
        }
        bank.slots.moved &= !bit(n);
        bank.slots.write(n, Lr(lr.0 & !Lr::PENDING | Lr::EOI));
    }

    /// Takes the latch of the interrupt with this key back from a slot.
    fn latch_again(&self, bank: &mut Bank, spis: &mut [Spis], key: u16) {
        let sgi = usize::from(key & KEY_INTID);
        if self.v2
            && sgi < 16
            && let Some(sources) = bank.sources.get_mut(sgi)
        {
            *sources |= 1 << (key >> Lr::SOURCE_SHIFT & 7);
        }
        if let Some(w) = word_of(&mut bank.w, spis, key) {
            w.latch |= bit(usize::from(key & 31));
        }
    }

    /// Maintenance interrupts for what is left over; none otherwise.
    pub(super) fn set_maintenance(&self, vcpu: usize, bank: &mut Bank, spis: &mut [Spis], left: bool) {
        let mut hcr = HCR_EN;
        if left {
            bank.slots.sync();
            if bank.slots.mask != 1 {
                hcr |= HCR_UIE;
            }
            if bank.slots.which(|lr| lr.pending() && !lr.active()) != 0 {
                hcr |= HCR_NPIE;
            }
            for n in Bits(bank.slots.which(|lr| lr.active() && !lr.hw())) {
                self.hold_back(bank, spis, n);
            }
        }
        if self.highest_active(vcpu, bank, spis).is_some() {
            hcr |= HCR_LRENPIE;
        }
        bank.spilled = left || hcr != HCR_EN;
        if bank.slots.hcr != hcr {
            // Counting of ends without a list register goes on, or starts here.
            let count = if bank.slots.hcr & HCR_LRENPIE != 0 { vif::hcr() & EOICOUNT } else { 0 };
            bank.slots.hcr = hcr;
            vif::set_hcr(hcr | count);
        }
    }
}

/// The word of the interrupt with this key.
pub(super) fn word_of<'a>(private: &'a mut Word, spis: &'a mut [Spis], key: u16) -> Option<&'a mut Word> {
    match usize::from((key & KEY_INTID) >> 5) {
        0 => Some(private),
        n => spis.get_mut(n - 1).map(|s| &mut s.w),
    }
}
