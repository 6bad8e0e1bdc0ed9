// SPDX-License-Identifier: GPL-2.0-only
//! What a guest has to tell: faults in words, devices and their counts.

use super::Guest;
use crate::bus::Target;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

/// An access that hit nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which vCPU.
    pub vcpu: usize,
    /// The instruction's virtual address.
    pub pc: u64,
    /// The guest physical address that was accessed.
    pub ipa: u64,
    /// What kind of access.
    pub kind: &'static str,
    /// Its bytes, 0 if the instruction does not tell.
    pub bytes: u64,
}

/// A block on the guest's bus.
#[derive(Clone, Debug)]
pub struct DeviceInfo {
    /// Its name.
    pub name: String,
    /// The first address.
    pub start: u64,
    /// Its bytes.
    pub size: u64,
    /// How many accesses there were.
    pub accesses: u64,
    /// What the device says of itself.
    pub info: String,
}

/// How many faults of a guest are logged; later ones are only counted.
const LOGGED_FAULTS: u64 = 3;

impl Guest {
    /// Remembers an access to nothing, and logs the first ones. Context: exit path.
    #[cold]
    pub(crate) fn note_fault(&self, fault: Fault) {
        self.counters.unmapped.bump();
        let count = self.counters.unmapped.get();
        if count <= LOGGED_FAULTS {
            log::warn!("guest {}: {}", self.name, self.describe(&fault));
            if count == LOGGED_FAULTS {
                log::warn!("guest {}: further such accesses are counted only, see `guest info`", self.name);
            }
        }
        *self.last_fault.lock() = Some(fault);
    }

    /// The last access to nothing. Context: any.
    pub fn last_fault(&self) -> Option<Fault> {
        self.last_fault.lock().clone()
    }

    /// A fault in words: which vCPU, which access, what it hit or missed. Context: any; allocates.
    pub fn describe(&self, fault: &Fault) -> String {
        let bytes = if fault.bytes == 0 { String::new() } else { format!(" of {} bytes", fault.bytes) };
        let what =
            format!("vCPU {} at pc {:#x}: {}{bytes} at {:#x}", fault.vcpu, fault.pc, fault.kind, fault.ipa);
        let where_ = match self.bus.below(fault.ipa) {
            Some(block) if fault.ipa < block.end() => {
                format!("in {} (offset {:#x})", block.name, fault.ipa - block.start())
            }
            Some(block) => format!("a hole {:#x} past {}", fault.ipa - block.end(), block.name),
            None => String::from("a hole below all devices"),
        };
        let ram =
            self.memory.regions().map(|(range, _)| range).filter(|range| range.end().0 <= fault.ipa).last();
        match ram {
            Some(range) if self.bus.below(fault.ipa).is_none_or(|block| block.end() <= range.base().0) => {
                format!("{what}, a hole {:#x} past RAM", fault.ipa - range.end().0)
            }
            _ => format!("{what}, {where_}"),
        }
    }

    /// The devices and the interrupt controller's blocks, by address. Context: may allocate.
    pub fn devices(&self) -> Vec<DeviceInfo> {
        let describe = |target: &Target| match target {
            Target::Device(device) => device.info(),
            Target::Distributor | Target::Redistributors => String::new(),
        };
        let blocks = self.bus.blocks().iter();
        let info = blocks.map(|block| DeviceInfo {
            name: block.name.clone(),
            start: block.start(),
            size: block.end() - block.start(),
            accesses: block.accesses.load(Relaxed),
            info: describe(&block.target),
        });
        info.collect()
    }

    /// Microseconds since the image's first instruction when vCPU 0 first was about to enter the guest; 0 before that.
    pub fn entered_us(&self) -> u64 {
        self.entered_us.load(Relaxed)
    }
}
