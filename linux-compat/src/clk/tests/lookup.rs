// SPDX-License-Identifier: GPL-2.0-only
//! How consumers find their clocks: by the tree, by name, many at once, and for as long as a driver is bound.

use super::*;

/// The provider of `/ccu`: two clocks of two names. One test has it at a time.
fn with_ccu(f: impl FnOnce(*mut Chip, *mut Chip)) {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(|e| e.into_inner());
    #[repr(C)]
    struct Data {
        num: u32,
        hws: [*mut clk_hw; 2],
    }
    unsafe extern "C" fn get(spec: *mut bindings::of_phandle_args, data: *mut c_void) -> *mut clk_hw {
        // SAFETY: called with a specifier and the provider's data, which starts as `clk_hw_onecell_data` does.
        unsafe { of::hw_onecell_get(spec, data) }
    }
    let (a, b) = (make("ccu.a", Kind::Root(100), &[], 0), make("ccu.b", Kind::Root(200), &[], 0));
    let data = Box::leak(Box::new(Data { num: 2, hws: [&raw mut a.hw, &raw mut b.hw] }));
    let ccu = node("/ccu").as_raw();
    let (ha, hb) = (&raw mut a.hw, &raw mut b.hw);
    // SAFETY: chips, data and node are never freed, and the clocks are registered until after the test's part.
    unsafe {
        assert_eq!(of::add_hw_provider(ccu, Some(get), (&raw mut *data).cast()), 0);
        f(a, b);
        of::del_provider(ccu);
        provider::unregister_hw(ha);
        provider::unregister_hw(hb);
    }
}

#[test]
fn lookup_by_tree() {
    let dev = device_at("lookup", Some("/consumer"));
    // SAFETY: the clocks of `/ccu` are registered while this runs; what is taken is put once, at the end.
    with_ccu(|a, b| unsafe {
        let np = node("/consumer").as_raw();
        let bus = consumer::get(dev, c"bus".as_ptr());
        assert!(consumer::is_match(bus, (*a).hw.clk));
        let first = consumer::get(dev, ptr::null());
        assert!(consumer::is_match(first, bus));
        let second = of::get(np, 1);
        assert!(consumer::is_match(second, (*b).hw.clk));
        let by_name = of::get_by_name_c(np, c"mod".as_ptr());
        assert!(consumer::is_match(by_name, second));
        assert_eq!(of::get_by_name_c(np, c"nothing".as_ptr()), Errno::EINVAL.to_ptr());
        assert_eq!(consumer::get(dev, c"nothing".as_ptr()), Errno::ENOENT.to_ptr());
        assert_eq!(consumer::get(dev, c"osc".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        assert_eq!(of::get(np, 3), Errno::ENOENT.to_ptr());
        let mut spec: bindings::of_phandle_args = zeroed();
        (spec.np, spec.args_count) = (node("/ccu").as_raw(), 1);
        spec.args[0] = 9;
        assert_eq!(of::get_from_provider(&raw mut spec), Errno::EINVAL.to_ptr());
        [bus, first, second, by_name].into_iter().for_each(|c| consumer::put(c));
    });
    // SAFETY: a device that is never freed, and a literal.
    let gone = unsafe { consumer::get(dev, c"bus".as_ptr()) };
    assert_eq!(gone, Errno::EPROBE_DEFER.to_ptr());
}

#[test]
fn lookup_by_name() {
    let x = make("dev.x", Kind::Root(100), &[], 0);
    let y = make("dev.y", Kind::Root(200), &[], 0);
    let dev = device_at("by-name", None);
    // SAFETY: the clocks stay registered, names are literals, and `lookup` is taken out before it goes.
    unsafe {
        let (hx, hy) = (&raw mut x.hw, &raw mut y.hw);
        assert_eq!(consumer::get(dev, c"con".as_ptr()), Errno::ENOENT.to_ptr());
        assert_eq!(clkdev::register_hw(hx, c"by-name-con".as_ptr(), ptr::null()), 0);
        assert_eq!(clkdev::register_clk(y.hw.clk, ptr::null(), c"by-name".as_ptr()), 0);
        assert_eq!(clkdev::register_hw(Errno::ENOMEM.to_ptr(), ptr::null(), ptr::null()), Errno::ENOMEM.to_c());
        let get = |id: &'static CStr| hw::get_hw(consumer::get(dev, id.as_ptr()));
        assert_eq!(get(c"by-name-con"), hy, "the device counts more than the connection");
        assert_eq!(hw::get_hw(clkdev::get_sys(c"other".as_ptr(), c"by-name-con".as_ptr())), hx);
        let mut lookup: bindings::clk_lookup = zeroed();
        (lookup.dev_id, lookup.con_id, lookup.clk_hw) = (c"by-name".as_ptr(), c"con".as_ptr(), hx);
        clkdev::add(&raw mut lookup);
        assert_eq!(get(c"con"), hx);
        assert_eq!(clkdev::add_alias(c"alias".as_ptr(), c"by-alias".as_ptr(), c"con".as_ptr(), dev), 0);
        assert_eq!(hw::get_hw(clkdev::get_sys(c"by-alias".as_ptr(), c"alias".as_ptr())), hx);
        clkdev::drop_lookup(&raw mut lookup);
        assert_eq!(get(c"con"), hy);
    }
}

#[test]
fn lookups_are_made_and_dropped() {
    let x = make("made.x", Kind::Root(100), &[], 0);
    let dev = device_at("made-for", None);
    // SAFETY: the clock stays registered, names are literals, and what is made is dropped once.
    unsafe {
        let hx = &raw mut x.hw;
        let con = c"made-con".as_ptr();
        assert!(clkdev::create(ptr::null_mut(), Errno::ENOMEM.to_ptr(), con, ptr::null()).is_null());
        let made = clkdev::create(ptr::null_mut(), hx, con, c"made-for".as_ptr());
        assert!(!made.is_null());
        assert_eq!(hw::get_hw(consumer::get(dev, con)), hx);
        assert_eq!(clkdev::get_sys(c"made-for-another".as_ptr(), con), Errno::ENOENT.to_ptr());
        clkdev::drop_lookup(made);
        assert_eq!(consumer::get(dev, con), Errno::ENOENT.to_ptr());
        let of_clk = clkdev::create(x.hw.clk, ptr::null_mut(), con, ptr::null());
        assert_eq!(hw::get_hw(clkdev::get_sys(c"anybody".as_ptr(), con)), hx);
        clkdev::drop_lookup(of_clk);
    }
}

#[test]
fn tree_properties() {
    let ccu = node("/ccu").as_raw();
    // SAFETY: nodes are never freed; names and flags are variables of this function, long enough for what is asked.
    unsafe {
        assert_eq!((of::get_parent_count(ccu), of::get_parent_count(node("/osc").as_raw())), (2, 0));
        let name = |np, i| {
            let name = of::get_parent_name(np, i);
            (!name.is_null()).then(|| CStr::from_ptr(name))
        };
        assert_eq!((name(ccu, 0), name(ccu, 1)), (Some(c"osc24M"), None));
        let mut names = [ptr::null(); 3];
        assert_eq!(of::parent_fill(ccu, names.as_mut_ptr(), 3), 1);
        let mut flags = 0;
        assert_eq!((of::detect_critical(ccu, 1, &raw mut flags), flags), (0, 0));
        assert_eq!((of::detect_critical(ccu, 2, &raw mut flags), flags), (0, 1 << 11));
        // assigned-clock-rates of a node, by a provider that was not there before.
        let assigned = node("/assigned").as_raw();
        assert_eq!(of::set_defaults_c(assigned, false), Errno::EPROBE_DEFER.to_c());
        let root = make("assigned", Kind::Root(100), &[], 0);
        unsafe extern "C" fn simple(spec: *mut bindings::of_phandle_args, data: *mut c_void) -> *mut clk_hw {
            // SAFETY: called with a specifier and with the clock that was registered as data.
            unsafe { of::hw_simple_get(spec, data) }
        }
        let ccu2 = node("/ccu2").as_raw();
        assert_eq!(of::add_hw_provider(ccu2, Some(simple), (&raw mut root.hw).cast()), 0);
        assert_eq!((of::set_defaults_c(assigned, false), root.setting), (0, 4800));
        of::del_provider(ccu2);
    }
}

#[test]
fn early_providers() {
    static ORDER: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
    unsafe extern "C" fn simple(spec: *mut bindings::of_phandle_args, data: *mut c_void) -> *mut clk_hw {
        // SAFETY: called with a specifier and with the clock that was registered as data.
        unsafe { of::hw_simple_get(spec, data) }
    }
    unsafe extern "C" fn setup(np: *mut bindings::device_node) {
        // SAFETY: called with a node of the tree, which is never freed, as the clock that it registers is not.
        unsafe {
            let name = crate::of::Node::from_raw(np).unwrap().name().to_string_lossy().into_owned();
            let root = make(&format!("clk-{name}"), Kind::Root(1), &[], 0);
            of::add_hw_provider(np, Some(simple), (&raw mut root.hw).cast());
            ORDER.lock().unwrap().push(name);
        }
    }
    node("/early");
    let mut entry: bindings::of_device_id = zeroed();
    entry.compatible.iter_mut().zip(c"test,early".to_bytes()).for_each(|(slot, b)| *slot = *b as _);
    entry.data = setup as *const c_void;
    // SAFETY: the entry's data is a function of the kind that entries of `CLK_OF_DECLARE` have.
    unsafe { crate::clk::init(&[entry]) };
    assert_eq!(*ORDER.lock().unwrap(), ["early2", "early"], "who is needed comes first");
    // SAFETY: a node of the tests' tree, whose flags nobody changes now.
    let flags = unsafe { (*node("/early").as_raw())._flags };
    assert!(flags & 1 << bindings::OF_POPULATED != 0, "a driver would set it up once more");
}

#[test]
fn bulk() {
    let dev = device_at("bulk", Some("/consumer"));
    // SAFETY: the clocks of `/ccu` are registered while this runs; the arrays have as many places as the calls say, and
    // `devm_get` writes to its array for the last time in `release_all`, here.
    with_ccu(|a, b| unsafe {
        let mut clks = [c"bus", c"mod"].map(|id| clk_bulk_data { id: id.as_ptr(), clk: ptr::null_mut() });
        let all = clks.as_mut_ptr();
        assert_eq!(bulk::get(dev, 2, all), 0);
        assert_eq!((bulk::prepare(2, all), bulk::enable(2, all)), (0, 0));
        assert!((*a).on && (*b).on);
        bulk::disable(2, all);
        bulk::unprepare(2, all);
        assert!(!(*a).on && !(*b).on && (*b).prepared == 0);
        bulk::put(2, all);
        assert!(clks[0].clk.is_null());
        let mut wrong = [c"bus", c"lacks"].map(|id| clk_bulk_data { id: id.as_ptr(), clk: ptr::null_mut() });
        assert_eq!(bulk::get(dev, 2, wrong.as_mut_ptr()), Errno::ENOENT.to_c());
        assert!(wrong[0].clk.is_null());
        assert_eq!(bulk::get_optional(dev, 2, wrong.as_mut_ptr()), 0);
        assert!(!wrong[0].clk.is_null() && wrong[1].clk.is_null());
        bulk::put(2, wrong.as_mut_ptr());
        // The third of the node is not there yet.
        let mut array = ptr::null_mut();
        assert_eq!(bulk::get_all(dev, &raw mut array), Errno::EPROBE_DEFER.to_c());
        assert_eq!(bulk::devm_get(dev, 2, all), 0);
        assert!(!clks[1].clk.is_null());
        devres::release_all(dev);
        assert!(clks[1].clk.is_null());
    });
}

#[test]
fn managed() {
    let dev = device_at("managed", Some("/consumer"));
    // SAFETY: the clocks of `/ccu` are registered while this runs, and `own` is leaked; `dev` gives all back within.
    with_ccu(|a, _| unsafe {
        let clk = managed::get_enabled(dev, c"bus".as_ptr());
        assert!((*a).on && (*a).prepared == 1 && Errno::check_ptr(clk).is_ok());
        let none: *mut clk = managed::get_optional(dev, c"lacks".as_ptr());
        assert!(none.is_null());
        let rated = managed::get_optional_enabled_with_rate(dev, c"bus".as_ptr(), 450);
        assert_eq!((consumer::get_rate(rated), (*a).setting), (450, 450));
        managed::put(dev, rated);
        assert!((*a).on, "the other one still wants it");
        assert_eq!(managed::rate_exclusive_get(dev, clk), 0);
        assert!(hw::rate_is_protected(&raw mut (*a).hw));
        let own = new(Kind::Root(5));
        describe(own, "managed.own", Kind::Root(5), &[], 0);
        assert_eq!(provider::devm_register_hw(dev, &raw mut own.hw), 0);
        assert_eq!(clkdev::devm_register_hw(dev, &raw mut own.hw, c"managed-con".as_ptr(), ptr::null()), 0);
        assert!(!clkdev::get_sys(ptr::null(), c"managed-con".as_ptr()).is_null());
        devres::release_all(dev);
        assert!(!(*a).on && (*a).prepared == 0 && !hw::rate_is_protected(&raw mut (*a).hw));
        assert!(own.hw.core.is_null());
        assert_eq!(clkdev::get_sys(ptr::null(), c"managed-con".as_ptr()), Errno::ENOENT.to_ptr());
    });
}
