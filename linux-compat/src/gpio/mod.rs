// SPDX-License-Identifier: GPL-2.0-only
//! GPIO: consumers, providers, interrupt chips.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
