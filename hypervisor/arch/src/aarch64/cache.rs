// SPDX-License-Identifier: GPL-2.0-only
//! Cache upkeep by address, and block operations on memory (Arm ARM D7.5.9). Context: any; the cost is linear.

use crate::VirtAddr;
use core::arch::asm;

/// Bytes of the smallest data cache line, `CTR_EL0.DminLine`.
fn line() -> usize {
    let ctr: u64;
    // SAFETY: reads a constant.
    unsafe { asm!("mrs {0}, ctr_el0", out(reg) ctr, options(nomem, nostack, preserves_flags)) };
    4 << (ctr >> 16 & 0xf)
}

macro_rules! by_line {
    ($(#[$doc:meta])* $name:ident, $op:literal) => {
        $(#[$doc])*
        pub fn $name(start: VirtAddr, bytes: usize) {
            let step = line();
            let mut at = start.0 & !(step - 1);
            let end = start.0.saturating_add(bytes);
            while at < end {
                // SAFETY: maintenance by address of mapped memory; the data stays what it is.
                unsafe { asm!(concat!("dc ", $op, ", {0}"), in(reg) at, options(nostack, preserves_flags)) };
                at += step;
            }
            // SAFETY: waits for the above.
            unsafe { asm!("dsb sy", options(nostack, preserves_flags)) };
        }
    };
}

by_line!(
    /// Writes the lines of `start..start + bytes` back to the point of coherency.
    clean, "cvac"
);
by_line!(
    /// Writes the lines back to the point of coherency and drops them.
    clean_invalidate, "civac"
);

/// Makes what was written to `start..start + bytes` executable: cleans to the point of unification and drops
/// instruction caches of all CPUs.
pub fn sync_instructions(start: VirtAddr, bytes: usize) {
    clean(start, bytes);
    // SAFETY: drops cached instructions only.
    unsafe { asm!("ic ialluis", "dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Zeroes `start..start + bytes`, fast; both multiples of 4096.
///
/// # Safety
/// The range must be mapped Normal memory that nothing else uses.
pub unsafe fn zero_pages(start: VirtAddr, bytes: usize) {
    let dczid: u64;
    // SAFETY: reads a constant.
    unsafe { asm!("mrs {0}, dczid_el0", out(reg) dczid, options(nomem, nostack, preserves_flags)) };
    let block = 4usize << (dczid & 0xf);
    let end = start.0 + bytes;
    if dczid & 1 << 4 != 0 || block > 4096 {
        // SAFETY: the caller vouches for the range.
        unsafe { core::ptr::write_bytes(start.as_ptr::<u8>(), 0, bytes) };
        return;
    }
    let mut at = start.0;
    while at < end {
        // SAFETY: `dc zva` writes one aligned block inside the range that the caller vouches for.
        unsafe { asm!("dc zva, {0}", in(reg) at, options(nostack, preserves_flags)) };
        at += block;
    }
}

/// Copies `bytes` from `from` to `to` with 256 bytes a step; the ranges may overlap if `to` is above `from`
/// only when `to - from >= bytes`. 4 KiB take 345 instructions, 256 of which are the loads and stores.
///
/// # Safety
/// Both ranges must be mapped Normal memory, the target writable and not in use.
#[inline(always)]
pub unsafe fn copy(to: *mut u8, from: *const u8, bytes: usize) {
    // SAFETY: the caller vouches for the ranges.
    unsafe {
        match bytes {
            0..256 => copy_rest(to, from, bytes),
            _ => copy_much(to, from, bytes),
        }
    }
}

/// [`copy`] of 256 bytes or more.
///
/// # Safety
/// As for [`copy`].
#[inline(never)]
unsafe fn copy_much(to: *mut u8, from: *const u8, bytes: usize) {
    let bulk = bytes & !255;
    // SAFETY: the caller vouches for the ranges.
    unsafe { copy_bulk(to, from, bulk) };
    if bulk != bytes {
        // SAFETY: the remaining bytes of the caller's ranges.
        unsafe { copy_rest(to.add(bulk), from.add(bulk), bytes - bulk) };
    }
}

/// Four words of eight bytes from `from` on, each as it is in memory, at any address.
///
/// # Safety
/// The 32 bytes must be mapped Normal memory.
#[inline(always)]
pub unsafe fn load_words(from: *const u8) -> [u64; 4] {
    let (a, b, c, d);
    // SAFETY: the caller vouches for the bytes.
    unsafe {
        asm!("ldp {0}, {1}, [{4}]", "ldp {2}, {3}, [{4}, #16]", out(reg) a, out(reg) b, out(reg) c, lateout(reg) d,
            in(reg) from, options(nostack, preserves_flags, readonly));
    }
    [a, b, c, d]
}

/// Puts three words of eight bytes to `to`, at any address.
///
/// # Safety
/// The 24 bytes must be mapped Normal memory, writable and not in use.
#[inline(always)]
pub unsafe fn store_words(to: *mut u8, [a, b, c]: [u64; 3]) {
    // SAFETY: the caller vouches for the bytes.
    unsafe {
        asm!("stp {0}, {1}, [{3}]", "str {2}, [{3}, #16]", in(reg) a, in(reg) b, in(reg) c, in(reg) to,
            options(nostack, preserves_flags));
    }
}

/// Bytes that are copied with interrupts masked.
const UNINTERRUPTED: usize = 16 << 10;
/// `CPTR_EL2.TFP`.
const TFP: u64 = 1 << 10;

/// A multiple of 256 bytes, not 0, by the vector registers. Whoever they belong to, a guest mostly, finds in them what it left:
/// eight are put aside, and interrupts are masked until they are back.
///
/// # Safety
/// As for [`copy`].
#[inline(never)]
unsafe fn copy_bulk(mut to: *mut u8, mut from: *const u8, mut bytes: usize) {
    while bytes > UNINTERRUPTED {
        // SAFETY: a part of the caller's ranges.
        unsafe {
            copy_masked(to, from, UNINTERRUPTED);
            (to, from) = (to.add(UNINTERRUPTED), from.add(UNINTERRUPTED));
        }
        bytes -= UNINTERRUPTED;
    }
    // SAFETY: the rest of them.
    unsafe { copy_masked(to, from, bytes) };
}

/// [`copy_bulk`] in one go.
///
/// # Safety
/// As for [`copy`].
#[inline(always)]
unsafe fn copy_masked(to: *mut u8, from: *const u8, bytes: usize) {
    let flags = super::irq::save();
    let traps: u64;
    // SAFETY: reads a control register of this CPU's.
    unsafe { asm!("mrs {0}, cptr_el2", out(reg) traps, options(nomem, nostack, preserves_flags)) };
    if traps & TFP != 0 {
        // SAFETY: the registers are used here only, and left as they were.
        unsafe { asm!("msr cptr_el2, {0}", "isb", in(reg) traps & !TFP, options(nostack, preserves_flags)) };
    }
    macro_rules! half {
        ($at:literal) => {
            concat!(
                "ldp q0, q1, [{src}, #",
                $at,
                "]\nldp q2, q3, [{src}, #",
                $at,
                "+32]\nldp q4, q5, [{src}, #",
                $at,
                "+64]\nldp q6, q7, [{src}, #",
                $at,
                "+96]\nstp q0, q1, [{dst}, #",
                $at,
                "]\nstp q2, q3, [{dst}, #",
                $at,
                "+32]\nstp q4, q5, [{dst}, #",
                $at,
                "+64]\nstp q6, q7, [{dst}, #",
                $at,
                "+96]",
            )
        };
    }
    // SAFETY: the caller vouches for the ranges, of which each round moves 256 bytes; the vector registers, which the compiler
    // does not use, are put on the stack and taken back from it.
    unsafe {
        asm!(
            ".arch_extension fp",
            ".arch_extension simd",
            "sub sp, sp, #128",
            "stp q0, q1, [sp]",
            "stp q2, q3, [sp, #32]",
            "stp q4, q5, [sp, #64]",
            "stp q6, q7, [sp, #96]",
            "2:",
            half!("0"),
            half!("128"),
            "add {src}, {src}, #256",
            "cmp {src}, {end}",
            "add {dst}, {dst}, #256",
            "b.lo 2b",
            "ldp q0, q1, [sp]",
            "ldp q2, q3, [sp, #32]",
            "ldp q4, q5, [sp, #64]",
            "ldp q6, q7, [sp, #96]",
            "add sp, sp, #128",
            ".arch_extension nosimd",
            ".arch_extension nofp",
            src = inout(reg) from => _, dst = inout(reg) to => _, end = in(reg) from.wrapping_add(bytes),
        );
    }
    if traps & TFP != 0 {
        // SAFETY: as it was.
        unsafe { asm!("msr cptr_el2, {0}", "isb", in(reg) traps, options(nostack, preserves_flags)) };
    }
    super::irq::restore(flags);
}

/// Any number of bytes, meant for few.
///
/// # Safety
/// As for [`copy`].
#[inline(never)]
unsafe fn copy_rest(to: *mut u8, from: *const u8, bytes: usize) {
    // SAFETY: the caller vouches for the ranges; each step moves as many bytes as it takes off, or its bit of the rest says.
    unsafe {
        asm!(
            "subs {n}, {n}, #32",
            "b.lo 3f",
            "2:",
            "ldp {a}, {b}, [{src}], #16",
            "ldp {c}, {d}, [{src}], #16",
            "subs {n}, {n}, #32",
            "stp {a}, {b}, [{dst}], #16",
            "stp {c}, {d}, [{dst}], #16",
            "b.hs 2b",
            "3:",
            "tst {n}, #31",
            "b.eq 9f",
            "tbz {n}, #4, 4f",
            "ldp {a}, {b}, [{src}], #16",
            "stp {a}, {b}, [{dst}], #16",
            "4:",
            "tbz {n}, #3, 5f",
            "ldr {a}, [{src}], #8",
            "str {a}, [{dst}], #8",
            "5:",
            "tbz {n}, #2, 6f",
            "ldr {a:w}, [{src}], #4",
            "str {a:w}, [{dst}], #4",
            "6:",
            "tbz {n}, #1, 7f",
            "ldrh {a:w}, [{src}], #2",
            "strh {a:w}, [{dst}], #2",
            "7:",
            "tbz {n}, #0, 9f",
            "ldrb {a:w}, [{src}]",
            "strb {a:w}, [{dst}]",
            "9:",
            src = inout(reg) from => _, dst = inout(reg) to => _, n = inout(reg) bytes => _,
            a = out(reg) _, b = out(reg) _, c = out(reg) _, d = out(reg) _,
            options(nostack),
        );
    }
}
