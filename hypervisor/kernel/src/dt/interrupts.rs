// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt specifiers of the Arm GIC, and finding the controller they are for (section 2.4; GIC bindings: three
//! or four cells: type, number, flags).

use super::{DtError, DtErrorKind, Fdt, Node, find_phandle};

/// How an interrupt line signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// By a rising edge.
    Edge,
    /// By a high level.
    Level,
}

/// A decoded interrupt of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupt {
    /// INTID: 16 to 31 for a private one, from 32 on for a shared one.
    pub intid: u32,
    /// How it signals.
    pub trigger: Trigger,
}

/// Names of interrupt controllers whose specifiers [`Interrupt`] decodes.
pub const GIC_COMPATIBLE: &[&str] = &[
    "arm,gic-v3",
    "arm,gic-400",
    "arm,cortex-a15-gic",
    "arm,cortex-a9-gic",
    "arm,cortex-a7-gic",
    "arm,pl390",
];

/// SPIs there can be: INTIDs 32 to 1019.
const SPIS: u32 = 988;

fn cell(cells: &[u8], index: usize) -> Option<u32> {
    Some(u32::from_be_bytes(cells.get(index * 4..index * 4 + 4)?.try_into().ok()?))
}

/// Decodes one specifier of a GIC.
fn decode(node: &Node<'_>, property: &'static str, spec: &[u8]) -> Result<Interrupt, DtError> {
    let (Some(kind), Some(number), Some(flags)) = (cell(spec, 0), cell(spec, 1), cell(spec, 2)) else {
        return Err(node.error(property, DtErrorKind::Length { found: spec.len(), expected: "three cells" }));
    };
    let (limit, first, range) = match kind {
        0 => (SPIS, 32, "an SPI number below 988"),
        1 => (16, 16, "a PPI number below 16"),
        _ => {
            let expected = "interrupt type 0 (SPI) or 1 (PPI)";
            return Err(node.error(property, DtErrorKind::Value { found: kind.into(), expected }));
        }
    };
    if number >= limit {
        return Err(node.error(property, DtErrorKind::Value { found: number.into(), expected: range }));
    }
    let trigger = if flags & 0xf == 1 || flags & 0xf == 2 { Trigger::Edge } else { Trigger::Level };
    Ok(Interrupt { intid: first + number, trigger })
}

/// How many cells a specifier of `controller` has.
fn specifier_bytes(controller: &Node<'_>) -> Result<usize, DtError> {
    let found = controller.u32("#interrupt-cells")?;
    if found == 0 || found > 8 {
        let kind = DtErrorKind::Value { found: found.into(), expected: "1 to 8" };
        return Err(controller.error("#interrupt-cells", kind));
    }
    Ok(found as usize * 4)
}

fn controller_by_phandle<'a>(
    fdt: Fdt<'a>,
    user: &Node<'_>,
    property: &'static str,
    phandle: u32,
) -> Result<Node<'a>, DtError> {
    find_phandle(fdt, phandle).ok_or_else(|| user.error(property, DtErrorKind::Dangling { phandle }))
}

/// Refuses controllers whose specifiers are not a GIC's.
fn require_gic(node: &Node<'_>, property: &'static str, controller: &Node<'_>) -> Result<(), DtError> {
    if controller.is_compatible(GIC_COMPATIBLE) {
        return Ok(());
    }
    let found = controller.u32("phandle").unwrap_or(0).into();
    Err(node.error(property, DtErrorKind::Value { found, expected: "the phandle of an Arm GIC" }))
}

impl<'a> Node<'a> {
    /// The interrupt controller of the node: `interrupt-parent` here or on an ancestor, which is the nearest
    /// enclosing controller if no node says so.
    ///
    /// # Errors
    /// A dangling phandle, or none at all.
    #[inline(never)]
    pub fn interrupt_parent(&self) -> Result<Node<'a>, DtError> {
        let mut at = *self;
        loop {
            if at.property("interrupt-parent").is_some() {
                let phandle = at.u32("interrupt-parent")?;
                return controller_by_phandle(self.fdt(), &at, "interrupt-parent", phandle);
            }
            let Some(parent) = at.parent() else { break };
            if parent.property("interrupt-controller").is_some() {
                return Ok(parent);
            }
            at = parent;
        }
        Err(self.error("interrupt-parent", DtErrorKind::Missing))
    }

    /// Interrupt `index` of the node, from `interrupts-extended` or `interrupts`.
    ///
    /// # Errors
    /// No such interrupt, a malformed specifier, or a controller that is not a GIC.
    #[inline(never)]
    pub fn interrupt(&self, index: usize) -> Result<Interrupt, DtError> {
        if let Some(list) = self.property("interrupts-extended") {
            return self.extended(list, index);
        }
        let list = self.require("interrupts")?;
        let controller = self.interrupt_parent()?;
        require_gic(self, "interrupt-parent", &controller)?;
        let bytes = specifier_bytes(&controller)?;
        let count = list.len() / bytes;
        let spec = list
            .chunks_exact(bytes)
            .nth(index)
            .ok_or_else(|| self.error("interrupts", DtErrorKind::Index { index, count }))?;
        decode(self, "interrupts", spec)
    }

    fn extended(&self, list: &'a [u8], index: usize) -> Result<Interrupt, DtError> {
        const NAME: &str = "interrupts-extended";
        let mut rest = list;
        let mut count = 0;
        while let Some(phandle) = cell(rest, 0) {
            let controller = controller_by_phandle(self.fdt(), self, NAME, phandle)?;
            let bytes = specifier_bytes(&controller)?;
            let Some(spec) = rest.get(4..4 + bytes) else {
                let kind = DtErrorKind::Length { found: list.len(), expected: "whole interrupt specifiers" };
                return Err(self.error(NAME, kind));
            };
            if count == index {
                require_gic(self, NAME, &controller)?;
                return decode(self, NAME, spec);
            }
            count += 1;
            rest = rest.get(4 + bytes..).unwrap_or(&[]);
        }
        Err(self.error(NAME, DtErrorKind::Index { index, count }))
    }

    /// Interrupt by its name in `interrupt-names`.
    ///
    /// # Errors
    /// As [`Node::interrupt`].
    pub fn interrupt_by_name(&self, name: &str) -> Result<Interrupt, DtError> {
        let index = self.texts("interrupt-names").position(|n| n == name);
        self.interrupt(index.ok_or_else(|| self.error("interrupt-names", DtErrorKind::Missing))?)
    }
}
