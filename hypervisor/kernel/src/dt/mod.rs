// SPDX-License-Identifier: GPL-2.0-only
//! The host's device tree: finding nodes and decoding their standard properties.
//!
//! The blob is an allegation of the firmware: it is checked once as a whole ([`check`]), every property is decoded
//! with errors that name node and property, and nothing here panics or allocates. Section numbers are those of the
//! Devicetree Specification, release 0.4.

mod interrupts;
pub mod machine;
mod node;
mod phandle;
mod reg;

pub use dtoolkit::fdt::{Fdt, FdtNode};
pub use interrupts::{Interrupt, Trigger};
pub use node::Node;
pub use phandle::{MAX_ARGS, Specifier};
pub use reg::Reg;

use core::fmt;
use core::ops::ControlFlow;
use dtoolkit::Node as _;
use spin::Once;

/// Deepest nesting of nodes that is accepted; real trees have 8.
pub const MAX_DEPTH: usize = 16;

/// Largest blob that is accepted: the arm64 boot protocol allows 2 MiB.
pub const MAX_SIZE: usize = 2 << 20;

/// A short text kept by value: node names in errors, without allocation. Longer text is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; 47],
    len: u8,
}

impl Name {
    /// The text of `s`, as much as fits.
    pub fn new(s: &str) -> Self {
        let mut name = Name { bytes: [0; 47], len: 0 };
        let _ = fmt::Write::write_str(&mut name, s);
        name
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.len)).and_then(|b| core::str::from_utf8(b).ok()).unwrap_or("?")
    }
}

impl fmt::Write for Name {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for c in s.chars().filter(char::is_ascii) {
            let Some(slot) = self.bytes.get_mut(usize::from(self.len)) else { break };
            *slot = c as u8;
            self.len += 1;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a device tree, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DtError {
    /// The node, by name.
    pub node: Name,
    /// The property, empty if the node itself is meant.
    pub property: &'static str,
    /// What was found or missed.
    pub kind: DtErrorKind,
}

/// The kinds of [`DtError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DtErrorKind {
    /// The blob is not a device tree; says why.
    Malformed(Name),
    /// The node or property is not there.
    Missing,
    /// The value has another length than expected.
    Length {
        /// Bytes found.
        found: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// A number is out of range.
    Value {
        /// The number found.
        found: u64,
        /// What it should be.
        expected: &'static str,
    },
    /// The value is no NUL-terminated text.
    NotText,
    /// There are fewer elements than the index that was asked for.
    Index {
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// An address is not translated by the `ranges` of a parent.
    NotTranslated {
        /// The address on the inner bus.
        address: u64,
    },
    /// A phandle that no node has.
    Dangling {
        /// The phandle.
        phandle: u32,
    },
    /// Nodes are nested too deep.
    TooDeep,
}

impl DtError {
    fn at(node: &str, property: &'static str, kind: DtErrorKind) -> Self {
        DtError { node: Name::new(node), property, kind }
    }
}

impl fmt::Display for DtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.node.as_str())?;
        if !self.property.is_empty() {
            write!(f, ", {}", self.property)?;
        }
        match self.kind {
            DtErrorKind::Malformed(why) => write!(f, ": not a valid device tree blob: {}", why.as_str()),
            DtErrorKind::Missing => f.write_str(": missing"),
            DtErrorKind::Length { found, expected } => write!(f, ": {found} bytes, expected {expected}"),
            DtErrorKind::Value { found, expected } => write!(f, ": {found:#x}, expected {expected}"),
            DtErrorKind::NotText => f.write_str(": expected NUL-terminated text"),
            DtErrorKind::Index { index, count } => write!(f, ": element {index} asked for, {count} found"),
            DtErrorKind::NotTranslated { address } => {
                write!(f, ": address {address:#x} is not translated by the ranges of a parent")
            }
            DtErrorKind::Dangling { phandle } => write!(f, ": no node has phandle {phandle:#x}"),
            DtErrorKind::TooDeep => write!(f, ": nodes nested more than {MAX_DEPTH} deep"),
        }
    }
}

impl From<DtError> for crate::error::Error {
    fn from(error: DtError) -> Self {
        crate::error::Error::Invalid { what: "device tree", why: alloc::format!("{error}") }
    }
}

/// Reads the size that a blob's header claims, from its first 8 bytes: `None` if the magic number is wrong.
pub fn claimed_size(header: [u8; 8]) -> Option<usize> {
    let [a, b, c, d, rest @ ..] = header;
    (u32::from_be_bytes([a, b, c, d]) == 0xd00d_feed).then_some(u32::from_be_bytes(rest) as usize)
}

/// Checks a blob as a whole: header, structure, strings, names and nesting (chapter 5). After this, no reader panics.
///
/// # Errors
/// [`DtErrorKind::Malformed`] or [`DtErrorKind::TooDeep`].
pub fn check(blob: &[u8]) -> Result<Fdt<'_>, DtError> {
    let fdt = Fdt::new(blob).map_err(|error| {
        let mut why = Name::new("");
        let _ = fmt::write(&mut why, format_args!("{error}"));
        DtError::at("/", "", DtErrorKind::Malformed(why))
    })?;
    check_depth(fdt.root(), 0)?;
    Ok(fdt)
}

fn check_depth(node: FdtNode<'_>, depth: usize) -> Result<(), DtError> {
    if depth >= MAX_DEPTH {
        return Err(DtError::at(node.name(), "", DtErrorKind::TooDeep));
    }
    node.children().try_for_each(|child| check_depth(child, depth + 1))
}

/// How many of a valid blob's bytes hold something: firmware often pads it (QEMU to 1 MiB).
pub fn used_size(fdt: Fdt<'_>) -> usize {
    let field = |at: usize| {
        let bytes = fdt.data().get(at..at + 4).and_then(|b| b.try_into().ok()).unwrap_or([0; 4]);
        u32::from_be_bytes(bytes) as usize
    };
    // off_dt_strings + size_dt_strings, the last block in every blob that `check` accepts (section 5.2).
    (field(12) + field(32)).next_multiple_of(8).min(fdt.data().len())
}

/// Sets the `totalsize` field of a blob that was cut to [`used_size`].
pub fn set_total_size(blob: &mut [u8], size: u32) {
    if let Some(field) = blob.get_mut(4..8) {
        field.copy_from_slice(&size.to_be_bytes());
    }
}

static TREE: Once<Fdt<'static>> = Once::new();

/// Makes `fdt` the host's device tree. Boot only; the first call counts.
pub fn set_tree(fdt: Fdt<'static>) {
    TREE.call_once(|| fdt);
}

/// The host's device tree; `None` before boot has set it.
pub fn tree() -> Option<Fdt<'static>> {
    TREE.get().copied()
}

/// Calls `f` for every node, parents before children, until it breaks.
pub fn walk<'a, B>(fdt: Fdt<'a>, f: &mut dyn FnMut(&Node<'a>) -> ControlFlow<B>) -> Option<B> {
    fn inner<'a, B>(at: &Node<'a>, f: &mut dyn FnMut(&Node<'a>) -> ControlFlow<B>) -> ControlFlow<B> {
        f(at)?;
        at.children().try_for_each(|child| inner(&child, f))
    }
    match inner(&Node::root(fdt), f) {
        ControlFlow::Break(value) => Some(value),
        ControlFlow::Continue(()) => None,
    }
}

/// The first node that `f` accepts.
pub fn find<'a>(fdt: Fdt<'a>, f: &mut dyn FnMut(&Node<'a>) -> bool) -> Option<Node<'a>> {
    walk(fdt, &mut |node| if f(node) { ControlFlow::Break(*node) } else { ControlFlow::Continue(()) })
}

/// The first available node compatible with one of `compatible`.
pub fn find_compatible<'a>(fdt: Fdt<'a>, compatible: &[&str]) -> Option<Node<'a>> {
    find(fdt, &mut |node| node.is_compatible(compatible) && node.available())
}

/// The node with this `phandle` (section 2.3.3).
pub fn find_phandle(fdt: Fdt<'_>, phandle: u32) -> Option<Node<'_>> {
    find(fdt, &mut |node| [node.u32("phandle"), node.u32("linux,phandle")].contains(&Ok(phandle)))
}

/// The node at a path: `/a/b@1` (unit addresses may be left out), or an alias followed by a path (section 3.3).
pub fn find_path<'a>(fdt: Fdt<'a>, path: &str) -> Option<Node<'a>> {
    let (mut node, rest) = match path.strip_prefix('/') {
        Some(rest) => (Node::root(fdt), rest),
        None => {
            let (alias, rest) = path.split_once('/').unwrap_or((path, ""));
            let target = Node::root(fdt).child("aliases")?.text(alias).ok()?;
            // An alias names a full path; one that names another alias would be a loop to be feared.
            (find_path(fdt, target.starts_with('/').then_some(target)?)?, rest)
        }
    };
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        node = node.child(part)?;
    }
    Some(node)
}

#[cfg(test)]
pub(crate) mod tests;
