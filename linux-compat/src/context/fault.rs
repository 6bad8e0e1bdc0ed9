// SPDX-License-Identifier: GPL-2.0-only
//! Failures within calls into drivers: which of them are contained, and what is known of them.
//!
//! A call is left by a jump (see [`arch::landing`]), so what the frames in between hold stays held. C's own locks are noted and
//! released; the hypervisor's are not, so a failure is contained only where none of them can be held: where all frames
//! are the driver's, or where interrupts are open (each of our spinlocks masks them) and no mutex was taken.

use super::call::{Call, innermost};
use super::symbols::{self, Place};
use arch::esr::Esr;
use arch::frame::{FaultKind, HostFrame};
use arch::landing::Landing;
use core::cell::UnsafeCell;
use core::fmt::{self, Write};
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;
use kernel::panic::Failure;
use kernel::percpu::{self, MAX_CPUS, PerCpu};

/// Return addresses that are kept.
const CALLS: usize = 16;
/// Characters of a message that are kept.
const TEXT: usize = 160;
/// `SPSR_EL2.I`.
const MASKED: u64 = 1 << 7;

/// What happened.
#[derive(Clone, Copy)]
enum What {
    /// An exception: its syndrome, the address that it is about, where it was taken.
    Exception { esr: u64, far: u64, pc: u64 },
    /// The stack is used up.
    Overflow,
    /// A broken rule or assumption; the text says which.
    Broken,
    /// It ran for too long.
    Endless,
}

/// A failure, as far as it is reported.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    what: What,
    text: Text,
    calls: [u64; CALLS],
    count: usize,
}

/// A message, cut where it is too long.
#[derive(Clone, Copy)]
struct Text {
    bytes: [u8; TEXT],
    length: usize,
}

impl Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for &byte in s.as_bytes() {
            if let Some(to) = self.bytes.get_mut(self.length) {
                *to = byte;
                self.length += 1;
            }
        }
        Ok(())
    }
}

impl Text {
    fn get(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        match core::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => core::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or("?"),
        }
    }
}

const NONE: Fault =
    Fault { what: What::Broken, text: Text { bytes: [0; TEXT], length: 0 }, calls: [0; CALLS], count: 0 };

/// The failure that each CPU is on its way to its landing with.
struct Pending(UnsafeCell<MaybeUninit<Fault>>);

// SAFETY: used by its CPU alone, with interrupts masked.
unsafe impl Sync for Pending {}

static PENDING: PerCpu<Pending> = PerCpu::new([const { Pending(UnsafeCell::new(MaybeUninit::uninit())) }; MAX_CPUS]);

/// The failure that led here. Where calls land, with interrupts still masked.
pub(super) fn take() -> Fault {
    // SAFETY: this CPU's; interrupts have been masked since it was stored.
    unsafe { PENDING.here().0.get().read().assume_init() }
}

/// For [`kernel::panic::set_contain`].
pub(super) fn contain(failure: &Failure<'_>) -> Option<NonNull<Landing>> {
    let call = innermost()?;
    let mut fault = NONE;
    let contained = match failure {
        Failure::Fault(frame, kind) => exception(call, frame, *kind, &mut fault),
        Failure::Endless(frame) => endless(call, frame, &mut fault),
        Failure::Panic { info, frame_pointer, unlocked } => {
            let _ = write!(fault.text, "{info}");
            fault.trace(call, *frame_pointer);
            let ours = fault.calls().iter().take_while(|&&address| symbols::find(address).is_none()).count();
            if *unlocked {
                fault.skip(ours);
            }
            *unlocked && only_drivers(fault.calls()) || nothing_held(call, arch::irq::masked())
        }
    };
    if !contained {
        return None;
    }
    arch::irq::mask();
    // SAFETY: this CPU's; from here on interrupts are masked until `take`.
    unsafe { PENDING.here().0.get().write(MaybeUninit::new(fault)) };
    Some(NonNull::from(&call.landing))
}

/// An exception, and whether it can be contained.
fn exception(call: &Call, frame: &HostFrame, kind: FaultKind, fault: &mut Fault) -> bool {
    match kind {
        FaultKind::Sync => fault.what = What::Exception { esr: frame.esr, far: frame.far, pc: frame.elr },
        FaultKind::StackOverflow => fault.what = What::Overflow,
        FaultKind::SError | FaultKind::Unexpected => return false,
    }
    if !below(call, frame.sp) {
        return false;
    }
    // After a call to where no code is, the way back is all that is known of the caller.
    let [.., frame_pointer, link] = frame.x;
    let at = if symbols::find(frame.elr).is_none() && is_fetch(frame.esr) { link.wrapping_sub(4) } else { frame.elr };
    fault.push(at);
    fault.trace(call, frame_pointer);
    only_drivers(fault.calls()) || nothing_held(call, frame.spsr & MASKED != 0)
}

/// The driver ran for too long where an interrupt came: whether it can be left there.
fn endless(call: &Call, frame: &HostFrame, fault: &mut Fault) -> bool {
    fault.what = What::Endless;
    let [.., frame_pointer, _] = frame.x;
    fault.push(frame.elr);
    fault.trace(call, frame_pointer);
    below(call, frame.sp) && (only_drivers(fault.calls()) || nothing_held(call, frame.spsr & MASKED != 0))
}

/// Whether a stack pointer lies in the call's part of its stack, or in the guard below it.
fn below(call: &Call, sp: u64) -> bool {
    call.landing.sp().checked_sub(sp).is_some_and(|depth| depth < 2 * arch::STACK_SIZE as u64)
}

/// Whether an exception came of fetching an instruction (Arm ARM D24.2.40: instruction abort, PC alignment).
fn is_fetch(esr: u64) -> bool {
    matches!(esr >> 26 & 0x3f, 0x20..=0x22)
}

/// The frames without those through which the driver was called.
fn within(calls: &[u64]) -> &[u64] {
    let outermost = calls.iter().rposition(|&address| symbols::find(address).is_some());
    calls.get(..outermost.map_or(0, |at| at + 1)).unwrap_or_default()
}

/// Whether all frames are of drivers, but for those through which they were called.
fn only_drivers(calls: &[u64]) -> bool {
    let drivers = within(calls);
    !drivers.is_empty() && drivers.iter().all(|&address| symbols::find(address).is_some())
}

/// Whether no lock of the hypervisor was taken since the call.
fn nothing_held(call: &Call, masked: bool) -> bool {
    if kernel::sync::mutexes_held() != call.held.own {
        return false;
    }
    // Debug builds count our spinlocks with C's.
    let count = percpu::this_block().preempt_count.load(Relaxed) as usize;
    let of_c = crate::locking::held::spinlocks() - call.held.spinlocks;
    !masked || cfg!(debug_assertions) && count == call.held.preempt as usize + of_c
}

impl Fault {
    fn push(&mut self, address: u64) {
        if let Some(place) = self.calls.get_mut(self.count) {
            *place = address;
            self.count += 1;
        }
    }

    /// Follows the frame pointers up to the landing.
    fn trace(&mut self, call: &Call, frame_pointer: u64) {
        #[cfg(target_os = "none")]
        {
            let top = call.landing.sp();
            // Where there is no room for all, the outermost are those that count: they are cut.
            let rest = self.calls.get_mut(self.count..).unwrap_or_default();
            let stack = top.saturating_sub(arch::STACK_SIZE as u64)..top;
            let found = arch::cpu::backtrace(frame_pointer, stack, rest);
            // The calls, not where they would have gone on: what never returns may be the last of its function.
            rest.iter_mut().take(found).for_each(|address| *address = address.wrapping_sub(4));
            self.count += found;
        }
        #[cfg(not(target_os = "none"))]
        let _ = (call, frame_pointer);
    }

    /// Forgets the innermost frames.
    fn skip(&mut self, frames: usize) {
        let frames = frames.min(self.count);
        self.calls.copy_within(frames..self.count, 0);
        self.count -= frames;
    }

    /// Where it happened, then the calls that led there, innermost first.
    pub fn calls(&self) -> &[u64] {
        self.calls.get(..self.count).unwrap_or_default()
    }

    /// Says what happened in `call`. Context: any.
    pub fn report(&self, call: &Call) {
        log::error!(target: "linux", "{call} failed: {self}");
        for &address in within(self.calls()) {
            log::error!(target: "linux", "  {}", Place(address));
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Exception { esr, far, .. } if is_fetch(esr) => write!(f, "a call to {far:#x}, where no code is"),
            What::Exception { esr, far, pc } => {
                // Data aborts: WnR, and the fault's status.
                const DATA_ABORT: u64 = 0x25;
                if esr >> 26 & 0x3f != DATA_ABORT {
                    return write!(f, "{} (ESR {esr:#x}) at {}", Esr(esr).class_name(), Place(pc));
                }
                let access = if esr & 1 << 6 != 0 { "write" } else { "read" };
                let why = match esr & 0x3c {
                    0x04 => "nothing is mapped there",
                    0x0c => "it is not allowed there",
                    0x20 if esr & 0x3f == 0x21 => "the address is not aligned",
                    0x10 => "the bus reports an error",
                    _ => "the access failed",
                };
                write!(f, "a {access} at {far:#x}: {why}")
            }
            What::Overflow => f.write_str("its stack is used up"),
            What::Broken => f.write_str(self.text.get()),
            What::Endless => f.write_str("it runs without end"),
        }
    }
}

/// The driver's calls that led here, innermost first.
pub(super) fn calls_up_to(call: &Call) -> impl Iterator<Item = u64> {
    let mut trace = NONE;
    #[cfg(target_os = "none")]
    trace.trace(call, arch::cpu::frame_pointer());
    #[cfg(not(target_os = "none"))]
    trace.trace(call, 0);
    let ours = trace.calls().iter().take_while(|&&address| symbols::find(address).is_none()).count();
    trace.skip(ours);
    let count = within(trace.calls()).len();
    trace.calls.into_iter().take(count)
}

/// Who failed, for messages that outlive the call.
pub(super) fn place(fault: &Fault) -> Place {
    let first = fault.calls().iter().find(|&&address| symbols::find(address).is_some());
    Place(first.or(fault.calls().first()).copied().unwrap_or(0))
}
