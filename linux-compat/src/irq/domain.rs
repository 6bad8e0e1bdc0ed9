// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt domains of C (Linux: Documentation/core-api/irq/irq-domain.rst).

use super::control::errno;
use super::line::{self, attach, by_virq};
use crate::bindings::{self, irq_data, irq_desc, irq_domain, irq_domain_info, irq_domain_ops, irq_fwspec};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::ptr;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{Acquire, Release};
use kernel::error::Error;
use kernel::irq::virq::{self, Data, Desc, Domain, DomainOps, Sense, Spec, Virq, desc, domain};
use kernel::sync::SpinLock;

type Fwnode = bindings::fwnode_handle;
type Token = bindings::irq_domain_bus_token;
type Ops = irq_domain_ops;

crate::exports! {
    family "irq";
    [sleeps, supported, "irq::tests::flows_of_c"]
    fn irq_domain_instantiate(info: *const irq_domain_info) -> *mut irq_domain = instantiate;
    [sleeps, supported, "irq::tests::flows_of_c"]
    fn devm_irq_domain_instantiate(dev: *mut bindings::device, info: *const irq_domain_info) -> *mut irq_domain = devm_instantiate;
    [sleeps, supported, "irq::tests::flows_of_c"]
    fn irq_domain_remove(domain: *mut irq_domain) = remove;
    [sleeps, supported, "irq::tests::domains_with_fixed_numbers"]
    fn irq_domain_create_simple(fwnode: *mut Fwnode, size: c_uint, first: c_uint, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain = create_simple;
    [sleeps, supported, "irq::tests::domains_with_fixed_numbers"]
    fn irq_domain_create_legacy(fwnode: *mut Fwnode, size: c_uint, first: c_uint, first_hwirq: c_ulong, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain = create_legacy;
    [sleeps, supported, "irq::tests::domains_with_fixed_numbers"]
    fn irq_domain_add_legacy(node: *mut bindings::device_node, size: c_uint, first: c_uint, first_hwirq: c_ulong, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain = add_legacy;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_create_hierarchy(parent: *mut irq_domain, flags: c_uint, size: c_uint, fwnode: *mut Fwnode, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain = create_hierarchy;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_find_matching_fwspec(fwspec: *mut irq_fwspec, token: Token) -> *mut irq_domain = find_matching;
    [any, supported, "irq::tests::flows_of_c"]
    fn irq_set_default_host(domain: *mut irq_domain) = set_default;
    [any, supported, "irq::tests::flows_of_c"]
    fn irq_get_default_host() -> *mut irq_domain = get_default;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_update_bus_token(domain: *mut irq_domain, token: Token) = update_token;
    [sleeps, supported, "irq::tests::domains_with_fixed_numbers"]
    fn irq_domain_associate(domain: *mut irq_domain, irq: c_uint, hwirq: c_ulong) -> c_int = associate;
    [sleeps, supported, "irq::tests::domains_with_fixed_numbers"]
    fn irq_domain_associate_many(domain: *mut irq_domain, base: c_uint, hwirq_base: c_ulong, count: c_int) = associate_many;
    [sleeps, supported, "irq::tests::flows_of_c"]
    fn irq_create_mapping_affinity(domain: *mut irq_domain, hwirq: c_ulong, affinity: *const bindings::irq_affinity_desc) -> c_uint = create_mapping;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_create_fwspec_mapping(fwspec: *mut irq_fwspec) -> c_uint = create_fwspec_mapping;
    [sleeps, supported, "irq::tests::flows_of_c"]
    fn irq_dispose_mapping(virq: c_uint) = dispose;
    [any, supported, "irq::tests::flows_of_c"]
    fn __irq_resolve_mapping(domain: *mut irq_domain, hwirq: c_ulong, irq: *mut c_uint) -> *mut irq_desc = resolve;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_get_irq_data(domain: *mut irq_domain, virq: c_uint) -> *mut irq_data = get_irq_data;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_set_info(domain: *mut irq_domain, virq: c_uint, hwirq: c_ulong, chip: *const bindings::irq_chip, chip_data: *mut c_void, handler: Option<unsafe extern "C" fn(*mut irq_desc)>, handler_data: *mut c_void, name: *const core::ffi::c_char) = set_info;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_set_hwirq_and_chip(domain: *mut irq_domain, virq: c_uint, hwirq: c_ulong, chip: *const bindings::irq_chip, chip_data: *mut c_void) -> c_int = set_hwirq_and_chip;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_reset_irq_data(data: *mut irq_data) = reset_data;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn __irq_domain_alloc_irqs(domain: *mut irq_domain, base: c_int, count: c_uint, node: c_int, arg: *mut c_void, realloc: bool, affinity: *const bindings::irq_affinity_desc) -> c_int = alloc_irqs;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_free_irqs(virq: c_uint, count: c_uint) = free_irqs;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_alloc_irqs_parent(domain: *mut irq_domain, base: c_uint, count: c_uint, arg: *mut c_void) -> c_int = alloc_parent;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_free_irqs_parent(domain: *mut irq_domain, base: c_uint, count: c_uint) = free_parent;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_free_irqs_common(domain: *mut irq_domain, virq: c_uint, count: c_uint) = free_common;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_domain_free_irqs_top(domain: *mut irq_domain, virq: c_uint, count: c_uint) = free_common;
}

/// A C domain's functions as those of a domain of ours.
struct COps {
    domain: *mut irq_domain,
}

// SAFETY: the structure lives until `remove`, after which nothing calls this; C's functions lock what they share.
unsafe impl Send for COps {}
// SAFETY: as above.
unsafe impl Sync for COps {}

/// The domain behind a C structure; `None` for null.
///
/// # Safety
/// `domain` is null or a domain that was not removed.
pub unsafe fn domain_of<'a>(domain: *mut irq_domain) -> Option<&'a Arc<Domain>> {
    // SAFETY: `p` is a boxed `Arc` that lives as long as the structure.
    unsafe { domain.as_ref().and_then(|d| d.p.cast::<Arc<Domain>>().as_ref()) }
}

/// Whether a domain is C's.
pub fn is_c(domain: &Arc<Domain>) -> bool {
    !domain.ops().pointer().is_null()
}

/// What C sees of domains in Rust; made when first asked for, and never freed.
static FOREIGN: SpinLock<Vec<(Arc<Domain>, usize)>> = SpinLock::new(Vec::new());

/// A domain as C sees it. Context: may allocate.
pub fn c_domain(domain: &Arc<Domain>) -> *mut irq_domain {
    let own = domain.ops().pointer();
    if !own.is_null() {
        return own.cast();
    }
    let known = FOREIGN.lock().iter().find(|(d, _)| Arc::ptr_eq(d, domain)).map(|(_, c)| *c);
    if let Some(address) = known {
        return ptr::with_exposed_provenance_mut(address);
    }
    // SAFETY: all fields may be zero.
    let mut new: irq_domain = unsafe { core::mem::zeroed() };
    new.name = c"GIC".as_ptr();
    new.p = Box::into_raw(Box::new(Arc::clone(domain))).cast();
    new.fwnode = domain.node().map_or(ptr::null_mut(), fwnode_of_path);
    let made = Box::into_raw(Box::new(new));
    // SAFETY: just made.
    unsafe { (*made).root = made };
    FOREIGN.lock().push((Arc::clone(domain), made.expose_provenance()));
    made
}

fn fwnode_of_path(path: &str) -> *mut Fwnode {
    let mut node = crate::of::root();
    for part in path.split('/').filter(|p| !p.is_empty()) {
        node = node.and_then(|n| n.child(part.as_bytes()));
    }
    // SAFETY: a node of the tree, which lives for ever.
    node.map_or(ptr::null_mut(), |n| unsafe { &raw mut (*n.as_raw()).fwnode })
}

/// The node that a firmware node is.
pub(super) unsafe fn node_of(fwnode: *const Fwnode) -> Option<Node> {
    crate::of::from_fwnode(fwnode)
}

/// A specifier of C's as one of ours.
///
/// # Safety
/// `fwspec` is a specifier.
pub unsafe fn spec_of(fwspec: *const irq_fwspec) -> Spec {
    // SAFETY: the caller's specifier.
    unsafe {
        let cells = (*fwspec).param.get(..(*fwspec).param_count.max(0) as usize).unwrap_or(&[]);
        let node = node_of((*fwspec).fwnode).map(Node::path);
        Spec::new(node, (*fwspec).fwnode.addr(), cells)
    }
}

/// The reverse: for the functions of a domain.
fn fwspec_of(domain: *mut irq_domain, spec: &Spec) -> irq_fwspec {
    // SAFETY: all fields may be zero.
    let mut fwspec: irq_fwspec = unsafe { core::mem::zeroed() };
    // SAFETY: a domain that was not removed.
    fwspec.fwnode = unsafe { (*domain).fwnode };
    fwspec.param_count = spec.cells().len() as c_int;
    fwspec.param.iter_mut().zip(spec.cells()).for_each(|(to, from)| *to = *from);
    fwspec
}

fn check(what: &'static str, result: c_int) -> kernel::error::Result<()> {
    Errno::check(result).map(drop).map_err(|e| Error::Driver { what, errno: e.0 })
}

impl COps {
    fn ops(&self) -> &irq_domain_ops {
        // SAFETY: `instantiate` refuses domains without functions.
        unsafe { &*(*self.domain).ops }
    }
}

impl DomainOps for COps {
    fn selects(&self, _: &Domain, spec: &Spec) -> Option<bool> {
        let select = self.ops().select?;
        let mut fwspec = fwspec_of(self.domain, spec);
        fwspec.fwnode = ptr::with_exposed_provenance_mut(spec.token);
        // SAFETY: the driver's function.
        Some(unsafe { select(self.domain, &mut fwspec, bindings::DOMAIN_BUS_ANY) } > 0)
    }

    fn translate(&self, _: &Domain, spec: &Spec) -> kernel::error::Result<(u64, Sense)> {
        let mut fwspec = fwspec_of(self.domain, spec);
        let (mut hwirq, mut kind): (c_ulong, c_uint) = (0, 0);
        let ops = self.ops();
        // SAFETY: the driver's functions, for its domain.
        let result = unsafe {
            if let Some(translate) = ops.translate {
                translate(self.domain, &mut fwspec, &mut hwirq, &mut kind)
            } else if let Some(xlate) = ops.xlate {
                let np = Node::raw_or_null(node_of(fwspec.fwnode));
                xlate(self.domain, np, fwspec.param.as_ptr(), fwspec.param_count as c_uint, &mut hwirq, &mut kind)
            } else {
                return virq::spec::one_cell(spec);
            }
        };
        check("translation of an interrupt specifier", result)?;
        Ok((hwirq, Sense::from_bits_truncate(kind)))
    }

    fn map(&self, _: &Arc<Domain>, line: &Arc<Desc>, hwirq: u64) -> kernel::error::Result<()> {
        let desc = attach(line);
        // SAFETY: the line's structure.
        unsafe {
            (*desc).irq_data.hwirq = hwirq as c_ulong;
            (*desc).irq_data.domain = self.domain;
        }
        line::adopt_level(line, 0, hwirq);
        // SAFETY: the driver's function.
        let result = self.ops().map.map_or(0, |map| unsafe { map(self.domain, line.virq(), hwirq as c_ulong) });
        check("mapping of an interrupt", result)
    }

    fn unmap(&self, _: &Arc<Domain>, line: &Arc<Desc>) {
        if let Some(unmap) = self.ops().unmap {
            // SAFETY: the driver's function.
            unsafe { unmap(self.domain, line.virq()) }
        }
    }

    fn allocates(&self) -> bool {
        self.ops().alloc.is_some()
    }

    fn alloc(&self, _: &Arc<Domain>, virq: Virq, count: u32, spec: &Spec) -> kernel::error::Result<()> {
        let mut fwspec = fwspec_of(self.domain, spec);
        alloc_in(self.domain, virq, count, (&raw mut fwspec).cast())
    }

    fn free(&self, _: &Arc<Domain>, virq: Virq, count: u32) {
        if let Some(free) = self.ops().free {
            // SAFETY: the driver's function.
            unsafe { free(self.domain, virq, count) }
        }
    }

    fn activate(&self, _: &Arc<Domain>, d: &Data<'_>) -> kernel::error::Result<()> {
        let data = line::level_data(by_virq(d.virq()), d.index);
        // SAFETY: the driver's function, for data of its line.
        let result = self.ops().activate.map_or(0, |f| unsafe { f(self.domain, data, false) });
        check("activation of an interrupt", result)
    }

    fn deactivate(&self, _: &Arc<Domain>, d: &Data<'_>) {
        let data = line::level_data(by_virq(d.virq()), d.index);
        if let Some(f) = self.ops().deactivate {
            // SAFETY: the driver's function, for data of its line.
            unsafe { f(self.domain, data) }
        }
    }

    fn pointer(&self) -> *mut () {
        self.domain.cast()
    }
}

/// Has a C domain set lines up, which exist.
fn alloc_in(domain: *mut irq_domain, virq: Virq, count: u32, arg: *mut c_void) -> kernel::error::Result<()> {
    (virq..virq + count).filter_map(desc::get).for_each(|line| {
        attach(&line);
    });
    // SAFETY: a domain that was not removed, whose functions are the driver's.
    let result = unsafe {
        match (*(*domain).ops).alloc {
            Some(alloc) => alloc(domain, virq, count, arg),
            None => Errno::ENOSYS.to_c(),
        }
    };
    check("allocation of interrupts", result)
}

/// Makes a domain for Rust code of another family, as `irq_domain_instantiate()` does. Context: sleeps.
///
/// # Errors
/// There are no functions, or those fail.
pub fn make(info: &irq_domain_info) -> Result<*mut irq_domain> {
    if info.ops.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: all fields may be zero.
    let mut new: irq_domain = unsafe { core::mem::zeroed() };
    new.name = c"domain".as_ptr();
    new.ops = info.ops;
    new.host_data = info.host_data;
    new.flags = info.domain_flags;
    new.fwnode = info.fwnode;
    new.bus_token = info.bus_token;
    new.parent = info.parent;
    new.exit = info.exit;
    new.hwirq_max = info.hwirq_max;
    new.revmap_size = info.size;
    // SAFETY: the driver's functions.
    if unsafe { (*info.ops).alloc.is_some() } {
        new.flags |= bindings::IRQ_DOMAIN_FLAG_HIERARCHY;
    }
    // SAFETY: the caller's firmware node and parent.
    let (node, parent) = unsafe { (node_of(info.fwnode), domain_of(info.parent).cloned()) };
    let made = Box::into_raw(Box::new(new));
    // SAFETY: just made; the parent's root lives as long as it.
    unsafe { (*made).root = if info.parent.is_null() { made } else { (*info.parent).root } };
    let limit = if info.hwirq_max == 0 { u64::MAX } else { info.hwirq_max };
    let ours = domain::create(virq::Info {
        name: node.map_or_else(|| String::from("driver"), |n| n.full_name().to_string_lossy().into_owned()),
        node: node.map(Node::path),
        token: info.fwnode.expose_provenance(),
        purpose: info.bus_token,
        size: info.size as usize,
        limit,
        parent,
        ops: Arc::new(COps { domain: made }),
    });
    // SAFETY: just made.
    unsafe {
        (*made).p = Box::into_raw(Box::new(ours)).cast();
        super::owned::made(made);
        let chips = info.dgc_info.as_ref().map_or(Ok(()), |chips| {
            (*made).flags |= bindings::IRQ_DOMAIN_FLAG_DESTROY_GC;
            super::generic::alloc_all(made, chips)
        });
        let result = chips.and_then(|()| info.init.map_or(Ok(()), |init| Errno::check(init(made)).map(drop)));
        if let Err(error) = result {
            remove(made);
            return Err(error);
        }
        if info.virq_base > 0 {
            fixed_numbers(made, info.virq_base, info.hwirq_base.into(), info.size);
        }
    }
    Ok(made)
}

/// Gives a domain's numbers fixed lines.
pub(super) unsafe fn fixed_numbers(domain: *mut irq_domain, base: c_uint, hwirq_base: c_ulong, count: c_uint) {
    // Those that are there already may be an old driver's own.
    let _ = desc::create(Some(base), base, count, &virq::domain::no_levels);
    // SAFETY: the caller's domain.
    unsafe { associate_many(domain, base, hwirq_base, count as c_int) }
}

pub(super) unsafe fn instantiate(info: *const irq_domain_info) -> *mut irq_domain {
    // SAFETY: the caller's description.
    ptr_to_c(make(unsafe { &*info }))
}

pub(super) unsafe fn devm_instantiate(dev: *mut bindings::device, info: *const irq_domain_info) -> *mut irq_domain {
    // SAFETY: the caller's device and description.
    unsafe {
        let made = match make(&*info) {
            Ok(made) => made,
            Err(error) => return error.to_ptr(),
        };
        let address = made.expose_provenance();
        let key = crate::device::devres::Key("irq domain", address);
        let release = move || remove(ptr::with_exposed_provenance_mut(address));
        ptr_to_c(crate::device::devres::add(dev, key, release).map(|()| made))
    }
}

/// Takes a domain away.
///
/// # Safety
/// `domain` is one that was made, and has no lines.
pub unsafe fn remove(domain: *mut irq_domain) {
    super::owned::removed(domain);
    // SAFETY: the caller's domain, which nobody uses any more.
    unsafe {
        if let Some(exit) = (*domain).exit {
            exit(domain);
        }
        if (*domain).flags & bindings::IRQ_DOMAIN_FLAG_DESTROY_GC != 0 {
            super::generic::remove_of_domain(domain);
        }
        let ours = Box::from_raw((*domain).p.cast::<Arc<Domain>>());
        domain::remove(&ours);
        drop(ours);
        drop(Box::from_raw(domain));
    }
}

/// A description with what all of these share.
fn info(fwnode: *mut Fwnode, size: c_uint, ops: *const Ops, host_data: *mut c_void) -> irq_domain_info {
    // SAFETY: all fields may be zero.
    let mut info: irq_domain_info = unsafe { core::mem::zeroed() };
    info.fwnode = fwnode;
    info.size = size;
    info.hwirq_max = size.into();
    info.ops = ops;
    info.host_data = host_data;
    info
}

fn or_null(result: Result<*mut irq_domain>) -> *mut irq_domain {
    result.unwrap_or(ptr::null_mut())
}

pub(super) unsafe fn create_simple(fwnode: *mut Fwnode, size: c_uint, first: c_uint, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain {
    let mut info = info(fwnode, size, ops, host_data);
    info.virq_base = first;
    or_null(make(&info))
}

pub(super) unsafe fn create_legacy(fwnode: *mut Fwnode, size: c_uint, first: c_uint, first_hwirq: c_ulong, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain {
    let mut info = info(fwnode, size + first_hwirq as c_uint, ops, host_data);
    info.hwirq_base = first_hwirq as c_uint;
    let made = or_null(make(&info));
    if !made.is_null() {
        // SAFETY: just made.
        unsafe { fixed_numbers(made, first, first_hwirq, size) };
    }
    made
}

pub(super) unsafe fn add_legacy(node: *mut bindings::device_node, size: c_uint, first: c_uint, first_hwirq: c_ulong, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain {
    // SAFETY: null or a node.
    unsafe {
        let fwnode = if node.is_null() { ptr::null_mut() } else { &raw mut (*node).fwnode };
        create_legacy(fwnode, size, first, first_hwirq, ops, host_data)
    }
}

pub(super) unsafe fn create_hierarchy(parent: *mut irq_domain, flags: c_uint, size: c_uint, fwnode: *mut Fwnode, ops: *const Ops, host_data: *mut c_void) -> *mut irq_domain {
    let mut info = info(fwnode, size, ops, host_data);
    if size == 0 {
        info.hwirq_max = c_uint::MAX.into();
    }
    info.domain_flags = flags;
    info.parent = parent;
    or_null(make(&info))
}

pub(super) unsafe fn find_matching(fwspec: *mut irq_fwspec, token: Token) -> *mut irq_domain {
    // SAFETY: the caller's specifier, and domains that were not removed.
    unsafe {
        let fwnode = (*fwspec).fwnode;
        let path = node_of(fwnode).map(Node::path);
        for ours in domain::all().iter().rev() {
            let pointer: *mut irq_domain = ours.ops().pointer().cast();
            let found = match pointer.as_ref().and_then(|d| d.ops.as_ref()) {
                Some(ops) if ops.select.is_some() && token != bindings::DOMAIN_BUS_ANY => {
                    ops.select.is_some_and(|f| f(pointer, fwspec, token) > 0)
                }
                Some(ops) if ops.match_.is_some() => {
                    ops.match_.is_some_and(|f| f(pointer, Node::raw_or_null(node_of(fwnode)), token) > 0)
                }
                Some(_) => {
                    let own = (*pointer).bus_token;
                    !fwnode.is_null()
                        && (*pointer).fwnode == fwnode
                        && (token == bindings::DOMAIN_BUS_ANY || token == own)
                }
                None => path.is_some() && ours.node() == path.as_deref() && token <= bindings::DOMAIN_BUS_WIRED,
            };
            if found {
                return c_domain(ours);
            }
        }
    }
    ptr::null_mut()
}

static DEFAULT: AtomicPtr<irq_domain> = AtomicPtr::new(ptr::null_mut());

pub(super) unsafe fn set_default(domain: *mut irq_domain) {
    DEFAULT.store(domain, Release);
}

pub(super) unsafe fn get_default() -> *mut irq_domain {
    DEFAULT.load(Acquire)
}

pub(super) unsafe fn update_token(domain: *mut irq_domain, token: Token) {
    // SAFETY: the caller's domain.
    unsafe {
        (*domain).bus_token = token;
        if let Some(ours) = domain_of(domain) {
            ours.set_purpose(token);
        }
    }
}

pub(super) unsafe fn associate(domain: *mut irq_domain, irq: c_uint, hwirq: c_ulong) -> c_int {
    // SAFETY: the caller's domain.
    match unsafe { domain_of(domain) } {
        Some(ours) => to_c(domain::associate(ours, irq, hwirq).map_err(errno)),
        None => Errno::EINVAL.to_c(),
    }
}

pub(super) unsafe fn associate_many(domain: *mut irq_domain, base: c_uint, hwirq_base: c_ulong, count: c_int) {
    for i in 0..count.max(0) as c_uint {
        // SAFETY: the caller's domain.
        unsafe { associate(domain, base + i, hwirq_base + c_ulong::from(i)) };
    }
}

pub(super) unsafe fn create_mapping(domain: *mut irq_domain, hwirq: c_ulong, _: *const bindings::irq_affinity_desc) -> c_uint {
    let domain = if domain.is_null() { DEFAULT.load(Acquire) } else { domain };
    // SAFETY: the caller's domain.
    let Some(ours) = (unsafe { domain_of(domain) }) else { return 0 };
    match domain::map(ours, hwirq) {
        Ok(line) => line.virq(),
        Err(error) => {
            log::error!("irq_create_mapping({hwirq}): {error}");
            0
        }
    }
}

pub(crate) unsafe fn create_fwspec_mapping(fwspec: *mut irq_fwspec) -> c_uint {
    // SAFETY: the caller's specifier.
    map_spec(&unsafe { spec_of(fwspec) }).unwrap_or(0)
}

/// The line of a specifier.
pub(super) fn map_spec(spec: &Spec) -> Result<c_uint> {
    domain::map_spec(spec).map(|line| line.virq()).map_err(|error| {
        if !matches!(error, Error::Deferred { .. }) {
            log::error!("{error}");
        }
        errno(error)
    })
}

pub(super) unsafe fn dispose(virq: c_uint) {
    if virq != 0
        && let Err(error) = domain::dispose(virq)
    {
        log::error!("irq_dispose_mapping: {error}");
    }
}

pub(super) unsafe fn resolve(domain: *mut irq_domain, hwirq: c_ulong, irq: *mut c_uint) -> *mut irq_desc {
    let domain = if domain.is_null() { DEFAULT.load(Acquire) } else { domain };
    // SAFETY: the caller's domain, and place for the answer.
    unsafe {
        let Some(line) = domain_of(domain).and_then(|ours| ours.line(hwirq)) else { return ptr::null_mut() };
        if !irq.is_null() {
            *irq = line.virq();
        }
        attach(&line)
    }
}

pub(super) unsafe fn get_irq_data(domain: *mut irq_domain, virq: c_uint) -> *mut irq_data {
    let desc = by_virq(virq);
    if desc.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the line's structure and the data chained to it.
    unsafe {
        let mut at: *mut irq_data = &raw mut (*desc).irq_data;
        while !at.is_null() && (*at).domain != domain {
            at = (*at).parent_data;
        }
        at
    }
}

pub(super) unsafe fn set_hwirq_and_chip(domain: *mut irq_domain, virq: c_uint, hwirq: c_ulong, chip: *const bindings::irq_chip, chip_data: *mut c_void) -> c_int {
    // SAFETY: the caller's domain; the line's data.
    unsafe {
        let data = get_irq_data(domain, virq);
        if data.is_null() {
            return Errno::ENOENT.to_c();
        }
        (*data).hwirq = hwirq;
        (*data).chip = if chip.is_null() { line::no_chip() } else { chip.cast_mut() };
        (*data).chip_data = chip_data;
        let index = line::data_of(data).map(|d| d.index);
        if let (Some(index), Some(line)) = (index, desc::get(virq)) {
            line::adopt_level(&line, index, hwirq);
        }
    }
    0
}

#[expect(clippy::too_many_arguments, reason = "as in C")]
pub(crate) unsafe fn set_info(domain: *mut irq_domain, virq: c_uint, hwirq: c_ulong, chip: *const bindings::irq_chip, chip_data: *mut c_void, handler: Option<unsafe extern "C" fn(*mut irq_desc)>, handler_data: *mut c_void, name: *const core::ffi::c_char) {
    // SAFETY: the caller's domain and chip; the line's structure.
    unsafe {
        if set_hwirq_and_chip(domain, virq, hwirq, chip, chip_data) == 0
            && let Some(line) = desc::get(virq)
        {
            super::flow::set(&line, handler, name);
            (*attach(&line)).irq_common_data.handler_data = handler_data;
        }
    }
}

pub(super) unsafe fn reset_data(data: *mut irq_data) {
    // SAFETY: a line's data.
    unsafe {
        (*data).hwirq = 0;
        (*data).chip = line::no_chip();
        (*data).chip_data = ptr::null_mut();
    }
}

pub(super) unsafe fn alloc_irqs(domain: *mut irq_domain, base: c_int, count: c_uint, _: c_int, arg: *mut c_void, realloc: bool, _: *const bindings::irq_affinity_desc) -> c_int {
    let domain = if domain.is_null() { DEFAULT.load(Acquire) } else { domain };
    // SAFETY: the caller's domain.
    let Some(ours) = (unsafe { domain_of(domain) }) else { return Errno::EINVAL.to_c() };
    // Lines that exist already are an old driver's affair, which there is none of.
    if realloc {
        return Errno::EINVAL.to_c();
    }
    let at = u32::try_from(base).ok();
    let made = domain::alloc_with(ours, at, count, &|virq| alloc_in(domain, virq, count, arg));
    int_to_c(made.map(|virq| virq as c_int).map_err(errno))
}

pub(super) unsafe fn free_irqs(virq: c_uint, count: c_uint) {
    for irq in virq..virq + count {
        // SAFETY: a number.
        unsafe { dispose(irq) }
    }
}

pub(crate) unsafe fn alloc_parent(domain: *mut irq_domain, base: c_uint, count: c_uint, arg: *mut c_void) -> c_int {
    // SAFETY: the caller's domain; for a parent in Rust the argument is a specifier, as Linux's GIC has it.
    unsafe {
        let parent = (*domain).parent;
        let Some(ours) = domain_of(parent) else { return Errno::ENOSYS.to_c() };
        if is_c(ours) {
            return to_c(alloc_in(parent, base, count, arg).map_err(errno));
        }
        let spec = spec_of(arg.cast());
        let result = ours.ops().alloc(ours, base, count, &spec).map_err(errno);
        if result.is_ok() {
            (base..base + count).filter_map(desc::get).for_each(|line| {
                line::refresh(&line);
                super::flow::inherit(&line);
            });
        }
        to_c(result)
    }
}

pub(super) unsafe fn free_parent(domain: *mut irq_domain, base: c_uint, count: c_uint) {
    // SAFETY: the caller's domain.
    unsafe {
        if let Some(ours) = domain_of((*domain).parent) {
            ours.ops().free(ours, base, count);
        }
    }
}

pub(crate) unsafe fn free_common(domain: *mut irq_domain, virq: c_uint, count: c_uint) {
    // SAFETY: the caller's domain; the lines' data.
    unsafe {
        for irq in virq..virq + count {
            let data = get_irq_data(domain, irq);
            if !data.is_null() {
                reset_data(data);
            }
        }
        free_parent(domain, virq, count);
    }
}
