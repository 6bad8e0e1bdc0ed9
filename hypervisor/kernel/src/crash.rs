// SPDX-License-Identifier: GPL-2.0-only
//! Failures of the hypervisor on purpose, to see that each is reported. Debug images only.

use core::hint::black_box;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Write to its own text, which is mapped read-only.
    Text,
    /// Run its own data, which is never executable.
    Data,
    /// Call itself until the stack is used up.
    Stack,
    /// Read what a null pointer points at.
    Null,
    /// Panic.
    Panic,
}

impl Crash {
    /// The way of this name.
    pub fn named(name: &str) -> Option<Self> {
        const ALL: [(&str, Crash); 5] = [
            ("text", Crash::Text),
            ("data", Crash::Data),
            ("stack", Crash::Stack),
            ("null", Crash::Null),
            ("panic", Crash::Panic),
        ];
        ALL.iter().find(|(n, _)| *n == name).map(|(_, crash)| *crash)
    }
}

/// An instruction, `ret`, where none may run.
static mut CODE: u32 = 0xd65f_03c0;

/// Fails in the given way. Context: any. It returns only if the hypervisor got away with it.
#[inline(never)]
pub fn provoke(crash: Crash) {
    match crash {
        Crash::Text => {
            let text = provoke as fn(Crash) as usize as *mut u32;
            // SAFETY: it faults; if it does not, it leaves what was there.
            unsafe { text.write_volatile(text.read_volatile()) };
        }
        Crash::Data => {
            // SAFETY: it faults; if it does not, the instruction only returns.
            unsafe { core::mem::transmute::<*mut u32, extern "C" fn()>(&raw mut CODE)() };
        }
        Crash::Stack => drop(black_box(deeper(black_box(0)))),
        Crash::Null => {
            // Below the first page, where no object is.
            let null = black_box(8) as *const u32;
            // SAFETY: it faults; if it does not, a word was read that nobody looks at.
            let _ = black_box(unsafe { null.read_volatile() });
        }
        Crash::Panic => panic!("on purpose"),
    }
}

/// Uses up the stack.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let room = black_box([depth; 32]);
    // SAFETY: a word of the array, read so that it has to be there until the call is back.
    let word = unsafe { (&raw const room[7]).read_volatile() };
    if depth == u64::MAX { word } else { deeper(depth + 1).wrapping_add(word) ^ black_box(room)[3] }
}
