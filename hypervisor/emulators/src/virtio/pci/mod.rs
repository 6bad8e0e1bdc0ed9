// SPDX-License-Identifier: GPL-2.0-only
//! A PCI host bridge with its configuration space in memory (ECAM), and virtio devices on its bus (virtio 1.2, 4.1).
//!
//! The bridge's block on the guest's bus has two parts: the configuration space of bus 0, and the window for the addresses that
//! the guest gives to its devices. Nothing is at an address that no device decodes: it reads as all ones. Where the guest gave
//! two devices the same address, one of them answers.

pub(super) mod frame;
mod function;
mod messages;
mod pin;
#[cfg(test)]
mod tests;

use super::{make, number};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU8;
use core::sync::atomic::Ordering::Relaxed;
use function::Function;
use pin::Wire;
use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, IrqLine, NodeExtras, Trigger, Width};

/// Bytes of the configuration space of a function, and of a bus, which is all there is.
const FUNCTION: u64 = 1 << 12;
const ECAM: u64 = 1 << 20;
/// Bytes of the block that is assigned: the window is the rest.
const BLOCK: u64 = ECAM + (1 << 20);
/// Devices on a bus.
const SLOTS: u64 = 32;
/// Interrupt lines: INTA to INTD.
const PINS: u32 = 4;
/// The space code of 32-bit memory in `ranges`.
const MEMORY: u32 = 0x0200_0000;

/// `pci-host-ecam-generic`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["pci-host-ecam-generic"],
        title: "PCI host bridge",
        reg_size: BLOCK,
        irqs: PINS as usize,
        trigger: Trigger::Level,
        options: &[],
        children: super::OPTIONS,
        describe,
    },
    create,
};

/// The options without that of devices on a bus, which is the first.
pub(super) const fn without_slot(options: &'static [&'static str]) -> &'static [&'static str] {
    match options {
        [_, rest @ ..] => rest,
        [] => options,
    }
}

/// The address of the window, which is the same on the bus, and its bytes; `None` if it is not all below 4 GiB.
fn window(node: &DeviceConfig) -> Option<(u32, u32)> {
    let base = node.base.0.checked_add(ECAM)?;
    let size = node.size.checked_sub(ECAM).filter(|size| *size != 0)?;
    u32::try_from(base.checked_add(size)? - 1).ok()?;
    Some((base as u32, size as u32))
}

fn describe(node: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["pci-host-ecam-generic"]).strings("device_type", &["pci"]).registers(ECAM);
    extras.cell("#address-cells", 3).cell("#size-cells", 2).cell("#interrupt-cells", 1);
    extras.cells("bus-range", &[0, 0]).flag("dma-coherent");
    let (base, size) = window(node).unwrap_or_default();
    extras.cells("ranges", &[MEMORY, 0, base, 0, base, 0, size]);
    // The usual turning: pin p of device d is line d + p, counted around.
    extras.cells("interrupt-map-mask", &[(PINS - 1) << 11, 0, 0, 7]);
    for (device, pin) in (0..PINS).flat_map(|device| (0..PINS).map(move |pin| (device, pin))) {
        extras.interrupt_map([device << 11, 0, 0, pin + 1], ((device + pin) % PINS) as usize);
    }
}

/// A host bridge.
struct Host {
    /// Where the window begins.
    window: u64,
    /// By device number.
    functions: Vec<Function>,
    /// For addresses that have the same [`place`]: the number of the function that decoded one of them last.
    near: [AtomicU8; SLOTS as usize],
}

/// Where to look first for the function that decodes an address: each has as many registers as the others.
fn place(address: u64) -> usize {
    (address / u64::from(function::SIZE) % SLOTS) as usize
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let Some((base, _)) = window(ctx.node) else {
        let found = format!("{:#x} bytes at {:#x}", ctx.node.size, ctx.node.base.0);
        return Err(ctx.property_error("reg", &found, "a block below 4 GiB"));
    };
    let near = [const { AtomicU8::new(0) }; _];
    let mut host = Host { window: base.into(), functions: Vec::new(), near };
    let wires: Vec<_> =
        (0..PINS as usize).map(|pin| ctx.irq(pin).map(Wire::new)).collect::<Result<_, _>>()?;
    for node in &ctx.node.children {
        let (guest, power, ram) = (ctx.guest, ctx.power.clone(), ctx.ram.clone());
        let child = Context { guest, node, irqs: Vec::new(), power, ram };
        if let Err(error) = host.add(&child, &wires) {
            host.stop();
            return Err(error);
        }
    }
    Ok(Arc::new(host))
}

impl Host {
    /// Puts the device that a child node describes on the bus.
    fn add(&mut self, ctx: &Context<'_>, wires: &[Arc<Wire>]) -> Result<(), Error> {
        let taken = |slot| self.functions.iter().any(|function| function.slot == slot);
        let given = number(ctx, "ferrovisor,slot", SLOTS - 1)?.map(|slot| slot as u8);
        let slot = given.or_else(|| (1..SLOTS as u8).find(|slot| !taken(*slot)));
        let Some(slot) = slot.filter(|slot| !taken(*slot)) else {
            let expected = "a device number of its own, 1 to 31";
            return Err(ctx.property_error("ferrovisor,slot", "none that is free", expected));
        };
        let pin = wires.iter().cycle().nth(slot.into()).map(|wire| wire.pin(ctx.guest, slot));
        let Some(pin) = pin else {
            return Ok(());
        };
        let registers = make(ctx, IrqLine::new(pin.clone(), 0))?;
        let place = self.functions.partition_point(|other| other.slot < slot);
        self.functions.insert(place, Function::new(slot, registers, pin));
        Ok(())
    }

    /// The function at an offset in the configuration space.
    fn function(&self, offset: u64) -> Option<&Function> {
        let (number, function) = (offset >> 15, offset / FUNCTION % 8);
        self.functions.iter().find(|known| u64::from(known.slot) == number && function == 0)
    }

    /// The function that decodes the address at an offset behind the configuration space, and the offset in its registers.
    #[inline(always)]
    fn decode(&self, offset: u64) -> Option<(&Function, u64)> {
        let address = self.window.wrapping_add(offset);
        let near = self.near.get(place(address))?;
        if let Some(function) = self.functions.get(usize::from(near.load(Relaxed)))
            && let Some(offset) = function.decode(address)
        {
            return Some((function, offset));
        }
        self.search(address, near)
    }

    #[cold]
    #[inline(never)]
    fn search(&self, address: u64, near: &AtomicU8) -> Option<(&Function, u64)> {
        let decoded = |(n, function): (usize, &Function)| Some((n, function.decode(address)?));
        let (n, offset) = self.functions.iter().enumerate().find_map(decoded)?;
        near.store(n as u8, Relaxed);
        Some((self.functions.get(n)?, offset))
    }

    #[inline(never)]
    fn write_config(&self, offset: u64, width: Width, value: u64) {
        if let Some(function) = self.function(offset) {
            function.write_config(offset % FUNCTION, width, value);
        }
    }
}

impl Emulator for Host {
    fn read(&self, offset: u64, width: Width) -> u64 {
        let nothing = u64::MAX;
        match offset.checked_sub(ECAM) {
            Some(offset) => {
                self.decode(offset).map_or(nothing, |(function, offset)| function.read(offset, width))
            }
            None => {
                let function = self.function(offset);
                function.map_or(nothing, |function| function.read_config(offset % FUNCTION, width))
            }
        }
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        match offset.checked_sub(ECAM) {
            Some(offset) => {
                if let Some((function, offset)) = self.decode(offset)
                    && !function.notify(offset, width)
                {
                    function.write(offset, width, value);
                }
            }
            None => self.write_config(offset, width, value),
        }
    }

    fn reset(&self) {
        self.functions.iter().for_each(Function::reset);
    }

    fn stop(&self) {
        self.functions.iter().for_each(Function::stop);
    }

    fn info(&self) -> String {
        let all: Vec<_> = self.functions.iter().map(Function::info).collect();
        all.join("; ")
    }
}
