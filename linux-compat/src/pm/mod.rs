// SPDX-License-Identifier: GPL-2.0-only
//! Power management: runtime PM, restart handlers.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
