// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts through the functions that C drivers call, with chips, domains and handlers as C has them.

use super::{control, domain, flow, line, of, parent, request, syscore, xlate};
use crate::bindings::{self, irq_chip, irq_data, irq_desc, irq_domain, irq_domain_ops, irq_fwspec};
use crate::errno::Errno;
use crate::testing::{node, tree};
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::irq::virq::{self, Data, Domain, DomainOps, Sense, Spec, Virq};
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// What happened, in order.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn note(what: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(what.into()));
}

pub(crate) fn happened() -> String {
    LOG.take().join(" ")
}

macro_rules! noting {
    ($($name:ident: $text:literal,)*) => {
        $(unsafe extern "C" fn $name(d: *mut irq_data) {
            // SAFETY: called for a line of the tests.
            note(format!("{}{}", $text, unsafe { (*d).hwirq }));
        })*
    };
}
noting! { mask: "mask", unmask: "unmask", ack: "ack", eoi: "eoi", }

unsafe extern "C" fn set_type(_: *mut irq_data, kind: c_uint) -> c_int {
    note(format!("type{kind}"));
    if kind == 8 { Errno::EINVAL.to_c() } else { 0 }
}

unsafe extern "C" fn set_wake(_: *mut irq_data, on: c_uint) -> c_int {
    note(format!("wake{on}"));
    0
}

unsafe extern "C" fn get_state(_: *mut irq_data, _: c_uint, state: *mut bool) -> c_int {
    // SAFETY: the caller's place.
    unsafe { *state = true };
    0
}

unsafe extern "C" fn set_affinity(_: *mut irq_data, cpus: *const bindings::cpumask, _: bool) -> c_int {
    // SAFETY: the caller's set.
    note(format!("cpus{:x}", unsafe { (*cpus).bits[0] }));
    0
}

fn chip() -> *const irq_chip {
    Box::leak(Box::new(irq_chip {
        name: c"test-chip".as_ptr(),
        irq_mask: Some(mask),
        irq_unmask: Some(unmask),
        irq_ack: Some(ack),
        irq_eoi: Some(eoi),
        irq_set_type: Some(set_type),
        irq_set_wake: Some(set_wake),
        irq_get_irqchip_state: Some(get_state),
        irq_set_affinity: Some(set_affinity),
        ..line::EMPTY_CHIP
    }))
}

fn ops(f: impl FnOnce(&mut irq_domain_ops)) -> *const irq_domain_ops {
    // SAFETY: all fields may be zero.
    let mut ops: irq_domain_ops = unsafe { core::mem::zeroed() };
    f(&mut ops);
    Box::leak(Box::new(ops))
}

type Handler = Option<unsafe extern "C" fn(*mut irq_desc)>;

/// A domain of eight lines without a node, and its first `count` lines with a chip and a flow handler.
fn lines(count: u32, handler: Handler) -> (*mut irq_domain, Vec<Virq>) {
    // SAFETY: the tests' own domain and chip.
    unsafe {
        let mut info: bindings::irq_domain_info = core::mem::zeroed();
        (info.size, info.hwirq_max, info.ops) = (8, 8, ops(|_| ()));
        let domain = domain::make(&info).unwrap();
        let chip = chip();
        let made = (0..count).map(|hwirq| {
            let virq = domain::create_mapping(domain, hwirq.into(), ptr::null());
            control::set_chip_and_handler(virq, chip, handler, ptr::null());
            virq
        });
        (domain, made.collect())
    }
}

unsafe extern "C" fn handled(irq: c_int, dev: *mut c_void) -> bindings::irqreturn_t {
    note(format!("handler{}:{}", irq > 0, dev.addr()));
    bindings::IRQ_HANDLED
}

fn ask(virq: Virq, flags: c_ulong, dev: usize) -> c_int {
    // SAFETY: the tests' handler and name.
    unsafe {
        request::threaded(virq, Some(handled), None, flags, c"dev".as_ptr(), ptr::without_provenance_mut(dev))
    }
}

fn free(virq: Virq, dev: usize) -> *const c_void {
    // SAFETY: the tests' line.
    unsafe { request::free(virq, ptr::without_provenance_mut(dev)) }
}

#[test]
fn flows_of_c() {
    let expected: [(Handler, &str); 4] = [
        (Some(flow::level), "mask0 ack0 handlertrue:5 unmask0"),
        (Some(flow::edge), "ack0 handlertrue:5"),
        (Some(flow::fasteoi), "handlertrue:5 eoi0"),
        (Some(flow::simple), "handlertrue:5"),
    ];
    for (handler, what) in expected {
        let (domain, made) = lines(1, handler);
        assert_eq!(ask(made[0], 0, 5), 0);
        happened();
        // SAFETY: the tests' domain.
        unsafe {
            assert_eq!(flow::in_domain(domain, 0), 0);
            assert_eq!(happened(), what);
            assert_eq!(flow::in_domain(domain, 3), Errno::EINVAL.to_c());
            let mut irq = 0;
            let desc = domain::resolve(domain, 0, &mut irq);
            assert_eq!((irq, flow::handle_desc(desc)), (made[0], 0));
            assert!(!(*desc).action.is_null());
            free(made[0], 5);
            assert!((*desc).action.is_null());
            domain::dispose(made[0]);
            assert!(domain::resolve(domain, 0, &mut irq).is_null());
            domain::remove(domain);
        }
        happened();
    }
    assert_eq!(flow::name(Some(flow::fasteoi)), "fasteoi");
}

#[test]
fn handlers_of_c() {
    let (_, made) = lines(2, Some(flow::level));
    assert_eq!(ask(made[0], 0x84, 1), 0);
    assert_eq!(happened(), "type4 unmask0");
    assert_eq!(ask(made[0], 0, 2), Errno::EBUSY.to_c());
    assert_eq!(ask(made[0], 0x84, 2), 0);
    assert_eq!(ask(made[1], 8, 2), Errno::EINVAL.to_c());
    assert_eq!(ask(4000, 0, 2), Errno::EINVAL.to_c());
    assert_eq!(ask(bindings::IRQ_NOTCONNECTED, 0, 2), Errno::ENOTCONN.to_c());
    happened();
    // SAFETY: the tests' line.
    unsafe {
        assert_eq!(flow::generic(made[0]), 0);
        assert_eq!(happened(), "mask0 ack0 handlertrue:1 handlertrue:2 unmask0");
        assert!(request::has_action(made[0]) && !request::has_action(made[1]));
    }
    assert_eq!(free(made[0], 2), c"dev".as_ptr().cast());
    assert_eq!(free(made[0], 2), ptr::null());
    free(made[0], 1);
}

#[test]
fn closings_nest() {
    let (_, made) = lines(1, Some(flow::edge));
    assert_eq!(ask(made[0], 0, 1), 0);
    happened();
    // SAFETY: the tests' line.
    unsafe {
        control::disable(made[0]);
        control::disable_nosync(made[0]);
        flow::generic(made[0]);
        assert_eq!(happened(), "mask0 ack0", "not handled while closed");
        control::enable(made[0]);
        assert_eq!(happened(), "");
        control::enable(made[0]);
        assert!(happened().starts_with("unmask0"));
        control::enable(made[0]);
        assert!(control::disable_hard(made[0]) && control::synchronize_hard(made[0]));
        assert_eq!(control::inject(made[0]), Errno::EINVAL.to_c());
        control::synchronize(made[0]);
    }
    free(made[0], 1);
}

#[test]
fn triggers_wake_affinity_and_states() {
    let (_, made) = lines(1, Some(flow::level));
    // SAFETY: the tests' line and sets.
    unsafe {
        assert_eq!(control::set_type(made[0], 2), 0);
        assert_eq!(control::set_type(made[0], 8), Errno::EINVAL.to_c());
        let d = control::get_data(made[0]);
        assert_eq!((*(*d).common).state_use_accessors & 0xf, 2);
        assert_eq!(control::set_wake(made[0], 1), 0);
        assert_eq!(control::set_wake(made[0], 1), 0);
        assert_eq!(control::set_wake(made[0], 0), 0);
        assert_eq!(control::set_wake(made[0], 0), 0);
        assert!(control::set_wake(made[0], 0) < 0);
        assert_eq!(happened(), "type2 type8 wake1 wake0");
        let mut mask = control::c_cpus(kernel::sched::CpuMask(2));
        assert_eq!(control::set_affinity(made[0], &mask), 0);
        assert_eq!(control::can_set_affinity(made[0]), 1);
        mask.bits[0] = 0;
        assert!(control::set_affinity(made[0], &mask) < 0);
        let mut state = false;
        assert_eq!(control::get_state(made[0], bindings::IRQCHIP_STATE_PENDING, &mut state), 0);
        assert!(state);
        assert!(control::set_state(made[0], bindings::IRQCHIP_STATE_PENDING, true) < 0);
    }
}

#[test]
fn chips_data_and_numbers() {
    // SAFETY: the tests' lines.
    unsafe {
        let first = control::alloc(-1, 100, 3, 0, ptr::null_mut(), ptr::null());
        assert!(first >= 100);
        let again = control::alloc(first, 0, 1, 0, ptr::null_mut(), ptr::null());
        assert_eq!(again, Errno::EEXIST.to_c());
        let irq = first as c_uint;
        assert_eq!(control::next(irq + 1), irq + 1);
        control::set_chip_data(irq, ptr::without_provenance_mut(7));
        control::set_handler_data(irq, ptr::without_provenance_mut(8));
        let desc = control::to_desc(irq);
        assert_eq!(((*desc).irq_data.chip_data.addr(), (*desc).irq_common_data.handler_data.addr()), (7, 8));
        assert_eq!((*desc).irq_data.irq, irq);
        control::modify(irq, 0, c_ulong::from(bindings::IRQ_NOREQUEST));
        assert!(control::check_status(irq, bindings::IRQ_NOREQUEST));
        assert_eq!(ask(irq, 0, 1), Errno::EINVAL.to_c());
        control::free(irq, 3);
        assert!(control::to_desc(irq).is_null());
        assert_eq!(control::set_chip(irq, chip()), Errno::EINVAL.to_c());
    }
}

unsafe extern "C" fn cascade(desc: *mut irq_desc) {
    // SAFETY: the domain is the handler's data.
    unsafe {
        let data = (*desc).irq_common_data.handler_data;
        note("cascade");
        flow::in_domain(data.cast(), 1);
        let eoi = (*(*desc).irq_data.chip).irq_eoi.unwrap();
        eoi(&raw mut (*desc).irq_data);
    }
}

#[test]
fn chained_lines_of_c() {
    let (domain, made) = lines(2, Some(flow::level));
    assert_eq!(ask(made[1], 0, 9), 0);
    happened();
    // SAFETY: the tests' lines.
    unsafe {
        control::set_chained(made[0], Some(cascade), domain.cast());
        flow::generic(made[0]);
        assert_eq!(happened(), "unmask0 cascade mask1 ack1 handlertrue:9 unmask1 eoi0");
        assert!(ask(made[0], 0, 1) < 0, "it leads to others");
        let report = virq::list().into_iter().find(|r| r.virq == made[0]).unwrap();
        assert!(report.chained && report.count == 1 && report.chip == "test-chip" && report.flow == "driver's own");
        control::set_handler(made[0], None, 0, ptr::null());
    }
    assert_eq!(ask(made[0], 0, 1), 0);
    free(made[0], 1);
    free(made[1], 9);
}

/// A root controller in Rust, like the GIC: three cells.
struct Root;

impl DomainOps for Root {
    fn translate(&self, _: &Domain, spec: &Spec) -> kernel::error::Result<(u64, Sense)> {
        Ok((u64::from(spec.cells()[1]) + 32, Sense::from_bits_truncate(spec.cells()[2])))
    }
    fn alloc(&self, domain: &Arc<Domain>, virq: Virq, _: u32, spec: &Spec) -> kernel::error::Result<()> {
        let line = virq::desc::require(virq)?;
        let index = line.data_in(domain).unwrap().index;
        line.set_level(index, self.translate(domain, spec)?.0, Arc::new(Noting));
        line.set_flow(virq::Flow::FastEoi);
        Ok(())
    }
}

struct Noting;

impl virq::Chip for Noting {
    fn name(&self) -> &str {
        "root"
    }
    fn mask(&self, d: &Data<'_>) {
        note(format!("root-mask{}", d.hwirq()));
    }
    fn unmask(&self, d: &Data<'_>) {
        note(format!("root-unmask{}", d.hwirq()));
    }
    fn eoi(&self, d: &Data<'_>) {
        note(format!("root-eoi{}", d.hwirq()));
    }
    fn set_type(&self, d: &Data<'_>, sense: Sense) -> kernel::error::Result<bool> {
        note(format!("root-type{}-{}", d.hwirq(), sense.bits()));
        Ok(true)
    }
}

unsafe extern "C" fn to_parent_mask(d: *mut irq_data) {
    // SAFETY: called for a line of the tests.
    unsafe { parent::mask(d) }
}

unsafe extern "C" fn to_parent_unmask(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { parent::unmask(d) }
}

unsafe extern "C" fn to_parent_eoi(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { parent::eoi(d) }
}

unsafe extern "C" fn to_parent_type(d: *mut irq_data, _: c_uint) -> c_int {
    // SAFETY: as above.
    unsafe { parent::set_type(d, bindings::IRQ_TYPE_LEVEL_HIGH) }
}

unsafe extern "C" fn alloc(d: *mut irq_domain, virq: c_uint, count: c_uint, arg: *mut c_void) -> c_int {
    // SAFETY: called for the tests' domain with a specifier.
    unsafe {
        let fwspec: *mut irq_fwspec = arg.cast();
        let hwirq = (*fwspec).param[0];
        let mut up: irq_fwspec = core::mem::zeroed();
        up.fwnode = (*(*d).parent).fwnode;
        up.param_count = 3;
        (up.param[1], up.param[2]) = (hwirq, 4);
        let result = domain::alloc_parent(d, virq, count, (&raw mut up).cast());
        if result < 0 {
            return result;
        }
        let chip = Box::leak(Box::new(irq_chip {
            name: c"child".as_ptr(),
            irq_mask: Some(to_parent_mask),
            irq_unmask: Some(to_parent_unmask),
            irq_eoi: Some(to_parent_eoi),
            irq_set_type: Some(to_parent_type),
            ..line::EMPTY_CHIP
        }));
        domain::set_hwirq_and_chip(d, virq, hwirq.into(), chip, ptr::null_mut());
        // Line 8 leaves it at what the root chose.
        if hwirq != 8 {
            control::set_handler(virq, Some(flow::fasteoi_ack), 0, ptr::null());
        }
        0
    }
}

unsafe extern "C" fn translate(_: *mut irq_domain, f: *mut irq_fwspec, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: the caller's specifier and places.
    unsafe { xlate::translate_two(ptr::null_mut(), f, hwirq, kind) }
}

unsafe extern "C" fn free_lines(d: *mut irq_domain, virq: c_uint, count: c_uint) {
    // SAFETY: the tests' domain.
    unsafe { domain::free_common(d, virq, count) }
}

#[test]
fn hierarchies_of_c() {
    tree();
    let root = virq::domain::create(virq::Info {
        name: "root".into(),
        node: Some("/soc/uart@1000".into()),
        token: 0,
        purpose: 0,
        size: 0,
        limit: u64::MAX,
        parent: None,
        ops: Arc::new(Root),
    });
    let fwnode = |path: &str| {
        // SAFETY: a node of the tests' tree.
        unsafe { &raw mut (*node(path).as_raw()).fwnode }
    };
    // SAFETY: the tests' domains and specifiers.
    unsafe {
        let mut spec: irq_fwspec = core::mem::zeroed();
        spec.fwnode = fwnode("/soc/uart@1000");
        let above = domain::find_matching(&mut spec, bindings::DOMAIN_BUS_WIRED);
        assert_eq!((above, (*above).fwnode), (domain::c_domain(&root), spec.fwnode));
        let own = ops(|o| {
            o.alloc = Some(alloc);
            o.translate = Some(translate);
            o.free = Some(free_lines);
        });
        let d = domain::create_hierarchy(above, 0, 0, fwnode("/soc/gpio@3000"), own, ptr::null_mut());
        assert!((*d).flags & bindings::IRQ_DOMAIN_FLAG_HIERARCHY != 0 && (*d).root == above);
        spec.fwnode = fwnode("/soc/gpio@3000");
        spec.param_count = 2;
        (spec.param[0], spec.param[1]) = (7, 1);
        let virq = domain::create_fwspec_mapping(&mut spec);
        assert!(virq != 0 && domain::create_fwspec_mapping(&mut spec) == virq);
        let (inner, outer) = (domain::get_irq_data(above, virq), domain::get_irq_data(d, virq));
        assert_eq!(((*inner).hwirq, (*outer).hwirq, (*outer).parent_data), (39, 7, inner));
        happened();
        assert_eq!(ask(virq, 1, 3), 0);
        assert_eq!(happened(), "root-type39-4 root-unmask39");
        assert!(root.handle(39));
        assert_eq!(happened(), "handlertrue:3 root-eoi39");
        assert_eq!(parent::set_wake(outer, 1), Errno::EOPNOTSUPP.to_c());
        assert_eq!(parent::retrigger(outer), 0);
        free(virq, 3);
        domain::free_irqs(virq, 1);
        assert!(root.line(39).is_none());
        // The root's flow, and the trigger of the tree, though nobody says either.
        (spec.param[0], spec.param[1]) = (8, 1);
        let plain = domain::create_fwspec_mapping(&mut spec);
        happened();
        assert_eq!(ask(plain, 0, 4), 0);
        assert_eq!(happened(), "root-type40-4 root-unmask40");
        assert!(root.handle(40));
        assert_eq!(happened(), "handlertrue:4 root-eoi40");
        free(plain, 4);
        domain::free_irqs(plain, 1);
        domain::remove(d);
    }
    virq::domain::remove(&root);
}

#[test]
fn nested_lines_have_a_parent() {
    // SAFETY: the tests' domain; numbers.
    unsafe {
        let d = domain::create_simple(ptr::null_mut(), 2, 3300, ops(|_| ()), ptr::null_mut());
        assert!(!d.is_null());
        assert_eq!(control::set_parent(3301, 3300), 0);
        assert_eq!(virq::desc::get(3301).unwrap().parent(), 3300);
        assert_eq!(control::set_parent(3399, 3300), Errno::EINVAL.to_c());
        assert_eq!(control::set_parent(-1, 3300), Errno::EINVAL.to_c());
    }
}

#[test]
fn domains_with_fixed_numbers() {
    let map_all = ops(|_| ());
    // SAFETY: the tests' domains.
    unsafe {
        let d = domain::create_simple(ptr::null_mut(), 4, 3000, map_all, ptr::null_mut());
        let mut irq = 0;
        assert!(!domain::resolve(d, 2, &mut irq).is_null() && irq == 3002);
        let legacy = domain::create_legacy(ptr::null_mut(), 2, 3100, 5, map_all, ptr::null_mut());
        assert!(!domain::resolve(legacy, 6, &mut irq).is_null() && irq == 3101);
        assert!(domain::resolve(legacy, 4, &mut irq).is_null());
        assert_eq!(domain::associate(d, 3100, 1), Errno::EBUSY.to_c());
    }
}

#[test]
fn decoders() {
    let (mut hwirq, mut kind) = (0, 0);
    let cells = [9u32, 0x104];
    // SAFETY: the tests' cells.
    unsafe {
        let none = ptr::null_mut();
        assert_eq!(xlate::onecell(none, ptr::null_mut(), cells.as_ptr(), 2, &mut hwirq, &mut kind), 0);
        assert_eq!((hwirq, kind), (9, 0));
        assert_eq!(xlate::twocell(none, ptr::null_mut(), cells.as_ptr(), 2, &mut hwirq, &mut kind), 0);
        assert_eq!((hwirq, kind), (9, 4));
        assert_eq!(xlate::twocell(none, ptr::null_mut(), cells.as_ptr(), 1, &mut hwirq, &mut kind), Errno::EINVAL.to_c());
        let mut fwspec: irq_fwspec = core::mem::zeroed();
        xlate::to_fwspec(ptr::null_mut(), cells.as_ptr(), 2, &mut fwspec);
        assert_eq!((fwspec.param_count, fwspec.param[1]), (2, 0x104));
        assert_eq!(xlate::translate_one(none, &mut fwspec, &mut hwirq, &mut kind), 0);
    }
}

#[test]
fn interrupts_of_nodes() {
    tree();
    let np = node("/soc/uart@1000").as_raw();
    // SAFETY: a node of the tests' tree.
    unsafe {
        assert_eq!(of::parse_one(ptr::null_mut(), 0, ptr::null_mut()), Errno::EINVAL.to_c());
        assert!(of::get_by_name(np, c"none".as_ptr()) < 0);
        assert!(of::get(np, 99) < 0 && of::parse_and_map(np, 99) == 0);
        assert_eq!(of::fwnode_get(&raw const (*np).fwnode, 0), of::get(np, 0));
        assert_eq!(of::fwnode_get(&raw const (*np).fwnode, 99), of::get(np, 99));
        assert_eq!(of::fwnode_get(ptr::null(), 0), Errno::EINVAL.to_c());
        assert_eq!(of::fwnode_get_by_name(ptr::null(), c"none".as_ptr()), Errno::EINVAL.to_c());
    }
}

#[test]
fn the_end_is_told() {
    unsafe extern "C" fn shutdown(data: *mut c_void) {
        note(format!("end{}", data.addr()));
    }
    // SAFETY: the tests' structures.
    unsafe {
        let mut ops: bindings::syscore_ops = core::mem::zeroed();
        ops.shutdown = Some(shutdown);
        let mut s: bindings::syscore = core::mem::zeroed();
        (s.ops, s.data) = (&ops, ptr::without_provenance_mut(4));
        syscore::register(&mut s);
        kernel::power::announce(kernel::power::End::Restart);
        assert_eq!(happened(), "end4");
        syscore::unregister(&mut s);
        kernel::power::announce(kernel::power::End::Restart);
        assert_eq!(happened(), "");
    }
}

#[test]
fn handlers_of_devices() {
    let (domain, made) = lines(3, Some(flow::simple));
    let dev = crate::testing::device_at("irq-owner", None);
    let id = |n: usize| ptr::without_provenance_mut::<c_void>(n);
    // SAFETY: the tests' device, lines and handlers.
    unsafe {
        let name = ptr::null();
        assert_eq!(request::devm_threaded(dev, made[0], Some(handled), None, 0, name, id(1)), 0);
        assert_eq!(virq::list().iter().find(|r| r.virq == made[0]).unwrap().owners, ["irq-owner"], "its name");
        let kind = request::devm_any_context(dev, made[1], Some(handled), 0, name, id(2));
        assert_eq!(kind, bindings::IRQC_IS_HARDIRQ as c_int);
        assert!(request::has_action(made[0]) && request::has_action(made[1]));
        request::devm_free(dev, made[0], id(1));
        assert!(!request::has_action(made[0]) && request::has_action(made[1]));
        crate::testing::release_managed(dev);
        assert!(!request::has_action(made[1]));
        // A line behind a controller that sleeps has threads only.
        virq::desc::get(made[2]).unwrap().change_mode(virq::Mode::empty(), virq::Mode::NESTED_THREAD);
        let nested = request::any_context(made[2], Some(handled), 0, c"nested".as_ptr(), id(3));
        assert_eq!(nested, bindings::IRQC_IS_NESTED as c_int);
        happened();
        flow::nested(made[2]);
        assert_eq!(happened(), "handlertrue:3");
        free(made[2], 3);
        assert_eq!(request::any_context(u32::MAX - 1, Some(handled), 0, name, id(1)), Errno::EINVAL.to_c());
        domain::remove(domain);
    }
}
