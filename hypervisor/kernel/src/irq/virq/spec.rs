// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt specifiers of the device tree (Devicetree Specification, section 2.4), for any controller.

use super::chip::Sense;
use crate::dt::{self, DtErrorKind, Node};
use crate::error::{Error, Result};
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

/// The most cells that a specifier may have.
pub const MAX_CELLS: usize = 16;

/// The hops that an interrupt may take through `interrupt-map`s.
const MAX_HOPS: usize = 8;

/// An interrupt specifier, and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Spec {
    /// The path of the controller's node.
    pub node: Option<String>,
    /// What a foreign kind of driver knows the controller by; 0 for none.
    pub token: usize,
    cells: [u32; MAX_CELLS],
    count: usize,
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {}", self.cells(), self.node.as_deref().unwrap_or("?"))
    }
}

impl Spec {
    /// A specifier; cells beyond [`MAX_CELLS`] are dropped.
    pub fn new(node: Option<String>, token: usize, cells: &[u32]) -> Self {
        let mut spec = Spec { node, token, cells: [0; MAX_CELLS], count: cells.len().min(MAX_CELLS) };
        spec.cells.iter_mut().zip(cells).for_each(|(to, from)| *to = *from);
        spec
    }

    /// The cells.
    pub fn cells(&self) -> &[u32] {
        self.cells.get(..self.count).unwrap_or(&[])
    }

    fn too_short(&self, wanted: &str) -> Error {
        Error::Invalid { what: "interrupt specifier", why: format!("{self:?}: {wanted} expected") }
    }
}

/// A number alone.
///
/// # Errors
/// There is no cell.
pub fn one_cell(spec: &Spec) -> Result<(u64, Sense)> {
    match spec.cells() {
        [number, ..] => Ok((u64::from(*number), Sense::empty())),
        [] => Err(spec.too_short("one cell")),
    }
}

/// A number and how it signals.
///
/// # Errors
/// There are less than two cells.
pub fn two_cells(spec: &Spec) -> Result<(u64, Sense)> {
    match spec.cells() {
        [number, sense, ..] => Ok((u64::from(*number), Sense::from_bits_truncate(*sense))),
        _ => Err(spec.too_short("two cells")),
    }
}

/// A number, and if there is a second cell how it signals.
///
/// # Errors
/// There is no cell.
pub fn one_or_two_cells(spec: &Spec) -> Result<(u64, Sense)> {
    if spec.cells().len() > 1 { two_cells(spec) } else { one_cell(spec) }
}

fn be(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|c| c.iter().fold(0, |n, &b| n << 8 | u32::from(b)))
}

fn cells_of(node: &Node<'_>, property: &'static str, default: Option<u32>) -> Result<usize> {
    let found = match node.u32(property) {
        Ok(found) => found,
        Err(_) if node.property(property).is_none() && default.is_some() => default.unwrap_or(0),
        Err(error) => return Err(error.into()),
    };
    if found as usize > MAX_CELLS {
        let kind = DtErrorKind::Value { found: found.into(), expected: "0 to 16 cells" };
        return Err(node.error(property, kind).into());
    }
    Ok(found as usize)
}

/// Interrupt `index` of a node: from `interrupts-extended`, or `interrupts` and the interrupt parent; on through
/// `interrupt-map`s.
///
/// # Errors
/// There is no such interrupt, or the tree is malformed.
pub fn of_node(node: &Node<'_>, index: usize) -> Result<Spec> {
    if let Some(list) = node.property("interrupts-extended") {
        return extended(node, list, index);
    }
    let list = node.require("interrupts")?;
    let controller = node.interrupt_parent()?;
    let cells = cells_of(&controller, "#interrupt-cells", None)?;
    let count = if cells == 0 { 0 } else { list.len() / (cells * 4) };
    if index >= count {
        return Err(node.error("interrupts", DtErrorKind::Index { index, count }).into());
    }
    let mut raw = [0; MAX_CELLS];
    let spec = list.get(index * cells * 4..).unwrap_or(&[]);
    raw.iter_mut().zip(be(spec).take(cells)).for_each(|(to, cell)| *to = cell);
    resolve(node, controller, raw.get(..cells).unwrap_or(&[]))
}

/// How many interrupts a node has. Context: any.
pub fn count(node: &Node<'_>) -> usize {
    (0..).take_while(|&index| of_node(node, index).is_ok()).count()
}

fn extended(node: &Node<'_>, list: &[u8], index: usize) -> Result<Spec> {
    const NAME: &str = "interrupts-extended";
    let mut rest = list;
    let mut count = 0;
    while let Some(phandle) = be(rest).next() {
        let controller = dt::find_phandle(node.fdt(), phandle)
            .ok_or_else(|| node.error(NAME, DtErrorKind::Dangling { phandle }))?;
        let cells = cells_of(&controller, "#interrupt-cells", None)?;
        let Some(spec) = rest.get(4..4 + cells * 4) else {
            let kind = DtErrorKind::Length { found: list.len(), expected: "whole interrupt specifiers" };
            return Err(node.error(NAME, kind).into());
        };
        if count == index {
            let mut raw = [0; MAX_CELLS];
            raw.iter_mut().zip(be(spec)).for_each(|(to, cell)| *to = cell);
            return resolve(node, controller, raw.get(..cells).unwrap_or(&[]));
        }
        count += 1;
        rest = rest.get(4 + cells * 4..).unwrap_or(&[]);
    }
    Err(node.error(NAME, DtErrorKind::Index { index, count }).into())
}

/// Follows `interrupt-map`s to a controller.
fn resolve(child: &Node<'_>, mut at: Node<'_>, cells: &[u32]) -> Result<Spec> {
    let mut current = Spec::new(None, 0, cells);
    // The unit address counts only at the first nexus, whose bus it is on.
    let mut address: [u32; 4] = [0; 4];
    address.iter_mut().zip(be(child.property("reg").unwrap_or(&[]))).for_each(|(to, cell)| *to = cell);
    for _ in 0..MAX_HOPS {
        if at.property("interrupt-controller").is_some() || at.property("interrupt-map").is_none() {
            current.node = Some(at.to_string());
            return Ok(current);
        }
        let (next, spec) = nexus(&at, &address, current.cells())?;
        (at, current) = (next, spec);
    }
    Err(child.error("interrupt-map", DtErrorKind::TooDeep).into())
}

/// One step: the row of a nexus' `interrupt-map` that matches address and specifier under the mask.
fn nexus<'a>(at: &Node<'a>, address: &[u32; 4], cells: &[u32]) -> Result<(Node<'a>, Spec)> {
    const NAME: &str = "interrupt-map";
    let address_cells = cells_of(at, "#address-cells", Some(2))?.min(4);
    let key_cells = address_cells + cells_of(at, "#interrupt-cells", None)?;
    let mask = at.property("interrupt-map-mask");
    let mask = |i: usize| mask.map_or(u32::MAX, |m| be(m).nth(i).unwrap_or(u32::MAX));
    let key = |i: usize| match i.checked_sub(address_cells) {
        Some(cell) => cells.get(cell).copied().unwrap_or(0),
        None => address.get(i).copied().unwrap_or(0),
    };
    let mut rest = at.property(NAME).unwrap_or(&[]);
    let bad = || at.error(NAME, DtErrorKind::Length { found: 0, expected: "whole rows" });
    while !rest.is_empty() {
        let phandle = be(rest).nth(key_cells).ok_or_else(bad)?;
        let parent = dt::find_phandle(at.fdt(), phandle)
            .ok_or_else(|| at.error(NAME, DtErrorKind::Dangling { phandle }))?;
        let skip = cells_of(&parent, "#address-cells", Some(0))?;
        let count = cells_of(&parent, "#interrupt-cells", None)?;
        let start = (key_cells + 1 + skip) * 4;
        let spec = rest.get(start..start + count * 4).ok_or_else(bad)?;
        if be(rest).take(key_cells).enumerate().all(|(i, cell)| (cell ^ key(i)) & mask(i) == 0) {
            let mut raw = [0; MAX_CELLS];
            raw.iter_mut().zip(be(spec)).for_each(|(to, cell)| *to = cell);
            return Ok((parent, Spec::new(None, 0, raw.get(..count).unwrap_or(&[]))));
        }
        rest = rest.get(start + count * 4..).unwrap_or(&[]);
    }
    Err(at.error(NAME, DtErrorKind::Missing).into())
}
