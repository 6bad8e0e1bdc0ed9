// SPDX-License-Identifier: GPL-2.0-only
//! Which parts of a guest's RAM are taken while its images are placed.

use alloc::vec::Vec;

use guest_config::{GuestConfig, GuestRange};

/// The RAM of a guest and what is taken of it.
pub(super) struct Space<'a> {
    ram: &'a [GuestRange],
    reserved: &'a [GuestRange],
    taken: Vec<GuestRange>,
}

impl<'a> Space<'a> {
    /// All RAM of a guest, free but for what its DTS reserves.
    pub(super) fn of(config: &'a GuestConfig) -> Self {
        Self { ram: &config.memory, reserved: &config.reserved, taken: Vec::new() }
    }

    /// Takes a range.
    pub(super) fn take(&mut self, range: GuestRange) {
        self.taken.push(range);
    }

    /// What keeps `range` from being used; `None` if it is free RAM.
    pub(super) fn blocking(&self, range: &GuestRange) -> Option<&'static str> {
        let overlapping = |list: &[GuestRange]| list.iter().any(|other| other.overlaps(range));
        if !self.ram.iter().any(|region| region.contains(range)) {
            Some("no RAM")
        } else if overlapping(self.reserved) {
            Some("memory that is hidden, or set aside by /reserved-memory")
        } else if overlapping(&self.taken) {
            Some("another image")
        } else {
            None
        }
    }

    /// The lowest free `size` bytes that begin `offset` above a multiple of `align`, a power of two.
    pub(super) fn find(&self, size: u64, align: u64, offset: u64) -> Option<GuestRange> {
        let obstacles = || self.reserved.iter().chain(&self.taken);
        let starts =
            self.ram.iter().map(|region| region.base().0).chain(obstacles().map(|range| range.end().0));
        let candidates = starts.filter_map(|start| {
            // A base below `start` would do as long as base + offset is not.
            let base = start.saturating_sub(offset).checked_next_multiple_of(align)?;
            GuestRange::new(base.checked_add(offset)?, size)
        });
        candidates.filter(|range| self.blocking(range).is_none()).min()
    }
}
