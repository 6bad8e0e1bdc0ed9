// SPDX-License-Identifier: GPL-2.0-only
//! VLANs of a port (IEEE 802.1Q-2018, 8.6.2 and 8.6.4).

use super::Frame;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// The numbers that VLANs can have.
pub const VIDS: RangeInclusive<u16> = 1..=4094;

/// Which VLANs a port belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vlans {
    /// The switch does not look at tags; frames stay as they are.
    Transparent,
    /// One, without tags on the port.
    Access(u16),
    /// Several, with tags.
    Trunk {
        /// Those that the port belongs to.
        tagged: Vec<RangeInclusive<u16>>,
        /// The one that has no tags on the port.
        native: Option<u16>,
    },
}

impl Vlans {
    /// The VLAN that a frame from the port is in, 0 where tags do not count; `None` if the port has none for it.
    #[inline]
    pub(super) fn entered(&self, frame: &Frame<'_>) -> Option<u16> {
        match (self, frame.vid()) {
            (Vlans::Transparent, _) => Some(0),
            (Vlans::Access(vid), None) => Some(*vid),
            (Vlans::Access(_), Some(_)) => None,
            (Vlans::Trunk { native, .. }, None) => *native,
            (Vlans::Trunk { tagged, .. }, Some(vid)) => has(tagged, vid).then_some(vid),
        }
    }

    /// Whether frames of a VLAN leave by the port.
    #[inline]
    pub(super) fn contains(&self, vid: u16) -> bool {
        match self {
            Vlans::Transparent => vid == 0,
            Vlans::Access(own) => *own == vid,
            Vlans::Trunk { tagged, native } => *native == Some(vid) || has(tagged, vid),
        }
    }

    /// A frame of VLAN `vid` as it leaves by the port.
    #[inline]
    pub(super) fn left<'a>(&self, frame: Frame<'a>, vid: u16) -> Frame<'a> {
        match self {
            Vlans::Transparent => frame,
            Vlans::Access(_) => frame.with_vid(None),
            Vlans::Trunk { native, .. } => frame.with_vid(Some(vid).filter(|_| *native != Some(vid))),
        }
    }
}

fn has(ranges: &[RangeInclusive<u16>], vid: u16) -> bool {
    ranges.iter().any(|range| range.contains(&vid))
}
