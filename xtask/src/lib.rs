// SPDX-License-Identifier: GPL-2.0-only
//! What stands behind `cargo xtask` and the scripts, as a library: the system tests use the builder, the
//! artifacts and the runner too.

pub mod artifacts;
pub mod bench;
pub mod bundle;
pub mod card;
pub mod check;
pub mod devicetree;
pub mod docs;
pub mod driver;
pub mod emulator;
pub mod image;
pub mod process;
pub mod project;
pub mod qemu;
pub mod run;
pub mod script;
pub mod session;
pub mod size;
mod symbols;
pub mod test;
pub mod toolchain;
