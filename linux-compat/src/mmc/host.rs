// SPDX-License-Identifier: GPL-2.0-only
//! `struct mmc_host`: allocated with its driver's data behind it, added, removed, freed.

use super::gpio::Lines;
use super::wrap::CHost;
use crate::bindings::{self, MMC_POWER_UNDEFINED, device, mmc_host};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::PAGE_SIZE;
use core::alloc::Layout;
use core::ffi::{c_int, c_ulong};
use core::ptr::null_mut;
use io::mmc::Slot;
use kernel::sync::SpinLock;

exports! {
    family "mmc";
    [sleeps, supported, "mmc::tests::a_host_of_c_serves_the_core"]
    fn mmc_alloc_host(extra: c_int, dev: *mut device) -> *mut mmc_host = allocate;
    [sleeps, supported, "mmc::tests::a_host_of_c_serves_the_core"]
    fn devm_mmc_alloc_host(dev: *mut device, extra: c_int) -> *mut mmc_host = allocate_managed;
    [sleeps, supported, "mmc::slot_tests::a_slot_lives_and_its_card_comes_and_goes"]
    fn mmc_add_host(host: *mut mmc_host) -> c_int = add;
    [sleeps, supported, "mmc::slot_tests::a_slot_lives_and_its_card_comes_and_goes"]
    fn mmc_remove_host(host: *mut mmc_host) = remove;
    [sleeps, supported, "mmc::tests::a_host_of_c_serves_the_core"]
    fn mmc_free_host(host: *mut mmc_host) = free;
    [any, supported, "mmc::slot_tests::a_slot_lives_and_its_card_comes_and_goes"]
    fn mmc_detect_change(host: *mut mmc_host, delay: c_ulong) = detect_change;
    [any, supported, "mmc::tests::a_host_of_c_serves_the_core"]
    fn mmc_retune_timer_stop(host: *mut mmc_host) = retune_timer_stop;
    [any, partial, "mmc::tests::an_sdio_interrupt_is_noted"]
    fn mmc_signal_sdio_irq(host: *mut mmc_host) = signal_and_mask;
    [any, partial, "mmc::tests::an_sdio_interrupt_is_noted"]
    fn sdio_signal_irq(host: *mut mmc_host) = signal;
}

/// What is behind a host's field `p`.
pub(super) struct State {
    /// Bytes that were allocated.
    layout: Layout,
    /// Its slot, while it is added.
    pub(super) slot: SpinLock<Option<Arc<Slot>>>,
    /// Lines of the board.
    pub(super) lines: Lines,
}

/// The numbers that hosts have.
static NUMBERS: SpinLock<Vec<c_int>> = SpinLock::new(Vec::new());

/// The state of a host.
///
/// # Safety
/// `host` was allocated here.
pub(super) unsafe fn state<'a>(host: *mut mmc_host) -> &'a State {
    // SAFETY: set by `allocate`, and valid until `free`.
    unsafe { &*(*host).p.cast::<State>() }
}

/// The number of a host: its alias `mmcN`, or the first that is free behind all aliases.
unsafe fn number(dev: *mut device) -> c_int {
    // SAFETY: the caller's device, or null.
    let node = unsafe { dev.as_ref() }.map_or(null_mut(), |dev| dev.of_node);
    let mut used = NUMBERS.lock();
    // SAFETY: a node of the tree or null; a constant string.
    let (alias, highest) = unsafe { of_alias(node) };
    let number = match alias {
        alias if alias >= 0 && !used.contains(&alias) => alias,
        _ => (highest + 1..).find(|n| !used.contains(n)).unwrap_or(0),
    };
    used.push(number);
    number
}

/// The number in the alias of a node, negative without; and the highest number of any, -1 without.
unsafe fn of_alias(node: *mut bindings::device_node) -> (c_int, c_int) {
    #[cfg(linked)]
    // SAFETY: exported by the family `of`; arguments as the caller promises.
    unsafe {
        let highest = bindings::of_alias_get_highest_id(c"mmc".as_ptr());
        (bindings::of_alias_get_id(node, c"mmc".as_ptr()), highest.max(-1))
    }
    #[cfg(not(linked))]
    {
        let _ = node;
        (-1, -1)
    }
}

/// Allocates a host with `extra` bytes behind it, of zeroes; null if there is no memory.
pub(super) unsafe fn allocate(extra: c_int, dev: *mut device) -> *mut mmc_host {
    let Ok(extra) = usize::try_from(extra) else { return null_mut() };
    let Ok(layout) = Layout::from_size_align(size_of::<mmc_host>() + extra, align_of::<mmc_host>().max(64)) else {
        return null_mut();
    };
    // SAFETY: the layout is not empty.
    let host = unsafe { alloc::alloc::alloc_zeroed(layout) }.cast::<mmc_host>();
    if host.is_null() {
        return host;
    }
    let state = State { layout, slot: SpinLock::new(None), lines: Lines::default() };
    // SAFETY: a new host of zeroes, which is valid for it.
    unsafe {
        let number = number(dev);
        let h = &mut *host;
        h.p = Box::into_raw(Box::new(state)).cast();
        h.index = number;
        h.parent = dev;
        h.class_dev.parent = dev;
        crate::device::initialize(&raw mut h.class_dev);
        if let Ok(name) = CString::new(format!("mmc{number}")) {
            crate::device::set_name(&raw mut h.class_dev, name);
        }
        h.max_segs = 1;
        h.max_seg_size = PAGE_SIZE as u32;
        h.max_req_size = PAGE_SIZE as u32;
        h.max_blk_size = 512;
        h.max_blk_count = PAGE_SIZE as u32 / 512;
        h.fixed_drv_type = Errno::EINVAL.to_c();
        h.ios.power_delay_ms = 10;
        h.ios.power_mode = MMC_POWER_UNDEFINED as u8;
        h.slot.cd_irq = Errno::EINVAL.to_c();
    }
    host
}

unsafe fn allocate_managed(dev: *mut device, extra: c_int) -> *mut mmc_host {
    // SAFETY: the caller's device.
    unsafe {
        let host = allocate(extra, dev);
        let at = host.expose_provenance();
        let release = move || free(core::ptr::with_exposed_provenance_mut(at));
        match host.is_null() || devres::add(dev, Key("mmc host", at), release).is_ok() {
            true => host,
            false => null_mut(),
        }
    }
}

/// Takes a host into use: from now on its slot is looked after.
pub(super) unsafe fn add(host: *mut mmc_host) -> c_int {
    // SAFETY: the caller's host.
    to_c(unsafe { try_add(host) })
}

unsafe fn try_add(host: *mut mmc_host) -> Result<()> {
    // SAFETY: the caller's host, with its operations.
    unsafe {
        let h = &mut *host;
        let complete = h.ops.as_ref().is_some_and(|ops| ops.request.is_some() && ops.set_ios.is_some());
        if !complete || h.f_max == 0 || h.max_blk_size < 512 {
            return Err(Errno::EINVAL);
        }
        super::gpio::start(host);
        let made = io::mmc::add_host(Arc::new(CHost::new(host)));
        let slot = made.map_err(|error| {
            log::error!("{error}");
            match error {
                io::Error::DiskExists { .. } => Errno::EEXIST,
                _ => Errno::ENOMEM,
            }
        })?;
        *state(host).slot.lock() = Some(slot);
    }
    Ok(())
}

/// Ends the use of a host: its card's disk goes. After it no operation is called.
pub(super) unsafe fn remove(host: *mut mmc_host) {
    // SAFETY: the caller's host.
    unsafe {
        super::gpio::stop(host);
        let slot = state(host).slot.lock().take();
        if let Some(slot) = slot {
            slot.remove();
        }
    }
}

/// Frees a host, which is not in use.
pub(super) unsafe fn free(host: *mut mmc_host) {
    if host.is_null() {
        return;
    }
    // SAFETY: the caller gives the host up.
    unsafe {
        if state(host).slot.lock().is_some() {
            log::error!("mmc{}: freed without being removed", (*host).index);
            remove(host);
        }
        NUMBERS.lock().retain(|n| *n != (*host).index);
        let state = Box::from_raw((*host).p.cast::<State>());
        let layout = state.layout;
        drop(state);
        alloc::alloc::dealloc(host.cast(), layout);
    }
}

/// A card may have come or gone: the slot is looked at in `delay` jiffies.
pub(super) unsafe fn detect_change(host: *mut mmc_host, delay: c_ulong) {
    let ms = delay.saturating_mul(1000) / c_ulong::from(bindings::HZ);
    // SAFETY: the caller's host.
    let slot = unsafe { state(host).slot.lock().clone() };
    if let Some(slot) = slot {
        slot.detect(u32::try_from(ms).unwrap_or(u32::MAX));
    }
}

/// There is no such timer: hosts are tuned again after checksum errors.
unsafe fn retune_timer_stop(_host: *mut mmc_host) {}

/// Notes that a card's SDIO function wants something. The core knows no SDIO functions: none claims the interrupt, so
/// that, as in Linux with such a card, nothing is called and the interrupt stays noted.
pub(super) unsafe fn signal(host: *mut mmc_host) {
    // SAFETY: the caller's host.
    unsafe { (*host).sdio_irq_pending = true };
}

/// The same, for hosts that are told when to listen again.
pub(super) unsafe fn signal_and_mask(host: *mut mmc_host) {
    // SAFETY: the caller's host, and its driver's function.
    unsafe {
        if let Some(enable) = (*host).ops.as_ref().and_then(|ops| ops.enable_sdio_irq) {
            enable(host, 0);
        }
        signal(host);
    }
}
