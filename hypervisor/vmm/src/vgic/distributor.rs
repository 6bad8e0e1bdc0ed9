// SPDX-License-Identifier: GPL-2.0-only
//! The distributor's registers (IHI 0069, 12.9; IHI 0048, 4.3), and those of the banked interrupts, which GICv3 has in
//! the redistributor's SGI frame at the same offsets.
//!
//! All registers take 32-bit accesses; IPRIORITYR, ITARGETSR, CPENDSGIR and SPENDSGIR bytes too, IROUTER 64 bits.
//! Others are ignored and counted.

use super::irq::{Bits, Edit, PRIORITY_MASK, Word, at, bit, set_at};
use super::slots::Place;
use super::{Access, Bank, Kicks, NO_TARGET, Spis, Vgic, affinity, vcpu_at};
use crate::device::Width;
use arch::vif::Lr;
use core::sync::atomic::Ordering::Relaxed;

/// GICD_IIDR, GICR_IIDR: Arm as the architecture's owner, product 0x46, revision 0.
pub(super) const IIDR: u32 = 0x4600_043b;

/// Whose interrupts a register is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// SGIs and PPIs of a vCPU.
    Private(usize),
    /// Word of SPIs, which may not exist.
    Shared(usize),
    /// None: reads as zero, ignores writes.
    Nobody,
}

/// State that list registers hold a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Active,
}

/// Bits that an SPI word has: INTIDs from 1020 on are special.
#[inline]
fn implemented(owner: Owner) -> u32 {
    if owner == Owner::Shared(30) { 0x0fff_ffff } else { u32::MAX }
}

/// Bytes `shift / 8` on of `word`, four of an array of 32 starting at `first`.
#[inline]
fn bytes(array: &[u8; 32], first: usize) -> u32 {
    u32::from_le_bytes([at(array, first), at(array, first + 1), at(array, first + 2), at(array, first + 3)])
}

impl Vgic {
    /// An access of `vcpu` at `off` into the distributor. Never fails: what does not exist reads as zero and ignores writes.
    /// Context: interrupts masked.
    #[inline(always)]
    pub fn distributor(&self, vcpu: usize, off: u64, acc: &mut Access) {
        // What guests use most comes first, the rest stays out of the caller's way.
        if acc.width == Width::B4 && off >> 8 == 1 {
            let owner = self.owner(vcpu, off as usize >> 2 & 31);
            if acc.write {
                self.write_enables(vcpu, owner, acc.value as u32, off & 0x80 == 0);
            } else {
                acc.value = u64::from(self.look(owner, |w| w.enabled));
            }
        } else if acc.width == Width::B4 && off < 0x80 && !acc.write {
            acc.value = u64::from(self.control_read(off as usize));
        } else {
            acc.value = self.distributor_other(vcpu, off.min(0xffff) as usize, *acc);
        }
    }

    /// The access goes in and its value comes out in registers: one that lived in memory would cost the common ones.
    #[inline(never)]
    fn distributor_other(&self, vcpu: usize, off: usize, acc: Access) -> u64 {
        if acc.write {
            self.distributor_write(vcpu, off, acc.width, acc.value);
            0
        } else {
            self.distributor_read(vcpu, off, acc.width)
        }
    }

    /// Counts an access that the architecture does not have.
    #[cold]
    pub(super) fn ignore(&self) -> u64 {
        self.ignored.fetch_add(1, Relaxed);
        0
    }

    /// Whose interrupts word `n` of the distributor's registers holds, seen by `vcpu`.
    #[inline]
    fn owner(&self, vcpu: usize, n: usize) -> Owner {
        match n {
            0 if self.v2 => Owner::Private(vcpu),
            0 => Owner::Nobody,
            n => Owner::Shared(n - 1),
        }
    }

    fn distributor_read(&self, vcpu: usize, off: usize, width: Width) -> u64 {
        let page = off >> 7;
        match (page, width) {
            (0, Width::B4) => u64::from(self.control_read(off)),
            (1..=7, Width::B4) => u64::from(self.bits_read(vcpu, self.owner(vcpu, off >> 2 & 31), page)),
            (8..=15, Width::B4 | Width::B1) => {
                self.priority_read(self.owner(vcpu, off >> 5 & 31), off & 31, width)
            }
            (16..=23, Width::B4 | Width::B1) if self.v2 => self.targets_read(vcpu, off & 0x3ff, width),
            (24..=25, Width::B4) => {
                u64::from(self.config_read(self.owner(vcpu, off >> 3 & 31), off >> 2 & 1))
            }
            (30, Width::B4 | Width::B1) if self.v2 => self.sources_read(vcpu, off, width),
            (31, Width::B4) if self.v2 => {
                if off == 0xfe8 {
                    0x2b
                } else {
                    0
                }
            }
            (0xc0..=0xff, Width::B4 | Width::B8) if !self.v2 => self.route_read(off - 0x6000, width),
            (0x1ff, Width::B4) if !self.v2 => {
                if off == 0xffe8 {
                    0x3b
                } else {
                    0
                }
            }
            // Registers that read as zero, and reserved ones.
            (_, Width::B4) => 0,
            _ => self.ignore(),
        }
    }

    fn distributor_write(&self, vcpu: usize, off: usize, width: Width, value: u64) {
        let page = off >> 7;
        let v = value as u32;
        match (page, width) {
            (0, Width::B4) => {
                if off == 0 {
                    self.write_ctlr(vcpu, v);
                }
            }
            (1..=7, Width::B4) => self.bits_write(vcpu, self.owner(vcpu, off >> 2 & 31), page, v),
            (8..=15, Width::B4 | Width::B1) => {
                self.priority_write(self.owner(vcpu, off >> 5 & 31), off & 31, width, v);
            }
            (16..=23, Width::B4 | Width::B1) if self.v2 => self.targets_write(off & 0x3ff, width, v),
            (24..=25, Width::B4) => self.config_write(self.owner(vcpu, off >> 3 & 31), off >> 2 & 1, v),
            (30, Width::B4 | Width::B1) if self.v2 => self.sources_write(vcpu, off, width, v),
            (0xc0..=0xff, Width::B4 | Width::B8) if !self.v2 => self.route_write(off - 0x6000, width, value),
            (_, Width::B4) => {}
            _ => {
                self.ignore();
            }
        }
    }

    /// GICD_CTLR, GICD_TYPER, GICD_IIDR.
    #[inline]
    fn control_read(&self, off: usize) -> u32 {
        match off {
            // GICv3: ARE and DS always set; no write is ever pending.
            0x0 => self.ctlr() | if self.v2 { 0 } else { 1 << 6 | 1 << 4 },
            // ITLinesNumber; GICv2: CPUNumber; GICv3: 10 bits of INTID, no 1 of N.
            0x4 if self.v2 => self.spi_words as u32 | ((self.cpus.len() as u32 - 1) & 7) << 5,
            0x4 => self.spi_words as u32 | 9 << 19 | 1 << 25,
            0x8 => IIDR,
            _ => 0,
        }
    }

    fn write_ctlr(&self, vcpu: usize, value: u32) {
        if self.ctlr.swap(value & 3, Relaxed) != value & 3 {
            let mut kicks = Kicks::default();
            self.refresh_everything(vcpu, &mut kicks);
            self.run_kicks(kicks);
        }
    }

    /// Reads something of the interrupts of `owner`.
    #[inline(always)]
    pub(super) fn look(&self, owner: Owner, f: impl Fn(&Word) -> u32) -> u32 {
        match owner {
            Owner::Private(v) => self.cpus.get(v).map_or(0, |c| f(&c.bank.lock().w)),
            Owner::Shared(word) => self.spis.lock().get(word).map_or(0, |s| f(&s.w)),
            Owner::Nobody => 0,
        }
    }

    /// Changes something of the interrupts of `owner` by `f`, which says which of them are to be looked at anew, each
    /// with `edit`.
    #[inline]
    fn change(&self, owner: Owner, edit: Edit, f: impl Fn(&mut Word) -> u32) {
        let mut kicks = Kicks::default();
        match owner {
            Owner::Private(v) => {
                if let Some(cpu) = self.cpus.get(v) {
                    let mut bank = cpu.bank.lock();
                    for i in Bits(f(&mut bank.w)) {
                        self.update_private(v, &mut bank, i, edit, &mut kicks);
                    }
                }
            }
            Owner::Shared(word) => {
                if let Some(s) = self.spis.lock().get_mut(word) {
                    for i in Bits(f(&mut s.w)) {
                        self.update_spi(s, word, i, edit, &mut kicks);
                    }
                }
            }
            Owner::Nobody => {}
        }
        self.run_kicks(kicks);
    }

    /// Registers with a bit for each interrupt; `page` is their offset in units of 0x80.
    #[inline]
    pub(super) fn bits_read(&self, me: usize, owner: Owner, page: usize) -> u32 {
        match page {
            1 => self.look(owner, |w| w.group),
            2 | 3 => self.look(owner, |w| w.enabled),
            4 | 5 => self.state_read(me, owner, State::Pending),
            6 | 7 => self.state_read(me, owner, State::Active),
            _ => 0,
        }
    }

    /// Writes one of these.
    pub(super) fn bits_write(&self, me: usize, owner: Owner, page: usize, value: u32) {
        let value = value & implemented(owner);
        // A GICv2's SGIs are made pending by GICD_SGIR and GICD_SPENDSGIR only.
        let settable = if self.v2 && matches!(owner, Owner::Private(_)) { value & !0xffff } else { value };
        match page {
            1 => self.change(owner, Edit::None, |w| {
                let changed = (w.group ^ value) & implemented(owner);
                w.group = value;
                changed
            }),
            2 | 3 => self.write_enables(me, owner, value, page == 2),
            4 => self.change(owner, Edit::SetPending, |_| settable),
            5 => {
                self.resample(me, owner, settable);
                self.change(owner, Edit::ClearPending, |_| settable);
            }
            6 => self.change(owner, Edit::SetActive, |_| value),
            7 => self.change(owner, Edit::ClearActive, |_| value),
            _ => {}
        }
    }

    /// ISENABLER (`set`) or ICENABLER.
    #[inline(always)]
    pub(super) fn write_enables(&self, me: usize, owner: Owner, value: u32, set: bool) {
        let affected = match owner {
            Owner::Private(v) => {
                let Some(cpu) = self.cpus.get(v) else { return };
                cpu.bank.lock().w.set_enables(value, set)
            }
            Owner::Shared(word) => {
                let mut spis = self.spis.lock();
                let Some(s) = spis.get_mut(word) else { return };
                s.w.set_enables(value & s.exist, set)
            }
            Owner::Nobody => return,
        };
        if affected != 0 {
            self.enables_changed(me, owner, affected, set);
        }
    }

    #[inline(never)]
    fn enables_changed(&self, me: usize, owner: Owner, affected: u32, set: bool) {
        if set {
            self.resample(me, owner, affected);
        }
        self.change(owner, Edit::None, |_| affected);
    }

    /// Pending or active interrupts, as list registers have them.
    fn state_read(&self, me: usize, owner: Owner, state: State) -> u32 {
        let collect = |bank: &Bank, word: usize| {
            let mut bits = 0;
            for n in Bits(bank.slots.used) {
                let key = usize::from(bank.slots.key(n) & super::slots::KEY_INTID);
                let lr = bank.slots.read(n);
                let set = match state {
                    State::Active => lr.active(),
                    State::Pending => lr.pending() && bank.slots.moved & bit(n) != 0,
                };
                if key >> 5 == word && set {
                    bits |= bit(key);
                }
            }
            bits
        };
        let base = |w: &Word| if state == State::Pending { w.pending() } else { w.active };
        match owner {
            Owner::Private(v) => {
                self.sync(me, v);
                if state == State::Pending {
                    self.resample(me, owner, u32::MAX);
                }
                self.cpus.get(v).map_or(0, |c| {
                    let bank = c.bank.lock();
                    base(&bank.w) | collect(&bank, 0)
                })
            }
            Owner::Shared(word) => {
                for (v, cpu) in self.cpus.iter().enumerate() {
                    let held = {
                        let bank = cpu.bank.lock();
                        bank.slots.place() == Place::Remote
                            && Bits(bank.slots.used).any(|n| usize::from(bank.slots.key(n) >> 5) == word + 1)
                    };
                    if held {
                        self.sync(me, v);
                    }
                }
                if state == State::Pending {
                    self.resample(me, owner, u32::MAX);
                }
                let spis = self.spis.lock();
                let bits = spis.get(word).map_or(0, |s| base(&s.w));
                self.cpus.iter().fold(bits, |bits, cpu| bits | collect(&cpu.bank.lock(), word + 1))
            }
            Owner::Nobody => 0,
        }
    }

    /// Takes back level-sensitive forwarded interrupts among `which` whose physical input is low by now: nobody told.
    fn resample(&self, me: usize, owner: Owner, which: u32) {
        let mapped = match owner {
            // A PPI's input can only be read on the CPU where the vCPU is.
            Owner::Private(v) if v == me => self.look(owner, |w| w.mapped),
            Owner::Shared(_) => self.look(owner, |w| w.mapped),
            _ => 0,
        };
        if mapped & which != 0 {
            self.resample_mapped(owner, mapped & which);
        }
    }

    #[cold]
    fn resample_mapped(&self, owner: Owner, which: u32) {
        for i in Bits(which) {
            let host = self.look(owner, |w| u32::from(at(&w.host, i)));
            if self.host.line(host) == Some(false) {
                self.change(owner, Edit::Withdraw, |w| bit(i) & !w.edge);
            }
        }
    }

    /// IPRIORITYR; `at_byte` is the interrupt in its word.
    #[inline]
    pub(super) fn priority_read(&self, owner: Owner, at_byte: usize, width: Width) -> u64 {
        if width == Width::B1 {
            u64::from(self.look(owner, |w| at(&w.priority, at_byte).into()))
        } else {
            u64::from(self.look(owner, |w| bytes(&w.priority, at_byte & 28)))
        }
    }

    /// Writes these.
    pub(super) fn priority_write(&self, owner: Owner, at_byte: usize, width: Width, value: u32) {
        let (first, count) = if width == Width::B1 { (at_byte, 1) } else { (at_byte & 28, 4) };
        self.change(owner, Edit::None, |w| {
            let mut changed = 0;
            for k in 0..count {
                let i = first + k;
                let priority = (value >> (8 * k)) as u8 & PRIORITY_MASK;
                if implemented(owner) & bit(i) != 0 && at(&w.priority, i) != priority {
                    set_at(&mut w.priority, i, priority);
                    changed |= bit(i);
                }
            }
            changed & (w.placed | w.pending())
        });
    }

    /// ICFGR: bit 1 of each two says edge; `half` chooses the upper 16 interrupts.
    pub(super) fn config_read(&self, owner: Owner, half: usize) -> u32 {
        let edge = self.look(owner, |w| w.edge) >> (half * 16) & 0xffff;
        Bits(edge).fold(0, |v, i| v | 2 << (2 * i))
    }

    /// Writes these; SGIs stay edge-triggered.
    pub(super) fn config_write(&self, owner: Owner, half: usize, value: u32) {
        if half == 0 && matches!(owner, Owner::Private(_)) {
            return;
        }
        let edge = (0..16).filter(|i| value >> (2 * i + 1) & 1 != 0).fold(0u32, |m, i| m | 1 << i);
        let mask = (0xffffu32 << (half * 16)) & implemented(owner);
        self.change(owner, Edit::None, |w| {
            let new = w.edge & !mask | edge << (half * 16) & mask;
            let changed = new ^ w.edge;
            w.edge = new;
            changed & (w.pending() | w.line | w.placed)
        });
    }

    /// GICv2's ITARGETSR; `off` from their start. The banked ones name the reader.
    fn targets_read(&self, vcpu: usize, off: usize, width: Width) -> u64 {
        let (first, count) = if width == Width::B1 { (off, 1) } else { (off & !3, 4) };
        let spis = (first >= 32).then(|| self.spis.lock());
        (0..count).fold(0, |value, k| {
            let byte = match &spis {
                None => bit(vcpu & 7),
                Some(spis) => spis.get(((first + k) >> 5) - 1).map_or(0, |s| at(&s.route, first + k)),
            };
            value | u64::from(byte & 0xff) << (8 * k)
        })
    }

    fn targets_write(&self, off: usize, width: Width, value: u32) {
        let (first, count) = if width == Width::B1 { (off, 1) } else { (off & !3, 4) };
        let Some(word) = (first >> 5).checked_sub(1) else { return };
        let all = (1u32 << self.cpus.len().min(8)) - 1;
        let mut kicks = Kicks::default();
        if let Some(s) = self.spis.lock().get_mut(word) {
            for k in 0..count {
                let i = (first + k) & 31;
                if implemented(Owner::Shared(word)) & bit(i) == 0 {
                    continue;
                }
                let mask = value >> (8 * k) & all;
                set_at(&mut s.route, i, mask);
                let target = match mask.trailing_zeros() {
                    32 if self.cpus.len() == 1 => 0,
                    32 => NO_TARGET,
                    n => n as u8,
                };
                self.retarget(s, word, i, target, &mut kicks);
            }
        }
        self.run_kicks(kicks);
    }

    fn retarget(&self, s: &mut Spis, word: usize, i: usize, target: u8, kicks: &mut Kicks) {
        if at(&s.target, i) != target {
            set_at(&mut s.target, i, target);
            self.update_spi(s, word, i, Edit::None, kicks);
        }
    }

    /// GICv3's IROUTER; `off` from where that of INTID 0 would be. Interrupt_Routing_Mode is 0: no 1 of N.
    fn route_read(&self, off: usize, width: Width) -> u64 {
        let Some((word, i)) = self.spi_index((off >> 3) as u32) else { return 0 };
        let route = self.spis.lock().get(word).map_or(0, |s| at(&s.route, i));
        let value = u64::from(route & 0xff_ffff) | u64::from(route >> 24) << 32;
        match width {
            Width::B8 if off & 7 == 0 => value,
            Width::B8 => self.ignore(),
            _ => value >> (8 * (off & 4)) & 0xffff_ffff,
        }
    }

    fn route_write(&self, off: usize, width: Width, value: u64) {
        if width == Width::B8 && off & 7 != 0 {
            self.ignore();
            return;
        }
        let Some((word, i)) = self.spi_index((off >> 3) as u32) else { return };
        let mut kicks = Kicks::default();
        if let Some(s) = self.spis.lock().get_mut(word) {
            let old = at(&s.route, i);
            let route = match width {
                Width::B8 => value as u32 & 0xff_ffff | ((value >> 32 & 0xff) as u32) << 24,
                _ if off & 4 == 0 => old & 0xff00_0000 | value as u32 & 0xff_ffff,
                _ => old & 0xff_ffff | (value as u32 & 0xff) << 24,
            };
            set_at(&mut s.route, i, route);
            let target = vcpu_at(route, self.cpus.len()).map_or(NO_TARGET, |v| v as u8);
            self.retarget(s, word, i, target, &mut kicks);
        }
        self.run_kicks(kicks);
    }

    /// GICv2's CPENDSGIR (0xf10) and SPENDSGIR (0xf20): a byte of sources for each SGI.
    fn sources_read(&self, vcpu: usize, off: usize, width: Width) -> u64 {
        if !(0xf10..0xf30).contains(&off) {
            return if width == Width::B4 { 0 } else { self.ignore() };
        }
        let Some(cpu) = self.cpus.get(vcpu) else { return 0 };
        let bank = cpu.bank.lock();
        let (first, count) = if width == Width::B1 { (off & 15, 1) } else { (off & 12, 4) };
        (0..count).fold(0, |value, k| {
            let sgi = first + k;
            let mut sources = bank.sources.get(sgi).copied().unwrap_or(0);
            for n in bank.sgi_slots(sgi) {
                if bank.slots.read(n).pending() {
                    sources |= 1 << (bank.slots.key(n) >> Lr::SOURCE_SHIFT & 7);
                }
            }
            value | u64::from(sources) << (8 * k)
        })
    }

    fn sources_write(&self, vcpu: usize, off: usize, width: Width, value: u32) {
        match (off, width) {
            (0xf00, Width::B4) => self.write_sgir(vcpu, value),
            (0xf10..0xf30, _) => {
                let (first, count) = if width == Width::B1 { (off & 15, 1) } else { (off & 12, 4) };
                let all = (1u32 << self.cpus.len().min(8)) as u16 - 1;
                let mut kicks = Kicks::default();
                for k in 0..count {
                    let sources = (value >> (8 * k)) as u8 & all as u8;
                    let (add, remove) = if off < 0xf20 { (0, sources) } else { (sources, 0) };
                    if sources != 0 {
                        self.edit_sources(vcpu, first + k, add, remove, &mut kicks);
                    }
                }
                self.run_kicks(kicks);
            }
            (_, Width::B4) => {}
            _ => {
                self.ignore();
            }
        }
    }

    /// GICR_TYPER's affinity of `vcpu`, for the redistributor.
    pub(super) fn typer_affinity(vcpu: usize) -> u64 {
        u64::from(affinity(vcpu)) << 32
    }
}
