// SPDX-License-Identifier: GPL-2.0-only
//! Typed reading of a node's properties: what is missing or malformed becomes a [`Problems`] entry, never a panic.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use dtoolkit::fdt::{Fdt, FdtNode};
use dtoolkit::model::{DeviceTree, DeviceTreeNode, DeviceTreeProperty};
use dtoolkit::{Node, Property};

use super::error::{Problems, Quote, one_of};

/// Deepest nesting of nodes in a guest's DTS, the root being 1.
pub const MAX_DEPTH: usize = 10;
/// Most nodes in a guest's DTS.
pub const MAX_NODES: usize = 1024;
/// Most properties in a guest's DTS.
pub const MAX_PROPERTIES: usize = 4096;
/// Largest DTB of a guest, in bytes; also the largest that is generated.
pub const MAX_DTB: usize = 512 << 10;
/// Largest number of cells in one property that is read as numbers.
const MAX_CELLS: usize = 1024;

/// Reads a DTB into a tree after checking its structure, size, depth and that no name stands twice in a node.
pub(crate) fn read_tree(dtb: &[u8], problems: &mut Problems) -> Option<DeviceTree> {
    let found = |what: &dyn core::fmt::Display| format!("{what}");
    let dtb = match trim(dtb) {
        Ok(dtb) => dtb,
        Err((what, expected)) => {
            problems.add("", "", what, expected);
            return None;
        }
    };
    let fdt = match Fdt::new(dtb) {
        Ok(fdt) => fdt,
        Err(error) => {
            problems.add("", "", found(&error), "a device tree blob as dtc writes it");
            return None;
        }
    };
    let before = problems.count();
    check_node(&fdt.root(), "/", 1, &mut Size::default(), problems);
    (problems.count() == before).then(|| DeviceTree::from_fdt(&fdt))
}

/// The first `totalsize` bytes of `dtb`: a file may be padded.
pub(crate) fn trim(dtb: &[u8]) -> Result<&[u8], (String, &'static str)> {
    let total: [u8; 4] = dtb
        .get(4..8)
        .and_then(|size| size.try_into().ok())
        .ok_or((format!("{} bytes", dtb.len()), "a device tree blob of at least 40 bytes"))?;
    let total = u32::from_be_bytes(total) as usize;
    if total > MAX_DTB {
        return Err((format!("a device tree of {total} bytes"), "at most 512 KiB"));
    }
    dtb.get(..total).ok_or((format!("{} bytes of a device tree of {total}", dtb.len()), "the whole file"))
}

/// How big the tree is, as far as it has been looked at.
#[derive(Default)]
struct Size {
    nodes: usize,
    properties: usize,
    /// Whether it has been noted that it is too big.
    told: bool,
}

/// Checks depth, number of nodes and properties and that names are unique, without recursion deeper than [`MAX_DEPTH`].
fn check_node(node: &FdtNode<'_>, path: &str, depth: usize, size: &mut Size, problems: &mut Problems) {
    let mut names = BTreeSet::new();
    size.nodes += 1;
    for property in node.properties() {
        size.properties += 1;
        if size.properties > MAX_PROPERTIES {
            break;
        }
        if !names.insert(property.name().to_string()) {
            problems.add(path, property.name(), "a second one of this name", "one");
        }
    }
    if size.nodes > MAX_NODES || size.properties > MAX_PROPERTIES {
        if !core::mem::replace(&mut size.told, true) {
            let found = format!("more than {MAX_NODES} nodes or {MAX_PROPERTIES} properties");
            problems.add(path, "", found, "a smaller device tree");
        }
        return;
    }
    let mut names = BTreeSet::new();
    for child in node.children() {
        let child_path = join(path, child.name());
        if !names.insert(child.name().to_string()) {
            problems.add(&child_path, "", "a second node of this name", "one");
        }
        if depth >= MAX_DEPTH {
            problems.add(&child_path, "", format!("nodes nested deeper than {MAX_DEPTH}"), "a flatter tree");
            return;
        }
        check_node(&child, &child_path, depth + 1, size, problems);
    }
}

/// The path of `name` below `parent`.
pub(crate) fn join(parent: &str, name: &str) -> String {
    if parent == "/" { format!("/{name}") } else { format!("{parent}/{name}") }
}

/// A node with its path.
pub(crate) struct Reader<'a> {
    /// The node.
    pub(crate) node: &'a DeviceTreeNode,
    /// Its path in the guest's DTS.
    pub(crate) path: String,
}

impl<'a> Reader<'a> {
    /// A reader of the root node.
    pub(crate) fn root(tree: &'a DeviceTree) -> Self {
        Self { node: &tree.root, path: "/".to_string() }
    }

    /// Readers of all children.
    #[inline(never)]
    pub(crate) fn children(&self) -> impl Iterator<Item = Reader<'a>> {
        let parent = self.path.clone();
        self.node.children().map(move |node| Reader { node, path: join(&parent, node.name()) })
    }

    /// The node's name without its unit address.
    pub(crate) fn base_name(&self) -> &'a str {
        let name: &'a str = self.node.name();
        name.split('@').next().unwrap_or(name)
    }

    /// The property `name`, if it is there.
    #[inline(never)]
    pub(crate) fn property(&self, name: &str) -> Option<&'a DeviceTreeProperty> {
        self.node.property(name)
    }

    /// Whether the property is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.property(name).is_some()
    }

    /// Notes a problem with property `name` of this node (or with the node, if `name` is empty).
    pub(crate) fn problem(
        &self,
        name: &str,
        found: impl core::fmt::Display,
        expected: impl core::fmt::Display,
        problems: &mut Problems,
    ) {
        problems.add(&self.path, name, found, expected);
    }

    /// The raw value of property `name`.
    pub(crate) fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.property(name).and_then(|property| property.value_as::<&'a [u8]>().ok())
    }

    /// Whether the flag property `name` is there; a value in it is a problem.
    pub(crate) fn flag(&self, name: &str, problems: &mut Problems) -> bool {
        match self.value(name) {
            None => false,
            Some([]) => true,
            Some(value) => {
                self.problem(
                    name,
                    format!("a value of {} bytes", value.len()),
                    "no value (it is a flag)",
                    problems,
                );
                true
            }
        }
    }

    /// Property `name` as cells, at least one.
    #[inline(never)]
    pub(crate) fn cells(&self, name: &str, problems: &mut Problems) -> Option<Vec<u32>> {
        let value = self.value(name)?;
        let (cells, rest) = value.as_chunks::<4>();
        if cells.is_empty() || !rest.is_empty() || cells.len() > MAX_CELLS {
            self.problem(name, format!("{} bytes", value.len()), "one or more cells of 4 bytes", problems);
            return None;
        }
        Some(cells.iter().map(|cell| u32::from_be_bytes(*cell)).collect())
    }

    /// Property `name` as one cell within `range`.
    #[inline(never)]
    pub(crate) fn u32(&self, name: &str, range: RangeInclusive<u32>, problems: &mut Problems) -> Option<u32> {
        let cells = self.cells(name, problems)?;
        let expected = format!("one number from {} to {}", range.start(), range.end());
        match cells.as_slice() {
            [value] if range.contains(value) => Some(*value),
            [value] => {
                self.problem(name, value, expected, problems);
                None
            }
            _ => {
                self.problem(name, format!("{} cells", cells.len()), expected, problems);
                None
            }
        }
    }

    /// Property `name` as a number of one or two cells.
    #[inline(never)]
    pub(crate) fn u64(&self, name: &str, problems: &mut Problems) -> Option<u64> {
        let cells = self.cells(name, problems)?;
        match cells.as_slice() {
            [low] => Some(u64::from(*low)),
            [high, low] => Some(u64::from(*high) << 32 | u64::from(*low)),
            _ => {
                self.problem(
                    name,
                    format!("{} cells", cells.len()),
                    "a number of one or two cells",
                    problems,
                );
                None
            }
        }
    }

    /// Property `name` as one string that is not empty.
    #[inline(never)]
    pub(crate) fn string(&self, name: &str, problems: &mut Problems) -> Option<&'a str> {
        let value = self.value(name)?;
        let text = value
            .strip_suffix(&[0])
            .filter(|text| !text.contains(&0) && !text.is_empty())
            .and_then(|text| core::str::from_utf8(text).ok());
        if text.is_none() {
            self.problem(
                name,
                format!("{} bytes that are not one string", value.len()),
                "one string",
                problems,
            );
        }
        text
    }

    /// Property `name` as a list of strings, at least one.
    #[inline(never)]
    pub(crate) fn strings(&self, name: &str, problems: &mut Problems) -> Option<Vec<&'a str>> {
        let value = self.value(name)?;
        let list = value.strip_suffix(&[0]).and_then(|text| {
            text.split(|byte| *byte == 0)
                .map(|part| core::str::from_utf8(part).ok())
                .collect::<Option<Vec<_>>>()
        });
        let list = list.filter(|list| list.iter().all(|text| !text.is_empty()));
        if list.is_none() {
            self.problem(
                name,
                format!("{} bytes that are not strings", value.len()),
                "a list of strings",
                problems,
            );
        }
        list
    }

    /// Property `name` as pairs of address and size, two cells each.
    pub(crate) fn pairs(&self, name: &str, problems: &mut Problems) -> Option<Vec<(u64, u64)>> {
        let value = self.value(name)?;
        let (pairs, rest) = value.as_chunks::<16>();
        if pairs.is_empty() || !rest.is_empty() || pairs.len() > MAX_CELLS {
            let expected = "<address-high address-low size-high size-low>, once or more";
            self.problem(name, format!("{} bytes", value.len()), expected, problems);
            return None;
        }
        let number = |half: u128| (half >> 64) as u64;
        let pair = |bytes: &[u8; 16]| {
            let both = u128::from_be_bytes(*bytes);
            (number(both), both as u64)
        };
        Some(pairs.iter().map(pair).collect())
    }

    /// Notes every property that is not in `known`.
    pub(crate) fn only(&self, known: &[&str], problems: &mut Problems) {
        for property in self.node.properties() {
            let name = property.name();
            if !known.contains(&name) && name != "phandle" {
                self.problem(name, "a property that has no meaning here", one_of(name, known), problems);
            }
        }
    }

    /// Notes every child: the node has none.
    pub(crate) fn no_children(&self, problems: &mut Problems) {
        for child in self.children() {
            child.problem("", format!("node {}", Quote(child.node.name())), "no node here", problems);
        }
    }

    /// The node's phandle, if it has a valid one.
    pub(crate) fn phandle(&self) -> Option<u32> {
        let value: [u8; 4] = self.value("phandle")?.try_into().ok()?;
        Some(u32::from_be_bytes(value)).filter(|phandle| ![0, u32::MAX].contains(phandle))
    }
}
