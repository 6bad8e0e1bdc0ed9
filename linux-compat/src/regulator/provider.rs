// SPDX-License-Identifier: GPL-2.0-only
//! Regulators of C drivers. A `struct regulator_dev` is ours: made at registration, freed with its last reference.

use super::driver::{Driver, NO_TIME, put_gpio};
use super::tree;
use crate::bindings::{
    self, device, regmap, regulation_constraints, regulator_config, regulator_desc, regulator_dev, regulator_init_data,
};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use kernel::regulator::{self as registry, Allowed, Constraints, Desc};
use kernel::sync::SpinLock;

crate::exports! {
    family "regulator";
    [sleeps, supported, "regulator::tests::registration"]
    fn regulator_register(dev: *mut device, desc: *const regulator_desc, config: *const regulator_config) -> *mut regulator_dev = register_c;
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_register(dev: *mut device, desc: *const regulator_desc, config: *const regulator_config) -> *mut regulator_dev = devm_register;
    [sleeps, supported, "regulator::tests::registration"]
    fn regulator_unregister(rdev: *mut regulator_dev) -> () = unregister;
    [any, supported, "regulator::tests::registration"]
    fn rdev_get_drvdata(rdev: *mut regulator_dev) -> *mut c_void = get_drvdata;
    [any, supported, "regulator::tests::registration"]
    fn rdev_get_dev(rdev: *mut regulator_dev) -> *mut device = get_dev;
    [any, supported, "regulator::tests::registration"]
    fn rdev_get_regmap(rdev: *mut regulator_dev) -> *mut regmap = get_regmap;
    [any, supported, "regulator::tests::registration"]
    fn rdev_get_id(rdev: *mut regulator_dev) -> c_int = get_id;
    [any, supported, "regulator::tests::registration"]
    fn rdev_get_name(rdev: *mut regulator_dev) -> *const c_char = get_name;
    [any, supported, "regulator::tests::registration"]
    fn regulator_get_init_drvdata(data: *mut regulator_init_data) -> *mut c_void = get_init_drvdata;
    [any, supported, "regulator::tests::registration"]
    fn regulator_mode_to_status(mode: c_uint) -> c_int = mode_to_status;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_set_voltage_time_sel(rdev: *mut regulator_dev, old: c_uint, new: c_uint) -> c_int = set_voltage_time_sel;
    [any, supported, "regulator::tests::registration"]
    fn regulator_has_full_constraints() -> () = has_full_constraints;
}

/// The regulators of C drivers: the registry's view and C's.
static ALL: SpinLock<Vec<(Arc<registry::Node>, usize)>> = SpinLock::new(Vec::new());

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// C's view of a regulator, if a C driver provides it.
pub(super) fn rdev_of(node: &Arc<registry::Node>) -> Option<*mut regulator_dev> {
    let all = ALL.lock();
    let found = all.iter().find(|(n, _)| Arc::ptr_eq(n, node));
    found.map(|(_, rdev)| ptr::with_exposed_provenance_mut(*rdev))
}

/// The registry's view of a regulator.
///
/// # Safety
/// `rdev` is null or a regulator of C.
pub(super) unsafe fn node_of(rdev: *mut regulator_dev) -> Option<Arc<registry::Node>> {
    ALL.lock().iter().find(|(_, known)| *known == rdev.addr()).map(|(node, _)| Arc::clone(node))
}

/// The registry's form of C's limits.
fn limits(c: &regulation_constraints) -> Constraints {
    let positive = |n: c_int| u32::try_from(n).unwrap_or(0);
    let either = |one: c_uint| if one > 0 { one } else { c.settling_time };
    Constraints {
        voltage: (positive(c.min_uV), positive(c.max_uV)),
        offset: c.uV_offset,
        current: (positive(c.min_uA), positive(c.max_uA)),
        allowed: Allowed::from_bits_truncate(c.valid_ops_mask),
        always_on: c.always_on() != 0,
        boot_on: c.boot_on() != 0,
        apply_voltage: c.apply_uV() != 0,
        ramp_delay: c.ramp_delay,
        settling: (either(c.settling_time_up), either(c.settling_time_down)),
        enable_time: c.enable_time,
        system_load: positive(c.system_load),
        initial_mode: c.initial_mode,
        valid_modes: c.valid_modes_mask,
        input: positive(c.input_uV),
    }
}

/// The last reference to the device of a regulator is gone.
unsafe extern "C" fn release(dev: *mut device) {
    let rdev = dev.wrapping_byte_sub(core::mem::offset_of!(regulator_dev, dev)).cast::<regulator_dev>();
    // SAFETY: made by `make`; nobody has it any more.
    unsafe {
        drop(Box::from_raw((*rdev).constraints));
        drop(Box::from_raw(rdev));
    }
}

/// C's view of a new regulator.
pub(super) unsafe fn make(desc: *const regulator_desc, config: &regulator_config, limits: regulation_constraints) -> *mut regulator_dev {
    // SAFETY: all fields may be zero; nobody else has it yet.
    unsafe {
        let rdev: *mut regulator_dev = Box::into_raw(Box::new(core::mem::zeroed()));
        (*rdev).desc = desc;
        (*rdev).owner = (*desc).owner;
        (*rdev).constraints = Box::into_raw(Box::new(limits));
        (*rdev).supply_name = (*desc).supply_name;
        (*rdev).regmap = config.regmap;
        (*rdev).reg_data = config.driver_data;
        let dev = &raw mut (*rdev).dev;
        // Given back with the last reference to this one.
        (*dev).parent = devices::get(config.dev);
        (*dev).of_node = config.of_node;
        (*dev).release = Some(release);
        devices::initialize(dev);
        let name = format!("regulator.{}", NUMBER.fetch_add(1, Relaxed));
        devices::set_name(dev, CString::new(name).unwrap_or_default());
        rdev.expose_provenance();
        rdev
    }
}

/// The node of a regulator that its driver leaves to be found: below the driver's, by `of_match`.
pub(super) unsafe fn find_node(desc: &regulator_desc, dev: *mut device) -> Option<Node> {
    // SAFETY: as the caller says.
    unsafe {
        let wanted = (!desc.of_match.is_null()).then(|| CStr::from_ptr(desc.of_match))?;
        let node = Node::from_raw(dev.as_ref()?.of_node)?;
        let group = (!desc.regulators_node.is_null()).then(|| CStr::from_ptr(desc.regulators_node).to_bytes());
        let below = match group {
            Some(name) => node.child(name)?,
            None => node,
        };
        let named = |n: &Node| {
            let compatible = n.property(b"regulator-compatible").and_then(|p| p.strings().next());
            let own = if desc.of_match_full_name { n.full_name() } else { n.name() };
            compatible.unwrap_or(own) == wanted
        };
        below.children().find(|n| n.is_available() && named(n))
    }
}

pub(super) unsafe fn register(
    dev: *mut device,
    desc: *const regulator_desc,
    config: *const regulator_config,
) -> Result<*mut regulator_dev> {
    // SAFETY: as the caller says.
    unsafe {
        let prepared = prepare(dev, desc, config);
        let (d, config, init, rdev) = prepared.inspect_err(|_| {
            config.as_ref().into_iter().for_each(|config| put_gpio(config.ena_gpiod));
        })?;
        let result = register_made(rdev, d, &config, init);
        if result.is_err() {
            devices::put(&raw mut (*rdev).dev);
        }
        result.map(|()| rdev)
    }
}

/// A regulator that is yet to be registered: its description, what the driver and its node say of it.
type Prepared<'a> = (&'a regulator_desc, regulator_config, *const regulator_init_data, *mut regulator_dev);

unsafe fn prepare<'a>(
    dev: *mut device,
    desc: *const regulator_desc,
    config: *const regulator_config,
) -> Result<Prepared<'a>> {
    // SAFETY: as the caller says: description, functions and data live as long as the regulator is registered.
    unsafe {
        let (Some(d), Some(given)) = (desc.as_ref(), config.as_ref()) else { return Err(Errno::EINVAL) };
        if given.dev.is_null() || d.name.is_null() || d.ops.is_null() {
            return Err(Errno::EINVAL);
        }
        let mut config = *given;
        let mut init = config.init_data;
        if init.is_null()
            && let Some(node) = find_node(d, config.dev)
        {
            config.of_node = node.as_raw();
            init = tree::read(dev, Some(node), desc)?;
            if let Some(parse) = d.of_parse_cb {
                Errno::check(parse(node.as_raw(), desc, &raw mut config))?;
            }
        }
        let limits_of_c = init.as_ref().map_or_else(|| core::mem::zeroed(), |i| i.constraints);
        if let Some(init) = init.as_ref()
            && let Some(begin) = init.regulator_init
        {
            Errno::check(begin(init.driver_data))?;
        }
        Ok((d, config, init, make(desc, &config, limits_of_c)))
    }
}

pub(super) unsafe fn register_made(
    rdev: *mut regulator_dev,
    d: &regulator_desc,
    config: &regulator_config,
    init: *const regulator_init_data,
) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let c = &*(*rdev).constraints;
        let node = Node::from_raw(config.of_node);
        let supply_of_board = init.as_ref().map_or(ptr::null(), |i| i.supply_regulator);
        let supply_name = if supply_of_board.is_null() { d.supply_name } else { supply_of_board };
        let supply = (!supply_name.is_null()).then(|| {
            let property = format!("{}-supply", CStr::from_ptr(supply_name).to_string_lossy());
            let above = Node::from_raw((*config.dev).of_node);
            [node, above].into_iter().flatten().find_map(|n| n.u32(property.as_bytes()))
        });
        let name = CStr::from_ptr(get_name(rdev)).to_string_lossy();
        let positive = |n: c_int| u32::try_from(n).unwrap_or(0);
        let driver = Driver {
            rdev,
            gpio: config.ena_gpiod,
            // A line that was got as a low output is off, whatever the board says.
            gpio_on: AtomicBool::new(!config.ena_gpiod.is_null() && (c.boot_on() != 0 || c.always_on() != 0)),
            change_time: AtomicU32::new(NO_TIME),
        };
        let desc = Desc {
            name: String::from(name).into(),
            phandle: node.map_or(0, Node::phandle),
            supply: supply.flatten(),
            voltages: d.n_voltages,
            continuous: d.continuous_voltage_range() != 0,
            enable_time: d.enable_time,
            off_on_delay: d.off_on_delay,
            poll_time: d.poll_enabled_time,
            ramp_delay: d.ramp_delay,
            dropout: positive(d.min_dropout_uV),
        };
        let registered = registry::register(desc, limits(c), Box::new(driver))?;
        // What the registry made of the limits is what drivers see.
        let now = registered.constraints();
        let c = &mut *(*rdev).constraints;
        (c.min_uV, c.max_uV) = (now.voltage.0 as c_int, now.voltage.1 as c_int);
        c.set_always_on(now.always_on.into());
        ALL.lock().push((registered, rdev.addr()));
        Ok(())
    }
}

pub(super) unsafe fn register_c(
    dev: *mut device,
    desc: *const regulator_desc,
    config: *const regulator_config,
) -> *mut regulator_dev {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { register(dev, desc, config) })
}

pub(super) unsafe fn devm_register(
    dev: *mut device,
    desc: *const regulator_desc,
    config: *const regulator_config,
) -> *mut regulator_dev {
    // SAFETY: as the caller says.
    unsafe {
        ptr_to_c(register(dev, desc, config).and_then(|rdev| {
            let address = rdev.expose_provenance();
            devres::add(dev, Key("regulator_dev", address), move || unregister(ptr::with_exposed_provenance_mut(address)))?;
            Ok(rdev)
        }))
    }
}

pub(super) unsafe fn unregister(rdev: *mut regulator_dev) {
    let mut all = ALL.lock();
    let at = all.iter().position(|(_, known)| *known == rdev.addr());
    let found = at.map(|at| all.swap_remove(at).0);
    drop(all);
    if let Some(node) = found {
        registry::unregister(&node);
        // SAFETY: registered until now.
        unsafe { devices::put(&raw mut (*rdev).dev) };
    }
}

pub(super) unsafe fn get_drvdata(rdev: *mut regulator_dev) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe { (*rdev).reg_data }
}

pub(super) unsafe fn get_dev(rdev: *mut regulator_dev) -> *mut device {
    // SAFETY: as the caller says.
    unsafe { &raw mut (*rdev).dev }
}

pub(super) unsafe fn get_regmap(rdev: *mut regulator_dev) -> *mut regmap {
    // SAFETY: as the caller says.
    unsafe { (*rdev).regmap }
}

pub(super) unsafe fn get_id(rdev: *mut regulator_dev) -> c_int {
    // SAFETY: as the caller says.
    unsafe { (*(*rdev).desc).id }
}

/// The board's name for it, else the driver's.
pub(super) unsafe fn get_name(rdev: *mut regulator_dev) -> *const c_char {
    // SAFETY: as the caller says.
    unsafe {
        let of_board = (*(*rdev).constraints).name;
        let of_driver = (*(*rdev).desc).name;
        let names = [of_board, of_driver, c"".as_ptr()];
        names.into_iter().find(|n| !n.is_null()).unwrap_or(ptr::null())
    }
}

pub(super) unsafe fn get_init_drvdata(data: *mut regulator_init_data) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe { (*data).driver_data }
}

pub(super) fn mode_to_status(mode: c_uint) -> c_int {
    let status = match mode {
        bindings::REGULATOR_MODE_FAST => bindings::REGULATOR_STATUS_FAST,
        bindings::REGULATOR_MODE_NORMAL => bindings::REGULATOR_STATUS_NORMAL,
        bindings::REGULATOR_MODE_IDLE => bindings::REGULATOR_STATUS_IDLE,
        bindings::REGULATOR_MODE_STANDBY => bindings::REGULATOR_STATUS_STANDBY,
        _ => bindings::REGULATOR_STATUS_UNDEFINED,
    };
    status as c_int
}

/// The time from one selector's voltage to another's, by the ramp delay of the board or the regulator.
pub(super) unsafe fn set_voltage_time_sel(rdev: *mut regulator_dev, old: c_uint, new: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let (desc, limits) = (&*(*rdev).desc, &*(*rdev).constraints);
        let Some(list) = (*desc.ops).list_voltage else { return Errno::EINVAL.to_c() };
        let ramp = if limits.ramp_delay > 0 { limits.ramp_delay } else { desc.ramp_delay };
        let (old, new) = (list(rdev, old), list(rdev, new));
        if old < 0 || new < 0 {
            return old.min(new);
        }
        let settling = match new > old {
            true => limits.settling_time.max(limits.settling_time_up),
            false => limits.settling_time.max(limits.settling_time_down),
        };
        let time = if ramp > 0 { old.abs_diff(new).div_ceil(ramp) } else { settling };
        c_int::try_from(time).unwrap_or(c_int::MAX)
    }
}

/// Boards with a device tree have told all limits anyway.
fn has_full_constraints() {}
