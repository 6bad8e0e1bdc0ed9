// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts towards the guest: inputs, and the way of one interrupt into a list register.

use super::irq::{Edit, NOWHERE, Word, at, bit};
use super::slots::{Place, Put, home};
use super::{Bank, FLUSH, FLUSH_SPIS, HostIrq, Kicks, NO_TARGET, Spis, Vgic};
use arch::irq::{restore, save};
use arch::vif::{self, Lr};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Deactivates the physical interrupt behind interrupt `i`, if one waits for an end that will not come.
#[inline]
pub(super) fn settle(host: &dyn HostIrq, w: &mut Word, i: usize, place: Place) {
    if w.hw & bit(i) & !w.active & !w.latch != 0 {
        settle_cold(host, w, i, place);
    }
}

#[cold]
fn settle_cold(host: &dyn HostIrq, w: &mut Word, i: usize, place: Place) {
    w.hw &= !bit(i);
    let intid = u32::from(at(&w.host, i));
    // A PPI's active state went away with the vCPU's CPU.
    if intid >= 32 || place == Place::Here {
        host.set_active(intid, false);
    }
}

impl Vgic {
    /// Sets the level of SPI `intid`'s input. Context: any. An INTID that is no SPI of this guest is ignored.
    pub fn set_spi(&self, intid: u32, level: bool) {
        self.follow_spi(intid, &AtomicU32::new(level.into()));
    }

    /// Sets the level of SPI `intid`'s input to whether `causes` has any bits, which is looked at with all other changes of the
    /// input shut out. Context: any. An INTID that is no SPI of this guest is ignored.
    pub fn follow_spi(&self, intid: u32, causes: &AtomicU32) {
        let Some((word, i)) = self.spi_index(intid) else { return };
        let mut kicks = Kicks::default();
        let flags = save();
        {
            let mut spis = self.spis.lock();
            let level = causes.load(Relaxed) != 0;
            if let Some(s) = spis.get_mut(word)
                && s.w.set_line(bit(i), level)
                && !self.level_here(s, intid as u16, i, level, &mut kicks)
            {
                self.update_spi(s, word, i, Edit::None, &mut kicks);
            }
        }
        restore(flags);
        self.run_kicks(kicks);
    }

    /// A rise and fall of SPI `intid`'s input, if the guest has it edge-triggered; returns whether it has. Context: any. An INTID
    /// that is no SPI of this guest is ignored.
    pub fn edge_spi(&self, intid: u32) -> bool {
        let Some((word, i)) = self.spi_index(intid) else { return true };
        let mut kicks = Kicks::default();
        let mut edge = false;
        let flags = save();
        {
            let mut spis = self.spis.lock();
            if let Some(s) = spis.get_mut(word)
                && s.w.edge & bit(i) != 0
            {
                edge = true;
                if !self.edge_here(s, intid as u16, i, &mut kicks) {
                    self.update_spi(s, word, i, Edit::SetPending, &mut kicks);
                }
            }
        }
        restore(flags);
        self.run_kicks(kicks);
        edge
    }

    /// The common case of an edge: the interrupt's vCPU is loaded here; it is open, and its list register is there or there is a
    /// free one. Returns whether it was that.
    #[inline(always)]
    fn edge_here(&self, s: &mut Spis, intid: u16, i: usize, kicks: &mut Kicks) -> bool {
        let b = bit(i);
        let vcpu = usize::from(at(&s.target, i));
        let place = at(&s.w.place, i);
        let Some(cpu) = self.cpus.get(vcpu) else { return false };
        let elsewhere = usize::from(place >> 8) != vcpu && place != NOWHERE;
        let closed = s.w.open(self.ctlr()) & b == 0;
        if closed || (s.w.latch | s.w.hw | s.w.active) & b != 0 || elsewhere {
            return false;
        }
        let mut bank = cpu.bank.lock();
        let Bank { slots, spilled, .. } = &mut *bank;
        if slots.cpu != vif::here() || slots.dirty != 0 || *spilled {
            return false;
        }
        let (n, now) = match slots.find(place, intid) {
            Some(n) => (n, vif::read_lr(n)),
            None => {
                let free = !slots.used & slots.mask;
                if free == 0 {
                    return false;
                }
                (free.trailing_zeros() as usize, Lr::EMPTY)
            }
        };
        if now.hw() || now.0 & Lr::EOI != 0 {
            return false;
        }
        let lr = Lr::PENDING
            | now.0 & Lr::ACTIVE
            | u64::from(intid)
            | u64::from(at(&s.w.priority, i)) << Lr::PRIORITY_SHIFT
            | if s.w.group & b != 0 { Lr::GROUP1 } else { 0 };
        s.w.set_place(i, u16::from(slots.index) << 8 | n as u16);
        slots.hold_here(n, intid, Lr(lr));
        bank.announce(vcpu, Place::Here, kicks);
        true
    }

    /// The common case of a change of a level: the interrupt's vCPU is loaded here; it is raised, open, and its list register
    /// is empty or there is a free one, or it is lowered and has its list register still. Returns whether it was that.
    #[inline(always)]
    fn level_here(&self, s: &mut Spis, intid: u16, i: usize, level: bool, kicks: &mut Kicks) -> bool {
        let b = bit(i);
        let vcpu = usize::from(at(&s.target, i));
        let place = at(&s.w.place, i);
        let Some(cpu) = self.cpus.get(vcpu) else { return false };
        let elsewhere = usize::from(place >> 8) != vcpu && place != NOWHERE;
        if (s.w.edge | s.w.latch | s.w.hw | s.w.active) & b != 0 || elsewhere {
            return false;
        }
        let mut bank = cpu.bank.lock();
        let Bank { slots, spilled, .. } = &mut *bank;
        if slots.cpu != vif::here() || slots.dirty != 0 || *spilled {
            return false;
        }
        let slot = slots.find(place, intid);
        let now = slot.map_or(Lr::EMPTY, vif::read_lr);
        if !level {
            let Some(n) = slot.filter(|&n| slots.moved & bit(n) == 0) else { return false };
            if now.active() {
                slots.write_here(n, Lr(now.0 & !(Lr::PENDING | Lr::EOI)));
            } else {
                slots.clear_here(n);
            }
            return true;
        }
        let free = !slots.used & slots.mask;
        if s.w.open(self.ctlr()) & b == 0 || !now.idle() || slot.is_none() && free == 0 {
            return false;
        }
        let n = slot.unwrap_or(free.trailing_zeros() as usize);
        let lr = Lr::PENDING
            | Lr::EOI
            | u64::from(intid)
            | u64::from(at(&s.w.priority, i)) << Lr::PRIORITY_SHIFT
            | if s.w.group & b != 0 { Lr::GROUP1 } else { 0 };
        s.w.set_place(i, u16::from(slots.index) << 8 | n as u16);
        slots.hold_here(n, intid, Lr(lr));
        slots.moved &= !bit(n);
        bank.announce(vcpu, Place::Here, kicks);
        true
    }

    /// Sets the level of the input of PPI `intid` (16 to 31) of `vcpu`. Context: any. Others are ignored.
    pub fn set_ppi(&self, vcpu: usize, intid: u32, level: bool) {
        if !(16..32).contains(&intid) {
            return;
        }
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        let i = intid as usize;
        let mut kicks = Kicks::default();
        let flags = save();
        {
            let mut bank = cpu.bank.lock();
            if bank.w.set_line(bit(i), level) {
                self.update_private(vcpu, &mut bank, i, Edit::None, &mut kicks);
            }
        }
        restore(flags);
        self.run_kicks(kicks);
    }

    /// Passes physical interrupt `host_intid`, which is acknowledged, and whose priority is dropped but which is not
    /// deactivated, on as PPI `intid` of `vcpu`, or as an SPI wherever it is routed. The guest's end of interrupt deactivates
    /// it. Context: any; for a PPI on the CPU where `vcpu` is loaded.
    pub fn inject_forwarded(&self, vcpu: usize, intid: u32, host_intid: u32) {
        let i = intid as usize & 31;
        let mut kicks = Kicks::default();
        let flags = save();
        if (16..32).contains(&intid) {
            if let Some(cpu) = self.cpus.get(vcpu) {
                let mut bank = cpu.bank.lock();
                bank.w.set_host(i, host_intid);
                if !self.raise_here(vcpu, &mut bank, i, true, &mut kicks) {
                    self.update_private(vcpu, &mut bank, i, Edit::Forward, &mut kicks);
                }
            }
        } else if let Some((word, i)) = self.spi_index(intid) {
            let mut spis = self.spis.lock();
            if let Some(s) = spis.get_mut(word) {
                s.w.set_host(i, host_intid);
                self.update_spi(s, word, i, Edit::Forward, &mut kicks);
            }
        }
        restore(flags);
        self.run_kicks(kicks);
    }

    /// Word and bit of an SPI that exists.
    #[inline]
    pub(super) fn spi_index(&self, intid: u32) -> Option<(usize, usize)> {
        let n = intid.wrapping_sub(32) as usize;
        (n >> 5 < self.spi_words && intid < 1020).then_some((n >> 5, n & 31))
    }

    /// The common case of making SGI or PPI `i` of `vcpu` pending: it is loaded here, the interrupt is open, neither
    /// pending by a level nor active, and has its list register still, empty, or there is a free one. Returns whether
    /// it was that.
    #[inline(always)]
    pub(super) fn raise_here(
        &self,
        vcpu: usize,
        bank: &mut Bank,
        i: usize,
        forward: bool,
        kicks: &mut Kicks,
    ) -> bool {
        let b = bit(i);
        let Bank { w, slots, .. } = bank;
        let open = w.open(self.ctlr()) & !w.active & !(w.line & !w.edge) & b != 0;
        if slots.cpu != vif::here() || !open || slots.dirty != 0 || bank.spilled || self.v2 && i < 16 {
            return false;
        }
        let n = match slots.find(at(&w.place, i), i as u16) {
            Some(n) => {
                if !vif::read_lr(n).idle() {
                    return false;
                }
                n
            }
            None => {
                let free = !slots.used & slots.mask;
                if free == 0 {
                    return false;
                }
                free.trailing_zeros() as usize
            }
        };
        let mut lr = Lr::PENDING
            | i as u64
            | u64::from(at(&w.priority, i)) << Lr::PRIORITY_SHIFT
            | if w.group & b != 0 { Lr::GROUP1 } else { 0 };
        if forward || w.hw & b != 0 {
            lr |= Lr::HW | u64::from(at(&w.host, i)) << Lr::PHYSICAL_SHIFT;
            w.hw &= !b;
        }
        w.latch &= !b;
        w.set_place(i, u16::from(slots.index) << 8 | n as u16);
        slots.hold_here(n, i as u16, Lr(lr));
        bank.counts.injected += 1;
        if bank.idle {
            bank.idle = false;
            kicks.add(vcpu);
        }
        true
    }

    /// Applies `edit` to SGI or PPI `i` of `vcpu`, and delivers, changes or withdraws it as its state now says.
    pub(super) fn update_private(
        &self,
        vcpu: usize,
        bank: &mut Bank,
        i: usize,
        edit: Edit,
        kicks: &mut Kicks,
    ) {
        if self.v2 && i < 16 {
            return self.update_sgi(vcpu, bank, i, edit, kicks);
        }
        let b = bit(i);
        let Bank { w, slots, .. } = bank;
        let slot = slots.find(at(&w.place, i), i as u16);
        let place = slots.place();
        if place == Place::Remote {
            match slot {
                Some(n) => slots.request(w, i, n, edit),
                None => w.apply(edit, b),
            }
            self.ask(vcpu, FLUSH);
            kicks.add(vcpu);
            return;
        }
        if let Some(n) = slot {
            slots.fold(w, i, n);
        }
        w.apply(edit, b);
        settle(&*self.host, w, i, place);
        let pending = w.deliverable(self.ctlr()) & b != 0;
        let put = slots.put(w, i, i as u16, slot, pending, false);
        self.note(vcpu, bank, put);
        if pending {
            bank.announce(vcpu, place, kicks);
        }
    }

    /// Asks for a flush after `put`, if list registers ran out; while they are short, whatever changes one may change
    /// which maintenance interrupts are needed.
    #[inline]
    pub(super) fn note(&self, vcpu: usize, bank: &mut Bank, put: Put) {
        if put == Put::Full || bank.spilled {
            bank.counts.spilled += u64::from(put == Put::Full);
            self.ask(vcpu, FLUSH_SPIS);
        }
    }

    /// [`update_private`](Self::update_private) for SPI `i` of `word`.
    pub(super) fn update_spi(&self, s: &mut Spis, word: usize, i: usize, edit: Edit, kicks: &mut Kicks) {
        let b = bit(i);
        let intid = (word * 32 + 32 + i) as u16;
        let target = usize::from(at(&s.target, i));
        let hint = at(&s.w.place, i);
        let mut edit = edit;
        if let Some(at_vcpu) = home(hint)
            && let Some(cpu) = self.cpus.get(at_vcpu)
        {
            let mut bank = cpu.bank.lock();
            let place = bank.slots.place();
            if let Some(n) = bank.slots.find(hint, intid) {
                if place == Place::Remote {
                    bank.slots.request(&mut s.w, i, n, edit);
                    self.ask(at_vcpu, FLUSH | FLUSH_SPIS);
                    kicks.add(at_vcpu);
                    return;
                }
                bank.slots.fold(&mut s.w, i, n);
                s.w.apply(edit, b);
                edit = Edit::None;
                settle(&*self.host, &mut s.w, i, place);
                let ready = s.w.deliverable(self.ctlr()) & b != 0;
                let (pending, elsewhere) = (ready && target == at_vcpu, ready && target != at_vcpu);
                let put = bank.slots.put(&mut s.w, i, intid, Some(n), pending, elsewhere);
                self.note(at_vcpu, &mut bank, put);
                if put == Put::Held {
                    if pending {
                        bank.announce(at_vcpu, place, kicks);
                    }
                    return;
                }
            }
        }
        s.w.apply(edit, b);
        settle(&*self.host, &mut s.w, i, Place::Away);
        let active = s.w.active & b != 0;
        let ready = s.w.deliverable(self.ctlr()) & b != 0;
        let dest = if active {
            home(hint).unwrap_or(if target == NO_TARGET.into() { 0 } else { target })
        } else {
            target
        };
        if !active && !ready {
            return;
        }
        let Some(cpu) = self.cpus.get(dest) else { return };
        let mut bank = cpu.bank.lock();
        let place = bank.slots.place();
        let pending = ready && dest == target;
        let put = match place {
            Place::Remote => Put::Full,
            _ => bank.slots.put(&mut s.w, i, intid, None, pending, ready && !pending),
        };
        if put == Put::Full {
            s.w.set_place(i, super::waiting(dest));
            bank.spi_words |= bit(word);
        }
        if place == Place::Remote {
            self.ask(dest, FLUSH | FLUSH_SPIS);
        } else {
            self.note(dest, &mut bank, put);
        }
        if pending || place == Place::Remote {
            bank.announce(dest, place, kicks);
        }
    }
}

impl Bank {
    /// Counts an interrupt for `vcpu` and has it woken where that is needed.
    #[inline]
    pub(super) fn announce(&mut self, vcpu: usize, place: Place, kicks: &mut Kicks) {
        self.counts.injected += 1;
        if place != Place::Here || self.idle {
            self.idle = false;
            kicks.add(vcpu);
        }
    }
}
