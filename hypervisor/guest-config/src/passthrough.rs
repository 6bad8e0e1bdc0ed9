// SPDX-License-Identifier: GPL-2.0-only
//! Pass-through nodes: registers and interrupts of the host that a guest gets for itself.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use arch::PhysAddr;
use dtoolkit::model::DeviceTreeNode;
use dtoolkit::{Node, Property};

use super::Environment;
use super::device::Interrupt;
use super::devices::{PASSTHROUGH, read_interrupts};
use super::error::{Problems, one_of};
use super::node::Reader;
use super::range::{GuestRange, PAGE};

/// Where the guest sees the regions, if not at the host's addresses.
const GUEST_ADDRESS: &str = "ferrovisor,guest-address";

/// What the host lets a guest have; asked while a guest's DTS is read.
pub trait HostResources {
    /// Whether the `size` bytes of device registers at `base` (multiples of 4096) may be given to a guest: `Err` says
    /// what is there instead, such as "RAM" or "the host's interrupt controller".
    fn check_region(&self, base: PhysAddr, size: u64) -> Result<(), String>;

    /// Whether host interrupt `intid` (an SPI) may be given to a guest: `Err` says who has it.
    fn check_interrupt(&self, intid: u32) -> Result<(), String>;
}

/// A region of host registers in a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassthroughRegion {
    /// First host address, a multiple of 4096.
    pub host: PhysAddr,
    /// Where the guest sees it; its size is a multiple of 4096.
    pub guest: GuestRange,
}

/// A device of the host that a guest gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassthroughConfig {
    /// Name of the node without its unit address.
    pub name: String,
    /// Path of the node in the guest's DTS.
    pub path: String,
    /// Regions to map in stage 2 as device memory.
    pub regions: Vec<PassthroughRegion>,
    /// Interrupts to forward; host and guest use the same number.
    pub interrupts: Vec<Interrupt>,
}

/// A pass-through device and its node.
pub(super) struct PassthroughDraft<'a> {
    pub(super) node: &'a DeviceTreeNode,
    pub(super) config: PassthroughConfig,
}

/// Reads a pass-through node; `None` after a problem.
pub(super) fn read<'a>(
    reader: &Reader<'a>,
    env: &Environment<'_>,
    problems: &mut Problems,
) -> Option<PassthroughDraft<'a>> {
    let before = problems.count();
    reader.flag(PASSTHROUGH, problems);
    for property in reader.node.properties() {
        let name = property.name();
        if name.starts_with("ferrovisor,") && ![PASSTHROUGH, GUEST_ADDRESS].contains(&name) {
            let expected = one_of(name, &[PASSTHROUGH, GUEST_ADDRESS]);
            reader.problem(name, "an option that pass-through does not have", expected, problems);
        }
    }
    let hosts = match reader.has("reg") {
        true => reader.pairs("reg", problems).unwrap_or_default(),
        false => Vec::new(),
    };
    let guests = guest_addresses(reader, &hosts, problems);
    let mut regions = Vec::new();
    for ((host, size), guest) in hosts.into_iter().zip(guests) {
        let whole = |base| GuestRange::new(base, size).filter(|range| range.is_aligned(PAGE));
        let (Some(_), Some(guest)) = (whole(host), whole(guest)) else {
            let found = format!("{size:#x} bytes of the host's {host:#x} at {guest:#x}");
            let expected = "whole pages: addresses and size multiples of 4096, the size not zero";
            reader.problem("reg", found, expected, problems);
            continue;
        };
        if let Some(Err(what)) = env.host.map(|resources| resources.check_region(PhysAddr(host), size)) {
            let expected = "device registers that the hypervisor does not use";
            reader.problem(
                "reg",
                format!("{what} at {host:#x}..{:#x}", host.saturating_add(size)),
                expected,
                problems,
            );
        }
        regions.push(PassthroughRegion { host: PhysAddr(host), guest });
    }
    let interrupts = match reader.has("interrupts") {
        true => read_interrupts(reader, problems).unwrap_or_default(),
        false => Vec::new(),
    };
    for interrupt in &interrupts {
        if let Some(Err(what)) = env.host.map(|resources| resources.check_interrupt(interrupt.intid)) {
            let found = format!("SPI {}, which has {what}", interrupt.intid - 32);
            reader.problem("interrupts", found, "an interrupt that nobody else has", problems);
        }
    }
    if regions.is_empty() && interrupts.is_empty() && problems.count() == before {
        reader.problem("reg", "neither 'reg' nor 'interrupts'", "something to pass through", problems);
    }
    let name = reader.base_name().to_string();
    let config = PassthroughConfig { name, path: reader.path.clone(), regions, interrupts };
    (problems.count() == before).then_some(PassthroughDraft { node: reader.node, config })
}

/// The guest's address of each region: from `ferrovisor,guest-address`, by default the host's.
fn guest_addresses(reader: &Reader<'_>, hosts: &[(u64, u64)], problems: &mut Problems) -> Vec<u64> {
    let same = || hosts.iter().map(|(base, _)| *base).collect::<Vec<_>>();
    if !reader.has(GUEST_ADDRESS) {
        return same();
    }
    let Some(cells) = reader.cells(GUEST_ADDRESS, problems) else {
        return same();
    };
    let (pairs, rest) = cells.as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != hosts.len() {
        let expected = format!("two cells for each of the {} ranges of 'reg'", hosts.len());
        reader.problem(GUEST_ADDRESS, format!("{} cells", cells.len()), expected, problems);
        return same();
    }
    pairs.iter().map(|[high, low]| u64::from(*high) << 32 | u64::from(*low)).collect()
}
