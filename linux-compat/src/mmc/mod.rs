// SPDX-License-Identifier: GPL-2.0-only
//! MMC hosts.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
