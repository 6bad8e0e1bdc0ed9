// SPDX-License-Identifier: GPL-2.0-only
//! State of interrupts, 32 to a [`Word`], laid out as the GIC's registers are: one bit each.

/// `Word::place` of an interrupt that never was in a list register.
pub(super) const NOWHERE: u16 = 0xffff;

/// Implemented priority bits: 5, as few as any virtual CPU interface has.
pub(super) const PRIORITY_MASK: u8 = 0xf8;

/// State of 32 interrupts: the SGIs and PPIs of one vCPU, or 32 SPIs of the guest.
///
/// While an interrupt is in a list register, three things live there and not here: that it is active, that it is
/// pending by its latch, and that a physical interrupt waits for its deactivation. [`Slots`](super::slots::Slots)
/// takes them back before a change and moves them out after it; a list register that the guest has emptied has
/// nothing to give back.
#[derive(Clone)]
pub(super) struct Word {
    /// Forwarded if pending (ISENABLER).
    pub enabled: u32,
    /// Pending by an edge, an SGI or a write to ISPENDR, until acknowledged.
    pub latch: u32,
    /// Level of the input.
    pub line: u32,
    /// Active and not in a list register.
    pub active: u32,
    /// Edge-triggered (ICFGR); else level-sensitive.
    pub edge: u32,
    /// Group 1 (IGROUPR).
    pub group: u32,
    /// A physical interrupt is active on behalf of this one, which is not in a list register with the HW bit.
    pub hw: u32,
    /// Interrupts that have been in a list register and may still be: `place` is meaningful.
    pub placed: u32,
    /// Interrupts that a physical one stands behind: `host` is meaningful.
    pub mapped: u32,
    /// Priorities, 0 the highest.
    pub priority: [u8; 32],
    /// vCPU (bits 15:8) and slot (7:0) where the interrupt last was in a list register. Only a hint: the slot's key
    /// says whether it still is. The vCPU is the home of an active interrupt.
    pub place: [u16; 32],
    /// INTID of the physical interrupt behind this one.
    pub host: [u16; 32],
}

/// Element `i` (taken modulo 32) of an array of 32.
#[inline]
pub(super) fn at<T: Copy + Default>(array: &[T; 32], i: usize) -> T {
    array.get(i & 31).copied().unwrap_or_default()
}

/// Sets element `i` (taken modulo 32) of an array of 32.
#[inline]
pub(super) fn set_at<T>(array: &mut [T; 32], i: usize, value: T) {
    if let Some(slot) = array.get_mut(i & 31) {
        *slot = value;
    }
}

/// The numbers of the bits set in a word, lowest first.
pub(super) struct Bits(pub u32);

impl Iterator for Bits {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let n = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(n)
    }
}

/// The bit of interrupt `i` in a word's masks.
#[inline]
pub(super) const fn bit(i: usize) -> u32 {
    1 << (i & 31)
}

/// A change to what a list register may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Edit {
    /// None: look at the other state anew.
    None,
    /// Latch it pending.
    SetPending,
    /// Clear the latch.
    ClearPending,
    /// Make it active without an acknowledge.
    SetActive,
    /// Deactivate it.
    ClearActive,
    /// A physical interrupt, now active, stands behind it: latch it pending and owe the deactivation.
    Forward,
    /// The physical input of a forwarded interrupt is low: it is no longer pending.
    Withdraw,
}

impl Word {
    /// State after reset: disabled, level-sensitive, priority 0, not pending.
    pub const fn new(group1: bool) -> Self {
        Self {
            enabled: 0,
            latch: 0,
            line: 0,
            active: 0,
            edge: 0,
            group: if group1 { u32::MAX } else { 0 },
            hw: 0,
            placed: 0,
            mapped: 0,
            priority: [0; 32],
            place: [NOWHERE; 32],
            host: [0; 32],
        }
    }

    /// State of SGIs and PPIs after reset: as others, but SGIs are edge-triggered and enabled.
    pub const fn new_private(group1: bool) -> Self {
        let mut w = Self::new(group1);
        w.enabled = 0xffff;
        w.edge = 0xffff;
        w
    }

    /// The interrupts that are pending, as far as list registers do not know better.
    #[inline]
    pub fn pending(&self) -> u32 {
        self.latch | self.line & !self.edge
    }

    /// The interrupts that `GICD_CTLR` (bit 0: group 0, bit 1: group 1) and their enable bits let through.
    #[inline]
    pub fn open(&self, ctlr: u32) -> u32 {
        let group0 = 0u32.wrapping_sub(ctlr & 1);
        let group1 = 0u32.wrapping_sub(ctlr >> 1 & 1);
        (self.group & group1 | !self.group & group0) & self.enabled
    }

    /// The interrupts to be delivered.
    #[inline]
    pub fn deliverable(&self, ctlr: u32) -> u32 {
        self.pending() & self.open(ctlr)
    }

    /// Enables (`set`) or disables interrupts. Returns which of those that changed are to be looked at anew.
    #[inline(always)]
    pub fn set_enables(&mut self, bits: u32, set: bool) -> u32 {
        // Without a branch: guests write this more often than any other register of the distributor.
        let enabled = if set { self.enabled | bits } else { self.enabled & !bits };
        let changed = self.enabled ^ enabled;
        self.enabled = enabled;
        changed & (self.placed | self.pending() | self.active)
    }

    /// Notes that interrupt `i` is in, or waits for, a list register of a vCPU.
    #[inline]
    pub fn set_place(&mut self, i: usize, place: u16) {
        set_at(&mut self.place, i, place);
        self.placed |= bit(i);
    }

    /// Notes the physical interrupt behind interrupt `i`.
    #[inline]
    pub fn set_host(&mut self, i: usize, host: u32) {
        set_at(&mut self.host, i, host as u16);
        self.mapped |= bit(i);
    }

    /// Applies `edit` to the interrupt of `bit`, which is not in a list register.
    #[inline]
    pub fn apply(&mut self, edit: Edit, bit: u32) {
        match edit {
            Edit::None => {}
            Edit::SetPending => self.latch |= bit,
            Edit::ClearPending => self.latch &= !bit,
            // Unless software set it pending with no physical interrupt behind it.
            Edit::Withdraw => self.latch &= !(bit & self.hw),
            Edit::SetActive => self.active |= bit,
            Edit::ClearActive => self.active &= !bit,
            Edit::Forward => {
                self.latch |= bit;
                self.hw |= bit;
            }
        }
    }

    /// Sets the level of an input; an edge-triggered interrupt latches its rise. Returns whether anything changed.
    #[inline]
    pub fn set_line(&mut self, bit: u32, level: bool) -> bool {
        if (self.line & bit != 0) == level {
            return false;
        }
        if level {
            self.line |= bit;
            self.latch |= self.edge & bit;
        } else {
            self.line &= !bit;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_lists_lowest_first() {
        assert_eq!(Bits(1 << 31 | 5).collect::<alloc::vec::Vec<_>>(), [0, 2, 31]);
        assert_eq!(Bits(0).next(), None);
    }

    #[test]
    fn groups_gate_delivery() {
        let mut w = Word::new(false);
        w.group = 0b10;
        w.enabled = 0b11;
        w.latch = 0b111;
        assert_eq!(w.deliverable(0), 0);
        assert_eq!(w.deliverable(1), 0b01);
        assert_eq!(w.deliverable(2), 0b10);
        assert_eq!(w.deliverable(3), 0b11);
    }

    #[test]
    fn edges_latch_and_levels_follow() {
        let mut w = Word::new(true);
        w.edge = 1;
        assert!(w.set_line(1, true));
        assert!(!w.set_line(1, true));
        assert!(w.set_line(1, false));
        assert!(w.set_line(2, true));
        assert_eq!(w.pending(), 0b11);
        w.set_line(2, false);
        assert_eq!(w.pending(), 0b01);
    }
}
