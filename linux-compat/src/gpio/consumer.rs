// SPDX-License-Identifier: GPL-2.0-only
//! GPIO consumers in C (Linux: Documentation/driver-api/gpio/consumer.rst).

use crate::bindings::{self, device, device_node, fwnode_handle, gpio_array, gpio_desc, gpio_descs, gpiod_flags};
use crate::device::devres::{self, Key};
use crate::context::ledger::{self, Kind};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::Node;
use alloc::string::String;
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::ptr;
use kernel::error::Error;
use kernel::gpio::{Init, Line, LineFlags, of};
use kernel::pinctrl::config;

crate::exports! {
    family "gpio";
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_count(dev: *mut device, con_id: *const c_char) -> c_int = count;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc = get;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_index(dev: *mut device, con_id: *const c_char, idx: c_uint, flags: gpiod_flags) -> *mut gpio_desc = get_index;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc = get_optional;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_index_optional(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> *mut gpio_desc = get_index_optional;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_put(desc: *mut gpio_desc) = put;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_gpiod_get(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc = devm_get;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_gpiod_get_index(dev: *mut device, con_id: *const c_char, idx: c_uint, flags: gpiod_flags) -> *mut gpio_desc = devm_get_index;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_gpiod_get_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc = devm_get_optional;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_gpiod_get_index_optional(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> *mut gpio_desc = devm_get_index_optional;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_gpiod_put(dev: *mut device, desc: *mut gpio_desc) = devm_put;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_gpiod_unhinge(dev: *mut device, desc: *mut gpio_desc) = unhinge;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn fwnode_gpiod_get_index(fwnode: *mut fwnode_handle, con_id: *const c_char, index: c_int, flags: gpiod_flags, label: *const c_char) -> *mut gpio_desc = fwnode_get;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn devm_fwnode_gpiod_get_index(dev: *mut device, fwnode: *mut fwnode_handle, con_id: *const c_char, index: c_int, flags: gpiod_flags, label: *const c_char) -> *mut gpio_desc = devm_fwnode_get;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_direction(desc: *mut gpio_desc) -> c_int = direction;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_direction_input(desc: *mut gpio_desc) -> c_int = set_input;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_direction_output(desc: *mut gpio_desc, value: c_int) -> c_int = set_output;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_direction_output_raw(desc: *mut gpio_desc, value: c_int) -> c_int = set_output_raw;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_value(desc: *const gpio_desc) -> c_int = value;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_value(desc: *mut gpio_desc, value: c_int) -> c_int = set_value;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_raw_value(desc: *const gpio_desc) -> c_int = raw_value;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_raw_value(desc: *mut gpio_desc, value: c_int) -> c_int = set_raw_value;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_value_cansleep(desc: *const gpio_desc) -> c_int = value;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_value_cansleep(desc: *mut gpio_desc, value: c_int) -> c_int = set_value;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_get_raw_value_cansleep(desc: *const gpio_desc) -> c_int = raw_value;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_raw_value_cansleep(desc: *mut gpio_desc, value: c_int) -> c_int = set_raw_value;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_config(desc: *mut gpio_desc, config: c_ulong) -> c_int = set_config;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_debounce(desc: *mut gpio_desc, debounce: c_uint) -> c_int = set_debounce;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_toggle_active_low(desc: *mut gpio_desc) = toggle_active_low;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_is_active_low(desc: *const gpio_desc) -> c_int = is_active_low;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_cansleep(desc: *const gpio_desc) -> c_int = can_sleep;
    [any, supported, "gpio::tests::interrupts_of_lines"]
    fn gpiod_to_irq(desc: *const gpio_desc) -> c_int = to_irq;
    [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpiod_set_consumer_name(desc: *mut gpio_desc, name: *const c_char) -> c_int = set_name;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn gpio_to_desc(gpio: c_uint) -> *mut gpio_desc = by_number;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn desc_to_gpio(desc: *const gpio_desc) -> c_int = number;
    [any, supported, "gpio::tests::consumers_of_the_tree"]
    fn of_get_named_gpio(np: *const device_node, list: *const c_char, index: c_int) -> c_int = named;
}

/// A C line is the address of ours: what is requested keeps its bank, and with it the line.
pub(super) fn to_c_desc(line: &Arc<Line>) -> *mut gpio_desc {
    Arc::as_ptr(line).cast_mut().cast()
}

/// The line behind a C pointer; `None` for null and errors.
///
/// # Safety
/// `desc` is null, an error, or a line whose bank is still there.
pub(super) unsafe fn line_of<'a>(desc: *const gpio_desc) -> Option<&'a Line> {
    let raw = Errno::check_ptr(desc.cast_mut()).ok()?;
    // SAFETY: the caller says so.
    unsafe { raw.cast_const().cast::<Line>().as_ref() }
}

/// The flags of a lookup in C.
pub(super) fn lookup_flags(flags: bindings::gpio_lookup_flags) -> LineFlags {
    let table = [
        (bindings::GPIO_ACTIVE_LOW, LineFlags::ACTIVE_LOW),
        (bindings::GPIO_OPEN_DRAIN, LineFlags::OPEN_DRAIN),
        (bindings::GPIO_OPEN_SOURCE, LineFlags::OPEN_SOURCE),
        (bindings::GPIO_TRANSITORY, LineFlags::TRANSITORY),
        (bindings::GPIO_PULL_UP, LineFlags::PULL_UP),
        (bindings::GPIO_PULL_DOWN, LineFlags::PULL_DOWN),
        (bindings::GPIO_PULL_DISABLE, LineFlags::NO_PULL),
    ];
    table.iter().filter(|(c, _)| flags & c != 0).fold(LineFlags::empty(), |all, (_, f)| all | *f)
}

/// What a consumer wants besides.
pub(super) fn wanted(mut flags: LineFlags, dflags: gpiod_flags) -> (LineFlags, Init) {
    // GPIOD_FLAGS_BIT_*: direction set, output, high, open drain.
    if dflags & 8 != 0 {
        flags |= LineFlags::OPEN_DRAIN;
    }
    let init = match dflags & 3 {
        3 => Init::Output(dflags & 4 != 0),
        1 => Init::Input,
        _ => Init::AsIs,
    };
    (flags, init)
}

/// The text of a C string; `None` for null.
pub(super) unsafe fn text<'a>(s: *const c_char) -> Option<alloc::borrow::Cow<'a, str>> {
    // SAFETY: null or a string of the caller's.
    (!s.is_null()).then(|| unsafe { CStr::from_ptr(s) }.to_string_lossy())
}

/// Finds and requests the line of a node.
fn request(node: Option<Node>, con_id: Option<&str>, index: usize, dflags: gpiod_flags, label: &str) -> Result<*mut gpio_desc> {
    let host = node.and_then(Node::host_node).ok_or(Errno::ENOENT)?;
    let (line, flags) = of::find(&host, con_id, index)?;
    // GPIOD_FLAGS_BIT_NONEXCLUSIVE.
    line.request(label, dflags & 16 != 0).map_err(|error| {
        log::warn!("{label}: {error}");
        Errno::from(error)
    })?;
    let (flags, init) = wanted(flags, dflags);
    if let Err(error) = line.configure(flags, init) {
        line.free();
        return Err(error.into());
    }
    let desc = to_c_desc(&line);
    ledger::took(Kind::Gpio, desc.addr(), 0);
    Ok(desc)
}

/// The label of a device's line: its purpose, else the device.
pub(super) unsafe fn label_of(dev: *mut device, con_id: Option<&str>) -> String {
    match con_id {
        Some(name) => name.into(),
        // SAFETY: the caller's device.
        None => unsafe { crate::device::name(dev) }.to_string_lossy().into_owned(),
    }
}

pub(super) unsafe fn find(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> Result<*mut gpio_desc> {
    // SAFETY: the caller's device and name.
    unsafe {
        let con_id = text(con_id);
        let node = Node::from_raw(if dev.is_null() { ptr::null() } else { (*dev).of_node });
        match request(node, con_id.as_deref(), index as usize, flags, &label_of(dev, con_id.as_deref())) {
            Err(Errno::ENOENT) => super::lookup::find(dev, con_id.as_deref(), index, flags),
            result => result,
        }
    }
}

/// What is not there is null, not an error.
fn optional(result: Result<*mut gpio_desc>) -> Result<*mut gpio_desc> {
    match result {
        Err(Errno::ENOENT) => Ok(ptr::null_mut()),
        result => result,
    }
}

pub(super) unsafe fn count(dev: *mut device, con_id: *const c_char) -> c_int {
    // SAFETY: the caller's device and name.
    unsafe {
        let con_id = text(con_id);
        let host = Node::from_raw((*dev).of_node).and_then(Node::host_node);
        let n = host.ok_or(Errno::ENOENT).and_then(|n| Ok(of::count(&n, con_id.as_deref())?));
        int_to_c(n.and_then(|n| if n == 0 { Err(Errno::ENOENT) } else { Ok(n as c_int) }))
    }
}

pub(super) unsafe fn get(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(unsafe { find(dev, con_id, 0, flags) })
}

pub(super) unsafe fn get_index(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(unsafe { find(dev, con_id, index, flags) })
}

pub(super) unsafe fn get_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(optional(unsafe { find(dev, con_id, 0, flags) }))
}

pub(super) unsafe fn get_index_optional(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(optional(unsafe { find(dev, con_id, index, flags) }))
}

pub(super) unsafe fn put(desc: *mut gpio_desc) {
    // SAFETY: the caller's line.
    if let Some(line) = unsafe { line_of(desc) } {
        ledger::gave(Kind::Gpio, desc.addr());
        line.free();
    }
}

/// Has a line given back with its device.
pub(super) unsafe fn manage(dev: *mut device, desc: *mut gpio_desc) -> Result<*mut gpio_desc> {
    if desc.is_null() {
        return Ok(desc);
    }
    let address = desc.expose_provenance();
    let release = move || {
        // SAFETY: the line was requested, which keeps it.
        unsafe { put(ptr::with_exposed_provenance_mut(address)) }
    };
    // SAFETY: the caller's device.
    unsafe { devres::add(dev, Key("gpio", address), release) }.map(|()| desc)
}

pub(super) unsafe fn devm_get(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(unsafe { find(dev, con_id, 0, flags).and_then(|d| manage(dev, d)) })
}

pub(super) unsafe fn devm_get_index(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(unsafe { find(dev, con_id, index, flags).and_then(|d| manage(dev, d)) })
}

pub(crate) unsafe fn devm_get_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(unsafe { optional(find(dev, con_id, 0, flags)).and_then(|d| manage(dev, d)) })
}

pub(super) unsafe fn devm_get_index_optional(dev: *mut device, con_id: *const c_char, index: c_uint, flags: gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's device and name.
    ptr_to_c(unsafe { optional(find(dev, con_id, index, flags)).and_then(|d| manage(dev, d)) })
}

pub(super) unsafe fn devm_put(dev: *mut device, desc: *mut gpio_desc) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("gpio", desc.addr())) } {
        log::error!("devm_gpiod_put: the device does not have the line");
    }
}

pub(super) unsafe fn unhinge(dev: *mut device, desc: *mut gpio_desc) {
    // SAFETY: the caller's device. A line that several have may have been unhinged before.
    unsafe { devres::forget(dev, Key("gpio", desc.addr())) };
}

pub(super) unsafe fn fwnode_find(fwnode: *mut fwnode_handle, con_id: *const c_char, index: c_int, flags: gpiod_flags, label: *const c_char) -> Result<*mut gpio_desc> {
    // SAFETY: the caller's node and names.
    unsafe {
        let con_id = text(con_id);
        let label = text(label).or_else(|| con_id.clone()).unwrap_or_else(|| "?".into());
        request(super::node_of(fwnode), con_id.as_deref(), index.max(0) as usize, flags, &label)
    }
}

pub(super) unsafe fn fwnode_get(fwnode: *mut fwnode_handle, con_id: *const c_char, index: c_int, flags: gpiod_flags, label: *const c_char) -> *mut gpio_desc {
    // SAFETY: the caller's node and names.
    ptr_to_c(unsafe { fwnode_find(fwnode, con_id, index, flags, label) })
}

pub(super) unsafe fn devm_fwnode_get(dev: *mut device, fwnode: *mut fwnode_handle, con_id: *const c_char, index: c_int, flags: gpiod_flags, label: *const c_char) -> *mut gpio_desc {
    // SAFETY: the caller's device, node and names.
    ptr_to_c(unsafe { fwnode_find(fwnode, con_id, index, flags, label).and_then(|d| manage(dev, d)) })
}

/// Does something to a line. Null is an optional line that is not there: nothing is done, which is no error.
pub(super) unsafe fn with(desc: *const gpio_desc, f: impl FnOnce(&Line) -> kernel::error::Result<c_int>) -> c_int {
    if desc.is_null() {
        return 0;
    }
    // SAFETY: the caller's line.
    match unsafe { line_of(desc) } {
        Some(line) => int_to_c(f(line).map_err(|error| match error {
            Error::Unsupported { .. } => Errno::ENOTSUPP,
            Error::NotFound { .. } => Errno::ENODEV,
            error => error.into(),
        })),
        None => Errno::EINVAL.to_c(),
    }
}

pub(super) unsafe fn direction(desc: *mut gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.is_output().map(|output| c_int::from(!output))) }
}

pub(super) unsafe fn set_input(desc: *mut gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set_input().map(|()| 0)) }
}

pub(super) unsafe fn set_output(desc: *mut gpio_desc, value: c_int) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set_output(value != 0).map(|()| 0)) }
}

pub(super) unsafe fn set_output_raw(desc: *mut gpio_desc, value: c_int) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set_output_raw(value != 0).map(|()| 0)) }
}

pub(super) unsafe fn value(desc: *const gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.get().map(c_int::from)) }
}

pub(super) unsafe fn set_value(desc: *mut gpio_desc, value: c_int) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set(value != 0).map(|()| 0)) }
}

pub(super) unsafe fn raw_value(desc: *const gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.get_raw().map(c_int::from)) }
}

pub(super) unsafe fn set_raw_value(desc: *mut gpio_desc, value: c_int) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set_raw(value != 0).map(|()| 0)) }
}

pub(super) unsafe fn set_config(desc: *mut gpio_desc, packed: c_ulong) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set_config(packed).map(|()| 0)) }
}

pub(super) unsafe fn set_debounce(desc: *mut gpio_desc, debounce: c_uint) -> c_int {
    let packed = config::pack(config::INPUT_DEBOUNCE, debounce);
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.set_config(packed).map(|()| 0)) }
}

pub(super) unsafe fn toggle_active_low(desc: *mut gpio_desc) {
    // SAFETY: the caller's line.
    if let Some(line) = unsafe { line_of(desc) } {
        let low = LineFlags::ACTIVE_LOW;
        let set = if line.flags().contains(low) { LineFlags::empty() } else { low };
        line.change_flags(low, set);
    }
}

pub(super) unsafe fn is_active_low(desc: *const gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| Ok(l.flags().contains(LineFlags::ACTIVE_LOW).into())) }
}

pub(super) unsafe fn can_sleep(desc: *const gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| Ok(l.can_sleep().into())) }
}

pub(super) unsafe fn to_irq(desc: *const gpio_desc) -> c_int {
    if desc.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's line.
    unsafe { with(desc, |l| l.irq().map(|irq| irq as c_int)) }
}

pub(super) unsafe fn set_name(desc: *mut gpio_desc, name: *const c_char) -> c_int {
    // SAFETY: the caller's line and name.
    unsafe {
        let name = text(name);
        with(desc, |l| {
            l.set_consumer(name.as_deref());
            Ok(0)
        })
    }
}

pub(super) unsafe fn by_number(gpio: c_uint) -> *mut gpio_desc {
    kernel::gpio::by_number(gpio).map_or(ptr::null_mut(), |line| to_c_desc(&line))
}

pub(super) unsafe fn number(desc: *const gpio_desc) -> c_int {
    // SAFETY: the caller's line.
    let number = unsafe { line_of(desc) }.and_then(Line::number);
    int_to_c(number.map(|n| n as c_int).ok_or(Errno::EINVAL))
}

/// `list` is the property's whole name.
pub(super) unsafe fn named(np: *const device_node, list: *const c_char, index: c_int) -> c_int {
    // SAFETY: the caller's node and name.
    unsafe {
        let Some(list) = text(list) else { return Errno::EINVAL.to_c() };
        let name = list.strip_suffix("-gpios").or_else(|| list.strip_suffix("-gpio"));
        let host = Node::from_raw(np).and_then(Node::host_node).ok_or(Errno::ENODEV);
        let line = host.and_then(|n| Ok(of::find(&n, name, index.max(0) as usize)?.0));
        int_to_c(line.and_then(|l| l.number().map(|n| n as c_int).ok_or(Errno::ENODEV)))
    }
}

/// For groups of lines, and old names.
pub(super) mod many {
    use super::*;
    use alloc::boxed::Box;
    use alloc::vec::Vec;

    crate::exports! {
        family "gpio";
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_get_array(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs = get_array;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_get_array_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs = get_array_optional;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_put_array(descs: *mut gpio_descs) = put_array;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn devm_gpiod_get_array(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs = devm_get_array;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn devm_gpiod_get_array_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs = devm_get_array_optional;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn devm_gpiod_put_array(dev: *mut device, descs: *mut gpio_descs) = devm_put_array;
        [any, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_get_array_value(n: c_uint, descs: *mut *mut gpio_desc, info: *mut gpio_array, values: *mut c_ulong) -> c_int = get_values;
        [any, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_set_array_value(n: c_uint, descs: *mut *mut gpio_desc, info: *mut gpio_array, values: *mut c_ulong) -> c_int = set_values;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_get_array_value_cansleep(n: c_uint, descs: *mut *mut gpio_desc, info: *mut gpio_array, values: *mut c_ulong) -> c_int = get_values;
        [sleeps, supported, "gpio::tests::consumers_of_the_tree"]
        fn gpiod_set_array_value_cansleep(n: c_uint, descs: *mut *mut gpio_desc, info: *mut gpio_array, values: *mut c_ulong) -> c_int = set_values;
    }

    /// Words in front of the lines.
    const HEAD: usize = size_of::<gpio_descs>() / size_of::<usize>();

    pub(in crate::gpio) unsafe fn find_all(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> Result<*mut gpio_descs> {
        // SAFETY: the caller's device and name.
        unsafe {
            let n = Errno::check(count(dev, con_id))?;
            let mut lines: Vec<*mut gpio_desc> = Vec::new();
            for index in 0..n {
                match find(dev, con_id, index as c_uint, flags) {
                    Ok(desc) => lines.push(desc),
                    Err(error) => {
                        lines.into_iter().for_each(|d| put(d));
                        return Err(error);
                    }
                }
            }
            let words: Box<[usize]> =
                core::iter::repeat_n(0, HEAD).chain(lines.iter().map(|d| d.expose_provenance())).collect();
            let made = Box::into_raw(words).cast::<gpio_descs>();
            (*made).ndescs = n as c_uint;
            Ok(made)
        }
    }

    fn none_is_null(result: Result<*mut gpio_descs>) -> Result<*mut gpio_descs> {
        match result {
            Err(Errno::ENOENT) => Ok(ptr::null_mut()),
            result => result,
        }
    }

    pub(in crate::gpio) unsafe fn get_array(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs {
        // SAFETY: the caller's device and name.
        ptr_to_c(unsafe { find_all(dev, con_id, flags) })
    }

    pub(in crate::gpio) unsafe fn get_array_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs {
        // SAFETY: the caller's device and name.
        ptr_to_c(none_is_null(unsafe { find_all(dev, con_id, flags) }))
    }

    pub(in crate::gpio) unsafe fn put_array(descs: *mut gpio_descs) {
        if descs.is_null() {
            return;
        }
        // SAFETY: made by `find_all`, of the size that it says.
        unsafe {
            let n = (*descs).ndescs as usize;
            let lines = descs.cast::<usize>().add(HEAD);
            (0..n).for_each(|i| put(ptr::with_exposed_provenance_mut(*lines.add(i))));
            drop(Box::from_raw(ptr::slice_from_raw_parts_mut(descs.cast::<usize>(), HEAD + n)));
        }
    }

    pub(in crate::gpio) unsafe fn manage_all(dev: *mut device, descs: *mut gpio_descs) -> Result<*mut gpio_descs> {
        if descs.is_null() {
            return Ok(descs);
        }
        let address = descs.expose_provenance();
        // SAFETY: the caller's device; the group is the device's until then.
        unsafe {
            devres::add(dev, Key("gpios", address), move || put_array(ptr::with_exposed_provenance_mut(address)))?;
        }
        Ok(descs)
    }

    pub(in crate::gpio) unsafe fn devm_get_array(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs {
        // SAFETY: the caller's device and name.
        ptr_to_c(unsafe { find_all(dev, con_id, flags).and_then(|d| manage_all(dev, d)) })
    }

    pub(in crate::gpio) unsafe fn devm_get_array_optional(dev: *mut device, con_id: *const c_char, flags: gpiod_flags) -> *mut gpio_descs {
        // SAFETY: the caller's device and name.
        ptr_to_c(unsafe { none_is_null(find_all(dev, con_id, flags)).and_then(|d| manage_all(dev, d)) })
    }

    pub(in crate::gpio) unsafe fn devm_put_array(dev: *mut device, descs: *mut gpio_descs) {
        // SAFETY: the caller's device.
        if !unsafe { devres::release(dev, Key("gpios", descs.addr())) } {
            log::error!("devm_gpiod_put_array: the device does not have the lines");
        }
    }

    pub(in crate::gpio) unsafe fn get_values(n: c_uint, descs: *mut *mut gpio_desc, _: *mut gpio_array, bits: *mut c_ulong) -> c_int {
        for i in 0..n as usize {
            // SAFETY: the caller's arrays of that size.
            unsafe {
                let level = value(*descs.add(i));
                if level < 0 {
                    return level;
                }
                let word = bits.add(i / 64);
                *word = *word & !(1 << (i % 64)) | (level as c_ulong) << (i % 64);
            }
        }
        0
    }

    pub(in crate::gpio) unsafe fn set_values(n: c_uint, descs: *mut *mut gpio_desc, _: *mut gpio_array, bits: *mut c_ulong) -> c_int {
        for i in 0..n as usize {
            // SAFETY: the caller's arrays of that size.
            let result = unsafe { set_value(*descs.add(i), (*bits.add(i / 64) >> (i % 64) & 1) as c_int) };
            if result < 0 {
                return result;
            }
        }
        0
    }
}

/// By number, for old drivers.
pub(super) mod old {
    use super::*;

    crate::exports! {
        family "gpio";
        [sleeps, supported, "gpio::tests::lines_by_number"]
        fn gpio_request(gpio: c_uint, label: *const c_char) -> c_int = request_number;
        [sleeps, supported, "gpio::tests::lines_by_number"]
        fn gpio_request_one(gpio: c_uint, flags: c_ulong, label: *const c_char) -> c_int = request_one;
        [sleeps, supported, "gpio::tests::lines_by_number"]
        fn gpio_free(gpio: c_uint) = free_number;
        [sleeps, supported, "gpio::tests::lines_by_number"]
        fn devm_gpio_request(dev: *mut device, gpio: c_uint, label: *const c_char) -> c_int = devm_request;
        [sleeps, supported, "gpio::tests::lines_by_number"]
        fn devm_gpio_request_one(dev: *mut device, gpio: c_uint, flags: c_ulong, label: *const c_char) -> c_int = devm_request_one;
    }

    pub(in crate::gpio) unsafe fn take(gpio: c_uint, label: *const c_char, wish: (LineFlags, Init)) -> Result<*mut gpio_desc> {
        // SAFETY: the caller's label.
        let label = unsafe { text(label) }.unwrap_or_else(|| "?".into());
        // A number whose chip is not there may be one later.
        let line = kernel::gpio::by_number(gpio).ok_or(Errno::EPROBE_DEFER)?;
        line.request(&label, false)?;
        line.configure(wish.0, wish.1).inspect_err(|_| line.free())?;
        Ok(to_c_desc(&line))
    }

    /// GPIOF_IN, GPIOF_OUT_INIT_HIGH, GPIOF_ACTIVE_LOW. The first value is a level, not a logical one.
    fn wish(flags: c_ulong) -> (LineFlags, Init) {
        let low = flags & 4 != 0;
        let line = if low { LineFlags::ACTIVE_LOW } else { LineFlags::empty() };
        (line, if flags & 1 != 0 { Init::Input } else { Init::Output((flags & 2 != 0) != low) })
    }

    pub(in crate::gpio) unsafe fn request_number(gpio: c_uint, label: *const c_char) -> c_int {
        // SAFETY: the caller's label.
        to_c(unsafe { take(gpio, label, super::super::chip::NO_WISH) }.map(drop))
    }

    pub(in crate::gpio) unsafe fn request_one(gpio: c_uint, flags: c_ulong, label: *const c_char) -> c_int {
        // SAFETY: the caller's label.
        to_c(unsafe { take(gpio, label, wish(flags)) }.map(drop))
    }

    pub(in crate::gpio) unsafe fn free_number(gpio: c_uint) {
        if let Some(line) = kernel::gpio::by_number(gpio) {
            line.free();
        }
    }

    pub(in crate::gpio) unsafe fn devm_request(dev: *mut device, gpio: c_uint, label: *const c_char) -> c_int {
        // SAFETY: the caller's device and label.
        to_c(unsafe { take(gpio, label, super::super::chip::NO_WISH).and_then(|d| manage(dev, d)) }.map(drop))
    }

    pub(in crate::gpio) unsafe fn devm_request_one(dev: *mut device, gpio: c_uint, flags: c_ulong, label: *const c_char) -> c_int {
        // SAFETY: the caller's device and label.
        to_c(unsafe { take(gpio, label, wish(flags)).and_then(|d| manage(dev, d)) }.map(drop))
    }
}
