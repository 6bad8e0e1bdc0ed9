// SPDX-License-Identifier: GPL-2.0-only
//! Software generated interrupts: the system registers of GICv3, GICD_SGIR of GICv2, and GICv2's SGIs, which are pending
//! once for each source CPU and so may hold several list registers at a time.

use super::deliver::settle;
use super::irq::{Bits, Edit, bit};
use super::slots::{KEY_INTID, Place, Put};
use super::{Bank, FLUSH, Kicks, Vgic};
use arch::vif::Lr;

impl Vgic {
    /// `ICC_SGI1R_EL1` (IHI 0069, 12.2.20): an SGI to the vCPUs of an affinity list, or to all others (IRM). Reaches SGIs
    /// of either group, as with one security state.
    #[inline]
    pub fn write_sgi1r(&self, vcpu: usize, value: u64) {
        self.sgi_register(vcpu, value, true);
    }

    /// `ICC_SGI0R_EL1` (12.2.19): the same, for SGIs of group 0 only.
    pub fn write_sgi0r(&self, vcpu: usize, value: u64) {
        self.sgi_register(vcpu, value, false);
    }

    /// `ICC_ASGI1R_EL1` (12.2.1): with one security state, as `ICC_SGI0R_EL1`.
    pub fn write_asgi1r(&self, vcpu: usize, value: u64) {
        self.sgi_register(vcpu, value, false);
    }

    #[inline]
    fn sgi_register(&self, vcpu: usize, value: u64, group1: bool) {
        if self.v2 {
            return;
        }
        let sgi = (value >> 24 & 0xf) as usize;
        let mut kicks = Kicks::default();
        if value >> 40 & 1 != 0 {
            for target in (0..self.cpus.len()).filter(|&t| t != vcpu) {
                self.send(target, sgi, group1, &mut kicks);
            }
        } else if value & 0x00ff_f0ff_0000_0000 == 0 {
            // Aff3, Aff2 and the range selector are 0: vCPUs have Aff0 below 16.
            let first = (value >> 16 & 0xff) as usize * 16;
            for n in Bits(value as u32 & 0xffff) {
                self.send(first + n, sgi, group1, &mut kicks);
            }
        }
        self.run_kicks(kicks);
    }

    #[inline]
    fn send(&self, target: usize, sgi: usize, group1: bool, kicks: &mut Kicks) {
        let Some(cpu) = self.cpus.get(target) else { return };
        let mut bank = cpu.bank.lock();
        if (group1 || bank.w.group & bit(sgi) == 0) && !self.raise_here(target, &mut bank, sgi, false, kicks)
        {
            self.update_private(target, &mut bank, sgi, Edit::SetPending, kicks);
        }
    }

    /// GICD_SGIR (IHI 0048, 4.3.15), written by `vcpu`.
    pub(super) fn write_sgir(&self, vcpu: usize, value: u32) {
        let all = 1u32.checked_shl(self.cpus.len() as u32).map_or(u32::MAX, |m| m - 1);
        let targets = match value >> 24 & 3 {
            0 => value >> 16 & 0xff & all,
            1 => all & !bit(vcpu),
            2 => bit(vcpu) & all,
            _ => 0,
        };
        let sgi = value as usize & 0xf;
        let mut kicks = Kicks::default();
        for target in Bits(targets) {
            self.edit_sources(target, sgi, 1 << (vcpu & 7), 0, &mut kicks);
        }
        self.run_kicks(kicks);
    }

    /// Adds and takes away sources of a GICv2 SGI of `target`.
    pub(super) fn edit_sources(&self, target: usize, sgi: usize, add: u8, remove: u8, kicks: &mut Kicks) {
        let Some(cpu) = self.cpus.get(target) else { return };
        let mut bank = cpu.bank.lock();
        if bank.slots.place() == Place::Remote {
            for n in bank.sgi_slots(sgi) {
                let source = bank.slots.key(n) >> Lr::SOURCE_SHIFT;
                if remove >> (source & 7) & 1 != 0 {
                    bank.slots.dirty |= bit(n);
                    bank.slots.drop_pending |= bit(n);
                }
            }
        } else {
            self.recall_sgi(&mut bank, sgi);
        }
        if let Some(s) = bank.sources.get_mut(sgi) {
            *s = (*s | add) & !remove;
        }
        self.update_sgi(target, &mut bank, sgi, Edit::None, kicks);
    }

    /// Takes the pending sources of an SGI back from the list registers; active ones stay.
    fn recall_sgi(&self, bank: &mut Bank, sgi: usize) {
        for n in bank.sgi_slots(sgi) {
            let lr = bank.slots.read(n);
            let source = bank.slots.key(n) >> Lr::SOURCE_SHIFT & 7;
            let drop_pending = bank.slots.drop_pending & bit(n) != 0;
            let drop_active = bank.slots.drop_active & bit(n) != 0;
            if lr.pending()
                && !drop_pending
                && let Some(s) = bank.sources.get_mut(sgi)
            {
                *s |= 1 << source;
            }
            if lr.active() && !drop_active {
                bank.slots.write(n, Lr(lr.0 & !(Lr::PENDING | Lr::EOI)));
            } else {
                bank.slots.clear(n);
            }
            let keep = !bit(n);
            bank.slots.dirty &= keep;
            bank.slots.drop_pending &= keep;
            bank.slots.drop_active &= keep;
            bank.slots.make_active &= keep;
        }
    }

    /// [`update_private`](Self::update_private) for an SGI of a GICv2.
    pub(super) fn update_sgi(&self, vcpu: usize, bank: &mut Bank, sgi: usize, edit: Edit, kicks: &mut Kicks) {
        let place = bank.slots.place();
        let b = bit(sgi);
        if place == Place::Remote {
            for n in bank.sgi_slots(sgi) {
                bank.slots.dirty |= bit(n);
                if edit == Edit::ClearActive {
                    bank.slots.drop_active |= bit(n);
                }
            }
            if matches!(edit, Edit::SetActive | Edit::ClearActive) {
                bank.w.apply(edit, b);
            }
            bank.note_sources(sgi);
            self.ask(vcpu, FLUSH);
            kicks.add(vcpu);
            return;
        }
        self.recall_sgi(bank, sgi);
        match edit {
            Edit::SetActive if bank.sgi_slots(sgi).next().is_none() => bank.w.active |= b,
            Edit::ClearActive => {
                bank.w.active &= !b;
                for n in bank.sgi_slots(sgi) {
                    bank.slots.clear(n);
                }
            }
            _ => {}
        }
        settle(&*self.host, &mut bank.w, sgi, place);
        let (pending, full) = self.place_sgi(bank, sgi);
        self.note(vcpu, bank, if full { Put::Full } else { Put::Held });
        if pending {
            bank.announce(vcpu, place, kicks);
        }
    }

    /// Gives list registers to the sources of an SGI that wait, and one to it if it is active without. Returns
    /// whether it is to be delivered, and whether list registers ran out.
    pub(super) fn place_sgi(&self, bank: &mut Bank, sgi: usize) -> (bool, bool) {
        let b = bit(sgi);
        bank.note_sources(sgi);
        let Bank { w, slots, sources, .. } = bank;
        let Some(waiting) = sources.get_mut(sgi) else { return (false, false) };
        let open = w.open(self.ctlr()) & b != 0;
        let pending = open && *waiting != 0;
        w.placed |= b;
        let mut full = false;
        let fields = u64::from(super::irq::at(&w.priority, sgi)) << Lr::PRIORITY_SHIFT
            | if w.group & b != 0 { Lr::GROUP1 } else { 0 };
        // Those in slots are active, and take priority and group as they are now.
        for n in Bits(slots.used) {
            let key = slots.key(n);
            if key & KEY_INTID == sgi as u16 && slots.read(n).active() {
                let source = 1 << (key >> Lr::SOURCE_SHIFT & 7);
                let again = if open && *waiting & source != 0 { Lr::PENDING } else { 0 };
                if again != 0 {
                    *waiting &= !source;
                }
                slots.hold(n, key, Lr(fields | Lr::ACTIVE | again | u64::from(key)));
            }
        }
        if w.active & b != 0 {
            match slots.put(w, sgi, sgi as u16, None, false, false) {
                Put::Full => full = true,
                Put::Held | Put::Nothing => {}
            }
        }
        if open {
            for source in Bits(u32::from(*waiting)) {
                let key = (sgi | source << Lr::SOURCE_SHIFT) as u16;
                let Some(n) = slots.search(key).or_else(|| slots.free()) else {
                    full = true;
                    break;
                };
                slots.hold(n, key, Lr(fields | Lr::PENDING | u64::from(key)));
                *waiting &= !(1 << source);
            }
        }
        bank.note_sources(sgi);
        (pending, full)
    }
}

impl Bank {
    /// Lets the latch of a GICv2 SGI say whether sources wait.
    fn note_sources(&mut self, sgi: usize) {
        if self.sources.get(sgi).is_some_and(|&s| s != 0) {
            self.w.latch |= bit(sgi);
        } else {
            self.w.latch &= !bit(sgi);
        }
    }

    /// The slots that hold SGI `sgi`, from whatever source.
    pub(super) fn sgi_slots(&self, sgi: usize) -> Bits {
        Bits(
            Bits(self.slots.used)
                .filter(|&n| self.slots.key(n) & KEY_INTID == sgi as u16)
                .fold(0, |m, n| m | bit(n)),
        )
    }
}
