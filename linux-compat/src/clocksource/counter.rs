// SPDX-License-Identifier: GPL-2.0-only
//! `struct clocksource`.

use super::scale::{factor, most_ns};
use crate::bindings::clocksource;
use crate::errno::{Errno, to_c};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use kernel::clocksource::{Counter, Kind, Source, register, unregister};
use kernel::sync::SpinLock;

crate::exports! {
    family "clocksource";
    [sleeps, supported, "clocksource::tests::counters"]
    fn __clocksource_register_scale(cs: *mut clocksource, scale: u32, freq: u32) -> c_int = add;
    [any, supported, "clocksource::tests::counters"]
    fn __clocksource_update_freq_scale(cs: *mut clocksource, scale: u32, freq: u32) -> () = set_frequency;
    [sleeps, supported, "clocksource::tests::counters"]
    fn clocksource_unregister(cs: *mut clocksource) -> c_int = remove;
    [sleeps, supported, "clocksource::tests::counters"]
    fn clocksource_change_rating(cs: *mut clocksource, rating: c_int) -> () = rate;
    [sleeps, supported, "clocksource::tests::counters"]
    fn clocksource_mark_unstable(cs: *mut clocksource) -> () = mark_unstable;
}

const NS: u32 = 1_000_000_000;

/// A counter's address: it stays until it is unregistered.
struct CCounter(usize);

impl CCounter {
    fn cs(&self) -> *mut clocksource {
        ptr::with_exposed_provenance_mut(self.0)
    }
}

impl Counter for CCounter {
    fn read(&self) -> u64 {
        // SAFETY: registered, with a function to read; one that has to be switched on is, for the moment.
        unsafe {
            let cs = self.cs();
            if (*cs).enable.is_some_and(|enable| enable(cs) != 0) {
                return 0;
            }
            let value = (*cs).read.map_or(0, |read| read(cs)) & (*cs).mask;
            if let Some(disable) = (*cs).disable {
                disable(cs);
            }
            value
        }
    }
    fn frequency(&self) -> u64 {
        // SAFETY: registered.
        let (mult, shift) = unsafe { ((*self.cs()).mult, (*self.cs()).shift) };
        if mult == 0 { 0 } else { ((u128::from(NS) << shift) / u128::from(mult)) as u64 }
    }
    fn mask(&self) -> u64 {
        // SAFETY: registered.
        unsafe { (*self.cs()).mask }
    }
}

static ALL: SpinLock<Vec<(usize, Arc<Source>)>> = SpinLock::new(Vec::new());

/// A name for reports.
pub(super) unsafe fn name(of: *const c_char) -> String {
    // SAFETY: null or the driver's string.
    if of.is_null() { String::from("?") } else { unsafe { CStr::from_ptr(of) }.to_string_lossy().into_owned() }
}

/// With a frequency of 0 the driver has set the factor by itself.
pub(super) unsafe fn set_frequency(cs: *mut clocksource, scale: u32, freq: u32) {
    // SAFETY: the C caller's counter.
    unsafe {
        if freq != 0 {
            // As long as the counter lasts, and up to ten minutes: more would cost exactness.
            let lasts = (*cs).mask / u64::from(freq) / u64::from(scale.max(1));
            let seconds = match lasts {
                0 => 1,
                lasts if lasts > 600 && (*cs).mask > u64::from(u32::MAX) => 600,
                lasts => lasts.min(u32::MAX.into()) as u32,
            };
            let (mult, shift) = factor(freq, NS / scale.max(1), seconds.saturating_mul(scale.max(1)));
            ((*cs).mult, (*cs).shift) = (mult, shift);
            (*cs).freq_khz = (u64::from(freq) * u64::from(scale) / 1000) as u32;
        }
        // Adjusting a clock changes the factor by up to an eighth.
        (*cs).maxadj = ((u64::from((*cs).mult) * 11) / 100) as u32;
        let mut cycles = 0;
        (*cs).max_idle_ns = most_ns((*cs).mult, (*cs).shift, (*cs).maxadj, (*cs).mask, &mut cycles);
        (*cs).max_cycles = cycles;
    }
}

pub(super) unsafe fn add(cs: *mut clocksource, scale: u32, freq: u32) -> c_int {
    // SAFETY: the C caller's counter, which stays until it is unregistered.
    unsafe {
        if cs.is_null() || (*cs).read.is_none() {
            return Errno::EINVAL.to_c();
        }
        set_frequency(cs, scale, freq);
        insert(cs);
    }
    to_c(Ok(()))
}

unsafe fn insert(cs: *mut clocksource) {
    // SAFETY: a counter that stays.
    let (name, rating) = unsafe { (name((*cs).name), (*cs).rating) };
    let kind = Kind::Counter(Box::new(CCounter(cs.expose_provenance())));
    let source = register(Source { name, rating, kind });
    ALL.lock().push((cs.addr(), source));
}

/// Takes a counter off the list; whether it was on it.
fn take(cs: *mut clocksource) -> bool {
    let found = {
        let mut all = ALL.lock();
        all.iter().position(|(known, _)| *known == cs.addr()).map(|at| all.remove(at))
    };
    found.inspect(|(_, source)| unregister(source)).is_some()
}

pub(super) unsafe fn remove(cs: *mut clocksource) -> c_int {
    take(cs);
    to_c(Ok(()))
}

pub(super) unsafe fn rate(cs: *mut clocksource, rating: c_int) {
    // SAFETY: the C caller's counter.
    unsafe {
        if take(cs) {
            (*cs).rating = rating;
            insert(cs);
        }
    }
}

/// The worst of all from now on.
pub(super) unsafe fn mark_unstable(cs: *mut clocksource) {
    // SAFETY: the C caller's counter.
    unsafe {
        (*cs).flags |= u64::from(crate::bindings::CLOCK_SOURCE_UNSTABLE);
        rate(cs, 0);
        if let Some(told) = (*cs).mark_unstable {
            told(cs);
        }
    }
}
