// SPDX-License-Identifier: GPL-2.0-only
//! A C driver's port as a UART of the registry: opened, it has a ring to send from and a terminal without anybody on it.

use super::flip::{references, soft_cts, tty_put};
use super::termios::{from_settings, to_settings};
use super::{Port, flip};
use crate::bindings::{self, ktermios, tty_struct, uart_port};
use crate::context::Guarded;
use crate::errno::{Errno, Result};
use crate::{locking, slab};
use core::ffi::{CStr, c_char, c_int, c_uint};
use core::ptr::{null, null_mut};
use core::sync::atomic::Ordering::Relaxed;
use io::Fault;
use io::serial::line::{Counters, Modem, Settings, Uart};

/// Bytes that wait to be sent: a page, as in Linux.
const TRANSMIT_SIZE: usize = 4096;
/// Of `status`: the UART itself obeys RTS, or XOFF, or has its FIFO looked after when it is throttled.
const AUTO_RTS: c_uint = 1 << 2;
const AUTO_XOFF: c_uint = 1 << 4;
const SYNC_FIFO: c_uint = 1 << 5;
/// Bits of `tty_port.iflags`.
const INITIALIZED: u64 = 1 << bindings::TTY_PORT_INITIALIZED;
const SUSPENDED: u64 = 1 << bindings::TTY_PORT_SUSPENDED;
const ACTIVE: u64 = 1 << bindings::TTY_PORT_ACTIVE;

/// A port behind the registry's trait.
pub(super) struct Driver(pub Port);

// SAFETY: the pointer is used under the registry's mutex and the locks of the port, from any thread.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

/// Sleeps for the mutex of the port; given back when dropped.
struct Held(*mut bindings::mutex);

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: taken by `hold`.
        unsafe { locking::mutex_unlock(self.0) }
    }
}

impl Port {
    /// Takes the port's mutex: nobody else opens, closes, sets or suspends it.
    unsafe fn hold(self) -> Held {
        // SAFETY: a registered port.
        unsafe {
            let mutex = &raw mut (*self.tty_port()).mutex;
            locking::mutex_lock(mutex);
            Held(mutex)
        }
    }

    unsafe fn conditions(self) -> u64 {
        // SAFETY: a registered port.
        unsafe { (*self.tty_port()).iflags }
    }

    unsafe fn set_conditions(self, set: u64, clear: u64) {
        // SAFETY: a registered port; with the mutex held nobody else writes them.
        unsafe { (*self.tty_port()).iflags = self.conditions() & !clear | set }
    }

    /// Hands the driver the parameters of its terminal, and obeys what they say of CTS.
    unsafe fn change_settings(self, old: *const ktermios) {
        // SAFETY: a port that is open.
        unsafe {
            let tty = (*self.tty_port()).tty;
            if let Some(set) = (*(*self.0).ops).set_termios {
                set.guarded(self.device(), (self.0, &raw mut (*tty).termios, old));
            }
            let _locked = self.lock();
            let port = &mut *self.0;
            let mut status = port.status & !0b11;
            if (*tty).termios.c_cflag & bindings::CRTSCTS != 0 {
                status |= 1 << 0;
            }
            if (*tty).termios.c_cflag & bindings::CLOCAL == 0 {
                status |= 1 << 1;
            }
            port.status = status;
            let before = port.hw_stopped;
            port.hw_stopped = soft_cts(self.0) && self.get_mctrl() & bindings::TIOCM_CTS == 0;
            match (before, (*self.0).hw_stopped) {
                (false, true) => self.call((*(*self.0).ops).stop_tx),
                (true, false) => self.start_sending(),
                _ => {}
            }
        }
    }

    unsafe fn make_ring(self) -> Result<()> {
        let page = slab::kmalloc(TRANSMIT_SIZE, slab::GFP_KERNEL);
        if page.is_null() {
            return Err(Errno::ENOMEM);
        }
        // SAFETY: a registered port that is not open.
        unsafe {
            let _locked = self.lock();
            let ring = bindings::__kfifo { in_: 0, out: 0, mask: TRANSMIT_SIZE as c_uint - 1, esize: 1, data: page };
            self.fifo().write(ring);
            (*self.tty_port()).xmit_buf = page.cast();
        }
        Ok(())
    }

    unsafe fn free_ring(self) {
        // SAFETY: a port that nobody sends from any more.
        unsafe {
            let page = {
                let _locked = self.lock();
                self.fifo().write_bytes(0, 1);
                core::mem::replace(&mut (*self.tty_port()).xmit_buf, null_mut())
            };
            slab::kfree(page.cast());
        }
    }

    unsafe fn make_tty(self, termios: ktermios) -> Result<()> {
        let tty = slab::kmalloc(size_of::<tty_struct>(), slab::GFP_KERNEL | slab::GFP_ZERO).cast::<tty_struct>();
        if tty.is_null() {
            return Err(Errno::ENOMEM);
        }
        // SAFETY: zeroed memory of that size, which nobody has yet; a registered port.
        unsafe {
            references(tty).store(1, Relaxed);
            (*tty).index = (*self.0).line as c_int;
            (*tty).port = self.tty_port();
            (*tty).dev = (*self.0).dev;
            (*tty).driver_data = self.state().cast();
            (*tty).termios = termios;
            (*tty).count = 1;
            for queue in [&raw mut (*tty).write_wait, &raw mut (*tty).read_wait] {
                super::driver::init_queue(queue);
            }
            let name = (*self.0).name;
            let bytes = if name.is_null() { &[][..] } else { CStr::from_ptr(name).to_bytes() };
            let room = (*tty).name.len() - 1;
            (*tty).name.iter_mut().zip(bytes).take(room).for_each(|(to, byte)| *to = *byte as c_char);
            let _locked = self.lock();
            (*self.tty_port()).tty = tty;
        }
        Ok(())
    }

    unsafe fn drop_tty(self) {
        // SAFETY: a registered port.
        unsafe {
            let tty = {
                let lock = (&raw mut (*self.tty_port()).lock).cast();
                let flags = locking::lock_save(lock);
                let _locked = self.lock();
                let tty = core::mem::replace(&mut (*self.tty_port()).tty, null_mut());
                locking::unlock_restore(lock, flags);
                tty
            };
            tty_put(tty);
        }
    }

    /// Has the driver start the device, with the parameters of the terminal.
    unsafe fn start(self) -> Result<()> {
        // SAFETY: a registered port with its mutex held, a ring and a terminal.
        unsafe {
            self.change_pm(bindings::UART_PM_STATE_ON);
            let startup = (*(*self.0).ops).startup.ok_or(Errno::EINVAL)?;
            Errno::check(startup.guarded(self.device(), (self.0,)))?;
            self.change_settings(null());
            self.configure_rs485();
            self.change_mctrl(bindings::TIOCM_DTR | bindings::TIOCM_RTS, 0);
            self.set_conditions(INITIALIZED | ACTIVE, 0);
            (*self.tty_port()).count = 1;
            Ok(())
        }
    }

    /// Has the driver stop it.
    unsafe fn shut(self) {
        // SAFETY: a registered port with its mutex held.
        unsafe {
            if self.conditions() & INITIALIZED != 0 {
                self.set_conditions(0, INITIALIZED);
                {
                    let _locked = self.lock();
                    self.call((*(*self.0).ops).stop_rx);
                }
                self.change_mctrl(0, bindings::TIOCM_DTR | bindings::TIOCM_RTS);
                self.call((*(*self.0).ops).shutdown);
            }
            self.set_conditions(0, SUSPENDED | ACTIVE);
            (*self.tty_port()).count = 0;
            self.free_ring();
            self.drop_tty();
            self.change_pm(bindings::UART_PM_STATE_OFF);
        }
    }

    /// Stops the device for a while, as its driver asks.
    pub(super) unsafe fn suspend(self) {
        // SAFETY: a registered port.
        unsafe {
            let _held = self.hold();
            (*self.0).suspended = 1;
            if self.conditions() & INITIALIZED != 0 {
                self.set_conditions(SUSPENDED, INITIALIZED);
                let ops = &*(*self.0).ops;
                let mctrl = {
                    let _locked = self.lock();
                    self.call(ops.stop_tx);
                    if !self.is_rs485() {
                        self.set_mctrl(0);
                    }
                    self.call(ops.stop_rx);
                    core::mem::replace(&mut (*self.0).mctrl, 0)
                };
                let empty = || ops.tx_empty.is_none_or(|f| f.guarded(self.device(), (self.0,)) != 0);
                if !(0..3).any(|_| empty() || { crate::time::sleep_ms(10); false }) {
                    log::warn!("a port is suspended before its last characters have left");
                }
                self.call(ops.shutdown);
                (*self.0).mctrl = mctrl;
            }
            self.change_pm(bindings::UART_PM_STATE_OFF);
        }
    }

    /// Starts it again, as it was.
    pub(super) unsafe fn resume(self) -> Result<()> {
        // SAFETY: a registered port; one that was suspended while it was open still has its ring and terminal.
        unsafe {
            let _held = self.hold();
            (*self.0).suspended = 0;
            if self.conditions() & SUSPENDED == 0 {
                return Ok(());
            }
            self.set_conditions(0, SUSPENDED);
            self.start()?;
            let _locked = self.lock();
            self.start_sending();
            Ok(())
        }
    }

    /// Sends a character of flow control before all that waits.
    unsafe fn send_xchar(self, ch: u8) {
        // SAFETY: a port that is open.
        unsafe {
            if let Some(send) = (*(*self.0).ops).send_xchar {
                return send.guarded(self.device(), (self.0, ch as c_char));
            }
            let _locked = self.lock();
            (*self.0).x_char = ch;
            self.call((*(*self.0).ops).start_tx);
        }
    }

    /// Stops the other side or lets it go on: by the UART itself where it can, else by RTS or XOFF.
    unsafe fn throttle(self, on: bool) {
        // SAFETY: a port that is open.
        unsafe {
            let termios = &(*(*self.tty_port()).tty).termios;
            let mut ways = SYNC_FIFO;
            if termios.c_iflag & bindings::IXOFF != 0 {
                ways |= AUTO_XOFF;
            }
            if termios.c_cflag & bindings::CRTSCTS != 0 {
                ways |= AUTO_RTS;
            }
            let own = (*self.0).status;
            if own & ways != 0 {
                let ops = &*(*self.0).ops;
                self.call(if on { ops.throttle } else { ops.unthrottle });
            }
            let ways = ways & !own;
            if ways & AUTO_RTS != 0 {
                let rts = bindings::TIOCM_RTS;
                self.change_mctrl(if on { 0 } else { rts }, if on { rts } else { 0 });
            }
            if ways & AUTO_XOFF != 0 {
                let place = if on { bindings::VSTOP } else { bindings::VSTART };
                self.send_xchar(termios.c_cc.get(place as usize).copied().unwrap_or(0));
            }
        }
    }

    /// What the driver has made of the parameters.
    unsafe fn settings(self) -> Settings {
        // SAFETY: a port that is open.
        unsafe { to_settings(&(*(*self.tty_port()).tty).termios) }
    }
}

impl Driver {
    fn port(&self) -> *mut uart_port {
        self.0.0
    }
}

impl Uart for Driver {
    fn start(&self, settings: &Settings) -> Result<Settings, Fault> {
        let port = self.0;
        // SAFETY: the port is registered as long as this is.
        unsafe {
            let _held = port.hold();
            let started = port.make_ring().and_then(|()| port.make_tty(from_settings(settings))).and_then(|()| port.start());
            match started {
                Ok(()) => Ok(port.settings()),
                Err(errno) => {
                    port.shut();
                    Err(errno.into())
                }
            }
        }
    }

    fn stop(&self) {
        // SAFETY: as above.
        unsafe {
            let _held = self.0.hold();
            self.0.shut();
        }
    }

    fn configure(&self, settings: &Settings) -> Result<Settings, Fault> {
        let port = self.0;
        // SAFETY: as above; the port is open.
        unsafe {
            let _held = port.hold();
            let tty = (*port.tty_port()).tty;
            let old = (*tty).termios;
            (*tty).termios = from_settings(settings);
            // A port that is suspended gets them when it is resumed.
            if port.conditions() & INITIALIZED != 0 {
                port.change_settings(&raw const old);
            }
            Ok(port.settings())
        }
    }

    fn send(&self, bytes: &[u8]) -> usize {
        // SAFETY: as above; the ring belongs to the lock.
        unsafe {
            let _locked = self.0.lock();
            if (*self.0.tty_port()).xmit_buf.is_null() {
                return 0;
            }
            let len = c_uint::try_from(bytes.len()).unwrap_or(c_uint::MAX);
            let taken = crate::library::kfifo::put(self.0.fifo(), bytes.as_ptr().cast(), len);
            if self.0.conditions() & INITIALIZED != 0 {
                self.0.start_sending();
            }
            taken as usize
        }
    }

    fn is_sent(&self) -> bool {
        // SAFETY: as above.
        unsafe {
            let waiting = {
                let _locked = self.0.lock();
                (*self.0.fifo()).in_ != (*self.0.fifo()).out
            };
            let empty = (*(*self.port()).ops).tx_empty;
            !waiting && empty.is_none_or(|empty| empty.guarded(self.0.device(), (self.port(),)) != 0)
        }
    }

    fn discard(&self) {
        // SAFETY: as above.
        unsafe {
            let _locked = self.0.lock();
            (*self.0.fifo()).in_ = 0;
            (*self.0.fifo()).out = 0;
            self.0.call((*(*self.port()).ops).flush_buffer);
            flip::write_wakeup(self.port());
        }
    }

    fn throttle(&self, on: bool) {
        // SAFETY: as above; the port is open.
        unsafe { self.0.throttle(on) }
    }

    fn set_break(&self, on: bool) -> Result<(), Fault> {
        // SAFETY: as above.
        unsafe {
            let _held = self.0.hold();
            let control = (*(*self.port()).ops).break_ctl.ok_or(Fault::NotSupported)?;
            control.guarded(self.0.device(), (self.port(), if on { -1 } else { 0 }));
            Ok(())
        }
    }

    fn modem(&self) -> Modem {
        // SAFETY: as above.
        unsafe {
            // The registers of a port that is not open may have no clock.
            let theirs = if self.0.conditions() & INITIALIZED != 0 {
                let _locked = self.0.lock();
                self.0.get_mctrl()
            } else {
                0
            };
            let ours = (*self.port()).mctrl;
            Modem {
                cts: theirs & bindings::TIOCM_CTS != 0,
                dsr: theirs & bindings::TIOCM_DSR != 0,
                dcd: theirs & bindings::TIOCM_CAR != 0,
                ri: theirs & bindings::TIOCM_RNG != 0,
                rts: ours & bindings::TIOCM_RTS != 0,
                dtr: ours & bindings::TIOCM_DTR != 0,
            }
        }
    }

    fn set_modem(&self, rts: bool, dtr: bool) -> Result<(), Fault> {
        let word = |rts: bool, dtr: bool| {
            (if rts { bindings::TIOCM_RTS } else { 0 }) | (if dtr { bindings::TIOCM_DTR } else { 0 })
        };
        // SAFETY: as above.
        unsafe { self.0.change_mctrl(word(rts, dtr), word(!rts, !dtr)) };
        Ok(())
    }

    fn counters(&self) -> Counters {
        // SAFETY: as above; whole words, each right by itself.
        let seen = unsafe { (*self.port()).icount };
        Counters {
            rx: seen.rx.into(),
            tx: seen.tx.into(),
            frame: seen.frame.into(),
            parity: seen.parity.into(),
            overrun: seen.overrun.into(),
            breaks: seen.brk.into(),
        }
    }
}
