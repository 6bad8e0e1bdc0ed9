// SPDX-License-Identifier: GPL-2.0-only
//! Clocks through the functions that C drivers call, with providers of the tests' own written as C would.

use super::{bulk, clkdev, consumer, hw, managed, notify, of, provider};
use crate::bindings::{self, clk, clk_bulk_data, clk_hw, clk_init_data, clk_ops, clk_rate_request};
use crate::device::devres;
use crate::errno::Errno;
use crate::testing::{device_at, node, zeroed};
use core::ffi::{CStr, c_int, c_long, c_ulong, c_void};
use core::ptr;
use std::ffi::CString;

mod lookup;

/// A clock as a C driver has it.
#[repr(C)]
struct Chip {
    hw: clk_hw,
    /// A root's rate, or the divider from the parent's.
    setting: c_ulong,
    input: u8,
    on: bool,
    prepared: i32,
    phase: c_int,
}

/// The functions of a provider as C would write them: each has the chip around its clock.
macro_rules! callbacks {
    ($(fn $name:ident($chip:ident $(, $arg:ident: $type:ty)*) $(-> $ret:ty)? $body:block)*) => {$(
        unsafe extern "C" fn $name(hw: *mut clk_hw $(, $arg: $type)*) $(-> $ret)? {
            // SAFETY: these functions are only given to clocks that are the first field of a chip; chips are never
            // freed, and the framework's lock lets one function of the tests' providers run at a time.
            let $chip = unsafe { &mut *hw.cast::<Chip>() };
            $body
        }
    )*};
}

callbacks! {
    fn prepare(chip) -> c_int {
        chip.prepared += 1;
        0
    }
    fn unprepare(chip) {
        chip.prepared -= 1;
    }
    fn enable(chip) -> c_int {
        chip.on = true;
        0
    }
    fn disable(chip) {
        chip.on = false;
    }
    fn is_enabled(chip) -> c_int {
        chip.on.into()
    }
    fn root_rate(chip, _parent: c_ulong) -> c_ulong {
        chip.setting
    }
    fn root_set(chip, rate: c_ulong, _parent: c_ulong) -> c_int {
        chip.setting = rate;
        0
    }
    fn divided(chip, parent: c_ulong) -> c_ulong {
        parent / chip.setting
    }
    fn get_parent(chip) -> u8 {
        chip.input
    }
    fn set_parent(chip, index: u8) -> c_int {
        chip.input = index;
        0
    }
    fn get_phase(chip) -> c_int {
        chip.phase
    }
    fn set_phase(chip, degrees: c_int) -> c_int {
        chip.phase = degrees;
        0
    }
}

unsafe extern "C" fn root_round(_hw: *mut clk_hw, rate: c_ulong, _parent: *mut c_ulong) -> c_long {
    // In steps of 10; nothing below 10.
    if rate < 10 { Errno::EINVAL.to_c().into() } else { (rate / 10 * 10) as c_long }
}
unsafe extern "C" fn determine(h: *mut clk_hw, req: *mut clk_rate_request) -> c_int {
    // SAFETY: the framework calls it with a clock of a test and a request of its own.
    unsafe { hw::mux_determine(h, req) }
}
unsafe extern "C" fn accuracy(_hw: *mut clk_hw, parent: c_ulong) -> c_ulong {
    parent + 50
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Root(c_ulong),
    Divider(c_ulong),
    Mux,
}

fn ops(kind: Kind) -> &'static clk_ops {
    let mut ops: clk_ops = zeroed();
    ops.prepare = Some(prepare);
    ops.unprepare = Some(unprepare);
    ops.enable = Some(enable);
    ops.disable = Some(disable);
    ops.is_enabled = Some(is_enabled);
    match kind {
        Kind::Root(_) => {
            ops.recalc_rate = Some(root_rate);
            ops.round_rate = Some(root_round);
            ops.set_rate = Some(root_set);
            ops.recalc_accuracy = Some(accuracy);
        }
        Kind::Divider(_) => {
            ops.recalc_rate = Some(divided);
            ops.get_phase = Some(get_phase);
            ops.set_phase = Some(set_phase);
        }
        Kind::Mux => {
            ops.get_parent = Some(get_parent);
            ops.set_parent = Some(set_parent);
            ops.determine_rate = Some(determine);
        }
    }
    Box::leak(Box::new(ops))
}

/// A chip that is not registered.
fn new(kind: Kind) -> &'static mut Chip {
    let setting = match kind {
        Kind::Root(n) | Kind::Divider(n) => n,
        Kind::Mux => 0,
    };
    Box::leak(Box::new(Chip { hw: zeroed(), setting, input: 0, on: false, prepared: 0, phase: 0 }))
}

/// Gives it what it is to be registered with.
fn describe(chip: &mut Chip, name: &str, kind: Kind, parents: &[*mut clk_hw], flags: u32) {
    let name = CString::new(name).unwrap().into_raw();
    let hws: &'static mut [*const clk_hw] = parents.iter().map(|p| p.cast_const()).collect::<Vec<_>>().leak();
    let mut init: clk_init_data = zeroed();
    (init.name, init.ops, init.flags) = (name, ops(kind), flags.into());
    (init.parent_hws, init.num_parents) = (hws.as_mut_ptr(), parents.len() as u8);
    chip.hw.init = Box::leak(Box::new(init));
}

/// A registered clock.
fn make(name: &str, kind: Kind, parents: &[*mut clk_hw], flags: u32) -> &'static mut Chip {
    let chip = new(kind);
    describe(chip, name, kind, parents, flags);
    // SAFETY: the chip, its functions and its description are leaked: the framework may keep them.
    let error = unsafe { provider::register_hw(ptr::null_mut(), &raw mut chip.hw) };
    assert_eq!(error, 0, "{name}");
    chip
}

const SET_RATE_PARENT: u32 = 1 << 2;

#[test]
fn registration() {
    let root = make("reg.root", Kind::Root(100), &[], 0);
    let h = &raw mut root.hw;
    // SAFETY: chips and what describes them are leaked, so that the framework may keep them after each call; `clk` and
    // `user` are not used after they were given back.
    unsafe {
        assert!(root.hw.init.is_null() && !root.hw.clk.is_null());
        assert_eq!(CStr::from_ptr(hw::hw_get_name(h)), c"reg.root");
        let again = new(Kind::Root(1));
        describe(again, "reg.root", Kind::Root(1), &[], 0);
        assert_eq!(provider::register_hw(ptr::null_mut(), &raw mut again.hw), Errno::EEXIST.to_c());
        assert!(again.hw.core.is_null() && again.hw.clk.is_null());
        // Without functions; without data.
        let bare = new(Kind::Root(1));
        assert_eq!(provider::register_hw(ptr::null_mut(), &raw mut bare.hw), Errno::EINVAL.to_c());
        // By a parent that comes later.
        let (late, child) = (new(Kind::Root(80)), new(Kind::Divider(4)));
        describe(child, "reg.child", Kind::Divider(4), &[&raw mut late.hw], 0);
        let clk = provider::register_clk(ptr::null_mut(), &raw mut child.hw);
        assert_eq!(consumer::get_rate(clk), 0);
        describe(late, "reg.late", Kind::Root(80), &[], 0);
        assert_eq!(provider::of_register_hw(ptr::null_mut(), &raw mut late.hw), 0);
        assert_eq!(consumer::get_rate(clk), 20);
        let user = hw::hw_get_clk(&raw mut late.hw, c"x".as_ptr());
        provider::unregister_hw(&raw mut late.hw);
        assert!(late.hw.core.is_null());
        assert_eq!((consumer::get_rate(clk), consumer::prepare(user)), (0, Errno::ENODEV.to_c()));
        consumer::put(user);
        provider::unregister_clk(clk);
        assert!(child.hw.clk.is_null());
    }
}

#[test]
fn consumers() {
    let root = make("use.root", Kind::Root(100), &[], 0);
    let leaf = make("use.leaf", Kind::Divider(2), &[&raw mut root.hw], 0);
    // SAFETY: both clocks stay registered; `clk` is put last. Null and error pointers are what drivers may hand over.
    unsafe {
        let clk = hw::hw_get_clk(&raw mut leaf.hw, ptr::null());
        assert_eq!(consumer::enable(clk), Errno::ESHUTDOWN.to_c());
        assert_eq!((consumer::prepare(clk), consumer::enable(clk)), (0, 0));
        assert!(root.on && leaf.on && root.prepared == 1);
        assert_eq!(hw::get_enable_count(clk), 1);
        assert!(!consumer::is_enabled_when_prepared(clk));
        consumer::disable(clk);
        consumer::unprepare(clk);
        assert!(!root.on && !leaf.on && root.prepared == 0);
        consumer::put(clk);
        // A clock that is not there takes everything.
        let none = ptr::null_mut();
        assert_eq!((consumer::prepare(none), consumer::enable(none), consumer::set_rate(none, 5)), (0, 0, 0));
        consumer::disable(none);
        consumer::put(none);
        consumer::put(Errno::ENOENT.to_ptr());
        assert_eq!(consumer::prepare(Errno::ENOENT.to_ptr()), Errno::EINVAL.to_c());
    }
}

#[test]
fn consumer_rates() {
    let root = make("rate.root", Kind::Root(100), &[], 0);
    let leaf = make("rate.leaf", Kind::Divider(2), &[&raw mut root.hw], SET_RATE_PARENT);
    // SAFETY: both clocks stay registered; `a` and `b` are put last.
    unsafe {
        let (a, b) = (hw::hw_get_clk(&raw mut root.hw, c"a".as_ptr()), hw::hw_get_clk(&raw mut root.hw, c"b".as_ptr()));
        assert_eq!((consumer::round_rate(a, 219), consumer::round_rate(a, 5)), (210, Errno::EINVAL.to_c().into()));
        assert_eq!((consumer::set_rate(a, 219), consumer::get_rate(a), consumer::get_rate(leaf.hw.clk)), (0, 210, 105));
        assert_eq!(consumer::set_rate_exclusive(a, 300), 0);
        assert_eq!(consumer::set_rate(b, 400), Errno::EBUSY.to_c());
        assert_eq!((consumer::set_rate(a, 320), consumer::rate_exclusive_get(a)), (0, 0));
        consumer::rate_exclusive_put(a);
        consumer::rate_exclusive_put(a);
        assert_eq!((consumer::set_min_rate(b, 500), consumer::get_rate(a)), (0, 500));
        assert_eq!(consumer::set_max_rate(a, 400), Errno::EINVAL.to_c());
        assert_eq!((consumer::set_rate_range(b, 0, 250), consumer::get_rate(a)), (0, 250));
        consumer::put(b);
        consumer::put(a);
    }
}

#[test]
fn consumer_parents() {
    let (x, y) = (make("par.x", Kind::Root(100), &[], 0), make("par.y", Kind::Root(200), &[], 0));
    let mux = make("par.mux", Kind::Mux, &[&raw mut x.hw, &raw mut y.hw], 0);
    // SAFETY: the three clocks stay registered; `to` is put last.
    unsafe {
        let (m, to) = (mux.hw.clk, hw::hw_get_clk(&raw mut y.hw, ptr::null()));
        assert_eq!(consumer::get_parent(m), x.hw.clk);
        assert_eq!((consumer::set_parent(m, to), mux.input, consumer::get_rate(m)), (0, 1, 200));
        assert!(consumer::has_parent(m, x.hw.clk) && !consumer::has_parent(x.hw.clk, m));
        assert!(consumer::is_match(to, consumer::get_parent(m)) && !consumer::is_match(to, m));
        assert_eq!(consumer::set_parent(x.hw.clk, to), Errno::EINVAL.to_c());
        consumer::put(to);
    }
}

#[test]
fn phase_duty_accuracy() {
    let root = make("sh.root", Kind::Root(100), &[], 0);
    let leaf = make("sh.leaf", Kind::Divider(2), &[&raw mut root.hw], 0);
    // SAFETY: both clocks stay registered, and so the consumers in their `hw.clk` stay good.
    unsafe {
        let clk = leaf.hw.clk;
        assert_eq!((consumer::set_phase(clk, 450), leaf.phase, consumer::get_phase(clk)), (0, 90, 90));
        assert_eq!(consumer::set_phase(root.hw.clk, 1), Errno::EINVAL.to_c());
        assert_eq!(consumer::get_scaled_duty_cycle(clk, 1000), 500);
        assert_eq!(consumer::set_duty_cycle(clk, 1, 4), Errno::EINVAL.to_c());
        assert_eq!((consumer::get_accuracy(root.hw.clk), consumer::get_accuracy(clk)), (50, 50));
    }
}

#[test]
fn providers_ask() {
    let (x, y) = (make("ask.x", Kind::Root(100), &[], 0), make("ask.y", Kind::Root(200), &[], 0));
    let mux = make("ask.mux", Kind::Mux, &[&raw mut x.hw, &raw mut y.hw], SET_RATE_PARENT);
    let (hx, hy, hm) = (&raw mut x.hw, &raw mut y.hw, &raw mut mux.hw);
    // SAFETY: the three clocks stay registered, names are literals, and no callback runs while `x.on` is set here.
    unsafe {
        assert_eq!((hw::get_num_parents(hm), hw::get_parent(hm), hw::get_parent_index(hm)), (2, hx, 0));
        assert_eq!((hw::get_parent_by_index(hm, 1), hw::get_parent_by_index(hm, 2)), (hy, ptr::null_mut()));
        assert_eq!((hw::get_rate(hm), hw::get_flags(hm)), (100, SET_RATE_PARENT.into()));
        assert_eq!((hw::set_parent(hm, hy), hw::get_rate(hm), mux.input), (0, 200, 1));
        hw::reparent(hm, hx);
        assert_eq!((hw::get_parent(hm), hw::get_rate(hm)), (hx, 100));
        assert_eq!((hw::look_up(c"ask.y".as_ptr()), hw::look_up(c"ask.z".as_ptr())), (y.hw.clk, ptr::null_mut()));
        assert_eq!((hw::get_hw(x.hw.clk), CStr::from_ptr(hw::get_name(x.hw.clk))), (hx, c"ask.x"));
        assert!(!hw::is_prepared(hx) && !hw::is_enabled(hx) && !hw::rate_is_protected(hx));
        x.on = true;
        assert!(hw::clk_is_enabled(x.hw.clk), "the hardware is asked");
        hw::restore_gate(hx);
        assert!(!x.on, "no one has enabled it");
    }
}

#[test]
fn multiplexers() {
    let (x, y) = (make("mx.x", Kind::Root(100), &[], 0), make("mx.y", Kind::Root(300), &[], 0));
    let mux = make("mx.mux", Kind::Mux, &[&raw mut x.hw, &raw mut y.hw], 0);
    let fixed = make("mx.fixed", Kind::Mux, &[&raw mut x.hw, &raw mut y.hw], 1 << 7);
    // SAFETY: the four clocks stay registered; each request is a variable of this function, for the call only.
    unsafe {
        let ask = |hw: *mut clk_hw, rate, f: unsafe fn(*mut clk_hw, *mut clk_rate_request) -> c_int| {
            let mut req: clk_rate_request = zeroed();
            hw::init_request(hw, &raw mut req, rate);
            (f(hw, &raw mut req), req.rate, req.best_parent_hw)
        };
        let m = &raw mut mux.hw;
        assert_eq!(ask(m, 299, hw::mux_determine), (0, 100, &raw mut x.hw));
        assert_eq!(ask(m, 299, hw::mux_determine_closest), (0, 300, &raw mut y.hw));
        assert_eq!(ask(&raw mut fixed.hw, 300, hw::mux_determine).1, 100);
        assert_eq!(ask(m, 300, hw::determine_no_reparent).1, 100);
        let mut req: clk_rate_request = zeroed();
        hw::init_request(m, &raw mut req, 299);
        assert_eq!((hw::mux_determine_flags(m, &raw mut req, 1 << 4), req.rate), (0, 300));
        assert_eq!((consumer::set_rate(mux.hw.clk, 300), mux.input), (0, 1));
    }
}

#[test]
fn rate_requests() {
    let root = make("req.root", Kind::Root(100), &[], 0);
    let leaf = make("req.leaf", Kind::Divider(2), &[&raw mut root.hw], SET_RATE_PARENT);
    // SAFETY: both clocks stay registered; requests and limits are variables of this function, for the call only.
    unsafe {
        let (h, l) = (&raw mut root.hw, &raw mut leaf.hw);
        hw::set_rate_range(h, 50, 200);
        let (mut min, mut max) = (0, 0);
        hw::get_rate_range(h, &raw mut min, &raw mut max);
        assert_eq!((min, max, hw::round_rate(h, 999), hw::round_rate(l, 5)), (50, 200, 200, 50));
        let (mut req, mut above): (clk_rate_request, clk_rate_request) = (zeroed(), zeroed());
        hw::init_request(l, &raw mut req, 60);
        assert_eq!((req.best_parent_rate, req.best_parent_hw, req.core), (100, h, leaf.hw.core));
        req.max_rate = 150;
        hw::forward_request(l, &raw const req, h, &raw mut above, 120);
        assert_eq!((above.rate, above.min_rate, above.max_rate, above.core), (120, 50, 150, root.hw.core));
        assert_eq!((hw::determine(h, &raw mut above), above.rate), (0, 120));
        assert_eq!((hw::determine(ptr::null_mut(), &raw mut above), above.rate), (0, 0));
    }
}

#[test]
fn notifiers() {
    #[repr(C)]
    struct Ear {
        block: bindings::notifier_block,
        heard: Vec<(c_ulong, usize, c_ulong, c_ulong)>,
        answer: c_int,
    }
    unsafe extern "C" fn hear(nb: *mut bindings::notifier_block, event: c_ulong, data: *mut c_void) -> c_int {
        // SAFETY: called for the block in `Ear` below, which is its first field and leaked, and with the data that Linux
        // documents for clocks.
        unsafe {
            let (ear, data) = (&mut *nb.cast::<Ear>(), &*data.cast::<bindings::clk_notifier_data>());
            ear.heard.push((event, data.clk.addr(), data.old_rate, data.new_rate));
            if event == 1 { ear.answer } else { 0 }
        }
    }
    let root = make("not.root", Kind::Root(100), &[], 0);
    // SAFETY: the clock stays registered; the block is leaked, and only `hear` and this thread, in turn, use it.
    unsafe {
        let mut block: bindings::notifier_block = zeroed();
        block.notifier_call = Some(hear);
        let ear = Box::leak(Box::new(Ear { block, heard: Vec::new(), answer: 0 }));
        let (clk, nb) = (root.hw.clk, (&raw mut *ear).cast());
        assert_eq!(notify::register(clk, nb), 0);
        assert_eq!(notify::register(clk, nb), Errno::EEXIST.to_c());
        assert_eq!(notify::register(ptr::null_mut(), nb), Errno::EINVAL.to_c());
        consumer::set_rate(clk, 200);
        assert_eq!(ear.heard, [(1, clk.addr(), 100, 200), (2, clk.addr(), 100, 200)]);
        ear.answer = bindings::NOTIFY_BAD as c_int;
        assert_eq!(consumer::set_rate(clk, 300), Errno::EBUSY.to_c());
        assert_eq!((ear.heard.last().unwrap().0, root.setting), (4, 200));
        assert_eq!(notify::unregister(clk, nb), 0);
        assert_eq!(notify::unregister(clk, nb), Errno::ENOENT.to_c());
    }
}
