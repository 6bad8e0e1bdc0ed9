// SPDX-License-Identifier: GPL-2.0-only
//! A host as a C driver would make it, and the core upon it.

use super::gpio;
use super::host::*;
use super::of::ocr_bits;
use super::power::range_of;
use super::tuning::{BLOCK_4, abort, block_8, send};
use super::wrap::CHost;
use crate::bindings;
use crate::bindings::{mmc_host, mmc_host_ops, mmc_ios, mmc_request};
use crate::errno::Errno;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use io::mmc::MmcError;
use io::mmc::host::{Can, Command, Data, Host, Ios, Kind, Power, Request, Response, Timing, Voltage, Width};
use kernel::mm::segment::Buffer;
use std::sync::Mutex;
use std::vec::Vec;

/// What the driver's functions saw.
static SEEN: Mutex<Vec<(u32, u32, u32)>> = Mutex::new(Vec::new());
/// Tests that use it take turns.
static TURN: Mutex<()> = Mutex::new(());

/// Answers by the command: 17 reads as its number repeated, 13 times out, 19 sends a tuning block.
unsafe extern "C" fn request(host: *mut mmc_host, mrq: *mut mmc_request) {
    // SAFETY: as the core gives it.
    unsafe {
        let cmd = &mut *(*mrq).cmd;
        SEEN.lock().unwrap().push((cmd.opcode, cmd.arg, cmd.flags));
        cmd.resp = [0x900, 0, 0, 0];
        if let Some(data) = (*mrq).data.as_mut() {
            assert!(core::ptr::eq(cmd.data, data) && core::ptr::eq(data.mrq, mrq));
            let bytes: Vec<u8> = match cmd.opcode {
                19 => BLOCK_4.to_vec(),
                21 => vec![0x55; 64],
                n => vec![n as u8; (data.blksz * data.blocks) as usize],
            };
            let mut sg = data.sg;
            let mut at = 0;
            for _ in 0..data.sg_len {
                let (phys, len) = crate::scatterlist::memory(sg);
                phys.to_virt().as_ptr::<u8>().copy_from(bytes[at..].as_ptr(), len);
                at += len;
                sg = crate::scatterlist::next(sg);
            }
            assert!(sg.is_null());
            data.bytes_xfered = at as u32;
            if cmd.opcode == 18 {
                data.error = Errno::EILSEQ.to_c();
            }
        }
        if cmd.opcode == 13 {
            cmd.error = Errno::ETIMEDOUT.to_c();
        }
        super::wrap::request_done(host, mrq);
    }
}

unsafe extern "C" fn set_ios(_: *mut mmc_host, ios: *mut mmc_ios) {
    // SAFETY: as the core gives it.
    let ios = unsafe { &*ios };
    assert_eq!((ios.clock, ios.bus_width, ios.timing), (50_000_000, 2, 2));
    assert_eq!((ios.power_mode, ios.bus_mode, ios.signal_voltage, ios.vdd), (2, 2, 0, 21));
}

unsafe extern "C" fn get_cd(host: *mut mmc_host) -> c_int {
    // SAFETY: as the core gives it.
    unsafe { (*host).slotno as c_int - 1 }
}

fn a_host() -> (*mut mmc_host, &'static mmc_host_ops) {
    // SAFETY: a struct of C for which zeroes are valid.
    let mut ops: mmc_host_ops = unsafe { MaybeUninit::zeroed().assume_init() };
    ops.request = Some(request);
    ops.set_ios = Some(set_ios);
    ops.get_cd = Some(get_cd);
    let ops: &'static mmc_host_ops = Box::leak(Box::new(ops));
    // SAFETY: no device is needed for this much.
    let host = unsafe { allocate(256, null_mut()) };
    assert!(!host.is_null());
    // SAFETY: a host of the test.
    unsafe {
        (*host).ops = ops;
        (*host).caps = 1 | 1 << 2 | 1 << 30;
        (*host).f_max = 50_000_000;
        (*host).ocr_avail = 1 << 21;
    }
    (host, ops)
}

fn command(opcode: u8, kind: Kind, response: Response) -> Command {
    Command { opcode, arg: 7, response, kind, busy_ms: 0, answer: [0; 4], error: None }
}

#[test]
fn a_host_of_c_serves_the_core() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let (raw, _) = a_host();
    // SAFETY: a host of the test, which outlives the wrapper.
    let host = unsafe { CHost::new(raw) };
    assert!(host.name().starts_with("mmc"));
    assert_eq!(host.caps().can, Can::WIDTH_4 | Can::SD_HIGH_SPEED | Can::CMD23);
    host.set_ios(&Ios {
        clock: 50_000_000,
        vdd: 21,
        power: Power::On,
        open_drain: false,
        width: Width::Four,
        timing: Timing::SdHighSpeed,
        voltage: Voltage::V330,
    });
    SEEN.lock().unwrap().clear();
    let buffer = Buffer::new(8192).unwrap();
    let mut request = Request::new(command(17, Kind::Data, Response::R1));
    let segments = vec![buffer.segment(100, 300), buffer.segment(5000, 724)];
    request.data = Some(Data {
        write: false,
        block_size: 512,
        blocks: 2,
        segments,
        timeout_ns: 1,
        done: 0,
        error: None,
    });
    host.request(&mut request);
    assert_eq!((request.error(), request.command.answer[0]), (None, 0x900));
    assert_eq!(request.data.as_ref().unwrap().done, 1024);
    let mut part = [0; 724];
    assert!(buffer.read(5000, &mut part) && part == [17; 724]);
    request.command.opcode = 18;
    host.request(&mut request);
    assert_eq!(request.error(), Some(MmcError::Crc));
    let mut lost = Request::new(command(13, Kind::Addressed, Response::R1b));
    host.request(&mut lost);
    assert_eq!(lost.error(), Some(MmcError::Timeout));
    // Present with checksum, opcode and busy; data, addressed.
    assert_eq!(*SEEN.lock().unwrap(), [(17, 7, 0x15 | 1 << 5), (18, 7, 0x15 | 1 << 5), (13, 7, 0x1d)]);
    for (slotno, present) in [(0, None), (1, Some(false)), (2, Some(true))] {
        // SAFETY: a host of the test.
        unsafe { (*raw).slotno = slotno };
        assert_eq!(host.card_present(), present);
    }
    assert_eq!((host.read_only(), host.card_busy()), (None, None));
    assert_eq!(host.tune(19), Err(MmcError::Unsupported));
    drop(host);
    // SAFETY: nobody uses the host any more.
    unsafe { free(raw) };
}

#[test]
fn tuning_blocks_are_compared() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let (raw, _) = a_host();
    let mut error = 1;
    // SAFETY: a host of the test.
    unsafe {
        assert_eq!((send(raw, 19, &raw mut error), error), (0, 0));
        assert_eq!(send(raw, 21, null_mut()), Errno::EIO.to_c(), "another block");
        assert_eq!((abort(raw, 19), abort(raw, 21)), (0, 0));
        free(raw);
    }
    let eight = block_8();
    assert_eq!(eight[..8], [0xff, 0xff, 0x00, 0xff, 0xff, 0xff, 0x00, 0x00]);
}

#[test]
fn ranges_of_voltage() {
    assert_eq!(ocr_bits(3300, 3300), 1 << 21);
    assert_eq!(ocr_bits(3200, 3400), 1 << 20 | 1 << 21 | 1 << 22);
    assert_eq!(ocr_bits(1800, 1800), 1 << 7);
    assert_eq!([ocr_bits(3400, 3300), ocr_bits(1000, 1200), ocr_bits(5000, 5000)], [0; 3]);
    assert_eq!(range_of(21), Some((3_200_000, 3_400_000)));
    assert_eq!((range_of(7), range_of(24)), (Some((1_650_000, 1_950_000)), None));
}

#[test]
fn properties_become_capabilities() {
    // Those of a host without a node change nothing.
    let (raw, _) = a_host();
    // SAFETY: a host of the test.
    unsafe {
        let before = ((*raw).caps, (*raw).caps2);
        let dev: crate::bindings::device = MaybeUninit::zeroed().assume_init();
        (*raw).parent = Box::leak(Box::new(dev));
        assert_eq!(super::of::parse(raw), 0);
        assert_eq!(((*raw).caps, (*raw).caps2), before);
        free(raw);
    }
}

#[test]
fn lines_that_are_not_there() {
    let (raw, _) = a_host();
    // SAFETY: a host of the test, without a device.
    unsafe {
        assert!(gpio::from_tree(raw, b"cd", 200).is_ok() && gpio::from_tree(raw, b"wp", 0).is_ok());
        gpio::start(raw);
        gpio::stop(raw);
        detect_change(raw, 10);
        free(raw);
    }
}

#[test]
fn an_sdio_interrupt_is_noted() {
    let (raw, _) = a_host();
    // SAFETY: a host of the test.
    unsafe {
        assert!(!(*raw).sdio_irq_pending);
        signal(raw);
        assert!((*raw).sdio_irq_pending && (*raw).sdio_irqs == 0, "nobody claims it");
        (*raw).sdio_irq_pending = false;
        signal_and_mask(raw);
        assert!((*raw).sdio_irq_pending);
        free(raw);
    }
}

#[test]
fn waking_by_a_card() {
    let (raw, _) = a_host();
    // SAFETY: a host of the test, which cannot wake.
    unsafe {
        assert_eq!((gpio::set_cd_wake(raw, true), (*raw).slot.cd_wake_enabled), (0, false));
        gpio::set_cd_irq(raw, -1);
        gpio::set_cd_irq(raw, 77);
        (*raw).caps |= bindings::MMC_CAP_CD_WAKE;
        // Nobody has requested the interrupt yet.
        assert_eq!(gpio::set_cd_wake(raw, true), 0);
        free(raw);
    }
}

#[test]
fn what_is_refused_says_so() {
    let (raw, _) = a_host();
    // SAFETY: a host of the test.
    unsafe {
        (*raw).f_max = 0;
        assert_eq!(add(raw), Errno::EINVAL.to_c());
        (*raw).f_max = 1;
        (*raw).ops = core::ptr::null();
        assert_eq!(add(raw), Errno::EINVAL.to_c());
        free(raw);
    }
}
