// SPDX-License-Identifier: GPL-2.0-only
//! Build, run, test, check, size and bench.
fn main() {}
