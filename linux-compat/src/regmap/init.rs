// SPDX-License-Identifier: GPL-2.0-only
//! Making register maps, and finding those of a device.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null_mut, with_exposed_provenance_mut};

use kernel::sync::SpinLock;

use super::access::Access;
use super::map::{Map, of};
use crate::bindings::{device, i2c_client, lock_class_key, regmap, regmap_bus, regmap_config};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};

crate::exports! {
    family "regmap";
    [sleeps, supported, "regmap::tests::registers_are_read_and_written"]
    fn __regmap_init(dev: *mut device, bus: *const regmap_bus, context: *mut c_void, config: *const regmap_config, key: *mut lock_class_key, name: *const c_char) -> *mut regmap = init;
    [sleeps, supported, "regmap::tests::registers_are_read_and_written"]
    fn __devm_regmap_init(dev: *mut device, bus: *const regmap_bus, context: *mut c_void, config: *const regmap_config, key: *mut lock_class_key, name: *const c_char) -> *mut regmap = init_managed;
    [sleeps, partial, "regmap::tests::registers_in_memory"]
    fn __regmap_init_mmio_clk(dev: *mut device, clk_id: *const c_char, regs: *mut c_void, config: *const regmap_config, key: *mut lock_class_key, name: *const c_char) -> *mut regmap = init_memory;
    [sleeps, partial, "regmap::tests::registers_in_memory"]
    fn __devm_regmap_init_mmio_clk(dev: *mut device, clk_id: *const c_char, regs: *mut c_void, config: *const regmap_config, key: *mut lock_class_key, name: *const c_char) -> *mut regmap = init_memory_managed;
    [sleeps, supported, "peripherals_the_h5_keeps_time_in_a_chip_on_its_i2c_bus"]
    fn __regmap_init_i2c(i2c: *mut i2c_client, config: *const regmap_config, key: *mut lock_class_key, name: *const c_char) -> *mut regmap = init_i2c;
    [sleeps, supported, "peripherals_the_h5_keeps_time_in_a_chip_on_its_i2c_bus"]
    fn __devm_regmap_init_i2c(i2c: *mut i2c_client, config: *const regmap_config, key: *mut lock_class_key, name: *const c_char) -> *mut regmap = init_i2c_managed;
    [any, supported, "regmap::tests::registers_in_memory"]
    fn regmap_attach_dev(dev: *mut device, map: *mut regmap, config: *const regmap_config) -> c_int = attach;
    [sleeps, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_exit(map: *mut regmap) -> () = exit;
    [any, supported, "regmap::tests::registers_in_memory"]
    fn dev_get_regmap(dev: *mut device, name: *const c_char) -> *mut regmap = find;
    [any, supported, "regmap::tests::registers_in_memory"]
    fn regmap_get_device(map: *mut regmap) -> *mut device = device_of;
}

/// Maps that belong to a device: its address, and the map's.
static MAPS: SpinLock<Vec<(usize, usize)>> = SpinLock::new(Vec::new());

/// # Safety
/// As [`Map::new`].
pub(super) unsafe fn make(dev: *mut device, access: Access, config: *const regmap_config) -> Result<*mut regmap> {
    // SAFETY: the C caller's configuration, or null.
    unsafe {
        let config = config.as_ref().ok_or(Errno::EINVAL)?;
        if config.use_hwlock {
            return Err(Errno::EOPNOTSUPP);
        }
        let map = Map::new(dev, access, config)?.into_c();
        if !dev.is_null() {
            MAPS.lock().push((dev.addr(), map.expose_provenance()));
        }
        Ok(map)
    }
}

/// Gives the map back when the driver lets go of `dev`.
unsafe fn managed(dev: *mut device, made: *mut regmap) -> *mut regmap {
    if Errno::check_ptr(made).is_err() {
        return made;
    }
    let address = made.expose_provenance();
    let release = move || {
        // SAFETY: made above, and given back once.
        unsafe { exit(with_exposed_provenance_mut(address)) };
    };
    // SAFETY: the C caller's device.
    ptr_to_c(unsafe { devres::add(dev, Key("regmap", address), release) }.map(|()| made))
}

/// The functions of a bus, or of the configuration if there is no bus.
unsafe fn bus_of(bus: *const regmap_bus, config: *const regmap_config) -> Result<regmap_bus> {
    // SAFETY: the C caller's bus and configuration.
    unsafe {
        if let Some(bus) = bus.as_ref() {
            return Ok(*bus);
        }
        let config = config.as_ref().ok_or(Errno::EINVAL)?;
        // A structure of C, for which zero is the beginning.
        let mut made: regmap_bus = core::mem::zeroed();
        made.fast_io = config.fast_io;
        made.reg_read = config.reg_read;
        made.reg_write = config.reg_write;
        made.reg_update_bits = config.reg_update_bits;
        made.read = config.read;
        made.write = config.write;
        Ok(made)
    }
}

pub(super) unsafe fn init(
    dev: *mut device,
    bus: *const regmap_bus,
    context: *mut c_void,
    config: *const regmap_config,
    _key: *mut lock_class_key,
    _name: *const c_char,
) -> *mut regmap {
    // SAFETY: as the C caller says.
    ptr_to_c(unsafe { bus_of(bus, config).and_then(|bus| make(dev, Access::Bus(bus, context), config)) })
}

unsafe fn init_managed(
    dev: *mut device,
    bus: *const regmap_bus,
    context: *mut c_void,
    config: *const regmap_config,
    key: *mut lock_class_key,
    name: *const c_char,
) -> *mut regmap {
    // SAFETY: as the C caller says.
    unsafe { managed(dev, init(dev, bus, context, config, key, name)) }
}

/// A clock that has to run while registers are accessed is refused.
pub(super) unsafe fn init_memory(
    dev: *mut device,
    clk_id: *const c_char,
    regs: *mut c_void,
    config: *const regmap_config,
    _key: *mut lock_class_key,
    _name: *const c_char,
) -> *mut regmap {
    if !clk_id.is_null() {
        return Errno::EOPNOTSUPP.to_ptr();
    }
    // SAFETY: as the C caller says.
    ptr_to_c(unsafe { make(dev, Access::Memory(regs.cast()), config) })
}

unsafe fn init_memory_managed(
    dev: *mut device,
    clk_id: *const c_char,
    regs: *mut c_void,
    config: *const regmap_config,
    key: *mut lock_class_key,
    name: *const c_char,
) -> *mut regmap {
    // SAFETY: as the C caller says.
    unsafe { managed(dev, init_memory(dev, clk_id, regs, config, key, name)) }
}

unsafe fn init_i2c(
    i2c: *mut i2c_client,
    config: *const regmap_config,
    _key: *mut lock_class_key,
    _name: *const c_char,
) -> *mut regmap {
    // SAFETY: as the C caller says.
    ptr_to_c(unsafe {
        config.as_ref().ok_or(Errno::EINVAL).and_then(|known| {
            let access = Access::i2c(i2c, known)?;
            make(&raw mut (*i2c).dev, access, config)
        })
    })
}

unsafe fn init_i2c_managed(
    i2c: *mut i2c_client,
    config: *const regmap_config,
    key: *mut lock_class_key,
    name: *const c_char,
) -> *mut regmap {
    // SAFETY: as the C caller says.
    unsafe { managed(&raw mut (*i2c).dev, init_i2c(i2c, config, key, name)) }
}

/// Lets a map without device be found by one.
unsafe fn attach(dev: *mut device, map: *mut regmap, _config: *const regmap_config) -> c_int {
    // SAFETY: the C caller's map.
    to_c(unsafe { of(map) }.map(|_| MAPS.lock().push((dev.addr(), map.expose_provenance()))))
}

pub(super) unsafe fn exit(map: *mut regmap) {
    if Errno::check_ptr(map).is_err() || map.is_null() {
        return;
    }
    MAPS.lock().retain(|(_, m)| *m != map.addr());
    // SAFETY: of `make`, and given back once.
    let map = unsafe { Box::from_raw(map.cast::<Map>()) };
    if let Access::Bus(bus, context) = &map.access
        && let Some(free) = bus.free_context
    {
        // SAFETY: the driver's function.
        unsafe { free(*context) };
    }
}

/// The map of that name, or the device's only one.
pub(super) unsafe fn find(dev: *mut device, name: *const c_char) -> *mut regmap {
    // SAFETY: null or a string of the C caller's.
    let wanted = unsafe { (!name.is_null()).then(|| CStr::from_ptr(name)) };
    let maps = MAPS.lock();
    let mut own = maps.iter().filter(|(d, _)| *d == dev.addr()).map(|(_, m)| with_exposed_provenance_mut(*m));
    // SAFETY: registered, so it is there while the list is locked.
    own.find(|map| wanted.is_none_or(|name| unsafe { of(*map) }.is_ok_and(|m| m.name.as_c_str() == name)))
        .unwrap_or(null_mut())
}

unsafe fn device_of(map: *mut regmap) -> *mut device {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.map_or(null_mut(), |map| map.head.dev)
}
