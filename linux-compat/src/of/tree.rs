// SPDX-License-Identifier: GPL-2.0-only
//! Making the nodes from the host's device tree.

use super::node::Node;
use crate::bindings;
use crate::errno::{Errno, Result};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::ptr;
use dtoolkit::{Node as _, Property as _};
use kernel::dt;

crate::exports_data! {
    family "of";
    [any, supported, "of::tests::the_tree_is_made"]
    static of_root: *mut bindings::device_node = ptr::null_mut();
    [any, supported, "of::tests::the_tree_is_made"]
    static of_chosen: *mut bindings::device_node = ptr::null_mut();
    [any, supported, "of::tests::the_tree_is_made"]
    static of_aliases: *mut bindings::device_node = ptr::null_mut();
    [any, supported, "of::tests::the_tree_is_made"]
    static of_stdout: *mut bindings::device_node = ptr::null_mut();
}

/// Makes the nodes. Once, at boot, before any driver runs.
///
/// # Errors
/// `ENOMEM`; `EINVAL` for a name that C cannot have.
pub fn init(tree: dt::Fdt<'static>) -> Result<()> {
    let mut last = ptr::null_mut();
    let root = make(&dt::Node::root(tree), ptr::null_mut(), &mut last)?;
    // SAFETY: at boot; nobody reads them yet.
    unsafe {
        of_root = root;
        let node = Node::from_raw(root);
        let child = |name: &[u8]| Node::raw_or_null(node.and_then(|n| n.child(name)));
        of_chosen = child(b"chosen");
        of_aliases = child(b"aliases");
        let console = Node::from_raw(of_chosen).and_then(|n| n.property(b"stdout-path"));
        let path = console.and_then(|p| p.strings().next());
        of_stdout =
            Node::raw_or_null(path.and_then(|p| super::find::by_path(p.to_bytes())).map(|(node, _)| node));
    }
    Ok(())
}

/// The root, once the tree is made. Context: any.
pub fn root() -> Option<Node> {
    // SAFETY: written at boot only.
    unsafe { Node::from_raw(of_root) }
}

/// Makes a node and all below it; `last` is the node made before it.
pub(super) fn make(
    source: &dt::Node<'static>,
    parent: *mut bindings::device_node,
    last: &mut *mut bindings::device_node,
) -> Result<*mut bindings::device_node> {
    let properties = properties(source)?;
    // SAFETY: all fields may be zero.
    let mut node: bindings::device_node = unsafe { core::mem::zeroed() };
    (node.name, node.full_name) = names(source)?;
    node.parent = parent;
    node.properties = properties;
    node.fwnode.ops = super::fwnode::ops();
    let node = Box::leak(Box::new(node));
    let raw: *mut bindings::device_node = node;
    // SAFETY: just made.
    let view = unsafe { Node::from_raw(raw) }.ok_or(Errno::EINVAL)?;
    node.phandle = view.u32(b"phandle").or_else(|| view.u32(b"linux,phandle")).unwrap_or(0);
    // SAFETY: the node made before, of which nothing else is in use yet.
    if let Some(before) = unsafe { last.as_mut() } {
        before.allnext = raw;
    }
    *last = raw;
    let mut place: *mut *mut bindings::device_node = &raw mut node.child;
    for child in source.children() {
        let child = make(&child, raw, last)?;
        // SAFETY: `place` is the link of this node or of the child before: both made here.
        unsafe {
            *place = child;
            place = &raw mut (*child).sibling;
        }
    }
    Ok(raw)
}

/// The name without and with unit address. Names in the blob end in a NUL; the shorter one needs a copy.
fn names(
    source: &dt::Node<'static>,
) -> Result<(*const core::ffi::c_char, *const core::ffi::c_char)> {
    if source.parent().is_none() {
        return Ok((c"".as_ptr(), c"/".as_ptr()));
    }
    let full = source.name();
    let full_name = full.as_ptr().cast();
    if source.base_name().len() == full.len() {
        return Ok((full_name, full_name));
    }
    let base = CString::new(source.base_name()).map_err(|_| Errno::EINVAL)?;
    Ok((base.into_raw(), full_name))
}

/// The properties of a node as a chain.
fn properties(source: &dt::Node<'static>) -> Result<*mut bindings::property> {
    let mut list: Vec<bindings::property> = source
        .raw()
        .properties()
        .map(|property| bindings::property {
            // Names in the blob's block of strings end in a NUL.
            name: property.name().as_ptr().cast_mut().cast(),
            length: property.value().len() as i32,
            value: property.value().as_ptr().cast_mut().cast(),
            next: ptr::null_mut(),
        })
        .collect();
    list.shrink_to_fit();
    let list = Vec::leak(list);
    let first = list.as_mut_ptr();
    for i in 1..list.len() {
        if let Some(before) = list.get_mut(i - 1) {
            before.next = first.wrapping_add(i);
        }
    }
    Ok(if list.is_empty() { ptr::null_mut() } else { first })
}

/// A C string's bytes; empty for null.
///
/// # Safety
/// `text` is null or ends in a NUL.
pub(super) unsafe fn bytes<'a>(text: *const core::ffi::c_char) -> &'a [u8] {
    // SAFETY: the caller says so.
    if text.is_null() { &[] } else { unsafe { CStr::from_ptr(text) }.to_bytes() }
}
