// SPDX-License-Identifier: GPL-2.0-only
//! The AMBA bus: PrimeCells, which carry their identity in their last registers (Arm DDI 0183, 3.3.18 and following;
//! Devicetree binding `arm,primecell`).

use crate::bindings::{
    AMBA_CID, AMBA_NR_IRQS, amba_device, amba_driver, amba_id, bus_type, device, device_driver, module,
};
use super::resource::map_irq;
use crate::device as core_device;
use crate::device::devres;
use crate::errno::{Errno, Result, to_c};
use crate::io_memory;
use crate::of::{self, Node};
use alloc::boxed::Box;
use alloc::ffi::CString;
use core::ffi::{CStr, c_char, c_int};
use core::mem::offset_of;
use core::ptr;
use kernel::clk::Clk;
use kernel::error::Cause;

crate::exports_data! {
    family "platform";
    [any, supported, "platform::tests::primecells"]
    static amba_bustype: bus_type = bus();
}

crate::exports! {
    family "platform";
    [sleeps, supported, "platform::tests::primecells"]
    fn __amba_driver_register(drv: *mut amba_driver, owner: *mut module) -> c_int = register;
    [sleeps, supported, "platform::tests::primecells"]
    fn amba_driver_unregister(drv: *mut amba_driver) -> () = unregister;
    [sleeps, supported, "platform::tests::primecells"]
    fn amba_request_regions(adev: *mut amba_device, name: *const c_char) -> c_int = request_regions;
    [sleeps, supported, "platform::tests::primecells"]
    fn amba_release_regions(adev: *mut amba_device) -> () = release_regions;
}

const fn bus() -> bus_type {
    // SAFETY: all fields may be zero.
    let mut bus: bus_type = unsafe { core::mem::zeroed() };
    bus.name = c"amba".as_ptr();
    bus.match_ = Some(matches);
    bus.probe = Some(probe);
    bus.remove = Some(remove);
    bus.shutdown = Some(shutdown);
    bus
}

/// The bus, as devices and drivers name it.
pub(super) fn bus_pointer() -> *const bus_type {
    &raw const amba_bustype
}

pub(super) fn to_amba(dev: *mut device) -> *mut amba_device {
    dev.wrapping_byte_sub(offset_of!(amba_device, dev)).cast()
}

pub(super) fn to_driver(drv: *const device_driver) -> *const amba_driver {
    drv.wrapping_byte_sub(offset_of!(amba_driver, drv)).cast()
}

/// The driver's entry for a device of this identity.
pub(super) unsafe fn lookup(table: *const amba_id, periphid: u32) -> *const amba_id {
    let mut entry = table;
    // SAFETY: the driver's table, which ends in an entry with mask 0.
    while let Some(id) = unsafe { entry.as_ref() }.filter(|id| id.mask != 0) {
        if periphid & id.mask == id.id {
            return entry;
        }
        // SAFETY: not the last entry.
        entry = unsafe { entry.add(1) };
    }
    ptr::null()
}

unsafe extern "C" fn matches(dev: *mut device, drv: *const device_driver) -> c_int {
    // SAFETY: the core calls with a device and a driver of this bus.
    unsafe {
        let (adev, driver) = (to_amba(dev), &*to_driver(drv));
        if (*adev).periphid == 0
            && let Err(error) = identify(adev)
        {
            return error.to_c();
        }
        if !(*adev).driver_override.is_null() {
            return (CStr::from_ptr((*adev).driver_override) == CStr::from_ptr(driver.drv.name)).into();
        }
        (!lookup(driver.id_table, (*adev).periphid).is_null()).into()
    }
}

/// Reads the identity: a byte in each of the last eight registers. The device's bus clock is on while they are read.
pub(super) unsafe fn identify(adev: *mut amba_device) -> Result<()> {
    // SAFETY: the caller's device.
    unsafe {
        let (start, end) = ((*adev).res.start, (*adev).res.end);
        let registers = io_memory::map(start, end - start + 1).cast::<u8>();
        if registers.is_null() || end - start < 0xfff {
            return Err(Errno::ENOMEM);
        }
        let _clock = bus_clock(&raw mut (*adev).dev)?;
        let last = registers.add((end - start + 1) as usize - 0x20);
        let word = |first: usize| {
            (0..4).fold(0, |word, i| {
                let byte = io_memory::raw::load(last.add((first + i) * 4).cast::<u32>()) & 0xff;
                word | byte << (8 * i)
            })
        };
        (*adev).cid = word(4);
        if (*adev).cid != AMBA_CID {
            return Err(Errno::ENODEV);
        }
        (*adev).periphid = word(0);
        Ok(())
    }
}

/// The device's bus clock, running until dropped. `None`: the device has none.
struct BusClock(Option<Clk>);

impl Drop for BusClock {
    fn drop(&mut self) {
        if let Some(clock) = &self.0 {
            clock.disable_unprepare();
        }
    }
}

/// Switches the bus clock of a device on.
unsafe fn bus_clock(dev: *mut device) -> Result<BusClock> {
    // SAFETY: the caller's device.
    let node = unsafe { Node::from_raw((*dev).of_node) }.and_then(Node::host_node);
    let Some(node) = node else { return Ok(BusClock(None)) };
    match kernel::clk::get(&node, Some("apb_pclk")) {
        Ok(clock) => {
            clock.prepare_enable()?;
            Ok(BusClock(Some(clock)))
        }
        Err(Cause::NotFound) => Ok(BusClock(None)),
        Err(cause) => Err(cause.into()),
    }
}

unsafe extern "C" fn probe(dev: *mut device) -> c_int {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        let (adev, driver) = (to_amba(dev), &*to_driver((*dev).driver));
        let Some(probe) = driver.probe else { return 0 };
        for (i, slot) in (*adev).irq.iter_mut().enumerate() {
            let irq = Node::from_raw((*dev).of_node).map_or(Err(Errno::ENXIO), |n| map_irq(n, i));
            match irq {
                Ok(irq) => *slot = irq as u32,
                Err(Errno::EPROBE_DEFER) => return Errno::EPROBE_DEFER.to_c(),
                Err(_) => break,
            }
        }
        // It stops with the device's managed resources: after the driver let go.
        let started = bus_clock(dev).and_then(|clock| devres::add(dev, devres::Key("apb_pclk", 0), || drop(clock)));
        match started {
            Ok(()) => probe(adev, lookup(driver.id_table, (*adev).periphid)),
            Err(error) => error.to_c(),
        }
    }
}

unsafe extern "C" fn remove(dev: *mut device) {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        if let Some(remove) = (*to_driver((*dev).driver)).remove {
            remove(to_amba(dev));
        }
    }
}

unsafe extern "C" fn shutdown(dev: *mut device) {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        if let Some(shutdown) = (*to_driver((*dev).driver)).shutdown {
            shutdown(to_amba(dev));
        }
    }
}

unsafe extern "C" fn release(dev: *mut device) {
    // SAFETY: set by `create` only; the last reference is gone.
    drop(unsafe { Box::from_raw(to_amba(dev)) });
}

/// Makes a device of a node.
///
/// # Safety
/// `parent` is null or a device.
pub(super) unsafe fn create(node: Node, name: CString, parent: *mut device) -> Result<()> {
    let span = of::address_to_resource(node, 0)?;
    // SAFETY: all fields may be zero.
    let raw = Box::into_raw(Box::new(unsafe { core::mem::zeroed::<amba_device>() }));
    // SAFETY: just made.
    unsafe {
        let dev = &raw mut (*raw).dev;
        (*raw).res.start = span.start;
        (*raw).res.end = span.start + (span.size - 1);
        (*raw).res.flags = crate::bindings::IORESOURCE_MEM.into();
        (*raw).res.name = node.full_name().as_ptr();
        (*raw).periphid = node.u32(b"arm,primecell-periphid").unwrap_or(0);
        (*dev).release = Some(release);
        (*dev).bus = bus_pointer();
        (*dev).parent = parent;
        (*dev).of_node = node.as_raw();
        (*dev).fwnode = &raw mut (*node.as_raw()).fwnode;
        (*dev).coherent_dma_mask = u32::MAX.into();
        (*dev).dma_mask = &raw mut (*dev).coherent_dma_mask;
        (*dev).dma_parms = &raw mut (*raw).dma_parms;
        core_device::initialize(dev);
        core_device::set_name(dev, name);
        core_device::register(dev).inspect_err(|_| core_device::put(dev))
    }
}

pub(super) unsafe fn register(drv: *mut amba_driver, owner: *mut module) -> c_int {
    // SAFETY: the caller's driver.
    unsafe {
        if (*drv).probe.is_none() {
            return Errno::EINVAL.to_c();
        }
        (*drv).drv.bus = bus_pointer();
        (*drv).drv.owner = owner;
        core_device::driver_register(&raw mut (*drv).drv)
    }
}

pub(super) unsafe fn unregister(drv: *mut amba_driver) {
    // SAFETY: the caller's driver.
    unsafe { core_device::driver_unregister(&raw mut (*drv).drv) };
}

pub(super) unsafe fn request_regions(adev: *mut amba_device, name: *const c_char) -> c_int {
    // SAFETY: the caller's device and name.
    unsafe {
        let res = &(*adev).res;
        let owner = if name.is_null() { core_device::driver_string(&raw const (*adev).dev) } else { CStr::from_ptr(name) };
        to_c(io_memory::request(res.start..res.end, owner.to_bytes()))
    }
}

pub(super) unsafe fn release_regions(adev: *mut amba_device) {
    // SAFETY: the caller's device.
    unsafe { io_memory::release((*adev).res.start..(*adev).res.end) };
}

/// A PrimeCell has no more interrupts than its description has places.
const _: () = assert!(AMBA_NR_IRQS == 9);
