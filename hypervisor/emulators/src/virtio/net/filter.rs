// SPDX-License-Identifier: GPL-2.0-only
//! Which frames a driver wants (virtio 1.2, 5.1.6.5.1 to 5.1.6.5.3).

use alloc::boxed::Box;
use alloc::vec::Vec;
use io::net::{Frame, Mac};

/// Addresses that are kept of each kind; with more, all of that kind pass.
pub(super) const MOST: usize = 64;
/// VLANs there can be.
const VIDS: usize = 4096;

/// What a driver says about frames of a kind; the numbers of the commands (5.1.6.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Promiscuous = 0,
    AllMulticast = 1,
    AllUnicast = 2,
    NoMulticast = 3,
    NoUnicast = 4,
    NoBroadcast = 5,
}

impl Mode {
    pub fn from_command(command: u8) -> Option<Self> {
        use Mode::{AllMulticast, AllUnicast, NoBroadcast, NoMulticast, NoUnicast, Promiscuous};
        [Promiscuous, AllMulticast, AllUnicast, NoMulticast, NoUnicast, NoBroadcast]
            .into_iter()
            .find(|mode| *mode as u8 == command)
    }
}

/// A driver's wishes.
pub(super) struct Filter {
    modes: u8,
    mac: Mac,
    unicast: Vec<Mac>,
    multicast: Vec<Mac>,
    /// The VLANs that pass, if tags count; a bit each.
    vlans: Option<Box<[u64; VIDS / 64]>>,
}

/// A [`Filter`] in short: the address and which frames without a tag pass for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Summary(pub u64);

impl Summary {
    const ALL: u64 = 1 << 63;
    const BROADCAST: u64 = 1 << 62;
    const OWN: u64 = 1 << 61;

    /// Whether a frame is wanted for sure; if not, the filter knows.
    #[inline]
    pub fn wants(self, frame: &Frame<'_>) -> bool {
        let (to, own) = (frame.addresses()[0] & ADDRESS, self.0 & ADDRESS);
        let all = self.0 & Self::ALL != 0 || self.0 & Self::BROADCAST != 0 && to == ADDRESS;
        frame.tag.is_none() && (all || self.0 & Self::OWN != 0 && to == own)
    }
}

/// The bits of an address in a word, and an address as a word: as [`Frame::addresses`] has it.
const ADDRESS: u64 = (1 << 48) - 1;

fn word(Mac([a, b, c, d, e, f]): Mac) -> u64 {
    u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
}

impl Filter {
    /// As at the start of a driver: all frames pass (5.1.5), those with tags not if the driver filters by VLAN.
    pub fn new(mac: Mac, by_vlan: bool) -> Self {
        let vlans = by_vlan.then(|| Box::new([0; VIDS / 64]));
        Self { modes: 1 << Mode::Promiscuous as u8, mac, unicast: Vec::new(), multicast: Vec::new(), vlans }
    }

    pub fn mac(&self) -> Mac {
        self.mac
    }

    pub fn set_mac(&mut self, mac: Mac) {
        self.mac = mac;
    }

    pub fn set(&mut self, mode: Mode, on: bool) {
        let bit = 1 << mode as u8;
        self.modes = if on { self.modes | bit } else { self.modes & !bit };
    }

    fn is(&self, mode: Mode) -> bool {
        self.modes & 1 << mode as u8 != 0
    }

    /// The addresses besides its own.
    pub fn set_addresses(&mut self, unicast: Vec<Mac>, multicast: Vec<Mac>) {
        (self.unicast, self.multicast) = (unicast, multicast);
    }

    /// Lets a VLAN pass, or not. Says whether there is such a VLAN.
    pub fn set_vlan(&mut self, vid: u16, on: bool) -> bool {
        let word = self.vlans.as_mut().and_then(|all| all.get_mut(usize::from(vid) / 64));
        let Some(word) = word else { return false };
        let bit = 1 << (vid % 64);
        *word = if on { *word | bit } else { *word & !bit };
        true
    }

    /// What of it can be said in one word.
    pub fn summary(&self) -> Summary {
        let all = self.is(Mode::Promiscuous);
        let mut word = word(self.mac);
        for (bit, on) in [
            (Summary::ALL, all),
            (Summary::BROADCAST, all || !self.is(Mode::NoBroadcast)),
            (Summary::OWN, all || !self.is(Mode::NoUnicast)),
        ] {
            word |= if on { bit } else { 0 };
        }
        Summary(word)
    }

    /// Whether a frame is wanted.
    #[inline]
    pub fn wants(&self, frame: &Frame<'_>) -> bool {
        if let (Some(vlans), Some(vid)) = (&self.vlans, frame.vid())
            && vlans.get(usize::from(vid) / 64).is_none_or(|word| word & 1 << (vid % 64) == 0)
        {
            return false;
        }
        let to = frame.destination();
        if self.is(Mode::Promiscuous) {
            return true;
        }
        let among = |all: &[Mac]| all.len() > MOST || all.contains(&to);
        if to == Mac::BROADCAST {
            !self.is(Mode::NoBroadcast)
        } else if to.is_group() {
            !self.is(Mode::NoMulticast) && (self.is(Mode::AllMulticast) || among(&self.multicast))
        } else {
            !self.is(Mode::NoUnicast) && (to == self.mac || self.is(Mode::AllUnicast) || among(&self.unicast))
        }
    }
}
