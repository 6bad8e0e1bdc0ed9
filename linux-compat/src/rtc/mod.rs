// SPDX-License-Identifier: GPL-2.0-only
//! Real-time clocks.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
