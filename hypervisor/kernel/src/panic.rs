// SPDX-License-Identifier: GPL-2.0-only
//! What is said and done when the hypervisor itself fails.

use crate::irq::{Ipi, ipi_others};
use crate::{console, log as klog, percpu, power, println};
use arch::PhysAddr;
use arch::frame::{FaultKind, HostFrame};
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// Where the image lies: it is position independent, and its symbols count from there.
static IMAGE: AtomicU64 = AtomicU64::new(0);
static RESET: AtomicBool = AtomicBool::new(false);
/// The CPU that panics, plus 1; 0 for none.
static PANICKING: AtomicU32 = AtomicU32::new(0);

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
        Ok(_) => klog::enter_panic(),
        Err(cpu) if cpu == me && console::fall_back() => return,
        Err(_) => arch::cpu::halt(),
    }
    ipi_others(Ipi::Stop);
}

fn finish() -> ! {
    if RESET.load(Ordering::Relaxed) {
        println!("ferrovisor panic: resetting");
        println!("ferrovisor panic: no reset: {}", power::reset());
    }
    println!("ferrovisor panic: halted");
    arch::cpu::halt()
}

/// The panic handler's work: says what happened, stops the other CPUs, then resets or halts. Context: any.
pub fn report(info: &dyn fmt::Display) -> ! {
    begin();
    println!("ferrovisor panic: CPU {}: {info}", percpu::this_cpu());
    #[cfg(target_os = "none")]
    calls(arch::cpu::frame_pointer());
    finish()
}

/// A fault of the hypervisor itself: for the vectors. Does not return.
pub fn host_fault(frame: &mut HostFrame, kind: FaultKind) {
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
