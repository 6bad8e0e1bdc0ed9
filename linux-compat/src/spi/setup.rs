// SPDX-License-Identifier: GPL-2.0-only
//! How a device is talked to: its mode, its chip select, and how long is waited around that.

use super::device::{NO_SELECT, entry};
use crate::bindings::{self, spi_delay, spi_device, spi_message, spi_transfer};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::gpio::chip_select;
use crate::locking::{mutex_lock, mutex_unlock};
use core::ffi::c_int;
use core::ptr::null_mut;

crate::exports! {
    family "spi";
    [sleeps, supported, "spi::tests::modes_are_checked"]
    fn spi_setup(spi: *mut spi_device) -> c_int = setup;
    [any, supported, "spi::tests::delays"]
    fn spi_delay_to_ns(delay: *mut spi_delay, xfer: *mut spi_transfer) -> c_int = delay_to_ns;
    [sleeps, supported, "spi::tests::delays"]
    fn spi_delay_exec(delay: *mut spi_delay, xfer: *mut spi_transfer) -> c_int = delay_exec;
    [sleeps, supported, "spi::tests::messages_reach_the_driver"]
    fn spi_transfer_cs_change_delay_exec(msg: *mut spi_message, xfer: *mut spi_transfer) -> () = change_delay;
}

const CS_HIGH: u32 = 1 << 2;
pub(super) const THREE_WIRE: u32 = 1 << 4;
const NO_CS: u32 = 1 << 6;
pub(super) const CS_WORD: u32 = 1 << 12;
pub(super) const NO_TX: u32 = 1 << 31;
pub(super) const NO_RX: u32 = 1 << 30;
pub(super) const TX_DUAL: u32 = 1 << 8;
pub(super) const TX_QUAD: u32 = 1 << 9;
pub(super) const TX_OCTAL: u32 = 1 << 13;
pub(super) const RX_DUAL: u32 = 1 << 10;
pub(super) const RX_QUAD: u32 = 1 << 11;
pub(super) const RX_OCTAL: u32 = 1 << 14;
const WIDE: u32 = TX_DUAL | TX_QUAD | TX_OCTAL | RX_DUAL | RX_QUAD | RX_OCTAL;
/// The controller wants its own chip select besides a GPIO line.
const GPIO_SS: u16 = 1 << 5;
const NS_PER_S: u32 = 1_000_000_000;
/// How long a chip select is given up between two transfers, unless they say.
const CHANGE_NS: u32 = 10_000;

/// Whether a controller can do words of so many bits.
pub(super) fn can_do(controller: &bindings::spi_controller, bits: u8) -> bool {
    let mask = controller.bits_per_word_mask;
    mask == 0 || (1..=32).contains(&bits) && mask >> (bits - 1) & 1 != 0
}

unsafe fn check_mode(spi: *mut spi_device) -> Result<()> {
    // SAFETY: the caller's device.
    unsafe {
        let (mode, controller) = ((*spi).mode, &*(*spi).controller);
        let several = |bits: u32| (mode & bits).count_ones() > 1;
        if several(TX_DUAL | TX_QUAD | NO_TX) || several(RX_DUAL | RX_QUAD | NO_RX) || several(3 << 17) {
            return Err(Errno::EINVAL);
        }
        if mode & THREE_WIRE != 0 && mode & WIDE != 0 {
            return Err(Errno::EINVAL);
        }
        let missing = mode & !(controller.mode_bits | CS_WORD | NO_TX | NO_RX);
        if missing & WIDE != 0 {
            log::warn!("spi{}: a bus as wide as {:#x} is not there", controller.bus_num, missing & WIDE);
            (*spi).mode &= !(missing & WIDE);
        }
        if missing & !WIDE != 0 {
            log::error!("spi{}: no mode {:#x}", controller.bus_num, missing & !WIDE);
            return Err(Errno::EINVAL);
        }
        if (*spi).bits_per_word == 0 {
            (*spi).bits_per_word = 8;
        } else if !can_do(controller, (*spi).bits_per_word) {
            return Err(Errno::EINVAL);
        }
        let most = controller.max_speed_hz;
        if most > 0 && ((*spi).max_speed_hz == 0 || (*spi).max_speed_hz > most) {
            (*spi).max_speed_hz = most;
        }
        Ok(())
    }
}

/// Does something while the controller's device is active, if the core is to see to that.
fn active(controller: &bindings::spi_controller, f: impl FnOnce() -> Result<()>) -> Result<()> {
    let parent = controller.dev.parent;
    if controller.auto_runtime_pm
        && let Err(error) = Errno::check(crate::pm::resume(parent, crate::pm::GET_PUT))
    {
        crate::pm::put_noidle(parent);
        return Err(error);
    }
    let result = f();
    if controller.auto_runtime_pm {
        crate::pm::idle(parent, crate::pm::GET_PUT | crate::pm::ASYNC);
    }
    result
}

unsafe fn try_setup(spi: *mut spi_device) -> Result<()> {
    // SAFETY: as the caller says; the driver's functions, one at a time.
    unsafe {
        check_mode(spi)?;
        let controller = (*spi).controller;
        mutex_lock(&raw mut (*controller).io_mutex);
        let result = (|| {
            if let Some(setup) = (*controller).setup {
                Errno::check(setup(spi))?;
            }
            active(&*controller, || {
                if let Some(timing) = (*controller).set_cs_timing
                    && !has_line(spi)
                {
                    Errno::check(timing(spi))?;
                }
                select(spi, false, true);
                Ok(())
            })
        })();
        mutex_unlock(&raw mut (*controller).io_mutex);
        result
    }
}

pub(super) unsafe fn setup(spi: *mut spi_device) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { try_setup(spi) })
}

/// Whether a GPIO line selects the device.
pub(super) unsafe fn has_line(spi: *const spi_device) -> bool {
    // SAFETY: the caller's device.
    unsafe { (*spi).cs_gpiod.iter().any(|line| !line.is_null()) }
}

/// Selects a device, or no longer. The controller's mutex is held.
pub(super) unsafe fn select(spi: *mut spi_device, on: bool, always: bool) {
    // SAFETY: the caller's device; its controller's functions, one at a time.
    unsafe {
        let controller = (*spi).controller;
        let own = (*spi).chip_select.first().copied().unwrap_or(NO_SELECT);
        let high = (*spi).mode & CS_HIGH != 0;
        let last = (*controller).last_cs.first().copied().unwrap_or(-1);
        let now = if on { own as i8 } else { -1 };
        if !always && last == now && (*controller).last_cs_mode_high == high {
            return;
        }
        (*controller).set_last_cs_index_mask((*spi).cs_index_mask());
        (*controller).last_cs.fill(now);
        (*controller).last_cs_mode_high = high;
        let (line, times) = (has_line(spi), (*controller).set_cs_timing.is_none());
        // What controllers are told: whether the line is high.
        let level = on == high;
        if (line || times) && !on {
            delay_exec(&raw mut (*spi).cs_hold, null_mut());
        }
        if line {
            if (*spi).mode & NO_CS == 0 {
                let mask = (*spi).cs_index_mask();
                let lines = (*spi).cs_gpiod;
                for (_, line) in lines.iter().enumerate().filter(|(at, line)| mask >> at & 1 != 0 && !line.is_null()) {
                    chip_select::set(*line, c_int::from(on));
                }
            }
            if (*controller).flags & GPIO_SS != 0
                && let Some(set) = (*controller).set_cs
            {
                set(spi, level);
            }
        } else if let Some(set) = (*controller).set_cs {
            set(spi, level);
        }
        if line || times {
            let wait = if on { &raw mut (*spi).cs_setup } else { &raw mut (*spi).cs_inactive };
            delay_exec(wait, null_mut());
        }
    }
}

/// How long a delay is, in nanoseconds.
unsafe fn nanoseconds(delay: *const spi_delay, transfer: *const spi_transfer) -> Result<u32> {
    // SAFETY: as the caller says.
    unsafe {
        let delay = delay.as_ref().ok_or(Errno::EINVAL)?;
        let value = u32::from(delay.value);
        match u32::from(delay.unit) {
            _ if value == 0 => Ok(0),
            bindings::SPI_DELAY_UNIT_USECS => Ok(value * 1000),
            bindings::SPI_DELAY_UNIT_NSECS => Ok(value),
            bindings::SPI_DELAY_UNIT_SCK => {
                let transfer = transfer.as_ref().ok_or(Errno::EINVAL)?;
                let hz = match transfer.effective_speed_hz {
                    0 => transfer.speed_hz / 2,
                    hz => hz,
                };
                if hz == 0 { Err(Errno::EINVAL) } else { Ok(value.saturating_mul(NS_PER_S.div_ceil(hz))) }
            }
            _ => Err(Errno::EINVAL),
        }
    }
}

pub(super) unsafe fn delay_to_ns(delay: *mut spi_delay, transfer: *mut spi_transfer) -> c_int {
    // SAFETY: as the caller says.
    int_to_c(unsafe { nanoseconds(delay, transfer) }.map(|ns| c_int::try_from(ns).unwrap_or(c_int::MAX)))
}

/// Waits: short times by counting, longer ones asleep.
fn wait(ns: u32) {
    match ns {
        0 => {}
        1..=10_000 => kernel::time::ndelay(u64::from(ns)),
        _ => kernel::sched::sleep_ns(u64::from(ns)),
    }
}

pub(super) unsafe fn delay_exec(delay: *mut spi_delay, transfer: *mut spi_transfer) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { nanoseconds(delay, transfer) }.map(wait))
}

pub(super) unsafe fn change_delay(_message: *mut spi_message, transfer: *mut spi_transfer) {
    // SAFETY: the caller's transfer.
    unsafe {
        let delay = &raw mut (*transfer).cs_change_delay;
        if (*delay).value == 0 {
            // Zero of another unit means none.
            if u32::from((*delay).unit) == bindings::SPI_DELAY_UNIT_USECS {
                wait(CHANGE_NS);
            }
            return;
        }
        if delay_exec(delay, transfer) != 0 {
            log::warn!("spi: a delay of a unit that is not known");
            wait(CHANGE_NS);
        }
    }
}

/// The name of a device, for messages.
pub(super) fn name(spi: *const spi_device) -> alloc::string::String {
    entry(spi).map_or_else(|| "spi".into(), |entry| entry.info().name.clone())
}
