// SPDX-License-Identifier: GPL-2.0-only
//! Lines that say whether a card is in the slot, and whether it is write protected.

use super::host::{detect_change, state};
use super::wrap::parent;
use crate::bindings::{irq_handler_t, mmc_host};
use crate::errno::{Errno, Result, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::Relaxed;
use kernel::gpio::{Gpio, Init, LineFlags};
use kernel::irq::virq::{self, Flags, Outcome, Virq};
use kernel::sync::SpinLock;

exports! {
    family "mmc";
    [any, supported, "mmc::slot_tests::lines_are_asked_and_without_an_interrupt_the_slot_is_polled"]
    fn mmc_gpio_get_ro(host: *mut mmc_host) -> c_int = get_ro;
    [any, supported, "mmc::slot_tests::lines_are_asked_and_without_an_interrupt_the_slot_is_polled"]
    fn mmc_gpio_get_cd(host: *mut mmc_host) -> c_int = get_cd;
    [sleeps, supported, "mmc::tests::lines_that_are_not_there"]
    fn mmc_gpiod_request_cd(host: *mut mmc_host, con_id: *const c_char, idx: c_uint, override_active_level: bool, debounce: c_uint) -> c_int = request_cd;
    [sleeps, supported, "mmc::tests::lines_that_are_not_there"]
    fn mmc_gpiod_request_ro(host: *mut mmc_host, con_id: *const c_char, idx: c_uint, debounce: c_uint) -> c_int = request_ro;
    [sleeps, supported, "mmc::tests::lines_that_are_not_there"]
    fn mmc_gpiod_set_cd_config(host: *mut mmc_host, config: c_ulong) -> c_int = set_cd_config;
    [sleeps, refused, "mmc::tests::what_is_refused_says_so"]
    fn mmc_gpio_set_cd_isr(host: *mut mmc_host, isr: irq_handler_t) = set_cd_isr;
    [sleeps, supported, "mmc::slot_tests::lines_are_asked_and_without_an_interrupt_the_slot_is_polled"]
    fn mmc_gpiod_request_cd_irq(host: *mut mmc_host) = start;
    [any, supported, "mmc::tests::waking_by_a_card"]
    fn mmc_gpio_set_cd_irq(host: *mut mmc_host, irq: c_int) = set_cd_irq;
    [any, supported, "mmc::tests::waking_by_a_card"]
    fn mmc_gpio_set_cd_wake(host: *mut mmc_host, on: bool) -> c_int = set_cd_wake;
    [any, supported, "mmc::slot_tests::lines_are_asked_and_without_an_interrupt_the_slot_is_polled"]
    fn mmc_can_gpio_cd(host: *mut mmc_host) -> bool = can_cd;
    [any, supported, "mmc::slot_tests::lines_are_asked_and_without_an_interrupt_the_slot_is_polled"]
    fn mmc_can_gpio_ro(host: *mut mmc_host) -> bool = can_ro;
}

/// Bits of `caps2`: the lines are the other way round.
const CD_ACTIVE_HIGH: u32 = 1 << 10;
const RO_ACTIVE_HIGH: u32 = 1 << 11;
/// Bit of `caps`.
const NEEDS_POLL: u32 = 1 << 5;

/// A host's lines.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) cd: SpinLock<Option<Gpio>>,
    pub(super) ro: SpinLock<Option<Gpio>>,
    /// How long the contacts may chatter, in ms.
    debounce_ms: AtomicU32,
    irq: SpinLock<Option<Virq>>,
    /// The interrupt that the driver says is the line's; 0 if it says none.
    given: AtomicU32,
}

/// Requests a line of the host's node; `invert` turns its sense.
unsafe fn request(host: *mut mmc_host, name: &str, index: usize, invert: bool) -> Result<Gpio> {
    // SAFETY: the caller's host and its device.
    let node = unsafe { parent(host).as_ref().and_then(|dev| Node::from_raw(dev.of_node)) };
    let node = node.and_then(Node::host_node).ok_or(Errno::ENOENT)?;
    let (line, mut flags) = kernel::gpio::of::find(&node, Some(name), index)?;
    if invert {
        flags.toggle(LineFlags::ACTIVE_LOW);
    }
    Ok(Gpio::request(&line, name, flags, Init::Input)?)
}

/// Requests the line `cd` or `wp` if the tree names one.
///
/// # Safety
/// `host` is a host.
pub(super) unsafe fn from_tree(host: *mut mmc_host, name: &[u8], debounce_ms: u32) -> Result<()> {
    // SAFETY: the caller's host.
    let result = unsafe {
        match name {
            b"cd" => put_cd(host, "cd", 0, debounce_ms),
            _ => put_ro(host, "wp", 0),
        }
    };
    match result {
        Err(Errno::ENOENT | Errno::ENOSYS) => Ok(()),
        other => other,
    }
}

unsafe fn put_cd(host: *mut mmc_host, name: &str, index: usize, debounce_ms: u32) -> Result<()> {
    // SAFETY: the caller's host.
    unsafe {
        let gpio = request(host, name, index, (*host).caps2 & CD_ACTIVE_HIGH != 0)?;
        let lines = &state(host).lines;
        lines.debounce_ms.store(debounce_ms, Relaxed);
        *lines.cd.lock() = Some(gpio);
    }
    Ok(())
}

unsafe fn put_ro(host: *mut mmc_host, name: &str, index: usize) -> Result<()> {
    // SAFETY: the caller's host.
    unsafe {
        let gpio = request(host, name, index, (*host).caps2 & RO_ACTIVE_HIGH != 0)?;
        *state(host).lines.ro.lock() = Some(gpio);
    }
    Ok(())
}

fn text(raw: *const c_char, other: &str) -> &str {
    match raw.is_null() {
        true => other,
        // SAFETY: the caller's string, which stays while the call lasts.
        false => unsafe { CStr::from_ptr(raw) }.to_str().unwrap_or(other),
    }
}

unsafe fn request_cd(
    host: *mut mmc_host,
    name: *const c_char,
    index: c_uint,
    _override_active_level: bool,
    debounce_us: c_uint,
) -> c_int {
    // SAFETY: the caller's host.
    to_c(unsafe { put_cd(host, text(name, "cd"), index as usize, debounce_us / 1000) })
}

unsafe fn request_ro(host: *mut mmc_host, name: *const c_char, index: c_uint, _debounce: c_uint) -> c_int {
    // SAFETY: the caller's host.
    to_c(unsafe { put_ro(host, text(name, "wp"), index as usize) })
}

fn value(gpio: &SpinLock<Option<Gpio>>) -> c_int {
    let line = gpio.lock().as_ref().map(|gpio| gpio.line().clone());
    match line.map(|line| line.get()) {
        None => Errno::ENOSYS.to_c(),
        Some(Ok(value)) => value.into(),
        Some(Err(error)) => Errno::from(error).to_c(),
    }
}

pub(super) unsafe fn get_ro(host: *mut mmc_host) -> c_int {
    // SAFETY: the caller's host.
    value(unsafe { &state(host).lines.ro })
}

pub(super) unsafe fn get_cd(host: *mut mmc_host) -> c_int {
    // SAFETY: the caller's host.
    value(unsafe { &state(host).lines.cd })
}

pub(super) unsafe fn can_cd(host: *mut mmc_host) -> bool {
    // SAFETY: the caller's host.
    unsafe { state(host).lines.cd.lock().is_some() }
}

pub(super) unsafe fn can_ro(host: *mut mmc_host) -> bool {
    // SAFETY: the caller's host.
    unsafe { state(host).lines.ro.lock().is_some() }
}

unsafe fn set_cd_config(host: *mut mmc_host, config: c_ulong) -> c_int {
    // SAFETY: the caller's host.
    let line = unsafe { state(host).lines.cd.lock().as_ref().map(|gpio| gpio.line().clone()) };
    match line {
        Some(line) => to_c(line.set_config(config).map_err(Errno::from)),
        None => Errno::ENOENT.to_c(),
    }
}

/// The core has a handler of its own for this line.
unsafe fn set_cd_isr(host: *mut mmc_host, _isr: irq_handler_t) {
    // SAFETY: the caller's host.
    log::error!("mmc{}: a handler of its own for card detection is not supported", unsafe { (*host).index });
}

pub(super) unsafe fn set_cd_irq(host: *mut mmc_host, irq: c_int) {
    if let Ok(irq) = u32::try_from(irq) {
        // SAFETY: the caller's host.
        unsafe { state(host).lines.given.store(irq, Relaxed) };
    }
}

/// Whether a card that comes or goes wakes the system; nothing, for a host that cannot.
pub(super) unsafe fn set_cd_wake(host: *mut mmc_host, on: bool) -> c_int {
    const CD_WAKE: u32 = 1 << 28;
    // SAFETY: the caller's host.
    unsafe {
        let virq = *state(host).lines.irq.lock();
        let Some(virq) = virq.filter(|_| (*host).caps & CD_WAKE != 0 && (*host).slot.cd_wake_enabled != on) else {
            return 0;
        };
        let result = virq::control::set_wake(virq, on).map_err(Errno::from);
        (*host).slot.cd_wake_enabled = on && result.is_ok();
        if on { to_c(result) } else { 0 }
    }
}

/// Has the line's interrupt tell that a card comes or goes; without one, the slot is polled.
///
/// # Safety
/// `host` is a host.
pub(super) unsafe fn start(host: *mut mmc_host) {
    // SAFETY: the caller's host.
    let lines = unsafe { &state(host).lines };
    let Some(line) = lines.cd.lock().as_ref().map(|gpio| gpio.line().clone()) else { return };
    // SAFETY: as above.
    if lines.irq.lock().is_some() || unsafe { (*host).caps } & NEEDS_POLL != 0 {
        return;
    }
    let at = host.expose_provenance();
    let ms = lines.debounce_ms.load(Relaxed);
    let seen = move |_: Virq| {
        // SAFETY: the handler is taken back before the host goes.
        unsafe { detect_change(core::ptr::with_exposed_provenance_mut(at), c_ulong::from(ms)) };
        Outcome::Handled
    };
    let request = virq::Request {
        name: "card detect",
        flags: Flags::from_bits_retain(virq::Sense::BOTH.bits()) | Flags::ONESHOT,
        handler: None,
        thread: Some(Box::new(seen)),
        id: at,
    };
    let given = match lines.given.load(Relaxed) {
        0 => line.irq(),
        irq => Ok(irq),
    };
    let asked = given.and_then(|virq| virq::request(virq, request).map(|()| virq));
    match asked {
        Ok(virq) => {
            *lines.irq.lock() = Some(virq);
            // SAFETY: as above.
            unsafe { (*host).slot.cd_irq = virq as c_int };
        }
        Err(error) => {
            // SAFETY: as above.
            unsafe {
                log::info!("mmc{}: card detection by polling: {error}", (*host).index);
                (*host).caps |= NEEDS_POLL;
            }
        }
    }
}

/// Takes the interrupt's handler back.
///
/// # Safety
/// `host` is a host.
pub(super) unsafe fn stop(host: *mut mmc_host) {
    // SAFETY: the caller's host.
    let virq = unsafe { state(host).lines.irq.lock().take() };
    if let Some(virq) = virq {
        let _ = virq::release(virq, host.addr());
    }
}
