// SPDX-License-Identifier: GPL-2.0-only
//! Finding nodes.

use super::node::Node;
use super::tree::{bytes, root};
use crate::bindings::{device_node, of_device_id};
use crate::{bindings, errno::Errno};
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr;

crate::exports! {
    family "of";
    [any, supported, "of::tests::nodes_are_found"]
    fn of_node_name_eq(np: *const device_node, name: *const c_char) -> bool = name_eq;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_node_name_prefix(np: *const device_node, prefix: *const c_char) -> bool = name_prefix;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_find_all_nodes(prev: *mut device_node) -> *mut device_node = find_all;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_find_node_by_name(from: *mut device_node, name: *const c_char) -> *mut device_node = find_by_name;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_find_node_by_type(from: *mut device_node, kind: *const c_char) -> *mut device_node = find_by_type;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_find_compatible_node(from: *mut device_node, kind: *const c_char, compat: *const c_char) -> *mut device_node = find_compatible;
    [any, supported, "of::tests::tables_match_the_most_specific"]
    fn of_find_matching_node_and_match(from: *mut device_node, matches: *const of_device_id, found: *mut *const of_device_id) -> *mut device_node = find_matching;
    [any, supported, "of::tests::paths_and_aliases"]
    fn of_find_node_opts_by_path(path: *const c_char, opts: *mut *const c_char) -> *mut device_node = find_by_path;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_find_node_by_phandle(handle: bindings::phandle) -> *mut device_node = find_by_phandle;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_find_node_with_property(from: *mut device_node, name: *const c_char) -> *mut device_node = find_with_property;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_parent(node: *const device_node) -> *mut device_node = parent;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_next_parent(node: *mut device_node) -> *mut device_node = next_parent;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_next_child(node: *const device_node, prev: *mut device_node) -> *mut device_node = next_child;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_next_available_child(node: *const device_node, prev: *mut device_node) -> *mut device_node = next_available_child;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_compatible_child(node: *const device_node, compat: *const c_char) -> *mut device_node = compatible_child;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_child_by_name(node: *const device_node, name: *const c_char) -> *mut device_node = child_by_name;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_device_is_compatible(node: *const device_node, compat: *const c_char) -> c_int = is_compatible;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_device_compatible_match(node: *const device_node, compat: *const *const c_char) -> c_int = compatible_match;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_device_is_available(node: *const device_node) -> bool = is_available;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_device_is_big_endian(node: *const device_node) -> bool = is_big_endian;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_machine_is_compatible(compat: *const c_char) -> c_int = machine_is_compatible;
    [any, supported, "of::tests::tables_match_the_most_specific"]
    fn of_match_node(matches: *const of_device_id, node: *const device_node) -> *const of_device_id = match_node;
    [any, supported, "of::tests::tables_match_the_most_specific"]
    fn of_match_device(matches: *const of_device_id, dev: *const bindings::device) -> *const of_device_id = match_device;
    [any, supported, "of::tests::tables_match_the_most_specific"]
    fn of_device_get_match_data(dev: *const bindings::device) -> *const c_void = match_data;
    [any, supported, "of::tests::paths_and_aliases"]
    fn of_alias_get_id(np: *mut device_node, stem: *const c_char) -> c_int = alias_id;
    [any, supported, "of::tests::paths_and_aliases"]
    fn of_alias_get_highest_id(stem: *const c_char) -> c_int = highest_alias;
    [any, supported, "of::tests::paths_and_aliases"]
    fn of_alias_from_compatible(node: *const device_node, alias: *mut c_char, len: c_int) -> c_int = alias_from_compatible;
    [any, supported, "of::tests::nodes_are_found"]
    fn of_get_cpu_node(cpu: c_int, thread: *mut c_uint) -> *mut device_node = cpu_node;
}

/// The node of a C pointer.
pub(super) fn node(raw: *const device_node) -> Option<Node> {
    // SAFETY: the callers of all functions here hand over null or nodes of the tree.
    unsafe { Node::from_raw(raw) }
}

/// A C string argument.
pub(super) fn text<'a>(raw: *const c_char) -> &'a [u8] {
    // SAFETY: the callers of all functions here hand over null or C strings.
    unsafe { bytes(raw) }
}

pub(super) fn name_eq(np: *const device_node, name: *const c_char) -> bool {
    node(np).is_some_and(|n| n.name().to_bytes() == text(name))
}

pub(super) fn name_prefix(np: *const device_node, prefix: *const c_char) -> bool {
    node(np).is_some_and(|n| n.name().to_bytes().starts_with(text(prefix)))
}

pub(super) fn find_all(prev: *mut device_node) -> *mut device_node {
    Node::raw_or_null(match node(prev) {
        Some(before) => before.next(),
        None => root(),
    })
}

/// The first node after `from`, or of the whole tree, for which `wanted` holds.
pub(super) fn search(from: *mut device_node, mut wanted: impl FnMut(Node) -> bool) -> *mut device_node {
    let first = match node(from) {
        Some(before) => before.next(),
        None => root(),
    };
    Node::raw_or_null(core::iter::successors(first, |n| n.next()).find(|n| wanted(*n)))
}

pub(super) fn find_by_name(from: *mut device_node, name: *const c_char) -> *mut device_node {
    search(from, |n| n.name().to_bytes() == text(name))
}

pub(super) fn is_type(node: Node, kind: &[u8]) -> bool {
    node.property(b"device_type").and_then(|p| p.strings().next()).is_some_and(|t| t.to_bytes() == kind)
}

pub(super) fn find_by_type(from: *mut device_node, kind: *const c_char) -> *mut device_node {
    search(from, |n| is_type(n, text(kind)))
}

pub(super) fn find_compatible(from: *mut device_node, kind: *const c_char, compat: *const c_char) -> *mut device_node {
    search(from, |n| n.is_compatible(text(compat)) && (kind.is_null() || is_type(n, text(kind))))
}

pub(super) fn find_matching(
    from: *mut device_node,
    matches: *const of_device_id,
    found: *mut *const of_device_id,
) -> *mut device_node {
    let mut entry = ptr::null();
    let node = search(from, |n| {
        // SAFETY: the caller's table.
        entry = unsafe { match_table(matches, n) };
        !entry.is_null()
    });
    // SAFETY: null or the caller's variable.
    if let Some(found) = unsafe { found.as_mut() } {
        *found = entry;
    }
    node
}

/// The node of a path or alias, with what follows a `:` in it.
pub(super) fn by_path(path: &[u8]) -> Option<(Node, Option<usize>)> {
    let end = path.iter().position(|b| *b == b':').unwrap_or(path.len());
    let options = (end < path.len()).then_some(end + 1);
    let mut parts = path.get(..end)?.split(|b| *b == b'/');
    let first = parts.next()?;
    let start = if first.is_empty() {
        root()?
    } else {
        let aliases = root()?.child(b"aliases")?;
        let target = aliases.property(first)?.strings().next()?;
        by_path(target.to_bytes())?.0
    };
    let walk = |node: Node, part: &[u8]| if part.is_empty() { Some(node) } else { node.child(part) };
    parts.try_fold(start, walk).map(|node| (node, options))
}

pub(super) fn find_by_path(path: *const c_char, opts: *mut *const c_char) -> *mut device_node {
    let found = by_path(text(path));
    // SAFETY: null or the caller's variable.
    if let Some(opts) = unsafe { opts.as_mut() } {
        *opts = found.and_then(|(_, at)| at).map_or(ptr::null(), |at| path.wrapping_add(at));
    }
    Node::raw_or_null(found.map(|(node, _)| node))
}

/// The node with that phandle.
pub(crate) fn by_phandle(handle: u32) -> Option<Node> {
    if handle == 0 {
        return None;
    }
    core::iter::successors(root(), |n| n.next()).find(|n| n.phandle() == handle)
}

pub(super) fn find_by_phandle(handle: bindings::phandle) -> *mut device_node {
    Node::raw_or_null(by_phandle(handle))
}

pub(super) fn find_with_property(from: *mut device_node, name: *const c_char) -> *mut device_node {
    search(from, |n| n.property(text(name)).is_some())
}

pub(super) fn parent(raw: *const device_node) -> *mut device_node {
    Node::raw_or_null(node(raw).and_then(Node::parent))
}

pub(super) fn next_parent(raw: *mut device_node) -> *mut device_node {
    parent(raw)
}

/// The next child after `prev` that is wanted.
pub(super) fn child_after(
    parent: Option<Node>,
    prev: Option<Node>,
    wanted: impl Fn(&Node) -> bool,
) -> Option<Node> {
    let first = match prev {
        Some(prev) => prev.sibling(),
        None => parent?.children().next(),
    };
    core::iter::successors(first, |n| n.sibling()).find(wanted)
}

pub(super) fn next_child(raw: *const device_node, prev: *mut device_node) -> *mut device_node {
    Node::raw_or_null(child_after(node(raw), node(prev), |_| true))
}

pub(super) fn next_available_child(raw: *const device_node, prev: *mut device_node) -> *mut device_node {
    Node::raw_or_null(child_after(node(raw), node(prev), |n| n.is_available()))
}

pub(super) fn compatible_child(raw: *const device_node, compat: *const c_char) -> *mut device_node {
    Node::raw_or_null(node(raw).and_then(|n| n.children().find(|c| c.is_compatible(text(compat)))))
}

pub(super) fn child_by_name(raw: *const device_node, name: *const c_char) -> *mut device_node {
    let wanted = text(name);
    Node::raw_or_null(node(raw).and_then(|n| n.children().find(|c| c.name().to_bytes() == wanted)))
}

/// Linux's score: higher for a more specific entry of `compatible`, 0 for none.
pub(super) fn is_compatible(raw: *const device_node, compat: *const c_char) -> c_int {
    let rank = node(raw).and_then(|n| n.compatible_rank(text(compat)));
    rank.map_or(0, |rank| (c_int::MAX / 2).saturating_sub((rank as c_int).saturating_mul(4)))
}

pub(super) fn compatible_match(raw: *const device_node, compat: *const *const c_char) -> c_int {
    let mut best = 0;
    for i in 0.. {
        // SAFETY: the caller's list ends in null.
        let entry = unsafe { compat.add(i).read() };
        if entry.is_null() {
            break;
        }
        best = best.max(is_compatible(raw, entry));
    }
    best
}

pub(super) fn is_available(raw: *const device_node) -> bool {
    node(raw).is_some_and(Node::is_available)
}

pub(super) fn is_big_endian(raw: *const device_node) -> bool {
    node(raw).is_some_and(|n| n.property(b"big-endian").is_some())
}

pub(super) fn machine_is_compatible(compat: *const c_char) -> c_int {
    root().is_some_and(|n| n.is_compatible(text(compat))).into()
}

/// The bytes of a field of a table that ends in a NUL or at the field's end.
pub(super) fn field(field: &[c_char]) -> &[u8] {
    // SAFETY: `c_char` is one byte; of the same length.
    let bytes = unsafe { core::slice::from_raw_parts(field.as_ptr().cast::<u8>(), field.len()) };
    bytes.split(|b| *b == 0).next().unwrap_or(bytes)
}

/// The entry of a driver's table that serves the node best: the one that names the most specific part of the node's
/// `compatible`. Null for none, or for no table.
///
/// # Safety
/// `table` is null or ends in an empty entry.
pub unsafe fn match_table(table: *const of_device_id, node: Node) -> *const of_device_id {
    let (mut best, mut best_rank) = (ptr::null(), usize::MAX);
    let mut entry = table;
    // SAFETY: the caller's table, which ends in an empty entry.
    while let Some(e) = unsafe { entry.as_ref() } {
        let (name, kind, compatible) = (field(&e.name), field(&e.type_), field(&e.compatible));
        if name.is_empty() && kind.is_empty() && compatible.is_empty() {
            break;
        }
        let rank = match compatible {
            // Without `compatible`, below any that names one.
            [] => Some(usize::MAX - 1),
            compatible => node.compatible_rank(compatible),
        };
        let rank = rank
            .filter(|_| kind.is_empty() || is_type(node, kind))
            .filter(|_| name.is_empty() || node.name().to_bytes() == name);
        if let Some(rank) = rank.filter(|r| *r < best_rank) {
            (best, best_rank) = (entry, rank);
        }
        // SAFETY: not the last entry.
        entry = unsafe { entry.add(1) };
    }
    best
}

pub(super) unsafe fn match_node(matches: *const of_device_id, raw: *const device_node) -> *const of_device_id {
    // SAFETY: as the caller says.
    node(raw).map_or(ptr::null(), |n| unsafe { match_table(matches, n) })
}

pub(super) unsafe fn match_device(matches: *const of_device_id, dev: *const bindings::device) -> *const of_device_id {
    // SAFETY: the caller's device and table.
    unsafe { dev.as_ref().map_or(ptr::null(), |dev| match_node(matches, dev.of_node)) }
}

/// The data of the entry by which the device's driver serves it; null without a driver, node or entry.
pub(super) unsafe fn match_data(dev: *const bindings::device) -> *const c_void {
    // SAFETY: the caller's device, its driver, and that one's table.
    unsafe {
        let Some(driver) = dev.as_ref().and_then(|dev| dev.driver.as_ref()) else { return ptr::null() };
        match_device(driver.of_match_table, dev).as_ref().map_or(ptr::null(), |entry| entry.data)
    }
}

/// Every alias `STEMn` with its number and its node.
pub(super) fn aliases(stem: &[u8]) -> impl Iterator<Item = (c_int, Option<Node>)> {
    let list = root().and_then(|r| r.child(b"aliases")).into_iter().flat_map(|a| a.properties());
    list.filter_map(move |p| {
        let digits = core::str::from_utf8(p.name.to_bytes().strip_prefix(stem)?).ok()?;
        let number = digits.parse::<u16>().ok()?;
        Some((number.into(), by_path(p.strings().next()?.to_bytes()).map(|(node, _)| node)))
    })
}

pub(crate) fn alias_id(np: *mut device_node, stem: *const c_char) -> c_int {
    let wanted = node(np);
    let found = aliases(text(stem)).find(|(_, node)| wanted.is_some() && *node == wanted);
    found.map_or(Errno::ENODEV.to_c(), |(number, _)| number)
}

pub(super) fn highest_alias(stem: *const c_char) -> c_int {
    aliases(text(stem)).map(|(number, _)| number).max().unwrap_or(Errno::ENODEV.to_c())
}

/// The part of the first `compatible` behind the comma: the name of, say, an I2C client.
pub(super) unsafe fn alias_from_compatible(raw: *const device_node, alias: *mut c_char, len: c_int) -> c_int {
    let first = node(raw).and_then(|n| n.property(b"compatible")).and_then(|p| p.strings().next());
    let Some(first) = first else { return Errno::ENODEV.to_c() };
    let whole = first.to_bytes();
    let start = whole.iter().position(|b| *b == b',').map_or(0, |at| at + 1);
    let name = whole.get(start..).unwrap_or_default();
    let room = usize::try_from(len).unwrap_or(0);
    if room == 0 {
        return Errno::EINVAL.to_c();
    }
    let count = name.len().min(room - 1);
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe {
        ptr::copy_nonoverlapping(name.as_ptr().cast(), alias, count);
        alias.add(count).write(0);
    }
    0
}

pub(super) fn cpu_node(cpu: c_int, thread: *mut c_uint) -> *mut device_node {
    // SAFETY: null or the caller's variable.
    if let Some(thread) = unsafe { thread.as_mut() } {
        *thread = 0;
    }
    let cpus = root().and_then(|r| r.child(b"cpus"));
    let mut list = cpus.into_iter().flat_map(|c| c.children()).filter(|n| is_type(*n, b"cpu"));
    Node::raw_or_null(usize::try_from(cpu).ok().and_then(|n| list.nth(n)))
}
