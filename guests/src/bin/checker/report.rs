// SPDX-License-Identifier: GPL-2.0-only
//! The lines that say what held and what did not. For the first CPU.

use core::fmt::Display;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use guests::println;

static PASSED: AtomicU32 = AtomicU32::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);

/// Says whether `name` holds; `what` was found if it does not.
pub fn check(name: &str, holds: bool, what: impl Display) {
    if holds {
        PASSED.fetch_add(1, Relaxed);
        println!("checker: PASS {name}");
    } else {
        FAILED.fetch_add(1, Relaxed);
        println!("checker: FAIL {name}: {what}");
    }
}

/// Says whether `name` is what it should be.
pub fn equal(name: &str, found: u64, expected: u64) {
    check(name, found == expected, format_args!("{found:#x}, not {expected:#x}"));
}

/// The last line.
pub fn end() {
    println!("checker: end: {} passed, {} failed", PASSED.load(Relaxed), FAILED.load(Relaxed));
}
