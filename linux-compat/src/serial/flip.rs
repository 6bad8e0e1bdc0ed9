// SPDX-License-Identifier: GPL-2.0-only
//! From a driver's interrupt to the readers and writers of its line.

use super::{Port, line};
use crate::bindings::{self, TTY_NORMAL, TTY_OVERRUN, tty_port, tty_struct, uart_port};
use crate::locking::wake;
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr::{null_mut, without_provenance_mut};
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::{AcqRel, Relaxed};

crate::exports! {
    family "serial";
    [any, supported, "serial::tests::what_is_received_reaches_the_line"]
    fn __tty_insert_flip_string_flags(port: *mut tty_port, chars: *const u8, flags: *const u8, mutable_flags: bool, size: usize) -> usize = insert_c;
    [any, supported, "serial::tests::what_is_received_reaches_the_line"]
    fn tty_flip_buffer_push(port: *mut tty_port) -> () = push;
    [any, supported, "serial::tests::what_is_received_reaches_the_line"]
    fn tty_buffer_space_avail(port: *mut tty_port) -> c_uint = space;
    [any, supported, "serial::tests::what_is_received_reaches_the_line"]
    fn tty_buffer_request_room(port: *mut tty_port, size: usize) -> c_int = request_room;
    [any, partial, "serial::tests::what_is_received_reaches_the_line"]
    fn tty_buffer_set_limit(port: *mut tty_port, limit: c_int) -> c_int = set_limit;
    [any, supported, "serial::tests::what_is_received_reaches_the_line"]
    fn uart_insert_char(port: *mut uart_port, status: c_uint, overrun: c_uint, ch: u8, flag: u8) -> () = insert_char;
    [any, supported, "serial::tests::bytes_go_out_and_signals_stop_them"]
    fn uart_write_wakeup(port: *mut uart_port) -> () = write_wakeup;
    [any, supported, "serial::tests::bytes_go_out_and_signals_stop_them"]
    fn uart_handle_cts_change(port: *mut uart_port, active: bool) -> () = cts_change;
    [any, supported, "serial::tests::bytes_go_out_and_signals_stop_them"]
    fn uart_handle_dcd_change(port: *mut uart_port, active: bool) -> () = dcd_change;
    [any, supported, "none"]
    fn uart_xchar_out(port: *mut uart_port, offset: c_int) -> () = xchar_out;
    [any, supported, "serial::tests::bytes_go_out_and_signals_stop_them"]
    fn tty_port_tty_wakeup(port: *mut tty_port) -> () = tty_port_wakeup;
    [any, supported, "serial::tests::a_port_comes_and_goes"]
    fn tty_port_tty_get(port: *mut tty_port) -> *mut tty_struct = tty_get;
    [any, supported, "serial::tests::a_port_comes_and_goes"]
    fn tty_kref_put(tty: *mut tty_struct) -> () = tty_put;
    [any, supported, "serial::tests::bytes_go_out_and_signals_stop_them"]
    fn tty_wakeup(tty: *mut tty_struct) -> () = tty_wake;
    [any, supported, "serial::tests::a_port_comes_and_goes"]
    fn tty_name(tty: *const tty_struct) -> *const c_char = tty_name_of;
}

/// Whole characters only reach the readers: those with errors are counted by their driver.
pub(super) unsafe fn insert_c(port: *mut tty_port, chars: *const u8, flags: *const u8, each: bool, size: usize) -> usize {
    if size == 0 {
        return 0;
    }
    // SAFETY: the caller's port, and as many characters and flags as it says.
    unsafe {
        let Some(line) = line(port) else { return 0 };
        let chars = core::slice::from_raw_parts(chars, size);
        if !each {
            return if u32::from(*flags) == TTY_NORMAL { line.receive(chars) } else { size };
        }
        let flags = core::slice::from_raw_parts(flags, size);
        let good = |flag: &u8| u32::from(*flag) == TTY_NORMAL;
        chars.iter().zip(flags).filter(|(ch, flag)| !good(flag) || line.receive(&[**ch]) == 1).count()
    }
}

pub(super) unsafe fn push(port: *mut tty_port) {
    // SAFETY: the caller's port.
    if let Some(line) = unsafe { line(port) } {
        line.received();
    }
}

pub(super) unsafe fn space(port: *mut tty_port) -> c_uint {
    // SAFETY: the caller's port.
    unsafe { line(port) }.map_or(0, |line| line.receive_room() as c_uint)
}

pub(super) unsafe fn request_room(port: *mut tty_port, size: usize) -> c_int {
    // SAFETY: the caller's port.
    unsafe { line(port) }.map_or(0, |line| line.receive_room().min(size) as c_int)
}

/// The ring has the size that it has; a driver may not ask for less than nothing.
pub(super) unsafe fn set_limit(_port: *mut tty_port, limit: c_int) -> c_int {
    if limit < 256 { crate::errno::Errno::EINVAL.to_c() } else { 0 }
}

/// The character is received unless its status says that nobody wants it; an overrun comes behind it.
pub(super) unsafe fn insert_char(port: *mut uart_port, status: c_uint, overrun: c_uint, ch: u8, flag: u8) {
    // SAFETY: the caller's port, which is registered.
    unsafe {
        let ignored = (*port).ignore_status_mask;
        let tty_port = Port(port).tty_port();
        let insert = |ch: u8, flag: u8| {
            if insert_c(tty_port, &raw const ch, &raw const flag, false, 1) == 0 {
                (*port).icount.buf_overrun += 1;
            }
        };
        if status & ignored & !overrun == 0 {
            insert(ch, flag);
        }
        if status & !ignored & overrun != 0 {
            insert(0, TTY_OVERRUN as u8);
        }
    }
}

pub(super) unsafe fn write_wakeup(port: *mut uart_port) {
    // SAFETY: the caller's port; one that is registered has a state.
    unsafe {
        if !(*port).state.is_null() {
            tty_port_wakeup(Port(port).tty_port());
        }
    }
}

pub(super) unsafe fn tty_port_wakeup(port: *mut tty_port) {
    // SAFETY: the caller's port.
    if let Some(line) = unsafe { line(port) } {
        line.has_room();
    }
}

pub(super) unsafe fn tty_wake(tty: *mut tty_struct) {
    // SAFETY: the caller's terminal, whose port stays with it.
    unsafe { tty_port_wakeup((*tty).port) }
}

/// Whether the core stops the transmitter by CTS, since the UART does not do so itself.
pub(super) unsafe fn soft_cts(port: *const uart_port) -> bool {
    // SAFETY: the caller's port.
    let status = unsafe { (*port).status };
    status & 1 << 0 != 0 && status & 1 << 3 == 0
}

pub(super) unsafe fn cts_change(port: *mut uart_port, active: bool) {
    // SAFETY: the caller's port; its lock is held.
    unsafe {
        (*port).icount.cts += 1;
        if !soft_cts(port) {
            return;
        }
        let stopped = (*port).hw_stopped;
        if stopped && active {
            (*port).hw_stopped = false;
            Port(port).call((*(*port).ops).start_tx);
            write_wakeup(port);
        } else if !stopped && !active {
            (*port).hw_stopped = true;
            Port(port).call((*(*port).ops).stop_tx);
        }
    }
}

/// Lines are opened without a carrier: it is counted, and who waits for a change is woken.
pub(super) unsafe fn dcd_change(port: *mut uart_port, active: bool) {
    // SAFETY: the caller's port, which is registered.
    unsafe {
        (*port).icount.dcd += 1;
        if active {
            let queue = &raw mut (*Port(port).tty_port()).open_wait;
            wake(queue, bindings::TASK_NORMAL, 1, without_provenance_mut::<c_void>(0));
        }
    }
}

pub(super) unsafe fn xchar_out(port: *mut uart_port, offset: c_int) {
    // SAFETY: the caller's port, with its function for registers.
    unsafe {
        if let Some(out) = (*port).serial_out {
            out(port, offset, (*port).x_char.into());
        }
        (*port).icount.tx += 1;
        (*port).x_char = 0;
    }
}

/// References to a terminal.
pub(super) unsafe fn references<'a>(tty: *mut tty_struct) -> &'a AtomicI32 {
    // SAFETY: the counter within the caller's terminal.
    unsafe { AtomicI32::from_ptr((&raw mut (*tty).kref).cast()) }
}

pub(super) unsafe fn tty_get(port: *mut tty_port) -> *mut tty_struct {
    // SAFETY: the caller's port; the lock keeps the terminal until it has its reference.
    unsafe {
        if port.is_null() {
            return null_mut();
        }
        let lock = (&raw mut (*port).lock).cast();
        let flags = crate::locking::lock_save(lock);
        let tty = (*port).tty;
        if !tty.is_null() {
            references(tty).fetch_add(1, Relaxed);
        }
        crate::locking::unlock_restore(lock, flags);
        tty
    }
}

/// The last one frees it.
pub(super) unsafe fn tty_put(tty: *mut tty_struct) {
    // SAFETY: the caller's reference.
    unsafe {
        if !tty.is_null() && references(tty).fetch_sub(1, AcqRel) == 1 {
            crate::slab::kfree(tty.cast());
        }
    }
}

pub(super) unsafe fn tty_name_of(tty: *const tty_struct) -> *const c_char {
    // SAFETY: null or the caller's terminal.
    unsafe { tty.as_ref() }.map_or(c"NULL tty".as_ptr(), |tty| tty.name.as_ptr())
}
