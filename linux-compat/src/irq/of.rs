// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts of device-tree nodes, and the controllers that are begun at boot.

use crate::bindings::{self, device_node, fwnode_handle, of_device_id, of_phandle_args, platform_device, resource};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::of::Node;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint};
use core::ptr;
use kernel::irq::virq::{self, Spec};

crate::exports! {
    family "irq";
    [any, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_parse_one(np: *mut device_node, index: c_int, out: *mut of_phandle_args) -> c_int = parse_one;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn irq_create_of_mapping(args: *mut of_phandle_args) -> c_uint = create_mapping;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn irq_of_parse_and_map(np: *mut device_node, index: c_int) -> c_uint = parse_and_map;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_get(np: *mut device_node, index: c_int) -> c_int = get;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_get_byname(np: *mut device_node, name: *const c_char) -> c_int = get_by_name;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn fwnode_irq_get(fwnode: *const fwnode_handle, index: c_uint) -> c_int = fwnode_get;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn fwnode_irq_get_byname(fwnode: *const fwnode_handle, name: *const c_char) -> c_int = fwnode_get_by_name;
    [any, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_count(np: *mut device_node) -> c_int = count;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_to_resource(np: *mut device_node, index: c_int, r: *mut resource) -> c_int = to_resource;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_to_resource_table(np: *mut device_node, r: *mut resource, count: c_int) -> c_int = to_table;
    [any, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_find_parent(np: *mut device_node) -> *mut device_node = find_parent;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn of_irq_init(matches: *const of_device_id) = init;
    [sleeps, supported, "irq::tests::interrupts_of_nodes"]
    fn platform_irqchip_probe(pdev: *mut platform_device) -> c_int = platform_probe;
}

/// A function that begins a controller.
type Begin = unsafe extern "C" fn(*mut device_node, *mut device_node) -> c_int;

/// The specifier of interrupt `index` of a node.
fn spec(node: Node, index: usize) -> Result<Spec> {
    let host = node.host_node().ok_or(Errno::ENODEV)?;
    // What is not there is no reason to complain.
    virq::spec::of_node(&host, index).map_err(|_| Errno::EINVAL)
}

/// Interrupt `index` of a node, as a number for drivers. Context: sleeps.
///
/// # Errors
/// `EPROBE_DEFER` if the controller is not there yet; `EINVAL` if there is no such interrupt.
pub fn of_irq_get(node: Node, index: usize) -> Result<c_int> {
    super::domain::map_spec(&spec(node, index)?).map(|irq| irq as c_int)
}

/// The node behind a C pointer.
pub(super) unsafe fn node(np: *mut device_node) -> Result<Node> {
    // SAFETY: null or a node.
    unsafe { Node::from_raw(np) }.ok_or(Errno::EINVAL)
}

/// The node of a path of ours.
fn node_at(path: &str) -> *mut device_node {
    let start = crate::of::root();
    let found = path
        .split('/')
        .filter(|p| !p.is_empty())
        .fold(start, |node, part| node.and_then(|n| n.child(part.as_bytes())));
    Node::raw_or_null(found)
}

pub(super) unsafe fn parse_one(np: *mut device_node, index: c_int, out: *mut of_phandle_args) -> c_int {
    // SAFETY: the caller's node and place for the answer.
    unsafe {
        let found = node(np).and_then(|n| spec(n, usize::try_from(index).map_err(|_| Errno::EINVAL)?));
        to_c(found.map(|spec| {
            let controller = spec.node.as_deref().map_or(ptr::null_mut(), node_at);
            super::xlate::to_args(controller, spec.cells(), &mut *out);
        }))
    }
}

pub(super) unsafe fn create_mapping(args: *mut of_phandle_args) -> c_uint {
    // SAFETY: the caller's arguments.
    unsafe {
        let controller = Node::from_raw((*args).np);
        let cells = (*args).args.get(..(*args).args_count.max(0) as usize).unwrap_or(&[]);
        let token = controller.map_or(0, |n| (&raw const (*n.as_raw()).fwnode).addr());
        super::domain::map_spec(&Spec::new(controller.map(Node::path), token, cells)).unwrap_or(0)
    }
}

pub(super) unsafe fn parse_and_map(np: *mut device_node, index: c_int) -> c_uint {
    // SAFETY: the caller's node.
    let mapped = unsafe { node(np) }.and_then(|n| of_irq_get(n, index.max(0) as usize));
    mapped.map_or(0, |irq| irq as c_uint)
}

pub(super) unsafe fn get(np: *mut device_node, index: c_int) -> c_int {
    // SAFETY: the caller's node.
    int_to_c(unsafe { node(np) }.and_then(|n| of_irq_get(n, index.max(0) as usize)))
}

fn by_name(node: Node, name: &CStr) -> Result<c_int> {
    let names = node.property(b"interrupt-names").ok_or(Errno::EINVAL)?;
    let index = names.strings().position(|n| n == name).ok_or(Errno::ENODATA)?;
    of_irq_get(node, index)
}

pub(super) unsafe fn get_by_name(np: *mut device_node, name: *const c_char) -> c_int {
    // SAFETY: the caller's node and name.
    unsafe {
        if name.is_null() {
            return Errno::EINVAL.to_c();
        }
        int_to_c(node(np).and_then(|n| by_name(n, CStr::from_ptr(name))))
    }
}

pub(super) unsafe fn fwnode_get(fwnode: *const fwnode_handle, index: c_uint) -> c_int {
    let node = crate::of::from_fwnode(fwnode).ok_or(Errno::EINVAL);
    int_to_c(node.and_then(|node| of_irq_get(node, index as usize)))
}

pub(super) unsafe fn fwnode_get_by_name(fwnode: *const fwnode_handle, name: *const c_char) -> c_int {
    if name.is_null() {
        return Errno::EINVAL.to_c();
    }
    let node = crate::of::from_fwnode(fwnode).ok_or(Errno::EINVAL);
    // SAFETY: the caller's name.
    int_to_c(node.and_then(|node| by_name(node, unsafe { CStr::from_ptr(name) })))
}

pub(super) unsafe fn count(np: *mut device_node) -> c_int {
    // SAFETY: the caller's node.
    unsafe { node(np) }.ok().and_then(Node::host_node).map_or(0, |n| virq::spec::count(&n) as c_int)
}

pub(super) unsafe fn to_resource(np: *mut device_node, index: c_int, r: *mut resource) -> c_int {
    // SAFETY: the caller's node and place for the answer.
    unsafe {
        let irq = get(np, index);
        if irq > 0 && !r.is_null() {
            *r = core::mem::zeroed();
            (*r).start = irq as _;
            (*r).end = irq as _;
            let kind = virq::desc::get(irq as u32).map_or(0, |line| line.sense().bits());
            (*r).flags = (bindings::IORESOURCE_IRQ | kind) as _;
            (*r).name = (*np).full_name;
        }
        irq
    }
}

pub(super) unsafe fn to_table(np: *mut device_node, r: *mut resource, count: c_int) -> c_int {
    // SAFETY: the caller's node and places for the answers.
    (0..count).take_while(|&i| unsafe { to_resource(np, i, r.wrapping_add(i as usize)) } > 0).count() as c_int
}

fn parent(node: Node) -> Option<Node> {
    let host = node.host_node()?.interrupt_parent().ok()?;
    // SAFETY: null or a node of the tree.
    unsafe { Node::from_raw(node_at(&alloc::format!("{host}"))) }
}

pub(super) unsafe fn find_parent(np: *mut device_node) -> *mut device_node {
    // SAFETY: the caller's node.
    Node::raw_or_null(unsafe { node(np) }.ok().and_then(parent))
}

/// How many controllers are between a node and the root one.
fn depth(node: Node) -> usize {
    let mut at = node;
    // A tree in which controllers lead to themselves has an end all the same.
    (0..16).take_while(|_| parent(at).filter(|p| *p != at).inspect(|p| at = *p).is_some()).count()
}

/// Begins the controllers of a table, those nearer to the CPU first.
pub(super) unsafe fn init(matches: *const of_device_id) {
    let mut found: Vec<(usize, usize, Node, Begin)> = Vec::new();
    let mut next = crate::of::root();
    while let Some(node) = next {
        next = node.next();
        if !node.is_available() || node.property(b"interrupt-controller").is_none() {
            continue;
        }
        // SAFETY: the caller's table.
        let entry = unsafe { crate::of::match_table(matches, node).as_ref() };
        if let Some(entry) = entry
            && !entry.data.is_null()
        {
            // SAFETY: entries of such a table have functions of this type.
            let begin: Begin = unsafe { core::mem::transmute(entry.data) };
            found.push((depth(node), found.len(), node, begin));
        }
    }
    // Those of one depth in the order of the tree.
    kernel::sort::by(&mut found, |a, b| (a.0, a.1) < (b.0, b.1));
    for (.., node, begin) in found {
        let above = Node::raw_or_null(parent(node).filter(|p| *p != node));
        // SAFETY: the driver's function for its node.
        let result = unsafe { begin(node.as_raw(), above) };
        if result < 0 {
            log::error!("{node}: the interrupt controller could not be begun: error {}", -result);
        }
    }
}

/// Begins the controllers that drivers of the image declare. Once, at boot.
pub(super) fn init_declared() {
    #[cfg(linked)]
    {
        unsafe extern "C" {
            static __irqchip_of_table_start: [of_device_id; 0];
            static __irqchip_of_table_end: [of_device_id; 0];
        }
        let (start, end) = (&raw const __irqchip_of_table_start, &raw const __irqchip_of_table_end);
        let count = (end.addr() - start.addr()) / size_of::<of_device_id>();
        // SAFETY: between the two marks the linker put entries; they are copied, and an empty one ends the copy: those
        // of all drivers are begun in one order.
        unsafe {
            let mut table = core::slice::from_raw_parts(start.cast::<of_device_id>(), count).to_vec();
            table.push(core::mem::zeroed());
            init(table.as_ptr());
        }
    }
}

pub(super) unsafe fn platform_probe(pdev: *mut platform_device) -> c_int {
    // SAFETY: the caller's device, whose driver's table has functions of this type.
    unsafe {
        let dev = &raw mut (*pdev).dev;
        let Ok(node) = node((*dev).of_node) else { return Errno::EINVAL.to_c() };
        let driver = (*dev).driver;
        let table = if driver.is_null() { ptr::null() } else { (*driver).of_match_table };
        let Some(entry) = crate::of::match_table(table, node).as_ref().filter(|e| !e.data.is_null()) else {
            return Errno::EINVAL.to_c();
        };
        let begin: Begin = core::mem::transmute(entry.data);
        let above = parent(node).filter(|p| *p != node);
        if let Some(above) = above {
            let path = above.path();
            if virq::domain::find(&|d| d.node() == Some(&path)).is_none() {
                return Errno::EPROBE_DEFER.to_c();
            }
        }
        begin(node.as_raw(), Node::raw_or_null(above))
    }
}
