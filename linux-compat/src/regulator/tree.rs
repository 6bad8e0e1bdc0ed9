// SPDX-License-Identifier: GPL-2.0-only
//! What the device tree says of regulators (binding: regulator/regulator.yaml).

use crate::bindings::{
    self, device, device_node, of_regulator_match, regulation_constraints, regulator_desc, regulator_init_data,
};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c};
use crate::of::Node;
use alloc::boxed::Box;
use core::ffi::{CStr, c_int, c_uint};
use core::ptr;

crate::exports! {
    family "regulator";
    [sleeps, supported, "regulator::tests::constraints_of_the_tree"]
    fn of_get_regulator_init_data(dev: *mut device, node: *mut device_node, desc: *const regulator_desc) -> *mut regulator_init_data = get_init_data;
    [sleeps, supported, "regulator::tests::constraints_of_the_tree"]
    fn of_regulator_match(dev: *mut device, node: *mut device_node, matches: *mut of_regulator_match, num: c_uint) -> c_int = match_all;
}

/// The mode that a driver makes of a cell; 0 for one that it does not know.
pub(super) unsafe fn mode(desc: *const regulator_desc, cell: u32) -> c_uint {
    // SAFETY: as the caller says.
    let map = unsafe { desc.as_ref() }.and_then(|d| d.of_map_mode);
    // SAFETY: the driver's function.
    let mode = map.map_or(0, |map| unsafe { map(cell) });
    if mode == 0 {
        log::warn!("a regulator's driver knows no mode {cell}");
    }
    mode
}

/// Reads the limits of a node.
pub(super) unsafe fn constraints(node: Node, desc: *const regulator_desc) -> regulation_constraints {
    // SAFETY: all fields may be zero.
    let mut c: regulation_constraints = unsafe { core::mem::zeroed() };
    let number = |name: &str| node.u32(name.as_bytes()).unwrap_or(0);
    let has = |name: &str| node.property(name.as_bytes()).is_some();
    let int = |name: &str| number(name).cast_signed();
    let name = node.property(b"regulator-name").and_then(|p| p.strings().next());
    c.name = name.map_or(ptr::null(), CStr::as_ptr);
    (c.min_uV, c.max_uV) = (int("regulator-min-microvolt"), int("regulator-max-microvolt"));
    (c.min_uA, c.max_uA) = (int("regulator-min-microamp"), int("regulator-max-microamp"));
    c.uV_offset = int("regulator-microvolt-offset");
    c.ilim_uA = int("regulator-input-current-limit-microamp");
    c.ramp_delay = number("regulator-ramp-delay");
    c.settling_time = number("regulator-settling-time-us");
    c.settling_time_up = number("regulator-settling-time-up-us");
    c.settling_time_down = number("regulator-settling-time-down-us");
    if c.settling_time > 0 {
        // One time for both directions and another for one contradict each other.
        (c.settling_time_up, c.settling_time_down) = (0, 0);
    }
    c.enable_time = number("regulator-enable-ramp-delay");
    c.system_load = int("regulator-system-load");
    c.max_uV_step = int("regulator-max-step-microvolt");
    let window = node.u32(b"regulator-uv-survival-time-ms");
    c.uv_less_critical_window_ms = window.unwrap_or(bindings::REGULATOR_DEF_UV_LESS_CRITICAL_WINDOW_MS);
    c.set_always_on(has("regulator-always-on").into());
    c.set_boot_on(has("regulator-boot-on").into());
    c.set_apply_uV((c.min_uV != 0 && c.max_uV != 0).into());
    c.set_ramp_disable((has("regulator-ramp-delay") && c.ramp_delay == 0).into());
    c.set_soft_start(has("regulator-soft-start").into());
    c.set_pull_down(has("regulator-pull-down").into());
    c.set_system_critical(has("system-critical-regulator").into());
    c.set_over_current_protection(has("regulator-over-current-protection").into());
    if has("regulator-active-discharge") {
        c.active_discharge = match number("regulator-active-discharge") {
            0 => bindings::REGULATOR_ACTIVE_DISCHARGE_DISABLE,
            _ => bindings::REGULATOR_ACTIVE_DISCHARGE_ENABLE,
        };
    }
    // SAFETY: as the caller says.
    unsafe {
        if let Some(cell) = node.u32(b"regulator-initial-mode") {
            c.initial_mode = mode(desc, cell);
        }
        let modes = node.property(b"regulator-allowed-modes");
        c.valid_modes_mask = modes.map_or(0, |m| m.cells().fold(0, |mask, cell| mask | mode(desc, cell)));
    }
    let allowed = [
        (c.min_uV != c.max_uV, bindings::REGULATOR_CHANGE_VOLTAGE),
        (c.min_uA != c.max_uA, bindings::REGULATOR_CHANGE_CURRENT),
        (c.always_on() == 0, bindings::REGULATOR_CHANGE_STATUS),
        (c.valid_modes_mask != 0, bindings::REGULATOR_CHANGE_MODE),
        (has("regulator-allow-bypass"), bindings::REGULATOR_CHANGE_BYPASS),
        (has("regulator-allow-set-load"), bindings::REGULATOR_CHANGE_DRMS),
    ];
    c.valid_ops_mask = allowed.into_iter().filter(|(is, _)| *is).fold(0, |mask, (_, bit)| mask | bit);
    c
}

pub(super) unsafe fn read(
    dev: *mut device,
    node: Option<Node>,
    desc: *const regulator_desc,
) -> Result<*mut regulator_init_data> {
    let node = node.ok_or(Errno::EINVAL)?;
    // SAFETY: as the caller says; all fields may be zero. The data go with the device.
    unsafe {
        let mut data: Box<regulator_init_data> = Box::new(core::mem::zeroed());
        data.constraints = constraints(node, desc);
        let data = Box::into_raw(data);
        let address = data.expose_provenance();
        let release = move || drop(Box::from_raw(ptr::with_exposed_provenance_mut::<regulator_init_data>(address)));
        devres::add(dev, Key("regulator_init_data", address), release)?;
        Ok(data)
    }
}

/// Null without a node, and without memory.
pub(super) unsafe fn get_init_data(
    dev: *mut device,
    node: *mut device_node,
    desc: *const regulator_desc,
) -> *mut regulator_init_data {
    // SAFETY: as the caller says.
    unsafe { read(dev, Node::from_raw(node), desc) }.unwrap_or(ptr::null_mut())
}

/// Reads the limits of all regulators below a node that `matches` names; says how many there are.
pub(super) unsafe fn match_all(dev: *mut device, node: *mut device_node, matches: *mut of_regulator_match, num: c_uint) -> c_int {
    let mut count = 0;
    // SAFETY: as the caller says.
    unsafe {
        let Some(node) = Node::from_raw(node).filter(|_| !dev.is_null()) else { return Errno::EINVAL.to_c() };
        for child in node.children() {
            let name = child.property(b"regulator-compatible").and_then(|p| p.strings().next());
            let name = name.unwrap_or(child.name());
            for i in 0..num as usize {
                let entry = &mut *matches.add(i);
                if !entry.of_node.is_null() || entry.name.is_null() || CStr::from_ptr(entry.name) != name {
                    continue;
                }
                match read(dev, Some(child), entry.desc) {
                    Ok(data) => entry.init_data = data,
                    Err(errno) => return int_to_c(Err(errno)),
                }
                entry.of_node = child.as_raw();
                count += 1;
                break;
            }
        }
    }
    count
}
