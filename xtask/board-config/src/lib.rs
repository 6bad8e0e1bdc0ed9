// SPDX-License-Identifier: GPL-2.0-only
//! Boards as data: `boards/options.toml` says which options exist, `boards/<board>/board.toml` sets
//! some of them, and this crate checks the second against the first and turns the outcome into
//! constants for the image.
//!
//! It is used twice: by the image's `build.rs`, which wants the constants, and by `xtask`, which wants
//! every value with where it comes from. It therefore depends on little.

mod board;
mod diagnostic;
mod dts;
mod emit;
mod schema;
mod value;

pub use board::{Board, Origin, Setting};
pub use diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean};
pub use dts::{Compiled, DtsError, compile_dts};
pub use emit::options_rs;
pub use schema::{Depends, OptionSpec, Schema};
pub use value::{Kind, Value, key};
