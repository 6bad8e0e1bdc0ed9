// SPDX-License-Identifier: GPL-2.0-only
//! The list registers of one vCPU: in the hardware while the vCPU is loaded, else in memory.
//!
//! A slot that was written is *used* until it is noticed to be empty, which happens when one is needed
//! ([`Slots::reap`]), not when the guest ends the interrupt. The last values known stay in memory, for readers on
//! other CPUs.

use super::irq::{Bits, Edit, NOWHERE, Word, at, bit};
use arch::vif::{self, ActivePriorities, Lr, MAX_LRS};

/// Key of a slot that holds no interrupt.
pub(super) const FREE: u16 = 0xffff;

/// The INTID in a key; the bits above are the source CPU of a GICv2 SGI.
pub(super) const KEY_INTID: u16 = 0x3ff;

/// Where a vCPU's list registers are, seen from this CPU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// In this CPU's hardware.
    Here,
    /// In memory: the vCPU is not loaded anywhere.
    Away,
    /// In another CPU's hardware, out of reach.
    Remote,
}

/// What [`Slots::put`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Put {
    /// Neither pending nor active: nothing is in a slot.
    Nothing,
    /// It is in a slot.
    Held,
    /// It should be, but all are taken.
    Full,
}

/// The list registers of one vCPU.
pub(super) struct Slots {
    /// The vCPU.
    pub index: u8,
    /// [`vif::here`] of the CPU whose hardware holds the list registers, 0 if none does.
    pub cpu: usize,
    /// Slots that exist.
    pub mask: u32,
    /// Slots that are not known to be empty.
    pub used: u32,
    /// Slots whose pending bit stands for the latch (not for a level).
    pub moved: u32,
    /// Which interrupt a slot holds, or last held.
    pub key: [u16; MAX_LRS],
    /// Last known values.
    pub lr: [Lr; MAX_LRS],
    /// Slots to be looked at anew by the CPU that holds them.
    pub dirty: u32,
    /// Of these, the ones that shall lose their pending state.
    pub drop_pending: u32,
    /// Of these, the ones to be deactivated.
    pub drop_active: u32,
    /// Of these, the ones to be made active.
    pub make_active: u32,
    /// `HCR` as it stands or shall stand in the hardware.
    pub hcr: u32,
    /// `VMCR` while not loaded.
    pub vmcr: u32,
    /// Active priorities while not loaded.
    pub active: ActivePriorities,
}

impl Slots {
    pub fn new(index: u8, vmcr: u32) -> Self {
        let count = vif::lr_count().min(MAX_LRS) as u32;
        Self {
            index,
            cpu: 0,
            mask: (1u32 << count).wrapping_sub(1),
            used: 0,
            moved: 0,
            key: [FREE; MAX_LRS],
            lr: [Lr::EMPTY; MAX_LRS],
            dirty: 0,
            drop_pending: 0,
            drop_active: 0,
            make_active: 0,
            hcr: vif::HCR_EN,
            vmcr,
            active: ActivePriorities::default(),
        }
    }

    /// Where the list registers are.
    #[inline]
    pub fn place(&self) -> Place {
        if self.cpu == 0 {
            Place::Away
        } else if self.cpu == vif::here() {
            Place::Here
        } else {
            Place::Remote
        }
    }

    /// Reads slot `n`; of a vCPU that is loaded elsewhere, the last known value.
    #[inline]
    pub fn read(&self, n: usize) -> Lr {
        if self.place() == Place::Here { vif::read_lr(n) } else { self.shadow(n) }
    }

    /// The last known value of slot `n`.
    #[inline]
    pub fn shadow(&self, n: usize) -> Lr {
        self.lr.get(n & (MAX_LRS - 1)).copied().unwrap_or_default()
    }

    #[inline]
    fn set_shadow(&mut self, n: usize, value: Lr) {
        if let Some(lr) = self.lr.get_mut(n & (MAX_LRS - 1)) {
            *lr = value;
        }
    }

    /// Writes slot `n`. Not for a vCPU that is loaded elsewhere.
    #[inline]
    pub fn write(&mut self, n: usize, value: Lr) {
        if self.cpu != 0 {
            vif::write_lr(n, value);
        }
        self.set_shadow(n, value);
    }

    /// The key of slot `n`.
    #[inline]
    pub fn key(&self, n: usize) -> u16 {
        self.key.get(n & (MAX_LRS - 1)).copied().unwrap_or(FREE)
    }

    #[inline]
    fn set_key(&mut self, n: usize, key: u16) {
        if let Some(k) = self.key.get_mut(n & (MAX_LRS - 1)) {
            *k = key;
        }
    }

    /// The slot that holds the interrupt with this key, by the hint `place`.
    #[inline]
    pub fn find(&self, place: u16, key: u16) -> Option<usize> {
        let n = place as usize & (MAX_LRS - 1);
        (self.key(n) == key).then_some(n)
    }

    /// The slot with this key, by search.
    pub fn search(&self, key: u16) -> Option<usize> {
        Bits(self.used).find(|&n| self.key(n) == key)
    }

    /// Forgets what slot `n` held, which has been folded or has nothing to give back.
    #[inline]
    fn forget(&mut self, n: usize) {
        let keep = !bit(n);
        self.used &= keep;
        self.moved &= keep;
        self.dirty &= keep;
        self.drop_pending &= keep;
        self.drop_active &= keep;
        self.make_active &= keep;
        self.set_key(n, FREE);
    }

    /// Empties slot `n`.
    #[inline]
    pub fn clear(&mut self, n: usize) {
        self.write(n, Lr::EMPTY);
        self.forget(n);
    }

    /// Finds the slots that the guest has emptied, as far as nothing waits for them.
    #[cold]
    pub fn reap(&mut self) -> u32 {
        let mut empty = match self.place() {
            Place::Here => vif::elrsr(),
            Place::Away => Bits(self.used)
                .filter(|&n| self.shadow(n).idle() && !self.shadow(n).ended())
                .fold(0, |m, n| m | bit(n)),
            Place::Remote => 0,
        };
        empty &= self.used & !self.dirty;
        for n in Bits(empty) {
            self.set_shadow(n, Lr::EMPTY);
            self.forget(n);
        }
        !self.used & self.mask
    }

    /// A free slot.
    #[inline]
    pub fn free(&mut self) -> Option<usize> {
        let mut free = !self.used & self.mask;
        if free == 0 {
            free = self.reap();
        }
        (free != 0).then(|| free.trailing_zeros() as usize)
    }

    /// Takes the state of interrupt `i` of `w` back from slot `n`. [`put`](Self::put) with that slot must follow.
    #[inline]
    pub fn fold(&mut self, w: &mut Word, i: usize, n: usize) {
        let lr = self.read(n);
        if lr.active() {
            w.active |= bit(i);
        }
        if lr.pending() && self.moved & bit(n) != 0 {
            w.latch |= bit(i);
        }
        if lr.hw() && !lr.idle() {
            w.hw |= bit(i);
        }
    }

    /// Notes a change for the CPU that holds slot `n`, which has interrupt `i` of `w`.
    #[cold]
    pub fn request(&mut self, w: &mut Word, i: usize, n: usize, edit: Edit) {
        let slot = bit(n);
        self.dirty |= slot;
        match edit {
            Edit::None | Edit::Withdraw => {}
            Edit::SetPending | Edit::Forward => w.apply(edit, bit(i)),
            Edit::ClearPending => {
                w.latch &= !bit(i);
                self.drop_pending |= slot;
            }
            Edit::SetActive => {
                self.make_active |= slot;
                self.drop_active &= !slot;
            }
            Edit::ClearActive => {
                self.drop_active |= slot;
                self.make_active &= !slot;
            }
        }
    }

    /// [`fold`](Self::fold), with the changes that other CPUs asked for.
    #[cold]
    pub fn fold_requests(&mut self, w: &mut Word, i: usize, n: usize) {
        let latched = w.latch & bit(i) != 0;
        self.fold(w, i, n);
        if self.drop_pending & bit(n) != 0 && !latched {
            w.apply(Edit::ClearPending, bit(i));
        }
        if self.drop_active & bit(n) != 0 {
            w.apply(Edit::ClearActive, bit(i));
        }
        if self.make_active & bit(n) != 0 {
            w.apply(Edit::SetActive, bit(i));
        }
        let keep = !bit(n);
        self.dirty &= keep;
        self.drop_pending &= keep;
        self.drop_active &= keep;
        self.make_active &= keep;
    }

    /// Puts interrupt `i` of `w`, all of whose state is in `w`, into slot `slot` (its own so far) or a free one,
    /// according to its state; `pending` says whether it is to be delivered here, `elsewhere` whether its end must
    /// be noticed since another vCPU shall have it then.
    #[inline]
    pub fn put(
        &mut self,
        w: &mut Word,
        i: usize,
        key: u16,
        slot: Option<usize>,
        pending: bool,
        elsewhere: bool,
    ) -> Put {
        let b = bit(i);
        let active = w.active & b != 0;
        if !active && !pending {
            if let Some(n) = slot {
                self.clear(n);
            }
            return Put::Nothing;
        }
        let Some(n) = slot.or_else(|| self.free()) else { return Put::Full };
        let mut lr = u64::from(key)
            | u64::from(at(&w.priority, i)) << Lr::PRIORITY_SHIFT
            | if w.group & b != 0 { Lr::GROUP1 } else { 0 };
        let level = w.line & !w.edge & b != 0;
        let mut moved = false;
        if active {
            lr |= Lr::ACTIVE;
        }
        if w.hw & b != 0 {
            if active && (pending || elsewhere) {
                // The physical interrupt stays active until the guest has also ended the next one.
                lr |= Lr::EOI;
            } else {
                lr |= Lr::HW | u64::from(at(&w.host, i)) << Lr::PHYSICAL_SHIFT;
                w.hw &= !b;
                if pending {
                    lr |= Lr::PENDING;
                    moved = true;
                }
            }
        } else {
            if pending {
                lr |= Lr::PENDING;
                moved = w.latch & b != 0;
            }
            if pending && level || elsewhere {
                lr |= Lr::EOI;
            }
        }
        w.active &= !b;
        let slot = bit(n);
        self.used |= slot;
        if moved {
            w.latch &= !b;
            self.moved |= slot;
        } else {
            self.moved &= !slot;
        }
        self.set_key(n, key);
        w.set_place(i, u16::from(self.index) << 8 | n as u16);
        self.write(n, Lr(lr));
        Put::Held
    }

    /// Writes slot `n` for a source of a GICv2 SGI.
    pub fn hold(&mut self, n: usize, key: u16, value: Lr) {
        self.used |= bit(n);
        self.moved |= bit(n);
        self.set_key(n, key);
        self.write(n, value);
    }

    /// Writes slot `n` in this CPU's hardware; its pending bit stands for the latch.
    #[inline(always)]
    pub fn hold_here(&mut self, n: usize, key: u16, value: Lr) {
        self.used |= bit(n);
        self.moved |= bit(n);
        self.set_key(n, key);
        vif::write_lr(n, value);
        self.set_shadow(n, value);
    }

    /// Writes slot `n` in this CPU's hardware.
    #[inline(always)]
    pub fn write_here(&mut self, n: usize, value: Lr) {
        vif::write_lr(n, value);
        self.set_shadow(n, value);
    }

    /// Empties slot `n` in this CPU's hardware, of which nothing is asked by others.
    #[inline(always)]
    pub fn clear_here(&mut self, n: usize) {
        self.write_here(n, Lr::EMPTY);
        self.used &= !bit(n);
        self.moved &= !bit(n);
        self.set_key(n, FREE);
    }

    /// Brings the last known values of the slots up to date.
    pub fn sync(&mut self) {
        if self.place() == Place::Here {
            for n in Bits(self.used) {
                let lr = vif::read_lr(n);
                self.set_shadow(n, lr);
            }
        }
    }

    /// The slots among `used` whose last known value satisfies `f`.
    pub fn which(&self, f: impl Fn(Lr) -> bool) -> u32 {
        Bits(self.used).filter(|&n| f(self.shadow(n))).fold(0, |m, n| m | bit(n))
    }
}

/// Which vCPU `place` names; `None` if the interrupt never was in a list register.
#[inline]
pub(super) fn home(place: u16) -> Option<usize> {
    (place != NOWHERE).then_some(usize::from(place >> 8))
}
