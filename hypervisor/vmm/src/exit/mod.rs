// SPDX-License-Identifier: GPL-2.0-only
//! What happens when a guest leaves: the syndrome is decoded once, and whoever is concerned answers right here.

mod aarch32;
mod abort;
pub(crate) mod inject;
mod sysreg;

use crate::psci;
use crate::vcpu::{ExitKind, Vcpu, request, run::return_to_guest};
use arch::esr::{Esr, ec};
use arch::frame::GuestFrame;
use kernel::sched;

/// A synchronous exception of a guest. Context: vector, interrupts masked.
pub fn sync(frame: &mut GuestFrame) {
    let vcpu = Vcpu::of(frame);
    let esr = Esr(frame.esr);
    match esr.ec() {
        ec::DABT_LOWER => abort::data(vcpu, frame, esr),
        ec::SYS64 => sysreg::access(vcpu, frame, esr),
        ec::HVC64 => call(vcpu, frame, esr),
        ec::WFX => wait(vcpu, frame, esr),
        _ => rare(vcpu, frame, esr),
    }
    return_to_guest(vcpu, frame);
}

/// An interrupt while a guest ran. Context: vector, interrupts masked.
pub fn irq(frame: &mut GuestFrame) {
    let vcpu = Vcpu::of(frame);
    vcpu.exits.bump(ExitKind::Interrupt);
    kernel::irq::dispatch();
    return_to_guest(vcpu, frame);
}

/// A system error while a guest ran: nobody knows whose access it was; the guest that ran is stopped.
pub fn serror(frame: &mut GuestFrame) {
    let vcpu = Vcpu::of(frame);
    vcpu.exits.bump(ExitKind::Other);
    vcpu.guest().fail(vcpu, frame, "a system error (SError) came while it ran");
    return_to_guest(vcpu, frame);
}

#[inline]
fn call(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    vcpu.exits.bump(ExitKind::Call);
    if esr.immediate() == 0 {
        psci::call(vcpu, frame);
    } else {
        // Only immediate 0 is assigned (DEN 0028, 2.9).
        frame.x[0] = u64::MAX;
    }
}

fn wait(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    if aarch32::skipped(frame, esr) {
        return;
    }
    frame.skip(esr.length());
    if esr.is_wfe() {
        vcpu.exits.bump(ExitKind::Wfe);
        sched::yield_now();
    } else {
        vcpu.exits.bump(ExitKind::Wfi);
        vcpu.wait_for_interrupt();
    }
}

#[cold]
fn rare(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    match esr.ec() {
        ec::SMC64 => {
            // A trapped SMC has not been executed: the return address is its own.
            frame.skip(4);
            call(vcpu, frame, esr);
        }
        ec::FP => {
            vcpu.exits.bump(ExitKind::Lazy);
            vcpu.take_fp();
        }
        ec::IABT_LOWER => abort::instruction(vcpu, frame, esr),
        ec::CP15_32 | ec::CP15_64 | ec::CP14_32 | ec::CP14_64 | ec::CP14_LS => {
            vcpu.exits.bump(ExitKind::SystemRegister);
            if !aarch32::skipped(frame, esr) {
                vcpu.guest().counters.undefined.bump();
                inject::undefined(frame);
            }
        }
        ec::ILLEGAL => {
            vcpu.exits.bump(ExitKind::Other);
            inject::illegal_state(frame);
        }
        // SVE, SME, pointer authentication, 64-byte accesses: hidden from guests, so UNDEFINED; and what is unassigned.
        _ => {
            vcpu.exits.bump(ExitKind::Other);
            vcpu.guest().counters.undefined.bump();
            inject::undefined(frame);
        }
    }
}

/// Asks for the guest's RAM to be written back before the vCPU goes on.
fn flush_caches(vcpu: &Vcpu) {
    vcpu.requests.fetch_or(request::FLUSH, core::sync::atomic::Ordering::Relaxed);
}
