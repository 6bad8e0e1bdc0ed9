// SPDX-License-Identifier: GPL-2.0-only
//! Polled output on the PL011 (Arm DDI 0183): UARTDR at 0x00, UARTFR at 0x18.

use crate::cpu::{read32, write32};
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

static BASE: AtomicU64 = AtomicU64::new(0);

/// Names the UART's address; before, output is dropped.
pub fn init(base: u64) {
    BASE.store(base, Ordering::Relaxed);
}

/// The UART's address, 0 when there is none yet.
#[must_use]
pub fn base() -> u64 {
    BASE.load(Ordering::Relaxed)
}

/// Takes a byte that was typed; `None` when there is none.
#[must_use]
pub fn typed() -> Option<u8> {
    let base = base();
    // UARTFR.RXFE is bit 4.
    (base != 0 && read32(base + 0x18) & (1 << 4) == 0).then(|| read32(base) as u8)
}

/// The console as a formatter's target.
#[derive(Debug)]
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for byte in s.bytes() {
            if byte == b'\n' {
                put(b'\r');
            }
            put(byte);
        }
        Ok(())
    }
}

fn put(byte: u8) {
    let base = base();
    if base == 0 {
        return;
    }
    while read32(base + 0x18) & (1 << 5) != 0 {}
    write32(base, u32::from(byte));
}

/// Prints to the console.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {{
        let _ = core::fmt::Write::write_fmt(&mut $crate::console::Console, format_args!($($arg)*));
    }};
}

/// Prints a line to the console.
#[macro_export]
macro_rules! println {
    ($($arg:tt)*) => {{
        $crate::print!($($arg)*);
        $crate::print!("\n");
    }};
}
