// SPDX-License-Identifier: GPL-2.0-only
//! Freeing a bus that a device holds (UM10204, 3.1.16): clock pulses until it lets the data line go, then a stop.

use kernel::time;

use crate::Fault;

/// The bus's lines, moved by hand.
pub trait Lines {
    /// Whether the clock line is high.
    fn scl(&mut self) -> bool;
    /// Lets the clock line go (true) or pulls it down.
    fn set_scl(&mut self, high: bool);
    /// Whether the data line is high; `None` if that cannot be known.
    fn sda(&mut self) -> Option<bool>;
    /// Lets the data line go (true) or pulls it down, if that is possible.
    fn set_sda(&mut self, high: bool);
}

/// Pulses: a byte and its acknowledge.
const PULSES: usize = 9;
/// Half of a clock period, in nanoseconds: 100 kHz.
const HALF_NS: u64 = 5_000;

/// Frees the bus; takes up to 0.1 ms. Context: any.
///
/// # Errors
/// [`Fault::Busy`]: a device holds the clock line, or holds the data line after all pulses.
pub fn pulse(lines: &mut impl Lines) -> Result<(), Fault> {
    let set = |lines: &mut dyn Lines, high: bool| {
        lines.set_scl(high);
        time::ndelay(if high { HALF_NS } else { HALF_NS / 2 });
        // The data line follows: with the clock high, its rise is a stop.
        lines.set_sda(high);
        time::ndelay(HALF_NS / 2);
    };
    set(lines, true);
    for _ in 0..PULSES {
        if !lines.scl() {
            return Err(Fault::Busy);
        }
        set(lines, false);
        set(lines, true);
        if lines.sda() == Some(true) {
            return Ok(());
        }
    }
    if lines.sda() == Some(false) { Err(Fault::Busy) } else { Ok(()) }
}
