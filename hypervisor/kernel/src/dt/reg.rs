// SPDX-License-Identifier: GPL-2.0-only
//! `reg` and its translation through the `ranges` of every bus on the way (sections 2.3.6 and 2.3.8).

use super::node::cells_to_u64;
use super::{DtError, DtErrorKind, Node};
use arch::PhysAddr;
use core::ops::Range;

/// One element of `reg`, as the CPU sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reg {
    /// First physical address.
    pub base: PhysAddr,
    /// Bytes.
    pub size: u64,
}

impl Reg {
    /// The addresses, without wrapping around.
    pub fn range(&self) -> Range<PhysAddr> {
        self.base..PhysAddr(self.base.0.saturating_add(self.size))
    }
}

/// Splits `value` into elements of `bytes` each; an error if it is no whole number of them.
fn elements<'a>(
    node: &Node<'_>,
    property: &'static str,
    value: &'a [u8],
    bytes: usize,
) -> Result<core::slice::ChunksExact<'a, u8>, DtError> {
    if bytes == 0 || !value.len().is_multiple_of(bytes) {
        let expected = "a multiple of the address and size cells of the parents";
        return Err(node.error(property, DtErrorKind::Length { found: value.len(), expected }));
    }
    Ok(value.chunks_exact(bytes))
}

/// The number in a part of an element; more than two cells must have zeroes in front.
fn number(node: &Node<'_>, property: &'static str, part: &[u8]) -> Result<u64, DtError> {
    let low = part.len().saturating_sub(8);
    let (high, low) = part.split_at_checked(low).unwrap_or((&[], part));
    match cells_to_u64(low) {
        Some(value) if high.iter().all(|&b| b == 0) => Ok(value),
        _ => {
            let expected = "a number of at most two cells";
            Err(node.error(property, DtErrorKind::Length { found: part.len(), expected }))
        }
    }
}

impl<'a> Node<'a> {
    /// How many elements `reg` has; 0 if it is missing.
    ///
    /// # Errors
    /// The property or the parent's cell counts are malformed.
    #[inline(never)]
    pub fn reg_count(&self) -> Result<usize, DtError> {
        let Some(value) = self.property("reg") else { return Ok(0) };
        let (address, size) = self.reg_cells()?;
        Ok(elements(self, "reg", value, (address + size) * 4)?.len())
    }

    fn reg_cells(&self) -> Result<(usize, usize), DtError> {
        match self.parent() {
            Some(parent) => Ok((parent.cells("#address-cells", 2)?, parent.cells("#size-cells", 1)?)),
            None => Ok((2, 1)),
        }
    }

    /// Element `index` of `reg` on the bus of the node itself: address and size, not translated.
    ///
    /// # Errors
    /// The property is missing, malformed or has fewer elements.
    #[inline(never)]
    pub fn bus_reg(&self, index: usize) -> Result<(u64, u64), DtError> {
        let value = self.require("reg")?;
        let (address, size) = self.reg_cells()?;
        let mut list = elements(self, "reg", value, (address + size) * 4)?;
        let count = list.len();
        let element =
            list.nth(index).ok_or_else(|| self.error("reg", DtErrorKind::Index { index, count }))?;
        let (a, s) = element.split_at_checked(address * 4).unwrap_or((element, &[]));
        Ok((number(self, "reg", a)?, number(self, "reg", s)?))
    }

    /// Element `index` of `reg` as a range of physical addresses.
    ///
    /// # Errors
    /// As [`Node::bus_reg`]; or a bus on the way does not translate the address, or the range wraps around.
    #[inline(never)]
    pub fn reg(&self, index: usize) -> Result<Reg, DtError> {
        let (mut address, size) = self.bus_reg(index)?;
        let mut bus = self.parent();
        while let Some(node) = bus {
            let Some(outer) = node.parent() else { break };
            address = translate(&node, &outer, address, size)?;
            bus = Some(outer);
        }
        if address.checked_add(size).is_none() {
            return Err(self.error(
                "reg",
                DtErrorKind::Value { found: size, expected: "a size inside the address space" },
            ));
        }
        Ok(Reg { base: PhysAddr(address), size })
    }

    /// Element of `reg` by its name in `reg-names`.
    ///
    /// # Errors
    /// As [`Node::reg`].
    #[inline(never)]
    pub fn reg_by_name(&self, name: &str) -> Result<Reg, DtError> {
        let index = self.texts("reg-names").position(|n| n == name);
        self.reg(index.ok_or_else(|| self.error("reg-names", DtErrorKind::Missing))?)
    }
}

/// Translates an address on `bus` to one on `outer`, the bus around it.
fn translate(bus: &Node<'_>, outer: &Node<'_>, address: u64, size: u64) -> Result<u64, DtError> {
    let not_translated = || bus.error("ranges", DtErrorKind::NotTranslated { address });
    let ranges = bus.property("ranges").ok_or_else(not_translated)?;
    if ranges.is_empty() {
        return Ok(address);
    }
    let inner_cells = bus.cells("#address-cells", 2)? * 4;
    let size_cells = bus.cells("#size-cells", 1)? * 4;
    let outer_cells = outer.cells("#address-cells", 2)? * 4;
    for element in elements(bus, "ranges", ranges, inner_cells + outer_cells + size_cells)? {
        let (inner_part, rest) = element.split_at_checked(inner_cells).unwrap_or((element, &[]));
        let (outer_part, size_part) = rest.split_at_checked(outer_cells).unwrap_or((rest, &[]));
        // PCI style addresses have a third cell of flags: such a range is not one of plain addresses.
        let (Ok(inner_base), Ok(outer_base)) =
            (number(bus, "ranges", inner_part), number(bus, "ranges", outer_part))
        else {
            continue;
        };
        let length = number(bus, "ranges", size_part)?;
        let Some(offset) = address.checked_sub(inner_base) else { continue };
        if offset < length && size <= length - offset {
            return outer_base.checked_add(offset).ok_or_else(not_translated);
        }
    }
    Err(not_translated())
}
