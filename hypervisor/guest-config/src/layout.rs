// SPDX-License-Identifier: GPL-2.0-only
//! Addresses and interrupts for the devices whose DTS leaves them out, and the check that nothing lies on top of
//! something else.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::binding::NodeExtras;
use super::device::{DeviceConfig, Interrupt};
use super::devices::{DeviceDraft, Drafts, SPIS};
use super::error::Problems;
use super::range::{DEVICE_BASE, DEVICE_END, DEVICE_STEP, GuestRange};
use super::{Environment, GicConfig};

/// What lies where: ranges in rising order, with the path of the node they belong to.
#[derive(Default)]
struct Occupied(Vec<(GuestRange, String)>);

impl Occupied {
    fn add(&mut self, range: GuestRange, owner: &str) {
        let place = self.0.partition_point(|(other, _)| *other <= range);
        self.0.insert(place, (range, owner.to_string()));
    }

    /// The occupied range that `range` runs into, the one that ends last.
    fn blocking(&self, range: &GuestRange) -> Option<&GuestRange> {
        self.0
            .iter()
            .map(|(taken, _)| taken)
            .filter(|taken| taken.overlaps(range))
            .max_by_key(|taken| taken.end().0)
    }

    /// The first free place for `size` bytes from `from` on, at multiples of [`DEVICE_STEP`].
    fn find(&self, from: u64, size: u64) -> Option<GuestRange> {
        let mut base = from;
        loop {
            let wanted = GuestRange::new(base, size).filter(|range| range.end().0 <= DEVICE_END)?;
            match self.blocking(&wanted) {
                None => return Some(wanted),
                Some(taken) => base = taken.end().0.checked_next_multiple_of(DEVICE_STEP)?,
            }
        }
    }

    /// Notes every range that lies on another one or beyond `limit`.
    fn check(self, limit: u64, problems: &mut Problems) {
        let mut furthest: Option<&(GuestRange, String)> = None;
        for place in &self.0 {
            let (range, owner) = place;
            if range.end().0 > limit {
                problems.add(
                    owner,
                    "reg",
                    range,
                    format!("addresses below {limit:#x}, all that a guest can have"),
                );
            }
            if let Some((other, first)) = furthest
                && other.overlaps(range)
            {
                problems.add(owner, "reg", range, format!("a place of its own: {first} is at {other}"));
            }
            if furthest.is_none_or(|(other, _)| range.end().0 > other.end().0) {
                furthest = Some(place);
            }
        }
    }
}

/// Completes the emulated devices of `drafts` and checks that RAM, interrupt controller, devices and pass-through
/// regions are apart and within the guest's address space. The devices come out in the order of the drafts.
pub(super) fn assign(
    ram: &[GuestRange],
    gic: Option<&GicConfig>,
    drafts: &Drafts<'_>,
    env: &Environment<'_>,
    problems: &mut Problems,
) -> Vec<DeviceConfig> {
    let mut occupied = Occupied::default();
    for range in ram {
        occupied.add(*range, "/memory");
    }
    if let Some(gic) = gic {
        let path = drafts.gic.as_ref().map_or("/interrupt-controller", |reader| reader.path.as_str());
        occupied.add(gic.distributor, path);
        occupied.add(gic.cpu, path);
    }
    for draft in &drafts.passthrough {
        draft.config.regions.iter().for_each(|region| occupied.add(region.guest, &draft.config.path));
    }
    for draft in &drafts.devices {
        if let Some(range) = draft.range {
            occupied.add(range, &draft.path);
        }
    }
    let ranges = assign_ranges(&drafts.devices, &mut occupied, problems);
    occupied.check(limit(env), problems);
    let interrupts = assign_interrupts(drafts, problems);
    let devices = drafts.devices.iter().zip(ranges).zip(interrupts);
    devices.map(|((draft, range), list)| complete(draft, range, list, &drafts.devices)).collect()
}

/// First address beyond the guest's address space.
fn limit(env: &Environment<'_>) -> u64 {
    1u64.checked_shl(u32::from(env.ipa_bits)).unwrap_or(u64::MAX)
}

/// The range of each device: its own, or a free one from [`DEVICE_BASE`] on.
fn assign_ranges(
    drafts: &[DeviceDraft<'_>],
    occupied: &mut Occupied,
    problems: &mut Problems,
) -> Vec<Option<GuestRange>> {
    let mut next = DEVICE_BASE;
    let mut ranges = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let range = draft.range.or_else(|| {
            let range = occupied.find(next, draft.binding.reg_size.max(1));
            match range {
                Some(range) => {
                    occupied.add(range, &draft.path);
                    next = range.end().0.next_multiple_of(DEVICE_STEP);
                }
                None => {
                    let found = format!("no free {:#x} bytes", draft.binding.reg_size);
                    let expected = format!("room between {DEVICE_BASE:#x} and {DEVICE_END:#x}, or a 'reg'");
                    problems.add(&draft.path, "reg", found, expected);
                }
            }
            range
        });
        ranges.push(range);
    }
    ranges
}

/// The interrupts of each device: its own, or the lowest SPIs that nobody has.
fn assign_interrupts(drafts: &Drafts<'_>, problems: &mut Problems) -> Vec<Vec<Interrupt>> {
    let mut owners: BTreeMap<u32, &str> = BTreeMap::new();
    let given =
        drafts.devices.iter().map(|draft| (draft.path.as_str(), draft.interrupts.as_deref().unwrap_or(&[])));
    let forwarded = drafts
        .passthrough
        .iter()
        .map(|draft| (draft.config.path.as_str(), draft.config.interrupts.as_slice()));
    for (path, list) in given.chain(forwarded) {
        for interrupt in list {
            match owners.get(&interrupt.intid) {
                Some(first) => {
                    let found = format!("SPI {}", interrupt.intid - SPIS.start());
                    problems.add(path, "interrupts", found, format!("one that {first} does not have"));
                }
                None => {
                    owners.insert(interrupt.intid, path);
                }
            }
        }
    }
    let mut free = SPIS.filter(|intid| !owners.contains_key(intid));
    let mut assigned = Vec::with_capacity(drafts.devices.len());
    for draft in &drafts.devices {
        let list = draft.interrupts.clone().unwrap_or_else(|| {
            let trigger = draft.binding.trigger;
            free.by_ref().take(draft.binding.irqs).map(|intid| Interrupt { intid, trigger }).collect()
        });
        if list.len() < draft.binding.irqs {
            problems.add(&draft.path, "interrupts", "no free SPI", "fewer devices with interrupts");
        }
        assigned.push(list);
    }
    assigned
}

/// The finished device. A range that could not be assigned is a problem already; its place is then not looked at.
fn complete(
    draft: &DeviceDraft<'_>,
    range: Option<GuestRange>,
    interrupts: Vec<Interrupt>,
    all: &[DeviceDraft<'_>],
) -> DeviceConfig {
    let (base, size) = match range {
        Some(range) => (range.base(), range.size()),
        None => (arch::GuestPhysAddr(0), 0),
    };
    let mut device = DeviceConfig {
        name: unique_name(draft, all),
        path: draft.path.clone(),
        compatible: draft.compatible.clone(),
        base,
        size,
        interrupts,
        properties: draft.properties.clone(),
        children: draft.children(),
        extras: NodeExtras::default(),
    };
    let mut extras = NodeExtras::default();
    (draft.binding.describe)(&device, &mut extras);
    device.extras = extras;
    device
}

/// The node's name without unit address, or the whole name where another device has the same.
fn unique_name(draft: &DeviceDraft<'_>, all: &[DeviceDraft<'_>]) -> String {
    fn base<'a>(draft: &'a DeviceDraft<'_>) -> &'a str {
        draft.path.trim_start_matches('/').split('@').next().unwrap_or_default()
    }
    let name = base(draft);
    match all.iter().filter(|other| base(other) == name).count() {
        1 => name.to_string(),
        _ => draft.path.trim_start_matches('/').to_string(),
    }
}
