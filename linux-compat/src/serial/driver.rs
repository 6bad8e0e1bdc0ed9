// SPDX-License-Identifier: GPL-2.0-only
//! Drivers of UARTs and the ports that they add.

use super::Port;
use super::port::Driver;
use crate::bindings::{self, console, kref, tty_driver, uart_driver, uart_port, uart_state, wait_queue_head};
use crate::context::Guarded;
use crate::device;
use crate::errno::{Errno, Result, to_c};
use crate::locking::List;
use crate::slab;
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_short};
use core::ptr::null_mut;
use io::serial::line::{self, Info, Line, Settings};

crate::exports! {
    family "serial";
    [sleeps, supported, "serial::tests::a_port_comes_and_goes"]
    fn uart_register_driver(drv: *mut uart_driver) -> c_int = register_c;
    [sleeps, supported, "serial::tests::a_port_comes_and_goes"]
    fn uart_unregister_driver(drv: *mut uart_driver) -> () = unregister;
    [sleeps, supported, "serial::tests::a_port_comes_and_goes"]
    fn uart_add_one_port(drv: *mut uart_driver, port: *mut uart_port) -> c_int = add_c;
    [sleeps, supported, "serial::tests::a_port_comes_and_goes"]
    fn uart_remove_one_port(drv: *mut uart_driver, port: *mut uart_port) -> () = remove;
    [any, supported, "serial::tests::a_port_comes_and_goes"]
    fn uart_match_port(port1: *const uart_port, port2: *const uart_port) -> bool = matches;
    [sleeps, supported, "serial::tests::a_port_sleeps_and_goes_on"]
    fn uart_suspend_port(drv: *mut uart_driver, port: *mut uart_port) -> c_int = suspend;
    [sleeps, supported, "serial::tests::a_port_sleeps_and_goes_on"]
    fn uart_resume_port(drv: *mut uart_driver, port: *mut uart_port) -> c_int = resume;
}

/// Ports of a driver at most: minor numbers end there.
const MOST: c_int = 256;

/// A queue on which nobody waits.
pub(super) unsafe fn init_queue(queue: *mut wait_queue_head) {
    // SAFETY: the caller's queue, whose lock is free as zeroes.
    unsafe { List(&raw mut (*queue).head).init() }
}

/// Memory for `count` zeroed values; it is freed by `kfree`.
pub(super) fn zeroed<T>(count: usize) -> Result<*mut T> {
    let memory = slab::kmalloc(size_of::<T>().saturating_mul(count), slab::GFP_KERNEL | slab::GFP_ZERO);
    if memory.is_null() { Err(Errno::ENOMEM) } else { Ok(memory.cast()) }
}

pub(super) unsafe fn register(drv: *mut uart_driver) -> Result<()> {
    // SAFETY: the caller's driver, which stays; what is made here is zeroed and nobody else's yet.
    unsafe {
        let driver = &mut *drv;
        if !driver.state.is_null() {
            return Err(Errno::EBUSY);
        }
        if driver.dev_name.is_null() || !(1..=MOST).contains(&driver.nr) {
            return Err(Errno::EINVAL);
        }
        let state = zeroed::<uart_state>(driver.nr as usize)?;
        let tty = zeroed::<tty_driver>(1).inspect_err(|_| slab::kfree(state.cast()))?;
        *tty = tty_driver {
            kref: kref { ..(*tty).kref },
            driver_name: driver.driver_name,
            name: driver.dev_name,
            major: driver.major,
            minor_start: driver.minor,
            num: driver.nr as u32,
            type_: bindings::TTY_DRIVER_TYPE_SERIAL as c_short,
            subtype: bindings::SERIAL_TYPE_NORMAL as c_short,
            flags: u64::from(bindings::TTY_DRIVER_REAL_RAW | bindings::TTY_DRIVER_DYNAMIC_DEV),
            init_termios: super::termios::from_settings(&INITIAL),
            driver_state: drv.cast(),
            ..*tty
        };
        for i in 0..driver.nr as usize {
            let port = &raw mut (*state.add(i)).port;
            init_queue(&raw mut (*port).open_wait);
            init_queue(&raw mut (*port).delta_msr_wait);
            init_queue(&raw mut (*state.add(i)).remove_wait);
            init_queue(&raw mut (*port).mutex.wait);
            init_queue(&raw mut (*port).buf_mutex.wait);
            (*port).close_delay = 500;
            (*port).closing_wait = 30_000;
        }
        driver.tty_driver = tty;
        driver.state = state;
        Ok(())
    }
}

/// Linux's for ports without a console: 9600 8N1.
const INITIAL: Settings =
    Settings { baud: 9600, bits: 8, parity: line::Parity::None, stop: 1, flow: line::Flow::None };

pub(super) unsafe fn register_c(drv: *mut uart_driver) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { register(drv) })
}

pub(super) unsafe fn unregister(drv: *mut uart_driver) {
    // SAFETY: the caller's driver, all of whose ports are removed.
    unsafe {
        let driver = &mut *drv;
        let left = (0..driver.nr.max(0) as usize)
            .any(|i| !driver.state.is_null() && !(*driver.state.add(i)).uart_port.is_null());
        if left {
            return log::error!(target: "linux", "uart_unregister_driver: the driver has ports; it stays");
        }
        slab::kfree(driver.tty_driver.cast());
        slab::kfree(driver.state.cast());
        (driver.tty_driver, driver.state) = (null_mut(), null_mut());
    }
}

pub(super) unsafe fn text(at: *const c_char) -> String {
    // SAFETY: null or the caller's string.
    if at.is_null() { String::new() } else { unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned() }
}

/// The place of a port among its driver's, if it has that many.
pub(super) unsafe fn place(drv: *mut uart_driver, port: *mut uart_port) -> Result<*mut uart_state> {
    // SAFETY: the caller's driver and port.
    unsafe {
        let (driver, line) = (&*drv, (*port).line);
        if driver.state.is_null() || line >= driver.nr as u32 {
            return Err(Errno::EINVAL);
        }
        Ok(driver.state.add(line as usize))
    }
}

/// Has the driver find out what its port is, and switches it off until it is opened.
pub(super) unsafe fn configure(port: Port) {
    // SAFETY: a port that is being added.
    unsafe {
        let raw = &mut *port.0;
        if raw.iobase == 0 && raw.mapbase == 0 && raw.membase.is_null() {
            return;
        }
        let has = |flag: u64| raw.flags & flag != 0;
        let mut wanted = 0;
        if has(bindings::ASYNC_AUTO_IRQ.into()) {
            wanted |= bindings::UART_CONFIG_IRQ;
        }
        if has(BOOT_AUTOCONF) {
            if !has(FIXED_TYPE) {
                raw.type_ = bindings::PORT_UNKNOWN;
                wanted |= bindings::UART_CONFIG_TYPE;
            }
            if let Some(config) = (*raw.ops).config_port {
                config.guarded(port.device(), (port.0, wanted as c_int));
            }
        }
        if (*port.0).type_ == bindings::PORT_UNKNOWN {
            return;
        }
        port.change_pm(bindings::UART_PM_STATE_ON);
        {
            let _locked = port.lock();
            (*port.0).mctrl &= bindings::TIOCM_DTR;
            if !port.is_rs485() {
                port.set_mctrl((*port.0).mctrl);
            }
        }
        port.configure_rs485();
        port.change_pm(bindings::UART_PM_STATE_OFF);
    }
}

/// Flags of a port that are no numbers for bindgen.
const FIXED_TYPE: u64 = 1 << 27;
const BOOT_AUTOCONF: u64 = 1 << 28;
const DEAD: u64 = 1 << 30;

pub(super) unsafe fn info(drv: *mut uart_driver, port: Port) -> Info {
    // SAFETY: a port that is being added, and its driver.
    unsafe {
        let raw = &*port.0;
        let kind = (*raw.ops).type_.map_or(core::ptr::null(), |kind| kind.guarded(port.device(), (port.0,)));
        Info {
            name: text(raw.name),
            driver: text((*drv).driver_name),
            device: if raw.dev.is_null() { String::new() } else { device::name(raw.dev).to_string_lossy().to_string() },
            kind: text(kind),
            address: if raw.mapbase != 0 { raw.mapbase } else { raw.iobase },
            fifo: raw.fifosize,
        }
    }
}

pub(super) unsafe fn add(drv: *mut uart_driver, port: *mut uart_port) -> Result<()> {
    // SAFETY: the caller's driver and port, which stay until the port is removed.
    unsafe {
        let state = place(drv, port)?;
        if (*port).ops.is_null() || !(*state).uart_port.is_null() {
            return Err(Errno::EINVAL);
        }
        let tty = &*(*drv).tty_driver;
        let number = i64::from(tty.name_base) + i64::from((*port).line);
        let name = format!("{}{number}", text((*drv).dev_name));
        (*port).name = CString::new(name).map_err(|_| Errno::EINVAL)?.into_raw();
        (*port).state = state;
        (*port).cons = (*drv).cons;
        (*port).minor = tty.minor_start.wrapping_add_unsigned((*port).line) as u32;
        (&raw mut (*port).lock).write_bytes(0, 1);
        (*state).pm_state = bindings::UART_PM_STATE_UNDEFINED;
        (*state).uart_port = port;
        configure(Port(port));
        (*port).flags &= !DEAD;
        if (*port).type_ == bindings::PORT_UNKNOWN {
            // A place without a UART: nobody could open it.
            return Ok(());
        }
        match line::register(info(drv, Port(port)), Settings::default(), Box::new(Driver(Port(port)))) {
            Ok(line) => {
                log::info!(
                    "{}: {} at {:#x} of {}",
                    line.info().name,
                    line.info().kind,
                    line.info().address,
                    line.info().driver
                );
                (*state).port.buf.p = Arc::into_raw(line).cast_mut().cast();
                Ok(())
            }
            Err(fault) => {
                forget(state, port);
                Err(fault.into())
            }
        }
    }
}

pub(super) unsafe fn add_c(drv: *mut uart_driver, port: *mut uart_port) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { add(drv, port) })
}

/// Parts a port from its place.
pub(super) unsafe fn forget(state: *mut uart_state, port: *mut uart_port) {
    // SAFETY: a port of that place, whose name `add` made.
    unsafe {
        if (*port).type_ != bindings::PORT_UNKNOWN {
            Port(port).call((*(*port).ops).release_port);
        }
        (*port).type_ = bindings::PORT_UNKNOWN;
        drop(CString::from_raw((*port).name.cast_mut().cast()));
        (*port).name = core::ptr::null();
        (*state).uart_port = null_mut();
    }
}

/// Whoever has the port open is told that it has gone.
pub(super) unsafe fn remove(drv: *mut uart_driver, port: *mut uart_port) {
    // SAFETY: the caller's driver and port.
    unsafe {
        let Ok(state) = place(drv, port) else { return };
        if (*state).uart_port != port {
            return log::warn!("uart_remove_one_port: the port is not this driver's");
        }
        (*port).flags |= DEAD;
        let raw = (*state).port.buf.p.cast::<Line>().cast_const();
        if !raw.is_null() {
            // The driver's interrupt goes with this; only then may the line.
            (*raw).unregister();
            (*state).port.buf.p = null_mut();
            drop(Arc::from_raw(raw));
        }
        forget(state, port);
    }
}

pub(super) unsafe fn matches(one: *const uart_port, other: *const uart_port) -> bool {
    // SAFETY: the caller's ports.
    let (one, other) = unsafe { (&*one, &*other) };
    if one.iotype != other.iotype {
        return false;
    }
    match u32::from(one.iotype) {
        bindings::SERIAL_IO_PORT => one.iobase == other.iobase,
        bindings::SERIAL_IO_HUB6 => (one.iobase, one.hub6) == (other.iobase, other.hub6),
        _ => one.mapbase == other.mapbase,
    }
}

pub(super) unsafe fn suspend(_drv: *mut uart_driver, port: *mut uart_port) -> c_int {
    // SAFETY: the caller's port, which is registered.
    unsafe { Port(port).suspend() };
    0
}

pub(super) unsafe fn resume(_drv: *mut uart_driver, port: *mut uart_port) -> c_int {
    // SAFETY: the caller's port, which is registered.
    to_c(unsafe { Port(port).resume() })
}

/// The consoles of drivers name their driver so.
pub(super) unsafe fn of_console(co: *const console) -> *mut tty_driver {
    // SAFETY: the caller's console, whose data is its driver.
    unsafe { (*co).data.cast::<uart_driver>().as_ref() }.map_or(null_mut(), |driver| driver.tty_driver)
}
