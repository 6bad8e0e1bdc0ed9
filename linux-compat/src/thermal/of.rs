// SPDX-License-Identifier: GPL-2.0-only
//! Zones of the device tree: the nodes below `/thermal-zones`, each of which names a sensor.

use super::zone::{self, Made};
use crate::bindings::{self, device, thermal_trip, thermal_zone_device, thermal_zone_device_ops};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c};
use crate::of::{self, Node, parse_phandle_with_args};
use alloc::vec::Vec;
use core::ffi::{c_int, c_void};
use core::ptr::with_exposed_provenance_mut;

crate::exports! {
    family "thermal";
    [sleeps, supported, "thermal::tests::a_zone_of_the_tree"]
    fn devm_thermal_of_zone_register(dev: *mut device, id: c_int, data: *mut c_void, ops: *const thermal_zone_device_ops) -> *mut thermal_zone_device = devm_register;
    [sleeps, supported, "thermal::tests::a_zone_of_the_tree"]
    fn devm_thermal_of_zone_unregister(dev: *mut device, tz: *mut thermal_zone_device) -> () = devm_unregister;
}

/// `THERMAL_TRIP_FLAG_RW_TEMP`, a macro with a call in C.
const MOVABLE: u8 = 1;
/// The kinds of trip points, as the tree calls them.
const KINDS: [(&[u8], u32); 4] = [
    (b"active", bindings::THERMAL_TRIP_ACTIVE),
    (b"passive", bindings::THERMAL_TRIP_PASSIVE),
    (b"hot", bindings::THERMAL_TRIP_HOT),
    (b"critical", bindings::THERMAL_TRIP_CRITICAL),
];

/// The zone whose sensor is number `id` of a node. One sensor a zone, as in Linux.
fn find(sensor: Node, id: u32) -> Option<Node> {
    let zones = of::root()?.child(b"thermal-zones")?;
    zones.children().filter(|zone| zone.is_available()).find(|zone| {
        let found = parse_phandle_with_args(*zone, b"thermal-sensors", b"#thermal-sensor-cells", 0);
        found.is_ok_and(|found| found.node == sensor && found.args().first().copied().unwrap_or(0) == id)
    })
}

/// A number that may be negative.
fn number(node: Node, name: &[u8]) -> Option<i32> {
    node.u32(name).map(|value| value as i32)
}

fn trip(node: Node) -> Result<thermal_trip> {
    let missing = || {
        log::error!("{node}: a trip point needs `temperature`, `hysteresis` and `type`");
        Errno::EINVAL
    };
    let kind = node.property(b"type").and_then(|kind| kind.strings().next()).ok_or_else(missing)?;
    let kind = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind.to_bytes())).ok_or_else(missing)?.1;
    // SAFETY: a structure of C, for which zero is the beginning.
    let mut trip: thermal_trip = unsafe { core::mem::zeroed() };
    trip.temperature = number(node, b"temperature").ok_or_else(missing)?;
    trip.hysteresis = number(node, b"hysteresis").ok_or_else(missing)?;
    trip.type_ = kind;
    trip.flags = MOVABLE;
    trip.priv_ = node.as_raw().cast();
    Ok(trip)
}

unsafe fn register(
    dev: *mut device,
    id: c_int,
    data: *mut c_void,
    ops: *const thermal_zone_device_ops,
) -> Result<*mut thermal_zone_device> {
    // SAFETY: the caller's device and functions.
    unsafe {
        let sensor = dev.as_ref().and_then(|dev| Node::from_raw(dev.of_node)).ok_or(Errno::EINVAL)?;
        let ops = ops.as_ref().ok_or(Errno::EINVAL)?;
        let id = u32::try_from(id).map_err(|_| Errno::EINVAL)?;
        let node = find(sensor, id).ok_or(Errno::ENODEV)?;
        let trips: Result<Vec<thermal_trip>> =
            node.child(b"trips").into_iter().flat_map(|trips| trips.children().collect::<Vec<_>>()).map(trip).collect();
        let mut line = node.property(b"coefficients").into_iter().flat_map(|list| list.cells());
        let (slope, offset) = (line.next().map_or(1, |slope| slope as i32), line.next().map_or(0, |offset| offset as i32));
        let action = node.property(b"critical-action").and_then(|action| action.strings().next());
        let made = Made {
            name: node.name(),
            trips: trips?,
            ops: *ops,
            data,
            slope,
            offset,
            passive_ms: node.u32(b"polling-delay-passive").unwrap_or(0),
            polling_ms: node.u32(b"polling-delay").unwrap_or(0),
            reboot: action.is_some_and(|action| action == c"reboot"),
        };
        let zone = zone::make(dev, made)?;
        match Errno::check(zone::enable(zone)) {
            Ok(_) => Ok(zone),
            Err(error) => {
                zone::unregister(zone);
                Err(error)
            }
        }
    }
}

pub(super) unsafe fn devm_register(
    dev: *mut device,
    id: c_int,
    data: *mut c_void,
    ops: *const thermal_zone_device_ops,
) -> *mut thermal_zone_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe {
        register(dev, id, data, ops).and_then(|zone| {
            let at = zone.expose_provenance();
            devres::add(dev, Key("thermal zone", at), move || zone::unregister(with_exposed_provenance_mut(at)))?;
            Ok(zone)
        })
    })
}

pub(super) unsafe fn devm_unregister(dev: *mut device, tz: *mut thermal_zone_device) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("thermal zone", tz.addr())) } {
        log::warn!("devm_thermal_of_zone_unregister: the device has no such zone");
    }
}
