// SPDX-License-Identifier: GPL-2.0-only
//! Self-hosted debug registers (Arm ARM D2, D24.3). They are switched only for a vCPU that uses them.

use super::{DebugState, mrs, msr};
use core::arch::asm;

macro_rules! for_each {
    ($self:ident, $field:ident, $count:expr, $value:literal, $control:literal, $op:ident: $($n:literal)*) => {
        $( if $n < $count { for_each!(@$op $self, $field, $n, concat!("S2_0_C0_C", $n, "_", $value), concat!("S2_0_C0_C", $n, "_", $control)); } )*
    };
    (@save $self:ident, $field:ident, $n:literal, $v:expr, $c:expr) => { $self.$field[$n] = (read!($v), read!($c)) };
    (@load $self:ident, $field:ident, $n:literal, $v:expr, $c:expr) => { write!($v, $self.$field[$n].0); write!($c, $self.$field[$n].1) };
}

macro_rules! read {
    ($reg:expr) => {{
        let value: u64;
        // SAFETY: reads a debug register that exists on this CPU.
        unsafe { asm!(concat!("mrs {0}, ", $reg), out(reg) value, options(nomem, nostack, preserves_flags)) };
        value
    }};
}

macro_rules! write {
    ($reg:expr, $value:expr) => {{
        let value: u64 = $value;
        // SAFETY: a debug register of EL1 and EL0; debug exceptions of EL2 stay off (MDCR_EL2.TDE is 0).
        unsafe { asm!(concat!("msr ", $reg, ", {0}"), in(reg) value, options(nostack, preserves_flags)) };
    }};
}

impl DebugState {
    /// Takes the registers, and switches debug exceptions off on this CPU. Context: the vCPU loaded here, IRQs masked.
    pub fn save(&mut self) {
        let (breakpoints, watchpoints) = counts();
        self.mdscr = mrs!("mdscr_el1");
        msr!("mdscr_el1", 0);
        for_each!(self, breakpoints, breakpoints, 4, 5, save: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for_each!(self, watchpoints, watchpoints, 6, 7, save: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }

    /// Puts the registers into this CPU. Context: IRQs masked.
    pub fn load(&self) {
        let (breakpoints, watchpoints) = counts();
        for_each!(self, breakpoints, breakpoints, 4, 5, load: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for_each!(self, watchpoints, watchpoints, 6, 7, load: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        msr!("mdscr_el1", self.mdscr);
    }
}

/// How many breakpoints and watchpoints this CPU has, `ID_AA64DFR0_EL1`.
fn counts() -> (usize, usize) {
    let dfr0 = mrs!("id_aa64dfr0_el1");
    ((dfr0 >> 12 & 0xf) as usize + 1, (dfr0 >> 20 & 0xf) as usize + 1)
}
