// SPDX-License-Identifier: GPL-2.0-only
//! Files of drivers: nobody opens them, so what would serve them is refused; text about devices is written to buffers.

use crate::bindings::{file, inode, loff_t, seq_file, seq_operations};
use crate::errno::Errno;
use core::ffi::{c_char, c_int, c_void};

crate::exports! {
    family "library";
    [any, supported, "library::tests::text_files"]
    fn seq_putc(m: *mut seq_file, c: c_char) -> () = putc;
    [any, supported, "library::tests::text_files"]
    fn seq_puts(m: *mut seq_file, s: *const c_char) -> () = puts;
    [any, supported, "library::tests::text_files"]
    fn seq_write(m: *mut seq_file, data: *const c_void, len: usize) -> c_int = write;
    [any, supported, "library::tests::text_files"]
    fn seq_pad(m: *mut seq_file, c: c_char) -> () = pad;
    [any, refused, "library::tests::files_are_refused"]
    fn single_open(file: *mut file, show: Show, data: *mut c_void) -> c_int = single_open;
    [any, refused, "library::tests::files_are_refused"]
    fn single_release(inode: *mut inode, file: *mut file) -> c_int = release;
    [any, refused, "library::tests::files_are_refused"]
    fn seq_open(file: *mut file, op: *const seq_operations) -> c_int = seq_open;
    [any, refused, "library::tests::files_are_refused"]
    fn seq_release(inode: *mut inode, file: *mut file) -> c_int = release;
    [any, refused, "library::tests::files_are_refused"]
    fn seq_read(file: *mut file, buf: *mut c_char, size: usize, pos: *mut loff_t) -> isize = read;
    [any, refused, "library::tests::files_are_refused"]
    fn seq_lseek(file: *mut file, offset: loff_t, whence: c_int) -> loff_t = seek;
    [any, refused, "library::tests::files_are_refused"]
    fn no_llseek(file: *mut file, offset: loff_t, whence: c_int) -> loff_t = seek;
    [any, refused, "library::tests::files_are_refused"]
    fn noop_llseek(file: *mut file, offset: loff_t, whence: c_int) -> loff_t = seek;
    [any, refused, "library::tests::files_are_refused"]
    fn default_llseek(file: *mut file, offset: loff_t, whence: c_int) -> loff_t = seek;
    [any, refused, "library::tests::files_are_refused"]
    fn simple_open(inode: *mut inode, file: *mut file) -> c_int = release;
    [any, refused, "library::tests::files_are_refused"]
    fn nonseekable_open(inode: *mut inode, file: *mut file) -> c_int = release;
    [any, refused, "library::tests::files_are_refused"]
    fn stream_open(inode: *mut inode, file: *mut file) -> c_int = release;
    [any, refused, "library::tests::files_are_refused"]
    fn simple_read_from_buffer(to: *mut c_void, count: usize, pos: *mut loff_t, from: *const c_void, available: usize) -> isize = read_from;
    [any, refused, "library::tests::files_are_refused"]
    fn simple_write_to_buffer(to: *mut c_void, available: usize, pos: *mut loff_t, from: *const c_void, count: usize) -> isize = write_to;
}

type Show = Option<unsafe extern "C" fn(*mut seq_file, *mut c_void) -> c_int>;

pub(super) unsafe fn write(m: *mut seq_file, data: *const c_void, len: usize) -> c_int {
    // SAFETY: the caller's file, whose buffer has `size` bytes, and bytes.
    unsafe {
        if (*m).size - (*m).count < len {
            (*m).count = (*m).size;
            return -1;
        }
        (*m).buf.add((*m).count).cast::<u8>().copy_from(data.cast(), len);
        (*m).count += len;
    }
    0
}

unsafe fn putc(m: *mut seq_file, c: c_char) {
    // SAFETY: the caller's file.
    unsafe { write(m, (&raw const c).cast(), 1) };
}

pub(super) unsafe fn puts(m: *mut seq_file, s: *const c_char) {
    // SAFETY: the caller's file and string.
    unsafe {
        let text = crate::text::bytes(s);
        write(m, text.as_ptr().cast(), text.len());
    }
}

/// There are no columns to fill: only the character.
unsafe fn pad(m: *mut seq_file, c: c_char) {
    if c != 0 {
        // SAFETY: the caller's file.
        unsafe { putc(m, c) };
    }
}

pub(super) fn single_open(_file: *mut file, _show: Show, _data: *mut c_void) -> c_int {
    Errno::ENODEV.to_c()
}

fn release(_inode: *mut inode, _file: *mut file) -> c_int {
    Errno::ENODEV.to_c()
}

fn seq_open(_file: *mut file, _op: *const seq_operations) -> c_int {
    Errno::ENODEV.to_c()
}

fn read(_file: *mut file, _buf: *mut c_char, _size: usize, _pos: *mut loff_t) -> isize {
    Errno::ENODEV.to_c() as isize
}

fn seek(_file: *mut file, _offset: loff_t, _whence: c_int) -> loff_t {
    loff_t::from(Errno(crate::bindings::ESPIPE as c_int).to_c())
}

fn read_from(_to: *mut c_void, _n: usize, _pos: *mut loff_t, _from: *const c_void, _have: usize) -> isize {
    Errno::EFAULT.to_c() as isize
}

fn write_to(_to: *mut c_void, _have: usize, _pos: *mut loff_t, _from: *const c_void, _n: usize) -> isize {
    Errno::EFAULT.to_c() as isize
}
