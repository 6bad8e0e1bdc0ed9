// SPDX-License-Identifier: GPL-2.0-only
//! Ported drivers as data.
//!
//! A folder of `ported-drivers/` with a `driver.toml` is a driver: which C files it is made of, whether
//! they come from Linux or stand beside it, which other drivers it needs and which devices it serves.
//! This crate reads those folders, and it is the one place that knows how C is compiled for the image
//! ([`c_flags`], [`Clang`]) and where the sources of Linux are ([`LinuxTree`]).
//!
//! It is used by the `build.rs` of `ported-drivers` and of `linux-compat`, and by `xtask`.

mod clang;
mod error;
mod exports;
mod flags;
mod folder;
mod linux;
mod set;
pub mod symbols;

pub use clang::Clang;
pub use error::Error;
pub use exports::{Context, Export, ExportKind, Status, scan_exports, scan_exports_text};
pub use flags::{
    BENCH_PREFIX, STAND_INS, bench_flags, bench_name, bench_renames, c_flags, copy_stand_ins, unit_flags,
};
pub use folder::{Driver, Origin};
pub use linux::{LINUX_FOLDER, LinuxTree, MANIFEST, digest, digest_of, kept, kept_object};
pub use set::{Set, names};
