// SPDX-License-Identifier: GPL-2.0-only
//! UARTs as consoles.

pub mod cadence;
pub mod ns16550a;
pub mod pl011;
mod wiring;

use kernel::boot::{ConsoleDriver, EarlyDriver};

/// Consoles that work before anything else.
pub const EARLY: &[EarlyDriver] = &[pl011::EARLY, ns16550a::EARLY, cadence::EARLY];

/// Consoles with input.
pub const CONSOLES: &[ConsoleDriver] = &[pl011::CONSOLE, ns16550a::CONSOLE, cadence::CONSOLE];
