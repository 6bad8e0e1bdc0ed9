// SPDX-License-Identifier: GPL-2.0-only
//! Regulators through the functions that C drivers call, with providers of the tests' own.

use super::{bulk, consumer, managed, notify, provider, tree};
use crate::bindings::{self, device, regulator_bulk_data, regulator_config, regulator_desc, regulator_dev, regulator_ops};
use crate::device::devres;
use crate::errno::Errno;
use crate::testing::{device_at, node, zeroed};
use core::ffi::{CStr, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};

/// What the hardware holds: 1.8 V and 0.5 V more for each selector.
#[derive(Default)]
pub(crate) struct Chip {
    pub(crate) on: AtomicBool,
    selector: AtomicU32,
    limit: AtomicI32,
    mode: AtomicU32,
}

/// The functions of a regulator as C would write them: each has the hardware behind its regulator.
macro_rules! callbacks {
    ($(fn $name:ident($chip:ident $(, $arg:ident: $type:ty)*) -> $ret:ty $body:block)*) => {$(
        unsafe extern "C" fn $name(rdev: *mut regulator_dev $(, $arg: $type)*) -> $ret {
            // SAFETY: only regulators that `make` registered have these functions, with a chip as data that is never
            // freed and that all its users share.
            let $chip = unsafe { &*provider::get_drvdata(rdev).cast::<Chip>() };
            $body
        }
    )*};
}

callbacks! {
    fn enable(chip) -> c_int {
        chip.on.store(true, SeqCst);
        0
    }
    fn disable(chip) -> c_int {
        chip.on.store(false, SeqCst);
        0
    }
    fn is_enabled(chip) -> c_int {
        chip.on.load(SeqCst).into()
    }
    fn get_sel(chip) -> c_int {
        chip.selector.load(SeqCst) as c_int
    }
    fn set_sel(chip, selector: c_uint) -> c_int {
        chip.selector.store(selector, SeqCst);
        0
    }
    fn set_limit(chip, min: c_int, _max: c_int) -> c_int {
        chip.limit.store(min, SeqCst);
        0
    }
    fn get_limit(chip) -> c_int {
        chip.limit.load(SeqCst)
    }
    fn set_mode(chip, mode: c_uint) -> c_int {
        chip.mode.store(mode, SeqCst);
        0
    }
    fn get_mode(chip) -> c_uint {
        chip.mode.load(SeqCst)
    }
}

unsafe extern "C" fn list(_: *mut regulator_dev, s: c_uint) -> c_int {
    if s < 4 { 1_800_000 + 500_000 * s as c_int } else { Errno::EINVAL.to_c() }
}

pub(crate) struct Made {
    pub(crate) chip: &'static Chip,
    rdev: *mut regulator_dev,
    dev: *mut device,
}

/// A regulator that may do all; `path` is its node.
pub(crate) fn make(name: &'static CStr, path: Option<&str>, gpio: *mut i32) -> Made {
    let chip: &'static Chip = Box::leak(Box::default());
    let mut ops: regulator_ops = zeroed();
    ops.enable = Some(enable);
    ops.disable = Some(disable);
    ops.is_enabled = Some(is_enabled);
    ops.list_voltage = Some(list);
    ops.get_voltage_sel = Some(get_sel);
    ops.set_voltage_sel = Some(set_sel);
    ops.set_current_limit = Some(set_limit);
    ops.get_current_limit = Some(get_limit);
    ops.set_mode = Some(set_mode);
    ops.get_mode = Some(get_mode);
    let mut desc: regulator_desc = zeroed();
    (desc.name, desc.n_voltages, desc.id) = (name.as_ptr(), 4, 7);
    desc.ops = Box::leak(Box::new(ops));
    let desc: &'static regulator_desc = Box::leak(Box::new(desc));
    let dev = device_at("regulator", path);
    let mut init: bindings::regulator_init_data = zeroed();
    let c = &mut init.constraints;
    (c.min_uV, c.max_uV, c.max_uA) = (1_800_000, 3_300_000, 500);
    (c.valid_ops_mask, c.valid_modes_mask) = (0xf, 0xe);
    let mut config: regulator_config = zeroed();
    config.dev = dev;
    config.of_node = path.map_or(ptr::null_mut(), |path| node(path).as_raw());
    config.driver_data = ptr::from_ref(chip).cast_mut().cast();
    config.init_data = &raw const init;
    config.ena_gpiod = gpio.cast();
    // SAFETY: what the regulator keeps is never freed: description, functions, chip and device. The rest is copied.
    let rdev = unsafe { provider::register_c(dev, desc, &raw const config) };
    assert!(Errno::check_ptr(rdev).is_ok(), "{name:?}");
    Made { chip, rdev, dev }
}

pub(crate) fn get(name: &'static CStr) -> *mut bindings::regulator {
    // SAFETY: a literal; no device is what Linux allows, too.
    unsafe { consumer::get_c(ptr::null_mut(), name.as_ptr()) }
}

#[test]
fn registration() {
    let made = make(c"reg-a", None, ptr::null_mut());
    // SAFETY: `rdev` is used until it is unregistered; a consumer outlives its regulator, and is put once.
    unsafe {
        assert_eq!((provider::get_id(made.rdev), (*provider::get_dev(made.rdev)).parent), (7, made.dev));
        assert_eq!(CStr::from_ptr(provider::get_name(made.rdev)), c"reg-a");
        assert!(provider::get_regmap(made.rdev).is_null());
        assert_eq!(provider::mode_to_status(2), bindings::REGULATOR_STATUS_NORMAL as c_int);
        let user = get(c"reg-a");
        provider::unregister(made.rdev);
        assert_eq!(consumer::enable(user), Errno::ENODEV.to_c());
        consumer::put(user);
        assert_eq!(provider::register_c(made.dev, ptr::null(), ptr::null()), Errno::EINVAL.to_ptr());
    }
}

#[test]
fn switching() {
    let made = make(c"switch", None, ptr::null_mut());
    let line = Box::into_raw(Box::new(0));
    let by_line = make(c"by-line", None, line);
    // SAFETY: both regulators stay; each consumer is put last or not at all; the line is leaked, and read between calls.
    unsafe {
        let (a, b) = (get(c"switch"), get(c"switch"));
        assert_eq!((consumer::enable(a), consumer::enable(b), consumer::disable(a)), (0, 0, 0));
        assert_eq!((made.chip.on.load(SeqCst), consumer::is_enabled(a)), (true, 1));
        assert_eq!((consumer::disable(b), made.chip.on.load(SeqCst)), (0, false));
        assert_eq!(consumer::disable(b), Errno::EINVAL.to_c());
        assert_eq!((consumer::enable(a), consumer::force_disable(b), made.chip.on.load(SeqCst)), (0, 0, false));
        let l = get(c"by-line");
        assert_eq!((consumer::enable(l), *line, by_line.chip.on.load(SeqCst)), (0, 1, false));
        assert_eq!((consumer::disable(l), *line), (0, 0));
        [b, l].into_iter().for_each(|r| consumer::put(r));
    }
}

#[test]
fn voltages() {
    let made = make(c"volts", None, ptr::null_mut());
    // SAFETY: the regulator stays, and nobody but this test uses its constraints; `r` is put last.
    unsafe {
        let r = get(c"volts");
        assert_eq!((consumer::get_voltage(r), consumer::count_voltages(r)), (1_800_000, 4));
        assert_eq!((consumer::list_voltage(r, 1), consumer::list_voltage(r, 9)), (2_300_000, Errno::EINVAL.to_c()));
        assert_eq!(consumer::is_supported_voltage(r, 2_700_000, 2_900_000), 1);
        assert_eq!((consumer::set_voltage(r, 2_500_000, 5_000_000), made.chip.selector.load(SeqCst)), (0, 2));
        assert_eq!(consumer::set_voltage(r, 100, 200), Errno::EINVAL.to_c());
        assert_eq!(consumer::set_voltage(r, -1, 200), Errno::EINVAL.to_c());
        assert_eq!((consumer::sync_voltage(r), consumer::get_voltage(r)), (0, 2_800_000));
        assert_eq!(provider::set_voltage_time_sel(made.rdev, 0, 1), 0);
        (*(*made.rdev).constraints).ramp_delay = 1000;
        assert_eq!(provider::set_voltage_time_sel(made.rdev, 0, 1), 500);
        consumer::put(r);
    }
}

#[test]
fn currents_and_modes() {
    let made = make(c"amps", None, ptr::null_mut());
    // SAFETY: the regulator stays; `r` is put last.
    unsafe {
        let r = get(c"amps");
        assert_eq!((consumer::set_current_limit(r, 100, 900), consumer::get_current_limit(r)), (0, 100));
        assert_eq!(consumer::set_current_limit(r, 600, 900), Errno::EINVAL.to_c());
        assert_eq!((consumer::set_mode(r, 2), consumer::get_mode(r), consumer::set_mode(r, 1)), (0, 2, Errno::EINVAL.to_c()));
        assert_eq!((consumer::set_load(r, 5), consumer::allow_bypass(r, true)), (0, 0));
        let mut flags = 0;
        assert_eq!(consumer::get_error_flags(r, &raw mut flags), Errno::EOPNOTSUPP.to_c());
        assert_eq!(made.chip.mode.load(SeqCst), 2);
        consumer::put(r);
    }
}

#[test]
fn found_by_tree() {
    let dev = device_at("user", Some("/consumer"));
    // SAFETY: a device that is never freed and literals; `dummy` is put last.
    unsafe {
        assert_eq!(consumer::get_c(dev, c"vmmc".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        assert_eq!(consumer::get_optional_c(dev, c"vqmmc".as_ptr()), Errno::ENODEV.to_ptr());
        let dummy = consumer::get_c(dev, c"vqmmc".as_ptr());
        assert_eq!((consumer::enable(dummy), consumer::is_enabled(dummy)), (0, 1));
        assert_eq!(consumer::get_regmap(dummy), Errno::EOPNOTSUPP.to_ptr());
        consumer::disable(dummy);
        consumer::put(dummy);
    }
    // Its node's phandle is made by the tree's compiler, since others refer to it.
    let made = make(c"tree-vcc", Some("/vcc"), ptr::null_mut());
    // SAFETY: as above; `word` outlives `own`, which is put before its regulator goes.
    unsafe {
        let own = consumer::get_exclusive_c(dev, c"vmmc".as_ptr());
        assert_eq!(consumer::get_c(dev, c"vmmc".as_ptr()), Errno::EPERM.to_ptr());
        let mut word = 5;
        consumer::set_drvdata(own, (&raw mut word).cast());
        assert_eq!(consumer::get_drvdata(own).cast(), &raw mut word);
        consumer::put(own);
        provider::unregister(made.rdev);
    }
}

#[test]
fn constraints_of_the_tree() {
    let dev = device_at("reader", None);
    // SAFETY: nodes are never freed; what is managed for `dev` is read before it is given back, at the end.
    unsafe {
        let vcc = node("/vcc").as_raw();
        let data = tree::get_init_data(dev, vcc, ptr::null());
        let c = &(*data).constraints;
        assert_eq!((CStr::from_ptr(c.name), c.min_uV, c.max_uV), (c"vcc", 1_800_000, 3_300_000));
        assert_eq!((c.boot_on(), c.always_on(), c.apply_uV(), c.ramp_disable(), c.enable_time), (1, 0, 1, 1, 5));
        let allowed = bindings::REGULATOR_CHANGE_VOLTAGE
            | bindings::REGULATOR_CHANGE_STATUS
            | bindings::REGULATOR_CHANGE_BYPASS;
        assert_eq!(c.valid_ops_mask, allowed);
        assert!(tree::get_init_data(dev, ptr::null_mut(), ptr::null()).is_null());
        let mut matches: [bindings::of_regulator_match; 1] = [zeroed()];
        matches[0].name = c"vcc".as_ptr();
        let root = node("/").as_raw();
        assert_eq!(tree::match_all(dev, root, matches.as_mut_ptr(), 1), 1);
        assert_eq!((matches[0].of_node, matches[0].init_data.is_null()), (vcc, false));
        devres::release_all(dev);
    }
}

#[test]
fn notifiers() {
    #[repr(C)]
    struct Ear {
        block: bindings::notifier_block,
        heard: Vec<(c_ulong, usize)>,
    }
    unsafe extern "C" fn hear(nb: *mut bindings::notifier_block, event: c_ulong, data: *mut c_void) -> c_int {
        let value = match event as u32 {
            bindings::REGULATOR_EVENT_PRE_VOLTAGE_CHANGE => {
                let data: *const bindings::pre_voltage_change_data = data.cast();
                // SAFETY: that is what Linux documents as data of this event.
                unsafe { (*data).old_uV as usize }
            }
            _ => data.addr(),
        };
        // SAFETY: called for the block below, the first field of an `Ear`; the test does not look meanwhile.
        unsafe { (*nb.cast::<Ear>()).heard.push((event, value)) };
        0
    }
    let made = make(c"tells", None, ptr::null_mut());
    // SAFETY: the regulator stays, the ear is leaked, and `r` is put last.
    unsafe {
        let mut block: bindings::notifier_block = zeroed();
        block.notifier_call = Some(hear);
        let ear = Box::into_raw(Box::new(Ear { block, heard: Vec::new() }));
        let r = get(c"tells");
        assert_eq!(notify::register(r, ear.cast()), 0);
        consumer::enable(r);
        consumer::set_voltage(r, 2_300_000, 2_300_000);
        consumer::disable(r);
        notify::call_chain(made.rdev, 2, ptr::null_mut());
        let heard = [(0x1000, 0), (0x100, 1_800_000), (0x40, 2_300_000), (0x400, 0), (0x80, 0), (2, 0)];
        assert_eq!((*ear).heard, heard);
        assert_eq!((notify::unregister(r, ear.cast()), notify::unregister(r, ear.cast())), (0, Errno::ENOENT.to_c()));
        consumer::put(r);
    }
}

#[test]
fn bulk() {
    let (a, b) = (make(c"bulk-a", None, ptr::null_mut()), make(c"bulk-b", None, ptr::null_mut()));
    let dev = device_at("bulk", None);
    // SAFETY: both regulators stay; the arrays have two places, as the calls say; what is managed is given back here, while
    // they are still there.
    unsafe {
        let slot = |id: &'static CStr| {
            let mut slot: regulator_bulk_data = zeroed();
            slot.supply = id.as_ptr();
            slot
        };
        let mut two = [slot(c"bulk-a"), slot(c"bulk-b")];
        let all = two.as_mut_ptr();
        assert_eq!((bulk::bulk_get(dev, 2, all), bulk::enable(2, all)), (0, 0));
        assert!(a.chip.on.load(SeqCst) && b.chip.on.load(SeqCst));
        assert_eq!((bulk::disable(2, all), a.chip.on.load(SeqCst)), (0, false));
        bulk::enable(2, all);
        assert_eq!((bulk::force_disable(2, all), b.chip.on.load(SeqCst)), (0, false));
        bulk::free(2, all);
        assert_eq!(bulk::devm_bulk_get(dev, 2, all), 0);
        let ids = [c"bulk-a".as_ptr(), c"bulk-b".as_ptr()];
        assert_eq!((bulk::devm_bulk_get_enable(dev, 2, ids.as_ptr()), a.chip.on.load(SeqCst)), (0, true));
        devres::release_all(dev);
        assert!(!a.chip.on.load(SeqCst));
        assert_eq!(bulk::devm_bulk_get_exclusive(dev, 2, all), 0);
        devres::release_all(dev);
    }
}

#[test]
fn managed() {
    let made = make(c"managed", None, ptr::null_mut());
    let dev = device_at("manager", None);
    // SAFETY: the regulator and the device stay; names are literals.
    unsafe {
        let id = c"managed".as_ptr();
        assert_eq!((managed::get_enable(dev, id), made.chip.on.load(SeqCst)), (0, true));
        assert!(Errno::check_ptr(managed::get_c(dev, id)).is_ok());
        assert_eq!(managed::get_enable_optional(dev, c"lacks".as_ptr()), Errno::ENODEV.to_c());
        assert_eq!(managed::get_enable_read_voltage(dev, id), 1_800_000);
        devres::release_all(dev);
        assert!(!made.chip.on.load(SeqCst));
    }
}
