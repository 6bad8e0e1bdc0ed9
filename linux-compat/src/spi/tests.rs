// SPDX-License-Identifier: GPL-2.0-only
//! SPI through the functions that C drivers call, with a controller of the tests' own.

use super::{bus, controller, device, map, message, run, setup};
use crate::bindings::{
    self, sg_table, spi_board_info, spi_controller, spi_delay, spi_device, spi_driver, spi_message,
    spi_transfer,
};
use crate::errno::Errno;
use crate::machine::{machine, poll};
use crate::testing::{device_at, release_managed, zeroed};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::Mutex;

/// What the controller was asked, by its bus.
static CALLS: Mutex<Vec<(i16, String)>> = Mutex::new(Vec::new());

unsafe fn note(controller: *mut spi_controller, what: String) {
    // SAFETY: a controller of the tests.
    CALLS.lock().unwrap().push((unsafe { (*controller).bus_num }, what));
}

fn calls(bus: i16) -> Vec<String> {
    let mut all = CALLS.lock().unwrap();
    let (own, others) = all.drain(..).partition(|(of, _)| *of == bus);
    *all = others;
    own.into_iter().map(|(_, what): (i16, String)| what).collect()
}

unsafe extern "C" fn set_cs(spi: *mut spi_device, high: bool) {
    // SAFETY: a device of the tests.
    unsafe { note((*spi).controller, format!("cs{} {}", (*spi).chip_select[0], u8::from(high))) };
}

/// Answers with what is sent, each byte one more; 0xff fails, 0xfe takes its time, 0xfd takes for ever.
unsafe extern "C" fn transfer_one(
    controller: *mut spi_controller,
    _spi: *mut spi_device,
    transfer: *mut spi_transfer,
) -> c_int {
    // SAFETY: a transfer of the tests.
    unsafe {
        let len = (*transfer).len as usize;
        let sent: Vec<u8> = match (*transfer).tx_buf.cast::<u8>() {
            at if at.is_null() => vec![0; len],
            at => std::slice::from_raw_parts(at, len).to_vec(),
        };
        note(controller, format!("{sent:x?} at {}", (*transfer).speed_hz));
        if !(*transfer).rx_buf.is_null() {
            for (at, byte) in sent.iter().enumerate() {
                *(*transfer).rx_buf.cast::<u8>().add(at) = byte.wrapping_add(1);
            }
        }
        match sent[0] {
            0xff => Errno::EIO.to_c(),
            0xfe => {
                run::finalize_transfer(controller);
                1
            }
            0xfd => 1,
            _ => 0,
        }
    }
}

unsafe fn made(name: &str, path: Option<&str>, number: i16) -> *mut spi_controller {
    // SAFETY: a device of the test.
    unsafe {
        let controller = controller::alloc(device_at(name, path), 16, false);
        (*controller).bus_num = number;
        (*controller).num_chipselect = 3;
        (*controller).mode_bits = 3 | 1 << 11;
        (*controller).max_speed_hz = 10_000_000;
        (*controller).bits_per_word_mask = 1 << 7 | 1 << 15;
        (*controller).set_cs = Some(set_cs);
        (*controller).transfer_one = Some(transfer_one);
        controller
    }
}

unsafe fn a_device(controller: *mut spi_controller, select: u16) -> *mut spi_device {
    let mut info: spi_board_info = zeroed();
    info.chip_select = select;
    for (to, from) in info.modalias.iter_mut().zip(b"chip") {
        *to = *from as c_char;
    }
    // SAFETY: a controller of the test.
    unsafe { device::new(controller, &raw mut info) }
}

static PROBED: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn probe(spi: *mut spi_device) -> c_int {
    // SAFETY: the core calls with a device.
    unsafe {
        PROBED.store((*spi).max_speed_hz, SeqCst);
        assert_eq!(CStr::from_ptr((*spi).modalias.as_ptr()), c"flash-chip");
        assert_eq!(((*bus::device_id(spi)).driver_data, bus::match_data(spi).addr()), (7, 7));
    }
    0
}

unsafe extern "C" fn remove(_spi: *mut spi_device) {
    PROBED.store(0, SeqCst);
}

#[test]
fn devices_of_the_tree_meet_drivers() {
    let mut ids: [bindings::spi_device_id; 2] = [zeroed(), zeroed()];
    for (to, from) in ids[0].name.iter_mut().zip(b"flash-chip") {
        *to = *from as c_char;
    }
    ids[0].driver_data = 7;
    let driver: &mut spi_driver = Box::leak(Box::new(zeroed()));
    driver.driver.name = c"flash-driver".as_ptr();
    driver.id_table = Box::leak(Box::new(ids)).as_ptr();
    driver.probe = Some(probe);
    driver.remove = Some(remove);
    // SAFETY: devices, drivers and controllers of the test.
    unsafe {
        assert_eq!(bus::register(null_mut(), driver), 0);
        let made = made("spi-tree", Some("/spi-a"), 31);
        assert_eq!(controller::register_c(made), 0);
        assert_eq!(controller::register_c(made), Errno::EBUSY.to_c(), "the number is taken");
        assert_eq!(PROBED.load(SeqCst), 5_000_000);
        let found = io::spi::find(31, 1).unwrap();
        assert_eq!((found.info().mode, found.driver().as_deref()), (3, Some("flash-driver")));
        assert!(io::spi::find(31, 0).is_none(), "it is disabled");
        controller::unregister(made);
        assert_eq!((PROBED.load(SeqCst), io::spi::find(31, 1).is_none()), (0, true));
        crate::device::driver_unregister(&raw mut driver.driver);
    }
}

#[test]
fn drivers_make_devices() {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-made", None, 32);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 2);
        assert_eq!((*spi).max_speed_hz, 10_000_000);
        assert!(a_device(made, 2).is_null(), "somebody has that chip select");
        assert!(a_device(made, 3).is_null(), "there is none");
        let other = device::ancillary(spi, 0);
        assert_eq!((*other).max_speed_hz, 10_000_000);
        let own = device::alloc(made);
        assert_eq!(device::add_c(own), Errno::EINVAL.to_c(), "it was not filled in");
        crate::device::put(&raw mut (*own).dev);
        device::unregister(other);
        device::unregister(spi);
        device::unregister(null_mut());
        controller::unregister(made);
    }
}

#[test]
fn messages_reach_the_driver() {
    machine().run(|| {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-sync", None, 33);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 1);
        calls(33);
        let mut back = [0u8; 2];
        assert_eq!(message::write_then_read(spi, [5u8, 6].as_ptr().cast(), 2, back.as_mut_ptr().cast(), 2), 0);
        assert_eq!(back, [1, 1]);
        assert_eq!(calls(33), ["cs1 0", "[5, 6] at 10000000", "[0, 0] at 10000000", "cs1 1"]);
        let segments = &mut [io::spi::Segment::Exchange(&mut back)];
        io::spi::find(33, 1).unwrap().transfer(segments).unwrap();
        assert_eq!(back, [2, 2]);
        calls(33);
        // The chip select goes up between two, and a failure ends the message.
        let bytes = [[1u8, 1], [0xff, 2], [3, 3]];
        let mut transfers: [spi_transfer; 3] = [zeroed(), zeroed(), zeroed()];
        let mut message: spi_message = zeroed();
        message::begin(&raw mut message);
        for (transfer, bytes) in transfers.iter_mut().zip(&bytes) {
            (transfer.tx_buf, transfer.len, transfer.speed_hz) = (bytes.as_ptr().cast(), 2, 99_000_000);
            transfer.set_cs_change(1);
            message::append(&raw mut message, transfer);
        }
        assert_eq!(message::optimize(spi, &raw mut message), 0);
        assert_eq!(message::sync(spi, &raw mut message), Errno::EIO.to_c());
        message::unoptimize(&raw mut message);
        assert_eq!(message.actual_length, 2);
        let expected =
            ["cs1 0", "[1, 1] at 10000000", "cs1 1", "cs1 0", "[ff, 2] at 10000000", "cs1 1"];
        assert_eq!(calls(33), expected);
        let first = transfers.as_mut_ptr();
        (*first).bits_per_word = 12;
        assert_eq!(message::sync(spi, &raw mut message), Errno::EINVAL.to_c(), "no such words");
        (*first).bits_per_word = 16;
        (*first).len = 1;
        assert_eq!(message::sync(spi, &raw mut message), Errno::EINVAL.to_c(), "half a word");
        message::begin(&raw mut message);
        assert_eq!(message::sync(spi, &raw mut message), Errno::EINVAL.to_c(), "nothing");
        controller::unregister(made);
    }
    });
}

#[test]
fn transfers_that_take_their_time() {
    machine().run(|| {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-time", None, 34);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 0);
        assert_eq!(message::write_then_read(spi, [0xfeu8].as_ptr().cast(), 1, null_mut(), 0), 0);
        assert_eq!(message::write_then_read(spi, [0xfdu8].as_ptr().cast(), 1, null_mut(), 0), Errno::ETIMEDOUT.to_c());
        controller::unregister(made);
    }
    });
}

unsafe extern "C" fn two_bytes(_spi: *mut spi_device) -> usize {
    2
}

#[test]
fn long_transfers_are_cut() {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-cut", None, 35);
        (*made).max_transfer_size = Some(two_bytes);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 0);
        calls(35);
        let mut back = [0u8; 3];
        let mut transfer: spi_transfer = zeroed();
        let mut message: spi_message = zeroed();
        message::begin(&raw mut message);
        (transfer.tx_buf, transfer.rx_buf, transfer.len) = ([1u8, 2, 3].as_ptr().cast(), back.as_mut_ptr().cast(), 3);
        message::append(&raw mut message, &raw mut transfer);
        assert_eq!(message::sync(spi, &raw mut message), 0);
        assert_eq!((back, message.actual_length), ([2, 3, 4], 3));
        assert_eq!(calls(35), ["cs0 0", "[1, 2] at 10000000", "[3] at 10000000", "cs0 1"]);
        assert_eq!(message::transfers(&raw mut message), [&raw mut transfer], "as it was");
        controller::unregister(made);
    }
}

unsafe extern "C" fn complete(context: *mut c_void) {
    // SAFETY: what the test hands over.
    unsafe { (*context.cast::<AtomicU32>()).fetch_add(1, SeqCst) };
}

#[test]
fn messages_that_nobody_waits_for() {
    machine().run(|| {
    let count = AtomicU32::new(0);
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-async", None, 36);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 0);
        let mut transfer: spi_transfer = zeroed();
        let mut message: spi_message = zeroed();
        message::begin(&raw mut message);
        (transfer.tx_buf, transfer.len) = ([9u8].as_ptr().cast(), 1);
        message::append(&raw mut message, &raw mut transfer);
        message.complete = Some(complete);
        message.context = (&raw const count).cast_mut().cast();
        assert_eq!(message::asynchronous(spi, &raw mut message), 0);
        controller::pump(made);
        while count.load(SeqCst) == 0 {
            poll();
        }
        assert_eq!((message.status, message.actual_length), (0, 1));
        controller::unregister(made);
    }
    });
}

#[test]
fn a_locked_bus() {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-lock", None, 37);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 0);
        let mut transfer: spi_transfer = zeroed();
        let mut message: spi_message = zeroed();
        message::begin(&raw mut message);
        (transfer.tx_buf, transfer.len) = ([9u8].as_ptr().cast(), 1);
        message::append(&raw mut message, &raw mut transfer);
        assert_eq!(message::bus_lock(made), 0);
        assert_eq!(message::asynchronous(spi, &raw mut message), Errno::EBUSY.to_c());
        assert_eq!(message::sync_locked(spi, &raw mut message), 0);
        assert_eq!(message::bus_unlock(made), 0);
        assert_eq!(message::sync(spi, &raw mut message), 0);
        controller::unregister(made);
    }
}

#[test]
fn a_suspended_controller_refuses() {
    machine().run(|| {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-suspend", None, 38);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 0);
        assert_eq!(controller::suspend(made), 0);
        let write = || message::write_then_read(spi, [1u8].as_ptr().cast(), 1, null_mut(), 0);
        assert_eq!(write(), Errno::ESHUTDOWN.to_c());
        assert_eq!((controller::resume(made), write()), (0, 0));
        controller::unregister(made);
    }
    });
}

#[test]
fn modes_are_checked() {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-mode", None, 39);
        assert_eq!(controller::register_c(made), 0);
        let spi = a_device(made, 0);
        for (mode, result) in [(3, 0), (4, Errno::EINVAL.to_c()), (1 << 8 | 1 << 9, Errno::EINVAL.to_c())] {
            (*spi).mode = mode;
            assert_eq!(setup::setup(spi), result, "{mode:#x}");
        }
        (*spi).mode = 1 << 9;
        assert_eq!((setup::setup(spi), (*spi).mode), (0, 0), "four lines are not there");
        (*spi).bits_per_word = 9;
        assert_eq!(setup::setup(spi), Errno::EINVAL.to_c());
        controller::unregister(made);
    }
}

#[test]
fn delays() {
    machine().run(|| {
    let mut transfer: spi_transfer = zeroed();
    let delay = |value, unit: u32| spi_delay { value, unit: unit as u8 };
    // SAFETY: delays and transfers of the test.
    unsafe {
        let mut of = |mut delay: spi_delay| setup::delay_to_ns(&raw mut delay, &raw mut transfer);
        assert_eq!(of(delay(3, bindings::SPI_DELAY_UNIT_USECS)), 3000);
        assert_eq!(of(delay(3, bindings::SPI_DELAY_UNIT_NSECS)), 3);
        assert_eq!(of(delay(3, bindings::SPI_DELAY_UNIT_SCK)), Errno::EINVAL.to_c());
        assert_eq!(of(delay(3, 9)), Errno::EINVAL.to_c());
        transfer.speed_hz = 2_000_000;
        assert_eq!(setup::delay_to_ns(&mut delay(3, bindings::SPI_DELAY_UNIT_SCK), &raw mut transfer), 3000);
        assert_eq!(setup::delay_exec(&mut delay(1, bindings::SPI_DELAY_UNIT_NSECS), null_mut()), 0);
        assert_eq!(setup::delay_exec(null_mut(), null_mut()), Errno::EINVAL.to_c());
    }
    });
}

#[test]
fn buffers_are_mapped() {
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = made("spi-map", None, 40);
        (*made).max_dma_len = 64;
        let mut table: sg_table = zeroed();
        let refused = map::map_c(made, (*made).dev.parent, &raw mut table, null_mut(), 0, bindings::DMA_TO_DEVICE);
        assert_eq!(refused, Errno::EINVAL.to_c(), "nothing to map");
        crate::device::put(&raw mut (*made).dev);
    }
}

#[test]
fn what_is_managed_is_given_back() {
    let dev = device_at("spi-managed", None);
    // SAFETY: devices and controllers of the test.
    unsafe {
        let made = controller::devm_alloc(dev, 0, false);
        assert_eq!(controller::devm_register(dev, made), Errno::EINVAL.to_c(), "it can do nothing");
        (*made).transfer_one = Some(transfer_one);
        (*made).bus_num = 41;
        assert_eq!(controller::devm_register(dev, made), 0);
        let spi = a_device(made, 0);
        assert!(!spi.is_null() && io::spi::find(41, 0).is_some());
        release_managed(dev);
        assert!(io::spi::find(41, 0).is_none());
        assert!(controller::alloc(null_mut(), 0, false).is_null());
    }
}
