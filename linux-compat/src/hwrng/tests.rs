// SPDX-License-Identifier: GPL-2.0-only
//! Sources of random numbers through the functions that C drivers call, with drivers of the tests' own.

use super::{devm_register, devm_unregister, msleep, register_c, unregister, yield_c};
use crate::bindings::hwrng;
use crate::errno::Errno;
use crate::machine::machine;
use crate::testing::{device_at, release_managed, zeroed};
use core::ffi::{CStr, c_int, c_void};
use io::hwrng::{current, list, read};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard};

/// One registry for all tests.
static TURN: Mutex<()> = Mutex::new(());
static STARTS: AtomicU32 = AtomicU32::new(0);

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(|e| e.into_inner())
}

unsafe extern "C" fn fill(rng: *mut hwrng, data: *mut c_void, max: usize, _wait: bool) -> c_int {
    assert_eq!(max % 4, 0, "drivers write whole words");
    // SAFETY: the core's buffer; the test's structure.
    unsafe { data.cast::<u8>().write_bytes((*rng).priv_ as u8, max) };
    max as c_int
}

unsafe extern "C" fn word(_rng: *mut hwrng, data: *mut u32) -> c_int {
    // SAFETY: the core's word.
    unsafe { data.write(u32::from_ne_bytes([1, 2, 3, 4])) };
    4
}

unsafe extern "C" fn start(_rng: *mut hwrng) -> c_int {
    STARTS.fetch_add(1, SeqCst);
    0
}

unsafe extern "C" fn stop(_rng: *mut hwrng) {
    STARTS.fetch_sub(1, SeqCst);
}

unsafe extern "C" fn refuse(_rng: *mut hwrng) -> c_int {
    Errno::EIO.to_c()
}

unsafe extern "C" fn none(_rng: *mut hwrng, _wait: c_int) -> c_int {
    0
}

fn new(name: &'static CStr, with: impl FnOnce(&mut hwrng)) -> *mut hwrng {
    let rng = Box::leak(Box::new(zeroed::<hwrng>()));
    rng.name = name.as_ptr();
    with(rng);
    rng
}

#[test]
fn a_driver_s_source_is_read() {
    let _turn = turn();
    let rng = new(c"t-fill", |rng| {
        rng.read = Some(fill);
        rng.init = Some(start);
        rng.cleanup = Some(stop);
        (rng.priv_, rng.quality) = (7, 500);
    });
    let older = new(c"t-older", |rng| rng.data_read = Some(word));
    let mut bytes = [0; 6];
    // SAFETY: structures of the test, which stay.
    unsafe {
        assert_eq!(register_c(new(c"t-empty", |_| ())), Errno::EINVAL.to_c());
        assert_eq!((register_c(rng), STARTS.load(SeqCst)), (0, 1));
        assert_eq!(register_c(new(c"t-fill", |rng| rng.read = Some(fill))), Errno::EEXIST.to_c());
        assert_eq!((read(&mut bytes, true), bytes), (Ok(4), [7, 7, 7, 7, 0, 0]));
        assert_eq!((read(&mut bytes[..2], true), bytes), (Ok(2), [7, 7, 7, 7, 0, 0]));
        // Of a better quality than the other.
        assert_eq!((register_c(older), (*older).quality, STARTS.load(SeqCst)), (0, 1024, 0));
        assert_eq!((read(&mut bytes, true), bytes), (Ok(6), [1, 2, 3, 4, 1, 2]));
        (*older).data_present = Some(none);
        assert_eq!(read(&mut bytes, false), Ok(0));
        let broken = new(c"t-broken", |rng| {
            rng.read = Some(fill);
            rng.init = Some(refuse);
        });
        unregister(older);
        assert_eq!((current().unwrap().name(), STARTS.load(SeqCst)), ("t-fill", 1));
        assert_eq!((register_c(broken), (*broken).core.is_null()), (Errno::EIO.to_c(), true));
        unregister(rng);
        assert_eq!((list().len(), STARTS.load(SeqCst)), (0, 0));
    }
}

#[test]
fn what_is_managed_is_given_back() {
    let _turn = turn();
    let dev = device_at("hwrng-devm", None);
    let rng = new(c"t-managed", |rng| rng.read = Some(fill));
    // SAFETY: devices and structures of the test, which stay.
    unsafe {
        assert_eq!(devm_register(dev, rng), 0);
        devm_unregister(dev, rng);
        assert!(list().is_empty());
        assert_eq!(devm_register(dev, rng), 0);
        release_managed(dev);
        assert!(list().is_empty());
    }
}

#[test]
fn a_reader_that_sleeps_is_woken() {
    let _turn = turn();
    let (slept, woken, gone) = machine().run(|| {
        let rng = new(c"t-sleeps", |rng| rng.read = Some(fill));
        // SAFETY: structures of the test, which stay.
        unsafe {
            register_c(rng);
            let slept = (msleep(rng, 1), yield_c(rng));
            (*(*rng).core.cast::<super::Core>()).dying.complete_all();
            let woken = (msleep(rng, 100_000), yield_c(rng));
            unregister(rng);
            (slept, woken, msleep(rng, 100_000))
        }
    });
    assert_eq!((slept, woken, gone), ((0, 0), (1, 1), 1));
}
