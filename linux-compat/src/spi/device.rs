// SPDX-License-Identifier: GPL-2.0-only
//! Devices on SPI buses: made of the device tree's nodes, or by drivers.

use super::controller::number;
use super::{bus, message, setup};
use crate::bindings::{
    self, device, spi_board_info, spi_controller, spi_delay, spi_device, spi_message, spi_transfer,
};
use crate::device as devices;
use crate::errno::{Errno, Result, to_c};
use crate::of::Node;
use crate::work::{free_per_cpu, per_cpu};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use io::Fault;
use io::spi::{self as registry, Device, Endpoint, Info, Segment};
use kernel::irq::virq;
use kernel::sync::SpinLock;

crate::exports! {
    family "spi";
    [sleeps, supported, "spi::tests::drivers_make_devices"]
    fn spi_alloc_device(ctlr: *mut spi_controller) -> *mut spi_device = alloc;
    [sleeps, supported, "spi::tests::drivers_make_devices"]
    fn spi_add_device(spi: *mut spi_device) -> c_int = add_c;
    [sleeps, supported, "spi::tests::drivers_make_devices"]
    fn spi_new_device(ctlr: *mut spi_controller, chip: *mut spi_board_info) -> *mut spi_device = new;
    [sleeps, supported, "spi::tests::drivers_make_devices"]
    fn spi_new_ancillary_device(spi: *mut spi_device, chip_select: u8) -> *mut spi_device = ancillary;
    [sleeps, supported, "spi::tests::drivers_make_devices"]
    fn spi_unregister_device(spi: *mut spi_device) -> () = unregister;
}

/// A chip select that stands for none.
pub(super) const NO_SELECT: u8 = u8::MAX;

/// The devices that were added, with their registry's entries.
static ADDED: SpinLock<Vec<(usize, Arc<Device>)>> = SpinLock::new(Vec::new());

/// The registry's entry of a device.
pub(super) fn entry(spi: *const spi_device) -> Option<Arc<Device>> {
    ADDED.lock().iter().find(|(at, _)| *at == spi.addr()).map(|(_, entry)| Arc::clone(entry))
}

/// The first interrupt of a node.
pub(super) fn irq(node: Node) -> Result<c_int> {
    let host = node.host_node().ok_or(Errno::ENXIO)?;
    if virq::spec::count(&host) == 0 {
        return Err(Errno::ENXIO);
    }
    Ok(virq::domain::map_spec(&virq::spec::of_node(&host, 0)?)?.virq() as c_int)
}

/// A driver's device, for the registry.
struct Driver(*mut spi_device);

// SAFETY: the pointer is handed to functions that lock what they share.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

impl Endpoint for Driver {
    fn transfer(&self, segments: &mut [Segment<'_>]) -> Result<(), Fault> {
        // SAFETY: structures of C, for which zero is the beginning; buffers that stay until the message is done, of a
        // device that stays in the registry.
        unsafe {
            let mut transfers: Vec<spi_transfer> = segments.iter().map(|_| core::mem::zeroed()).collect();
            let mut message: spi_message = core::mem::zeroed();
            message::begin(&raw mut message);
            for (transfer, segment) in transfers.iter_mut().zip(segments) {
                match segment {
                    Segment::Write(bytes) => {
                        (transfer.tx_buf, transfer.len) = (bytes.as_ptr().cast(), bytes.len() as u32);
                    }
                    Segment::Read(bytes) => {
                        (transfer.rx_buf, transfer.len) = (bytes.as_mut_ptr().cast(), bytes.len() as u32);
                    }
                    Segment::Exchange(bytes) => {
                        transfer.rx_buf = bytes.as_mut_ptr().cast();
                        transfer.tx_buf = transfer.rx_buf;
                        transfer.len = bytes.len() as u32;
                    }
                }
                message::append(&raw mut message, transfer);
            }
            Errno::check(message::sync(self.0, &raw mut message)).map(drop).map_err(Fault::from)
        }
    }
}

/// The last reference is gone.
unsafe extern "C" fn release(dev: *mut device) {
    // The device is the first field.
    let spi = dev.cast::<spi_device>();
    // SAFETY: of `alloc`; nobody has it any more.
    unsafe {
        let controller = (*spi).controller;
        free_per_cpu((*spi).pcpu_statistics.cast());
        drop(Box::from_raw(spi));
        devices::put(&raw mut (*controller).dev);
    }
}

pub(super) unsafe fn alloc(controller: *mut spi_controller) -> *mut spi_device {
    if controller.is_null() {
        return null_mut();
    }
    let counters = per_cpu(size_of::<bindings::spi_statistics>());
    if counters.is_null() {
        return null_mut();
    }
    // SAFETY: a structure of C, for which zero is the beginning; the caller's controller.
    unsafe {
        let spi = Box::into_raw(Box::new(core::mem::zeroed::<spi_device>()));
        devices::get(&raw mut (*controller).dev);
        (*spi).pcpu_statistics = counters.cast();
        (*spi).controller = controller;
        (*spi).mode = (*controller).buswidth_override_bits;
        (*spi).chip_select.fill(NO_SELECT);
        let own = &raw mut (*spi).dev;
        (*own).bus = bus::pointer();
        (*own).release = Some(release);
        devices::initialize(own);
        // For what the device is made of, before it is added: as long as the controller.
        (*own).parent = devices::get(&raw mut (*controller).dev);
        spi
    }
}

/// Registers a device that was filled in.
unsafe fn add(spi: *mut spi_device) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let controller = (*spi).controller;
        let own = &raw mut (*spi).dev;
        let select = (*spi).chip_select.first().copied().unwrap_or(NO_SELECT);
        if u16::from(select) >= (*controller).num_chipselect {
            log::error!("spi{}: there is no chip select {select}", number(controller));
            return Err(Errno::EINVAL);
        }
        if (*spi).cs_index_mask() == 0 {
            (*spi).set_cs_index_mask(1);
        }
        if !(*controller).cs_gpiods.is_null()
            && let Some(line) = (*spi).cs_gpiod.first_mut()
        {
            *line = *(*controller).cs_gpiods.add(usize::from(select));
        }
        let name = format!("{}.{select}", devices::name(&raw const (*controller).dev).to_string_lossy());
        devices::set_name(own, CString::new(name).map_err(|_| Errno::EINVAL)?);
        let info = Info {
            bus: number(controller),
            select,
            name: CStr::from_ptr((*spi).modalias.as_ptr()).to_string_lossy().into_owned(),
            max_hz: (*spi).max_speed_hz,
            mode: ((*spi).mode & 3) as u8,
        };
        let entry = registry::register(info, Box::new(Driver(spi)))?;
        let result = Errno::check(setup::setup(spi)).map(drop).and_then(|()| {
            ADDED.lock().push((spi.expose_provenance(), Arc::clone(&entry)));
            devices::register(own)
        });
        if let Err(error) = result {
            if forget(spi).is_some() {
                cleanup(spi);
            }
            registry::unregister(&entry);
            return Err(error);
        }
        // That took a reference of the controller; there is the one of `alloc` already.
        devices::put((*own).parent);
        Ok(())
    }
}

/// Takes a device out of the list.
fn forget(spi: *mut spi_device) -> Option<Arc<Device>> {
    let mut added = ADDED.lock();
    let at = added.iter().position(|(at, _)| *at == spi.addr())?;
    Some(added.remove(at).1)
}

pub(super) unsafe fn add_c(spi: *mut spi_device) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { add(spi) })
}

pub(super) unsafe fn new(controller: *mut spi_controller, info: *mut spi_board_info) -> *mut spi_device {
    // SAFETY: the C caller's controller and description.
    unsafe {
        let Some(info) = info.as_ref() else { return null_mut() };
        let spi = alloc(controller);
        if spi.is_null() {
            return null_mut();
        }
        (*spi).modalias = info.modalias;
        (*spi).max_speed_hz = info.max_speed_hz;
        (*spi).mode |= info.mode;
        (*spi).irq = info.irq;
        (*spi).controller_data = info.controller_data;
        (*spi).dev.platform_data = info.platform_data.cast_mut();
        if let (Some(to), Ok(select)) = ((*spi).chip_select.first_mut(), u8::try_from(info.chip_select)) {
            *to = select;
        }
        if add(spi).is_err() {
            devices::put(&raw mut (*spi).dev);
            return null_mut();
        }
        spi
    }
}

/// Another chip select of the same chip.
pub(super) unsafe fn ancillary(spi: *mut spi_device, select: u8) -> *mut spi_device {
    // SAFETY: the C caller's device.
    unsafe {
        let other = alloc((*spi).controller);
        if other.is_null() {
            return Errno::ENOMEM.to_ptr();
        }
        put_text(&mut (*other).modalias, b"dummy");
        (*other).max_speed_hz = (*spi).max_speed_hz;
        (*other).mode = (*spi).mode;
        if let Some(to) = (*other).chip_select.first_mut() {
            *to = select;
        }
        if let Err(error) = add(other) {
            devices::put(&raw mut (*other).dev);
            return error.to_ptr();
        }
        other
    }
}

pub(super) unsafe fn unregister(spi: *mut spi_device) {
    if Errno::check_ptr(spi).is_err() || spi.is_null() {
        return;
    }
    // SAFETY: the C caller's device.
    unsafe {
        if let Some(entry) = forget(spi) {
            registry::unregister(&entry);
        }
        devices::del(&raw mut (*spi).dev);
        cleanup(spi);
        devices::put(&raw mut (*spi).dev);
    }
}

/// Has the controller's driver forget what it keeps for a device.
unsafe fn cleanup(spi: *mut spi_device) {
    // SAFETY: the caller's device; the driver's function.
    unsafe {
        if let Some(cleanup) = (*(*spi).controller).cleanup {
            cleanup(spi);
        }
    }
}

/// Takes all devices off a controller's bus, the last first.
pub(super) unsafe fn remove_all(controller: *mut spi_controller) {
    loop {
        let next = ADDED.lock().iter().rev().find_map(|(at, _)| {
            let spi = with_exposed_provenance_mut::<spi_device>(*at);
            // SAFETY: a device stays while it is in the list.
            (unsafe { (*spi).controller } == controller).then_some(spi)
        });
        match next {
            // SAFETY: as above.
            Some(spi) => unsafe { unregister(spi) },
            None => return,
        }
    }
}

/// Copies a text into a C array, cut if it is too long.
fn put_text(array: &mut [c_char], text: &[u8]) {
    let room = array.len().saturating_sub(1);
    array.fill(0);
    array.iter_mut().zip(text.iter().take(room)).for_each(|(to, from)| *to = *from as c_char);
}

/// Properties without a value, and the bits of the mode that they set.
const FLAGS: [(&[u8], u32); 5] = [
    (b"spi-cpha", 1 << 0),
    (b"spi-cpol", 1 << 1),
    (b"spi-cs-high", 1 << 2),
    (b"spi-lsb-first", 1 << 3),
    (b"spi-3wire", 1 << 4),
];

/// Widths of a bus, with the bits that they set for sending and receiving.
const WIDTHS: [(u32, u32, u32); 5] =
    [(0, 1 << 31, 1 << 30), (1, 0, 0), (2, 1 << 8, 1 << 10), (4, 1 << 9, 1 << 11), (8, 1 << 13, 1 << 14)];

/// How long a property says that a chip select waits.
fn delay(node: Node, name: &[u8]) -> spi_delay {
    let ns = node.u32(name).unwrap_or(0);
    match u16::try_from(ns) {
        Ok(value) => spi_delay { value, unit: bindings::SPI_DELAY_UNIT_NSECS as u8 },
        Err(_) => {
            let value = u16::try_from(ns.div_ceil(1000)).unwrap_or(u16::MAX);
            spi_delay { value, unit: bindings::SPI_DELAY_UNIT_USECS as u8 }
        }
    }
}

/// Fills in what a node says.
unsafe fn parse(spi: *mut spi_device, node: Node) -> Result<()> {
    let compatible = node.property(b"compatible").and_then(|list| list.strings().next()).ok_or(Errno::ENODEV)?;
    let name = compatible.to_bytes().split(|letter| *letter == b',').next_back().unwrap_or_default();
    // SAFETY: the caller's device, which nobody else has yet.
    unsafe {
        put_text(&mut (*spi).modalias, name);
        for (_, bit) in FLAGS.iter().filter(|(name, _)| node.property(name).is_some()) {
            (*spi).mode |= bit;
        }
        for (property, sends) in [(&b"spi-tx-bus-width"[..], true), (b"spi-rx-bus-width", false)] {
            let Some(width) = node.u32(property) else { continue };
            match WIDTHS.iter().find(|(known, ..)| *known == width) {
                Some((_, tx, rx)) => (*spi).mode |= if sends { tx } else { rx },
                None => log::warn!("{node}: a bus of {width} lines is not known"),
            }
        }
        let mut selects = node.property(b"reg").into_iter().flat_map(|list| list.cells());
        for (to, from) in (*spi).chip_select.iter_mut().zip(selects.by_ref()) {
            *to = u8::try_from(from).map_err(|_| Errno::EINVAL)?;
        }
        (*spi).set_cs_index_mask(1);
        (*spi).max_speed_hz = node.u32(b"spi-max-frequency").unwrap_or(0);
        (*spi).cs_setup = delay(node, b"spi-cs-setup-delay-ns");
        (*spi).cs_hold = delay(node, b"spi-cs-hold-delay-ns");
        (*spi).cs_inactive = delay(node, b"spi-cs-inactive-delay-ns");
        (*spi).dev.of_node = node.as_raw();
        (*spi).dev.fwnode = &raw mut (*node.as_raw()).fwnode;
    }
    Ok(())
}

/// Makes the devices that the tree has below a controller. One that cannot be made is reported.
pub(super) unsafe fn of_children(controller: *mut spi_controller) {
    // SAFETY: the caller's controller.
    let Some(node) = (unsafe { Node::from_raw((*controller).dev.of_node) }) else { return };
    for child in node.children().filter(|child| child.is_available() && child.property(b"compatible").is_some()) {
        // SAFETY: as above.
        unsafe {
            let spi = alloc(controller);
            if spi.is_null() {
                log::error!("{child}: no memory for the device");
                return;
            }
            if let Err(error) = parse(spi, child).and_then(|()| add(spi)) {
                log::error!("{child}: no device on the bus: error {}", error.0);
                devices::put(&raw mut (*spi).dev);
            }
        }
    }
}
