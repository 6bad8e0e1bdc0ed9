// SPDX-License-Identifier: GPL-2.0-only
//! What drivers ask of firmware: calls by SMC (`linux/arm-smccc.h`), and which SoC this is (`linux/sys_soc.h`).

use crate::export::Export;

mod smccc;
mod soc;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[smccc::EXPORTS, soc::EXPORTS];
