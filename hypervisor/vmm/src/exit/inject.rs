// SPDX-License-Identifier: GPL-2.0-only
//! Exceptions for a guest, taken to its EL1 as the hardware would (Arm ARM D1.3, AArch64.TakeException).

use arch::esr::ec;
use arch::frame::GuestFrame;

const MODE: u64 = 0x1f;
const MODE_AARCH32: u64 = 1 << 4;
const EL1T: u64 = 4;
const EL1H: u64 = 5;
/// PSTATE bits which an exception keeps: NZCV, DIT, PAN (unless SPAN is clear), and what reads as zero.
const KEEP: u64 = 0xf << 28 | 1 << 24 | PAN;
const PAN: u64 = 1 << 22;
const SSBS: u64 = 1 << 12;
const DAIF: u64 = 0xf << 6;
/// `SCTLR_EL1.SPAN`: exceptions leave PAN as it is.
const SCTLR_SPAN: u64 = 1 << 23;
/// `SCTLR_EL1.DSSBS`: the value of SSBS at an exception.
const SCTLR_DSSBS: u64 = 1 << 44;

/// `DFSC`/`IFSC`: synchronous external abort, not on a table walk.
const EXTERNAL_ABORT: u64 = 0x10;
/// The same on a table walk, level 0.
const EXTERNAL_ABORT_WALK: u64 = 0x14;
/// `IL`: a 32-bit instruction, also set for aborts and unknown reasons of A64.
const IL: u64 = 1 << 25;

/// Where an exception from `spsr` goes, relative to `VBAR_EL1`.
fn vector_offset(spsr: u64) -> u64 {
    match spsr & MODE {
        EL1T => 0,
        EL1H => 0x200,
        mode if mode & MODE_AARCH32 != 0 => 0x600,
        _ => 0x400,
    }
}

/// The PSTATE with which the handler starts.
fn handler_state(spsr: u64, sctlr: u64) -> u64 {
    let mut state = spsr & KEEP | DAIF | EL1H;
    // CPUs without PAN or SSBS ignore the bits in SPSR_EL2 (RES0), and in SCTLR_EL1 they read as set and clear.
    if sctlr & SCTLR_SPAN == 0 {
        state |= PAN;
    }
    if sctlr & SCTLR_DSSBS != 0 {
        state |= SSBS;
    }
    state
}

fn from_el1(spsr: u64) -> bool {
    matches!(spsr & MODE, EL1T | EL1H)
}

/// Lets the guest's EL1 take a synchronous exception at the instruction that `frame.elr` names. The vCPU is loaded here.
fn take(frame: &mut GuestFrame, esr: u64, far: Option<u64>) {
    let (vbar, sctlr) = arch::guest::exception_base();
    arch::guest::set_exception(frame.elr, frame.spsr, esr, far);
    frame.elr = vbar.wrapping_add(vector_offset(frame.spsr));
    frame.spsr = handler_state(frame.spsr, sctlr);
}

/// The instruction is UNDEFINED. Context: exit path.
#[cold]
pub fn undefined(frame: &mut GuestFrame) {
    take(frame, u64::from(ec::UNKNOWN) << 26 | IL, None);
}

/// What an access hit answers with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abort {
    /// A load or store; `write` for `WnR`.
    Data {
        /// It was a store.
        write: bool,
    },
    /// An instruction fetch.
    Instruction,
}

/// A synchronous external abort at virtual address `far`, on a table walk if `walk`. Context: exit path.
#[cold]
pub fn external_abort(frame: &mut GuestFrame, abort: Abort, far: u64, walk: bool) {
    let same = from_el1(frame.spsr);
    let class = match abort {
        Abort::Data { .. } if same => ec::DABT_SAME,
        Abort::Data { .. } => ec::DABT_LOWER,
        Abort::Instruction if same => ec::IABT_SAME,
        Abort::Instruction => ec::IABT_LOWER,
    };
    let status = if walk { EXTERNAL_ABORT_WALK } else { EXTERNAL_ABORT };
    let write = u64::from(abort == Abort::Data { write: true }) << 6;
    take(frame, u64::from(class) << 26 | IL | write | status, Some(far));
}

/// An illegal execution state exception (the guest's PSTATE was illegal). Context: exit path.
#[cold]
pub fn illegal_state(frame: &mut GuestFrame) {
    take(frame, u64::from(ec::ILLEGAL) << 26 | IL, None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use arch::guest::with_registers;

    fn frame(spsr: u64) -> GuestFrame {
        let mut frame = GuestFrame::new(core::ptr::null());
        frame.elr = 0x1000;
        frame.spsr = spsr;
        with_registers(|r| {
            r.el1.vbar_el1 = 0xffff_0000;
            r.el1.sctlr_el1 = SCTLR_SPAN;
        });
        frame
    }

    #[test]
    fn undefined_at_el1() {
        let mut f = frame(EL1H | 1 << 30 | 1 << 21);
        undefined(&mut f);
        assert_eq!(f.elr, 0xffff_0200);
        assert_eq!(f.spsr, EL1H | DAIF | 1 << 30, "single step and the like are cleared");
        with_registers(|r| {
            assert_eq!((r.el1.elr_el1, r.el1.esr_el1), (0x1000, IL));
            assert_eq!(r.el1.spsr_el1, EL1H | 1 << 30 | 1 << 21);
        });
    }

    #[test]
    fn aborts_name_the_level_they_come_from() {
        let mut f = frame(0);
        external_abort(&mut f, Abort::Data { write: true }, 0x77, false);
        assert_eq!(f.elr, 0xffff_0400);
        with_registers(|r| {
            assert_eq!(r.el1.esr_el1, u64::from(ec::DABT_LOWER) << 26 | IL | 1 << 6 | 0x10);
            assert_eq!(r.el1.far_el1, 0x77);
        });
        let mut f = frame(EL1T);
        external_abort(&mut f, Abort::Instruction, 0x78, true);
        assert_eq!(f.elr, 0xffff_0000);
        with_registers(|r| assert_eq!(r.el1.esr_el1, u64::from(ec::IABT_SAME) << 26 | IL | 0x14));
    }

    #[test]
    fn span_and_aarch32() {
        let mut f = frame(0x10);
        with_registers(|r| r.el1.sctlr_el1 = 0);
        undefined(&mut f);
        assert_eq!(f.elr, 0xffff_0600);
        assert_ne!(f.spsr & PAN, 0);
    }
}
