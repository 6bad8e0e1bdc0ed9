// SPDX-License-Identifier: GPL-2.0-only
//! Sources of random numbers: `linux/hw_random.h` (Linux: Documentation/admin-guide/hw_random.rst). The registry is
//! `io::hwrng`; this is its border to C.

use crate::context::Guarded;
use crate::bindings::{device, hwrng};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use crate::export::Export;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ffi::{CStr, c_int, c_long, c_uint};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use io::Fault;
use io::hwrng::{self as registry, Rng, Source};
use kernel::sync::Completion;
use kernel::time::NS_PER_MS;

#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[EXPORTS];

crate::exports! {
    family "hwrng";
    [sleeps, supported, "hwrng::tests::a_driver_s_source_is_read"]
    fn hwrng_register(rng: *mut hwrng) -> c_int = register_c;
    [sleeps, supported, "hwrng::tests::a_driver_s_source_is_read"]
    fn hwrng_unregister(rng: *mut hwrng) -> () = unregister;
    [sleeps, supported, "hwrng::tests::what_is_managed_is_given_back"]
    fn devm_hwrng_register(dev: *mut device, rng: *mut hwrng) -> c_int = devm_register;
    [sleeps, supported, "hwrng::tests::what_is_managed_is_given_back"]
    fn devm_hwrng_unregister(dev: *mut device, rng: *mut hwrng) -> () = devm_unregister;
    [sleeps, supported, "hwrng::tests::a_reader_that_sleeps_is_woken"]
    fn hwrng_msleep(rng: *mut hwrng, msecs: c_uint) -> c_long = msleep;
    [sleeps, supported, "hwrng::tests::a_reader_that_sleeps_is_woken"]
    fn hwrng_yield(rng: *mut hwrng) -> c_long = yield_c;
}

/// What `hwrng.core` points to.
struct Core {
    rng: Option<Arc<Rng>>,
    dying: Arc<Completion>,
}

/// A driver's source.
struct Driver(*mut hwrng);

// SAFETY: the pointer is handed to the driver's functions only, under the registry's lock.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

fn checked(code: c_int) -> Result<usize, Fault> {
    Errno::check(code).map(|count| count as usize).map_err(Fault::from)
}

impl Driver {
    /// The older way: four bytes at a time, as long as there are some.
    fn read_words(&self, to: &mut [u8], wait: bool) -> Result<usize, Fault> {
        // SAFETY: a driver's structure lives as long as it is registered.
        let rng = unsafe { &*self.0 };
        let data_read = rng.data_read.ok_or(Fault::NotSupported)?;
        let mut done = 0;
        for piece in to.chunks_mut(size_of::<u32>()) {
            let mut word = 0;
            // SAFETY: the driver's functions, called with its own structure.
            let count = unsafe {
                if rng.data_present.is_some_and(|present| present(self.0, wait.into()) == 0) {
                    break;
                }
                checked(data_read(self.0, &raw mut word))?
            };
            let bytes = word.to_ne_bytes();
            let count = count.min(piece.len()).min(bytes.len());
            if count == 0 {
                break;
            }
            piece.iter_mut().zip(bytes).take(count).for_each(|(to, byte)| *to = byte);
            done += count;
            if count < bytes.len() {
                break;
            }
        }
        Ok(done)
    }
}

impl Source for Driver {
    fn start(&self) -> Result<(), Fault> {
        // SAFETY: the driver's function, called with its own structure.
        unsafe { (*self.0).init.map_or(Ok(0), |init| checked(init.guarded(core::ptr::null(), (self.0,)))) }.map(drop)
    }

    fn stop(&self) {
        // SAFETY: the driver's function, called with its own structure.
        unsafe {
            if let Some(cleanup) = (*self.0).cleanup {
                cleanup(self.0);
            }
        }
    }

    fn read(&self, to: &mut [u8], wait: bool) -> Result<usize, Fault> {
        // SAFETY: the driver's structure.
        let Some(read) = (unsafe { (*self.0).read }) else { return self.read_words(to, wait) };
        // Drivers write whole words.
        let whole = to.len() & !(size_of::<u32>() - 1);
        let mut last = [0u8; size_of::<u32>()];
        // SAFETY: the driver's function with its own structure and memory of that size.
        unsafe {
            if whole > 0 {
                checked(read.guarded(core::ptr::null(), (self.0, to.as_mut_ptr().cast(), whole, wait)))
            } else {
                let count = checked(read.guarded(core::ptr::null(), (self.0, last.as_mut_ptr().cast(), last.len(), wait)))?;
                to.iter_mut().zip(last).take(count).for_each(|(to, byte)| *to = byte);
                Ok(count.min(to.len()))
            }
        }
    }
}

unsafe fn register(rng: *mut hwrng) -> Result<()> {
    // SAFETY: the caller's structure, which stays as long as it is registered.
    unsafe {
        let (name, quality) = {
            let rng = rng.as_ref().ok_or(Errno::EINVAL)?;
            if rng.name.is_null() || rng.read.is_none() && rng.data_read.is_none() {
                return Err(Errno::EINVAL);
            }
            (CStr::from_ptr(rng.name).to_string_lossy(), rng.quality)
        };
        if registry::list().iter().any(|other| *other.name() == *name) {
            return Err(Errno::EEXIST);
        }
        // A source that is started may sleep already.
        let core = Box::into_raw(Box::new(Core { rng: None, dying: Arc::new(Completion::new()) }));
        (*rng).core = core.cast();
        match registry::register(&name, quality, Box::new(Driver(rng))) {
            Ok(registered) => {
                (*rng).quality = registered.quality();
                (*core).rng = Some(registered);
                Ok(())
            }
            Err(fault) => {
                (*rng).core = null_mut();
                drop(Box::from_raw(core));
                Err(fault.into())
            }
        }
    }
}

unsafe fn register_c(rng: *mut hwrng) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { register(rng) })
}

unsafe fn unregister(rng: *mut hwrng) {
    // SAFETY: as the caller says; the core is that of `register`, and freed when nobody reads any more.
    unsafe {
        let core = (*rng).core.cast::<Core>();
        if core.is_null() {
            return log::warn!("hwrng_unregister: it is not registered");
        }
        // Whoever sleeps in a read holds the registry's lock.
        (*core).dying.complete_all();
        if let Some(registered) = &(*core).rng {
            registry::unregister(registered);
        }
        (*rng).core = null_mut();
        drop(Box::from_raw(core));
    }
}

unsafe fn devm_register(dev: *mut device, rng: *mut hwrng) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        to_c(register(rng).and_then(|()| {
            let at = rng.expose_provenance();
            devres::add(dev, Key("hwrng", at), move || unregister(with_exposed_provenance_mut(at)))
        }))
    }
}

unsafe fn devm_unregister(dev: *mut device, rng: *mut hwrng) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("hwrng", rng.addr())) } {
        log::warn!("devm_hwrng_unregister: the device has no such source");
    }
}

/// 1 if the source is going within that time, else 0 after it.
unsafe fn sleep(rng: *mut hwrng, ns: u64) -> c_long {
    // SAFETY: the caller's structure; the core stays while it is read.
    let dying = unsafe { (*rng).core.cast::<Core>().as_ref().map(|core| Arc::clone(&core.dying)) };
    // One that is not registered is gone.
    dying.is_none_or(|dying| dying.wait_timeout(ns)).into()
}

unsafe fn msleep(rng: *mut hwrng, msecs: c_uint) -> c_long {
    // SAFETY: as the caller says.
    unsafe { sleep(rng, (u64::from(msecs) + 1) * NS_PER_MS) }
}

unsafe fn yield_c(rng: *mut hwrng) -> c_long {
    // SAFETY: as the caller says.
    unsafe { sleep(rng, NS_PER_MS) }
}
