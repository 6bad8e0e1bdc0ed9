// SPDX-License-Identifier: GPL-2.0-only
//! UARTs: `linux/serial_core.h` and what it stands on of `linux/tty.h` and `linux/console.h` (Linux:
//! Documentation/driver-api/serial/driver.rst). The registry of lines is `io::serial::line`; this is its border to C.
//!
//! There are no terminals: a port that is opened is a line of raw bytes. The hypervisor has a console of its own, so no
//! driver's console is one.

mod console;
mod driver;
mod flip;
mod port;
mod properties;
mod termios;
#[cfg(test)]
mod tests;

use crate::bindings::{__kfifo, device, tty_port, uart_port, uart_state};
use crate::context::Guarded;
use crate::export::Export;
use crate::locking;
use core::ffi::{c_int, c_uint, c_ulong};
use io::serial::line::Line;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    console::EXPORTS,
    console::DATA,
    driver::EXPORTS,
    flip::EXPORTS,
    properties::EXPORTS,
    termios::EXPORTS,
];

/// Flags of `serial_rs485`, which are no numbers for bindgen.
mod rs485 {
    /// The port is on such a bus.
    pub const ENABLED: u32 = 1 << 0;
    /// RTS is high while it sends.
    pub const RTS_ON_SEND: u32 = 1 << 1;
    /// RTS is high while it does not.
    pub const RTS_AFTER_SEND: u32 = 1 << 2;
    /// It hears what it sends.
    pub const RX_DURING_TX: u32 = 1 << 4;
    /// The bus ends here.
    pub const TERMINATE_BUS: u32 = 1 << 5;
}

/// A C structure for one port. All is done with the port registered, so that its state is there.
#[derive(Clone, Copy)]
struct Port(*mut uart_port);

/// The port's lock, held.
struct Locked(Port, c_ulong);

impl Port {
    /// Takes the port's lock, with interrupts masked.
    unsafe fn lock(self) -> Locked {
        // SAFETY: a driver's port, which stays while it is used.
        unsafe { Locked(self, locking::lock_save((&raw mut (*self.0).lock).cast())) }
    }

    unsafe fn state(self) -> *mut uart_state {
        // SAFETY: as above.
        unsafe { (*self.0).state }
    }

    unsafe fn tty_port(self) -> *mut tty_port {
        // SAFETY: as above; a registered port has a state.
        unsafe { &raw mut (*self.state()).port }
    }

    /// What waits to be sent; touched with the lock held.
    unsafe fn fifo(self) -> *mut __kfifo {
        // SAFETY: as above; the ring is what its place begins with.
        unsafe { (&raw mut (*self.tty_port()).xmit_fifo).cast() }
    }

    /// The device that calls are made for.
    unsafe fn device(self) -> *const device {
        // SAFETY: as above.
        unsafe { (*self.0).dev }
    }

    /// Calls an operation that takes nothing but the port, if the driver has it.
    unsafe fn call(self, operation: Option<unsafe extern "C" fn(*mut uart_port)>) {
        if let Some(operation) = operation {
            // SAFETY: the driver's operation, with its own port.
            unsafe { operation.guarded(self.device(), (self.0,)) }
        }
    }

    /// Has the driver send what waits, unless the other side has stopped it. The lock is held.
    unsafe fn start_sending(self) {
        // SAFETY: as above.
        unsafe {
            let tty = (*self.tty_port()).tty;
            if !(*self.0).hw_stopped && (tty.is_null() || !(*tty).flow.stopped) {
                self.call((*(*self.0).ops).start_tx);
            }
        }
    }

    /// The signals of the other side, by the driver. The lock is held.
    unsafe fn get_mctrl(self) -> c_uint {
        // SAFETY: as above.
        unsafe { (*(*self.0).ops).get_mctrl.map_or(0, |get| get.guarded(self.device(), (self.0,))) }
    }

    /// Sets and clears signals of ours. Takes the lock.
    unsafe fn change_mctrl(self, set: c_uint, clear: c_uint) {
        // SAFETY: as above.
        unsafe {
            let _locked = self.lock();
            let old = (*self.0).mctrl;
            (*self.0).mctrl = old & !clear | set;
            if old != (*self.0).mctrl && !self.is_rs485() {
                self.set_mctrl((*self.0).mctrl);
            }
        }
    }

    /// Hands the driver the signals of ours. The lock is held.
    unsafe fn set_mctrl(self, mctrl: c_uint) {
        // SAFETY: as above.
        unsafe {
            if let Some(set) = (*(*self.0).ops).set_mctrl {
                set.guarded(self.device(), (self.0, mctrl));
            }
        }
    }

    /// Whether RTS switches the direction of an RS-485 bus.
    unsafe fn is_rs485(self) -> bool {
        // SAFETY: as above.
        unsafe { (*self.0).rs485.flags & rs485::ENABLED != 0 }
    }

    /// Hands the driver the parameters of the RS-485 bus, if it is one.
    unsafe fn configure_rs485(self) {
        // SAFETY: as above; no line parameters, and a structure of the port.
        unsafe {
            if !self.is_rs485() {
                return;
            }
            let Some(configure) = (*self.0).rs485_config else { return };
            let answer: c_int = {
                let _locked = self.lock();
                configure.guarded(self.device(), (self.0, core::ptr::null_mut(), &raw mut (*self.0).rs485))
            };
            if answer != 0 {
                (*self.0).rs485.flags = 0;
            }
        }
    }

    /// Switches the device on or off, if that is new.
    unsafe fn change_pm(self, to: c_uint) {
        // SAFETY: as above.
        unsafe {
            let state = self.state();
            let old = (*state).pm_state;
            if old != to {
                if let Some(pm) = (*(*self.0).ops).pm {
                    pm.guarded(self.device(), (self.0, to, old));
                }
                (*state).pm_state = to;
            }
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: taken by `lock`, with these flags.
        unsafe { locking::unlock_restore((&raw mut (*self.0.0).lock).cast(), self.1) }
    }
}

/// The line behind a `tty_port`, while it is registered.
unsafe fn line<'a>(port: *const tty_port) -> Option<&'a Line> {
    // SAFETY: null, or the line that `driver::add` left there; it goes after the driver's interrupt.
    unsafe { (*port).buf.p.cast::<Line>().as_ref() }
}
