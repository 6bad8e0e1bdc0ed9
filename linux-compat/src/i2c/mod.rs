// SPDX-License-Identifier: GPL-2.0-only
//! I2C adapters and clients.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
