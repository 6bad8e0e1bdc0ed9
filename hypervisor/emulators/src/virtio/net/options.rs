// SPDX-License-Identifier: GPL-2.0-only
//! What the node of a network device says.

use super::{MAX_PAIRS, Net, Station, Wishes, filter::Filter};
use crate::sync::Lock;
use crate::virtio::device::Shared;
use crate::virtio::later::{self, Later};
use crate::virtio::{Made, flag, number, string};
use alloc::format;
use alloc::string::ToString;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::ops::RangeInclusive;
use core::sync::atomic::AtomicU64;
use io::net::limit::Rate;
use io::net::port::PortConfig;
use io::net::vlan::Vlans;
use io::net::{Mac, switch};
use vmm::device::IrqLine;
use vmm::device::{Context, Error};

use crate::virtio::device::Backend;

/// Options of the device's node.
pub(in crate::virtio) const OPTIONS: &[&str] = &[
    "ferrovisor,switch",
    "ferrovisor,mac",
    "ferrovisor,fixed-mac",
    "ferrovisor,vlan",
    "ferrovisor,trunk",
    "ferrovisor,isolated",
    "ferrovisor,ingress-rate",
    "ferrovisor,egress-rate",
    "ferrovisor,storm-rate",
    "ferrovisor,mtu",
    "ferrovisor,queues",
];

/// The MTUs that a device can give out (5.1.4).
const MTUS: RangeInclusive<u64> = 68..=65_535;
/// Bytes that may come at once at least, whatever the rate: a frame of segments.
const BURST: u64 = 64 << 10;

/// The address of a device that has none in its node: of its guest and node, so that it stays the same.
fn derived(name: &str) -> Mac {
    let spread = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, spread);
    let [a, b, c, d, e, ..] = (hash ^ hash >> 24).to_le_bytes();
    Mac([0x02, a, b, c, d, e])
}

fn mac(ctx: &Context<'_>) -> Result<Mac, Error> {
    let Some(bytes) = ctx.node.properties.get("ferrovisor,mac") else { return Ok(derived(&ctx.full_name())) };
    let mac = <[u8; 6]>::try_from(bytes).map(Mac).ok().filter(|mac| mac.is_station());
    let expected = "six bytes of a station's address, as [02 00 00 00 00 01]";
    mac.ok_or_else(|| ctx.property_error("ferrovisor,mac", &format!("{} bytes", bytes.len()), expected))
}

fn vlans(ctx: &Context<'_>) -> Result<Vlans, Error> {
    let own = number(ctx, "ferrovisor,vlan", 4094)?.map(|vid| vid as u16);
    let Some(bytes) = ctx.node.properties.get("ferrovisor,trunk") else {
        return Ok(own.map_or(Vlans::Transparent, Vlans::Access));
    };
    let mut tagged = Vec::new();
    for pair in bytes.chunks(8) {
        let range =
            <[u8; 8]>::try_from(pair).map(u64::from_be_bytes).map(|both| (both >> 32, both & 0xffff_ffff));
        match range {
            Ok((first, last)) if 1 <= first && first <= last && last <= 4094 => {
                tagged.push(first as u16..=last as u16);
            }
            _ => {
                let expected = "pairs <FIRST LAST> of VLANs from 1 to 4094";
                return Err(ctx.property_error("ferrovisor,trunk", "something else", expected));
            }
        }
    }
    Ok(Vlans::Trunk { tagged, native: own })
}

/// A rate in units a second; a fiftieth of a second's may come at once, at least `burst`.
fn rate(ctx: &Context<'_>, name: &str, burst: u64) -> Result<Option<Rate>, Error> {
    let rate = number(ctx, name, u64::MAX)?;
    Ok(rate.map(|per_second| Rate { per_second, burst: burst.max(per_second / 50) }))
}

/// Makes the device of a node.
pub(in crate::virtio) fn create(ctx: &Context<'_>, line: IrqLine) -> Result<Made, Error> {
    let unavailable = |what| Error::Unavailable { node: ctx.node.path.clone(), what };
    let Some(name) = string(ctx, "ferrovisor,switch")? else {
        return Err(ctx.property_error("ferrovisor,switch", "nothing", "the name of a switch"));
    };
    let (mac, fixed) = (mac(ctx)?, flag(ctx, "ferrovisor,fixed-mac")?);
    let mtu = number(ctx, "ferrovisor,mtu", *MTUS.end())?;
    if mtu.is_some_and(|mtu| !MTUS.contains(&mtu)) {
        return Err(ctx.property_error("ferrovisor,mtu", "less", "a number from 68 to 65535"));
    }
    let pairs = number(ctx, "ferrovisor,queues", MAX_PAIRS)?.unwrap_or(1) as usize;
    let config = PortConfig {
        vlans: vlans(ctx)?,
        isolated: flag(ctx, "ferrovisor,isolated")?,
        station: fixed.then_some(mac),
        ingress: rate(ctx, "ferrovisor,ingress-rate", BURST)?,
        egress: rate(ctx, "ferrovisor,egress-rate", BURST)?,
        storm: rate(ctx, "ferrovisor,storm-rate", 1)?,
        ..PortConfig::new(&ctx.full_name())
    };
    if !later::start() {
        return Err(unavailable("there is no memory for the worker of virtio devices".to_string()));
    }
    let shared = Shared::new(ctx.ram.clone(), line, 2 * pairs + 1);
    let station = Arc::new(Station {
        shared: shared.clone(),
        wishes: Wishes::default(),
        filter: Lock::new(Filter::new(mac, false)),
        summary: AtomicU64::new(0),
        misfits: Default::default(),
    });
    let switch = switch::find_or_make(name);
    let port = switch.attach(config, station.clone()).map_err(|error| unavailable(error.to_string()))?;
    let device = Arc::new_cyclic(|device: &Weak<Net>| {
        let work = |pair| {
            let device = device.clone();
            let queue = super::transmit_queue(pair);
            Later::new(move || device.upgrade().iter().for_each(|device| device.notify(queue)))
        };
        let works = (0..pairs).map(work).collect();
        Net { station, switch, port, mac, fixed, mtu: mtu.map(|mtu| mtu as u16), pairs, works }
    });
    Ok((shared, device))
}
