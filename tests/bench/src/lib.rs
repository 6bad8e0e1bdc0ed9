// SPDX-License-Identifier: GPL-2.0-only
//! The driver bench: Linux drivers in C, as they are, on the host, against register models. No hardware, no emulator.
//!
//! Drivers and shim are those of the image, compiled for this machine; C under the address sanitizer. Below them is a
//! fake: one CPU with threads that take turns, a clock that goes on only by what happens, interrupts that models raise,
//! and registers that are models in Rust ([`Model`]). A driver's tests are in `bench.rs` beside its `driver.toml`:
//!
//! ```ignore
//! use driver_bench::{Bench, Plain, Test};
//!
//! pub const TESTS: &[Test] = &[Test::new("is_probed", is_probed)];
//!
//! fn is_probed(bench: &mut Bench) {
//!     bench.add("wdt", 0x1c20ca0, 0x20, Plain::new());
//!     bench.start(r#"/ { watchdog@1c20ca0 { compatible = "allwinner,sun6i-a31-wdt"; reg = <0x1c20ca0 0x20>; }; };"#);
//!     bench.expect_bound("/watchdog@1c20ca0");
//! }
//! ```
//!
//! `cargo xtask driver test NAME` builds and runs them; `--trace` prints every access. See
//! docs/bring-up-without-hardware.md.

mod bench;
mod events;
mod interrupts;
mod journal;
mod machine;
mod memory;
mod model;
pub mod models;
mod registers;
mod runner;
pub mod sd;
mod trace;
mod tree;

pub use bench::{Bench, Handle, Held, Test};
pub use model::{Io, Model, Plain};
pub use registers::Fault;
pub use runner::main;
pub use trace::{Entry, What};
// What tests use drivers by.
pub use {io, kernel, log};
