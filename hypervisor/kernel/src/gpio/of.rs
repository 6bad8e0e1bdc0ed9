// SPDX-License-Identifier: GPL-2.0-only
//! GPIOs of the device tree: `NAME-gpios` (and `NAME-gpio`, `gpios`, `gpio`), with the flags of the common binding.

use super::bank::{self, Bank};
use super::line::{Gpio, Init, Line, LineFlags};
use crate::dt::{self, DtErrorKind, Node};
use crate::error::{Error, Result};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The flags of a specifier, as the common binding has them.
pub fn flags(cell: u32) -> LineFlags {
    let mut flags = LineFlags::empty();
    flags.set(LineFlags::ACTIVE_LOW, cell & 1 != 0);
    if cell & 2 != 0 {
        flags |= if cell & 4 != 0 { LineFlags::OPEN_DRAIN } else { LineFlags::OPEN_SOURCE };
    }
    flags.set(LineFlags::TRANSITORY, cell & 8 != 0);
    flags.set(LineFlags::PULL_UP, cell & 16 != 0);
    flags.set(LineFlags::PULL_DOWN, cell & 32 != 0);
    flags.set(LineFlags::NO_PULL, cell & 64 != 0);
    flags
}

fn names(name: Option<&str>) -> [String; 2] {
    match name {
        Some(name) => [format!("{name}-gpios"), format!("{name}-gpio")],
        None => ["gpios".into(), "gpio".into()],
    }
}

/// A place in a list: controller and cells; an empty one is `None`.
type Place<'a> = Option<(Node<'a>, Vec<u32>)>;

/// The specifiers in a list.
fn specs<'a>(node: &Node<'a>, list: &[u8]) -> Result<Vec<Place<'a>>> {
    let be: Vec<u32> =
        list.chunks_exact(4).map(|c| c.iter().fold(0, |n, &b| n << 8 | u32::from(b))).collect();
    let mut rest = be.as_slice();
    let mut all = Vec::new();
    while let Some((&phandle, more)) = rest.split_first() {
        if phandle == 0 {
            all.push(None);
            rest = more;
            continue;
        }
        let controller = dt::find_phandle(node.fdt(), phandle)
            .ok_or_else(|| node.error("gpios", DtErrorKind::Dangling { phandle }))?;
        let cells = controller.u32("#gpio-cells")? as usize;
        let Some((spec, more)) = more.split_at_checked(cells) else {
            let kind = DtErrorKind::Length { found: list.len(), expected: "whole GPIO specifiers" };
            return Err(node.error("gpios", kind).into());
        };
        all.push(Some((controller, spec.to_vec())));
        rest = more;
    }
    Ok(all)
}

/// How many GPIOs a node has under a name.
///
/// # Errors
/// The list is malformed.
pub fn count(node: &Node<'_>, name: Option<&str>) -> Result<usize> {
    for property in names(name) {
        if let Some(list) = node.property(&property) {
            return Ok(specs(node, list)?.len());
        }
    }
    Ok(0)
}

/// The line that a node names, and its flags.
///
/// # Errors
/// [`Error::NotFound`] if it names none, [`Error::Deferred`] if the chip is not there yet; a malformed specifier.
pub fn find(node: &Node<'_>, name: Option<&str>, index: usize) -> Result<(Arc<Line>, LineFlags)> {
    let missing = || Error::NotFound {
        what: "GPIO",
        name: format!("{} {index} of {node}", name.unwrap_or("(unnamed)")),
    };
    for property in names(name) {
        if let Some(list) = node.property(&property) {
            let spec = specs(node, list)?.into_iter().nth(index).flatten();
            let (controller, cells) = spec.ok_or_else(missing)?;
            return line_of(&controller.to_string(), &cells);
        }
    }
    Err(missing())
}

/// The line of a specifier for the chip at a path.
///
/// # Errors
/// As [`find`].
pub fn line_of(controller: &str, cells: &[u32]) -> Result<(Arc<Line>, LineFlags)> {
    let mut later = None;
    // A node may have several chips: the first that knows the specifier has it.
    for bank in bank::all().iter().filter(|b| b.node() == Some(controller)) {
        match in_bank(bank, cells) {
            Ok(found) => return Ok(found),
            Err(error) => later = Some(error),
        }
    }
    Err(later.unwrap_or_else(|| Error::Deferred { what: format!("GPIO chip {controller}") }))
}

/// The line of a specifier in a bank.
///
/// # Errors
/// The specifier is malformed.
pub fn in_bank(bank: &Bank, cells: &[u32]) -> Result<(Arc<Line>, LineFlags)> {
    let bad = |why: &str| Error::Invalid {
        what: "GPIO specifier",
        why: format!("{cells:?}: {why} in {}", bank.label()),
    };
    let chip = bank.chip().ok_or_else(|| bad("no chip any more"))?;
    if cells.len() != chip.cells() {
        return Err(bad(&format!("{} cells expected", chip.cells())));
    }
    let (offset, raw) = chip.translate(cells)?;
    let line = bank.line(offset).ok_or_else(|| bad("no such line"))?;
    Ok((Arc::clone(line), flags(raw)))
}

/// Finds and requests a line for a native driver. Context: may sleep.
///
/// # Errors
/// As [`find`] and [`Gpio::request`].
pub fn get(node: &Node<'_>, name: Option<&str>, index: usize, init: Init) -> Result<Gpio> {
    let (line, flags) = find(node, name, index)?;
    Gpio::request(&line, name.unwrap_or_else(|| node.base_name()), flags, init)
}
