// SPDX-License-Identifier: GPL-2.0-only
//! Pin control through the functions that C drivers call: a controller of four pins, two groups and two functions, the
//! states of devices, and lines of GPIO chips that are pins.

use super::{consumer, controller};
use crate::bindings::{
    self, device, device_node, gpio_chip, pinconf_ops, pinctrl_desc, pinctrl_dev, pinctrl_gpio_range, pinctrl_map,
    pinctrl_ops, pinctrl_pin_desc, pinmux_ops,
};
use crate::errno::Errno;
use crate::gpio::{chip, ranges};
use crate::testing::{device_at, node, release_managed, zeroed};
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::ptr;
use kernel::pinctrl::config;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the driver was told, in order. Tests that look at it take turns.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    said();
    turn
}

fn note(what: String) {
    SAID.lock().unwrap().push(what);
}

fn said() -> String {
    core::mem::take(&mut *SAID.lock().unwrap()).join(" ")
}

unsafe extern "C" fn two(_: *mut pinctrl_dev) -> c_int {
    2
}

unsafe extern "C" fn group_name(_: *mut pinctrl_dev, group: c_uint) -> *const c_char {
    [c"left", c"right"][group as usize].as_ptr()
}

static PINS: [[c_uint; 2]; 2] = [[0, 1], [2, 3]];

unsafe extern "C" fn group_pins(_: *mut pinctrl_dev, group: c_uint, pins: *mut *const c_uint, n: *mut c_uint) -> c_int {
    // SAFETY: the caller's places for the answer.
    unsafe { (*pins, *n) = (PINS[group as usize].as_ptr(), 2) };
    0
}

unsafe extern "C" fn function_name(_: *mut pinctrl_dev, function: c_uint) -> *const c_char {
    [c"uart", c"spi"][function as usize].as_ptr()
}

struct Names([*const c_char; 2]);
// SAFETY: C strings that are never written.
unsafe impl Sync for Names {}
static GROUPS: Names = Names([c"left".as_ptr(), c"right".as_ptr()]);

type Groups = *mut *const *const c_char;

unsafe extern "C" fn function_groups(_: *mut pinctrl_dev, _: c_uint, groups: Groups, n: *mut c_uint) -> c_int {
    // SAFETY: the caller's places for the answer.
    unsafe { (*groups, *n) = (GROUPS.0.as_ptr(), 2) };
    0
}

unsafe extern "C" fn set_mux(_: *mut pinctrl_dev, function: c_uint, group: c_uint) -> c_int {
    note(format!("mux{function}:{group}"));
    0
}

unsafe extern "C" fn gpio_enable(_: *mut pinctrl_dev, range: *mut pinctrl_gpio_range, pin: c_uint) -> c_int {
    // SAFETY: the caller's range.
    note(format!("gpio{pin} of {}", unsafe { (*range).npins }));
    0
}

unsafe extern "C" fn gpio_off(_: *mut pinctrl_dev, _: *mut pinctrl_gpio_range, pin: c_uint) {
    note(format!("free{pin}"));
}

unsafe extern "C" fn gpio_direction(_: *mut pinctrl_dev, _: *mut pinctrl_gpio_range, pin: c_uint, input: bool) -> c_int {
    note(format!("{}{pin}", if input { "in" } else { "out" }));
    0
}

unsafe extern "C" fn config_get(_: *mut pinctrl_dev, _: c_uint, config: *mut c_ulong) -> c_int {
    // SAFETY: the caller's parameter.
    unsafe { *config |= 7 << 8 };
    0
}

unsafe extern "C" fn config_set(_: *mut pinctrl_dev, pin: c_uint, configs: *mut c_ulong, n: c_uint) -> c_int {
    // SAFETY: the caller's array of that size.
    let first = unsafe { *configs };
    if first & 0xff == c_ulong::from(config::DRIVE_OPEN_SOURCE) {
        return Errno::ENOTSUPP.to_c();
    }
    note(format!("config{pin}:{first:#x}x{n}"));
    0
}

/// A state's node says what to do by its name: `on` is a function and a configuration, the others a function.
unsafe extern "C" fn to_map(_: *mut pinctrl_dev, np: *mut device_node, map: *mut *mut pinctrl_map, n: *mut c_uint) -> c_int {
    // SAFETY: the caller's node and places for the answer.
    unsafe {
        let name = CStr::from_ptr((*np).name).to_bytes();
        let mut list: Vec<pinctrl_map> = vec![zeroed()];
        list[0].type_ = bindings::PIN_MAP_TYPE_MUX_GROUP;
        list[0].data.mux.group = if name == b"begin-pins" { c"right" } else { c"left" }.as_ptr();
        list[0].data.mux.function = if name == b"off-pins" { c"spi" } else { c"uart" }.as_ptr();
        if name == b"on-pins" {
            let mut more: pinctrl_map = zeroed();
            more.type_ = bindings::PIN_MAP_TYPE_CONFIGS_GROUP;
            more.data.configs.group_or_pin = c"left".as_ptr();
            more.data.configs.configs = vec![c_ulong::from(config::BIAS_PULL_UP) | 1 << 8].leak().as_mut_ptr();
            more.data.configs.num_configs = 1;
            list.push(more);
        }
        *n = list.len() as c_uint;
        *map = list.leak().as_mut_ptr();
    }
    0
}

unsafe extern "C" fn free_map(_: *mut pinctrl_dev, _: *mut pinctrl_map, n: c_uint) {
    note(format!("freed{n}"));
}

fn desc() -> *mut pinctrl_desc {
    let mut pins: pinctrl_ops = zeroed();
    pins.get_groups_count = Some(two);
    pins.get_group_name = Some(group_name);
    pins.get_group_pins = Some(group_pins);
    pins.dt_node_to_map = Some(to_map);
    pins.dt_free_map = Some(free_map);
    let mut mux: pinmux_ops = zeroed();
    mux.get_functions_count = Some(two);
    mux.get_function_name = Some(function_name);
    mux.get_function_groups = Some(function_groups);
    mux.set_mux = Some(set_mux);
    mux.gpio_request_enable = Some(gpio_enable);
    mux.gpio_disable_free = Some(gpio_off);
    mux.gpio_set_direction = Some(gpio_direction);
    mux.strict = true;
    let mut conf: pinconf_ops = zeroed();
    conf.is_generic = true;
    conf.pin_config_get = Some(config_get);
    conf.pin_config_set = Some(config_set);
    let list: Vec<pinctrl_pin_desc> = (0..4u32)
        .map(|number| {
            let mut pin: pinctrl_pin_desc = zeroed();
            pin.number = number;
            pin.name = [c"P0", c"P1", c"P2", c"P3"][number as usize].as_ptr();
            pin
        })
        .collect();
    let mut desc: pinctrl_desc = zeroed();
    desc.name = c"four-pins".as_ptr();
    (desc.npins, desc.pins) = (4, list.leak().as_ptr());
    desc.pctlops = Box::leak(Box::new(pins));
    desc.pmxops = Box::leak(Box::new(mux));
    desc.confops = Box::leak(Box::new(conf));
    Box::into_raw(Box::new(desc))
}

#[test]
fn controllers_of_c() {
    let _turn = turn();
    let dev = device_at("controller-alone", None);
    // SAFETY: the test's own controllers.
    unsafe {
        assert_eq!(controller::register(ptr::null_mut(), dev, ptr::null_mut()), Errno::EINVAL.to_ptr());
        let data = ptr::without_provenance_mut(0x1234);
        let made = controller::register(desc(), dev, data);
        assert_eq!(controller::driver_data(made), data);
        assert_eq!(CStr::from_ptr(controller::name(made)), c"four-pins");
        assert_eq!(CStr::from_ptr(controller::device_name(made)), c"controller-alone");
        let (mut pins, mut n) = (ptr::null(), 0);
        assert_eq!(controller::group_pins_by_name(made, c"right".as_ptr(), &mut pins, &mut n), 0);
        assert_eq!(core::slice::from_raw_parts(pins, n as usize), [2, 3]);
        assert_eq!(controller::group_pins_by_name(made, c"up".as_ptr(), &mut pins, &mut n), Errno::EINVAL.to_c());
        let ours = super::controller_of(made).unwrap();
        let report = ours.report();
        assert_eq!((report.len(), report[2].name.as_str()), (4, "P2"));
        assert!(report[2].configs.iter().any(|(name, value)| *name == "bias-pull-up" && *value == 7));
        controller::unregister(made);
        assert!(kernel::pinctrl::find(&|c| c.name() == "controller-alone").is_none());
        // In two steps, and with its device.
        let mut out = ptr::null_mut();
        assert_eq!(controller::register_and_init(desc(), dev, data, &mut out), 0);
        assert_eq!(controller::enable(out), 0);
        controller::unregister(out);
        assert_eq!(controller::devm_register_and_init(dev, desc(), data, &mut out), 0);
        controller::devm_unregister(dev, out);
        assert!(Errno::check_ptr(controller::devm_register(dev, desc(), data)).is_ok());
        release_managed(dev);
        assert!(kernel::pinctrl::find(&|c| c.name() == "controller-alone").is_none());
    }
}

/// The controller at the node that the states of the tree are below.
unsafe fn of_tree() -> *mut pinctrl_dev {
    let dev = device_at("mux", Some("/pins/mux"));
    // SAFETY: a device and a description that stay.
    let made = unsafe { controller::register(desc(), dev, ptr::null_mut()) };
    assert!(Errno::check_ptr(made).is_ok());
    made
}

#[test]
fn states_of_devices() {
    let _turn = turn();
    let dev: *mut device = device_at("pin-user", Some("/pins/user"));
    // SAFETY: the test's own controller and device.
    unsafe {
        assert_eq!(consumer::get(ptr::null_mut()), Errno::EINVAL.to_ptr());
        assert_eq!(consumer::get(dev), Errno::EPROBE_DEFER.to_ptr(), "the controller may still come");
        let made = of_tree();
        assert_eq!(controller::of_get(node("/pins/mux").as_raw()), made);
        assert!(controller::of_get(node("/pins/user").as_raw()).is_null());
        said();
        let p = consumer::get(dev);
        assert_eq!(said(), "freed2 freed1", "one table for each state");
        assert_eq!(consumer::lookup(p, c"nothing".as_ptr()), Errno::ENODEV.to_ptr());
        let on = consumer::lookup(p, c"default".as_ptr());
        assert_eq!(consumer::select(p, on), 0);
        assert_eq!(said(), "mux0:0 config0:0x105x1 config1:0x105x1");
        assert_eq!(consumer::select(p, on), 0);
        assert_eq!(said(), "", "it is in force");
        let off = consumer::lookup(p, c"sleep".as_ptr());
        assert_eq!((consumer::select(p, off), said().as_str()), (0, "mux1:0"));
        consumer::put(p);
        assert!(Errno::check_ptr(consumer::devm_get(dev)).is_ok());
        let early = consumer::devm_get(dev);
        consumer::devm_put(early);
        release_managed(dev);
        said();
        // What the core holds for a bound device.
        assert_eq!(consumer::bind(dev), 0);
        assert!(said().contains("mux0:0"));
        assert_eq!((consumer::select_sleep(dev), said().as_str()), (0, "mux1:0"));
        assert_eq!((consumer::select_idle(dev), said().as_str()), (0, ""), "it has no such state");
        assert_eq!(consumer::select_default(dev), 0);
        assert!(said().starts_with("mux0:0"));
        consumer::after_remove(dev);
        assert_eq!((consumer::select_sleep(dev), said().as_str()), (0, ""));
        controller::unregister(made);
    }
}

#[test]
fn a_probe_begins_and_ends_in_its_state() {
    let _turn = turn();
    let dev = device_at("pin-starter", Some("/pins/starter"));
    // SAFETY: the test's own controller and device.
    unsafe {
        let made = of_tree();
        said();
        assert_eq!(consumer::bind(dev), 0);
        assert!(said().ends_with("mux0:1"), "init, not default");
        let hook = &super::HOOK;
        assert!(hook.done.unwrap()(dev).is_ok());
        assert!(said().starts_with("mux0:0"), "the default after it");
        assert_eq!((consumer::init_done(dev), said().as_str()), (0, ""), "which happens once");
        (hook.after)(dev);
        controller::unregister(made);
    }
}

unsafe extern "C" fn level(_: *mut gpio_chip, _: c_uint) -> c_int {
    1
}

#[test]
fn lines_are_pins() {
    let _turn = turn();
    let dev = device_at("controller-of-lines", None);
    let mut gc: gpio_chip = zeroed();
    gc.label = c"lines-of-pins".as_ptr();
    gc.parent = dev;
    (gc.base, gc.ngpio) = (-1, 4);
    gc.get = Some(level);
    let gc = Box::into_raw(Box::new(gc));
    // SAFETY: the test's own controller and chip.
    unsafe {
        let made = controller::register(desc(), dev, ptr::null_mut());
        assert_eq!(chip::add(gc, ptr::null_mut(), ptr::null_mut(), ptr::null_mut()), 0);
        // Lines 0 and 1 are pins 2 and 3.
        assert_eq!(ranges::add(gc, c"controller-of-lines".as_ptr(), 0, 2, 2), 0);
        said();
        assert_eq!((ranges::generic_request(gc, 1), said().as_str()), (0, "gpio3 of 2"));
        assert!(!ranges::can_use(gc, 1) || ranges::can_use(gc, 0), "a strict controller looks at who has a pin");
        assert_eq!((ranges::direction_input(gc, 1), said().as_str()), (0, "in3"));
        assert_eq!((ranges::direction_output(gc, 1), said().as_str()), (0, "out3"));
        let up = c_ulong::from(config::BIAS_PULL_UP);
        assert_eq!((ranges::set_line_config(gc, 1, up), said().as_str()), (0, "config3:0x5x1"));
        let no = c_ulong::from(config::DRIVE_OPEN_SOURCE);
        assert_eq!(ranges::set_line_config(gc, 1, no), Errno::ENOTSUPP.to_c());
        ranges::generic_free(gc, 1);
        assert_eq!(said(), "free3");
        ranges::remove_all(gc);
        assert_eq!((ranges::generic_request(gc, 1), said().as_str()), (0, ""), "no pin any more");
        // The group "left" is pins 0 and 1.
        assert_eq!(ranges::add_group(gc, made, 0, c"left".as_ptr()), 0);
        assert_eq!((ranges::request(gc, 1), said().as_str()), (0, "gpio1 of 2"));
        ranges::free(gc, 1);
        assert_eq!(ranges::add_group(gc, made, 0, c"up".as_ptr()), Errno::EINVAL.to_c());
        ranges::remove_all(gc);
        own_ranges(made);
        chip::remove(gc);
        controller::unregister(made);
    }
}

/// Ranges that the controller's driver gives itself.
unsafe fn own_ranges(made: *mut pinctrl_dev) {
    let base = 900_000;
    let mut list: [pinctrl_gpio_range; 2] = [zeroed(), zeroed()];
    for (n, range) in list.iter_mut().enumerate() {
        range.name = c"own".as_ptr();
        (range.base, range.pin_base, range.npins) = (base + 2 * n as u32, 2 * n as u32, 2);
    }
    let has = |number: u32| kernel::pinctrl::gpio_direction(number, true).is_ok() && said().contains("in");
    // SAFETY: the caller's controller; the ranges stay until they are removed.
    unsafe {
        controller::add_range(made, &raw mut list[0]);
        assert!(has(base + 1) && !has(base + 2));
        controller::remove_range(made, &raw mut list[0]);
        assert!(!has(base + 1));
        controller::add_ranges(made, list.as_mut_ptr(), 2);
        assert!(has(base + 3));
        list.iter_mut().for_each(|r| controller::remove_range(made, &raw mut *r));
        let found = controller::find_and_add(c"controller-of-lines".as_ptr(), &raw mut list[1]);
        assert!(found == made && has(base + 2));
        controller::remove_range(made, &raw mut list[1]);
        let missing = controller::find_and_add(c"nobody".as_ptr(), &raw mut list[1]);
        assert_eq!(missing, Errno::EPROBE_DEFER.to_ptr());
    }
}

/// Functions of C's kind that hand on to the generic ones.
mod own {
    use super::super::generic;
    use super::*;

    pub unsafe extern "C" fn groups(dev: *mut pinctrl_dev) -> c_int {
        // SAFETY: handed on.
        unsafe { generic::group_count(dev) }
    }
    pub unsafe extern "C" fn group_name(dev: *mut pinctrl_dev, at: c_uint) -> *const c_char {
        // SAFETY: handed on.
        unsafe { generic::group_name(dev, at) }
    }
    pub unsafe extern "C" fn functions(dev: *mut pinctrl_dev) -> c_int {
        // SAFETY: handed on.
        unsafe { generic::function_count(dev) }
    }
    pub unsafe extern "C" fn function_name(dev: *mut pinctrl_dev, at: c_uint) -> *const c_char {
        // SAFETY: handed on.
        unsafe { generic::function_name(dev, at) }
    }
}

#[test]
fn groups_that_are_made_known() {
    use super::generic::*;
    let dev = device_at("pinctrl-generic", None);
    let pins = Box::leak(Box::new([pinctrl_pin_desc { number: 4, name: c"PA4".as_ptr(), ..zeroed() }]));
    let ops = pinctrl_ops { get_groups_count: Some(own::groups), get_group_name: Some(own::group_name), ..zeroed() };
    let mux = pinmux_ops {
        get_functions_count: Some(own::functions),
        get_function_name: Some(own::function_name),
        set_mux: Some(set_mux),
        ..zeroed()
    };
    let desc: &mut pinctrl_desc = Box::leak(Box::new(zeroed()));
    desc.name = c"generic".as_ptr();
    (desc.pins, desc.npins) = (pins.as_ptr(), 1);
    desc.pctlops = Box::leak(Box::new(ops));
    desc.pmxops = Box::leak(Box::new(mux));
    // SAFETY: a controller of the test.
    unsafe {
        let made = controller::make(desc, dev, ptr::null_mut()).unwrap();
        assert_eq!(add_group(made, ptr::null(), ptr::null(), 0, ptr::null_mut()), Errno::EINVAL.to_c());
        assert_eq!(add_group(made, c"one".as_ptr(), PINS[0].as_ptr(), 2, ptr::null_mut()), 0);
        assert_eq!(add_group(made, c"two".as_ptr(), PINS[1].as_ptr(), 2, ptr::null_mut()), 1);
        assert_eq!(add_group(made, c"one".as_ptr(), ptr::null(), 0, ptr::null_mut()), 0, "it is known");
        assert_eq!((group_count(made), group_by_name(made, c"two".as_ptr())), (2, 1));
        let (mut list, mut count) = (ptr::null(), 0);
        assert_eq!(group_pins(made, 1, &raw mut list, &raw mut count), 0);
        assert_eq!((*list, count, (*group(made, 0)).grp.npins), (2, 2, 2));
        assert_eq!(group_pins(made, 2, &raw mut list, &raw mut count), Errno::EINVAL.to_c());
        assert_eq!(add_function(made, c"uart".as_ptr(), GROUPS.0.as_ptr(), 2, ptr::null_mut()), 0);
        assert_eq!(add_function(made, c"uart".as_ptr(), GROUPS.0.as_ptr(), 2, ptr::null_mut()), 0, "it is known");
        let (mut names, mut count) = (ptr::null(), 0);
        assert_eq!(function_groups(made, 0, &raw mut names, &raw mut count), 0);
        assert_eq!((CStr::from_ptr(*names), count, function_count(made)), (c"left", 2, 1));
        assert!(!function(made, 0).is_null() && function(made, 1).is_null());
        assert_eq!((remove_function(made, 0), remove_function(made, 0)), (0, Errno::ENOENT.to_c()));
        assert_eq!((remove_group(made, 1), group_count(made)), (0, 1));
        assert_eq!(CStr::from_ptr(pin_name(made, 4)), c"PA4");
        assert!(pin_name(made, 5).is_null());
        assert_eq!((pin_by_name(made, c"PA4".as_ptr()), pin_by_name(made, c"PB1".as_ptr())), (4, Errno::EINVAL.to_c()));
        assert_eq!((force_default(made), force_sleep(made)), (0, 0), "it has no states");
        controller::destroy(made);
        release_managed(dev);
    }
}
