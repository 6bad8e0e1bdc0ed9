// SPDX-License-Identifier: GPL-2.0-only
//! The forwarding database: which station is behind which port (IEEE 802.1Q-2018, 8.8).
//!
//! Sets of four entries, chosen by a keyed hash, as the tables of switch chips are: its size is fixed, a look-up takes the
//! same time whatever stations do, and one that makes up addresses pushes out at most others' entries of the same set,
//! and no more than its port's share.

use super::Mac;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Sets, a power of two.
const SETS: usize = 256;
/// Entries of a set.
const WAYS: usize = 4;
/// Ports of a switch at most.
pub(super) const PORTS: usize = 64;
/// Learnt entries of one port at most: half of all.
pub(super) const SHARE: u16 = (SETS * WAYS / 2) as u16;

/// What is known of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// Address in bits 63:16, VLAN in 15:0; 0 for none, as no station has address 0.
    key: u64,
    /// When it was last heard, in ns; [`STATIC`] for one that was set.
    heard: u64,
    port: u8,
}

const NONE: Entry = Entry { key: 0, heard: 0, port: 0 };
const STATIC: u64 = u64::MAX;

/// An entry, to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its address.
    pub mac: Mac,
    /// Its VLAN, 0 where the switch does not look at tags.
    pub vid: u16,
    /// Index of its port.
    pub port: u8,
    /// How long it has not been heard, in ns; `None` for one that was set.
    pub age_ns: Option<u64>,
}

/// What came of a frame's sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learnt {
    /// It is known there.
    Known,
    /// It was not known until now.
    New,
    /// It was on another port until now.
    Moved,
    /// It may not be there: it was set to be elsewhere.
    Elsewhere,
    /// It is not remembered: its port has its share, or all entries of its set are younger.
    Full,
}

pub(super) struct Fdb {
    sets: Box<[[Entry; WAYS]]>,
    /// Learnt entries by port.
    counts: [u16; PORTS],
    /// Of the hash.
    secret: [u64; 2],
    ageing_ns: u64,
}

/// The golden ratio's bits: odd, and without a pattern.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both halves of a product in one: each bit depends on all of both.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide >> 64) as u64 ^ wide as u64
}

fn key(mac: Mac, vid: u16) -> u64 {
    mac.to_u64() << 16 | u64::from(vid)
}

impl Fdb {
    pub fn new(ageing_ns: u64) -> Self {
        let secret = [(); 2].map(|()| {
            let mut bytes = [0; 8];
            kernel::random::fill(&mut bytes);
            u64::from_ne_bytes(bytes)
        });
        Self {
            sets: alloc::vec![[NONE; WAYS]; SETS].into_boxed_slice(),
            counts: [0; PORTS],
            secret,
            ageing_ns,
        }
    }

    pub fn ageing_ns(&self) -> u64 {
        self.ageing_ns
    }

    pub fn set_ageing(&mut self, ns: u64) {
        self.ageing_ns = ns;
    }

    #[inline]
    fn set_of(&self, key: u64) -> usize {
        // Twice, so that neighbours are spread whatever the secret is.
        let [a, b] = self.secret;
        fold(fold(key ^ a, b ^ SPREAD), SPREAD) as usize % SETS
    }

    #[inline]
    fn fresh(&self, entry: &Entry, now: u64) -> bool {
        entry.heard == STATIC || now.saturating_sub(entry.heard) <= self.ageing_ns
    }

    /// The port of a station, if it is known and not too old, and for how many ns it is still.
    #[inline]
    pub fn find(&self, mac: Mac, vid: u16, now: u64) -> Option<(u8, u64)> {
        let key = key(mac, vid);
        let set = self.sets.get(self.set_of(key))?;
        let entry = set.iter().find(|entry| entry.key == key && self.fresh(entry, now))?;
        let left = match entry.heard {
            STATIC => u64::MAX,
            heard => self.ageing_ns.saturating_sub(now.saturating_sub(heard)),
        };
        Some((entry.port, left))
    }

    /// A frame of a station has come from a port.
    #[inline]
    pub fn learn(&mut self, mac: Mac, vid: u16, port: u8, now: u64) -> Learnt {
        let key = key(mac, vid);
        let at = self.set_of(key);
        let Some(set) = self.sets.get_mut(at) else { return Learnt::Full };
        if let Some(entry) = set.iter_mut().find(|entry| entry.key == key) {
            if entry.port == port {
                if entry.heard != STATIC {
                    entry.heard = now;
                }
                return Learnt::Known;
            }
            return self.moved(at, key, port, now);
        }
        self.add(at, Entry { key, heard: now, port })
    }

    #[cold]
    fn moved(&mut self, at: usize, key: u64, port: u8, now: u64) -> Learnt {
        let set = self.sets.get_mut(at).into_iter().flatten();
        let Some(entry) = set.into_iter().find(|entry| entry.key == key) else { return Learnt::Full };
        if entry.heard == STATIC {
            return Learnt::Elsewhere;
        }
        let before = core::mem::replace(&mut entry.port, port);
        entry.heard = now;
        self.count(before, -1);
        self.count(port, 1);
        Learnt::Moved
    }

    #[cold]
    fn add(&mut self, at: usize, new: Entry) -> Learnt {
        let (now, ageing) = (new.heard, self.ageing_ns);
        let full = self.counts.get(usize::from(new.port)).is_none_or(|&count| count >= SHARE);
        let set = self.sets.get_mut(at).into_iter().flatten();
        // The place of nobody, else of the one not heard for longest; of the port's own if it has its share.
        let place = set
            .filter(|entry| entry.heard != STATIC && (!full || entry.key != 0 && entry.port == new.port))
            .min_by_key(|entry| (entry.key != 0, entry.heard));
        let Some(place) = place else { return Learnt::Full };
        // Others' stations are forgotten for a new one only once they are too old, or when half of their time is over.
        let (theirs, young) =
            (place.key != 0 && place.port != new.port, now.saturating_sub(place.heard) < ageing / 2);
        if theirs && young {
            return Learnt::Full;
        }
        let old = core::mem::replace(place, new);
        if old.key != 0 {
            self.count(old.port, -1);
        }
        self.count(new.port, 1);
        Learnt::New
    }

    fn count(&mut self, port: u8, by: i16) {
        if let Some(count) = self.counts.get_mut(usize::from(port)) {
            *count = count.saturating_add_signed(by);
        }
    }

    /// Has a station be behind a port for good; says whether there is room.
    pub fn set(&mut self, mac: Mac, vid: u16, port: u8) -> bool {
        self.forget(|station| station.mac == mac && station.vid == vid, 0);
        let at = self.set_of(key(mac, vid));
        let set = self.sets.get_mut(at).into_iter().flatten();
        let place =
            set.filter(|entry| entry.heard != STATIC).min_by_key(|entry| (entry.key != 0, entry.heard));
        let Some(place) = place else { return false };
        let old = core::mem::replace(place, Entry { key: key(mac, vid), heard: STATIC, port });
        if old.key != 0 {
            self.count(old.port, -1);
        }
        true
    }

    /// Forgets the stations that `which` says. Returns how many.
    pub fn forget(&mut self, which: impl Fn(&Station) -> bool, now: u64) -> usize {
        let mut gone = 0;
        let counts = &mut self.counts;
        for entry in self.sets.iter_mut().flatten().filter(|entry| entry.key != 0) {
            if which(&station(entry, now)) {
                if entry.heard != STATIC
                    && let Some(count) = counts.get_mut(usize::from(entry.port))
                {
                    *count = count.saturating_sub(1);
                }
                *entry = NONE;
                gone += 1;
            }
        }
        gone
    }

    /// All that are not too old.
    pub fn stations(&self, now: u64) -> Vec<Station> {
        let known = self.sets.iter().flatten().filter(|entry| entry.key != 0 && self.fresh(entry, now));
        known.map(|entry| station(entry, now)).collect()
    }
}

fn station(entry: &Entry, now: u64) -> Station {
    let [a, b, c, d, e, f, v, w] = entry.key.to_be_bytes();
    Station {
        mac: Mac([a, b, c, d, e, f]),
        vid: u16::from_be_bytes([v, w]),
        port: entry.port,
        age_ns: (entry.heard != STATIC).then(|| now.saturating_sub(entry.heard)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGEING: u64 = 300;

    fn mac(n: u64) -> Mac {
        let [_, _, _, _, a, b, c, d] = n.to_be_bytes();
        Mac([2, 0, a, b, c, d])
    }

    #[test]
    fn stations_are_learnt_move_and_age() {
        let mut fdb = Fdb::new(AGEING);
        assert_eq!(fdb.find(mac(1), 0, 0), None);
        assert_eq!(fdb.learn(mac(1), 0, 3, 10), Learnt::New);
        assert_eq!(fdb.find(mac(1), 0, 210), Some((3, 100)));
        assert_eq!(fdb.find(mac(1), 0, 310), Some((3, 0)));
        assert_eq!(fdb.find(mac(1), 5, 310), None, "another VLAN");
        assert_eq!(fdb.find(mac(1), 0, 311), None, "too old");
        assert_eq!(fdb.learn(mac(1), 0, 3, 200), Learnt::Known);
        assert_eq!(fdb.find(mac(1), 0, 400), Some((3, 100)), "heard again");
        assert_eq!(fdb.learn(mac(1), 0, 4, 401), Learnt::Moved);
        assert_eq!(fdb.find(mac(1), 0, 401), Some((4, AGEING)));
        assert_eq!((fdb.counts[3], fdb.counts[4]), (0, 1));
    }

    #[test]
    fn one_that_was_set_stays() {
        let mut fdb = Fdb::new(AGEING);
        fdb.learn(mac(1), 7, 1, 0);
        assert!(fdb.set(mac(1), 7, 2));
        assert_eq!(fdb.counts[1], 0);
        assert_eq!(fdb.learn(mac(1), 7, 1, 5), Learnt::Elsewhere);
        assert_eq!(fdb.find(mac(1), 7, 1 << 60), Some((2, u64::MAX)));
        assert_eq!(fdb.stations(9), [Station { mac: mac(1), vid: 7, port: 2, age_ns: None }]);
        assert_eq!(fdb.forget(|station| station.port == 2, 9), 1);
        assert_eq!(fdb.find(mac(1), 7, 9), None);
    }

    /// A port that makes up addresses takes its share and pushes out nobody who is heard.
    #[test]
    fn floods_of_addresses_are_bounded() {
        let mut fdb = Fdb::new(AGEING);
        for n in 0..100 {
            fdb.learn(mac(n), 0, 1, 0);
        }
        let known = (0..100).filter(|&n| fdb.find(mac(n), 0, 100).is_some()).count();
        for n in 1000..100_000 {
            fdb.learn(mac(n), 0, 2, 100);
        }
        assert!(fdb.counts[2] <= SHARE);
        assert_eq!((0..100).filter(|&n| fdb.find(mac(n), 0, 100).is_some()).count(), known);
        let count = fdb.stations(100).iter().filter(|station| station.port == 2).count();
        assert_eq!(count, usize::from(fdb.counts[2]), "what is counted is there");
        assert_eq!(fdb.forget(|station| station.port == 2, 100), count);
        assert_eq!(fdb.counts[2], 0);
        // Others can be learnt again.
        let learnt = (5000..5100).filter(|&n| fdb.learn(mac(n), 0, 3, 101) == Learnt::New).count();
        assert!(learnt > 90, "{learnt}");
    }
}
