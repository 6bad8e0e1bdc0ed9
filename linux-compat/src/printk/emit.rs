// SPDX-License-Identifier: GPL-2.0-only
//! From formatted text to lines of the log; warnings and panics.

use super::format::{Out, format};
use super::va::{Args, Va};
use crate::bindings::device;
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::ffi::{CStr, c_char, c_int};
use kernel::sync::SpinLock;
use log::Level;

crate::exports! {
    family "printk";
    [any, supported, "ported_drivers_are_heard"]
    fn fv_bug(file: *const c_char, line: c_int) -> ! = bug;
    [any, supported, "ported_drivers_are_heard"]
    fn dump_stack() -> () = dump_stack;
    [any, supported, "ported_drivers_are_heard"]
    fn add_taint(flag: core::ffi::c_uint, ok: crate::bindings::lockdep_ok) -> () = taint;
}

crate::exports_data! {
    family "printk";
    [any, supported, "printk::tests::a_panic_is_in_progress"]
    static oops_in_progress: c_int = 0;
}

/// From here on the hypervisor is about to end: consoles of drivers wait for no lock.
pub(crate) fn panic_begins() {
    // SAFETY: a whole word, which drivers only read.
    unsafe { (&raw mut oops_in_progress).write_volatile(1) };
}

/// The longest text of one call.
const TEXT: usize = 256;

/// A line whose end has not come yet.
struct Pending {
    bytes: [u8; TEXT],
    len: usize,
    level: Level,
}

static PENDING: SpinLock<Pending> = SpinLock::new(Pending { bytes: [0; TEXT], len: 0, level: Level::Info });

/// The level that Linux's digit stands for.
fn level(digit: u8) -> Level {
    match digit {
        b'0'..=b'3' => Level::Error,
        b'4' => Level::Warn,
        b'7' => Level::Debug,
        _ => Level::Info,
    }
}

/// The level of a `KERN_` string; a warning's for none, as in Linux.
///
/// # Safety
/// `text` is null or a string.
pub(super) unsafe fn level_of(text: *const c_char) -> Level {
    if text.is_null() {
        return Level::Info;
    }
    // SAFETY: the caller's string.
    match unsafe { CStr::from_ptr(text) }.to_bytes() {
        [1, digit, ..] => level(*digit),
        _ => Level::Info,
    }
}

/// A finished line, or several. Context: any.
pub fn line(level: Level, text: &[u8]) {
    for part in text.split(|&b| b == b'\n').filter(|part| !part.is_empty()) {
        log_line(level, &String::from_utf8_lossy(part));
    }
}

/// A line of a driver in the log. Context: any.
pub fn log_line(level: Level, text: &str) {
    log::log!(target: "linux", level, "{text}");
}

/// Text of a call; what does not end in a newline waits for its continuation.
fn emit(level: Level, continues: bool, text: &[u8]) {
    let mut out = [0; 2 * TEXT];
    let mut n = 0;
    let mut of = level;
    {
        let mut pending = PENDING.lock();
        let waiting = core::mem::take(&mut pending.len);
        if waiting > 0 {
            n = waiting;
            if let (Some(to), Some(from)) = (out.get_mut(..n), pending.bytes.get(..n)) {
                to.copy_from_slice(from);
            }
            if continues {
                of = pending.level;
            }
        }
        let whole = text.last() == Some(&b'\n');
        if !whole && text.len() + if continues { n } else { 0 } < TEXT && !text.is_empty() {
            // Others may add to it; nothing but its end, or another line, shows it.
            let keep = if continues { n } else { 0 };
            if let (Some(to), Some(from)) = (pending.bytes.get_mut(..keep), out.get(..keep)) {
                to.copy_from_slice(from);
            }
            if let Some(to) = pending.bytes.get_mut(keep..keep + text.len()) {
                to.copy_from_slice(text);
            }
            pending.len = keep + text.len();
            if !continues {
                let before = core::mem::replace(&mut pending.level, level);
                drop(pending);
                line(before, out.get(..n).unwrap_or(&[]));
            }
            return;
        }
        if !continues && n > 0 {
            let before = pending.level;
            drop(pending);
            line(before, out.get(..n).unwrap_or(&[]));
            n = 0;
        }
    }
    if n == 0 {
        return line(of, text);
    }
    let end = (n + text.len()).min(out.len());
    if let (Some(to), Some(from)) = (out.get_mut(n..end), text.get(..end - n)) {
        to.copy_from_slice(from);
    }
    line(of, out.get(..end).unwrap_or(&[]));
}

/// Formats on the stack and gives the text to `f`.
unsafe fn text(fmt: *const c_char, va: &mut Va, f: impl FnOnce(&[u8])) -> c_int {
    let mut buffer = [0u8; TEXT];
    // SAFETY: this function's buffer; the C caller's format and arguments.
    let length = unsafe {
        let mut out = Out::new(buffer.as_mut_ptr().cast(), buffer.len());
        format(&mut out, fmt, &mut Args::new(va));
        out.finish()
    };
    f(buffer.get(..length.min(TEXT - 1)).unwrap_or(&[]));
    length as c_int
}

/// `printk` and `dev_printk`. `level` may be null: then the text may begin with one.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_printk(level_text: *const c_char, dev: *const device, fmt: *const c_char, va: &mut Va) -> c_int {
    // SAFETY: the C caller's.
    unsafe {
        let given = (!level_text.is_null()).then(|| level_of(level_text));
        text(fmt, va, |text| {
            let (of, continues, text) = match text {
                [1, b'c', rest @ ..] => (given.unwrap_or(Level::Info), true, rest),
                [1, digit, rest @ ..] => (given.unwrap_or(level(*digit)), false, rest),
                rest => (given.unwrap_or(Level::Info), false, rest),
            };
            if level_text.is_null() {
                return emit(of, continues, text);
            }
            let name = |text: &CStr| text.to_str().unwrap_or("?").to_string();
            let who = (name(crate::device::driver_string(dev)), name(crate::device::name(dev)));
            let what = String::from_utf8_lossy(text);
            log_line(of, &alloc::format!("{} {}: {}", who.0, who.1, what.trim_end_matches('\n')));
        })
    }
}

/// `dev_err_probe`: an error is logged, a missing provider is noted as the reason of waiting.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_dev_err_probe(dev: *mut device, err: c_int, fmt: *const c_char, va: &mut Va) -> c_int {
    use crate::errno::Errno;
    // SAFETY: the C caller's.
    unsafe {
        text(fmt, va, |text| {
            let what = String::from_utf8_lossy(text).trim_end_matches('\n').to_string();
            if err == Errno::EPROBE_DEFER.to_c() {
                return crate::device::set_deferred_reason(dev, what);
            }
            if err == Errno::ENOMEM.to_c() {
                return;
            }
            let name = |text: &CStr| text.to_str().unwrap_or("?").to_string();
            let (driver, device) = (name(crate::device::driver_string(dev)), name(crate::device::name(dev)));
            let code = super::pointer::error_name(err.unsigned_abs() as usize).unwrap_or("?");
            log_line(Level::Error, &alloc::format!("{driver} {device}: error -{code}: {what}"));
        });
    }
    err
}

/// `WARN`: where, what, and in which driver.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_warn(file: *const c_char, line: c_int, fmt: *const c_char, va: &mut Va) {
    // SAFETY: the C caller's strings and arguments.
    unsafe {
        let file = CStr::from_ptr(file).to_str().unwrap_or("?");
        let who = crate::context::describe();
        log::warn!(target: "linux", "WARNING at {file}:{line} in {who}");
        if !fmt.is_null() {
            text(fmt, va, |text| self::line(Level::Warn, text));
        }
    }
}

/// `panic`.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_panic(fmt: *const c_char, va: &mut Va) -> ! {
    let mut what = String::new();
    // SAFETY: the C caller's.
    unsafe { text(fmt, va, |text| what = String::from_utf8_lossy(text).into_owned()) };
    crate::context::fail(format_args!("panic: {}", what.trim_end()))
}

unsafe fn bug(file: *const c_char, line: c_int) -> ! {
    // SAFETY: the C caller's string.
    let file = unsafe { CStr::from_ptr(file) }.to_str().unwrap_or("?");
    crate::context::fail(format_args!("BUG at {file}:{line}"))
}

fn dump_stack() {
    log::info!(target: "linux", "stack asked for in {}", crate::context::describe());
    crate::context::trace(|address| log::info!(target: "linux", "  {}", crate::context::Place(address)));
}

fn taint(flag: core::ffi::c_uint, _ok: crate::bindings::lockdep_ok) {
    log::warn!(target: "linux", "the machine is not as it should be (taint {flag}), says {}", crate::context::describe());
}

/// `kasprintf`: null without memory.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_format_alloc(gfp: crate::bindings::gfp_t, fmt: *const c_char, va: &mut Va) -> *mut c_char {
    let mut short = [0u8; TEXT];
    let mut again = Va::copy(va);
    // SAFETY: the C caller's format and arguments; memory of the length just found.
    unsafe {
        let mut out = Out::new(short.as_mut_ptr().cast(), short.len());
        format(&mut out, fmt, &mut Args::new(va));
        let length = out.finish();
        let memory = crate::slab::kmalloc(length + 1, gfp).cast::<c_char>();
        if !memory.is_null() {
            if length < TEXT {
                memory.copy_from_nonoverlapping(short.as_ptr().cast(), length + 1);
            } else {
                let mut out = Out::new(memory, length + 1);
                format(&mut out, fmt, &mut Args::new(&mut again));
                out.finish();
            }
        }
        again.done();
        memory
    }
}

/// `dev_set_name` with the finished name.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_dev_set_name(dev: *mut device, name: *const c_char) -> c_int {
    // SAFETY: the C caller's device and string.
    unsafe { crate::device::set_name(dev, CStr::from_ptr(name).to_owned()) };
    0
}
