// SPDX-License-Identifier: GPL-2.0-only
//! The lines that say what held and what did not. For the first CPU.

use core::fmt::{self, Display, Write};
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering::Relaxed};
use guests::{print, println};

static PASSED: AtomicU32 = AtomicU32::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);

/// What failed, to be said again at the end: who looks at the console late sees the last lines only.
static FAILURES: [AtomicU8; 1024] = [const { AtomicU8::new(0) }; 1024];
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Adds to [`FAILURES`], as long as there is room.
struct Note;

impl Write for Note {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            let at = LENGTH.fetch_add(1, Relaxed);
            FAILURES.get(at).ok_or(fmt::Error)?.store(byte, Relaxed);
        }
        Ok(())
    }
}

/// Says whether `name` holds; `what` was found if it does not.
pub fn check(name: &str, holds: bool, what: impl Display) {
    if holds {
        PASSED.fetch_add(1, Relaxed);
        println!("checker: PASS {name}");
    } else {
        FAILED.fetch_add(1, Relaxed);
        println!("checker: FAIL {name}: {what}");
        // Cut where there is no room.
        let _ = writeln!(Note, "checker: FAIL {name}: {what}");
    }
}

/// Says whether `name` is what it should be.
pub fn equal(name: &str, found: u64, expected: u64) {
    check(name, found == expected, format_args!("{found:#x}, not {expected:#x}"));
}

/// All that failed, and the last line.
pub fn end() {
    for byte in FAILURES.iter().take(LENGTH.load(Relaxed)) {
        print!("{}", char::from(byte.load(Relaxed)));
    }
    println!("checker: end: {} passed, {} failed", PASSED.load(Relaxed), FAILED.load(Relaxed));
}
