// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices (virtio 1.2): the registers of the memory bus, queues in both ring formats, one file per kind of device.
//!
//! A guest shares its queues with its device: what stands in them is an allegation. A ring that breaks the rules costs the
//! guest that device until it is reset, and nothing else happens.

mod balloon;
#[cfg(test)]
mod balloon_tests;
mod blk;
#[cfg(test)]
mod blk_tests;
mod console;
#[cfg(test)]
mod console_tests;
#[cfg(test)]
mod damage_tests;
mod device;
#[cfg(test)]
mod disk_tests;
mod later;
mod net;
#[cfg(test)]
mod net_tests;
mod pci;
mod rng;
#[cfg(test)]
mod rng_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod transport;
mod vsock;
#[cfg(test)]
mod vsock_tests;

pub use balloon::{Balloon, Statistics, find_balloon};
pub use vsock::{Stream, TERMINAL_PORT, serve_terminal};

use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use device::{Backend, Shared};
pub(crate) use pci::FACTORY as PCI_FACTORY;
pub(crate) use pci::frame::FACTORY as FRAME_FACTORY;
use vmm::config::DeviceConfig;
use vmm::device::IrqLine;
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger};

/// The options of all kinds: first that of devices on a PCI bus only.
const OPTIONS: &[&str] = &[
    "ferrovisor,slot",
    "ferrovisor,device",
    "ferrovisor,packed",
    "ferrovisor,disk",
    "ferrovisor,ramdisk",
    "ferrovisor,size",
    "ferrovisor,read-only",
    "ferrovisor,serial",
    "ferrovisor,queues",
    "ferrovisor,console",
    "ferrovisor,scrollback",
    "ferrovisor,ports",
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
    "ferrovisor,cid",
    "ferrovisor,vsock",
    "ferrovisor,terminal",
];

/// `virtio,mmio`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["virtio,mmio"],
        title: "virtio device",
        reg_size: 0x200,
        irqs: 1,
        trigger: Trigger::Edge,
        options: pci::without_slot(OPTIONS),
        children: &[],
        describe,
    },
    create,
};

/// Options that every kind has.
const COMMON: &[&str] = &["ferrovisor,device", "ferrovisor,packed", "ferrovisor,slot"];

/// A device, in its two parts.
type Made = (Arc<Shared>, Arc<dyn Backend>);

/// What the option `ferrovisor,device` can say: the options of that device besides `ferrovisor,packed`, and how it is made.
struct Kind {
    name: &'static str,
    options: &'static [&'static str],
    create: fn(&Context<'_>, IrqLine) -> Result<Made, Error>,
}

const KINDS: &[Kind] = &[
    Kind { name: "blk", options: blk::OPTIONS, create: blk::create },
    Kind { name: "balloon", options: balloon::OPTIONS, create: balloon::create },
    Kind { name: "console", options: console::OPTIONS, create: console::create },
    Kind { name: "net", options: net::OPTIONS, create: net::create },
    Kind { name: "rng", options: rng::OPTIONS, create: rng::create },
    Kind { name: "vsock", options: vsock::OPTIONS, create: vsock::create },
];

fn describe(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["virtio,mmio"]).flag("dma-coherent");
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    Ok(Arc::new(make(ctx, ctx.irq(0)?)?))
}

/// The device that a node describes, with its interrupt.
fn make(ctx: &Context<'_>, line: IrqLine) -> Result<transport::Mmio, Error> {
    let kind = string(ctx, "ferrovisor,device")?;
    let Some(kind) = KINDS.iter().find(|known| Some(known.name) == kind) else {
        let known =
            KINDS.iter().map(|kind| format!("\"{}\"", kind.name)).collect::<alloc::vec::Vec<_>>().join(", ");
        let found = kind.map_or("nothing".to_string(), |name| format!("{name:?}"));
        return Err(ctx.property_error("ferrovisor,device", &found, &format!("one of {known}")));
    };
    for (name, _) in ctx.node.properties.iter().filter(|(name, _)| name.starts_with("ferrovisor,")) {
        if !COMMON.contains(&name) && !kind.options.contains(&name) {
            let expected = format!("no such option of a virtio {}", kind.name);
            return Err(ctx.property_error(name, "it", &expected));
        }
    }
    let (shared, backend) = (kind.create)(ctx, line)?;
    Ok(transport::Mmio::new(shared, backend, flag(ctx, "ferrovisor,packed")?))
}

/// An option that is one string, if it is there.
fn string<'a>(ctx: &Context<'a>, name: &str) -> Result<Option<&'a str>, Error> {
    match (ctx.node.properties.has(name), ctx.node.properties.str(name)) {
        (false, _) => Ok(None),
        (true, Some(text)) if !text.is_empty() => Ok(Some(text)),
        _ => Err(ctx.property_error(name, "no text", "one string")),
    }
}

/// An option without a value.
fn flag(ctx: &Context<'_>, name: &str) -> Result<bool, Error> {
    match ctx.node.properties.get(name) {
        None => Ok(false),
        Some([]) => Ok(true),
        Some(_) => Err(ctx.property_error(name, "a value", "no value (it is a flag)")),
    }
}

/// An option that is a number of one or two cells, from 1 to `most`.
fn number(ctx: &Context<'_>, name: &str, most: u64) -> Result<Option<u64>, Error> {
    if !ctx.node.properties.has(name) {
        return Ok(None);
    }
    let value = ctx.node.properties.u64(name);
    if let Some(value @ 1..) = value
        && value <= most
    {
        return Ok(Some(value));
    }
    let found = value.map_or("no number of one or two cells".to_string(), |value| value.to_string());
    Err(ctx.property_error(name, &found, &format!("a number from 1 to {most}")))
}
