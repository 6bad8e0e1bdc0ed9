// SPDX-License-Identifier: GPL-2.0-only
//! `struct pinctrl_desc` of C as a controller of [`kernel::pinctrl`] (Linux: Documentation/driver-api/pin-control.rst).

use crate::context::Guarded;
use crate::bindings::{self, device, device_node, pinctrl_desc, pinctrl_dev, pinctrl_gpio_range};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::error::Error;
use kernel::pinctrl::{self, Controller, Driver, Handle, Info, Map, Pin, Range};
use kernel::sync::SpinLock;

crate::exports! {
    family "pinctrl";
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_register_and_init(desc: *mut pinctrl_desc, dev: *mut device, data: *mut c_void, out: *mut *mut pinctrl_dev) -> c_int = register_and_init;
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_enable(pctldev: *mut pinctrl_dev) -> c_int = enable;
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_register(desc: *mut pinctrl_desc, dev: *mut device, data: *mut c_void) -> *mut pinctrl_dev = register;
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_unregister(pctldev: *mut pinctrl_dev) = unregister;
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn devm_pinctrl_register_and_init(dev: *mut device, desc: *mut pinctrl_desc, data: *mut c_void, out: *mut *mut pinctrl_dev) -> c_int = devm_register_and_init;
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn devm_pinctrl_register(dev: *mut device, desc: *mut pinctrl_desc, data: *mut c_void) -> *mut pinctrl_dev = devm_register;
    [sleeps, supported, "pinctrl::tests::controllers_of_c"]
    fn devm_pinctrl_unregister(dev: *mut device, pctldev: *mut pinctrl_dev) = devm_unregister;
    [any, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_dev_get_name(pctldev: *mut pinctrl_dev) -> *const c_char = name;
    [any, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_dev_get_devname(pctldev: *mut pinctrl_dev) -> *const c_char = device_name;
    [any, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_dev_get_drvdata(pctldev: *mut pinctrl_dev) -> *mut c_void = driver_data;
    [any, supported, "pinctrl::tests::controllers_of_c"]
    fn of_pinctrl_get(np: *mut device_node) -> *mut pinctrl_dev = of_get;
    [any, supported, "pinctrl::tests::controllers_of_c"]
    fn pinctrl_get_group_pins(pctldev: *mut pinctrl_dev, group: *const c_char, pins: *mut *const c_uint, count: *mut c_uint) -> c_int = group_pins_by_name;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_add_gpio_range(pctldev: *mut pinctrl_dev, range: *mut pinctrl_gpio_range) = add_range;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_add_gpio_ranges(pctldev: *mut pinctrl_dev, ranges: *mut pinctrl_gpio_range, count: c_uint) = add_ranges;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_remove_gpio_range(pctldev: *mut pinctrl_dev, range: *mut pinctrl_gpio_range) = remove_range;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_find_and_add_gpio_range(name: *const c_char, range: *mut pinctrl_gpio_range) -> *mut pinctrl_dev = find_and_add;
}

/// What hangs on a `struct pinctrl_dev`.
pub(super) struct Attached {
    controller: Arc<Controller>,
    /// The pins that the controller has for itself.
    pub(super) hogs: SpinLock<Option<Arc<Handle>>>,
}

/// A C controller's driver.
struct CDriver {
    dev: *mut pinctrl_dev,
    desc: *const pinctrl_desc,
}

// SAFETY: both live until the controller was unregistered, after which nothing calls this.
unsafe impl Send for CDriver {}
// SAFETY: as above; C's functions lock what they share.
unsafe impl Sync for CDriver {}

/// The text of a C string; `None` for null.
pub(super) unsafe fn text(s: *const c_char) -> Option<String> {
    // SAFETY: null or a string of the driver's.
    (!s.is_null()).then(|| unsafe { CStr::from_ptr(s) }.to_string_lossy().into_owned())
}

fn check(what: &'static str, result: c_int) -> kernel::error::Result<()> {
    Errno::check(result).map(drop).map_err(|e| match e {
        Errno::ENOTSUPP | Errno::EOPNOTSUPP => Error::Unsupported { what },
        e => Error::Driver { what, errno: e.0 },
    })
}

/// Calls a function of one of the driver's tables, if it has it.
macro_rules! call {
    ($self:ident, $table:ident, $f:ident $(, $arg:expr)*) => {
        // SAFETY: the driver's tables and function, for its controller.
        unsafe { (*$self.desc).$table.as_ref().and_then(|t| t.$f).map(|f| f.guarded((*$self.dev.cast::<super::raw::Dev>()).dev, ($self.dev, $($arg,)*))) }
    };
}

impl Driver for CDriver {
    fn groups(&self) -> usize {
        call!(self, pctlops, get_groups_count).map_or(0, |n| n.max(0) as usize)
    }

    fn group_name(&self, group: usize) -> Option<String> {
        let name = call!(self, pctlops, get_group_name, group as c_uint)?;
        // SAFETY: the driver's answer.
        unsafe { text(name) }
    }

    fn group_pins(&self, group: usize) -> kernel::error::Result<Vec<u32>> {
        let (mut pins, mut count): (*const c_uint, c_uint) = (ptr::null(), 0);
        let result = call!(self, pctlops, get_group_pins, group as c_uint, &mut pins, &mut count);
        check("get_group_pins", result.unwrap_or(Errno::EINVAL.to_c()))?;
        if pins.is_null() || count == 0 {
            return Ok(Vec::new());
        }
        // SAFETY: the driver's answer: as many pins.
        Ok(unsafe { core::slice::from_raw_parts(pins, count as usize) }.to_vec())
    }

    fn functions(&self) -> usize {
        call!(self, pmxops, get_functions_count).map_or(0, |n| n.max(0) as usize)
    }

    fn function_name(&self, function: usize) -> Option<String> {
        let name = call!(self, pmxops, get_function_name, function as c_uint)?;
        // SAFETY: the driver's answer.
        unsafe { text(name) }
    }

    fn function_groups(&self, function: usize) -> kernel::error::Result<Vec<String>> {
        let (mut groups, mut count): (*const *const c_char, c_uint) = (ptr::null(), 0);
        let result = call!(self, pmxops, get_function_groups, function as c_uint, &mut groups, &mut count);
        check("get_function_groups", result.unwrap_or(Errno::EINVAL.to_c()))?;
        // SAFETY: the driver's answer: as many names.
        Ok((0..count as usize).filter_map(|i| unsafe { text(*groups.add(i)) }).collect())
    }

    fn strict(&self) -> bool {
        // SAFETY: the driver's table.
        unsafe { (*self.desc).pmxops.as_ref().is_some_and(|t| t.strict) }
    }

    fn request(&self, pin: u32) -> kernel::error::Result<()> {
        call!(self, pmxops, request, pin).map_or(Ok(()), |r| check("request of a pin", r))
    }

    fn free(&self, pin: u32) {
        call!(self, pmxops, free, pin);
    }

    fn set_mux(&self, function: usize, group: usize) -> kernel::error::Result<()> {
        match call!(self, pmxops, set_mux, function as c_uint, group as c_uint) {
            Some(r) => check("set_mux", r),
            None => Err(Error::Unsupported { what: "functions of pins" }),
        }
    }

    fn gpio_enable(&self, range: &Range, pin: u32) -> kernel::error::Result<bool> {
        let mut range = c_range(range);
        match call!(self, pmxops, gpio_request_enable, &raw mut range, pin) {
            Some(r) => check("gpio_request_enable", r).map(|()| true),
            None => Ok(false),
        }
    }

    fn gpio_disable(&self, range: &Range, pin: u32) -> bool {
        let mut range = c_range(range);
        call!(self, pmxops, gpio_disable_free, &raw mut range, pin).is_some()
    }

    fn gpio_direction(&self, range: &Range, pin: u32, input: bool) -> kernel::error::Result<()> {
        let mut range = c_range(range);
        call!(self, pmxops, gpio_set_direction, &raw mut range, pin, input)
            .map_or(Ok(()), |r| check("gpio_set_direction", r))
    }

    fn config(&self, pin: u32, config: u64) -> kernel::error::Result<u64> {
        let mut config: c_ulong = config;
        match call!(self, confops, pin_config_get, pin, &raw mut config) {
            Some(r) => check("pin_config_get", r).map(|()| config),
            None => Err(Error::Unsupported { what: "reading pin configuration" }),
        }
    }

    fn set_config(&self, pin: u32, configs: &[u64]) -> kernel::error::Result<()> {
        let mut configs: Vec<c_ulong> = configs.to_vec();
        match call!(self, confops, pin_config_set, pin, configs.as_mut_ptr(), configs.len() as c_uint) {
            Some(r) => check("pin_config_set", r),
            None => Err(Error::Unsupported { what: "pin configuration" }),
        }
    }

    fn set_group_config(&self, group: usize, configs: &[u64]) -> kernel::error::Result<()> {
        let mut list: Vec<c_ulong> = configs.to_vec();
        match call!(self, confops, pin_config_group_set, group as c_uint, list.as_mut_ptr(), list.len() as c_uint) {
            Some(r) => check("pin_config_group_set", r),
            None => self.group_pins(group)?.into_iter().try_for_each(|pin| self.set_config(pin, configs)),
        }
    }

    fn maps(&self, path: &str) -> kernel::error::Result<Vec<Map>> {
        let node = path.split('/').filter(|p| !p.is_empty()).fold(crate::of::root(), |n, part| {
            n.and_then(|n| n.child(part.as_bytes()))
        });
        let node = node.ok_or_else(|| Error::NotFound { what: "node", name: path.into() })?;
        let (mut list, mut count): (*mut bindings::pinctrl_map, c_uint) = (ptr::null_mut(), 0);
        let result = call!(self, pctlops, dt_node_to_map, node.as_raw(), &mut list, &mut count);
        let Some(result) = result else {
            return Err(Error::Unsupported { what: "pin settings from the device tree" });
        };
        check("dt_node_to_map", result)?;
        // SAFETY: the driver's answer: as many entries.
        let maps = (0..count as usize).filter_map(|i| unsafe { map_of(&*list.add(i)) }).collect();
        call!(self, pctlops, dt_free_map, list, count);
        Ok(maps)
    }

    fn pointer(&self) -> *mut () {
        self.dev.cast()
    }
}

/// An entry of a C table.
unsafe fn map_of(map: &bindings::pinctrl_map) -> Option<Map> {
    // SAFETY: the kind says which part of the union is meant; texts and arrays are the driver's.
    unsafe {
        let configs = || {
            let c = &map.data.configs;
            let list = if c.configs.is_null() { &[] } else { core::slice::from_raw_parts(c.configs, c.num_configs as usize) };
            Some((text(c.group_or_pin)?, list.to_vec()))
        };
        match map.type_ {
            bindings::PIN_MAP_TYPE_DUMMY_STATE => Some(Map::Dummy),
            bindings::PIN_MAP_TYPE_MUX_GROUP => {
                Some(Map::Mux { group: text(map.data.mux.group), function: text(map.data.mux.function)? })
            }
            bindings::PIN_MAP_TYPE_CONFIGS_PIN => configs().map(|(pin, configs)| Map::PinConfig { pin, configs }),
            bindings::PIN_MAP_TYPE_CONFIGS_GROUP => {
                configs().map(|(group, configs)| Map::GroupConfig { group, configs })
            }
            _ => None,
        }
    }
}

/// A range for C.
fn c_range(range: &Range) -> pinctrl_gpio_range {
    // SAFETY: all fields may be zero.
    let mut c: pinctrl_gpio_range = unsafe { core::mem::zeroed() };
    c.base = range.base;
    c.pin_base = range.pin_base;
    c.npins = range.count;
    // A chip of C's is what its ranges are told apart by.
    c.gc = ptr::with_exposed_provenance_mut(range.token);
    c
}

/// The controller behind a C structure; `None` for null and errors.
///
/// # Safety
/// `dev` is null, an error, or a controller that was not unregistered.
pub(crate) unsafe fn controller_of<'a>(dev: *mut pinctrl_dev) -> Option<&'a Arc<Controller>> {
    // SAFETY: the caller says so.
    unsafe { attached(dev) }.map(|a| &a.controller)
}

pub(super) unsafe fn attached<'a>(dev: *mut pinctrl_dev) -> Option<&'a Attached> {
    // SAFETY: as above; `p` is set as long as the structure lives.
    unsafe { Errno::check_ptr(dev).ok()?.cast::<super::raw::Dev>().as_ref()?.p.cast::<Attached>().as_ref() }
}

/// Makes a controller, without its own states.
pub(super) unsafe fn make(desc: *mut pinctrl_desc, dev: *mut device, data: *mut c_void) -> Result<*mut pinctrl_dev> {
    // SAFETY: the caller's description and device.
    unsafe {
        if desc.is_null() || (*desc).pctlops.is_null() {
            return Err(Errno::EINVAL);
        }
        let pins = (0..(*desc).npins as usize).map(|i| {
            let pin = &*(*desc).pins.add(i);
            Pin { number: pin.number, name: text(pin.name).unwrap_or_else(|| alloc::format!("PIN{}", pin.number)) }
        });
        let raw = Box::into_raw(Box::new(super::raw::Dev {
            desc,
            dev,
            owner: (*desc).owner,
            driver_data: data,
            num_groups: 0,
            num_functions: 0,
            pin_group_tree: core::mem::zeroed(),
            pin_function_tree: core::mem::zeroed(),
            p: ptr::null_mut(),
        }));
        let info = Info {
            name: crate::device::name(dev).to_string_lossy().into_owned(),
            node: Node::from_raw((*dev).of_node).map(Node::path),
            pins: pins.collect(),
            driver: Arc::new(CDriver { dev: raw.cast(), desc }),
        };
        match pinctrl::register(info) {
            Ok(controller) => {
                let attached = Attached { controller, hogs: SpinLock::new(None) };
                (*raw).p = Box::into_raw(Box::new(attached)).cast();
                Ok(raw.cast())
            }
            Err(error) => {
                log::error!("{error}");
                drop(Box::from_raw(raw));
                Err(error.into())
            }
        }
    }
}

/// Puts the controller's own states in force.
pub(super) unsafe fn claim_hogs(pctldev: *mut pinctrl_dev) -> Result<()> {
    // SAFETY: the caller's controller.
    unsafe {
        let attached = attached(pctldev).ok_or(Errno::EINVAL)?;
        let handle = pinctrl::get(attached.controller.name(), attached.controller.node())?;
        if handle.has("default") {
            handle.select("default")?;
        }
        *attached.hogs.lock() = Some(handle);
    }
    Ok(())
}

pub(super) unsafe fn destroy(pctldev: *mut pinctrl_dev) {
    // SAFETY: the caller's controller, which nobody uses any more.
    unsafe {
        let raw = pctldev.cast::<super::raw::Dev>();
        let attached = Box::from_raw((*raw).p.cast::<Attached>());
        let hogs = attached.hogs.lock().take();
        drop(hogs);
        pinctrl::unregister(&attached.controller);
        drop(attached);
        super::generic::forget(raw);
        drop(Box::from_raw(raw));
    }
}

pub(super) unsafe fn register_and_init(desc: *mut pinctrl_desc, dev: *mut device, data: *mut c_void, out: *mut *mut pinctrl_dev) -> c_int {
    // SAFETY: the caller's description, device and place for the answer.
    unsafe {
        // The driver's functions may ask for it before this returns.
        to_c(make(desc, dev, data).map(|made| *out = made))
    }
}

pub(super) unsafe fn enable(pctldev: *mut pinctrl_dev) -> c_int {
    // SAFETY: the caller's controller.
    to_c(unsafe { claim_hogs(pctldev) })
}

pub(super) unsafe fn register_all(desc: *mut pinctrl_desc, dev: *mut device, data: *mut c_void) -> Result<*mut pinctrl_dev> {
    // SAFETY: the caller's description and device.
    unsafe {
        let made = make(desc, dev, data)?;
        claim_hogs(made).inspect_err(|_| destroy(made))?;
        Ok(made)
    }
}

pub(super) unsafe fn register(desc: *mut pinctrl_desc, dev: *mut device, data: *mut c_void) -> *mut pinctrl_dev {
    // SAFETY: the caller's description and device.
    ptr_to_c(unsafe { register_all(desc, dev, data) })
}

pub(super) unsafe fn unregister(pctldev: *mut pinctrl_dev) {
    if !pctldev.is_null() {
        // SAFETY: the caller's controller.
        unsafe { destroy(pctldev) }
    }
}

/// Has a controller go with its device.
pub(super) unsafe fn manage(dev: *mut device, made: *mut pinctrl_dev) -> Result<*mut pinctrl_dev> {
    let address = made.expose_provenance();
    // SAFETY: the caller's device; the controller is the device's until then.
    unsafe {
        devres::add(dev, Key("pinctrl", address), move || destroy(ptr::with_exposed_provenance_mut(address)))?;
    }
    Ok(made)
}

pub(super) unsafe fn devm_register_and_init(dev: *mut device, desc: *mut pinctrl_desc, data: *mut c_void, out: *mut *mut pinctrl_dev) -> c_int {
    // SAFETY: the caller's description, device and place for the answer.
    unsafe { to_c(make(desc, dev, data).and_then(|made| manage(dev, made)).map(|made| *out = made)) }
}

pub(super) unsafe fn devm_register(dev: *mut device, desc: *mut pinctrl_desc, data: *mut c_void) -> *mut pinctrl_dev {
    // SAFETY: the caller's description and device.
    ptr_to_c(unsafe { register_all(desc, dev, data).and_then(|made| manage(dev, made)) })
}

pub(super) unsafe fn devm_unregister(dev: *mut device, pctldev: *mut pinctrl_dev) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("pinctrl", pctldev.addr())) } {
        log::error!("devm_pinctrl_unregister: the device does not have the controller");
    }
}

pub(super) unsafe fn name(pctldev: *mut pinctrl_dev) -> *const c_char {
    // SAFETY: the caller's controller.
    unsafe { (*(*pctldev.cast::<super::raw::Dev>()).desc).name }
}

pub(super) unsafe fn device_name(pctldev: *mut pinctrl_dev) -> *const c_char {
    // SAFETY: the caller's controller.
    unsafe { crate::device::name((*pctldev.cast::<super::raw::Dev>()).dev) }.as_ptr()
}

pub(super) unsafe fn driver_data(pctldev: *mut pinctrl_dev) -> *mut c_void {
    // SAFETY: the caller's controller.
    unsafe { (*pctldev.cast::<super::raw::Dev>()).driver_data }
}

pub(super) unsafe fn of_get(np: *mut device_node) -> *mut pinctrl_dev {
    // SAFETY: the caller's node.
    let path = unsafe { Node::from_raw(np) }.map(Node::path);
    let found = path.and_then(|path| pinctrl::find(&|c| c.node() == Some(&path)));
    found.map_or(ptr::null_mut(), |c| c.driver().pointer().cast())
}

pub(super) unsafe fn group_pins_by_name(pctldev: *mut pinctrl_dev, group: *const c_char, pins: *mut *const c_uint, count: *mut c_uint) -> c_int {
    // SAFETY: the caller's controller, name and places for the answer.
    unsafe {
        let desc = (*pctldev.cast::<super::raw::Dev>()).desc;
        let Some(get) = (*(*desc).pctlops).get_group_pins else { return Errno::EINVAL.to_c() };
        let name = text(group).unwrap_or_default();
        let found = controller_of(pctldev).and_then(|c| c.group(&name).ok());
        int_to_c(found.map(|group| get(pctldev, group as c_uint, pins, count)).ok_or(Errno::EINVAL))
    }
}

/// A range of C's.
pub(super) unsafe fn range_of(range: *mut pinctrl_gpio_range) -> Range {
    // SAFETY: the caller's range.
    unsafe {
        let r = &*range;
        let pins = (!r.pins.is_null()).then(|| core::slice::from_raw_parts(r.pins, r.npins as usize).into());
        Range {
            name: text(r.name).unwrap_or_default(),
            base: r.base,
            pin_base: r.pin_base,
            count: r.npins,
            pins,
            token: range.addr(),
        }
    }
}

pub(super) unsafe fn add_range(pctldev: *mut pinctrl_dev, range: *mut pinctrl_gpio_range) {
    // SAFETY: the caller's controller and range.
    unsafe {
        if let Some(controller) = controller_of(pctldev) {
            pinctrl::add_range(controller, range_of(range));
        }
    }
}

pub(super) unsafe fn add_ranges(pctldev: *mut pinctrl_dev, ranges: *mut pinctrl_gpio_range, count: c_uint) {
    // SAFETY: the caller's controller and ranges.
    (0..count as usize).for_each(|i| unsafe { add_range(pctldev, ranges.add(i)) });
}

pub(super) unsafe fn remove_range(_: *mut pinctrl_dev, range: *mut pinctrl_gpio_range) {
    let token = range.addr();
    pinctrl::remove_range(&|r| r.token == token);
}

pub(super) unsafe fn find_and_add(name: *const c_char, range: *mut pinctrl_gpio_range) -> *mut pinctrl_dev {
    // SAFETY: the caller's name and range.
    unsafe {
        let name = text(name).unwrap_or_default();
        match pinctrl::find(&|c| c.name() == name) {
            Some(controller) => {
                pinctrl::add_range(&controller, range_of(range));
                controller.driver().pointer().cast()
            }
            None => Errno::EPROBE_DEFER.to_ptr(),
        }
    }
}
