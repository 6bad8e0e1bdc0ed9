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

/// Copies `bytes` from `from` to `to` with 128 bytes a step; the ranges may overlap if `to` is above `from`
/// only when `to - from >= bytes`.
///
/// # Safety
/// Both ranges must be mapped Normal memory, the target writable and not in use.
pub unsafe fn copy(to: *mut u8, from: *const u8, bytes: usize) {
    let bulk = bytes & !127;
    if bulk != 0 {
        // SAFETY: the caller vouches for the ranges; x registers only, 128 bytes a round within `bulk`.
        unsafe {
            asm!(
                "2:",
                "ldp {a}, {b}, [{src}]",
                "ldp {c}, {d}, [{src}, #16]",
                "ldp {e}, {f}, [{src}, #32]",
                "ldp {g}, {h}, [{src}, #48]",
                "stp {a}, {b}, [{dst}]",
                "stp {c}, {d}, [{dst}, #16]",
                "stp {e}, {f}, [{dst}, #32]",
                "stp {g}, {h}, [{dst}, #48]",
                "ldp {a}, {b}, [{src}, #64]",
                "ldp {c}, {d}, [{src}, #80]",
                "ldp {e}, {f}, [{src}, #96]",
                "ldp {g}, {h}, [{src}, #112]",
                "add {src}, {src}, #128",
                "cmp {src}, {end}",
                "stp {a}, {b}, [{dst}, #64]",
                "stp {c}, {d}, [{dst}, #80]",
                "stp {e}, {f}, [{dst}, #96]",
                "stp {g}, {h}, [{dst}, #112]",
                "add {dst}, {dst}, #128",
                "b.lo 2b",
                src = inout(reg) from => _, dst = inout(reg) to => _, end = in(reg) from.wrapping_add(bulk),
                a = out(reg) _, b = out(reg) _, c = out(reg) _, d = out(reg) _,
                e = out(reg) _, f = out(reg) _, g = out(reg) _, h = out(reg) _,
                options(nostack),
            );
        }
    }
    if bulk != bytes {
        // SAFETY: the remaining bytes of the caller's ranges.
        unsafe { core::ptr::copy(from.add(bulk), to.add(bulk), bytes - bulk) };
    }
}
