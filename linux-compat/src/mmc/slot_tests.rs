// SPDX-License-Identifier: GPL-2.0-only
//! A host of C whose card knows just enough of the protocol: added, pulled, put back, removed.

use super::gpio;
use super::host::*;
use super::wrap::request_done;
use crate::bindings::{mmc_host, mmc_host_ops, mmc_ios, mmc_request, scatterlist};
use crate::errno::Errno;
use crate::machine::machine;
use core::ffi::c_int;
use core::mem::zeroed;
use core::ptr::null_mut;
use io::block::{self, Op};
use kernel::gpio::{Chip, Gpio, Info, Init, LineFlags};
use kernel::mm::segment::Buffer;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// Blocks of the card: 2 MiB.
const BLOCKS: usize = 4096;

static DATA: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static INSERTED: AtomicBool = AtomicBool::new(true);
/// Whether the last command was the one in front of application commands.
static APP: AtomicBool = AtomicBool::new(false);
/// How often the driver was called.
static CALLS: AtomicU32 = AtomicU32::new(0);
/// The last power mode.
static POWER: AtomicU32 = AtomicU32::new(9);

/// What a card of SDHC, 4 data lines, CMD23 and high speed answers; with its register where that comes as data.
fn answer(opcode: u32, arg: u32) -> Option<([u32; 4], Vec<u8>)> {
    let app = APP.swap(opcode == 55, SeqCst);
    let ready = [0x900, 0, 0, 0];
    let plain = |resp| Some((resp, Vec::new()));
    match (opcode, app) {
        (8, _) => plain([arg & 0xfff, 0, 0, 0]),
        (55, _) => plain([0x920, 0, 0, 0]),
        (41, true) => plain([0xc0ff_8000, 0, 0, 0]),
        (2, _) => plain([0x0353_4454, 0x4553_5421, 0x1012_3456, 0x7800_0001]),
        (3, _) => plain([0xaaaa_0500, 0, 0, 0]),
        (9, _) => plain([0x400e_0032, 0x5b59_0000, 0x0003_7f80, 0x0a40_0001]),
        (51, true) => Some((ready, vec![0x02, 0x05, 0, 0x02, 0, 0, 0, 0])),
        (13, true) => Some((ready, vec![0; 64])),
        (6, false) => {
            let mut status = vec![0; 64];
            (status[13], status[16]) = (3, (arg & 0xf) as u8);
            Some((ready, status))
        }
        (1 | 5, _) => None,
        _ => plain(ready),
    }
}

/// Copies between the memory of a list and the card.
unsafe fn copy(mut sg: *mut scatterlist, count: u32, card: &mut [u8], to_card: bool) -> usize {
    let mut done = 0;
    for _ in 0..count {
        // SAFETY: the core's list.
        unsafe {
            let (phys, len) = crate::scatterlist::memory(sg);
            let memory = core::slice::from_raw_parts_mut(phys.to_virt().as_ptr::<u8>(), len);
            let part = &mut card[done..done + len];
            if to_card { part.copy_from_slice(memory) } else { memory.copy_from_slice(part) }
            done += len;
            sg = crate::scatterlist::next(sg);
        }
    }
    done
}

unsafe extern "C" fn request(host: *mut mmc_host, mrq: *mut mmc_request) {
    CALLS.fetch_add(1, SeqCst);
    // SAFETY: as the core gives it.
    unsafe {
        let cmd = &mut *(*mrq).cmd;
        let answered = if INSERTED.load(SeqCst) { answer(cmd.opcode, cmd.arg) } else { None };
        match answered {
            None if cmd.flags & 1 != 0 => cmd.error = Errno::ETIMEDOUT.to_c(),
            None => {}
            Some((resp, register)) => {
                cmd.resp = resp;
                if let Some(data) = (*mrq).data.as_mut() {
                    let bytes = (data.blksz * data.blocks) as usize;
                    let mut memory = DATA.lock().unwrap();
                    let at = cmd.arg as usize * 512;
                    let mut register = register;
                    let card = if register.is_empty() { &mut memory[at..at + bytes] } else { &mut register[..] };
                    let to_card = data.flags & 1 << 8 != 0;
                    let sg = (data.sg, data.sg_len);
                    let copied = copy(sg.0, sg.1, card, to_card);
                    assert_eq!(copied, bytes);
                    data.bytes_xfered = bytes as u32;
                }
            }
        }
        request_done(host, mrq);
    }
}

unsafe extern "C" fn set_ios(_: *mut mmc_host, ios: *mut mmc_ios) {
    CALLS.fetch_add(1, SeqCst);
    // SAFETY: as the core gives it.
    POWER.store(unsafe { (*ios).power_mode }.into(), SeqCst);
}

unsafe extern "C" fn get_cd(_: *mut mmc_host) -> c_int {
    CALLS.fetch_add(1, SeqCst);
    INSERTED.load(SeqCst).into()
}

/// A host that is ready to be added.
fn a_host() -> *mut mmc_host {
    // SAFETY: structs of C for which zeroes are valid; no device is needed for this much.
    unsafe {
        let mut ops: mmc_host_ops = zeroed();
        ops.request = Some(request);
        ops.set_ios = Some(set_ios);
        ops.get_cd = Some(get_cd);
        let host = allocate(0, null_mut());
        let h = &mut *host;
        h.ops = Box::leak(Box::new(ops));
        h.caps = 1 | 1 << 2 | 1 << 30;
        (h.f_min, h.f_max, h.ocr_avail) = (400_000, 50_000_000, 3 << 20);
        (h.max_blk_count, h.max_req_size, h.max_segs, h.max_seg_size) = (128, 64 << 10, 16, 16 << 10);
        host
    }
}

fn eventually(what: &str, mut until: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !until() {
        assert!(start.elapsed().as_secs() < 20, "{what} did not happen");
        kernel::sched::sleep_ns(1_000_000);
    }
}

#[test]
fn a_slot_lives_and_its_card_comes_and_goes() {
    *DATA.lock().unwrap() = (0..BLOCKS * 512).map(|n| (n * 7 + n / 509) as u8).collect();
    let machine = machine();
    machine.run(|| {
        let host = a_host();
        // SAFETY: a host of the test.
        let (name, added) = unsafe { (format!("mmc{}", (*host).index), add(host)) };
        assert_eq!(added, 0);
        eventually("a disk", || block::find(&name).is_ok());
        let disk = block::find(&name).unwrap();
        assert_eq!((disk.info().blocks, disk.info().read_only), (BLOCKS as u64, false));
        // More than a request of the host takes, over borders of segments.
        let buffer = Buffer::new(200 << 10).unwrap();
        let odd = vec![buffer.segment(0, 1000), buffer.segment(4096, 152 + 190 * 512)];
        assert_eq!(disk.transfer(Op::Read, 3, 192, odd), Err(block::BlockError::Misaligned));
        let segments = vec![buffer.segment(0, 1000), buffer.segment(4096, 24 + 190 * 512)];
        assert_eq!(disk.transfer(Op::Read, 3, 192, segments), Ok(()));
        let mut part = vec![0; 24 + 190 * 512];
        assert!(buffer.read(4096, &mut part));
        assert!(part == DATA.lock().unwrap()[3 * 512 + 1000..195 * 512]);
        disk.write(100, &[0x5a; 4 * 512]).unwrap();
        disk.flush().unwrap();
        assert!(DATA.lock().unwrap()[100 * 512..104 * 512].iter().all(|b| *b == 0x5a));
        // Pulled: the driver says so. What users still have of the disk gives errors.
        INSERTED.store(false, SeqCst);
        // SAFETY: as above.
        unsafe { detect_change(host, 1) };
        eventually("the end of the disk", || block::find(&name).is_err());
        assert_eq!(disk.read(0, &mut [0; 512]), Err(block::BlockError::Removed));
        assert_eq!(POWER.load(SeqCst), 0, "an empty slot has power");
        INSERTED.store(true, SeqCst);
        // SAFETY: as above.
        unsafe { detect_change(host, 1) };
        eventually("another disk", || block::find(&name).is_ok());
        let mut first = [0; 512];
        block::find(&name).unwrap().read(0, &mut first).unwrap();
        assert!(first[..] == DATA.lock().unwrap()[..512]);
        // SAFETY: as above; the host is not used any more.
        unsafe { remove(host) };
        assert!(block::find(&name).is_err() && POWER.load(SeqCst) == 0);
        let calls = CALLS.load(SeqCst);
        // SAFETY: as above.
        unsafe { detect_change(host, 0) };
        kernel::sched::sleep_ns(5_000_000);
        assert_eq!(CALLS.load(SeqCst), calls, "a removed host is called");
        // SAFETY: as above.
        unsafe { free(host) };
    });
}

/// Lines with a level each, and without interrupts.
struct Levels(AtomicU32);

impl Chip for Levels {
    fn get(&self, offset: u32) -> kernel::error::Result<bool> {
        Ok(self.0.load(SeqCst) >> offset & 1 != 0)
    }
    fn set_input(&self, _: u32) -> kernel::error::Result<()> {
        Ok(())
    }
    fn set_output(&self, _: u32, _: bool) -> kernel::error::Result<()> {
        Err(kernel::error::Error::Unsupported { what: "an output" })
    }
    fn set(&self, _: u32, _: bool) -> kernel::error::Result<()> {
        Err(kernel::error::Error::Unsupported { what: "an output" })
    }
}

#[test]
fn lines_are_asked_and_without_an_interrupt_the_slot_is_polled() {
    let chip = Arc::new(Levels(AtomicU32::new(0)));
    let info = Info {
        label: "mmc-lines".into(),
        node: None,
        token: 0,
        base: None,
        lines: 2,
        names: Vec::new(),
        chip: chip.clone(),
    };
    let bank = kernel::gpio::register(info).unwrap();
    let line = |n: u32, flags| Gpio::request(bank.line(n).unwrap(), "mmc", flags, Init::AsIs).unwrap();
    let host = a_host();
    // SAFETY: a host of the test.
    unsafe {
        gpio::start(host);
        assert_eq!((*host).caps & 1 << 5, 0, "no line, so nothing is to be polled");
        assert!(!gpio::can_cd(host) && !gpio::can_ro(host));
        assert_eq!((gpio::get_cd(host), gpio::get_ro(host)), (Errno::ENOSYS.to_c(), Errno::ENOSYS.to_c()));
        *state(host).lines.cd.lock() = Some(line(0, LineFlags::ACTIVE_LOW));
        *state(host).lines.ro.lock() = Some(line(1, LineFlags::empty()));
        assert!(gpio::can_cd(host) && gpio::can_ro(host));
        assert_eq!((gpio::get_cd(host), gpio::get_ro(host)), (1, 0));
        chip.0.store(3, SeqCst);
        assert_eq!((gpio::get_cd(host), gpio::get_ro(host)), (0, 1));
        // Not one of those that wake.
        assert_eq!(gpio::set_cd_wake(host, true), 0);
        gpio::start(host);
        assert_eq!((*host).caps & 1 << 5, 1 << 5, "a line without interrupt is polled");
        gpio::stop(host);
        free(host);
    }
}
