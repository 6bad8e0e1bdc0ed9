// SPDX-License-Identifier: GPL-2.0-only
//! What is said and done when the hypervisor itself fails.

use crate::irq::{Ipi, ipi_others};
use crate::{console, log as klog, percpu, power, println};
use arch::PhysAddr;
use arch::frame::{FaultKind, HostFrame};
use arch::landing::Landing;
use core::fmt;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use spin::Once;

/// Where the image lies: it is position independent, and its symbols count from there.
static IMAGE: AtomicU64 = AtomicU64::new(0);
static RESET: AtomicBool = AtomicBool::new(false);
/// The CPU that panics, plus 1; 0 for none.
static PANICKING: AtomicU32 = AtomicU32::new(0);

/// What went wrong, for whoever may contain it.
pub enum Failure<'a> {
    /// A fault.
    Fault(&'a HostFrame, FaultKind),
    /// The code that an interrupt came to has run for too long: see [`overrun()`].
    Endless(&'a HostFrame),
    /// A panic.
    Panic {
        /// What it says.
        info: &'a dyn fmt::Display,
        /// The frame pointer of whoever handles it.
        frame_pointer: u64,
        /// Whoever panics is known to hold no lock: see [`broken`].
        unlocked: bool,
    },
}

/// Contains a failure: says where to go on instead of stopping the machine. Called where it happened, with interrupts as they
/// were; it takes no lock that the failing code may hold.
pub type Contain = fn(&Failure<'_>) -> Option<NonNull<Landing>>;

static CONTAIN: spin::Once<Contain> = spin::Once::new();

/// Has `contain` asked before the machine stops; the first one stays. Context: boot.
pub fn set_contain(contain: Contain) {
    CONTAIN.call_once(|| contain);
}

/// Where to go on, if the failure is contained. A CPU that panics already does not ask.
fn contained(failure: &Failure<'_>) -> Option<NonNull<Landing>> {
    let me = u32::from(percpu::this_cpu().0) + 1;
    if PANICKING.load(Ordering::Relaxed) == me {
        return None;
    }
    CONTAIN.get()?(failure)
}

/// Where the image lies, for reports. Context: any.
pub fn image() -> PhysAddr {
    PhysAddr(IMAGE.load(Ordering::Relaxed))
}

/// Told as soon as a panic begins.
static TELL: Once<fn()> = Once::new();

/// Has `f` called as soon as a panic begins: with interrupts masked, whoever holds which lock. The first one stays.
/// Boot only.
pub fn set_hook(f: fn()) {
    TELL.call_once(|| f);
}

/// Where the image lies, and whether a panic resets the machine; it halts otherwise. Boot only.
pub fn init(image: PhysAddr, reset: bool) {
    IMAGE.store(image.0, Ordering::Relaxed);
    RESET.store(reset, Ordering::Relaxed);
}

/// The first CPU to come here goes on, alone and with the console for itself; others halt. A panic within a panic may be
/// the console's fault: then the fallback console is tried, once.
fn begin() {
    arch::irq::mask();
    let me = u32::from(percpu::this_cpu().0) + 1;
    match PANICKING.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => {
            klog::enter_panic();
            if let Some(tell) = TELL.get() {
                tell();
            }
        }
        Err(cpu) if cpu == me && console::fall_back() => return,
        Err(_) => arch::cpu::halt(),
    }
    ipi_others(Ipi::Stop);
    console::take_over();
}

fn finish() -> ! {
    if RESET.load(Ordering::Relaxed) {
        println!("ferrovisor panic: resetting");
        println!("ferrovisor panic: no reset: {}", power::reset());
    }
    println!("ferrovisor panic: halted");
    arch::cpu::halt()
}

/// Goes on where the failure is contained, if it is.
fn land(info: &dyn fmt::Display, unlocked: bool) {
    #[cfg(target_os = "none")]
    let frame_pointer = arch::cpu::frame_pointer();
    #[cfg(not(target_os = "none"))]
    let frame_pointer = 0;
    if let Some(landing) = contained(&Failure::Panic { info, frame_pointer, unlocked }) {
        arch::irq::mask();
        // SAFETY: whoever contains it knows that the call is there.
        unsafe { arch::landing::land(landing.as_ptr()) };
    }
}

/// Code that was called broke a rule, and whoever noticed holds no lock: panics, unless that is contained. Context: any.
///
/// # Panics
/// Where nobody contains it.
pub fn broken(info: &dyn fmt::Display) -> ! {
    land(info, true);
    panic!("{info}")
}

/// The panic handler's work: says what happened, stops the other CPUs, then resets or halts. Context: any.
pub fn report(info: &dyn fmt::Display) -> ! {
    #[cfg(target_os = "none")]
    land(info, false);
    begin();
    println!("ferrovisor panic: CPU {}: {info}", percpu::this_cpu());
    #[cfg(target_os = "none")]
    calls(arch::cpu::frame_pointer());
    finish()
}

/// A fault of the hypervisor itself: for the vectors. Returns only if somebody contains it; the frame then goes on from
/// where that one said.
pub fn host_fault(frame: &mut HostFrame, kind: FaultKind) {
    if let Some(landing) = contained(&Failure::Fault(frame, kind)) {
        return divert(frame, landing);
    }
    begin();
    let what = match kind {
        FaultKind::Sync => "synchronous exception",
        FaultKind::StackOverflow => "stack overflow",
        FaultKind::SError => "system error",
        FaultKind::Unexpected => "exception at an unused vector",
    };
    println!(
        "ferrovisor panic: CPU {}: {what} in the hypervisor at image + {:#x}",
        percpu::this_cpu(),
        frame.elr.wrapping_sub(IMAGE.load(Ordering::Relaxed))
    );
    crate::print!("{frame}");
    #[cfg(target_os = "none")]
    backtrace(frame);
    finish()
}

/// Has the interrupted code go on at `landing`, with interrupts masked.
pub fn divert(frame: &mut HostFrame, landing: NonNull<Landing>) {
    const MASKED: u64 = 1 << 7;
    frame.elr = arch::landing::land as *const () as u64;
    frame.spsr |= MASKED;
    let [first, ..] = &mut frame.x;
    *first = landing.as_ptr().expose_provenance() as u64;
}

/// The code that an interrupt at EL2 came to may have run for too long, see [`crate::sched::overrun`]: if so, and that is
/// contained, the frame goes on elsewhere. Interrupts are masked.
#[cold]
pub fn overrun(frame: &mut HostFrame) {
    if crate::sched::overrun()
        && let Some(landing) = contained(&Failure::Endless(frame))
    {
        divert(frame, landing);
    }
}

/// The calls that led to a fault. The fake machine of host tests has no frames to follow.
#[cfg(target_os = "none")]
fn backtrace(frame: &HostFrame) {
    // After an overflow the stack pointer is in the guard, but the frame pointer is still in the stack above.
    let [.., fp, link] = frame.x;
    if frame.sp.abs_diff(fp) > 2 * arch::STACK_SIZE as u64 {
        return println!("  no calls known: the frame pointer is not in this stack");
    }
    // A function that calls nobody has no frame: its caller is in x30 alone. In others x30 may be anything.
    println!("  x30 is image + {:#x}", link.wrapping_sub(IMAGE.load(Ordering::Relaxed)));
    calls(fp);
}

/// The calls that led to the function with frame pointer `fp`, which lies in a stack.
#[cfg(target_os = "none")]
fn calls(fp: u64) {
    const SIZE: u64 = arch::STACK_SIZE as u64;
    let bottom = fp & !(SIZE - 1);
    let mut calls = [0; 24];
    let count = arch::cpu::backtrace(fp, bottom..bottom + SIZE, &mut calls);
    let image = IMAGE.load(Ordering::Relaxed);
    println!("  called from (image at {image:#x}):");
    for call in calls.iter().take(count) {
        println!("    image + {:#x}", call.wrapping_sub(image));
    }
}
