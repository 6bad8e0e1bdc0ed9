// SPDX-License-Identifier: GPL-2.0-only
//! Trapped system registers and instructions. What is neither emulated nor hidden behind an identification register is
//! UNDEFINED for the guest, and counted.

use super::{flush_caches, inject};
use crate::timer::Register;
use crate::vcpu::{ExitKind, Vcpu};
use arch::esr::{Esr, SysReg};
use arch::frame::GuestFrame;
use arch::guest::TranslationControl;

/// Registers by name, Arm ARM D24 and GIC architecture 12.2.
mod reg {
    use arch::esr::SysReg;

    pub const ICC_SGI1R: u32 = SysReg::new(3, 0, 12, 11, 5).0;
    pub const ICC_ASGI1R: u32 = SysReg::new(3, 0, 12, 11, 6).0;
    pub const ICC_SGI0R: u32 = SysReg::new(3, 0, 12, 11, 7).0;
    pub const CNTP_TVAL: u32 = SysReg::new(3, 3, 14, 2, 0).0;
    pub const CNTP_CTL: u32 = SysReg::new(3, 3, 14, 2, 1).0;
    pub const CNTP_CVAL: u32 = SysReg::new(3, 3, 14, 2, 2).0;
    pub const ACTLR: u32 = SysReg::new(3, 0, 1, 0, 1).0;
    pub const SCTLR: u32 = SysReg::new(3, 0, 1, 0, 0).0;
    pub const TTBR0: u32 = SysReg::new(3, 0, 2, 0, 0).0;
    pub const TTBR1: u32 = SysReg::new(3, 0, 2, 0, 1).0;
    pub const TCR: u32 = SysReg::new(3, 0, 2, 0, 2).0;
    pub const AFSR0: u32 = SysReg::new(3, 0, 5, 1, 0).0;
    pub const AFSR1: u32 = SysReg::new(3, 0, 5, 1, 1).0;
    pub const ESR: u32 = SysReg::new(3, 0, 5, 2, 0).0;
    pub const FAR: u32 = SysReg::new(3, 0, 6, 0, 0).0;
    pub const MAIR: u32 = SysReg::new(3, 0, 10, 2, 0).0;
    pub const AMAIR: u32 = SysReg::new(3, 0, 10, 3, 0).0;
    pub const CONTEXTIDR: u32 = SysReg::new(3, 0, 13, 0, 1).0;
    pub const DC_ISW: u32 = SysReg::new(1, 0, 7, 6, 2).0;
    pub const DC_CSW: u32 = SysReg::new(1, 0, 7, 10, 2).0;
    pub const DC_CISW: u32 = SysReg::new(1, 0, 7, 14, 2).0;
    pub const OSLAR: u32 = SysReg::new(2, 0, 1, 0, 4).0;
    pub const OSLSR: u32 = SysReg::new(2, 0, 1, 1, 4).0;
    pub const OSDLR: u32 = SysReg::new(2, 0, 1, 3, 4).0;
    pub const DBGPRCR: u32 = SysReg::new(2, 0, 1, 4, 4).0;
    pub const MDRAR: u32 = SysReg::new(2, 0, 1, 0, 0).0;
    pub const DBGAUTHSTATUS: u32 = SysReg::new(2, 0, 7, 14, 6).0;
    pub const DBGCLAIMSET: u32 = SysReg::new(2, 0, 7, 8, 6).0;
    pub const DBGCLAIMCLR: u32 = SysReg::new(2, 0, 7, 9, 6).0;
    pub const MDCCSR: u32 = SysReg::new(2, 3, 0, 1, 0).0;
    pub const MDCCINT: u32 = SysReg::new(2, 0, 0, 2, 0).0;
    pub const DBGDTR: u32 = SysReg::new(2, 3, 0, 4, 0).0;
    pub const DBGDTRTX: u32 = SysReg::new(2, 3, 0, 5, 0).0;
    pub const OSDTRRX: u32 = SysReg::new(2, 0, 0, 0, 2).0;
    pub const OSDTRTX: u32 = SysReg::new(2, 0, 0, 3, 2).0;
    pub const OSECCR: u32 = SysReg::new(2, 0, 0, 6, 2).0;
    pub const DBGVCR32: u32 = SysReg::new(2, 4, 0, 7, 0).0;
}

/// `OSLSR_EL1.OSLM`: the OS lock exists.
const OSLSR_LOCK_EXISTS: u64 = 1 << 3;
/// `OSLSR_EL1.OSLK`.
const OSLSR_LOCKED: u64 = 1 << 1;
/// `SCTLR_EL1`: MMU and data cache.
const SCTLR_M_C: u64 = 1 | 1 << 2;

/// How an access ends.
enum Outcome {
    /// Done; the instruction is complete.
    Done,
    /// A read whose value goes to the register.
    Value(u64),
    /// The guest has the register itself now: let it try again.
    Retry,
    /// UNDEFINED.
    Undefined,
}

/// A trapped MSR, MRS or system instruction. Context: exit path.
#[inline]
pub fn access(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    vcpu.exits.bump(ExitKind::SystemRegister);
    let reg = esr.sys_reg();
    if esr.sys_is_read() {
        if let Some(value) = vcpu.guest().id_registers().get(reg) {
            frame.set_reg(esr.sys_rt(), value);
            return frame.skip(4);
        }
    } else if reg.0 == reg::ICC_SGI1R {
        vcpu.guest().vgic().write_sgi1r(vcpu.index(), frame.reg(esr.sys_rt()));
        return frame.skip(4);
    }
    let outcome = if esr.sys_is_read() { read(vcpu, reg) } else { write(vcpu, reg, frame.reg(esr.sys_rt())) };
    match outcome {
        Outcome::Done => frame.skip(4),
        Outcome::Value(value) => {
            frame.set_reg(esr.sys_rt(), value);
            frame.skip(4);
        }
        Outcome::Retry => (),
        Outcome::Undefined => undefined(vcpu, frame, reg),
    }
}

#[cold]
fn undefined(vcpu: &Vcpu, frame: &mut GuestFrame, reg: SysReg) {
    let guest = vcpu.guest();
    guest.counters.undefined.bump();
    guest.counters.last_undefined.store(reg.0, core::sync::atomic::Ordering::Relaxed);
    inject::undefined(frame);
}

fn read(vcpu: &Vcpu, reg: SysReg) -> Outcome {
    Outcome::Value(match reg.0 {
        reg::CNTP_CTL => vcpu.physical_timer.read(Register::Control),
        reg::CNTP_TVAL => vcpu.physical_timer.read(Register::Value),
        reg::CNTP_CVAL => vcpu.physical_timer.read(Register::Compare),
        // Implementation defined: nothing that a guest may change.
        reg::ACTLR => ignored(vcpu),
        // SAFETY: the vCPU's own thread.
        reg::OSLSR => OSLSR_LOCK_EXISTS | if unsafe { vcpu.hardware() }.os_lock { OSLSR_LOCKED } else { 0 },
        reg::MDRAR | reg::OSDLR | reg::DBGPRCR | reg::DBGAUTHSTATUS | reg::DBGCLAIMCLR | reg::MDCCSR => {
            ignored(vcpu)
        }
        // Eight claim tags, none of which an external debugger holds.
        reg::DBGCLAIMSET => 0xff,
        _ => return shared(vcpu, reg),
    })
}

fn write(vcpu: &Vcpu, reg: SysReg, value: u64) -> Outcome {
    match reg.0 {
        reg::CNTP_CTL => physical_timer(vcpu, Register::Control, value),
        reg::CNTP_TVAL => physical_timer(vcpu, Register::Value, value),
        reg::CNTP_CVAL => physical_timer(vcpu, Register::Compare, value),
        // Group 0 and the other security state's group 1: a guest has neither.
        reg::ICC_SGI0R | reg::ICC_ASGI1R | reg::ACTLR => drop(ignored(vcpu)),
        reg::DC_ISW | reg::DC_CSW | reg::DC_CISW => set_way(vcpu),
        // SAFETY: the vCPU's own thread.
        reg::OSLAR => unsafe { vcpu.hardware() }.os_lock = value & 1 != 0,
        reg::OSDLR | reg::DBGPRCR | reg::DBGCLAIMSET | reg::DBGCLAIMCLR => drop(ignored(vcpu)),
        _ => {
            if let Some(control) = translation_control(reg) {
                write_translation_control(vcpu, control, value);
                return Outcome::Done;
            }
            return shared(vcpu, reg);
        }
    }
    Outcome::Done
}

/// Registers that behave alike for reads and writes.
fn shared(vcpu: &Vcpu, reg: SysReg) -> Outcome {
    match reg.0 {
        // The debug communications channel: no debugger is at its other end.
        reg::MDCCINT
        | reg::DBGDTR
        | reg::DBGDTRTX
        | reg::OSDTRRX
        | reg::OSDTRTX
        | reg::OSECCR
        | reg::DBGVCR32 => Outcome::Value(ignored(vcpu)),
        _ if is_debug_state(reg) => {
            vcpu.exits.bump(ExitKind::Lazy);
            vcpu.take_debug();
            Outcome::Retry
        }
        _ => Outcome::Undefined,
    }
}

/// A register that reads as zero and ignores writes, counted.
fn ignored(vcpu: &Vcpu) -> u64 {
    vcpu.guest().counters.ignored_registers.bump();
    0
}

/// MDSCR_EL1, and DBGBVR, DBGBCR, DBGWVR, DBGWCR of those that ID_AA64DFR0_EL1 says exist.
fn is_debug_state(reg: SysReg) -> bool {
    if (reg.op0(), reg.op1(), reg.crn()) != (2, 0, 0) {
        return false;
    }
    match reg.op2() {
        2 => reg.crm() == 2,
        4..=7 => true,
        _ => false,
    }
}

fn physical_timer(vcpu: &Vcpu, register: Register, value: u64) {
    vcpu.physical_timer.write(register, value);
    vcpu.physical_timer_changed();
}

/// Set/way maintenance names lines of this CPU's cache, which says nothing on a machine with several and a vCPU that
/// moves. What is meant is "all of memory": write it back once, and again when the guest switches its caches on or off,
/// until which further such instructions add nothing.
fn set_way(vcpu: &Vcpu) {
    if !vcpu.traps_translation_controls() {
        vcpu.trap_translation_controls(true);
        flush_caches(vcpu);
    }
}

fn write_translation_control(vcpu: &Vcpu, control: TranslationControl, value: u64) {
    let (_, before) = arch::guest::exception_base();
    control.write(value);
    if control == TranslationControl::Sctlr && (before ^ value) & SCTLR_M_C != 0 {
        flush_caches(vcpu);
        if value & SCTLR_M_C == SCTLR_M_C {
            vcpu.trap_translation_controls(false);
        }
    }
}

fn translation_control(reg: SysReg) -> Option<TranslationControl> {
    Some(match reg.0 {
        reg::SCTLR => TranslationControl::Sctlr,
        reg::TTBR0 => TranslationControl::Ttbr0,
        reg::TTBR1 => TranslationControl::Ttbr1,
        reg::TCR => TranslationControl::Tcr,
        reg::AFSR0 => TranslationControl::Afsr0,
        reg::AFSR1 => TranslationControl::Afsr1,
        reg::ESR => TranslationControl::Esr,
        reg::FAR => TranslationControl::Far,
        reg::MAIR => TranslationControl::Mair,
        reg::AMAIR => TranslationControl::Amair,
        reg::CONTEXTIDR => TranslationControl::Contextidr,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_state_is_told_from_other_debug_registers() {
        assert!(is_debug_state(SysReg::new(2, 0, 0, 2, 2)), "MDSCR_EL1");
        assert!(is_debug_state(SysReg::new(2, 0, 0, 0, 4)), "DBGBVR0_EL1");
        assert!(is_debug_state(SysReg::new(2, 0, 0, 15, 7)), "DBGWCR15_EL1");
        assert!(!is_debug_state(SysReg(reg::OSLAR)));
        assert!(!is_debug_state(SysReg(reg::MDCCINT)));
        assert!(!is_debug_state(SysReg(reg::OSECCR)));
    }

    #[test]
    fn translation_controls_are_found() {
        assert_eq!(translation_control(SysReg(reg::SCTLR)), Some(TranslationControl::Sctlr));
        assert_eq!(translation_control(SysReg(reg::ACTLR)), None);
    }
}
