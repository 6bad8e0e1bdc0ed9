// SPDX-License-Identifier: GPL-2.0-only
//! Who drives lines: found by `pwms` and `pwm-names` of the device tree, else by the lookups of boards.

use super::chip::{entry, from_c, of_name, of_node, put as put_chip};
use crate::bindings::{self, device, fwnode_handle, of_phandle_args, pwm_chip, pwm_device, pwm_lookup, pwm_state};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::{Node, from_fwnode, parse_phandle_with_args};
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr::with_exposed_provenance_mut;
use kernel::sync::Mutex;

crate::exports! {
    family "pwm";
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn pwm_get(dev: *mut device, con_id: *const c_char) -> *mut pwm_device = get_c;
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn pwm_put(pwm: *mut pwm_device) -> () = put;
    [sleeps, supported, "pwm::tests::what_is_managed_is_given_back"]
    fn devm_pwm_get(dev: *mut device, con_id: *const c_char) -> *mut pwm_device = devm_get;
    [sleeps, supported, "pwm::tests::what_is_managed_is_given_back"]
    fn devm_fwnode_pwm_get(dev: *mut device, fwnode: *mut fwnode_handle, con_id: *const c_char) -> *mut pwm_device = devm_get_of;
    [sleeps, supported, "pwm::tests::states_reach_the_driver"]
    fn pwm_apply_might_sleep(pwm: *mut pwm_device, state: *const pwm_state) -> c_int = apply_c;
    [any, supported, "pwm::tests::states_reach_the_driver"]
    fn pwm_apply_atomic(pwm: *mut pwm_device, state: *const pwm_state) -> c_int = apply_atomic;
    [sleeps, supported, "pwm::tests::a_line_is_brought_to_what_is_asked"]
    fn pwm_adjust_config(pwm: *mut pwm_device) -> c_int = adjust;
    [sleeps, supported, "pwm::tests::found_by_lookup"]
    fn pwm_add_table(table: *mut pwm_lookup, num: usize) -> () = add_table;
    [sleeps, supported, "pwm::tests::found_by_lookup"]
    fn pwm_remove_table(table: *mut pwm_lookup, num: usize) -> () = remove_table;
}

/// The bit of `pwm_device.flags` that says that somebody has it.
const REQUESTED: u64 = 1 << bindings::PWMF_REQUESTED;

/// Takes a line of a chip; the consumer holds a reference of the chip with it.
///
/// # Errors
/// `EINVAL`: there is no such line; `EBUSY`: somebody has it; the driver's.
///
/// # Safety
/// `chip` is one that was added, of which the caller holds a reference; `label` is null or lives as long as the use.
pub(super) unsafe fn take(chip: *mut pwm_chip, number: u32, label: *const c_char) -> Result<*mut pwm_device> {
    // SAFETY: as the caller says.
    unsafe {
        if chip.is_null() || number >= (*chip).npwm {
            return Err(Errno::EINVAL);
        }
        let user = if label.is_null() { "a driver".into() } else { CStr::from_ptr(label).to_string_lossy() };
        entry(chip)?.take(number, &user)?;
        devices::get(&raw mut (*chip).dev);
        let pwm = (&raw mut (*chip).pwms).cast::<pwm_device>().add(number as usize);
        (*pwm).flags |= REQUESTED;
        (*pwm).label = label;
        Ok(pwm)
    }
}

/// By a reference of a node.
unsafe fn by_node(node: Node, con_id: *const c_char) -> Result<*mut pwm_device> {
    let names = || node.property(b"pwm-names").into_iter().flat_map(|names| names.strings());
    let index = if con_id.is_null() {
        0
    } else {
        // SAFETY: the caller's C string.
        let wanted = unsafe { CStr::from_ptr(con_id) };
        let missing = if node.property(b"pwm-names").is_some() { Errno::ENODATA } else { Errno::EINVAL };
        names().position(|name| name == wanted).ok_or(missing)?
    };
    let reference = parse_phandle_with_args(node, b"pwms", b"#pwm-cells", index)?;
    let chip = of_node(reference.node).ok_or(Errno::EPROBE_DEFER)?;
    // SAFETY: a chip that we hold a reference of; the driver's function.
    unsafe {
        let args = of_phandle_args {
            np: reference.node.as_raw(),
            args_count: reference.count as c_int,
            args: reference.args,
        };
        let found = match (*chip).of_xlate {
            Some(translate) => Errno::check_ptr(translate(chip, &raw const args)),
            None => Err(Errno::EINVAL),
        };
        put_chip(chip);
        let pwm = found?;
        (*pwm).label = if con_id.is_null() {
            names().nth(index).unwrap_or(node.name()).as_ptr()
        } else {
            con_id
        };
        Ok(pwm)
    }
}

/// The lookups of boards, by address.
static LOOKUPS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Whether a name that a lookup asks for is that of the consumer: `None` if it is another.
unsafe fn matches(asked: *const c_char, name: Option<&CStr>, weight: u32) -> Option<u32> {
    if asked.is_null() {
        return Some(0);
    }
    // SAFETY: a C string of the lookup.
    (name? == unsafe { CStr::from_ptr(asked) }).then_some(weight)
}

/// By the lookup that names most of the consumer.
unsafe fn by_lookup(dev: Option<&CStr>, con: *const c_char) -> Result<*mut pwm_device> {
    // SAFETY: the caller's C string; lookups stay until they are taken back.
    unsafe {
        let con_id = (!con.is_null()).then(|| CStr::from_ptr(con));
        let lookups = LOOKUPS.lock();
        let mut best: Option<(u32, &pwm_lookup)> = None;
        for address in lookups.iter() {
            let lookup = &*with_exposed_provenance_mut::<pwm_lookup>(*address);
            let fits = matches(lookup.dev_id, dev, 2).zip(matches(lookup.con_id, con_id, 1)).map(|(a, b)| a + b);
            if let Some(fits) = fits
                && fits > best.map_or(0, |(best, _)| best)
            {
                best = Some((fits, lookup));
            }
        }
        let (_, lookup) = best.ok_or(Errno::ENODEV)?;
        let provider = if lookup.provider.is_null() { c"" } else { CStr::from_ptr(lookup.provider) };
        let chip = of_name(provider).ok_or(Errno::EPROBE_DEFER)?;
        let label = if con.is_null() { dev.map_or(core::ptr::null(), CStr::as_ptr) } else { con };
        let pwm = take(chip, lookup.index, label);
        put_chip(chip);
        let pwm = pwm?;
        (*pwm).args.period = u64::from(lookup.period);
        (*pwm).args.polarity = lookup.polarity;
        Ok(pwm)
    }
}

unsafe fn get(dev: *mut device, con_id: *const c_char) -> Result<*mut pwm_device> {
    // SAFETY: as the caller says.
    unsafe {
        match dev.as_ref().and_then(|dev| Node::from_raw(dev.of_node)) {
            Some(node) => by_node(node, con_id),
            None => by_lookup((!dev.is_null()).then(|| devices::name(dev)), con_id),
        }
    }
}

pub(super) unsafe fn get_c(dev: *mut device, con_id: *const c_char) -> *mut pwm_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get(dev, con_id) })
}

pub(super) unsafe fn put(pwm: *mut pwm_device) {
    if pwm.is_null() {
        return;
    }
    // SAFETY: the caller's line, with the reference of its chip.
    unsafe {
        if (*pwm).flags & REQUESTED == 0 {
            return log::warn!("pwm_put: nobody has that line");
        }
        (*pwm).flags &= !REQUESTED;
        let chip = (*pwm).chip;
        (*pwm).label = core::ptr::null();
        if let Err(error) = entry(chip).and_then(|entry| entry.give_back((*pwm).hwpwm).map_err(Errno::from)) {
            log::warn!("pwm_put: line {}: error {}", (*pwm).hwpwm, error.0);
        }
        put_chip(chip);
    }
}

/// Gives a line back when the driver lets go of the device.
unsafe fn managed(dev: *mut device, found: Result<*mut pwm_device>) -> Result<*mut pwm_device> {
    let pwm = found?;
    let at = pwm.expose_provenance();
    // SAFETY: the caller's device, which has the line until then.
    unsafe { devres::add(dev, Key("pwm", at), move || put(with_exposed_provenance_mut(at)))? };
    Ok(pwm)
}

pub(super) unsafe fn devm_get(dev: *mut device, con_id: *const c_char) -> *mut pwm_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { managed(dev, get(dev, con_id)) })
}

pub(super) unsafe fn devm_get_of(
    dev: *mut device,
    fwnode: *mut fwnode_handle,
    con_id: *const c_char,
) -> *mut pwm_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { managed(dev, from_fwnode(fwnode).ok_or(Errno::ENODEV).and_then(|node| by_node(node, con_id))) })
}

unsafe fn apply(pwm: *mut pwm_device, state: *const pwm_state) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let state = state.as_ref().filter(|_| !pwm.is_null()).ok_or(Errno::EINVAL)?;
        if entry((*pwm).chip)?.apply((*pwm).hwpwm, &from_c(state))? {
            (*pwm).state = *state;
        }
        Ok(())
    }
}

pub(super) unsafe fn apply_c(pwm: *mut pwm_device, state: *const pwm_state) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { apply(pwm, state) })
}

pub(super) unsafe fn apply_atomic(pwm: *mut pwm_device, state: *const pwm_state) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if pwm.as_ref().is_some_and(|pwm| !(*pwm.chip).atomic) {
            log::warn!("pwm_apply_atomic: the chip's driver may sleep");
        }
        apply_c(pwm, state)
    }
}

/// Brings a line to the period and polarity that are asked of it, keeping its relative duty cycle.
pub(super) unsafe fn adjust(pwm: *mut pwm_device) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let Some(line) = pwm.as_ref() else { return Errno::EINVAL.to_c() };
        let (asked, mut state) = (line.args, line.state);
        if state.period == 0 {
            state.duty_cycle = 0;
            state.polarity = asked.polarity;
        } else {
            let scaled = u128::from(state.duty_cycle) * u128::from(asked.period) / u128::from(state.period);
            state.duty_cycle = u64::try_from(scaled).unwrap_or(u64::MAX);
            if asked.polarity != state.polarity {
                state.polarity = asked.polarity;
                state.duty_cycle = asked.period.saturating_sub(state.duty_cycle);
            }
        }
        state.period = asked.period;
        apply_c(pwm, &raw const state)
    }
}

pub(super) unsafe fn add_table(table: *mut pwm_lookup, num: usize) {
    let each = (0..num).map(|at| table.wrapping_add(at).expose_provenance());
    LOOKUPS.lock().extend(each);
}

pub(super) unsafe fn remove_table(table: *mut pwm_lookup, num: usize) {
    let each = table.addr()..table.wrapping_add(num).addr();
    LOOKUPS.lock().retain(|address| !each.contains(address));
}
