// SPDX-License-Identifier: GPL-2.0-only
//! Traps from AArch32 at EL0: an instruction may trap although its condition fails (Arm ARM D24.2.39, CV and COND).

use arch::esr::{Esr, condition_holds};
use arch::frame::GuestFrame;

const AARCH32: u64 = 1 << 4;
const THUMB: u64 = 1 << 5;
/// `SPSR.IT[1:0]` in bits 26:25, `IT[7:2]` in 15:10.
const IT_LOW: u32 = 25;
const IT_HIGH: u32 = 10;

fn it_state(spsr: u64) -> u32 {
    (spsr >> IT_LOW & 3) as u32 | ((spsr >> IT_HIGH & 0x3f) as u32) << 2
}

/// Whether the condition of a trapped AArch32 instruction fails; if so, it is skipped. Never for AArch64.
#[inline]
pub fn skipped(frame: &mut GuestFrame, esr: Esr) -> bool {
    frame.spsr & AARCH32 != 0 && skip_if_failed(frame, esr)
}

#[cold]
fn skip_if_failed(frame: &mut GuestFrame, esr: Esr) -> bool {
    let it = it_state(frame.spsr);
    let condition = match esr.condition() {
        Some(condition) => condition,
        // A T32 instruction in an IT block: its condition is in the state.
        None if frame.spsr & THUMB != 0 && it != 0 => it >> 4,
        None => return false,
    };
    if condition_holds(condition, frame.spsr) {
        return false;
    }
    frame.skip(esr.length());
    advance_it(frame, it);
    true
}

/// Moves on in an IT block (Arm ARM, ITAdvance).
fn advance_it(frame: &mut GuestFrame, it: u32) {
    if it == 0 {
        return;
    }
    let next = if it & 7 == 0 { 0 } else { u64::from(it & 0xe0 | it << 1 & 0x1f) };
    frame.spsr &= !(3 << IT_LOW | 0x3f << IT_HIGH);
    frame.spsr |= (next & 3) << IT_LOW | (next >> 2) << IT_HIGH;
}

#[cfg(test)]
mod tests {
    use super::*;

    const Z: u64 = 1 << 30;

    fn frame(spsr: u64) -> GuestFrame {
        let mut frame = GuestFrame::new(core::ptr::null());
        frame.elr = 0x100;
        frame.spsr = spsr;
        frame
    }

    #[test]
    fn aarch64_is_never_skipped() {
        let mut f = frame(0);
        assert!(!skipped(&mut f, Esr(1 << 25 | 1 << 24)));
    }

    #[test]
    fn failed_condition_is_skipped() {
        // EQ with Z clear.
        let mut f = frame(AARCH32);
        assert!(skipped(&mut f, Esr(1 << 25 | 1 << 24)));
        assert_eq!(f.elr, 0x104);
        let mut f = frame(AARCH32 | Z);
        assert!(!skipped(&mut f, Esr(1 << 25 | 1 << 24)));
        assert_eq!(f.elr, 0x100);
    }

    #[test]
    fn it_block_moves_on() {
        // ITT EQ: state 0b0000_0100 | first condition EQ; Z clear, so the condition fails.
        let it: u64 = 0b0000_0100;
        let mut f = frame(AARCH32 | THUMB | (it & 3) << IT_LOW | (it >> 2) << IT_HIGH);
        assert!(skipped(&mut f, Esr(0)));
        assert_eq!((f.elr, it_state(f.spsr)), (0x102, 0b0000_1000));
        assert!(skipped(&mut f, Esr(0)));
        assert_eq!(it_state(f.spsr), 0, "the block ends");
    }
}
