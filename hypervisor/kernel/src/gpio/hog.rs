// SPDX-License-Identifier: GPL-2.0-only
//! Lines that the device tree wants set once and for all: nodes with `gpio-hog` in the chip's node.

use super::bank::Bank;
use super::line::{Init, LineFlags};
use super::of;
use crate::dt::{DtErrorKind, Node};
use crate::error::Result;
use alloc::vec::Vec;

/// Sets all hogs of a bank.
pub(super) fn set_all(bank: &Bank, node: &Node<'_>) -> Result<()> {
    let hogs = node.children().filter(|c| c.property("gpio-hog").is_some() && c.available());
    for hog in hogs {
        let cells = bank.chip().map_or(2, |c| c.cells());
        let list = hog.require("gpios")?;
        let be: Vec<u32> =
            list.chunks_exact(4).map(|c| c.iter().fold(0, |n, &b| n << 8 | u32::from(b))).collect();
        let init = match () {
            () if hog.property("input").is_some() => Init::Input,
            () if hog.property("output-low").is_some() => Init::Output(false),
            () if hog.property("output-high").is_some() => Init::Output(true),
            () => return Err(hog.error("output-high", DtErrorKind::Missing).into()),
        };
        let label = hog.text("line-name").unwrap_or_else(|_| hog.base_name());
        for spec in be.chunks_exact(cells.max(1)) {
            let (line, flags) = of::in_bank(bank, spec)?;
            line.request(label, false)?;
            line.change_flags(LineFlags::empty(), LineFlags::HOG);
            line.configure(flags, init)?;
        }
    }
    Ok(())
}

/// Gives all hogs of a bank back.
pub(super) fn free_all(bank: &Bank) {
    let lines = (0..).map_while(|offset| bank.line(offset));
    lines.filter(|l| l.flags().contains(LineFlags::HOG)).for_each(|l| l.free());
}
