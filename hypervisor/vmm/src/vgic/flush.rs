// SPDX-License-Identifier: GPL-2.0-only
//! What happens to a vCPU's list registers as a whole: loading, requests of other CPUs, spilling, maintenance, WFI.

use super::deliver::settle;
use super::irq::{Bits, Edit, at, bit};
use super::slots::{KEY_INTID, Place, Put, home};
use super::spill::EOICOUNT;
use super::{Bank, FLUSH, FLUSH_SPIS, Kicks, SYNC, Spis, Vgic, reset_vmcr};
use arch::vif::{self, ActivePriorities, HCR_LRENPIE, Lr, MAX_LRS, VMCR_ENG0, VMCR_ENG1, VMCR_PMR_SHIFT};
use core::sync::atomic::Ordering::*;

/// SPIs that left this vCPU's list registers and go to another vCPU.
#[derive(Default)]
struct Leaving {
    intids: [u16; MAX_LRS],
    count: usize,
}

impl Leaving {
    fn add(&mut self, intid: u16) {
        if let Some(slot) = self.intids.get_mut(self.count) {
            *slot = intid;
            self.count += 1;
        }
    }
}

/// Sets the active state of this CPU's physical PPIs behind the interrupts that a vCPU has yet to end.
fn set_ppis(vgic: &Vgic, bank: &Bank, active: bool) {
    for n in Bits(bank.slots.which(|lr| lr.hw() && !lr.idle() && lr.physical() < 32)) {
        vgic.host.set_active(bank.slots.shadow(n).physical(), active);
    }
    for i in Bits(bank.w.hw) {
        vgic.host.set_active(at(&bank.w.host, i).into(), active);
    }
}

impl Vgic {
    /// Puts `vcpu`'s list registers, `VMCR` and active priorities into this CPU's hardware, and makes the physical PPIs active
    /// that the vCPU has yet to end. Context: interrupts masked; the hardware holds no other vCPU. The caller loads the
    /// vCPU's virtual timer **after** this.
    pub fn load(&self, vcpu: usize) {
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        let mut bank = cpu.bank.lock();
        if bank.slots.place() != Place::Away {
            return;
        }
        bank.slots.cpu = vif::here();
        for n in 0..vif::lr_count() {
            vif::write_lr(n, bank.slots.shadow(n));
        }
        vif::set_vmcr(bank.slots.vmcr);
        vif::set_active_priorities(&bank.slots.active);
        vif::set_hcr(bank.slots.hcr | bank.ends);
        set_ppis(self, &bank, true);
    }

    /// Takes `vcpu`'s state out of this CPU's hardware. Context: interrupts masked. The caller has saved and switched off the vCPU's
    /// virtual timer **before** this.
    pub fn unload(&self, vcpu: usize) {
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        let mut bank = cpu.bank.lock();
        if bank.slots.place() != Place::Here {
            return;
        }
        self.wipe(&mut bank);
        bank.slots.sync();
        set_ppis(self, &bank, false);
        bank.slots.vmcr = vif::vmcr();
        bank.slots.active = vif::active_priorities();
        bank.ends = if bank.slots.hcr & HCR_LRENPIE != 0 { vif::hcr() & EOICOUNT } else { 0 };
        bank.slots.cpu = 0;
        bank.slots.reap();
        vif::set_hcr(0);
        for n in 0..vif::lr_count() {
            vif::write_lr(n, Lr::EMPTY);
        }
        self.answer_sync(vcpu);
    }

    /// Empties the hardware of a vCPU that was reset while loaded here.
    fn wipe(&self, bank: &mut Bank) {
        if !bank.wipe {
            return;
        }
        bank.wipe = false;
        for i in Bits(bank.owed) {
            self.host.set_active(at(&bank.w.host, i).into(), false);
        }
        bank.owed = 0;
        for n in 0..vif::lr_count() {
            let (lr, now) = (vif::read_lr(n), bank.slots.shadow(n));
            if lr != now && lr.hw() && !lr.idle() {
                self.host.set_active(lr.physical(), false);
            }
            vif::write_lr(n, now);
        }
        vif::set_vmcr(reset_vmcr(self.v2));
        vif::set_active_priorities(&ActivePriorities::default());
        vif::set_hcr(bank.slots.hcr);
    }

    /// Does what other contexts asked of `vcpu`, which is loaded on this CPU: interrupts that wait go into list registers,
    /// changed ones are looked at anew, readers get the state. To be called before the return to the guest if
    /// [`needs_flush`](Self::needs_flush). Context: interrupts masked.
    pub fn flush(&self, vcpu: usize) {
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        let asked = cpu.request.swap(0, Acquire);
        let mut kicks = Kicks::default();
        let mut all = asked & FLUSH_SPIS != 0;
        {
            let mut bank = cpu.bank.lock();
            match bank.slots.place() {
                Place::Here => {}
                // Loading comes first; what was asked stays asked.
                Place::Away => {
                    cpu.request.fetch_or(asked & !SYNC, Relaxed);
                    return;
                }
                Place::Remote => {
                    cpu.request.fetch_or(asked, Relaxed);
                    return;
                }
            }
            self.wipe(&mut bank);
            // It is on its exit path, so awake.
            bank.idle = false;
            if asked & SYNC != 0 {
                bank.slots.sync();
                cpu.synced.fetch_add(1, Release);
            }
            all |= bank.spilled;
            if asked & FLUSH != 0 && !all {
                bank.counts.flushes += 1;
                all = self.flush_private(vcpu, &mut bank, &mut kicks);
            }
        }
        if all {
            self.flush_all(vcpu, &mut kicks, false);
        }
        // This vCPU is awake: it is about to return to the guest.
        kicks.0 &= !bit(vcpu);
        self.run_kicks(kicks);
    }

    /// Delivers SGIs and PPIs alone. Returns whether list registers ran out.
    fn flush_private(&self, vcpu: usize, bank: &mut Bank, kicks: &mut Kicks) -> bool {
        for n in Bits(bank.slots.dirty) {
            let i = usize::from(bank.slots.key(n) & KEY_INTID);
            if i < 32 {
                if !(self.v2 && i < 16) {
                    bank.slots.fold_requests(&mut bank.w, i, n);
                }
                self.refresh_private(vcpu, bank, i, Some(n), kicks);
            }
        }
        for i in Bits(bank.w.deliverable(self.ctlr())) {
            if !self.raise_here(vcpu, bank, i, false, kicks) {
                self.update_private(vcpu, bank, i, Edit::None, kicks);
            }
        }
        self.request_word(vcpu) & FLUSH_SPIS != 0
    }

    fn request_word(&self, vcpu: usize) -> u32 {
        self.cpus.get(vcpu).map_or(0, |c| c.request.load(Relaxed))
    }

    /// Puts SGI or PPI `i`, which was just taken back from slot `n`, where its state says.
    fn refresh_private(&self, vcpu: usize, bank: &mut Bank, i: usize, n: Option<usize>, kicks: &mut Kicks) {
        if self.v2 && i < 16 {
            return self.update_sgi(vcpu, bank, i, Edit::None, kicks);
        }
        settle(&*self.host, &mut bank.w, i, Place::Here);
        let pending = bank.w.deliverable(self.ctlr()) & bit(i) != 0;
        bank.slots.put(&mut bank.w, i, i as u16, n, pending, false);
    }

    /// Looks at all that is dirty or waits, SPIs too, lets the highest priorities have the list registers, and sets the
    /// maintenance interrupts up if some are left over.
    #[cold]
    fn flush_all(&self, vcpu: usize, kicks: &mut Kicks, maintenance: bool) {
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        let mut leaving = Leaving::default();
        let (mut left, words);
        let mut spis = self.spis.lock();
        {
            let mut bank = cpu.bank.lock();
            let bank = &mut *bank;
            if bank.slots.place() != Place::Here {
                return;
            }
            // What others ask for from here on is not looked at again: SGIs may come between the two locked parts.
            cpu.request.fetch_and(!FLUSH, Relaxed);
            bank.counts.flushes += 1;
            bank.counts.maintenance += u64::from(maintenance);
            self.ended(vcpu, bank, &mut spis);
            for n in Bits(bank.slots.dirty & bank.slots.used) {
                self.refresh(vcpu, bank, &mut spis, n, &mut leaving, kicks);
            }
            left = self.fill(vcpu, bank, &mut spis);
            words = core::mem::take(&mut bank.spi_words);
        }
        #[cfg(test)]
        super::tests::race::between();
        for word in Bits(words) {
            if let Some(s) = spis.get_mut(word) {
                for i in Bits(s.w.deliverable(self.ctlr()) | s.w.active) {
                    let mine = usize::from(at(&s.target, i)) == vcpu;
                    if !mine && home(at(&s.w.place, i)) != Some(vcpu) {
                        continue;
                    }
                    self.update_spi(s, word, i, Edit::None, kicks);
                }
            }
        }
        for &intid in leaving.intids.iter().take(leaving.count) {
            if let Some((word, i)) = self.spi_index(intid.into())
                && let Some(s) = spis.get_mut(word)
            {
                self.update_spi(s, word, i, Edit::None, kicks);
            }
        }
        let mut bank = cpu.bank.lock();
        let bank = &mut *bank;
        if bank.spi_words != 0 {
            left |= self.fill_spis(vcpu, bank, &mut spis);
        }
        self.set_maintenance(vcpu, bank, &mut spis, left);
        // Only this function's own doing can have asked for this: others hold `spis` to do so, or are this CPU.
        cpu.request.fetch_and(!FLUSH_SPIS, Relaxed);
    }

    /// Looks at slot `n` anew.
    fn refresh(
        &self,
        vcpu: usize,
        bank: &mut Bank,
        spis: &mut [Spis],
        n: usize,
        leaving: &mut Leaving,
        kicks: &mut Kicks,
    ) {
        let key = bank.slots.key(n);
        let i = usize::from(key & 31);
        if key & KEY_INTID < 32 {
            let i = usize::from(key & KEY_INTID);
            if !(self.v2 && i < 16) {
                bank.slots.fold_requests(&mut bank.w, i, n);
            }
            return self.refresh_private(vcpu, bank, i, Some(n), kicks);
        }
        let Some((word, _)) = self.spi_index(key.into()) else { return bank.slots.clear(n) };
        let Some(s) = spis.get_mut(word) else { return bank.slots.clear(n) };
        bank.slots.fold_requests(&mut s.w, i, n);
        settle(&*self.host, &mut s.w, i, Place::Here);
        let ready = s.w.deliverable(self.ctlr()) & bit(i) != 0;
        let mine = usize::from(at(&s.target, i)) == vcpu;
        if bank.slots.put(&mut s.w, i, key, Some(n), ready && mine, ready && !mine) == Put::Nothing && ready {
            leaving.add(key);
        }
    }

    /// The maintenance interrupt of `vcpu`, which is loaded on this CPU. Context: interrupts masked.
    pub fn maintenance(&self, vcpu: usize) {
        let mut kicks = Kicks::default();
        self.flush_all(vcpu, &mut kicks, true);
        self.run_kicks(kicks);
    }

    /// Whether an interrupt is pending for `vcpu` that its CPU interface lets through, so that WFI must not wait. If not,
    /// whatever comes later wakes the vCPU by `kick`. Also stores the list registers for readers. Context: interrupts masked.
    pub fn pending(&self, vcpu: usize) -> bool {
        let Some(cpu) = self.cpus.get(vcpu) else { return false };
        if self.needs_flush(vcpu) {
            self.flush(vcpu);
        }
        let mut bank = cpu.bank.lock();
        if bank.slots.place() == Place::Here && vif::eisr() != 0 {
            drop(bank);
            self.maintenance(vcpu);
            bank = cpu.bank.lock();
        }
        let here = bank.slots.place() == Place::Here;
        bank.slots.sync();
        let vmcr = if here { vif::vmcr() } else { bank.slots.vmcr };
        let mask = vmcr >> VMCR_PMR_SHIFT;
        let candidates = bank.slots.which(|lr| {
            let enable = if lr.0 & Lr::GROUP1 != 0 { VMCR_ENG1 } else { VMCR_ENG0 };
            lr.pending() && !lr.active() && vmcr & enable != 0 && u32::from(lr.priority()) < mask
        });
        let mut found = candidates != 0;
        if found {
            let active = if here { vif::active_priorities() } else { bank.slots.active };
            let running = active.running(vif::preemption_bits());
            found = Bits(candidates).any(|n| u32::from(bank.slots.shadow(n).priority()) < running);
        }
        bank.idle = !found;
        found
    }

    /// Tells readers that the list registers of `vcpu` are stored.
    fn answer_sync(&self, vcpu: usize) {
        if let Some(cpu) = self.cpus.get(vcpu)
            && cpu.request.fetch_and(!SYNC, AcqRel) & SYNC != 0
        {
            cpu.synced.fetch_add(1, Release);
        }
    }

    /// Has the last known state of `vcpu`'s list registers brought up to date for a reader that runs `me`. Holds no lock.
    #[cold]
    pub(super) fn sync(&self, me: usize, vcpu: usize) {
        /// Turns to wait: some thousand instructions.
        const TURNS: u32 = 500;
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        if cpu.bank.lock().slots.place() != Place::Remote {
            return;
        }
        let before = cpu.synced.load(Acquire);
        self.ask(vcpu, SYNC);
        (self.kick)(vcpu);
        for _ in 0..TURNS {
            if cpu.synced.load(Acquire) != before {
                return;
            }
            if self.request_word(me) & SYNC != 0
                && let Some(own) = self.cpus.get(me)
            {
                let mut bank = own.bank.lock();
                if bank.slots.place() == Place::Here {
                    bank.slots.sync();
                    self.answer_sync(me);
                }
            }
            arch::cpu::relax();
        }
    }

    /// Has every vCPU look at everything anew, since `GICD_CTLR` changed. `me` passes the exit path anyway.
    #[cold]
    pub(super) fn refresh_everything(&self, me: usize, kicks: &mut Kicks) {
        let _spis = self.spis.lock();
        for (vcpu, cpu) in self.cpus.iter().enumerate() {
            let mut bank = cpu.bank.lock();
            bank.slots.dirty |= bank.slots.used;
            bank.spi_words = (1u32.checked_shl(self.spi_words as u32).unwrap_or(0)).wrapping_sub(1);
            self.ask(vcpu, FLUSH | FLUSH_SPIS);
            if vcpu != me {
                kicks.add(vcpu);
            }
        }
    }

    /// Resets the CPU interface of `vcpu` as at power-on (priority mask, group enables, active priorities), for one that is
    /// switched on again. Its interrupts stay as they are. Context: any; the vCPU is not in the guest, and loaded here or
    /// nowhere.
    pub fn reset_cpu_interface(&self, vcpu: usize) {
        let Some(cpu) = self.cpus.get(vcpu) else { return };
        let flags = arch::irq::save();
        {
            let mut bank = cpu.bank.lock();
            match bank.slots.place() {
                Place::Here => {
                    vif::set_vmcr(reset_vmcr(self.v2));
                    vif::set_active_priorities(&ActivePriorities::default());
                }
                Place::Away => {
                    bank.slots.vmcr = reset_vmcr(self.v2);
                    bank.slots.active = ActivePriorities::default();
                }
                Place::Remote => {}
            }
        }
        arch::irq::restore(flags);
    }

    /// Back to the state after [`new`](Self::new); inputs keep their levels low. Context: any; no vCPU may be in the guest.
    pub fn reset(&self) {
        let flags = arch::irq::save();
        {
            let mut spis = self.spis.lock();
            self.ctlr.store(0, Relaxed);
            for (vcpu, cpu) in self.cpus.iter().enumerate() {
                let mut bank = cpu.bank.lock();
                let place = bank.slots.place();
                for n in Bits(bank.slots.which(|lr| lr.hw() && !lr.idle() && lr.physical() >= 32)) {
                    self.host.set_active(bank.slots.shadow(n).physical(), false);
                }
                let loaded = place != Place::Away;
                let mut fresh = Bank::new(vcpu as u8, self.v2);
                fresh.counts = bank.counts;
                fresh.slots.cpu = bank.slots.cpu;
                fresh.w.host = bank.w.host;
                fresh.owed = if loaded { bank.owed | bank.w.hw } else { 0 };
                fresh.wipe = loaded;
                *bank = fresh;
                cpu.request.store(if bank.wipe { FLUSH } else { 0 }, Relaxed);
            }
            for (word, s) in spis.iter_mut().enumerate() {
                for i in Bits(s.w.hw) {
                    self.host.set_active(at(&s.w.host, i).into(), false);
                }
                *s = Spis::new(word, self.v2, self.cpus.len());
            }
        }
        arch::irq::restore(flags);
    }
}

impl Drop for Vgic {
    /// Deactivates the physical SPIs that the guest has not ended. All vCPUs have been unloaded, so no PPI is owed.
    fn drop(&mut self) {
        self.reset();
    }
}
