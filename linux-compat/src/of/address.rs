// SPDX-License-Identifier: GPL-2.0-only
//! Addresses of devices, translated through the `ranges` of the buses above them (Devicetree Specification, 2.3.6 to
//! 2.3.8).

use super::node::Node;
use super::tree::bytes;
use crate::bindings::{self, device_node, resource};
use crate::errno::{Errno, Result, to_c};
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr;

crate::exports! {
    family "of";
    [any, supported, "of::tests::addresses_are_translated"]
    fn of_n_addr_cells(np: *mut device_node) -> c_int = n_addr_cells;
    [any, supported, "of::tests::addresses_are_translated"]
    fn of_n_size_cells(np: *mut device_node) -> c_int = n_size_cells;
    [any, supported, "of::tests::addresses_are_translated"]
    fn of_translate_address(np: *mut device_node, addr: *const bindings::__be32) -> u64 = translate_c;
    [any, supported, "of::tests::addresses_are_translated"]
    fn of_address_to_resource(np: *mut device_node, index: c_int, r: *mut resource) -> c_int = to_resource;
    [any, supported, "of::tests::addresses_are_translated"]
    fn __of_get_address(np: *mut device_node, index: c_int, bar: c_int, size: *mut u64, flags: *mut c_uint) -> *const bindings::__be32 = get_address;
    [any, supported, "of::tests::addresses_are_translated"]
    fn of_property_read_reg(np: *mut device_node, index: c_int, addr: *mut u64, size: *mut u64) -> c_int = read_reg;
    [any, supported, "of::tests::addresses_are_translated"]
    fn of_dma_is_coherent(np: *mut device_node) -> bool = is_coherent_c;
    [sleeps, supported, "io_memory::tests::nodes_are_mapped"]
    fn of_iomap(np: *mut device_node, index: c_int) -> *mut c_void = iomap;
    [sleeps, supported, "none"]
    fn fwnode_iomap(fwnode: *mut bindings::fwnode_handle, index: c_int) -> *mut c_void = fwnode_map;
    [sleeps, supported, "io_memory::tests::nodes_are_mapped"]
    fn of_io_request_and_map(np: *mut device_node, index: c_int, name: *const c_char) -> *mut c_void = request_and_map;
}

/// Registers of a device, in the CPUs' addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first address.
    pub start: u64,
    /// Their number of bytes; not 0.
    pub size: u64,
}

/// The most cells of an address or a size: as in Linux.
const MOST_CELLS: usize = 4;

/// A number of up to two cells; of more, the lowest two count.
pub(super) fn number(cells: impl Iterator<Item = u32>) -> u64 {
    cells.fold(0, |n, cell| n << 32 | u64::from(cell))
}

/// Entry `index` of `reg`: the offset of its cells, the address on its bus, and the size.
pub(super) fn bus_address(node: Node, index: usize) -> Result<(usize, u64, u64)> {
    let (na, ns) = (node.address_cells(), node.size_cells());
    if na > MOST_CELLS || ns > MOST_CELLS {
        return Err(Errno::EINVAL);
    }
    let at = index.checked_mul(na + ns).ok_or(Errno::EINVAL)?;
    let reg = node.property(b"reg").ok_or(Errno::EINVAL)?;
    if na + ns == 0 || reg.value.len() / 4 < at.saturating_add(na + ns) {
        return Err(Errno::EINVAL);
    }
    let cells = || reg.cells().skip(at);
    Ok((at * 4, number(cells().take(na)), number(cells().skip(na).take(ns))))
}

/// An address on the bus that `node` is on, as the CPUs see it. `None`: a bus on the way does not pass it on.
pub fn translate(node: Node, address: u64) -> Option<u64> {
    let mut address = address;
    let mut bus = node.parent()?;
    while let Some(above) = bus.parent() {
        let ranges = bus.property(b"ranges")?;
        if !ranges.value.is_empty() {
            let na = bus.u32(b"#address-cells").unwrap_or(1) as usize;
            let ns = bus.u32(b"#size-cells").unwrap_or(1) as usize;
            let pna = bus.address_cells();
            let entry = na.checked_add(ns)?.checked_add(pna)?;
            let windows = (ranges.value.len() / 4).checked_div(entry)?;
            address = (0..windows).find_map(|i| {
                let cells = || ranges.cells().skip(i * entry);
                let child = number(cells().take(na));
                let parent = number(cells().skip(na).take(pna));
                let size = number(cells().skip(na + pna).take(ns));
                let offset = address.checked_sub(child)?;
                if offset < size { parent.checked_add(offset) } else { None }
            })?;
        }
        bus = above;
    }
    Some(address)
}

/// Entry `index` of the node's `reg`, as the CPUs see it.
///
/// # Errors
/// `EINVAL`: no such entry, or a bus on the way does not pass it on.
pub fn address_to_resource(node: Node, index: usize) -> Result<Span> {
    let (_, address, size) = bus_address(node, index)?;
    let start = translate(node, address).ok_or(Errno::EINVAL)?;
    if size == 0 || start.checked_add(size - 1).is_none() {
        return Err(Errno::EINVAL);
    }
    Ok(Span { start, size })
}

/// How many entries of `reg` the CPUs can reach.
pub fn address_count(node: Node) -> usize {
    (0..).take_while(|i| address_to_resource(node, *i).is_ok()).count()
}

/// Whether the device's DMA goes through the CPUs' caches: the nearest `dma-coherent` or `dma-noncoherent` says so.
pub fn is_coherent(node: Node) -> bool {
    core::iter::successors(Some(node), |n| n.parent())
        .find_map(|n| {
            let says = |name: &[u8], value| n.property(name).map(|_| value);
            says(b"dma-coherent", true).or_else(|| says(b"dma-noncoherent", false))
        })
        .unwrap_or(false)
}

pub(super) fn node(raw: *const device_node) -> Option<Node> {
    // SAFETY: the callers of all functions here hand over null or nodes of the tree.
    unsafe { Node::from_raw(raw) }
}

pub(super) fn n_addr_cells(np: *mut device_node) -> c_int {
    node(np).map_or(1, Node::address_cells) as c_int
}

pub(super) fn n_size_cells(np: *mut device_node) -> c_int {
    node(np).map_or(1, Node::size_cells) as c_int
}

pub(super) unsafe fn translate_c(np: *mut device_node, addr: *const bindings::__be32) -> u64 {
    let Some(node) = node(np).filter(|_| !addr.is_null()) else { return u64::MAX };
    // SAFETY: the caller's address has as many cells as the node's bus says.
    let cells = (0..node.address_cells()).map(|i| u32::from_be(unsafe { addr.add(i).read_unaligned() }));
    translate(node, number(cells)).unwrap_or(u64::MAX)
}

/// Fills a resource with entry `index` of `reg`.
///
/// # Safety
/// `np` is null or a node, `r` the caller's variable.
pub(crate) unsafe fn to_resource(np: *mut device_node, index: c_int, r: *mut resource) -> c_int {
    let read = || {
        let node = node(np).ok_or(Errno::EINVAL)?;
        let index = usize::try_from(index).map_err(|_| Errno::EINVAL)?;
        let span = address_to_resource(node, index)?;
        let name = node.property(b"reg-names").and_then(|p| p.strings().nth(index));
        // SAFETY: any bytes are a resource; the caller's variable.
        unsafe {
            r.write(core::mem::zeroed());
            (*r).start = span.start;
            (*r).end = span.start + (span.size - 1);
            (*r).flags = bindings::IORESOURCE_MEM.into();
            (*r).name = name.unwrap_or(node.full_name()).as_ptr();
        }
        Ok(())
    };
    to_c(read())
}

pub(super) unsafe fn get_address(
    np: *mut device_node,
    index: c_int,
    bar: c_int,
    size: *mut u64,
    flags: *mut c_uint,
) -> *const bindings::__be32 {
    let found = node(np).filter(|_| bar < 0).zip(usize::try_from(index).ok());
    let Some((node, (at, _, bytes))) =
        found.and_then(|(node, index)| Some((node, bus_address(node, index).ok()?)))
    else {
        return ptr::null();
    };
    // SAFETY: null or the caller's variables.
    unsafe {
        if let Some(size) = size.as_mut() {
            *size = bytes;
        }
        if let Some(flags) = flags.as_mut() {
            *flags = bindings::IORESOURCE_MEM;
        }
    }
    node.property(b"reg").map_or(ptr::null(), |reg| reg.value.as_ptr().wrapping_add(at).cast())
}

pub(super) unsafe fn read_reg(np: *mut device_node, index: c_int, addr: *mut u64, size: *mut u64) -> c_int {
    let read = || {
        let index = usize::try_from(index).map_err(|_| Errno::EINVAL)?;
        let (_, address, bytes) = bus_address(node(np).ok_or(Errno::EINVAL)?, index)?;
        // SAFETY: null or the caller's variables.
        unsafe {
            if let Some(addr) = addr.as_mut() {
                *addr = address;
            }
            if let Some(size) = size.as_mut() {
                *size = bytes;
            }
        }
        Ok(())
    };
    to_c(read())
}

pub(super) fn is_coherent_c(np: *mut device_node) -> bool {
    node(np).is_some_and(is_coherent)
}

fn fwnode_map(fwnode: *mut bindings::fwnode_handle, index: c_int) -> *mut c_void {
    super::from_fwnode(fwnode).map_or(ptr::null_mut(), |node| iomap(node.as_raw(), index))
}

pub(super) fn iomap(np: *mut device_node, index: c_int) -> *mut c_void {
    let span = node(np).zip(usize::try_from(index).ok()).and_then(|(n, i)| address_to_resource(n, i).ok());
    span.map_or(ptr::null_mut(), |span| crate::io_memory::map(span.start, span.size))
}

pub(super) unsafe fn request_and_map(np: *mut device_node, index: c_int, name: *const c_char) -> *mut c_void {
    // SAFETY: as the caller says.
    let name = unsafe { bytes(name) };
    let mapped = || {
        let node = node(np).ok_or(Errno::EINVAL)?;
        let span = address_to_resource(node, usize::try_from(index).map_err(|_| Errno::EINVAL)?)?;
        let owner = if name.is_empty() { node.full_name().to_bytes() } else { name };
        crate::io_memory::request_and_map(span, owner)
    };
    crate::errno::ptr_to_c(mapped())
}
