// SPDX-License-Identifier: GPL-2.0-only
//! Non-volatile memory: providers and cells.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
