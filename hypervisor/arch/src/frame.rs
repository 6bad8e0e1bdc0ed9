// SPDX-License-Identifier: GPL-2.0-only
//! Registers as the exception vectors save them. The assembly in `aarch64/vectors.rs` knows these layouts.

use core::fmt;

/// A guest's registers at an exit; lies at the top of its vCPU's EL2 stack.
#[repr(C, align(16))]
#[derive(Clone, Debug)]
pub struct GuestFrame {
    /// x0 to x30.
    pub x: [u64; 31],
    /// `ELR_EL2`: where the guest goes on.
    pub elr: u64,
    /// `SPSR_EL2`: the guest's PSTATE.
    pub spsr: u64,
    /// `ESR_EL2` of this exit; stale after an interrupt.
    pub esr: u64,
    /// The vmm's vCPU that this frame belongs to; the vectors leave it alone.
    pub vcpu: *const (),
}

impl GuestFrame {
    /// All zero, for a vCPU which has not run.
    pub const fn new(vcpu: *const ()) -> Self {
        Self { x: [0; 31], elr: 0, spsr: 0, esr: 0, vcpu }
    }

    /// General register `n` as an instruction's operand: 31 is the zero register.
    #[inline]
    pub fn reg(&self, n: u32) -> u64 {
        self.x.get(n as usize).copied().unwrap_or(0)
    }

    /// Sets general register `n`; writes to 31 vanish.
    #[inline]
    pub fn set_reg(&mut self, n: u32, value: u64) {
        if let Some(r) = self.x.get_mut(n as usize) {
            *r = value;
        }
    }

    /// Goes past the trapped instruction of `length` bytes (4, or 2 for a T32 instruction).
    #[inline]
    pub fn skip(&mut self, length: u64) {
        self.elr = self.elr.wrapping_add(length);
    }
}

/// The hypervisor's own registers at an interrupt or fault at EL2.
#[repr(C, align(16))]
#[derive(Clone, Debug)]
pub struct HostFrame {
    /// x0 to x30.
    pub x: [u64; 31],
    /// The stack pointer before the exception.
    pub sp: u64,
    /// `ELR_EL2`.
    pub elr: u64,
    /// `SPSR_EL2`.
    pub spsr: u64,
    /// `ESR_EL2`.
    pub esr: u64,
    /// `FAR_EL2`.
    pub far: u64,
}

impl fmt::Display for HostFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  pc {:#018x}  sp {:#018x}  spsr {:#x}", self.elr, self.sp, self.spsr)?;
        writeln!(
            f,
            "  esr {:#x} ({})  far {:#018x}",
            self.esr,
            crate::esr::Esr(self.esr).class_name(),
            self.far
        )?;
        for (i, row) in self.x.chunks(3).enumerate() {
            for (j, value) in row.iter().enumerate() {
                write!(f, "  x{:<2} {:#018x}", 3 * i + j, value)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// What went wrong at EL2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A synchronous exception of the hypervisor itself.
    Sync,
    /// A synchronous exception while the stack pointer was in a guard page; runs on the CPU's emergency stack.
    StackOverflow,
    /// A system error.
    SError,
    /// An exception at a vector that is never used (FIQ, SP_EL0, AArch32 EL1).
    Unexpected,
}
