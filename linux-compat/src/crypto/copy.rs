// SPDX-License-Identifier: GPL-2.0-only
//! Copies out of scatterlists and into them, and small things that drivers want.

use crate::bindings::{crypto_wait, scatter_walk, scatterlist};
use crate::errno::Errno;
use crate::scatterlist::{address, next};
use core::ffi::{c_int, c_uint, c_void};

crate::exports! {
    family "crypto";
    [any, supported, "crypto::tests::lists_are_copied"]
    fn scatterwalk_copychunks(buf: *mut c_void, walk: *mut scatter_walk, nbytes: usize, out: c_int) -> () = copy_chunks;
    [any, supported, "crypto::tests::lists_are_copied"]
    fn scatterwalk_map_and_copy(buf: *mut c_void, sg: *mut scatterlist, start: c_uint, nbytes: c_uint, out: c_int) -> () = copy;
    [any, supported, "crypto::tests::small_things"]
    fn crypto_inc(a: *mut u8, size: c_uint) -> () = increment;
    [any, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_req_done(req: *mut c_void, err: c_int) -> () = request_done;
    [any, supported, "crypto::tests::small_things"]
    fn fv_des_key_is_weak(key: *const u8) -> bool = is_weak;
}

crate::exports_data! {
    family "crypto";
    [any, supported, "crypto::tests::small_things"]
    static md5_zero_message_hash: [u8; 16] = [0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42, 0x7e];
    [any, supported, "crypto::tests::small_things"]
    static sha1_zero_message_hash: [u8; 20] = [0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09];
    [any, supported, "crypto::tests::small_things"]
    static sha224_zero_message_hash: [u8; 28] = [0xd1, 0x4a, 0x02, 0x8c, 0x2a, 0x3a, 0x2b, 0xc9, 0x47, 0x61, 0x02, 0xbb, 0x28, 0x82, 0x34, 0xc4, 0x15, 0xa2, 0xb0, 0x1f, 0x82, 0x8e, 0xa6, 0x2a, 0xc5, 0xb3, 0xe4, 0x2f];
    [any, supported, "crypto::tests::small_things"]
    static sha256_zero_message_hash: [u8; 32] = [0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55];
    [any, supported, "crypto::tests::small_things"]
    static sha384_zero_message_hash: [u8; 48] = [0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a, 0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43, 0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda, 0x27, 0x4e, 0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b];
    [any, supported, "crypto::tests::small_things"]
    static sha512_zero_message_hash: [u8; 64] = [0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd, 0xf1, 0x54, 0x28, 0x50, 0xd6, 0x6d, 0x80, 0x07, 0xd6, 0x20, 0xe4, 0x05, 0x0b, 0x57, 0x15, 0xdc, 0x83, 0xf4, 0xa9, 0x21, 0xd3, 0x6c, 0xe9, 0xce, 0x47, 0xd0, 0xd1, 0x3c, 0x5d, 0x85, 0xf2, 0xb0, 0xff, 0x83, 0x18, 0xd2, 0x87, 0x7e, 0xec, 0x2f, 0x63, 0xb9, 0x31, 0xbd, 0x47, 0x41, 0x7a, 0x81, 0xa5, 0x38, 0x32, 0x7a, 0xf9, 0x27, 0xda, 0x3e];
}

/// Copies between a buffer and what follows in a list; `out`: into the list.
pub(super) unsafe fn copy_chunks(buf: *mut c_void, walk: *mut scatter_walk, nbytes: usize, out: c_int) {
    let (mut left, mut mine) = (nbytes, buf.cast::<u8>());
    // SAFETY: the C caller's buffer and walk; a list that ends early ends the copy.
    unsafe {
        while left > 0 && !(*walk).sg.is_null() {
            let sg = (*walk).sg;
            let within = ((*walk).offset - (*sg).offset) as usize;
            let now = ((*sg).length as usize).saturating_sub(within).min(left);
            let theirs = (address(sg) + within).as_ptr::<u8>();
            if out != 0 {
                theirs.copy_from(mine, now);
            } else {
                mine.copy_from(theirs, now);
            }
            (mine, left) = (mine.add(now), left - now);
            (*walk).offset += now as c_uint;
            if (*walk).offset >= (*sg).offset + (*sg).length && left > 0 {
                (*walk).sg = next(sg);
                (*walk).offset = (*walk).sg.as_ref().map_or(0, |sg| sg.offset);
            }
        }
    }
}

/// The same from byte `start` of a list on.
pub(super) unsafe fn copy(buf: *mut c_void, mut sg: *mut scatterlist, start: c_uint, nbytes: c_uint, out: c_int) {
    let mut skip = start;
    // SAFETY: the C caller's list and buffer.
    unsafe {
        while !sg.is_null() && skip >= (*sg).length {
            skip -= (*sg).length;
            sg = next(sg);
        }
        if !sg.is_null() {
            let mut walk = scatter_walk { sg, offset: (*sg).offset + skip };
            copy_chunks(buf, &raw mut walk, nbytes as usize, out);
        }
    }
}

/// Adds one to a number of which the last byte is the lowest.
pub(super) unsafe fn increment(a: *mut u8, size: c_uint) {
    for at in (0..size as usize).rev() {
        // SAFETY: the C caller's bytes.
        unsafe {
            *a.add(at) = (*a.add(at)).wrapping_add(1);
            if *a.add(at) != 0 {
                return;
            }
        }
    }
}

/// A request of somebody who waits is over.
unsafe fn request_done(req: *mut c_void, err: c_int) {
    if err != Errno::EINPROGRESS.to_c() {
        let wait: *mut crypto_wait = req.cast();
        // SAFETY: the C caller's.
        unsafe {
            (*wait).err = err;
            crate::locking::complete(&raw mut (*wait).completion);
        }
    }
}

/// Keys of DES that undo themselves, and pairs that undo each other, without parity bits.
const WEAK: [u64; 16] = {
    const KEYS: [u64; 16] = [
        0x0101_0101_0101_0101, 0xfefe_fefe_fefe_fefe, 0xe0e0_e0e0_f1f1_f1f1, 0x1f1f_1f1f_0e0e_0e0e,
        0x011f_011f_010e_010e, 0x1f01_1f01_0e01_0e01, 0x01e0_01e0_01f1_01f1, 0xe001_e001_f101_f101,
        0x01fe_01fe_01fe_01fe, 0xfe01_fe01_fe01_fe01, 0x1fe0_1fe0_0ef1_0ef1, 0xe01f_e01f_f10e_f10e,
        0x1ffe_1ffe_0efe_0efe, 0xfe1f_fe1f_fe0e_fe0e, 0xe0fe_e0fe_f1fe_f1fe, 0xfee0_fee0_fef1_fef1,
    ];
    let mut keys = KEYS;
    let mut at = 0;
    while at < keys.len() {
        keys[at] &= !PARITY;
        at += 1;
    }
    keys
};

const PARITY: u64 = 0x0101_0101_0101_0101;

pub(super) unsafe fn is_weak(key: *const u8) -> bool {
    // SAFETY: the C caller's eight bytes.
    let key = u64::from_be_bytes(unsafe { key.cast::<[u8; 8]>().read() });
    WEAK.contains(&(key & !PARITY))
}
