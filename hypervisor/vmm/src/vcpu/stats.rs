// SPDX-License-Identifier: GPL-2.0-only
//! Why a vCPU left its guest, counted.

use crate::counter::Counter;

/// Reasons of an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum ExitKind {
    /// A host interrupt.
    Interrupt,
    /// WFI.
    Wfi,
    /// WFE.
    Wfe,
    /// HVC or SMC.
    Call,
    /// A trapped system register or instruction.
    SystemRegister,
    /// An access to a device or the vGIC.
    Device,
    /// An access to nothing.
    Unmapped,
    /// First use of FP or debug registers since they were another's.
    Lazy,
    /// Anything else.
    Other,
}

/// All of them, in the order of their numbers, with names for reports.
const KINDS: [(ExitKind, &str); 9] = [
    (ExitKind::Interrupt, "interrupt"),
    (ExitKind::Wfi, "wfi"),
    (ExitKind::Wfe, "wfe"),
    (ExitKind::Call, "call"),
    (ExitKind::SystemRegister, "sysreg"),
    (ExitKind::Device, "device"),
    (ExitKind::Unmapped, "unmapped"),
    (ExitKind::Lazy, "lazy"),
    (ExitKind::Other, "other"),
];

/// Counts by [`ExitKind`].
#[derive(Debug, Default)]
pub struct Exits([Counter; KINDS.len()]);

impl Exits {
    /// One more of `kind`. Context: exit path.
    #[inline]
    pub fn bump(&self, kind: ExitKind) {
        if let Some(counter) = self.0.get(kind as usize) {
            counter.bump();
        }
    }

    /// Names and counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        KINDS.iter().zip(&self.0).map(|(&(_, name), counter)| (name, counter.get()))
    }

    /// The sum.
    pub fn total(&self) -> u64 {
        self.0.iter().map(Counter::get).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_at_their_numbers() {
        for (i, (kind, _)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, i);
        }
        let exits = Exits::default();
        exits.bump(ExitKind::Other);
        exits.bump(ExitKind::Wfi);
        assert_eq!(exits.total(), 2);
        assert_eq!(exits.iter().find(|(name, _)| *name == "wfi"), Some(("wfi", 1)));
    }
}
