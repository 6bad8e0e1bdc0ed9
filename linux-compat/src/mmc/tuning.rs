// SPDX-License-Identifier: GPL-2.0-only
//! Tuning blocks: what a card sends so that its host finds the point to sample at (SD 4.2.4.5, eMMC 6.6.5.1).

use super::wrap::{carry, reading};
use crate::bindings::mmc_host;
use crate::errno::Errno;
use alloc::vec;
use core::ffi::c_int;
use io::mmc::MmcError;
use io::mmc::host::{Command, Kind, Request, Response};
use kernel::mm::segment::Buffer;

exports! {
    family "mmc";
    [sleeps, supported, "mmc::tests::tuning_blocks_are_compared"]
    fn mmc_send_tuning(host: *mut mmc_host, opcode: u32, cmd_error: *mut c_int) -> c_int = send;
    [sleeps, supported, "mmc::tests::tuning_blocks_are_compared"]
    fn mmc_send_abort_tuning(host: *mut mmc_host, opcode: u32) -> c_int = abort;
}

/// The command of eMMC, and the one that ends it.
const MMC_TUNING: u32 = 21;
const STOP: u8 = 12;

/// What comes over 4 lines.
pub(super) const BLOCK_4: [u8; 64] = [
    0xff, 0x0f, 0xff, 0x00, 0xff, 0xcc, 0xc3, 0xcc, 0xc3, 0x3c, 0xcc, 0xff, 0xfe, 0xff, 0xfe, 0xef, 0xff, 0xdf,
    0xff, 0xdd, 0xff, 0xfb, 0xff, 0xfb, 0xbf, 0xff, 0x7f, 0xff, 0x77, 0xf7, 0xbd, 0xef, 0xff, 0xf0, 0xff, 0xf0,
    0x0f, 0xfc, 0xcc, 0x3c, 0xcc, 0x33, 0xcc, 0xcf, 0xff, 0xef, 0xff, 0xee, 0xff, 0xfd, 0xff, 0xfd, 0xdf, 0xff,
    0xbf, 0xff, 0xbb, 0xff, 0xf7, 0xff, 0xf7, 0x7f, 0x7b, 0xde,
];

/// What comes over 8 lines: each half byte of the other block twice, the lines of its two halves side by side.
pub(super) fn block_8() -> [u8; 128] {
    let mut block = [0; 128];
    for (pair, byte) in block.chunks_exact_mut(2).zip(BLOCK_4) {
        for (to, half) in pair.iter_mut().zip([byte >> 4, byte & 0xf]) {
            *to = half << 4 | half;
        }
    }
    block
}

/// Asks for a tuning block and compares it: 0, or `-EIO` if it is another, or the error of the transfer.
pub(super) unsafe fn send(host: *mut mmc_host, opcode: u32, command_error: *mut c_int) -> c_int {
    // SAFETY: the caller's host.
    let wide = unsafe { (*host).ios.bus_width } == 3;
    let eight = block_8();
    let wanted: &[u8] = if wide { &eight } else { &BLOCK_4 };
    let Ok(buffer) = Buffer::new(wanted.len()) else { return Errno::ENOMEM.to_c() };
    let command = Command {
        opcode: opcode as u8,
        arg: 0,
        response: Response::R1,
        kind: Kind::Data,
        busy_ms: 0,
        answer: [0; 4],
        error: None,
    };
    let mut request = reading(command, wanted.len() as u32, vec![buffer.segment(0, wanted.len())]);
    // SAFETY: called by the driver from within its own tuning: no other request is under way.
    unsafe {
        carry(host, &mut request);
        if let Some(place) = command_error.as_mut() {
            *place = request.command.error.map_or(0, number);
        }
    }
    if let Some(error) = request.error() {
        return number(error);
    }
    let mut found = vec![0; wanted.len()];
    buffer.read(0, &mut found);
    if found == wanted { 0 } else { Errno::EIO.to_c() }
}

fn number(error: MmcError) -> c_int {
    match error {
        MmcError::Timeout => Errno::ETIMEDOUT,
        MmcError::Crc => Errno::EILSEQ,
        MmcError::NoCard => Errno::ENOMEDIUM,
        MmcError::Host(errno) => Errno(errno),
        _ => Errno::EIO,
    }
    .to_c()
}

/// Ends a tuning block that hangs: of an eMMC only, a card of SD ends it itself.
pub(super) unsafe fn abort(host: *mut mmc_host, opcode: u32) -> c_int {
    if opcode != MMC_TUNING {
        return 0;
    }
    let command = Command {
        opcode: STOP,
        arg: 0,
        response: Response::R1,
        kind: Kind::Addressed,
        busy_ms: 150,
        answer: [0; 4],
        error: None,
    };
    let mut request = Request::new(command);
    // SAFETY: as above.
    unsafe { carry(host, &mut request) };
    request.error().map_or(0, number)
}
