// SPDX-License-Identifier: GPL-2.0-only
//! Lists of phandles with arguments.

use super::find::by_phandle;
use super::node::Node;
use super::tree::bytes;
use crate::bindings::{self, device_node};
use crate::errno::{Errno, Result, int_to_c, to_c};
use core::ffi::{c_char, c_int};

crate::exports! {
    family "of";
    [any, supported, "of::tests::phandles_with_arguments"]
    fn __of_parse_phandle_with_args(np: *const device_node, list: *const c_char, cells: *const c_char, count: c_int, index: c_int, out: *mut bindings::of_phandle_args) -> c_int = parse;
    [any, supported, "of::tests::phandles_with_arguments"]
    fn of_count_phandle_with_args(np: *const device_node, list: *const c_char, cells: *const c_char) -> c_int = count;
}

/// A reference to another node, with the arguments that its provider asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhandleArgs {
    /// The node.
    pub node: Node,
    /// The arguments; those from `count` on are 0.
    pub args: [u32; bindings::NR_FWNODE_REFERENCE_ARGS as usize],
    /// How many there are.
    pub count: usize,
}

impl PhandleArgs {
    /// The arguments.
    pub fn args(&self) -> &[u32] {
        self.args.get(..self.count).unwrap_or_default()
    }
}

/// How many arguments follow a phandle.
#[derive(Clone, Copy)]
enum Cells<'a> {
    /// As the provider's property says; else as many as given, if any.
    Property(&'a [u8], Option<usize>),
    /// Always as many.
    Fixed(usize),
}

/// The entries of a list; an empty phandle is an entry without a node.
struct Entries<'a, I: Iterator<Item = u32>> {
    words: I,
    cells: Cells<'a>,
}

impl<I: Iterator<Item = u32>> Iterator for Entries<'_, I> {
    type Item = Result<Option<PhandleArgs>>;

    fn next(&mut self) -> Option<Self::Item> {
        let handle = self.words.next()?;
        if handle == 0 {
            return Some(Ok(None));
        }
        Some(self.entry(handle).map(Some))
    }
}

impl<I: Iterator<Item = u32>> Entries<'_, I> {
    fn entry(&mut self, handle: u32) -> Result<PhandleArgs> {
        let node = by_phandle(handle).ok_or(Errno::EINVAL)?;
        let count = match self.cells {
            Cells::Fixed(count) => count,
            Cells::Property(name, otherwise) => {
                node.u32(name).map(|n| n as usize).or(otherwise).ok_or(Errno::EINVAL)?
            }
        };
        let mut args = [0; bindings::NR_FWNODE_REFERENCE_ARGS as usize];
        for slot in args.get_mut(..count).ok_or(Errno::EINVAL)? {
            *slot = self.words.next().ok_or(Errno::EINVAL)?;
        }
        Ok(PhandleArgs { node, args, count })
    }
}

fn cells<'a>(name: &'a [u8], count: c_int) -> Cells<'a> {
    let fixed = usize::try_from(count).ok();
    match (name, fixed) {
        ([], fixed) => Cells::Fixed(fixed.unwrap_or(0)),
        (name, otherwise) => Cells::Property(name, otherwise),
    }
}

fn entries<'a>(node: Node, list: &[u8], cells: Cells<'a>) -> Option<Entries<'a, impl Iterator<Item = u32>>> {
    Some(Entries { words: node.property(list)?.cells(), cells })
}

/// Entry `index` of the list of phandles `list`, with as many arguments as the provider's property `cells` says.
///
/// # Errors
/// `ENOENT`: no such entry, or it is empty; `EINVAL`: the list is malformed.
pub fn parse_phandle_with_args(node: Node, list: &[u8], cells: &[u8], index: usize) -> Result<PhandleArgs> {
    nth(node, list, Cells::Property(cells, None), index)
}

fn nth(node: Node, list: &[u8], cells: Cells<'_>, index: usize) -> Result<PhandleArgs> {
    for (i, entry) in entries(node, list, cells).ok_or(Errno::ENOENT)?.enumerate() {
        let entry = entry?;
        if i == index {
            return entry.ok_or(Errno::ENOENT);
        }
    }
    Err(Errno::ENOENT)
}

pub(super) unsafe fn parse(
    np: *const device_node,
    list: *const c_char,
    name: *const c_char,
    count: c_int,
    index: c_int,
    out: *mut bindings::of_phandle_args,
) -> c_int {
    // SAFETY: as the caller says.
    let (node, list, name) = unsafe { (Node::from_raw(np), bytes(list), bytes(name)) };
    let read = || {
        let index = usize::try_from(index).map_err(|_| Errno::EINVAL)?;
        let found = nth(node.ok_or(Errno::ENOENT)?, list, cells(name, count), index)?;
        // SAFETY: null or the caller's variable.
        if let Some(out) = unsafe { out.as_mut() } {
            out.np = found.node.as_raw();
            out.args_count = found.count as c_int;
            out.args = found.args;
        }
        Ok(())
    };
    to_c(read())
}

pub(super) unsafe fn count(np: *const device_node, list: *const c_char, name: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    let (node, list, name) = unsafe { (Node::from_raw(np), bytes(list), bytes(name)) };
    let read = || {
        let node = node.ok_or(Errno::ENOENT)?;
        let mut number = 0;
        for entry in entries(node, list, cells(name, -1)).ok_or(Errno::ENOENT)? {
            entry?;
            number += 1;
        }
        Ok(number)
    };
    int_to_c(read())
}
