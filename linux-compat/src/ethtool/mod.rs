// SPDX-License-Identifier: GPL-2.0-only
//! What drivers of network devices call around MDIO buses and `ethtool`, besides phylib itself: sets of link modes, names
//! of statistics, the link as `ethtool` reads it; ways to PHYs and hardware addresses in the device tree.
//!
//! Phylib, phylink and the drivers of PHYs are Linux's own, dropped in as `ported-drivers/phylib` and `phylink`: whole
//! cores, with nothing below them but MDIO's registers, which are C's too.

use crate::export::Export;

mod ask;
mod classes;
mod modes;
mod names;
mod phys;
mod tree;

pub(crate) use tree::mac_address;

#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[C, ask::EXPORTS, classes::EXPORTS, modes::EXPORTS, names::EXPORTS, tree::EXPORTS];

crate::exports_c! {
    family "ethtool";
    [any, supported, "ethtool::tests::names_of_statistics"]
    fn ethtool_sprintf;
}
