// SPDX-License-Identifier: GPL-2.0-only
//! The fake CPUs of the kernel's tests, with the shim's work set up on them.

pub use kernel::fake::{Machine, poll};
use std::sync::Once;

/// Waits for the machine, which one test has at a time.
pub fn machine() -> Machine {
    static WORK: Once = Once::new();
    let machine = kernel::fake::machine();
    WORK.call_once(|| machine.run(crate::work::init));
    machine
}
